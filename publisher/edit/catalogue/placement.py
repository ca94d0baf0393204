"""Which file of the catalogue each description is written into.

``data/catalogue/<name>.ttl`` holds a dataset or series with its files, and the services that are
for it alone; ``agents.ttl`` holds organisations and contact points; ``terms.ttl`` what several
datasets share. Where a thing is already, it stays.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode, Triple

from publisher.edit.catalogue.draft import (
    AGENTS,
    CONTACTS,
    DATASET,
    SERIES,
    SERVICE,
    CatalogueDraft,
    Thing,
)
from publisher.edit.inventory import slug
from publisher.rdf.namespaces import iri

FOLDER = "data/catalogue"
AGENTS_FILE, TERMS_FILE = f"{FOLDER}/agents.ttl", f"{FOLDER}/terms.ttl"
_RESERVED = ("agents", "terms")
_DATASETS, _SERVICES = iri("dcat:dataset"), iri("dcat:service")


@dataclass(frozen=True)
class Placement:
    """Descriptions, sorted into files.

    Attributes:
        files: Name of a file → what it says.
        titles: IRI → title of the dataset that it belongs to, for people.
        datasets: IRIs of the datasets.
        services: IRIs of the services.
        series: IRIs of the series.
        distributions: How many files the datasets have.
    """

    files: Mapping[str, list[Triple]]
    titles: Mapping[str, str]
    datasets: tuple[str, ...]
    services: tuple[str, ...]
    series: tuple[str, ...]
    distributions: int


def place(draft: CatalogueDraft, catalogue: str, homes: Mapping[str, str]) -> Placement:
    """Return the files of a draft in which everything has a name.

    Args:
        draft: The descriptions.
        catalogue: IRI of the folder's ``dcat:Catalog``.
        homes: IRI → file, for what the folder describes already.
    """
    roots = [t for t in draft.things(DATASET, SERIES, SERVICE) if isinstance(t, NamedNode)]
    root_files = _root_files(draft, roots, homes)
    belongs = _owners(draft, roots, root_files)
    files: dict[str, list[Triple]] = defaultdict(list)
    for thing in draft.things():
        files[_file_of(draft, thing, homes, belongs)] += draft.triples_of(thing)
    listed = NamedNode(catalogue)
    for root in roots:
        path = _SERVICES if draft.is_a(root, SERVICE) else _DATASETS
        if not draft.is_a(root, SERIES) or draft.is_a(root, DATASET):
            files[root_files[root]].append(Triple(listed, NamedNode(path), root))
    titles = {thing.value: draft.title(owner) for thing, owner in _titled(draft, roots) if owner}
    return Placement(
        dict(files),
        titles,
        tuple(r.value for r in roots if draft.is_a(r, DATASET) and not draft.is_a(r, SERIES)),
        tuple(r.value for r in roots if draft.is_a(r, SERVICE)),
        tuple(r.value for r in roots if draft.is_a(r, SERIES)),
        len({v for r in roots for v in draft.values(r, iri("dcat:distribution"))}),
    )


def _root_files(
    draft: CatalogueDraft, roots: list[NamedNode], homes: Mapping[str, str]
) -> dict[NamedNode, str]:
    """Return the file of each dataset, series and service."""
    taken = {*homes.values(), *(f"{FOLDER}/{name}.ttl" for name in _RESERVED)}
    found: dict[NamedNode, str] = {}
    # Services come last: one that is for a single dataset is with it.
    for root in sorted(roots, key=lambda each: draft.is_a(each, SERVICE)):
        served = _served(draft, root) if draft.is_a(root, SERVICE) else []
        if root.value in homes:
            found[root] = homes[root.value]
        elif len(served) == 1 and served[0] in found:
            found[root] = found[served[0]]
        else:
            found[root] = _free_file(draft.title(root), root.value, taken)
            taken.add(found[root])
    return found


def _served(draft: CatalogueDraft, service: NamedNode) -> list[NamedNode]:
    values = draft.values(service, iri("dcat:servesDataset"))
    return [value for value in values if isinstance(value, NamedNode)]


def _free_file(title: str, address: str, taken: set[str]) -> str:
    local = address.rstrip("/#").replace("#", "/").rpartition("/")[2]
    stem = slug(title) or slug(local) or "dataset"
    number, found = 1, f"{FOLDER}/{stem}.ttl"
    while found in taken:
        number += 1
        found = f"{FOLDER}/{stem}-{number}.ttl"
    return found


def _owners(
    draft: CatalogueDraft, roots: list[NamedNode], root_files: Mapping[NamedNode, str]
) -> dict[Thing, set[str]]:
    """Return thing → the files of the datasets that lead to it."""
    found: dict[Thing, set[str]] = defaultdict(set)
    for root in roots:
        found[root] = {root_files[root]}
        for part in _reached(draft, root, frozenset(roots)):
            found[part].add(root_files[root])
    return found


def _reached(
    draft: CatalogueDraft, root: NamedNode, roots: frozenset[NamedNode]
) -> Iterator[Thing]:
    """Yield what a thing leads to and what that leads to, except for other datasets."""
    waiting: list[Thing] = [root]
    seen: set[Thing] = {root}
    while waiting:
        for _, value in draft.statements(waiting.pop()):
            if isinstance(value, Literal) or value in seen or value in roots:
                continue
            if draft.knows(value):
                seen.add(value)
                waiting.append(value)
                yield value


def _file_of(
    draft: CatalogueDraft,
    thing: Thing,
    homes: Mapping[str, str],
    belongs: Mapping[Thing, set[str]],
) -> str:
    if thing.value in homes:
        return homes[thing.value]
    files = belongs.get(thing, set())
    if draft.is_a(thing, *AGENTS, *CONTACTS) or _is_part_of_agent(draft, thing):
        return AGENTS_FILE
    return next(iter(files)) if len(files) == 1 else TERMS_FILE


def _is_part_of_agent(draft: CatalogueDraft, thing: Thing) -> bool:
    """Tell whether a thing is a part of a contact point, such as its telephone."""
    owner = thing.value.partition("#")[0]
    return "#" in thing.value and draft.is_a(NamedNode(owner), *AGENTS, *CONTACTS)


def _titled(
    draft: CatalogueDraft, roots: list[NamedNode]
) -> Iterator[tuple[Thing, NamedNode | None]]:
    """Yield each thing with the dataset that it belongs to, if it is but one's."""
    owners: dict[Thing, list[NamedNode]] = defaultdict(list)
    for root in roots:
        owners[root].append(root)
        for part in _reached(draft, root, frozenset(roots)):
            owners[part].append(root)
    for thing, found in owners.items():
        yield thing, found[0] if len(found) == 1 or thing in roots else None
