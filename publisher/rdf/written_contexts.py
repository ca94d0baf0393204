"""JSON-LD contexts that no package has: those of CSV on the Web and of DCAT-AP, written here.

A context says of each term which IRI it is short for, and what its values are. These are facts of
the vocabularies, arranged here by kind and by class; the files of their makers are not copied. They
say the same: a test compares digests of what those say (CSVW of 2022-11, DCAT-AP 3.0.1 and 3.0.0).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache

from publisher.rdf.annotation_contexts import iiif_images, iiif_manifests, web_annotations

Definition = str | Mapping[str, str | Mapping[str, Mapping[str, str]] | None]
Context = dict[str, Definition]

_CSVW_PREFIXES = """
as https://www.w3.org/ns/activitystreams#
cc http://creativecommons.org/ns#
csvw http://www.w3.org/ns/csvw#
ctag http://commontag.org/ns#
dc http://purl.org/dc/terms/
dc11 http://purl.org/dc/elements/1.1/
dcat http://www.w3.org/ns/dcat#
dcterms http://purl.org/dc/terms/
dctypes http://purl.org/dc/dcmitype/
dqv http://www.w3.org/ns/dqv#
duv https://www.w3.org/TR/vocab-duv#
foaf http://xmlns.com/foaf/0.1/
gr http://purl.org/goodrelations/v1#
grddl http://www.w3.org/2003/g/data-view#
ical http://www.w3.org/2002/12/cal/icaltzd#
ldp http://www.w3.org/ns/ldp#
ma http://www.w3.org/ns/ma-ont#
oa http://www.w3.org/ns/oa#
og http://ogp.me/ns#
org http://www.w3.org/ns/org#
owl http://www.w3.org/2002/07/owl#
prov http://www.w3.org/ns/prov#
qb http://purl.org/linked-data/cube#
rdf http://www.w3.org/1999/02/22-rdf-syntax-ns#
rdfa http://www.w3.org/ns/rdfa#
rdfs http://www.w3.org/2000/01/rdf-schema#
rev http://purl.org/stuff/rev#
rif http://www.w3.org/2007/rif#
rr http://www.w3.org/ns/r2rml#
schema http://schema.org/
sd http://www.w3.org/ns/sparql-service-description#
sioc http://rdfs.org/sioc/ns#
skos http://www.w3.org/2004/02/skos/core#
skosxl http://www.w3.org/2008/05/skos-xl#
v http://rdf.data-vocabulary.org/#
vcard http://www.w3.org/2006/vcard/ns#
void http://rdfs.org/ns/void#
wdr http://www.w3.org/2007/05/powder#
wrds http://www.w3.org/2007/05/powder-s#
xhv http://www.w3.org/1999/xhtml/vocab#
xsd http://www.w3.org/2001/XMLSchema#
"""
# Names that are those of XML Schema, those of CSVW, and other names for one of them.
_CSVW_DATATYPES = """
anyAtomicType anyURI base64Binary boolean byte date dateTime dateTimeStamp dayTimeDuration decimal
double duration float gDay gMonth gMonthDay gYear gYearMonth hexBinary int integer language long
Name NCName negativeInteger NMTOKEN nonNegativeInteger nonPositiveInteger normalizedString
positiveInteger QName short string time token unsignedByte unsignedInt unsignedLong unsignedShort
yearMonthDuration
"""
_CSVW_CLASSES = """
Cell Column Datatype Dialect Direction ForeignKey JSON NumericFormat Row Schema Table TableGroup
TableReference Transformation uriTemplate
"""
_CSVW_ALIASES = """
any=xsd:anyAtomicType binary=xsd:base64Binary datetime=xsd:dateTime describedby=wrds:describedby
html=rdf:HTML json=csvw:JSON license=xhv:license maximum=csvw:maxInclusive
minimum=csvw:minInclusive number=xsd:double role=xhv:role xml=rdf:XMLLiteral
"""
# What the values of a property are → the properties; of a plural, the name of one.
_CSVW_PROPERTIES: tuple[tuple[Mapping[str, str | None], str], ...] = (
    ({}, "describes notes=note referencedRows=referencedRow"),
    (
        {"@language": None},
        "base commentPrefix decimalChar default delimiter encoding format groupChar lang"
        " lineTerminators name null pattern primaryKey quoteChar rowTitles=rowTitle separator"
        " source",
    ),
    ({"@language": None, "@container": "@list"}, "columnReference"),
    ({"@container": "@language"}, "titles=title"),
    ({"@type": "@id"}, "dialect foreignKeys=foreignKey reference tableSchema transformations"),
    ({"@type": "@id", "@container": "@list"}, "columns=column"),
    ({"@type": "@id", "@container": "@set"}, "row tables=table"),
    ({"@type": "@vocab"}, "datatype tableDirection textDirection"),
    ({"@type": "csvw:uriTemplate"}, "aboutUrl propertyUrl valueUrl"),
    ({"@type": "xsd:anyURI"}, "resource schemaReference scriptFormat targetFormat url"),
    (
        {"@type": "xsd:boolean"},
        "doubleQuote header ordered required skipBlankRows skipInitialSpace suppressOutput trim"
        " virtual",
    ),
    ({"@type": "xsd:integer"}, "maxExclusive maxInclusive minExclusive minInclusive rownum"),
    (
        {"@type": "xsd:nonNegativeInteger"},
        "headerRowCount length maxLength minLength skipColumns skipRows",
    ),
)

_DCAT_AP_PREFIXES = {
    "adms": "http://www.w3.org/ns/adms#",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcatap": "http://data.europa.eu/r5r/",
    "dcterms": "http://purl.org/dc/terms/",
    "eli": "http://data.europa.eu/eli/ontology#",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "locn": "http://www.w3.org/ns/locn#",
    "odrl": "http://www.w3.org/ns/odrl/2/",
    "prov": "http://www.w3.org/ns/prov#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "spdx": "http://spdx.org/rdf/terms#",
    "time": "http://www.w3.org/2006/time#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
# Vocabulary → properties, those with the type of their values; a name of DCAT-AP=that of the
# vocabulary. What has no type here is a text, or a date.
_DCAT_AP_THINGS = """
adms: changeType=status otherIdentifier=identifier sample status
dcat: accessService accessUrl=accessURL catalogue=catalog compressionFormat=compressFormat
dcat: contactPoint dataset datasetDistribution=distribution downloadUrl=downloadURL
dcat: endpointDescription endpointUrl=endpointURL hadRole hasVersion inSeries landingPage mediaType
dcat: packagingFormat=packageFormat qualifiedRelation record servesDataset service theme
dcat: themes=themeTaxonomy
dcatap: applicableLegislation availability
dcterms: accessRights applicationProfile=conformsTo conformsTo creator format
dcterms: frequency=accrualPeriodicity geographicalCoverage=spatial hasPart isReferencedBy language
dcterms: licence=license linkedSchemas=conformsTo provenance publisher relatedResource=relation
dcterms: relation rights source sourceMetadata=source temporalCoverage=temporal type
foaf: documentation=page homepage primaryTopic
locn: geometry
odrl: hasPolicy
prov: qualifiedAttribution wasGeneratedBy
spdx: algorithm checksum
time: beginning=hasBeginning end=hasEnd
"""
_DCAT_AP_VALUES = """
adms: versionNotes
dcat: bbox byteSize^nonNegativeInteger centroid endDate keyword
dcat: spatialResolution=spatialResolutionInMeters^decimal startDate temporalResolution^duration
dcat: version
dcterms: description identifier listingDate=issued modificationDate=modified releaseDate=issued
dcterms: title
foaf: name
skos: notation preferredLabel=prefLabel
spdx: checksumValue^hexBinary
"""
# Class → its properties in the profile; those after the bar have a class without any.
_DCAT_AP_CLASSES = """
foaf:Agent name type
dcat:Catalogue=Catalog applicableLegislation catalogue creator dataset description
    geographicalCoverage hasPart homepage language licence modificationDate publisher record
    releaseDate rights service temporalCoverage themes title
dcat:CatalogueRecord=CatalogRecord applicationProfile changeType description language listingDate
    modificationDate primaryTopic sourceMetadata title
spdx:Checksum algorithm checksumValue
skos:Concept preferredLabel
skos:ConceptScheme title
dcat:DataService accessRights applicableLegislation conformsTo contactPoint description
    documentation endpointDescription endpointUrl format keyword landingPage licence publisher
    servesDataset theme title
dcat:Dataset accessRights applicableLegislation conformsTo contactPoint creator datasetDistribution
    description documentation frequency geographicalCoverage hasVersion identifier inSeries
    isReferencedBy keyword landingPage language modificationDate otherIdentifier provenance
    publisher qualifiedAttribution qualifiedRelation relatedResource releaseDate sample source
    spatialResolution temporalCoverage temporalResolution theme title type version versionNotes
    wasGeneratedBy
dcat:DatasetSeries applicableLegislation contactPoint description frequency geographicalCoverage
    modificationDate publisher releaseDate temporalCoverage title
dcat:Distribution accessService accessUrl applicableLegislation availability byteSize checksum
    compressionFormat description documentation downloadUrl format hasPolicy language licence
    linkedSchemas mediaType modificationDate packagingFormat releaseDate rights spatialResolution
    status temporalResolution title
adms:Identifier notation
dcterms:LicenceDocument=LicenseDocument type
dcterms:Location bbox centroid geometry
dcterms:PeriodOfTime beginning end endDate startDate
dcat:Relationship hadRole relation
"""
_DCAT_AP_PLAIN_CLASSES = """
prov:Activity prov:Attribution dcat:CataloguedResource=Resource spdx:ChecksumAlgorithm foaf:Document
dcterms:Frequency locn:Geometry vcard:Kind eli:LegalResource dcterms:LinguisticSystem rdfs:Literal
dcterms:MediaType dcterms:MediaTypeOrExtent odrl:Policy dcterms:ProvenanceStatement rdfs:Resource
dcterms:RightsStatement dcat:Role dcterms:Standard rdfs:TemporalLiteral=Literal
time:TimeInstant=Instant xsd:Xsd:dateTime=dateTime xsd:Xsd:decimal=decimal
xsd:Xsd:duration=duration xsd:Xsd:hexBinary=hexBinary
xsd:Xsd:nonNegativeInteger=nonNegativeInteger
"""


def written_context(address: str) -> Mapping[str, object] | None:
    """Return the context at an address without scheme and ending; None for any other."""
    make = _WRITTEN.get(address)
    return make() if make else None


@cache
def _csvw() -> Context:
    found: Context = {}
    found |= dict(line.split() for line in _CSVW_PREFIXES.split("\n") if line)
    found |= {name: f"xsd:{name}" for name in _CSVW_DATATYPES.split()}
    found |= {name: f"csvw:{name}" for name in _CSVW_CLASSES.split()}
    found |= dict(pair.split("=") for pair in _CSVW_ALIASES.split())
    for kind, names in _CSVW_PROPERTIES:
        for name, one in map(_pair, names.split()):
            found[name] = {"@id": f"csvw:{one}", **kind}
    return found


def _pair(written: str) -> tuple[str, str]:
    """Return a name in a context, and the one in its vocabulary."""
    name, _, other = written.partition("=")
    return name, other or name


@cache
def _dcat_ap_properties() -> Mapping[str, dict[str, str]]:
    """Return name → definition; a name means the same in every class."""
    found: dict[str, dict[str, str]] = {}
    for line in _DCAT_AP_THINGS.strip().split("\n"):
        prefix, *names = line.split()
        for name, other in map(_pair, names):
            found[name] = {"@id": _DCAT_AP_PREFIXES[prefix[:-1]] + other, "@type": "@id"}
    for line in _DCAT_AP_VALUES.strip().split("\n"):
        prefix, *names = line.split()
        for written in names:
            plain, _, datatype = written.partition("^")
            name, other = _pair(plain)
            found[name] = {"@id": _DCAT_AP_PREFIXES[prefix[:-1]] + other}
            if datatype:
                found[name]["@type"] = _DCAT_AP_PREFIXES["xsd"] + datatype
    return found


@cache
def _dcat_ap_classes() -> Mapping[str, tuple[str, tuple[str, ...]]]:
    """Return name → IRI and properties of a class."""
    rows = _DCAT_AP_CLASSES.replace("\n   ", "").strip().split("\n")
    found = {}
    for written, *names in map(str.split, [*rows, *_DCAT_AP_PLAIN_CLASSES.split()]):
        prefix, _, rest = written.partition(":")
        name, other = _pair(rest)
        found[name] = (_DCAT_AP_PREFIXES[prefix] + other, tuple(names))
    return found


@cache
def _dcat_ap() -> Context:
    """Return the context of 3.0.1: a class has a context of its own for its properties."""
    known = _dcat_ap_properties()
    return {
        name: {"@id": iri, "@context": {each: known[each] for each in names}} if names else iri
        for name, (iri, names) in _dcat_ap_classes().items()
    }


@cache
def _dcat_ap_dotted() -> Context:
    """Return the context of 3.0.0: the name of a property begins with that of its class."""
    known = _dcat_ap_properties()
    found: Context = {name: iri for name, (iri, _) in _dcat_ap_classes().items()}
    for name, (_, names) in _dcat_ap_classes().items():
        found |= {f"{name}.{each}": dict(known[each]) for each in names}
    return found


_SEMIC = "semiceu.github.io/DCAT-AP/releases"
_SOURCES = "raw.githubusercontent.com/SEMICeu/DCAT-AP/master/releases"
_WRITTEN: Mapping[str, Callable[[], Mapping[str, object]]] = {
    "www.w3.org/ns/csvw": _csvw,
    f"{_SEMIC}/3.0.1/context/dcat-ap": _dcat_ap,
    f"{_SOURCES}/3.0.1/context/dcat-ap": _dcat_ap,
    f"{_SEMIC}/3.0.0/context/dcat-ap": _dcat_ap_dotted,
    f"{_SOURCES}/3.0.0/context/dcat-ap": _dcat_ap_dotted,
    "www.w3.org/ns/anno": web_annotations,
    "iiif.io/api/presentation/2/context": iiif_manifests,
    "iiif.io/api/image/2/context": iiif_images,
}
