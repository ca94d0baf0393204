"""The words of the tiny site: two bridges, one ontology, two datasets; written by hand."""

from __future__ import annotations

import hashlib
from string import Template

BASE = "https://w3id.org/tiny/"

PREFIXES = """
PREFIX adms: <http://www.w3.org/ns/adms#>
PREFIX at: <http://publications.europa.eu/resource/authority/>
PREFIX bibo: <http://purl.org/ontology/bibo/>
PREFIX bridge: <https://w3id.org/tiny/def/bridge#>
PREFIX dcat: <http://www.w3.org/ns/dcat#>
PREFIX dcatap: <http://data.europa.eu/r5r/>
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX geo: <http://www.opengis.net/ont/geosparql#>
PREFIX foaf: <http://xmlns.com/foaf/0.1/>
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX schema: <https://schema.org/>
PREFIX sd: <http://www.w3.org/ns/sparql-service-description#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX spdx: <http://spdx.org/rdf/terms#>
PREFIX vann: <http://purl.org/vocab/vann/>
PREFIX vcard: <http://www.w3.org/2006/vcard/ns#>
PREFIX void: <http://rdfs.org/ns/void#>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
"""

BRIDGES = {
    "1": PREFIXES
    + """
<https://w3id.org/tiny/id/bridge/1> a bridge:Bridge ;
    rdfs:label "Old Bridge"@en , "Gamla bron"@sv ;
    bridge:span 12.5 ;
    rdfs:seeAlso <https://w3id.org/tiny/id/bridge/2> .
""",
    "2": PREFIXES
    + """
<https://w3id.org/tiny/id/bridge/2> a bridge:Bridge ;
    rdfs:label "New Bridge"@en , "Nya bron"@sv ;
    bridge:span 40.0 .
""",
}

ONTOLOGY = (
    PREFIXES
    + """
<https://w3id.org/tiny/def/bridge> a owl:Ontology ;
    rdfs:label "Bridges"@en ;
    dcterms:title "Bridges"@en ;
    dcterms:description "Terms for bridges."@en ;
    dcterms:license <http://creativecommons.org/publicdomain/zero/1.0/> ;
    dcterms:creator <http://dataportal.se/organisation/SE2321000180> ;
    dcterms:publisher <http://dataportal.se/organisation/SE2321000180> ;
    dcterms:created "2026-01-01"^^xsd:date ;
    dcterms:issued "2026-01-01"^^xsd:date ;
    dcterms:source <https://w3id.org/tiny/> ;
    dcterms:bibliographicCitation "Bridges, version 1.0."@en ;
    bibo:doi "10.1234/bridges" ;
    bibo:status <http://purl.org/ontology/bibo/status/published> ;
    foaf:logo <https://w3id.org/tiny/logo.svg> ;
    schema:includedInDataCatalog <https://w3id.org/tiny/catalog> ;
    vann:preferredNamespacePrefix "bridge" ;
    vann:preferredNamespaceUri "https://w3id.org/tiny/def/bridge#" ;
    owl:versionInfo "1.0" ;
    owl:versionIRI <https://w3id.org/tiny/def/bridge/1.0> .
bridge:Bridge a owl:Class ; rdfs:label "bridge"@en ; rdfs:comment "What leads over water."@en ;
    rdfs:subClassOf schema:Place ; rdfs:isDefinedBy <https://w3id.org/tiny/def/bridge> .
bridge:span a owl:DatatypeProperty ; rdfs:label "span"@en ; rdfs:comment "Metres."@en ;
    rdfs:domain bridge:Bridge ; rdfs:isDefinedBy <https://w3id.org/tiny/def/bridge> .
"""
)

DATA = BRIDGES["1"] + BRIDGES["2"]
TABLE = b"iri,label,span\nhttps://w3id.org/tiny/id/bridge/1,Old Bridge,12.5\n"

DATASET = Template("""
<https://w3id.org/tiny/dataset/$name> a dcat:Dataset ;
    dcterms:title "$name"@en , "$name"@sv ;
    dcterms:description "All the $name of the tiny world."@en , "Alla $name."@sv ;
    dcterms:publisher <http://dataportal.se/organisation/SE2321000180> ;
    dcat:contactPoint <https://w3id.org/tiny/catalog#contact> ;
    dcat:keyword "$name"@en , "$name"@sv ;
    dcat:theme at:data-theme\\/TECH ;
    dcterms:issued "2026-01-01"^^xsd:date ; dcterms:modified "2026-11-01"^^xsd:date ;
    dcterms:accessRights at:access-right\\/PUBLIC ;
    dcterms:conformsTo <https://w3id.org/tiny/def/bridge> ;
    dcterms:spatial <https://sws.geonames.org/2699767/> ;
    dcterms:temporal <https://w3id.org/tiny/catalog#period> ;
    dcat:landingPage <https://w3id.org/tiny/dataset/$name> ;
    dcat:distribution $distributions .
""")

DISTRIBUTION = Template("""
<https://w3id.org/tiny/dataset/$name#$extension> a dcat:Distribution ;
    dcterms:title "$extension"@en ; dcterms:description "Everything as $extension."@en ;
    dcat:accessURL <$site/dataset/$name> ;
    dcat:downloadURL <$site/dump/$name.$extension> ;
    dcterms:format $format ;
    dcat:mediaType <http://www.iana.org/assignments/media-types/$media_type> ;
    dcat:byteSize "$length"^^xsd:nonNegativeInteger ;
    dcterms:issued "2026-01-01"^^xsd:date ; dcterms:modified "2026-11-01"^^xsd:date ;
    dcterms:license <http://creativecommons.org/publicdomain/zero/1.0/> ;
    dcterms:rights <https://w3id.org/tiny/catalog#rights> ;
    dcat:accessService <https://w3id.org/tiny/catalog#sparql> ;
    dcatap:availability at:planned-availability\\/STABLE .
""")

CHECKSUM = Template("""
<https://w3id.org/tiny/dataset/$name#$extension> spdx:checksum
    <https://w3id.org/tiny/dataset/$name#$extension-checksum> .
<https://w3id.org/tiny/dataset/$name#$extension-checksum> a spdx:Checksum ;
    spdx:algorithm spdx:checksumAlgorithm_sha256 ;
    spdx:checksumValue "$sha256"^^xsd:hexBinary .
""")

COMMON = Template("""
<https://w3id.org/tiny/catalog> a dcat:Catalog ;
    dcterms:title "The tiny catalogue"@en , "Den lilla katalogen"@sv ;
    dcterms:description "Bridges and their terms."@en , "Broar och deras termer."@sv ;
    dcterms:publisher <http://dataportal.se/organisation/SE2321000180> ;
    dcterms:issued "2026-01-01"^^xsd:date ; dcterms:modified "2026-11-01"^^xsd:date ;
    dcterms:language at:language\\/SWE , at:language\\/ENG ;
    foaf:homepage <https://w3id.org/tiny/> ;
    dcterms:license <http://creativecommons.org/publicdomain/zero/1.0/> ;
    dcterms:spatial <https://sws.geonames.org/2699767/> ;
    dcat:themeTaxonomy at:data-theme ;
    dcat:dataset <https://w3id.org/tiny/dataset/bridges> , <https://w3id.org/tiny/dataset/terms> ;
    dcat:service <https://w3id.org/tiny/catalog#sparql> .
<http://dataportal.se/organisation/SE2321000180> a foaf:Agent ;
    foaf:name "Region Dalarna"@sv , "Dalarna Region"@en ;
    dcterms:description "A region."@en ; dcterms:identifier "232100-0180" ;
    dcterms:type <http://purl.org/adms/publishertype/RegionalAuthority> .
<https://w3id.org/tiny/catalog#contact> a vcard:Organization ;
    vcard:fn "Open data" ; vcard:hasEmail <mailto:$mail> .
<https://w3id.org/tiny/catalog#period> a dcterms:PeriodOfTime ;
    dcat:startDate "2001-01-01"^^xsd:date ; dcat:endDate "2026-12-31"^^xsd:date .
<https://w3id.org/tiny/catalog#rights> a dcterms:RightsStatement ; rdfs:label "Free"@en .
<https://w3id.org/tiny/catalog#sparql> a dcat:DataService ;
    dcterms:title "SPARQL"@en , "SPARQL"@sv ; dcterms:description "Ask."@en ;
    dcat:endpointURL <$site/sparql> ; dcat:endpointDescription <$site/sparql> ;
    dcterms:publisher <http://dataportal.se/organisation/SE2321000180> ;
    dcat:contactPoint <https://w3id.org/tiny/catalog#contact> ;
    dcat:keyword "sparql"@en ; dcat:theme at:data-theme\\/TECH ;
    dcterms:accessRights at:access-right\\/PUBLIC ;
    dcterms:conformsTo <https://www.w3.org/TR/sparql11-protocol/> ;
    dcat:servesDataset <https://w3id.org/tiny/dataset/bridges> .
""")

# What DCAT-AP-SE recommends besides, and the kind of rights statement that it knows.
SWEDISH = """
<https://w3id.org/tiny/catalog#rights> a <http://schema.theodi.org/odrs#RightsStatement> .
<http://dataportal.se/organisation/SE2321000180>
    <https://www.w3.org/ns/org#classification>
        <https://dataportal.se/concepts/orgAspects/feeFinanzing> .
<https://w3id.org/tiny/catalog#contact>
    vcard:hasTelephone <https://w3id.org/tiny/catalog#telephone> ;
    vcard:hasAddress <https://w3id.org/tiny/catalog#address> .
<https://w3id.org/tiny/catalog#telephone> a vcard:Voice ; vcard:hasValue <tel:+46-10> .
<https://w3id.org/tiny/catalog#address> a vcard:Address ;
    vcard:country-name "Sverige" ; vcard:locality "Falun" ; vcard:postal-code "791 00" ;
    vcard:street-address "Gatan 1" .
"""
BOX = """
<https://w3id.org/tiny/dataset/{name}> dcterms:spatial [ a dcterms:Location ;
    dcat:centroid "POINT(15 60)"^^geo:wktLiteral ;
    dcat:bbox "POLYGON((14 59,16 59,16 61,14 59))"^^geo:wktLiteral ] .
"""

VOID = Template(
    PREFIXES
    + """
<https://w3id.org/tiny/void#bridges> a void:Dataset ;
    void:uriSpace "https://w3id.org/tiny/" ;
    void:dataDump <$site/dump/bridges.ttl> ;
    void:sparqlEndpoint <$site/sparql> ;
    void:triples 9 .
"""
)

SERVICE = Template(
    PREFIXES
    + """
<$site/sparql#service> a sd:Service ; sd:endpoint <$site/sparql> ;
    sd:supportedLanguage sd:SPARQL11Query .
"""
)

FORMATS = {
    "ttl": ("RDF_TURTLE", "text/turtle"),
    "csv": ("CSV", "text/csv"),
}


def dumps() -> dict[str, bytes]:
    """Return file name → bytes of every dump of the site."""
    return {
        "bridges.ttl": DATA.encode(),
        "bridges.csv": TABLE,
        "terms.ttl": ONTOLOGY.encode(),
    }


def catalogue(site: str, mail: str, swedish: bool) -> str:
    """Return the catalogue in Turtle; the views differ in format and checksum."""
    parts = [PREFIXES, COMMON.substitute(site=site, mail=mail)]
    if swedish:
        parts += [SWEDISH, *(BOX.format(name=name) for name in ("bridges", "terms"))]
    named: dict[str, list[str]] = {}
    for file_name, body in dumps().items():
        name, _, extension = file_name.partition(".")
        code, media_type = FORMATS[extension]
        values = {
            "site": site,
            "name": name,
            "extension": extension,
            "format": f'"{media_type}"' if swedish else f"at:file-type\\/{code}",
            "media_type": media_type,
            "length": str(len(body)),
            "sha256": hashlib.sha256(body).hexdigest(),
        }
        named.setdefault(name, []).append(f"<https://w3id.org/tiny/dataset/{name}#{extension}>")
        parts.append(DISTRIBUTION.substitute(values))
        if not swedish:
            parts.append(CHECKSUM.substitute(values))
    for name, distributions in named.items():
        parts.append(DATASET.substitute(name=name, distributions=" , ".join(distributions)))
    return "".join(parts)
