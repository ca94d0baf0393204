from collections import Counter
from pathlib import Path

import pytest
from rdflib import OWL, RDF, RDFS, SKOS, BNode, Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCTERMS, VANN, XSD
from rdflib.term import Node

ROOT = Path(__file__).resolve().parents[2]
ONTOLOGY_FOLDER = ROOT / "ontology"
ONTOLOGY = URIRef("https://w3id.org/nms-kluster/def/cluster")
CLUSTER = Namespace("https://w3id.org/nms-kluster/def/cluster#")
ORG = Namespace("http://www.w3.org/ns/org#")
BIBO = Namespace("http://purl.org/ontology/bibo/")
SCHEMA = Namespace("https://schema.org/")
LANGUAGES = {"en", "sv"}

CLASSES = {"Claim", "ClusterInitiative", "MemberCount", "Participation", "Programme"}
DATATYPE_PROPERTIES = {"lastSeenActive"}
OBJECT_PROPERTIES = {
    "addressesIndustry": ("ClusterInitiative", SKOS.Concept),
    "competenceArea": ("ClusterInitiative", SKOS.Concept),
    "countQualifier": ("MemberCount", SKOS.Concept),
    "host": ("ClusterInitiative", ORG.Organization),
    "initiator": ("ClusterInitiative", ORG.Organization),
    "legalEntity": ("ClusterInitiative", ORG.FormalOrganization),
    "memberCount": ("ClusterInitiative", CLUSTER.MemberCount),
    "memberKind": ("ClusterInitiative", SKOS.Concept),
    "participation": ("ClusterInitiative", CLUSTER.Participation),
    "programme": ("Participation", CLUSTER.Programme),
    "status": ("ClusterInitiative", SKOS.Concept),
}
OWN_TERMS = sorted(CLASSES | DATATYPE_PROPERTIES | set(OBJECT_PROPERTIES))


def read(*paths: Path) -> Graph:
    graph = Graph()
    for path in paths:
        graph.parse(path, format="turtle")
    return graph


def languages(graph: Graph, subject: Node, predicate: URIRef) -> list[str]:
    literals = [value for value in graph.objects(subject, predicate) if isinstance(value, Literal)]
    return sorted(literal.language or "" for literal in literals)


@pytest.fixture(scope="module")
def ontology() -> Graph:
    return read(ONTOLOGY_FOLDER / "cluster.ttl")


@pytest.fixture(scope="module")
def alignments() -> Graph:
    return read(ONTOLOGY_FOLDER / "alignments.ttl")


def test_the_ontology_defines_the_agreed_terms_and_no_others(ontology: Graph) -> None:
    """A term minted in passing would bind us for as long as the namespace lives."""
    declared = set(ontology.subjects(RDF.type, None)) - {ONTOLOGY}

    assert declared == {CLUSTER[name] for name in OWN_TERMS}
    assert set(ontology.subjects(RDF.type, OWL.Class)) == {CLUSTER[name] for name in CLASSES}


@pytest.mark.parametrize("name", OWN_TERMS)
@pytest.mark.parametrize("predicate", [RDFS.label, SKOS.definition, SKOS.example])
def test_a_term_is_named_defined_and_shown_once_in_each_language(
    ontology: Graph, name: str, predicate: URIRef
) -> None:
    """Whoever reads one of the languages must not be sent to the other."""
    assert languages(ontology, CLUSTER[name], predicate) == ["en", "sv"]


@pytest.mark.parametrize("name", OWN_TERMS)
def test_a_term_says_which_ontology_defines_it(ontology: Graph, name: str) -> None:
    """A client that meets the term alone finds its way back to the whole."""
    assert list(ontology.objects(CLUSTER[name], RDFS.isDefinedBy)) == [ONTOLOGY]


def test_no_two_terms_share_a_label(ontology: Graph) -> None:
    """Forms and tables show labels, not IRIs: two alike cannot be told apart."""
    labels = Counter(
        str(label) + "@" + str(label.language)
        for subject, label in ontology.subject_objects(RDFS.label)
        if subject != ONTOLOGY and isinstance(label, Literal)
    )

    assert [label for label, count in labels.items() if count > 1] == []


@pytest.mark.parametrize("name", sorted(OBJECT_PROPERTIES))
def test_an_object_property_has_the_one_domain_and_range_agreed_on(
    ontology: Graph, name: str
) -> None:
    """Two domains would mean both at once, which is seldom what was meant."""
    domain, value_class = OBJECT_PROPERTIES[name]

    assert list(ontology.objects(CLUSTER[name], RDF.type)) == [OWL.ObjectProperty]
    assert list(ontology.objects(CLUSTER[name], RDFS.domain)) == [CLUSTER[domain]]
    assert list(ontology.objects(CLUSTER[name], RDFS.range)) == [value_class]


def test_last_seen_active_leaves_the_precision_of_its_date_open(ontology: Graph) -> None:
    """A range of xsd:date would make a source that only names a year unusable."""
    property_iri = CLUSTER.lastSeenActive

    assert list(ontology.objects(property_iri, RDF.type)) == [OWL.DatatypeProperty]
    assert list(ontology.objects(property_iri, RDFS.domain)) == [CLUSTER.ClusterInitiative]
    assert list(ontology.objects(property_iri, RDFS.range)) == []


@pytest.mark.parametrize(
    ("name", "parent"),
    [
        ("ClusterInitiative", "http://www.w3.org/ns/org#OrganizationalCollaboration"),
        ("Claim", "http://www.w3.org/ns/prov#Entity"),
        ("MemberCount", "http://www.w3.org/ns/prov#Entity"),
        ("Participation", "http://www.w3.org/ns/prov#Entity"),
        ("Programme", "http://www.w3.org/ns/prov#Entity"),
    ],
)
def test_a_class_rests_on_a_class_of_a_known_vocabulary(
    ontology: Graph, name: str, parent: str
) -> None:
    """A client that knows ORG and PROV can use the data without learning ours."""
    assert list(ontology.objects(CLUSTER[name], RDFS.subClassOf)) == [URIRef(parent)]


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("ClusterInitiative", ORG.FormalOrganization),
        ("ClusterInitiative", ORG.Site),
        ("ClusterInitiative", SKOS.Concept),
        ("ClusterInitiative", DCTERMS.Location),
        ("ClusterInitiative", CLUSTER.Claim),
        ("ClusterInitiative", CLUSTER.Participation),
        ("ClusterInitiative", CLUSTER.Programme),
        ("Programme", ORG.Organization),
        ("Participation", ORG.Organization),
    ],
)
def test_things_that_texts_mix_up_are_declared_disjoint(
    ontology: Graph, name: str, other: URIRef
) -> None:
    """The page says cluster for an environment, an effort and a company; the data must not."""
    assert (CLUSTER[name], OWL.disjointWith, other) in ontology


@pytest.mark.parametrize(
    ("check", "predicate", "expected"),
    [
        ("OM1 licence", DCTERMS.license, "http://creativecommons.org/publicdomain/zero/1.0/"),
        ("OM1 author", DCTERMS.creator, "http://dataportal.se/organisation/SE2321000180"),
        ("OM1 namespace", VANN.preferredNamespaceUri, str(CLUSTER)),
        ("VER1 version IRI", OWL.versionIRI, "https://w3id.org/nms-kluster/def/cluster/1.0.0"),
        ("OM2 version", OWL.versionInfo, "1.0.0"),
        ("OM2 prefix", VANN.preferredNamespacePrefix, "cluster"),
        ("OM3 publisher", DCTERMS.publisher, "http://dataportal.se/organisation/SE2321000180"),
        ("OM3 status", BIBO.status, "http://purl.org/ontology/bibo/status/published"),
        ("FIND3 catalogue", SCHEMA.includedInDataCatalog, "https://w3id.org/nms-kluster/catalog"),
    ],
)
def test_the_header_answers_a_fairness_check_with_one_value(
    ontology: Graph, check: str, predicate: URIRef, expected: str
) -> None:
    """FOOPS! scores these by presence; two values would leave a reader to guess."""
    assert [str(value) for value in ontology.objects(ONTOLOGY, predicate)] == [expected], check


@pytest.mark.parametrize(
    "predicate",
    [
        RDFS.label,
        DCTERMS.title,
        DCTERMS.abstract,
        DCTERMS.description,
        DCTERMS.bibliographicCitation,
    ],
)
def test_the_header_is_written_in_each_language(ontology: Graph, predicate: URIRef) -> None:
    """Portals show the text of the visitor's language and nothing when it is missing."""
    assert languages(ontology, ONTOLOGY, predicate) == ["en", "sv"]


@pytest.mark.parametrize("predicate", [DCTERMS.created, DCTERMS.issued, DCTERMS.modified])
def test_the_header_dates_are_typed_days(ontology: Graph, predicate: URIRef) -> None:
    """FOOPS! reads dates as literals, and harvesters compare them as dates."""
    dates = list(ontology.objects(ONTOLOGY, predicate))

    assert [date.datatype for date in dates if isinstance(date, Literal)] == [XSD.date]


def test_the_header_names_a_source(ontology: Graph) -> None:
    """The terms come from reading one page; whoever doubts them should find it."""
    sources = list(ontology.objects(ONTOLOGY, DCTERMS.source))

    assert sources
    assert all(isinstance(source, URIRef) for source in sources)


def test_the_version_iri_is_not_the_ontology_iri(ontology: Graph) -> None:
    """A citation of this version must survive the next one."""
    version = ontology.value(ONTOLOGY, OWL.versionIRI)

    assert str(version) == f"{ONTOLOGY}/{ontology.value(ONTOLOGY, OWL.versionInfo)}"


def test_only_own_terms_are_aligned(alignments: Graph, ontology: Graph) -> None:
    """A statement about somebody else's term would change their vocabulary for our readers."""
    assert set(alignments.subjects()) <= set(ontology.subjects(RDF.type, None))


def test_the_ontology_stands_without_its_alignments(alignments: Graph, ontology: Graph) -> None:
    """Alignments are opinions that may change; the meaning of a term may not hang on them."""
    links = [RDFS.subClassOf, RDFS.subPropertyOf, RDFS.seeAlso]
    aligned = {target for link in links for target in alignments.objects(None, link)}
    needed = {
        target
        for link in [*links, RDFS.domain, RDFS.range, OWL.disjointWith]
        for target in ontology.objects(None, link)
    }

    assert aligned & needed == set()


@pytest.mark.slow
def test_every_term_that_is_used_is_defined(ontology: Graph) -> None:
    """A misspelt property is valid Turtle, and its fact is lost without a word."""
    declared = set(ontology.subjects(RDF.type, None))
    paths = [
        path
        for folder in ("data", "ontology", "shapes")
        for path in sorted((ROOT / folder).rglob("*.ttl"))
    ]
    unknown = {
        (path.name, str(term))
        for path in paths
        for triple in read(path)
        for term in triple
        if isinstance(term, URIRef) and term.startswith(CLUSTER) and term not in declared
    }

    assert unknown == set()


@pytest.mark.slow
def test_the_ontology_folder_has_no_blank_nodes() -> None:
    """A node without an IRI cannot be linked to, nor followed from one release to the next."""
    nameless = [
        path.name
        for path in sorted(ONTOLOGY_FOLDER.rglob("*.ttl"))
        if any(isinstance(term, BNode) for triple in read(path) for term in triple)
    ]

    assert nameless == []


@pytest.mark.slow
def test_a_subject_is_given_its_type_in_one_file_only() -> None:
    """Two places of definition are two places to forget when a term changes."""
    paths = [path for path in ONTOLOGY_FOLDER.rglob("*.ttl") if path.parent.name != "examples"]
    homes = Counter(
        subject for path in paths for subject in set(read(path).subjects(RDF.type, None))
    )

    assert [str(subject) for subject, count in homes.items() if count > 1] == []


@pytest.mark.parametrize("name", sorted(CLASSES))
def test_a_class_has_an_example_that_cannot_be_taken_for_a_fact(name: str) -> None:
    """An example that looks real ends up quoted."""
    example = read(ONTOLOGY_FOLDER / "examples" / f"{name}.ttl")
    subjects = set(example.subjects())
    texts = [
        str(label)
        for predicate in (RDFS.label, SKOS.prefLabel)
        for label in example.objects(None, predicate)
    ]

    assert set(example.subjects(RDF.type, CLUSTER[name]))
    assert all("/example" in str(subject) for subject in subjects)
    assert all(text.startswith(("Example", "Exempel")) for text in texts)
