"""Triples taken away and added → files: what changes, and what must not."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode

from publisher.edit.changes import Change, add_value, plan_changes, remove_value, replace_value
from publisher.errors import ChangeRefused, SourceError
from publisher.load.sources import Sources, read_sources
from publisher.rdf.namespaces import iri

BASE = "https://data.example.org/"
SILJAN = f"{BASE}id/lake/siljan"
KLARALVEN = f"{BASE}id/river/klaralven"
DAY = NamedNode(iri("xsd:date"))


def read(world: Path) -> Sources:
    return read_sources(world, BASE)


def date_changed() -> list[Change]:
    old, new = Literal("2026-01-02", datatype=DAY), Literal("2026-02-03", datatype=DAY)
    return [replace_value(SILJAN, iri("dcterms:modified"), old, new)]


def test_the_difference_shows_the_one_line_that_changes(world: Path) -> None:
    """A dry run is what an editor believes in before saving."""
    assert plan_changes(read(world), date_changed()).difference() == (
        "--- a/data/lakes/lakes.ttl\n"
        "+++ b/data/lakes/lakes.ttl\n"
        "@@ -8,7 +8,7 @@\n"
        "     dcterms:description\n"
        '         "A lake in <Dalarna> & its \\"heart\\"."@en ,\n'
        '         "En sjö i Dalarna."@sv ;\n'
        '-    dcterms:modified "2026-01-02"^^xsd:date ;\n'
        '+    dcterms:modified "2026-02-03"^^xsd:date ;\n'
        "     skos:prefLabel\n"
        '         "Siljan"@en ,\n'
        '         "Siljan"@sv ;\n'
    )


def test_nothing_but_the_changed_file_is_written(world: Path) -> None:
    """A file without edits keeps its bytes, and its time."""
    before = {p: (p.read_bytes(), p.stat().st_mtime_ns) for p in world.rglob("*.ttl")}
    assert plan_changes(read(world), date_changed()).write() == ["data/lakes/lakes.ttl"]
    changed = {p for p in before if (p.read_bytes(), p.stat().st_mtime_ns) != before[p]}
    assert changed == {world / "data" / "lakes" / "lakes.ttl"}
    assert not [p for p in world.rglob("*") if p.name.endswith(".new")]


def test_a_change_and_its_opposite_leave_no_file_to_write(world: Path) -> None:
    """What says the same again is not rewritten, whatever its layout was."""
    lakes = world / "data" / "lakes" / "lakes.ttl"
    lakes.write_text(lakes.read_text(encoding="utf-8") + "\n\n", encoding="utf-8")
    name = Literal("Runn", language="sv")
    both = [
        add_value(SILJAN, iri("skos:altLabel"), name),
        remove_value(SILJAN, iri("skos:altLabel"), name),
    ]
    plan = plan_changes(read(world), both)
    assert plan.files == ()
    assert plan.difference() == ""


def test_the_sources_as_they_would_be_can_be_checked_before_writing(world: Path) -> None:
    """Nothing that the shapes refuse needs to touch the disk."""
    name = Literal("Siljan", language="sv")
    plan = plan_changes(read(world), [remove_value(SILJAN, iri("skos:prefLabel"), name)])
    said = [t for f in plan.after.files for t in f.triples if t.object == name]
    assert said == []
    assert any(t.object == name for f in read(world).files for t in f.triples)


def test_a_new_thing_gets_a_file_of_its_own(world: Path) -> None:
    """One file an initiative: the file is named with the thing."""
    thing, file = f"{BASE}id/lake/runn", "data/lakes/runn.ttl"
    water = f"{BASE}def/water#Lake"
    plan = plan_changes(
        read(world),
        [
            add_value(thing, iri("rdf:type"), NamedNode(water), file),
            add_value(thing, iri("skos:prefLabel"), Literal("Runn", language="sv")),
        ],
    )
    assert plan.write() == [file]
    assert (world / file).read_text(encoding="utf-8") == (
        "PREFIX skos: <http://www.w3.org/2004/02/skos/core#>\n"
        "PREFIX water: <https://data.example.org/def/water#>\n"
        "\n"
        "<https://data.example.org/id/lake/runn>\n"
        "    a water:Lake ;\n"
        '    skos:prefLabel "Runn"@sv ;\n'
        ".\n"
    )


def test_a_file_that_says_nothing_more_goes_away(world: Path) -> None:
    """An empty file is refused when sources are read."""
    sources = read(world)
    rivers = next(f for f in sources.files if f.name == "data/rivers/rivers.ttl")
    gone = [remove_value(KLARALVEN, t.predicate.value, t.object) for t in rivers.triples]
    assert plan_changes(sources, gone).write() == ["data/rivers/rivers.ttl"]
    assert not (world / "data" / "rivers" / "rivers.ttl").exists()


def test_a_file_changed_since_it_was_read_refuses_all_files(world: Path) -> None:
    """Two editors at once: the second is told, and neither loses a letter."""
    flows = replace_value(
        KLARALVEN,
        f"{BASE}def/water#flowsInto",
        NamedNode(f"{BASE}id/lake/vänern"),
        NamedNode(SILJAN),
    )
    plan = plan_changes(read(world), [*date_changed(), flows])
    rivers = world / "data" / "rivers" / "rivers.ttl"
    rivers.write_text("# mine\n" + rivers.read_text(encoding="utf-8"), encoding="utf-8")
    lakes = (world / "data" / "lakes" / "lakes.ttl").read_bytes()
    with pytest.raises(ChangeRefused, match="changed while you were editing"):
        plan.write()
    assert (world / "data" / "lakes" / "lakes.ttl").read_bytes() == lakes
    assert not [p for p in world.rglob("*") if p.name.endswith(".new")]


def test_a_new_file_does_not_take_the_place_of_one_that_came_meanwhile(world: Path) -> None:
    """Somebody else added the same initiative."""
    thing, file = f"{BASE}id/lake/runn", "data/lakes/runn.ttl"
    lake = NamedNode(f"{BASE}def/water#Lake")
    plan = plan_changes(read(world), [add_value(thing, iri("rdf:type"), lake, file)])
    (world / file).write_text("theirs", encoding="utf-8")
    with pytest.raises(ChangeRefused, match="There is a file of this name already"):
        plan.write()
    assert (world / file).read_text(encoding="utf-8") == "theirs"


@pytest.mark.slow
def test_files_already_in_place_get_their_text_back_when_a_later_one_fails(world: Path) -> None:
    """All or none: half a change is no change that anybody made."""
    rivers = world / "data" / "rivers"
    flows = remove_value(KLARALVEN, iri("foaf:page"), NamedNode("javascript:alert(1)"))
    plan = plan_changes(read(world), [*date_changed(), flows])
    before = (world / "data" / "lakes" / "lakes.ttl").read_bytes()
    replace = Path.replace

    def fails_for_rivers(self: Path, target: Path) -> Path:
        if target.parent == rivers:
            raise OSError(28, os.strerror(28), str(target))
        return replace(self, target)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Path, "replace", fails_for_rivers)
        with pytest.raises(SourceError, match="No space left"):
            plan.write()
    assert (world / "data" / "lakes" / "lakes.ttl").read_bytes() == before
    assert not [p for p in world.rglob("*") if p.name.endswith(".new")]


def test_a_value_that_is_not_there_cannot_be_taken_away(world: Path) -> None:
    """The form was filled in from something older."""
    wrong = remove_value(SILJAN, iri("skos:prefLabel"), Literal("Siljan", language="fi"))
    with pytest.raises(ChangeRefused, match="no longer a value"):
        plan_changes(read(world), [wrong])


def test_a_thing_that_no_file_describes_must_be_given_one(world: Path) -> None:
    """A misspelt address must not make a new thing."""
    with pytest.raises(ChangeRefused, match="No file describes this thing"):
        plan_changes(read(world), [add_value(f"{SILJAN}x", iri("skos:note"), Literal("x"))])


def test_a_file_with_comments_is_not_rewritten(world: Path) -> None:
    """Comments are somebody's words; rewriting would lose them."""
    lakes = world / "data" / "lakes" / "lakes.ttl"
    lakes.write_text("# ours\n" + lakes.read_text(encoding="utf-8"), encoding="utf-8")
    with pytest.raises(ChangeRefused, match="has comments"):
        plan_changes(read(world), date_changed())


@pytest.mark.slow
def test_a_byte_order_mark_and_the_rights_of_a_file_do_not_stop_writing(world: Path) -> None:
    """Editors on Windows leave such marks; a shared folder has its own rights."""
    lakes = world / "data" / "lakes" / "lakes.ttl"
    lakes.write_bytes(b"\xef\xbb\xbf" + lakes.read_bytes())
    lakes.chmod(0o664)
    plan_changes(read(world), date_changed()).write()
    assert b"2026-02-03" in lakes.read_bytes()
    assert lakes.stat().st_mode & 0o777 == 0o664
