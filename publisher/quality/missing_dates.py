"""A release needs a date, and takes it from the sources."""

from __future__ import annotations

from collections.abc import Iterator

from pyoxigraph import Literal, RdfFormat, parse

from publisher.findings import Finding
from publisher.load.sources import Sources
from publisher.messages import text
from publisher.rdf.instants import DATE_PROPERTIES, instant_of, is_day_of_change
from publisher.rdf.sorted_files import lines_with
from publisher.rule_settings import RULES

RULE = "dates"


def check_dates(sources: Sources) -> Iterator[Finding]:
    """Yield a finding where no source says when anything was made, issued or changed.

    The instant of a release is the newest of these dates (``release.dates``): without one nothing
    can be built.
    """
    names = [f" <{name}> ".encode() for name in DATE_PROPERTIES]
    for line in lines_with(sources.sorted_sources.quads, *names):
        for quad in parse(line, format=RdfFormat.N_QUADS):
            is_date = quad.predicate.value in DATE_PROPERTIES and isinstance(quad.object, Literal)
            if is_date and is_day_of_change(instant_of(quad.object)):
                return
    yield Finding(
        RULES[RULE].severity,
        text(
            "No source says when the data was changed, and a release takes its date from there."
            " State dcterms:modified of the catalogue as an xsd:date."
        ),
        RULE,
        file="data/catalogue.ttl",
    )
