"""Rows of a list → descriptions of datasets, series, services and their files in DCAT-AP."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pyoxigraph import Literal, NamedNode

from publisher.edit.catalogue.catalogue_import import (
    CatalogueFolder,
    default_parties,
    known_agents,
)
from publisher.edit.catalogue.draft import (
    DATASET,
    SERIES,
    SERVICE,
    TYPE,
    CatalogueDraft,
)
from publisher.edit.catalogue.list_files import FileWriter
from publisher.edit.catalogue.list_rows import YES, ListCell, ListRow, ReadSheets, read_tables
from publisher.edit.catalogue.list_values import (
    CellValues,
    RowContext,
    typed_literal,
)
from publisher.edit.catalogue.notes import ImportNotes
from publisher.edit.catalogue.tidy import is_mail
from publisher.edit.inventory import slug
from publisher.edit.sheets.reading import read_file
from publisher.edit.sheets.reports import ImportReport, in_order
from publisher.edit.values import shorten_input
from publisher.findings import Severity
from publisher.messages import LANGUAGES, in_language, text, translate
from publisher.profiles.dcat_ap_se import HIGH_VALUE
from publisher.profiles.term_names import similar_terms
from publisher.rdf.namespaces import iri
from publisher.rdf.text import fold
from publisher.release.catalogue.service import Extent
from publisher.system.http_client import is_web

_MOST_LINES = 1_000
_NAMES = {"violation": "error", "warning": "warning", "info": "note"}
_KINDS: Mapping[str, str] = {
    **dict.fromkeys(("", "dataset", "data set", "datamängd", "datamangd", "data", "fil"), DATASET),
    **dict.fromkeys(
        ("series", "serie", "dataserie", "dataset series", "datasetseries", "datamängdsserie"),
        SERIES,
    ),
    **dict.fromkeys(("service", "tjänst", "tjanst", "datatjänst", "data service", "api"), SERVICE),
    **dict.fromkeys(("karttjänst", "webbtjänst", "map service", "web service"), SERVICE),
}
_SLUG = re.compile(r"[A-Za-z0-9][A-Za-z0-9._~-]*")
_EPSG = re.compile(r"(?:EPSG|epsg)?[:\s/]*([0-9]{4,6})")
_CRS = "http://www.opengis.net/def/crs/EPSG/0/"
_NUMBER = re.compile(r"-?[0-9]{1,3}(?:[.,][0-9]+)?")


@dataclass
class DatasetList:
    """What a list says.

    Attributes:
        file: Its name.
        draft: The descriptions of the rows without errors.
        rows: How many rows it has.
        bad_rows: How many of them have errors.
        report: What is wrong with it.
    """

    file: str
    draft: CatalogueDraft = field(default_factory=CatalogueDraft, repr=False)
    rows: int = 0
    bad_rows: int = 0
    report: ImportReport = field(default_factory=ImportReport, repr=False)

    @property
    def has_bad_columns(self) -> bool:
        """Tell whether something is wrong with a heading, so that a column is left out."""
        return any(
            each.finding.severity is Severity.VIOLATION and each.position.row == 1
            for each in in_order(self.report)
        )

    def lines(self, language: str) -> Iterator[str]:
        """Yield what is wrong, a line a cell, errors first."""
        found = in_order(self.report)
        for each in found[:_MOST_LINES]:
            position = each.position
            where = ":".join(filter(None, (self.file, position.sheet, position.cell)))
            name = translate(_NAMES[each.finding.severity.value], language)
            yield f"{where}: {name}: {in_language(each.finding.message, language)}"
        if len(found) > _MOST_LINES:
            rest = len(found) - _MOST_LINES
            yield translate("… and {count} more.", language, count=rest)


def read_dataset_list(
    file: Path,
    file_list: Path | None,
    into: CatalogueFolder,
    notes: ImportNotes,
    read_sheets: ReadSheets = read_file,
) -> DatasetList:
    """Return what a list says; a row with an error is left out as a whole.

    Args:
        file: The list: a row a dataset.
        file_list: A second one: a row a file; None when there is none.
        into: The folder that it is imported into.
        notes: What is added to what a row says is noted there.
        read_sheets: Reads the sheets of either.

    Raises:
        SheetRefused: The list cannot be read.
    """
    found = DatasetList(file.name)
    tables = read_tables(file, file_list, found.report, read_sheets)
    names = _RowNames(tables.datasets, into)
    writers = []
    for row in tables.datasets:
        # A row that is left out is read too: all that is wrong with it is reported at once.
        writers.append((row, _RowWriter(row, names, into, notes)))
    by_name = {writer.name: writer for _, writer in writers if writer.name}
    for _, writer in writers:
        writer.write()
    for row in tables.files:
        name = names.find(row, "dataset")
        owner = by_name.get(name or "")
        if name is not None and owner is None:
            cell = row.cell("dataset")
            message = text(
                "No row of this list describes the dataset '{name}', so that a file can be added"
                " to it.",
                name=shorten_input(cell.text if cell else ""),
            )
            row.refuse(message, cell.position if cell else None)
        elif owner is not None:
            owner.write_file(row)
    for row, writer in writers:
        if row.errors == 0:
            for triple in writer.context.draft.triples():
                found.draft.add(triple.subject, triple.predicate.value, triple.object)  # type: ignore[arg-type]
    listed = [*tables.datasets, *tables.files]
    found.rows, found.bad_rows = len(listed), sum(row.errors > 0 for row in listed)
    return found


class _RowNames:
    """The names of the datasets of a list, and how its other rows call them."""

    def __init__(self, rows: Sequence[ListRow], into: CatalogueFolder) -> None:
        self.iris: dict[int, str] = {}
        self.kinds: dict[int, str] = {}
        self._known: dict[str, str] = {}
        self._series: set[str] = set()
        self._publishers: set[str] = set()
        taken: dict[str, int] = {}
        for row in rows:
            kind = self._kind(row)
            name = self._name(row, kind, into)
            if name in taken:
                message = text(
                    "Row {row} has the same name. Give one of them an Id of its own.",
                    row=taken[name],
                )
                row.refuse(message, key="title")
            if not name or name in taken or kind is None:
                continue
            taken[name] = row.number
            self.iris[id(row)], self.kinds[id(row)] = name, kind
            if kind == SERIES:
                self._series.add(name)
            titles = [cell.text for cell in row.texts("title", into.language).values()]
            for word in (row.written("id"), name, *titles):
                self._known.setdefault(fold(word), name)
        for thing in into.described.things(SERIES):
            self._series.add(thing.value)
            self._known.setdefault(fold(into.described.title(thing)), thing.value)
            self._known.setdefault(fold(thing.value), thing.value)
        self._known.pop("", None)

    def is_new(self, publisher: str) -> bool:
        """Tell whether nobody asked about this publisher before: of each it is said once."""
        known, name = self._publishers, fold(publisher)
        is_first = name not in known
        known.add(name)
        return is_first

    def _kind(self, row: ListRow) -> str | None:
        cell = row.cell("kind")
        kind = _KINDS.get(fold(cell.text if cell else "").strip())
        if kind is None and cell is not None:
            message = text(
                "'{written}' is no type. Write dataset, series or service, or nothing.",
                written=shorten_input(cell.text),
            )
            row.refuse(message, cell.position)
        return kind

    def _name(self, row: ListRow, kind: str | None, into: CatalogueFolder) -> str:
        written = row.cell("id")
        folder = "service/" if kind == SERVICE else "dataset/"
        if written is not None:
            if is_web(written.text) and not re.search(r"[\s<>\"{}|\\^`]", written.text):
                return written.text
            if _SLUG.fullmatch(written.text):
                return f"{into.base_iri}{folder}{written.text}"
            message = text(
                "'{written}' cannot be part of an address. Write letters from a to z, digits and"
                " hyphens, or a whole address.",
                written=shorten_input(written.text),
            )
            row.refuse(message, written.position)
            return ""
        titles = row.texts("title", into.language)
        for language in (into.language, *LANGUAGES, *titles):
            if language in titles and slug(titles[language].text):
                return f"{into.base_iri}{folder}{slug(titles[language].text)}"
        if titles:
            row.refuse(
                text("The title gives no address: it holds no letter from a to z. Write an Id."),
                key="title",
            )
        else:
            row.refuse(text("The title is missing. Write what it is called."), key="title")
        return ""

    def find(self, row: ListRow, key: str, *, is_series: bool = False) -> str | None:
        """Return the name of a dataset or series that a cell means; None when it means none."""
        cell = row.cell(key)
        if cell is None:
            if key == "dataset":
                row.refuse(text("It does not say which dataset the file belongs to."), key=key)
            return None
        name = self._known.get(fold(cell.text))
        if name is None and is_web(cell.text):
            return cell.text
        if name is None or (is_series and name not in self._series):
            message = text(
                "No row describes the series '{name}'. Add one with the type series, a title and a"
                " description.",
                name=shorten_input(cell.text),
            )
            if not is_series:
                message = text(
                    "No row of this list describes the dataset '{name}', so that a file can be"
                    " added to it.",
                    name=shorten_input(cell.text),
                )
            row.refuse(message, cell.position)
            return None
        return name


# Column → property of a dataset or series, for terms, addresses and dates.
_TERMS = {
    "theme": "dcat:theme",
    "access-rights": "dcterms:accessRights",
    "frequency": "dcterms:accrualPeriodicity",
    "language": "dcterms:language",
    "spatial": "dcterms:spatial",
}
_ADDRESSES = {
    "landing-page": "dcat:landingPage",
    "page": "foaf:page",
    "conforms-to": "dcterms:conformsTo",
}
_DATES = {"issued": "dcterms:issued", "modified": "dcterms:modified"}


class _RowWriter:
    """Writes what one row says."""

    def __init__(
        self, row: ListRow, names: _RowNames, into: CatalogueFolder, notes: ImportNotes
    ) -> None:
        self.name = names.iris.get(id(row), "")
        self._kind = names.kinds.get(id(row), DATASET)
        self._row, self._names, self._into = row, names, into
        thing = NamedNode(self.name or "urn:row")
        self.context = RowContext(
            CatalogueDraft(), thing, into.base_iri, into.language, notes, into.folder
        )
        self._values = CellValues(row, self.context)
        self._files = FileWriter(self.context, row)

    def write(self) -> None:
        """Write the dataset, series or service, and what is with it in the row."""
        draft, thing = self.context.draft, self.context.thing
        draft.add(thing, TYPE, NamedNode(self._kind))
        self._values.texts("title", "dcterms:title")
        self._values.texts("description", "dcterms:description")
        if not draft.values(thing, iri("dcterms:description")) and self._kind != SERVICE:
            self._row.refuse(
                text("The description is missing. Say in a few sentences what it is about."),
                key="description",
            )
        self._values.texts("keyword", "dcat:keyword")
        for key, path in _TERMS.items():
            self._values.terms(key, path)
        for key, path in _ADDRESSES.items():
            self._values.addresses(key, path)
        for key, path in _DATES.items():
            self._values.date(key, path)
        self._parties()
        self._extent()
        self._geography()
        self._high_value()
        self._series()
        self._other()
        self._values.term("licence")
        if self._kind == DATASET:
            for number in self._row.numbers():
                self._files.write(self._row, number)
        elif self._kind == SERVICE:
            self._files.write_alone()

    def write_file(self, row: ListRow) -> None:
        """Write a file that has a row of its own."""
        before = row.errors
        self._files.write(row, 1)
        if self._row.errors and row.errors == before:
            row.errors += 1  # its dataset is not imported

    def _parties(self) -> None:
        """Write publisher and contact; those of the catalogue stand in for what is not said."""
        publisher, contact = default_parties(self._into)
        cell = self._row.cell("publisher")
        if cell is not None:
            publisher = self._publisher(cell)
        if publisher is not None:
            self.context.add("dcterms:publisher", publisher)
        contact = self._contact() or contact
        if contact is not None:
            self.context.add("dcat:contactPoint", contact)

    def _publisher(self, cell: ListCell) -> NamedNode:
        known = known_agents(self._into).get(fold(cell.text))
        agent = NamedNode(f"{self._into.base_iri}id/organisation/{slug(cell.text) or 'publisher'}")
        # What a list before has said of it, this one has to say again.
        if known is not None and known != agent.value:
            return NamedNode(known)
        if is_web(cell.text):
            return NamedNode(cell.text)
        draft = self.context.draft
        kind = self._values.term("publisher-type")
        draft.add(agent, TYPE, NamedNode(iri("foaf:Agent")))
        draft.add(agent, iri("foaf:name"), Literal(cell.text, language=self._into.language))
        if kind is None and not self._row.written("publisher-type"):
            kind = self._kind_of_own_publisher(cell)
        if kind is not None:
            draft.add(agent, iri("dcterms:type"), kind)
        return agent

    def _kind_of_own_publisher(self, cell: ListCell) -> NamedNode | None:
        """Return the kind of the catalogue's publisher, for another one of which nothing is said.

        It is told each time: dataportal.se takes no organisation without one.
        """
        publisher, _ = default_parties(self._into)
        kinds = self._into.described.values(publisher, iri("dcterms:type")) if publisher else ()
        kind = next((kind for kind in kinds if isinstance(kind, NamedNode)), None)
        name = shorten_input(cell.text)
        message = text(
            "The publisher '{name}' is new, and the column for the type of publisher says nothing"
            " of it: portals ask for it.",
            name=name,
        )
        if kind is not None:
            message = text(
                "The publisher '{name}' is new, and no column says of what type it is: it was taken"
                " to be of that of the catalogue's publisher, {kind}. Make sure of it.",
                name=name,
                kind=kind.value.rpartition("/")[2],
            )
        if self._names.is_new(cell.text):
            self._row.warn(message, cell.position)
        return kind

    def _contact(self) -> NamedNode | None:
        name, mail = self._row.cell("contact"), self._row.cell("contact-mail")
        phone = self._row.cell("contact-phone")
        if mail is None and name is not None and is_mail(name.text):
            name, mail = None, name
        if mail is None:
            if name is not None:
                message = text(
                    "The contact '{name}' has no mail address. Write one into the column E-post"
                    " (Email).",
                    name=shorten_input(name.text),
                )
                self._row.refuse(message, name.position)
            return None
        address = mail.text.removeprefix("mailto:")
        if not is_mail(address):
            message = text("'{written}' is not a mail address.", written=shorten_input(mail.text))
            self._row.refuse(message, mail.position)
            return None
        return self._values.contact(address, name, phone)

    def _extent(self) -> None:
        """Write the time and the box that a dataset covers."""
        start, end = self._values.day("start"), self._values.day("end")
        if start is not None or end is not None:
            period = self.context.part("temporal", "dcterms:temporal", "dcterms:PeriodOfTime")
            for path, value in (("dcat:startDate", start), ("dcat:endDate", end)):
                if value is not None:
                    self.context.draft.add(period, iri(path), value)
        cell = self._row.cell("box")
        if cell is None:
            return
        numbers = [float(n.replace(",", ".")) for n in _box_numbers(cell.text)]
        is_box = len(numbers) == 4 and numbers[0] <= numbers[2] and numbers[1] <= numbers[3]
        if not is_box or not (abs(numbers[1]) <= 90 >= abs(numbers[3])) or numbers[2] > 180:
            message = text(
                "'{written}' is no box. Write west, south, east and north in degrees, with spaces:"
                " 12.1 59.5 15.9 62.3.",
                written=shorten_input(cell.text),
            )
            self._row.refuse(message, cell.position)
            return
        self.context.box(Extent(*numbers))

    def _geography(self) -> None:
        """Write reference systems and resolution (GeoDCAT-AP 3, B.5)."""
        for cell in self._row.values("crs"):
            found = _EPSG.fullmatch(cell.text.strip())
            if not found and not is_web(cell.text):
                message = text(
                    "'{written}' is no reference system. Write its number: EPSG:3006.",
                    written=shorten_input(cell.text),
                )
                self._row.refuse(message, cell.position)
                continue
            system = NamedNode(_CRS + found[1] if found else cell.text)
            self.context.add("dcterms:conformsTo", system)
            kind = NamedNode("http://inspire.ec.europa.eu/glossary/SpatialReferenceSystem")
            self.context.draft.add(system, TYPE, NamedNode(iri("dcterms:Standard")))
            self.context.draft.add(system, iri("dcterms:type"), kind)
            if found:
                label = Literal(f"EPSG:{found[1]}")
                self.context.draft.add(system, iri("dcterms:title"), label)
        metres = self._row.cell("resolution")
        if metres is not None:
            value = metres.text.replace(",", ".").removesuffix("m").strip()
            if re.fullmatch(r"[0-9]+(?:\.[0-9]+)?", value):
                self.context.add(
                    "dcat:spatialResolutionInMeters", typed_literal(value, "xsd:decimal")
                )
            else:
                message = text(
                    "'{written}' is no number of metres.", written=shorten_input(metres.text)
                )
                self._row.refuse(message, metres.position)

    def _high_value(self) -> None:
        """Mark a high-value dataset: category and legislation (DCAT-AP HVD 3.0, 4 and 5)."""
        self._values.terms("hvd", "dcatap:hvdCategory")
        if self.context.draft.values(self.context.thing, iri("dcatap:hvdCategory")):
            law = NamedNode(HIGH_VALUE)
            self.context.add("dcatap:applicableLegislation", law)
            self.context.add_note(
                "dcatap:applicableLegislation",
                law.value,
                text("the category is one of this regulation."),
            )
        elif (mark := self._row.cell("hvd-mark")) and fold(mark.text) in YES:
            message = text(
                "It is marked as high-value, and no column says of which category. Write one into"
                " the column Högvärdig kategori (High-value category), for example: {examples}.",
                examples=", ".join(similar_terms("hvd-category", "", self._into.language)),
            )
            self._row.refuse(message, mark.position)

    def _series(self) -> None:
        name = self._names.find(self._row, "series", is_series=True)
        if name is not None:
            self.context.add("dcat:inSeries", NamedNode(name))

    def _other(self) -> None:
        texts = self._row.texts("provenance", self._into.language)
        if texts:
            path, kind = "dcterms:provenance", "dcterms:ProvenanceStatement"
            statement = self.context.part("provenance", path, kind)
            for language, cell in texts.items():
                written = Literal(cell.text, language=language)
                self.context.draft.add(statement, iri("dcterms:description"), written)
        if version := self._row.written("version"):
            self.context.add("dcat:version", Literal(version))


def _box_numbers(written: str) -> list[str]:
    """Return the numbers of a box, whatever is between them; none if there is anything else.

    >>> _box_numbers("12,5 59,5 15 62"), _box_numbers("12.5, 59.5, 15, 62")
    (['12,5', '59,5', '15', '62'], ['12.5', '59.5', '15', '62'])
    """
    parts = re.split(r"[\s;]+|,\s+", written.strip(" []()"))
    if len(parts) == 1:
        parts = written.strip(" []()").split(",")
    parts = [part.strip() for part in parts if part.strip()]
    return parts if all(map(_NUMBER.fullmatch, parts)) else []
