"""Names for what has none: of what it is called and where it belongs, so that they last.

A name is the same at the next import, also when a telephone number or a date has changed.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from pyoxigraph import BlankNode, Literal, NamedNode

from publisher.edit.catalogue.draft import (
    AGENTS,
    CONTACTS,
    DATASET,
    DISTRIBUTION,
    SERIES,
    SERVICE,
    CatalogueDraft,
    Thing,
)
from publisher.edit.inventory import slug
from publisher.rdf.namespaces import iri
from publisher.rdf.text import fold

# Names below service/ that the site has for its own.
RESERVED_SERVICES = frozenset(("sparql", "documents"))
_ADDRESSES = tuple(map(iri, ("dcat:downloadURL", "dcat:accessURL", "dcat:endpointURL")))


class NameGiver:
    """Gives names below a base, each once."""

    def __init__(self, base_iri: str, taken: Iterable[str] = ()) -> None:
        """Begin with the names that are taken already."""
        self._base = base_iri
        self._taken = set(taken)

    def take(self, beginning: str, words: str, instead: str) -> str:
        """Return a free name: a beginning and words, with a number where it is taken.

        Args:
            beginning: Of the name, such as ``https://e.org/dataset/``.
            words: What it is called.
            instead: What is there when the words give no part of an address.
        """
        start = f"{beginning}{slug(words) or instead}"
        number, found = 1, start
        while found in self._taken or found.removeprefix(f"{self._base}service/") in (
            RESERVED_SERVICES
        ):
            number += 1
            found = f"{start}-{number}"
        self._taken.add(found)
        return found

    def dataset(self, title: str) -> str:
        """Return a name for a dataset."""
        return self.take(f"{self._base}dataset/", title, "dataset")

    def service(self, title: str) -> str:
        """Return a name for a service."""
        return self.take(f"{self._base}service/", title, "service")

    def distribution(self, dataset: str, words: str) -> str:
        """Return a name for a distribution of a dataset."""
        is_own = dataset.startswith(self._base)
        beginning = f"{dataset}/distribution/" if is_own else _part(dataset, "distribution-")
        return self.take(beginning, words, "file")

    def agent(self, name: str) -> str:
        """Return the name of an organisation: one for all that are called so."""
        return f"{self._base}id/organisation/{slug(name) or 'organisation'}"

    def contact(self, words: str) -> str:
        """Return the name of a contact point: one for all that have the mail address."""
        return f"{self._base}contact/{slug(words) or 'contact'}"


def name_nodes(draft: CatalogueDraft, base_iri: str, agents: Mapping[str, str]) -> dict[str, str]:
    """Give every node of a draft that has no name one; return label → name of each.

    Args:
        draft: The descriptions, which are changed.
        base_iri: Base of new names.
        agents: Name, folded → IRI of organisations that have one already.
    """
    taken = {thing.value for thing in draft.things() if isinstance(thing, NamedNode)}
    giver = NameGiver(base_iri, taken)
    names: dict[Thing, NamedNode] = {}

    def name_of(thing: Thing) -> str:
        if draft.is_a(thing, DATASET, SERIES):
            return giver.dataset(draft.title(thing))
        if draft.is_a(thing, SERVICE):
            return giver.service(draft.title(thing))
        if draft.is_a(thing, *AGENTS):
            title = draft.title(thing)
            return agents.get(fold(title)) or giver.agent(title)
        return giver.contact(_contact_words(draft, thing))

    for kinds in ((DATASET, SERIES), (SERVICE,), AGENTS, CONTACTS):
        for thing in _in_order(draft, _nameless(draft, names, kinds)):
            names[thing] = NamedNode(name_of(thing))
    _name_parts(draft, giver, names)
    for thing, name in names.items():
        # Others have described it. What an import before has written is this one's to say again.
        is_known = name.value == agents.get(fold(draft.title(thing)))
        if is_known and name.value != giver.agent(draft.title(thing)):
            draft.drop(thing)
    draft.rename(names)
    return {thing.value: name.value for thing, name in names.items()}


def _nameless(
    draft: CatalogueDraft, names: dict[Thing, NamedNode], kinds: tuple[str, ...]
) -> Iterator[Thing]:
    for thing in draft.things(*kinds):
        if isinstance(thing, BlankNode) and thing not in names:
            yield thing


def _in_order(draft: CatalogueDraft, things: Iterable[Thing]) -> list[Thing]:
    """Return things in an order that does not depend on the labels of nodes."""
    return sorted(things, key=lambda thing: (draft.title(thing), _content(draft, thing)))


def _contact_words(draft: CatalogueDraft, thing: Thing) -> str:
    for value in draft.values(thing, iri("vcard:hasEmail")):
        return unquote(value.value.removeprefix("mailto:"))
    return draft.title(thing)


def _name_parts(draft: CatalogueDraft, giver: NameGiver, names: dict[Thing, NamedNode]) -> None:
    """Name the parts of what has a name, then the parts of these."""
    waiting = [t for t in draft.things() if isinstance(t, NamedNode) or t in names]
    while waiting:
        owner = waiting.pop(0)
        name = names[owner].value if isinstance(owner, BlankNode) else owner.value
        parts: dict[str, list[Thing]] = defaultdict(list)
        for path, value in draft.statements(owner):
            if isinstance(value, BlankNode) and value not in names and draft.knows(value):
                parts[path].append(value)
        for path, nodes in parts.items():
            for node in _in_order(draft, nodes):
                if node in names:
                    continue
                names[node] = NamedNode(_part_name(draft, giver, name, path, node))
                waiting.append(node)


def _part_name(draft: CatalogueDraft, giver: NameGiver, owner: str, path: str, node: Thing) -> str:
    if draft.is_a(node, DISTRIBUTION):
        return giver.distribution(owner, file_words(draft, node))
    local = path.rstrip("/#").replace("#", "/").rpartition("/")[2]
    return giver.take(_part(owner, ""), local, "part")


def _part(owner: str, words: str) -> str:
    return f"{owner}-{words}" if "#" in owner else f"{owner}#{words}"


def file_words(draft: CatalogueDraft, distribution: Thing) -> str:
    """Return what a file is called: the last part of its address, or its format."""
    for path in _ADDRESSES:
        for value in draft.values(distribution, path):
            try:
                stem = PurePosixPath(unquote(urlsplit(value.value).path)).name
            except ValueError:
                continue  # it is no address, which the check says
            if re.search(r"[A-Za-z]", stem):
                return stem
    for value in draft.values(distribution, iri("dcterms:format")):
        if isinstance(value, NamedNode):
            return value.value.rpartition("/")[2]
    return draft.title(distribution)


def _content(draft: CatalogueDraft, thing: Thing) -> str:
    return "\n".join(
        sorted(
            f"{path} {value.value if isinstance(value, Literal | NamedNode) else ''}"
            for path, value in draft.statements(thing)
        )
    )
