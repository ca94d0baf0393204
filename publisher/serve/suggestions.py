"""An address where nothing is → the things whose names are nearest to it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from itertools import islice
from urllib.parse import unquote

from publisher.errors import QueryLimitExceeded
from publisher.rdf.text import words
from publisher.release.search import Hit
from publisher.render.frame import PageLanguage
from publisher.serve.queue import slot_at_once
from publisher.serve.site import Site

_MOST = 5
_MOST_WORDS = 5
_LONGEST_WORD = 40
# A short word alone is in too many names to mean anything.
_LEAST_WORD = 4


def words_in_path(path: str) -> list[str]:
    """Return the words in the last part of a path that has any, without its extension.

    >>> words_in_path("doc/cluster/High_voltage-vally.ttl")
    ['high', 'voltage', 'vally']
    >>> words_in_path("lake/v%C3%A4nern/")
    ['vänern']
    """
    for part in reversed(unquote(path).split("/")):
        stem = part.rpartition(".")[0] or part
        path_words = [word for word in words(stem.replace("_", " ")) if len(word) <= _LONGEST_WORD]
        if path_words:
            return path_words[:_MOST_WORDS]
    return []


def suggest_things(
    site: Site, path: str, page_language: PageLanguage, without: Iterable[str] = ()
) -> list[Hit]:
    """Return a few things whose names are similar to the words of an address.

    When there is more to do than can be done at once, none either: nobody waits for suggestions.

    Args:
        site: Where it was asked for.
        path: The path of the address.
        page_language: Who asks.
        without: IRIs of things that are named otherwise.
    """
    with slot_at_once(site) as has_turn:
        hits = _find(site, words_in_path(path), page_language) if has_turn else []
    left = set(without)
    return list(islice((hit for hit in hits if hit.iri not in left), _MOST))


def _find(site: Site, requested: list[str], page_language: PageLanguage) -> list[Hit]:
    telling = sorted(
        (word for word in requested if len(word) >= _LEAST_WORD), key=len, reverse=True
    )
    by_iri: dict[str, Hit] = {}
    for text in (" ".join(requested), *telling):
        try:
            hits = site.search.find(text, page_language.language).hits if text else ()
        except (QueryLimitExceeded, OSError, sqlite3.Error):
            break  # help that comes late is none; nor is there any without the index
        by_iri.update({hit.iri: hit for hit in hits if hit.iri not in by_iri})
        if by_iri:
            break
    return list(by_iri.values())
