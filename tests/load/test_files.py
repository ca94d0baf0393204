from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from publisher.errors import SourceError, SourceMissing
from publisher.load.files import Role, SourcePath, find_queries, list_folder


def find_sources(folder: Path) -> tuple[SourcePath, ...]:
    """Return every source of a folder."""
    return list_folder(folder).sources


def found(folder: Path) -> dict[str, tuple[Role, str]]:
    """Return name → role and graph of every source."""
    return {source.name: (source.role, source.graph) for source in find_sources(folder)}


def test_the_path_decides_the_role_and_the_graph(world: Path) -> None:
    """Whoever puts a file into a folder has said which dataset it belongs to."""
    (world / "ontology" / "examples").mkdir()
    (world / "ontology" / "examples" / "Lake.ttl").write_text("", encoding="utf-8")
    (world / "data" / "lakes" / "deep").mkdir()
    (world / "data" / "lakes" / "deep" / "more.nt").write_text("", encoding="utf-8")
    assert found(world) == {
        "data/catalogue.ttl": (Role.CATALOGUE, "catalog"),
        "data/lakes/deep/more.nt": (Role.DATA, "dataset/lakes"),
        "data/lakes/lakes.ttl": (Role.DATA, "dataset/lakes"),
        "data/rivers/rivers.ttl": (Role.DATA, "dataset/rivers"),
        "ontology/examples/Lake.ttl": (Role.EXAMPLE, "dataset/vocabulary"),
        "ontology/water.ttl": (Role.ONTOLOGY, "dataset/vocabulary"),
        "shapes/Lake.ttl": (Role.SHAPES, "shapes"),
    }


def test_sources_are_listed_in_the_same_order_on_every_machine(world: Path) -> None:
    """The order of a directory is the file system's; findings and releases must not follow it."""
    names = [source.name for source in find_sources(world)]
    assert names == sorted(names)


def test_what_is_not_rdf_is_left_alone(world: Path) -> None:
    """A note beside the data, a hidden file and the context are no sources."""
    before = found(world)
    (world / "data" / "lakes" / "README.md").write_text("Lakes", encoding="utf-8")
    (world / "data" / "lakes" / ".lakes.ttl").write_text("half", encoding="utf-8")
    (world / "data" / "lakes" / "lakes.ttl~").write_text("old", encoding="utf-8")
    assert found(world) == before


def test_an_extension_in_capitals_is_not_overlooked(world: Path) -> None:
    """A file that is silently left out is data silently not published."""
    (world / "data" / "lakes" / "MORE.TTL").write_text("", encoding="utf-8")
    assert "data/lakes/MORE.TTL" in found(world)


def test_a_folder_without_data_and_ontology_is_named(world: Path) -> None:
    """Most often somebody stands in the wrong folder."""
    shutil.rmtree(world / "data")
    shutil.rmtree(world / "ontology")
    with pytest.raises(SourceMissing) as missing:
        find_sources(world)
    said = missing.value.in_language("en")
    assert "neither a folder data/ nor a folder ontology/" in said
    assert str(world) in said
    assert "Stand in the folder that holds" in said


@pytest.mark.parametrize(
    ("taken_away", "roles"),
    [
        (("shapes",), {Role.ONTOLOGY, Role.DATA, Role.CATALOGUE}),
        (("ontology", "shapes"), {Role.DATA, Role.CATALOGUE}),
        (("data", "shapes"), {Role.ONTOLOGY}),
        (("data/lakes", "data/rivers"), {Role.ONTOLOGY, Role.CATALOGUE, Role.SHAPES}),
    ],
)
def test_an_ontology_needs_no_data_and_data_need_no_ontology_and_shapes(
    world: Path, taken_away: tuple[str, ...], roles: set[Role]
) -> None:
    """Standards bodies publish ontologies, libraries thesauri; a catalogue may go with either."""
    for name in taken_away:
        shutil.rmtree(world / name)
    assert {source.role for source in find_sources(world)} == roles


@pytest.mark.parametrize("folder", ["ontology", "data", "shapes"])
def test_an_empty_folder_is_named(world: Path, folder: str) -> None:
    """Without shapes everything would pass, without data everything would be taken down."""
    shutil.rmtree(world / folder)
    (world / folder).mkdir()
    with pytest.raises(SourceMissing, match=f"The folder {folder}/ holds no RDF file"):
        find_sources(world)


def test_files_for_readers_alone_are_no_sources(world: Path) -> None:
    """Shapes and examples are held against something, and show something."""
    shutil.rmtree(world / "data")
    shutil.rmtree(world / "ontology")
    (world / "ontology" / "examples").mkdir(parents=True)
    (world / "ontology" / "examples" / "a.ttl").write_text("", encoding="utf-8")
    with pytest.raises(SourceMissing, match="no RDF file in any folder below data/"):
        find_sources(world)


def test_a_catalogue_alone_is_a_source_folder(tmp_path: Path) -> None:
    """It describes what lies elsewhere; a folder of its own holds as much of it as one likes."""
    (tmp_path / "data" / "catalogue" / "maps").mkdir(parents=True)
    names = ["data/catalogue.ttl", "data/catalogue/maps/roads.ttl", "data/catalogue/trees.ttl"]
    for name in names:
        (tmp_path / name).write_text("", encoding="utf-8")

    sources = find_sources(tmp_path)

    assert [source.name for source in sources] == names
    assert {(source.role, source.graph) for source in sources} == {(Role.CATALOGUE, "catalog")}


def test_a_file_in_place_of_a_folder_is_named(world: Path) -> None:
    """A mistake at the command line must not look like an empty site."""
    shutil.rmtree(world / "shapes")
    (world / "shapes").write_text("", encoding="utf-8")
    with pytest.raises(SourceMissing, match="shapes is a file, and no folder"):
        find_sources(world)


def test_a_link_that_leads_nowhere_is_a_source_and_will_be_reported(world: Path) -> None:
    """It is there, so somebody wants it published; reading it tells that it cannot be."""
    (world / "data" / "lakes" / "more.ttl").symlink_to("gone.ttl")
    assert "data/lakes/more.ttl" in found(world)


def test_a_folder_named_like_a_file_is_looked_into(world: Path) -> None:
    """Only files are sources."""
    (world / "data" / "lakes" / "old.ttl").mkdir()
    (world / "data" / "lakes" / "old.ttl" / "a.ttl").write_text("", encoding="utf-8")
    assert "data/lakes/old.ttl/a.ttl" in found(world)
    assert "data/lakes/old.ttl" not in found(world)


def test_a_folder_that_may_not_be_listed_is_not_an_empty_one(
    world: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What cannot be seen would otherwise be taken down without a word."""
    listed = os.scandir

    def refuse(folder: str) -> Iterator[os.DirEntry[str]]:
        if str(folder).endswith("data/lakes"):
            raise PermissionError(13, "Permission denied", str(folder))
        return listed(folder)

    monkeypatch.setattr(os, "scandir", refuse)  # nothing is locked to the superuser
    with pytest.raises(SourceError) as error:
        find_sources(world)
    said = error.value.in_language("en")
    assert "data/lakes: The folder cannot be listed: Permission denied." in said


def test_the_hygiene_rules_are_found(world: Path) -> None:
    """Rules are queries in files."""
    assert [path.name for path in find_queries(world)] == ["river-without-mouth.rq"]
