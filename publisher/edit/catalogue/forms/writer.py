"""What every form needs to say of datasets and files in DCAT; what cannot be said is noted."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import isfinite
from typing import Any
from urllib.parse import quote, urlsplit

from pyoxigraph import BlankNode, Literal, NamedNode

from publisher.edit.catalogue.draft import (
    CATALOGUE,
    DATASET,
    DISTRIBUTION,
    SERVICE,
    TYPE,
    CatalogueDraft,
    Thing,
)
from publisher.edit.catalogue.forms.html_text import has_markup, words_of_html
from publisher.edit.catalogue.forms.json_fields import JsonFields, shown
from publisher.edit.catalogue.notes import NO_PROPERTY, ImportNotes, NoteKind
from publisher.edit.catalogue.service_kinds import describe_endpoint
from publisher.edit.catalogue.tidy import as_address, as_date, extent_of_geojson, is_mail, telephone
from publisher.languages import is_language_tag
from publisher.messages import Text, text
from publisher.profiles.term_names import find_format, find_term, label_of
from publisher.rdf.namespaces import iri
from publisher.release.catalogue.service import Extent
from publisher.system.http_client import is_web, resolve_reference

_NAMED_BY_ADDRESS = text("the address of the licence says which one it is.")
_SECOND = text("another provider is named as publisher; there is room for one.")
_NO_FILE = text("a licence belongs to a file, and the dataset has none.")
_NOT_A_LICENCE = text("it names no licence of a list; it is kept as a statement of rights.")
_BOX_OF_SHAPE = text("the box around the shape is kept.")
_NO_BOX = text("it is no box of degrees that a map can show.")
_NO_ADDRESS = text("it is no address that others can follow.")
NOT_PUBLIC = text("it is not public where it comes from.")
_NO_DATASET = text("it is no dataset.")
_NO_SIZE = text("it is no number of bytes.")
_NO_DATE = text("it is no date.")
_BESIDE = text(
    "it lies beside what was imported. Put it into data/files/ and name it there, or import the"
    " whole by its address."
)
_NO_FORMAT = text("it is no media type, and no file type of the EU's list.")
_NO_THEME = text("it is no theme of the EU's list; it is kept as a keyword.")
_IS_HTML = text("it was written in HTML; its words are kept.")
_SPDX = re.compile(r"https?://(?:www\.)?spdx\.org/licenses/([A-Za-z0-9.+-]+?)(?:\.html|\.json)?/?")
_SIZE = re.compile(r"([0-9]+(?:[.,][0-9]+)?)\s*([kmgt]?)(i?)(?:b|bytes?|o)?", re.IGNORECASE)
_POWERS = {"": 0, "k": 1, "m": 2, "g": 3, "t": 4}
_ALGORITHMS = {
    "md5": "checksumAlgorithm_md5",
    "sha1": "checksumAlgorithm_sha1",
    "sha224": "checksumAlgorithm_sha224",
    "sha256": "checksumAlgorithm_sha256",
    "sha384": "checksumAlgorithm_sha384",
    "sha512": "checksumAlgorithm_sha512",
}
_DOI = re.compile(r"(?:https?://(?:dx\.)?doi\.org/|doi:)?(10\.[0-9]{4,9}/\S+)", re.IGNORECASE)


def address_of_doi(written: str) -> str:
    """Return the address of a DOI in whatever way it is written; empty for anything else.

    >>> address_of_doi("doi:10.5072/AB"), address_of_doi("AB")
    ('https://doi.org/10.5072/AB', '')
    """
    found = _DOI.fullmatch(written.strip())
    return as_address(f"https://doi.org/{found[1]}") if found else ""


@dataclass
class DatasetNodes:
    """A dataset while it is written.

    Attributes:
        thing: Its node.
        fields: What is read of it; the rest is noted at the end.
        language: Of its texts.
        files: The nodes of its files.
        licences: Field and value of those of the dataset as a whole.
    """

    thing: Thing
    fields: JsonFields
    language: str
    files: list[Thing] = field(default_factory=list)
    licences: list[tuple[str, str]] = field(default_factory=list)


@dataclass
class CatalogueWriter:
    """Writes descriptions into a draft.

    Attributes:
        draft: Gets the statements.
        notes: What has no place is noted there.
        language: Of texts that do not say theirs.
        base_iri: Below which is named what has an identifier and no address.
        address: Of the document that is read.
    """

    draft: CatalogueDraft
    notes: ImportNotes
    language: str
    base_iri: str
    address: str
    _seen: dict[str, str] = field(default_factory=dict)

    @property
    def site(self) -> str:
        """Return scheme and host of the document's address; empty for a file."""
        parts = urlsplit(self.address)
        return f"{parts.scheme}://{parts.netloc}" if is_web(self.address) else ""

    def resolve(self, reference: str) -> str:
        """Return an address, relative to the document, as one from https:// on; else empty."""
        if re.match(r"(?!https?:)[A-Za-z][A-Za-z0-9+.-]*:(?!\d)", reference.strip()):
            return ""
        if not is_web(reference) and not is_web(self.address):
            return as_address(reference)
        return as_address(resolve_reference(self.address, reference.strip()))

    # Things.

    def catalogue(self, fields: JsonFields, title: str) -> None:
        """Say that the document is a catalogue of others; its remaining fields are noted."""
        catalogue = NamedNode(f"{self.address.partition('#')[0]}#catalog")
        self.draft.add(catalogue, TYPE, NamedNode(CATALOGUE))
        if title:
            self.draft.add(catalogue, iri("dcterms:title"), self.literal(title, self.language))
        self.leave_rest(catalogue, fields)

    def dataset(
        self,
        fields: JsonFields,
        addresses: Iterable[str] = (),
        identifier: str = "",
        language: str = "",
    ) -> DatasetNodes:
        """Begin a dataset.

        Args:
            fields: What is read of it.
            addresses: Of it, the best first.
            identifier: Names it where it has no address.
            language: Of its texts, where it says so.
        """
        found = next((a for a in map(as_address, addresses) if a), "")
        if not found and identifier:
            found = f"{self.base_iri}dataset/{quote(identifier, safe='')}"
        content = json.dumps(fields.whole, sort_keys=True)
        is_other = found and self._seen.setdefault(found, content) != content
        thing: Thing = NamedNode(found) if found and not is_other else BlankNode()
        self.draft.add(thing, TYPE, NamedNode(DATASET))
        if identifier:
            self.draft.add(thing, iri("dcterms:identifier"), Literal(identifier))
        is_tag = is_language_tag(language)
        return DatasetNodes(thing, fields, language if is_tag else self.language)

    def finish(self, dataset: DatasetNodes) -> None:
        """Give files the licences of their dataset, and note what was not read."""
        for key, written in dataset.licences:
            if not dataset.files:
                self.leave(dataset.thing, key, written, _NO_FILE)
        for file in dataset.files:
            if not self.draft.values(file, iri("dcterms:license")):
                for key, written in dataset.licences:
                    self.licence(file, written, key, dataset.language)
        self.leave_rest(dataset.thing, dataset.fields)

    def file(
        self, dataset: DatasetNodes, access: str, *, download: str = "", name: str = ""
    ) -> Thing:
        """Return a new file of a dataset, with its addresses."""
        called = as_address(name)
        thing: Thing = NamedNode(called) if called else BlankNode()
        self.draft.add(dataset.thing, iri("dcat:distribution"), thing)
        self.draft.add(thing, TYPE, NamedNode(DISTRIBUTION))
        for path, written in (("dcat:accessURL", access), ("dcat:downloadURL", download)):
            if found := self.resolve(written) if written else "":
                self.draft.add(thing, iri(path), NamedNode(found))
            elif written:
                is_beside = ":" not in written.partition("/")[0]
                self.leave(thing, "url", written, _BESIDE if is_beside else _NO_ADDRESS)
        dataset.files.append(thing)
        return thing

    def service(self, dataset: DatasetNodes, file: Thing, kind: str, endpoint: str) -> None:
        """Say that a file comes from a service; datasets with the same address share one."""
        address = as_address(endpoint)
        if not address:
            return
        known = self.draft.with_value(iri("dcat:endpointURL"), NamedNode(address))
        service: Thing = known[0] if known else BlankNode()
        label = label_of(kind, "en")
        if known:
            host = address.partition("://")[2]
            self.draft.put(service, iri("dcterms:title"), Literal(f"{label}, {host}"))
        else:
            self.draft.add(service, TYPE, NamedNode(SERVICE))
            describe_endpoint(self.draft, service, kind, address)
            for title in self.draft.values(dataset.thing, iri("dcterms:title")):
                called = self.literal(f"{title.value} ({label})", dataset.language)
                self.draft.add(service, iri("dcterms:title"), called)
            for path in map(iri, ("dcterms:publisher", "dcat:contactPoint")):
                self.draft.add(service, path, *self.draft.values(dataset.thing, path))
        self.draft.add(service, iri("dcat:servesDataset"), dataset.thing)
        self.draft.add(file, iri("dcat:accessService"), service)

    # Values.

    def literal(self, written: str, language: str) -> Literal:
        """Return a text in a language; without one where none is known."""
        for tag in (language, self.language) if language else ():
            try:
                return Literal(written, language=tag)
            except ValueError:
                continue  # it looks like a tag and is none (BCP 47)
        return Literal(written)

    def text(self, thing: Thing, path: str, written: str, language: str) -> None:
        """Say a text; of one in HTML its words."""
        plain = words_of_html(written) if has_markup(written) else written.strip()
        if plain:
            self.draft.add(thing, iri(path), self.literal(plain, language))
        if plain != written.strip() and re.search(r"<[a-zA-Z/]", written):
            self.notes.add(NoteKind.CHANGED, thing.value, path, written, plain, _IS_HTML)

    def words(self, thing: Thing, path: str, texts: Iterable[str], language: str) -> None:
        """Say texts, each as it is."""
        for written in texts:
            self.draft.add(thing, iri(path), self.literal(written, language))

    def themes(self, dataset: DatasetNodes, texts: Iterable[str]) -> None:
        """Say what data are about: by themes of the EU's list or of others, else by keywords."""
        for written in texts:
            if as_address(written) or find_term("theme", written):
                self.terms(dataset.thing, "dcat:theme", [written])
                continue
            word = self.literal(written, dataset.language)
            self.draft.add(dataset.thing, iri("dcat:keyword"), word)
            about = dataset.thing.value
            self.notes.add(
                NoteKind.CHANGED, about, "dcat:theme", written, "dcat:keyword", _NO_THEME
            )

    def formats(self, file: Thing, texts: Iterable[str], key: str) -> None:
        """Say the format of a file: its media type, or a file type of the EU's list."""
        for written in texts:
            known = find_format(written)
            is_type = "/" in written and "://" not in written and known.media_type
            path = iri("dcat:mediaType" if is_type else "dcterms:format")
            if self.draft.values(file, path):
                if Literal(written) not in self.draft.values(file, path):
                    self.leave(file, key, written)
            elif known.file_type or is_type:
                self.draft.add(file, path, Literal(written))
            else:
                self.leave(file, key, written, _NO_FORMAT)

    def terms(self, thing: Thing, path: str, texts: Iterable[str]) -> None:
        """Say terms of a list, which are looked up later."""
        for written in texts:
            address = as_address(written)
            self.draft.add(thing, iri(path), NamedNode(address) if address else Literal(written))

    def address_value(self, thing: Thing, path: str, written: str, key: str) -> bool:
        """Say an address; one that nobody can follow is noted. Tell whether it was said."""
        if not written:
            return False
        found = self.resolve(written)
        if found:
            self.draft.add(thing, iri(path), NamedNode(found))
        else:
            self.leave(thing, key, written, _NO_ADDRESS)
        return bool(found)

    def date(self, thing: Thing, path: str, written: str, key: str) -> None:
        """Say a date, once; what is none is noted."""
        if not written:
            return
        found = as_date(written)
        if found is None:
            self.leave(thing, key, written, _NO_DATE)
        elif not self.draft.values(thing, iri(path)):
            self.draft.add(thing, iri(path), found)
        elif found not in self.draft.values(thing, iri(path)):
            self.leave(thing, key, written)

    def chosen_licence(self, dataset: Thing, key: str, *ways: str) -> list[tuple[str, str]]:
        """Return key and value of a licence that is written in several ways, the best first.

        A way that names the same one is said already; any other is noted.
        """
        given = [each for each in dict.fromkeys(ways) if each]
        chosen = next(iter([*filter(is_web, given), *given]), "")
        term = find_term("licence", chosen)
        for other in given:
            if other != chosen and not (term and find_term("licence", other) == term):
                self.leave(dataset, key, other, _NAMED_BY_ADDRESS)
        return [(key, chosen)] if chosen else []

    def licence(self, file: Thing, written: str, key: str, language: str) -> None:
        """Say the licence of a file: one of a list, one with an address, else a statement."""
        is_spdx = _SPDX.fullmatch(written)
        found = find_term("licence", is_spdx[1] if is_spdx else written)
        if found or as_address(written):
            # What is known is looked up again later, where it is noted how it was written.
            named = found if is_spdx and found else as_address(written)
            term = NamedNode(named) if named else Literal(written)
            self.draft.add(file, iri("dcterms:license"), term)
            return
        self.rights(file, written, language)
        self.notes.add(NoteKind.CHANGED, file.value, key, written, "dcterms:rights", _NOT_A_LICENCE)

    def rights(self, thing: Thing, written: str, language: str) -> None:
        """Say under what conditions something may be used, in words."""
        plain = words_of_html(written) if has_markup(written) else written.strip()
        path = iri("dcterms:rights")
        for value in self.draft.values(thing, path):
            # There is room for one statement: a further one stands below it.
            if not isinstance(value, Literal):
                labels = self.draft.values(value, iri("rdfs:label"))
                said = "\n".join(dict.fromkeys([*(each.value for each in labels), plain]))
                self.draft.put(value, iri("rdfs:label"), self.literal(said, language))
                return
        statement = BlankNode()
        self.draft.add(thing, path, statement)
        self.draft.add(statement, TYPE, NamedNode(iri("dcterms:RightsStatement")))
        self.draft.add(statement, iri("rdfs:label"), self.literal(plain, language))

    def metres(self, thing: Thing, number: str) -> None:
        """Say how fine data are, in metres."""
        value = Literal(number, datatype=NamedNode(iri("xsd:decimal")))
        self.draft.add(thing, iri("dcat:spatialResolutionInMeters"), value)

    def size(self, file: Thing, written: str, key: str) -> None:
        """Say how many bytes a file has; a unit is understood where it is written."""
        found = _SIZE.fullmatch(written) if written else None
        if found is None:
            if written:
                self.leave(file, key, written, _NO_SIZE)
            return
        step = 1024 if found[3] else 1000
        count = float(found[1].replace(",", ".")) * step ** _POWERS[found[2].lower()]
        whole = NamedNode(iri("xsd:nonNegativeInteger"))
        self.draft.put(file, iri("dcat:byteSize"), Literal(str(int(count)), datatype=whole))

    def checksum(self, file: Thing, algorithm: str, digest: str, key: str) -> None:
        """Say the checksum of a file; there is room for one."""
        known = _ALGORITHMS.get(re.sub(r"[^a-z0-9]", "", algorithm.lower()))
        is_digest = re.fullmatch(r"[0-9a-fA-F]{32,128}", digest)
        if not digest:
            return
        if not known or not is_digest or self.draft.values(file, iri("spdx:checksum")):
            self.leave(file, key, f"{algorithm}:{digest}" if algorithm else digest)
            return
        node = BlankNode()
        self.draft.add(file, iri("spdx:checksum"), node)
        self.draft.add(node, TYPE, NamedNode(iri("spdx:Checksum")))
        self.draft.add(node, iri("spdx:algorithm"), NamedNode(iri(f"spdx:{known}")))
        value = Literal(digest.lower(), datatype=NamedNode(iri("xsd:hexBinary")))
        self.draft.add(node, iri("spdx:checksumValue"), value)

    def agent(
        self,
        owner: Thing,
        path: str,
        name: str,
        language: str,
        *,
        address: str = "",
        home: str = "",
        is_person: bool = False,
    ) -> None:
        """Say who somebody is, by name and maybe address."""
        if not name:
            if home or address:
                self.leave(owner, path, home or address)
            return
        if path == "dcterms:publisher" and self.draft.values(owner, iri(path)):
            self.leave(owner, "publisher", name, _SECOND)
            return
        called = as_address(address)
        agent: Thing = NamedNode(called) if called else BlankNode()
        self.draft.add(owner, iri(path), agent)
        kind = "foaf:Person" if is_person else "foaf:Agent"
        self.draft.add(agent, TYPE, NamedNode(iri(kind)))
        self.draft.add(agent, iri("foaf:name"), self.literal(name, "" if is_person else language))
        self.address_value(agent, "foaf:homepage", home, "url")

    def contact(
        self, owner: Thing, name: str, mail: str, *, phone: str = "", page: str = ""
    ) -> None:
        """Say whom to ask, by name, mail address, telephone or page."""
        if not (name or mail or phone or page):
            return
        contact = BlankNode()
        self.draft.add(owner, iri("dcat:contactPoint"), contact)
        self.draft.add(contact, TYPE, NamedNode(iri("vcard:Organization")))
        plain = mail.removeprefix("mailto:").strip()
        self.draft.add(contact, iri("vcard:fn"), Literal(name or plain or phone or page))
        if plain and is_mail(plain):
            self.draft.add(contact, iri("vcard:hasEmail"), NamedNode(f"mailto:{plain}"))
        elif plain:
            self.leave(owner, "email", plain, _NO_ADDRESS)
        self.address_value(contact, "vcard:hasURL", page, "url")
        if phone and not telephone(self.draft, contact, phone):
            self.leave(owner, "telephone", phone)

    # Extents.

    def period(self, dataset: Thing, start: str, end: str, key: str) -> None:
        """Say from when to when data are; two full stops mean that it is open."""
        bounds = (("dcat:startDate", start), ("dcat:endDate", end))
        known = [(path, written, as_date(written)) for path, written in bounds]
        for _, written, found in known:
            if written not in ("", "..") and found is None:
                self.leave(dataset, key, written, _NO_DATE)
        if not any(found for _, _, found in known):
            return
        period = BlankNode()
        self.draft.add(dataset, iri("dcterms:temporal"), period)
        self.draft.add(period, TYPE, NamedNode(iri("dcterms:PeriodOfTime")))
        for path, _, found in known:
            if found is not None:
                self.draft.add(period, iri(path), found)

    def interval(self, dataset: Thing, written: str, key: str) -> None:
        """Say an interval or a moment (ISO 8601, with a slash)."""
        start, slash, end = written.partition("/")
        if end.startswith("P"):
            self.leave(dataset, key, written)
        else:
            self.period(dataset, start.strip(), end.strip() if slash else start.strip(), key)

    def box(self, dataset: Thing, numbers: Sequence[Any], key: str, label: str = "") -> None:
        """Say a box by west, south, east and north, or with two heights between (RFC 7946, 5)."""
        flat = [*numbers[:2], *numbers[3:5]] if len(numbers) == 6 else list(numbers)
        try:
            west, south, east, north = map(float, flat)
        except (TypeError, ValueError):
            self.leave(dataset, key, shown(list(numbers)), _NO_BOX)
            return
        is_there = all(map(isfinite, (west, south, east, north)))
        if not is_there or not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
            self.leave(dataset, key, shown(list(numbers)), _NO_BOX)
            return
        self._extent(dataset, Extent(west, south, east, north), label)

    def geometry(self, dataset: Thing, geometry: object, key: str, label: str = "") -> None:
        """Say the box around a GeoJSON geometry."""
        inner = geometry.get("geometry") if isinstance(geometry, dict) else None
        extent = extent_of_geojson(inner or geometry)
        if extent is None:
            self.leave(dataset, key, shown(geometry), _NO_BOX)
        else:
            self._extent(dataset, extent, label)
            self.note_shape(dataset, geometry, key)

    def note_shape(self, dataset: Thing, shape: object, key: str) -> None:
        """Note that of a shape only the box around it is kept."""
        about = dataset.value
        self.notes.add(NoteKind.CHANGED, about, key, shown(shape), "dcat:bbox", _BOX_OF_SHAPE)

    def _extent(self, dataset: Thing, extent: Extent, label: str) -> None:
        place = BlankNode()
        self.draft.add(dataset, iri("dcterms:spatial"), place)
        self.draft.add(place, TYPE, NamedNode(iri("dcterms:Location")))
        self.draft.add(place, iri("dcat:bbox"), extent.box)
        self.draft.add(place, iri("dcat:centroid"), extent.centroid)
        if label:
            self.draft.add(place, iri("rdfs:label"), self.literal(label, self.language))

    def place(self, dataset: Thing, name: str, language: str) -> None:
        """Say where data are, by the name of a place or its address."""
        address = as_address(name)
        known = address or find_term("place", name)
        if known:
            self.draft.add(dataset, iri("dcterms:spatial"), NamedNode(known))
            return
        place = BlankNode()
        self.draft.add(dataset, iri("dcterms:spatial"), place)
        self.draft.add(place, TYPE, NamedNode(iri("dcterms:Location")))
        self.draft.add(place, iri("skos:prefLabel"), self.literal(name, language))

    # What has no place.

    def leave(self, thing: Thing, key: str, value: str, reason: Text = NO_PROPERTY) -> None:
        """Note that a value is left out."""
        self.notes.add(NoteKind.DROPPED, thing.value, key, value, "", reason)

    def leave_rest(self, thing: Thing, fields: JsonFields) -> None:
        """Note every field that was not read."""
        for key, value in fields.rest():
            self.leave(thing, key, value)

    def leave_out(self, name: str, key: str, value: str, reason: Text = _NO_DATASET) -> None:
        """Note that something is left out as a whole, which is mostly no dataset."""
        self.notes.add(NoteKind.DROPPED, name, key, value, "", reason)
