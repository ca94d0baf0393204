"""A large file of JSON-LD → a small one that has one of each kind of thing in it.

Whether a key has a meaning depends on the context, on the keys around it and on types; most of the
things in a large file are alike in these. So what one of each kind leaves unsaid, the file does.
"""

from __future__ import annotations

import json
import re
from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from typing import Any

_SPACE = re.compile(r"[ \t\r\n]*")
_CONTEXT = re.compile(r'"@context"\s*:\s*(?=[\[{])')
# Contexts of single things are part of these, and are compared as they are.
_MOST_CONTEXTS = 100
# Names that a parser reads, however it resolves them (RFC 3987, 2.2).
_ADDRESS = re.compile(r"(?:[\w:/?@!$&'()*+,;=.~-]|%[0-9A-Fa-f]{2})*(?:#[\w:/?@!$&'()*+,;=.~%-]*)?")
_DECODER = json.JSONDecoder()


@dataclass
class _Terms:
    """What the contexts of a file say that counts here.

    Attributes:
        names: The terms; a value that is one may be a type with a context of its own.
        addresses: Keys whose values are names of things.
    """

    names: set[str] = field(default_factory=set)
    addresses: set[str] = field(default_factory=lambda: {"@id", "@type"})

    @classmethod
    def of(cls, written: str) -> _Terms:
        """Return those of the first contexts in a file."""
        found = cls()
        for number, place in enumerate(_CONTEXT.finditer(written)):
            if number == _MOST_CONTEXTS:
                break
            found._add(_DECODER.raw_decode(written, place.end())[0])
        return found

    def _add(self, context: object) -> None:
        for each in context if isinstance(context, list) else [context]:
            for name, said in each.items() if isinstance(each, dict) else ():
                self.names.add(name)
                kind = said.get("@type") if isinstance(said, dict) else said
                if kind in ("@id", "@type", "@vocab"):
                    self.addresses.add(name)
                if isinstance(said, dict):
                    self._add(said.get("@context"))

    def kind(self, value: Any, key: str = "") -> Hashable:
        """Return what a value has in common with those that leave the same unsaid."""
        if isinstance(value, dict):
            if key == "@context":
                return json.dumps(value)
            return frozenset((name, self.kind(each, name)) for name, each in value.items())
        if isinstance(value, list):
            return frozenset(self.kind(each, key) for each in value)
        if not isinstance(value, str):
            return type(value).__name__
        is_compared = value in self.names or key in ("@language", "@context")
        is_broken = key in self.addresses and _ADDRESS.fullmatch(value) is None
        return value if is_compared or is_broken else ""


def one_of_each_kind(content: bytes, most_bytes: int) -> bytes:
    """Return a file with one of each kind of thing in its lists; nothing where it is no JSON.

    Args:
        content: The file, with its contexts in it.
        most_bytes: How large it may be; the kinds that come first are in it.
    """
    written = content.decode()
    try:
        terms = _Terms.of(written)
        at = _after_space(written, 0)
        if written[at] == "[":
            return json.dumps(_shortened(written, at, terms, most_bytes)[0]).encode()
        found = dict(_members(written, at, terms, most_bytes))
    except (ValueError, IndexError, RecursionError):
        return b""  # what is wrong with it, its parser has said
    return json.dumps(found).encode()


def _members(written: str, at: int, terms: _Terms, most_bytes: int) -> Iterator[tuple[str, object]]:
    """Yield the members of the object at a place, with shortened lists."""
    at = _after_space(written, at + 1)
    while written[at] != "}":
        key, at = _DECODER.raw_decode(written, at)
        at = _after_space(written, _after_space(written, at) + 1)
        if written[at] == "[" and key != "@context":
            value, at = _shortened(written, at, terms, most_bytes)
        else:
            value, at = _DECODER.raw_decode(written, at)
        yield key, value
        at = _after_space(written, at)
        if written[at] == ",":
            at = _after_space(written, at + 1)


def _shortened(written: str, at: int, terms: _Terms, most_bytes: int) -> tuple[list[object], int]:
    """Return one of each kind of thing in the list at a place, and where it ends."""
    kept: dict[Hashable, object] = {}
    size = 0
    at = _after_space(written, at + 1)
    while written[at] != "]":
        start = at
        value, at = _DECODER.raw_decode(written, at)
        kind = terms.kind(value)
        if kind not in kept and size + at - start <= most_bytes:
            kept[kind] = value
            size += at - start
        at = _after_space(written, at)
        if written[at] == ",":
            at = _after_space(written, at + 1)
    return list(kept.values()), at + 1


def _after_space(written: str, at: int) -> int:
    found = _SPACE.match(written, at)
    return found.end() if found else at
