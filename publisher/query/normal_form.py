"""A query text → the same query whatever blanks and comments stand in it: its tokens, one a line.

Two texts with one normal form mean the same to every parser of SPARQL. So tokens are taken as large
as the grammar has them (SPARQL 1.1 Query, section 19.8): ``<=`` is not ``<`` and ``=``, nor ``-1``
a minus and a number, nor ``.5`` a full stop and a number. Where the engine's parser, which is led
by its grammar, may see other tokens than these, the text itself is the normal form.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_LETTER = r"[^\W\d_]"
_NAME = r"[\w\-\u00B7\u0300-\u036F\u203F\u2040]"
_ESCAPE = r"%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?\#@%]"
# Without a bound, "a.a.a.…" would be read again from each of its letters.
_LONGEST_PREFIX = 64
# Blanks are those of the grammar alone: what else looks like one is an error to a parser.
_TOKEN = re.compile(
    rf"""
    (?:[\x20\t\r\n]+|\#[^\r\n]*)*
    (
      [A-Za-z]+(?=[\x20\t\r\n{{}}(<?*])
    | [?$]\w[\w\u00B7\u0300-\u036F\u203F\u2040]*
    | <(?:[^<>"{{}}|^`\\\x00-\x20])*>
    | (?:{_LETTER}(?:(?:{_NAME}|\.){{0,{_LONGEST_PREFIX}}}{_NAME})?)?:
      (?:(?:\w|:|{_ESCAPE})(?:(?:{_NAME}|[.:]|{_ESCAPE})*(?:{_NAME}|:|{_ESCAPE}))?)?
    | [A-Za-z_](?!:)\w*
    | [{{}}()\[\];,]
    | [+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?
    | \"{{3}}(?:[^"\\]|\\.|\"{{1,2}}(?!\"))*\"{{3}}
    | '{{3}}(?:[^'\\]|\\.|'{{1,2}}(?!'))*'{{3}}
    | "(?!\"\")(?:[^"\\\r\n]|\\.)*" | '(?!'')(?:[^'\\\r\n]|\\.)*'
    | ["'].*
    | _:\w(?:(?:{_NAME}|\.)*{_NAME})?
    | @[A-Za-z]+(?:-[A-Za-z0-9]+)*(?:--[A-Za-z]+)?
    | \^\^|\|\||&&|[<>!]=
    | .
    | $
    )
    """,
    re.VERBOSE | re.DOTALL,
)
# A character that is escaped may end a string or begin a comment; and these are of SPARQL 1.2.
_UNSURE = re.compile(r"\\[uU]|<<|>>|\{\||\|\}")
# What looks like an IRI may be a comparison and a comment (``<?b#>``).
_MAYBE_COMMENT = re.compile(r"<(?!https?://)[^<>\"{}|^`\\\x00-\x20]*\#")
# What splits a token here into several for ``tokenize``, once each.
_SPLITTING = "=.+-"


class NormalForm(NamedTuple):
    """A query without what means nothing.

    Attributes:
        text: Its tokens, one a line; or the text as it was.
        most_tokens: There are no more tokens than so many; 0 where that is not known.
    """

    text: str
    most_tokens: int


def normal_form(query: str) -> NormalForm:
    r"""Return the normal form of a query.

    >>> normal_form("ASK{ ?s<e:p> .5 } # yes").text == normal_form("ASK {?s <e:p> .5}").text
    True
    >>> normal_form("ASK { ?s ?p 1 . 5 }").text == normal_form("ASK { ?s ?p 1 .5 }").text
    False
    """
    if _UNSURE.search(query) is not None or _MAYBE_COMMENT.search(query) is not None:
        return NormalForm(query, 0)
    tokens = _TOKEN.findall(query)
    return NormalForm(
        "\n".join(tokens).rstrip("\n"), len(tokens) + sum(map(query.count, _SPLITTING))
    )
