from __future__ import annotations

import datetime

import pytest
from pyoxigraph import Literal, NamedNode, Quad

from publisher.errors import ReleaseError
from publisher.release.dates import instant_after, newest_date

DAY = datetime.datetime(2026, 1, 2, tzinfo=datetime.UTC)
XSD = "http://www.w3.org/2001/XMLSchema#"
DCTERMS = "http://purl.org/dc/terms/"


def dated(value: str, datatype: str = "date", name: str = "modified") -> Quad:
    """Return a quad that dates something."""
    literal = Literal(value, datatype=NamedNode(XSD + datatype))
    return Quad(NamedNode("https://e.org/a"), NamedNode(DCTERMS + name), literal)


JANUARY_2 = "2026-01-02T00:00:00+00:00"


@pytest.mark.parametrize(
    ("quads", "expected"),
    [
        ([dated("2026-01-02")], "2026-01-02T00:00:00+00:00"),
        ([dated("2026-01-02"), dated("2026-03-01")], "2026-03-01T00:00:00+00:00"),
        ([dated("2026-01-02", name="issued")], "2026-01-02T00:00:00+00:00"),
        ([dated("2026-01-02", name="created")], "2026-01-02T00:00:00+00:00"),
        ([dated("2026-01-02T01:00:00+02:00", "dateTime")], "2026-01-01T23:00:00+00:00"),
        ([dated("2026-01-02T01:00:00Z", "dateTime")], "2026-01-02T01:00:00+00:00"),
        ([dated("2026-01-02T01:00:00", "dateTime")], "2026-01-02T01:00:00+00:00"),
        ([dated("2026-01-02+01:00")], "2026-01-02T00:00:00+00:00"),
        ([dated("2026-01-02T01:00:00Z", "dateTimeStamp")], "2026-01-02T01:00:00+00:00"),
        ([dated("0001-01-01T00:00:00+14:00", "dateTime"), dated("2026-01-02")], JANUARY_2),
        ([dated("9999-12-31T23:00:00-05:00", "dateTime"), dated("2026-01-02")], JANUARY_2),
        ([dated("9999-12-31"), dated("2026-01-02")], JANUARY_2),
        ([dated("soon"), dated("2026-01-02")], "2026-01-02T00:00:00+00:00"),
        ([dated("2027-01-01", name="valid"), dated("2026-01-02")], "2026-01-02T00:00:00+00:00"),
        ([dated("2027-01-01", "string"), dated("2026-01-02")], "2026-01-02T00:00:00+00:00"),
    ],
)
def test_the_newest_date_of_a_change_is_the_instant(quads: list[Quad], expected: str) -> None:
    """Only what says when something was made, issued or changed."""
    assert newest_date(quads).isoformat() == expected


def test_sources_without_a_date_have_no_instant() -> None:
    """The message says where to write it."""
    with pytest.raises(ReleaseError, match=r"data/catalogue\.ttl"):
        newest_date([dated("soon")])


@pytest.mark.parametrize(
    ("previous", "newest", "expected"),
    [
        (None, DAY, DAY),
        (DAY, DAY, DAY + datetime.timedelta(seconds=1)),
        (DAY, DAY + datetime.timedelta(days=1), DAY + datetime.timedelta(days=1)),
        (DAY + datetime.timedelta(days=9), DAY, DAY + datetime.timedelta(days=9, seconds=1)),
        (None, DAY.replace(microsecond=5), DAY),
    ],
)
def test_the_instant_grows_with_every_release(
    previous: datetime.datetime | None, newest: datetime.datetime, expected: datetime.datetime
) -> None:
    """Also when the clock or an editor's date goes backwards; HTTP dates have whole seconds."""
    assert instant_after(previous, newest) == expected
