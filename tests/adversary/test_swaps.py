"""While releases change hands, everybody is answered, from one release or the other."""

from __future__ import annotations

import http.client
import itertools
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import requests

from publisher.release.history.releases import activate
from tests.adversary.canary import on_this_machine
from tests.adversary.served import Server, serving
from tests.chain import A_LAKE, Chain

pytestmark = pytest.mark.slow

SWAPS = 4
# On a quiet machine nobody waits for more than 0.15 s; this is for a busy one.
LONGEST_SECONDS = 5.0
DOCUMENT = "/doc/lake/siljan.html"


@dataclass
class Visits:
    """What some clients saw, each over a connection that stays open."""

    port: int
    names: list[str]
    wrong: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    end: threading.Event = field(default_factory=threading.Event)

    def visit(self, number: int) -> None:
        """Ask for a page again and again; every tenth time for one that nobody asked for before."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        for count in itertools.count():
            if self.end.is_set():
                break
            path = DOCUMENT if count % 10 else f"{DOCUMENT}?new={number}-{count}"
            began = time.monotonic()
            try:
                connection.request("GET", path)
                response = connection.getresponse()
                page = response.read().decode()
            except (OSError, http.client.HTTPException) as error:
                self.wrong.append(repr(error))
                connection.close()
                continue
            self.seconds.append(time.monotonic() - began)
            named = [name for name in self.names if name in page]
            if response.status != 200 or len(named) != 1:
                self.wrong.append(f"{response.status} {named}")
        connection.close()


def follow(server: Server, releases: Path, name: str) -> None:
    """Make a release the current one, and wait until the server has it."""
    activate(releases, name)
    deadline = time.monotonic() + 60
    while requests.get(f"{server.address}readyz", timeout=30).text.split()[0] != name:
        assert time.monotonic() < deadline, server.log.read_text()
        time.sleep(0.05)


@pytest.mark.parametrize("clients", [16])
def test_nobody_fails_and_nothing_is_mixed_while_releases_change(
    chain: Chain, tmp_path: Path, clients: int
) -> None:
    """A page is made once for all who wait for it, and before the hand-over where it can be."""
    names = [chain.build().id, chain.add(A_LAKE).id]
    with serving(chain.releases, tmp_path) as server:
        visits = Visits(server.port, names)
        threads = [threading.Thread(target=visits.visit, args=(n,)) for n in range(clients)]
        for thread in threads:
            thread.start()
        while len(visits.seconds) < 5 * clients:  # the first pages of a new process
            time.sleep(0.1)
        visits.seconds.clear()
        for number in range(SWAPS):
            follow(server, chain.releases, names[number % 2])
            time.sleep(0.3)
        visits.end.set()
        for thread in threads:
            thread.join(60)
        text = server.log.read_text()

    assert visits.wrong == []
    assert len(visits.seconds) > 10 * clients
    assert max(visits.seconds) < on_this_machine(LONGEST_SECONDS)
    assert text.count("Now serving release") >= SWAPS - 1
    assert "Traceback" not in text
