"""An existing catalogue, wherever it is and whatever it is in → files of the folder's catalogue."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from pyoxigraph import Literal, NamedNode, Quad

from publisher.edit.catalogue.ckan import search_address
from publisher.edit.catalogue.draft import (
    AGENTS,
    CATALOGUE,
    DATASET,
    DISTRIBUTION,
    SERIES,
    SERVICE,
    TYPE,
    CatalogueDraft,
)
from publisher.edit.catalogue.fetching import (
    Fetched,
    documents_of,
    fetch,
    fetch_address,
    linked_feeds,
    make_client,
    read_json_of,
    read_page_data,
    read_pages,
    refuse_map_metadata,
    syntax_of_fetched,
)
from publisher.edit.catalogue.forms.form_table import datasets_of_page, is_catalogue, read_catalogue
from publisher.edit.catalogue.forms.writer import CatalogueWriter
from publisher.edit.catalogue.merging import MergePolicy, MergeResult, merge
from publisher.edit.catalogue.naming import name_nodes
from publisher.edit.catalogue.notes import NO_PROPERTY, ImportNotes, NoteKind
from publisher.edit.catalogue.placement import Placement, place
from publisher.edit.catalogue.tidy import tidy
from publisher.edit.changes import write_all
from publisher.errors import SourceError, SourceMissing
from publisher.load.files import Role, list_folder
from publisher.load.parse import parse_file
from publisher.messages import LANGUAGES, printable, text
from publisher.profiles.file_types import IANA
from publisher.rdf.feed_addresses import USUAL_FEEDS
from publisher.rdf.namespaces import AUTHORITY, iri
from publisher.rdf.text import fold
from publisher.release.catalogue.graph import CatalogueGraph, add_authority_terms
from publisher.system.http_client import Client, is_web

Follow = Callable[[str], None]
# Lists whose terms the build describes by itself: descriptions of them are not copied.
_LISTS_OF_OTHERS = (
    AUTHORITY,
    IANA,
    "http://data.europa.eu/bna/",
    "http://purl.org/adms/",
)


@dataclass(frozen=True)
class CatalogueFolder:
    """What an import must know of the folder that it writes into.

    Attributes:
        folder: Where it is.
        base_iri: Base of its names.
        catalogue: IRI of its ``dcat:Catalog``.
        language: Of texts that do not say theirs.
        homes: IRI → file, of what its catalogue describes.
        described: What its catalogue says.
    """

    folder: Path
    base_iri: str
    catalogue: str
    language: str
    homes: Mapping[str, str] = field(repr=False)
    described: CatalogueDraft = field(repr=False)


@dataclass(frozen=True)
class CatalogueImport:
    """What was found, and what it makes of the folder; nothing is written yet."""

    folder: CatalogueFolder
    placement: Placement = field(repr=False)
    notes: ImportNotes
    result: MergeResult

    def write(self) -> list[str]:
        """Write all files or none; return the names of those written.

        Raises:
            ChangeRefused: A file was changed in the meantime.
            SourceError: A file cannot be written.
        """
        return write_all(self.folder.folder, self.result.changes)


def read_folder(folder: Path, base_iri: str, language: str) -> CatalogueFolder:
    """Return what an import must know of a folder.

    Raises:
        SourceError: It is no folder of sources, or has no catalogue.
    """
    homes: dict[str, str] = {}
    described = CatalogueDraft()
    for source in list_folder(folder).sources:
        if source.role is not Role.CATALOGUE:
            continue
        for triple in parse_file(source, base_iri).triples:
            if isinstance(triple.subject, NamedNode):
                homes.setdefault(triple.subject.value, source.name)
                if triple.predicate.value == TYPE:
                    homes[triple.subject.value] = source.name
                described.add(triple.subject, triple.predicate.value, triple.object)  # type: ignore[arg-type]
    catalogues = described.things(CATALOGUE)
    if not catalogues:
        raise SourceMissing(
            "The folder has no catalogue that datasets can be listed in.",
            where=str(folder / "data/catalogue.ttl"),
            remedy="Begin with 'publisher init FOLDER --catalogue', or describe a dcat:Catalog"
            " there.",
        )
    return CatalogueFolder(
        folder, base_iri, catalogues[0].value, language or LANGUAGES[0], homes, described
    )


def read_source(
    source: str, base_iri: str, language: str, notes: ImportNotes, follow: Follow
) -> CatalogueDraft:
    """Return what a feed, a portal or a file says, as it says it.

    Raises:
        SourceError: It cannot be fetched or read.
    """
    client = make_client()
    fetched, answer = _find_feed(fetch(source, client), client, follow)
    draft = CatalogueDraft()
    if answer is None:
        for document in documents_of(fetched):
            for quads in read_pages(document, client, follow):
                _add_quads(draft, quads)
    else:
        writer = CatalogueWriter(draft, notes, language, base_iri, fetched.address)
        read_catalogue(fetched, answer, writer, client, follow)
    if not draft.things(DATASET, SERIES, SERVICE) and not _listed_datasets(draft):
        raise _no_dataset(source, notes)
    return draft


def _no_dataset(source: str, notes: ImportNotes) -> SourceError:
    """Return the error that there is no dataset, with what was left out, if anything was."""
    left = [note for note in notes if note.kind is NoteKind.DROPPED and note.reason != NO_PROPERTY]
    return SourceMissing(
        "It describes no dataset. Left out is for example {name} ({field}: {old}): {reason}"
        if left
        else "It describes no dataset.",
        where=source,
        remedy="Datasets are of class dcat:Dataset, or what another form has in its place. Give"
        " the address of the catalogue as a whole; the documentation lists the forms"
        " (catalogue.md).",
        name=printable(left[0].dataset) if left else "",
        field=left[0].field if left else "",
        old=printable(left[0].old) if left else "",
        reason=left[0].reason if left else "",
    )


def _add_quads(draft: CatalogueDraft, quads: Iterable[Quad]) -> None:
    for thing, path, value in ((q.subject, q.predicate.value, q.object) for q in quads):
        draft.add(thing, path, value)  # type: ignore[arg-type]


def _listed_datasets(draft: CatalogueDraft) -> bool:
    return any(draft.values(each, iri("dcat:dataset")) for each in draft.things(CATALOGUE))


def _find_feed(fetched: Fetched, client: Client, follow: Follow) -> tuple[Fetched, object | None]:
    """Return the feed, also of a site that was named by a page, and what it says as JSON.

    The page of one dataset says itself what it is about; a front page leads to the whole.
    """
    refuse_map_metadata(fetched)
    answer = read_json_of(fetched)
    if is_catalogue(answer):
        return fetched, answer
    if answer is not None or syntax_of_fetched(fetched) is not None:
        return fetched, None  # which says what it is instead
    on_page = datasets_of_page(read_page_data(fetched)) or None
    if not is_web(fetched.address):
        return fetched, on_page
    is_front = urlsplit(fetched.address).path in ("", "/")
    linked = linked_feeds(fetched)
    found = _first_feed(linked, client, follow) if on_page and not is_front else None
    if found is None and on_page and not is_front:
        return fetched, on_page
    site = fetched.address.partition("?")[0]
    usual = (f"{site.rstrip('/')}/{path}" for path in USUAL_FEEDS)
    found = found or _first_feed((search_address(site), *linked, *usual), client, follow)
    return found or (fetched, on_page)


def _first_feed(
    addresses: Iterable[str], client: Client, follow: Follow
) -> tuple[Fetched, object | None] | None:
    """Return what is at the first address that has a feed, and what it says as JSON."""
    for address in addresses:
        try:
            found = fetch_address(address, client)
            answer = read_json_of(found)
        except SourceError:
            continue
        if is_catalogue(answer):
            follow(address)
            return found, answer
        if syntax_of_fetched(found) is not None:
            follow(address)
            return found, None
    return None


def import_draft(
    draft: CatalogueDraft,
    source: str,
    into: CatalogueFolder,
    notes: ImportNotes,
    policy: MergePolicy,
) -> CatalogueImport:
    """Return what descriptions make of a folder; nothing is written yet.

    Args:
        draft: The descriptions, which are changed.
        source: What they are called in the record of imports.
        into: The folder.
        notes: What is changed or left out is added to it.
        policy: What a person allows.

    Raises:
        SourceError: A file of the folder cannot be read.
    """
    labels = {thing.value: draft.title(thing) for thing in draft.things()}
    tidy(draft, notes)
    _drop_known_terms(draft, notes)
    named = name_nodes(draft, into.base_iri, known_agents(into))
    placement = place(draft, into.catalogue, into.homes)
    titles = {label: title for label, title in labels.items() if title}
    titles |= placement.titles
    titles |= {label: placement.titles.get(name, name) for label, name in named.items()}
    notes.name(titles)
    result = merge(into.folder, into.base_iri, source, placement.files, notes, policy)
    notes.name(titles)
    return CatalogueImport(into, placement, notes, result)


def _drop_known_terms(draft: CatalogueDraft, notes: ImportNotes) -> None:
    """Leave out descriptions of terms that the build writes by itself."""
    known = CatalogueGraph()
    for thing in draft.things():
        known.add(NamedNode("urn:import"), "dcterms:relation", thing)
    add_authority_terms(known)
    for thing in draft.things():
        if not isinstance(thing, NamedNode) or draft.is_a(
            thing, DATASET, SERIES, SERVICE, DISTRIBUTION
        ):
            continue
        if known.objects(thing, "rdf:type") or thing.value.startswith(_LISTS_OF_OTHERS):
            reason = text("the build describes this term by itself.")
            name = draft.title(thing)
            notes.add(NoteKind.DROPPED, thing.value, "rdfs:label", name, "", reason)
            draft.drop(thing)


def known_agents(into: CatalogueFolder) -> dict[str, str]:
    """Return name, folded → IRI of the organisations that a folder describes."""
    return {
        fold(name.value): agent.value
        for agent in into.described.things(*AGENTS)
        for name in into.described.values(agent, iri("foaf:name"))
    }


def default_parties(into: CatalogueFolder) -> tuple[NamedNode | None, NamedNode | None]:
    """Return publisher and contact point of the folder's catalogue, for rows that name none."""
    catalogue = NamedNode(into.catalogue)
    found = []
    for path in ("dcterms:publisher", "dcat:contactPoint"):
        values = into.described.values(catalogue, iri(path))
        found.append(next((v for v in values if isinstance(v, NamedNode)), None))
    return found[0], found[1]


def catalogue_of(draft: CatalogueDraft) -> tuple[dict[str, str], str, str]:
    """Return title by language, publisher and mail address of a feed's own catalogue.

    What is not known is empty.
    """
    titles: dict[str, str] = {}
    publisher = mail = ""
    for thing in draft.things(CATALOGUE):
        for value in draft.values(thing, iri("dcterms:title")):
            if isinstance(value, Literal) and value.language:
                titles.setdefault(value.language, value.value)
        for value in draft.values(thing, iri("dcterms:publisher")):
            if not isinstance(value, Literal):
                publisher = publisher or draft.title(value)
    of_all = {
        draft.title(value)
        for thing in draft.things(DATASET)
        for value in draft.values(thing, iri("dcterms:publisher"))
        if not isinstance(value, Literal)
    }
    if not publisher and len(of_all) == 1:
        (publisher,) = of_all
    for thing in draft.things():
        for value in draft.values(thing, iri("vcard:hasEmail")):
            mail = mail or value.value.removeprefix("mailto:")
    return titles, publisher, mail
