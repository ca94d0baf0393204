"""Requests with credentials, sent again when the engine does not take them just now."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

import requests
from requests.auth import HTTPBasicAuth, HTTPDigestAuth

from publisher.errors import PushFailed
from publisher.query.remote.connection import TOKEN, authorization, user_and_password
from publisher.system.user_agent import user_agent

_SECONDS = 600.0
_PAUSES_SECONDS = (1.0, 3.0, 9.0)
_SHOWN = 300
_log = logging.getLogger("publisher")


@dataclass(frozen=True)
class Message:
    """A request.

    Attributes:
        method: Of HTTP.
        address: Where to.
        parameters: Behind the question mark.
        fields: Header fields.
        body: What is sent; a mapping is sent as a form.
    """

    method: str
    address: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, str] = field(default_factory=dict)
    body: bytes | Mapping[str, str] = b""


class Sender:
    """One session; each request may be sent twice without harm."""

    def __init__(self, pauses: Iterable[float] = _PAUSES_SECONDS) -> None:
        """Take the credentials of the environment."""
        self._pauses = tuple(pauses)
        self._session = requests.Session()
        self._session.headers["User-Agent"] = user_agent()
        self._session.trust_env = False  # a proxy or .netrc of the machine means other sites
        self._known = user_and_password()
        if authorization().get("Authorization", "").startswith("Bearer"):
            self._session.headers.update(authorization())
            self._known = None
        elif self._known is not None:
            self._session.auth = HTTPBasicAuth(*self._known)

    def send(self, message: Message) -> requests.Response:
        """Return a response that is well, or says that there is no such graph.

        Raises:
            PushFailed: The engine refuses, or cannot be reached again and again.
        """
        reason = ""
        for pause in (*self._pauses, 0.0):
            response = self._try(message)
            if isinstance(response, requests.Response):
                return response
            reason = response
            if pause:
                _log.warning("The engine took no request (%s); once more in %g s.", reason, pause)
                time.sleep(pause)
        raise PushFailed(
            "The engine does not take what is sent to it: {reason}.",
            remedy="Send the command again when the engine is well; it goes on where it stopped.",
            reason=reason,
        )

    def _try(self, message: Message) -> requests.Response | str:
        """Return a response, or why it is worth to try again."""
        try:
            response = self._session.request(
                message.method,
                message.address,
                params=dict(message.parameters),
                data=message.body,
                headers=dict(message.fields),
                timeout=_SECONDS,
                stream=message.method == "GET",
            )
        except requests.RequestException as error:
            return type(error).__name__
        if response.ok or response.status_code == HTTPStatus.NOT_FOUND:
            return response
        if self._may_try_digest(response):
            return self._try(message)
        reason = f"{response.status_code} {' '.join(response.text.split())[:_SHOWN]}".strip()
        if response.status_code < HTTPStatus.INTERNAL_SERVER_ERROR:
            raise _refused(response.status_code, reason)
        return reason

    def _may_try_digest(self, response: requests.Response) -> bool:
        """Change to digest authentication (RFC 7616), once; not every engine says it wants it."""
        is_open = self._known is not None and not isinstance(self._session.auth, HTTPDigestAuth)
        if response.status_code != HTTPStatus.UNAUTHORIZED or not is_open:
            return False
        assert self._known is not None
        self._session.auth = HTTPDigestAuth(*self._known)
        return True


def _refused(status: int, reason: str) -> PushFailed:
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        return PushFailed(
            "The engine does not let us write: {reason}.",
            remedy="Set PUBLISHER_ENGINE_USER and PUBLISHER_ENGINE_PASSWORD, or {token},"
            " to somebody who may.",
            reason=reason,
            token=TOKEN,
        )
    return PushFailed(
        "The engine refuses what is sent to it: {reason}.",
        remedy="Look whether --engine-graph-store or --engine-update is the right address.",
        reason=reason,
    )
