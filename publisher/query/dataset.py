"""The dataset that a request names → the dataset clauses of the query, for engines that read these.

SPARQL 1.1 Protocol, section 2.1.4: what the request names wins over what the query says.
"""

from __future__ import annotations

from collections.abc import Sequence

from publisher.query.tokens import Token, tokens

_FORMS = ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")
# What can stand behind the clauses (SPARQL 1.1 Query, section 19.8, rules 7 to 12 and 18).
_BEHIND = ("WHERE", "GROUP", "HAVING", "ORDER", "LIMIT", "OFFSET", "VALUES")


def with_dataset(query: str, default_graphs: Sequence[str], named_graphs: Sequence[str]) -> str:
    """Return a query whose dataset clauses are these and no others.

    Args:
        query: A query that a parser let pass.
        default_graphs: IRIs of the graphs whose merge is the default graph.
        named_graphs: IRIs of the named graphs.

    >>> with_dataset("ASK FROM <e:a> { ?s ?p ?o }", ["e:b"], ["e:c"])
    'ASK  FROM <e:b> FROM NAMED <e:c> { ?s ?p ?o }'
    """
    found = [*tokens(query), Token("mark", "", len(query))]
    written = "".join(f" FROM <{graph}>" for graph in default_graphs)
    written += "".join(f" FROM NAMED <{graph}>" for graph in named_graphs)
    first, last = _clauses(found)
    start, end = found[first].start, found[last].start
    return f"{query[:start]}{written} {query[end:]}"


def _clauses(found: Sequence[Token]) -> tuple[int, int]:
    """Return the positions of the first token of the clauses and of the first behind them."""
    position = next(
        number
        for number, token in enumerate(found)
        if token.kind == "word" and token.text.upper() in _FORMS
    )
    is_template = found[position].text.upper() == "CONSTRUCT" and found[position + 1].text == "{"
    position += 1
    if is_template:
        position = _behind_bracket(found, position)
    first = -1
    while position < len(found) - 1:
        token = found[position]
        if token.text == "(":
            position = _behind_bracket(found, position)
            continue
        if token.text == "{" or (token.kind == "word" and token.text.upper() in _BEHIND):
            break
        if first < 0 and token.kind == "word" and token.text.upper() == "FROM":
            first = position
        position += 1
    return (position if first < 0 else first), position


def _behind_bracket(found: Sequence[Token], position: int) -> int:
    """Return the position behind the bracket that closes the one that opens here."""
    depth = 0
    for number in range(position, len(found)):
        depth += (found[number].text in ("(", "{")) - (found[number].text in (")", "}"))
        if depth == 0:
            return number + 1
    return len(found) - 1
