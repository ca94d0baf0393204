from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from rdflib import RDF, SKOS, Graph, Literal, URIRef
from rdflib.namespace import DCTERMS
from rdflib.term import Node

ROOT = Path(__file__).resolve().parents[2]
CONCEPTS = "https://w3id.org/nms-kluster/id/concept/"
PROPOSAL = URIRef(CONCEPTS + "statement-kind/proposal")
MATCHES = {SKOS.closeMatch, SKOS.relatedMatch}
OTHER_SCHEMES = (
    "http://data.europa.eu/ux2/nace2/",
    "http://data.europa.eu/ux2/nace2.1/",
    "http://eurovoc.europa.eu/",
)
AGREED = {
    "competence-area": """
        broadband-infrastructure construction-and-housing cultural-traditions
        digital-health-innovation digital-services
        electric-power-engineering forest-bioeconomy forestry geographic-information industrial-it
        information-and-communication-technology intelligent-transport-services
        intelligent-transport-systems manufacturing renewable-energy sensor-technology solar-energy
        sport-and-health steel-and-engineering steel-industry visitor-industry""",
    "industry": """
        construction-and-real-estate electric-power it-and-telecom manufacturing paper pulp
        sport-and-health steel steel-and-engineering visitor-industry""",
    "aim": """
        business-and-company-development cooperate-with-visitor-industry
        coordinate-smart-specialisation create-meeting-places develop-destination-locally
        develop-destination-regionally develop-electric-power-companies
        develop-electric-power-technology develop-industrial-it-competence-centre
        develop-visitor-industry digital-solutions-for-innovation effective-construction
        knowledge-exchange make-cluster-cooperation-efficient market-destination new-business
        quality-construction raise-innovation-and-competitiveness secure-ict-competence
        sell-destination stimulate-innovation stimulate-new-thinking strengthen-cluster-role
        strengthen-visitor-industry support-company-development sustainable-construction
        test-and-verification work-with-members""",
    "kind": """
        cluster cluster-engine cluster-initiative cluster-organisation competence-centre
        development-effort innovation-environment test-centre""",
    "member-kind": "association company municipality organisation public-authority university",
    "event-kind": """
        formed absorbed host-changed merged moved new-phase renamed winding-up-decided wound-up""",
    "legal-form": "economic-association foundation limited-company non-profit-association",
    "status": "absorbed seen-active winding-up-decided wound-up",
    "count-qualifier": "about almost exactly founding-members more-than",
    "place-kind": """
        county historical-district municipality nuts-2-region open-ended-area town""",
    "statement-kind": "proposal",
    "s3-dalarna-2014": """
        avancerad-industri energieffektivt-samhallsbyggande halsa-och-valfard
        innovativ-upplevelseproduktion""",
    "s3-dalarna-2022": """
        gron-och-cirkular-industri-och-tillverkning hallbara-och-kreativa-upplevelser
        hallbart-och-halsoframjande-byggande-och-boende innovativ-och-hallbar-bioekonomi
        smarta-energisystem""",
    "s3-varmland-2015": """
        avancerad-tillverkning-och-komplexa-system digitalisering-av-valfardstjanster
        naturen-kulturen-och-platsens-digitaliserade-upplevelser skoglig-bioekonomi
        systemlosningar-med-solel vardeskapande-tjanster""",
    "s3-varmland-2022": """
        attraktion-genom-hallbar-platsutveckling avancerad-tillverkning-och-komplexa-system
        dataspel-och-spelifiering digital-halsoinnovation
        hallbara-systemlosningar-med-solel-i-centrum livsmedel-i-hallbara-samspel
        skoglig-bioekonomi""",
    "s3-gavleborg": """
        bioekonomi digitala-tjanster-och-processer hallbart-och-inkluderande-arbetsliv
        materialteknologi-och-hallbar-produktion smarta-hallbara-stader-och-samhallen""",
}
SCHEMES = sorted(AGREED)


def read_scheme(name: str) -> Graph:
    return Graph().parse(ROOT / "ontology" / "concepts" / f"{name}.ttl", format="turtle")


def concepts_of(graph: Graph) -> list[Node]:
    return sorted(graph.subjects(RDF.type, SKOS.Concept), key=str)


def without_both_languages(graph: Graph, predicate: URIRef) -> list[str]:
    """Return the subjects that lack one text each in Swedish and in English."""
    return [
        str(subject)
        for subject in sorted(set(graph.subjects(RDF.type, None)), key=str)
        if sorted(
            value.language or ""
            for value in graph.objects(subject, predicate)
            if isinstance(value, Literal)
        )
        != ["en", "sv"]
    ]


def circles(graph: Graph) -> list[str]:
    """Return the concepts that are broader than themselves."""
    return [
        str(concept)
        for concept in concepts_of(graph)
        if any(
            concept in graph.transitive_objects(parent, SKOS.broader)
            for parent in graph.objects(concept, SKOS.broader)
        )
    ]


def matches(graph: Graph) -> Iterator[tuple[Node, Node, Node]]:
    return (triple for triple in graph if triple[1] in MATCHES)


@pytest.fixture(scope="module")
def mappings() -> Graph:
    return Graph().parse(ROOT / "ontology" / "mappings.ttl", format="turtle")


def test_every_scheme_has_a_file_of_its_name_and_no_file_is_left_over() -> None:
    """An editor who looks for a list should find it by its address."""
    found = {path.stem for path in (ROOT / "ontology" / "concepts").glob("*.ttl")}

    assert found == set(AGREED)


@pytest.mark.parametrize("name", SCHEMES)
def test_a_scheme_holds_the_agreed_concepts(name: str) -> None:
    """Data and shapes point at these addresses; one that is gone breaks them."""
    expected = {f"{CONCEPTS}{name}/{slug}" for slug in AGREED[name].split()}

    assert {str(concept) for concept in concepts_of(read_scheme(name))} == expected


@pytest.mark.parametrize("name", SCHEMES)
def test_a_concept_belongs_to_the_scheme_of_its_address(name: str) -> None:
    """A concept outside its scheme is missing from every list made from it."""
    graph = read_scheme(name)
    scheme = URIRef(CONCEPTS + name)

    assert list(graph.subjects(RDF.type, SKOS.ConceptScheme)) == [scheme]
    assert all(
        list(graph.objects(concept, SKOS.inScheme)) == [scheme] for concept in concepts_of(graph)
    )


@pytest.mark.parametrize("name", SCHEMES)
def test_schemes_and_concepts_are_named_once_in_each_language(name: str) -> None:
    """SKOS allows one preferred label a language; a page in either language needs it."""
    assert without_both_languages(read_scheme(name), SKOS.prefLabel) == []


@pytest.mark.parametrize("name", SCHEMES)
def test_concepts_are_defined_and_schemes_described_in_each_language(name: str) -> None:
    """A word without a definition is used differently by each who fills in a form."""
    graph = read_scheme(name)
    scheme = URIRef(CONCEPTS + name)

    assert without_both_languages(graph, SKOS.definition) == [str(scheme)]
    assert str(scheme) not in without_both_languages(graph, DCTERMS.description)
    assert str(scheme) not in without_both_languages(graph, DCTERMS.title)


@pytest.mark.parametrize("name", SCHEMES)
def test_no_two_concepts_of_a_scheme_share_a_label(name: str) -> None:
    """In a drop-down list two equal labels are one too many."""
    graph = read_scheme(name)
    labels = Counter(
        label for concept in concepts_of(graph) for label in graph.objects(concept, SKOS.prefLabel)
    )

    assert [str(label) for label, count in labels.items() if count > 1] == []


@pytest.mark.parametrize("name", SCHEMES)
def test_a_concept_is_a_top_concept_or_has_a_broader_one(name: str) -> None:
    """Browsing starts at the top; what cannot be reached from there is not found."""
    graph = read_scheme(name)
    top = set(graph.subjects(SKOS.topConceptOf, URIRef(CONCEPTS + name)))
    narrower = set(graph.subjects(SKOS.broader, None))

    assert top | narrower == set(concepts_of(graph))
    assert top & narrower == set()


@pytest.mark.parametrize("name", SCHEMES)
def test_links_within_a_scheme_are_written_from_both_ends(name: str) -> None:
    """Most clients do not reason, and follow only what is written."""
    graph = read_scheme(name)

    assert {(b, a) for a, b in graph.subject_objects(SKOS.broader)} == set(
        graph.subject_objects(SKOS.narrower)
    )
    assert {(b, a) for a, b in graph.subject_objects(SKOS.topConceptOf)} == set(
        graph.subject_objects(SKOS.hasTopConcept)
    )


@pytest.mark.parametrize("name", SCHEMES)
def test_no_concept_is_broader_than_itself(name: str) -> None:
    """A circle sends a client that climbs the hierarchy round for ever."""
    assert circles(read_scheme(name)) == []


def test_a_circle_of_broader_concepts_would_be_found() -> None:
    """The check above is worth something only if it can fail."""
    graph = read_scheme("competence-area")
    sun = URIRef(CONCEPTS + "competence-area/solar-energy")
    renewable = URIRef(CONCEPTS + "competence-area/renewable-energy")
    graph.add((renewable, SKOS.broader, sun))

    assert circles(graph) == [str(renewable), str(sun)]


def test_the_definition_of_cluster_names_those_who_gave_it() -> None:
    """Others define the word differently, so this definition must not stand as ours."""
    graph = read_scheme("kind")
    cluster = URIRef(CONCEPTS + "kind/cluster")

    assert {
        str(source).rpartition("/")[2] for source in graph.objects(cluster, DCTERMS.source)
    } == {
        "christensen-kempinsky-2004",
        "region-dalarna-klusterinitiativ",
    }
    assert graph.value(cluster, DCTERMS.identifier) == Literal("P15")
    assert (cluster, SKOS.altLabel, Literal("näringslivskluster", lang="sv")) in graph


@pytest.mark.parametrize("name", [name for name in SCHEMES if name.startswith("s3-")])
def test_priorities_name_their_source_and_their_county(name: str) -> None:
    """The regions decide these lists; we only repeat them."""
    graph = read_scheme(name)
    scheme = URIRef(CONCEPTS + name)

    assert list(graph.objects(scheme, DCTERMS.source))
    assert len(list(graph.objects(scheme, DCTERMS.spatial))) == 1


def test_every_mapping_is_marked_as_a_proposal(mappings: Graph) -> None:
    """Nobody but us has said that the two concepts match."""
    stated = {
        (
            mappings.value(statement, RDF.subject),
            mappings.value(statement, RDF.predicate),
            mappings.value(statement, RDF.object),
        )
        for statement in mappings.subjects(DCTERMS.type, PROPOSAL)
    }

    assert stated == set(matches(mappings))
    assert set(mappings.subjects(RDF.type, RDF.Statement)) == set(
        mappings.subjects(DCTERMS.type, PROPOSAL)
    )


def test_mappings_start_at_own_concepts_and_end_at_known_ones(mappings: Graph) -> None:
    """A misspelt address would claim a match with nothing."""
    own = {str(concept) for name in SCHEMES for concept in concepts_of(read_scheme(name))}
    priorities = {iri for iri in own if iri.startswith(CONCEPTS + "s3-")}
    ends = {str(end) for _, _, end in matches(mappings)}

    assert {str(start) for start, _, _ in matches(mappings)} <= own - priorities
    assert {end for end in ends if not end.startswith(OTHER_SCHEMES)} <= priorities


def test_a_concept_of_others_is_labelled_but_not_typed(mappings: Graph) -> None:
    """A reader sees what the address means; what it is remains for its owner to say."""
    others = {end for _, _, end in matches(mappings) if str(end).startswith(OTHER_SCHEMES)}
    labels = {end: list(mappings.objects(end, SKOS.prefLabel)) for end in others}

    assert all(len(found) == 1 for found in labels.values())
    assert set(mappings.subjects(SKOS.prefLabel, None)) == others
    assert not others & set(mappings.subjects(RDF.type, None))
