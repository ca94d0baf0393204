"""What things and terms are called, in the reader's language or the nearest there is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from itertools import islice
from typing import TypeVar
from urllib.parse import unquote
from weakref import WeakKeyDictionary

from pyoxigraph import Literal, NamedNode, RdfFormat, parse

from publisher.languages import LANGUAGES, language_rank
from publisher.query.engine import LABELS, Description, Engine
from publisher.rdf.label_properties import LITERAL_FORM, XL_LABELS, find_label_properties
from publisher.rdf.namespaces import LABELS as LABEL_PATHS
from publisher.rdf.namespaces import iri, shorten

_FILES = ("labels.ttl", "authorities.ttl")

Labels = Mapping[str, tuple[Literal, ...]]


def _label_files() -> Iterator[bytes]:
    """Yield the files with labels; those of a further language lie beside its catalogue."""
    package = files("publisher")
    own = (package / "locale" / f"{tag}.ttl" for tag in LANGUAGES)
    for path in (*(package / "render" / name for name in _FILES), *own):
        if path.is_file():
            yield path.read_bytes()


@cache
def standard_terms() -> Labels:
    """Return the labels of standard terms and values that come with the program."""
    labels: dict[str, list[Literal]] = {}
    for content in _label_files():
        for quad in parse(content, format=RdfFormat.TURTLE):
            if isinstance(quad.object, Literal) and isinstance(quad.subject, NamedNode):
                labels.setdefault(quad.subject.value, []).append(quad.object)
    return {term: tuple(texts) for term, texts in labels.items()}


def best_label(literals: Iterable[Literal], language: str) -> Literal | None:
    """Return the literal in the language; else one without, else English, else the first.

    A region's tag counts as its language: ``en-GB`` serves ``en``. What else a reader prefers
    comes before English (``languages.language_rank``). A blank one names nothing.
    """
    written = (literal for literal in literals if literal.value.strip())
    return min(written, key=lambda literal: _language_rank(literal, language), default=None)


def _language_rank(literal: Literal, language: str) -> tuple[int, str, str]:
    tag = (literal.language or "").lower()
    return (language_rank(tag, language), tag, literal.value)


def term_label(name: str, own: Iterable[Literal], language: str) -> Literal | None:
    """Return what a term is called by the data, else by the program; None for neither.

    The program's word is in the language of the page, whatever a reader prefers for the data.
    """
    return best_label(own, language) or best_label(standard_terms().get(name, ()), str(language))


def foreign_language(literal: Literal, language: str) -> str:
    """Return the language tag of a literal; empty where it is the language of the page."""
    tag = literal.language or ""
    return "" if tag.split("-")[0].lower() == language else tag


def iri_as_label(name: str, prefixes: Mapping[str, str], base_iri: str) -> str:
    """Return the shortest spelling of an IRI that still says what it is.

    >>> iri_as_label("https://e.org/id/geometry/20", {}, "https://e.org/")
    'geometry/20'
    >>> iri_as_label("https://www.example.com/about/", {}, "https://e.org/")
    'www.example.com/about'
    >>> iri_as_label("http://e.org/o#SteelBridge", {"": "http://e.org/o#"}, "https://e.org/")
    'steel bridge'
    >>> iri_as_label("tel:+46550123;ext=4", {}, ""), iri_as_label("mailto:a@e.org", {}, "")
    ('+46550123 – 4', 'a@e.org')
    """
    if name.startswith(("mailto:", "tel:")):  # as people write them
        plain = name.partition(":")[2].partition("?")[0].partition(";phone-context")[0]
        return unquote(plain).replace(";ext=", " – ")
    short = shorten(name, prefixes)
    if short.startswith(":"):  # of the prefix without a name, which says nothing
        return split_name(short[1:])
    if short != name:
        return short
    if name.startswith(base_iri):
        path, _, fragment = name.removeprefix(base_iri).partition("#")
        return fragment or path.removeprefix("id/") or name
    fragment = name.partition("#")[2]
    if fragment:
        return split_name(fragment)
    return name.removeprefix("https://").removeprefix("http://").rstrip("/") or name


_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|[_-]+")


def split_name(local: str) -> str:
    """Return a local name as words, as far as it shows where they begin.

    >>> [split_name(name) for name in ("superOrdinate", "HTTPServer", "flows_into", "L_0003")]
    ['super ordinate', 'HTTP server', 'flows into', 'L_0003']
    """
    text = unquote(local)
    if any(letter.isdigit() for letter in text):
        return text
    words = [word for word in _CAMEL.split(text) if word]
    return " ".join(word if word.isupper() else word.lower() for word in words) or text


def term_as_label(name: str, prefixes: Mapping[str, str], base_iri: str) -> str:
    """Return how a class or property without a label is called: by prefix, else by local name.

    >>> term_as_label("http://e.org/thesaurus/superOrdinate", {}, "https://x/")
    'super ordinate'
    """
    label = iri_as_label(name, prefixes, base_iri)
    if name.startswith(base_iri) or "/" not in label:
        return label
    return split_name(name.rstrip("/").rpartition("/")[2]) or label


class LabelPicker:
    """The names of everything on one page."""

    def __init__(
        self,
        description: Description,
        further: Labels,
        language: str,
        prefixes: Mapping[str, str],
        base_iri: str,
    ) -> None:
        """Collect the labels that the description brings, and further ones."""
        self._language = language
        self._prefixes = prefixes
        self._base_iri = self.base_iri = base_iri
        self._labels: dict[str, tuple[Literal, ...]] = dict(further)
        for name, labels in description.labels.items():
            self._labels[name] = tuple(label for _, label in labels)
        own: dict[str, dict[str, list[Literal]]] = {}
        for triple in description.own:
            if triple.predicate.value in LABELS and isinstance(triple.object, Literal):
                by_predicate = own.setdefault(str(getattr(triple.subject, "value", "")), {})
                by_predicate.setdefault(triple.predicate.value, []).append(triple.object)
        for name, literals in own.items():
            self._labels[name] = tuple(next(literals[p] for p in LABELS if p in literals))

    def known(self, name: str) -> bool:
        """Tell whether a thing or term has a name."""
        return name in self._labels or name in standard_terms()

    def of(self, name: str, *, is_term: bool = False) -> Literal:
        """Return what a thing is called; its shortened IRI when it has no name.

        A class or property is called by its local name rather than by the whole IRI.
        """
        label = term_label(name, self._labels.get(name, ()), self._language)
        write = term_as_label if is_term else iri_as_label
        return label or Literal(write(name, self._prefixes, self._base_iri))

    def all_of(self, name: str) -> tuple[Literal, ...]:
        """Return all names by the property that names a thing."""
        return self._labels.get(name, ())


# What things are called, asked of the engine for many at once.

# So many names stand in one query.
_CHUNK = 500
# A filter, not VALUES, for the properties: the engine would begin with all that have them.
_QUERY = "SELECT ?thing ?property ?value WHERE {{ VALUES ?thing {{ {things} }} \
?thing ?property ?value . FILTER(?property IN ({properties})) }}"
_XL_QUERY = (
    "SELECT ?thing ?property ?value WHERE {{ VALUES ?thing {{ {things} }}"
    " ?thing {properties} ?label ."
    f" ?label <{LITERAL_FORM}> ?value . BIND(<{XL_LABELS[0]}> AS ?property) }}}}"
)
_DECLARED_QUERY = (
    "SELECT DISTINCT ?low ?high WHERE"
    " { ?low <http://www.w3.org/2000/01/rdf-schema#subPropertyOf> ?high }"
)
_CLASSES_QUERY = (
    "SELECT ?shape ?class ?label (COUNT(?part) AS ?parts) WHERE {"
    f" ?shape <{iri('sh:targetClass')}> ?class ; <{iri('rdfs:label')}> ?label ."
    f" OPTIONAL {{ ?shape <{iri('sh:property')}> ?part }} }} GROUP BY ?shape ?class ?label"
)
_T = TypeVar("_T")


def fetch_in_chunks(things: Iterable[_T], size: int = _CHUNK) -> Iterator[Sequence[_T]]:
    """Yield what was found in parts of at most ``size``.

    >>> list(fetch_in_chunks("abc", 2))
    [['a', 'b'], ['c']]
    """
    rest = iter(things)
    while part := list(islice(rest, size)):
        yield part


def fetch_labels(engine: Engine, things: Iterable[str]) -> Labels:
    """Return IRI → its names, by the first property that names it; things without are left out.

    Raises:
        QueryError: The engine does not answer.
    """
    naming = fetch_naming(engine)
    names = sorted(set(things))
    labels = _fetch_literals(engine, names, _QUERY, naming.paths)
    if naming.has_xl:
        left = [name for name in names if name not in labels]
        labels |= _fetch_literals(engine, left, _XL_QUERY, (XL_LABELS[0],))
    # A class is called what its shape calls it, unless a vocabulary of the folder has a name.
    for name in names:
        if name not in labels and name in naming.classes:
            labels[name] = naming.classes[name]
    return labels


def _fetch_literals(
    engine: Engine, names: Iterable[str], query: str, paths: Sequence[str]
) -> dict[str, tuple[Literal, ...]]:
    literals: dict[str, dict[str, set[Literal]]] = {}
    properties = ", ".join(f"<{path}>" for path in paths)
    for part in fetch_in_chunks(names):
        things = " ".join(str(NamedNode(name)) for name in part)
        for row in engine.rows(query.format(things=things, properties=properties)):
            if isinstance(row["value"], Literal):
                values = literals.setdefault(row["thing"].value, {})
                values.setdefault(row["property"].value, set()).add(row["value"])
    return {
        name: tuple(sorted(next(properties[p] for p in paths if p in properties), key=str))
        for name, properties in literals.items()
    }


@dataclass(frozen=True)
class Naming:
    """What names things in a release.

    Attributes:
        paths: The properties, those that the data declare to be like the usual ones included.
        has_xl: Whether there are labels of SKOS-XL.
        classes: What shapes call the classes that they are for.
        hidden: The properties by which things are found, and not shown with.
    """

    paths: tuple[str, ...] = LABEL_PATHS
    has_xl: bool = False
    classes: Labels = field(default_factory=dict)
    hidden: frozenset[str] = frozenset()

    @property
    def is_usual(self) -> bool:
        """Tell whether the usual properties alone name things."""
        return self.paths == LABEL_PATHS and not self.has_xl


_NAMINGS: WeakKeyDictionary[Engine, Naming] = WeakKeyDictionary()


def fetch_naming(engine: Engine) -> Naming:
    """Return what names things in a release; the engine is asked once."""
    known = _NAMINGS.get(engine)
    if known is None:
        pairs: dict[str, list[str]] = {}
        for row in engine.rows(_DECLARED_QUERY):
            if isinstance(row["low"], NamedNode) and isinstance(row["high"], NamedNode):
                pairs.setdefault(row["high"].value, []).append(row["low"].value)
        has_xl = bool(engine.rows(f"SELECT ?x {{ ?x <{XL_LABELS[0]}> ?y }} LIMIT 1"))
        naming = find_label_properties(pairs)
        classes, hidden = _fetch_class_names(engine), frozenset(naming.hidden)
        known = _NAMINGS[engine] = Naming(naming.names, has_xl, classes, hidden)
    return known


def _fetch_class_names(engine: Engine) -> Labels:
    """Return class → what its shape calls it: of several shapes the one with most properties."""
    by_class: dict[str, dict[tuple[int, str], set[Literal]]] = {}
    rows = engine.rows(_CLASSES_QUERY)
    targets: dict[str, set[str]] = {}
    for row in rows:
        targets.setdefault(str(row["shape"]), set()).add(str(row["class"]))
    for row in rows:
        name, shape, label, parts = row["class"], row["shape"], row["label"], row["parts"]
        # A shape for several classes names none of them: they would be called the same.
        is_alone = len(targets[str(shape)]) == 1
        if isinstance(name, NamedNode) and isinstance(label, Literal) and is_alone:
            size = int(getattr(parts, "value", 0))
            of_class = by_class.setdefault(name.value, {})
            of_class.setdefault((size, str(shape)), set()).add(label)
    return {name: tuple(sorted(shapes[max(shapes)], key=str)) for name, shapes in by_class.items()}
