"""What a validator must be able to do for each shape, and what each validator is given to read.

The one in Rust is fast and knows SHACL of 2017, Core and SPARQL. A shape that takes more, or that
SHACL leaves open, is found here before anything is validated, and left to pySHACL.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import pairwise
from pathlib import Path

from pyoxigraph import Literal, RdfFormat, parse

from publisher.quality.xpath_patterns import RUST, PatternError, translated
from publisher.query.tokens import Token, tokenize
from publisher.rdf.namespaces import iri, shorten

# A term is written as in N-Triples everywhere here.
TermTriple = tuple[str, str, str]

# Names that blank nodes of shapes get, so that a report says which shape was broken.
_NAMED_BLANK = "urn:publisher:blank:"
_SH = iri("sh:")


def _sh(*names: str) -> frozenset[str]:
    return frozenset(f"<{_SH}{name}>" for name in names)


_TYPE, _FIRST, _REST = (f"<{iri(name)}>" for name in ("rdf:type", "rdf:first", "rdf:rest"))
_CLASS, _SUBCLASS = f"<{iri('rdfs:Class')}>", f"<{iri('rdfs:subClassOf')}>"
_OWL_CLASS = f"<{iri('owl:Class')}>"
_PATH, _PARAMETER, _PREFIXES = (f"<{_SH}{name}>" for name in ("path", "parameter", "prefixes"))
_PREFIX, _PATTERN, _FLAGS = (f"<{_SH}{name}>" for name in ("prefix", "pattern", "flags"))
_SHAPES = _sh("NodeShape", "PropertyShape")
_TARGETS = _sh("targetClass", "targetNode", "targetObjectsOf", "targetSubjectsOf")
# Of SHACL Advanced Features; read here so that it is taken off where another one validates.
_ADVANCED_TARGET = f"<{_SH}target>"
_TO_SHAPES = _sh("property", "node", "not", "qualifiedValueShape")
_TO_LISTS_OF_SHAPES = _sh("and", "or", "xone")
_QUERIES = _sh("select", "ask")
# SHACL (2017), sections 2 to 6, and what a processor passes over.
_KNOWN = (
    _TARGETS
    | _TO_SHAPES
    | _TO_LISTS_OF_SHAPES
    | _QUERIES
    | _sh("path", "inversePath", "alternativePath", "zeroOrMorePath", "oneOrMorePath")
    | _sh("zeroOrOnePath", "class", "datatype", "nodeKind", "minCount", "maxCount", "in")
    | _sh("minExclusive", "minInclusive", "maxExclusive", "maxInclusive", "hasValue")
    | _sh("minLength", "maxLength", "pattern", "flags", "languageIn", "uniqueLang", "equals")
    | _sh("disjoint", "lessThan", "lessThanOrEquals", "qualifiedMinCount", "qualifiedMaxCount")
    | _sh("qualifiedValueShapesDisjoint", "closed", "ignoredProperties", "deactivated")
    | _sh("severity", "message", "sparql", "prefixes", "declare", "prefix", "namespace")
    | _sh("parameter", "optional", "validator", "nodeValidator", "propertyValidator")
    | _sh("labelTemplate", "name", "description", "order", "group", "defaultValue")
    | _sh("shapesGraph", "suggestedShapesGraph")
)
# What no validator here does: SHACL-AF, sections 6 to 8, SHACL JavaScript Extensions, and the
# constraints of the drafts of SHACL 1.2.
_NOBODY = _sh("js", "jsFunctionName", "jsLibrary", "rule", "values", "entailment")
_PARTS_OF_JS = _sh("jsFunctionName", "jsLibrary")
_NOBODY |= _sh("singleLine", "someValue", "subsetOf", "rootClass", "reifierShape", "targetWhere")
_NOBODY |= _sh("reificationRequired", "memberShape", "minListLength", "maxListLength")
_NOBODY |= _sh("uniqueMembers", "uniqueValuesFor", "uniqueValuesForClass", "nodeByExpression")
# SHACL, appendix A: a shape has at most one value of each.
_ONCE = _sh("path", "datatype", "nodeKind", "minCount", "maxCount", "minExclusive", "minInclusive")
_ONCE |= _sh("maxExclusive", "maxInclusive", "minLength", "maxLength", "languageIn", "uniqueLang")
_ONCE |= _sh("closed", "ignoredProperties", "qualifiedValueShape", "qualifiedMinCount", "in")
_ONCE |= _sh("qualifiedMaxCount", "qualifiedValueShapesDisjoint", "severity", "deactivated")
_BOOLEANS = _sh("closed", "uniqueLang", "deactivated", "qualifiedValueShapesDisjoint", "optional")
_LIMITS = _sh("minInclusive", "minExclusive", "maxInclusive", "maxExclusive")
# SPARQL 1.1, section 17.3, and dates: what the fast validator compares. pySHACL compares more.
_COMPARED = {"date", "dateTime", "time", "string", "boolean", "decimal", "double", "float", "int"}
_COMPARED |= {"integer", "long", "short", "byte", "nonNegativeInteger", "positiveInteger"}
_NOT_FOLLOWED = _TARGETS | _sh("class", "datatype", "equals", "disjoint", "lessThan", "hasValue")
_NOT_FOLLOWED |= _sh("lessThanOrEquals", "group", "severity", "nodeKind") | {_TYPE, _SUBCLASS}
_DEEPEST = 40
# SHACL, appendix A.1: what pre-bound variables do not allow.
_NOT_IN_QUERIES = {"MINUS", "VALUES", "SERVICE", "FROM", "GRAPH"}
# What regular expressions of Python have, and those of Rust lack or read otherwise.
_NOT_IN_RUST = {
    "look-around": re.compile(r"\(\?<?[=!]"),
    "back-reference": re.compile(r"\\[1-9]|\(\?P="),
    "atomic group": re.compile(r"\(\?>|[*+?}]\+"),
}
_ESCAPED = re.compile(r"\\[^1-9]")
# SPARQL 1.1, section 17.5: the functions with an IRI that everybody has.
_CASTS = re.compile(
    r"(?:^xsd?:|XMLSchema#)(?:boolean|double|float|decimal|integer|dateTime|string)>?$"
)
_PREFIX_OF_NAME = re.compile(r"^[^:]*(?=:)")


@dataclass(frozen=True)
class Feature:
    """Something that the fast validator is not asked to do.

    Attributes:
        shape: The shape that is targeted, as an IRI; empty for a blank node.
        name: What it is: a name of SHACL's, or words.
        is_known: Whether pySHACL does it.
    """

    shape: str
    name: str
    is_known: bool = True


@dataclass(frozen=True)
class SharedWork:
    """Which validator reads what.

    Attributes:
        fast: What the fast one reads, as N-Triples; empty when it has nothing to do.
        slow: What pySHACL reads, the same way.
        features: What the fast one is not asked to do.
        slow_roots: The shapes that pySHACL alone validates.
    """

    fast: bytes
    slow: bytes
    features: tuple[Feature, ...] = ()
    slow_roots: frozenset[str] = frozenset()


@dataclass
class ShapesGraph:
    """The triples of a shapes graph, by subject."""

    prefixes: Mapping[str, str]
    triples: dict[str, list[tuple[str, str]]] = field(default_factory=dict)

    @classmethod
    def read_file(cls, path: Path, prefixes: Mapping[str, str]) -> ShapesGraph:
        """Return the graph of a file of N-Triples; the last one that was read is remembered.

        Raises:
            OSError: The file cannot be read.
        """
        read = _read_shapes if path.stat().st_size <= _KEPT_BYTES else _read_shapes.__wrapped__
        return read(path.read_bytes(), tuple(prefixes.items()))

    @classmethod
    def read(cls, lines: Iterable[bytes], prefixes: Mapping[str, str]) -> ShapesGraph:
        """Return a graph of lines of N-Triples; blank nodes that are shapes have names.

        Args:
            lines: As they are sorted.
            prefixes: Those that queries may leave undeclared.
        """
        graph = cls(dict(prefixes))
        found = [_terms(line) for line in lines]
        names = _names_of_blank_nodes(found)
        for subject, predicate, value in found:
            pair = (predicate, names.get(value, value))
            graph.triples.setdefault(names.get(subject, subject), []).append(pair)
        graph._declare_prefixes()
        graph._type_classes()
        return graph

    def values(self, node: str, predicate: str) -> list[str]:
        """Return the values of a property."""
        return [value for name, value in self.triples.get(node, ()) if name == predicate]

    def lines(self, without: Collection[str] = (), untargeted: Collection[str] = ()) -> bytes:
        """Return the graph as N-Triples.

        Args:
            without: Subjects of which nothing is said.
            untargeted: Shapes that lose their targets.
        """
        found = [
            f"{subject} {predicate} {value} .\n"
            for subject, pairs in self.triples.items()
            if subject not in without
            for predicate, value in pairs
            if subject not in untargeted or not self._is_target(predicate, value)
        ]
        return "".join(found).encode()

    def _is_target(self, predicate: str, value: str) -> bool:
        if predicate == _TYPE:
            return value in self._classes
        return predicate in _TARGETS or predicate == _ADVANCED_TARGET

    @cached_property
    def _classes(self) -> set[str]:
        """Return what is a class of classes here (SHACL, section 2.1.3.3)."""
        found = {_CLASS, _OWL_CLASS}
        below: dict[str, list[str]] = defaultdict(list)
        for subject, pairs in self.triples.items():
            for predicate, value in pairs:
                if predicate == _SUBCLASS:
                    below[value].append(subject)
        waiting = list(found)
        while waiting:
            new = set(below[waiting.pop()]) - found
            found |= new
            waiting += new
        return found

    def _type_classes(self) -> None:
        """Say of each shape that is a class of some kind that it is an rdfs:Class."""
        for pairs in self.triples.values():
            types = {value for predicate, value in pairs if predicate == _TYPE}
            if types & _SHAPES and types & self._classes and _CLASS not in types:
                pairs.append((_TYPE, _CLASS))

    def _declare_prefixes(self) -> None:
        """Write before each query the prefixes that it leaves undeclared."""
        for node, pairs in self.triples.items():
            declared = self._declared(node)
            for index, (predicate, value) in enumerate(pairs):
                if predicate in _QUERIES:
                    query = read_literal(value).value
                    head = self._missing_prefixes(query, declared)
                    if head:
                        pairs[index] = (predicate, str(Literal(f"{head}{query}")))

    def _declared(self, node: str) -> set[str]:
        """Return the prefixes that a query declares by ``sh:prefixes`` (SHACL, section 5.2.1)."""
        reached = self._reached(self.values(node, _PREFIXES), lambda _: True)
        values = (value for other in reached for value in self.values(other, _PREFIX))
        return {read_literal(value).value for value in values}

    def _missing_prefixes(self, query: str, declared: Collection[str]) -> str:
        tokens = list(tokenize(query))
        own = {
            after.text[:-1]
            for word, after in pairwise(tokens)
            if word.kind == "word" and word.text.upper() == "PREFIX"
        }
        used = {found[0] for t in tokens if (found := _PREFIX_OF_NAME.match(t.text))}
        missing = sorted((used & self.prefixes.keys()) - own - set(declared))
        return "".join(f"PREFIX {name}: <{self.prefixes[name]}>\n" for name in missing)

    # Which shapes there are, and what each needs.

    @cached_property
    def _components(self) -> dict[str, list[str]]:
        """Return parameter → the constraint components that have it (SHACL, section 6)."""
        found: dict[str, list[str]] = defaultdict(list)
        for node in self.triples:
            for parameter in self.values(node, _PARAMETER):
                for path in self.values(parameter, _PATH):
                    found[path].append(node)
        return found

    def members(self, node: str) -> list[str]:
        """Return the members of a list; it may be broken or without an end."""
        found: list[str] = []
        seen: set[str] = set()
        while node in self.triples and node not in seen:
            seen.add(node)
            found += self.values(node, _FIRST)
            node = next(iter(self.values(node, _REST)), "")
        return found

    @cached_property
    def _references(self) -> dict[str, set[str]]:
        """Return shape → the shapes that it names."""
        found: dict[str, set[str]] = {}
        for node, pairs in self.triples.items():
            named = {value for predicate, value in pairs if predicate in _TO_SHAPES}
            for predicate, value in pairs:
                if predicate in _TO_LISTS_OF_SHAPES:
                    named.update(self.members(value))
            if named:
                found[node] = named & self.triples.keys()
        return found

    @cached_property
    def _depths(self) -> dict[str, int]:
        """Return shape → how deep others are nested in it; none for one that is recursive."""
        inside = {node: len(named) for node, named in self._references.items()}
        outside: dict[str, list[str]] = defaultdict(list)
        for node, named in self._references.items():
            for other in named:
                outside[other].append(node)
        depths = {node: 0 for node in self.triples if not inside.get(node)}
        waiting = list(depths)
        while waiting:
            node = waiting.pop()
            for other in outside[node]:
                inside[other] -= 1
                if not inside[other]:
                    depths[other] = 1 + max(depths[name] for name in self._references[other])
                    waiting.append(other)
        return depths

    def roots(self) -> list[str]:
        """Return the shapes that have targets, and those that no other shape names."""
        named = {other for others in self._references.values() for other in others}
        found = []
        for node, pairs in self.triples.items():
            has_target = any(predicate in _TARGETS for predicate, _ in pairs)
            types = {value for predicate, value in pairs if predicate == _TYPE}
            is_shape = bool(types & _SHAPES) or any(p == _ADVANCED_TARGET for p, _ in pairs)
            is_class = bool(types & _SHAPES and types & self._classes)
            if has_target or is_class or (is_shape and node not in named):
                found.append(node)
        return found

    @cached_property
    def _referring(self) -> dict[str, list[str]]:
        """Return shape → the shapes that name it, sorted."""
        found: dict[str, list[str]] = defaultdict(list)
        for node, named in sorted(self._references.items()):
            for other in named:
                found[other].append(node)
        return found

    def named_shape(self, node: str) -> str:
        """Return a shape as people see it; of one without an IRI, the one that it is written in.

        ``[]`` where none of the shapes around it has an IRI.
        """
        waiting, seen = [node], {node}
        while waiting:
            shape = waiting.pop(0)
            if not _is_blank(shape):
                return shown_name(shape)
            new = [other for other in self._referring.get(shape, ()) if other not in seen]
            seen.update(new)
            waiting += new
        return shown_name(node)

    def _reached(self, nodes: Iterable[str], follows: Callable[[str], bool]) -> set[str]:
        found = set(nodes) & self.triples.keys()
        waiting = list(found)
        while waiting:
            for predicate, value in self.triples[waiting.pop()]:
                others = [*self._components.get(predicate, ())] if follows(predicate) else []
                if follows(predicate) and value in self.triples:
                    others.append(value)
                new = set(others) - found
                found |= new
                waiting += new
        return found

    def needed(self, root: str) -> set[str]:
        """Return the subjects that say what a shape asks for, itself among them."""
        return self._reached([root], lambda predicate: predicate not in _NOT_FOLLOWED)

    @cached_property
    def _needed_by_roots(self) -> Mapping[str, set[str]]:
        return {root: self.needed(root) for root in self.roots()}

    @cached_property
    def _features(self) -> Mapping[str, Feature]:
        """Return the shapes that are not for the fast validator, and what keeps them from it."""
        needed = self._needed_by_roots.items()
        return {root: f for root, nodes in needed if (f := self.feature(root, nodes))}

    def feature(self, root: str, needed: Iterable[str]) -> Feature | None:
        """Return what keeps a shape from the fast validator; None when nothing does."""
        shape = "" if _is_blank(root) else root[1:-1]
        for node in sorted(needed):
            found = self._feature_of_node(node)
            if found:
                return Feature(shape, found.removeprefix("-"), not found.startswith("-"))
        return None

    def _unvalidated(self, root: str, needed: Iterable[str]) -> Iterator[Feature]:
        """Yield everything in a shape that no validator does."""
        shape = "" if _is_blank(root) else root[1:-1]
        predicates = {predicate for node in needed for predicate, _ in self.triples[node]}
        for predicate in sorted(predicates & (_NOBODY - _PARTS_OF_JS)):
            yield Feature(shape, f"sh:{predicate[1 + len(_SH) : -1]}", is_known=False)

    def _feature_of_node(self, node: str) -> str:
        pairs = self.triples[node]
        for predicate, value in pairs:
            if predicate in _NOBODY:
                return f"-sh:{predicate[1 + len(_SH) : -1]}"
            if predicate.startswith(f"<{_SH}") and predicate not in _KNOWN:
                return f"sh:{predicate[1 + len(_SH) : -1]}"
            if predicate in _BOOLEANS and not _is_boolean(value):
                return f"sh:{predicate[1 + len(_SH) : -1]} {value}"
            if predicate in _LIMITS and not _is_compared(value):
                return f"sh:{predicate[1 + len(_SH) : -1]} {shorten(shown_datatype(value))}"
            if predicate in _QUERIES and (found := _feature_of_query(read_literal(value).value)):
                return found
            if predicate == _PATTERN and (found := self._feature_of_pattern(node, value)):
                return found
        names = [predicate for predicate, _ in pairs if predicate in _ONCE]
        for name in names:
            if names.count(name) > 1:
                return f"sh:{name[1 + len(_SH) : -1]} (2)"
        depth = self._depths.get(node)
        return "recursion" if depth is None else "nesting" if depth > _DEEPEST else ""

    def _feature_of_pattern(self, node: str, value: str) -> str:
        flags = "".join(read_literal(written).value for written in self.values(node, _FLAGS))
        try:
            made = translated(read_literal(value).value, flags, RUST)
        except PatternError:
            return "sh:pattern"
        made = _ESCAPED.sub("", made)
        lacking = [name for name, pattern in _NOT_IN_RUST.items() if pattern.search(made)]
        return f"sh:pattern, {lacking[0]}" if lacking else ""

    def share(self, refused: Callable[[bytes], str]) -> SharedWork:
        """Return what each validator is given.

        Args:
            refused: Returns why the fast validator cannot read shapes; empty when it can.
        """
        needed = self._needed_by_roots
        features = dict(self._features)
        fast = self._fast(needed, features)
        if fast and refused(fast):
            for root, nodes in needed.items():
                if root not in features:
                    alone = self.lines(without=self.triples.keys() - nodes)
                    if reason := refused(alone):
                        shape = "" if _is_blank(root) else root[1:-1]
                        features[root] = Feature(shape, reason)
            fast = self._fast(needed, features)
            if fast and (reason := refused(fast)):
                return SharedWork(b"", self.lines(), (Feature("", reason),))
        others = needed.keys() - features.keys()
        slow = self.lines(untargeted=others) if features else b""
        unvalidated = (f for root in features for f in self._unvalidated(root, needed[root]))
        listed = dict.fromkeys((*features.values(), *unvalidated))
        return SharedWork(fast, slow, tuple(listed), frozenset(features))

    def _fast(self, needed: Mapping[str, set[str]], features: Mapping[str, Feature]) -> bytes:
        left: set[str] = set().union(*(needed[root] for root in features))
        still_needed: set[str] = set().union(
            *(n for root, n in needed.items() if root not in features)
        )
        if not still_needed:
            return b""
        return self.lines(without=left - still_needed, untargeted=features.keys())


# Who checks again after a save has seldom changed a shape.
_KEPT_BYTES = 8 << 20


@lru_cache(maxsize=1)
def _read_shapes(shapes: bytes, prefixes: tuple[tuple[str, str], ...]) -> ShapesGraph:
    return ShapesGraph.read(shapes.splitlines(keepends=True), dict(prefixes))


def _terms(line: bytes) -> TermTriple:
    subject, predicate, value = line.decode()[:-3].split(" ", 2)
    return subject, predicate, value


def _names_of_blank_nodes(triples: Iterable[TermTriple]) -> dict[str, str]:
    """Return blank node → name, for all but paths and lists: they may not have names (2.3.1)."""
    values: dict[str, list[str]] = defaultdict(list)
    unnamed, paths = set(), []
    for subject, predicate, value in triples:
        if value.startswith("_:"):
            values[subject].append(value)
        if predicate == _PATH and value.startswith("_:"):
            paths.append(value)
        if predicate == _FIRST:
            unnamed.add(subject)
    while paths:
        node = paths.pop()
        unnamed.add(node)
        paths += values.pop(node, [])
    found = {subject for subject, _, _ in triples if subject.startswith("_:")} - unnamed
    return {node: f"<{_NAMED_BLANK}{node[2:]}>" for node in found}


def _is_blank(node: str) -> bool:
    return node.startswith(("_:", f"<{_NAMED_BLANK}"))


def shown_name(node: str) -> str:
    """Return a node of shapes as people see it; blank nodes have no name that outlives the run.

    >>> shown_name("<urn:publisher:blank:a1>"), shown_name("<https://e.org/S>")
    ('[]', 'https://e.org/S')
    """
    return "[]" if _is_blank(node) else node.removeprefix("<").removesuffix(">")


def read_literal(term: str) -> Literal:
    """Return a literal that is written in N-Triples; what is none is a literal of its text."""
    if not term.startswith('"'):
        return Literal(term)
    (quad,) = parse(f"<x:x> <x:x> {term} .".encode(), format=RdfFormat.N_TRIPLES)
    assert isinstance(quad.object, Literal)
    return quad.object


def shown_datatype(value: str) -> str:
    """Return the datatype of a literal, as an IRI."""
    return read_literal(value).datatype.value


def _is_compared(value: str) -> bool:
    return shown_datatype(value).removeprefix(iri("xsd:")) in _COMPARED


def _is_boolean(value: str) -> bool:
    return value.startswith(('"true"^^', '"false"^^'))


def _feature_of_query(query: str) -> str:
    """Return what a query has that the fast validator does not evaluate; empty for nothing."""
    tokens = list(tokenize(query))
    words = [token.text.upper() for token in tokens if token.kind == "word"]
    for word in words:
        if word in _NOT_IN_QUERIES and not (word == "GRAPH" and _names_shapes_graph(tokens)):
            return word
    for name, after in pairwise(tokens):
        if name.kind in ("name", "iri") and after.text == "(" and not _CASTS.search(name.text):
            return name.text  # SHACL Advanced Features, section 5
    inner = list(_projections(tokens))[1:]
    # SHACL, appendix A.1: a subquery must return the variables that are bound before.
    return "" if all("this" in names or "*" in names for names in inner) else "SELECT … SELECT"


def _names_shapes_graph(tokens: Iterable[Token]) -> bool:
    return any(token.text in ("$shapesGraph", "?shapesGraph") for token in tokens)


def _projections(tokens: Iterable[Token]) -> Iterator[set[str]]:
    """Yield the names that each SELECT returns."""
    names: set[str] | None = None
    for token in tokens:
        if token.kind == "word" and token.text.upper() == "SELECT":
            names = set()
        elif names is not None and (token.text == "{" or token.text.upper() == "WHERE"):
            yield names
            names = None
        elif names is not None:
            names.add(token.text.lstrip("?$"))
