"""Where a parser stopped that does not say it: Oxigraph's, of RDF/XML and of JSON-LD."""

from __future__ import annotations

import json
import re
from typing import IO, cast

from pyoxigraph import RdfFormat, parse

_QUOTED = re.compile(r"'([^']+)'|, (\S+) found")
_KEYWORD = re.compile(r"@[a-z]+\b")
# What cannot begin the value of a keyword that has to be a text.
_NO_TEXT = rb"\s*:\s*(?![\s\"\[n])"


def line_in_xml(content: bytes, base_iri: str) -> int | None:
    """Return the line at which the parser gives up RDF/XML; None when it reads it to its end.

    It is given tag after tag, so that it has what it stumbles at, and nothing behind.
    """
    tags = _Tags(content)
    try:
        for _ in parse(cast(IO[bytes], tags), format=RdfFormat.RDF_XML, base_iri=base_iri):
            pass
    except SyntaxError:
        return content.count(b"\n", 0, tags.position) + 1
    return None


class _Tags:
    """A file that gives at most a tag, or the text before one, at a time."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self.position = 0

    def read(self, most: int) -> bytes:
        """Return what is next, up to a number of bytes."""
        start = self.position
        is_tag = self._content.startswith(b"<", start)
        end = self._content.find(b">" if is_tag else b"<", start + 1) + is_tag
        end = end if end > start else len(self._content)
        self.position = min(end, start + most)
        return self._content[start : self.position]


def line_in_json_ld(content: bytes, words: str) -> int | None:
    """Return the line of what the parser complains about; None unless it is at one place only.

    Args:
        content: The file.
        words: What the parser says.
    """
    quoted = [first or second for first, second in _QUOTED.findall(words)]
    keywords = _KEYWORD.findall(words)
    looks = [re.escape(json.dumps(name, ensure_ascii=False).encode()) for name in quoted]
    if keywords and "must be a string" in words:
        looks.append(re.escape(json.dumps(keywords[0]).encode()) + _NO_TEXT)
    looks += [re.escape(json.dumps(word).encode()) + rb"\s*:" for word in keywords]
    for look in looks:
        places = [found.start() for found in re.finditer(look, content)]
        if len(places) == 1:
            return content.count(b"\n", 0, places[0]) + 1
    return None
