"""Bytes of a file → its text: RDF/XML in the encoding that it states, all else in UTF-8.

XML may be written in any encoding that it declares (XML 1.0, section 4.3.3). Turtle, TriG,
N-Triples, N-Quads and JSON-LD are always UTF-8 (Turtle, section 6; RFC 8259, section 8.1).
"""

from __future__ import annotations

import codecs
import re

from publisher.errors import SourceSyntax

# Longer marks first: UTF-32 begins as UTF-16 does.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# How "<?" or another beginning looks in an encoding of two or four bytes (XML 1.0, appendix F.1).
_WIDE = (
    (re.compile(rb"[^\0]\0\0\0[^\0]\0\0\0"), "utf-32-le"),
    (re.compile(rb"\0\0\0[^\0]\0\0\0[^\0]"), "utf-32-be"),
    (re.compile(rb"[^\0]\0[^\0]\0"), "utf-16-le"),
    (re.compile(rb"\0[^\0]\0[^\0]"), "utf-16-be"),
)
_DECLARATION = re.compile(
    r"\A(\s*<\?xml\s[^>]*?\bencoding\s*=\s*)(?:\"([A-Za-z][\w.\-]*)\"|'([A-Za-z][\w.\-]*)')"
)
_IS_XML = re.compile(rb"\s*<(?:\?xml|!DOCTYPE|!--|[A-Za-z_][\w.\-]*:RDF\b)")
# Encodings of texts that people save XML in; Python knows others that are no encodings of texts.
_OF_TEXTS = re.compile(
    r"utf-(?:8|16|32)(?:-[lb]e)?|ascii|iso8859-\d+|cp\d+|koi8-[rtu]|mac-\w+|shift_jis(?:_\w+)?"
    r"|euc_\w+|gb\w+|big5(?:hkscs)?|iso2022_\w+|johab|tis-620|kz1048|ptcp154|hz"
)
_DECLARATION_BYTES = 1024


def decode(content: bytes, where: str) -> str:
    """Return the text of a file, without a byte order mark; XML says then that it is UTF-8.

    Args:
        content: The file.
        where: How messages name it.

    Raises:
        SourceSyntax: It is in an encoding that its language does not have, or not in the one that
            it states.
    """
    mark, encoding = next(((m, e) for m, e in _MARKS if content.startswith(m)), (b"", ""))
    body = content[len(mark) :]
    encoding = encoding or next((e for look, e in _WIDE if look.match(body)), "")
    if encoding and encoding != "utf-8":
        text = _decoded(body, encoding, where)
        if not _IS_XML.match(text[:_DECLARATION_BYTES].encode(errors="replace")):
            raise _wrong_encoding(where, encoding)
        return _as_utf_8(text)
    if not _IS_XML.match(body):
        return _utf_8(body, where)
    declared = "" if mark else _declared(body, where)
    return _as_utf_8(_decoded(body, declared, where) if declared else _utf_8(body, where))


def beginning(content: bytes) -> str:
    """Return the text of the first bytes of a file as well as it can be told; never an error."""
    mark, encoding = next(((m, e) for m, e in _MARKS if content.startswith(m)), (b"", ""))
    body = content[len(mark) :]
    encoding = encoding or next((e for look, e in _WIDE if look.match(body)), "utf-8")
    return body.decode(encoding, errors="replace")


def _declared(content: bytes, where: str) -> str:
    """Return the encoding that XML declares; nothing when it is UTF-8."""
    found = _DECLARATION.match(content[:_DECLARATION_BYTES].decode("latin-1"))
    if found is None:
        return ""
    name = found[2] or found[3]
    try:
        known = codecs.lookup(name).name
    except LookupError:
        known = ""
    # Who declares UTF-16 in single bytes has not written it: programs of Windows do so.
    if known.startswith(("utf-16", "utf-32", "utf-8", "ascii")):
        return ""
    if not _OF_TEXTS.fullmatch(known):
        raise SourceSyntax(
            "The file says that it is in the encoding {encoding}, which is not known here.",
            where=where,
            remedy="Save it with the encoding UTF-8; nothing was published.",
            encoding=name,
        )
    return known


def _decoded(content: bytes, encoding: str, where: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise SourceSyntax(
            "The file is not in the encoding that it states, {encoding}: byte {position} cannot"
            " be read.",
            where=where,
            remedy="Save it with the encoding UTF-8; nothing was published.",
            encoding=encoding,
            position=error.start,
        ) from error


def _as_utf_8(text: str) -> str:
    """Return XML whose declaration, if it has one, states UTF-8."""
    text = text.removeprefix("\ufeff")
    stated = _DECLARATION.match(text)
    # Of a large file, a copy that changes nothing takes its size.
    if stated is None or (stated[2] or stated[3]).upper() == "UTF-8":
        return text
    return f'{stated[1]}"UTF-8"{text[stated.end() :]}'


def _utf_8(content: bytes, where: str) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise SourceSyntax(
            "The file is not UTF-8: byte {position} (line {line}) is 0x{byte:02X}.",
            where=where,
            remedy="Save it with the encoding UTF-8; nothing was published.",
            position=error.start,
            line=content.count(b"\n", 0, error.start) + 1,
            byte=content[error.start],
        ) from error


def _wrong_encoding(where: str, encoding: str) -> SourceSyntax:
    return SourceSyntax(
        "The file is not UTF-8: it is {encoding}.",
        where=where,
        remedy="Save it with the encoding UTF-8; nothing was published.",
        encoding=encoding.upper().removesuffix("-LE").removesuffix("-BE"),
    )
