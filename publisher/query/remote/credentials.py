"""Who we are to an engine, from the environment alone: settings are shown and handed on."""

from __future__ import annotations

import os
from collections.abc import Mapping

import urllib3

USER, PASSWORD = "PUBLISHER_ENGINE_USER", "PUBLISHER_ENGINE_PASSWORD"
TOKEN = "PUBLISHER_ENGINE_TOKEN"


def user_and_password(environ: Mapping[str, str] = os.environ) -> tuple[str, str] | None:
    """Return both; None when there is no user."""
    user = environ.get(USER, "")
    return (user, environ.get(PASSWORD, "")) if user else None


def authorization(environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return the header field that tells the engine who asks; empty without credentials."""
    token = environ.get(TOKEN, "")
    if token:
        return {"Authorization": f"Bearer {token}"}
    known = user_and_password(environ)
    return urllib3.make_headers(basic_auth=":".join(known)) if known else {}
