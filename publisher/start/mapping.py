"""What each column of a table becomes, kept as CSVW beside the sources for next year's table.

"Metadata Vocabulary for Tabular Data" (W3C, 2015) says it for every reader: names, properties,
datatypes, languages, separators and what stands for nothing. What it has no word for is in
properties of Dublin Core and schema.org (section 5.8, common properties).
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from publisher.edit.inventory import slug
from publisher.errors import SheetRefused
from publisher.rdf.namespaces import iri
from publisher.rdf.text import fold
from publisher.start import kinds
from publisher.start.cell_values import MISSING, Style
from publisher.start.column_guess import Guess
from publisher.start.specifications import by_name, fit_with
from publisher.start.table_guess import TableGuess
from publisher.system.http_client import is_web

FOLDER = "mappings"
_SUFFIX = ".csv-metadata.json"
GEOMETRY = "locn:geometry"


@dataclass(frozen=True)
class ColumnMapping:
    """What a column becomes.

    Attributes:
        heading: Of the column.
        kind: One of ``kinds``.
        path: IRI of its property.
        label: What the property is called.
        datatype: IRI of the datatype of its literals; empty for nodes.
        language: Of its texts; empty where they have none.
        separator: Between several values in a cell; empty for one value.
        style: How its values are written.
        scheme: IRI of the list that its values are in; empty for none.
        target: Name of the table whose rows it links to; empty for none.
        note: IRI of the property that keeps what a cell says beside its value; empty for none.
    """

    heading: str
    kind: str
    path: str
    label: str
    datatype: str = ""
    language: str = ""
    separator: str = ""
    style: Style = Style()  # noqa: RUF009 (immutable)
    scheme: str = ""
    target: str = ""
    note: str = ""


@dataclass(frozen=True)
class TableMapping:
    """What a table becomes.

    Attributes:
        name: Of the table: of its file, without the extension.
        class_iri: Class of its rows.
        label: What one of its rows is called.
        kind: What addresses of its rows call them.
        base_iri: Base of its addresses.
        language: Of its headings and of texts without one of their own.
        columns: From left to right.
        key: Headings of the columns that tell its rows apart; none: their order does.
        delimiter: Between cells; empty for workbooks.
        encoding: Of the file.
        address: Where the table is read again before each build; empty for a file.
        label_language: Of the label; empty: that of the headings.
        specification: IRI of the published specification that it follows; empty: none.
    """

    name: str
    class_iri: str
    label: str
    kind: str
    base_iri: str
    language: str
    columns: tuple[ColumnMapping, ...]
    key: tuple[str, ...]
    delimiter: str = ""
    encoding: str = ""
    address: str = ""
    label_language: str = ""
    specification: str = ""

    @property
    def title(self) -> dict[str, str]:
        """Return what one of its rows is called, by language."""
        return {self.label_language or self.language: self.label}

    @property
    def file(self) -> str:
        """Return the name of the file that keeps the mapping."""
        return f"{FOLDER}/{slug(self.name) or 'table'}{_SUFFIX}"

    @property
    def namespace(self) -> str:
        """Return the namespace of its own terms."""
        return self.class_iri.partition("#")[0] + "#"

    @property
    def has_geometry(self) -> bool:
        """Tell whether points on the map are made of its columns."""
        return any(column.kind in kinds.POINTS for column in self.columns)

    def column(self, heading: str) -> ColumnMapping | None:
        """Return the column of a heading."""
        return next((c for c in self.columns if fold(c.heading) == fold(heading)), None)


# From guesses to a mapping.

_FREE, _CAPACITY = "schema:isAccessibleForFree", "schema:maximumAttendeeCapacity"
# What headings say that a standard has a property for: kinds, words, term.
_STANDARD: Sequence[tuple[frozenset[str], str, str]] = (
    (frozenset({kinds.ADDRESS}), r"hemsida|webb|website|homepage", "foaf:homepage"),
    (
        frozenset({kinds.DATE, kinds.DATETIME}),
        r"uppdaterad|updated|ändrad|modified",
        "dcterms:modified",
    ),
    (frozenset({kinds.DATE, kinds.DATETIME}), r"^skapad|^created", "dcterms:created"),
    (
        frozenset({kinds.DATE, kinds.DATETIME}),
        r"^start|börjar|gäller från|valid from",
        "schema:startDate",
    ),
    (frozenset({kinds.DATE, kinds.DATETIME}), r"^slut|^end|gäller till|valid to", "schema:endDate"),
    (frozenset({kinds.DATE, kinds.DATETIME}), r"publicera|^issued|published", "dcterms:issued"),
    (frozenset({kinds.TEXT}), r"gatuadress|street|straße|strasse", "schema:streetAddress"),
    (frozenset({kinds.TEXT}), r"^adress$|^address$|besöksadress", "schema:address"),
    (frozenset({kinds.TEXT}), r"^(post)?ort$|locality|^city$|^town$", "schema:addressLocality"),
    (frozenset({kinds.TEXT}), r"fullständig adress|full address", "locn:fullAddress"),
    (frozenset({kinds.TEXT}), r"öppettid|opening ?hours|öffnungszeit", "schema:openingHours"),
    (frozenset({kinds.TEXT}), r"annat namn|kortnamn|^alt\w* name|kurzname", "dcterms:alternative"),
    (frozenset({kinds.TEXT}), r"^material", "schema:material"),
    (frozenset({kinds.TRUTH}), r"avgiftsfri|gratis|fri entr|^free|kostenlos", _FREE),
    (frozenset({kinds.TRUTH}), r"allmän tillgång|public access", "schema:publicAccess"),
    (frozenset({kinds.TRUTH}), r"rökning|smoking|rauchen", "schema:smokingAllowed"),
    (frozenset({kinds.NUMBER}), r"antal (sitt)?platser|kapacitet|capacity|kapazität", _CAPACITY),
    (frozenset({kinds.NUMBER}), r"höjd över havet|elevation|altitude", "schema:elevation"),
)
_MAIN_TEXT = r"beskriv|descript|^om\b|^text"


def mapping_of(guess: TableGuess, base_iri: str, dataset: str, label: str = "") -> TableMapping:
    """Return what a guessed table becomes.

    Args:
        guess: What it is taken for.
        base_iri: Base of its addresses.
        dataset: Name of the dataset, in addresses.
        label: What one of its rows is called; empty: as the table.
    """
    table = guess.table
    called = label or table.name.replace("_", " ").strip()
    kind = slug(called) or f"table-{_digest(table.name)}"
    namespace = f"{base_iri}def/{dataset}#"
    name = "".join(word.capitalize() for word in kind.split("-"))
    class_name = name if name[0].isalpha() else f"Table{name}"
    follows = by_name(guess.specification)
    fit = fit_with(guess.table, follows) if follows else None
    stated = {i: column.term for i, column in fit.columns.items()} if fit else {}
    paths = _paths(guess.columns, namespace, {class_name}, stated)
    columns = tuple(
        _column(column, path, base_iri, namespace)
        for column, path in zip(guess.columns, paths, strict=True)
    )
    return TableMapping(
        name=table.name,
        class_iri=namespace + class_name,
        label=called[:1].upper() + called[1:],
        kind=kind,
        base_iri=base_iri,
        language=guess.language,
        columns=columns,
        key=tuple(table.headings[index] for index in guess.key),
        delimiter=table.delimiter,
        encoding=table.encoding,
        address=table.address,
        specification=follows.iri if follows else "",
    )


def with_columns(mapping: TableMapping, guess: TableGuess, headings: Sequence[str]) -> TableMapping:
    """Return a mapping that also reads columns that are new in its table.

    Args:
        mapping: Of the table.
        guess: What the table with the new columns is taken for.
        headings: Of the columns that are taken in.
    """
    namespace = mapping.namespace
    taken = {
        mapping.class_iri.partition("#")[2],
        *(c.path.partition("#")[2] for c in mapping.columns),
    }
    standard = {column.path for column in mapping.columns}
    found = list(mapping.columns)
    for index, heading in enumerate(guess.table.headings):
        if heading not in headings:
            continue
        if guess.columns[index].kind in (kinds.NAME, kinds.IDENTIFIER):  # there is one of each
            guess = with_kind(guess, index, kinds.TEXT)
        column = guess.columns[index]
        path = _standard(column)
        if not path or path in standard:
            path = namespace + _local_name(column, taken)
        found.append(_column(column, path, mapping.base_iri, namespace))
    return replace(mapping, columns=tuple(found))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:6]


def _paths(
    columns: Sequence[Guess], namespace: str, taken: set[str], stated: Mapping[int, str]
) -> list[str]:
    """Return the property of each column: of a standard where one fits, once; else the own.

    What a specification states goes before what a heading says, but not before what names and
    addresses need.
    """
    used: dict[str, str] = {}
    found = []
    for index, column in enumerate(columns):
        group = f"{column.kind}:{fold(column.base)}" if column.language else column.heading
        path = used.get(group, "")
        if not path:
            is_fixed = column.kind in (kinds.NAME, kinds.IDENTIFIER) or column.kind in kinds.LISTED
            standard = ("" if is_fixed else stated.get(index, "")) or _standard(column)
            is_free = standard and standard not in used.values()
            path = standard if is_free else namespace + _local_name(column, taken)
            used[group] = path
        found.append(path)
    return found


def _standard(column: Guess) -> str:
    words = fold(column.base)
    if column.kind == kinds.DESCRIPTION and not re.search(_MAIN_TEXT, words):
        return ""
    for fitting, pattern, term in _STANDARD:
        if column.kind in fitting and re.search(pattern, words):
            return iri(term)
    term = kinds.KINDS[column.kind].term
    return iri(term) if term else ""


def _local_name(column: Guess, taken: set[str]) -> str:
    plain = re.sub(r"\s*[(\[][^)\]]*[)\]]", "", column.base)
    words = (slug(plain) or slug(column.base)).split("-")
    name = words[0] + "".join(word.capitalize() for word in words[1:])
    if not name or not name[0].isalpha():
        name = f"column{name[:1].upper()}{name[1:]}" if name else f"column{_digest(column.heading)}"
    best = name
    for number in range(2, 10_000):
        if best not in taken:
            break
        best = f"{name}{number}"
    taken.add(best)
    return best


def _column(column: Guess, path: str, base_iri: str, namespace: str) -> ColumnMapping:
    datatype = kinds.datatype_iri(column.kind)
    if column.kind == kinds.NUMBER and column.is_integer:
        datatype = iri("xsd:integer")
    if column.kind == kinds.TEXT and column.language:
        datatype = iri("rdf:langString")
    local = path.rpartition("#")[2] if path.startswith(namespace) else slug(column.heading)
    return ColumnMapping(
        heading=column.heading,
        kind=column.kind,
        path=path,
        label=column.base or column.heading,
        datatype=datatype,
        language=column.language,
        separator=column.separator,
        style=column.style,
        scheme=f"{base_iri}id/concept/{slug(column.heading) or local}"
        if column.kind in kinds.LISTED
        else "",
        target=column.target,
        note=f"{namespace}{local}AsWritten" if column.inexact else "",
    )


def with_kind(guess: TableGuess, index: int, kind: str) -> TableGuess:
    """Return a guess with another kind for a column, as somebody chose it."""
    before = guess.columns[index]
    others = (before.kind, *before.alternatives)
    changed = replace(
        before,
        kind=kind,
        confidence=1.0,
        separator=before.separator if kind == kinds.LIST or kind == before.kind else "",
        language=before.language or (guess.language if kind in kinds.TEXTS else ""),
        target=before.target if kind == kinds.LINK else "",
        alternatives=tuple(dict.fromkeys(k for k in others if k != kind)),
    )
    columns = list(guess.columns)
    if kind in (kinds.NAME, kinds.IDENTIFIER):  # there is one of each, except in other languages
        for n, column in enumerate(columns):
            same = column.language and fold(column.base) == fold(before.base)
            if column.kind == kind and n != index and not same:
                columns[n] = replace(column, kind=kinds.TEXT, language="")
    columns[index] = changed
    key = (index,) if kind == kinds.IDENTIFIER else guess.key
    if before.kind == kinds.IDENTIFIER and kind != kinds.IDENTIFIER:
        key = guess.key
    return replace(guess, columns=tuple(columns), key=key)


# As CSVW, and back.

_KIND, _UNIT, _SYSTEM = "dc:type", "schema:unitText", "dc:conformsTo"
_COUNTRY = "dc:coverage"
_EPSG = "http://www.opengis.net/def/crs/EPSG/0/"


def as_csvw(mapping: TableMapping, file: str) -> str:
    """Return a mapping as the metadata of a file."""
    named: dict[str, int] = {}
    columns = [_csvw_column(column, named) for column in mapping.columns]
    columns += [
        {"name": f"{column['name']}_note", "virtual": True, "propertyUrl": each.note}
        for column, each in zip(columns, mapping.columns, strict=True)
        if each.note
    ]
    if mapping.has_geometry:
        columns.append({"name": "geometry", "virtual": True, "propertyUrl": iri(GEOMETRY)})
    columns.append(
        {
            "name": "row_type",
            "virtual": True,
            "propertyUrl": iri("rdf:type"),
            "valueUrl": mapping.class_iri,
        }
    )
    by_heading = {
        each.heading: column["name"] for column, each in zip(columns, mapping.columns, strict=False)
    }
    key = [by_heading[heading] for heading in mapping.key]
    template = "-".join(f"{{{name}}}" for name in key) or "{_row}"
    schema: dict[str, Any] = {
        "aboutUrl": f"{mapping.base_iri}id/{mapping.kind}/{template}",
        "columns": columns,
    }
    if key:
        schema["primaryKey"] = key
    found: dict[str, Any] = {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": mapping.language}],
        "url": mapping.address or file,
        "dc:title": mapping.title,
        "dc:identifier": mapping.name,
        **({_SYSTEM: mapping.specification} if mapping.specification else {}),
        "dialect": {
            "delimiter": mapping.delimiter or ",",
            "encoding": mapping.encoding or "utf-8",
            "header": True,
        },
        "tableSchema": schema,
    }
    return json.dumps(found, ensure_ascii=False, indent=2) + "\n"


def _csvw_column(column: ColumnMapping, named: dict[str, int]) -> dict[str, Any]:
    name = slug(column.heading).replace("-", "_") or "column"
    name = f"c_{name}" if not name[0].isalpha() else name
    named[name] = named.get(name, 0) + 1
    if named[name] > 1:
        name = f"{name}_{named[name]}"
    found: dict[str, Any] = {
        "name": name,
        "titles": [column.heading],
        "dc:title": column.label,
        "propertyUrl": column.path,
        _KIND: column.kind,
        "null": ["", *sorted(MISSING - {""})],
    }
    if column.kind == kinds.OMITTED:
        found["suppressOutput"] = True
    if column.datatype:
        found["datatype"] = _csvw_datatype(column)
    if column.language:
        found["lang"] = column.language
    if column.separator:
        found["separator"] = column.separator
    if column.scheme:
        found["valueUrl"] = f"{column.scheme}/{{{name}}}"
    if column.target:
        found["dc:references"] = column.target
    if column.style.unit:
        found[_UNIT] = column.style.unit
    if column.kind in (kinds.NORTHING, kinds.EASTING):
        found[_SYSTEM] = f"{_EPSG}{column.style.epsg}"
    if column.kind == kinds.TELEPHONE and column.style.country != Style.country:
        found[_COUNTRY] = f"+{column.style.country}"
    if column.style.month_first:
        found["dc:format"] = "M/d/yyyy"
    if column.style.short_days:
        found["dc:format"] = "yyMMdd"
    return found


def _csvw_datatype(column: ColumnMapping) -> dict[str, Any]:
    short = column.datatype.rpartition("#")[2]
    if not column.datatype.startswith(iri("xsd:")):
        return {"base": "string", "dc:identifier": column.datatype}
    found: dict[str, Any] = {"base": short}
    if short in ("decimal", "integer"):
        marks = {"decimalChar": column.style.decimal, "groupChar": column.style.group or " "}
        found["format"] = marks
    return found


def read_csvw(path: Path) -> TableMapping:
    """Return the mapping that a file keeps.

    Raises:
        SheetRefused: It cannot be read.
    """
    try:
        found = json.loads(path.read_text("utf-8"))
        schema = found["tableSchema"]
        written = [column for column in schema["columns"] if not column.get("virtual")]
        virtual = [column for column in schema["columns"] if column.get("virtual")]
        notes = {column["name"].removesuffix("_note"): column["propertyUrl"] for column in virtual}
        columns = tuple(_read_column(column, notes) for column in written)
        types = [c["valueUrl"] for c in virtual if c["propertyUrl"] == iri("rdf:type")]
        names = {column["name"]: column["titles"][0] for column in written}
        base_iri, _, rest = schema["aboutUrl"].partition("id/")
        language = found["@context"][1]["@language"]
        ((label_language, label),) = found["dc:title"].items()
        return TableMapping(
            name=found["dc:identifier"],
            class_iri=types[0],
            label=label,
            label_language="" if label_language == language else label_language,
            kind=rest.partition("/")[0],
            base_iri=base_iri,
            language=language,
            columns=columns,
            key=tuple(names[name] for name in schema.get("primaryKey", ())),
            delimiter=found["dialect"]["delimiter"],
            encoding=found["dialect"]["encoding"],
            address=found["url"] if is_web(found["url"]) else "",
            specification=found.get(_SYSTEM, ""),
        )
    except (OSError, ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
        raise SheetRefused(
            "The mapping cannot be read: {reason}.",
            where=str(path),
            remedy="Take back what was changed in it, or take the file away and begin again with"
            " publisher start.",
            reason=f"{type(error).__name__} {error}",
        ) from error


def _read_column(column: Mapping[str, Any], notes: Mapping[str, str]) -> ColumnMapping:
    datatype = column.get("datatype", {})
    marks = datatype.get("format", {}) if isinstance(datatype, dict) else {}
    base = datatype.get("base", "") if isinstance(datatype, dict) else str(datatype)
    full = datatype.get("dc:identifier", "") if isinstance(datatype, dict) else ""
    scheme = str(column.get("valueUrl", "")).rpartition("/")[0]
    system = str(column.get(_SYSTEM, "")).rpartition("/")[2]
    is_grouped = marks.get("groupChar", " ") != " "
    kind = column[_KIND]
    return ColumnMapping(
        heading=column["titles"][0],
        kind=kind,
        path=column["propertyUrl"],
        label=column["dc:title"],
        datatype=full or (iri(f"xsd:{base}") if base else ""),
        language=column.get("lang", ""),
        separator=column.get("separator", ""),
        style=Style(
            decimal=marks.get("decimalChar", "," if system else "."),
            group=marks["groupChar"] if is_grouped else "",
            month_first=column.get("dc:format", "").startswith("M/"),
            unit=column.get(_UNIT, ""),
            epsg=int(system) if system else 4326,
            short_days=column.get("dc:format", "") == "yyMMdd",
            country=column.get(_COUNTRY, "").removeprefix("+") or Style.country,
        ),
        scheme=scheme,
        target=column.get("dc:references", ""),
        note=notes.get(column["name"], ""),
    )


def read_mappings(folder: Path) -> list[TableMapping]:
    """Return the mappings of a folder of sources, sorted by name.

    Raises:
        SheetRefused: One cannot be read.
    """
    return [read_csvw(path) for path in sorted((folder / FOLDER).glob(f"*{_SUFFIX}"))]


def fitting_mapping(
    mappings: Iterable[TableMapping], name: str, headings: Sequence[str]
) -> TableMapping | None:
    """Return the mapping that a table was made for: most of its headings are there.

    A table of the same name but for a year is preferred: ``konst-2027.csv`` for ``konst``.
    """
    known = {fold(heading) for heading in headings}

    def score(mapping: TableMapping) -> float:
        own = {fold(column.heading) for column in mapping.columns}
        shared = len(own & known) / max(1, len(own | known))
        keyed = all(fold(heading) in known for heading in mapping.key)
        return shared + (0.2 if _stem(mapping.name) == _stem(name) else 0.0) if keyed else 0.0

    best = max(mappings, key=score, default=None)
    return best if best is not None and score(best) >= 0.6 else None


def _stem(name: str) -> str:
    return re.sub(r"[\W\d_]+", "", fold(name))
