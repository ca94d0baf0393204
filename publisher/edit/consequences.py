"""What else a change implies: the one place that every way of editing asks.

A fact has statements that say who says it; a thing has links to it; a text may repeat a value that
is replaced; and the sources may be worse than before. Forms, workbooks and commands make the
changes that people asked for, and ask here what follows from them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pyoxigraph import Literal, NamedNode

from publisher.edit.changes import Change, Plan, remove_value, replace_value
from publisher.edit.inventory import Inventory
from publisher.edit.statements import OBJECT, STATEMENT, SUBJECT, StatementIndex
from publisher.findings import Finding
from publisher.load.sources import Sources
from publisher.quality.repeated_values import find_lagging_names
from publisher.rdf.subjects import Term

# Longer numbers may have a mark between thousands.
_UNSEPARATED = 3
Fact = tuple[str, str, Term]


@dataclass(frozen=True)
class Consequences:
    """What follows from some changes of facts.

    Attributes:
        changes: Of the statements about the facts.
        unsourced: The changes that add a fact of which nobody says who says it.
    """

    changes: Sequence[Change] = field(repr=False)
    unsourced: Sequence[Change] = field(repr=False)


def consequences_of(
    changes: Sequence[Change],
    statements: StatementIndex,
    cited: Mapping[str, Sequence[str]],
    untouched: Collection[str] = (),
    stated: Collection[Fact] = (),
) -> Consequences:
    """Return what follows from changes of facts; see ``StatementIndex.following``.

    Args:
        changes: Of facts, and of the statements in ``kept``.
        statements: Of the sources.
        cited: Thing → IRIs of the sources of its new facts.
        untouched: Statements that somebody edits himself: they stay as they are.
        stated: Facts (thing, property, value) that somebody writes a statement on himself.
    """
    facts = [change for change in changes if change.thing not in untouched]
    return Consequences(
        statements.following(facts, cited, untouched, stated),
        statements.lacking(facts, cited, stated),
    )


def removal_of(inventory: Inventory, thing: str) -> Iterator[Change]:
    """Yield the changes that remove a thing, with every link to it and every statement on it."""
    for path in inventory.properties.of(thing):
        for value in inventory.properties.values(thing, path):
            yield remove_value(thing, path, value)
    for path, subject in inventory.pointing(thing):
        if path in (SUBJECT, OBJECT) and STATEMENT in inventory.types(subject):
            yield from removal_of(inventory, subject)
        else:
            yield remove_value(subject, path, NamedNode(thing))


def updated_text(text: str, replaced: Iterable[tuple[str, str]]) -> str:
    """Return a text with new values in the place of old ones: whole words and numbers alone.

    >>> updated_text("105 members, 1,105 guests", [("105", "110")])
    '110 members, 1,105 guests'
    """
    for old, new in replaced:
        whole = rf"(?<![\w.,-]){re.escape(old)}(?![\w-]|[.,]\d)"
        text = re.sub(whole, new.replace("\\", r"\\"), text)
    return text


def following_texts(changes: Iterable[Change], inventory: Inventory) -> list[Change]:
    """Return the changes of texts that name a number or date which the changes replace.

    Only texts of the same thing are looked at, and none that the changes touch themselves.
    """
    replaced: dict[str, list[tuple[str, str]]] = {}
    touched: set[tuple[str, str]] = set()
    for (thing, path), pairs in _by_fact(changes).items():
        touched.add((thing, path))
        old = [term for term, _ in pairs if isinstance(term, Literal) and not term.language]
        new = [term for _, term in pairs if isinstance(term, Literal) and not term.language]
        if len(old) == len(new) == 1:
            replaced.setdefault(thing, []).extend(_as_people_write(old[0].value, new[0].value))
    following = []
    for thing, pairs_of_thing in replaced.items():
        for path, values in inventory.properties.of(thing).items():
            for value in values if (thing, path) not in touched else ():
                if isinstance(value, Literal) and value.language:
                    updated = updated_text(value.value, pairs_of_thing)
                    if updated != value.value:
                        new_text = Literal(updated, language=value.language)
                        following.append(replace_value(thing, path, value, new_text))
    return following


def _as_people_write(old: str, new: str) -> list[tuple[str, str]]:
    r"""Return a replaced value and its forms in texts: a decimal comma, separated thousands.

    >>> _as_people_write("1105.5", "1110")
    [('1105.5', '1110'), ('1105,5', '1110')]
    >>> _as_people_write("1105", "1110")[1:]
    [('1 105', '1 110'), ('1\xa0105', '1\xa0110'), ('1,105', '1,110')]
    >>> _as_people_write("999", "1110")
    [('999', '1110')]
    """
    pairs = [(old, new)]
    if "." in old:
        pairs.append((old.replace(".", ","), new.replace(".", ",")))
    if len(old) > _UNSEPARATED and old.isdecimal() and new.isdecimal():
        separated = f"{int(old):,}", f"{int(new):,}"
        for mark in (" ", "\xa0", ","):
            pairs.append((separated[0].replace(",", mark), separated[1].replace(",", mark)))
    return pairs


def _by_fact(changes: Iterable[Change]) -> dict[tuple[str, str], list[tuple[object, object]]]:
    """Return thing and property → values that go and come."""
    by_fact: dict[tuple[str, str], list[tuple[object, object]]] = {}
    for change in changes:
        by_fact.setdefault((change.thing, change.path), []).append((change.old, change.new))
    return by_fact


def corrected_names(sources: Sources, concerns: Callable[[str], bool]) -> list[Change]:
    """Return the changes that give names the number of the value which they repeat.

    A name in which it is not clear which number lags is left to people.

    Args:
        sources: Where the names are.
        concerns: Whether the names in a file are corrected.
    """
    changes = []
    files = Inventory(sources).defining_files
    for each in find_lagging_names(sources):
        name = each.name
        if each.correction is not None and concerns(files.get(name.thing, "")):
            text = updated_text(name.literal.value, [each.correction])
            if text != name.literal.value:
                tag = name.literal.language
                new = Literal(text, language=tag) if tag else Literal(text)
                changes.append(replace_value(name.thing, name.path, name.literal, new))
    return changes


def new_findings(plan: Plan) -> list[Finding]:
    """Return the findings, advice too, that the sources would have after a plan, and have not yet.

    Raises:
        SourceSyntax: A shape or a rule cannot be used.
    """

    def identity(finding: Finding) -> tuple[object, ...]:
        return (*_about(finding), tuple(sorted(finding.message.items())))

    return _new(plan, lambda finding: True, identity)


def new_violations(plan: Plan) -> list[Finding]:
    """Return the violations that the sources would have after a plan, and have not yet.

    One whose message alone has changed is not new: an editor may correct a part of what is wrong.

    Raises:
        SourceSyntax: A shape or a rule cannot be used.
    """
    return _new(plan, lambda finding: finding.severity.blocks, _about)


def _new(
    plan: Plan,
    is_wanted: Callable[[Finding], bool],
    identity: Callable[[Finding], tuple[object, ...]],
) -> list[Finding]:
    # pySHACL takes a second to import: those who only look do not wait for it.
    from publisher.quality.approval import check

    after = list(filter(is_wanted, check(plan.after))) if plan.files else []
    if not after:
        return []
    known = {identity(finding) for finding in filter(is_wanted, check(plan.before))}
    return [finding for finding in after if identity(finding) not in known]


def _about(finding: Finding) -> tuple[object, ...]:
    """Return what makes a finding the same one, wherever its line has moved."""
    return (finding.rule, finding.focus_node, finding.path, finding.value)
