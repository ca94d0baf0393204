"""A client's query → the same query over the graphs of one release in a shared engine.

The dataset is rewritten, and nothing else that means something:

- ``FROM`` and ``FROM NAMED`` leave the text; the dataset goes along as parameters of the protocol,
  with the engine's names of the graphs. A graph that the release does not have is an empty one.
- ``GRAPH <name>`` gets the engine's name of the graph.
- ``GRAPH ?g`` becomes ``VALUES (?g ?own) { (<name> <engine's name>) … } GRAPH ?own``: joins are
  associative, so ``?g`` is bound as before, and to the names in the data. ``SELECT *`` is then
  written out, so that the variable added is not seen.
- ``isIRI(?x)`` and ``isBlank(?x)`` know the names that blank nodes have in the engine.
- Escapes of code points are resolved and comments dropped: the engine must not read another query
  than the one that was looked through (SPARQL 1.1 Query, section 19.2).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Store

from publisher.query.engine import Operation, Term
from publisher.query.tokens import (
    ESCAPE,
    SCHEME,
    IriReader,
    code_point,
    declared_prefixes,
    tokenize,
)
from publisher.rdf.namespaces import iri
from publisher.system.cache import BoundedCache, memory_of

_IN_STRINGS = {'"': '\\"', "'": "\\'", "\\": "\\\\", "\n": "\\n", "\r": "\\r"}
_TERMS = ("iri", "name")
# A blank node has a name in the engine, and is still none.
_TYPE_FUNCTIONS = {
    "ISBLANK": '(isBlank({0}) || (isIRI({0}) && STRSTARTS(STR({0}), "{1}")))',
    "ISIRI": '(isIRI({0}) && !STRSTARTS(STR({0}), "{1}"))',
    "ISURI": '(isIRI({0}) && !STRSTARTS(STR({0}), "{1}"))',
}
_BEFORE_STAR = ("SELECT", "DISTINCT", "REDUCED")
# A name that no client gives a variable by chance.
_GRAPH_VARIABLE = "graph_of_the_release_"


@dataclass(frozen=True)
class RewrittenQuery:
    """A query as it is sent.

    Attributes:
        text: The query.
        default_graphs: The engine's names of the graphs that make up the default graph.
        named_graphs: The same of the named graphs.
    """

    text: str
    default_graphs: tuple[str, ...]
    named_graphs: tuple[str, ...]

    def fields(self) -> list[tuple[str, str]]:
        """Return the fields of a request (SPARQL 1.1 Protocol, section 2.1)."""
        return [
            ("query", self.text),
            *(("default-graph-uri", name) for name in self.default_graphs),
            *(("named-graph-uri", name) for name in self.named_graphs),
        ]


@dataclass
class _QueryScan(IriReader):
    """A query that is being read."""

    query: str
    names: GraphNames
    defaults: list[str] = field(default_factory=list)
    named: list[str] = field(default_factory=list)
    added: int = 0


def rewrite(
    operation: Operation, names: GraphNames, variables: Sequence[str] = ()
) -> RewrittenQuery:
    """Return an operation as it is sent to an engine.

    Args:
        operation: A query that the gate let pass and that a parser found right.
        names: Of the release that it asks.
        variables: Those that ``SELECT *`` shows.
    """
    prefixes = {**dict(operation.prefixes), **declared_prefixes(operation.query)}
    found = list(tokenize(operation.query))
    reading = _QueryScan(found, prefixes, operation.base_iri, operation.query, names)
    _read_dataset(reading)
    defaults, named = _dataset(operation, reading)
    text = "".join(_rewritten_parts(reading, named, variables))
    return RewrittenQuery(
        _read_prologue(operation, reading) + text.strip(),
        _rewrite_group(defaults, names),
        _rewrite_group(named, names),
    )


def _read_prologue(operation: Operation, reading: _QueryScan) -> str:
    """Return the base and the prefixes that a query relies on and does not declare."""
    own = declared_prefixes(operation.query)
    used = {token.text.partition(":")[0] for token in reading.found if token.kind == "name"}
    lines = [f"PREFIX {p}: <{n}>" for p, n in operation.prefixes if p in used and p not in own]
    is_relative = any(
        token.kind == "iri" and not SCHEME.match(token.text[1:]) for token in reading.found
    )
    if is_relative and operation.base_iri:
        lines.insert(0, f"BASE <{operation.base_iri}>")
    return "".join(f"{line}\n" for line in lines)


def _read_dataset(reading: _QueryScan) -> None:
    """Keep the graphs of FROM and FROM NAMED."""
    for position, token in enumerate(reading.found):
        if token.kind == "word" and token.text.upper() == "FROM":
            is_named = reading.found[position + 1].text.upper() == "NAMED"
            graph = reading.iri(position + 1 + is_named)
            (reading.named if is_named else reading.defaults).append(graph)


def _dataset(operation: Operation, reading: _QueryScan) -> tuple[Sequence[str], Sequence[str]]:
    """Return the default graphs and the named graphs; the protocol goes before the query."""
    if operation.default_graphs or operation.named_graphs:
        return operation.default_graphs, operation.named_graphs
    if reading.defaults or reading.named:
        return reading.defaults, reading.named
    return reading.names.graphs, reading.names.graphs


def _rewrite_group(graphs: Sequence[str], names: GraphNames) -> tuple[str, ...]:
    known = [names.inside(graph) for graph in dict.fromkeys(graphs) if graph in names.graphs]
    # Without any, an engine would take its own default graph, or all it has.
    return tuple(known) or (names.nowhere,)


def _rewritten_parts(
    reading: _QueryScan, named: Sequence[str], variables: Sequence[str]
) -> Iterator[str]:
    """Return the query in parts, with what is between its tokens but comments."""
    end = skipped = 0
    has_added = any(
        before.text.upper() == "GRAPH" and token.kind == "variable"
        for before, token in zip(reading.found, reading.found[1:], strict=False)
    )
    head = next((n for n, token in enumerate(reading.found) if token.text == "{"), 0)
    for position, token in enumerate(reading.found):
        between = reading.query[end : token.start]
        end = token.start + len(token.text)
        if position < skipped:
            continue
        yield between if between.isspace() or not between else "\n"
        word = token.text.upper() if token.kind in ("word", "mark") else ""
        before = reading.found[position - 1].text.upper() if position else ""
        if word == "FROM":
            skipped = position + 2 + (reading.found[position + 1].text.upper() == "NAMED")
        elif word == "GRAPH":
            yield _graph(reading, position, named)
            skipped = position + 2
        elif word in _TYPE_FUNCTIONS and _is_variable_graph(reading, position):
            variable = reading.found[position + 2].text
            yield _TYPE_FUNCTIONS[word].format(variable, reading.names.nameless)
            skipped = position + 4
        elif word == "*" and has_added and position < head and before in _BEFORE_STAR:
            yield " ".join(f"?{name}" for name in variables) or "*"
        else:
            yield _token(reading, position)


def _is_variable_graph(reading: _QueryScan, position: int) -> bool:
    following = reading.found[position + 1 : position + 4]
    return [token.text if token.kind == "mark" else token.kind for token in following] == [
        "(",
        "variable",
        ")",
    ]


def _graph(reading: _QueryScan, position: int, named: Sequence[str]) -> str:
    token, names = reading.found[position + 1], reading.names
    if token.kind in _TERMS:
        graph = reading.iri(position + 1)
        is_known = graph in named and graph in names.graphs
        return f"GRAPH <{names.inside(graph) if is_known else names.nowhere}>"
    reading.added += 1
    own = f"?{_GRAPH_VARIABLE}{reading.added}"
    rows = [f"(<{g}> <{names.inside(g)}>)" for g in dict.fromkeys(named) if g in names.graphs]
    rows = rows or [f"(<{names.nowhere}> <{names.nowhere}>)"]
    return f"VALUES ({token.text} {own}) {{ {' '.join(rows)} }} GRAPH {own}"


def _token(reading: _QueryScan, position: int) -> str:
    kind, text, _ = reading.found[position]
    if kind == "string":
        quote = text[:3] if text[:3] in ('"""', "'''") else text[0]
        inner = text[len(quote) : -len(quote)]
        return quote + ESCAPE.sub(_escaped, inner) + quote
    if kind in _TERMS and reading.names.guarded and reading.iri(position) in reading.names.guarded:
        return f"<{AS_WRITTEN}{reading.iri(position)}>"
    return ESCAPE.sub(code_point, text) if kind == "iri" else text


def _escaped(found: re.Match[str]) -> str:
    if not (found[1] or found[2]):
        return found[0]
    character = chr(int(found[1] or found[2], 16))
    return _IN_STRINGS.get(character, character)


# Under which names a release is in an engine that others write to as well.
#
# Each release has graphs of its own there, so that one is loaded while another is asked, and nobody
# ever sees half of one. Clients know the graphs by the names in the data; what translates between
# the two names is here and in ``rewriting``.

# In front of the datatype of a literal that the engine would write in another way: an engine keeps
# literals of datatypes it does not know as they are.
AS_WRITTEN = "urn:as-written:"
_TEXTS = (iri("xsd:string"), iri("rdf:langString"))
_ANY_DATATYPE = NamedNode(AS_WRITTEN)


def registry_graph(base_iri: str) -> str:
    """Return the name of the graph that lists the releases in an engine."""
    return f"{base_iri}release/"


@dataclass(frozen=True)
class GraphNames:
    """The names of one release in an engine.

    Attributes:
        base_iri: Base of the release's names.
        release: Its id.
        graphs: Names of its graphs in the data.
        guarded: Datatypes whose literals are kept from the engine, see ``AS_WRITTEN``.
    """

    base_iri: str
    release: str
    graphs: Sequence[str] = field(repr=False)
    guarded: frozenset[str] = frozenset()

    @property
    def root(self) -> str:
        """Return what all names of graphs of this release begin with."""
        return f"{registry_graph(self.base_iri)}{self.release}/"

    @property
    def nowhere(self) -> str:
        """Return the name of a graph that is always empty."""
        return f"{self.root}#nothing"

    def inside(self, graph: str) -> str:
        """Return the name of a graph in the engine.

        >>> GraphNames("https://e.org/", "r1", ()).inside("https://e.org/dataset/lakes")
        'https://e.org/release/r1/dataset/lakes'
        """
        if graph.startswith(self.base_iri):
            return self.root + graph.removeprefix(self.base_iri)
        return f"{self.root}?graph={quote(graph, safe='')}"

    @property
    def nameless(self) -> str:
        """Return what the names given to blank nodes begin with (RDF 1.1 Concepts, section 3.5).

        They lie below no base: what counts things by the beginning of their IRIs counts none.
        """
        return f"urn:nameless:{self.release}:"

    def named(self, node: BlankNode) -> NamedNode:
        """Return the name that a blank node has in the engine."""
        return NamedNode(self.nameless + node.value)

    def original(self, term: Term) -> Term:
        """Return a term as it is in the release: no names for blank nodes, values in one form."""
        if isinstance(term, NamedNode) and term.value.startswith(self.nameless):
            return BlankNode(term.value.removeprefix(self.nameless))
        if isinstance(term, Literal) and term.datatype.value not in _TEXTS:
            return normalise_literal(term)
        return term


# Memory for literals in their usual form, and what two of them take besides their letters.
_NORMAL_BYTES = 8 << 20
_LITERALS_BYTES = 512


def _size_of(literal: Literal) -> int:
    """Return how many bytes of memory a literal takes, with the one that it is known by."""
    return 2 * memory_of(literal.value) + _LITERALS_BYTES


_normalised: BoundedCache[Literal, Literal] = BoundedCache(_NORMAL_BYTES, _size_of)


def normalise_literal(literal: Literal) -> Literal:
    """Return a literal as the embedded engine writes its value.

    >>> normalise_literal(Literal("1", datatype=NamedNode(iri("xsd:boolean")))).value
    'true'
    """
    known = _normalised.get(literal)
    return _normalised.put(literal, _normalise(literal)) if known is None else known


def _normalise(literal: Literal) -> Literal:
    store = Store()
    store.add(Quad(_ANY_DATATYPE, _ANY_DATATYPE, literal))
    found = next(iter(store)).object
    assert isinstance(found, Literal)
    return found
