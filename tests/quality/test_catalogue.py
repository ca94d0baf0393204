"""What a person wrote into the catalogue is judged as portals judge it, before it is published."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path

import pytest

from publisher.edit.init import StartOptions, start_folder
from publisher.findings import Finding, Severity
from publisher.load.sources import read_sources
from publisher.quality.approval import with_lines
from publisher.quality.catalogue import check_catalogue
from tests.folders import write_folder
from tests.verify.test_dcat_ap_se import PORTALS

CLIENTS = PORTALS.parent / "field" / "clients"
_DAY = date(2026, 1, 1)
NORD = "https://data.nord.example.org/"
TIETO = "http://tieto.example.fi/luettelo/"
PREFIXES = """\
PREFIX dcat: <http://www.w3.org/ns/dcat#>
PREFIX dcatap: <http://data.europa.eu/r5r/>
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX foaf: <http://xmlns.com/foaf/0.1/>
PREFIX vcard: <http://www.w3.org/2006/vcard/ns#>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
"""
LAW = "<http://data.europa.eu/eli/reg_impl/2023/138/oj>"
# A region's high-value map layer: with everything that the law and both portals want.
TREES = f"""\
BASE <{NORD}>
<dataset/trees> a dcat:Dataset ;
    dcterms:title "Träd"@sv , "Trees"@en ;
    dcterms:description "Alla träd."@sv , "All trees."@en ;
    dcterms:publisher <region> ;
    dcat:contactPoint <contact> ;
    dcatap:applicableLegislation {LAW} ;
    dcatap:hvdCategory <http://data.europa.eu/bna/c_dd313021> ;
    dcat:distribution <dataset/trees/csv> .
<dataset/trees/csv> a dcat:Distribution ;
    dcat:accessURL <https://files.nord.example.org/trees> ;
    dcat:downloadURL <https://files.nord.example.org/trees.csv> ;
    dcterms:license <http://creativecommons.org/licenses/by/4.0/> ;
    dcterms:format "csv" ;
    dcatap:applicableLegislation {LAW} ;
    dcat:accessService <service/trees> .
<service/trees> a dcat:DataService ;
    dcterms:title "Träd, WFS"@sv , "Trees, WFS"@en ;
    dcat:endpointURL <https://maps.nord.example.org/wfs> ;
    foaf:page <https://maps.nord.example.org/help> ;
    dcat:contactPoint <contact> ;
    dcat:servesDataset <dataset/trees> ;
    dcterms:license <http://creativecommons.org/licenses/by/4.0/> ;
    dcatap:applicableLegislation {LAW} ;
    dcatap:hvdCategory <http://data.europa.eu/bna/c_dd313021> .
<region> a foaf:Organization ;
    foaf:name "Region Nord"@sv ;
    dcterms:type <http://purl.org/adms/publishertype/RegionalAuthority> .
<contact> a vcard:Organization ;
    vcard:fn "Kartor"@sv ;
    vcard:hasEmail <mailto:maps@nord.example.org> .
"""
# Another publisher, who speaks no Swedish, with names that look like nobody else's.
SILLAT = f"""\
BASE <{TIETO}>
<catalog> a dcat:Catalog ;
    dcterms:title "Luettelo"@fi ;
    dcterms:description "Aineistot"@fi ;
    dcterms:modified "2026-05-01"^^xsd:date ;
    dcterms:publisher <kunta> ;
    dcat:dataset <aineisto/tiet%20ja-sillat> , <https://other.example.fi/ds?id=7#x> .
<kunta> a foaf:Agent ; foaf:name "Kunta"@fi .
<aineisto/tiet%20ja-sillat> a dcat:Dataset ;
    dcterms:title "Sillat"@fi ;
    dcterms:description "Sillat ja tiet"@fi ;
    dcat:distribution [
        a dcat:Distribution ;
        dcterms:format "CSV"
    ] .
<https://other.example.fi/ds?id=7#x> a dcat:Dataset ;
    dcterms:title "Puut"@fi ; dcterms:description "Kaikki puut"@fi .
"""


def found(folder: Path, base: str) -> list[Finding]:
    """Return what is found in the catalogue of a folder, at the levels that the folder sets."""
    sources = read_sources(folder, base)
    findings = with_lines(check_catalogue(sources), sources)
    return list(sources.rule_settings.at_levels(findings))


def judged(folder: Path, turtle: str, base: str = NORD) -> list[Finding]:
    """Return what is found in a region's catalogue with one file more, advice left out."""
    if base == NORD:
        (folder / "data").mkdir(parents=True)
        (folder / "data" / "catalogue.ttl").write_text(
            f"{PREFIXES}BASE <{NORD}>\n<catalog> a dcat:Catalog ;\n"
            '    dcterms:title "Nord"@sv ; dcterms:description "Allt"@sv ;\n'
            "    dcterms:license <http://creativecommons.org/publicdomain/zero/1.0/> ;\n"
            '    dcterms:issued "2026-01-01"^^xsd:date ; dcterms:publisher <region> ;\n'
            "    dcat:dataset <dataset/trees> .\n",
            encoding="utf-8",
        )
    (folder / "data" / "catalogue").mkdir(parents=True)
    (folder / "data" / "catalogue" / "one.ttl").write_text(PREFIXES + turtle, encoding="utf-8")
    return [f for f in found(folder, base) if f.severity is not Severity.INFO]


def short(findings: Iterable[Finding]) -> list[tuple[str, int, str]]:
    """Return rule, line and property of findings, sorted."""
    parts = ((f.rule, f.line, f.path.replace("#", "/").rpartition("/")[2]) for f in findings)
    return sorted(parts)


def test_what_is_demanded_is_not_recommended_too(tmp_path: Path) -> None:
    """A dataset without a publisher: one portal demands it, the other would like it."""
    faulty = judged(tmp_path, TREES.replace("    dcterms:publisher <region> ;\n", "", 1))
    advice = [
        f.message["en"]
        for f in found(tmp_path, NORD)
        if f.rule == "catalogue-advice" and f.focus_node == f"{NORD}dataset/trees"
    ]

    assert [part[::2] for part in short(faulty)] == [("dcat-ap-se", "publisher")]
    assert len(advice) == 1
    assert "dcat:keyword" in advice[0]
    assert "dcterms:publisher" not in advice[0]


def test_what_is_whole_is_let_pass(tmp_path: Path) -> None:
    """Nothing is reported that the build cures: formats, types of licences and pages."""
    assert judged(tmp_path, TREES) == []


@pytest.mark.parametrize(
    ("wrong", "right", "rule", "said"),
    [
        ("    dcat:accessService <service/trees> .", "    .", "", ""),  # the service says it too
        (" ;\n    dcat:downloadURL <https://files.nord.example.org/trees.csv>", "", "dcat-ap-hvd",
         "bulk download"),
        (' , "Trees"@en ;', " ;", "dcat-ap-hvd", "a title in English"),
        ("    foaf:page <https://maps.nord.example.org/help> ;\n", "", "dcat-ap-hvd", "foaf:page"),
        (f"    dcatap:applicableLegislation {LAW} ;\n    dcat:accessService",
         "    dcat:accessService", "dcat-ap-hvd", f"Write {LAW}."),
        ("c_dd313021> ;\n    dcat:distribution", "c_0> ;\n    dcat:distribution", "dcat-ap-se",
         "dcatap:hvdCategory must be one of the values of its list"),
        ("<mailto:maps@nord.example.org>", '"maps@nord.example.org"', "dcat-ap-se",
         "Write <mailto:maps@nord.example.org>, without quotation marks."),
        ("<mailto:maps@nord.example.org> .",
         '<mailto:maps@nord.example.org> ; vcard:hasTelephone "+46 8-12 34" .', "dcat-ap-se",
         "Write [ a vcard:Voice ; vcard:hasValue <tel:+468-1234> ], without quotation marks."),
        ("<https://files.nord.example.org/trees> ;", '"https://files.nord.example.org/trees" ;',
         "dcat-ap", "Write <https://files.nord.example.org/trees>, without quotation marks."),
        ("<http://creativecommons.org/licenses/by/4.0/> ;\n    dcterms:format",
         "<https://creativecommons.org/licenses/by/4.0/deed.sv> ;\n    dcterms:format", "dcat-ap",
         "know this licence as <http://creativecommons.org/licenses/by/4.0/>"),
        ("dcat:contactPoint <contact> ;\n    dcatap", "dcat:contactPoint <nobody> ;\n    dcatap",
         "dcat-ap", "is described nowhere"),
        ("dcat:contactPoint <contact> ;\n    dcatap", "dcat:contactPoint <region> ;\n    dcatap",
         "dcat-ap", "is not said to be of the class vcard:Kind"),
        ("dcat:contactPoint <contact> ;\n    dcatap", "dcat:contactPoint <catalog> ;\n    dcatap",
         "dcat-ap", "leads to is a dcat:Catalog, which is nobody that can be asked"),
        ("dcterms:publisher <region> ;", "dcterms:publisher <dataset/trees/csv> ;",
         "dcat-ap", "leads to is a dcat:Distribution, which is nobody that can be asked"),
    ],
)  # fmt: skip
def test_each_fault_is_said_once_with_its_cure(
    tmp_path: Path, wrong: str, right: str, rule: str, said: str
) -> None:
    """One thing is taken out of what is whole, or written in another way."""
    assert wrong in TREES
    findings = judged(tmp_path, TREES.replace(wrong, right, 1))

    assert [f.rule for f in findings] == ([rule] if rule else [])
    for finding in findings:
        assert said in finding.message["en"]
        assert finding.file == "data/catalogue/one.ttl"
        assert finding.line > 0
        assert finding.message["sv"] != finding.message["en"]


def test_a_part_without_a_name_is_found_where_it_stands(tmp_path: Path) -> None:
    """At its owner's line; rules of dataportal.se are not held against who writes no Swedish."""
    findings = judged(tmp_path, SILLAT, TIETO)

    assert [(f.rule, f.focus_node, f.line) for f in findings] == [
        ("dcat-ap", f"{TIETO}aineisto/tiet%20ja-sillat", 18)
    ]
    assert "dcat:accessURL is missing" in findings[0].message["en"]


def test_a_catalogue_without_names_is_judged_line_by_line(tmp_path: Path) -> None:
    """What has no name is told by what it is called, at the line where it says so."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "all.ttl").write_text(
        f'{PREFIXES}[] a dcat:Catalog ; dcterms:title "Kaikki"@fi ; dcterms:description "K"@fi ;\n'
        '  dcterms:issued "2030-01-01"^^xsd:date ; dcterms:publisher [ a foaf:Agent ;\n'
        '    foaf:name "Kunta"@fi ] ; dcat:dataset [ a dcat:Dataset ;\n'
        '    dcterms:title "Sillat"@fi ; dcterms:description "Sillat"@fi ; dcat:distribution [\n'
        '      a dcat:Distribution ; dcterms:title "Tiedosto"@fi ] ] .\n',
        encoding="utf-8",
    )
    violations = [f for f in found(tmp_path, TIETO) if f.severity is Severity.VIOLATION]
    assert [(f.file, f.line, f.focus_node) for f in violations] == [
        ("data/all.ttl", 6 + PREFIXES.count("\n") - 1, "_:tiedosto")
    ]
    assert violations[0].path.endswith("accessURL")


def test_a_rule_that_is_off_hides_nothing_of_the_others(tmp_path: Path) -> None:
    """What both portals demand is reported by the one that is left."""
    folder = tmp_path / "x"
    folder.mkdir()
    (folder / "pyproject.toml").write_text('[tool.publisher.rules]\ndcat-ap = "off"\n')
    turtle = TREES.replace("    dcat:accessURL <https://files.nord.example.org/trees> ;\n", "")

    assert [f.rule for f in judged(folder, turtle)] == ["dcat-ap-se"]


def choose(folder: Path, names: str) -> Path:
    """Return a new folder that chooses profiles for its catalogue."""
    folder.mkdir()
    (folder / "pyproject.toml").write_text(f"[tool.publisher.catalogue]\nprofiles = {names}\n")
    return folder


def test_a_folder_chooses_its_profiles(tmp_path: Path) -> None:
    """What it does not choose is not judged, and what it does is, whatever its language."""
    turtle = TREES.replace("    dcterms:publisher <region> ;\n", "", 1).replace(
        ' , "Trees"@en ;', " ;"
    )
    assert {f.rule for f in judged(tmp_path / "all", turtle)} == {"dcat-ap-se", "dcat-ap-hvd"}
    assert judged(choose(tmp_path / "eu", '["eu"]'), turtle) == []
    assert {f.rule for f in judged(choose(tmp_path / "se", '["se"]'), turtle)} == {"dcat-ap-se"}
    # The way out is told where it is one.
    ways = {
        f: [e for e in found(tmp_path / f, NORD) if "[tool" in e.message["en"]]
        for f in ("all", "se")
    }
    assert [len(ways["all"]), len(ways["se"])] == [1, 0]
    finnish = judged(choose(tmp_path / "fi", '["se", "eu"]'), SILLAT, TIETO)
    assert "dcat-ap-se" in {f.rule for f in finnish}


def test_maps_are_held_to_geodcat_where_that_is_chosen(tmp_path: Path) -> None:
    """What a distribution or a service says counts for its dataset, and a service alone too."""
    turtle = TREES.replace('dcterms:format "csv"', 'dcterms:format "GEOJSON"')
    (missing,) = judged(choose(tmp_path / "geo", '["geo"]'), turtle)
    assert (missing.severity, missing.focus_node) == (Severity.WARNING, f"{NORD}dataset/trees")
    for path in _GEO:
        assert path in missing.message["en"]

    def with_all(more: str) -> str:
        return turtle.replace("    dcat:endpointURL", f"{more}\n    dcat:endpointURL")

    old = "dcterms:conformsTo <http://www.opengis.net/def/crs/EPSG/0/3006> ;"
    for number, system in enumerate((old, f"geo:referenceSystem {_SYSTEM} ;")):
        folder = choose(tmp_path / f"whole{number}", '["geo"]')
        assert judged(folder, PREFIX_GEO + with_all(f"{system} {_AREA}")) == []

    alone = turtle.replace("    dcat:accessService <service/trees> .", "    .").replace(
        "    dcat:servesDataset <dataset/trees> ;\n", '    dcterms:format "WMS" ;\n'
    )
    focus = {f.focus_node for f in judged(choose(tmp_path / "alone", '["geo"]'), alone)}
    assert focus == {f"{NORD}dataset/trees", f"{NORD}service/trees"}


PREFIX_GEO = "PREFIX geo: <http://data.europa.eu/930/>\n"
_GEO = ("dcterms:spatial", "dcat:spatialResolutionInMeters", "geodcatap:referenceSystem")
_SYSTEM = "<http://www.opengis.net/def/crs/EPSG/0/25833>"
_AREA = 'dcterms:spatial <http://e.org/n> ; geo:spatialResolutionAsText "1:5000" ;'


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ('geo:referenceSystem "EPSG:3006"', "geodcatap:referenceSystem must be a thing"),
        ("geo:topicCategory <http://e.org/trees>", ""),  # a remark: it may be of another list
        ("geo:spatialResolutionAsText <http://e.org/5>", "spatialResolutionAsText must be a text"),
        ("geo:serviceType <http://e.org/a> , <http://e.org/b>", "Give only one geodcatap:service"),
        ('dcat:spatialResolutionInMeters "5 m"', "must be of the type xsd:decimal"),
        ('geo:custodian "Nord"', "geodcatap:custodian must be a thing"),
        ("geo:resourceType <http://e.org/a> , <http://e.org/b>", "Give only one geodcatap:resourc"),
    ],
)
def test_a_map_is_refused_for_what_geodcat_does_not_take(
    tmp_path: Path, wrong: str, said: str
) -> None:
    turtle = PREFIX_GEO + TREES.replace(
        "    dcat:endpointURL", f"    {wrong} ;\n    dcat:endpointURL"
    )
    found = judged(choose(tmp_path / "geo", '["geo"]'), turtle)
    assert [f.rule for f in found] == (["geodcat-ap"] if said else [])
    assert all(said in f.message["en"] and f.line and f.severity.name == "VIOLATION" for f in found)


def test_what_sweden_has_no_form_for_is_a_warning_at_its_line(tmp_path: Path) -> None:
    """A feed of the EU in a folder with Swedish texts is published all the same."""
    turtle = TREES.replace(
        "    dcat:contactPoint <contact> ;",
        "    dcat:contactPoint <contact> ; dcterms:rights <https://villkor.example/> ;\n"
        "    <http://www.w3.org/ns/adms#identifier> [ a <http://www.w3.org/ns/adms#Identifier> ;\n"
        '        <http://www.w3.org/2004/02/skos/core#notation> "T 7" ] ;\n'
        "    dcat:theme <http://eurovoc.europa.eu/4636> ;",
        1,
    )
    findings = judged(tmp_path, turtle)

    assert [(f.severity, f.rule, f.value) for f in findings] == [
        (Severity.WARNING, "dcat-ap-se", "<http://eurovoc.europa.eu/4636>")
    ]
    assert "left out of its view" in findings[0].message["en"]
    assert findings[0].line > 0


def test_a_sample_is_a_file_of_its_dataset(tmp_path: Path) -> None:
    """Portals show it as one, though it is not the data."""
    turtle = TREES.replace(
        "    dcat:distribution <dataset/trees/csv> .",
        "    <http://www.w3.org/ns/adms#sample> <dataset/trees/some> ;\n"
        "    dcat:distribution <dataset/trees/csv> .\n<dataset/trees/some> a dcat:Distribution ;\n"
        "    dcat:accessURL <https://files.nord.example.org/some.csv> .",
    )
    assert judged(tmp_path, turtle) == []


def test_what_no_catalogue_lists_is_told_where_the_build_cannot_know(tmp_path: Path) -> None:
    """Below the base it is listed by the build."""
    turtle = (
        '<http://elsewhere.example.org/a> a dcat:Dataset ; dcterms:title "A"@sv ;\n'
        f'    dcterms:description "A"@sv ; dcterms:publisher <{NORD}region> .\n'
    )
    findings = judged(tmp_path, f"{TREES}{turtle}")

    assert [(f.severity, f.focus_node) for f in findings] == [
        (Severity.WARNING, "http://elsewhere.example.org/a")
    ]
    assert "with dcat:dataset" in findings[0].message["en"]


_SERIES = """<y2024> a dcat:DatasetSeries ; dcterms:title "A"@sv ; dcterms:description "A"@sv ;
    dcterms:publisher <region> ; dcat:inSeries <all> .
<all> a dcat:DatasetSeries ; dcterms:title "B"@sv ; dcterms:description "B"@sv ;
    dcterms:publisher <region> ; dcat:inSeries <y2024> .
<region> a foaf:Organization ;"""


@pytest.mark.parametrize(
    ("wrong", "right", "level", "said"),
    [
        ('"All trees."@en ;', '"All trees."@en ; dcat:isVersionOf <dataset/trees> ;', "violation",
         "named as its own dcat:isVersionOf"),
        ("<region> a foaf:Organization ;", _SERIES, "violation", "2 things lead round in a circle"),
        ("<region> a foaf:Organization ;", _SERIES.replace("inSeries", "seriesMember"),
         "violation", "By dcat:seriesMember"),
        ('"All trees."@en ;', '"All trees."@en ; dcterms:provenance [ a dcterms:Location ] ;',
         "violation", "said to be a dcterms:Location"),
        ('dcterms:format "csv" ;', 'dcterms:format "csv" ; foaf:page [ a vcard:Address ] ;',
         "violation", "Wanted is a foaf:Document"),
        ('"All trees."@en ;', '"All trees."@en ; dcterms:creator <dataset/trees> ;', "violation",
         "dcterms:creator leads to is a dcat:Dataset, which"),
        ("<https://maps.nord.example.org/wfs>", "[ a dcterms:Location ]", "violation",
         "What dcat:endpointURL leads to is said to be a dcterms:Location"),
        ('"All trees."@en ;', '"All trees."@en ; dcat:byteSize 5 ;', "warning",
         "Portals look for dcat:byteSize in a dcat:Distribution"),
        ('"All trees."@en ;', '"All trees."@en ; dcterms:issued "2026" ;', "violation",
         "dcterms:issued must be of the type xsd:date"),
        ('"All trees."@en ;', '"All trees."@en ; dcat:theme "Miljö" ;', "violation",
         "dcat:theme must be"),
        ('"All trees."@en ;', '"All trees."@en ; dcterms:publisher <contact> ;', "violation",
         "Give only one dcterms:publisher"),
        ('dcterms:title "Träd"@sv', 'dcterms:title "Träd"', "info", "Give each dcterms:title a"),
        ("    dcat:distribution <dataset/trees/csv> .", "    .", "warning",
         "No dataset has this file"),
        ("<https://files.nord.example.org/trees> ;", "<ftp://files.nord.example.org/trees> ;",
         "violation", "dcat:accessURL is missing: the http address"),
    ],
)  # fmt: skip
def test_other_slips_are_found_too(
    tmp_path: Path, wrong: str, right: str, level: str, said: str
) -> None:
    """Kinds of fault that no reproducer has."""
    assert wrong in TREES
    judged(tmp_path, TREES.replace(wrong, right, 1))
    findings = [f for f in found(tmp_path, NORD) if said in f.message["en"]]

    assert [(f.severity.value, f.file) for f in findings] == [(level, "data/catalogue/one.ttl")]


def test_what_belongs_to_nothing_is_told_of_the_catalogue(tmp_path: Path) -> None:
    """Also parts that lead to nothing but each other."""
    turtle = (
        "[] a dcterms:Location .\n_:a a vcard:Kind ; dcterms:relation _:b . _:b a vcard:Kind ; "
    )
    findings = judged(tmp_path, f"{TREES}{turtle} dcterms:relation _:a .\n")
    assert [(f.severity, f.focus_node) for f in findings] == [(Severity.WARNING, f"{NORD}catalog")]
    assert "A dcterms:Location without a name" in findings[0].message["en"]


def test_a_second_catalogue_is_judged_though_it_lists_nothing(tmp_path: Path) -> None:
    """It is published beside the first; of its contact no profile speaks, and services have it."""
    texts = 'dcat:contactPoint "Nord" ; dcterms:publisher "Nord"'
    turtle = f"<{NORD}other> a dcat:Catalog ; {texts} .\n"
    findings = [f for f in judged(tmp_path, f"{TREES}{turtle}") if f.focus_node == f"{NORD}other"]
    paths = [path for _, _, path in short(findings)]
    assert {*paths} >= {"title", "description", "publisher", "license", "dataset", "contactPoint"}
    assert paths.count("publisher") == 1


def test_a_catalogue_alone_without_a_date_cannot_be_built(tmp_path: Path) -> None:
    """So the check says it."""
    turtle = SILLAT.replace('    dcterms:modified "2026-05-01"^^xsd:date ;\n', "")
    findings = judged(tmp_path, turtle, TIETO)

    assert any(f.line == 8 and "a release has no date" in f.message["en"] for f in findings)


def test_the_folder_s_own_datasets_are_left_to_the_build(tmp_path: Path) -> None:
    """A folder that describes nothing of others hears nothing, whatever it has not said."""
    lakes = {"data/lakes/lake.ttl": f"<{NORD}id/lake/1> a <{NORD}def/own#Lake> .\n"}
    catalogue = (
        f"{PREFIXES}BASE <{NORD}>\n<catalog> a dcat:Catalog ; dcat:dataset <dataset/lakes> .\n"
    )
    own = {"data/catalogue.ttl": f"{catalogue}<dataset/lakes> a dcat:Dataset .\n"}

    assert found(write_folder(tmp_path, NORD, lakes | own), NORD) == []


@pytest.mark.skipif(not CLIENTS.is_dir(), reason=f"no reproducers beside the checkout: {CLIENTS}")
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "catalogue_unchecked.ttl",
            {
                ("dcat-ap", 7, "description"),
                ("dcat-ap-se", 7, "publisher"),
                ("dcat-ap-se", 11, "hasEmail"),
                ("dcat-ap-se", 11, "fn"),
                ("dcat-ap", 12, "accessURL"),
                ("dcat-ap", 13, "license"),
                ("dcat-ap", 13, "downloadURL"),
            },
        ),
        (
            "se_value_lists.ttl",
            {
                ("dcat-ap-se", 17, "applicableLegislation"),
                ("dcat-ap-se", 19, "hasTelephone"),
                ("dcat-ap-hvd", 15, ""),
                ("dcat-ap-hvd", 18, "distribution"),
                ("dcat-ap-hvd", 20, "applicableLegislation"),
                ("dcat-ap", 20, "license"),
            },
        ),
    ],
)
def test_what_went_through_unchecked_is_refused(
    tmp_path: Path, name: str, expected: set[tuple[str, int, str]]
) -> None:
    """Each mistake of a region's first try, at its line."""
    base = "https://data.region.se/"
    text = {"sv": "Prov", "en": "Test"}
    start_folder(
        StartOptions(text, text, "R", "LocalAuthority", "a@region.se", base, "GOVE", _DAY),
        tmp_path / "r",
    )
    (tmp_path / "r" / "data" / name).write_bytes((CLIENTS / name).read_bytes())
    grave = [f for f in found(tmp_path / "r", base) if f.severity is not Severity.INFO]

    assert set(short(grave)) == expected
    assert {f.file for f in grave} == {f"data/{name}"}
