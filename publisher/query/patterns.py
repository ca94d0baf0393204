"""The tokens of a query → its triple patterns, as far as their structure is a plain one.

SPARQL 1.1 Query, section 19.8, rules 52 to 98. Anyone who reads these patterns gives up on anything
else, so blank node brackets, collections, GRAPH, VALUES and the like are refused, never guessed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from publisher.query.tokens import Token

_RDF_TYPE = ("a", "A")
_OPERATORS_BETWEEN = ("/", "|")
_OPERATORS_BEFORE = ("^", "!")
_OPERATORS_BEHIND = ("*", "+", "?")
_GROUP_WORDS = ("OPTIONAL", "UNION")
_TERMS = ("variable", "iri", "name", "blank", "string", "number")
_TYPED_WORDS = ("TRUE", "FALSE")


class UnreadPattern(Exception):
    """The query holds something that is not read here."""


@dataclass(frozen=True)
class Pattern:
    """A triple pattern, or a path pattern.

    Attributes:
        subject: Text of the subject's token.
        predicate: Texts of the predicate's tokens.
        object: Text of the object's first token.
        path: The operators in the predicate.
        has_typed_object: Whether the object is a literal that is no plain or tagged string.
    """

    subject: str
    predicate: tuple[str, ...]
    object: str
    path: tuple[str, ...] = ()
    has_typed_object: bool = False

    @property
    def is_anchored(self) -> bool:
        """Tell whether subject or object is a constant."""
        return self.subject[0] not in "?$_" or self.object[0] not in "?$_"

    @property
    def has_constant_object(self) -> bool:
        """Tell whether the object is a constant, be it a class."""
        return self.object[0] not in "?$_"


def read_patterns(tokens: Sequence[Token]) -> list[Pattern]:
    """Return the triple patterns of a query.

    Raises:
        UnreadPattern: It holds anything that is not read here.

    >>> from publisher.query.tokens import tokenize
    >>> [p.path for p in read_patterns(list(tokenize("ASK { ?s a ?c ; <e:p>/<e:q>+ ?o }")))]
    [(), ('/', '+')]
    """
    reader = _Reader(tokens)
    reader.read()
    return reader.found


class _Reader:
    """The position in the tokens, and what was found before it."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self.tokens, self.position = tokens, 0
        self.found: list[Pattern] = []

    def read(self) -> None:
        """Read all groups, and step over what is outside of them."""
        while self.position < len(self.tokens):
            if self._text() == "{":
                self._group()
            else:
                self.position += 1

    def _text(self) -> str:
        return self.tokens[self.position].text if self.position < len(self.tokens) else ""

    def _kind(self) -> str:
        return self.tokens[self.position].kind if self.position < len(self.tokens) else ""

    def _group(self) -> None:
        self.position += 1
        while self._text() != "}":
            kind, word = self._kind(), self._text().upper()
            if not kind or (kind == "word" and word == "SELECT"):
                raise UnreadPattern
            if word == "{":
                self._group()
            elif kind == "word" and word in _GROUP_WORDS:
                self.position += 1
            elif kind == "word" and word == "FILTER":
                self._filter()
            elif word == ".":
                self.position += 1
            else:
                self._same_subject()
        self.position += 1

    def _filter(self) -> None:
        self.position += 1
        while self._text() == "!":
            self.position += 1
        if self._kind() in ("word", "name", "iri"):
            self.position += 1
        if self._text() != "(":
            raise UnreadPattern
        depth = 0
        while True:
            depth += (self._text() == "(") - (self._text() == ")")
            if not self._kind() or self._text() == "{":
                raise UnreadPattern
            self.position += 1
            if depth == 0:
                return

    def _same_subject(self) -> None:
        subject, _ = self._term()
        while True:
            predicate, path = self._predicate()
            while True:
                value, is_typed = self._term()
                self.found.append(Pattern(subject, predicate, value, path, is_typed))
                if self._text() != ",":
                    break
                self.position += 1
            if self._text() != ";":
                return
            while self._text() == ";":
                self.position += 1
            if self._text() in (".", "}"):
                return

    def _term(self) -> tuple[str, bool]:
        """Return the text of a term, and whether it is a typed literal; step over it."""
        if self._text() in ("+", "-"):
            self.position += 1
        kind, text = self._kind(), self._text()
        is_word = kind == "word" and text.upper() in _TYPED_WORDS
        if kind not in _TERMS and not is_word:
            raise UnreadPattern
        self.position += 1
        if kind == "string" and self._kind() == "language":
            self.position += 1
        elif kind == "string" and self._text() == "^^":
            self.position += 2
            return text, True
        return text, kind == "number" or is_word

    def _predicate(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        if self._kind() == "variable":
            self.position += 1
            return (self.tokens[self.position - 1].text,), ()
        start = self.position
        self._path()
        read = self.tokens[start : self.position]
        operators = tuple(
            token.text for token in read if token.kind == "mark" and token.text not in "()"
        )
        return tuple(token.text for token in read), operators

    def _path(self) -> None:
        """Step over a path (rules 88 to 96)."""
        while True:
            while self._text() in _OPERATORS_BEFORE:
                self.position += 1
            if self._text() == "(":
                self.position += 1
                self._path()
                if self._text() != ")":
                    raise UnreadPattern
                self.position += 1
            elif self._kind() in ("iri", "name") or self._text() in _RDF_TYPE[:1]:
                self.position += 1
            else:
                raise UnreadPattern
            if self._text() in _OPERATORS_BEHIND:
                self.position += 1
            if self._text() not in _OPERATORS_BETWEEN:
                return
            self.position += 1
