"""What is structure and what is text in RDF files, and how deep the structure is."""

from __future__ import annotations

import json
import time
import tracemalloc
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import CanonicalizationAlgorithm, Dataset, Quad, RdfFormat, parse

from publisher.errors import ReadLimitExceeded
from publisher.rdf import guards
from publisher.rdf.guards import DEFAULT_READ_LIMITS, ReadLimits
from publisher.rdf.reading import read_quads

BASE = "https://e.org/"
# Whatever looks like structure, and is none where it stands.
_NOISE = st.text("[](){}<>|\"'\\#/!-&; \n\tåa", max_size=12)
Built = tuple[str, int]


def _in_turtle(text: str) -> str:
    for letter, escape in (("\\", "\\\\"), ('"', '\\"'), ("'", "\\'"), ("\n", "\\n")):
        text = text.replace(letter, escape)
    return text


def _strings(text: str) -> st.SearchStrategy[str]:
    written = _in_turtle(text)
    raw = text.replace("\\", "").replace('"', "'")
    forms = ('"', written), ("'", written), ("'''", written), ('"""', raw)
    return st.sampled_from([f"{quote}{inside}{quote}" for quote, inside in forms])


def _name(text: str) -> str:
    return "<urn:" + "".join(letter for letter in text if letter in "()'!-&;a") + ">"


_LEAVES: st.SearchStrategy[Built] = st.one_of(
    st.integers(0, 99).map(lambda n: (str(n), 0)),
    _NOISE.flatmap(_strings).map(lambda text: (text, 0)),
    _NOISE.map(lambda text: (_name(text), 0)),
    st.just(("e:a\\(b\\)\\'c", 0)),
)


def _nest(inner: st.SearchStrategy[Built]) -> st.SearchStrategy[Built]:
    collections = st.lists(inner, max_size=3).map(
        lambda members: (
            f"( {' '.join(text for text, _ in members)} )",
            1 + max((depth for _, depth in members), default=0),
        )
    )
    comment = _NOISE.map(lambda text: "#" + text.replace("\n", " ") + "\n")
    lists = st.tuples(inner, inner, comment).map(
        lambda parts: (
            f"[ <urn:p> {parts[0][0]} ; {parts[2]} <urn:(> {parts[1][0]} ]",
            1 + max(parts[0][1], parts[1][1]),
        )
    )
    return collections | lists


TURTLE = st.recursive(_LEAVES, _nest, max_leaves=20).map(
    lambda built: (f"@prefix e: <urn:)#(>. # (((\n<urn:s> <urn:p> {built[0]} .\n", built[1])
)


def _canonical(quads: list[Quad]) -> frozenset[str]:
    dataset = Dataset(quads)
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return frozenset(map(str, dataset))


@pytest.mark.slow
@settings(max_examples=100, deadline=None)
@given(TURTLE)
def test_the_depth_of_turtle_is_the_depth_it_was_built_with(built: Built) -> None:
    """Brackets in strings, comments, names and escapes do not count."""
    text, depth = built
    assert guards.turtle_nesting(text.encode()) == depth


@pytest.mark.slow
@settings(max_examples=50, deadline=None)
@given(TURTLE)
def test_what_passes_says_what_it_said(built: Built) -> None:
    """The guard looks; it changes nothing."""
    content = built[0].encode()
    quads = read_quads(content, RdfFormat.TURTLE, BASE, "x.ttl")
    plain = list(parse(content, format=RdfFormat.TURTLE, base_iri=BASE))
    assert len(quads) == len(plain)
    assert _canonical(quads) == _canonical(plain)


@pytest.mark.slow
@settings(max_examples=30, deadline=None)
@given(TURTLE.filter(lambda built: built[1] > 0))
def test_the_limit_is_the_last_depth_that_is_read(built: Built) -> None:
    """One level more is refused, whatever else stands in the file."""
    content, depth = built[0].encode(), built[1]
    assert read_quads(content, RdfFormat.TURTLE, BASE, "x.ttl", limits=ReadLimits(nesting=depth))
    with pytest.raises(ReadLimitExceeded):
        read_quads(content, RdfFormat.TURTLE, BASE, "x.ttl", limits=ReadLimits(nesting=depth - 1))


_VALUES = st.recursive(
    st.none() | st.integers() | _NOISE,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_NOISE, inner, max_size=4),
    max_leaves=30,
)


def _depth(value: Any) -> int:
    if isinstance(value, dict):
        return 1 + max(map(_depth, value.values()), default=0)
    if isinstance(value, list):
        return 1 + max(map(_depth, value), default=0)
    return 0


@pytest.mark.slow
@settings(max_examples=100, deadline=None)
@given(_VALUES, st.booleans())
def test_the_depth_of_json_is_that_of_its_values(value: Any, ascii_only: bool) -> None:
    """Brackets in strings and keys do not count."""
    content = json.dumps(value, ensure_ascii=ascii_only).encode()
    depth = _depth(value)

    guards.refuse_json_nesting(content, "values.json", depth)
    if depth:
        with pytest.raises(ReadLimitExceeded):
            guards.refuse_json_nesting(content, "values.json", depth - 1)


def _in_xml(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("]]>", "")


_BESIDE = _NOISE.flatmap(
    lambda text: st.sampled_from(
        [
            _in_xml(text),
            f"<!-- {text.replace('-', '')} -->",
            f"<![CDATA[{text.replace(']]>', '')}]]>",
            f"<?p {text.replace('?>', '')}?>",
            f"<e:x a='{_in_xml(text).replace(chr(39), '')}' />",
        ]
    )
)


def _element(parts: tuple[list[Built], str, str]) -> Built:
    children, noise, beside = parts
    value = _in_xml(noise).replace('"', "")
    text = beside.join(child for child, _ in children)
    return f"<e:y\n a=\"{value}\" b='/>'>{text}{beside}</e:y >", 1 + max(
        (depth for _, depth in children), default=0
    )


XML = st.recursive(
    _BESIDE.map(lambda text: (text, 0)),
    lambda inner: st.tuples(st.lists(inner, max_size=3), _NOISE, _BESIDE).map(_element),
    max_leaves=20,
).map(
    lambda built: (
        '<?xml version="1.0"?><!DOCTYPE e:z [<!ENTITY e "</a></b>"> <!-- </a> -->]>'
        f'<e:z xmlns:e="urn:e">{built[0]}</e:z>',
        built[1] + 1,
    )
)


@pytest.mark.slow
@settings(max_examples=100, deadline=None)
@given(XML)
def test_the_depth_of_xml_is_the_depth_it_was_built_with(built: Built) -> None:
    """Tags in comments, CDATA sections, values and the DTD do not count."""
    text, depth = built
    assert guards.xml_nesting(text.encode()) == depth


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ('<urn:s> <urn:p> "[[[["\n, [] , (\n  (5)) .', 3, 3),
        ("# [[[[\n<urn:s> <urn:p> 'å', ((1)) .", 2, 23),
    ],
)
def test_the_place_that_is_too_deep_is_named(text: str, line: int, column: int) -> None:
    """In letters, not in bytes."""
    with pytest.raises(ReadLimitExceeded) as error:
        guards.refuse_turtle_nesting(text.encode(), 1, "x.ttl")
    assert (error.value.line, error.value.column) == (line, column)


@pytest.mark.parametrize(
    ("rdf_format", "content"),
    [
        (RdfFormat.TURTLE, b'\n\\"""' * 200_000),
        (RdfFormat.TURTLE, b"'''\\'''\n" * 200_000),
        (RdfFormat.TURTLE, b'"""' * 200_001),
        (RdfFormat.TURTLE, b"<" * 1_000_000),
        (RdfFormat.TURTLE, b"<a" * 500_000),
        (RdfFormat.TURTLE, b"@prefix p: # <\n" * 100_000),
        (RdfFormat.TURTLE, b"base # base <\n" * 100_000),
        (RdfFormat.TURTLE, b"\\" * 1_000_001),
        (RdfFormat.JSON_LD, b'"\\' * 500_000),
        (RdfFormat.JSON_LD, b'{"' * 500_000),
        (RdfFormat.RDF_XML, b"<!ENTITY a '" * 100_000),
        (RdfFormat.RDF_XML, b"<a xmlns" * 100_000),
        (RdfFormat.RDF_XML, b"<!--" * 200_000),
        (RdfFormat.RDF_XML, b"<![CDATA[" * 100_000),
    ],
    ids=lambda value: repr(value[:16]) if isinstance(value, bytes) else str(value),
)
def test_no_text_makes_the_guard_slow(rdf_format: RdfFormat, content: bytes) -> None:
    """Each letter is looked at a few times, whatever follows it: else a minute and more."""
    begun = time.process_time()
    with suppress(ReadLimitExceeded, SyntaxError):
        guards.needs_own_process(content, rdf_format, DEFAULT_READ_LIMITS, "x")
    assert time.process_time() - begun < 20


@pytest.mark.parametrize(
    ("rdf_format", "content"),
    [
        (RdfFormat.TURTLE, b"[] <urn:p> " + b"[],\n" * 300_000 + b"[] ."),
        (RdfFormat.JSON_LD, b'{"urn:p": [' + b'{"@id": "urn:a"},\n' * 300_000 + b"0]}"),
        (RdfFormat.RDF_XML, b"<a>" + b"<b>c</b>\n" * 300_000 + b"</a>"),
    ],
    ids=["Turtle", "JSON-LD", "RDF/XML"],
)
def test_the_guard_holds_no_mark_by_itself(rdf_format: RdfFormat, content: bytes) -> None:
    """A mark takes a byte or two, not the hundred of an object in a list of all."""
    limits = ReadLimits(nesting=3)
    tracemalloc.start()
    try:
        guards.needs_own_process(content, rdf_format, limits, "x")
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 8 * 600_000 + len(content)
