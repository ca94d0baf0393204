from __future__ import annotations

import gzip
import json
import re
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from pyld import jsonld
from pyoxigraph import Literal, NamedNode, Quad, Triple, parse
from rdflib import Graph

from publisher.rdf import media_types
from publisher.rdf.jsonld import Context
from publisher.rdf.media_types import MediaType
from publisher.rdf.serialise import gzip_bytes, serialise
from tests.graphs import PREFIXES, canonical, graphs, graphs_without_blank_nodes

TAG = re.compile(rb"\"@language\": *\"[^\"]*\"")

DEFINITIONS: dict[str, Any] = {
    **{name: namespace for name, namespace in PREFIXES.items() if name not in ("id", "rdf")},
    "id": "@id",
    "type": "@type",
    "Lake": "water:Lake",
    "Concept": "skos:Concept",
    "prefLabel": {"@id": "skos:prefLabel"},
    "flowsInto": {"@id": "water:flowsInto", "@type": "@id"},
    "modified": {"@id": "dcterms:modified", "@type": "xsd:date"},
    "depth": {"@id": "water:depth", "@type": "xsd:decimal"},
}
CONTEXT = Context(DEFINITIONS)
FORMATS = [*media_types.GRAPHS, media_types.N_QUADS, media_types.TRIG]


def refuse(address: str, _options: object) -> dict[str, Any]:
    """Stand in for a loader of contexts: nothing may be fetched."""
    raise AssertionError(f"{address} was to be fetched")


@pytest.mark.slow
@pytest.mark.parametrize("media_type", FORMATS, ids=lambda media_type: media_type.label)
@given(triples=graphs)
@settings(max_examples=60)
def test_every_graph_in_every_format_read_back_is_the_same_graph(
    media_type: MediaType, triples: list[Triple]
) -> None:
    """Five ways to say one thing."""
    written = serialise(triples, media_type, PREFIXES, CONTEXT)
    read = parse(written, format=media_type.rdf_format)
    assert canonical(quad.triple for quad in read) == canonical(triples)


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated")  # rdflib's own use of it
@pytest.mark.parametrize(
    ("media_type", "name"),
    [
        (media_types.TURTLE, "turtle"),
        (media_types.JSON_LD, "json-ld"),
        (media_types.RDF_XML, "xml"),
        (media_types.N_TRIPLES, "nt"),
    ],
    ids=["turtle", "json-ld", "xml", "nt"],
)
def test_rdflib_reads_what_oxigraph_wrote(media_type: MediaType, name: str) -> None:
    """A second reader by other people finds every triple."""
    lake = NamedNode("https://data.example.org/id/lake/vänern")
    label = NamedNode(PREFIXES["skos"] + "prefLabel")
    triples = [
        Triple(lake, NamedNode(PREFIXES["rdf"] + "type"), NamedNode(PREFIXES["water"] + "Lake")),
        Triple(lake, label, Literal("Vänern", language="sv")),
        Triple(lake, label, Literal('a <b> & "c"', language="en")),
        Triple(lake, NamedNode(PREFIXES["water"] + "flowsInto"), NamedNode("urn:x")),
    ]
    graph = Graph().parse(data=serialise(triples, media_type, PREFIXES, CONTEXT), format=name)
    assert {" ".join(t.n3() for t in triple) for triple in graph} == {str(t) for t in triples}


def without_doubles(triples: list[Triple]) -> list[Triple]:
    """Return a graph as PyLD can hold it: it rewrites the digits of doubles."""
    return [t for t in triples if not str(t.object).endswith("#double>")]


@pytest.mark.slow
@given(graphs.map(without_doubles))
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
def test_the_compact_form_says_what_pylds_compact_form_says(triples: list[Triple]) -> None:
    """JSON-LD 1.1 API, section 5.6: the short way must mean what the general algorithm means."""
    ours = json.loads(serialise(triples, media_types.JSON_LD, PREFIXES, CONTEXT))
    options = {"documentLoader": refuse}
    expanded = jsonld.expand(ours, options)
    theirs = jsonld.compact(expanded, {"@context": DEFINITIONS}, {**options, "graph": True})
    normal = {"algorithm": "URDNA2015", "format": "application/n-quads", **options}
    assert jsonld.normalize(ours, normal) == jsonld.normalize(theirs, normal)
    quads = parse(jsonld.normalize(ours, normal).encode(), format=media_types.N_QUADS.rdf_format)
    assert canonical(quads) == canonical(triples)


@pytest.mark.slow
@given(graphs_without_blank_nodes)
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
def test_the_compact_form_is_the_one_that_pyld_chooses(triples: list[Triple]) -> None:
    """Keys and values, not only their meaning: a developer who compacts finds no surprise."""
    written = serialise(triples, media_types.JSON_LD, PREFIXES, CONTEXT)
    ours = json.loads(TAG.sub(lambda tag: tag[0].lower(), written))  # PyLD makes tags small
    options = {"documentLoader": refuse, "graph": True}
    theirs = jsonld.compact(jsonld.expand(ours, options), {"@context": DEFINITIONS}, options)
    assert by_name(ours["@graph"]) == by_name(theirs["@graph"])


def by_name(nodes: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return node objects by name, the values of each key in one order."""
    return {
        node["id"]: {
            key: sorted(value, key=json.dumps) if isinstance(value, list) else value
            for key, value in node.items()
        }
        for node in nodes
    }


def test_a_document_carries_the_part_of_the_context_that_it_uses() -> None:
    """A document of two triples must not drag a vocabulary of two hundred terms along."""
    lake = NamedNode("https://data.example.org/id/a")
    triples = [
        Triple(lake, NamedNode(PREFIXES["rdf"] + "type"), NamedNode(PREFIXES["water"] + "Lake")),
        Triple(
            lake,
            NamedNode(PREFIXES["dcterms"] + "modified"),
            Literal("2026-01-02", datatype=NamedNode(PREFIXES["xsd"] + "date")),
        ),
    ]
    assert json.loads(serialise(triples, media_types.JSON_LD, PREFIXES, CONTEXT)) == {
        "@context": {
            "dcterms": "http://purl.org/dc/terms/",
            "ex": "https://data.example.org/",
            "water": "https://data.example.org/def/water#",
            "xsd": "http://www.w3.org/2001/XMLSchema#",
            "id": "@id",
            "type": "@type",
            "Lake": "water:Lake",
            "modified": {"@id": "dcterms:modified", "@type": "xsd:date"},
        },
        "@graph": [{"id": "ex:id/a", "type": "Lake", "modified": "2026-01-02"}],
    }


@pytest.mark.parametrize("iri", ["ex:a", "id:a", "Lake:a", "ex://a", "water:flowsInto", "type:"])
def test_an_iri_whose_scheme_is_a_prefix_keeps_its_meaning(iri: str) -> None:
    """JSON-LD 1.1, section 5.2: ``geo:60,15`` would be read as a compact IRI where geo is one."""
    lake = NamedNode("https://data.example.org/id/lake/siljan")
    triples = [Triple(lake, NamedNode(PREFIXES["water"] + "flowsInto"), NamedNode(iri))]
    written = serialise(triples, media_types.JSON_LD, PREFIXES, CONTEXT)
    read = parse(written, format=media_types.JSON_LD.rdf_format)
    assert {str(quad.triple) for quad in read} == {str(triples[0])}


def test_quads_keep_their_graphs_in_n_quads() -> None:
    """The dump of a dataset says which graph a triple stands in."""
    quad = Quad(NamedNode("urn:s"), NamedNode("urn:p"), NamedNode("urn:o"), NamedNode("urn:g"))
    written = serialise([quad], media_types.N_QUADS, {}, CONTEXT)
    assert written == b"<urn:s> <urn:p> <urn:o> <urn:g> .\n"


def test_a_page_is_no_graph() -> None:
    """A mistake in the program is told at once."""
    with pytest.raises(ValueError, match="text/html"):
        serialise([], media_types.HTML, {}, CONTEXT)


@pytest.mark.parametrize("media_type", FORMATS, ids=lambda media_type: media_type.label)
def test_an_empty_graph_is_written_and_read(media_type: MediaType) -> None:
    """Nothing to say is not an error."""
    written = serialise([], media_type, PREFIXES, CONTEXT)
    assert list(parse(written, format=media_type.rdf_format)) == []


def test_compressed_bytes_do_not_depend_on_the_time_of_day() -> None:
    """RFC 1952, section 2.3.1: MTIME 0 means that no time stamp is available."""
    assert gzip_bytes(b"abc")[4:8] == b"\0\0\0\0"
    assert gzip.decompress(gzip_bytes(b"abc")) == b"abc"


_SCRIPT = """
import hashlib, sys
from pathlib import Path
from publisher.rdf import media_types
from publisher.load.sources import read_sources
from publisher.rdf.serialise import gzip_bytes, serialise
sources = read_sources(Path(sys.argv[1]), "https://data.example.org/")
quads = {quad for file in sources.files for quad in sources.quads(file.role)}
for media_type in (*media_types.DUMPS, media_types.TRIG):
    statements = [quad.triple for quad in quads]
    content = serialise(statements, media_type, sources.prefixes, sources.context)
    print(media_type.name, hashlib.sha256(gzip_bytes(content)).hexdigest())
"""


@pytest.mark.slow
def test_six_hash_seeds_give_the_same_bytes_in_every_format(world: object) -> None:
    """House style, trap 1: rdflib's own writers gave up to six versions."""
    runs = [
        subprocess.Popen(
            [sys.executable, "-c", _SCRIPT, str(world)],
            env={"PYTHONHASHSEED": str(seed)},
            stdout=subprocess.PIPE,
            text=True,
        )
        for seed in range(6)
    ]
    answers = {run.communicate()[0] for run in runs}
    assert len(answers) == 1
    assert len(answers.pop().splitlines()) == 6
