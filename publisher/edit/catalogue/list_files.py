"""The files and services of a row: distributions, data services, and how they belong together."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import PurePosixPath
from urllib.parse import quote, unquote, urlsplit

from pyoxigraph import Literal, NamedNode

from publisher.edit.catalogue.draft import DISTRIBUTION, SERVICE, TYPE
from publisher.edit.catalogue.list_rows import ListCell, ListRow
from publisher.edit.catalogue.list_values import CellValues, RowContext, typed_literal
from publisher.edit.catalogue.naming import RESERVED_SERVICES, NameGiver
from publisher.edit.catalogue.service_kinds import (
    FORMATS,
    KINDS_BY_FORMAT,
    describe_endpoint,
    kind_of_address,
    kind_of_request,
)
from publisher.edit.inventory import slug
from publisher.edit.values import shorten_input
from publisher.load.files import PUBLISHED_FILES, find_published_files
from publisher.messages import text
from publisher.profiles.file_types import FILE_TYPES, IANA
from publisher.profiles.term_names import find_format, find_term, label_of, similar_terms
from publisher.rdf.namespaces import iri
from publisher.system.http_client import is_web

# What a distribution has from its dataset's row, and a service too.
_OF_DATASET = ("dcterms:issued", "dcterms:modified", "dcterms:language")
_OF_SERVICE = (
    "dcterms:publisher",
    "dcat:contactPoint",
    "dcat:keyword",
    "dcat:theme",
    "dcterms:accessRights",
    "dcatap:applicableLegislation",
    "dcatap:hvdCategory",
    "foaf:page",
)
# Sizes as people write them; DCAT takes an approximate number of bytes.
_SIZE = re.compile(
    r"([0-9]{1,12}(?:[.,][0-9]{1,3})?)([kKmMgG]?)i?(?:[bB]|[bB]ytes?)(?:[kKmMgG][bB])?"
)
_UNITS = {"": 1, "K": 1_000, "M": 1_000_000, "G": 1_000_000_000}
_SERVED = text("a service gives the dataset.")


class FileWriter:
    """Writes the files and services of one dataset."""

    def __init__(self, context: RowContext, row: ListRow) -> None:
        """Begin with the row of the dataset."""
        self._context, self._own_row = context, row
        self._giver = NameGiver(context.base_iri)

    def write(self, row: ListRow, number: int) -> None:
        """Write the file and the service with a number in a row."""
        values = CellValues(row, self._context)
        kind = self._service_kind(row, number)
        link = self._local_file(row, number) or values.address("link", number)
        endpoint = values.address("endpoint", number)
        download = values.address("download", number)
        format_cell = row.cell("format", number)
        file_format = find_format(format_cell.text if format_cell is not None else "")
        if format_cell is not None and not (file_format.file_type or file_format.media_type):
            self._refuse_format(row, format_cell)
        self._size(row, number)
        written = row.cell("service", number)
        if endpoint is None and written is not None and is_web(written.text):
            endpoint = values.address_of(written)
        if not kind:
            self._write_file_if_any(row, number, link, download)
            return
        is_given = endpoint is not None
        endpoint = endpoint or link
        if endpoint is None:
            message = text("The service has no address. Write it into the column Endpoint.")
            row.refuse(message, written.position if written is not None else None)
            return
        self._write_service(row, number, kind, endpoint, link)
        # Beside the address of the service, a link leads to a file of its own.
        if is_given and (link is not None or download is not None) and link != endpoint:
            is_of_service = file_format.file_type in KINDS_BY_FORMAT
            if not is_of_service or download is not None:
                self._write_file_if_any(row, number, link, download)

    def _local_file(self, row: ListRow, number: int) -> NamedNode | None:
        """Return the address of a file of the folder; None when the row names none."""
        cell = row.cell("file", number)
        if cell is None:
            return None
        name = cell.text.removeprefix("./").removeprefix(PUBLISHED_FILES)
        if name not in find_published_files(self._context.folder):
            message = text(
                "There is no file '{written}' in data/files/ of the folder. Put it there, or"
                " correct its name.",
                written=shorten_input(cell.text),
            )
            row.refuse(message, cell.position)
        return NamedNode(f"{self._context.base_iri}{PUBLISHED_FILES}{quote(name)}")

    def _write_file_if_any(
        self, row: ListRow, number: int, link: NamedNode | None, download: NamedNode | None
    ) -> None:
        access = link or download
        if access is not None:
            self._write_file(row, number, access, download)
        elif not any(row.written(key, number) for key in ("link", "download")) and any(
            row.written(key, number) for key in ("format", "size")
        ):
            row.refuse(
                text("The file has no address. Write it into the column Länk (Link)."),
                key="link",
            )

    def write_alone(self) -> None:
        """Write a service that has a row of its own: the thing of the row is the service."""
        row, context = self._own_row, self._context
        values = CellValues(row, context)
        kind = self._service_kind(row, 1)
        endpoint = values.address("endpoint") or values.address("link")
        if endpoint is None:
            message = text("The service has no address. Write it into the column Endpoint.")
            row.refuse(message, key="endpoint")
            return
        self._describe_service(context.thing, row, 1, kind, endpoint)
        values.terms("licence", "dcterms:license")

    def _service_kind(self, row: ListRow, number: int) -> str:
        """Return the kind of a service; empty for a file."""
        cell = row.cell("service", number)
        if cell is not None and not is_web(cell.text):
            found = find_term("service", cell.text)
            if not found:
                message = text(
                    "'{written}' is no kind of service. Write for example: {examples}.",
                    written=shorten_input(cell.text),
                    examples=", ".join(similar_terms("service", cell.text, "en")),
                )
                row.refuse(message, cell.position)
            return found
        kind = KINDS_BY_FORMAT.get(find_format(row.written("format", number)).file_type, "")
        endpoint = row.written("endpoint", number) or (cell.text if cell is not None else "")
        if kind or endpoint:
            return kind or kind_of_address(endpoint) or "rest"
        if row.cell("format", number) is None:
            return kind_of_request(row.written("link", number))
        return ""

    def _write_service(
        self,
        row: ListRow,
        number: int,
        kind: str,
        endpoint: NamedNode,
        link: NamedNode | None,
    ) -> None:
        """Write a service and the distribution of the dataset that it gives."""
        context, draft = self._context, self._context.draft
        dataset = context.thing
        called = slug(dataset.value.rstrip("/#").replace("#", "/").rpartition("/")[2])
        words = (
            f"{called}-{kind}" if called not in RESERVED_SERVICES else f"{called}-service-{kind}"
        )
        service = NamedNode(self._giver.service(words))
        draft.add(service, TYPE, NamedNode(SERVICE))
        values = CellValues(row, context)
        values.texts("file-title", "dcterms:title", number, service)
        label = label_of(kind, "en")
        if not draft.values(service, iri("dcterms:title")):
            for title in draft.values(dataset, iri("dcterms:title")):
                if isinstance(title, Literal):
                    name = f"{title.value} ({label})"
                    draft.add(service, iri("dcterms:title"), Literal(name, language=title.language))
        self._describe_service(service, row, number, kind, endpoint)
        draft.add(service, iri("dcat:servesDataset"), dataset)
        for path in _OF_SERVICE:
            draft.add(service, iri(path), *draft.values(dataset, iri(path)))
        file = self._distribution(kind)
        access = draft.values(service, iri("dcat:endpointDescription")) or (link or endpoint,)
        draft.add(file, iri("dcat:accessURL"), *access[:1])
        draft.add(file, iri("dcat:accessService"), service)
        self._label(file, label)
        self._format(file, FORMATS.get(kind, ""))
        values.terms("availability", "dcatap:availability", number, file)
        self._terms_of_use(file, row)
        draft.add(service, iri("dcterms:license"), *draft.values(file, iri("dcterms:license")))
        context.add_note("dcat:DataService", service.value, _SERVED)

    def _describe_service(
        self, service: NamedNode, row: ListRow, number: int, kind: str, endpoint: NamedNode
    ) -> None:
        """Write what every service has: addresses, kind and specification."""
        described = CellValues(row, self._context).address("endpoint-description", number)
        describe_endpoint(self._context.draft, service, kind, endpoint.value, described)

    def _distribution(self, words: str) -> NamedNode:
        """Return a new distribution of the dataset."""
        draft, dataset = self._context.draft, self._context.thing
        file = NamedNode(self._giver.distribution(dataset.value, words))
        draft.add(dataset, iri("dcat:distribution"), file)
        draft.add(file, TYPE, NamedNode(DISTRIBUTION))
        for path in _OF_DATASET:
            draft.add(file, iri(path), *draft.values(dataset, iri(path)))
        return file

    def _write_file(
        self, row: ListRow, number: int, access: NamedNode, download: NamedNode | None
    ) -> None:
        draft = self._context.draft
        values = CellValues(row, self._context)
        path = PurePosixPath(unquote(urlsplit((download or access).value).path))
        cell = row.cell("format", number)
        known = find_format(cell.text if cell is not None else "")
        by_name = find_format(path.suffix.lstrip(".")) if path.suffix else known
        file = self._distribution(path.name if re.search("[A-Za-z]", path.name) else "file")
        draft.add(file, iri("dcat:accessURL"), access)
        if download is None and by_name.file_type and by_name.file_type != "HTML":
            download = access
            reason = text("the address ends like a file, so it is the file itself.")
            self._context.add_note("dcat:downloadURL", access.value, reason)
        if download is not None:
            draft.add(file, iri("dcat:downloadURL"), download)
        values.texts("file-title", "dcterms:title", number, file)
        values.texts("file-description", "dcterms:description", number, file)
        code = known.file_type or ("" if cell is not None else by_name.file_type)
        label = label_of(FILE_TYPES + code, "en") if code else ""
        if label and not draft.values(file, iri("dcterms:title")):
            self._label(file, label)
        if known.file_type or known.media_type:
            self._format(file, known.file_type, known.media_type)
        elif cell is None and by_name.file_type:
            self._format(file, by_name.file_type)
        size = self._size(row, number)
        if size is not None:
            draft.add(file, iri("dcat:byteSize"), size)
        values.terms("availability", "dcatap:availability", number, file)
        self._terms_of_use(file, row)

    def _label(self, file: NamedNode, label: str) -> None:
        """Call a file by its format, in each language of its dataset."""
        titles = self._context.draft.values(self._context.thing, iri("dcterms:title"))
        for title in titles:
            if isinstance(title, Literal):
                self._context.draft.add(
                    file, iri("dcterms:title"), Literal(label, language=title.language)
                )

    def _refuse_format(self, row: ListRow, cell: ListCell) -> None:
        message = text(
            "'{written}' is no format that portals know. Write for example: {examples}; or a media"
            " type such as text/csv.",
            written=shorten_input(cell.text),
            examples=", ".join(similar_terms("file-type", cell.text, "en")),
        )
        row.refuse(message, cell.position)

    def _format(self, file: NamedNode, file_type: str, media_type: str = "") -> None:
        draft = self._context.draft
        media_type = media_type or find_format(file_type).media_type
        if file_type:
            draft.add(file, iri("dcterms:format"), NamedNode(FILE_TYPES + file_type))
        if media_type:
            draft.add(file, iri("dcat:mediaType"), NamedNode(IANA + media_type))

    def _size(self, row: ListRow, number: int) -> Literal | None:
        """Return the size in a row; None when there is none, or it is reported."""
        cell = row.cell("size", number)
        if cell is None:
            return None
        digits = re.sub(r"[\s\u00a0]", "", cell.text)
        if re.fullmatch(r"[0-9]{1,18}", digits):
            return typed_literal(digits, "xsd:nonNegativeInteger")
        if found := _SIZE.fullmatch(digits):
            size = Decimal(found[1].replace(",", ".")) * _UNITS[found[2].upper()]
            return typed_literal(str(int(size)), "xsd:nonNegativeInteger")
        message = text(
            "'{written}' is no number of bytes. Write digits alone, or a unit as well: 1.5 MB.",
            written=shorten_input(cell.text),
        )
        row.refuse(message, cell.position)
        return None

    def _terms_of_use(self, file: NamedNode, row: ListRow) -> None:
        """Write licence, conditions and law: those of the file's row, else its dataset's."""
        draft = self._context.draft
        for source in (row, self._own_row):
            if draft.values(file, iri("dcterms:license")):
                break
            CellValues(source, self._context).terms("licence", "dcterms:license", thing=file)
        rights = row.texts("rights", self._context.language) or self._own_row.texts(
            "rights", self._context.language
        )
        if rights:
            path = "dcterms:rights"
            statement = self._context.part_of(file, "rights", path, "dcterms:RightsStatement")
            odrs = "http://schema.theodi.org/odrs#"
            draft.add(statement, TYPE, NamedNode(f"{odrs}RightsStatement"))
            for language, cell in rights.items():
                written = Literal(cell.text, language=language)
                draft.add(statement, f"{odrs}attributionText", written)
        law = iri("dcatap:applicableLegislation")
        draft.add(file, law, *draft.values(self._context.thing, law))
