"""Data packages of Frictionless Data (versions 1 and 2) → DCAT.

https://specs.frictionlessdata.io/data-package/ and https://datapackage.org/standard/data-package/:
a package is a dataset, and its resources, which may lie beside it, are the files.
"""

from __future__ import annotations

import json

from publisher.edit.catalogue.draft import Thing
from publisher.edit.catalogue.forms.form import JsonForm
from publisher.edit.catalogue.forms.json_fields import JsonFields, listed
from publisher.edit.catalogue.forms.writer import CatalogueWriter, DatasetNodes
from publisher.messages import text
from publisher.system.http_client import is_web

_IN_PACKAGE = text("the data are written in the package itself, and a file has an address.")
_ROLES = {
    "publisher": "dcterms:publisher",
    "author": "dcterms:creator",
    "creator": "dcterms:creator",
}
_ASKED = frozenset(("maintainer", "contact"))
_OF_CKAN = frozenset(("owner_org", "metadata_created", "num_resources", "license_id", "state"))


def is_frictionless(document: object) -> bool:
    """Tell whether JSON is a data package, and no package of CKAN, which has resources too.

    >>> is_frictionless({"name": "a", "resources": [{"name": "b", "path": "b.csv"}]})
    True
    """
    if not isinstance(document, dict) or "@context" in document or _OF_CKAN & {*document}:
        return False
    resources = document.get("resources")
    if not isinstance(resources, list) or not all(isinstance(each, dict) for each in resources):
        return False
    stated = f"{document.get('$schema', '')} {document.get('profile', '')}"
    return (
        "data-package" in stated
        or "datapackage" in stated
        or "datapackage_version" in document
        or (
            bool(resources)
            and all({"path", "data"} & {*each} and "package_id" not in each for each in resources)
        )
    )


def _add(document: object, writer: CatalogueWriter) -> None:
    fields = JsonFields(document)
    home = fields.text("homepage")
    identifier = fields.text("id")
    names = [identifier] if is_web(identifier) else []
    dataset = writer.dataset(fields, names, identifier or fields.text("name"))
    thing, language = dataset.thing, dataset.language
    writer.text(thing, "dcterms:title", fields.text("title") or fields.text("name"), language)
    fields.own("name", "profile", "$schema", "datapackage_version")
    writer.text(thing, "dcterms:description", fields.text("description"), language)
    writer.words(thing, "dcat:keyword", fields.texts("keywords"), language)
    writer.address_value(thing, "dcat:landingPage", home, "homepage")
    writer.date(thing, "dcterms:created", fields.text("created"), "created")
    writer.date(thing, "dcterms:modified", fields.text("last_updated", "last_modified"), "modified")
    if version := fields.text("version"):
        writer.words(thing, "dcat:version", [version], "")
    _contributors(dataset, writer)
    _sources(thing, fields, writer)
    dataset.licences += _licences(thing, fields, writer)
    if period := fields.text("temporal"):
        writer.interval(thing, period, "temporal")
    for resource in fields.each("resources"):
        _resource(dataset, resource, writer)
    writer.finish(dataset)


def _licences(thing: Thing, fields: JsonFields, writer: CatalogueWriter) -> list[tuple[str, str]]:
    """Return the licences of a package or a resource, each by its address or else its name."""
    found = []
    for licence in [*fields.each("licenses"), *fields.each("license")]:
        keys = (("path", "url"), ("name", "id", "type"), ("title",))
        ways = (licence.text(*each) for each in keys)
        found += writer.chosen_licence(thing, "licenses", *ways)
    return [*found, *(("license", each) for each in fields.texts("license"))]


def _contributors(dataset: DatasetNodes, writer: CatalogueWriter) -> None:
    """Say who made, published and maintains a package, by the roles of the specification."""
    for key in ("contributors", "maintainers", "author", "publisher"):
        for each in dataset.fields.each(key):
            roles = set(each.texts("role", "roles")) or {key.removesuffix("s")}
            parts = filter(None, (each.text("givenName"), each.text("familyName")))
            name = each.text("title", "name") or " ".join(parts) or each.text("organization")
            home, mail = each.text("path", "web"), each.text("email")
            for role in sorted(roles):
                if path := _ROLES.get(role):
                    writer.agent(dataset.thing, path, name, dataset.language, home=home)
                elif role not in _ASKED:
                    writer.leave(dataset.thing, f"{key}.role", f"{name}: {role}")
            if mail or roles & _ASKED:
                page = home if roles & _ASKED and is_web(home) else ""
                writer.contact(dataset.thing, name, mail, page=page)


def _sources(thing: Thing, fields: JsonFields, writer: CatalogueWriter) -> None:
    """Say what data come from: things with an address; in words there is no property."""
    for source in fields.each("sources"):
        address = source.text("path", "web")
        title = source.text("title", "name")
        if is_web(address):
            writer.address_value(thing, "dcterms:source", address, "sources.path")
        if title:
            writer.leave(thing, "sources.title", title)
        if address and not is_web(address):
            writer.leave(thing, "sources.path", address)


def _resource(dataset: DatasetNodes, fields: JsonFields, writer: CatalogueWriter) -> None:
    """Say what a resource is; one of several parts is as many files."""
    paths = fields.texts("path", "url")
    licences = _licences(dataset.thing, fields, writer)
    for path in paths or [""]:
        file = writer.file(dataset, writer.resolve(path) if path else "", download=path)
        title = fields.text("title") or fields.text("name")
        writer.text(file, "dcterms:title", title, dataset.language)
        description = fields.text("description")
        writer.text(file, "dcterms:description", description, dataset.language)
        formats = [*fields.texts("format"), *fields.texts("mediatype", "mimetype")]
        writer.formats(file, formats, "resources.format")
        if len(paths) < 2:
            writer.size(file, fields.text("bytes", "size"), "resources.bytes")
            algorithm, colon, digest = fields.text("hash").rpartition(":")
            # Without a name it is MD5 (Data Resource, "hash").
            writer.checksum(file, algorithm if colon else "md5", digest, "resources.hash")
        for key, licence in licences:
            writer.licence(file, licence, f"resources.{key}", dataset.language)
    fields.own("name", "profile", "$schema", "encoding", "type")
    _sources(dataset.thing, fields, writer)
    if "data" in fields:
        value = json.dumps(fields.value("data"), ensure_ascii=False)
        writer.leave(dataset.files[-1], "resources.data", value, _IN_PACKAGE)
    if "encoding" in fields and fields.look("encoding") not in ("utf-8", "utf8", "UTF-8"):
        writer.leave(dataset.files[-1], "resources.encoding", str(listed(fields.look("encoding"))))


FRICTIONLESS = JsonForm("Frictionless Data Package", is_frictionless, _add)
