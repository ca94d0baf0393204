"""Requests to strangers: a pause between two to the same host, and an end to all of them."""

from __future__ import annotations

import time
from collections.abc import Mapping

from publisher.system.http_client import Client, Exchange, ExchangeLimits, address_host


class PacedClient(Client):
    """A client that lets a host rest between two requests."""

    def __init__(self, limits: ExchangeLimits, pause_seconds: float) -> None:
        """Start with no history; hosts are given their rest once ``is_paced`` is set.

        The host that is judged (``own_host``) needs none.
        """
        super().__init__(limits)
        self.is_paced, self.own_host = False, ""
        self._pause_seconds = pause_seconds
        self._last: dict[str, float] = {}

    def exchange(
        self,
        method: str,
        url: str,
        fields: Mapping[str, str] | None = None,
        body: bytes | None = None,
        limits: ExchangeLimits | None = None,
    ) -> Exchange:
        """Return what came back for one request, sent when the host has had its rest."""
        host = address_host(self.locate(url))
        if self.is_paced and host != self.own_host and host in self._last:
            rest = self._last[host] + self._pause_seconds - time.monotonic()
            time.sleep(max(0.0, rest))
        self._last[host] = time.monotonic()
        return super().exchange(method, url, fields, body, limits)
