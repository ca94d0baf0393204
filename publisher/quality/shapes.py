"""SHACL: are the shapes well-formed, and does the data satisfy them?"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from publisher.findings import Finding
from publisher.load.files import Role
from publisher.load.parse import SourceFile, find_line, find_line_naming
from publisher.load.sources import Sources
from publisher.messages import LANGUAGES, Text, text, translate
from publisher.quality.queries import FolderQueries, folder_queries
from publisher.quality.shape_features import ShapesGraph
from publisher.quality.shape_partitions import write_shapes
from publisher.quality.shape_preparation import Lists, is_severity
from publisher.quality.validation import feature_findings, validate
from publisher.quality.validation_results import findings_of
from publisher.quality.xpath_patterns import PatternError, translated
from publisher.query.tokens import tokenize
from publisher.rdf.label_templates import TemplateError, read_template
from publisher.rdf.namespaces import VIEWER, VIEWERS, iri, read_viewer, shorten
from publisher.rule_settings import RULES


def check_shapes(sources: Sources) -> Iterator[Finding]:
    """Return a finding for each result of the validation report (SHACL, section 3.6).

    Ontology, data, catalogue and examples are validated together, since they refer to each other.

    Raises:
        SourceSyntax: A shape is not one that SHACL allows, or takes too much.
    """
    files = write_shapes(sources, Path(tempfile.mkdtemp(dir=sources.sorted_sources.folder)))
    shapes = ShapesGraph.read_file(files.shapes, sources.prefixes)
    found = validate(files, shapes, sources.bounds)
    yield from findings_of(found.results, shapes)
    yield from feature_findings(found.features)
    yield from found.second_opinion


# Are the shapes well-formed? What SHACL cannot read it passes over, and everything would pass.

RULE = "shape-syntax"
Nodes = Collection[object]
ValueCheck = Callable[[object], Text | None]
_NODE_KINDS = (
    "sh:BlankNode",
    "sh:IRI",
    "sh:Literal",
    "sh:BlankNodeOrIRI",
    "sh:BlankNodeOrLiteral",
    "sh:IRIOrLiteral",
)
_IRI_PARAMETERS = (
    "sh:class",
    "sh:datatype",
    "sh:targetClass",
    "sh:targetObjectsOf",
    "sh:targetSubjectsOf",
)
_LIST_PARAMETERS = ("sh:in", "sh:languageIn", "sh:and", "sh:or", "sh:xone", "sh:ignoredProperties")
_QUERY_PARAMETERS = ("sh:select", "sh:ask", "sh:construct", "sh:update")
_FUNCTIONS = frozenset(map(iri, ("sh:SPARQLFunction", "sh:SHACLFunction", "sh:Function")))
_BODIES = frozenset(map(iri, ("sh:select", "sh:ask")))
# What Oxigraph says of a query that is right but for a function of somebody's own.
_OWN_FUNCTION = re.compile(r"custom function <([^<>]+)> is not supported")
_SEVERITIES = ("sh:Violation", "sh:Warning", "sh:Info")
_PATHS = (
    "sh:alternativePath",
    "sh:inversePath",
    "sh:oneOrMorePath",
    "sh:zeroOrMorePath",
    "sh:zeroOrOnePath",
)
_DEEPEST_PATH = 200
_SHAPE_PARAMETERS = ("sh:node", "sh:not", "sh:qualifiedValueShape")
_SHAPE_LISTS = frozenset(map(iri, ("sh:and", "sh:or", "sh:xone")))
_REFERENCES = frozenset(map(iri, ("sh:property", "rdf:first", *_SHAPE_PARAMETERS)))


def check_shape_syntax(sources: Sources) -> Iterator[Finding]:
    """Return a finding for each value of a shape that SHACL cannot read (SHACL, appendix A)."""
    # Read once: blank nodes have other names at each reading.
    read = [(file, file.triples) for file in sources.of_role(Role.SHAPES)]
    with folder_queries(sources) as queries:
        checks = _checks(sources, [triple for _, triples in read for triple in triples], queries)
        for file, triples in read:
            for triple in triples:
                check = checks.get(triple.predicate.value)
                if check is not None and (message := check(triple.object)) is not None:
                    yield _finding(file, triple, message)


def _checks(
    sources: Sources, triples: list[Triple], queries: FolderQueries
) -> Mapping[str, ValueCheck]:
    """Return property → what its values must be."""
    defined = {triple.subject for triple in triples}
    paths: dict[object, list[Triple]] = {}
    for triple in triples:
        if isinstance(triple.subject, BlankNode):
            paths.setdefault(triple.subject, []).append(triple)
    with_path = {t.subject for t in triples if t.predicate.value == iri("sh:path")}
    lists = {t.subject for t in triples if t.predicate.value == iri("rdf:first")}
    of_lists = Lists(triples)
    listed = {
        member
        for triple in triples
        if triple.predicate.value in _SHAPE_LISTS
        for member in of_lists.members(triple.object)
    }
    checks: dict[str, ValueCheck] = {
        "rdf:first": partial(_listed_shape, listed - defined),
        "dash:viewer": _viewer,
        "sh:nodeKind": partial(_check_choice, _NODE_KINDS),
        "sh:path": partial(_path, paths),
        "sh:pattern": _pattern,
        "sh:flags": _flags,
        "sh:labelTemplate": partial(_template, _prefixes(sources, triples)),
        "sh:property": partial(_property, with_path),
        "sh:severity": _severity,
    }
    functions = Functions.among(triples)
    checks |= dict.fromkeys(
        _QUERY_PARAMETERS, partial(_query, queries, _prefixes(sources, triples), functions)
    )
    checks |= dict.fromkeys(_IRI_PARAMETERS, _name)
    checks |= dict.fromkeys(_LIST_PARAMETERS, partial(_list, lists))
    checks |= dict.fromkeys(_SHAPE_PARAMETERS, partial(_shape, defined))
    return {iri(name): check for name, check in checks.items()}


def _prefixes(sources: Sources, triples: list[Triple]) -> dict[str, str]:
    """Return the prefixes that the queries of shapes may use (SHACL, section 5.2.1)."""
    declared: dict[object, dict[str, str]] = {}
    for triple in triples:
        if isinstance(triple.object, Literal):
            declared.setdefault(triple.subject, {})[triple.predicate.value] = triple.object.value
    prefixes = dict(sources.prefixes)
    for message in declared.values():
        if iri("sh:prefix") in message and iri("sh:namespace") in message:
            prefixes[message[iri("sh:prefix")]] = message[iri("sh:namespace")]
    return prefixes


@dataclass(frozen=True)
class Functions:
    """Functions that shapes define for queries (SHACL Advanced Features, section 5).

    Attributes:
        names: Their IRIs.
        bodies: The queries that they are made of.
    """

    names: frozenset[str]
    bodies: frozenset[object]

    @classmethod
    def among(cls, triples: Iterable[Triple]) -> Functions:
        """Return those that some shapes define."""
        listed = list(triples)
        defined = {
            triple.subject
            for triple in listed
            if getattr(triple.object, "value", "") in _FUNCTIONS
            and triple.predicate.value == iri("rdf:type")
        }
        bodies = {
            triple.object
            for triple in listed
            if triple.subject in defined and triple.predicate.value in _BODIES
        }
        return cls(frozenset(getattr(node, "value", "") for node in defined), frozenset(bodies))


class _NotValidated(dict[str, str]):
    """A message that nothing is held against a shape; the shape itself is right."""


def _unknown_function(name: str, value: object, functions: Functions) -> Text | None:
    """Return what to say of a function that the engine does not have; pySHACL knows the shapes'."""
    if name in functions.names or value in functions.bodies:
        return None
    return _NotValidated(
        text(
            "{feature} is not validated: no validator here does it. Ask for the same in SHACL"
            " Core or in a query.",
            feature=f"<{name}>",
        )
    )


def _query(
    queries: FolderQueries, prefixes: Mapping[str, str], functions: Functions, value: object
) -> Text | None:
    query = str(getattr(value, "value", ""))
    fault = queries.fault(query, prefixes)
    if fault is not None and (found := _OWN_FUNCTION.search(str(fault))):
        return _unknown_function(found[1], value, functions)
    if fault is not None:
        error = queries.as_source_error("", fault)
        return {
            language: translate("The query of the shape cannot be used. {reason}", language).format(
                reason=f"{error.what[language]} {error.remedy.get(language, '')}".strip()
            )
            for language in LANGUAGES
        }
    words = {token.text.upper() for token in tokenize(query) if token.kind == "word"}
    if "FROM" in words:
        return text("The query of a shape asks the graph that is checked. Take FROM out.")
    return None


def _pattern(value: object, flags: str = "") -> Text | None:
    try:
        translated(str(getattr(value, "value", "")), flags)
    except PatternError as error:
        cure = error.remedy
        return {n: f"{words} {cure.get(n, '')}".rstrip() for n, words in error.what.items()}
    return None


def _flags(value: object) -> Text | None:
    """Return what is wrong with flags, whatever the pattern beside them."""
    return _pattern(Literal(""), str(getattr(value, "value", "")))


def _template(prefixes: Mapping[str, str], value: object) -> Text | None:
    """Return what is wrong with a template of labels; other shapes may have other ones."""
    try:
        read_template(str(getattr(value, "value", "")), "", prefixes)
    except TemplateError as error:
        return text(
            "The template cannot be read from “{part}” on. Write a property as prefix:name in"
            " braces, with a prefix that is declared, and close each bracket.",
            part=str(error)[:60],
        )
    return None


def _severity(value: object) -> Text | None:
    if isinstance(value, NamedNode) and is_severity(value.value):
        return None
    return text(
        "Write one of {choices} here, or an IRI of your own.", choices=", ".join(_SEVERITIES)
    )


def _name(value: object) -> Text | None:
    return None if isinstance(value, NamedNode) else text("Write an IRI here, not a text.")


def _path(paths: Mapping[object, Sequence[Triple]], value: object) -> Text | None:
    if _is_path(paths, value, frozenset()):
        return None
    return text("Write a property here, or a path of properties.")


def _is_path(paths: Mapping[object, Sequence[Triple]], value: object, above: Nodes) -> bool:
    """Tell whether a node is a property path (SHACL, section 2.3.1); none is within itself."""
    if isinstance(value, NamedNode):
        return value.value != iri("rdf:nil")
    if value in above or value not in paths or len(above) > _DEEPEST_PATH:
        return False
    above = {*above, value}
    parts = {triple.predicate.value: triple.object for triple in paths[value]}
    if iri("rdf:first") in parts:
        rest = parts.get(iri("rdf:rest"), value)
        is_end = rest == NamedNode(iri("rdf:nil"))
        rest_is_path = isinstance(rest, BlankNode) and _is_path(paths, rest, above)
        return (is_end or rest_is_path) and _is_path(paths, parts[iri("rdf:first")], above)
    kinds = [parts[name] for name in map(iri, _PATHS) if name in parts]
    return len(kinds) == 1 and _is_path(paths, kinds[0], above)


def _property(with_path: Nodes, value: object) -> Text | None:
    if value in with_path:
        return None
    return text("There is no property shape with a sh:path here. Fix its name, or write it.")


def _shape(defined: Nodes, value: object) -> Text | None:
    # A node without a name is one with nothing to hold (SHACL, section 2.1).
    if value in defined or isinstance(value, BlankNode):
        return None
    return text("There is no such shape. Fix its name, or write it.")


def _listed_shape(missing: Nodes, value: object) -> Text | None:
    """Return what is wrong with a member of a list, if that is a list of shapes."""
    return _shape(frozenset(), value) if value in missing else None


def _list(lists: Nodes, value: object) -> Text | None:
    if value in lists or value == NamedNode(iri("rdf:nil")):
        return None
    return text("Write a list in parentheses here.")


def _check_choice(choices: Sequence[str], value: object) -> Text | None:
    if isinstance(value, NamedNode) and shorten(value.value) in choices:
        return None
    return text("Write one of {choices} here.", choices=", ".join(choices))


def _viewer(value: object) -> Text | None:
    name = str(getattr(value, "value", ""))
    if read_viewer(name):
        return None
    return text(
        "Pages do not know the viewer {name}, and show the values as usual."
        " Choose one of {choices}, or take it out.",
        name=shorten(name),
        choices=", ".join(VIEWERS),
    )


def _finding(file: SourceFile, triple: Triple, message: Text) -> Finding:
    path = triple.predicate.value
    subject = triple.subject.value if isinstance(triple.subject, NamedNode) else ""
    name = "viewers" if path == VIEWER else RULE
    if isinstance(message, _NotValidated):
        name = "not-validated"
    if path in _REFERENCES and isinstance(triple.object, NamedNode):
        # Profiles of others come in parts, and refer to shapes that are in none of them.
        is_own = triple.object.value.startswith(file.base_iri)
        name = RULE if is_own else "shape-references"
    rule = RULES[name]
    return Finding(
        rule.severity,
        message,
        rule=rule.name,
        file=file.name,
        line=find_line(file, subject, path) if subject else _first_mention(file, triple),
        focus_node=subject,
        path=path,
        value="" if isinstance(triple.object, BlankNode) else str(triple.object),
    )


def _first_mention(file: SourceFile, triple: Triple) -> int:
    """Return the line of a property in brackets: the first that names it with its value."""
    value = str(getattr(triple.object, "value", ""))
    shown = shorten(value, file.prefixes).partition("\n")[0]
    if triple.predicate.value == iri("rdf:first"):  # in parentheses
        return find_line_naming(file, shown, "")
    return find_line_naming(file, shorten(triple.predicate.value), shown)
