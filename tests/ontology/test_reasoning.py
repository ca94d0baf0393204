import re
from pathlib import Path

import pytest
from owlrl import DeductiveClosure, OWLRL_Semantics
from owlrl.Namespaces import ERRNS
from rdflib import OWL, RDF, SKOS, Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCTERMS, FOAF, PROV
from rdflib.term import Node

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
CLUSTER = Namespace("https://w3id.org/nms-kluster/def/cluster#")
ID = Namespace("https://w3id.org/nms-kluster/id/")
ORG = Namespace("http://www.w3.org/ns/org#")

# What the borrowed vocabularies say that can turn a slip of ours into a wrong conclusion.
BORROWED_AXIOMS = """
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX foaf: <http://xmlns.com/foaf/0.1/>
PREFIX geo: <http://www.opengis.net/ont/geosparql#>
PREFIX locn: <http://www.w3.org/ns/locn#>
PREFIX org: <http://www.w3.org/ns/org#>
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX prov: <http://www.w3.org/ns/prov#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX rov: <http://www.w3.org/ns/regorg#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX wgs: <http://www.w3.org/2003/01/geo/wgs84_pos#>

foaf:Organization rdfs:subClassOf foaf:Agent ; owl:disjointWith foaf:Document , foaf:Person .
foaf:Group rdfs:subClassOf foaf:Agent .
foaf:Document owl:disjointWith foaf:Project .
foaf:homepage a owl:InverseFunctionalProperty ; rdfs:subPropertyOf foaf:page .
foaf:page rdfs:range foaf:Document .
foaf:member rdfs:domain foaf:Group ; rdfs:range foaf:Agent .

org:Organization rdfs:subClassOf foaf:Agent ; owl:equivalentClass foaf:Organization ;
    owl:disjointWith org:ChangeEvent , org:Site .
org:FormalOrganization rdfs:subClassOf org:Organization .
org:OrganizationalCollaboration rdfs:subClassOf org:Organization ,
    [ a owl:Restriction ; owl:onProperty org:hasMember ; owl:allValuesFrom org:Organization ] .
org:ChangeEvent rdfs:subClassOf prov:Activity ; owl:disjointWith org:Site .
org:purpose rdfs:domain org:Organization .
org:classification rdfs:domain org:Organization ; rdfs:range skos:Concept .
org:linkedTo rdfs:domain org:Organization ; rdfs:range org:Organization .
org:hasMember rdfs:domain org:Organization ; rdfs:range foaf:Agent ;
    owl:inverseOf org:memberOf ; owl:equivalentProperty foaf:member .
org:memberOf rdfs:domain foaf:Agent ; rdfs:range org:Organization .
org:hasSite rdfs:domain org:Organization ; rdfs:range org:Site ; owl:inverseOf org:siteOf .
org:siteOf rdfs:domain org:Site ; rdfs:range org:Organization .
org:location rdfs:domain foaf:Person .
org:changedBy rdfs:domain org:Organization ; rdfs:range org:ChangeEvent ;
    owl:inverseOf org:originalOrganization .
org:originalOrganization rdfs:domain org:ChangeEvent ; rdfs:range org:Organization ;
    rdfs:subPropertyOf prov:used .
org:resultingOrganization rdfs:domain org:ChangeEvent ; rdfs:range org:Organization ;
    owl:inverseOf org:resultedFrom .
org:resultedFrom rdfs:subPropertyOf prov:wasGeneratedBy .
rov:RegisteredOrganization rdfs:subClassOf org:FormalOrganization .
rov:orgType rdfs:subPropertyOf org:classification .

prov:Activity owl:disjointWith prov:Entity .
prov:used rdfs:domain prov:Activity ; rdfs:range prov:Entity .
prov:wasGeneratedBy rdfs:domain prov:Entity ; rdfs:range prov:Activity .
prov:wasAttributedTo rdfs:domain prov:Entity ; rdfs:range prov:Agent .

skos:Concept owl:disjointWith skos:ConceptScheme .
skos:semanticRelation rdfs:domain skos:Concept ; rdfs:range skos:Concept .
skos:broaderTransitive a owl:TransitiveProperty ; rdfs:subPropertyOf skos:semanticRelation .
skos:broader rdfs:subPropertyOf skos:broaderTransitive ; owl:inverseOf skos:narrower .
skos:related a owl:SymmetricProperty ; rdfs:subPropertyOf skos:semanticRelation ;
    owl:propertyDisjointWith skos:broaderTransitive .
skos:mappingRelation rdfs:subPropertyOf skos:semanticRelation .
skos:closeMatch a owl:SymmetricProperty ; rdfs:subPropertyOf skos:mappingRelation .
skos:relatedMatch rdfs:subPropertyOf skos:mappingRelation , skos:related .
skos:exactMatch rdfs:subPropertyOf skos:closeMatch .
skos:inScheme rdfs:range skos:ConceptScheme .
skos:topConceptOf rdfs:subPropertyOf skos:inScheme ; rdfs:domain skos:Concept ;
    owl:inverseOf skos:hasTopConcept .

dcterms:spatial rdfs:range dcterms:Location .
locn:location rdfs:range dcterms:Location .
geo:Feature owl:disjointWith geo:Geometry .
geo:hasGeometry rdfs:domain geo:Feature ; rdfs:range geo:Geometry .
wgs:lat rdfs:domain wgs:SpatialThing .
wgs:long rdfs:domain wgs:SpatialThing .
"""

# What is stated to be the first may not turn out to be any of the others as well.
KEPT_APART = {
    CLUSTER.ClusterInitiative: {
        FOAF.Document,
        FOAF.Person,
        FOAF.Project,
        ORG.FormalOrganization,
        ORG.Site,
        DCTERMS.Location,
        PROV.Activity,
        SKOS.Concept,
    },
    ORG.FormalOrganization: {
        CLUSTER.ClusterInitiative,
        DCTERMS.Location,
        FOAF.Person,
        FOAF.Document,
        SKOS.Concept,
    },
    ORG.Site: {DCTERMS.Location, FOAF.Agent, SKOS.Concept},
    ORG.ChangeEvent: {FOAF.Agent, PROV.Entity, SKOS.Concept},
    DCTERMS.Location: {FOAF.Agent, ORG.Organization, PROV.Activity, SKOS.Concept},
    FOAF.Document: {FOAF.Agent, PROV.Activity, SKOS.Concept},
    SKOS.Concept: {DCTERMS.Location, FOAF.Agent, FOAF.Document, PROV.Activity, SKOS.ConceptScheme},
    SKOS.ConceptScheme: {FOAF.Agent, SKOS.Concept},
    CLUSTER.Claim: {FOAF.Agent, PROV.Activity, SKOS.Concept},
    CLUSTER.MemberCount: {FOAF.Agent, PROV.Activity, SKOS.Concept},
    CLUSTER.Participation: {FOAF.Agent, PROV.Activity, SKOS.Concept},
    CLUSTER.Programme: {FOAF.Agent, PROV.Activity, SKOS.Concept},
}


def read(*patterns: str) -> Graph:
    """Return what the files below the repository say, without texts in a human language.

    No axiom looks at such texts, and they are more than half of the triples.
    """
    graph = Graph()
    for pattern in patterns:
        for path in sorted(ROOT.glob(pattern)):
            graph.parse(path, format="turtle")
    for triple in list(graph):
        if isinstance(triple[2], Literal) and triple[2].language:
            graph.remove(triple)
    return graph


def conclude(graph: Graph) -> Graph:
    """Return a graph together with all that OWL 2 RL concludes from it."""
    closure = Graph()
    closure.parse(data=BORROWED_AXIOMS, format="turtle")
    for triple in graph:
        closure.add(triple)
    DeductiveClosure(OWLRL_Semantics).expand(closure)
    return closure


def short(term: Node) -> str:
    """Return what tells a term from its neighbours."""
    text = str(term)
    return text.removeprefix(ID) if text.startswith(ID) else re.split("[#/]", text)[-1]


def findings(graph: Graph) -> list[str]:
    """Return the contradictions and the unwanted conclusions, in words."""
    closure = conclude(graph)
    contradictions = {str(message) for message in closure.objects(None, ERRNS.error)}
    nothing = {f"{short(s)} is owl:Nothing" for s in closure.subjects(RDF.type, OWL.Nothing)}
    unwanted = {
        f"{short(thing)} is a {short(stated)} and turns out to be a {short(other)}"
        for stated, others in KEPT_APART.items()
        for thing in graph.subjects(RDF.type, stated)
        for other in others
        if (thing, RDF.type, other) in closure
    }
    return sorted(contradictions | nothing | unwanted)


@pytest.fixture(scope="module")
def example() -> Graph:
    return read("ontology/*.ttl", "ontology/concepts/*.ttl", "ontology/examples/*.ttl")


def test_ontology_concepts_and_examples_hold_together(example: Graph) -> None:
    """A client that reasons must not conclude what we would deny."""
    assert findings(example) == []


def test_the_published_data_hold_together() -> None:
    """One wrong triple among thousands can make everything follow from anything."""
    assert findings(read("ontology/*.ttl", "ontology/concepts/*.ttl", "data/**/*.ttl")) == []


@pytest.mark.parametrize(
    ("subject", "predicate", "value", "complaint"),
    [
        (
            ID["cluster/example"],
            SKOS.broader,
            ID["concept/kind/cluster"],
            "cluster/example is a ClusterInitiative and turns out to be a Concept",
        ),
        (
            ID["cluster/example"],
            ORG.location,
            Literal("Falun"),
            "cluster/example is a ClusterInitiative and turns out to be a Person",
        ),
        (
            ID["cluster/example"],
            CLUSTER.legalEntity,
            ID["cluster/example"],
            "cluster/example is a ClusterInitiative and turns out to be a FormalOrganization",
        ),
        (
            ID["cluster/example"],
            CLUSTER.programme,
            ID["programme/example"],
            "Disjoint classes",
        ),
        (
            ID["area/example"],
            SKOS.closeMatch,
            URIRef("http://eurovoc.europa.eu/6240"),
            "area/example is a Location and turns out to be a Concept",
        ),
        (
            ID["concept/status/seen-active"],
            FOAF.homepage,
            URIRef("https://example.org/"),
            "concept/status/seen-active is a Concept and turns out to be a",
        ),
    ],
    ids=[
        "an initiative below a concept",
        "a location that only persons have",
        "an initiative that is its own legal entity",
        "an initiative in the place of a participation",
        "a place matched with a concept",
        "a homepage shared by two things",
    ],
)
def test_a_wrong_triple_is_found(
    example: Graph, subject: URIRef, predicate: URIRef, value: Node, complaint: str
) -> None:
    """The two checks above are worth something only if they can fail."""
    spoilt = Graph()
    for triple in example:
        spoilt.add(triple)
    spoilt.add((subject, predicate, value))

    assert any(complaint in finding for finding in findings(spoilt)), findings(spoilt)
