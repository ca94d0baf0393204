"""JSON-LD leaves out what it cannot say; each of it is a finding, and what is read is none."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from publisher.load.sources import read_sources
from publisher.quality.unread_json import check_unread_json
from publisher.rdf.ignored_json import MOST_BYTES

BASE = "https://data.example.org/"
CONTEXT = {
    "@version": 1.1,
    "e": f"{BASE}def/water#",
    "name": {"@id": "e:name", "@container": "@language"},
    "in": {"@id": "e:in", "@type": "@id"},
    "note": None,
    "parts": "@nest",
}
RIGHT = {
    "@id": "id/bay/1",
    "@type": "e:Bay",
    "name": {"sv": "Viken", "en-GB": "The bay"},
    "in": ["id/lake/å", {"@id": "_:b"}],
    "note": "left out on purpose",
    "parts": {"e:depth": 7, "e:raw": {"@type": "@json", "@value": {"any key": 1}}},
}


@pytest.mark.parametrize(
    ("wrong", "place", "words"),
    [
        ({}, "", ""),
        ({"nmae": "Viken", "x": {"y": 1}}, '"nmae": "Viken"', "gives 'nmae', 'x' no meaning"),
        ({"e:p": {"@value": 1, "@annotation": {}}}, "@annotation", "'@annotation' no meaning"),
        ({"in": "id/lake/no 1"}, "no 1", f"'{BASE}id/lake/no 1': no address"),
        ({"@type": ["e:Bay", "e:Big Bay"]}, "Big Bay", f"'{BASE}def/water#Big Bay': no address"),
        ({"name": {"en_GB": "The bay"}}, "en_GB", "'en_GB': no language tag"),
        ({"e:p": {"@value": "غ", "@direction": "rtl"}}, "غ", "'غ': a text with a direction"),
    ],
)
def test_what_is_left_out_is_named(
    world: Path, wrong: dict[str, object], place: str, words: str
) -> None:
    """With the file, and the line where it is written as it is named."""
    folder = world / "data" / "bays"
    folder.mkdir()
    text = json.dumps({"@context": CONTEXT, **RIGHT, **wrong}, ensure_ascii=False, indent=1)
    (folder / "bays.jsonld").write_text(text, encoding="utf-8")
    found = list(check_unread_json(read_sources(world, BASE)))
    assert [each.file for each in found] == ["data/bays/bays.jsonld"] * bool(words)
    if found:
        assert words in found[0].message["en"]
        assert found[0].rule == "unread"
        assert place in text.splitlines()[found[0].line - 1]


@pytest.mark.slow
def test_a_large_file_is_looked_at_in_a_process_of_its_own(world: Path) -> None:
    """As it is parsed in one."""
    things = [{"@id": f"id/bay/{n}", "e:text": "x" * 1000, "nmae": n} for n in range(1100)]
    (world / "data" / "bays").mkdir()
    text = json.dumps({"@context": CONTEXT, "@graph": things}, indent=1)
    (world / "data" / "bays" / "bays.jsonld").write_text(text, encoding="utf-8")
    (found,) = check_unread_json(read_sources(world, BASE))
    assert "'nmae' no meaning" in found.message["en"]


@pytest.mark.slow
@pytest.mark.parametrize("is_first", [True, False])
def test_of_a_very_large_file_one_thing_of_each_kind_is_looked_at(
    world: Path, is_first: bool
) -> None:
    """The odd ones are found wherever they are, also where the context stands at the end."""
    things: list[dict[str, object]] = [
        {"@id": f"id/bay/{n}", "@type": "e:Bay", "in": f"id/lake/{n}", "e:text": "x" * 1000}
        for n in range(4500)
    ]
    things[2000]["nmae"] = {"e:depth": 7}
    things[3000]["in"] = ["id/lake/7", "id/lake/no 1"]
    things[4000]["name"] = {"en_GB": "The bay"}
    document = {"@context": CONTEXT, "@graph": things}
    if not is_first:
        document = dict(reversed(document.items()))
    (world / "data" / "bays").mkdir()
    text = json.dumps(document, indent=1)
    assert len(text) > MOST_BYTES
    (world / "data" / "bays" / "bays.jsonld").write_text(text, encoding="utf-8")
    found = list(check_unread_json(read_sources(world, BASE)))
    assert [each.line > 1 for each in found] == [True] * 3
    said = " ".join(each.message["en"] for each in found)
    assert all(word in said for word in ("'nmae'", "no 1'", "'en_GB'"))
