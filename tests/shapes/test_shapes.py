"""The shapes, each held to examples: right passes in silence, wrong gets its own result.

An example is a tiny world of its own, checked against the shapes file of its folder's name. What it
points to stands in ``world.ttl``, with a class and no more. What is expected stands beside it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pyoxigraph
import pyshacl
import pytest
from rdflib import (
    DC,
    DCAT,
    DCTERMS,
    FOAF,
    ORG,
    OWL,
    PROV,
    RDF,
    RDFS,
    SDO,
    SH,
    SKOS,
    VANN,
    VOID,
    XSD,
    BNode,
    Graph,
    Namespace,
    URIRef,
)
from rdflib.namespace import GEO, DefinedNamespace
from rdflib.plugins.sparql import prepareQuery
from rdflib.plugins.sparql.sparql import Query
from rdflib.query import Result as QueryResult
from rdflib.term import Node

HERE = Path(__file__).parent
SHAPES = HERE.parents[1] / "shapes"
SHAPE = Namespace("https://w3id.org/nms-kluster/shapes#")
PREFIXES = {
    "base": "https://w3id.org/nms-kluster/",
    "cluster": "https://w3id.org/nms-kluster/def/cluster#",
    "dcterms": str(DCTERMS),
    "foaf": str(FOAF),
    "geo": str(GEO),
    "id": "https://w3id.org/nms-kluster/id/",
    "locn": "http://www.w3.org/ns/locn#",
    "org": str(ORG),
    "owl": str(OWL),
    "prov": str(PROV),
    "rdf": str(RDF),
    "rdfs": str(RDFS),
    "rov": "http://www.w3.org/ns/regorg#",
    "schema": str(SDO),
    "sh": str(SH),
    "shape": str(SHAPE),
    "skos": str(SKOS),
    "vann": str(VANN),
    "wgs": "http://www.w3.org/2003/01/geo/wgs84_pos#",
}
CLOSED: tuple[type[DefinedNamespace], ...] = (
    DC, DCAT, DCTERMS, FOAF, GEO, ORG, OWL, PROV, RDF, RDFS, SDO, SH, SKOS, VANN, VOID, XSD,
)  # fmt: skip
# rdflib 7.6 knows schema.org as it was before certifications came in.
NEWER_THAN_RDFLIB = {URIRef(f"{SDO}{name}") for name in ("Certification", "hasCertification")}
# What a shape may say (SHACL, section 4) and the component whose results tell that it was broken.
COMPONENTS: dict[Node, URIRef] = {
    SH["class"]: SH.ClassConstraintComponent,
    SH.datatype: SH.DatatypeConstraintComponent,
    SH.equals: SH.EqualsConstraintComponent,
    SH.hasValue: SH.HasValueConstraintComponent,
    SH["in"]: SH.InConstraintComponent,
    SH.languageIn: SH.LanguageInConstraintComponent,
    SH.maxCount: SH.MaxCountConstraintComponent,
    SH.maxInclusive: SH.MaxInclusiveConstraintComponent,
    SH.maxLength: SH.MaxLengthConstraintComponent,
    SH.minCount: SH.MinCountConstraintComponent,
    SH.minInclusive: SH.MinInclusiveConstraintComponent,
    SH.minLength: SH.MinLengthConstraintComponent,
    SH.nodeKind: SH.NodeKindConstraintComponent,
    SH["not"]: SH.NotConstraintComponent,
    SH["or"]: SH.OrConstraintComponent,
    SH.pattern: SH.PatternConstraintComponent,
    SH.qualifiedMinCount: SH.QualifiedMinCountConstraintComponent,
    SH.sparql: SH.SPARQLConstraintComponent,
    SH.uniqueLang: SH.UniqueLangConstraintComponent,
}
NO_CONSTRAINT = {
    SH.description, SH.group, SH.labelTemplate, SH.message, SH.name, SH.order, SH.path, SH.property,
    SH.qualifiedValueShape, SH.severity, SH.targetClass, SH.targetObjectsOf, SH.targetSubjectsOf,
    URIRef("http://datashapes.org/dash#viewer"),
}  # fmt: skip
SENTENCE = re.compile(r"[A-ZÅÄÖ].*[^.]\.")


class Result(NamedTuple):
    """One validation result, or one row of a hygiene query, in prefixed names."""

    focus_node: str
    path: str = ""
    source_shape: str = ""
    component: str = ""
    severity: str = ""
    source_constraint: str = ""
    value: str = ""


def short(term: Node | None) -> str:
    """Return a term as the expected results write it; ``_:`` is any blank node."""
    if term is None:
        return ""
    if isinstance(term, BNode):
        return "_:"
    prefixes = sorted(PREFIXES.items(), key=lambda item: -len(item[1]))
    fits = (f"{p}:{str(term)[len(n) :]}" for p, n in prefixes if str(term).startswith(n))
    return next(fits, str(term))


def examples(kind: str, folder: str = "*") -> list[Path]:
    """Return the example files of a kind, ``valid`` or ``invalid``, one folder down or as told."""
    files = sorted(HERE.glob(f"{folder}/{kind}.*"))
    return [file for file in files if file.suffix in {".ttl", ".trig"}]


def name_of(file: Path) -> str:
    """Return the name of a test case: the folder, and what the file shows."""
    return "-".join([*file.parts[len(HERE.parts) : -1], *file.name.split(".")[1:-1]])


@cache
def graph(*files: Path) -> Graph:
    """Return the triples of some files; they are read once."""
    triples = Graph(bind_namespaces="none")
    for file in files:
        triples.parse(file)
    return triples


@cache
def every_shape() -> Graph:
    """Return the triples of all files of shapes."""
    return graph(*sorted(SHAPES.glob("*.ttl")))


class World(Graph):
    """A graph that reads a query once; pySHACL sends the same text for every focus node."""

    def query(self, query_object: str | Query, *args: Any, **kwargs: Any) -> QueryResult:
        """Answer a query, kept from the last time it was sent."""
        return super().query(prepared(query_object), *args, **kwargs)


@cache
def prepared(query: str | Query) -> Query:
    """Return a query ready to be asked."""
    return prepareQuery(query) if isinstance(query, str) else query


def local_name(iri: Node) -> str:
    """Return what stands after the hash or the last slash."""
    return re.split(r"[#/]", str(iri))[-1]


def properties_of(path: Node | None) -> list[Node]:
    """Return the properties that a path goes through, in its order."""
    if isinstance(path, URIRef):
        return [path]
    shapes = every_shape()
    inverse = shapes.value(path, SH.inversePath)
    if inverse is not None:
        return [inverse]
    alternatives = shapes.value(path, SH.alternativePath)
    return [] if alternatives is None else list(shapes.items(alternatives))


def results_of(file: Path) -> list[Result]:
    """Return what the shapes of the folder's name say of the things of an example."""
    example = graph(file)
    world = World()
    world += graph(HERE / "world.ttl")
    world += example
    shapes = graph(SHAPES / f"{file.parent.name}.ttl", SHAPES / "shapes.ttl")
    _, report, _ = pyshacl.validate(world, shacl_graph=shapes, inplace=True)
    found = []
    for result in report.subjects(RDF.type, SH.ValidationResult):
        focus = report.value(result, SH.focusNode)
        if (focus, RDF.type, None) not in example and not isinstance(focus, BNode):
            continue  # what belongs to the world is there to be pointed to
        path = report.value(result, SH.resultPath)
        found.append(
            Result(
                focus_node=short(focus),
                path="" if isinstance(path, BNode) else short(path),
                source_shape=short(report.value(result, SH.sourceShape)),
                component=short(report.value(result, SH.sourceConstraintComponent)),
                severity=short(report.value(result, SH.resultSeverity)),
                source_constraint=short(report.value(result, SH.sourceConstraint)),
            )
        )
    return sorted(found)


def expected_of(file: Path) -> list[Result]:
    """Return the results written beside an invalid example."""
    rows = json.loads(file.with_name(f"{file.stem}.expected.json").read_text(encoding="utf-8"))
    fields = {re.sub(r"(?<!^)(?=[A-Z])", "_", key).lower() for row in rows for key in row}
    assert fields <= set(Result._fields), f"{file.name}: unknown keys"
    snake = ({re.sub(r"(?=[A-Z])", "_", k).lower(): v for k, v in row.items()} for row in rows)
    return sorted(Result(**row) for row in snake)


@cache
def exercised() -> frozenset[tuple[str, str]]:
    """Return the pairs of shape (or SPARQL constraint) and component that some example breaks."""
    results = [result for file in examples("invalid") for result in expected_of(file)]
    return frozenset((r.source_constraint or r.source_shape, r.component) for r in results)


def constraints() -> Iterator[tuple[str, str]]:
    """Yield the pairs of shape (or SPARQL constraint) and component that the shapes can report."""
    shapes = every_shape()
    for shape, parameter, value in shapes:
        if parameter in COMPONENTS and isinstance(shape, URIRef):
            source = value if parameter == SH.sparql else shape
            yield short(source), short(COMPONENTS[parameter])


def terms_of(query: str) -> set[URIRef]:
    """Return the IRIs that stand as prefixed names in a query."""
    names = re.findall(r"(?<![\w?])([a-z]+):(\w+)", query)
    return {URIRef(PREFIXES[prefix] + name) for prefix, name in names}


def unknown(terms: set[URIRef]) -> set[URIRef]:
    """Return those terms that lie in a well-known vocabulary which does not have them."""
    known = terms - NEWER_THAN_RDFLIB
    return {t for t in known for ns in CLOSED if t.startswith(str(ns)) and t not in ns}


def misspelt(triples: Graph) -> set[URIRef]:
    """Return the terms of well-known vocabularies in a graph that these do not have."""
    used = {term for triple in triples for term in triple if isinstance(term, URIRef)}
    for query in triples.objects(None, SH.select):
        used |= terms_of(str(query))
    return unknown(used)


@pytest.mark.parametrize("file", examples("valid"), ids=name_of)
def test_a_valid_example_has_no_result_at_all(file: Path) -> None:
    """A rule that complains of what is right is switched off by the first editor who meets it."""
    assert results_of(file) == []


@pytest.mark.parametrize("file", examples("invalid"), ids=name_of)
def test_an_invalid_example_has_exactly_the_expected_results(file: Path) -> None:
    """One mistake, one result: anything more hides the mistake from the editor."""
    assert results_of(file) == expected_of(file)


@pytest.mark.slow
def test_every_constraint_is_broken_by_an_example() -> None:
    """A constraint that nothing breaks may be one that nothing can break."""
    missing = sorted(set(constraints()) - exercised())

    assert missing == [], "write an invalid example for each"


def test_every_shapes_file_has_a_valid_and_an_invalid_example() -> None:
    """A folder forgotten is a file of shapes unproved."""
    files = {file.stem for file in SHAPES.glob("*.ttl")} - {"shapes"}

    assert {file.parent.name for file in examples("valid")} == files
    assert {file.parent.name for file in examples("invalid")} == files


def test_every_statement_about_a_shape_is_known_to_this_test() -> None:
    """A constraint of a kind that this test does not know would go unproved."""
    shapes = every_shape()
    said = {
        predicate
        for kind in (SH.NodeShape, SH.PropertyShape)
        for shape in shapes.subjects(RDF.type, kind)
        for predicate in shapes.predicates(shape)
    }

    assert said <= set(COMPONENTS) | NO_CONSTRAINT | {RDF.type, RDFS.label}


def test_every_property_shape_has_a_name_of_class_property_and_reason() -> None:
    """An editor reads the name of the rule in the report and finds the rule by it."""
    shapes = every_shape()
    wrong = []
    for node_shape, shape in shapes.subject_objects(SH.property):
        class_name = local_name(node_shape).split("-")[0]
        properties = {local_name(p) for p in properties_of(shapes.value(shape, SH.path))}
        name = re.fullmatch(r"(\w+)-([A-Za-z]+)((?:-[a-z]+)*)", local_name(shape))
        if name is None or name[1] != class_name or name[2] not in properties:
            wrong.append(short(shape))

    assert wrong == []


def test_every_property_shape_belongs_to_one_node_shape() -> None:
    """A property shape without a node shape looks like a rule and checks nothing."""
    shapes = every_shape()
    owners = {
        short(shape): len(list(shapes.subjects(SH.property, shape)))
        for shape in shapes.subjects(RDF.type, SH.PropertyShape)
    }

    assert {shape for shape, count in owners.items() if count != 1} == set()


@pytest.mark.parametrize(
    ("kind", "predicate"),
    [
        (SH.NodeShape, RDFS.label),
        (SH.PropertyGroup, RDFS.label),
        (SH.PropertyShape, SH.description),
        (SH.PropertyShape, SH.message),
        (SH.PropertyShape, SH.name),
        (SH.SPARQLConstraint, SH.message),
    ],
    ids=["node-label", "group-label", "description", "message", "name", "sparql-message"],
)
def test_every_text_of_a_shape_stands_once_in_swedish_and_once_in_english(
    kind: URIRef, predicate: URIRef
) -> None:
    """The region's editors read Swedish, the developers English; nobody should have to guess."""
    shapes = every_shape()
    languages = {
        short(shape): sorted(
            getattr(text, "language", None) or "" for text in shapes.objects(shape, predicate)
        )
        for shape in shapes.subjects(RDF.type, kind)
    }

    assert languages
    assert {shape for shape, found in languages.items() if found != ["en", "sv"]} == set()


def test_a_node_shape_that_reports_says_what_to_do() -> None:
    """A node shape with constraints of its own needs a message of its own."""
    shapes = every_shape()
    own = set(COMPONENTS) - {SH.sparql}
    silent = [
        short(shape)
        for shape in shapes.subjects(RDF.type, SH.NodeShape)
        if own & set(shapes.predicates(shape)) and (shape, SH.message, None) not in shapes
    ]

    assert silent == []


def test_a_node_shape_with_a_query_has_no_other_message() -> None:
    """For a query's results pySHACL reports the messages of the query and of the shape alike."""
    shapes = every_shape()
    queries = dict(shapes.subject_objects(SH.sparql))

    assert queries
    assert len(set(shapes.subject_objects(SH.sparql))) == len(queries)
    assert {short(shape) for shape in queries if (shape, SH.message, None) in shapes} == set()


def test_every_message_is_a_sentence() -> None:
    """A message is an instruction: a capital first, a full stop last."""
    messages = set(every_shape().objects(None, SH.message))

    assert {str(m) for m in messages if not SENTENCE.fullmatch(str(m))} == set()


def test_every_property_shape_has_a_path_a_group_a_severity_and_its_own_order() -> None:
    """Tables and forms are laid out from them: two columns of one order would change places."""
    shapes = every_shape()
    groups = set(shapes.subjects(RDF.type, SH.PropertyGroup))
    severities = {SH.Violation, SH.Warning, SH.Info}
    for node_shape in set(shapes.subjects(SH.property)):
        orders = []
        for shape in shapes.objects(node_shape, SH.property):
            assert len(list(shapes.objects(shape, SH.path))) == 1, short(shape)
            assert set(shapes.objects(shape, SH.group)) <= groups, short(shape)
            assert set(shapes.objects(shape, SH.severity)) <= severities, short(shape)
            orders += [int(str(order)) for order in shapes.objects(shape, SH.order)]
        assert len(orders) == len(set(orders)) == len(list(shapes.objects(node_shape, SH.property)))


def test_every_well_known_term_in_the_shapes_exists() -> None:
    """Validators pass over a misspelt term in silence, and so the rule is gone."""
    assert misspelt(every_shape()) == set()


@pytest.mark.parametrize(
    "slip",
    [
        "shape:A sh:dataType xsd:string .",
        "shape:A sh:path skos:preflabel .",
        'shape:A sh:select "SELECT $this WHERE { $this org:changedby ?event }" .',
    ],
    ids=["parameter", "path", "query"],
)
def test_a_misspelt_term_is_found(slip: str) -> None:
    """The proof that the test above can fail."""
    names = [*PREFIXES.items(), ("xsd", str(XSD))]
    head = "".join(f"PREFIX {prefix}: <{namespace}>\n" for prefix, namespace in names)

    assert len(misspelt(Graph().parse(data=head + slip, format="turtle"))) == 1


@pytest.mark.slow
def test_the_severity_is_a_violation_except_among_the_recommended() -> None:
    """What must hold and what should hold stand apart, so that nobody looks for it twice."""
    severities = {
        (file.stem == "recommended", severity)
        for file in SHAPES.glob("*.ttl")
        for severity in graph(file).objects(None, SH.severity)
    }

    assert severities == {(False, SH.Violation), (True, SH.Warning)}


# The hygiene queries.


def term_of(term: object) -> str:
    """Return a term of a query's row as the expected results write it."""
    if isinstance(term, pyoxigraph.NamedNode):
        return short(URIRef(term.value))
    return "_:" if isinstance(term, pyoxigraph.BlankNode) else str(term)


def rows_of(rule: str, file: Path) -> list[dict[str, object]]:
    """Return the rows of a hygiene query over an example, which lies in a graph of its own.

    TriG examples say themselves which graphs they consist of.
    """
    store = pyoxigraph.Store()
    own_graph = pyoxigraph.NamedNode("https://w3id.org/nms-kluster/dataset/example")
    store.load(path=str(file), to_graph=own_graph if file.suffix == ".ttl" else None)
    query = (SHAPES / "hygiene" / f"{rule}.rq").read_text(encoding="utf-8")
    solutions = store.query(query, use_default_graph_as_union=True)
    assert isinstance(solutions, pyoxigraph.QuerySolutions)
    names = [variable.value for variable in solutions.variables]
    return [dict(zip(names, solution, strict=True)) for solution in solutions]


def findings_of(file: Path) -> list[Result]:
    """Return what the rule of the folder's name finds in an example."""
    columns = {"focusNode": "focus_node", "path": "path", "value": "value"}
    return sorted(
        Result(**{columns[name]: term_of(term) for name, term in row.items() if name in columns})
        for row in rows_of(file.parent.name, file)
    )


@pytest.mark.parametrize("file", examples("valid", "hygiene/*"), ids=name_of)
def test_a_clean_example_has_no_row(file: Path) -> None:
    """No row is the whole of what a hygiene rule says of clean data."""
    assert findings_of(file) == []


@pytest.mark.parametrize("file", examples("invalid", "hygiene/*"), ids=name_of)
def test_an_unclean_example_has_exactly_the_expected_rows(file: Path) -> None:
    """One slip, one row, with the place of the slip."""
    expected = expected_of(file)

    assert expected != []
    assert findings_of(file) == expected


@pytest.mark.parametrize("file", examples("invalid", "hygiene/*"), ids=name_of)
def test_a_row_says_in_both_languages_what_to_do(file: Path) -> None:
    """A hygiene finding stands in the same report as the shapes' and speaks like them."""
    for row in rows_of(file.parent.name, file):
        for language in ("sv", "en"):
            message = row[f"message_{language}"]
            assert isinstance(message, pyoxigraph.Literal)
            assert message.language == language
            assert SENTENCE.fullmatch(message.value)


def test_every_hygiene_rule_has_a_valid_and_an_invalid_example() -> None:
    """A rule that never found anything may be one that cannot."""
    rules = {file.stem for file in SHAPES.glob("hygiene/*.rq")}

    assert rules
    assert {file.parent.name for file in examples("valid", "hygiene/*")} == rules
    assert {file.parent.name for file in examples("invalid", "hygiene/*")} == rules


@pytest.mark.parametrize("file", sorted(SHAPES.glob("hygiene/*.rq")), ids=lambda file: file.stem)
def test_a_hygiene_query_opens_with_a_sentence_and_orders_its_rows(file: Path) -> None:
    """The reader learns what it looks for; the report is the same at every run."""
    text = file.read_text(encoding="utf-8")

    assert re.match(r"# [A-Z].*[.:]?", text)
    assert "\nORDER BY ?focusNode" in text


@pytest.mark.parametrize("file", sorted(SHAPES.glob("hygiene/*.rq")), ids=lambda file: file.stem)
def test_every_well_known_term_in_a_hygiene_query_exists(file: Path) -> None:
    """A misspelt term in a query finds nothing, for ever."""
    assert unknown(terms_of(file.read_text(encoding="utf-8"))) == set()
