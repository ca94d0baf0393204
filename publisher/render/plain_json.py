"""A document as plain JSON: for programs that want values, and no RDF.

The form is documented in ``docs/pages.md``. It says less than the JSON-LD of the document, which
has datatypes and the IRIs of properties, and is simpler to read.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from publisher.languages import LANGUAGES
from publisher.query.engine import Description, Term
from publisher.rdf.jsonld import Context
from publisher.rdf.language_tags import written_tag
from publisher.rdf.namespaces import iri, shorten
from publisher.release.manifest import as_json_text
from publisher.release.model import Release
from publisher.render.documents import Document
from publisher.render.tables.json_rows import as_number

_TYPE = iri("rdf:type")
_NUMBERS = frozenset(
    iri(f"xsd:{name}")
    for name in (
        *("byte", "decimal", "double", "float", "int", "integer", "long", "short"),
        *("nonNegativeInteger", "positiveInteger", "negativeInteger", "nonPositiveInteger"),
        *("unsignedByte", "unsignedInt", "unsignedLong", "unsignedShort"),
    )
)
_BOOLEAN = iri("xsd:boolean")
# Deeper blank nodes are left out: nobody writes them, but a stranger's file may.
_DEEPEST = 8
Keys = Mapping[str, str]


def property_keys(properties: Iterable[str], context: Context, prefixes: Keys) -> dict[str, str]:
    """Return property → its key: the term of the JSON-LD context, else its local name.

    Properties that would share a key have their prefixed name or their IRI instead.
    """
    terms = {
        str(context.expanded(term)): term
        for term in sorted(context, reverse=True)
        if not term.startswith("@") and term not in _OWN_KEYS
    }
    names = sorted(set(properties))
    keys = {name: terms.get(name) or _local(name) for name in names}
    holders: dict[str, list[str]] = defaultdict(list)
    for name, key in keys.items():
        holders[key].append(name)
    shared = {name for paths in holders.values() if len(paths) > 1 for name in paths}
    return {
        name: shorten(name, prefixes) if name in shared or key in _OWN_KEYS else key
        for name, key in keys.items()
    }


# Those that every thing has, whatever its properties are called.
_OWN_KEYS = frozenset(("id", "type", "label"))


def _local(name: str) -> str:
    return name.rstrip("/#").replace("#", "/").rpartition("/")[2] or name


def document_json(
    document: Document, description: Description, release: Release, url: str
) -> bytes:
    """Return a document as plain JSON.

    ``thing`` is what the document is about, ``others`` what else it describes. A thing has ``id``,
    ``type``, and each property as a list of values: texts with a language are an object of ``text``
    and ``language``, links one of ``id`` and ``label`` by language, what has no IRI an object of
    its own properties; numbers and truth values are those of JSON, all else is a string.

    Args:
        document: What it is about.
        description: Of its things.
        release: Whose context and prefixes name the keys.
        url: Address of the document.
    """
    own: dict[str, list[Triple]] = defaultdict(list)
    for triple in description.own:
        if isinstance(triple.subject, NamedNode | BlankNode):
            own[str(triple.subject)].append(triple)
    properties = (triple.predicate.value for triple in description.own)
    keys = property_keys(properties, release.context, release.prefixes)
    writer = _PlainThings(own, keys, description)
    things = [writer.thing(name) for name in document.subjects]
    written = {
        "document": url,
        "thing": things[0],
        "others": things[1:],
    }
    return as_json_text(written).encode()


class _PlainThings:
    """Writes the things of one document."""

    def __init__(
        self, own: Mapping[str, Sequence[Triple]], keys: Keys, description: Description
    ) -> None:
        self._own, self._keys, self._description = own, keys, description

    def thing(self, name: str) -> dict[str, Any]:
        """Return a named thing."""
        return {"id": name} | self._properties(f"<{name}>", 0)

    def _properties(self, subject: str, depth: int) -> dict[str, Any]:
        members: dict[str, list[Any]] = {}
        types: list[dict[str, Any]] = []
        for triple in sorted(self._own.get(subject, ()), key=str):
            value = triple.object
            if triple.predicate.value == _TYPE and isinstance(value, NamedNode):
                types.append(self._link(value.value))
            elif not isinstance(value, BlankNode) or depth < _DEEPEST:
                key = self._keys[triple.predicate.value]
                written = self._value(value, depth)
                if written not in members.setdefault(key, []):
                    members[key].append(written)
        return ({"type": types} if types else {}) | members

    def _value(self, value: Term | Triple, depth: int) -> Any:
        if isinstance(value, BlankNode):
            return self._properties(str(value), depth + 1)
        if isinstance(value, NamedNode):
            return self._link(value.value)
        if not isinstance(value, Literal):
            return str(value)
        if value.language:
            return {"text": value.value, "language": written_tag(value.language)}
        if value.datatype.value in _NUMBERS:
            return as_number(value.value)
        if value.datatype.value == _BOOLEAN and value.value in ("true", "1", "false", "0"):
            return value.value in ("true", "1")
        return value.value

    def _link(self, name: str) -> dict[str, Any]:
        """Return a link with its names: those of the site's languages, and any other."""
        names: dict[str, str] = {}
        for _, label in self._description.labels.get(name, ()):
            names.setdefault(written_tag(label.language or ""), label.value)
        order = [*LANGUAGES, *sorted(names)]
        return {"id": name, "label": {tag: names[tag] for tag in order if tag in names}}
