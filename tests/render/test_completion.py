from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from pyoxigraph import Literal, NamedNode, Quad

from publisher.rdf.namespaces import iri
from publisher.rdf.subjects import Subjects
from publisher.release.catalogue.partitions import count_partitions
from publisher.release.schema import make_schema
from publisher.render.completion import completions, iri_in_query, term_in_query
from tests import npm
from tests.municipalities import BASE as KOMMUNER

SCRIPT = Path(__file__).parents[2] / "publisher" / "serve" / "static" / "completion.js"
E = "https://ferries.example.org/"
_TYPE = NamedNode(iri("rdf:type"))


def quad(subject: str, predicate: str, value: NamedNode | Literal) -> Quad:
    """Return a statement about ferries."""
    name = iri(predicate) if ":" in predicate else E + predicate
    return Quad(NamedNode(E + subject), NamedNode(name), value)


def line(said: Quad) -> bytes:
    return f"{said.triple} .\n".encode()


def test_values_that_can_be_chosen_from_are_counted() -> None:
    """Free texts, and properties with more values than a list shows, have none."""
    quads = []
    for number in range(80):
        ferry = f"ferry/{number:02}"
        quads += [
            quad(ferry, "colour", Literal(("yellow", "red")[number % 4 == 0])),
            quad(ferry, "name", Literal(f"Ferry {number}")),
            quad(ferry, "note", Literal("x" * 200)),
            Quad(NamedNode(E + ferry), _TYPE, NamedNode(E + "Ferry")),
        ]
    properties = count_partitions(map(line, quads))[E + "Ferry"].properties
    assert properties[E + "colour"].values == {'"red"': 20, '"yellow"': 60}
    assert not properties[E + "name"].values
    assert not properties[E + "note"].values


def test_values_of_a_shape_are_offered_before_anybody_uses_them() -> None:
    """The list of ``sh:in`` is what may be said; the counts are what is said."""
    shape, part, first, rest = (NamedNode(f"{E}shapes#{n}") for n in ("s", "p", "l1", "l2"))
    said = [
        (shape, "sh:targetClass", NamedNode(E + "Ferry")),
        (shape, "sh:property", part),
        (part, "sh:path", NamedNode(E + "fuel")),
        (part, "sh:in", first),
        (first, "rdf:first", Literal("wind")),
        (first, "rdf:rest", rest),
        (rest, "rdf:first", Literal("diesel")),
        (rest, "rdf:rest", NamedNode(iri("rdf:nil"))),
    ]
    graph = Subjects(Quad(s, NamedNode(iri(p)), o) for s, p, o in said)
    data = [
        Quad(NamedNode(E + "a"), _TYPE, NamedNode(E + "Ferry")),
        quad("a", "fuel", Literal("diesel")),
    ]
    schema = make_schema(count_partitions(map(line, data)), graph, graph, {})
    (ferry,) = schema.values()
    assert ferry.properties[0].values == {'"wind"': 0, '"diesel"': 1}
    offered = completions(schema, {"f": E}, "r")["classes"][0]
    assert [value["term"] for value in offered["properties"][0]["values"]] == [
        '"diesel"',
        '"wind"',
    ]


@pytest.mark.parametrize(
    ("name", "written"),
    [
        (E + "Ferry", "f:Ferry"),
        (E + "Färja", "f:Färja"),
        (E + "route/12", f"<{E}route/12>"),
        (E + "a.", f"<{E}a.>"),
        (E, f"<{E}>"),
        ("urn:x", "<urn:x>"),
    ],
)
def test_an_iri_is_written_as_a_query_can_hold_it(name: str, written: str) -> None:
    assert iri_in_query(name, {"f": E}) == written


@pytest.mark.parametrize(
    ("term", "written"),
    [
        (str(Literal(5)), "5"),
        (str(Literal("05x", datatype=NamedNode(iri("xsd:integer")))), '"05x"^^xsd:integer'),
        (str(Literal(True)), "true"),
        (str(Literal("a")), '"a"'),
        (str(Literal("é", language="fr")), '"é"@fr'),
        (f"<{E}Ferry>", "f:Ferry"),
    ],
)
def test_a_value_is_written_as_a_query_can_hold_it(term: str, written: str) -> None:
    prefixes = {"f": E, "xsd": "http://www.w3.org/2001/XMLSchema#"}
    assert term_in_query(term, prefixes) == written


def test_the_file_of_a_release_has_classes_properties_and_values(kommuner: FlaskClient) -> None:
    """With names in every language, and counts; it changes with the release alone."""
    response = kommuner.get("/completion.json")
    found = response.get_json()
    assert response.headers["ETag"]
    kinds = {each["iri"]: each for each in found["classes"]}
    town = kinds[KOMMUNER + "def/k#Municipality"]
    assert (town["term"], town["count"]) == ("k:Municipality", 7)
    assert town["names"] == {"en": "municipality", "sv": "kommun"}
    county = next(each for each in town["properties"] if each["term"] == "k:county")
    assert county["names"] == {"en": "County", "sv": "Län"}
    assert county["classes"] == [KOMMUNER + "def/k#County"]
    assert county["values"][0]["names"] == {"en": "Dalarna County", "sv": "Dalarnas län"}
    assert county["values"][0]["count"] == 3


# What the script makes of a query: `|` is the cursor.

_FERRY = {
    "iri": E + "Ferry",
    "term": "f:Ferry",
    "names": {"sv": "färja", "en": "ferry"},
    "count": 5,
    "properties": [
        {"iri": E + "fuel", "term": "f:fuel", "names": {"sv": "bränsle"}, "count": 5}
        | {"classes": [], "values": [{"term": '"diesel"', "names": {}, "count": 4}]},
        {"iri": E + "route", "term": "f:route", "names": {"sv": "led"}, "count": 4}
        | {"classes": [E + "Route"], "values": []},
    ],
}
_ROUTE = {
    "iri": E + "Route",
    "term": "f:Route",
    "names": {"sv": "färjeled"},
    "count": 9,
    "properties": [
        {"iri": E + "length", "term": "f:length", "names": {"sv": "längd"}, "count": 9}
        | {"classes": [], "values": []}
    ],
}
_PLACES = {
    "SELECT * { ?x a | }": ["f:Ferry", "f:Route"],
    "SELECT * { ?x a färjel| }": ["f:Route"],
    "SELECT * { ?x a f:Ferry ; | }": ["f:fuel", "f:route"],
    "SELECT * { ?x a <https://ferries.example.org/Route> . ?x | }": ["f:length"],
    "SELECT * { ?x längd| }": ["f:length"],
    "SELECT * { ?x | . ?x a f:Route }": ["f:length"],
    "SELECT * { ?x a f:Ferry ; f:route ?led . ?led | }": ["f:length"],
    "SELECT * { ?x a f:Ferry ; f:route [ | ] }": ["f:length"],
    "SELECT * { ?x f:route ?r ; | }": ["f:fuel", "f:route"],
    "SELECT * { ?x a f:Ferry ; f:fuel | }": ['"diesel"'],
    "SELECT * { VALUES ?x { f:a f:b } ?x f:ro| }": ["f:route"],
    "SELECT * { GRAPH <http://g/> { ?x a f:Route ; | } }": ["f:length"],
    "SELECT * { ?x a f:Ferry FILTER(?x > 3 && EXISTS { ?x f:fuel ?y }) ?x f:f| }": ["f:fuel"],
    "SELECT * { { SELECT ?x WHERE { ?x a f:Route ; | } } }": ["f:length"],
    "SELECT * { ?farja a f:Ferry . OPTIONAL { ?f| } }": ["?farja"],
    '# a { comment\nSELECT * { ?x f:fuel "a } b" ; f:rou| }': ["f:route"],
    "SELECT * { ?x f:route/| }": ["f:length", "f:fuel", "f:route"],
    "PREFIX |": ["f: <https://ferries.example.org/>"],
    "SELECT * { ?x a f:Ferry } ORDER BY |": [],
}
_PROGRAM = """
const { complete } = require(process.argv[1]);
const [catalogue, prefixes, places] = JSON.parse(require("fs").readFileSync(0, "utf8"));
const found = places.map((text) => {
  const place = text.indexOf("|");
  const query = text.slice(0, place) + text.slice(place + 1);
  return complete(query, place, catalogue, prefixes).offers.map((offer) => offer.term);
});
console.log(JSON.stringify(found));
"""


def test_what_is_offered_fits_the_place() -> None:
    """A property fits the class of its subject: as stated, as reached, or as what is said of it."""
    node = npm.node()
    if not node:
        pytest.skip("there is no Node.js")
    asked: list[Any] = [{"classes": [_FERRY, _ROUTE]}, {"f": E}, list(_PLACES)]
    run = subprocess.run(
        [*node, "-e", _PROGRAM, str(SCRIPT)],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    found = dict(zip(_PLACES, json.loads(run.stdout), strict=True))
    assert found == _PLACES
