"""All forms of catalogues in JSON, in the order in which a document is tried; and reading one."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from publisher.edit.catalogue.ckan import CkanTexts, add_package, is_ckan, read_packages, site_of
from publisher.edit.catalogue.fetching import (
    MOST_PAGES,
    Fetched,
    endless,
    fetch_address,
    read_json_of,
)
from publisher.edit.catalogue.forms.datacite import DATACITE
from publisher.edit.catalogue.forms.dataverse import DATAVERSE
from publisher.edit.catalogue.forms.form import Follow, JsonForm
from publisher.edit.catalogue.forms.frictionless import FRICTIONLESS
from publisher.edit.catalogue.forms.json_fields import listed, shown
from publisher.edit.catalogue.forms.ogc_collections import OGC_COLLECTIONS
from publisher.edit.catalogue.forms.opendatasoft import OPENDATASOFT
from publisher.edit.catalogue.forms.schema_org import SCHEMA_ORG
from publisher.edit.catalogue.forms.socrata import SOCRATA
from publisher.edit.catalogue.forms.stac import STAC
from publisher.edit.catalogue.forms.writer import CatalogueWriter
from publisher.edit.catalogue.notes import NO_PROPERTY, NoteKind
from publisher.errors import SourceSyntax
from publisher.messages import text
from publisher.rdf.open_data_json import is_open_data_json, read_open_data_json
from publisher.system.http_client import Client, address_host, is_web, resolve_reference

_NOT_READ = text("it is in another document: import that by itself.")
_NO_FORM = text("it is of no form that is read here.")


def _add_packages(document: object, writer: CatalogueWriter) -> None:
    if isinstance(document, dict):
        texts = CkanTexts(writer.language, writer.base_iri, site_of(writer.address))
        add_package(writer.draft, document, texts, writer.notes)


def _add_open_data(document: object, writer: CatalogueWriter) -> None:
    found = read_open_data_json(document, writer.address)
    writer.draft.extend(found.quads)
    for thing, key, value in found.left_out:
        writer.notes.add(NoteKind.DROPPED, thing.value, key, value, "", NO_PROPERTY)


# A form that asks for less of a document comes after those that ask for more.
FORMS = (
    JsonForm("Project Open Data, OGC API Records", is_open_data_json, _add_open_data),
    OPENDATASOFT,
    SOCRATA,
    DATAVERSE,
    DATACITE,
    STAC,
    OGC_COLLECTIONS,
    FRICTIONLESS,
    SCHEMA_ORG,
    JsonForm("CKAN", is_ckan, _add_packages, pages=read_packages),
)


def form_of(document: object) -> JsonForm | None:
    """Return the form that a document is of; None for JSON that is no catalogue of a known one."""
    if not isinstance(document, dict | list):
        return None
    return next((form for form in FORMS if form.recognise(document)), None)


def is_catalogue(document: object) -> bool:
    """Tell whether JSON is of a known form, or a list of documents that are (JSON Lines)."""
    several = document if isinstance(document, list) else []
    return form_of(document) is not None or any(form_of(each) is not None for each in several)


def read_catalogue(
    first: Fetched, document: object, writer: CatalogueWriter, client: Client, follow: Follow
) -> None:
    """Write what a catalogue says, with all that follows it.

    Args:
        first: Where the document came from.
        document: Of a known form.
        writer: Writes it.
        client: Fetches what follows.
        follow: Is called with the address of each further document.

    Raises:
        SourceError: Something that follows cannot be fetched or read, or it never ends: of half a
            catalogue nothing is imported.
    """
    if form_of(document) is not None:
        _Reading(first, writer, client, follow).read(document)
        return
    for each in listed(document):
        if form_of(each) is not None:
            _Reading(first, writer, client, follow).read(each)
        else:
            writer.notes.add(NoteKind.DROPPED, first.where, "-", shown(each), "", _NO_FORM)


@dataclass
class _Reading:
    """Reads one catalogue, from its first document to all that follow."""

    first: Fetched
    writer: CatalogueWriter
    client: Client
    follow: Follow
    _waiting: list[str] = field(default_factory=list)
    _contents: set[int] = field(default_factory=set)

    def read(self, document: object) -> None:
        """Write what a document says, and what those say that it leads to."""
        fetched, seen = self.first, {self.first.address, self.first.where}
        while True:
            self._read_one(fetched, document, seen)
            if not self._waiting:
                return
            address = self._waiting.pop(0)
            if len(seen) > MOST_PAGES:
                raise endless(self.first, address)
            self.follow(address)
            fetched = fetch_address(address, self.client)
            document = read_json_of(fetched)

    def _read_one(self, fetched: Fetched, document: object, seen: set[str]) -> None:
        form = form_of(document)
        if form is None:
            raise SourceSyntax(
                "The catalogue leads to this document, which is of no form that is read here.",
                where=fetched.where,
                remedy="Import the parts of the catalogue one by one. Nothing was imported.",
            )
        writer = replace(self.writer, address=fetched.address)
        if form.pages is not None:
            for each in form.pages(fetched, document, self.client, self.follow):
                form.add(each, writer)
            return
        form.add(document, writer)
        following = form.following(document, fetched.address)
        if following.page:
            self._next_page(fetched, following.page, seen)
        for part in following.parts:
            self._part(fetched, part, seen)

    def _next_page(self, fetched: Fetched, reference: str, seen: set[str]) -> None:
        address = resolve_reference(fetched.address, reference)
        if not is_web(fetched.address):
            # A page that was saved: the others are not there.
            self._leave(reference)
        elif address_host(address) != address_host(self.first.address):
            raise endless(self.first, address, is_elsewhere=True)
        elif address in seen or hash(fetched.content) in self._contents:
            raise endless(self.first, address)
        else:
            self._contents.add(hash(fetched.content))
            seen.add(address)
            self._waiting.append(address)

    def _part(self, fetched: Fetched, reference: str, seen: set[str]) -> None:
        address = resolve_reference(fetched.address, reference)
        is_here = is_web(address) and address_host(address) == address_host(self.first.address)
        if not is_web(fetched.address) or not is_here:
            self._leave(reference)
        elif address not in seen:
            seen.add(address)
            self._waiting.append(address)

    def _leave(self, reference: str) -> None:
        where = self.first.where
        if reference.startswith("file:"):
            reference = reference.partition("?")[2] or reference.rpartition("/")[2]
        self.writer.notes.add(NoteKind.DROPPED, where, "links", reference, "", _NOT_READ)


def datasets_of_page(blocks: list[object]) -> list[object]:
    """Return the blocks of a page that describe datasets, and those that cannot be read.

    None where nothing describes one: menus and organisations are no part of a catalogue.
    """
    if not any(map(SCHEMA_ORG.recognise, blocks)):
        return []
    return [each for each in blocks if isinstance(each, str) or SCHEMA_ORG.recognise(each)]
