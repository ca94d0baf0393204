"""A word has one meaning: names of classes and modules that stand for two things have a reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.names import CLASSES, MODULES, PACKAGE, class_names, module_names, without_reason
from tests.names import wrong_names as wrong_names_of


@pytest.mark.slow
def test_each_name_stands_for_one_thing_or_has_a_reason() -> None:
    """Who searches for a name finds what it means, and nothing else."""
    assert wrong_names_of(PACKAGE) == []


def test_a_class_of_two_modules_is_found(tmp_path: Path) -> None:
    """Private classes and classes inside others count; two in one module are one thing."""
    (tmp_path / "load").mkdir()
    (tmp_path / "load" / "a.py").write_text("class Row: ...\nclass _Plan: ...\n", encoding="utf-8")
    (tmp_path / "b.py").write_text(
        "class Row:\n    class _Plan: ...\nclass Own: ...\n", encoding="utf-8"
    )

    assert class_names(tmp_path) == {
        "Row": ["b.py", "load/a.py"],
        "_Plan": ["b.py", "load/a.py"],
    }


def test_a_module_of_two_folders_is_found(tmp_path: Path) -> None:
    """The file name alone must lead a reader to its subject."""
    for folder in ("load", "serve"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "__init__.py").touch()
        (tmp_path / folder / "places.py").touch()

    assert module_names(tmp_path) == {"places": ["load/places.py", "serve/places.py"]}


def test_a_reason_that_is_left_over_is_found() -> None:
    """A table of exceptions shrinks with what it excuses."""
    assert without_reason({"Row": ["a", "b"]}, {"Cell": "two tables"}, "class") == [
        "class Row stands for several things: a, b. Use another word.",
        "class Cell stands for one thing: take its reason away.",
    ]


def test_every_reason_is_a_sentence_of_its_own() -> None:
    """An empty reason is none."""
    assert all(reason.strip() for reason in (*CLASSES.values(), *MODULES.values()))
