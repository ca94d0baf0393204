"""Accept fields as regular expressions, for file servers that can look only with these.

They follow RFC 9110, section 12.5, as ``publisher.rdf.media_types`` does: the most specific range
decides, parameters never spoil a match, and a range whose quality cannot be read counts for
nothing. Of two ranges of one media type the first counts. The expressions are PCRE and RE2 alike.
"""

from __future__ import annotations

import re

Rows = list[tuple[str, str]]
_SPACE = r"[ \t]*"
_VALUE = r'(?:"[^"]*"|[^,;"]*)'
# A parameter that is not the quality.
_PARAMETER = rf"{_SPACE};{_SPACE}(?:[^qQ=;,\s][^=;,\s]*|[qQ][^=;,\s]+)={_VALUE}"
_BEGIN, _END = rf"(?:^|,){_SPACE}", rf"{_SPACE}(?:,|$)"
_QUALITY = r"0(?:\.[0-9]+)?|1(?:\.0+)?"
_ANYTHING = r'[^ \t,;"]+'
NOTHING = "0000"


def _with_quality(element: str, group: str) -> str:
    quality = rf"{_SPACE};{_SPACE}[qQ]=(?P<{group}>{_QUALITY})"
    return rf"{_BEGIN}{element}(?:{_PARAMETER})*{quality}{_SPACE}(?:[,;]|$)"


def _without(element: str) -> str:
    return rf"{_BEGIN}{element}(?:{_PARAMETER})*{_END}"


def reading_rows(name: str, elements: list[str]) -> Rows:
    """Return expression → quality as it is written; the first one that matches a field decides.

    Args:
        name: Begins the names of the groups.
        elements: Expressions for the ranges that count, the most specific first.
    """
    rows: Rows = []
    for number, element in enumerate(elements):
        group = f"read_{name}_{number}"
        rows += [(_with_quality(element, group), f"${{{group}}}"), (_without(element), "1")]
    return rows


def digit_rows(name: str) -> Rows:
    """Return expression → quality as four digits, so that qualities compare as texts do."""
    rows: Rows = [("^1", "1000")]
    for places, padding in ((3, ""), (2, "0"), (1, "00")):
        group = f"digits_{name}_{places}"
        rows.append((rf"^0\.(?P<{group}>[0-9]{{{places}}})", f"0${{{group}}}{padding}"))
    return rows


def media_ranges(media_type: str) -> list[str]:
    """Return what names a media type, the most specific first, as expressions."""
    main = media_type.partition("/")[0]
    return [re.escape(media_type), rf"{main}/\*", r"\*(?:/\*)?"]


def language_ranges(language: str) -> list[str]:
    """Return what names a language: with any region (RFC 4647, section 3.4), and all of them."""
    return [rf"{language}(?:-[a-zA-Z0-9-]+)?", r"\*"]


def legible() -> list[str]:
    """Return expressions of which one matches when something in a field can be read."""
    return [_with_quality(_ANYTHING, "legible"), _without(_ANYTHING)]
