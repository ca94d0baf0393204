"""What an engine sent → what the client wants; refused when it nests too deep.

An engine is asked for JSON and N-Triples alone, and what it sends is read to its end and written
anew: what is no answer never goes on, and answers look as they do with the embedded engine. Both
ways are streams, so that neither many rows nor many variables take more than the result may.
"""

from __future__ import annotations

import io
import json
import re
import time
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import IO, Any, cast

from pyoxigraph import QueryResultsFormat, RdfFormat, Triple, parse_query_results, serialize

from publisher.errors import NotCarried, ReadLimitExceeded
from publisher.query.engine import XML, Answer, Solution, carrying, results_format
from publisher.query.remote.connection import (
    IncompleteResponse,
    engine_error,
    result_limit_error,
    time_limit_error,
)
from publisher.rdf.reading import read_json, read_quads_by_line
from publisher.rdf.well_formed import BrokenXml, is_reserved, well_formed, with_types_as_properties

_WITH_PREFIXES = (RdfFormat.TURTLE, RdfFormat.TRIG, RdfFormat.RDF_XML)
_UNREADABLE = (SyntaxError, ValueError, RecursionError)
_BOOLEAN_BYTES = 64 << 10
# A row of the program's own takes a dictionary and some terms.
_ROW_BYTES = 128
_ROWS_BETWEEN_LOOKS = 1000
# Without its variables before its rows, a parser keeps all rows until it knows them.
_HEAD = re.compile(rb'\s*\{\s*"head"\s*:\s*\{[^{}]*?(?<!\\)"vars"\s*:\s*\[[^{}]*\}')


@dataclass(frozen=True)
class ResultLimits:
    """What reading an answer and writing it again may take.

    Attributes:
        result_bytes: Longest result.
        seconds: The time limit, as messages name it.
        deadline: When it has passed, on the monotonic clock.
    """

    result_bytes: int
    seconds: float
    deadline: float

    @staticmethod
    def of(seconds: float, result_bytes: int) -> ResultLimits:
        """Return the bounds of what begins now."""
        return ResultLimits(result_bytes, seconds, time.monotonic() + seconds)

    def left(self) -> float:
        """Return the seconds that are left.

        Raises:
            QueryLimitExceeded: There are none.
        """
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise time_limit_error(self.seconds)
        return left

    @property
    def rows(self) -> int:
        """Return how many rows the program takes from an engine for itself."""
        return max(1, self.result_bytes // _ROW_BYTES)


class _BoundedFile(io.RawIOBase):
    """A binary file that ends with an error at the bounds."""

    def __init__(self, bounds: ResultLimits) -> None:
        super().__init__()
        self.body = bytearray()
        self._bounds = bounds

    def write(self, part: Any) -> int:
        self._bounds.left()
        if len(self.body) + len(part) > self._bounds.result_bytes:
            raise result_limit_error(self._bounds.result_bytes)
        self.body += part
        return len(part)


def _read(body: bytes, variables: Collection[str]) -> Any:
    """Return solutions that are read row by row.

    Raises:
        IncompleteResponse: They are none, or none of these variables.
    """
    if _HEAD.match(body) is None:
        raise IncompleteResponse("its solutions do not begin with their variables")
    if is_deep_json(body):
        raise IncompleteResponse("its solutions nest too deep")
    try:
        found: Any = parse_query_results(body, format=QueryResultsFormat.JSON)
        names = [variable.value for variable in found.variables]
    except (*_UNREADABLE, AttributeError) as error:
        raise IncompleteResponse(str(error)) from error
    # Each row takes time for all variables, also for those that it does not bind.
    if len(names) > len(variables) or not set(names) <= set(variables):
        del found  # it may only end in this thread, and an error may be kept
        raise IncompleteResponse(f"it sent {len(names)} variables instead of {len(variables)}")
    return found


def convert_solutions(
    body: bytes, media_type: str, variables: Collection[str], bounds: ResultLimits
) -> Answer:
    """Return solutions in a media type.

    Raises:
        IncompleteResponse: They are none.
        QueryLimitExceeded: They are too long in this media type, or take too long.
    """
    output = _BoundedFile(bounds)
    found = _read(body, variables)
    try:
        found.serialize(output, format=QueryResultsFormat.from_media_type(media_type))
    except _UNREADABLE as error:
        raise IncompleteResponse(str(error)) from error
    finally:
        del found
    return _answer(output, media_type)


def _answer(output: _BoundedFile, media_type: str) -> Answer:
    """Return what was written, when a parser reads it.

    Raises:
        NotCarried: None does.
    """
    written = bytes(output.body)
    if media_type in XML:
        try:
            written = well_formed(written)
        except BrokenXml as error:
            raise NotCarried(media_type, carrying(media_type)) from error
    return Answer(media_type, written)


class CompleteSolution(dict[str, Any]):
    """A row of an answer to one of the program's own queries, which bind what they promise."""

    def __missing__(self, name: str) -> Any:
        """Raise EngineFailed: the engine left out what the query always binds."""
        raise engine_error(f"its solutions do not bind {name}")


def read_solutions(body: bytes, variables: Collection[str], bounds: ResultLimits) -> list[Solution]:
    """Return the rows of an answer to one of the program's own queries.

    Raises:
        EngineFailed: It is none.
        QueryLimitExceeded: There are too many, or they take too long.
    """
    rows: list[Solution] = []
    found: Any = None
    try:
        found = _read(body, variables)
        names = [variable.value for variable in found.variables]
        for number, row in enumerate(found):
            if number % _ROWS_BETWEEN_LOOKS == 0:
                bounds.left()
            if number >= bounds.rows:
                raise result_limit_error(bounds.result_bytes)
            terms = {name: value for name in names if (value := row[name]) is not None}
            if any(isinstance(value, Triple) for value in terms.values()):
                raise IncompleteResponse("it sent a triple as a term")
            rows.append(CompleteSolution(terms))
    except IncompleteResponse as error:
        raise engine_error(str(error)) from error
    except _UNREADABLE as error:
        raise engine_error(f"its solutions cannot be read: {error}") from error
    finally:
        # An error that is kept keeps this frame, and a parser may only end in its own thread.
        del found
    return rows


def convert_boolean(body: bytes, media_type: str) -> Answer:
    """Return a boolean in a media type; a table of one cell (Virtuoso) is read as one.

    Raises:
        IncompleteResponse: It is neither.
    """
    if len(body) > _BOOLEAN_BYTES:
        raise IncompleteResponse(f"it sent {len(body)} bytes for a boolean")
    try:
        sent: Any = read_json(body, "")
        if "boolean" in sent:
            boolean = sent["boolean"] is True
        else:
            cells = [cell for row in sent["results"]["bindings"] for cell in row.values()]
            boolean = any(cell["value"] not in ("0", "false") for cell in cells)
    except (*_UNREADABLE, KeyError, TypeError, AttributeError, ReadLimitExceeded) as error:
        raise IncompleteResponse(f"it is no boolean: {error}") from error
    plain = json.dumps({"head": {}, "boolean": boolean}).encode()
    found: Any = parse_query_results(plain, format=QueryResultsFormat.JSON)
    return Answer(media_type, found.serialize(format=results_format(media_type)))


def convert_graph(
    body: bytes, media_type: str, prefixes: Mapping[str, str], bounds: ResultLimits
) -> Answer:
    """Return N-Triples in a media type of graphs.

    Raises:
        IncompleteResponse: They are none.
        QueryLimitExceeded: They are too long in this media type, or take too long.
    """
    if is_deep_n_triples(body):
        raise IncompleteResponse("its triples nest too deep")
    quads = read_quads_by_line(io.BytesIO(body), RdfFormat.N_TRIPLES, "")
    try:
        return serialise_graph((q.triple for q in quads), media_type, prefixes, bounds)
    except (*_UNREADABLE, ReadLimitExceeded) as error:
        raise IncompleteResponse(str(error)) from error


def serialise_graph(
    triples: Iterable[Triple], media_type: str, prefixes: Mapping[str, str], bounds: ResultLimits
) -> Answer:
    """Return triples in a media type of graphs.

    Raises:
        QueryLimitExceeded: They are too long in this media type, or take too long.
    """
    form = RdfFormat.from_media_type(media_type)
    assert form is not None  # one of those on offer
    given = dict(prefixes) if form in _WITH_PREFIXES else None
    output = _BoundedFile(bounds)
    if media_type in XML:
        triples = with_types_as_properties(triples)
    try:
        serialize(triples, cast(IO[bytes], output), format=form, prefixes=given)
    except (ValueError, OSError) as error:
        if media_type in XML and is_reserved(error):
            raise NotCarried(media_type, carrying(media_type)) from error
        raise
    return _answer(output, media_type)


# How deep an engine's answer nests, looked at before a parser that calls itself reads it.
#
# Terms may hold triples, which hold terms (RDF 1.2, SPARQL 1.2 results): some hundred thousand
# bytes of that are enough to overrun the stack, which ends the process.

# Solutions nest five deep; each triple in a term adds two.
_JSON_LEVELS = 16
_TRIPLES_LEVELS = 6
# A string, also one that never ends; each byte is looked at once. "(?!)": see rdf/guards.py.
_STRING = re.compile(rb'"(?:[^"\\]++|\\.|(?!))*+\\?"?', re.DOTALL)
_STRING_OF_A_LINE = re.compile(rb'"(?:[^"\\\r\n]++|\\[^\r\n]|(?!))*+"?')
_NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
# What a term that nests is called; an escape may hide the word.
_NESTS = (b"triple", b"statement", b"\\u")
_LINE_ENDS = re.compile(rb"[\r\n]")


def is_deep_json(body: bytes) -> bool:
    """Tell whether solutions in JSON hold triples that nest deeper than any that are meant.

    >>> is_deep_json(b'{"head":{},"results":{"bindings":[{"s":{"value":"triple {[{["}}]}}')
    False
    """
    if not any(word in body for word in _NESTS):
        return False  # nothing else makes the parser call itself
    brackets = _STRING.sub(b"", body).translate(None, _NO_BRACKETS)
    for _ in range(_JSON_LEVELS):
        brackets = brackets.replace(b"{}", b"").replace(b"[]", b"")
        if not brackets:
            return False
    return True


def is_deep_n_triples(body: bytes) -> bool:
    """Tell whether a line of N-Triples holds many triples in terms.

    >>> is_deep_n_triples(b'<e:a> <e:b> "<<<<<<<<<<<<<<<<<<<<<<<<" .')
    False
    """
    if b"<<" not in body:
        return False
    lines = _LINE_ENDS.split(_STRING_OF_A_LINE.sub(b"", body))
    return any(line.count(b"<<") > _TRIPLES_LEVELS for line in lines)
