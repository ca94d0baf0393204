"""Files that others reported, each with its right value."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from pyoxigraph import Quad, Store

from publisher.load.parse import stream_files
from publisher.load.sources import Sources, read_sources
from publisher.quality.file_rules import check_characters, fix_style
from publisher.rdf.source_forms import SourceForms, write_source_forms

BASE = "https://daten.example.org/"
FIELD = Path(__file__).parents[3] / "shared" / "field" / "data"
pytestmark = pytest.mark.skipif(not FIELD.is_dir(), reason="the reproducers are not here")


def with_file(world: Path, name: str, place: str = "data/field") -> Sources:
    """Return the tiny world with one more file."""
    folder = world / place
    folder.mkdir(exist_ok=True)
    shutil.copyfile(FIELD / name, folder / Path(name).name)
    return read_sources(world, BASE)


def test_an_ontology_in_owl_is_read(world: Path) -> None:
    """It was left out without a word."""
    sources = with_file(world, "extensions/bfo.owl", "ontology")
    assert f"{BASE}def/more#Lake" in {
        getattr(triple.subject, "value", "") for file in sources.files for triple in file.triples
    }
    assert sources.load_findings == ()


def test_the_graphs_of_n_quads_keep_their_names(world: Path) -> None:
    """Each year has one."""
    sources = with_file(world, "named-graphs/data.nq")
    home = f"{BASE}dataset/field"
    assert sources.sorted_sources.named_graphs == {
        f"{BASE}graph/2024": (home,),
        f"{BASE}graph/2025": (home,),
    }
    lines = sources.sorted_sources.in_graphs.read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if '"closed"@en' in line and f"<{BASE}graph/2025> ." in line]
    assert not [line for line in lines if '"closed"@en' in line and home in line]


def test_the_fix_keeps_every_prefix_of_a_file(world: Path) -> None:
    """Also of vocabularies that are in no table, and they are published with them."""
    sources = with_file(world, "fix-loses-prefixes/data.ttl")
    assert fix_style(sources) == ["data/field/data.ttl"]
    text = (world / "data" / "field" / "data.ttl").read_text(encoding="utf-8")
    assert {line for line in text.splitlines() if line.startswith("PREFIX")} == {
        "PREFIX sosa: <http://www.w3.org/ns/sosa/>",
        "PREFIX qk: <http://qudt.org/vocab/quantitykind/>",
        f"PREFIX b: <{BASE}id/buoy/>",
        "PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>",
    }
    assert "b:7-t ;" in text
    assert "sosa:observes qk:Temperature" in text
    assert sources.prefixes["sosa"] == "http://www.w3.org/ns/sosa/"


def test_a_text_of_windows_passes_and_stays(world: Path) -> None:
    """XML carries a carriage return when it is escaped."""
    sources = with_file(world, "crlf-literal/data.ttl")
    assert list(check_characters(sources)) == []
    said = {triple.object for file in sources.files for triple in file.triples}
    assert fix_style(sources) == ["data/field/data.ttl"]
    again = {t.object for file in read_sources(world, BASE).files for t in file.triples}
    assert said == again


@pytest.mark.parametrize("name", ["datatypes/data.ttl", "literals/data.ttl"])
def test_a_store_with_the_file_of_literals_says_what_the_source_says(
    tmp_path: Path, name: str
) -> None:
    """Of every datatype, right or wrong."""
    quads = list(stream_files([FIELD / name]))
    store = Store()
    store.extend(Quad(quad.subject, quad.predicate, quad.object) for quad in quads)
    write_source_forms(tmp_path / "literals.nt", (f"{quad} .\n".encode() for quad in quads))
    stored = {quad.triple for quad in store}
    assert stored != {quad.triple for quad in quads}
    forms = SourceForms(tmp_path / "literals.nt")
    assert set(forms.of_triples(stored)) == {quad.triple for quad in quads}
