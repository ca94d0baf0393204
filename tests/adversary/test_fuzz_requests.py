"""Requests changed at random never break a promise; ``fuzz_requests`` does it for longer."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from publisher.release.model import Release
from tests.adversary.canary import canary
from tests.adversary.fuzz_requests import Pieces, exchange_all, mutated, remains, statuses
from tests.adversary.http_exchange import MalformedResponse
from tests.adversary.served import Server, serving

_BATCH = 24
_BATCHES = 25


@pytest.fixture(scope="module")
def server(release: Release, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Return the real server of the tiny world."""
    folder = tmp_path_factory.mktemp("fuzzed")
    with serving(release.folder.parent, folder, "--query-workers", "1") as found:
        yield found


@pytest.mark.slow
def test_whatever_is_sent_the_server_answers_well_or_closes(server: Server) -> None:
    """Nobody else notices, no process ends, and no error is logged."""
    before, answered = server.web_processes(), []

    @settings(
        max_examples=_BATCHES,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(
        st.lists(st.randoms(use_true_random=False).map(mutated), min_size=_BATCH, max_size=_BATCH)
    )
    def fuzz(requests: list[Pieces]) -> None:
        for pieces, came, wrong in exchange_all(server.port, requests):
            answered.extend(came)
            assert not wrong, (wrong, pieces)

    with canary(server.port, kinds=("health", "warm", "query"), source="127.0.0.9") as report:
        fuzz()

    assert report.samples
    assert report.failed == []
    assert remains(server, before) == ""
    assert {200, 400} <= set(answered)


def test_the_same_seed_sends_the_same_bytes() -> None:
    """A failure can be sent again."""
    assert [mutated(Random(7)) for _ in range(9)] == [mutated(Random(7)) for _ in range(9)]
    assert len({mutated(Random(seed)) for seed in range(100)}) > 90


@pytest.mark.slow
def test_what_is_no_response_is_seen() -> None:
    """Both readings of a body fail, so the text is none."""
    good = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n"
    assert statuses(good + b"ok" + good + good + b"ok", False) == [200, 200, 200]
    assert statuses(b"HTTP/1.1 100 Continue\r\n\r\n", False) == []
    with pytest.raises(MalformedResponse):
        statuses(good + b"nok", False)
    with pytest.raises(MalformedResponse):
        statuses(good + b"ok" + b"HTTP/1.1 200 O", False)
    assert statuses(good + b"ok" + b"HTTP/1.1 200 O", True) == [200]
