"""What a query is refused for before any engine sees it, and how complex it is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from publisher.errors import QueryRefused
from publisher.query.engine import QueryLimits
from publisher.query.normal_form import NormalForm
from publisher.query.tokens import PROLOGUE, Token, line_and_column, tokenize

_UPDATES = frozenset(
    ("INSERT", "DELETE", "LOAD", "CLEAR", "DROP", "CREATE", "ADD", "MOVE", "COPY", "WITH")
)
_SERVICE = "SERVICE"
_LONGEST_LETTER_BYTES = 4  # in UTF-8
# A graph pattern may stand behind these and a prefixed name, whatever the name.
_KEYWORDS_BEFORE_NAMES = ("GRAPH", "FROM", "NAMED", "DESCRIBE")


_BEGINNING = re.compile(
    r"(?:\s+|BASE\s+<[^<>#\s]*>|PREFIX\s+[A-Za-z][\w-]*:\s*<[^<>\s]*>)*"
    r"(?:SELECT|ASK|CONSTRUCT|DESCRIBE)\b(?![:.-])",
    re.IGNORECASE,
)


def check_query(
    query: str,
    limits: QueryLimits,
    allowed: frozenset[str] = frozenset(),
    graphs: int = 0,
    normal: NormalForm | None = None,
) -> None:
    """Let a query pass, or refuse it.

    Args:
        query: The query text.
        limits: How long and how intricate it may be.
        allowed: IRIs of endpoints that ``SERVICE`` may ask.
        graphs: How many graphs the request names besides (SPARQL 1.1 Protocol, section 2.1.4).
        normal: Its normal form, where that is known: most queries need no second look then.

    Raises:
        QueryRefused: It is too long or too intricate, an update, or asks another endpoint.
    """
    _refuse_long(query, limits.query_bytes)
    if normal is not None and _is_plain(query, limits, graphs, normal):
        return
    found = list(tokenize(query))
    _refuse_update(query, found)
    for position in _service_keywords(found):
        if _literal_endpoint(found, position) not in allowed:
            raise _check_service(query, found[position], allowed)
    measures = measure_complexity(found)
    _refuse_complex(replace(measures, graphs=measures.graphs + graphs), limits)


def _is_plain(query: str, limits: QueryLimits, graphs: int, normal: NormalForm) -> bool:
    """Tell whether a query is so short and begins so that nothing below can refuse it.

    Whatever is counted is counted once a token at most, so there is not more of it than tokens.
    """
    return (
        0 < normal.most_tokens + graphs <= limits.smallest_count
        and _BEGINNING.match(query) is not None
        and _SERVICE not in query.upper()
    )


def _refuse_long(query: str, limit_bytes: int) -> None:
    if len(query) <= limit_bytes // _LONGEST_LETTER_BYTES:
        return
    length = len(query.encode())
    if length > limit_bytes:
        raise QueryRefused(
            "The query is {length} bytes long; at most {most} are taken ({setting}).",
            limit="query_length_kb",
            remedy="Shorten it, for instance by splitting VALUES into several queries.",
            length=length,
            most=limit_bytes,
        )


def _refuse_update(query: str, found: Sequence[Token]) -> None:
    words = (token for token in found if token.kind == "word")
    first = next((token for token in words if token.text.upper() not in PROLOGUE), None)
    if first is not None and first.text.upper() in _UPDATES:
        line, column = line_and_column(query, first.start)
        raise QueryRefused(
            "This endpoint answers queries; it takes no update ({form}).",
            remedy="Use SELECT, ASK, CONSTRUCT or DESCRIBE.",
            form=first.text.upper(),
            line=line,
            column=column,
        )


def _service_keywords(found: Sequence[Token]) -> list[int]:
    """Return the positions of tokens that are, or hide, the keyword ``SERVICE``.

    A word that contains it cannot be anything else; the engine would take ``trueSERVICE`` apart.
    A prefixed name can be (``SERVICE:x {``), when the prefix ends so and a group comes behind it.
    So can what looks like an IRI (``?a<?b)SERVICE#>``, a comparison and a comment).
    """
    calls = []
    for position, (kind, text, _) in enumerate(found):
        name = text.upper()
        if kind == "word":
            hides = _SERVICE in name
        elif kind == "name":
            follows = found[position + 1].text if position + 1 < len(found) else ""
            before = found[position - 1].text.upper() if position else ""
            hides = (
                _SERVICE in name.partition(":")[0]
                and follows == "{"
                and before not in _KEYWORDS_BEFORE_NAMES
            )
        else:
            hides = kind == "iri" and _SERVICE in name.partition(")")[2]
        if hides:
            calls.append(position)
    return calls


def _literal_endpoint(found: Sequence[Token], position: int) -> str:
    """Return the IRI after the keyword SERVICE; empty when there is none."""
    rest = [token for token in found[position : position + 3]]
    if rest[0].text.upper() != _SERVICE:
        return ""
    following = [token for token in rest[1:] if token.text.upper() != "SILENT"]
    is_iri = bool(following) and following[0].kind == "iri"
    return following[0].text[1:-1] if is_iri else ""


def _check_service(query: str, token: Token, allowed: frozenset[str]) -> QueryRefused:
    line, column = line_and_column(query, token.start)
    if allowed:
        return QueryRefused(
            "SERVICE asks only endpoints that are listed here, with their IRI written out.",
            remedy="Write one of them as <…>: {endpoints}.",
            endpoints=", ".join(sorted(allowed)),
            line=line,
            column=column,
        )
    return QueryRefused(
        "SERVICE is not answered here: this endpoint asks no other.",
        remedy="Ask the other endpoint yourself and join the answers.",
        line=line,
        column=column,
    )


def _refuse_complex(measures: Complexity, limits: QueryLimits) -> None:
    checks = (
        (
            "query_nesting",
            (measures.nesting, limits.nesting),
            "The query's brackets nest {count} deep; at most {most} are taken ({setting}).",
        ),
        (
            "query_patterns",
            (measures.patterns, limits.patterns),
            "The query has {count} triple patterns; at most {most} are taken ({setting}).",
        ),
        (
            "query_values",
            (measures.values, limits.values),
            "The query's VALUES have {count} cells; at most {most} are taken ({setting}).",
        ),
        (
            "query_path_operators",
            (measures.path_operators, limits.path_operators),
            "The query's paths have {count} operators; at most {most} are taken ({setting}).",
        ),
        (
            "query_graphs",
            (measures.graphs, limits.graphs),
            "The dataset of the query has {count} graphs; at most {most} are taken ({setting}).",
        ),
    )
    for setting, (count, most), sentence in checks:
        if count > most:
            raise QueryRefused(
                sentence,
                limit=setting,
                remedy="Split it into several queries, or take the dump.",
                count=count,
                most=most,
            )


# How much a query asks of an engine's parser and planner, counted from its tokens.
#
# The counts are about right, never far off: what they miss, the limits of time and memory stop.

_OPENING, _CLOSING = "({[", ")}]"
_PATH_OPERATORS = "/|^*+?"
_SEPARATORS = ".;,"
_TERMS = ("variable", "iri", "name", "blank", "string", "number")
_TERM_WORDS = ("A", "TRUE", "FALSE", "UNDEF")
# What comes right behind these is no part of a triple pattern.
_WORDS_BEFORE_GRAPHS = ("GRAPH", "SERVICE", "SILENT")


@dataclass
class Complexity:
    """What was counted in one query.

    Attributes:
        nesting: Deepest nesting of brackets, and of ``!`` in front of one another.
        patterns: Triple patterns.
        values: Cells of VALUES.
        path_operators: Operators of property paths.
        graphs: Dataset clauses.
    """

    nesting: int = 0
    patterns: int = 0
    values: int = 0
    path_operators: int = 0
    graphs: int = 0


@dataclass
class _ComplexityCounter:
    """The counts so far, and the position in the query."""

    measures: Complexity = field(default_factory=Complexity)
    open_brackets: list[str] = field(default_factory=list)
    negations: int = 0
    values_depth: int = 0
    is_pattern: bool = False

    def read(self, token: Token, before: str) -> None:
        """Take one token into account."""
        if not self.open_brackets:
            self.measures.graphs += _is_dataset_clause(token)
        is_term = token.kind in _TERMS or token.text.upper() in _TERM_WORDS
        self._nest(token.text)
        if self.values_depth:
            self._read_cell(token.text, is_term, before)
        elif token.text.upper() == "VALUES" and token.kind == "word":
            self._end_pattern()
            self.values_depth = len(self.open_brackets) + 1
        elif self.open_brackets and self.open_brackets[-1] != "(":
            self._read_pattern(token, is_term, before)
        elif token.text in _CLOSING:
            self._end_pattern()
        if token.text in _PATH_OPERATORS and "{" in self.open_brackets:
            self.measures.path_operators += 1

    def _nest(self, text: str) -> None:
        self.negations = self.negations + 1 if text == "!" else 0
        if text in _OPENING:
            self.open_brackets.append(text)
        elif text in _CLOSING and self.open_brackets:
            self.open_brackets.pop()
        depth = len(self.open_brackets) + self.negations
        self.measures.nesting = max(self.measures.nesting, depth)

    def _read_cell(self, text: str, is_term: bool, before: str) -> None:
        if len(self.open_brackets) >= self.values_depth:
            self.measures.values += is_term and before != "^^" and text[0] not in "?$"
        elif text == "}":
            self.values_depth = 0

    def _read_pattern(self, token: Token, is_term: bool, before: str) -> None:
        if is_term:
            self.is_pattern |= before.upper() not in _WORDS_BEFORE_GRAPHS
        elif token.text in _SEPARATORS or token.text in "{}[]" or token.kind == "word":
            self._end_pattern()

    def _end_pattern(self) -> None:
        self.measures.patterns += self.is_pattern
        self.is_pattern = False


def _is_dataset_clause(token: Token) -> bool:
    """Tell whether a token outside of brackets is, or hides, the keyword ``FROM``.

    The engine takes ``ASKFROM<e:g>`` apart, and ``FROMe:g`` with a name.
    """
    name = token.text.upper().partition(":")[0]
    return token.kind in ("word", "name") and "FROM" in name


def measure_complexity(tokens: Sequence[Token]) -> Complexity:
    """Return the counts for a query.

    >>> from publisher.query.tokens import tokenize
    >>> query = "ASK { ?s a ?c ; <e:p>/<e:q>+ ?o . VALUES ?c { <e:A> <e:B> } }"
    >>> measure_complexity(list(tokenize(query)))
    Complexity(nesting=2, patterns=2, values=2, path_operators=2, graphs=0)
    """
    reading = _ComplexityCounter()
    before = ""
    for token in tokens:
        reading.read(token, before)
        before = token.text
    return reading.measures
