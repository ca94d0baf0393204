"""Rows of a table → triples by a mapping; what cannot be read is reported by row and column."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pyoxigraph import Literal, NamedNode

from publisher.edit.init import Term
from publisher.edit.inventory import slug
from publisher.edit.values import shorten_input
from publisher.messages import LANGUAGES, Text, text, translate
from publisher.rdf.namespaces import iri
from publisher.rdf.text import fold
from publisher.start import cell_values as cells
from publisher.start import kinds
from publisher.start.column_guess import split_values
from publisher.start.mapping import GEOMETRY, ColumnMapping, TableMapping
from publisher.start.projection import to_degrees
from publisher.start.raw_tables import RawTable, Row

_EXAMPLES: Mapping[str, str] = {
    kinds.NUMBER: "1234,5",
    kinds.DATE: "2025-05-31",
    kinds.DATETIME: "2025-05-31 18:30",
    kinds.TIME: "18:30",
    kinds.MONTH: "2025-05",
    kinds.YEAR: "1965",
    kinds.EMAIL: "info@example.org",
    kinds.TELEPHONE: "0550-123 45",
    kinds.ADDRESS: "https://example.org/",
    kinds.PICTURE: "https://example.org/1.jpg",
    kinds.WIKIDATA: "Q1754",
    kinds.LATITUDE: "59,3293",
    kinds.LONGITUDE: "18,0686",
    kinds.NORTHING: "6580822",
    kinds.EASTING: "674032",
    kinds.POSITION: "59.3293, 18.0686",
    kinds.PLACE: "POINT (18.06 59.33)",
    kinds.GEOJSON: '{"type": "Point", "coordinates": [18.06, 59.33]}',
    kinds.MUNICIPALITY: "Torsby, 1737",
    kinds.COUNTY: "Värmlands län, 17",
    kinds.ORGANISATION_NUMBER: "212000-1264",
    kinds.POSTCODE: "685 30",
}


@dataclass(frozen=True)
class CellFault:
    """A cell or a row that cannot be read.

    Attributes:
        file: Name of the file.
        row: Its number, as a spreadsheet shows it.
        heading: Of the column; empty for the row as a whole.
        written: What is there.
        message: What is wrong and what to do.
        is_kept: Whether what is written is kept beside, so that nothing is lost.
    """

    file: str
    row: int
    heading: str
    written: str
    message: Text
    is_kept: bool = False


_Terms = Sequence[tuple[str, Term]]  # property and value


@dataclass
class Converted:
    """What the rows of a table mean.

    Attributes:
        things: IRI → property → values.
        concepts: IRI of a list → IRI of a concept → its name and its code, if it has one.
        faults: What could not be read.
        rows: IRI → number of its row.
        noted: Headings of columns with cells that say more than their value.
        listed: IRI of a list and a value as written → the concept, so that each is named once.
        known: Heading → cell → properties and values of a cell that has been read without a fault.
    """

    things: dict[str, dict[str, list[Term]]] = field(default_factory=dict)
    concepts: dict[str, dict[str, tuple[str, str]]] = field(
        default_factory=lambda: defaultdict(dict)
    )
    faults: list[CellFault] = field(default_factory=list)
    rows: dict[str, int] = field(default_factory=dict)
    noted: set[str] = field(default_factory=set)
    listed: dict[tuple[str, str], NamedNode] = field(default_factory=dict, repr=False)
    known: dict[str, dict[str, _Terms]] = field(
        default_factory=lambda: defaultdict(dict), repr=False
    )


class RowAddresses:
    """The addresses of the rows of tables, and which cell names which row."""

    def __init__(self, tables: Iterable[tuple[TableMapping, RawTable]]) -> None:
        """Give each row an address."""
        self.of_row: dict[str, list[str]] = {}
        self.named: dict[str, dict[str, str]] = {}
        for mapping, table in tables:
            given = list(_addresses(mapping, table))
            self.of_row[mapping.name] = given
            known: dict[str, str] = {}
            for column in (c for c in mapping.columns if c.kind == kinds.NAME):
                known |= self._by_cell(table, column.heading, given)
            for heading in mapping.key if len(mapping.key) == 1 else ():
                known |= self._by_cell(table, heading, given)
            self.named[mapping.name] = known

    @staticmethod
    def _by_cell(table: RawTable, heading: str, given: list[str]) -> dict[str, str]:
        if heading not in table.headings:
            return {}
        return dict(zip(map(fold, table.column(table.headings.index(heading))), given, strict=True))


def _addresses(mapping: TableMapping, table: RawTable) -> Iterator[str]:
    indices = [table.headings.index(heading) for heading in mapping.key]
    written = ["-".join(row.cells[index] for index in indices) for row in table.rows]
    slugs = [slug(each) for each in written]
    counts = Counter(slugs)
    different = Counter(slug(each) for each in set(map(fold, written)))
    for number, (row, each, own) in enumerate(zip(table.rows, written, slugs, strict=True), 1):
        last = own
        if not indices:
            last = str(number)
        elif not own or (counts[own] > 1 and different[own] > 1):
            # Two names that look the same in an address: distinguished for good by what they are.
            last = f"{own}-{hashlib.sha256(each.encode()).hexdigest()[:6]}".lstrip("-")
        elif not any(row.cells[index] for index in indices):
            last = f"row-{row.number}"
        yield f"{mapping.base_iri}id/{mapping.kind}/{last}"


def convert(mapping: TableMapping, table: RawTable, addresses: RowAddresses) -> Converted:
    """Return what the rows of a table mean; one like another is left out and reported."""
    found = Converted()
    indices = {
        column.heading: table.headings.index(column.heading)
        for column in mapping.columns
        if column.heading in table.headings
    }
    for row, thing in zip(table.rows, addresses.of_row[mapping.name], strict=True):
        if thing in found.things:
            message = text(
                "The row has the same {heading} as row {other}. Give each row its own.",
                heading=", ".join(mapping.key),
                other=found.rows[thing],
            )
            found.faults.append(_fault(table, row, ", ".join(mapping.key), thing, message))
            continue
        properties: dict[str, list[Term]] = defaultdict(list)
        for column in mapping.columns:
            if column.heading in indices and column.kind != kinds.OMITTED:
                cell = row.cells[indices[column.heading]]
                for path, term in _known_terms(column, cell, found, addresses, (table, row)):
                    properties[path].append(term)
        _add_place(properties, mapping, row, indices)
        _add_name(properties, mapping, row, indices, thing)
        found.things[thing] = {
            path: list(dict.fromkeys(terms)) if len(terms) > 1 else terms
            for path, terms in properties.items()
        }
        found.rows[thing] = row.number
    return found


def _fault(
    table: RawTable, row: Row, heading: str, written: str, message: Text, is_kept: bool = False
) -> CellFault:
    return CellFault(table.file, row.number, heading, shorten_input(written), message, is_kept)


# So many different cells of a column are remembered: of more hardly any comes again.
_MOST_KNOWN = 20_000


def _known_terms(
    column: ColumnMapping,
    cell: str,
    found: Converted,
    addresses: RowAddresses,
    position: tuple[RawTable, Row],
) -> _Terms:
    """Return what a cell means: what the same has meant before, if it had no fault."""
    if not cell:
        return ()
    known = found.known[column.heading]
    terms = known.get(cell)
    if terms is None:
        faults = len(found.faults)
        terms = list(_terms_of_cell(column, cell, found, addresses, position))
        if len(found.faults) == faults and len(known) < _MOST_KNOWN:
            known[cell] = terms
    return terms


def _terms_of_cell(
    column: ColumnMapping,
    cell: str,
    found: Converted,
    addresses: RowAddresses,
    position: tuple[RawTable, Row],
) -> Iterator[tuple[str, Term]]:
    if cells.is_missing(cell):
        return
    for part in split_values(cell, column.separator):
        if cells.is_missing(part):
            continue
        if column.kind == kinds.LINK:
            target = addresses.named.get(column.target, {}).get(fold(part))
            if target is None:
                message = text(
                    "The table {name} has no such row. Add it there.", name=column.target
                )
                found.faults.append(_fault(*position, column.heading, part, message))
            else:
                yield column.path, NamedNode(target)
            continue
        value = cells.READERS[column.kind](part, column.style)
        if value is None and column.kind == kinds.DATETIME:
            value = _midnight(part, column)
        if value is None:
            _tell_unreadable(column, part, found, position)
            if column.note:
                yield column.note, Literal(part)
            continue
        yield column.path, _term(column, value, found)
        if not value.is_exact:
            found.noted.add(column.heading)
            if column.note:
                yield column.note, Literal(part)


def _midnight(part: str, column: ColumnMapping) -> cells.CellValue | None:
    day = cells.read_date(part, column.style)
    return cells.CellValue(f"{day.lexical}T00:00:00", day.is_exact) if day else None


def _example(kind: str, language: str) -> str:
    """Return how a value of a kind may be written, for readers of a language."""
    if kind == kinds.TRUTH:
        return f"{translate('yes', language)}, {translate('no', language)}"
    return _EXAMPLES.get(kind, "")


def _tell_unreadable(
    column: ColumnMapping,
    part: str,
    found: Converted,
    position: tuple[RawTable, Row],
) -> None:
    words = kinds.kind_words(column.kind)
    message = {
        language: translate(
            "'{written}' is not {what}. Write it like {example}.",
            language,
            written=shorten_input(part),
            what=words[language],
            example=_example(column.kind, language),
        )
        for language in LANGUAGES
    }
    found.noted.add(column.heading)
    found.faults.append(_fault(*position, column.heading, part, message, bool(column.note)))


def _term(column: ColumnMapping, value: cells.CellValue, found: Converted) -> Literal | NamedNode:
    """Return the term of a value; one of a list is added to its list."""
    if column.scheme:
        if (column.scheme, value.lexical) in found.listed:
            return found.listed[column.scheme, value.lexical]
        is_place = column.kind in (kinds.MUNICIPALITY, kinds.COUNTY)
        name = cells.places()[value.lexical] if is_place else value.lexical
        code = value.lexical if is_place else ""
        known = found.concepts[column.scheme]
        concept = f"{column.scheme}/{code or slug(name) or _short(name)}"
        if concept in known and fold(known[concept][0]) != fold(name):
            concept = f"{concept}-{_short(name)}"
        known.setdefault(concept, (name, code))
        return found.listed.setdefault((column.scheme, value.lexical), NamedNode(concept))
    if column.language and column.datatype == iri("rdf:langString"):
        return Literal(value.lexical, language=column.language)
    if column.datatype:
        lexical = value.lexical
        if column.datatype == iri("xsd:decimal") and "." not in lexical:
            lexical += ".0"
        if column.datatype == iri("xsd:integer") and "." in lexical:
            return Literal(lexical, datatype=NamedNode(iri("xsd:decimal")))
        return Literal(lexical, datatype=NamedNode(column.datatype))
    return NamedNode(value.lexical)


def _short(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:6]


def _add_place(
    properties: dict[str, list[Term]], mapping: TableMapping, row: Row, indices: Mapping[str, int]
) -> None:
    """Add the point that coordinates of a row say, as WKT in WGS 84 (LOCN, locn:geometry)."""
    found: dict[str, tuple[str, ColumnMapping]] = {}
    for column in mapping.columns:
        if column.kind in kinds.POINTS and column.heading in indices:
            found.setdefault(column.kind, (row.cells[indices[column.heading]], column))
    where = _degrees(found)
    if where is not None and abs(where[0]) <= 90 and abs(where[1]) <= 180:
        wkt = NamedNode(iri("geo:wktLiteral"))
        properties[iri(GEOMETRY)].append(Literal(cells.point(*where), datatype=wkt))


def _degrees(found: Mapping[str, tuple[str, ColumnMapping]]) -> tuple[float, float] | None:
    if kinds.LATITUDE in found and kinds.LONGITUDE in found:
        latitude = cells.degrees(found[kinds.LATITUDE][0])
        longitude = cells.degrees(found[kinds.LONGITUDE][0])
        return None if latitude is None or longitude is None else (latitude, longitude)
    if kinds.NORTHING in found and kinds.EASTING in found:
        (north, column), (east, _column) = found[kinds.NORTHING], found[kinds.EASTING]
        first, second = (cells.read_metres(cell, column.style) for cell in (north, east))
        if first is None or second is None:
            return None
        return to_degrees(float(first.lexical), float(second.lexical), column.style.epsg)
    if kinds.POSITION in found:
        return cells.position(found[kinds.POSITION][0])
    return None


def _add_name(
    properties: dict[str, list[Term]],
    mapping: TableMapping,
    row: Row,
    indices: Mapping[str, int],
    thing: str,
) -> None:
    """Give a thing a name, where no column does: what distinguishes it, in words."""
    path = iri("skos:prefLabel")
    if properties.get(path):
        return
    parts = []
    for heading in mapping.key:
        column, cell = mapping.column(heading), row.cells[indices[heading]]
        if column and column.kind in (kinds.MUNICIPALITY, kinds.COUNTY):
            value = cells.READERS[column.kind](cell, column.style)
            cell = cells.places()[value.lexical] if value else cell
        parts.append(cell)
    name = ", ".join(filter(None, parts)) or thing.rpartition("/")[2]
    if len(parts) < 2:
        name = f"{mapping.label} {name}"
    properties[path].append(Literal(name, language=mapping.language))
