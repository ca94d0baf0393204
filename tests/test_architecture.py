"""Imports only point back along the journey of the data; leaves know no stage."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "publisher"
STAGES = (
    *("load", "quality", "query", "release", "render", "serve", "push", "verify", "edit"),
    "start",
)
# Folders of leaves: what stages of any kind need of application profiles, of RDF, and of the
# operating system.
LEAF_FOLDERS = {"profiles", "rdf", "system"}
TOP = {"cli", "__main__"}
MAY_IMPORT = {
    "load": set[str](),
    # SPARQL that belongs to the sources runs in the same sandbox as a visitor's.
    "quality": {"load", "query"},
    "query": set[str](),
    "release": {"load", "quality", "query"},
    "render": {"query", "release"},
    # A site is opened with settings, so serve reads the type of them; nothing else does.
    "serve": {"config", "query", "release", "render"},
    "push": {"query", "release"},
    "verify": set[str](),
    "edit": {"load", "quality", "query", "release", "render"},
    # A table becomes sources that everything else reads; what it shows beforehand is the editor's.
    "start": {"load", "quality", "query", "release", "render", "edit"},
}
LONGEST_FUNCTION = 50


@dataclass(frozen=True)
class Package:
    """What the rules are about, of a package that was parsed once.

    Attributes:
        arrows: Dotted name of a module (below the package) → modules that it imports, also inside
            functions and conditions.
        lengths: Name of a function → how many lines it has, its docstring included.
    """

    arrows: dict[str, set[str]]
    lengths: dict[str, int]


@cache
def modules(package: Path) -> dict[str, ast.Module]:
    """Return dotted name (below the package) → syntax tree of every module."""
    found = {}
    for path in sorted(package.rglob("*.py")):
        parts = path.relative_to(package).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        found[name] = ast.parse(path.read_text(encoding="utf-8"), str(path))
    return found


def read_package(package: Path) -> Package:
    """Return what the rules are about."""
    trees = modules(package)
    found = Package({name: set() for name in trees}, {})
    above = f"{package.name}."
    for name, tree in trees.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Import | ast.ImportFrom):
                names = {n.removeprefix(above) for n in imported(node) if n.startswith(above)}
                found.arrows[name] |= names & (trees.keys() - {name})
            elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                place = f"{name}.{node.name}"
                found.lengths[place] = max(length, found.lengths.get(place, 0))
    return found


def imported(node: ast.Import | ast.ImportFrom) -> list[str]:
    """Return the names that an import may stand for."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    assert node.level == 0, f"line {node.lineno}: imports are written in full"
    return [f"{node.module}.{alias.name}" for alias in node.names] + [str(node.module)]


def part_of(module: str) -> str:
    """Return the stage or leaf that a module belongs to."""
    return module.partition(".")[0]


def wrong_arrows(package: Package) -> list[str]:
    """Return every import that points where it must not."""
    found = package.arrows
    leaves = {part_of(name) for name in found if name} - set(STAGES) - TOP - {"config"}
    wrong = []
    for module, targets in found.items():
        part = part_of(module)
        if part in TOP:
            continue
        allowed = leaves | MAY_IMPORT.get(part, set()) | ({part} if part in STAGES else set())
        wrong += [f"{module} imports {t}" for t in sorted(targets) if part_of(t) not in allowed]
    return wrong


def cycle(package: Package) -> list[str]:
    """Return the modules of an import cycle; none when there is no cycle."""
    try:
        TopologicalSorter(package.arrows).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def long_functions(package: Package) -> list[str]:
    """Return every function that does not fit on a screen."""
    return [
        f"{name}: {length}" for name, length in package.lengths.items() if length > LONGEST_FUNCTION
    ]


@pytest.fixture(scope="module")
def ours() -> Package:
    """Return this package."""
    return read_package(PACKAGE)


def test_every_folder_is_a_stage_or_a_folder_of_leaves() -> None:
    """A new folder is a new stage, for the table."""
    folders = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    assert folders - TOP - LEAF_FOLDERS == set(STAGES)
    assert set(MAY_IMPORT) == set(STAGES)


def test_no_stage_is_imported_by_one_that_it_imports() -> None:
    """The arrows of the table have one direction."""
    TopologicalSorter(MAY_IMPORT).prepare()


@pytest.mark.slow
def test_each_stage_imports_only_earlier_stages_and_leaves(ours: Package) -> None:
    """House style, section 2.3."""
    assert wrong_arrows(ours) == []


@pytest.mark.slow
def test_only_the_top_imports_the_command_line(ours: Package) -> None:
    """Whatever prints and exits is at the top, so that all below it can be used by programs."""
    importers = {m for m, targets in ours.arrows.items() if "cli" in targets}
    assert importers <= TOP


@pytest.mark.slow
def test_no_module_imports_itself_through_others(ours: Package) -> None:
    """A cycle is one module in many files; TYPE_CHECKING hides it from Python, not from readers."""
    assert cycle(ours) == []


@pytest.mark.slow
def test_functions_fit_on_a_screen(ours: Package) -> None:
    """House style, section 3."""
    assert long_functions(ours) == []


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """Return a package of one leaf and two stages that keeps every rule."""
    package = tmp_path / "tiny"
    for name, text in {
        "__init__": '"""A package."""',
        "errors": "X = 1",
        "config": "import tiny.errors",
        "cli": "from tiny.serve import app",
        "load/__init__": "",
        "load/files": "from tiny.errors import X",
        "serve/__init__": "",
        "serve/app": "from tiny import config, errors",
    }.items():
        path = package / f"{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return package


def test_the_rules_let_a_good_package_pass(tiny: Path) -> None:
    """A test that always fails proves nothing."""
    assert wrong_arrows(read_package(tiny)) == []
    assert cycle(read_package(tiny)) == []
    assert long_functions(read_package(tiny)) == []


@pytest.mark.parametrize(
    ("module", "text", "wrong"),
    [
        ("load/files", "from tiny.serve import app", "load.files imports serve"),
        ("load/files", "import tiny.serve.app", "load.files imports serve.app"),
        ("load/files", "def f() -> None:\n    import tiny.serve.app", "serve.app"),
        (
            "load/files",
            "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import tiny.serve.app",
            "load.files imports serve.app",
        ),
        ("errors", "from tiny.load import files", "errors imports load"),
        ("errors", "from tiny import config", "errors imports config"),
        ("load/files", "from tiny import config", "load.files imports config"),
        ("serve/app", "from tiny import load", "serve.app imports load"),
        ("config", "from tiny import serve", "config imports serve"),
    ],
)
def test_an_arrow_in_the_wrong_direction_is_found(
    tiny: Path, module: str, text: str, wrong: str
) -> None:
    """Each way to write an import is seen."""
    (tiny / f"{module}.py").write_text(text, encoding="utf-8")
    assert any(wrong in found for found in wrong_arrows(read_package(tiny)))


def test_a_cycle_is_found_where_type_checking_hides_it(tiny: Path) -> None:
    """Two leaves may import each other's types at no time."""
    (tiny / "findings.py").write_text("import tiny.errors", encoding="utf-8")
    hidden = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import tiny.findings"
    (tiny / "errors.py").write_text(hidden, encoding="utf-8")
    assert set(cycle(read_package(tiny))) == {"errors", "findings"}


def test_an_import_relative_to_the_module_is_refused(tiny: Path) -> None:
    """House style: imports are written in full."""
    (tiny / "load" / "files.py").write_text("from . import other", encoding="utf-8")
    with pytest.raises(AssertionError, match="written in full"):
        wrong_arrows(read_package(tiny))


def test_a_long_function_is_found(tiny: Path) -> None:
    """The limit is a limit."""
    lines = "".join(f"    x = {n}\n" for n in range(LONGEST_FUNCTION))
    (tiny / "errors.py").write_text(f"def f() -> None:\n{lines}", encoding="utf-8")
    assert long_functions(read_package(tiny)) == ["errors.f: 51"]
