"""Answers of CKAN's action API (API version 3) → descriptions in DCAT.

The names of fields are those of CKAN itself and of ckanext-dcat, which portals use to hold DCAT:
https://docs.ckan.org/en/latest/api/ and the mapping in ckanext-dcat's documentation. What a
package says beside them is noted.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from pyoxigraph import BlankNode, Literal, NamedNode

from publisher.edit.catalogue.draft import (
    DATASET,
    DISTRIBUTION,
    SERVICE,
    TYPE,
    CatalogueDraft,
    Thing,
)
from publisher.edit.catalogue.fetching import MOST_PAGES, Fetched, fetch_address, read_json_of
from publisher.edit.catalogue.notes import NO_PROPERTY, ImportNotes, NoteKind
from publisher.edit.catalogue.service_kinds import (
    FORMATS,
    OGC_KINDS,
    describe_endpoint,
    kind_of_format,
    kind_of_request,
    without_request,
)
from publisher.edit.catalogue.tidy import as_address, as_date, extent_of_geojson, is_mail
from publisher.errors import SourceError, SourceSyntax
from publisher.languages import is_language_tag
from publisher.messages import printable, text
from publisher.profiles.file_types import FILE_TYPES
from publisher.profiles.term_names import find_format, label_of
from publisher.rdf.namespaces import iri
from publisher.system.http_client import Client, is_web, parse_digits

_ROWS = 100
_MOST_PACKAGES = 100_000
_API = "/api/3/action/"
# What CKAN keeps for itself, of packages and of resources; portals of others have no use for it.
_OWN = frozenset(
    (
        *("id", "name", "state", "type", "private", "isopen", "num_tags", "num_resources"),
        *("creator_user_id", "owner_org", "revision_id", "relationships_as_subject"),
        *("relationships_as_object", "metadata_created", "metadata_modified", "organization"),
        *("extras", "resources", "tags", "groups", "license_title", "license_url", "license_id"),
        *("tracking_summary", "package_id", "position", "datastore_active", "cache_url"),
        *("cache_last_updated", "url_type", "resource_type", "mimetype_inner", "on_same_domain"),
        *("datastore_contains_all_records_of_source_file", "webstore_url", "guid", "uri"),
        *("webstore_last_updated", "revision_timestamp", "has_views", "schema", "ckan_url"),
        *("harvest_object_id", "harvest_source_id", "harvest_source_title", "licence", "hash"),
        *("maintainer", "maintainer_email", "author", "author_email", "metadata_language"),
        *("contact_name", "contact_email", "contact_uri", "publisher_name", "publisher_uri"),
        *("publisher_email", "publisher_url", "publisher_type", "publisher", "contact"),
        *("temporal_start", "temporal_end", "temporal_coverage", "spatial_coverage", "spatial"),
        *("spatial_uri", "spatial_text", "spatial_bbox", "spatial_centroid", "notes", "title"),
        *("title_translated", "notes_translated", "tags_translated", "keywords", "tag_string"),
        *("hash_algorithm", "theme", "metadata_harvested", "archiver", "qa", "license"),
    )
)
# Field of a package → property, for texts, terms, addresses and dates; each may hold a list.
_PACKAGE: Mapping[str, str] = {
    "language": "dcterms:language",
    "frequency": "dcterms:accrualPeriodicity",
    "access_rights": "dcterms:accessRights",
    "issued": "dcterms:issued",
    "dcat_issued": "dcterms:issued",
    "modified": "dcterms:modified",
    "dcat_modified": "dcterms:modified",
    "url": "dcat:landingPage",
    "landing_page": "dcat:landingPage",
    "documentation": "foaf:page",
    "conforms_to": "dcterms:conformsTo",
    "identifier": "dcterms:identifier",
    "version": "dcat:version",
    "dcat_version": "dcat:version",
    "version_notes": "adms:versionNotes",
    "is_version_of": "dcterms:isVersionOf",
    "has_version": "dcterms:hasVersion",
    "source": "dcterms:source",
    "related_resource": "dcterms:relation",
    "is_referenced_by": "dcterms:isReferencedBy",
    "hvd_category": "dcatap:hvdCategory",
    "applicable_legislation": "dcatap:applicableLegislation",
    "in_series": "dcat:inSeries",
    "spatial_resolution_in_meters": "dcat:spatialResolutionInMeters",
    "temporal_resolution": "dcat:temporalResolution",
}
_RESOURCE: Mapping[str, str] = {
    "format": "dcterms:format",
    "mimetype": "dcat:mediaType",
    "size": "dcat:byteSize",
    "license": "dcterms:license",
    "rights": "dcterms:rights",
    "status": "adms:status",
    "availability": "dcatap:availability",
    "documentation": "foaf:page",
    "language": "dcterms:language",
    "conforms_to": "dcterms:conformsTo",
    "issued": "dcterms:issued",
    "created": "dcterms:issued",
    "modified": "dcterms:modified",
    "last_modified": "dcterms:modified",
    "applicable_legislation": "dcatap:applicableLegislation",
    "compress_format": "dcat:compressFormat",
    "package_format": "dcat:packageFormat",
}
_CONTACT_NAMES = ("contact_name", "maintainer", "author")
_CONTACT_MAILS = ("contact_email", "maintainer_email", "author_email")
_TEXTS = frozenset(("adms:versionNotes",))
_DATES = frozenset(("dcterms:issued", "dcterms:modified", "dcat:startDate", "dcat:endDate"))
_ONE = frozenset(("dcterms:issued", "dcterms:modified", "dcat:version"))


# What packages say that the portal itself does not show to everybody.
_HIDDEN = (("state", ("deleted", "draft")), ("private", (True, "True", "true")))
_NOT_PUBLIC = text("the portal does not show this package to everybody.")
_OTHER_TAKEN = text("another name or address of the package says who it is; there is room for one.")
_SERVED = text("a service gives the dataset.")
_NO_ALGORITHM = text("it does not say by which algorithm the checksum was computed.")


@dataclass(frozen=True)
class CkanTexts:
    """How a catalogue without language tags is read.

    Attributes:
        language: Of its texts.
        base_iri: Below which packages are named when the site is not known.
        site: Address of the portal; empty when it is not known.
    """

    language: str
    base_iri: str
    site: str


def is_ckan(answer: object) -> bool:
    """Tell whether JSON is an answer of CKAN, or a list of its packages."""
    if isinstance(answer, list):
        return bool(answer) and all(_is_package(each) for each in answer)
    if not isinstance(answer, dict) or "@context" in answer:
        return False
    return "result" in answer or _is_package(answer) or isinstance(answer.get("results"), list)


def _is_package(found: object) -> bool:
    return isinstance(found, dict) and "@context" not in found and "resources" in found


def site_of(address: str) -> str:
    """Return the portal of an address of its API; empty when it is none.

    >>> site_of("https://e.org/ckan/api/3/action/package_search?rows=10")
    'https://e.org/ckan'
    """
    start, found, _ = address.partition("/api/")
    return start if found and is_web(address) else ""


def search_address(site: str) -> str:
    """Return the address at which a portal lists its packages."""
    return f"{site.rstrip('/')}{_API}package_search?rows={_ROWS}"


def read_packages(
    first: Fetched, answer: object, client: Client, follow: Callable[[str], None]
) -> Iterator[Mapping[str, Any]]:
    """Yield the packages of an answer, and of those that come after it.

    Args:
        first: Where the answer came from.
        answer: What it says.
        client: Fetches the others.
        follow: Is called with the address of each further answer.

    Raises:
        SourceError: An answer cannot be fetched, or says that something failed.
    """
    seen = 0
    address = first.address
    for _ in range(MOST_PAGES):
        found, count = _result(answer, first.where)
        if found and isinstance(found[0], str):
            yield from _each_package(first, found, client, follow)
            return
        yield from (each for each in found if isinstance(each, dict))
        seen += len(found)
        if not found or seen >= count or not is_web(address):
            return
        address = _with_start(first.address, seen)
        follow(address)
        answer = read_json_of(fetch_address(address, client))
    raise SourceError(
        "The portal has more than {most} pages of packages.",
        where=first.where,
        remedy="Import a part of it: add a filter such as fq=organization:NAME to the address.",
        most=MOST_PAGES,
    )


def _result(answer: object, where: str) -> tuple[list[Any], int]:
    """Return the packages, or their names, in an answer, and how many there are in all."""
    if isinstance(answer, list):
        return answer, len(answer)
    if not isinstance(answer, dict) or answer.get("success") is False:
        error = answer.get("error") if isinstance(answer, dict) else None
        message = error.get("message", "") if isinstance(error, dict) else ""
        raise SourceSyntax(
            "CKAN says that the request failed: {reason}.",
            where=where,
            remedy="Check the address; some portals ask for a key, or answer only package_search.",
            reason=printable(str(message)).rstrip(".") or "-",
        )
    result = answer.get("result", answer)
    if isinstance(result, list):
        return result, len(result)
    if isinstance(result, dict) and isinstance(result.get("results"), list):
        count = result.get("count")
        found = result["results"]
        return found, count if isinstance(count, int) else len(found)
    if _is_package(result):
        return [result], 1
    raise SourceSyntax(
        "The answer of CKAN holds no packages.",
        where=where,
        remedy="Give the address of package_search, package_list or package_show.",
    )


def _with_start(address: str, start: int) -> str:
    parts = urlsplit(address)
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    query["start"] = str((parse_digits(query.get("start", "")) or 0) + start)
    return urlunsplit(parts._replace(query=urlencode(query)))


def _each_package(
    first: Fetched, names: Iterable[Any], client: Client, follow: Callable[[str], None]
) -> Iterator[Mapping[str, Any]]:
    """Yield packages of which only the names are listed."""
    site = site_of(first.address)
    if not site:
        raise SourceError(
            "The file only holds the names of packages.",
            where=first.where,
            remedy="Save the answer of package_search, or give the address of the portal.",
        )
    for number, name in enumerate(names):
        if number >= _MOST_PACKAGES:
            return
        address = f"{site}{_API}package_show?id={quote(str(name), safe='')}"
        follow(address)
        found, _ = _result(read_json_of(fetch_address(address, client)), address)
        yield from (each for each in found if isinstance(each, dict))


# One package → its descriptions.


def add_package(
    draft: CatalogueDraft, package: Mapping[str, Any], texts: CkanTexts, notes: ImportNotes
) -> None:
    """Add a package to a draft: dataset, files, publisher and contact."""
    fields = {**_extras(package), **{k: v for k, v in package.items() if v not in (None, "", [])}}
    hidden = next((key for key, value in _HIDDEN if fields.get(key) in value), "")
    if hidden:
        name = str(fields.get("title") or fields.get("name") or fields.get("id") or "")
        notes.add(NoteKind.DROPPED, name, hidden, str(fields[hidden]), "", _NOT_PUBLIC)
        return
    writer = _PackageWriter(draft, fields, texts, notes)
    writer.add_dataset()
    for number, resource in enumerate(_listed(package.get("resources")), start=1):
        if isinstance(resource, dict):
            writer.add_resource(resource, number)


def _extras(package: Mapping[str, Any]) -> dict[str, Any]:
    found = {}
    for extra in _listed(package.get("extras")):
        if isinstance(extra, dict) and extra.get("value") not in (None, "", []):
            found[str(extra.get("key", ""))] = extra["value"]
    return found


def _listed(value: object) -> list[Any]:
    """Return a value as a list: CKAN holds lists as such, as JSON in a text, or as one value.

    >>> _listed('["a", "b"]'), _listed("a"), _listed(None)
    (['a', 'b'], ['a'], [])
    """
    if value is None or value == "":
        return []
    if isinstance(value, str) and value.startswith("["):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return [value]
    return list(value) if isinstance(value, list) else [value]


def _is_unread(key: str, value: object) -> bool:
    """Tell whether a field that is read holds something else than what is read of it."""
    if key in ("temporal_coverage", "spatial_coverage", "contact"):
        return any(not isinstance(each, dict) for each in _listed(value))
    return key.startswith("relationships_as_") and bool(value)


class _PackageWriter:
    """Writes one package into a draft."""

    def __init__(
        self,
        draft: CatalogueDraft,
        fields: Mapping[str, Any],
        texts: CkanTexts,
        notes: ImportNotes,
    ) -> None:
        self._draft, self._fields, self._texts, self._notes = draft, fields, texts, notes
        self._dataset = NamedNode(self._name())

    def _name(self) -> str:
        for key in ("uri", "guid"):
            if is_web(str(self._fields.get(key, ""))):
                return as_address(str(self._fields[key]))
        called = str(self._fields.get("id") or self._fields.get("name") or "")
        if self._texts.site:
            return f"{self._texts.site}/dataset/{quote(called, safe='')}"
        called = str(self._fields.get("name") or called)
        return f"{self._texts.base_iri}dataset/{quote(called, safe='')}"

    def add_dataset(self) -> None:
        draft, dataset, fields = self._draft, self._dataset, self._fields
        draft.add(dataset, TYPE, NamedNode(DATASET))
        self._text(dataset, "dcterms:title", "title", fields)
        self._text(dataset, "dcterms:description", "notes", fields)
        if not draft.values(dataset, iri("dcterms:title")) and fields.get("name"):
            self._add(dataset, "dcterms:title", str(fields["name"]), is_text=True)
        self._keywords()
        self._themes()
        for key, path in _PACKAGE.items():
            self._property(dataset, key, path, fields)
        for key, path in (("metadata_created", "issued"), ("metadata_modified", "modified")):
            if path not in fields and fields.get(key):
                self._add(dataset, f"dcterms:{path}", str(fields[key]))
        self._publisher()
        self._contact()
        self._period()
        self._places()
        self._unknown(dataset, fields, _PACKAGE)

    def add_resource(self, resource: Mapping[str, Any], number: int) -> None:
        draft = self._draft
        called = str(resource.get("id") or number)
        name = f"{self._dataset.value}/resource/{quote(called, safe='')}"
        if is_web(str(resource.get("uri", ""))):
            name = as_address(str(resource["uri"]))
        file = NamedNode(name)
        draft.add(self._dataset, iri("dcat:distribution"), file)
        draft.add(file, TYPE, NamedNode(DISTRIBUTION))
        self._text(file, "dcterms:title", "name", resource)
        self._text(file, "dcterms:description", "description", resource)
        access = resource.get("access_url") or resource.get("url")
        if access:
            self._add(file, "dcat:accessURL", str(access))
        download = resource.get("download_url")
        if download or (access and resource.get("url_type") == "upload"):
            self._add(file, "dcat:downloadURL", str(download or access))
        for key, path in _RESOURCE.items():
            self._property(file, key, path, resource)
        if not draft.values(file, iri("dcterms:license")):
            self._licence(file)
        self._checksum(file, resource)
        self._service(file, resource, as_address(str(access or "")))
        known = {*_RESOURCE, "access_url", "url", "download_url", "description"}
        self._unknown(file, resource, known)

    def _service(self, file: NamedNode, resource: Mapping[str, Any], address: str) -> None:
        """Describe the service that a resource is: CKAN has files alone, and says it by a format.

        Datasets that the same service gives share it.
        """
        written = str(resource.get("format") or "")
        kind = kind_of_format(written) if written else kind_of_request(address)
        if not kind or not is_web(address):
            return
        draft = self._draft
        endpoint = NamedNode(without_request(address) if kind in OGC_KINDS else address)
        label = label_of(kind, "en")
        known = draft.with_value(iri("dcat:endpointURL"), endpoint)
        service: Thing = known[0] if known else BlankNode()
        if known:
            called = f"{label}, {endpoint.value.partition('://')[2]}"
            draft.put(service, iri("dcterms:title"), Literal(called, language=self._texts.language))
        else:
            draft.add(service, TYPE, NamedNode(SERVICE))
            describe_endpoint(draft, service, kind, address)
            for title in draft.values(self._dataset, iri("dcterms:title")):
                if isinstance(title, Literal):
                    called = f"{title.value} ({label})"
                    title = Literal(called, language=title.language)
                    draft.add(service, iri("dcterms:title"), title)
            for path in ("dcterms:publisher", "dcat:contactPoint"):
                draft.add(service, iri(path), *draft.values(self._dataset, iri(path)))
            for path in ("dcterms:license", "dcatap:applicableLegislation"):
                draft.add(service, iri(path), *draft.values(file, iri(path)))
        draft.add(service, iri("dcat:servesDataset"), self._dataset)
        draft.add(file, iri("dcat:accessService"), service)
        if written and not find_format(written).file_type:
            draft.drop(file, iri("dcterms:format"))  # it says that it is a service, and no more
        if kind == "ogcapi-features" or (not written and kind in OGC_KINDS):
            draft.put(file, iri("dcterms:format"), NamedNode(FILE_TYPES + FORMATS[kind]))
        self._notes.add(
            NoteKind.CHANGED, file.value, "format", written, "dcat:accessService", _SERVED
        )

    def _add(self, thing: Thing, path: str, value: str, *, is_text: bool = False) -> None:
        """Add a value: a text in the language of the portal, an address, or a plain text."""
        value = value.strip()
        if not value:
            return
        term: Literal | NamedNode
        if is_text or path in _TEXTS:
            term = Literal(value, language=self._texts.language)
        elif path in _DATES:
            # JSON has no dates and CKAN no types, so this changes nothing that it says.
            term = as_date(value) or Literal(value)
        elif path == "dcat:byteSize" and value.isdecimal():
            term = Literal(value, datatype=NamedNode(iri("xsd:nonNegativeInteger")))
        else:
            # An address that is followed by words is no address.
            address = as_address(value) if not re.search(r"\s", value) else ""
            term = NamedNode(address) if address else Literal(value)
        self._draft.add(thing, iri(path), term)

    def _text(self, thing: Thing, path: str, key: str, fields: Mapping[str, Any]) -> None:
        """Add a text in each language it has (ckanext-fluent), else in that of the portal."""
        translated = fields.get(f"{key}_translated") or fields.get(key)
        if isinstance(translated, dict):
            for tag, value in translated.items():
                if is_language_tag(str(tag)) and isinstance(value, str) and value.strip():
                    self._draft.add(thing, iri(path), Literal(value.strip(), language=str(tag)))
            if self._draft.values(thing, iri(path)):
                return
        if isinstance(fields.get(key), str):
            self._add(thing, path, fields[key], is_text=True)

    def _property(self, thing: Thing, key: str, path: str, fields: Mapping[str, Any]) -> None:
        if path in _ONE and self._draft.values(thing, iri(path)):
            return
        for value in _listed(fields.get(key)):
            if isinstance(value, str | int | float) and not isinstance(value, bool):
                self._add(thing, path, str(value))

    def _keywords(self) -> None:
        translated = self._fields.get("tags_translated") or self._fields.get("keywords")
        if isinstance(translated, dict):
            for tag, values in translated.items():
                for value in _listed(values) if is_language_tag(str(tag)) else ():
                    word = Literal(str(value), language=str(tag))
                    self._draft.add(self._dataset, iri("dcat:keyword"), word)
            return
        for tag in _listed(self._fields.get("tags")):
            name = tag.get("display_name") or tag.get("name") if isinstance(tag, dict) else tag
            self._add(self._dataset, "dcat:keyword", str(name or ""), is_text=True)

    def _themes(self) -> None:
        for value in _listed(self._fields.get("theme")):
            for part in str(value).split(",") if "://" not in str(value) else (value,):
                self._add(self._dataset, "dcat:theme", str(part))
        for group in _listed(self._fields.get("groups")):
            name = group.get("title") or group.get("name") if isinstance(group, dict) else group
            self._add(self._dataset, "dcat:theme", str(name or ""))

    def _licence(self, file: NamedNode) -> None:
        """Add the licence of the package to a file: CKAN has it there, DCAT-AP here."""
        for key in ("license_url", "license_id", "license_title"):
            value = str(self._fields.get(key) or "")
            if value and value not in ("notspecified", "other-closed"):
                self._add(file, "dcterms:license", value)
                return

    def _checksum(self, file: NamedNode, resource: Mapping[str, Any]) -> None:
        digest, algorithm = str(resource.get("hash") or ""), resource.get("hash_algorithm")
        if digest and not algorithm:
            self._notes.add(NoteKind.DROPPED, file.value, "hash", digest, "", _NO_ALGORITHM)
        if not digest or not algorithm:
            return
        node = BlankNode()
        self._draft.add(file, iri("spdx:checksum"), node)
        self._draft.add(node, TYPE, NamedNode(iri("spdx:Checksum")))
        self._add(node, "spdx:algorithm", str(algorithm))
        value = Literal(digest, datatype=NamedNode(iri("xsd:hexBinary")))
        self._draft.add(node, iri("spdx:checksumValue"), value)

    def _publisher(self) -> None:
        listed = [p for p in _listed(self._fields.get("publisher")) if isinstance(p, dict)]
        stated = listed[0] if listed else {}
        for other in listed[1:]:
            shown = str(other.get("name") or other.get("uri") or "")
            about = self._dataset.value
            self._notes.add(NoteKind.DROPPED, about, "publisher", shown, "", _OTHER_TAKEN)
        organisation = self._fields.get("organization")
        organisation = organisation if isinstance(organisation, dict) else {}
        name = stated.get("name") or self._fields.get("publisher_name") or organisation.get("title")
        if not name:
            return
        address = str(stated.get("uri") or self._fields.get("publisher_uri") or "")
        agent: Thing = BlankNode()
        if is_web(address):
            agent = NamedNode(as_address(address))
        elif organisation.get("id") and self._texts.site and not stated:
            agent = NamedNode(f"{self._texts.site}/organization/{quote(str(organisation['id']))}")
        self._draft.add(self._dataset, iri("dcterms:publisher"), agent)
        self._draft.add(agent, TYPE, NamedNode(iri("foaf:Agent")))
        self._add(agent, "foaf:name", str(name), is_text=True)
        kind = stated.get("type") or self._fields.get("publisher_type")
        self._add(agent, "dcterms:type", str(kind or ""))
        home = stated.get("url") or self._fields.get("publisher_url")
        self._add(agent, "foaf:homepage", str(home or ""))
        mail = str(stated.get("email") or self._fields.get("publisher_email") or "")
        if is_mail(mail):
            self._draft.add(agent, iri("foaf:mbox"), NamedNode(f"mailto:{mail.strip()}"))

    def _contact(self) -> None:
        stated = [p for p in _listed(self._fields.get("contact")) if isinstance(p, dict)]
        if stated:
            for each in stated:
                self._contact_point(each.get("name"), each.get("email"), each.get("uri"))
            names, mails = ["", *_CONTACT_NAMES], ["", *_CONTACT_MAILS]
        else:
            names = [key for key in _CONTACT_NAMES if self._fields.get(key)] or [""]
            mails = [key for key in _CONTACT_MAILS if self._fields.get(key)] or [""]
            get = self._fields.get
            self._contact_point(get(names[0]), get(mails[0]), get("contact_uri"))
        taken = {str(self._fields.get(key)) for key in (names[0], mails[0])}
        for key in (*names[1:], *mails[1:]):
            value = str(self._fields.get(key) or "")
            if value and value not in taken:
                self._notes.add(NoteKind.DROPPED, self._dataset.value, key, value, "", _OTHER_TAKEN)

    def _contact_point(self, name: object, mail: object, address: object) -> None:
        if not (name or mail):
            return
        is_named = is_web(str(address or ""))
        contact: Thing = NamedNode(as_address(str(address))) if is_named else BlankNode()
        self._draft.add(self._dataset, iri("dcat:contactPoint"), contact)
        self._draft.add(contact, TYPE, NamedNode(iri("vcard:Organization")))
        self._add(contact, "vcard:fn", str(name or mail), is_text=True)
        if mail:
            written = str(mail).strip()
            term = NamedNode(f"mailto:{written}") if is_mail(written) else Literal(written)
            self._draft.add(contact, iri("vcard:hasEmail"), term)

    def _period(self) -> None:
        stated = [p for p in _listed(self._fields.get("temporal_coverage")) if isinstance(p, dict)]
        get = self._fields.get
        stated = stated or [{"start": get("temporal_start"), "end": get("temporal_end")}]
        for period in stated:
            if not (period.get("start") or period.get("end")):
                continue
            node = BlankNode()
            self._draft.add(self._dataset, iri("dcterms:temporal"), node)
            self._draft.add(node, TYPE, NamedNode(iri("dcterms:PeriodOfTime")))
            self._add(node, "dcat:startDate", str(period.get("start") or ""))
            self._add(node, "dcat:endDate", str(period.get("end") or ""))

    def _places(self) -> None:
        get = self._fields.get
        stated = [p for p in _listed(get("spatial_coverage")) if isinstance(p, dict)]
        stated = stated or [
            {
                "uri": get("spatial_uri"),
                "text": get("spatial_text"),
                "geom": get("spatial"),
                "bbox": get("spatial_bbox"),
                "centroid": get("spatial_centroid"),
            }
        ]
        for extra in stated:
            if is_web(str(extra.get("uri") or "")):
                self._add(self._dataset, "dcterms:spatial", str(extra["uri"]))
                continue
            box = extent_of_geojson(extra.get("bbox") or extra.get("geom"))
            if box is None:
                words = extra.get("text") or extra.get("geom") or ""
                self._add(self._dataset, "dcterms:spatial", str(words))
                continue
            node = BlankNode()
            self._draft.add(self._dataset, iri("dcterms:spatial"), node)
            self._draft.add(node, TYPE, NamedNode(iri("dcterms:Location")))
            self._add(node, "rdfs:label", str(extra.get("text") or ""), is_text=True)
            self._draft.add(node, iri("dcat:bbox"), box.box)
            self._draft.add(node, iri("dcat:centroid"), box.centroid)

    def _unknown(self, thing: NamedNode, fields: Mapping[str, Any], known: Iterable[str]) -> None:
        """Note each field that says something and has no place."""
        for key, value in fields.items():
            is_read = key in known or (key in _OWN and not _is_unread(key, value))
            if not is_read and value not in (None, "", [], {}, False):
                shown = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
                self._notes.add(NoteKind.DROPPED, thing.value, key, shown, "", NO_PROPERTY)
