"""Addresses that are behind the text of cells: links, and formulas that make them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from openpyxl.formula.translate import Translator, TranslatorError
from openpyxl.utils.cell import column_index_from_string, get_column_letter, range_boundaries

# Excel keeps 65,530 of a sheet (Excel specifications and limits).
MOST_LINKS = 100_000
# ... and as many characters of a formula.
LONGEST_FORMULA = 8_192
_CALL = re.compile(r"\s*(?:of:)?=?\s*HYPERLINK\s*\(", re.IGNORECASE)
# A text, a cell of the same sheet (ODF writes it [.B2]), or what joins them.
_PART = re.compile(
    r"\s*(?:\"(?P<text>(?:[^\"]|\"\")*)\""
    r"|\[?\.?\$?(?P<column>[A-Z]{1,3})\$?(?P<line>[0-9]{1,7})(?:\]|(?![\w(.:!]))"
    r"|(?P<mark>[&,;)]))"
)
_KNOWN = re.compile(r"(https?|ftp)://[^\s/]|(mailto|tel):.", re.IGNORECASE)

Position = tuple[int, int]


@dataclass
class CellLinks:
    """The addresses behind the cells of a sheet.

    Attributes:
        addresses: Line and column, from 1 → address.
        unread: Cells whose address cannot be told, such as ``B7``.
    """

    addresses: dict[Position, str] = field(default_factory=dict)
    unread: list[str] = field(default_factory=list)

    def add_formula(self, at: Position, formula: str, value: Callable[[Position], str]) -> None:
        """Add the address that a formula makes; its cell is unread where that cannot be told.

        Args:
            at: Line and column of its cell.
            formula: It, as the workbook has it.
            value: Returns what a cell of the sheet shows.
        """
        address = formula_address(formula, value)
        if address:
            self.addresses[at] = address
        elif address is None:
            self.unread.append(f"{get_column_letter(at[1])}{at[0]}")

    def fill_down(self, merged: tuple[int, int, int]) -> None:
        """Write the address of a merged cell in each of its lines: column, first line, last."""
        column, first, last = merged
        if address := self.addresses.get((first, column)):
            for line in range(first + 1, min(last, first + MOST_LINKS) + 1):
                self.addresses[line, column] = address


def is_link_formula(formula: str) -> bool:
    """Tell whether a formula makes a link.

    >>> is_link_formula('HYPERLINK("https://example.org","Mer")'), is_link_formula("SUM(A1:A3)")
    (True, False)
    """
    return _CALL.match(formula) is not None


def formula_address(formula: str, value: Callable[[Position], str]) -> str | None:
    """Return the address that a formula of a link makes of texts and cells; None: of more.

    Args:
        formula: ``HYPERLINK(address; text)`` (OpenFormula 1.3, 6.11.8).
        value: Returns what a cell of the sheet shows.

    >>> formula_address('HYPERLINK("https://a.example/"&B2,"Mer")', {(2, 2): "x7"}.__getitem__)
    'https://a.example/x7'
    """
    call = _CALL.match(formula)
    at, address = call.end() if call else 0, ""
    while call and (part := _PART.match(formula, at)):
        at = part.end()
        if part["mark"] is None:
            address += _part_text(part, value)
        elif part["mark"] != "&":
            return address
    return None


def _part_text(part: re.Match[str], value: Callable[[Position], str]) -> str:
    if part["text"] is not None:
        return str(part["text"]).replace('""', '"')
    return value((int(part["line"]), column_index_from_string(part["column"])))


def shifted(formula: str, origin: Position, to: Position) -> str:
    """Return a formula that several cells share as it is in another of them (ECMA-376, 18.3.1.40).

    Returns nothing of which anybody knows the address, where it cannot be moved.
    """
    names = [f"{get_column_letter(column)}{line}" for line, column in (origin, to)]
    try:
        return str(Translator(f"={formula}", names[0]).translate_formula(names[1]))
    except (TranslatorError, ValueError, IndexError):
        return "HYPERLINK(?)"


def cells_of(ref: str, last: Position) -> Iterator[Position]:
    """Yield the cells of an area of a sheet, those up to a last line and column."""
    try:
        left, top, right, bottom = range_boundaries(ref)
    except (TypeError, ValueError):
        return
    if left is None or top is None or right is None or bottom is None:
        return
    # A link may be on a picture or an empty cell: a cell of its own counts beyond the last too.
    is_one = (left, top) == (right, bottom)
    for line in range(top, bottom + 1 if is_one else min(bottom, last[0]) + 1):
        for column in range(left, right + 1 if is_one else min(right, last[1]) + 1):
            yield line, column


def linked_cells(
    links: list[dict[str, str]], relations: Mapping[str, str], last: Position
) -> CellLinks:
    """Return the addresses of the links of a sheet (ECMA-376, part 1, section 18.3.1.47).

    Args:
        links: Their attributes.
        relations: Identifier of a relation → its target.
        last: Last line and column in which something is.
    """
    found = CellLinks()
    for link in links:
        # The relation has its own namespace, whose prefix each program chooses.
        key = next((v for k, v in link.items() if k.endswith(":id")), "")
        fragment = link.get("location", "")
        address = relations.get(key, "")
        if not address:  # to another place of the workbook
            continue
        address += f"#{fragment}" if fragment else ""
        for at in cells_of(link.get("ref", ""), last):
            if len(found.addresses) >= MOST_LINKS:
                return found
            found.addresses[at] = address
    return found


def is_web_address(address: str) -> bool:
    """Tell whether an address leads anybody anywhere: not into the folders of one computer.

    >>> is_web_address("mailto:info@example.org"), is_web_address("file:///C:/Lista.pdf")
    (True, False)
    """
    return _KNOWN.match(address) is not None


def plain_address(address: str) -> str:
    """Return an address as people write it in a cell: e-mail and telephone without scheme.

    >>> plain_address("mailto:info@example.org?subject=Fel"), plain_address("tel:+46-8-1")
    ('info@example.org', '+46-8-1')
    """
    scheme, _, rest = address.partition(":")
    if scheme.casefold() == "mailto":
        return rest.partition("?")[0]
    return rest if scheme.casefold() == "tel" else address
