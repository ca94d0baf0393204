"""A change that changes nothing shows nothing: builds, answers, help and settings are as before."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.golden.digests import (
    Listing,
    of_export,
    of_releases,
    of_site,
    of_the_program,
    other_versions,
    report,
)
from tests.golden.worlds import World, build_own, build_tiny

DEFAULT_BUILDS = True

pytestmark = pytest.mark.slow


def must_be_as_before(listings: Sequence[Listing], folder: Path) -> None:
    """Fail when a list differs from the committed one; skip when libraries may be the reason."""
    found = report(listings, folder / "found")
    others = other_versions()
    if found and others:
        pytest.skip(f"other libraries than those of the digests ({', '.join(others)}): {found}")
    assert not found, found


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Return the tiny world after three releases."""
    return build_tiny(tmp_path_factory.mktemp("tiny"))


def test_commands_and_settings_are_as_before(tmp_path: Path) -> None:
    """What operators type and write into files is promised to stay."""
    found = report(of_the_program(), tmp_path / "found")
    assert not found, found


def test_the_tiny_world_is_built_as_before(tiny: World, tmp_path: Path) -> None:
    """Three releases: every file but the store."""
    must_be_as_before([of_releases(tiny)], tmp_path)


def test_the_tiny_world_is_exported_as_before(tiny: World, tmp_path: Path) -> None:
    """Every file, its date, and the configurations of nginx and Caddy."""
    must_be_as_before([of_export(tiny, tmp_path / "site")], tmp_path)


def test_the_tiny_world_is_served_as_before(tiny: World, tmp_path: Path) -> None:
    """Every address in every form, every header field, every metric."""
    must_be_as_before(of_site(tiny, tmp_path), tmp_path)


@pytest.mark.exhaustive
def test_our_own_data_is_published_as_before(tmp_path: Path) -> None:
    """All kinds of pages, with maps, charts and tables."""
    world = build_own(tmp_path / "own")
    must_be_as_before([of_releases(world), *of_site(world, tmp_path)], tmp_path)
