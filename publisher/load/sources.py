"""Everything that was read, as one value."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from pyoxigraph import Literal, NamedNode, Quad

from publisher.bounds import DEFAULT_BOUNDS, Bounds
from publisher.errors import SourceError, SourceErrors, SourceSyntax
from publisher.load.files import CONTEXT, Role, find_queries, find_sources
from publisher.load.ground import Ground, read_ground
from publisher.load.parse import SourceFile, read_text
from publisher.load.queries import find_named, read_named
from publisher.rdf.jsonld import Context
from publisher.rdf.namespaces import PREFIXES, iri
from publisher.rdf.reading import read_json

_Read = TypeVar("_Read")
PUBLISHED = (Role.ONTOLOGY, Role.DATA, Role.CATALOGUE, Role.SHAPES)


@dataclass(frozen=True)
class Sources:
    """A folder of sources, read.

    Attributes:
        folder: Where it is.
        base_iri: Base of its names.
        files: Every RDF file, sorted by name.
        ground: What they say, sorted, on disk.
        context: ``ontology/context.jsonld``; the table of prefixes when there is none.
        rules: Name → text of each ``shapes/hygiene/*.rq``.
        queries: Name → text of each ``data/queries/*.rq``.
        bounds: What checking one of its rules, queries or shapes may take.
    """

    folder: Path
    base_iri: str
    files: tuple[SourceFile, ...] = field(repr=False)
    context: Context = field(repr=False)
    rules: Mapping[str, str] = field(repr=False)
    ground: Ground = field(repr=False, compare=False)
    queries: Mapping[str, str] = field(repr=False, default_factory=dict)
    bounds: Bounds = field(repr=False, compare=False, default=DEFAULT_BOUNDS)

    def of_role(self, *roles: Role) -> Iterator[SourceFile]:
        """Return the files of some roles."""
        return (file for file in self.files if file.role in roles)

    def quads(self, *roles: Role) -> Iterator[Quad]:
        """Return what the files of some roles say, each file in its graph."""
        for file in self.of_role(*roles):
            graph = NamedNode(self.base_iri + file.source.graph)
            for triple in file.triples:
                yield Quad(triple.subject, triple.predicate, triple.object, graph)

    def with_files(self, files: Sequence[SourceFile]) -> Sources:
        """Return the same sources with other files, in the order of their names.

        Raises:
            SourceError: A file is no longer as it was read.
        """
        ground, read = read_ground(files, self.base_iri, self.bounds.files)
        for file in read:
            if isinstance(file, SourceError):
                raise file
        return replace(self, files=tuple(files), ground=ground)

    @cached_property
    def prefixes(self) -> Mapping[str, str]:
        """Return the table of prefixes with the publisher's own (``vann:``) in front.

        The shapes' own prefix is ``shape``.
        """
        own = {"shape": f"{self.base_iri}shapes#"}
        names: dict[str, dict[str, str]] = {}
        for quad in self.quads(Role.ONTOLOGY):
            if quad.predicate.value.startswith(PREFIXES["vann"]) and isinstance(
                quad.object, Literal
            ):
                names.setdefault(str(quad.subject), {})[quad.predicate.value] = quad.object.value
        for said in names.values():
            prefix = said.get(iri("vann:preferredNamespacePrefix"))
            namespace = said.get(iri("vann:preferredNamespaceUri"))
            if prefix and namespace:
                own[prefix] = namespace
        return own | dict(PREFIXES)


def read_sources(folder: Path, base_iri: str, bounds: Bounds = DEFAULT_BOUNDS) -> Sources:
    """Return the sources of a folder.

    Args:
        folder: Where they are.
        base_iri: Base of their names.
        bounds: What reading one of the files, and checking one of its rules, may take.

    Raises:
        SourceError: A folder is missing or empty, or a file cannot be read or understood; with
            several such files, ``SourceErrors`` tells of each.
    """
    broken: list[SourceError] = []

    def attempt(read: Callable[..., _Read], *arguments: object) -> _Read | None:
        try:
            return read(*arguments)
        except SourceError as error:
            broken.append(error)
            return None

    ground, files = read_ground(find_sources(folder), base_iri, bounds.files)
    broken += [file for file in files if isinstance(file, SourceError)]
    context = attempt(_read_context, folder)
    rules = {path.name: attempt(_read_rule, folder, path) or "" for path in find_queries(folder)}
    queries = {path.name: attempt(read_named, folder, path) or "" for path in find_named(folder)}
    if broken:
        raise broken[0] if len(broken) == 1 else SourceErrors(broken)
    read = tuple(file for file in files if isinstance(file, SourceFile))
    made = context or Context({})
    return Sources(folder, base_iri, read, made, rules, ground, queries, bounds)


def _read_rule(folder: Path, path: Path) -> str:
    return read_text(path, path.relative_to(folder).as_posix())


def _read_context(folder: Path) -> Context:
    path = folder / "ontology" / CONTEXT
    if not os.path.lexists(path):
        return Context(PREFIXES)
    try:
        name = f"ontology/{CONTEXT}"
        context: Any = read_json(read_text(path, name).encode(), name)
        context = context["@context"]
    except (ValueError, KeyError, TypeError) as error:
        raise SourceSyntax(
            "This is not a JSON-LD context: {reason}.",
            where=f"ontology/{CONTEXT}",
            remedy='Write {{"@context": {{…}}}} as JSON in UTF-8; nothing was published.',
            reason=str(error),
        ) from error
    if not isinstance(context, dict):
        raise SourceSyntax(
            "The value of @context must be one JSON object.",
            where=f"ontology/{CONTEXT}",
            remedy="Write prefixes and terms out in the file; a context is never fetched.",
        )
    return _plain(context)


def _plain(definitions: Mapping[str, Any]) -> Context:
    try:
        return Context(definitions)
    except ValueError as error:
        raise SourceSyntax(
            "The context says more of '{key}' than this program reads.",
            where=f"ontology/{CONTEXT}",
            remedy="Write prefixes, aliases of keywords, and terms with @id and @type only.",
            key=str(error),
        ) from error
