"""A message knows its reader: a form and a sheet speak of fields, never of prefixes and files."""

from __future__ import annotations

from pathlib import Path

import pytest

from publisher.edit.editor.snapshot import read_snapshot
from publisher.edit.field_messages import FieldMessages, field_keys, is_technical, one_each
from publisher.edit.forms import read_forms
from publisher.edit.inventory import Inventory
from publisher.findings import Finding, Severity
from publisher.load.sources import read_sources
from publisher.quality.validation_results import _SENTENCES
from publisher.rdf.namespaces import iri

REPOSITORY = Path(__file__).parents[2]
CLUSTERS = "https://w3id.org/nms-kluster/"
BASE = "https://data.example.org/"
RUNN = f"{BASE}id/lake/runn"


def finding(message: dict[str, str], component: str = "", **about: str) -> Finding:
    """Return a violation with a message."""
    name = iri(f"sh:{component}ConstraintComponent") if component else ""
    return Finding(Severity.VIOLATION, message, rule="r", component=name, **about)


@pytest.fixture
def lakes(pond: Path) -> FieldMessages:
    """Return what rewords findings on the tiny world with more fields."""
    snapshot = read_snapshot(pond, BASE)
    return snapshot.messages


@pytest.mark.parametrize(
    "words",
    [
        "Write schema:value too.",
        "Add it to data/lakes/sources.ttl.",
        "Give one name per language, with a language tag.",
        "Sätt språktagg på texten.",
        'Write "…"@sv.',
        r"It must match ^\d+$.",
        "Use one of [a-z0-9].",
        "Point to it by its IRI.",
        "Peka på den med dess IRI.",
        "Ge noden ett prefix.",
        "Schreiben Sie ein Präfix davor.",
        "Geben Sie jedem Namen ein Sprachkürzel.",
        "Der Datentyp stimmt nicht.",
        "Hier steht ein leerer Knoten.",
    ],
)
def test_words_of_files_are_noticed(words: str) -> None:
    """Prefixes, extensions, tags, patterns: each is known as such."""
    assert is_technical(words)


@pytest.mark.parametrize(
    "words",
    [
        "Ange adressen, från http:// eller https://.",
        "Write one date: a day, a month or a year.",
        "Skriv till namn@example.org.",
        "Write it as 2015-03-28, 2015-03, 2015.",
        "“Compare (2015)”: choose from the list.",
        "Kl. 12:30, eller högst 3:e gången.",
    ],
)
def test_words_of_people_are_left(words: str) -> None:
    """An address, a time and a mail address are no prefixes."""
    assert not is_technical(words)


def test_a_term_becomes_the_name_of_its_field(lakes: FieldMessages) -> None:
    """In the reader's language, and in the words of the shape."""
    said = {"sv": "Skriv water:metres.", "en": f"Write <{BASE}def/water#metres>."}

    assert lakes.of(finding(said)) == {"sv": "Skriv ”Meter”.", "en": "Write “Metres”."}


@pytest.mark.parametrize(
    ("component", "path", "sentence"),
    [
        ("MinCount", "skos:prefLabel", "Fyll i ”Namn” en gång på varje språk: svenska, engelska."),
        ("Datatype", "dcterms:modified", "”Ändrad”: skriv ett år, en månad eller en dag"),
        ("In", "water:kind", "Se över ”Slag”"),
        ("Class", "water:feeds", "”Avvattnas till”: välj ur listan."),
        ("MaxCount", "water:islands", "”Öar”: behåll högst 1"),
        ("NodeKind", "foaf:page", "”Sida”: skriv hela adressen"),
    ],
)
def test_what_names_cannot_say_is_said_by_constraint_and_field(
    lakes: FieldMessages, component: str, path: str, sentence: str
) -> None:
    """The sentence of a shape that speaks of tags is replaced in every language."""
    said = {"sv": "Skriv det med språktagg.", "en": "Write it with a language tag."}
    name = iri(path) if not path.startswith("water:") else f"{BASE}def/water#{path[6:]}"
    found = lakes.of(finding(said, component, focus_node=RUNN, path=name))

    assert found["sv"].startswith(sentence)
    assert not is_technical(found["en"])


def test_what_no_field_can_cure_says_who_can(lakes: FieldMessages) -> None:
    """A fault of the files themselves."""
    found = lakes.of(finding({"sv": "Rätta prefixet.", "en": "Correct the prefix."}))

    assert found["sv"] == "Det här rättas i filerna: hör med den som sköter dem."


def test_one_fault_is_one_finding() -> None:
    """Two constraints of a shape with one message, and a rule that says the same otherwise."""
    about = {"focus_node": RUNN, "path": iri("skos:prefLabel")}
    shape = finding({"en": "Name it."}, "MinCount", **about)
    again = finding({"en": "Name it."}, "UniqueLang", value='"x"', **about)
    rule = finding({"en": "Translate it."}, **about)
    other = finding({"en": "Translate it."}, focus_node=RUNN, path=iri("skos:altLabel"))

    assert one_each([shape, again, rule, other]) == [shape, other]


@pytest.mark.parametrize("folder", [pytest.param("own", marks=pytest.mark.slow), "pond"])
def test_no_shape_says_a_word_of_files_in_a_form(folder: str, pond: Path) -> None:
    """Whatever constraint of whatever property of a folder is broken, with its own message."""
    sources = read_sources(
        REPOSITORY if folder == "own" else pond, CLUSTERS if folder == "own" else BASE
    )
    inventory = Inventory(sources)
    forms = read_forms(inventory)
    messages = FieldMessages(inventory, forms)
    seen = 0
    for form in forms:
        for field in form.fields:
            about = {"focus_node": next(iter(form.things), ""), "path": field.path}
            for component, words in _SENTENCES.items():
                said = dict(field.message) or {"en": words}
                shown = messages.of(finding(said, component, **about), form)
                technical = [text for text in shown.values() if is_technical(text)]
                assert not technical, (form.class_iri, field.path, technical)
                seen += 1
    assert seen > 100


def test_a_path_of_several_properties_leads_to_their_fields() -> None:
    """Alternatives to each, an inverse path to the field of the other direction."""
    inventory = Inventory(read_sources(REPOSITORY, CLUSTERS))
    shape = f"{CLUSTERS}shapes#MemberCount"
    one = Finding(Severity.VIOLATION, {}, rule=f"{shape}-value-one")
    owner = Finding(Severity.VIOLATION, {}, rule=f"{shape}-memberCount")

    assert set(field_keys(one, inventory.shapes)) == {
        iri(f"schema:{name}") for name in ("value", "minValue", "maxValue")
    }
    assert list(field_keys(owner, inventory.shapes)) == [f"^{CLUSTERS}def/cluster#memberCount"]
