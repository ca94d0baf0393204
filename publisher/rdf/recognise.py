"""Name and beginning of a file → its RDF syntax, or what it is instead.

An extension that stands for one syntax decides. Where it leaves it open (``.owl``, ``.xml``,
``.json``, none at all), what is in the file does: ontologies are written in four languages
under one extension.
"""

from __future__ import annotations

import re
from pathlib import PurePath

from pyoxigraph import RdfFormat

from publisher.rdf.packed import GZIP

_OF_ONE_SYNTAX = {
    "ttl": RdfFormat.TURTLE,
    "turtle": RdfFormat.TURTLE,
    # N3 without rules and formulas is Turtle; the parser says where a file has them.
    "n3": RdfFormat.TURTLE,
    "nt": RdfFormat.N_TRIPLES,
    "ntriples": RdfFormat.N_TRIPLES,
    "nq": RdfFormat.N_QUADS,
    "nquads": RdfFormat.N_QUADS,
    "trig": RdfFormat.TRIG,
    "jsonld": RdfFormat.JSON_LD,
}
_LARGER = {
    RdfFormat.N_TRIPLES: (RdfFormat.TURTLE, RdfFormat.N_QUADS, RdfFormat.TRIG),
    RdfFormat.TURTLE: (RdfFormat.TRIG,),
}
# These leave it open; what is here is what most of them are.
_OF_SEVERAL = {
    "owl": RdfFormat.RDF_XML,
    "rdf": RdfFormat.RDF_XML,
    "rdfs": RdfFormat.RDF_XML,
    "xml": RdfFormat.RDF_XML,
    "json": RdfFormat.JSON_LD,
}
# Other languages for RDF and OWL, which are named and not read.
_OTHER_LANGUAGES = {
    "ofn": "OWL functional syntax",
    "omn": "OWL Manchester syntax",
    "owx": "OWL/XML",
    "obo": "OBO",
    "hdt": "HDT",
    "trix": "TriX",
    "rj": "RDF/JSON",
    "ndjsonld": "JSON-LD in lines",
    "jsonl": "JSON in lines",
    "yamlld": "YAML-LD",
    "ttls": "Turtle-star",
    "nt11": "N-Triples in parts",
    "hext": "HexTuples",
}
# Which of these programs for ontologies convert.
OF_ONTOLOGIES = ("OWL functional syntax", "OWL Manchester syntax", "OWL/XML", "OBO")
WEB_PAGE = "HTML"
# What a catalogue service answers: records, or what it can do.
_CSW_ANSWERS = frozenset(("GetRecordsResponse", "GetRecordByIdResponse", "Capabilities"))
# What Git has in the place of a large file whose content was not fetched.
POINTER = "a pointer of Git LFS"
# Syntaxes in which no triple is in a graph with a name.
ONE_GRAPH = (RdfFormat.TURTLE, RdfFormat.N_TRIPLES, RdfFormat.RDF_XML)
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_START = 1 << 16
# Nothing in these is tried twice: a stranger may have written the file. "(?!)": see guards.
_COMMENTS = re.compile(r"(?:\s++|#[^\n\r]*+|(?!))*+")
_XML_ROOT = re.compile(
    r"(?:\s++|(?><\?.*?\?>)|(?><!--.*?-->)|(?><!DOCTYPE[^\[>]*+(?:\[.*?\]\s*+)?>)|(?!))*+"
    r"<([A-Za-z_][\w.\-:]*+)",
    re.DOTALL,
)
_JSON_LD_KEY = re.compile(r'"@(?:context|id|graph|type|value|vocab|list|set|included)"\s*:')
_STATEMENT = re.compile(
    r"(?:<[^<>\s]*+>|_:\S++)\s*<[^<>\s]*+>\s*[<_\"].*\.[ \t]*(?:#.*)?(?:\r?\n|\Z)"
)
_TURTLE_START = re.compile(
    r"@prefix\s|@base\s|prefix\s+[\w.\-]*:\s*<|base\s+<|version\s+[\"']|graph\s+<", re.IGNORECASE
)
_BEGINNINGS = (
    (re.compile(r"(?:Prefix\(|Ontology\()"), "OWL functional syntax"),
    (re.compile(r"(?:Prefix:|Ontology:)\s"), "OWL Manchester syntax"),
    (re.compile(r"format-version:\s"), "OBO"),
    (re.compile(r"<!DOCTYPE html|<html", re.IGNORECASE), WEB_PAGE),
    (re.compile(r"version https://git-lfs\.github\.com/spec/"), POINTER),
)


def extension_of(name: str) -> str:
    """Return the extension that says what is in a file, without the one of its packing.

    >>> extension_of("data/lakes/lakes.TTL.gz"), extension_of("README")
    ('ttl', '')
    """
    plain = name[: -len(GZIP)] if name.lower().endswith(GZIP) else name
    return PurePath(plain).suffix.lstrip(".").lower()


def syntax_by_name(name: str) -> RdfFormat | None:
    """Return the syntax that a file name stands for, or most probably stands for.

    >>> syntax_by_name("bfo.owl") == RdfFormat.RDF_XML, syntax_by_name("notes.txt")
    (True, None)
    """
    extension = extension_of(name)
    return _OF_ONE_SYNTAX.get(extension) or _OF_SEVERAL.get(extension)


def is_open(name: str) -> bool:
    """Tell whether what is in a file has to decide whether it is RDF, and which."""
    extension = extension_of(name)
    return not extension or extension in _OF_SEVERAL


def syntax_of(name: str, content: str) -> RdfFormat | None:
    """Return the syntax of a file; None when it is no RDF that is read here.

    Args:
        name: Its name.
        content: What is in it, or the beginning.
    """
    extension = extension_of(name)
    if extension in _OF_ONE_SYNTAX:
        return _OF_ONE_SYNTAX[extension]
    return syntax_by_content(content) if is_open(name) else None


def is_part_of(small: RdfFormat, large: RdfFormat) -> bool:
    """Tell whether every file of one syntax is one of another.

    >>> is_part_of(RdfFormat.TURTLE, RdfFormat.TRIG), is_part_of(RdfFormat.TRIG, RdfFormat.TURTLE)
    (True, False)
    """
    return small == large or large in _LARGER.get(small, ())


def syntax_by_content(content: str) -> RdfFormat | None:
    r"""Return the syntax in which a file begins, None when it is none that is read here.

    >>> syntax_by_content("# Lakes\n@prefix : <#> .") == RdfFormat.TRIG
    True
    """
    start = content[:_START]
    begin = _COMMENTS.match(start)
    body = start[begin.end() if begin else 0 :]
    if other_language("", start):
        return None
    if _TURTLE_START.match(body):
        return RdfFormat.TRIG  # of which Turtle is a part
    if _STATEMENT.match(body):
        return RdfFormat.N_QUADS  # of which N-Triples are a part
    if _XML_ROOT.match(start) and _RDF in start:
        return RdfFormat.RDF_XML
    if body.startswith(("{", "[")) and _JSON_LD_KEY.search(content):
        return RdfFormat.JSON_LD
    return None


def map_metadata(content: str) -> str:
    """Return the name of the metadata of maps that XML holds; empty for anything else.

    Answers of CSW (OGC 07-006r1), ISO 19139 and ISO 19115-3, by their outermost element.

    >>> map_metadata('<gmd:MD_Metadata xmlns:gmd="http://www.isotc211.org/2005/gmd">')
    'ISO 19139'
    """
    root = _XML_ROOT.match(content[:_START])
    local = root[1].rpartition(":")[2] if root else ""
    if local in ("MD_Metadata", "MI_Metadata"):
        is_new = "standards.iso.org/iso/19115/-3" in content[:_START]
        return "ISO 19115-3" if is_new else "ISO 19139"
    is_csw = "/cat/csw" in content[:_START]
    return "CSW" if is_csw and local in _CSW_ANSWERS else ""


def other_language(name: str, content: str) -> str:
    r"""Return the name of the language that a file is in, when it is one that is not read here.

    >>> other_language("pizza.owl", "Prefix(:=<http://e/>)\nOntology(<http://e/>)")
    'OWL functional syntax'
    """
    start = content[:_START]
    begin = _COMMENTS.match(start)
    body = start[begin.end() if begin else 0 :]
    found = next((language for look, language in _BEGINNINGS if look.match(body)), "")
    root = _XML_ROOT.match(start)
    if not found and root and "http://www.w3.org/2002/07/owl#" in start:
        found = "OWL/XML" if root[1].rpartition(":")[2] == "Ontology" else ""
    if not found and root and root[1].rpartition(":")[2].lower() in ("html", "trix"):
        found = {"html": WEB_PAGE, "trix": "TriX"}[root[1].rpartition(":")[2].lower()]
    return found or _OTHER_LANGUAGES.get(extension_of(name), "")
