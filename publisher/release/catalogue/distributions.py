"""Files and tables of a dataset → ``dcat:Distribution``s; interfaces → ``dcat:DataService``s."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from pyoxigraph import Literal, NamedNode

from publisher.messages import LANGUAGES, Text, text, translate
from publisher.profiles.file_types import IANA, file_type_of
from publisher.rdf.media_types import GRAPHS, TABLES, MediaType
from publisher.rdf.namespaces import AUTHORITY
from publisher.rdf.subjects import Term, pick_name
from publisher.release.catalogue.graph import (
    CatalogueGraph,
    in_languages,
    is_public_domain,
    node,
    typed,
)
from publisher.release.model import StoredFile
from publisher.release.tables.files import TableFiles


class ApplicationProfile(Enum):
    """DCAT-AP and DCAT-AP-SE: they contradict each other, so there are two views."""

    EU = "dcat-ap"
    SE = "dcat-ap-se"


@dataclass(frozen=True)
class Format:
    """A format that portals know.

    Attributes:
        extension: Of the file.
        label: For people.
        media_type: As registered with IANA.
        file_type: Name in the EU's list of file types.
    """

    extension: str
    label: str
    media_type: str
    file_type: str

    def value(self, view: ApplicationProfile) -> Term:
        """Return the object of ``dcterms:format``: one profile wants an IRI, one a literal."""
        if view is ApplicationProfile.SE:
            return Literal(self.media_type)
        return NamedNode(f"{AUTHORITY}file-type/{self.file_type}")


def _format_of(media_type: MediaType) -> Format:
    file_type = file_type_of(media_type.name).file_type
    return Format(media_type.extension, media_type.label, media_type.name, file_type)


GRAPH_FORMATS = tuple(map(_format_of, GRAPHS))
FORMATS = (*GRAPH_FORMATS, *map(_format_of, TABLES))
_STABLE = NamedNode(AUTHORITY + "planned-availability/STABLE")
_PUBLIC = NamedNode(AUTHORITY + "access-right/PUBLIC")
# The controlled-vocabulary shapes of DCAT-AP 3.0.1 want an address with https.
_SHA256 = NamedNode("https://spdx.org/rdf/terms#checksumAlgorithm_sha256")
_QUERIES: Mapping[ApplicationProfile, Term] = {
    ApplicationProfile.EU: NamedNode(AUTHORITY + "file-type/SPARQLQRES"),
    ApplicationProfile.SE: Literal("application/sparql-query"),
}
# What a distribution has from its dataset.
_COPIED_PROPERTIES = (
    "dcterms:issued",
    "dcterms:modified",
    "dcterms:language",
    "dcterms:license",
    "dcterms:rights",
    "dcterms:conformsTo",
    "foaf:page",
)


def add_distributions(
    draft: CatalogueGraph,
    dataset: NamedNode,
    files: Mapping[str, StoredFile],
    base_iri: str,
    view: ApplicationProfile,
) -> None:
    """Add a distribution for each file of a dataset: extension → file."""
    for form in FORMATS:
        file = files.get(form.extension)
        if file is None:
            continue
        name = NamedNode(f"{dataset.value}/distribution/{form.extension}")
        describe_file(
            draft,
            name,
            form,
            view,
            (dataset.value, f"{base_iri}dump/{file.name.rpartition('/')[2]}"),
            dict.fromkeys(LANGUAGES, form.label),
            text("The whole dataset in {format}.", format=form.label),
        )
        add_file(draft, dataset, name, file, base_iri, view)


def add_file(
    draft: CatalogueGraph,
    dataset: NamedNode,
    name: NamedNode,
    file: StoredFile,
    base_iri: str,
    view: ApplicationProfile,
) -> None:
    """Add what every file of a dataset has."""
    draft.add(dataset, "dcat:distribution", name)
    draft.add(name, "dcat:byteSize", typed(str(file.length), "xsd:nonNegativeInteger"))
    draft.add(name, "dcat:accessService", NamedNode(base_iri + "service/sparql"))
    for predicate in _COPIED_PROPERTIES:
        draft.add(name, predicate, *draft.objects(dataset, predicate))
    if view is ApplicationProfile.EU:
        add_checksum(draft, name, file)


def add_representations(draft: CatalogueGraph, catalogue: NamedNode) -> None:
    """Add a distribution of the catalogue itself for each of its representations.

    DCAT says that a catalogue is a dataset; a validator that knows this judges it as one.
    """
    for form in GRAPH_FORMATS:
        name = NamedNode(f"{catalogue.value}/distribution/{form.extension}")
        draft.add(catalogue, "dcat:distribution", name)
        describe_file(
            draft,
            name,
            form,
            ApplicationProfile.EU,
            (catalogue.value, f"{catalogue.value}.{form.extension}"),
            dict.fromkeys(LANGUAGES, form.label),
            text("The catalogue in {format}.", format=form.label),
        )
        draft.add(name, "dcterms:license", *draft.objects(catalogue, "dcterms:license"))


def describe_file(
    draft: CatalogueGraph,
    name: NamedNode,
    form: Format,
    view: ApplicationProfile,
    places: tuple[str, str],
    titles: Text,
    description: Text,
) -> None:
    """Add what every distribution has; ``places`` are its access and its download address."""
    access, download = places
    draft.describe(
        name,
        {
            "rdf:type": [node("dcat:Distribution")],
            "dcterms:title": in_languages(titles, draft),
            "dcterms:description": in_languages(description, draft),
            "dcterms:format": [form.value(view)],
            "dcat:accessURL": [NamedNode(access)],
            "dcat:downloadURL": [NamedNode(download)],
            "dcat:mediaType": [NamedNode(IANA + form.media_type)],
            "dcatap:availability": [_STABLE],
        },
    )


def add_checksum(draft: CatalogueGraph, distribution: NamedNode, file: StoredFile) -> None:
    """Add the SHA-256; DCAT-AP-SE takes SHA-1 alone, so its view has none."""
    checksum = NamedNode(f"{distribution.value}/checksum")
    draft.add(distribution, "spdx:checksum", checksum)
    draft.add(checksum, "rdf:type", node("spdx:Checksum"))
    draft.add(checksum, "spdx:algorithm", _SHA256)
    draft.add(checksum, "spdx:checksumValue", typed(file.sha256, "xsd:hexBinary"))


def strictest_licence(licences: Iterable[NamedNode]) -> list[NamedNode]:
    """Return the most restrictive of several licences."""
    ordered = sorted(set(licences), key=lambda licence: (is_public_domain(licence), licence.value))
    return ordered[:1]


def add_services(
    draft: CatalogueGraph,
    catalogue: NamedNode,
    datasets: Sequence[NamedNode],
    base_iri: str,
    view: ApplicationProfile,
) -> None:
    """Add the SPARQL endpoint and the look-up of documents.

    They serve the given datasets: those whose data the site holds, not those that lie elsewhere.
    """
    sparql = NamedNode(base_iri + "service/sparql")
    _service(draft, catalogue, sparql, datasets)
    draft.describe(
        sparql,
        {
            "dcterms:title": in_languages(text("SPARQL endpoint"), draft),
            "dcterms:description": in_languages(_what_is_asked(draft, catalogue, datasets), draft),
            "dcat:keyword": in_languages(text("SPARQL"), draft),
            "dcat:endpointURL": [NamedNode(base_iri + "sparql")],
            "dcat:endpointDescription": [NamedNode(base_iri + "sparql.ttl")],
            "dcterms:conformsTo": [NamedNode("https://www.w3.org/TR/sparql11-protocol/")],
            "dcterms:format": [_QUERIES[view]],
        },
    )
    look_up = NamedNode(base_iri + "service/documents")
    _service(draft, catalogue, look_up, datasets)
    draft.describe(
        look_up,
        {
            "dcterms:title": in_languages(text("Look-up of documents"), draft),
            "dcterms:description": in_languages(
                text(
                    "Every thing in the datasets has an address; who asks for it gets a page, "
                    "Turtle, JSON-LD, RDF/XML or N-Triples about it."
                ),
                draft,
            ),
            "dcat:keyword": in_languages(text("linked data"), draft),
            "dcat:endpointURL": [NamedNode(base_iri)],
            "dcat:endpointDescription": [NamedNode(base_iri + "void.ttl")],
            "dcterms:conformsTo": [NamedNode("https://www.w3.org/TR/cooluris/")],
        },
    )
    if view is ApplicationProfile.EU:
        for service in (sparql, look_up):
            for name in ("dcat:endpointURL", "dcat:endpointDescription"):
                for address in draft.nodes(service, name):
                    draft.add(address, "rdf:type", node("rdfs:Resource"))


def _what_is_asked(
    draft: CatalogueGraph, catalogue: NamedNode, datasets: Sequence[NamedNode]
) -> Text:
    """Return what queries are put to: no more than the site holds."""
    if not datasets:
        return text("SPARQL 1.1 queries over the descriptions in the catalogue.")
    if set(draft.nodes(catalogue, "dcat:dataset")) <= set(datasets):
        return text("SPARQL 1.1 queries over all datasets of the catalogue.")
    return text(
        "SPARQL 1.1 queries over the datasets that this site holds, and over the descriptions of"
        " those that lie elsewhere."
    )


def _service(
    draft: CatalogueGraph,
    catalogue: NamedNode,
    service: NamedNode,
    datasets: Sequence[NamedNode],
) -> None:
    """Add what every service of the site has."""
    draft.add(catalogue, "dcat:service", service)
    draft.describe(
        service,
        {
            "rdf:type": [node("dcat:DataService")],
            "dcterms:publisher": draft.nodes(catalogue, "dcterms:publisher"),
            "dcat:contactPoint": draft.nodes(catalogue, "dcat:contactPoint"),
            "foaf:page": draft.objects(catalogue, "foaf:homepage"),
            "dcat:theme": [t for d in datasets for t in draft.objects(d, "dcat:theme")],
            "dcterms:accessRights": [_PUBLIC],
            "dcterms:license": strictest_licence(
                # Where the site holds no data, descriptions are all that it serves.
                licence
                for d in datasets or [catalogue]
                for licence in draft.nodes(d, "dcterms:license")
            ),
            "dcat:servesDataset": datasets,
        },
    )


# The tables of a dataset → ``dcat:Distribution``s of it.


def add_tables(
    draft: CatalogueGraph,
    dataset: NamedNode,
    tables: Iterable[TableFiles],
    base_iri: str,
    view: ApplicationProfile,
) -> None:
    """Add a distribution for each file of each table of a dataset."""
    for table in tables:
        called = {tag: pick_name(table.titles, tag) for tag in LANGUAGES}
        page = f"{base_iri}table/{table.slug}"
        for form in FORMATS:
            file = table.files.get(form.extension)
            if file is None:
                continue
            name = NamedNode(f"{dataset.value}/distribution/{table.slug}-{form.extension}")
            description = {
                tag: translate(
                    "A part of the dataset as a table in {format}: {name}.",
                    tag,
                    format=form.label,
                    name=called[tag],
                )
                for tag in LANGUAGES
            }
            titles = {
                tag: f"{text[:1].upper()}{text[1:]} ({form.label})" for tag, text in called.items()
            }
            download = f"{page}.{form.extension}"
            describe_file(draft, name, form, view, (page, download), titles, description)
            add_file(draft, dataset, name, file, base_iri, view)
