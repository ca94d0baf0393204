"""Rows of a worksheet as its file has them (ECMA-376, part 1, sections 18.3 and 22.9; part 2).

A library that makes an object of each cell takes half the time in which all tables are written:
so it makes the frame of a workbook, and the rows and links come from here.
"""

from __future__ import annotations

import re
import shutil
from contextlib import ExitStack
from datetime import date
from tempfile import TemporaryFile
from typing import IO
from xml.sax.saxutils import escape

# Columns A to XFD, and as many links in a sheet as Excel opens (its specifications and limits).
MOST_LINKS = 65_530
# What XML or a cell reads in another way: markup, control characters, what looks like one escaped
# (ST_Xstring, section 22.9.2.19).
_SPECIAL = re.compile("[&<>\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9a-fA-F]{4}_)")
_MARKUP = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "_": "_x005F_"}
_ESCAPED = re.compile("%[0-9a-fA-F]{2}")
# What Excel does not take in a link.
_IN_LINKS = str.maketrans({letter: f"%{ord(letter):02x}" for letter in '%" <>[]^`{}'})
_IN_QUOTES = {'"': "&quot;"}
_LINK_TYPE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink"
# Day 60 is 29 February 1900, which there was not.
_DAY_ZERO, _LAST_RIGHT_DAY = date(1899, 12, 31), 59


def column_letters(number: int) -> str:
    """Return what a column is called; the first has number 0.

    >>> [column_letters(number) for number in (0, 25, 26, 701, 702)]
    ['A', 'Z', 'AA', 'ZZ', 'AAA']
    """
    letters = ""
    number += 1
    while number:
        number, letter = divmod(number - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return letters


def text_element(text: str) -> str:
    r"""Return a text as the content of a cell.

    >>> text_element(" a<b")
    '<t xml:space="preserve"> a&lt;b</t>'
    >>> text_element("_x0041_\r")
    '<t>_x005F_x0041__x000D_</t>'
    """
    content = _SPECIAL.sub(_escape_letter, text)
    # Of what is written: a control character at an end is no space any more.
    space = ' xml:space="preserve"' if content[:1].isspace() or content[-1:].isspace() else ""
    return f"<t{space}>{content}</t>"


def _escape_letter(match: re.Match[str]) -> str:
    letter = match[0]
    return _MARKUP.get(letter) or f"_x{ord(letter):04X}_"


def text_cell(place: str, content: str, style: str = "") -> str:
    """Return a cell with a text, from ``text_element``."""
    return f'<c r="{place}"{style} t="inlineStr"><is>{content}</is></c>'


def value_cell(place: str, value: bool | date | float, date_style: str) -> str:
    """Return a cell with a truth value, a day or a number."""
    if isinstance(value, bool):
        return f'<c r="{place}" t="b"><v>{value:d}</v></c>'
    if isinstance(value, date):
        days = (value - _DAY_ZERO).days
        return f'<c r="{place}"{date_style}><v>{days + (days > _LAST_RIGHT_DAY)}</v></c>'
    return f'<c r="{place}"><v>{value:.16G}</v></c>'


def link_attributes(address: str) -> tuple[str, str]:
    """Return the attributes of a link: of its target, and of its place within that.

    >>> link_attributes("https://e.org/a b#c")
    ('Target="https://e.org/a%20b"', ' location="c"')
    """
    target, _, place = address.partition("#")
    if not _ESCAPED.search(target):
        target = target.translate(_IN_LINKS)
    return f"Target={_quoted(target)}", f" location={_quoted(place)}" if place else ""


def _quoted(value: str) -> str:
    return f'"{escape(value, _IN_QUOTES)}"'


class SheetRows:
    """The rows and the links of one worksheet while they are written, in files without names."""

    def __init__(self, opened: ExitStack) -> None:
        """Begin with none; the files are closed with the stack."""
        self._rows, self._links, self._targets = (_temporary_file(opened) for _ in range(3))
        self.links = 0

    def add_row(self, number: int, cells: str) -> None:
        """Write a row; the first of a sheet has number 1."""
        self._rows.write(f'<row r="{number}">{cells}</row>')

    def add_link(self, place: str, attributes: tuple[str, str]) -> None:
        """Write the link of a cell; ``attributes`` are those of ``link_attributes``."""
        self.links += 1
        target, location = attributes
        self._links.write(f'<hyperlink ref="{place}" r:id="rId{self.links}"{location}/>')
        self._targets.write(
            f'<Relationship Id="rId{self.links}" Type="{_LINK_TYPE}" {target}'
            ' TargetMode="External"/>'
        )

    @property
    def length(self) -> int:
        """Return about how many bytes all of it is."""
        return sum(file.tell() for file in (self._rows, self._links, self._targets))

    def copy_rows(self, stream: IO[bytes]) -> None:
        """Write the rows into the file of a sheet."""
        _copy(self._rows, stream)

    def copy_links(self, stream: IO[bytes]) -> None:
        """Write the links into the file of a sheet."""
        _copy(self._links, stream)

    def copy_targets(self, stream: IO[bytes]) -> None:
        """Write what the links lead to into the file of a sheet's relationships."""
        _copy(self._targets, stream)


def _temporary_file(opened: ExitStack) -> IO[str]:
    return opened.enter_context(TemporaryFile("w+", encoding="utf-8", newline=""))


def _copy(written: IO[str], stream: IO[bytes]) -> None:
    written.flush()
    content = written.buffer  # type: ignore[attr-defined]
    content.seek(0)
    shutil.copyfileobj(content, stream, 1 << 20)
