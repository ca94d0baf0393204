"""How deep an engine's answer nests, looked at before a parser that calls itself reads it.

Terms may hold triples, which hold terms (RDF 1.2, SPARQL 1.2 results): some hundred thousand
bytes of that are enough to overrun the stack, which ends the process.
"""

from __future__ import annotations

import re

# Solutions nest five deep; each triple in a term adds two.
_JSON_LEVELS = 16
_TRIPLES_LEVELS = 6
# A string, also one that never ends; each byte is looked at once.
_STRING = re.compile(rb'"(?:[^"\\]++|\\.)*+\\?"?', re.DOTALL)
_STRING_OF_A_LINE = re.compile(rb'"(?:[^"\\\r\n]++|\\[^\r\n])*+"?')
_NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
# What a term that nests is called; an escape may hide the word.
_NESTS = (b"triple", b"statement", b"\\u")
_LINE_ENDS = re.compile(rb"[\r\n]")


def is_deep_json(body: bytes) -> bool:
    """Tell whether solutions in JSON hold triples that nest deeper than any that are meant.

    >>> is_deep_json(b'{"head":{},"results":{"bindings":[{"s":{"value":"triple {[{["}}]}}')
    False
    """
    if not any(word in body for word in _NESTS):
        return False  # nothing else makes the parser call itself
    brackets = _STRING.sub(b"", body).translate(None, _NO_BRACKETS)
    for _ in range(_JSON_LEVELS):
        brackets = brackets.replace(b"{}", b"").replace(b"[]", b"")
        if not brackets:
            return False
    return True


def is_deep_n_triples(body: bytes) -> bool:
    """Tell whether a line of N-Triples holds many triples in terms.

    >>> is_deep_n_triples(b'<e:a> <e:b> "<<<<<<<<<<<<<<<<<<<<<<<<" .')
    False
    """
    if b"<<" not in body:
        return False
    lines = _LINE_ENDS.split(_STRING_OF_A_LINE.sub(b"", body))
    return any(line.count(b"<<") > _TRIPLES_LEVELS for line in lines)
