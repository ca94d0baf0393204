"""JSON that a stranger wrote, read so that it can neither fill the memory nor break the reader."""

from __future__ import annotations

import json
from typing import Any, NoReturn

# The program writes 5 levels at most.
_DEEPEST = 32
# A value takes some hundred bytes of memory while it is read and compared.
_MOST_VALUES = 1_000_000
_SEPARATORS = (b",", b"[", b"{")


def read_json(content: bytes, *, is_trusted: bool = False) -> Any:
    """Return the value that JSON stands for (RFC 8259).

    Args:
        content: The text, UTF-8.
        is_trusted: Whoever wrote it has signed it: there may be more than a million values.

    Raises:
        ValueError: It is no JSON, too deep, or has too many values.
    """
    if not is_trusted and sum(map(content.count, _SEPARATORS)) > _MOST_VALUES:
        raise ValueError("too many values")
    try:
        value = json.loads(content.decode("utf-8"), parse_constant=_refuse)
    except RecursionError as error:
        raise ValueError("too deep") from error
    level = [value]
    for _ in range(_DEEPEST):
        level = [inner for each in level for inner in _inner(each)]
        if not level:
            return value
    raise ValueError("too deep")


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON")


def _inner(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []
