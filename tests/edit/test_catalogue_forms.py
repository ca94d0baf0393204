"""Datasets that lie elsewhere are edited like everything else, without a shape of one's own."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode

from publisher.edit.changes import Change
from publisher.edit.editor.session import EditSession
from publisher.edit.fields import Field, Form
from publisher.edit.forms import read_forms
from publisher.edit.init import StartOptions, start_folder
from publisher.edit.inventory import Inventory
from publisher.edit.sheets.layout import make_basis
from publisher.edit.things import FilledField, add_thing, find_form
from publisher.edit.values import PickList, read_value
from publisher.errors import ValueRefused
from publisher.load.sources import Sources, read_sources
from publisher.profiles import dcat_ap, dcat_ap_se, form_fields
from publisher.rdf.namespaces import iri
from tests.folders import write_folder

NORD = "https://data.nord.example.org/"
TIETO = "http://tieto.example.fi/luettelo/"
PREFIXES = """\
PREFIX dcat: <http://www.w3.org/ns/dcat#>
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX foaf: <http://xmlns.com/foaf/0.1/>
"""
# Somebody who writes everything into one file, in a language that the program does not speak.
LUETTELO = f"""\
{PREFIXES}BASE <{TIETO}>
<catalog> a dcat:Catalog ; dcterms:title "Luettelo"@fi ;
    dcterms:modified "2026-05-01"^^<http://www.w3.org/2001/XMLSchema#date> ;
    dcterms:publisher <kunta> ; dcat:dataset <aineisto/tiet%20ja-sillat> , <aineisto/puut> .
<kunta> a foaf:Organization ; foaf:name "Kunta"@fi .
<aineisto/tiet%20ja-sillat> a dcat:Dataset ; dcterms:title "Sillat"@fi ;
    dcterms:spatial <https://sws.geonames.org/660013/> .
<aineisto/puut> a dcat:Dataset ; dcterms:title "Puut"@fi .
"""


def editing(sources: Sources) -> tuple[Inventory, tuple[Form, ...]]:
    """Return what editing looks up in sources, and their forms."""
    inventory = Inventory(sources)
    return inventory, read_forms(inventory)


def of_class(found: tuple[Form, ...], name: str) -> Form:
    """Return the form of a class."""
    return next(form for form in found if form.class_iri == iri(name))


def field(form: Form, name: str) -> Field:
    """Return the field of a property."""
    found = form.field(iri(name))
    assert found is not None
    return found


def read(inventory: Inventory, each: Field, written: str, language: str = "") -> object:
    """Return what somebody's words in a field stand for."""
    picked = PickList.of(each, inventory.sources.base_iri)
    return read_value(written, each, language, picked)


def where(changes: tuple[Change, ...], thing: str) -> set[str]:
    """Return the files that what is said of a new thing is written into."""
    return {change.file for change in changes if change.thing == thing}


@pytest.fixture(scope="module")
def nord(tmp_path_factory: pytest.TempPathFactory) -> Sources:
    """Return a catalogue alone as ``init`` makes one."""
    folder = tmp_path_factory.mktemp("nord") / "r"
    start = StartOptions(
        names={"sv": "Öppna data", "en": "Open data"},
        things={},
        publisher="Region Nord",
        kind_of_publisher="RegionalAuthority",
        contact="data@nord.example.org",
        base_iri=NORD,
        theme="GOVE",
        day=date(2026, 1, 1),
        is_catalogue_alone=True,
    )
    start_folder(start, folder)
    return read_sources(folder, NORD)


def test_a_catalogue_has_forms_without_a_shape_of_its_own(nord: Sources) -> None:
    """One for each kind of entry, named in both languages."""
    _, found = editing(nord)

    assert {form.names["sv"]: len(form.things) for form in found} == {
        "Datamängd": 1,
        "Datamängdsserie": 0,
        "Datatjänst": 0,
        "Fil eller adress": 1,
        "Katalog": 1,
        "Kontaktpunkt": 1,
        "Utgivare": 1,
    }


def test_a_new_entry_in_the_editor_begins_with_what_the_catalogue_has(nord: Sources) -> None:
    """Publisher and contact, as ``publisher new`` gives them."""
    session = EditSession(nord.folder, NORD)
    form = next(form for form in session.pending.snapshot.forms if form.names["sv"] == "Datamängd")
    values = {value for _, value in session.start(form).pairs}
    assert {f"{NORD}id/organisation/publisher", f"{NORD}contact"} <= values


def test_values_are_chosen_by_their_names(nord: Sources) -> None:
    """From the lists of the EU, in either language; of an open list any address will do."""
    inventory, found = editing(nord)
    dataset, file = of_class(found, "dcat:Dataset"), of_class(found, "dcat:Distribution")
    authority = "http://publications.europa.eu/resource/authority/"

    assert read(inventory, field(dataset, "dcat:theme"), "Miljö") == NamedNode(
        f"{authority}data-theme/ENVI"
    )
    assert read(inventory, field(dataset, "dcterms:accrualPeriodicity"), "annual") == NamedNode(
        f"{authority}frequency/ANNUAL"
    )
    assert read(inventory, field(file, "dcterms:license"), "CC BY 4.0") == NamedNode(
        "http://creativecommons.org/licenses/by/4.0/"
    )
    geonames = "https://sws.geonames.org/2699767/"
    assert read(inventory, field(dataset, "dcterms:spatial"), geonames) == NamedNode(geonames)
    with pytest.raises(ValueRefused, match="is not in the list"):
        read(inventory, field(dataset, "dcat:theme"), "https://example.org/theme/space")


def test_a_mail_address_is_written_as_people_write_it(nord: Sources) -> None:
    """What the property wants is an address with mailto:."""
    inventory, found = editing(nord)
    mail = field(of_class(found, "vcard:Organization"), "vcard:hasEmail")

    assert read(inventory, mail, "maps@nord.example.org") == NamedNode(
        "mailto:maps@nord.example.org"
    )


def test_a_new_dataset_has_a_file_and_the_publisher_of_the_catalogue(nord: Sources) -> None:
    """Its file is named after it, as the others are."""
    inventory, found = editing(nord)
    added = add_thing(inventory, find_form(inventory, found, "dataset"), "Träd i staden", [])

    assert added.thing == f"{NORD}dataset/trad-i-staden"
    assert where(added.changes, added.thing) == {"data/catalogue/trad-i-staden.ttl"}
    said = {(change.path, change.new) for change in added.changes}
    assert (iri("dcterms:publisher"), NamedNode(f"{NORD}id/organisation/publisher")) in said
    assert (iri("dcterms:title"), Literal("Träd i staden", language="en")) in said


def test_a_new_file_stands_with_its_dataset(nord: Sources) -> None:
    """And its address says which dataset it is of."""
    inventory, found = editing(nord)
    filled = [
        FilledField("Datamängd", "", "Förteckning över datamängderna"),
        FilledField("accessURL", "", "https://files.nord.example.org/list.csv"),
    ]
    form = find_form(inventory, found, "distribution")
    added = add_thing(inventory, form, "CSV", filled)

    assert added.thing == f"{NORD}distribution/list-of-datasets-csv"
    assert where(added.changes, added.thing) == {"data/catalogue/list-of-datasets.ttl"}


def test_new_organisations_stand_together(nord: Sources) -> None:
    """Many datasets name them."""
    inventory, found = editing(nord)
    for word, address in (("Kontaktpunkt", "contact/kartor"), ("agent", "id/organisation/kartor")):
        added = add_thing(inventory, find_form(inventory, found, word), "Kartor", [])
        assert added.thing == NORD + address
        assert where(added.changes, added.thing) == {"data/catalogue/agents.ttl"}


def test_a_sheet_has_a_row_for_each_dataset_and_one_for_each_file(nord: Sources) -> None:
    """The row of a file names its dataset."""
    layouts = {layout.titles["sv"]: layout for layout in make_basis(nord).layouts}
    files = layouts["Fil eller adress"]

    assert len(layouts["Datamängd"].form.things) == 1
    assert files.group(f"^{iri('dcat:distribution')}") is not None
    assert layouts["Datamängd"].group(iri("dcat:distribution")) is None


def test_a_folder_keeps_its_habits(tmp_path: Path) -> None:
    """Its languages, its addresses, its one file, and the values that no list has."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "catalogue.ttl").write_text(LUETTELO, encoding="utf-8")
    inventory, found = editing(read_sources(tmp_path, TIETO))
    dataset = of_class(found, "dcat:Dataset")
    added = add_thing(inventory, dataset, "Järvet", [])

    assert field(dataset, "dcterms:title").languages == ("fi",)
    assert added.thing == f"{TIETO}aineisto/jarvet"
    assert where(added.changes, added.thing) == {"data/catalogue.ttl"}
    assert iri("foaf:Organization") in field(dataset, "dcterms:publisher").classes
    listed = {choice.iri for choice in field(dataset, "dcterms:spatial").choices}
    assert "https://sws.geonames.org/660013/" in listed


def test_a_profile_that_is_off_has_no_fields(tmp_path: Path) -> None:
    """Who publishes nothing of high value is not asked for its category."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "catalogue.ttl").write_text(LUETTELO, encoding="utf-8")
    rules = '[tool.publisher.rules]\ndcat-ap-hvd = "off"\n'
    (tmp_path / "pyproject.toml").write_text(rules, encoding="utf-8")
    _, found = editing(read_sources(tmp_path, TIETO))

    assert of_class(found, "dcat:Dataset").field(iri("dcatap:hvdCategory")) is None


def test_a_folder_that_describes_nothing_of_others_has_no_such_forms(tmp_path: Path) -> None:
    """Its catalogue is completed by the build."""
    lakes = {"data/lakes/lake.ttl": f"<{NORD}id/lake/1> a <{NORD}def/own#Lake> .\n"}
    listing = "<catalog> a dcat:Catalog ; dcat:dataset <dataset/lakes> .\n"
    catalogue = f"{PREFIXES}BASE <{NORD}>\n{listing}"
    own = {"data/catalogue.ttl": f"{catalogue}<dataset/lakes> a dcat:Dataset .\n"}
    _, found = editing(read_sources(write_folder(tmp_path, NORD, lakes | own), NORD))

    assert found == ()


def test_every_field_is_a_property_of_a_profile() -> None:
    """Or, for whom to ask about the whole catalogue, of DCAT itself."""
    known = {(rule.owner, rule.path) for rule in dcat_ap_se.read_rules()}
    for profile in (dcat_ap.DCAT_AP, dcat_ap.DCAT_AP_HVD, dcat_ap.GEODCAT_AP):
        known |= {(rule.owner, rule.path) for rule in dcat_ap.read_semic_rules(profile)}
    asked = {(row.owner, row.path) for row in form_fields._rows() if not row.is_inverse}

    assert asked - known == {("dcat:Catalog", "dcat:contactPoint")}
