"""The canary sees an honest server as honest, and a dead one as dead."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from publisher.release.model import Release
from tests.adversary.canary import KINDS, canary
from tests.adversary.served import serving

pytestmark = pytest.mark.slow


def test_a_canary_sees_every_kind_answered_and_a_server_that_ended(
    release: Release, tmp_path: Path
) -> None:
    """A canary that cannot fail would prove nothing of an attack."""
    with serving(release.folder.parent, tmp_path) as server:
        with canary(server.port) as quiet:
            time.sleep(1)
        assert server.memory_mb() > 10
    with canary(server.port) as dead:
        time.sleep(0.5)

    assert {sample.kind for sample in quiet.samples} == set(KINDS)
    assert quiet.failed == []
    assert len(dead.failed) == len(dead.samples) > 0
