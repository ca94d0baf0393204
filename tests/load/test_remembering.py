from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from publisher.errors import SourceSyntax
from publisher.load import sources as loading
from publisher.load.sources import Sources, read_sources, remembering_files
from tests.conftest import BASE

LAKES = "data/lakes/lakes.ttl"


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Return the names of the files that are parsed while they are remembered."""
    names: list[str] = []
    real = loading.read_file

    def read(source, base_iri, limits):  # type: ignore[no-untyped-def]
        names.append(source.name)
        return real(source, base_iri, limits)

    monkeypatch.setattr(loading, "read_file", read)
    with remembering_files():
        yield names


def written(sources: Sources) -> list[object]:
    """Return all that was read, as it can be compared."""
    made = sources.sorted_sources
    files = (made.quads, made.examples, made.defining_files, made.in_graphs)
    named = (sources.files, made.named_graphs, sources.load_findings)
    return [*named, *(path.read_bytes() for path in files)]


def fresh(folder: Path) -> list[object]:
    """Return what a folder holds, as one says who remembers nothing."""
    token = loading._REMEMBERED.set(None)
    try:
        return written(read_sources(folder, BASE))
    finally:
        loading._REMEMBERED.reset(token)


def test_only_what_was_changed_is_parsed_again(world: Path, parsed: list[str]) -> None:
    """Whatever happened to the others: touched, renumbered by a file that is new, or gone."""
    assert written(read_sources(world, BASE)) == fresh(world)
    parsed.clear()

    (world / "data/lakes/another.ttl").write_bytes((world / LAKES).read_bytes())
    text = (world / LAKES).read_text(encoding="utf-8")
    (world / LAKES).write_text(text.replace("Vänern", "Vättern"), encoding="utf-8")
    (world / "ontology/water.ttl").touch()
    read = written(read_sources(world, BASE))
    assert parsed == ["data/lakes/another.ttl", LAKES]
    assert read == fresh(world)

    parsed.clear()
    (world / LAKES).write_text(text, encoding="utf-8")
    (world / "data/lakes/another.ttl").unlink()
    assert written(read_sources(world, BASE)) == fresh(world)
    assert set(parsed) == set(names_of(world))  # by the fresh reading alone


def names_of(folder: Path) -> list[str]:
    """Return the names of the RDF files of a folder."""
    return [path.relative_to(folder).as_posix() for path in folder.rglob("*.ttl")]


def test_a_file_that_was_moved_belongs_to_its_new_dataset(world: Path, parsed: list[str]) -> None:
    """The same content says something else there."""
    read_sources(world, BASE)
    parsed.clear()
    (world / "data/ponds").mkdir()
    (world / LAKES).rename(world / "data/ponds/lakes.ttl")
    assert written(read_sources(world, BASE)) == fresh(world)


def test_another_base_is_another_reading(world: Path, parsed: list[str]) -> None:
    """Relative names and graphs depend on it."""
    read_sources(world, BASE)
    parsed.clear()
    other = read_sources(world, "https://other.example.org/")
    assert LAKES in parsed
    assert b"<https://other.example.org/dataset/lakes>" in other.sorted_sources.quads.read_bytes()


def test_graphs_and_what_is_said_of_them_are_remembered(world: Path, parsed: list[str]) -> None:
    """A graph keeps its name, and one without a name is reported each time."""
    (world / "data/lakes/more.trig").write_text(
        "PREFIX : <https://data.example.org/id/>\n:g { :a :p :b } _:none { :a :p :c } :a :p :d .",
        encoding="utf-8",
    )
    first = written(read_sources(world, BASE))
    parsed.clear()
    assert written(read_sources(world, BASE)) == first
    assert parsed == []
    assert first == fresh(world)
    assert "https://data.example.org/id/g" in str(first[1])
    assert "no IRI" in str(first[2])


def test_a_file_that_cannot_be_read_is_no_memory(world: Path, parsed: list[str]) -> None:
    """It is read again until it can be; the others are not."""
    text = (world / LAKES).read_text(encoding="utf-8")
    read_sources(world, BASE)
    (world / LAKES).write_text(text[:-40], encoding="utf-8")
    for _ in range(2):
        parsed.clear()
        with pytest.raises(SourceSyntax):
            read_sources(world, BASE)
        assert parsed == [LAKES]
    (world / LAKES).write_text(text, encoding="utf-8")
    assert written(read_sources(world, BASE)) == fresh(world)


def test_memory_has_an_end(world: Path, parsed: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """What was read longest ago goes first, and is read again."""
    monkeypatch.setattr(loading, "_REMEMBERED_BYTES", 2000)
    for _ in range(3):
        assert written(read_sources(world, BASE)) == fresh(world)
    remembered = loading._REMEMBERED.get()
    assert remembered is not None
    kept = sum(result.size for result in remembered._results.values())
    assert kept == remembered._size <= 2000
