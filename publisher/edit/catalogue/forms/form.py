"""What a form of catalogues in JSON is, to those who read them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from publisher.edit.catalogue.fetching import Fetched
from publisher.edit.catalogue.forms.writer import CatalogueWriter
from publisher.system.http_client import Client, parse_digits

Follow = Callable[[str], None]


@dataclass(frozen=True)
class Following:
    """Where the rest of a catalogue is.

    Attributes:
        page: Address of the next page; empty on the last.
        parts: Addresses of documents that this one only names.
    """

    page: str = ""
    parts: Sequence[str] = ()


def nothing_follows(_document: object, _address: str) -> Following:
    """Return that a document is the whole."""
    return Following()


@dataclass(frozen=True)
class JsonForm:
    """A form of catalogues in JSON.

    Attributes:
        name: What it is called where it comes from.
        recognise: Tells whether a document is of this form.
        add: Writes what a document says.
        following: Tells where the rest is, from a document and its address.
        pages: Yields the documents of a catalogue, where its interface has ways of its own.
    """

    name: str
    recognise: Callable[[object], bool]
    add: Callable[[object, CatalogueWriter], None]
    following: Callable[[object, str], Following] = nothing_follows
    pages: Callable[[Fetched, object, Client, Follow], Iterator[object]] | None = None


def next_by_number(
    address: str, found: int, total: object, *, key: str = "offset", size: tuple[str, int]
) -> str:
    """Return the address of the next page of an interface that counts what it has sent.

    >>> next_by_number("https://e.org/d?q=a", 10, 25, size=("limit", 100))
    'https://e.org/d?q=a&limit=100&offset=10'

    Args:
        address: Of this page.
        found: How many it has.
        total: How many there are in all, as the answer says.
        key: Parameter that says how many come before a page.
        size: Parameter that says how many a page has, and the most that may be asked for.
    """
    parts = urlsplit(address)
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    before = parse_digits(query.get(key, "")) or 0
    if not found or not isinstance(total, int) or before + found >= total:
        return ""
    query.setdefault(size[0], str(size[1]))
    query[key] = str(before + found)
    return urlunsplit(parts._replace(query=urlencode(query)))


def next_by_link(links: object, *relations: str) -> str:
    """Return the address that a list of links (RFC 8288 in JSON) has for a relation; else empty.

    >>> next_by_link([{"rel": "next", "href": "/d?page=2"}], "next")
    '/d?page=2'
    """
    for link in links if isinstance(links, list) else ():
        if isinstance(link, dict) and link.get("rel") in relations:
            return str(link.get("href") or "")
    return ""
