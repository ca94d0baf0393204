"""What would be lost by switching releases, as a portal sees it: it deletes whatever disappears."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter

from pyoxigraph import Literal, NamedNode, RdfFormat, parse

from publisher.errors import LossRefused
from publisher.findings import Finding, Severity
from publisher.messages import text
from publisher.rdf.namespaces import iri
from publisher.release.history.difference import EntityDiff, Kind, count_entities, entity_diffs
from publisher.release.model import CATALOGUE_EU, Release

_MOST_NAMED = 20  # so many of the entities that would go are named; the rest is counted
_GUARDED_PROPERTIES = {
    iri("dcterms:license"): "The licence {name} would be lost from the catalogue.",
    iri("dcterms:language"): "The language {name} would be lost from the catalogue.",
    iri("dcat:contactPoint"): "The contact {name} would be lost from the catalogue.",
    iri("vcard:hasEmail"): "The mail address {name} would be lost from the catalogue.",
}


@dataclass(frozen=True)
class LossLimits:
    """How much may go from one release to the next without being asked for.

    Attributes:
        entities_percent: Share of a dataset's entities.
        triples_percent: Share of a dataset's triples.
    """

    entities_percent: float
    triples_percent: float


def _catalogue(release: Release) -> set[tuple[str, str, str]]:
    """Return the catalogue's triples that a portal's copy depends on."""
    path = release.folder / CATALOGUE_EU
    if not path.is_file():
        return set()
    guarded = {*_GUARDED_PROPERTIES, iri("rdf:type")}
    return {
        (str(quad.subject), quad.predicate.value, quad.object.value)
        for quad in parse(path=path, format=RdfFormat.N_TRIPLES)
        if quad.predicate.value in guarded and isinstance(quad.object, NamedNode | Literal)
    }


def _loss(message: str, rule: str, focus_node: str = "", **values: object) -> Finding:
    return Finding(
        Severity.VIOLATION, text(message, **values), f"loss-{rule}", focus_node=focus_node
    )


def _catalogue_losses(old: Release, new: Release) -> Iterator[Finding]:
    before, after = _catalogue(old), _catalogue(new)
    datasets = (iri("rdf:type"), iri("dcat:Dataset"))
    old_datasets = {s for s, p, o in before if (p, o) == datasets}
    new_datasets = {s for s, p, o in after if (p, o) == datasets}
    for name in sorted(old_datasets - new_datasets):
        message = "The dataset {name} would be lost, and portals would delete their copy of it."
        yield _loss(message, "dataset", name[1:-1], name=name)
    for predicate, message in _GUARDED_PROPERTIES.items():
        had = {o for _, p, o in before if p == predicate}
        has = {o for _, p, o in after if p == predicate}
        for name in sorted(had - has):
            yield _loss(message, predicate.rpartition("/")[2].rpartition("#")[2], name=name)


def _dataset_losses(
    old: Release, dataset: str, changes: Iterable[EntityDiff], limits: LossLimits
) -> Iterator[Finding]:
    """Return what one dataset would lose past the limits."""
    triples = old.count_of(dataset)
    gone = count = 0
    named: list[str] = []
    for change in changes:
        if change.kind is Kind.REMOVED:
            gone += len(change.removed)
            if change.entity.startswith(old.base_iri):
                count += 1
                named = sorted([*named, change.entity])[:_MOST_NAMED]
    entities = count_entities(old, dataset)
    if count and 100 * count > limits.entities_percent * entities:
        yield _loss(
            "Dataset {dataset}: {count} of {all} entities would be gone: {names}."
            " The limit is {limit} percent (loss_entities_percent).",
            "entities",
            dataset=dataset,
            count=count,
            all=entities,
            names=", ".join(named) + (" …" if count > _MOST_NAMED else ""),
            limit=f"{limits.entities_percent:g}",
        )
    if gone and 100 * gone > limits.triples_percent * triples:
        yield _loss(
            "Dataset {dataset}: {count} of {all} triples would be gone."
            " The limit is {limit} percent (loss_triples_percent).",
            "triples",
            dataset=dataset,
            count=gone,
            all=triples,
            limit=f"{limits.triples_percent:g}",
        )


def find_losses(old: Release, new: Release, limits: LossLimits) -> list[Finding]:
    """Return a finding for each loss beyond the limits; without one, switching is safe."""
    losses = list(_catalogue_losses(old, new))
    for dataset, of_dataset in groupby(entity_diffs(old, new), key=attrgetter("dataset")):
        losses += _dataset_losses(old, dataset, of_dataset, limits)
    return losses


@dataclass(frozen=True)
class LossGate:
    """What a new release must pass before it becomes the current one.

    Attributes:
        limits: How much may go.
        reason: Why more may go this time; empty when it may not.
    """

    limits: LossLimits
    reason: str = ""

    def let_through(self, current: Release, new: Release) -> None:
        """Do nothing when the switch is safe, or allowed with a reason.

        Raises:
            LossRefused: More would be lost than the limits allow.
        """
        if not self.reason and (losses := find_losses(current, new, self.limits)):
            raise LossRefused(losses)
