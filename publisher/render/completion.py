"""The schema of a release → what the editor of queries offers while somebody writes.

One file for each release, made of its counts and shapes: no query is asked for it. Terms are
written as they stand in a query, so that the editor puts them in as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from publisher.messages import Text
from publisher.rdf.namespaces import PREFIXES
from publisher.release.schema import ClassSchema, PropertySchema, Schema
from publisher.release.tables.table import is_property

# So much of a definition is shown beside a term.
_LONGEST_TEXT = 200
# Local names that need no escape (SPARQL 1.1 Query, section 19.8, PN_LOCAL), and some fewer.
_LOCAL_NAME = re.compile(r"[^\W_](?:[\w-]*\w)?|_\w*")
_LITERAL = re.compile(r'(?P<text>".*")\^\^<(?P<datatype>[^<>]*)>', re.DOTALL)
_XSD = PREFIXES["xsd"]
# How numbers and truth values are written without their datatype.
_BARE = {
    f"{_XSD}integer": re.compile(r"[+-]?\d+"),
    f"{_XSD}decimal": re.compile(r"[+-]?\d*\.\d+"),
    f"{_XSD}boolean": re.compile(r"true|false"),
}


def iri_in_query(name: str, prefixes: Mapping[str, str]) -> str:
    """Return an IRI as a query writes it: with the longest prefix that fits, else whole.

    >>> iri_in_query("http://e.org/bro/17-a", {"e": "http://e.org/", "b": "http://e.org/bro/"})
    'b:17-a'
    >>> iri_in_query("http://e.org/a/b.", {"e": "http://e.org/"})
    '<http://e.org/a/b.>'
    """
    fitting = [
        (len(namespace), prefix)
        for prefix, namespace in prefixes.items()
        if namespace and name.startswith(namespace)
    ]
    for length, prefix in sorted(fitting, reverse=True):
        if _LOCAL_NAME.fullmatch(name[length:]):
            return f"{prefix}:{name[length:]}"
    return f"<{name}>"


def term_in_query(written: str, prefixes: Mapping[str, str]) -> str:
    """Return a term of N-Triples as a query writes it, in fewer letters where that can be.

    >>> term_in_query('"5"^^<http://www.w3.org/2001/XMLSchema#integer>', {})
    '5'
    >>> term_in_query('"sv"@sv', {})
    '"sv"@sv'
    """
    if written.startswith("<"):
        return iri_in_query(written[1:-1], prefixes)
    literal = _LITERAL.fullmatch(written)
    if literal is None:
        return written
    text, datatype = literal["text"], literal["datatype"]
    bare = _BARE.get(datatype)
    if bare is not None and bare.fullmatch(text[1:-1]):
        return text[1:-1]
    return f"{text}^^{iri_in_query(datatype, prefixes)}"


def completions(schema: Schema, prefixes: Mapping[str, str], release: str) -> dict[str, Any]:
    """Return what may be offered, as JSON.

    Args:
        schema: Classes, properties and values with their counts.
        prefixes: Those of the release; standard ones are added.
        release: Its name.

    Returns:
        ``prefixes``, and ``classes`` by number of things: each with its ``properties``, and these
        with their ``values``. ``term`` is what is in a query, ``names`` and ``about`` are texts
        by language, ``count`` is a number of things or, of values, of statements.
    """
    known = {**PREFIXES, **prefixes}
    ordered = sorted(schema.values(), key=lambda each: (-each.count, each.iri))
    return {
        "release": release,
        "prefixes": dict(sorted(known.items())),
        "classes": [_class(each, known) for each in ordered],
    }


def _class(described: ClassSchema, prefixes: Mapping[str, str]) -> dict[str, Any]:
    return {
        "term": iri_in_query(described.iri, prefixes),
        "iri": described.iri,
        **_texts(described.names, described.about),
        "count": described.count,
        "properties": _properties(described.properties, prefixes),
    }


def _properties(
    properties: Iterable[PropertySchema], prefixes: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Return the properties, those that most things have first; paths of several are left out."""
    fitting = [each for each in properties if is_property(each.path)]
    return [
        {
            "term": iri_in_query(each.path, prefixes),
            "iri": each.path,
            **_texts(each.names, each.about),
            "count": each.things,
            "classes": sorted(each.classes),
            "values": _values(each, prefixes),
        }
        for each in sorted(fitting, key=lambda each: (-each.things, each.path))
    ]


def _values(described: PropertySchema, prefixes: Mapping[str, str]) -> list[dict[str, Any]]:
    ordered = sorted(described.values.items(), key=lambda pair: (-pair[1], pair[0]))
    return [
        {
            "term": term_in_query(written, prefixes),
            **_texts(described.value_names.get(written[1:-1], {}), {}),
            "count": count,
        }
        for written, count in ordered
    ]


def _texts(names: Text, about: Text) -> dict[str, Any]:
    texts: dict[str, Any] = {"names": dict(names)}
    if about:
        texts["about"] = {tag: _cut(text) for tag, text in about.items()}
    return texts


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST_TEXT else text[:_LONGEST_TEXT].rstrip() + "…"
