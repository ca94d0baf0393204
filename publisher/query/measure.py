"""How much a query asks of an engine's parser and planner, counted from its tokens.

The counts are about right, never far off: what they miss, the limits of time and memory stop.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from publisher.query.tokens import Token

_OPENING, _CLOSING = "({[", ")}]"
_PATH_OPERATORS = "/|^*+?"
_SEPARATORS = ".;,"
_TERMS = ("variable", "iri", "name", "blank", "string", "number")
_TERM_WORDS = ("A", "TRUE", "FALSE", "UNDEF")
# What comes right behind these is no part of a triple pattern.
_NAMING = ("GRAPH", "SERVICE", "SILENT")


@dataclass
class Measures:
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
class _Reading:
    """Where the counting stands."""

    measures: Measures = field(default_factory=Measures)
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
            self.is_pattern |= before.upper() not in _NAMING
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


def measure(tokens: Sequence[Token]) -> Measures:
    """Return the counts for a query.

    >>> from publisher.query.tokens import tokens
    >>> measure(list(tokens("ASK { ?s a ?c ; <e:p>/<e:q>+ ?o . VALUES ?c { <e:A> <e:B> } }")))
    Measures(nesting=2, patterns=2, values=2, path_operators=2, graphs=0)
    """
    reading = _Reading()
    before = ""
    for token in tokens:
        reading.read(token, before)
        before = token.text
    return reading.measures
