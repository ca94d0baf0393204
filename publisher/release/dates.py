"""The instant a release stands for, taken from the sources and never from the clock."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta

from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, parse

from publisher.errors import ReleaseError
from publisher.rdf.instants import DATE_PROPERTIES, instant_of, is_day_of_change
from publisher.rdf.namespaces import PREFIXES, iri
from publisher.rdf.sorted_files import Quads
from publisher.release.model import Release, StoredFile

_TERMS = f" <{PREFIXES['dcterms']}".encode()


def dated_quads(graphs: Iterable[Quads]) -> Iterator[Quad]:
    """Yield the quads that may give a date of creation, issue or change."""
    names = {f"<{name}>".encode() for name in DATE_PROPERTIES}
    for quads in graphs:
        for line in quads.lines():
            if _TERMS in line and line.split(b" ", 2)[1] in names:
                yield from parse(line, format=RdfFormat.N_QUADS)


def newest_date(quads: Iterable[Quad]) -> datetime:
    """Return the newest date of creation, issue or change that the sources give.

    Raises:
        ReleaseError: They give none.
    """
    instants = [
        instant
        for quad in quads
        if quad.predicate.value in DATE_PROPERTIES and isinstance(quad.object, Literal)
        if (instant := instant_of(quad.object)) is not None and is_day_of_change(instant)
    ]
    if not instants:
        raise ReleaseError(
            "No source says when the data was changed, so the release has no date.",
            where="data/catalogue.ttl",
            remedy="State dcterms:modified of the catalogue as an xsd:date; nothing was published.",
        )
    return max(instants)


def instant_after(previous: datetime | None, newest: datetime) -> datetime:
    """Return the instant of a new release: the newest date, yet later than the previous release.

    Last-Modified must grow when content does (RFC 9110, section 8.8.2.1), also when an editor
    changes a fact twice on one day.
    """
    newest = newest.replace(microsecond=0)
    return newest if previous is None else max(newest, previous + timedelta(seconds=1))


def modified_dates(
    files: Mapping[str, StoredFile],
    previous: Release | None,
    by_hand: Mapping[str, Literal],
    published: datetime,
) -> dict[str, Literal]:
    """Return name of a dataset → when its content changed.

    What is given by hand stays, unless the content changed after the previous release and the
    date did not: then the instant of the release is the date. A portal that compares dates sees
    every change, and none where there is none.

    Args:
        files: Name of a dataset → its dump as N-Quads.
        previous: The release before, if there is one.
        by_hand: Name of a dataset → ``dcterms:modified`` in ``data/catalogue.ttl``.
        published: The instant of the release.
    """
    dates = {}
    for name, file in files.items():
        given = by_hand.get(name) or _dates_by_dataset(published.date().isoformat(), "xsd:date")
        known = previous.modified.get(name) if previous else None
        if previous is None or known is None or given.value > known.value:
            dates[name] = given
        elif previous.files[file.name].sha256 == file.sha256:
            dates[name] = known
        else:
            dates[name] = _dates_by_dataset(published.isoformat(), "xsd:dateTime")
    return dates


def _dates_by_dataset(value: str, datatype: str) -> Literal:
    return Literal(value, datatype=NamedNode(iri(datatype)))
