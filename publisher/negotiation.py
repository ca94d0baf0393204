"""Accept fields × what is on offer → the choice (RFC 9110, section 12.5). Pure functions."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from werkzeug.datastructures import LanguageAccept, MIMEAccept
from werkzeug.http import parse_accept_header

from publisher.errors import NotAcceptable

MEMORY = 1024


def _specificity(media_range: str, media_type: str) -> int:
    """Return how closely a range names a media type: 0 not, 1 ``*/*``, 2 ``text/*``, 3 exactly.

    Parameters are left aside: ``text/turtle;charset=utf-8`` asks for Turtle.
    """
    essence = media_range.split(";")[0].strip().lower()
    if essence in ("*/*", "*"):
        return 1
    if essence.endswith("/*"):
        return 2 if media_type.startswith(essence[:-1]) else 0
    return 3 if essence == media_type else 0


@lru_cache(maxsize=MEMORY)
def _ranges(accept: str) -> tuple[tuple[str, float], ...]:
    return tuple(parse_accept_header(accept, MIMEAccept))


def quality(accept: str, media_type: str) -> float:
    """Return the quality (0 to 1) that an Accept field gives a media type.

    The most specific range decides (RFC 9110, section 12.5.1).

    >>> quality("text/*;q=0.3, text/turtle;q=0.7, */*;q=0.1", "text/turtle")
    0.7
    """
    best = max(
        ((_specificity(media_range, media_type), q) for media_range, q in _ranges(accept)),
        default=(0, 0.0),
    )
    return best[1] if best[0] else 0.0


@lru_cache(maxsize=MEMORY)
def _negotiate(accept: str, offered: tuple[str, ...]) -> str | None:
    if not _ranges(accept):
        return offered[0]
    qualities = [quality(accept, media_type) for media_type in offered]
    best = max(qualities)
    return offered[qualities.index(best)] if best > 0 else None


def negotiate(accept: str, offered: Sequence[str]) -> str:
    """Return the media type the client prefers; among equals the first one on offer.

    Args:
        accept: Value of the ``Accept`` field; empty, or nothing legible in it, means "anything".
        offered: At least one media type, the publisher's favourite first.

    Raises:
        NotAcceptable: Every media type is excluded, by absence or by ``q=0``.

    >>> negotiate("text/html;q=0, */*", ["text/html", "text/turtle"])
    'text/turtle'
    """
    choice = _negotiate(accept, tuple(offered))
    if choice is None:
        raise NotAcceptable(accept, offered)
    return choice


@lru_cache(maxsize=MEMORY)
def choose_language(accept_language: str, offered: tuple[str, ...]) -> str:
    """Return the language the client prefers; the first one on offer when none fits.

    A page in another language serves a reader better than a refusal (RFC 9110, section 12.5.4).

    >>> choose_language("en-GB,en;q=0.8,sv;q=0.5", ("sv", "en"))
    'en'
    """
    parsed = parse_accept_header(accept_language, LanguageAccept)
    return parsed.best_match(list(offered), default=offered[0]) or offered[0]
