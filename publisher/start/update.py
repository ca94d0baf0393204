"""The next table through the mapping of the first: what differs, as a plan of ordinary changes.

Rows are matched by what distinguishes them. What the table does not say is left alone: columns that
it does not have, properties that no column has, and, unless removal is allowed, things without a
row.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from publisher.edit.changes import Change, FileChange, Plan, add_value, plan_changes
from publisher.edit.consequences import removal_of
from publisher.edit.init import Term, as_triples
from publisher.edit.inventory import Inventory
from publisher.errors import UsageError
from publisher.load.files import Role
from publisher.load.sources import Sources
from publisher.rdf.namespaces import iri
from publisher.rdf.subjects import pick_name
from publisher.rdf.text import fold
from publisher.start import kinds
from publisher.start.folder import concept_scheme, settled, terms_of_columns
from publisher.start.mapping import (
    GEOMETRY,
    TableMapping,
    as_csvw,
    fitting_mapping,
    with_columns,
)
from publisher.start.plain_words import becomes, details
from publisher.start.raw_tables import RawTable
from publisher.start.renamed_columns import LikelyRename, likely_renames
from publisher.start.row_values import CellFault, Converted, RowAddresses
from publisher.start.table_guess import guess_tables


@dataclass(frozen=True)
class CellDifference:
    """What differs in a thing: in one column.

    Attributes:
        thing: IRI of the thing.
        name: What it is called.
        heading: Of the column.
        old: Values of before, as people read them.
        new: Values of the table.
    """

    thing: str
    name: str
    heading: str
    old: tuple[str, ...]
    new: tuple[str, ...]


@dataclass(frozen=True)
class Update:
    """What a table changes.

    Attributes:
        mapping: The mapping it goes through.
        plan: What it makes of the files.
        changed: What differs in things that were there.
        new: Name of each thing that was not there, by IRI.
        gone: Name of each thing that has no row any more, by IRI.
        faults: What could not be read.
        added: Headings that the mapping does not know.
        missing: Headings that the table does not have.
        similar: What is missing, and what was added in its place, as it seems.
    """

    mapping: TableMapping
    plan: Plan = field(repr=False)
    changed: tuple[CellDifference, ...]
    new: Mapping[str, str]
    gone: Mapping[str, str]
    faults: tuple[CellFault, ...]
    added: tuple[str, ...]
    missing: tuple[str, ...]
    similar: tuple[LikelyRename, ...]

    @property
    def fresh(self) -> list[str]:
        """Return the headings that are new, and stand for none that is missing."""
        taken = {pair.new for pair in self.similar}
        return [heading for heading in self.added if heading not in taken]


def rename_headings(table: RawTable, renamed: Mapping[str, str]) -> RawTable:
    """Return a table with the headings of before, where somebody said which are the same.

    Raises:
        UsageError: The table has no such heading.
    """
    headings = list(table.headings)
    for old, new in renamed.items():
        places = [n for n, heading in enumerate(headings) if fold(heading) == fold(new)]
        if not places:
            raise UsageError(
                "The table has no heading '{heading}'.",
                remedy="Write --renamed OLD=NEW with the headings as they stand there: {known}.",
                heading=new,
                known=", ".join(headings),
            )
        headings[places[0]] = old
    return replace(table, headings=tuple(headings))


def find_mapping(mappings: Sequence[TableMapping], table: RawTable) -> TableMapping:
    """Return the mapping that a table belongs to.

    Raises:
        UsageError: None fits.
    """
    found = fitting_mapping(mappings, table.name, table.headings)
    if found is None:
        raise UsageError(
            "No mapping of this folder fits the table {file}.",
            remedy="Its headings are others than those of {known}. Say which are the same with"
            " --renamed OLD=NEW, or make another folder of it with --into.",
            file=table.file,
            known=", ".join(mapping.name for mapping in mappings) or "–",
        )
    return found


def plan_update(
    sources: Sources,
    mappings: Sequence[TableMapping],
    mapping: TableMapping,
    table: RawTable,
    allow_removal: bool = False,
) -> Update:
    """Return what a table changes; nothing is written yet.

    Args:
        sources: The folder, as it is.
        mappings: All mappings of it.
        mapping: The one that the table goes through.
        table: The table.
        allow_removal: Whether things without a row go away.

    Raises:
        ChangeRefused: No file can hold the changes.
    """
    return _plan(sources, mappings, (mapping, mapping), table, allow_removal)


def plan_new_columns(
    sources: Sources,
    mappings: Sequence[TableMapping],
    mapping: TableMapping,
    table: RawTable,
    headings: Sequence[str],
    allow_removal: bool = False,
) -> Update:
    """Return what a table changes, with columns taken in that its mapping does not know.

    Args:
        sources: The folder, as it is.
        mappings: All mappings of it.
        mapping: The one that the table goes through.
        table: The table.
        headings: Of the columns that are taken in.
        allow_removal: Whether things without a row go away.

    Raises:
        ChangeRefused: No file can hold the changes.
    """
    guess = guess_tables([table], mapping.language)[0]
    wider = with_columns(mapping, guess, headings)
    return _plan(sources, mappings, (mapping, wider), table, allow_removal)


def _plan(
    sources: Sources,
    mappings: Sequence[TableMapping],
    change: tuple[TableMapping, TableMapping],
    table: RawTable,
    allow_removal: bool,
) -> Update:
    """Return what a table changes, with the mapping of before and the one that it goes through."""
    before, mapping = change
    inventory = Inventory(sources)
    known = {fold(heading): heading for heading in table.headings}
    table = _with_headings_of(table, mapping)
    addresses = RowAddresses([(mapping, table)])
    for other in mappings:
        if other.name != mapping.name:
            addresses.named[other.name] = _named(inventory, other)
    # A column may say more than its values for the first time: that is kept beside them as well.
    mapping, converted = settled(mapping, table, addresses, keep_unread=mapping != before)
    there = set(inventory.instances(mapping.class_iri))
    gone = {
        thing: _name(inventory, thing, mapping) for thing in sorted(there - set(converted.things))
    }
    changes = list(_changes_of_terms(sources, mappings, before, mapping))
    changes += _changes(inventory, mapping, table, converted)
    changes += list(_new_concepts(inventory, mapping, converted))
    if allow_removal:
        changes += [change for thing in gone for change in removal_of(inventory, thing)]
    plan = plan_changes(sources, changes)
    if mapping != before:
        plan = replace(plan, files=(*plan.files, _kept(sources, mapping)))
    added, missing = _changed_headings(mapping, known)
    return Update(
        mapping=mapping,
        plan=plan,
        changed=tuple(_differences(inventory, mapping, table, converted)),
        new={t: _new_name(converted, t) for t in converted.things if t not in there},
        gone=gone,
        faults=tuple(converted.faults),
        added=added,
        missing=missing,
        similar=tuple(likely_renames(inventory, [mapping], table)) if missing else (),
    )


def with_new_headings(update: Update, sources: Sources, renames: Mapping[str, str]) -> Update:
    """Return an update after which the mapping knows columns by their new headings.

    Args:
        update: What a table changes.
        sources: The folder, as it is.
        renames: Heading of before → heading of the table.
    """
    if not renames:
        return update
    new = {fold(old): heading for old, heading in renames.items()}
    columns = tuple(
        replace(column, heading=new.get(fold(column.heading), column.heading))
        for column in update.mapping.columns
    )
    key = tuple(new.get(fold(heading), heading) for heading in update.mapping.key)
    kept = _kept(sources, replace(update.mapping, columns=columns, key=key))
    others = (file for file in update.plan.files if file.name != kept.name)
    return replace(update, plan=replace(update.plan, files=(*others, kept)))


def _changes_of_terms(
    sources: Sources, mappings: Sequence[TableMapping], before: TableMapping, after: TableMapping
) -> Iterator[Change]:
    """Yield what adds the terms of columns, and of what is kept beside them, that are new."""
    if after != before:
        others = [after if other.name == after.name else other for other in mappings]
        for triple in terms_of_columns(before, after, others):
            yield _as_change(triple, sources, after)


def _kept(sources: Sources, mapping: TableMapping) -> FileChange:
    """Return the change of the file that keeps a mapping."""
    path = sources.folder / mapping.file
    written = path.read_text("utf-8")
    return FileChange(mapping.file, path, written, as_csvw(mapping, json.loads(written)["url"]))


def _as_change(triple: Triple, sources: Sources, mapping: TableMapping) -> Change:
    """Return the change that adds a term of ontology or shapes, where its like is."""
    subject, value = triple.subject, triple.object
    assert isinstance(subject, NamedNode)
    assert isinstance(value, NamedNode | Literal)
    is_shape = not subject.value.startswith(mapping.namespace)
    shape = f"{mapping.base_iri}shapes#{mapping.class_iri.rpartition('#')[2]}"
    like = shape if is_shape else mapping.class_iri
    role = Role.SHAPES if is_shape else Role.ONTOLOGY
    files = (
        file.name
        for file in sources.of_role(role)
        for each in file.triples
        if each.subject == NamedNode(like)
    )
    return add_value(subject.value, triple.predicate.value, value, next(files, ""))


def guessed_columns(
    mapping: TableMapping, table: RawTable, headings: Sequence[str], language: str
) -> list[str]:
    """Return a line for each column that is new: what it would become."""
    guess = guess_tables([table], mapping.language)[0]
    return [
        f"{column.heading}{details(column, language)} → {becomes(column, language)}"
        for column in guess.columns
        if column.heading in headings
    ]


def _changed_headings(
    mapping: TableMapping, known: Mapping[str, str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the headings that are new, and those that are gone."""
    own = {fold(column.heading) for column in mapping.columns}
    added = tuple(heading for key, heading in known.items() if key not in own)
    return added, tuple(c.heading for c in mapping.columns if fold(c.heading) not in known)


def _with_headings_of(table: RawTable, mapping: TableMapping) -> RawTable:
    """Return a table with its headings as the mapping writes them."""
    own = {heading: mapping.column(heading) for heading in table.headings}
    headings = (column.heading if column else heading for heading, column in own.items())
    return replace(table, headings=tuple(headings))


def _named(inventory: Inventory, mapping: TableMapping) -> dict[str, str]:
    """Return what rows of another table are called by cells → their IRIs."""
    found: dict[str, str] = {}
    paths = [c.path for c in mapping.columns if c.heading in mapping.key or c.kind == kinds.NAME]
    for thing in inventory.instances(mapping.class_iri):
        for path in paths:
            found |= {fold(term.value): thing for term in inventory.values(thing, path)}
    return found


def _name(inventory: Inventory, thing: str, mapping: TableMapping) -> str:
    return pick_name(inventory.names(thing), mapping.language) or thing


def _new_name(converted: Converted, thing: str) -> str:
    names = converted.things[thing].get(iri("skos:prefLabel"), [])
    return names[0].value if names else thing


def _tabled_properties(mapping: TableMapping, table: RawTable) -> dict[str, set[str]]:
    """Return property → languages of the values that the table has; no language: all values."""
    found: dict[str, set[str]] = {iri("skos:prefLabel"): {mapping.language}}
    for column in mapping.columns:
        if column.heading in table.headings:
            found.setdefault(column.path, set()).add(column.language)
            if column.note:
                found.setdefault(column.note, set()).add("")
    points = [c for c in mapping.columns if c.kind in kinds.POINTS and c.heading in table.headings]
    if points:
        found[iri(GEOMETRY)] = {""}
    return found


def _before(
    inventory: Inventory, thing: str, path: str, languages: set[str]
) -> list[Literal | NamedNode]:
    """Return the earlier values of a property that the table has."""
    values = [v for v in inventory.values(thing, path) if not isinstance(v, BlankNode)]
    if "" in languages:
        return values
    return [v for v in values if isinstance(v, Literal) and v.language in languages]


def _changes(
    inventory: Inventory, mapping: TableMapping, table: RawTable, converted: Converted
) -> Iterator[Change]:
    reported = _tabled_properties(mapping, table)
    file = _file(inventory, mapping)
    skipped = _unread(mapping, converted)
    for thing, properties in converted.things.items():
        is_new = thing not in inventory.things
        if is_new:
            yield add_value(thing, iri("rdf:type"), NamedNode(mapping.class_iri), file)
        for path, languages in reported.items():
            if (thing, path) in skipped and not properties.get(path):
                continue  # what cannot be read changes nothing
            old, new = _before(inventory, thing, path, languages), properties.get(path, [])
            for term in old:
                if term not in new:
                    yield Change(thing, path, old=term)
            for term in new:
                if term not in old:
                    yield add_value(thing, path, term, file if is_new else "")


def _unread(mapping: TableMapping, converted: Converted) -> set[tuple[str, str]]:
    """Return thing and property of every cell that cannot be read."""
    things = {row: thing for thing, row in converted.rows.items()}
    paths = {column.heading: column.path for column in mapping.columns}
    return {
        (things[fault.row], paths[fault.heading])
        for fault in converted.faults
        if fault.row in things and fault.heading in paths
    }


def _file(inventory: Inventory, mapping: TableMapping) -> str:
    """Return the file that new things are written into: where the others are."""
    for thing in inventory.instances(mapping.class_iri):
        if thing in inventory.defining_files:
            return inventory.defining_files[thing]
    dataset = mapping.namespace.rstrip("#").rpartition("/")[2]
    return f"data/{dataset}/{mapping.kind}.ttl"


def _new_concepts(
    inventory: Inventory, mapping: TableMapping, converted: Converted
) -> Iterator[Change]:
    """Yield what adds values that a list does not have yet."""
    titles = {column.scheme: column.label for column in mapping.columns}
    for scheme, concepts in converted.concepts.items():
        known = set(inventory.subjects(iri("skos:inScheme"), scheme))
        fresh = {
            concept: properties for concept, properties in concepts.items() if concept not in known
        }
        if not fresh:
            continue
        file = inventory.defining_files.get(scheme, "")
        properties = concept_scheme(scheme, titles.get(scheme, ""), mapping.language, fresh)
        if file:
            properties[scheme] = {"skos:hasTopConcept": properties[scheme]["skos:hasTopConcept"]}
        else:  # the list of a column that is new
            file = f"ontology/concepts/{scheme.rpartition('/')[2]}.ttl"
        for triple in as_triples(properties):
            assert isinstance(triple.subject, NamedNode)
            assert isinstance(triple.object, NamedNode | Literal)
            yield add_value(triple.subject.value, triple.predicate.value, triple.object, file)


def _differences(
    inventory: Inventory, mapping: TableMapping, table: RawTable, converted: Converted
) -> Iterator[CellDifference]:
    reported = _tabled_properties(mapping, table)
    skipped = _unread(mapping, converted)
    headings: dict[str, str] = {}
    for column in mapping.columns:
        headings.setdefault(column.path, column.heading)
    for thing, properties in converted.things.items():
        if thing not in inventory.things:
            continue
        for path, heading in headings.items():
            if path not in reported or ((thing, path) in skipped and not properties.get(path)):
                continue
            old, new = _before(inventory, thing, path, reported[path]), properties.get(path, [])
            if set(old) != set(new):
                name = _name(inventory, thing, mapping)
                yield CellDifference(
                    thing,
                    name,
                    heading,
                    _shown(old, inventory, converted, mapping),
                    _shown(new, inventory, converted, mapping),
                )


def _shown(
    terms: Iterable[Term], inventory: Inventory, converted: Converted, mapping: TableMapping
) -> tuple[str, ...]:
    fresh = {
        c: properties[0] for each in converted.concepts.values() for c, properties in each.items()
    }
    found = []
    for term in terms:
        name = ""
        if isinstance(term, NamedNode):
            name = pick_name(inventory.names(term.value), mapping.language)
            name = name or fresh.get(term.value, "")
        found.append(name or term.value)
    return tuple(sorted(found))
