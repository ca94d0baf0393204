"""Language tags as people write them.

The parser makes them small, since case has no meaning (RDF 1.1 Concepts, section 3.3; RFC 5646,
section 2.1.1). Files and pages show the customary form: ``en-GB``, ``sr-Cyrl``, ``zh-Hant-TW``.
"""

from __future__ import annotations

import re
from functools import lru_cache

# Texts in the languages that escape quotation marks, and in XML, where tags begin with "<". For
# "(?!)", see rdf/guards.py.
_TAGGED = re.compile(rb'("(?:[^"\\]|\\.|(?!))*+"@)([a-z]+(?:-[a-z0-9]+|(?!))++)', re.DOTALL)
_IN_XML = re.compile(rb'(<[^\s<>"]+ xml:lang=")([a-z]+(?:-[a-z0-9]+|(?!))++)(?=")')
_LAST = re.compile(rb'"@([a-z]+(?:-[a-z0-9]+|(?!))++)(?= (?:<[^ ]*> )?\.\n\Z)')
_SIGN = re.compile(rb'"@[a-z]+-')
_SCRIPT_LETTERS, _REGION_LETTERS = 4, 2


@lru_cache(maxsize=1024)
def written_tag(tag: str) -> str:
    """Return a language tag in the customary form (RFC 5646, section 2.1.1).

    Scripts begin with a capital, regions are capitals, all else is small; behind a singleton
    (``x``, ``u``, …) everything is.

    >>> written_tag("en-gb"), written_tag("sr-cyrl-rs"), written_tag("de-x-ab"), written_tag("sv")
    ('en-GB', 'sr-Cyrl-RS', 'de-x-ab', 'sv')
    """
    first, *others = tag.lower().split("-")
    parts, is_extension = [first], len(first) == 1
    for part in others:
        is_extension = is_extension or len(part) == 1
        if not is_extension and len(part) == _REGION_LETTERS:
            part = part.upper()
        elif not is_extension and len(part) == _SCRIPT_LETTERS and part.isalpha():
            part = part.capitalize()
        parts.append(part)
    return "-".join(parts)


def _customary(found: re.Match[bytes]) -> bytes:
    return found[1] + written_tag(found[2].decode()).encode()


def with_written_tags(written: bytes) -> bytes:
    """Return Turtle, TriG, N-Triples or N-Quads with the customary language tags.

    Args:
        written: By a serialiser that writes texts in double quotation marks, on one line.

    >>> with_written_tags(b'<a:a> <a:b> "c"@en-gb .')
    b'<a:a> <a:b> "c"@en-GB .'
    """
    return _TAGGED.sub(_customary, written) if _SIGN.search(written) else written


def line_with_written_tag(line: bytes) -> bytes:
    """Return a line of N-Triples or N-Quads with the customary language tag."""
    position = line.rfind(b'"@')
    found = _LAST.match(line, position) if position >= 0 else None
    if found is None:
        return line
    return line[: position + 2] + written_tag(found[1].decode()).encode() + line[found.end() :]


def xml_with_written_tags(written: bytes) -> bytes:
    """Return RDF/XML of a serialiser, or whole tags of it, with the customary language tags."""
    return _IN_XML.sub(_customary, written)
