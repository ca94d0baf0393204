"""What is ordinary is read as before; what is not, in a process of its own or not at all."""

from __future__ import annotations

import io
import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import RdfFormat, parse

from publisher.errors import ReadLimitExceeded, SourceSyntax
from publisher.rdf import media_types, reading
from publisher.rdf.guards import DEFAULT_READ_LIMITS, ReadLimits, needs_own_process
from publisher.rdf.reading import read_json, read_quads, read_quads_by_line

BASE = "https://e.org/"
REPOSITORY = Path(__file__).parents[2]
FIELD = REPOSITORY.parent / "shared"
_XMLNS = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="https://e.org/"'


def rdf_files(folder: Path) -> list[Path]:
    """Return the RDF files below a folder."""
    found = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return [p for p in found if getattr(media_types.media_type_of_file(p.name), "rdf_format", None)]


def same(content: bytes, rdf_format: RdfFormat, where: str) -> None:
    """Assert that the guarded reader says what the parser says, in this process."""
    try:
        plain = len(list(parse(content, format=rdf_format, base_iri=BASE)))
    except SyntaxError as error:
        if "remote contexts" in str(error):  # the parser alone knows none; some are known here
            with suppress(SourceSyntax):
                assert read_quads(content, rdf_format, BASE, where)
            return
        with pytest.raises((SyntaxError, SourceSyntax)):
            read_quads(content, rdf_format, BASE, where)
        return
    assert len(read_quads(content, rdf_format, BASE, where)) == plain, where
    assert not needs_own_process(content, rdf_format, DEFAULT_READ_LIMITS, where), where


@pytest.mark.parametrize("name", ["data", "ontology", "shapes", "tests", "publisher"])
def test_no_file_of_the_project_is_refused_or_slowed_down(name: str) -> None:
    """A guard that is in the way will be taken away."""
    for path in rdf_files(REPOSITORY / name):
        same(path.read_bytes().removeprefix(b"\xef\xbb\xbf"), format_of(path), str(path))


@pytest.mark.skipif(not FIELD.exists(), reason="the collection of others' files is not here")
@pytest.mark.parametrize("name", ["field/data", "portals"])
def test_no_file_of_others_is_refused_or_slowed_down(name: str) -> None:
    """Odd files of portals, editors and converters."""
    found = rdf_files(FIELD / name)
    assert found
    for path in found:
        same(path.read_bytes().removeprefix(b"\xef\xbb\xbf"), format_of(path), str(path))


def format_of(path: Path) -> RdfFormat:
    """Return the syntax of a file."""
    media_type = media_types.media_type_of_file(path.name)
    assert media_type is not None
    assert media_type.rdf_format is not None
    return media_type.rdf_format


def test_an_ontology_may_declare_its_prefixes_as_entities() -> None:
    """Editors of OWL do, some by way of each other."""
    content = f"""<?xml version="1.0"?><!DOCTYPE rdf:RDF [
        <!ENTITY base "https://e.org/"> <!ENTITY own "&base;own#">
        <!ENTITY xsd "http://www.w3.org/2001/XMLSchema#">]>
        <rdf:RDF {_XMLNS} xmlns:own="&own;"><rdf:Description rdf:about="&own;a">
        <own:b rdf:datatype="&xsd;int">1</own:b></rdf:Description></rdf:RDF>""".encode()
    (quad,) = read_quads(content, RdfFormat.RDF_XML, BASE, "x.owl")
    assert str(quad.triple) == (
        '<https://e.org/own#a> <https://e.org/own#b> "1"^^<http://www.w3.org/2001/XMLSchema#int>'
    )


def test_a_document_type_that_lies_elsewhere_is_not_fetched_and_not_minded() -> None:
    """Dublin Core asks for one."""
    content = (
        '<!DOCTYPE rdf:RDF PUBLIC "-//DUBLIN CORE//DTD//EN" "http://127.0.0.1:1/x.dtd">'
        f'<rdf:RDF {_XMLNS}><rdf:Description e:p="1"/></rdf:RDF>'
    ).encode()
    assert len(read_quads(content, RdfFormat.RDF_XML, BASE, "x.rdf")) == 1


def test_rdf_xml_that_breaks_off_is_no_whole() -> None:
    """The parser takes it for one, and half a file would be published."""
    content = f'<rdf:RDF {_XMLNS}>\n<rdf:Description e:p="1"/>'.encode()
    with pytest.raises(SyntaxError) as error:
        read_quads(content, RdfFormat.RDF_XML, BASE, "x.rdf")
    assert error.value.lineno == 2


def test_an_unknown_kind_of_content_is_an_xml_literal() -> None:
    """RDF 1.1 XML Syntax, section 7.2.20; the parser leaves it out."""
    content = (
        f'<rdf:RDF {_XMLNS}><rdf:Description><e:p rdf:parseType="daml:collection">a<e:b/></e:p>'
        "</rdf:Description></rdf:RDF>"
    ).encode()
    (quad,) = read_quads(content, RdfFormat.RDF_XML, BASE, "x.rdf")
    assert '"a<e:b xmlns:e=' in str(quad.object)
    assert "XMLLiteral" in str(quad.object)


def test_an_empty_xml_literal_is_read() -> None:
    """In one tag as in two; the parser finds no value there."""
    content = (
        f'<rdf:RDF {_XMLNS}><rdf:Description><e:p rdf:parseType="Literal"/>'
        '<e:q rdf:parseType="Literal"></e:q></rdf:Description></rdf:RDF>'
    ).encode()
    found = read_quads(content, RdfFormat.RDF_XML, BASE, "x.rdf")
    assert {str(quad.object).partition("#")[2] for quad in found} == {"XMLLiteral>"}
    assert {quad.object.value for quad in found} == {""}  # type: ignore[union-attr]


@pytest.mark.parametrize("container", ['"@type"', '["@set", "@type"]'])
def test_values_sorted_by_their_types_are_read(container: str) -> None:
    """JSON-LD 1.1, section 4.6.4: things, names, and words of the context of a type."""
    content = """{"@context": {"@version": 1.1, "@vocab": "https://e.org/",
        "Wolf": {"@id": "Wolf", "@context": {"tall": "shoulderHeight"}},
        "animals": {"@id": "animals", "@container": %s}},
        "@id": "zoo", "animals": {"Wolf": [{"@id": "isa", "tall": 8}, "ivo"], "Bear": {}}}"""
    found = read_quads(
        (content % container).encode(), RdfFormat.JSON_LD, BASE, "x.jsonld", prefixes={}
    )
    said = {str(quad.triple) for quad in found}
    assert len(found) == 7
    assert {
        "<https://e.org/zoo> <https://e.org/animals> <https://e.org/isa>",
        '<https://e.org/isa> <https://e.org/shoulderHeight> "8"'
        "^^<http://www.w3.org/2001/XMLSchema#integer>",
        "<https://e.org/ivo> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <https://e.org/Wolf>",
    } <= said


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ('"@import": "https://c.example/x.jsonld"', "context <https://c.example/x.jsonld> is on"),
        ('"a": {"@container": "@foo"}', "invalid container mapping|@container"),
    ],
)
def test_what_is_wrong_beside_a_type_map_is_named(more: str, words: str) -> None:
    """Nothing is fetched, and no words of a library come out."""
    content = f"""{{"@context": {{"@vocab": "https://e.org/", {more},
        "b": {{"@container": "@type"}}}}, "b": {{"C": {{}}}}}}""".encode()
    with pytest.raises((SourceSyntax, SyntaxError), match=words):
        read_quads(content, RdfFormat.JSON_LD, BASE, "x.jsonld")


@pytest.mark.slow
def test_a_long_flat_collection_is_read() -> None:
    """Width is not depth."""
    content = b"<urn:s> <urn:p> ( " + b"1 " * 100_000 + b") ."
    assert len(read_quads(content, RdfFormat.TURTLE, BASE, "x.ttl")) == 200_001


@pytest.fixture
def apart(monkeypatch: pytest.MonkeyPatch) -> list[RdfFormat]:
    """Return the syntax of each file that is parsed in a process of its own."""
    seen: list[RdfFormat] = []
    within = reading._read_in_process

    def counted(content: bytes, rdf_format: RdfFormat, *others: Any) -> bytes:
        seen.append(rdf_format)
        return within(content, rdf_format, *others)

    monkeypatch.setattr(reading, "_read_in_process", counted)
    return seen


@pytest.mark.slow
@pytest.mark.parametrize(
    ("rdf_format", "content"),
    [
        (
            RdfFormat.TURTLE,
            f"@prefix e: <https://e.org/{'x' * 1000}/> .\n".encode()
            + b"_:b e:p 'a\\n\"', 'b'@sv .\n" * 20_000,
        ),
        (
            RdfFormat.JSON_LD,
            json.dumps(
                [{"@id": f"urn:{n}", "urn:p": [{"@list": [n]}, "å"]} for n in range(30_000)]
            ).encode(),
        ),
        (
            RdfFormat.RDF_XML,
            f"<rdf:RDF {_XMLNS}>".encode()
            + b"<rdf:Description><e:p>" * 1200
            + b"</e:p></rdf:Description>" * 1200
            + b"</rdf:RDF>",
        ),
    ],
    ids=["long prefix", "large JSON-LD", "deep RDF/XML"],
)
def test_what_is_parsed_apart_says_the_same(
    rdf_format: RdfFormat, content: bytes, apart: list[RdfFormat]
) -> None:
    """Terms, their order, and labels of blank nodes that have one."""
    quads = read_quads(content, rdf_format, BASE, "x")
    plain = list(parse(content, format=rdf_format, base_iri=BASE))
    assert apart == [rdf_format]
    assert [quad.predicate for quad in quads] == [quad.predicate for quad in plain]
    assert len({quad.subject for quad in quads}) == len({quad.subject for quad in plain})


@pytest.mark.slow
def test_a_mistake_in_what_is_parsed_apart_has_its_place(apart: list[RdfFormat]) -> None:
    """As in what is parsed here."""
    content = f"@prefix e: <https://e.org/{'x' * 1000}/> .\n".encode() + b"e:a e:p 1 .\n" * 30_000
    with pytest.raises(SyntaxError, match="prefix f: has not been declared") as error:
        read_quads(content + b"e:a f:p 1 .", RdfFormat.TURTLE, BASE, "x.ttl")
    assert apart == [RdfFormat.TURTLE]
    assert (error.value.lineno, error.value.offset) == (30_002, 5)


def test_a_file_that_is_too_large_is_not_parsed() -> None:
    """It says how large it is and may be."""
    with pytest.raises(ReadLimitExceeded, match="The file has 3 MB; at most 2 MB are read"):
        read_quads(
            b" " * (5 << 19), RdfFormat.TURTLE, BASE, "x", limits=ReadLimits(file_bytes=2 << 20)
        )


def test_a_small_file_of_many_triples_is_refused() -> None:
    """Two letters make two triples, of three hundred bytes each."""
    content = b"<urn:s> <urn:p> ( " + b"1 " * 10_000 + b") ."
    with pytest.raises(ReadLimitExceeded, match="It holds more than 1649 triples"):
        read_quads(content, RdfFormat.TURTLE, BASE, "x", limits=ReadLimits(memory_bytes=1 << 20))


def test_a_context_on_the_web_is_named() -> None:
    """It is never fetched: a site that is away would keep the file from being published."""
    content = b'{\n"@context": "http://127.0.0.1:1/context", "urn:p": 1}'
    with pytest.raises(SourceSyntax, match="Line 2: the JSON-LD context <http://127"):
        read_quads(content, RdfFormat.JSON_LD, BASE, "x.jsonld")


@pytest.mark.slow
def test_a_term_that_is_too_long_is_told_of_with_its_line() -> None:
    """Most often a quote is missing, far above the end of the file."""
    content = b'<urn:s> <urn:p> "a" .\n<urn:s> <urn:p> """' + b"b\n" * (9 << 20)
    with pytest.raises(ReadLimitExceeded, match="Line 2: from here on"):
        read_quads(content, RdfFormat.TURTLE, BASE, "x.ttl")


@pytest.mark.slow
def test_lines_are_read_as_a_stream() -> None:
    """A line may begin in one block and end in another; blank nodes keep their labels."""
    lines = [f'_:b{n} <urn:p> "{"å" * (n % 97)}" .\n' for n in range(30_000)]
    content = "".join(lines).rstrip("\n").encode()
    quads = list(read_quads_by_line(io.BytesIO(content), RdfFormat.N_TRIPLES, "x.nt"))
    assert [f"{quad} .\n" for quad in quads] == lines


@pytest.mark.parametrize(
    "content",
    [
        b"<urn:s> <urn:p> " + b"<<( <urn:s> <urn:p> " * 25_000 + b"1" + b" )>>" * 25_000 + b" .\n",
        b'<urn:s> <urn:p> "' + b"a" * (20 << 20) + b'" .\n',
        b"<urn:s> <urn:p> " + b"<urn:o> " * (9 << 20),
    ],
    ids=["quoted triples", "a long term", "a line without an end"],
)
def test_a_stream_of_bombs_is_refused(content: bytes) -> None:
    """What another copy or an engine sends is a stranger's too."""
    with pytest.raises(ReadLimitExceeded):
        list(read_quads_by_line(io.BytesIO(content), RdfFormat.N_TRIPLES, "x.nt"))


@pytest.mark.parametrize("content", [b"[" * 100_000, b'{"a":' * 100_000])
def test_json_that_nests_is_refused(content: bytes) -> None:
    """Before a parser meets it that has a stack."""
    with pytest.raises(ReadLimitExceeded):
        read_json(content, "x.json")


def test_namespaces_may_be_declared_where_they_are_used() -> None:
    """Some writers do so for each property: many in all, and one at once."""
    line = '<rdf:Description xmlns:o="urn:o:"><o:p xmlns:o="urn:q:">1</o:p></rdf:Description>\n'
    content = f"<rdf:RDF {_XMLNS}>{line * 1000}</rdf:RDF>".encode()
    same(content, RdfFormat.RDF_XML, "x.rdf")


@pytest.mark.parametrize(
    "inside",
    [
        "<rdf:Description " + " ".join(f"xmlns:n{n}='urn:{n}'" for n in range(300)) + "/>",
        "".join(f"<rdf:Description xmlns:n{n}='urn:{n}'><n{n}:p>" for n in range(300))
        + "".join(f"</n{n}:p></rdf:Description>" for n in reversed(range(300))),
    ],
    ids=["one element", "nested elements"],
)
def test_many_namespaces_at_once_are_parsed_apart(inside: str, apart: list[RdfFormat]) -> None:
    """The parser goes through all of them for each name."""
    content = f"<rdf:RDF {_XMLNS}>{inside}</rdf:RDF>".encode()
    read_quads(content, RdfFormat.RDF_XML, BASE, "x.rdf")
    assert apart == [RdfFormat.RDF_XML]
