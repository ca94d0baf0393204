"""Guess: addresses behind cells of a workbook → values of their column, or a column beside it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from publisher.edit.sheets.cell_links import CellLinks, is_web_address, plain_address
from publisher.messages import Text, text
from publisher.start.cell_values import clean

_MOST_SHOWN = 5
# What people write on a link, in the languages of tables: it says no more than that there is one.
_WORDS_OF_LINKS = frozenset(
    (
        *("webbplats", "webbsida", "webb", "hemsida", "länk", "länken", "läs mer", "mer", "här"),
        *("klicka här", "mer information", "mer info", "visa", "öppna", "e-post", "mejla", "till"),
        *("nettsted", "nettside", "hjemmeside", "lenke", "les mer", "læs mere", "link", "her"),
        *("verkkosivu", "verkkosivut", "linkki", "lue lisää", "kotisivu"),
        *("webseite", "website", "homepage", "mehr", "hier", "zum angebot", "weitere infos"),
        *("web", "web site", "web page", "here", "click here", "read more", "more", "view", "open"),
        *("more information", "more info", "email", "e-mail", "mail", "url", "pdf", "www"),
        *("site", "site web", "lien", "en savoir plus", "ici", "voir"),
    )
)


def add_addresses(
    headings: list[str], rows: Sequence[tuple[int, list[str]]], links: CellLinks
) -> list[Text]:
    """Write the addresses behind cells into a table, and return what is to be said of it.

    Where each text of a column is on a link and says no more than that, the address is its value.
    Elsewhere texts stay, and the addresses stand in a column of their own behind all others.

    Args:
        headings: Of the columns; more are added.
        rows: Number in the sheet, and cells; changed.
        links: Of the sheet.
    """
    known = {at: address for at, address in links.addresses.items() if is_web_address(address)}
    numbers = {number for number, _row in rows}
    notes, width = [], len(headings)
    for column in range(width):
        notes += _add_column(headings, rows, column, known)
    outside = [
        address
        for (line, column), address in known.items()
        if line not in numbers or column > width
    ]
    closed = [links.addresses[at] for at in links.addresses.keys() - known.keys()]
    if outside:
        words = _some(outside)
        notes.append(text("Links outside the rows of the table, left out: {words}", words=words))
    if closed:
        words = _some(closed)
        notes.append(text("Links that lead to nothing on the web, left out: {words}", words=words))
    if links.unread:
        message = text(
            "Links whose address a formula works out were not read: {cells}",
            cells=_some(links.unread),
        )
        notes.append(message)
    return notes


def _some(words: Sequence[str]) -> str:
    shown = sorted(set(words))
    return ", ".join(shown[:_MOST_SHOWN]) + (" …" if len(shown) > _MOST_SHOWN else "")


def _add_column(
    headings: list[str],
    rows: Sequence[tuple[int, list[str]]],
    column: int,
    known: Mapping[tuple[int, int], str],
) -> list[Text]:
    """Write the addresses behind one column, and return what is to be said of it."""
    found = [plain_address(known.get((number, column + 1), "")) for number, _row in rows]
    if not any(
        address and not _is_same(row[column], address)
        for address, (_number, row) in zip(found, rows, strict=True)
    ):
        return []
    heading = headings[column]
    if shown := _replaced(heading, [row[column] for _number, row in rows], found):
        for address, (_number, row) in zip(found, rows, strict=True):
            row[column] = address or row[column]
        message = text(
            "'{column}': the addresses behind '{shown}' were read.",
            column=heading,
            shown=", ".join(shown),
        )
        return [message]
    added = _new_heading(headings, heading, found)
    headings.append(added)
    for address, (_number, row) in zip(found, rows, strict=True):
        row.append(address)
    message = text(
        "The links of '{column}' are a column of their own, '{added}'.",
        column=heading,
        added=added,
    )
    return [message]


def _replaced(heading: str, cells: Sequence[str], found: Sequence[str]) -> list[str]:
    """Return the words that addresses stand for; nothing, where the words say something."""
    if any(
        cell and not address and not _is_address(cell) for cell, address in _pairs(cells, found)
    ):
        return []
    words = {
        cell for cell, address in _pairs(cells, found) if address and not _is_same(cell, address)
    }
    says_nothing = all(
        not word or word.casefold().strip(" :.>»→") in {*_WORDS_OF_LINKS, heading.casefold()}
        for word in words
    )
    rows = sum(1 for address in found if address)
    if says_nothing or (len(words) == 1 and rows > 1 and len(set(found) - {""}) > 1):
        return sorted(words) if any(words) else [heading]
    return []


def _pairs(cells: Sequence[str], found: Sequence[str]) -> list[tuple[str, str]]:
    return list(zip(cells, found, strict=True))


def _is_address(cell: str) -> bool:
    return bool(re.match(r"(https?://|www\.)\S+$|\S+@\S+\.\S+$", cell, re.IGNORECASE))


def _is_same(cell: str, address: str) -> bool:
    """Tell whether a cell shows its address itself, as programs write it that make the link."""
    return _bare(cell) == _bare(address)


def _bare(address: str) -> str:
    plain = plain_address(clean(address)).casefold()
    return re.sub(r"^https?://(www\.)?|^www\.|/$|[\s-]", "", plain)


def _new_heading(headings: Sequence[str], heading: str, found: Sequence[str]) -> str:
    """Return a heading that no column has."""
    is_mail = all("://" not in address for address in found if address)
    wanted = f"{heading} {'e-mail' if is_mail else 'URL'}"
    taken = {each.casefold() for each in headings}
    number, name = 1, wanted
    while name.casefold() in taken:
        number += 1
        name = f"{wanted} {number}"
    return name
