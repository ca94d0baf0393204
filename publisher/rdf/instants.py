"""When something was made, issued or changed, as the sources state it."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

from pyoxigraph import Literal

from publisher.rdf.namespaces import iri

DATE_PROPERTIES = (iri("dcterms:modified"), iri("dcterms:issued"), iri("dcterms:created"))


def instant_of(literal: Literal) -> datetime | None:
    """Return the instant that a date or time stands for, in UTC; None for anything else."""
    try:
        if literal.datatype.value == iri("xsd:date"):
            return datetime.combine(date.fromisoformat(literal.value[:10]), time(), UTC)
        if literal.datatype.value in (iri("xsd:dateTime"), iri("xsd:dateTimeStamp")):
            instant = datetime.fromisoformat(literal.value)
            return instant.astimezone(UTC) if instant.tzinfo else instant.replace(tzinfo=UTC)
    except (ValueError, OverflowError):  # at the first or last day that there is, in another zone
        return None
    return None


def is_day_of_change(instant: datetime | None) -> bool:
    """Tell whether something can have happened then.

    9999-12-31 is no day of a change, but how people write that there is none.
    """
    return instant is not None and instant.year < datetime.max.year
