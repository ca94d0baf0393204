"""JSON-LD: a flat graph compacted with a plain context (JSON-LD 1.1 API, section 5.6).

A plain context holds prefixes, aliases of keywords, and terms with ``@id`` and ``@type``: enough
to make documents readable, at a fraction of what the general algorithm costs. Tests hold the result
against PyLD's.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Triple, parse

from publisher.rdf.language_tags import written_tag
from publisher.rdf.namespaces import iri

_ALIASES = ("@id", "@type", "@value", "@language", "@graph")
_TERM_KEYS = {"@id", "@type"}
# A namespace that ends so makes its term usable as a prefix (JSON-LD 1.1, section 9.2).
_GEN_DELIMS = tuple(":/?#[]@")
_RDF_TYPE = iri("rdf:type")
_RDF_TYPE_TERM = f"<{_RDF_TYPE}>".encode()
_STRING = iri("xsd:string")
_CACHED_IRIS = 50_000


def unsupported_key(context: Mapping[str, Any]) -> str:
    """Return the first key of a context that is more than plain, or nothing."""
    for key, definition in context.items():
        if key == "@version":
            continue
        if key.startswith("@"):
            return key
        if isinstance(definition, str):
            continue
        if not isinstance(definition, dict) or not {"@id"} <= set(definition) <= _TERM_KEYS:
            return key
        if not all(isinstance(value, str) for value in definition.values()):
            return key
    return ""


def without_cycles(prefixes: Mapping[str, str]) -> dict[str, str]:
    """Return the prefixes that a context can declare: none that is in its own namespace, or empty.

    Turtle reads ``PREFIX urn: <urn:>``; in JSON-LD it would be a cyclic IRI mapping (JSON-LD 1.1
    API, section 4.2.2), and IRIs of that scheme are written as they are. A term is never empty
    (JSON-LD 1.1, section 4.1): what Turtle writes with ``:`` alone is written out.

    >>> without_cycles({"urn": "urn:", "tel": "tel:+46", "": "urn:x#", "e": "https://e.org/"})
    {'e': 'https://e.org/'}
    """
    usable = {prefix: namespace for prefix, namespace in prefixes.items() if prefix}
    while True:
        try:
            Context(usable)
        except ValueError as error:
            del usable[str(error)]
        else:
            return usable


class AmbiguousPrefix(Exception):
    """An IRI begins like a compact one, so no prefix may be declared beside it."""


class Context(Mapping[str, Any]):
    """A plain JSON-LD context (the value of ``@context``), and graphs compacted with it."""

    def __init__(self, definitions: Mapping[str, Any]) -> None:
        """Read the definitions; an empty prefix, which is no term of JSON-LD, is left out.

        Raises:
            ValueError: They are not plain; it names the first that is not.
        """
        definitions = {term: definition for term, definition in definitions.items() if term}
        if key := unsupported_key(definitions):
            raise ValueError(key)
        self._definitions = definitions
        self._simple = {t: d for t, d in definitions.items() if isinstance(d, str)}
        self._prefixes: dict[str, str] = {}
        self._terms: dict[str, dict[str, str]] = {}
        self._alias = {keyword: keyword for keyword in _ALIASES}
        for term in sorted(definitions, key=lambda name: (len(name), name)):
            if not term.startswith("@"):
                self._read(term, definitions[term])
        # A method must not be cached for the life of the program, so the cache is the object's.
        self._name = lru_cache(maxsize=_CACHED_IRIS)(self._shorten)

    def __getitem__(self, term: str) -> Any:
        """Return the definition of a term."""
        return self._definitions[term]

    def __iter__(self) -> Iterator[str]:
        """Return the terms, in the order of the context."""
        return iter(self._definitions)

    def __len__(self) -> int:
        """Return the number of terms."""
        return len(self._definitions)

    def expanded(self, term: str) -> str:
        """Return the IRI that a term of the context stands for."""
        definition = self._definitions[term]
        return self._expand(definition if isinstance(definition, str) else definition["@id"])

    def _read(self, term: str, definition: str | Mapping[str, str]) -> None:
        target = definition if isinstance(definition, str) else definition["@id"]
        if target in self._alias:
            self._alias[target] = term
            return
        expanded = self._expand(target)
        if ":" not in expanded:
            raise ValueError(term)
        if isinstance(definition, str):
            if expanded.endswith(_GEN_DELIMS):
                self._prefixes[term] = expanded
            coercion = ""
        else:
            coercion = self._expand(definition.get("@type", ""))
        self._terms.setdefault(expanded, {}).setdefault(coercion, term)

    def _expand(self, name: str, seen: tuple[str, ...] = ()) -> str:
        prefix, colon, local = name.partition(":")
        namespace = self._simple.get(prefix)
        if not colon or namespace is None or local.startswith("//"):
            return name
        if prefix in seen:
            raise ValueError(prefix)
        return self._expand(namespace, (*seen, prefix)) + local

    def _shorten(self, name: str, of_vocabulary: bool) -> str:
        """Return the term (where one may stand) or the shortest compact IRI of an IRI."""
        if of_vocabulary and "" in self._terms.get(name, ()):
            return self._terms[name][""]
        compact = [
            f"{prefix}:{name[len(namespace) :]}"
            for prefix, namespace in self._prefixes.items()
            if name.startswith(namespace) and name != namespace
        ]
        if not compact and self._is_confused(name):
            raise AmbiguousPrefix
        return min(compact, key=lambda c: (len(c), c)) if compact else name

    def _is_confused(self, name: str) -> bool:
        """Tell whether a reader would take an IRI for a compact one (``geo:60,15``)."""
        scheme, _, rest = name.partition(":")
        return scheme in self._prefixes and not rest.startswith("//")

    def _node(self, term: object) -> str:
        return self._name(term.value, False) if isinstance(term, NamedNode) else str(term)

    def _property(self, name: str, term: object) -> tuple[str, Any]:
        """Return the key for a property and value, and the value in its compact form."""
        coercions = self._terms.get(name, {})
        if not isinstance(term, Literal):
            node = self._node(term)
            if "@id" in coercions:
                return coercions["@id"], node
            return coercions.get("") or self._name(name, True), {self._alias["@id"]: node}
        if term.language:
            value: Any = {
                self._alias["@language"]: written_tag(term.language),
                self._alias["@value"]: term.value,
            }
        elif term.datatype.value == _STRING:
            value = term.value
        elif term.datatype.value in coercions:
            return coercions[term.datatype.value], term.value
        else:
            value = {
                self._alias["@type"]: self._name(term.datatype.value, True),
                self._alias["@value"]: term.value,
            }
        return coercions.get("") or self._name(name, False), value

    def nodes(self, statements: Iterable[Triple | Quad]) -> Iterator[dict[str, Any]]:
        """Return a node object per subject, for statements that are sorted by subject."""
        node: dict[str, Any] = {}
        subject: object = None
        for statement in statements:
            if statement.subject != subject:
                if node:
                    yield node
                subject = statement.subject
                node = {self._alias["@id"]: self._node(subject)}
            if statement.predicate.value == _RDF_TYPE and not isinstance(statement.object, Literal):
                _add(node, self._alias["@type"], self._type(statement.object))
            else:
                _add(node, *self._property(statement.predicate.value, statement.object))
        if node:
            yield node

    def _type(self, kind: object) -> str:
        return self._name(kind.value, True) if isinstance(kind, NamedNode) else str(kind)

    def _used(self, names: Iterable[str]) -> set[str]:
        """Return the terms and prefixes of the context that names need to be read."""
        names = set(names)
        pending = names | {name.partition(":")[0] for name in names}
        used: set[str] = set()
        while pending:
            term = pending.pop()
            if term in used or term not in self._definitions:
                continue
            used.add(term)
            definition = self._definitions[term]
            values = definition.values() if isinstance(definition, dict) else [definition]
            pending |= {part for value in values for part in (value, value.partition(":")[0])}
        return used

    def without_prefixes(self) -> Context:
        """Return the context with its aliases of keywords alone: for confused graphs."""
        return Context({t: d for t, d in self._definitions.items() if d in _ALIASES})

    def compact(self, statements: Iterable[Triple | Quad]) -> bytes:
        """Return a JSON-LD document of sorted statements, with the part of the context it uses.

        Args:
            statements: Sorted, so that those of one subject stand together.
        """
        statements = list(statements)
        try:
            nodes = list(self.nodes(statements))
        except AmbiguousPrefix:
            return self.without_prefixes().compact(statements)
        names: set[str] = set()
        body = ",\n".join(self.written(node, names) for node in nodes)
        if not nodes:
            return (self.head(names).rstrip() + self.tail().lstrip()).encode()
        return (self.head(names) + body + "\n" + self.tail()).encode()

    def written(self, node: Mapping[str, Any], names: set[str]) -> str:
        """Return a node object as it is in a document; add the names that it uses."""
        names.update(_names_in(node))
        text = json.dumps(node, ensure_ascii=False, indent=1)
        return "  " + text.replace("\n", "\n  ")

    def line_writer(self) -> NodeWriter:
        """Return what writes node objects from lines of N-Quads."""
        return NodeWriter(self, self._alias, self._terms, self._name)

    def head(self, names: Iterable[str]) -> str:
        """Return what is before the nodes: the part of the context that names use."""
        used = self._used(names)
        context = {t: d for t, d in self._definitions.items() if t in used or t.startswith("@")}
        body = {"@context": context, self._alias["@graph"]: []}
        return json.dumps(body, ensure_ascii=False, indent=1).removesuffix("]\n}") + "\n"

    def tail(self) -> str:
        """Return what is behind them."""
        return " ]\n}\n"


# Node objects of whole datasets, from lines: no term is made that is written as it is read.

_Member = bytes | tuple[bytes, ...]
_MOST_NAMES = 100_000


def _quoted(text: str) -> bytes:
    return json.dumps(text, ensure_ascii=False).encode()


class NodeWriter:
    """Writes what lines of sorted N-Quads say of a subject as ``Context.written`` does."""

    def __init__(
        self,
        context: Context,
        alias: Mapping[str, str],
        terms: Mapping[str, Mapping[str, str]],
        name: Callable[[str, bool], str],
    ) -> None:
        """Begin with no name of the context used; see ``Context.line_writer``."""
        self._alias, self._terms, self._name = alias, terms, name
        self._keywords = {keyword: _quoted(word) for keyword, word in alias.items()}
        self._words = frozenset(word.encode() for word in context)
        # What is used of the names of the context; what these need to be read is not among them.
        self.names: set[str] = set()
        self._used_keywords: set[str] = set()
        self._nodes: dict[bytes, bytes] = {}
        self._types: dict[bytes, bytes] = {}
        # Property and what is behind the text of a literal → key, and the member before the text.
        self._plans: dict[tuple[bytes, bytes], tuple[bytes, bytes | None]] = {}

    def node(self, subject: bytes, lines: Iterable[bytes]) -> bytes:
        """Return a node object as it is in a document.

        Raises:
            AmbiguousPrefix: One of its names begins like a compact one.
        """
        members: dict[bytes, list[_Member]] = {self._word("@id"): [self._node(subject)]}
        start = len(subject) + 1
        for line in lines:
            predicate, value = line[start : line.rindex(b" <")].split(b" ", 1)
            key, member = self._member(predicate, value)
            if key in members:
                members[key].append(member)
            else:
                members[key] = [member]
        written = b",\n   ".join(key + b": " + _in_node(found) for key, found in members.items())
        return b"  {\n   " + written + b"\n  }"

    def _member(self, predicate: bytes, value: bytes) -> tuple[bytes, _Member]:
        """Return the key of a triple in a node object, and its value."""
        if value.startswith(b'"'):
            end = value.rindex(b'"') + 1
            key, before = self._plan(predicate, value[end:])
            text = self._text(value[:end])
            if before is None:
                return key, text
            return key, (before, self._word("@value") + b": " + text)
        if predicate == _RDF_TYPE_TERM:
            return self._word("@type"), self._type(value)
        key, before = self._plan(predicate, b"<")
        node = self._node(value)
        return key, (node if before is None else (before + node,))

    def _plan(self, predicate: bytes, ending: bytes) -> tuple[bytes, bytes | None]:
        found = self._plans.get((predicate, ending))
        if found is None:
            found = self._plans[predicate, ending] = self._new_plan(
                predicate[1:-1].decode(), ending
            )
        return found

    def _new_plan(self, name: str, ending: bytes) -> tuple[bytes, bytes | None]:
        coercions = self._terms.get(name, {})
        if ending == b"<":
            if "@id" in coercions:
                return self._noted(coercions["@id"]), None
            key = coercions.get("") or self._name(name, True)
            return self._noted(key), self._word("@id") + b": "
        before: bytes | None = None
        if ending.startswith(b"@"):
            tag = written_tag(ending[1:].decode())
            before = self._word("@language") + b": " + self._noted(tag)
        elif ending:
            datatype = ending[3:-1].decode()
            if datatype in coercions:
                return self._noted(coercions[datatype]), None
            before = self._word("@type") + b": " + self._noted(self._name(datatype, True))
        return self._noted(coercions.get("") or self._name(name, False)), before

    def _word(self, keyword: str) -> bytes:
        if keyword not in self._used_keywords:
            self._used_keywords.add(keyword)
            self._note(self._alias[keyword])
        return self._keywords[keyword]

    def _node(self, term: bytes) -> bytes:
        found = self._nodes.get(term)
        if found is None:
            if len(self._nodes) >= _MOST_NAMES:
                self._nodes.clear()
            name = self._name(term[1:-1].decode(), False) if term[0:1] == b"<" else term.decode()
            found = self._nodes[term] = self._noted(name)
        return found

    def _type(self, term: bytes) -> bytes:
        found = self._types.get(term)
        if found is None:
            if len(self._types) >= _MOST_NAMES:
                self._types.clear()
            name = self._name(term[1:-1].decode(), True) if term[0:1] == b"<" else term.decode()
            found = self._types[term] = self._noted(name)
        return found

    def _text(self, quoted: bytes) -> bytes:
        """Return a text of N-Triples as JSON has it: but for control characters the same."""
        if b"\\u" in quoted or b"\\U" in quoted:
            (quad,) = parse(b"<x:x> <x:x> " + quoted + b" .", format=RdfFormat.N_TRIPLES)
            assert isinstance(quad.object, Literal)
            return self._noted(quad.object.value)
        text = quoted[1:-1]
        if text in self._words or text.partition(b":")[0] in self._words:
            self._note(text.decode())
        return quoted

    def _noted(self, name: str) -> bytes:
        self._note(name)
        return _quoted(name)

    def _note(self, name: str) -> None:
        """Remember a name if the context has it, or its prefix."""
        prefix = name.partition(":")[0]
        self.names |= {each for each in (name, prefix) if each.encode() in self._words}


def _in_node(found: Sequence[_Member]) -> bytes:
    """Return the values of a key; a list only when there are several."""
    if len(found) == 1:
        return _shown(found[0], b"   ")
    return b"[\n    " + b",\n    ".join(_shown(each, b"    ") for each in found) + b"\n   ]"


def _shown(member: _Member, indent: bytes) -> bytes:
    if isinstance(member, bytes):
        return member
    line = b"\n" + indent + b" "
    return b"{" + line + (b"," + line).join(member) + b"\n" + indent + b"}"


def _add(node: dict[str, Any], key: str, value: Any) -> None:
    """Add a value below a key; a list only when there are several."""
    existing = node.get(key)
    if existing is None:
        node[key] = value
    elif isinstance(existing, list):
        existing.append(value)
    else:
        node[key] = [existing, value]


def _names_in(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from _names_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _names_in(inner)
    elif isinstance(value, str):
        yield value
