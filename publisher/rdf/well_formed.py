"""XML that was written from RDF: whether a parser reads it.

XML 1.0 holds no control characters but three, not even escaped (section 2.2), and RDF/XML writes a
property as an element, whose name must end the property's IRI (RDF 1.1 XML Syntax, section 6.1.4).
A serialiser that does not look writes what no parser reads.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from secrets import token_hex
from typing import BinaryIO
from xml.parsers.expat import ExpatError, ParserCreate, XMLParserType

from pyoxigraph import NamedNode, Triple

from publisher.rdf.language_tags import xml_with_written_tags
from publisher.rdf.namespaces import iri

_TYPE = NamedNode(iri("rdf:type"))
# How a name of XML begins that ends an IRI (Namespaces in XML 1.0, section 4).
_NAME = re.compile(r"[^\W\d][\w.\-\u00b7]*$")
# Stands for rdf:type until the XML is written; nobody's data hold it.
_STAND_IN = f"urn:{token_hex(16)}:"
_WRITTEN = f'<type xmlns="{_STAND_IN}"'.encode()
# Between namespace and name; no IRI holds one.
_SEPARATOR = " "
_BLOCK_BYTES = 1 << 20
_LONGEST_TAG = 1 << 16


class BrokenXml(ValueError):
    """Something was written that XML cannot carry."""


def with_types_as_properties(triples: Iterable[Triple]) -> Iterator[Triple]:
    """Yield triples so that classes whose IRIs end in no name of XML can be written.

    The serialiser writes the class of a thing as an element (RDF 1.1 XML Syntax, section 2.13),
    which is only a short form: ``rdf:type`` may be a property like others. ``well_formed`` puts
    it back.
    """
    for triple in triples:
        cls = triple.object
        if triple.predicate == _TYPE and isinstance(cls, NamedNode) and not _NAME.search(cls.value):
            yield Triple(triple.subject, NamedNode(f"{_STAND_IN}type"), cls)
        else:
            yield triple


def is_reserved(error: Exception) -> bool:
    """Tell whether a serialiser refused a property that RDF/XML needs for itself (section 5.1)."""
    return "RDF/XML reserved" in str(error)


def copy_well_formed(written: BinaryIO, target: BinaryIO) -> None:
    """Copy XML part by part as ``well_formed`` returns it; memory holds a part at a time.

    Raises:
        BrokenXml: It is not well-formed; the target has the beginning of it.
    """
    parser = ParserCreate(namespace_separator=_SEPARATOR)
    rest = b""
    try:
        while block := written.read(_BLOCK_BYTES):
            block = rest + block
            # A tag may go on in the next part; a long text after one may not wait for it.
            start = block.rfind(b"<")
            is_cut = start >= 0 and len(block) - start < _LONGEST_TAG
            end = start if is_cut else len(block)
            rest = block[end:]
            _copy_part(block[:end], parser, target)
        _copy_part(rest, parser, target)
        parser.Parse(b"", True)
    except ExpatError as error:
        raise BrokenXml(str(error)) from error


def _copy_part(part: bytes, parser: XMLParserType, target: BinaryIO) -> None:
    part = finished_xml(part)
    parser.Parse(part, False)
    target.write(part)


def well_formed(written: bytes) -> bytes:
    """Return XML that parsers read, with each carriage return kept.

    A parser reads a carriage return as the end of a line; escaped it stays what it is (XML 1.0,
    section 2.11).

    Args:
        written: UTF-8, of a serialiser that writes carriage returns only within texts.

    Raises:
        BrokenXml: It is not well-formed.
    """
    written = finished_xml(written)
    parser = ParserCreate(namespace_separator=_SEPARATOR)
    try:
        parser.Parse(written, True)
    except ExpatError as error:
        raise BrokenXml(str(error)) from error
    return written


def finished_xml(written: bytes) -> bytes:
    """Return what a serialiser wrote, or whole tags of it, with what it does not write itself.

    These are classes as properties (``with_types_as_properties``), carriage returns escaped, and
    the customary language tags.
    """
    whole = written.replace(_WRITTEN, b"<rdf:type").replace(b"\r", b"&#13;")
    return xml_with_written_tags(whole)
