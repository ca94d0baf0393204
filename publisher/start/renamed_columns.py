"""Which heading of the next table is which of the first one, by what stands below them.

Nothing is renamed here: what is likely is said with its reason, and somebody decides.
"""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from pyoxigraph import BlankNode, Literal, NamedNode

from publisher.edit.inventory import Inventory
from publisher.messages import Text, text
from publisher.rdf.text import fold
from publisher.start import kinds
from publisher.start.cell_values import READERS, is_missing
from publisher.start.column_guess import split_values
from publisher.start.mapping import ColumnMapping, TableMapping, fitting_mapping
from publisher.start.raw_tables import RawTable
from publisher.start.row_values import RowAddresses, convert

# Rows that are compared, and pairs of headings at most: more would take minutes.
_ROWS, _MOST_PAIRS = 300, 400
# So many cells must be comparable, so many of them equal, and names so much alike.
_FEWEST, _ENOUGH, _ALIKE = 3, 0.5, 0.6
_READABLE = 0.75
# Their cells can be read as anything: that they can says nothing.
_OPEN = frozenset((kinds.TEXT, kinds.DESCRIPTION, kinds.CODE, kinds.NAME, kinds.IDENTIFIER))
_OPEN_LISTS = frozenset((kinds.LIST, kinds.LINK, kinds.EMPTY, kinds.OMITTED))

_Term = Literal | NamedNode


@dataclass(frozen=True)
class LikelyRename:
    """A heading that is missing, and one that may have taken its place.

    Attributes:
        old: The heading that the mapping knows.
        new: The one that is in the table.
        reason: Why, within a sentence.
        score: From 0 to 1: how likely it is.
    """

    old: str
    new: str
    reason: Text
    score: float


def likely_renames(
    inventory: Inventory, mappings: Sequence[TableMapping], table: RawTable
) -> list[LikelyRename]:
    """Return which headings of a table are likely to be those of before under other names.

    Each heading is in one pair at most, the likeliest first.

    Args:
        inventory: The things of the folder.
        mappings: Those of it; the one that fits best is meant.
        table: The next table.
    """
    whole = fitting_mapping(mappings, table.name, table.headings)
    candidates = [whole] if whole is not None else mappings
    found = [_renames(inventory, mapping, table) for mapping in candidates]
    return max(found, key=lambda each: sum(one.score for one in each), default=[])


def renamed(table: RawTable, renames: Mapping[str, str]) -> RawTable:
    """Return a table in which new headings are the old ones.

    Args:
        table: The next table.
        renames: Old heading → new one.
    """
    old = {new: before for before, new in renames.items()}
    return replace(table, headings=tuple(old.get(heading, heading) for heading in table.headings))


def _renames(inventory: Inventory, mapping: TableMapping, table: RawTable) -> list[LikelyRename]:
    table = replace(table, rows=table.rows[:_ROWS])
    known = {fold(column.heading): column.heading for column in mapping.columns}
    table = replace(
        table, headings=tuple(known.get(fold(heading), heading) for heading in table.headings)
    )
    missing = [c for c in mapping.columns if c.heading not in table.headings]
    added = [heading for heading in table.headings if fold(heading) not in known]
    if not missing or not added or len(missing) * len(added) > _MOST_PAIRS:
        return []
    found = []
    lost = [column for column in missing if column.heading in mapping.key]
    if len(lost) == 1 and (key := _renamed_key(inventory, mapping, table, lost[0], added)):
        found.append(key)
        table = renamed(table, {key.old: key.new})
        missing.remove(lost[0])
        added.remove(key.new)
    elif lost:
        return []
    pairs = sorted(_pairs(inventory, mapping, table, missing, added), key=lambda p: -p.score)
    for pair in pairs:
        if not any(pair.old == other.old or pair.new == other.new for other in found):
            found.append(pair)
    return found


def _renamed_key(
    inventory: Inventory,
    mapping: TableMapping,
    table: RawTable,
    column: ColumnMapping,
    added: Sequence[str],
) -> LikelyRename | None:
    """Return the heading below which most rows are things that are there; None for none."""
    there = set(inventory.instances(mapping.class_iri))
    rated = []
    for heading in added:
        rows = renamed(table, {column.heading: heading})
        given = set(RowAddresses([(mapping, rows)]).of_row[mapping.name])
        rated.append((len(given & there), len(given), heading))
    same, count, heading = max(rated)
    if not count or same < max(1, count * _ENOUGH):
        return None
    reason = text("{same} of {count} rows are known by it", same=same, count=count)
    return LikelyRename(column.heading, heading, reason, same / count)


def _pairs(
    inventory: Inventory,
    mapping: TableMapping,
    table: RawTable,
    missing: Sequence[ColumnMapping],
    added: Sequence[str],
) -> Iterator[LikelyRename]:
    there = inventory.instances(mapping.class_iri)
    addresses = RowAddresses([(mapping, table)])
    is_sole = len(missing) == len(added) == 1
    for column in missing:
        before = {thing: _before(inventory, thing, column) for thing in there}
        for heading in added:
            pair = _pair(mapping, table, (column, heading), before, addresses, is_sole)
            if pair is not None:
                yield pair


def _before(inventory: Inventory, thing: str, column: ColumnMapping) -> frozenset[_Term]:
    values = (v for v in inventory.values(thing, column.path) if not isinstance(v, BlankNode))
    return frozenset(
        v for v in values if not column.language or getattr(v, "language", "") == column.language
    )


def _pair(
    mapping: TableMapping,
    table: RawTable,
    pair: tuple[ColumnMapping, str],
    before: Mapping[str, frozenset[_Term]],
    addresses: RowAddresses,
    is_sole: bool,
) -> LikelyRename | None:
    """Return how likely a heading stands for a column; None when it hardly does."""
    column, heading = pair
    if not _is_readable(column, table.column(table.headings.index(heading))):
        return None
    alone = replace(mapping, columns=(column,), key=())
    converted = convert(alone, renamed(table, {column.heading: heading}), addresses)
    after = {t: set(p.get(column.path, ())) for t, p in converted.things.items()}
    both = [thing for thing, terms in after.items() if terms and before.get(thing)]
    same = sum(1 for thing in both if after[thing] == before[thing])
    # In a table of three rows two may be there: then both are the same, and not by chance.
    is_tiny = same == len(both) == 2 and len({before[thing] for thing in both}) == 2
    if (is_tiny or len(both) >= _FEWEST) and same >= len(both) * _more_than_chance(before):
        reason = text("{same} of {count} cells are as before", same=same, count=len(both))
        return LikelyRename(column.heading, heading, reason, 0.5 + 0.5 * same / len(both))
    alike = difflib.SequenceMatcher(None, fold(column.heading), fold(heading)).ratio()
    if alike >= _ALIKE:
        return LikelyRename(column.heading, heading, text("it is called almost the same"), alike)
    old, new = set().union(*before.values()), set().union(*after.values())
    if len(new) >= _FEWEST and len(new & old) >= len(new) * _READABLE:
        return LikelyRename(column.heading, heading, text("its values are those of before"), 0.6)
    if is_sole and column.kind not in _OPEN | _OPEN_LISTS:
        return LikelyRename(
            column.heading,
            heading,
            text("its values are of the same kind, and no other is new"),
            0.4,
        )
    return None


def _more_than_chance(before: Mapping[str, frozenset[_Term]]) -> float:
    """Return which share of equal cells says something: where most are yes, many are by chance."""
    counts = Counter(terms for terms in before.values() if terms)
    chance = sum((count / counts.total()) ** 2 for count in counts.values())
    return chance + (1 - chance) * _ENOUGH if len(counts) > 1 else 2.0


def _is_readable(column: ColumnMapping, cells: Sequence[str]) -> bool:
    filled = [
        part for c in cells for part in split_values(c, column.separator) if not is_missing(c)
    ]
    if not filled or column.kind in _OPEN_LISTS:
        return column.kind not in (kinds.EMPTY, kinds.OMITTED)
    read = sum(1 for cell in filled if READERS[column.kind](cell, column.style) is not None)
    return read >= len(filled) * _READABLE
