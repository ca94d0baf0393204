"""The ground beneath maps, as the build makes it: lines that neighbours share, and shores."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import pytest

from publisher import build_hook
from publisher.build_hook import joined, lines_of_areas, rings_of_topology


def test_a_border_between_two_areas_is_drawn_once_and_by_its_rank() -> None:
    """Two municipalities of a county beside one of another: a field of three squares."""
    found = lines_of_areas(
        {
            "0101": [[(10, 60), (11, 60), (11, 61), (10, 61), (10, 60)]],
            "0102": [[(11, 60), (12, 60), (12, 61), (11, 61), (11, 60)]],
            "2201": [[(12, 60), (13, 60), (13, 61), (12, 61), (12, 60)]],
        }
    )

    assert [sorted(line) for line in found["municipalities"]] == [[(11, 60), (11, 61)]]
    assert [sorted(line) for line in found["counties"]] == [[(12, 60), (12, 61)]]
    (around,) = found["land"]
    assert around[0] == around[-1]
    assert len(around) == 9
    assert len(found["border"]) == 1


def test_lines_end_where_three_meet() -> None:
    centre = (0.0, 0.0)
    found = joined([(centre, (1, 0)), ((1, 0), (2, 0)), (centre, (0, 1)), (centre, (-1, 0))])

    assert sorted(map(len, found)) == [2, 2, 3]
    assert all(centre in (line[0], line[-1]) for line in found)


def test_an_arc_that_two_rings_share_is_followed_both_ways() -> None:
    topology = {
        "transform": {"scale": [0.5, 0.5], "translate": [10, 60]},
        "arcs": [[[0, 0], [0, 2]], [[0, 2], [2, -2], [-2, 0]], [[0, 0], [-2, 2], [2, 0]]],
        "objects": {
            "shores": {
                "geometries": [
                    {"type": "Polygon", "arcs": [[0, 1]]},
                    {"type": "MultiPolygon", "arcs": [[[2, ~0]]]},
                    {"type": None},
                ]
            }
        },
    }

    assert rings_of_topology(topology, "shores") == [
        [(10, 60), (10, 61), (11, 60), (10, 60)],
        [(10, 60), (9, 61), (10, 61), (10, 60)],
    ]


def packed(folder: Path, name: str) -> tarfile.TarFile:
    """Return an archive with one file."""
    path = folder / "packed.tgz"
    with tarfile.open(path, "w:gz") as archive:
        member = tarfile.TarInfo(name)
        member.size = 2
        archive.addfile(member, io.BytesIO(b"1;"))
    return tarfile.open(path)


def test_an_archive_is_unpacked_below_its_folder_only(tmp_path: Path) -> None:
    """A package of npm is somebody else's file."""
    with packed(tmp_path, "package/src/read.js") as archive:
        build_hook._unpack(archive, tmp_path / "folder")
    with (
        packed(tmp_path, "package/../../outside.js") as archive,
        pytest.raises(ValueError, match="outside"),
    ):
        build_hook._unpack(archive, tmp_path / "folder")

    assert (tmp_path / "folder" / "package" / "src" / "read.js").read_bytes() == b"1;"
    assert not (tmp_path / "outside.js").exists()
