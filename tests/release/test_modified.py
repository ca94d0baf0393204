"""When a dataset changed: what a person says, unless the content says otherwise."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime

from pyoxigraph import Literal, NamedNode

from publisher.release.dates import modified_dates
from publisher.release.model import Release, StoredFile

XSD = "http://www.w3.org/2001/XMLSchema#"
PUBLISHED = datetime(2026, 3, 1, 0, 0, 7, tzinfo=UTC)
NAME = "dumps/lakes.nq"


def date(value: str) -> Literal:
    return Literal(value, datatype=NamedNode(XSD + "date"))


def dated(release: Release, known: str, sha256: str, given: str | None) -> str:
    """Return the date of a dataset whose release before had a date and a digest of ``aa``."""
    before = dataclasses.replace(
        release,
        files={NAME: StoredFile(NAME, 1, "aa")},
        modified={"lakes": date(known)} if known else {},
    )
    by_hand = {"lakes": date(given)} if given else {}
    files = {"lakes": StoredFile(NAME, 1, sha256)}
    return modified_dates(files, before, by_hand, PUBLISHED)["lakes"].value


def test_a_dataset_that_did_not_change_keeps_its_date(release: Release) -> None:
    """A portal takes every new date for a new content."""
    assert dated(release, "2026-02-01", "aa", "2026-01-02") == "2026-02-01"


def test_a_dataset_that_changed_under_an_old_date_gets_the_instant_of_the_release(
    release: Release,
) -> None:
    """The editor forgot the date; a portal that compares dates must see the change."""
    assert dated(release, "2026-01-02", "bb", "2026-01-02") == "2026-03-01T00:00:07+00:00"


def test_a_newer_date_by_hand_stands(release: Release) -> None:
    """A person knows better, also that a change of form was a change of content."""
    assert dated(release, "2026-01-02", "bb", "2026-02-28") == "2026-02-28"
    assert dated(release, "2026-01-02", "aa", "2026-02-28") == "2026-02-28"


def test_a_new_dataset_has_the_date_by_hand(release: Release) -> None:
    """There is nothing to compare it with."""
    assert dated(release, "", "aa", "2026-01-02") == "2026-01-02"


def test_a_dataset_without_a_date_by_hand_has_that_of_its_first_release(release: Release) -> None:
    """Portals give points for a date, and this one is true."""
    assert dated(release, "", "aa", None) == "2026-03-01"


def test_the_catalogue_of_a_release_says_the_dates_that_its_manifest_keeps(
    catalogued: Release,
) -> None:
    """The next build compares with them."""
    assert {name: d.value for name, d in catalogued.modified.items()} == {
        "lakes": "2026-01-02",
        "rivers": "2026-01-01",
        "vocabulary": "2026-01-02",
    }
