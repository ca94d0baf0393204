"""Where a query stops being one: the first token that cannot stand where it stands.

The engine's parser tells the furthest place at which it still tried a keyword, which is often some
words off. What it says of the beginnings of a query tells the place exactly: a beginning that could
be continued fails at its very end.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from pyoxigraph import Store

from publisher.query.tokens import place, tokens

_PLACE = re.compile(r"error at (\d+):(\d+): ")
# More than the longest keyword, so that trying one never reaches the end.
_PADDING = " " * 40


def locate(query: str, reason: str, prefixes: Mapping[str, str]) -> str:
    """Return the engine's reason with the exact place in it.

    Args:
        query: What it refused.
        reason: What it said.
        prefixes: Those that the query need not declare.
    """
    if not _PLACE.match(reason):
        return reason
    store = Store()  # nothing in it: some beginnings are queries

    def can_go_on(end: int) -> bool:
        beginning = query[:end] + _PADDING
        try:
            store.query(beginning, prefixes=dict(prefixes))
        except SyntaxError as error:
            found = _PLACE.match(str(error))
            last = place(beginning, len(beginning))
            return found is not None and (int(found[1]), int(found[2])) == last
        return True

    found = list(tokens(query))
    ends = [token.start + len(token.text) for token in found]
    first = _first_false(len(found), lambda number: can_go_on(ends[number]))
    position = found[first].start if first < len(found) else len(query.rstrip())
    line, column = place(query, position)
    return _PLACE.sub(f"error at {line}:{column}: ", reason, count=1)


def _first_false(count: int, claim: Callable[[int], bool]) -> int:
    """Return the first number for which a claim is false that stays so once it is."""
    low, high = 0, count
    while low < high:
        middle = (low + high) // 2
        if claim(middle):
            low = middle + 1
        else:
            high = middle
    return low
