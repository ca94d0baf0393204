"""Everything that was read, as one value."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from pyoxigraph import Literal, NamedNode, Quad

from publisher.compaction import Context
from publisher.errors import SourceSyntax
from publisher.load.files import CONTEXT, Role, find_queries, find_sources
from publisher.load.parse import SourceFile, parse_file
from publisher.namespaces import PREFIXES, iri

PUBLISHED = (Role.ONTOLOGY, Role.DATA, Role.CATALOGUE, Role.SHAPES)


@dataclass(frozen=True)
class Sources:
    """A folder of sources, read.

    Attributes:
        folder: Where it is.
        base_iri: Base of its names.
        files: Every RDF file, sorted by name.
        context: ``ontology/context.jsonld``; the table of prefixes when there is none.
        rules: Name → text of each ``shapes/hygiene/*.rq``.
    """

    folder: Path
    base_iri: str
    files: tuple[SourceFile, ...] = field(repr=False)
    context: Context = field(repr=False)
    rules: Mapping[str, str] = field(repr=False)

    def of_role(self, *roles: Role) -> Iterator[SourceFile]:
        """Return the files of some roles."""
        return (file for file in self.files if file.role in roles)

    def quads(self, *roles: Role) -> Iterator[Quad]:
        """Return what the files of some roles say, each file in its graph."""
        for file in self.of_role(*roles):
            graph = NamedNode(self.base_iri + file.source.graph)
            for triple in file.triples:
                yield Quad(triple.subject, triple.predicate, triple.object, graph)

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


def read_sources(folder: Path, base_iri: str) -> Sources:
    """Return the sources of a folder.

    Raises:
        SourceError: A folder is missing or empty, or a file cannot be read or understood.
    """
    files = tuple(parse_file(source, base_iri) for source in find_sources(folder))
    rules = {path.name: path.read_text(encoding="utf-8") for path in find_queries(folder)}
    return Sources(folder, base_iri, files, _read_context(folder), rules)


def _read_context(folder: Path) -> Context:
    path = folder / "ontology" / CONTEXT
    if not path.is_file():
        return Context(PREFIXES)
    try:
        context = json.loads(path.read_text(encoding="utf-8"))["@context"]
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
