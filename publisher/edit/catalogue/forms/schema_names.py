"""JSON-LD with terms of schema.org → plain JSON whose keys are the names of schema.org.

Only what contexts in use say is understood: the context of schema.org by its address, a vocabulary
(``@vocab``), prefixes, and terms given one by one. So nothing has to be fetched.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from publisher.edit.catalogue.forms.json_fields import listed

_SCHEMA = re.compile(r"https?://(?:www\.)?schema\.org(?:/docs/jsonldcontext\.jsonld?)?[/#]?")
_IN_SCHEMA = re.compile(r"https?://(?:www\.)?schema\.org[/#](\w+)")
_CROISSANT = "http://mlcommons.org/croissant/"
_OF_ADDRESSES = frozenset(("url", "contentUrl", "sameAs", "license", "encodingFormat"))
_KEYWORD = re.compile(r"@[a-z]+")


class SchemaContext:
    """What a context says of names."""

    def __init__(self, stated: object) -> None:
        """Read a context, or several of which the last goes first."""
        self.language = ""
        self._vocabulary = ""
        self._terms: dict[str, str] = {}
        for context in listed(stated):
            if isinstance(context, str) and _SCHEMA.fullmatch(context):
                self._vocabulary = "https://schema.org/"
            elif isinstance(context, dict):
                self._read(context)

    def _read(self, context: Mapping[str, Any]) -> None:
        for term, value in context.items():
            found = value.get("@id") if isinstance(value, dict) else value
            if term == "@vocab" and isinstance(found, str):
                self._vocabulary = found
            elif term == "@language" and isinstance(found, str):
                self.language = found
            elif not term.startswith("@") and isinstance(found, str):
                self._terms[term] = found

    def name(self, written: str) -> str:
        """Return the name that a term or address has in schema.org; others in full.

        >>> SchemaContext("https://schema.org").name("Dataset")
        'Dataset'
        >>> SchemaContext({"dcat": "http://www.w3.org/ns/dcat#"}).name("dcat:Dataset")
        'http://www.w3.org/ns/dcat#Dataset'
        """
        full = self._full(written, set())
        found = _IN_SCHEMA.fullmatch(full)
        return found[1] if found else full

    def kind(self, written: str) -> str:
        """Return the name of a class; empty for a term that no context knows."""
        found = self.name(written)
        return "" if found == written and ":" not in found and not self._vocabulary else found

    def _full(self, written: str, seen: set[str]) -> str:
        if _KEYWORD.fullmatch(written) or written in seen:
            return written
        if written in self._terms:
            return self._full(self._terms[written], {*seen, written})
        prefix, colon, local = written.partition(":")
        if colon and prefix in self._terms and not local.startswith("//"):
            return self._full(prefix, seen) + local
        return written if colon or not self._vocabulary else self._vocabulary + written


def nodes_of(document: object) -> list[dict[str, Any]]:
    """Return the nodes of a document that stand by themselves, with names of schema.org."""
    found: list[dict[str, Any]] = []
    for each in listed(document):
        if isinstance(each, dict):
            context = SchemaContext(each.get("@context"))
            found += _nodes(each, context)
    return found


def _nodes(node: Mapping[str, Any], context: SchemaContext) -> Iterator[dict[str, Any]]:
    graph = node.get("@graph")
    if graph is not None:
        for each in listed(graph):
            if isinstance(each, dict):
                own = SchemaContext(each["@context"]) if "@context" in each else context
                yield _plain_node(each, own)
    if graph is None or {*node} - {"@context", "@graph", "@id"}:
        yield _plain_node({k: v for k, v in node.items() if k != "@graph"}, context)


def _plain_node(node: Mapping[str, Any], context: SchemaContext) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in node.items():
        if key == "@context":
            continue
        name = context.name(key)
        if key == "@type":
            found[key] = [kind for each in listed(value) if (kind := context.kind(str(each)))]
        else:
            plain = _plain(value, context)
            if name in _OF_ADDRESSES and isinstance(plain, dict) and {*plain} == {"@id"}:
                plain = plain["@id"]
            found[name.removeprefix(_CROISSANT)] = plain
    if context.language and "inLanguage" not in found:
        found.setdefault("@language", context.language)
    return found


def _plain(value: Any, context: SchemaContext) -> Any:
    """Return a value with names of schema.org; a text with a type or in a list as itself."""
    if isinstance(value, list):
        # JSON-LD in its expanded form has lists of one everywhere.
        return _plain(value[0], context) if len(value) == 1 else [_plain(v, context) for v in value]
    if not isinstance(value, dict):
        return value
    if "@value" in value and not value.get("@language"):
        return value["@value"]
    if "@list" in value or "@set" in value:
        return _plain(value.get("@list", value.get("@set")), context)
    if "@value" in value:
        return dict(value)
    node = _plain_node(value, context)
    node.pop("@language", None)
    return node
