"""Would it pass? While typing, what is around the edited things; before saving, everything."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from publisher.findings import Finding, Severity, in_order
from publisher.load.sources import Sources
from publisher.quality.approval import check
from publisher.quality.file_rules import check_characters, check_definitions, check_terms
from publisher.quality.hygiene import check_hygiene
from publisher.rdf.namespaces import iri
from publisher.writing.editor.scene import Scene
from publisher.writing.editor.work import Work

if TYPE_CHECKING:
    from publisher.quality.shapes import Around

_QUICK: Sequence[Callable[[Sources], Iterable[Finding]]] = (
    check_terms,
    check_characters,
    check_definitions,
    check_hygiene,
)
_NOT_PROPERTIES = (iri("rdf:"), iri("sh:"))


def check_around(work: Work, around: Around) -> list[Finding]:
    """Return what is wrong with everything that the drafts touch, and with nothing else.

    Raises:
        SourceSyntax: A shape or a rule cannot be used.
    """
    if work.plan is None:
        return []
    things = work.things()
    after = work.plan.after
    found = [f for step in _QUICK for f in step(after) if f.focus_node in things]
    found += around.findings(after, sorted(things))
    return in_order(found)


def new_violations(work: Work) -> list[Finding]:
    """Return the violations that the sources would have, and do not have now.

    Raises:
        SourceSyntax: A shape or a rule cannot be used.
    """
    assert work.plan is not None
    after = [f for f in check(work.plan.after) if f.severity.blocks]
    if not after:
        return []
    before = {_mark(f) for f in check(work.plan.before)}
    return [finding for finding in after if _mark(finding) not in before]


def _mark(finding: Finding) -> tuple[object, ...]:
    """Return what makes a finding the same one, wherever its line has moved."""
    return (finding.severity, finding.rule, finding.focus_node, finding.path, finding.value)


def paths_of(finding: Finding, scene: Scene) -> Iterator[str]:
    """Yield the properties that a finding is about, also when its path has several."""
    if finding.path:
        yield finding.path
        return
    shapes = scene.inventory.shapes
    waiting = [node for node in shapes.nodes(finding.rule, iri("sh:path"))]
    while waiting:
        node = waiting.pop(0)
        if node.startswith(("http://", "https://")):
            if not node.startswith(_NOT_PROPERTIES):
                yield node
            continue
        waiting += [value for path in shapes.of(node) for value in shapes.nodes(node, path)]


def is_grave(finding: Finding) -> bool:
    """Tell whether a finding keeps the sources from being published."""
    return finding.severity is Severity.VIOLATION
