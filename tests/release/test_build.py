from __future__ import annotations

import datetime
import fcntl
import hashlib
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from pyoxigraph import Store

from publisher.errors import NotApproved, ReleaseError
from publisher.load.sources import read_sources
from publisher.quality.approval import ApprovedSources, approve
from publisher.query.store_loading import load_store
from publisher.release.build import build, switch
from publisher.release.current import JOURNAL
from publisher.release.model import Release
from publisher.release.open import current_folder, open_current, open_release
from tests.chain import A_LAKE, Chain

pytestmark = pytest.mark.slow

BASE = "https://data.example.org/"
LAKES = "data/lakes/lakes.ttl"


def change(world: Path, old: str, new: str, name: str = LAKES) -> None:
    """Replace a text that stands once in a source."""
    path = world / name
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")


def build_from(world: Path, releases: Path) -> Release:
    """Read, approve and build a folder of sources."""
    return build(approve(read_sources(world, BASE)), releases)


def names(releases: Path) -> list[str]:
    """Return the names of the releases in a folder."""
    return sorted(path.parent.name for path in releases.glob("2*/manifest.json"))


def contents(folder: Path) -> dict[str, bytes]:
    """Return name → content of every file of a release but the store and its list."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.relative_to(folder).parts[0] not in ("store", "store.json")
    }


@pytest.fixture
def releases(tmp_path: Path) -> Path:
    """Return a folder for releases that does not exist yet."""
    return tmp_path / "releases"


def test_a_release_is_named_by_its_date_and_the_digest_of_its_triples(release: Release) -> None:
    """Design, section 5: the newest date in the sources, never the clock."""
    assert release.id == release.folder.name
    assert release.id.startswith(f"2026-01-02-{release.digest[:12]}")
    assert release.published == datetime.datetime(2026, 1, 2, tzinfo=datetime.UTC)


def test_building_switches_to_the_new_release(approved: ApprovedSources, releases: Path) -> None:
    """``current`` is a relative link, so that the folder can be moved."""
    release = build(approved, releases)
    assert os.readlink(releases / "current") == release.id
    assert open_current(releases) == release
    assert sorted(path.name for path in releases.iterdir() if path.name != ".lock") == sorted(
        ["current", release.id, JOURNAL]
    )


def test_unchanged_sources_make_no_new_release_and_write_nothing(
    approved: ApprovedSources, releases: Path
) -> None:
    """A timer may build every hour."""
    release = build(approved, releases)
    before = {path: path.stat().st_mtime_ns for path in release.folder.rglob("*")}
    assert build(approved, releases) == release
    assert {path: path.stat().st_mtime_ns for path in release.folder.rglob("*")} == before
    assert names(releases) == [release.id]


_BUILD = """
import sys
from pathlib import Path
from publisher.load.sources import read_sources
from publisher.quality.approval import approve
from publisher.release.build import build
print(build(approve(read_sources(Path(sys.argv[1]), "https://data.example.org/")),
    Path(sys.argv[2])).folder)
"""


def test_two_hash_seeds_in_two_folders_give_the_same_id_and_bytes(
    world: Path, tmp_path: Path
) -> None:
    """Design, section 5: all but the store, which has a random identity of its own."""
    # Warnings with equal places: their order must not come from a set.
    change(
        world,
        "shape:Lake\n",
        "shape:Depth\n    a sh:NodeShape ;\n    sh:property [\n        sh:maxCount 0 ;\n"
        "        sh:message 'x' , 'y' , 'z'@en ;\n        sh:path skos:prefLabel ;\n"
        "        sh:severity sh:Warning ] ;\n    sh:property [\n        sh:in ( 1 ) ;\n"
        "        sh:path skos:prefLabel ;\n        sh:severity sh:Info ] ;\n"
        "    sh:targetClass water:Lake ;\n.\n\nshape:Lake\n",
        "shapes/Lake.ttl",
    )
    runs = [
        subprocess.Popen(
            [sys.executable, "-c", _BUILD, str(world), str(tmp_path / f"seed{seed}" / "releases")],
            env={"PYTHONHASHSEED": seed},
            stdout=subprocess.PIPE,
            text=True,
        )
        for seed in ("1", "2")
    ]
    first, second = (Path(run.communicate()[0].strip()) for run in runs)
    assert first.name == second.name
    assert contents(first) == contents(second)
    assert {"manifest.json", "report.json", "context.jsonld", "dumps/lakes.nq"} <= set(
        contents(first)
    )
    assert contents(first)["report.json"].count(b"focusNode") > 4


def test_a_changed_fact_makes_a_new_release_with_a_later_instant(
    world: Path, releases: Path
) -> None:
    """RFC 9110, section 8.8.2: Last-Modified grows when content does, also within a day."""
    first = build_from(world, releases)
    change(world, '"En sjö i Dalarna."', '"En djup sjö i Dalarna."')
    second = build_from(world, releases)
    assert second.digest != first.digest
    assert second.published == first.published + datetime.timedelta(seconds=1)
    change(world, "2026-01-02", "2026-02-01")
    third = build_from(world, releases)
    assert third.published == datetime.datetime(2026, 2, 1, tzinfo=datetime.UTC)
    assert names(releases) == sorted([first.id, second.id, third.id])
    assert open_current(releases) == third


def test_going_back_to_former_facts_is_a_new_instant_too(world: Path, releases: Path) -> None:
    """A client that fetched the second release must not be told that nothing changed."""
    first = build_from(world, releases)
    change(world, '"En sjö i Dalarna."', '"En djup sjö i Dalarna."')
    second = build_from(world, releases)
    change(world, '"En djup sjö i Dalarna."', '"En sjö i Dalarna."')
    third = build_from(world, releases)
    assert third.digest == first.digest
    assert third.published > second.published > first.published
    assert third.id == f"{first.id}-2"
    assert open_release(first.folder) == first


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("ontology/context.jsonld", '"Lake": "water:Lake",', ""),
        (LAKES, "\n\n<https", "\n\n\n<https"),
    ],
)
def test_a_change_beside_the_triples_is_published_too(
    world: Path, releases: Path, name: str, old: str, new: str
) -> None:
    """The context and the report are in the release, but not in the digest of its triples."""
    first = build_from(world, releases)
    path = world / name
    path.write_text(path.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    second = build_from(world, releases)
    assert second.digest == first.digest
    assert second.id == f"{first.id}-2"
    assert second.published > first.published
    assert build_from(world, releases) == second


def test_a_release_that_lies_there_is_switched_to_and_not_made_again(
    world: Path, releases: Path
) -> None:
    """Somebody went back to an older one; the next build goes forward again."""
    first = build_from(world, releases)
    change(world, '"En sjö i Dalarna."', '"En djup sjö i Dalarna."')
    second = build_from(world, releases)
    switch(releases, first.id)
    assert open_current(releases) == first
    assert build_from(world, releases) == second
    assert open_current(releases) == second
    assert names(releases) == sorted([first.id, second.id])


def test_sources_without_a_date_are_refused_with_the_cure(world: Path, releases: Path) -> None:
    """The clock must not decide: the same sources give the same release."""
    change(world, '    dcterms:modified "2026-01-02"^^xsd:date ;\n', "")
    change(world, "PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>\n", "")
    with pytest.raises(NotApproved) as refused:
        build_from(world, releases)
    [finding] = (each for each in refused.value.findings if each.severity.blocks)
    assert finding.rule == "dates"
    assert "dcterms:modified" in finding.message["en"]
    assert current_folder(releases) is None


def test_a_violation_publishes_nothing_and_the_current_release_stays(
    world: Path, releases: Path
) -> None:
    """Promise 1."""
    first = build_from(world, releases)
    change(world, '        "Siljan"@en ,\n', "")
    with pytest.raises(NotApproved):
        build_from(world, releases)
    assert open_current(releases) == first
    assert names(releases) == [first.id]


def test_a_second_build_at_the_same_time_is_refused(
    approved: ApprovedSources, releases: Path
) -> None:
    """Two builds would sweep each other's half-made releases away."""
    releases.mkdir()
    with (releases / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(ReleaseError, match="Another build is running in this folder"):
            build(approved, releases)
    assert build(approved, releases).id in names(releases)


@pytest.mark.parametrize("place", ["file", "below a file"])
def test_a_folder_that_cannot_be_written_is_named(
    approved: ApprovedSources, tmp_path: Path, place: str
) -> None:
    """A disk that refuses is an error with a cure, not a traceback."""
    (tmp_path / "file").write_text("", encoding="utf-8")
    releases = tmp_path / "file" if place == "file" else tmp_path / "file" / "releases"
    with pytest.raises(ReleaseError, match="The release cannot be written"):
        build(approved, releases)


def test_a_full_disk_leaves_the_current_release(
    world: Path, releases: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And says so."""
    first = build_from(world, releases)
    change(world, '"En sjö i Dalarna."', '"En djup sjö i Dalarna."')

    def refuse(*_arguments: object) -> None:
        raise OSError(28, "No space left on device", "dumps/lakes.nt")

    monkeypatch.setattr("publisher.release.build.write_dumps", refuse)
    with pytest.raises(ReleaseError, match="No space left on device"):
        build_from(world, releases)
    monkeypatch.undo()
    assert open_current(releases) == first
    assert build_from(world, releases) != first


def test_a_blank_node_is_the_same_in_all_parts_of_a_store(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However much is loaded at once; a text that looks like one stays a text."""
    monkeypatch.setattr("publisher.query.store_loading._LOADED_BYTES", 1)
    lines = (
        b"_:c14n0 <urn:p> <urn:a> <urn:g> .\n<urn:a> <urn:p> <urn:b> <urn:g> .\n",
        b'<urn:a> <urn:q> "_:c14n0" <urn:g> .\n',
        b"<urn:b> <urn:p> _:c14n0 <urn:g> .\n",
    )
    load_store(tmp_path / "store", lines)
    stored = Store.read_only(str(tmp_path / "store"))
    assert sorted(f"{quad} .\n".encode() for quad in stored) == sorted(
        b"".join(lines).splitlines(keepends=True)
    )


STEPS = ("write_dumps", "load_store", "list_files", "sync_tree", "sync_folder", "switch")
_KILLED = """
import os, signal, sys
from pathlib import Path
from publisher.load.sources import read_sources
from publisher.quality.approval import approve
from publisher.release import build
approved = approve(read_sources(Path(sys.argv[1]), "https://data.example.org/"))
def end(*arguments, **options):
    os.kill(os.getpid(), signal.SIGKILL)
step = sys.argv[3]
if step == "after sync":
    done = build.sync_tree
    build.sync_tree = lambda folder: (done(folder), end())
elif step == "before the rename of current":
    build.Path.replace = end
elif step == "within the store":
    done = build.load_store
    build.load_store = lambda *arguments: (done(*arguments), end())
else:
    setattr(build, step, end)
build.build(approved, Path(sys.argv[2]))
"""


@pytest.mark.exhaustive
def test_a_build_killed_at_any_step_leaves_the_last_release_and_the_next_build_works(
    world: Path, tmp_path: Path
) -> None:
    """Promise 2: ``kill -9`` at any moment."""
    steps = (*STEPS, "after sync", "before the rename of current", "within the store")
    folders = {step: tmp_path / step / "releases" for step in steps}
    first = [build_from(world, folder) for folder in folders.values()][-1]
    change(world, '"En sjö i Dalarna."', '"En djup sjö i Dalarna."')
    for step, folder in folders.items():
        killed = subprocess.run([sys.executable, "-c", _KILLED, world, folder, step], check=False)
        assert killed.returncode == -9, step
        assert open_current(folder).id == first.id, step
        second = build_from(world, folder)
        assert open_current(folder) == second, step
        assert second.id != first.id
        assert not [path.name for path in folder.glob(".staging-*")], step


def flip(path: Path) -> None:
    """Change one bit in the middle of a file."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def test_a_damaged_current_release_is_mended_by_the_next_build(world: Path, releases: Path) -> None:
    """The cure that the message names must work, with the same sources."""
    first = build_from(world, releases)
    flip(first.folder / "dumps" / "lakes.ttl")
    second = build_from(world, releases)
    assert second.digest == first.digest
    assert second.id == f"{first.id}-2"
    assert open_current(releases) == second


def test_the_release_holds_what_was_approved_and_nothing_else(release: Release) -> None:
    """Each dataset is a graph; the report of the check lies beside."""
    lakes = (release.folder / "dumps" / "lakes.nt").read_text(encoding="utf-8")
    assert len(lakes.splitlines()) == 9
    assert release.graphs["https://data.example.org/dataset/lakes"] == 9
    assert release.datasets() == ["lakes", "rivers", "vocabulary"]
    digest = hashlib.sha256(lakes.encode()).hexdigest()
    assert release.files["dumps/lakes.nt"].sha256 == digest


def test_each_step_is_announced(world: Path, releases: Path) -> None:
    """Whoever waits sees what is at work."""
    steps: list[str] = []
    progress: Callable[[str], None] = steps.append
    build(approve(read_sources(world, BASE)), releases, progress)
    assert steps[0] == "digest"
    assert {"dumps", "store", "manifest"} <= set(steps)


def test_a_release_that_tests_share_is_the_one_that_a_build_gives(
    world: Path, tmp_path: Path
) -> None:
    """Of the same sources and the same releases before; what differs is built."""
    made = tmp_path / "made"
    made.mkdir()
    begun = (world / LAKES).read_text(encoding="utf-8")
    built, copied = (Chain(world, tmp_path / name, made) for name in ("built", "copied"))
    for chain in (built, copied):
        (world / LAKES).write_text(begun, encoding="utf-8")
        one, two = chain.build(), chain.add(A_LAKE)
        assert two == open_current(chain.releases) != one
    assert len([path for path in made.iterdir() if path.is_dir()]) == 2
    assert names(copied.releases) == names(built.releases)
    for name in names(built.releases):
        assert contents(copied.releases / name) == contents(built.releases / name)
    journals = [(chain.releases / JOURNAL).read_text("utf-8") for chain in (built, copied)]
    assert journals[0].partition("\n")[2] == journals[1].partition("\n")[2] != ""

    (two.folder / "gone.tsv").write_text("damaged")
    assert copied.build().id not in names(built.releases)
