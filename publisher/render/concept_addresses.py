"""Where lists of concepts are: paths below the base, which a server of files can answer too."""

from __future__ import annotations

import re
from urllib.parse import quote

LISTS = "search"
# What stands for texts in no language (ISO 639-2), and for concepts that are in no scheme.
NO_LANGUAGE, NO_SCHEME = "und", "-"
_PLAIN = re.compile(r"(?!/)(?!.*(?:/\.|//|/$|^\.))[A-Za-z0-9/:@!$&'()*+,;=~._-]+")


def list_name(name: str, base_iri: str) -> str:
    """Return a concept's IRI as the end of an address: below the base without the base.

    What could not be the path of a file is escaped, slashes too.

    >>> list_name("https://e.org/id/c/12", "https://e.org/")
    'id/c/12'
    >>> list_name("https://e.org/def/fish#cod", "https://e.org/")
    'def%2Ffish%23cod'
    >>> list_name("http://e.net//7", "https://e.org/")
    'http%3A%2F%2Fe.net%2F%2F7'
    """
    written = name.removeprefix(base_iri)
    return written if _PLAIN.fullmatch(written) else quote(written, safe="")


def index_path(slug: str, language: str, letter: str = "", number: int = 1) -> str:
    """Return the path of a page of a scheme's index in a language; without a letter of its first.

    >>> index_path("fish", "sv", "Å", 2), index_path("fish", "")
    ('search/fish/index/sv/%C3%85/2', 'search/fish/index/und')
    """
    parts = [LISTS, slug, "index", language or NO_LANGUAGE]
    parts += [letter] * bool(letter) + [str(number)] * (number > 1)
    return "/".join(quote(part, safe="") for part in parts)


def below_path(slug: str, name: str, base_iri: str, number: int = 1) -> str:
    """Return the path of a page of what is right below a concept, or of a scheme's top concepts."""
    part = quote(slug or NO_SCHEME, safe="")
    return f"{LISTS}/{part}/below/{number}/{list_name(name, base_iri)}"


def links_path(document: str, base_iri: str, number: int) -> str:
    """Return the path of a further page of the links to what a document is about.

    >>> links_path("https://e.org/doc/c/12", "https://e.org/", 2)
    'search/links/2/doc/c/12'
    """
    return f"{LISTS}/links/{number}/{list_name(document, base_iri)}"


def branches_path(slug: str) -> str:
    """Return what the paths of the branches of a scheme's tree begin with."""
    return f"rest/v1/{quote(slug, safe='')}/children"


def branch_path(slug: str, language: str, name: str, base_iri: str) -> str:
    """Return the path of a branch as JSON, which a script opens in the tree where it stands."""
    return f"{branches_path(slug)}/{language}/{list_name(name, base_iri)}.json"


def data_path(slug: str, extension: str) -> str:
    """Return the path of a whole scheme as a graph."""
    return f"rest/v1/{quote(slug, safe='')}/data.{extension}"
