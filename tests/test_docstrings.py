"""Docstrings name the parameters and fields that exist, all of them, in their order."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.test_architecture import PACKAGE, modules

_HEADING = re.compile(r"(Args|Attributes|Raises|Returns|Yields):")
_ENTRY = re.compile(r"(\*{0,2}\w+(?:, \*{0,2}\w+)*):(?: |$)")
Function = ast.FunctionDef | ast.AsyncFunctionDef


def listed(node: Function | ast.ClassDef, heading: str) -> list[str]:
    """Return the names that a section of a docstring lists."""
    names: list[str] = []
    section, indent = "", 0
    for line in (ast.get_docstring(node) or "").splitlines():
        depth = len(line) - len(line.lstrip())
        if found := _HEADING.fullmatch(line):
            section, indent = found[1], 0
        elif line.strip() and not depth:
            section = ""
        elif section == heading and line.strip():
            indent = indent or depth
            entry = _ENTRY.match(line.strip())
            if depth == indent and entry:
                names += [name.strip(" *") for name in entry[1].split(",")]
    return names


def parameters(node: Function) -> list[str]:
    """Return the names of the parameters, in order."""
    given = node.args
    every = [*given.posonlyargs, *given.args, given.vararg, *given.kwonlyargs, given.kwarg]
    return [each.arg for each in every if each is not None and each.arg not in ("self", "cls")]


def fields(node: ast.ClassDef, known: dict[str, ast.ClassDef]) -> list[str]:
    """Return the fields of a class with those of its bases in the same module, in order."""
    found: list[str] = []
    for base in node.bases:
        if isinstance(base, ast.Name) and base.id in known:
            found += fields(known[base.id], known)
    for statement in node.body:
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            found.append(statement.target.id)
    return found


def other_attributes(node: ast.ClassDef) -> set[str]:
    """Return what methods set, constants of the class, and properties."""
    found: set[str] = set()
    for each in ast.walk(node):
        if isinstance(each, ast.Attribute) and isinstance(each.ctx, ast.Store):
            found.add(each.attr)
        elif isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store):
            found.add(each.id)
        elif isinstance(each, ast.FunctionDef) and each.decorator_list:
            found.add(each.name)
    return found


def is_record(node: ast.ClassDef) -> bool:
    """Tell whether a class is made of its fields: they are what its constructor takes."""
    decorators = " ".join(map(ast.unparse, node.decorator_list))
    return "dataclass" in decorators or "NamedTuple" in " ".join(map(ast.unparse, node.bases))


def differences(names: list[str], real: list[str], others: set[str] | None = None) -> Iterator[str]:
    """Yield how a list of names differs from what there is."""
    unknown = [name for name in names if name not in real and name not in (others or ())]
    missing = [name for name in real if name not in names]
    if unknown:
        yield f"there is no {', '.join(unknown)}"
    if missing:
        yield f"{', '.join(missing)} is left out"
    if not unknown and not missing:
        in_order = [name for name in names if name in real]
        if in_order != real:
            yield f"the order is {', '.join(real)}"


def wrong_docstrings(package: Path) -> list[str]:
    """Return what docstrings of a package say of parameters and fields that is not so."""
    wrong = []
    for module, tree in modules(package).items():
        classes = {n.name: n for n in ast.walk(tree) if isinstance(n, ast.ClassDef)}
        for node in ast.walk(tree):
            found: Iterator[str] = iter(())
            if isinstance(node, Function) and (names := listed(node, "Args")):
                found = differences(names, parameters(node))
            elif isinstance(node, ast.ClassDef) and (names := listed(node, "Attributes")):
                real = [name for name in fields(node, classes) if not name.startswith("_")]
                if not is_record(node):
                    real = [name for name in real if name in names]
                found = differences(names, real, other_attributes(node))
            wrong += [f"{module}.{getattr(node, 'name', '')}: {each}" for each in found]
    return wrong


@pytest.mark.slow
def test_docstrings_name_what_there_is() -> None:
    """A reader who trusts a list of fields must find each of them, and no other."""
    assert wrong_docstrings(PACKAGE) == []


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ('def f(a, b):\n    """F.\n\n    Args:\n        a: One.\n        b: Two.\n    """', ""),
        ('def f(a, b):\n    """F.\n\n    Args:\n        a: One.\n    """', "m.f: b is left out"),
        ('def f(a):\n    """F.\n\n    Args:\n        c: One.\n        a: Two.\n    """', "no c"),
        (
            'def f(a, b):\n    """F.\n\n    Args:\n        b: One.\n        a: Two.\n    """',
            "m.f: the order is a, b",
        ),
        (
            '@dataclass\nclass P:\n    """P.\n\n    Attributes:\n        x: One\n            so: a.'
            '\n    """\n    x: int\n    y: int',
            "m.P: y is left out",
        ),
        (
            "@dataclass\nclass P:\n    x: int\n@dataclass\nclass Q(P):\n"
            '    """Q.\n\n    Attributes:\n        x: One.\n        y: Two.\n    """\n    y: int',
            "",
        ),
        (
            'class P:\n    """P.\n\n    Attributes:\n        x: One.\n        z: Two.\n    """\n'
            "    def __init__(self):\n        self.x = 1",
            "m.P: there is no z",
        ),
    ],
)
def test_a_docstring_that_differs_is_found(tmp_path: Path, text: str, wrong: str) -> None:
    """Names too many, too few or in another order; entries may go on for several lines."""
    (tmp_path / "m.py").write_text(text, encoding="utf-8")
    found = "\n".join(wrong_docstrings(tmp_path))
    assert wrong in found if wrong else found == ""
