r"""Names with spaces beyond ASCII, escaped as N-Triples and N-Quads may write any character.

IRIs may hold them (RFC 3987, section 2.2: ``ucschar``), and so may IRIs between angle brackets
(N-Triples 1.1, section 7: IRIREF). Readers that split lines at what Unicode calls a space refuse
them there; ``\u00A0`` means the same (section 2.5) and is read by all.
"""

from __future__ import annotations

import re

# UTF-8 of what has the property White_Space and is not in ASCII (Unicode, PropList).
_SPACE = rb"\xc2[\x85\xa0]|\xe1\x9a\x80|\xe2(?:\x80[\x80-\x8a\xa8\xa9\xaf]|\x81\x9f)|\xe3\x80\x80"
_ANY_SPACE = re.compile(_SPACE)
# In a text these brackets may stand too; there an escape means the same (section 2.3).
_NAME = re.compile(rb"<[^<>\"\x00-\x20]++>")


def with_escaped_names(lines: bytes) -> bytes:
    r"""Return N-Triples or N-Quads in which no name holds a space beyond ASCII.

    >>> with_escaped_names("<urn:a\u00a0b> <urn:p> \"c\u00a0d\" .".encode()).decode()
    '<urn:a\\u00A0b> <urn:p> "c\xa0d" .'
    """
    if lines.isascii() or not _ANY_SPACE.search(lines):
        return lines
    return _NAME.sub(_escaped_name, lines)


def _escaped_name(found: re.Match[bytes]) -> bytes:
    return _ANY_SPACE.sub(_escaped, found[0])


def _escaped(found: re.Match[bytes]) -> bytes:
    return b"\\u%04X" % ord(found[0].decode())
