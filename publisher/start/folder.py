"""A mapping and its rows → a folder of ordinary sources: ontology, shapes, lists, data, catalogue.

Nothing here is read again by this program alone: forms, sheets and Turtle editors change these
files as they change any others; only the mapping is for the next table.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Quad, Triple

from publisher.edit.changes import FileChange, write_all
from publisher.edit.init import (
    PropertiesBySubject,
    StartOptions,
    Term,
    as_triples,
    catalogue,
    nodes,
    ontology_terms,
    refuse_wrong,
    settings_text,
)
from publisher.edit.inventory import slug
from publisher.errors import SheetRefused
from publisher.languages import LANGUAGES, within_sentence, written_languages
from publisher.messages import translate
from publisher.rdf.namespaces import PREFIXES, iri
from publisher.rdf.turtle import write_subjects, write_turtle
from publisher.start import kinds
from publisher.start.mapping import (
    GEOMETRY,
    ColumnMapping,
    TableMapping,
    as_csvw,
    mapping_of,
)
from publisher.start.raw_tables import RawTable
from publisher.start.row_values import CellFault, Converted, RowAddresses, convert
from publisher.start.specifications import specifications
from publisher.start.table_guess import TableGuess


@dataclass(frozen=True)
class FolderDraft:
    """What tables become, before it is written.

    Attributes:
        start: What somebody said of the data.
        mappings: What each table becomes.
        tables: The tables, in the same order.
        converted: What their rows mean, in the same order.
        texts: Name → text of every file.
    """

    start: StartOptions
    mappings: tuple[TableMapping, ...]
    tables: tuple[RawTable, ...]
    converted: tuple[Converted, ...]
    texts: Mapping[str, str]

    @property
    def faults(self) -> list[CellFault]:
        """Return what could not be read, in all tables."""
        return [fault for each in self.converted for fault in each.faults]


def draft_folder(
    start: StartOptions, guesses: Sequence[TableGuess], thing: str = "", language: str = ""
) -> FolderDraft:
    """Return what guessed tables become.

    Args:
        start: What somebody said of the data.
        guesses: What the tables are taken for.
        thing: What a row of the only table is called; empty: as the table.
        language: Of that name; empty: that of the table.

    Raises:
        SheetRefused: No table has a row.
    """
    if not any(guess.table.rows for guess in guesses):
        raise SheetRefused(
            "The table has no rows below its headings.",
            where=guesses[0].table.file,
            remedy="Fill in at least one row, so that there is something to show.",
        )
    mappings = [
        mapping_of(guess, start.base_iri, start.dataset, thing if len(guesses) == 1 else "")
        for guess in guesses
    ]
    if thing and len(mappings) == 1 and language not in ("", mappings[0].language):
        mappings = [replace(mappings[0], label_language=language)]
    mappings = _apart(mappings)
    tables = [guess.table for guess in guesses]
    addresses = RowAddresses(zip(mappings, tables, strict=True))
    pairs = zip(mappings, tables, strict=True)
    made = [settled(mapping, table, addresses) for mapping, table in pairs]
    mappings = [mapping for mapping, _converted in made]
    converted = [each for _mapping, each in made]
    texts = _texts(start, mappings, tables, converted)
    return FolderDraft(start, tuple(mappings), tuple(tables), tuple(converted), texts)


def _apart(mappings: Sequence[TableMapping]) -> list[TableMapping]:
    """Return the mappings with classes of their own, also where tables have one name."""
    seen: dict[str, int] = {}
    found = []
    for mapping in mappings:
        count = seen[mapping.kind] = seen.get(mapping.kind, 0) + 1
        if count > 1:
            mapping = replace(
                mapping,
                kind=f"{mapping.kind}-{count}",
                class_iri=f"{mapping.class_iri}{count}",
                name=f"{mapping.name} {count}",
            )
        found.append(mapping)
    return found


def settled(
    mapping: TableMapping, table: RawTable, addresses: RowAddresses, keep_unread: bool = True
) -> tuple[TableMapping, Converted]:
    """Return a mapping in which every cell is kept, and what its rows mean.

    What a value cannot say is as written in a property beside it: first it must be known in
    which columns that is so. Without ``keep_unread`` columns with cells that cannot be read get
    none: these are faults that somebody must see.
    """
    converted = convert(mapping, table, addresses)
    noted = set(converted.noted)
    if not keep_unread:
        noted -= {fault.heading for fault in converted.faults}
    missing = [c for c in mapping.columns if c.heading in noted and not c.note]
    if not missing:
        return mapping, converted
    columns = tuple(
        replace(column, note=_note_path(column, mapping)) if column in missing else column
        for column in mapping.columns
    )
    mapping = replace(mapping, columns=columns)
    return mapping, convert(mapping, table, addresses)


def _note_path(column: ColumnMapping, mapping: TableMapping) -> str:
    own = column.path.removeprefix(mapping.namespace)
    name = own if own != column.path else slug(column.heading).replace("-", "") or "value"
    return f"{mapping.namespace}{name}AsWritten"


def write_folder(draft: FolderDraft, folder: Path) -> list[str]:
    """Write a drafted folder; return the names of its files.

    Raises:
        UsageError: The folder is not empty, or something cannot be an address.
        SourceError: A file cannot be written.
    """
    refuse_wrong(draft.start, folder)
    folder.mkdir(parents=True, exist_ok=True)
    changes = [FileChange(name, folder / name, None, text) for name, text in draft.texts.items()]
    return write_all(folder, changes)


def _texts(
    start: StartOptions,
    mappings: Sequence[TableMapping],
    tables: Sequence[RawTable],
    converted: Sequence[Converted],
) -> dict[str, str]:
    prefixes = {start.dataset: f"{start.base_iri}def/{start.dataset}#"}
    prefixes |= {"shape": f"{start.base_iri}shapes#"} | dict(PREFIXES)

    given = {mapping.language for mapping in mappings}
    given |= {column.language for mapping in mappings for column in mapping.columns}
    spoken = written_languages((*start.languages, *given))
    foreign = set(LANGUAGES) - set(spoken)

    def turtle(triples: Iterable[Triple | Quad]) -> str:
        written = (t for t in triples if getattr(t.object, "language", None) not in foreign)
        return write_turtle(written, prefixes)

    found = {
        "pyproject.toml": settings_text(start),
        f"ontology/{start.dataset}.ttl": turtle(as_triples(ontology(start, mappings))),
        "data/catalogue.ttl": turtle(as_triples(_catalogue(start, mappings, converted))),
    }
    lists: dict[str, dict[str, tuple[str, str]]] = defaultdict(dict)
    titles: dict[str, tuple[str, str]] = {}
    for mapping, table, each in zip(mappings, tables, converted, strict=True):
        found[f"shapes/{mapping.class_iri.rpartition('#')[2]}.ttl"] = turtle(
            as_triples(shapes(mapping, mappings))
        )
        if each.things:
            # Of a hundred thousand rows no triples are made first.
            things = write_subjects(dict(typed_things(mapping, each)), prefixes)
            found[f"data/{start.dataset}/{mapping.kind}.ttl"] = things
        found[mapping.file] = as_csvw(mapping, table.file)
        for column in mapping.columns:
            if column.scheme:
                lists[column.scheme] |= each.concepts.get(column.scheme, {})
                titles.setdefault(column.scheme, (column.label, mapping.language))
    for scheme, concepts in lists.items():
        title, language = titles[scheme]
        listed = concept_scheme(scheme, title, language, concepts)
        found[f"ontology/concepts/{scheme.rpartition('/')[2]}.ttl"] = turtle(as_triples(listed))
    return found


def _catalogue(
    start: StartOptions, mappings: Sequence[TableMapping], converted: Sequence[Converted]
) -> PropertiesBySubject:
    """Return the catalogue with what portals score besides: period and rights of each dataset.

    The specifications that somebody says the data follow are named, and described (DCAT-AP).
    """
    found = catalogue(start)
    first, last = _years(converted) or (start.day.year, start.day.year)
    for dataset in (f"{start.base_iri}dataset/{name}" for name in (start.dataset, "vocabulary")):
        found[dataset]["dcterms:temporal"] = nodes(f"{dataset}/temporal")
        found[dataset]["dcterms:rights"] = nodes(f"{dataset}/rights")
        years = (first, last) if dataset.endswith(start.dataset) else (start.day.year,) * 2
        found[f"{dataset}/temporal"] = {
            "rdf:type": nodes("dcterms:PeriodOfTime"),
            "rdfs:label": [Literal(f"{years[0]}–{years[1]}")],
            "dcat:startDate": [_year(years[0])],
            "dcat:endDate": [_year(years[1])],
        }
        found[f"{dataset}/rights"] = _rights(start)
    followed = {mapping.specification: None for mapping in mappings if mapping.specification}
    if followed:
        found[f"{start.base_iri}dataset/{start.dataset}"]["dcterms:conformsTo"] = nodes(*followed)
    for specification in followed:
        found[specification] = {
            "rdf:type": nodes("dcterms:Standard"),
            "dcterms:title": _titles(specification),
            "rdfs:label": _titles(specification),
        }
    return found


def _titles(specification: str) -> list[Term]:
    named = [each for each in specifications() if each.iri == specification]
    return [
        Literal(title, language=tag) for each in named[:1] for tag, title in each.titles.items()
    ]


_ODRS = "http://schema.theodi.org/odrs#"


def _rights(start: StartOptions) -> dict[str, list[Term]]:
    """Return what DCAT-AP-SE wants of a rights statement (ODRS)."""
    return {
        "rdf:type": nodes("dcterms:RightsStatement", f"{_ODRS}RightsStatement"),
        "rdfs:label": _in_each("The licence says how the data may be used."),
        f"{_ODRS}attributionText": _in_each("Source: {name}.", name=start.publisher),
        f"{_ODRS}attributionURL": nodes(start.base_iri),
        f"{_ODRS}copyrightHolder": nodes(f"{start.base_iri}id/organisation/publisher"),
        f"{_ODRS}copyrightStatement": nodes(start.licence),
        f"{_ODRS}jurisdiction": nodes(_SWEDEN),
        f"{_ODRS}reuserGuidelines": nodes(start.base_iri),
    }


_SWEDEN = "http://publications.europa.eu/resource/authority/country/SWE"


def _year(number: int) -> Literal:
    return Literal(f"{number:04d}", datatype=NamedNode(iri("xsd:gYear")))


_DATED = frozenset(map(iri, ("xsd:date", "xsd:dateTime", "xsd:gYear", "xsd:gYearMonth")))


def _years(converted: Sequence[Converted]) -> tuple[int, int] | None:
    """Return the first and the last year that the data have; None when they have none."""
    years = [
        int(term.value[:4])
        for each in converted
        for properties in each.things.values()
        for terms in properties.values()
        for term in terms
        if isinstance(term, Literal) and term.datatype.value in _DATED
    ]
    return (min(years), max(years)) if years else None


def typed_things(
    mapping: TableMapping, converted: Converted
) -> Iterator[tuple[NamedNode, Mapping[str, Sequence[Term]]]]:
    """Yield each row with what is said of it, its class too."""
    own_class = nodes(mapping.class_iri)
    for thing, properties in converted.things.items():
        yield NamedNode(thing), {iri("rdf:type"): own_class, **properties}


def concept_scheme(
    scheme: str, title: str, language: str, concepts: Mapping[str, tuple[str, str]]
) -> PropertiesBySubject:
    """Return a list with its concepts (SKOS)."""
    called = title[:1].upper() + title[1:]
    found: PropertiesBySubject = {
        scheme: {
            "rdf:type": nodes("skos:ConceptScheme"),
            "dcterms:title": [Literal(called, language=language)],
            "skos:prefLabel": [Literal(called, language=language)],
        }
    }
    if concepts:
        found[scheme]["skos:hasTopConcept"] = [NamedNode(concept) for concept in concepts]
    for concept, (name, code) in concepts.items():
        found[concept] = {
            "rdf:type": nodes("skos:Concept"),
            "skos:prefLabel": [Literal(name, language=language)],
            "skos:inScheme": nodes(scheme),
            "skos:topConceptOf": nodes(scheme),
        }
        if code:
            found[concept]["skos:notation"] = [Literal(code)]
    return found


# Ontology and shapes.


def ontology(start: StartOptions, mappings: Sequence[TableMapping]) -> PropertiesBySubject:
    """Return the ontology with a class for each table and a property for each column."""
    named = f"{start.base_iri}def/{start.dataset}"
    found = {named: ontology_terms(start)[named]}
    for mapping in mappings:
        values = {"name": mapping.name, "thing": mapping.label}
        found[mapping.class_iri] = {
            "rdf:type": nodes("owl:Class"),
            "rdfs:label": [Literal(name, language=tag) for tag, name in mapping.title.items()],
            "rdfs:isDefinedBy": nodes(named),
            "skos:definition": _in_each("A row of the table {name}.", **values),
        }
        for column in mapping.columns:
            if column.path.startswith(mapping.namespace) and column.kind != kinds.OMITTED:
                found.setdefault(column.path, _property(column, mapping, named))
            if column.note:
                found[column.note] = _note_property(column, mapping, named)
    return found


def _property(column: ColumnMapping, mapping: TableMapping, ontology: str) -> dict[str, list[Term]]:
    kind = "owl:DatatypeProperty" if column.datatype else "owl:ObjectProperty"
    return {
        "rdf:type": nodes(kind),
        "rdfs:label": [Literal(_lower(column.label, mapping.language), language=mapping.language)],
        "rdfs:isDefinedBy": nodes(ontology),
        "skos:definition": _in_each(
            "The column {heading} of the table {name}.",
            heading=column.heading,
            name=mapping.name,
        ),
    }


def _note_property(
    column: ColumnMapping, mapping: TableMapping, ontology: str
) -> dict[str, list[Term]]:
    return {
        "rdf:type": nodes("owl:DatatypeProperty"),
        "rdfs:label": _in_each(
            "{heading}, as written", heading=_lower(column.label, mapping.language)
        ),
        "rdfs:isDefinedBy": nodes(ontology),
        "skos:definition": _in_each(
            "What stands in the column {heading} where it says more than a value.",
            heading=column.heading,
        ),
    }


def terms_of_columns(
    before: TableMapping, after: TableMapping, others: Sequence[TableMapping]
) -> Iterable[Triple]:
    """Yield what ontology and shapes say of the columns that a mapping has gained."""
    known = {column.heading for column in before.columns}
    noted = {column.note for column in before.columns}
    own: PropertiesBySubject = {}
    for column in after.columns:
        is_new = column.heading not in known and column.kind != kinds.OMITTED
        if is_new and column.path.startswith(after.namespace):
            own.setdefault(column.path, _property(column, after, after.namespace[:-1]))
        if column.note and column.note not in noted:
            own[column.note] = _note_property(column, after, after.namespace[:-1])
    yield from as_triples(own)
    existing = set(as_triples(shapes(before, others)))
    described = {triple.subject for triple in existing}
    node = f"{after.base_iri}shapes#{after.class_iri.rpartition('#')[2]}"
    for triple in as_triples(shapes(after, others)):
        is_part = triple.subject == NamedNode(node) and triple.predicate.value == iri("sh:property")
        if triple not in existing and (is_part or triple.subject not in described):
            yield triple


def _lower(label: str, language: str) -> str:
    return within_sentence(label, language) if label[1:2].islower() else label


def _in_each(message: str, **values: str) -> list[Term]:
    """Return a text of the program in each of its languages; ``_texts`` leaves some out."""
    return [
        Literal(translate(message, language, **values), language=language) for language in LANGUAGES
    ]


def shapes(mapping: TableMapping, others: Sequence[TableMapping]) -> PropertiesBySubject:
    """Return the shape of a table's rows, with a property shape for each column."""
    shape = f"{mapping.base_iri}shapes#{mapping.class_iri.rpartition('#')[2]}"
    parts: PropertiesBySubject = {}
    targets = {other.name: other.class_iri for other in others}
    for column in mapping.columns:
        _add_shape(parts, f"{shape}-{_local(column.path)}", column, mapping, targets)
        if column.note:
            _add_part(
                parts,
                f"{shape}-{_local(column.note)}",
                column.note,
                _in_each("{heading}, as written", heading=column.label),
                _in_each("Write here what the value cannot say, such as 'about 1965'."),
                {"sh:datatype": nodes("xsd:string")},
            )
    if not any(column.kind == kinds.NAME for column in mapping.columns):
        _add_part(
            parts,
            f"{shape}-prefLabel",
            iri("skos:prefLabel"),
            _in_each("Name"),
            _in_each("Give one name per language."),
            _constraints_of_text() | {"sh:minCount": [_whole(1)]},
        )
    if mapping.has_geometry:
        _add_part(
            parts,
            f"{shape}-geometry",
            iri(GEOMETRY),
            _in_each("Place on the map"),
            _in_each("Write the place as WKT, longitude first: POINT (18.06 59.33)."),
            {"sh:datatype": nodes("geo:wktLiteral"), "sh:maxCount": [_whole(1)]},
        )
    own: dict[str, list[Term]] = {
        "rdf:type": nodes("sh:NodeShape"),
        "rdfs:label": [Literal(name, language=tag) for tag, name in mapping.title.items()],
        "sh:targetClass": nodes(mapping.class_iri),
        "sh:property": [NamedNode(part) for part in parts],
    }
    return {shape: own, **parts}


def _local(path: str) -> str:
    return path.rpartition("#")[2].rpartition("/")[2]


def _whole(number: int) -> Literal:
    return Literal(str(number), datatype=NamedNode(iri("xsd:integer")))


def _constraints_of_text() -> dict[str, list[Term]]:
    unique: list[Term] = [Literal("true", datatype=NamedNode(iri("xsd:boolean")))]
    return {"sh:datatype": nodes("rdf:langString"), "sh:uniqueLang": unique}


def _add_part(
    parts: PropertiesBySubject,
    shape: str,
    path: str,
    names: list[Term],
    messages: list[Term],
    constraints: Mapping[str, list[Term]],
) -> None:
    parts[shape] = {
        "rdf:type": nodes("sh:PropertyShape"),
        "sh:path": [NamedNode(path)],
        "sh:name": names,
        "sh:message": messages,
        "sh:order": [_whole(len(parts) + 1)],
        "sh:severity": nodes("sh:Violation"),
        **constraints,
    }


def _add_shape(
    parts: PropertiesBySubject,
    shape: str,
    column: ColumnMapping,
    mapping: TableMapping,
    targets: Mapping[str, str],
) -> None:
    """Add the property shape of a column; columns of one property have one."""
    label: list[Term] = [Literal(_upper(column.label), language=mapping.language)]
    if shape in parts or column.kind == kinds.OMITTED:
        return
    constraints: dict[str, list[Term]] = {}
    if column.datatype == iri("rdf:langString"):
        constraints |= _constraints_of_text()
        if column.kind == kinds.NAME:
            constraints["sh:minCount"] = [_whole(1)]
    elif column.datatype:
        constraints["sh:datatype"] = [NamedNode(column.datatype)]
        constraints |= {} if column.separator else {"sh:maxCount": [_whole(1)]}
    else:
        constraints |= _node_constraints(column, targets)
    if column.style.unit and column.kind == kinds.NUMBER:
        constraints["sh:description"] = _in_each("In {unit}.", unit=column.style.unit)
    _add_part(parts, shape, column.path, label, _message(column), constraints)


def _node_constraints(column: ColumnMapping, targets: Mapping[str, str]) -> dict[str, list[Term]]:
    found: dict[str, list[Term]] = {"sh:nodeKind": nodes("sh:IRI")}
    if column.scheme:
        found["sh:class"] = nodes("skos:Concept")
        found["sh:pattern"] = [Literal(f"^{column.scheme.replace('.', '[.]')}/")]
    elif column.target in targets:
        found["sh:class"] = nodes(targets[column.target])
    elif column.kind == kinds.EMAIL:
        found["sh:pattern"] = [Literal("^mailto:")]
    elif column.kind == kinds.TELEPHONE:
        found["sh:pattern"] = [Literal("^tel:")]
    return found


def _upper(label: str) -> str:
    return label[:1].upper() + label[1:]


_MESSAGES: Mapping[str, str] = {
    kinds.NAME: "Give one name per language.",
    kinds.DESCRIPTION: "Give one text per language.",
    kinds.NUMBER: "Write one number, in digits.",
    kinds.TRUTH: "Write one of true and false.",
    kinds.DATE: "Write one day, as 2025-05-31.",
    kinds.DATETIME: "Write one day with its time, as 2025-05-31T18:30:00.",
    kinds.TIME: "Write one time of the day, as 18:30:00.",
    kinds.MONTH: "Write one month, as 2025-05.",
    kinds.YEAR: "Write one year, as 1965.",
    kinds.LIST: "Choose from the list, or add to the list first.",
    kinds.MUNICIPALITY: "Choose from the list, or add to the list first.",
    kinds.COUNTY: "Choose from the list, or add to the list first.",
    kinds.LINK: "Choose a row of the other table.",
    kinds.EMAIL: "Write a mail address, from mailto: on.",
    kinds.TELEPHONE: "Write a telephone number with its country, from tel:+46 on.",
    kinds.ADDRESS: "Write the address of a page, from https:// on.",
    kinds.PICTURE: "Write the address of a picture, from https:// on.",
    kinds.WIKIDATA: "Write the address of an item of Wikidata.",
    kinds.PLACE: "Write the place as WKT, longitude first: POINT (18.06 59.33).",
    kinds.GEOJSON: "Write the place as WKT, longitude first: POINT (18.06 59.33).",
}


def _message(column: ColumnMapping) -> list[Term]:
    english = _MESSAGES.get(column.kind, "Write one value.")
    return [Literal(translate(english, language), language=language) for language in LANGUAGES]
