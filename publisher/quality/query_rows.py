"""Solutions of a folder's queries."""

from __future__ import annotations

from pyoxigraph import QueryResultsFormat, QuerySolutions, parse_query_results

Row = dict[str, object]


def read_rows(answer: bytes) -> list[Row]:
    """Return the solutions of an answer in JSON."""
    solutions = parse_query_results(answer, format=QueryResultsFormat.JSON)
    assert isinstance(solutions, QuerySolutions)
    names = [variable.value for variable in solutions.variables]
    return [{n: row[n] for n in names if row[n] is not None} for row in solutions]
