"""Contexts of JSON-LD that lie in the folder, beside the data or for an address of the web."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from publisher.errors import SettingError, SourceSyntax
from publisher.load.files import Role
from publisher.load.sources import Sources, read_sources, remembering_files
from publisher.quality.unread_json import check_unread_json

BASE = "https://ferries.example.org/"
TERMS = {"id": "@id", "knots": f"{BASE}def/knots", "deck": {"@id": f"{BASE}def/deck"}}
ADDRESS = "https://terms.example.net/ships/v2.jsonld"


def write(folder: Path, name: str, content: object) -> None:
    """Write a file as JSON; a text as it is."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content if isinstance(content, str) else json.dumps(content))


def name_in_settings(folder: Path, address: str, file: str) -> None:
    """Name a context in the settings."""
    write(folder, "pyproject.toml", f'[tool.publisher.contexts]\n"{address}" = "{file}"\n')


def ferry(context: object) -> dict[str, object]:
    """Return a thing with a context."""
    return {"@context": context, "id": f"{BASE}id/ferry/1", "knots": 14, "deck": "upper"}


def said(folder: Path) -> set[tuple[str, str]]:
    """Return what the data say of the ferry."""
    return pairs(read_sources(folder, BASE))


def pairs(sources: Sources) -> set[tuple[str, str]]:
    """Return properties and values of what the data say."""
    quads = sources.quads(Role.DATA)
    return {(q.predicate.value.removeprefix(BASE), getattr(q.object, "value", "")) for q in quads}


WHOLE = {("def/knots", "14"), ("def/deck", "upper")}


@pytest.mark.parametrize(
    ("context", "file"),
    [
        ("terms.jsonld", "data/ferries/terms.jsonld"),
        ("../../contexts/terms.json", "contexts/terms.json"),
        ("terms%20of%20ships.jsonld#v2", "data/ferries/terms of ships.jsonld"),
        (["terms.jsonld", {"more": "urn:more"}], "data/ferries/terms.jsonld"),
        ({"@version": 1.1, "@import": "terms.jsonld"}, "data/ferries/terms.jsonld"),
    ],
)
def test_a_relative_address_is_that_of_a_file(tmp_path: Path, context: object, file: str) -> None:
    """JSON-LD 1.1, section 3.1: relative to the document, which is this file."""
    write(tmp_path, "data/ferries/ferry.jsonld", ferry(context))
    write(tmp_path, file, {"@context": TERMS})
    assert said(tmp_path) == WHOLE


def test_a_file_stands_for_an_address_that_the_settings_name(tmp_path: Path) -> None:
    """It may itself name a further one, and one beside it in a thing."""
    write(tmp_path, "data/ferries/ferry.jsonld", ferry(ADDRESS))
    write(tmp_path, "contexts/ships.jsonld", {"@context": ["https://terms.example.net/all", {}]})
    write(tmp_path, "contexts/all.jsonld", {"@context": TERMS})
    name_in_settings(tmp_path, ADDRESS, "contexts/ships.jsonld")
    with (tmp_path / "pyproject.toml").open("a") as file:
        file.write('"https://terms.example.net/all" = "contexts/all.jsonld"\n')
    assert said(tmp_path) == WHOLE


def test_what_the_message_says_to_do_is_the_cure(tmp_path: Path) -> None:
    """Its line goes into the settings as it is."""
    write(tmp_path, "data/ferries/ferry.jsonld", ferry(ADDRESS))
    with pytest.raises(SourceSyntax) as error:
        read_sources(tmp_path, BASE)
    line = re.search(r'".*" = "(.*)"(?=\. Or)', error.value.in_language("en"))
    assert line is not None
    write(tmp_path, "pyproject.toml", f"[tool.publisher.contexts]\n{line[0]}\n")
    write(tmp_path, line[1], {"@context": TERMS})
    assert said(tmp_path) == WHOLE


@pytest.mark.parametrize(
    ("context", "words"),
    [
        ("gone.jsonld", "<gone.jsonld> is not in the folder"),
        ("../../../secret.jsonld", "secret.jsonld> is not in the folder"),
        ("none.jsonld", "none.jsonld, which is not a JSON-LD context"),
        ("circle.jsonld", "<circle.jsonld> names itself"),
        ("further.jsonld", "<https://terms.example.net/other> is on the web"),
    ],
)
def test_a_context_that_cannot_be_used_is_named_with_its_line(
    tmp_path: Path, context: str, words: str
) -> None:
    """Nothing outside the folder is read."""
    folder = tmp_path / "folder"
    write(folder, "data/ferries/ferry.jsonld", "\n" + json.dumps(ferry(context)))
    write(tmp_path, "secret.jsonld", {"@context": TERMS})
    write(folder, "data/ferries/none.jsonld", [])
    write(folder, "data/ferries/circle.jsonld", {"@context": ["circle.jsonld", TERMS]})
    further = {"deck": {"@id": "urn:deck", "@context": "https://terms.example.net/other"}}
    write(folder, "data/ferries/further.jsonld", {"@context": further})
    with pytest.raises(SourceSyntax) as error:
        read_sources(folder, BASE)
    assert words in error.value.in_language("en")
    assert error.value.where == "data/ferries/ferry.jsonld"


def test_a_changed_context_is_seen_by_whoever_checks_again(tmp_path: Path) -> None:
    """What a file said is remembered by its own text, which is the same."""
    write(tmp_path, "data/ferries/ferry.jsonld", ferry("../../terms/ships.jsonld"))
    write(tmp_path, "terms/ships.jsonld", {"@context": TERMS})
    with remembering_files():
        assert said(tmp_path) == WHOLE
        write(tmp_path, "terms/ships.jsonld", {"@context": TERMS | {"knots": "urn:speed"}})
        again = read_sources(tmp_path, BASE)
        assert pairs(again) == {("urn:speed", "14"), ("def/deck", "upper")}
        assert b"urn:speed" in again.sorted_sources.quads.read_bytes()


def test_keys_that_a_context_of_the_folder_does_not_know_are_pointed_out(tmp_path: Path) -> None:
    """As with any other context."""
    write(tmp_path, "data/ferries/ferry.jsonld", ferry(ADDRESS) | {"funnels": 2})
    write(tmp_path, "contexts/ships.jsonld", {"@context": TERMS})
    name_in_settings(tmp_path, ADDRESS, "contexts/ships.jsonld")
    (found,) = check_unread_json(read_sources(tmp_path, BASE))
    assert "funnels" in found.message["en"]


@pytest.mark.parametrize("file", ["contexts/gone.jsonld", "../ships.jsonld"])
def test_a_setting_that_names_no_file_of_the_folder_is_an_error(tmp_path: Path, file: str) -> None:
    """Before anything is read."""
    folder = tmp_path / "folder"
    write(folder, "data/ferries/ferry.jsonld", ferry(TERMS))
    write(tmp_path, "ships.jsonld", {"@context": TERMS})
    name_in_settings(folder, ADDRESS, file)
    with pytest.raises(SettingError, match="names"):
        read_sources(folder, BASE)
