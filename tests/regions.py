"""Folders that are nothing but a catalogue of what lies elsewhere, written anew for each test."""

from __future__ import annotations

REGION = "https://data.region.example/"
ODD = "http://daten.gemeinde.example/offen/"
_AUTHORITY = "http://publications.europa.eu/resource/authority/"
_HIGH_VALUE = "http://data.europa.eu/eli/reg_impl/2023/138/oj"
_CATEGORIES = ("c_b79e35eb", "c_ac64a52d", "c_e1da4e07")
_THEMES = ("ENVI", "TRAN", "HEAL", "REGI")
_FREQUENCIES = ("ANNUAL", "MONTHLY", "BIENNIAL")
_LICENCES = ("publicdomain/zero/1.0/", "licenses/by/4.0/")
_PREFIXES = """PREFIX dcat: <http://www.w3.org/ns/dcat#>
PREFIX dcatap: <http://data.europa.eu/r5r/>
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX foaf: <http://xmlns.com/foaf/0.1/>
PREFIX geo: <http://www.opengis.net/ont/geosparql#>
PREFIX locn: <http://www.w3.org/ns/locn#>
PREFIX vcard: <http://www.w3.org/2006/vcard/ns#>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
BASE <%s>
"""
_BOX = "POLYGON((12.1 59.0, 14.5 59.0, 14.5 61.1, 12.1 61.1, 12.1 59.0))"


def region(count: int = 300, elsewhere: str = "https://files.region.example") -> str:
    """Return a catalogue in Swedish and English: a file each, a tenth map services, five series.

    Args:
        count: Number of data sets besides the series; the first 20 are high-value data sets.
        elsewhere: Address of the server that has the files.
    """
    series = min(5, count)
    listed = [f"<dataset/d{n}>" for n in range(count)] + [f"<dataset/s{n}>" for n in range(series)]
    head = f"""<catalog> a dcat:Catalog ;
    dcterms:title "Regionens öppna data"@sv , "Open data of the region"@en ;
    dcterms:description "Data som regionen delar."@sv , "Data that the region shares."@en ;
    dcterms:publisher <id/organisation/region> ; dcat:contactPoint <contact> ;
    dcterms:license <http://creativecommons.org/publicdomain/zero/1.0/> ;
    dcat:dataset {" , ".join(listed)} .
<id/organisation/region> a foaf:Agent ; foaf:name "Regionen"@sv , "The region"@en ;
    dcterms:type <http://purl.org/adms/publishertype/RegionalAuthority> .
<id/organisation/buses> a foaf:Organization ; foaf:name "Länsbussarna"@sv , "County buses"@en ;
    dcterms:type <http://purl.org/adms/publishertype/Company> .
<contact> a vcard:Organization ; vcard:fn "Öppna data"@sv , "Open data"@en ;
    vcard:hasEmail <mailto:data@region.example> ;
    vcard:hasTelephone [ a vcard:Voice ; vcard:hasValue <tel:+46-10-123> ] ."""
    parts = [_PREFIXES % REGION, head]
    parts += [_dataset(n, series, elsewhere) for n in range(count)]
    parts += [
        f"""<dataset/s{n}> a dcat:DatasetSeries ; dcterms:publisher <id/organisation/region> ;
    dcterms:title "Serie {n}"@sv , "Series {n}"@en ;
    dcterms:description "Samma sak år för år."@sv , "The same, year after year."@en ."""
        for n in range(series)
    ]
    return "\n".join(parts) + "\n"


def _dataset(n: int, series: int, elsewhere: str) -> str:
    name = f"dataset/d{n}"
    publisher = "buses" if n % 3 == 0 else "region"
    theme = f"{_AUTHORITY}data-theme/{_THEMES[n % 4]}"
    frequency = f"{_AUTHORITY}frequency/{_FREQUENCIES[n % 3]}"
    said = [
        f'dcterms:title "Mätning {n}"@sv , "Survey {n}"@en',
        f'dcterms:description "Vägar och vatten, mätta {n} gånger."@sv , '
        f'"Roads and water, measured {n} times."@en',
        f"dcterms:publisher <id/organisation/{publisher}>",
        "dcat:contactPoint <contact>",
        f"dcat:theme <{theme}>",
        f"dcterms:accrualPeriodicity <{frequency}>",
        f'dcat:keyword "grupp{n % 7}"@sv , "group{n % 7}"@en',
        f'dcterms:issued "2025-01-{n % 28 + 1:02d}"^^xsd:date',
        f'dcterms:spatial [ a dcterms:Location ; dcat:bbox "{_BOX}"^^geo:wktLiteral ]',
        f"dcat:distribution <{name}/csv>",
    ]
    if n < 20:
        category = f"http://data.europa.eu/bna/{_CATEGORIES[n % 3]}"
        said.append(
            f"dcatap:applicableLegislation <{_HIGH_VALUE}> ; dcatap:hvdCategory <{category}>"
        )
    if n % 10 == 0:
        said.append(f"dcat:distribution <{name}/wms>")
    if n >= 20 and n % 20 < series:
        said.append(f"dcat:inSeries <dataset/s{n % 20}>")
        if n >= 40:
            said.append(f"dcat:prev <dataset/d{n - 20}>")
    licence = f"http://creativecommons.org/{_LICENCES[n % 2]}"
    lines = [
        f"<{name}> a dcat:Dataset ;\n    " + " ;\n    ".join(said) + " .",
        f"""<{name}/csv> a dcat:Distribution ; dcterms:title "Fil {n}"@sv , "File {n}"@en ;
    dcterms:format <{_AUTHORITY}file-type/CSV> ; dcterms:license <{licence}> ;
    dcat:byteSize "{1000 + n}"^^xsd:nonNegativeInteger ;
    dcat:accessURL <{elsewhere}/d{n}.csv> ; dcat:downloadURL <{elsewhere}/d{n}.csv> .""",
    ]
    if n % 10 == 0:
        lines.append(_map_service(n, name, licence))
    return "\n".join(lines)


def _map_service(n: int, name: str, licence: str) -> str:
    there = f"https://maps.region.example/d{n}/wms"
    return f"""<{name}/wms> a dcat:Distribution ; dcterms:title "Karta {n}"@sv , "Map {n}"@en ;
    dcterms:format <{_AUTHORITY}file-type/WMS_SRVC> ; dcterms:license <{licence}> ;
    dcat:accessURL <{there}?service=WMS&request=GetCapabilities> ;
    dcat:accessService <service/wms-{n}> .
<service/wms-{n}> a dcat:DataService ; dcterms:title "Karttjänst {n}"@sv , "Map service {n}"@en ;
    dcterms:publisher <id/organisation/region> ; dcat:contactPoint <contact> ;
    dcat:endpointURL <{there}> ; dcat:endpointDescription <{there}?request=GetCapabilities> ;
    dcterms:conformsTo <http://www.opengis.net/def/crs/EPSG/0/3006> ,
        <http://www.opengis.net/def/serviceType/ogc/wms> ;
    dcat:spatialResolutionInMeters "5"^^xsd:decimal ; dcterms:license <{licence}> ;
    dcat:servesDataset <{name}> ."""


def odd() -> str:
    """Return a small catalogue in German and Finnish, with names that nobody would choose."""
    return _PREFIXES % ODD + _ODD


_ODD = """<catalog> a dcat:Catalog ; dcterms:title "Offene Daten"@de ;
    dcterms:description "Was die Gemeinde teilt."@de ; dcterms:publisher <amt/stadt> ;
    dcat:dataset <id/bäume> , <q?set=7> , <dataset/leer> , <https://other.example/set/1> .
<amt/stadt> a foaf:Organization ; <http://www.w3.org/2004/02/skos/core#prefLabel> "Gemeinde"@de .
<id/bäume> a dcat:Dataset ; dcterms:title "Bäume"@de , "Puut"@fi ;
    dcterms:description "Jeder Baum."@de ; dcterms:publisher <amt/stadt> ;
    dcat:landingPage <id/bäume> ;
    dcat:contactPoint [ a vcard:Individual ; vcard:fn "Frau Müller" ;
        vcard:hasEmail "mueller@gemeinde.example" ; vcard:hasTelephone "030 / 12 34" ] ;
    dcterms:license <https://creativecommons.org/licenses/by/4.0/deed.de> ;
    dcat:theme <https://themen.example/gr%C3%BCn> ;
    dcterms:spatial [ locn:geometry "POINT(9.9 53.5)"^^geo:wktLiteral ] ;
    dcat:distribution [ dcat:accessURL <https://files.example/b.gpkg> ; a dcat:Distribution ;
            dcterms:format "application/geopackage+sqlite3" ] ,
        <dateien/bäume.csv> , <https://files.example/dist#1> .
<dateien/bäume.csv> a dcat:Distribution ; dcat:downloadURL <https://files.example/b.csv> ;
    dcat:accessURL <https://files.example/> ; dcat:mediaType "text/csv" .
<https://files.example/dist#1> a dcat:Distribution ; dcterms:title "Fremd"@de ;
    dcat:accessURL <https://files.example/dist> .
<q?set=7> a dcat:Dataset ; dcterms:title "Frage 7" ; dcterms:description "Mit Fragezeichen."@de ;
    dcat:distribution <dateien/api> .
<dateien/api> a dcat:Distribution ; dcat:accessURL <https://api.example/v1/> ;
    dcat:accessService [ a dcat:DataService ; dcterms:title "Schnittstelle"@de ;
        dcat:endpointURL <https://api.example/v1/> ;
        dcterms:conformsTo <http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core> ] .
<dataset/leer> a dcat:Dataset ; dcterms:title "Leer"@de ; dcterms:description "Nichts."@de .
<https://other.example/set/1> a dcat:Dataset ; dcterms:title "Von anderen"@de ;
    dcterms:description "Anderswo benannt."@de .
"""
