"""RDF/XML in the one spelling that the parser reads rightly, of the many that XML allows.

Oxigraph's parser refuses or shortens a text with a comment, an instruction or a CDATA section in
it, keeps the line ends of Windows, and knows neither entities in apostrophes nor ``xml:lang=""``. A
file with one of these is rewritten: the same document (XML 1.0, sections 2.4 to 2.12, 3.3.3, 4.2),
the same lines, so that errors name the right ones. XML literals get the text that RDF gives them:
exclusive canonical XML with comments (RDF 1.1 XML Syntax, section 7.2.17).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from xml.etree import ElementTree

from publisher.rdf.namespaces import iri

_COMMENT, _INSTRUCTION = re.compile(rb"<!--.*?-->", re.DOTALL), re.compile(rb"<\?.*?\?>", re.DOTALL)
_ODD_ENTITY = re.compile(rb"<!ENTITY\s++(?:%\s++)?[^\s\"'>]++\s++'")
_ODD_ATTRIBUTE = re.compile(rb"=\s*+(?:\"[^\"<]*[\n\t]|'[^'<]*[\n\t])")
_NO_LANGUAGE = re.compile(rb"xml:lang\s*+=\s*+(?:\"\"|'')")
_NEAR = 256
# A stray "<" is left to the parser, which says what is wrong with it. "(?!)": see guards.
_PART = re.compile(
    rb"(?P<comment><!--.*?-->)|<!\[CDATA\[(?P<cdata>.*?)\]\]>|(?P<instruction><\?.*?\?>)"
    rb"|(?P<doctype><!DOCTYPE(?:[^\[\"'>]++|\"[^\"]*+\"|'[^']*+'|(?!))*+"
    rb"(?:\[(?:[^\]\"'<]++|\"[^\"]*+\"|'[^']*+'|<!--.*?-->|<\?.*?\?>|<|(?!))*+\]\s*+)?>)"
    rb"|(?P<tag></?[^\s<>!?/](?:[^\"'<>]++|\"[^\"]*+\"|'[^']*+'|(?!))*+>)|(?P<text>[^<]++|<)",
    re.DOTALL,
)
_IN_DOCTYPE = re.compile(
    rb"(?P<comment><!--.*?-->)"
    rb"|(?P<begin><!ENTITY\s++(?:%\s++)?[^\s\"'>]++\s++)'(?P<value>[^']*+)'",
    re.DOTALL,
)
_VALUE = re.compile(rb"\"[^\"]*+\"|'[^']*+'")
_LANGUAGE = re.compile(rb"\sxml:lang\s*+=\s*+(?:\"([^\"]*+)\"|'([^']*+)')")
_AS_LITERAL = re.compile(rb"\s[\w.\-]+:parseType\s*+=\s*+[\"'](?!Resource|Collection)")
_LITERAL = re.compile(rb"\s([\w.\-]+):parseType\s*+=\s*+(?:\"Literal\"|'Literal')")
# A text with the datatype instead.
_AS_TEXT = f' \\1:datatype="{iri("rdf:XMLLiteral")}"'.encode()
# What is no other kind is an XML literal (RDF 1.1 XML Syntax, section 7.2.20).
_OTHER_KIND = re.compile(
    rb"(\s[\w.\-]+:parseType\s*+=\s*+)(?:\"(?!(?:Literal|Resource|Collection|Triple)\")[^\"]*+\""
    rb"|'(?!(?:Literal|Resource|Collection|Triple)')[^']*+')"
)
_NAMESPACE = re.compile(rb"\s(xmlns(?::[\w.\-]+)?)\s*+=\s*+(\"[^\"]*+\"|'[^']*+')")
_ESCAPES = ((b"&", b"&amp;"), (b"<", b"&lt;"), (b">", b"&gt;"))
_NODE = re.compile(rb"<([\w.\-]+):Description[\s>]|\s([\w.\-]+):(?:about|nodeID)\s*+=")
_PROPERTY = re.compile(rb"\s(?!xml)(([\w.\-]+):[\w.\-]+)\s*+=\s*+(\"[^\"]*+\"|'[^']*+')")
_WHITE = bytes.maketrans(b"\t\n\r", b"   ")


def plain_xml(content: bytes) -> bytes:
    r"""Return RDF/XML as the parser reads it rightly; mostly it is the same.

    Args:
        content: The file, in UTF-8; it is well-formed, else the parser says where it is not.

    >>> plain_xml(b"<a>one<!-- or\n -->two<![CDATA[<3>]]>\r\n</a>")
    b'<a>onetwo&lt;3&gt;\n</a\n>'
    """
    if b"\r" in content:
        content = content.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if _OTHER_KIND.search(content):
        content = _PART.sub(_with_known_kind, content)
    if _LITERAL.search(content):
        content = _with_canonical_literals(content)
    is_odd = (
        b"<![CDATA[" in content
        or _ODD_ENTITY.search(content)
        or _ODD_ATTRIBUTE.search(content)
        or _NO_LANGUAGE.search(content)
        or _is_within_text(content, b"<!--", _COMMENT)
        or _is_within_text(content, b"<?", _INSTRUCTION)
    )
    return _Rewriter().rewrite(content) if is_odd else content


def _with_known_kind(part: re.Match[bytes]) -> bytes:
    """Return a part of a document whose parse type, where it has an unknown one, is Literal."""
    return _OTHER_KIND.sub(rb'\1"Literal"', part[0]) if part["tag"] else part[0]


def _is_within_text(content: bytes, mark: bytes, whole: re.Pattern[bytes]) -> bool:
    """Tell whether a comment or an instruction stands beside the letters of a text."""
    start = content.find(mark)
    while start >= 0 and (found := whole.match(content, start)):
        before = content[max(0, start - _NEAR) : start].rstrip()
        after = content[found.end() : found.end() + _NEAR].lstrip()
        if (before and not before.endswith(b">")) or (after and not after.startswith(b"<")):
            return True
        start = content.find(mark, found.end())
    return False


def _escaped(text: bytes) -> bytes:
    for letter, escape in _ESCAPES:
        text = text.replace(letter, escape)
    return text


def _with_canonical_literals(content: bytes) -> bytes:
    """Return a document whose XML literals are texts with that datatype."""
    parts: list[bytes] = []
    scopes: list[Mapping[bytes, bytes]] = [{}]
    begin = depth = 0
    for found in _PART.finditer(content):
        part = found[0]
        parts.append(part)
        if found.lastgroup != "tag":
            continue
        if part.startswith(b"</"):
            if begin and len(scopes) == depth:
                _make_text(parts, begin - 1, scopes[-1])
                begin = 0
            scopes.pop()
        elif part.endswith(b"/>"):
            if not begin:  # the parser finds no value in an empty element
                parts[-1] = _LITERAL.sub(_AS_TEXT, part, count=1)
        else:
            scopes.append({**scopes[-1], **dict(_NAMESPACE.findall(part))})
            if not begin and _LITERAL.search(part):
                begin, depth = len(parts), len(scopes)
    return b"".join(parts)


def _make_text(parts: list[bytes], begin: int, scope: Mapping[bytes, bytes]) -> None:
    """Make the last parts, an XML literal from its first tag to its last, a text."""
    declared = b"".join(b" %b=%b" % pair for pair in sorted(scope.items()))
    inner = b"".join(parts[begin + 1 : -1])
    whole = b'<literal:x xmlns:literal="urn:literal"%b>%b</literal:x>' % (declared, inner)
    try:  # the document has passed the guards; entities are not known here
        written = ElementTree.canonicalize(whole.decode(), with_comments=True)  # nosec B314
    except ElementTree.ParseError:
        return
    text = written.partition(">")[2].rpartition("<")[0].encode()
    lost = inner.count(b"\n") - text.count(b"\n")
    first = _LITERAL.sub(_AS_TEXT, parts[begin], count=1)
    parts[begin:] = [first, _escaped(text), _with_more(parts[-1], b"\n" * max(lost, 0))]


class _Rewriter:
    """Rewrites a document, tag by tag."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        # Line ends of what was left out, which the next tag gets.
        self._owed = 0
        self._tells_language = False
        # Of each open element the language, and whether it is a part of an XML literal.
        self._open: list[tuple[bytes, bool]] = []
        # Where the last element begins, if nothing has begun or ended since.
        self._innermost = -1
        # Elements that stand for attributes of the tag.
        self._properties: list[bytes] = []

    def rewrite(self, content: bytes) -> bytes:
        """Return the document in the plain spelling."""
        self._tells_language = _NO_LANGUAGE.search(content) is not None
        for found in _PART.finditer(content):
            kind, part = found.lastgroup, found[0]
            if kind == "comment" or (kind == "instruction" and found.start() > 0):
                self._owed += part.count(b"\n")
            elif kind == "cdata":
                self._parts.append(_escaped(found["cdata"]))
            elif kind == "doctype":
                self._parts.append(_IN_DOCTYPE.sub(_declaration, part))
            elif kind == "tag":
                self._add_tag(part)
            else:
                self._parts.append(part)
        return b"".join(self._parts)

    def _add_tag(self, tag: bytes) -> None:
        plain = _VALUE.sub(lambda found: found[0].translate(_WHITE), tag)
        if self._tells_language:
            plain = self._without_language(plain)
        self._owed += tag.count(b"\n") - plain.count(b"\n")
        self._parts.append(_with_more(plain, b"\n" * self._owed))
        self._owed = 0
        self._parts += self._properties
        self._properties = []

    def _without_language(self, tag: bytes) -> bytes:
        """Return a tag without its language; the innermost elements have it, where there is one."""
        if tag.startswith(b"</"):
            language, is_literal = self._open.pop() if self._open else (b"", False)
            if self._innermost >= 0 and language and not is_literal:
                self._parts[self._innermost] = _with_language(
                    self._parts[self._innermost], language
                )
            self._innermost = -1
            return tag
        language, is_literal = self._open[-1] if self._open else (b"", False)
        if told := _LANGUAGE.search(tag):
            language = told[1] or told[2] or b""
        plain = tag if is_literal else _LANGUAGE.sub(b"", tag, count=1)
        if tag.endswith(b"/>"):
            self._innermost = -1
            return plain if is_literal or not language else _with_language(plain, language)
        self._open.append((language, is_literal or _AS_LITERAL.search(tag) is not None))
        self._innermost = len(self._parts)
        return plain if is_literal or not language else self._without_properties(plain, language)

    def _without_properties(self, tag: bytes, language: bytes) -> bytes:
        """Return the tag of a node without its texts, which would tell their language to others."""
        node = _NODE.search(tag)
        if node is None:
            return tag
        for whole in _PROPERTY.finditer(tag):
            name, prefix, value = whole.groups()
            if prefix != (node[1] or node[2]):
                first = _with_language(b"<%b>" % name, language)
                self._properties.append(b"%b%b</%b>" % (first, value[1:-1], name))
                tag = tag.replace(whole[0], b"", 1)
        return tag


def _with_language(tag: bytes, language: bytes) -> bytes:
    return _with_more(tag, b' xml:lang="' + language + b'"')


def _with_more(tag: bytes, more: bytes) -> bytes:
    """Return a tag with something before its end."""
    end = b"/>" if tag.endswith(b"/>") else b">"
    return tag.removesuffix(end) + more + end


def _declaration(found: re.Match[bytes]) -> bytes:
    """Return a declaration of an entity in quotation marks."""
    if found["comment"]:
        return found[0]
    return found["begin"] + b'"' + found["value"].replace(b'"', b"&#34;") + b'"'
