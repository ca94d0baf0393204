"""Shapes and ontology → forms: what an editor may fill in, and what there is to choose from."""

from __future__ import annotations

from pathlib import Path

import pytest

from publisher.edit.fields import Form
from publisher.edit.forms import form_of, read_forms
from publisher.edit.inventory import Inventory
from publisher.load.sources import read_sources
from publisher.rdf.namespaces import iri

BASE = "https://data.example.org/"
WATER = f"{BASE}def/water#"
PREFIXES = """
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX sh: <http://www.w3.org/ns/shacl#>
PREFIX shape: <https://data.example.org/shapes#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX water: <https://data.example.org/def/water#>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
"""


def forms(world: Path, shape: str = "", data: str = "") -> dict[str, Form]:
    """Return class → form of the tiny world with a shape more."""
    if shape:
        (world / "shapes" / "More.ttl").write_text(PREFIXES + shape, encoding="utf-8")
    if data:
        (world / "data" / "lakes" / "more.ttl").write_text(PREFIXES + data, encoding="utf-8")
    found = read_forms(Inventory(read_sources(world, BASE)))
    return {form.class_iri.removeprefix(WATER): form for form in found}


def shape(*constraints: str) -> str:
    """Return a shape of rivers with one property."""
    said = " ; ".join(("sh:path water:x", *constraints))
    return f"shape:River sh:targetClass water:River ; sh:property shape:x . shape:x {said} ."


def test_a_field_has_the_names_counts_and_languages_of_its_shape(world: Path) -> None:
    """All of it stands in shapes/Lake.ttl; nothing else is known of lakes."""
    (name,) = forms(world)["Lake"].fields
    assert (name.path, name.kind, name.languages) == (iri("skos:prefLabel"), "text", ("sv", "en"))
    assert (name.least, name.most, name.is_repeated) == (2, None, False)
    assert name.names == {"en": "name", "sv": "namn"}
    assert name.message["en"] == "Give one name per language, with a language tag."


def test_a_form_is_for_the_things_of_its_class(world: Path) -> None:
    """Where no shape names a class, the ontology does."""
    lake = forms(world)["Lake"]
    assert lake.names == {"en": "Lake", "sv": "Sjö"}
    assert lake.things == (f"{BASE}id/lake/siljan", f"{BASE}id/lake/vänern")


@pytest.mark.parametrize(
    ("constraint", "kind", "datatypes"),
    [
        ("sh:datatype xsd:integer", "number", ("xsd:integer",)),
        ("sh:datatype xsd:boolean", "truth", ("xsd:boolean",)),
        ("sh:datatype xsd:string", "plain", ("xsd:string",)),
        ("sh:uniqueLang true", "text", ()),
        ('sh:languageIn ("sv")', "text", ()),
        ("sh:nodeKind sh:IRI", "address", ()),
        ("sh:class water:Lake", "link", ()),
        (
            "sh:or ([ sh:datatype xsd:gYear ] [ sh:datatype xsd:date ])",
            "date",
            ("xsd:date", "xsd:gYear"),
        ),
        ("sh:or ([ sh:class water:Lake ] [ sh:class water:River ])", "link", ()),
        ("sh:minCount 0", "plain", ()),
    ],
)
def test_the_constraints_say_what_kind_of_value_belongs_in_a_field(
    world: Path, constraint: str, kind: str, datatypes: tuple[str, ...]
) -> None:
    """SHACL, sections 4.1, 4.4 and 4.6."""
    field = forms(world, shape(constraint))["River"].fields[0]
    assert field.kind == kind
    assert field.datatypes == tuple(map(iri, datatypes))


def test_without_a_word_in_the_shape_the_ontology_says_it_is_a_link(world: Path) -> None:
    """water:flowsInto is an owl:ObjectProperty."""
    said = shape().replace("water:x", "water:flowsInto")
    field = forms(world, said)["River"].fields[0]
    assert (field.kind, field.classes) == ("link", (f"{WATER}Lake",))
    assert [choice.names["sv"] for choice in field.choices] == ["Siljan", "Vänern"]


def test_a_pattern_picks_the_list_to_choose_from(world: Path) -> None:
    """Concepts of one scheme share the beginning of their addresses."""
    field = forms(world, shape("sh:class water:Lake", 'sh:pattern "/lake/s"'))["River"].fields[0]
    assert [choice.iri for choice in field.choices] == [f"{BASE}id/lake/siljan"]


def test_a_list_in_the_shape_is_closed(world: Path) -> None:
    """Sh:in (SHACL, section 4.8.3), of literals here."""
    field = forms(world, shape('sh:in ("deep" "shallow")'))["River"].fields[0]
    assert [choice.iri for choice in field.choices] == ["deep", "shallow"]
    assert (field.kind, field.is_closed) == ("plain", True)


def test_what_is_chosen_from_data_may_be_new(world: Path) -> None:
    """A lake that is added in the same go can be chosen too."""
    assert not forms(world, shape("sh:class water:Lake"))["River"].fields[0].is_closed


def test_a_path_read_backwards_is_a_field_whose_things_point_here(world: Path) -> None:
    """SHACL, section 2.3.1.4: a lake is asked which rivers flow into it."""
    said = (
        "shape:Lake sh:property shape:mouth ."
        "shape:mouth sh:path [ sh:inversePath water:flowsInto ] ; sh:minCount 1 . "
    )
    said += shape("sh:class water:Lake").replace("water:x", "water:flowsInto")
    found = forms(world, said)
    inverse = found["Lake"].field(f"^{WATER}flowsInto")
    assert inverse is not None
    assert (inverse.kind, inverse.classes, inverse.least) == ("link", (f"{WATER}River",), 1)
    forwards = found["River"].fields[0]
    assert forwards.is_part


def test_advice_binds_nobody(world: Path) -> None:
    """A warning is shown, and the data are published all the same."""
    field = forms(world, shape("sh:minCount 3", "sh:severity sh:Warning"))["River"].fields[0]
    assert field.least == 0


def test_a_class_demanded_by_another_gives_its_fields_too(world: Path) -> None:
    """A registered organisation is an organisation."""
    said = (
        "shape:Salt sh:targetClass water:Salt ; sh:property shape:type ."
        "shape:type sh:path rdf:type ; sh:hasValue water:Lake ."
    )
    aral = f"{BASE}id/lake/aral"
    data = f'<{aral}> a water:Salt , water:Lake ; skos:prefLabel "Aral"@sv , "Aral"@en .'
    found = forms(world, said, data)
    assert found["Salt"].types == (f"{WATER}Salt", f"{WATER}Lake")
    assert [field.path for field in found["Salt"].fields] == [iri("skos:prefLabel")]
    assert found["Salt"].things == (aral,)
    assert aral not in found["Lake"].things
    assert form_of(found.values(), [f"{WATER}Lake"]) is found["Lake"]


def test_fields_come_by_group_and_then_by_order(world: Path) -> None:
    """SHACL, section 2.3.2: sh:order and sh:group are for forms."""
    said = """
        shape:River sh:targetClass water:River ; sh:property shape:a , shape:b , shape:c .
        shape:a sh:path water:a ; sh:order 1 ; sh:group shape:late .
        shape:b sh:path water:b ; sh:order 3 ; sh:group shape:early .
        shape:c sh:path water:c ; sh:order 2 ; sh:group shape:early .
        shape:late sh:order 2 . shape:early sh:order 1 ; rdfs:label "first"@en .
    """
    fields = forms(world, said)["River"].fields
    assert [field.path.removeprefix(WATER) for field in fields] == ["c", "b", "a"]
    assert fields[0].group == {"en": "first"}


def test_one_of_several_properties_comes_once(world: Path) -> None:
    """A number is exact, or the lowest, or the highest: sh:alternativePath with sh:maxCount."""
    said = """
        shape:River sh:targetClass water:River ; sh:property shape:a , shape:one .
        shape:a sh:path water:a ; sh:datatype xsd:integer .
        shape:one sh:path [ sh:alternativePath ( water:a water:b ) ] ; sh:maxCount 1 .
    """
    (field,) = forms(world, said)["River"].fields
    assert (field.most, field.is_repeated) == (1, False)


@pytest.mark.parametrize(
    "more",
    [
        "shape:x sh:or ( shape:x [ sh:class water:Lake ] ) .",
        "shape:x sh:and _:a . _:a rdf:first [ sh:class water:Lake ] ; rdf:rest _:a .",
        "shape:x sh:or ( _:a _:b ) . _:a sh:and ( _:b ) ."
        " _:b sh:and ( _:a [ sh:class water:Lake ] ) .",
        "shape:x sh:or ( "
        + " ".join(f"_:l{n}" for n in range(24))
        + " [ sh:class water:Lake ] ) . "
        + " ".join(f"_:l{n} sh:or ( _:l{n + 1} _:l{n + 1} _:m{n} ) ." for n in range(24)),
    ],
    ids=["itself", "a list in a circle", "each other", "many ways to each"],
)
def test_shapes_that_lead_back_to_themselves_are_read_once(world: Path, more: str) -> None:
    """SHACL, section 3.4.3, leaves them to whoever reads them; a form must not hang."""
    river = "shape:R a sh:NodeShape ; sh:targetClass water:River ; sh:property shape:x ."
    found = forms(world, f"{river} shape:x sh:path water:x . {more}")
    field = next(field for field in found["River"].fields if field.path == f"{WATER}x")
    assert field.kind == "link"
