"""The catalogue of a portal of Opendatasoft (Explore API, version 2) → DCAT.

https://help.opendatasoft.com/apis/ods-explore-v2/ describes it: a dataset has metadata in templates
(``default``, ``dcat``, ``inspire`` …), and every dataset with records can be had in many formats.
"""

from __future__ import annotations

from urllib.parse import quote

from publisher.edit.catalogue.forms.form import Following, JsonForm, next_by_number
from publisher.edit.catalogue.forms.json_fields import JsonFields, listed
from publisher.edit.catalogue.forms.writer import NOT_PUBLIC, CatalogueWriter
from publisher.edit.catalogue.notes import NoteKind
from publisher.messages import text

# Of use to the portal alone: how it keeps, shows and counts what it has.
_OWN = (
    *("visibility", "dataset_uid", "has_records", "features", "data_visible", "default_security"),
    "links",
)
_OWN_METAS = (
    *("timezone", "metadata_languages", "modified_updates_on_metadata_change", "title_auto"),
    *("modified_updates_on_data_change", "data_processed", "metadata_processed", "oauth_scope"),
    *("geographic_reference_auto", "federated", "parent_domain", "update_frequency_auto"),
    *("shared_catalog", "theme_id", "license_id"),
)
_EXPORTS = (("csv", "CSV", "text/csv"), ("json", "JSON", "application/json"))
_OF_MAPS = ("geojson", "GEOJSON", "application/geo+json")
_EXPORTED = text("the portal gives every dataset with records in this format.")
_PAGE = ("limit", 100)


def _datasets(document: object) -> list[object]:
    """Return the datasets of an answer: version 2.1, version 2.0, or one by itself."""
    if not isinstance(document, dict):
        return []
    found = document.get("results", document.get("datasets"))
    several = found if isinstance(found, list) else [document]
    return [
        each["dataset"]
        if isinstance(each, dict) and isinstance(each.get("dataset"), dict)
        else each
        for each in several
    ]


def _is_dataset(found: object) -> bool:
    return (
        isinstance(found, dict) and "dataset_id" in found and isinstance(found.get("metas"), dict)
    )


def is_opendatasoft(document: object) -> bool:
    """Tell whether JSON is an answer of this interface.

    >>> is_opendatasoft({"total_count": 1, "results": [{"dataset_id": "a", "metas": {}}]})
    True
    """
    found = _datasets(document)
    return bool(found) and all(map(_is_dataset, found))


def _add(document: object, writer: CatalogueWriter) -> None:
    for found in _datasets(document):
        fields = JsonFields(found)
        if fields.look("visibility") == "restricted":
            name = fields.text("dataset_id")
            writer.leave_out(name, "visibility", "restricted", NOT_PUBLIC)
        else:
            _PortalDataset(fields, writer).add()


def _following(document: object, address: str) -> Following:
    total = document.get("total_count") if isinstance(document, dict) else None
    return Following(next_by_number(address, len(_datasets(document)), total, size=_PAGE))


class _PortalDataset:
    """Writes one dataset."""

    def __init__(self, fields: JsonFields, writer: CatalogueWriter) -> None:
        self._fields, self._writer = fields, writer
        metas = fields.within("metas")
        self._default, self._dcat = metas.within("default"), metas.within("dcat")
        called = fields.text("dataset_id")
        languages = self._default.texts("language")
        self._pages = f"{writer.site}/explore/dataset/{quote(called, safe='')}/"
        self._exports = (
            f"{writer.site}/api/explore/v2.1/catalog/datasets/{quote(called, safe='')}/exports/"
        )
        self._attached = f"{writer.site}/api/datasets/1.0/{quote(called, safe='')}/"
        address = self._pages if writer.site else ""
        language = languages[0] if len(languages) == 1 else ""
        self._dataset = writer.dataset(fields, [address], called, language)
        writer.terms(self._dataset.thing, "dcterms:language", languages)
        writer.address_value(self._dataset.thing, "dcat:landingPage", address, "dataset_id")

    def add(self) -> None:
        writer, dataset, default = self._writer, self._dataset, self._default
        thing, language = dataset.thing, dataset.language
        writer.text(thing, "dcterms:title", default.text("title"), language)
        writer.text(thing, "dcterms:description", default.text("description"), language)
        writer.words(thing, "dcat:keyword", default.texts("keyword"), language)
        writer.themes(dataset, default.texts("theme"))
        for reference in default.texts("references"):
            writer.address_value(thing, "foaf:page", reference, "references")
        writer.agent(thing, "dcterms:publisher", default.text("publisher"), language)
        self._licences()
        self._from_dcat()
        writer.date(thing, "dcterms:modified", default.text("modified"), "modified")
        self._places()
        self._files()
        default.own(*_OWN_METAS)
        self._fields.own(*_OWN)
        writer.finish(dataset)

    def _licences(self) -> None:
        ways = self._default.text("license_url"), self._default.text("license")
        self._dataset.licences += self._writer.chosen_licence(self._dataset.thing, "license", *ways)

    def _from_dcat(self) -> None:
        writer, dcat, dataset = self._writer, self._dcat, self._dataset
        thing, language = dataset.thing, dataset.language
        writer.date(thing, "dcterms:issued", dcat.text("issued"), "dcat.issued")
        writer.date(thing, "dcterms:created", dcat.text("created"), "dcat.created")
        writer.agent(thing, "dcterms:creator", dcat.text("creator"), language)
        writer.contact(thing, dcat.text("contact_name"), dcat.text("contact_email"))
        writer.terms(thing, "dcterms:accrualPeriodicity", dcat.texts("accrualperiodicity"))
        writer.terms(thing, "dcterms:accessRights", dcat.texts("accessRights"))
        for key, path in (("relation", "dcterms:relation"), ("documentation", "foaf:page")):
            for each in dcat.texts(key):
                writer.address_value(thing, path, each, f"dcat.{key}")
        for key in ("conforms_to", "conformsTo"):
            for each in dcat.texts(key):
                writer.address_value(thing, "dcterms:conformsTo", each, f"dcat.{key}")
        start = dcat.text("temporal_coverage_start", "temporal_coverage_start_date")
        end = dcat.text("temporal_coverage_end", "temporal_coverage_end_date")
        writer.period(thing, start, end, "dcat.temporal_coverage")
        if temporal := dcat.text("temporal"):
            writer.interval(thing, temporal, "dcat.temporal")
        for name in dcat.texts("spatial"):
            writer.place(thing, name, language)

    def _places(self) -> None:
        thing = self._dataset.thing
        names = self._default.texts("territory")
        for name in names:
            self._writer.place(thing, name, self._dataset.language)
        if "geographic_area" in self._default:
            area = self._default.value("geographic_area")
            self._writer.geometry(thing, area, "default.geographic_area")
        # What the places are called goes with codes of the portal's own list of places.
        if names:
            self._default.own("geographic_reference")

    def _files(self) -> None:
        writer, dataset, fields = self._writer, self._dataset, self._fields
        if writer.site and fields.look("has_records") is not False:
            is_map = "geo" in listed(fields.look("features"))
            for name, code, media_type in (*_EXPORTS, *((_OF_MAPS,) if is_map else ())):
                address = self._exports + name
                file = writer.file(dataset, self._pages, download=address)
                writer.formats(file, [code, media_type], "format")
                writer.notes.add(
                    NoteKind.ADDED, dataset.thing.value, "dcat:distribution", "", address, _EXPORTED
                )
        for key in ("attachments", "alternative_exports"):
            for attachment in fields.each(key):
                address = attachment.text("url")
                if address.startswith("odsfile:") or not address:
                    # The name of the file inside the portal: it is had by an address of the API.
                    called = quote(attachment.text("id"), safe="")
                    address = f"{self._attached}{key}/{called}/" if writer.site and called else ""
                page = self._pages if writer.site else ""
                file = writer.file(dataset, page, download=address)
                title = attachment.text("title", "filename")
                writer.text(file, "dcterms:title", title, dataset.language)
                writer.text(
                    file, "dcterms:description", attachment.text("description"), dataset.language
                )
                writer.formats(file, attachment.texts("mimetype"), f"{key}.mimetype")
                attachment.own("id", "filename")


OPENDATASOFT = JsonForm("Opendatasoft", is_opendatasoft, _add, _following)
