"""Solutions as CSV, where Oxigraph's own writer leaves a comma unquoted.

It writes IRIs as they are (``tag:example.org,2026:x``), which a reader takes for two columns
(SPARQL 1.1 Query Results CSV and TSV Formats, section 3.2; RFC 4180, section 2).
"""

from __future__ import annotations

import csv
import io

from pyoxigraph import BlankNode, Literal, NamedNode, QuerySolutions, Triple


def has_row_too_long(written: bytes, columns: int) -> bool:
    r"""Tell whether a reader finds more columns than there are.

    Args:
        written: A table in CSV.
        columns: How many there are.

    >>> has_row_too_long(b"x\r\ntag:e.example,2026:a\r\n", 1)
    True
    """
    # Most tables have no other comma than those between columns.
    if written.count(b",") == max(columns - 1, 0) * written.count(b"\n"):
        return False
    csv.field_size_limit(max(len(written), 1))
    rows = csv.reader(io.StringIO(written.decode(), newline=""))
    return any(len(row) > columns for row in rows)


def write_csv(results: QuerySolutions, to: io.BytesIO) -> None:
    """Write solutions as CSV, with quotes around each value that needs them."""
    names = [variable.value for variable in results.variables]
    to.write((",".join(names) + "\r\n").encode())
    for row in results:
        values = (row[name] for name in names)
        written = ("" if term is None else _quoted(_cell(term)) for term in values)
        to.write((",".join(written) + "\r\n").encode())


def _cell(term: NamedNode | BlankNode | Literal | Triple) -> str:
    if isinstance(term, Triple):
        return " ".join(map(_cell, (term.subject, term.predicate, term.object)))
    return f"_:{term.value}" if isinstance(term, BlankNode) else term.value


def _quoted(value: str) -> str:
    if any(sign in value for sign in ',"\r\n'):
        return '"' + value.replace('"', '""') + '"'
    return value
