from __future__ import annotations

import io
from itertools import count

import pytest
from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse, serialize

from publisher.rdf import well_formed
from publisher.rdf.well_formed import BrokenXml, copy_well_formed, with_types_as_properties

TYPE = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
NOTE = NamedNode("https://e.org/note")


def copied(triples: list[Triple]) -> bytes:
    """Return RDF/XML of some triples, copied."""
    written = serialize(with_types_as_properties(triples), format=RdfFormat.RDF_XML)
    assert written is not None
    target = io.BytesIO()
    copy_well_formed(io.BytesIO(written), target)
    return target.getvalue()


def test_what_is_copied_part_by_part_says_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wherever a part ends: classes of any name, carriage returns, letters of several bytes."""
    things = (NamedNode(f"https://e.org/{number}") for number in count())
    said = [
        triple
        for thing, _ in zip(things, range(5), strict=False)
        for triple in (
            Triple(thing, TYPE, NamedNode("https://e.org/class/1")),
            Triple(thing, NOTE, Literal("å\r\n<&>🙂\r", language="sv")),
        )
    ]
    for size in (1, 2, 3, 7, 64, 1 << 20):
        monkeypatch.setattr(well_formed, "_BLOCK_BYTES", size)
        read = {quad.triple for quad in parse(copied(said), RdfFormat.RDF_XML)}
        assert read == set(said)


@pytest.mark.parametrize(
    "triple",
    [
        Triple(NOTE, NOTE, Literal("a\x01b")),
        Triple(NOTE, NamedNode("https://e.org/1"), Literal("x")),
    ],
)
def test_what_xml_cannot_carry_is_told(triple: Triple) -> None:
    """So that no file is published which no parser reads."""
    with pytest.raises(BrokenXml):
        copied([triple])
