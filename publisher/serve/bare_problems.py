"""Problem details (RFC 9457) for what is refused in front of Flask."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING

from publisher.messages import LANGUAGES, SOURCE_LANGUAGE, Text
from publisher.rdf.media_types import choose_language
from publisher.serve.cors import FIELDS

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

_OFFERED = (SOURCE_LANGUAGE, *(name for name in LANGUAGES if name != SOURCE_LANGUAGE))


def send_problem(
    environ: WSGIEnvironment,
    start: StartResponse,
    status: str,
    title: Text,
    detail: Text,
    fields: Iterable[tuple[str, str]] = (),
) -> list[bytes]:
    """Send a problem in the reader's language; to HEAD without its body.

    Args:
        environ: The request.
        start: Takes status and fields (PEP 3333).
        status: As the status line has it.
        title: What is wrong.
        detail: What to do.
        fields: Further fields of the answer.
    """
    language = choose_language(environ.get("HTTP_ACCEPT_LANGUAGE", ""), _OFFERED)
    problem = {
        "type": "about:blank",
        "title": title[language],
        "status": int(status.partition(" ")[0]),
        "detail": detail[language],
    }
    body = (json.dumps(problem, ensure_ascii=False, indent=1) + "\n").encode()
    own = [
        ("Content-Type", "application/problem+json"),
        ("Content-Length", str(len(body))),
        ("Cache-Control", "no-cache"),
        ("X-Content-Type-Options", "nosniff"),
    ]
    start(status, [*own, *fields, *FIELDS])
    return [body] if environ["REQUEST_METHOD"] != "HEAD" else []
