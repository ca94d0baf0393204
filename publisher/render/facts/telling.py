"""The properties that make a thing a fact about another: its time, its number, who says it."""

from __future__ import annotations

from publisher.rdf.namespaces import iri

# When something happened, or began and ended. A founding date is not here: what has one lasts.
STARTS = tuple(
    iri(name)
    for name in (
        "dcterms:date",
        "schema:startDate",
        "schema:validFrom",
        "prov:atTime",
        "prov:startedAtTime",
    )
)
ENDS = tuple(
    iri(name)
    for name in ("schema:endDate", "schema:expires", "schema:validThrough", "prov:endedAtTime")
)
LEAST, MOST = iri("schema:minValue"), iri("schema:maxValue")
NUMBERS = (iri("schema:value"), iri("rdf:value"), LEAST, MOST)
SAID_BY = iri("prov:wasAttributedTo")
TELLING = frozenset((*STARTS, *ENDS, *NUMBERS, SAID_BY))
# Datatypes of dates.
DATES = frozenset(iri(name) for name in ("xsd:date", "xsd:dateTime", "xsd:gYear", "xsd:gYearMonth"))
