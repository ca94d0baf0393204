"""Datasets as pages show them: titles, licences, files, and schema.org's words for them."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

from pyoxigraph import BlankNode, Literal, NamedNode

from publisher.addresses import Addresses
from publisher.languages import tag_of_authority
from publisher.profiles.file_types import IANA
from publisher.query.engine import Description, Engine
from publisher.rdf.namespaces import iri
from publisher.render.labels import best_label
from publisher.render.maps.geometry import bounding_box, read_outline
from publisher.render.page_model import Value
from publisher.render.service_guides import kind_of
from publisher.render.structured_things import thing
from publisher.render.values import format_bytes, sort_key
from publisher.render.views import Views

_CATALOG, _DATASET = iri("dcat:Catalog"), iri("dcat:Dataset")
_TITLE, _DESCRIPTION = iri("dcterms:title"), iri("dcterms:description")
_LICENSE = iri("dcterms:license")
_QUERY = """
PREFIX dcat: <http://www.w3.org/ns/dcat#>
PREFIX dcterms: <http://purl.org/dc/terms/>
SELECT ?thing ?kind ?property ?value WHERE {
    { VALUES ?kind { dcat:Catalog dcat:Dataset } ?thing a ?kind . }
    UNION { BIND(<%s> AS ?thing) BIND(<%s> AS ?kind) }
    ?thing ?property ?value .
    FILTER(?property IN (dcterms:title, dcterms:description, dcterms:license))
}
ORDER BY ?thing ?property ?value
"""


@dataclass(frozen=True)
class DatasetRecord:
    """Titles, descriptions and licences of a catalogue, a dataset or the home page."""

    titles: tuple[Literal, ...] = ()
    descriptions: tuple[Literal, ...] = ()
    licenses: tuple[str, ...] = ()


_PARTIES = """
PREFIX dcat: <http://www.w3.org/ns/dcat#>
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX foaf: <http://xmlns.com/foaf/0.1/>
PREFIX vcard: <http://www.w3.org/2006/vcard/ns#>
SELECT ?role ?party ?property ?value WHERE {
    VALUES ?role { dcterms:publisher dcat:contactPoint }
    ?catalogue a dcat:Catalog ; ?role ?party .
    ?party ?property ?value .
    FILTER(?property IN
        (foaf:name, vcard:fn, foaf:homepage, foaf:mbox, vcard:hasEmail, vcard:hasURL))
}
ORDER BY ?role ?party ?property ?value
"""
# The mail address before a web address.
_ADDRESSES = tuple(map(iri, ("vcard:hasEmail", "foaf:mbox", "vcard:hasURL", "foaf:homepage")))


@dataclass(frozen=True)
class Party:
    """Who publishes, or who answers questions: names and address, of the first that is named."""

    names: tuple[Literal, ...] = ()
    address: str = ""


@dataclass(frozen=True)
class SiteMetadata:
    """The catalogue as pages need it.

    Attributes:
        site: Of the home page, where the data describes it; else of the catalogue.
        catalogue: Of the catalogue.
        datasets: IRI → record, sorted.
        publisher: Who publishes the catalogue.
        contact: Who answers questions on it.
    """

    site: DatasetRecord
    catalogue: DatasetRecord
    datasets: Mapping[str, DatasetRecord]
    publisher: Party = Party()
    contact: Party = Party()


def _fetch_parties(engine: Engine) -> dict[str, Party]:
    """Return role → the first party that has it."""
    by_role: dict[str, dict[str, dict[str, list[Any]]]] = defaultdict(
        lambda: defaultdict(lambda: defaultdict(list))
    )
    for row in engine.rows(_PARTIES):
        party = by_role[row["role"].value][row["party"].value]
        party[row["property"].value].append(row["value"])
    parties = {}
    for role, named in by_role.items():
        properties = next(iter(named.values()))
        names = [n for p in (iri("foaf:name"), iri("vcard:fn")) for n in properties.get(p, ())]
        addresses = (term.value for p in _ADDRESSES for term in properties.get(p, ()))
        literals = tuple(n for n in names if isinstance(n, Literal))
        parties[role] = Party(literals, next(addresses, ""))
    return parties


def _record(properties: Mapping[str, list[object]]) -> DatasetRecord:
    texts = {
        p: tuple(t for t in terms if isinstance(t, Literal)) for p, terms in properties.items()
    }
    licenses = (term.value for term in properties.get(_LICENSE, ()) if isinstance(term, NamedNode))
    return DatasetRecord(texts.get(_TITLE, ()), texts.get(_DESCRIPTION, ()), tuple(licenses))


def fetch_site_metadata(engine: Engine, base_iri: str) -> SiteMetadata:
    """Return title, datasets and licences of the catalogue, fetched from the engine."""
    things: dict[tuple[str, str], dict[str, list[object]]] = defaultdict(lambda: defaultdict(list))
    for row in engine.rows(_QUERY % (base_iri, base_iri)):
        things[row["kind"].value, row["thing"].value][row["property"].value].append(row["value"])
    records = {key: _record(properties) for key, properties in things.items()}
    catalogue = _first(record for (kind, _), record in records.items() if kind == _CATALOG)
    site = records.get((base_iri, base_iri), DatasetRecord())
    parties = _fetch_parties(engine)
    return SiteMetadata(
        site=DatasetRecord(
            site.titles or catalogue.titles, catalogue.descriptions, catalogue.licenses
        ),
        catalogue=catalogue,
        datasets={name: record for (kind, name), record in records.items() if kind == _DATASET},
        publisher=parties.get(iri("dcterms:publisher"), Party()),
        contact=parties.get(iri("dcat:contactPoint"), Party()),
    )


def _first(records: Iterable[DatasetRecord]) -> DatasetRecord:
    return next(iter(records), DatasetRecord())


# The files of a dataset, as its page offers them: what is in each, its format, its size.

DISTRIBUTION = iri("dcat:distribution")
_FILE, _PAGE = iri("dcat:downloadURL"), iri("dcat:accessURL")
_FORMATS = (iri("dcterms:format"), iri("dcat:mediaType"))
_SIZE, _OFFER_TITLE = iri("dcat:byteSize"), iri("dcterms:title")

_PropertiesBySubject = Mapping[str, Mapping[str, Sequence[object]]]


@dataclass(frozen=True)
class DownloadLink:
    """A file to fetch: its address with the name of its format, and its size in words."""

    link: Value
    size: str


@dataclass(frozen=True)
class Download:
    """The same in several formats.

    Attributes:
        name: What it is; a link where there is a page to look at it first.
        files: By format.
    """

    name: Value
    files: tuple[DownloadLink, ...]


def dataset_downloads(
    dataset: str, description: Description, views: Views, skipped: frozenset[str] = frozenset()
) -> tuple[Download, ...]:
    """Return the files of a dataset (DCAT 3, section 6.8), those of one access page together.

    Args:
        dataset: IRI of the document's topic.
        description: Of the document: the dataset and its distributions.
        views: What links are made with.
        skipped: Distributions that the page offers in another way.
    """
    properties: dict[str, dict[str, list[object]]] = defaultdict(lambda: defaultdict(list))
    for triple in description.own:
        subject = str(getattr(triple.subject, "value", ""))
        properties[subject][triple.predicate.value].append(triple.object)
    groups: dict[str, list[str]] = defaultdict(list)
    for name in _iris(properties, dataset, DISTRIBUTION):
        if name not in skipped and _iris(properties, name, _FILE):
            pages = [
                p for p in _iris(properties, name, _PAGE) if p not in _iris(properties, name, _FILE)
            ]
            groups[pages[0] if pages and pages[0] != dataset else name].append(name)
    downloads = [_download_of(page, names, properties, views) for page, names in groups.items()]

    def order(download: Download) -> tuple[str, str, str]:
        name = download.name
        return sort_key(name.text, views.language), name.href, str(download.files)

    return tuple(sorted(downloads, key=order))


def _iris(properties: _PropertiesBySubject, subject: str, path: str) -> list[str]:
    terms = properties.get(subject, {}).get(path, ())
    return sorted(term.value for term in terms if isinstance(term, NamedNode))


def _download_of(
    page: str, names: Sequence[str], properties: _PropertiesBySubject, views: Views
) -> Download:
    titles = [_title(name, properties, views.language) for name in names]
    words = takewhile(
        lambda column: len(set(column)) == 1, zip(*map(str.split, titles), strict=False)
    )
    shared = " ".join(column[0] for column in words) if len(titles) > 1 else ""
    href = "" if page in names else views.link_to(page).href
    files = sorted(
        (_file(name, properties, views) for name in names), key=lambda f: (f.link.text, f.link.href)
    )
    return Download(Value(shared or titles[0], href), tuple(files))


def _title(name: str, properties: _PropertiesBySubject, language: str) -> str:
    texts = [t for t in properties.get(name, {}).get(_OFFER_TITLE, ()) if isinstance(t, Literal)]
    title = best_label(texts, language)
    return title.value if title else name.rpartition("/")[2]


def _file(name: str, properties: _PropertiesBySubject, views: Views) -> DownloadLink:
    formats = [value for path in _FORMATS for value in _iris(properties, name, path)]
    called = views.link_to(formats[0]).text if formats else name.rpartition("/")[2]
    sizes = [
        t for t in properties[name].get(_SIZE, ()) if isinstance(t, Literal) and t.value.isdigit()
    ]
    size = format_bytes(int(sizes[0].value), views.language) if sizes else ""
    # A file is the same in every language, and its address is the one that the catalogue gives.
    address = views.link_to(_iris(properties, name, _FILE)[0]).href
    return DownloadLink(Value(called, address.removesuffix(f"?lang={views.language}")), size)


# The topic of a page in schema.org's words: a dataset as Google Dataset Search reads it.

_PUBLIC = "http://publications.europa.eu/resource/authority/access-right/PUBLIC"
# A script ends at "</script", whatever it holds (HTML, section 4.12.1.3).
_ESCAPES = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"}
_LONGEST_DESCRIPTION = 5000

_ListsBySubject = Mapping[str, Mapping[str, list[object]]]


@dataclass(frozen=True)
class _SchemaOrgWriter:
    """Writes what is known of a dataset in schema.org's terms, in one language."""

    properties: _ListsBySubject
    names: Mapping[str, Sequence[Literal]]
    language: str
    addresses: Addresses

    def terms(self, subject: str, name: str) -> list[object]:
        return self.of(subject, iri(name))

    def of(self, subject: str, predicate: str) -> list[object]:
        return self.properties.get(subject, {}).get(predicate, [])

    def iris(self, subject: str, name: str) -> list[str]:
        iris = (t.value for t in self.terms(subject, name) if isinstance(t, NamedNode))
        return sorted(iris)

    def text(self, subject: str, name: str) -> str:
        label = best_label(self._literals(subject, name), self.language)
        return label.value if label else ""

    def texts(self, subject: str, name: str) -> list[str]:
        literals = self._literals(subject, name)
        mine = [t for t in literals if (t.language or "").split("-")[0] == self.language]
        return sorted(t.value for t in mine or literals)

    def _literals(self, subject: str, name: str) -> list[Literal]:
        return [t for t in self.terms(subject, name) if isinstance(t, Literal)]

    def label(self, name: str) -> str:
        label = best_label(self.names.get(name, ()), self.language)
        return label.value if label else name


def schema_org_json(
    description: Description, topic: str, language: str, addresses: Addresses, page: str = ""
) -> str:
    """Return the JSON-LD for the page of a dataset or another thing, safe inside ``<script>``.

    Google's required and recommended properties of a Dataset, as far as the catalogue knows them.
    The context is in the text, since scorers fetch none.

    Args:
        description: Of the document: the dataset and its parts.
        topic: IRI of the document's topic; nothing is told of what has no name.
        language: In which to tell it.
        addresses: Where files and catalogue are on this site.
        page: Address of the page.
    """
    properties: dict[str, dict[str, list[object]]] = defaultdict(lambda: defaultdict(list))
    for triple in description.own:
        subject = str(getattr(triple.subject, "value", ""))
        properties[subject][triple.predicate.value].append(triple.object)
    names = {name: [label for _, label in labels] for name, labels in description.labels.items()}
    writer = _SchemaOrgWriter(properties, names, language, addresses)
    is_dataset = NamedNode(iri("dcat:Dataset")) in writer.terms(topic, "rdf:type")
    node = _dataset(writer, topic) if is_dataset else thing(writer, topic, page)
    if not node:
        return ""
    written = json.dumps(node, ensure_ascii=False, indent=1)
    for character, escape in _ESCAPES.items():
        written = written.replace(character, escape)
    return written


def _dataset(writer: _SchemaOrgWriter, dataset: str) -> dict[str, Any]:
    addresses = writer.addresses
    publishers = [
        {"@type": "Organization", "@id": name, "name": writer.label(name)}
        for name in writer.iris(dataset, "dcterms:publisher")
    ]
    catalogue = addresses.base_iri + "catalog"
    node = {
        "@context": {"@vocab": "https://schema.org/"},
        "@type": "Dataset",
        "@id": dataset,
        "name": writer.text(dataset, "dcterms:title"),
        "description": writer.text(dataset, "dcterms:description")[:_LONGEST_DESCRIPTION],
        "url": dataset,
        "sameAs": addresses.on_site(dataset) if addresses.on_site(dataset) != dataset else "",
        "identifier": [dataset, *writer.texts(dataset, "dcterms:identifier")],
        "license": writer.iris(dataset, "dcterms:license")[:1],
        "creator": publishers,
        "publisher": publishers,
        "keywords": writer.texts(dataset, "dcat:keyword"),
        "datePublished": writer.text(dataset, "dcterms:issued"),
        "dateModified": writer.text(dataset, "dcterms:modified"),
        "inLanguage": [
            tag_of_authority(name.rpartition("/")[2]) or name
            for name in writer.iris(dataset, "dcterms:language")
        ],
        "temporalCoverage": _period(writer, dataset),
        "spatialCoverage": list(_places(writer, dataset)),
        "isAccessibleForFree": _PUBLIC in writer.iris(dataset, "dcterms:accessRights"),
        "conditionsOfAccess": writer.iris(dataset, "dcterms:accessRights")[:1],
        "creditText": "; ".join(
            writer.text(name, "rdfs:label") for name in writer.iris(dataset, "dcterms:rights")
        ),
        "includedInDataCatalog": {
            "@type": "DataCatalog",
            "@id": catalogue,
            "name": writer.label(catalogue),
            "url": addresses.on_site(catalogue),
        },
        "distribution": [
            _download(writer, name) for name in writer.iris(dataset, "dcat:distribution")
        ],
    }
    return {key: value for key, value in node.items() if value not in ("", [], None)}


def _places(writer: _SchemaOrgWriter, dataset: str) -> Iterator[dict[str, Any]]:
    """Yield the places that a dataset covers: named ones, and boxes (schema.org, GeoShape)."""
    for term in writer.terms(dataset, "dcterms:spatial"):
        if not isinstance(term, NamedNode | BlankNode):
            continue
        place: dict[str, Any] = {"@type": "Place"}
        if isinstance(term, NamedNode):
            place |= {"@id": term.value, "name": writer.label(term.value)}
        paths = ("dcat:bbox", "locn:geometry", "geo:asWKT")
        written = (str(getattr(t, "value", "")) for p in paths for t in writer.terms(term.value, p))
        positions = list(read_outline(written).positions())
        if positions:
            box = bounding_box(positions)
            corners = f"{box.top} {box.left} {box.bottom} {box.right}"
            place["geo"] = {"@type": "GeoShape", "box": corners}
        if len(place) > 1:
            yield place


def _is_service(writer: _SchemaOrgWriter, distribution: str) -> bool:
    """Tell whether a distribution is asked, not fetched: it has an address, and no content."""
    names = ("dcterms:format", "dcat:mediaType", "dcterms:conformsTo")
    types = [str(getattr(t, "value", "")) for n in names for t in writer.terms(distribution, n)]
    places = writer.iris(distribution, "dcat:accessURL")
    has_file = bool(writer.iris(distribution, "dcat:downloadURL"))
    given = bool(writer.iris(distribution, "dcat:accessService")) and not has_file
    return given or kind_of(types, places) is not None


def _download(writer: _SchemaOrgWriter, distribution: str) -> dict[str, Any]:
    types = writer.iris(distribution, "dcat:mediaType")
    files = writer.iris(distribution, "dcat:downloadURL")
    if _is_service(writer, distribution):
        files = []
    pages = writer.iris(distribution, "dcat:accessURL")
    size = writer.text(distribution, "dcat:byteSize")
    node = {
        "@type": "DataDownload",
        "@id": distribution,
        "name": writer.text(distribution, "dcterms:title"),
        "contentUrl": "".join(writer.addresses.on_site(file) for file in files[:1]),
        # A service has an address, and no file at it.
        "url": "" if files else "".join(writer.addresses.on_site(page) for page in pages[:1]),
        "encodingFormat": "".join(kind.removeprefix(IANA) for kind in types[:1]),
        "contentSize": f"{size} B" if size else "",
        "license": "".join(writer.iris(distribution, "dcterms:license")[:1]),
    }
    return {key: value for key, value in node.items() if value}


def _period(writer: _SchemaOrgWriter, dataset: str) -> str:
    """Return the time covered as an interval (ISO 8601), which may be open at an end."""
    for period in writer.iris(dataset, "dcterms:temporal"):
        start = writer.text(period, "dcat:startDate") or ".."
        end = writer.text(period, "dcat:endDate") or ".."
        return f"{start}/{end}"
    return ""
