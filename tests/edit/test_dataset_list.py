"""Lists of datasets as people keep them in a spreadsheet: CSV and workbooks become a catalogue."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import openpyxl
import pytest
from pyoxigraph import NamedNode

from publisher.edit.catalogue.list_columns import COLUMNS
from publisher.edit.catalogue.list_headings import read_heading
from publisher.findings import Severity
from publisher.load.sources import read_sources
from publisher.quality.approval import approve
from publisher.rdf.namespaces import iri
from publisher.release.build import build
from publisher.release.model import Release
from publisher.verify import graphs
from publisher.verify.profiles import SWEDISH, built_in_profile, validate
from tests.catalogue_list import as_csv, rows
from tests.edit.test_catalogue_import import call, imported, said, values
from tests.start.test_raw_tables import ods
from tests.verify.test_viewers import PYTHON, read_by

BASE = "https://data.region.example/"
NEW = (
    *("--base-iri", BASE, "--name", "sv=Öppna data", "--name", "en=Open data"),
    *("--publisher", "Regionen", "--kind", "RegionalAuthority", "--contact", "data@region.example"),
)
AUTHORITY = "http://publications.europa.eu/resource/authority/"


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def write(text: str, name: str = "list.csv") -> Path:
    path = Path(name)
    path.write_text(text, encoding="utf-8")
    return path


def test_swedish_and_english_headings_mean_the_same() -> None:
    """Semicolons or commas, other words for the terms, and the explanation row is no dataset."""
    write(
        "Titel sv;Beskrivning (sv);Nyckelord;Tema;Licens;Uppdateringsfrekvens;Länk;Format\n"
        "# Vad den heter;;;;;;;\n"
        "Badplatser;Alla bad.;bad, sjö;Miljö;CC0;varje år;https://e.example/b.csv;csv\n"
    )
    write(
        "Title_sv,description@sv,Keyword,dcat:theme,License,Frequency,Access URL,File format\n"
        "Badplatser,Alla bad.,bad;sjö,environment,"
        "https://creativecommons.org/publicdomain/zero/1.0/deed.sv,Annual,"
        "https://e.example/b.csv,text/csv\n",
        "other.csv",
    )
    imported("list.csv", "--into", "a", *NEW)
    imported("other.csv", "--into", "b", *NEW)
    assert said(Path("a")) == said(Path("b"))
    assert values(Path("a"), f"{BASE}dataset/badplatser", "dcat:keyword") == {"bad", "sjö"}


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Svensk titel", "title sv 1"),
        ("Beskrivning på engelska", "description en 1"),
        ("dct:accrualPeriodicity", "frequency  1"),
        ("landingPage", "landing-page  1"),
        ("bytesize", "size  1"),
        ("Bounding box (WGS84)", "box  1"),
        ("Namn på datamängden", "title  1"),
        ("Resurs 2 format", "format  2"),
        ("distribution 3 access URL", "link  3"),
        ("map service type", "service  1"),
        ("Kontaktpersonens e-post", "contact-mail  1"),
        ("Nyckelord 3", "keyword  1"),
        ("WFS-länk", "endpoint  1"),
        ("GeoJSON-fil", "link  1"),
        ("Titel/Namn", "title  1"),
        ("dcat:contactPoint/vcard:hasEmail", "contact-mail  1"),
        ("Länk till WFS", "endpoint  1"),
        ("Filstorlek MB", "size  1"),
        ("Schlagwörter (Deutsch)", "keyword de 1"),
        ("Beschreibung des Datensatzes", "description  1"),
        ("Tidpunkt för frekvens", "frequency  1"),
        ("Metadata title", ""),
        ("Licens- och e-postuppgift", ""),
        ("Data", ""),
        ("Titel 2", ""),
        ("Diarienummer", ""),
    ],
)
def test_a_heading_is_read_as_people_write_it(written: str, meant: str) -> None:
    """With a language, a number, a prefix or a remark in it; and what is none is none."""
    found = read_heading(written)
    read = f"{found.column.key} {found.language} {found.number}" if found else ""
    assert read == meant


def test_columns_may_be_sides_services_formats_and_marks() -> None:
    """A box in four columns, addresses below WMS and CSV, two files, "nej" and "-" for nothing."""
    write(
        "Namn,Kort beskrivning,väst,syd,öst,nord,WMS,CSV,Länk,Format,Länk,Format,Licens,HVD?,"
        "HVD-kategori,PDF,Karttjänst\n"
        "Sjöar,Alla.,12,59,15,62,https://e.example/karta,https://e.example/s.csv,"
        "https://e.example/a,JSON,https://e.example/b,KML,-,Nej,,ja,nej\n"
        "Broar,Alla.,,,,,,,,,,,CC0,Ja,Statistik,,https://e.example/geoserver/wfs\n"
        "Träd,Alla.,1,2,,,,,,,,,CC0,Ja,,,\n"
    )
    result = call("list.csv", "--into", "new", *NEW)
    named = {line.split(":")[1] for line in result.output.splitlines() if ": error:" in line}
    assert named == {"C4", "N4"}
    assert "P1: warning: The column 'PDF' is not known" in result.output
    imported("list.csv", "--into", "new", "--skip-bad", *NEW)
    folder, lakes = Path("new"), f"{BASE}dataset/sjoar"
    files = values(folder, lakes, "dcat:distribution")
    formats = {v.rpartition("/")[2] for f in files for v in values(folder, f, "dcterms:format")}
    assert formats == {"WMS_SRVC", "CSV", "JSON", "KML"}
    (place,) = values(folder, lakes, "dcterms:spatial")
    assert values(folder, place, "dcat:centroid") == {"POINT(13.5 60.5)"}
    assert values(folder, f"{BASE}service/broar-wfs", "dcat:endpointURL")
    assert len(values(folder, f"{BASE}dataset/broar", "dcatap:hvdCategory")) == 1


def test_every_cell_that_is_not_understood_is_named_with_its_cure() -> None:
    """Nothing is written, and no folder is left; with --skip-bad the good rows come."""
    write(
        "Titel;Beskrivning;Tema;Licens;Uppdateringsfrekvens;E-post;Länk;Format;Publicerad;Storlek;"
        "Typ;HVD;Serie;Utbredning;Anteckning\n"
        "Bra;Allt rätt.;Hälsa;CC BY 4.0;daily;a@e.example;https://e.example/a.csv;CSV;2026-01-01;"
        "10;;;;;\n"
        "Fel;;Rymden;CC BY 9;ibland;a(at)b;filen;Krita;3 maj;stor;sak;Ja;Okänd;1 2;x\n"
        "Bra;En till.;;;;;;;;;;;;;\n"
        ";Utan namn.;;;;;;;;;;;;;\n"
    )
    result = call("list.csv", "--into", "new", *NEW)
    assert result.exit_code == 1
    assert not Path("new").exists()
    named = {line.split(":")[1] for line in result.output.splitlines() if ": error:" in line}
    assert named == {
        *("B3", "C3", "D3", "E3", "F3", "G3", "H3", "I3", "J3", "K3", "L3", "M3", "N3"),
        *("A4", "A5"),
    }
    imported("list.csv", "--into", "new", "--skip-bad", *NEW)
    assert values(Path("new"), f"{BASE}catalog", "dcat:dataset") >= {f"{BASE}dataset/bra"}
    assert "O1: warning: The column 'Anteckning' is not known, and left out with 1 values" in (
        result.output
    )


def test_map_services_are_services_and_files_stay_files() -> None:
    """A link beside the address of a service is a file of its own; parameters of a map stay."""
    write(
        "Id;Titel;Titel en;Beskrivning;Licens;Länk;Format;Tjänst;Tjänstens adress;Länk 2;Format 2\n"
        "vagar;Vägar;Roads;Alla.;CC0;https://e.example/v.zip;Shape;WMS;"
        "https://e.example/wms?map=v&service=WMS&request=GetCapabilities;"
        "https://e.example/wfs;WFS\n"
    )
    imported("list.csv", "--into", "new", *NEW)
    folder, dataset = Path("new"), f"{BASE}dataset/vagar"
    services = {t.subject.value for t in said(folder) if t.object.value == iri("dcat:DataService")}
    wms, wfs = f"{BASE}service/vagar-wms", f"{BASE}service/vagar-wfs"
    assert services == {wms, wfs}
    assert values(folder, wms, "dcat:endpointURL") == {"https://e.example/wms?map=v"}
    assert values(folder, wms, "dcat:servesDataset") == {dataset}
    assert values(folder, wms, "dcterms:title") == {"Vägar (WMS)", "Roads (WMS)"}
    assert values(folder, wfs, "dcat:endpointDescription") == {
        "https://e.example/wfs?service=WFS&request=GetCapabilities"
    }
    formats = {
        value.removeprefix(f"{AUTHORITY}file-type/")
        for file in values(folder, dataset, "dcat:distribution")
        for value in values(folder, file, "dcterms:format")
    }
    assert formats == {"SHP", "WMS_SRVC", "WFS_SRVC"}


def test_a_high_value_row_marks_data_set_file_and_service() -> None:
    """Category and legislation stand where DCAT-AP HVD 3.0 wants them."""
    write(
        "Titel,Description,Licence,Link,Format,High-value category,Service,Endpoint,Documentation\n"
        "Broar,Alla.,CC0,https://e.example/b.csv,CSV,Mobility,REST,https://e.example/api,"
        "https://e.example/om\n"
    )
    imported("list.csv", "--into", "new", *NEW)
    folder, dataset = Path("new"), f"{BASE}dataset/broar"
    marked = {
        t.subject.value
        for t in said(folder)
        if t.object == NamedNode("http://data.europa.eu/eli/reg_impl/2023/138/oj")
    }
    service = f"{BASE}service/broar-rest"
    assert marked == {dataset, service, *values(folder, dataset, "dcat:distribution")}
    assert values(folder, service, "dcatap:hvdCategory") == {"http://data.europa.eu/bna/c_b79e35eb"}
    assert values(folder, service, "foaf:page") == {"https://e.example/om"}


def test_a_list_of_files_adds_to_the_data_sets() -> None:
    """Named by id, title or address; of a dataset that no row describes, the row is refused."""
    write("Id,Titel,Beskrivning\nx1,Sjöar,Alla.\n,Åar,Alla.\n")
    files = write(
        "Datamängd,Länk,Format\nx1,https://e.example/1.csv,CSV\nsjöar,https://e.example/2.json,JSON\n"
        f"{BASE}dataset/aar,https://e.example/3.csv,CSV\nokänd,https://e.example/4.csv,CSV\n",
        "files.csv",
    )
    result = call("list.csv", "--files", files, "--into", "new", *NEW)
    assert (result.exit_code, "A5: error" in result.output) == (1, True)
    imported("list.csv", "--files", files, "--into", "new", "--skip-bad", *NEW)
    assert len(values(Path("new"), f"{BASE}dataset/x1", "dcat:distribution")) == 2
    assert len(values(Path("new"), f"{BASE}dataset/aar", "dcat:distribution")) == 1


def test_months_countries_and_other_languages_are_understood() -> None:
    """Another base, names with letters of their own, a language that the program does not speak."""
    write(
        "Id,Title fi,Title ar,Description fi,Period from,Period to,Area,Link\n"
        "https://muu.example/järvi/ö1,Järvet,البحيرات,Kaikki.,2020-02,2020-02,FI,"
        "https://muu.example/a b.geojson\n"
    )
    other = ("--base-iri", "http://tietoja.example/avoin/", "--name", "fi=Avoin data")
    imported("list.csv", "--into", "new", *other, *NEW[6:], "--text-language", "fi")
    folder, thing = Path("new"), "https://muu.example/järvi/ö1"
    assert values(folder, thing, "dcterms:title") == {"Järvet", "البحيرات"}
    assert values(folder, thing, "dcterms:spatial") == {f"{AUTHORITY}country/FIN"}
    (period,) = values(folder, thing, "dcterms:temporal")
    assert values(folder, period, "dcat:startDate") == {"2020-02-01"}
    assert values(folder, period, "dcat:endDate") == {"2020-02-29"}
    (file,) = values(folder, thing, "dcat:distribution")
    assert values(folder, file, "dcat:downloadURL") == {"https://muu.example/a%20b.geojson"}


def test_a_list_imported_again_keeps_what_it_made() -> None:
    """Publisher, contact and services of a row are there again, under the same names."""
    text = (
        "Titel;Beskrivning;Utgivare;Typ av utgivare;E-post;Tjänst;Tjänstens adress\n"
        "Vägar;Alla.;Vägföreningen;förening;v@e.example;REST;https://e.example/api\n"
    )
    write(text)
    imported("list.csv", "--into", "new", *NEW)
    before = said(Path("new"))
    assert "0 new files, 0 changed, 0 removed" in imported("list.csv", "--into", "new")
    assert said(Path("new")) == before


def test_a_new_publisher_is_of_the_kind_of_the_catalogues(tmp_path: Path) -> None:
    """dataportal.se takes none without a kind; that it was assumed is said at its cell."""
    write("Titel,Beskrivning,Utgivare\nVägar,Alla.,Bolaget\nBroar,Alla.,Bolaget\n")
    output = imported("list.csv", "--into", "new", *NEW)
    agent = f"{BASE}id/organisation/bolaget"
    assert {v.rpartition("/")[2] for v in values(Path("new"), agent, "dcterms:type")} == {
        "RegionalAuthority"
    }
    assert output.count("warning: The publisher 'Bolaget' is new") == 1


def test_headings_may_stand_below_a_title() -> None:
    """As lists have it that are made to be read."""
    write("Våra data 2026;;\n;;\nTitel;Beskrivning;Länk\nVägar;Alla.;https://e.example/v.csv\n")
    imported("list.csv", "--into", "new", *NEW)
    assert values(Path("new"), f"{BASE}dataset/vagar", "dcterms:title") == {"Vägar"}


@pytest.mark.parametrize(
    ("name", "encoding", "mark"),
    [
        ("list.csv", "cp1252", ";"),
        ("list.csv", "utf-16", "\t"),
        ("list.txt", "utf-16", "\t"),
        ("list.tab", "utf-8-sig", "\t"),
        ("list.csv", "mac_roman", "|"),
        ("list.ods", "", ""),
    ],
)
def test_a_list_is_read_however_it_was_saved(name: str, encoding: str, mark: str) -> None:
    """As Excel and LibreOffice save it for people who are asked nothing about encodings."""
    table = [
        ["Åtgärder; en lista, här"],
        ["Titel", "Beskrivning", "Utgivare", "Länk", "Storlek (kB)", "Ändrad"],
        ["Åar", "Små åar, och större.", "Järna Östra", "https://e.example/a.csv", "", "2024"],
        [
            "Växthus",
            "Där det växer; året om.",
            "Järna",
            "https://e.example/v.csv",
            "1,5",
            "3.2.2025",
        ],
    ]
    if name.endswith(".ods"):
        cells = "".join(
            "<t:table-row>"
            + "".join(f"<t:table-cell><x:p>{c}</x:p></t:table-cell>" for c in row)
            + "</t:table-row>"
            for row in table
        )
        Path(name).write_bytes(ods(cells))
    else:
        lines = "\r\n".join(mark.join(f'"{c}"' for c in row) for row in table)
        Path(name).write_bytes(lines.encode(encoding))
    imported(name, "--into", "new", *NEW)
    assert values(Path("new"), f"{BASE}dataset/vaxthus", "dcterms:description") == {
        "Där det växer; året om."
    }
    assert values(Path("new"), f"{BASE}dataset/vaxthus", "dcterms:modified") == {"2025-02-03"}
    (file,) = values(Path("new"), f"{BASE}dataset/vaxthus", "dcat:distribution")
    assert values(Path("new"), file, "dcat:byteSize") == {"1500"}
    assert values(Path("new"), f"{BASE}dataset/aar", "dcterms:title") == {"Åar"}


@pytest.mark.parametrize(
    ("heads", "row", "name"),
    [
        ("Datamängd;Beskrivning;Länk", "Gator;Alla.;https://e.example/g.csv", "gator"),
        ("Datensatz;Beschreibung;Download-URL", "Gator;A.;https://e.example/g.csv", "gator"),
        ("Dataset-ID;Titel;Beskrivning;Länk", "g-1;Gator;A.;https://e.example/g.csv", "g-1"),
    ],
)
def test_a_dataset_may_be_the_heading_of_titles(heads: str, row: str, name: str) -> None:
    """Where no other list describes the datasets; else it says of which one a file is."""
    write(f"{heads}\n{row}\n")
    imported("list.csv", "--into", "new", *NEW)
    assert values(Path("new"), f"{BASE}dataset/{name}", "dcterms:title") == {"Gator"}
    assert len(values(Path("new"), f"{BASE}dataset/{name}", "dcat:distribution")) == 1


def test_two_columns_that_mean_the_same_stop_the_import() -> None:
    """One of them would be lost; with --skip-bad the first is taken."""
    write("Titel,Namn,Beskrivning\nVägar,Gator,Alla.\n")
    result = call("list.csv", "--into", "new", *NEW)
    assert (result.exit_code, Path("new").exists()) == (1, False)
    assert "B1: error: The column 'Namn' means the same as column A" in result.output
    imported("list.csv", "--into", "new", "--skip-bad", *NEW)
    assert values(Path("new"), f"{BASE}dataset/vagar", "dcterms:title") == {"Vägar"}


@pytest.mark.parametrize("name", ["list.csv", "list.xlsx"])
def test_a_template_can_be_filled_in(name: str) -> None:
    """It has every heading, explains each, and a row below becomes a dataset."""
    assert call("--template", name).exit_code == 0
    assert "already" in call("--template", name).output
    cells = {"Title en": "Roads", "Description en": "All roads.", "Theme": "Transport"}
    if name.endswith(".csv"):
        heads = Path(name).read_text("utf-8-sig").splitlines()[0].split(",")
        with Path(name).open("a", encoding="utf-8") as file:
            file.write(",".join(cells.get(head, "") for head in heads) + "\n")
    else:
        book = openpyxl.load_workbook(name)
        sheet = book["Datasets"]
        heads = [str(cell.value) for cell in sheet[1]]
        for head, text in cells.items():
            sheet.cell(2, heads.index(head) + 1, text)
        book.save(name)
    known = [heading for head in heads if (heading := read_heading(head)) is not None]
    assert len(known) == len(heads) == len(set(known))
    assert {h.column.key for h in known} == {c.key for c in COLUMNS} - {"dataset"}
    imported(name, "--into", "new", *NEW)
    assert values(Path("new"), f"{BASE}dataset/roads", "dcat:theme") == {
        f"{AUTHORITY}data-theme/TRAN"
    }


@pytest.mark.slow
def test_a_list_as_regions_keep_it_passes_the_profiles(tmp_path: Path) -> None:
    """Datasets, high-value ones, map services and series: checked, built, judged in both views."""
    listed = rows("https://filer.region.example", datasets=9, high_value=4, maps=3, series=2)
    write(as_csv(listed))
    imported("list.csv", "--into", "new", *NEW)

    release = build(approve(read_sources(tmp_path / "new", BASE)), tmp_path / "releases")

    of_eu, of_se = built_in_profile("dcat-ap"), built_in_profile(SWEDISH)
    for profile, file in ((of_eu, "dcat-ap.nt"), (of_se, "dcat-ap-se.nt")):
        content = (release.folder / "catalogue" / file).read_bytes()
        feed = graphs.to_rdflib(graphs.parse(content, "application/n-triples", BASE))
        wrong = [f for f in validate(feed, profile) if f.severity is Severity.VIOLATION]
        assert wrong == []
    if PYTHON:
        _is_read_alike(release, tmp_path)
    kinds = Counter(t.object.value for t in said(tmp_path / "new") if t.predicate.value == TYPE)
    assert kinds[iri("dcat:DatasetSeries")] == 2
    assert kinds[iri("dcat:Dataset")] == 9 + 1  # the list itself is one
    assert kinds[iri("dcat:DataService")] == 7


def _is_read_alike(release: Release, work: Path) -> None:
    """Hold what the parsers of CKAN and udata keep of a feed against each other.

    udata takes a series for a dataset, and gives map services as files of their datasets.
    """
    address = f"{BASE}catalog.nt"
    pages = {address: str(release.folder / "catalogue" / "dcat-ap.nt")}
    asked, listed = work / "asked.json", work / "pages.json"
    asked.write_text(json.dumps({"pages": pages, "first": address, "types": {}}))
    listed.write_text(json.dumps(pages))
    items = read_by(VERIFY / "udata_harvest.py", str(asked))
    assert {item["status"] for item in items} == {"done"}
    by_udata = {i["identifier"]: i for i in items if i["kind"] == "dataset"}
    script = VERIFY.parent / "render" / "ckan_harvest.py"
    packages = read_by(script, str(listed), address, "application/n-triples")
    by_ckan = {next(e["value"] for e in p["extras"] if e["key"] == "uri"): p for p in packages}

    assert len(by_ckan) == 9 + 1
    # The list itself has an identifier of another kind.
    shared = by_ckan.keys() & by_udata.keys()
    assert len(shared) == 9
    for name, package in ((name, by_ckan[name]) for name in shared):
        # Each takes its own site's language.
        titles = values(work / "new", name, "dcterms:title")
        assert {package["title"], by_udata[name]["title"]} <= titles
        addresses = {each["access_url"] for each in package["resources"]}
        assert set(by_udata[name]["files"]) <= addresses
        assert package["tags"]
        assert by_udata[name]["tags"]


TYPE = iri("rdf:type")
VERIFY = Path(__file__).parents[1] / "verify"
