from __future__ import annotations

from pathlib import Path

import pytest
from rdflib import namespace as rdflib_namespace
from rdflib.namespace import DefinedNamespace

from publisher.errors import SourceSyntax
from publisher.findings import Finding
from publisher.load.sources import read_sources
from publisher.quality.vocabularies import built_in, check_terms
from publisher.rdf.namespaces import PREFIXES

BASE = "https://data.example.org/"


def change(world: Path, name: str, old: str, new: str) -> None:
    """Replace a text that stands once in a file."""
    path = world / name
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")


def findings(world: Path) -> list[Finding]:
    """Return what is found of terms and prefixes."""
    return list(check_terms(read_sources(world, BASE)))


def test_the_tiny_world_has_no_misspelt_term(world: Path) -> None:
    """The check must not cry wolf."""
    assert findings(world) == []


@pytest.mark.parametrize(
    ("name", "old", "new", "line", "said"),
    [
        ("shapes/Lake.ttl", "sh:datatype", "sh:dataType", 15, "'datatype'"),
        ("shapes/Lake.ttl", "sh:PropertyShape", "sh:PropertyShap", 14, "'PropertyShape'"),
        ("shapes/Lake.ttl", "sh:severity sh:Violation", "sh:severity sh:Violaton", 25, "Violation"),
        ("data/catalogue.ttl", "dcterms:title", "dcterms:titel", 6, "'title'"),
        ("data/catalogue.ttl", "dcat:Catalog", "dcat:Catalogue", 5, "'Catalog'"),
        ("data/lakes/lakes.ttl", "xsd:date ", "xsd:dat ", 11, "'date'"),
        ("data/rivers/rivers.ttl", "water:flowsInto", "water:flowInto", 12, "'flowsInto'"),
        ("data/rivers/rivers.ttl", "a water:River", "a water:Rivver", 6, "'River'"),
        ("ontology/water.ttl", "a owl:ObjectProperty", "a owl:objectProperty", 37, "Property'"),
    ],
)
def test_a_misspelt_term_is_named_with_its_line_and_the_right_one(
    world: Path, name: str, old: str, new: str, line: int, said: str
) -> None:
    """House style, trap 6: a misspelt shape conforms without a word."""
    change(world, name, old, new)
    (found,) = findings(world)
    assert (found.file, found.line, found.rule) == (name, line, "terms")
    assert said in found.message["en"]
    assert found.severity.blocks


def test_the_prefix_does_not_matter_only_the_iri_does(world: Path) -> None:
    """``dct:`` is as good as ``dcterms:``, and as easily misspelt."""
    path = world / "data" / "catalogue.ttl"
    text = path.read_text(encoding="utf-8").replace("dcterms:", "dct:")
    path.write_text(text, encoding="utf-8")
    assert findings(world) == []
    path.write_text(text.replace("dct:title", "dct:titel"), encoding="utf-8")
    (found,) = findings(world)
    assert "Did you mean 'title'?" in found.message["en"]


def test_a_term_that_resembles_none_is_named_without_a_guess(world: Path) -> None:
    """A wrong guess is worse than none."""
    change(world, "data/rivers/rivers.ttl", "foaf:page", "foaf:zzzzzz")
    (found,) = findings(world)
    assert "Did you mean" not in found.message["en"]
    assert "http://xmlns.com/foaf/0.1/zzzzzz" in found.message["en"]


def test_one_term_misspelt_often_is_one_finding_a_file(world: Path) -> None:
    """Fifty lines about one mistake hide the others."""
    path = world / "data" / "lakes" / "lakes.ttl"
    text = path.read_text(encoding="utf-8").replace("skos:prefLabel", "skos:preflabel")
    path.write_text(text, encoding="utf-8")
    assert [found.message["en"].count("'prefLabel'") for found in findings(world)] == [1]


def test_a_vocabulary_that_nobody_listed_is_not_judged(world: Path) -> None:
    """Anybody may use any vocabulary; only known ones are closed."""
    change(
        world, "data/rivers/rivers.ttl", "foaf:page", "<https://vocabulary.example/terms#anything>"
    )
    assert findings(world) == []


def test_a_namespace_that_is_nearly_a_known_one_is_named(world: Path) -> None:
    """Thirteen DCAT examples on the web carry a wrong ``adms:``; nothing fails, all is lost."""
    change(
        world,
        "data/catalogue.ttl",
        "http://www.w3.org/ns/dcat#",
        "https://www.w3.org/ns/dcat#",
    )
    (found,) = findings(world)
    assert (found.file, found.line, found.rule) == ("data/catalogue.ttl", 1, "namespaces")
    assert (
        "<https://www.w3.org/ns/dcat#> is another namespace than <http://www.w3.org/ns/dcat#>"
        in (found.message["en"])
    )
    assert not found.severity.blocks


USED = """
PREFIX bibo: <http://purl.org/ontology/bibo/>
PREFIX cv: <http://data.europa.eu/m8g/>
PREFIX dcat: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
PREFIX geo: <http://www.w3.org/2003/01/geo/wgs84_pos#>
PREFIX locn: <http://www.w3.org/ns/locn#>
PREFIX prov: <http://www.w3.org/ns/prov#>
PREFIX schema: <http://schema.org/>
PREFIX skosxl: <http://www.w3.org/2008/05/skos-xl#>
PREFIX spdx: <http://spdx.org/rdf/terms#>
PREFIX time: <http://www.w3.org/2006/time#>
PREFIX vcard: <http://www.w3.org/2006/vcard/ns#>

<https://data.example.org/id/lake/siljan>
"""


@pytest.mark.parametrize(
    "said",
    [
        "dcat:_1 1 ; dcat:_1042 2",  # a prefix is its author's, also dcat: for RDF
        "vcard:honorific-prefix 'Dr' ; vcard:hasInstantMessage <x:y> ; vcard:org 'A'",
        "vcard:workEmail <x:y> ; vcard:unlabeledTel <x:y> ; vcard:uid 'a'",  # of 2006
        "bibo:pageStart 1 ; bibo:chapter 2",
        "cv:hasInputTime 1 ; cv:hasParticipation <x:y>",
        "locn:adminUnitL2 'Dalarna' ; locn:addressId 'x'",
        "spdx:checksumAlgorithm_blake2b256 1 ; spdx:packageVerificationCode 2",
        "schema:hasTierBenefit 1 ; schema:name 'x' ; schema:whateverComesNext 2",
        "geo:lat 60.5 ; geo:long 14.8 ; a geo:SpatialThing",
        "time:inXSDDateTimeStamp 1 ; time:hasTRS 2",
        "skosxl:prefLabel <x:y> ; prov:wasDerivedFrom <x:y>",
        "<http://xmlns.com/foaf/0.1/page> <http://xmlns.com/foaf/0.1/index.rdf>",
    ],
)
def test_what_is_a_term_or_cannot_be_known_is_no_finding(world: Path, said: str) -> None:
    """A rule that blocks what is right is turned off, and then finds nothing."""
    path = world / "data" / "lakes" / "more.ttl"
    path.write_text(f"{USED}    {said} .\n", encoding="utf-8")
    assert findings(world) == []


@pytest.mark.parametrize(
    ("said", "rule", "near"),
    [
        ("dcat:_0 1", "terms", ""),
        ("vcard:given_name 'A'", "terms", "given-name"),
        ("geo:longg 1", "terms", "long"),
        ("skosxl:preflabel <x:y>", "terms", "prefLabel"),
        ("schema:descripton 'x'", "similar-terms", "description"),
        ("time:inXSDDateTimestamp 1", "similar-terms", "inXSDDateTimeStamp"),
    ],
)
def test_a_misspelling_is_an_error_only_where_all_terms_are_known(
    world: Path, said: str, rule: str, near: str
) -> None:
    """Of a vocabulary that grows, a name may be newer than this program."""
    path = world / "data" / "lakes" / "more.ttl"
    path.write_text(f"{USED}    {said} .\n", encoding="utf-8")
    (found,) = findings(world)
    assert (found.rule, found.severity.blocks) == (rule, rule == "terms")
    assert ("Did you mean" in found.message["en"] or "Is it" in found.message["en"]) == bool(near)
    assert f"'{near}'" in found.message["en"] or not near
    assert found.message["sv"] != found.message["en"]


SOIL = """
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX soil: <https://soil.example.net/terms/>

<https://soil.example.net/terms/> a owl:Ontology .
soil:Horizon a owl:Class .
soil:depthOfHorizon a owl:DatatypeProperty .
dcterms:title a owl:AnnotationProperty .
"""
DUG = """
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX soil: <https://soil.example.net/terms/>

<https://data.example.org/id/lake/siljan> soil:depthOfHorizont 1 ; dcterms:created "2024" .
"""


def test_a_folder_may_bring_vocabularies_that_are_judged_too(world: Path) -> None:
    """Of others' terms that it mentions, it does not tell all."""
    (world / "data" / "lakes" / "more.ttl").write_text(DUG, encoding="utf-8")
    assert findings(world) == []
    (world / "vocabularies").mkdir()
    (world / "vocabularies" / "soil.ttl").write_text(SOIL, encoding="utf-8")
    (found,) = findings(world)
    assert (found.file, found.line, found.rule) == ("data/lakes/more.ttl", 5, "terms")
    assert found.message["en"] == (
        "https://soil.example.net/terms/depthOfHorizont is not a term of"
        " <https://soil.example.net/terms/>. Did you mean 'depthOfHorizon'?"
    )


def test_a_vocabulary_that_cannot_be_read_is_named(world: Path) -> None:
    """Else its terms would not be judged, and nobody would know."""
    (world / "vocabularies").mkdir()
    (world / "vocabularies" / "soil.ttl").write_text("a b", encoding="utf-8")
    with pytest.raises(SourceSyntax, match=r"vocabularies/soil\.ttl"):
        findings(world)


def test_things_below_a_namespace_of_the_folder_are_no_terms(world: Path) -> None:
    """A publisher may name its terms and its things side by side."""
    (world / "ontology" / "own.ttl").write_text(
        """
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX vann: <http://purl.org/vocab/vann/>
<https://data.example.org/> a owl:Ontology ;
    vann:preferredNamespaceUri "https://data.example.org/" .
<https://data.example.org/depth> a owl:DatatypeProperty .
""",
        encoding="utf-8",
    )
    (world / "data" / "lakes" / "more.ttl").write_text(
        """
PREFIX d: <https://data.example.org/>
d:siljan d:depth 120 ; <http://xmlns.com/foaf/0.1/page> d:page-of-siljan ; d:dept 1 .
""",
        encoding="utf-8",
    )
    (found,) = findings(world)
    assert "Did you mean 'depth'?" in found.message["en"]


def test_the_lists_of_terms_are_those_of_versions() -> None:
    """A list without a version cannot be told to be whole."""
    known = built_in().values()
    assert all(v.version or not v.is_complete for v in known)
    assert all(v.terms and v.title and v.namespace[-1] in "#/" for v in known)
    assert {"Class", "subClassOf"} <= built_in()["http://www.w3.org/2000/01/rdf-schema#"].terms


@pytest.mark.parametrize("prefix", ["DCTERMS", "FOAF", "ORG", "OWL", "PROV", "SH", "SKOS", "VOID"])
def test_the_lists_have_what_rdflib_has(prefix: str) -> None:
    """Two who copied from the same documents."""
    theirs: type[DefinedNamespace] = getattr(rdflib_namespace, prefix)
    ours = built_in()[str(theirs._NS)].terms
    assert {*theirs.__annotations__, *theirs._extras} - {"_NS"} - ours == set()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("dcterms:title", "dcat:title", "dcterms:title"),
        ("dcterms:title", "rdf:label", "rdfs:label"),
        ("dcterms:title", "prov:attributedTo", "'wasAttributedTo'"),
    ],
)
def test_a_term_of_a_neighbouring_vocabulary_is_told_with_its_prefix(
    world: Path, old: str, new: str, said: str
) -> None:
    """The commonest mistake of all: the right name behind the wrong prefix; or half of a name."""
    change(world, "data/catalogue.ttl", old, new)
    path = world / "data" / "catalogue.ttl"
    prefixes = "".join(
        f"PREFIX {name}: <{PREFIXES[name]}>\n"
        for name in ("rdf", "prov")
        if f"PREFIX {name}:" not in path.read_text(encoding="utf-8")
    )
    path.write_text(prefixes + path.read_text(encoding="utf-8"), encoding="utf-8")
    (found,) = findings(world)
    assert f"Did you mean {said}?" in found.message["en"]


def test_a_name_of_ones_own_is_not_taken_for_that_of_a_neighbour(world: Path) -> None:
    """People may call anything 'member'; that SKOS has one says nothing."""
    change(world, "data/rivers/rivers.ttl", "water:flowsInto", "water:member")
    (found,) = findings(world)
    assert "skos" not in found.message["en"]


@pytest.mark.parametrize(("most", "is_found"), [("0", False), ("1", True)])
def test_a_shape_that_allows_nobody_a_wrong_property_is_right(
    world: Path, most: str, is_found: bool
) -> None:
    """It names the property because it is wrong; one that allows it is a mistake."""
    path = world / "shapes" / "Lake.ttl"
    shape = f"""
<{BASE}shapes#NoKind> a <{PREFIXES["sh"]}PropertyShape> ;
    <{PREFIXES["sh"]}path> <{PREFIXES["dcat"]}kindOfFile> ; <{PREFIXES["sh"]}maxCount> {most} .
"""
    path.write_text(path.read_text(encoding="utf-8") + shape, encoding="utf-8")
    assert [f.rule for f in findings(world)] == ["terms"] * is_found


@pytest.mark.parametrize(
    ("name", "said"),
    [("vcard:Lighthouse", "has no such term"), ("dcterms:titel", "Did you mean 'title'?")],
)
def test_a_term_that_the_folder_adds_to_a_vocabulary_of_others_stops_nothing(
    world: Path, name: str, said: str
) -> None:
    """Ontologies of others have them, and editors of ontologies declare what is misspelt."""
    path = world / "ontology" / "more.ttl"
    prefixes = "".join(f"PREFIX {p}: <{PREFIXES[p]}>\n" for p in ("dcterms", "owl", "vcard"))
    own = f"<{BASE}def/more>"
    path.write_text(f"{prefixes}{name} a owl:Class .\n{own} a {name} .\n", encoding="utf-8")
    (found,) = findings(world)
    assert (found.rule, found.severity.blocks) == ("added-terms", False)
    assert said in found.message["en"]


def test_a_misspelt_term_of_which_the_folder_says_no_type_is_still_an_error(world: Path) -> None:
    """Whoever gives a name to a misspelling does not add a term."""
    path = world / "ontology" / "more.ttl"
    label = "<http://www.w3.org/2000/01/rdf-schema#label>"
    path.write_text(f'<{PREFIXES["dcterms"]}titel> {label} "Titel"@sv .\n', encoding="utf-8")
    (found,) = findings(world)
    assert (found.rule, found.severity.blocks) == ("terms", True)


@pytest.mark.parametrize("ending", ["/", "#"])
def test_versions_and_documents_in_the_namespace_of_an_ontology_are_no_terms(
    world: Path, ending: str
) -> None:
    """Beside terms, a namespace often has the releases and pictures of its ontology."""
    namespace = f"{BASE}def/tides{ending}"
    path = world / "ontology" / "tides.ttl"
    prefixes = ("dcterms", "foaf", "owl", "rdfs", "vann")
    text = "".join(f"PREFIX {p}: <{PREFIXES[p]}>\n" for p in prefixes)
    text += f"""PREFIX t: <{namespace}>
<{BASE}def/tides> a owl:Ontology ; vann:preferredNamespaceUri "{namespace}" ;
    owl:versionIRI <{namespace}2026-02> ; owl:priorVersion <{namespace}2025-11> ;
    rdfs:seeAlso <{namespace}index> .
t:Ebb a owl:Class .
t:Neap a owl:Class ; rdfs:subClassOf t:Eb .
"""
    if ending == "/":
        text += f"<{BASE}def/tides> foaf:depiction t:moon ; dcterms:hasVersion t:first .\n"
    path.write_text(text, encoding="utf-8")
    (found,) = findings(world)
    assert f"{namespace}Eb is not a term" in found.message["en"]


def test_names_that_only_the_text_of_a_specification_has_are_terms() -> None:
    """SHACL-AF, 8.6 (an entailment); XSD 1.1 Structures, 3.16.7.3; XPath data model 3.1, 2.7."""
    vocabularies = built_in()
    assert "Rules" in vocabularies[PREFIXES["sh"]].terms
    assert {"error", "untypedAtomic", "numeric"} <= vocabularies[PREFIXES["xsd"]].terms
