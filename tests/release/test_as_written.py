"""What a release says is what its sources say: every literal, every graph, every prefix."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pyshacl
import pytest
import rdflib
from flask.testing import FlaskClient
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, parse

from publisher.config import Config
from publisher.load.sources import Sources, read_sources
from publisher.quality.approval import approve
from publisher.rdf import source_forms
from publisher.rdf.language_tags import with_written_tags, xml_with_written_tags
from publisher.rdf.source_forms import SourceForms, as_stored, write_source_forms
from publisher.release.build import build
from publisher.release.model import Release
from publisher.serve.app import create_flask
from publisher.serve.site import open_site
from tests.engines import Embedded
from tests.mills import BASE, LITERALS, XSD, write_mills

MILL, WHEEL = f"{BASE}id/mill/1", f"{BASE}id/mill/2"
DOCUMENT_FORMATS = {"ttl": RdfFormat.TURTLE, "nt": RdfFormat.N_TRIPLES, "rdf": RdfFormat.RDF_XML,
                    "jsonld": RdfFormat.JSON_LD}  # fmt: skip
Term = tuple[str, str, str]


@pytest.fixture(scope="module")
def mills(tmp_path_factory: pytest.TempPathFactory) -> Sources:
    """Return the folder, read."""
    return read_sources(write_mills(tmp_path_factory.mktemp("mills")), BASE)


@pytest.fixture(scope="module")
def built(mills: Sources, tmp_path_factory: pytest.TempPathFactory) -> Release:
    """Return its release."""
    return build(approve(mills), tmp_path_factory.mktemp("releases"))


@pytest.fixture(scope="module")
def client(built: Release) -> Iterator[FlaskClient]:
    """Return a client of its site."""
    config = Config(
        base_iri=BASE,
        site_url="http://localhost/",
        releases=str(built.folder.parent),
        query_workers=1,
    ).with_site()
    site = open_site(Embedded().hold(built, config), built)
    yield create_flask(site).test_client()
    site.engine.close()


def literals_of(quads: Iterator[Quad], subject: str = MILL) -> set[Term]:
    """Return predicate, characters and datatype or tag of what is said of a thing."""
    return {
        (q.predicate.value, q.object.value, q.object.language or q.object.datatype.value)
        for q in quads
        if q.subject == NamedNode(subject) and isinstance(q.object, Literal)
    }


def expected(mills: Sources) -> set[Term]:
    """Return what the source says of the mill."""
    (file,) = (file for file in mills.files if file.name.endswith("one.ttl.gz"))
    return literals_of(iter(file.quads))


def test_the_source_has_a_form_of_every_datatype_that_is_not_the_shortest(mills: Sources) -> None:
    """Else the other tests would hold of themselves."""
    said = expected(mills)
    forms = {(form, XSD + name) for name, found in LITERALS.items() for form in found}
    assert forms <= {(value, datatype) for _, value, datatype in said}
    merged_or_changed = {*source_forms.MERGED, *source_forms.REWRITTEN}
    assert merged_or_changed <= LITERALS.keys()


@pytest.mark.slow
@pytest.mark.parametrize("extension", DOCUMENT_FORMATS)
def test_a_document_has_the_literals_of_the_source(
    mills: Sources, client: FlaskClient, extension: str
) -> None:
    """Datatype and characters are the literal (RDF 1.1 Concepts, section 3.3)."""
    body = client.get(f"/doc/mill/1.{extension}").get_data()
    assert literals_of(parse(body, format=DOCUMENT_FORMATS[extension])) == expected(mills)


@pytest.mark.parametrize("extension", [*DOCUMENT_FORMATS, "nq"])
def test_a_dump_has_the_literals_of_the_source(
    mills: Sources, built: Release, extension: str
) -> None:
    """A carriage return, too, which XML would read as a line feed."""
    rdf_format = {**DOCUMENT_FORMATS, "nq": RdfFormat.N_QUADS}[extension]
    body = (built.folder / "dumps" / f"mills.{extension}").read_bytes()
    assert literals_of(parse(body, format=rdf_format)) == expected(mills)


def test_what_stands_below_a_node_without_a_name_is_as_written_too(client: FlaskClient) -> None:
    """Restrictions of ontologies stand there: OWL asks for xsd:nonNegativeInteger."""
    assert '"12.50"' in client.get("/doc/mill/1.nt").text
    assert f'"1"^^<{XSD}nonNegativeInteger>' in client.get("/def/mill.nt").text


def test_the_same_value_in_three_forms_stays_three_literals(client: FlaskClient) -> None:
    """The store has one of them."""
    found = re.findall(r"#same> (.*) \.", client.get("/doc/mill/1.nt").text)
    assert sorted(found) == sorted(
        [f'"01"^^<{XSD}integer>', f'"1"^^<{XSD}integer>', f'"1"^^<{XSD}long>']
    )


@pytest.mark.slow
def test_documents_conform_to_the_shapes_that_the_data_passed(
    client: FlaskClient, built: Release
) -> None:
    """Whoever validates what is served gets the answer that the publisher got."""

    def graph(body: bytes, rdf_format: RdfFormat) -> rdflib.Graph:
        triples = "".join(f"{q.triple} .\n" for q in parse(body, format=rdf_format))
        return rdflib.Graph().parse(data=triples, format="nt")

    shapes = graph((built.folder / "shapes.nq").read_bytes(), RdfFormat.N_QUADS)
    for extension, rdf_format in DOCUMENT_FORMATS.items():
        served = graph(client.get(f"/doc/mill/1.{extension}").get_data(), rdf_format)
        conforms, _, report = pyshacl.validate(served, shacl_graph=shapes)
        assert conforms, report


@pytest.mark.slow
def test_a_page_shows_a_value_as_it_was_written(client: FlaskClient) -> None:
    """Also what is no number to read aloud."""
    page = client.get("/doc/mill/1", headers={"Accept": "text/html"}).text
    assert "PT36H" in page
    assert "aGVs bG8=" in page


def test_language_tags_are_in_their_customary_form(built: Release, client: FlaskClient) -> None:
    """The parser makes them small; en-GB is what people write and look for."""
    for extension in (*DOCUMENT_FORMATS, "nq"):
        dump = (built.folder / "dumps" / f"mills.{extension}").read_text(encoding="utf-8")
        assert "en-GB" in dump
        assert "en-gb" not in dump
    for extension in DOCUMENT_FORMATS:
        assert "de-CH" in client.get(f"/doc/mill/1.{extension}").text


@pytest.mark.parametrize("path", ["/doc/mill/1.ttl", "/doc/mill/1.rdf", "/doc/mill/1.jsonld"])
def test_published_files_use_the_prefixes_of_the_authors(client: FlaskClient, path: str) -> None:
    """No table knows the vocabularies of the world."""
    served = client.get(path).text
    assert "sosa:Platform" in served
    assert "m:long" in served


def test_a_page_names_what_has_no_label_with_the_prefix_of_the_author(client: FlaskClient) -> None:
    """A full address is no name."""
    page = client.get("/doc/mill/1", headers={"Accept": "text/html"}).text
    assert "m:nonNegativeInteger" in page.replace("M:", "m:")


# What the engine gives back, and what the documentation says of it.


def engine_answer(client: FlaskClient, query: str) -> list[dict[str, dict[str, str]]]:
    """Return the solutions of a query."""
    fields = {"Accept": "application/sparql-results+json"}
    body = client.get("/sparql", query_string={"query": query}, headers=fields).get_data()
    found: list[dict[str, dict[str, str]]] = json.loads(body)["results"]["bindings"]
    return found


def test_the_list_of_what_the_engine_rewrites_is_complete(client: FlaskClient) -> None:
    """For each XSD datatype, the answer to a query is what the lists say of it."""
    rows = engine_answer(client, f"SELECT ?p ?o {{ <{MILL}> ?p ?o FILTER(ISLITERAL(?o)) }}")
    answered: dict[str, set[tuple[str, str]]] = {}
    for row in rows:
        name = row["p"]["value"].rpartition("#")[2]
        datatype = row["o"].get("datatype", XSD + "string").removeprefix(XSD)
        answered.setdefault(name, set()).add((row["o"]["value"], datatype))
    merged = {name for name in LITERALS if {d for _, d in answered[name]} != {name}}
    rewritten = {
        name
        for name in LITERALS.keys() - merged
        if answered[name] != {(form, name) for form in LITERALS[name]}
    }
    assert merged == source_forms.MERGED.keys()
    assert rewritten == set(source_forms.REWRITTEN)


def test_the_documentation_of_the_endpoint_has_the_same_list() -> None:
    """It is stated once, where people look."""
    text = Path(source_forms.__file__).parents[1].joinpath("docs", "sparql.md").read_text("utf-8")
    section = text.partition("## Values")[2].partition("\n## ")[0]
    named = set(re.findall(r"`xsd:(\w+)`", section))
    assert named == {*source_forms.MERGED, *source_forms.MERGED.values(), *source_forms.REWRITTEN}


def test_describe_gives_the_literals_of_the_source(mills: Sources, client: FlaskClient) -> None:
    """It returns what the document has."""
    fields = {"Accept": "application/n-triples"}
    asked = {"query": f"DESCRIBE <{MILL}>"}
    body = client.get("/sparql", query_string=asked, headers=fields).get_data()
    assert literals_of(parse(body, format=RdfFormat.N_TRIPLES)) == expected(mills)


# Graphs.


def test_graphs_keep_their_names_in_dumps_and_queries(built: Release, client: FlaskClient) -> None:
    """What was said in a year stays said in that year, and nowhere else."""
    states = {("open", f"{BASE}dataset/years"), ("open", "https://years.example/2024"),
              ("closed", "https://years.example/2025")}  # fmt: skip
    quads = list(
        parse((built.folder / "dumps" / "years.nq").read_bytes(), format=RdfFormat.N_QUADS)
    )
    assert states == {
        (q.object.value, q.graph_name.value)  # type: ignore[union-attr]
        for q in quads
        if q.predicate.value.endswith("#state")
    }
    query = f"SELECT ?o ?g {{ GRAPH ?g {{ <{WHEEL}> <{BASE}def/mill#state> ?o }} }}"
    rows = engine_answer(client, query)
    assert states == {(row["o"]["value"], row["g"]["value"]) for row in rows}
    union = engine_answer(client, f"SELECT ?o {{ <{WHEEL}> <{BASE}def/mill#state> ?o }}")
    assert {row["o"]["value"] for row in union} == {"closed", "open"}


def test_a_node_without_a_name_is_one_node_in_two_graphs(built: Release) -> None:
    """A label holds in the whole file (TriG, section 2.3)."""
    dump = (built.folder / "dumps" / "years.nq").read_text(encoding="utf-8")
    assert len(set(re.findall(r"#part> (_:\w+) <https://years", dump))) == 1


def test_the_other_dumps_hold_the_triples_of_all_graphs(built: Release) -> None:
    """Turtle has no graphs; the dataset is the same."""
    triples = {
        str(q.triple)
        for q in parse((built.folder / "dumps" / "years.nq").read_bytes(), format=RdfFormat.N_QUADS)
    }
    for extension, rdf_format in DOCUMENT_FORMATS.items():
        dump = (built.folder / "dumps" / f"years.{extension}").read_bytes()
        assert len(list(parse(dump, format=rdf_format))) == len(triples)


def test_the_page_says_what_stands_in_which_graph(client: FlaskClient) -> None:
    """Both states without their years would be a contradiction."""
    page = client.get("/doc/mill/2?lang=en", headers={"Accept": "text/html"}).text
    told = page.partition("By graph")[2].partition("</section>")[0]
    first, second = told.split("https://years.example/2025")[0], told.rpartition("/2025")[2]
    assert "open" in first
    assert "closed" in second
    assert "closed" not in first


def test_the_document_names_its_dataset_whatever_the_graphs_are_called(client: FlaskClient) -> None:
    """A graph with a name of its own is a part of the dataset."""
    served = client.get("/doc/mill/2.ttl").text
    assert served.count("void:inDataset") == 1
    assert f"{BASE}dataset/years" in served


def test_the_service_description_lists_each_graph_with_its_triples(built: Release) -> None:
    """By their names, a client chooses FROM."""
    service = (built.folder / "service.nt").read_text(encoding="utf-8")
    assert "<https://years.example/2024>" in service
    assert built.graphs["https://years.example/2024"] == 3
    assert built.count_of("years") == 9


@pytest.mark.slow
def test_the_digest_changes_with_the_name_of_a_graph(tmp_path: Path, built: Release) -> None:
    """It is of the quads: the canonical N-Quads of all of them (RDFC-1.0)."""
    folder = write_mills(tmp_path)
    path = folder / "data" / "years" / "two.trig"
    path.write_text(path.read_text("utf-8").replace("example/2024", "example/2023"), "utf-8")
    assert build(approve(read_sources(folder, BASE)), tmp_path / "releases").digest != built.digest


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("data/years/b.nq", f"<{MILL}> <{BASE}p> 'x' _:g .".replace("'", '"'), "has no IRI"),
        ("shapes/g.trig", f"<urn:g> {{ <{MILL}> <{BASE}p> <{MILL}> }}", "are not kept"),
    ],
)
def test_a_graph_that_is_not_kept_is_a_finding(
    tmp_path: Path, name: str, text: str, said: str
) -> None:
    """Its triples are read all the same."""
    folder = write_mills(tmp_path)
    (folder / name).write_text(text, encoding="utf-8")
    (found,) = read_sources(folder, BASE).load_findings
    assert (found.file, found.rule) == (name, "graph-names")
    assert said in found.message["en"]


def test_files_do_not_share_their_nodes_without_names(tmp_path: Path) -> None:
    """Programs call the first one of each file _:b0."""
    folder = write_mills(tmp_path)
    for number in (1, 2):
        text = f"_:b0 <{BASE}p> <{BASE}{number}> .\n"
        (folder / "data" / "mills" / f"{number}.nt").write_text(text, encoding="utf-8")
    triples = [t for f in read_sources(folder, BASE).files for t in f.triples]
    assert len({t.subject for t in triples if t.predicate.value == f"{BASE}p"}) == 2


# The file of literals alone.


def test_only_what_the_store_may_change_is_kept_beside_it(tmp_path: Path) -> None:
    """A release of ordinary numbers and dates needs no such file."""
    ordinary = ['"1"^^<X#integer>', '"-12"^^<X#integer>', '"1.5"^^<X#decimal>', '"x^^<X#long>"',
                '"2024-05-31"^^<X#date>', '"2024-05-01T10:00:00Z"^^<X#dateTime>',
                '"true"^^<X#boolean>', '"2024"^^<X#gYear>', '"a"@en']  # fmt: skip
    lines = [f"<a:a> <a:b> {term} .\n".replace("X#", XSD).encode() for term in ordinary]
    write_source_forms(tmp_path / "none", lines)
    assert not (tmp_path / "none").exists()
    quads = list(parse(b"".join(lines), format=RdfFormat.N_TRIPLES))
    literals = [q.object for q in quads if isinstance(q.object, Literal)]
    assert as_stored(literals) == literals
    write_source_forms(tmp_path / "some", [*lines, lines[0].replace(b'"1"', b'"01"')])
    assert len((tmp_path / "some").read_bytes().splitlines()) == 8
    assert SourceForms(tmp_path / "none").of_triples([quads[0].triple]) == [quads[0].triple]


def test_a_text_that_looks_like_a_tag_stays_as_it_is() -> None:
    """Quotation marks in texts are escaped, and a text may end with a backslash."""
    text = rb'<a:a> <a:b> "say \"x\"@en-gb now" , "\\"@en-gb , "\"@sv-fi ." .'
    assert with_written_tags(text) == text.replace(rb'"\\"@en-gb', rb'"\\"@en-GB')
    xml = b'<a:p xml:lang="en-gb">it is xml:lang="en-gb"> here</a:p>'
    assert xml_with_written_tags(xml) == xml.replace(b'"en-gb"', b'"en-GB"', 1)
