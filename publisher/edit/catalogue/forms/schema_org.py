"""Datasets of schema.org in JSON-LD, as web pages and Croissant have them → DCAT.

https://schema.org/Dataset; the terms of DCAT are those of the alignment in DCAT 3 (appendix B.1).
Croissant (https://docs.mlcommons.org/croissant/docs/croissant-spec.html) adds files in archives and
the structure of records.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from publisher.edit.catalogue.draft import Thing
from publisher.edit.catalogue.forms.form import JsonForm
from publisher.edit.catalogue.forms.json_fields import JsonFields, listed, shown, written_text
from publisher.edit.catalogue.forms.schema_names import nodes_of
from publisher.edit.catalogue.forms.writer import CatalogueWriter, DatasetNodes, address_of_doi
from publisher.languages import is_language_tag
from publisher.messages import text
from publisher.system.http_client import is_web

_DATASETS = frozenset(("Dataset", "DataSet", "DataFeed"))
_DCAT = "http://www.w3.org/ns/dcat#"
_PEOPLE = frozenset(("Person", "Patient"))
_OWN = ("@id", "@type", "@language", "http://purl.org/dc/terms/conformsTo")
_LINKS: Mapping[str, str] = {
    "citation": "dcterms:relation",
    "isBasedOn": "dcterms:source",
    "isBasedOnUrl": "dcterms:source",
    "sameAs": "dcterms:relation",
    "isRelatedTo": "dcterms:relation",
    "subjectOf": "dcterms:isReferencedBy",
    "usageInfo": "foaf:page",
    "discussionUrl": "foaf:page",
}
_DATES: Mapping[str, str] = {
    "datePublished": "dcterms:issued",
    "dateCreated": "dcterms:created",
    "dateModified": "dcterms:modified",
}
# What leads from a page, list or catalogue to the datasets that it is about.
_LEADING = ("mainEntity", "mainEntityOfPage", "dataset", "hasPart", "itemListElement", "item")
_IN_ARCHIVE = text("it lies in an archive that is a file of the dataset itself.")


def _kinds(node: Mapping[str, Any]) -> set[str]:
    return {str(each).rpartition("/")[2] for each in listed(node.get("@type"))}


def _is_of(node: Mapping[str, Any], wanted: Iterable[str]) -> bool:
    return bool({*wanted} & {str(each) for each in listed(node.get("@type"))})


def _all_nodes(value: object) -> Iterator[Mapping[str, Any]]:
    """Yield every object in a document, the outer ones first."""
    waiting = list(listed(value))
    while waiting:
        each = waiting.pop(0)
        if isinstance(each, dict):
            yield each
        inner = each.values() if isinstance(each, dict) else each if isinstance(each, list) else ()
        waiting += [part for part in inner if isinstance(part, dict | list)]


def is_schema_org(document: object) -> bool:
    """Tell whether JSON-LD describes a dataset in terms of schema.org, and none in those of DCAT.

    >>> is_schema_org({"@context": "https://schema.org/", "@type": "Dataset", "name": "Lakes"})
    True
    """
    several = listed(document)
    if not all(isinstance(each, dict) for each in several):
        return False
    if not any({"@type", "@graph"} & {*each} for each in several):
        return False
    nodes = nodes_of(document)
    kinds = {str(kind) for node in _all_nodes(nodes) for kind in listed(node.get("@type"))}
    is_dcat = any(kind.startswith(_DCAT) for kind in kinds)
    return not is_dcat and any(True for _ in _datasets(nodes, _Graph(nodes)))


def _add(document: object, writer: CatalogueWriter) -> None:
    nodes = nodes_of(document)
    graph = _Graph(nodes)
    for node in nodes:
        if _is_of(node, ("DataCatalog",)) and len(node) > 2:
            fields = JsonFields(graph.whole(node))
            fields.own("dataset", "@id", "@type", "@language", "name")
            writer.catalogue(fields, written_text(node.get("name")))
    for found in _datasets(nodes, graph):
        _SchemaDataset(graph, found, writer).add()


def _datasets(nodes: Iterable[Mapping[str, Any]], graph: _Graph) -> Iterator[Mapping[str, Any]]:
    """Yield the datasets that a document is about, and not those that they cite, each once."""
    waiting = [graph.whole(node) for node in nodes]
    seen: set[str] = set()
    while waiting:
        node = waiting.pop(0)
        content = json.dumps(node, sort_keys=True)
        if content in seen:
            continue
        seen.add(content)
        if _is_of(node, _DATASETS) and "name" in node:
            yield node
        for key in _LEADING:
            waiting += [
                graph.whole(each) for each in listed(node.get(key)) if isinstance(each, dict)
            ]


class _Graph:
    """The nodes of a document: what one says by its name alone is looked up."""

    def __init__(self, nodes: Iterable[Mapping[str, Any]]) -> None:
        self._by_name: dict[str, dict[str, Any]] = {}
        for node in _all_nodes(list(nodes)):
            name = node.get("@id")
            if isinstance(name, str) and len(node) > 1:
                self._by_name.setdefault(name, {}).update(node)

    def whole(self, node: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return a node with all that is said of it elsewhere."""
        name = node.get("@id")
        return self._by_name.get(name, dict(node)) if isinstance(name, str) else node

    def read(self, fields: JsonFields, key: str) -> list[Any]:
        """Return the values of a field, nodes as their own fields; they count as read."""
        if key not in fields:
            return []
        values = listed(fields.look(key))
        found: list[Any] = [*fields.each(key, self.whole)]
        texts = [written_text(value) for value in values if not isinstance(value, dict)]
        if texts and not found:
            return list(filter(None, fields.texts(key)))
        # Beside nodes, texts are read here: a field is read as a whole.
        fields.take_odd(key)
        return [*found, *filter(None, texts)]


class _SchemaDataset:
    """Writes one dataset."""

    def __init__(self, graph: _Graph, node: Mapping[str, Any], writer: CatalogueWriter) -> None:
        self._graph, self._writer = graph, writer
        self._fields = fields = JsonFields(node)
        name = fields.text("@id")
        identifiers = [each for each in map(self._identifier, graph.read(fields, "identifier"))]
        identifiers = list(filter(None, identifiers))
        addresses = [name if is_web(name) else "", *map(address_of_doi, identifiers)]
        addresses += [fields.text("url")] if is_web(fields.text("url")) else []
        languages = self._languages()
        language = languages[0] if len(languages) == 1 else fields.text("@language")
        language = language if is_language_tag(language) and len(language) < 6 else ""
        self._dataset: DatasetNodes = writer.dataset(fields, addresses, "", language)
        writer.words(self._dataset.thing, "dcterms:identifier", dict.fromkeys(identifiers), "")
        writer.terms(self._dataset.thing, "dcterms:language", languages)

    def _identifier(self, value: Any) -> str:
        if isinstance(value, str):
            return value
        value.own("@type", "@id")
        return str(value.text("value") or value.text("url") or value.text("@id"))

    def _languages(self) -> list[str]:
        found = []
        for value in self._graph.read(self._fields, "inLanguage"):
            if isinstance(value, str):
                found.append(value)
            else:
                value.own("@type", "name", "@id")
                found.append(value.text("alternateName") or written_text(value.look("name")))
        return [each for each in found if each]

    def add(self) -> None:
        writer, fields, thing = self._writer, self._fields, self._dataset.thing
        self._texts("name", "dcterms:title")
        self._texts("description", "dcterms:description")
        self._keywords()
        self._people()
        for key, path in _DATES.items():
            writer.date(thing, path, fields.text(key), key)
        writer.address_value(thing, "dcat:landingPage", fields.text("url"), "url")
        for version in fields.texts("version"):
            writer.words(thing, "dcat:version", [version], "")
        for key, path in _LINKS.items():
            self._links(key, path)
        self._conditions()
        for value in self._graph.read(fields, "spatialCoverage"):
            self._place(value)
        self._periods()
        for value in self._graph.read(fields, "distribution"):
            self._file(value)
        fields.own(*_OWN)
        writer.finish(self._dataset)

    def _texts(
        self, key: str, path: str, of: JsonFields | None = None, thing: Thing | None = None
    ) -> None:
        """Say a text in each language that it has."""
        about = thing if thing is not None else self._dataset.thing
        for value in self._graph.read(of if of is not None else self._fields, key):
            if isinstance(value, str):
                self._writer.text(about, path, value, self._dataset.language)
            else:
                written = written_text(value.value("@value"))
                self._writer.text(about, path, written, written_text(value.value("@language")))

    def _keywords(self) -> None:
        thing = self._dataset.thing
        for value in self._graph.read(self._fields, "keywords"):
            language = self._dataset.language
            if isinstance(value, str):
                words = [each.strip() for each in value.split(",")]
            elif value.look("@value"):
                words, language = [value.text("@value")], value.text("@language")
            else:
                words = [value.text("name", "termCode")]
                address = value.text("@id", "url")
                self._writer.terms(thing, "dcat:theme", [address] if is_web(address) else [])
                value.own("@type", "@id")
            self._writer.words(thing, "dcat:keyword", filter(None, words), language)
        for value in self._graph.read(self._fields, "about"):
            if isinstance(value, str):
                self._writer.themes(self._dataset, [value])
            elif address := value.text("@id", "url"):
                value.own("@type")
                self._writer.terms(thing, "dcat:theme", [address])

    def _people(self) -> None:
        """Say who publishes and who made the data; who provides them, where no one publishes."""
        fields = self._fields
        has_publisher = "publisher" in fields
        for key in ("publisher", "provider", "sourceOrganization", "creator", "author"):
            is_publisher = key == "publisher" or (key == "provider" and not has_publisher)
            if key in ("provider", "sourceOrganization") and not is_publisher:
                continue
            if key == "author" and fields.look("author") == fields.look("creator"):
                fields.own("author")
                continue
            for value in self._graph.read(fields, key):
                path = "dcterms:publisher" if is_publisher else "dcterms:creator"
                self._agent(value, path)
        for key in ("contactPoint", "maintainer"):
            for value in self._graph.read(fields, key):
                if isinstance(value, str):
                    self._writer.contact(self._dataset.thing, value, "")
                else:
                    self._contact(value)

    def _agent(self, value: Any, path: str) -> None:
        writer, dataset = self._writer, self._dataset
        if isinstance(value, str):
            is_address = is_web(value)
            writer.agent(dataset.thing, path, value, dataset.language, home=value * is_address)
            return
        parts = [value.text("givenName"), value.text("familyName")]
        names = [each for each in self._graph.read(value, "name") if isinstance(each, str)]
        name = (names or [value.text("legalName") or " ".join(filter(None, parts))])[0]
        address = value.text("@id")
        home = value.text("url")
        same = value.texts("sameAs")
        is_person = bool(_PEOPLE & _kinds(value.whole))
        called = next((each for each in (address, *same) if is_web(each)), "")
        for other in (*same, home):
            if other and other != called and (other != home or not is_web(home)):
                writer.leave(dataset.thing, "sameAs", other)
        writer.agent(
            dataset.thing,
            path,
            name or home or address,
            dataset.language,
            address=called,
            home=home if is_web(home) else "",
            is_person=is_person,
        )
        value.own("@type", "@id")
        for contact in self._graph.read(value, "contactPoint"):
            if not isinstance(contact, str):
                self._contact(contact, name)
        if mail := value.text("email"):
            writer.contact(dataset.thing, name, mail, phone=value.text("telephone"))

    def _contact(self, value: JsonFields, name: str = "") -> None:
        mail, phone = value.text("email"), value.text("telephone")
        page = value.text("url")
        called = value.text("name") or name or value.text("contactType")
        value.own("@type", "@id")
        self._writer.contact(self._dataset.thing, called, mail, phone=phone, page=page)

    def _links(self, key: str, path: str) -> None:
        for value in self._graph.read(self._fields, key):
            if isinstance(value, str):
                address, words = address_of_doi(value) or value, value
            else:
                found = value.text("url") or value.text("@id") or value.text("identifier")
                address = address_of_doi(found) or found
                words = "" if is_web(address) else value.text("name", "headline", "text")
                value.own("@type", "@id")
            if is_web(address):
                self._writer.address_value(self._dataset.thing, path, address, key)
            elif words:
                self._writer.leave(self._dataset.thing, key, words)

    def _conditions(self) -> None:
        for value in self._graph.read(self._fields, "license"):
            self._dataset.licences += self._licence(value)

    def _licence(self, value: Any) -> list[tuple[str, str]]:
        if isinstance(value, str):
            return [("license", value)]
        keys = ("url", "@id", "name", "identifier")
        value.own("@type", "@id")
        ways = [value.text(key) for key in keys]
        return self._writer.chosen_licence(self._dataset.thing, "license", *ways)

    def _periods(self) -> None:
        for value in self._graph.read(self._fields, "temporalCoverage"):
            if isinstance(value, str):
                self._writer.interval(self._dataset.thing, value, "temporalCoverage")
            else:
                start, end = value.text("startDate"), value.text("endDate")
                value.own("@type")
                self._writer.period(self._dataset.thing, start, end, "temporalCoverage")

    def _place(self, value: Any) -> None:
        writer, thing, language = self._writer, self._dataset.thing, self._dataset.language
        if isinstance(value, str):
            if not self._box(value, ""):
                writer.place(thing, value, language)
            return
        name = value.text("name") or value.text("address")
        shapes = [g for g in self._graph.read(value, "geo") if not isinstance(g, str)]
        shapes = shapes or ([value] if {"box", "latitude"} & {*value.whole} else [])
        is_said = False
        for shape in shapes:
            shape.own("@type", "@id")
            if box := shape.text("box"):
                is_said = self._box(box, name) or is_said
            elif "latitude" in shape and "longitude" in shape:
                x, y = shape.text("longitude"), shape.text("latitude")
                writer.box(thing, [x, y, x, y], "geo", name)
                is_said = True
        address = "" if is_said else value.text("@id") or value.text("sameAs")
        value.own("@type", "@id")
        if not is_said and (is_web(address) or name):
            writer.place(thing, address if is_web(address) else name, language)

    def _box(self, written: str, name: str) -> bool:
        """Say a box: south, west, north and east, with spaces or commas; tell whether it is one."""
        parts = written.replace(",", " ").split()
        try:
            south, west, north, east = map(float, parts)
        except ValueError:
            return False
        self._writer.box(self._dataset.thing, [west, south, east, north], "box", name)
        return True

    def _file(self, value: Any) -> None:
        writer, dataset = self._writer, self._dataset
        if isinstance(value, str):
            writer.file(dataset, value, download=value)
            return
        if "containedIn" in value or "FileSet" in _kinds(value.whole):
            writer.leave(dataset.thing, "distribution", shown(value.whole), _IN_ARCHIVE)
            value.own(*value.whole)
            return
        download, page = value.text("contentUrl"), value.text("url")
        file = writer.file(dataset, page or download, download=download)
        self._texts("name", "dcterms:title", value, file)
        self._texts("description", "dcterms:description", value, file)
        formats = value.texts("encodingFormat", "fileFormat")
        writer.formats(file, dict.fromkeys(formats), "encodingFormat")
        writer.size(file, value.text("contentSize"), "contentSize")
        for algorithm in ("sha256", "md5"):
            writer.checksum(file, algorithm, value.text(algorithm), algorithm)
        for key, path in (
            ("datePublished", "dcterms:issued"),
            ("dateModified", "dcterms:modified"),
        ):
            writer.date(file, path, value.text(key), key)
        for licence in self._graph.read(value, "license"):
            for key, written in self._licence(licence):
                writer.licence(file, written, key, dataset.language)
        value.own("@type", "@id")


SCHEMA_ORG = JsonForm("schema.org", is_schema_org, _add)
