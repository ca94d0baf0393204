"""XML that was written from RDF: whether a parser reads it.

XML 1.0 holds no control characters but three, not even escaped (section 2.2), and RDF/XML writes a
property as an element, whose name must end the property's IRI (RDF 1.1 XML Syntax, section 6.1.4).
A serialiser that does not look writes what no parser reads.
"""

from __future__ import annotations

from xml.parsers.expat import ExpatError, ParserCreate

# Between namespace and name; no IRI holds one.
_SEPARATOR = " "


class BrokenXml(ValueError):
    """Something was written that XML cannot carry."""


def is_reserved(error: Exception) -> bool:
    """Tell whether a serialiser refused a property that RDF/XML needs for itself (section 5.1)."""
    return "RDF/XML reserved" in str(error)


def well_formed(written: bytes) -> bytes:
    """Return XML that parsers read, with each carriage return kept.

    A parser reads a carriage return as the end of a line; escaped it stays what it is (XML 1.0,
    section 2.11).

    Args:
        written: UTF-8, of a serialiser that writes carriage returns only within texts.

    Raises:
        BrokenXml: It is not well-formed.
    """
    parser = ParserCreate(namespace_separator=_SEPARATOR)
    try:
        parser.Parse(written, True)
    except ExpatError as error:
        raise BrokenXml(str(error)) from error
    return written.replace(b"\r", b"&#13;")
