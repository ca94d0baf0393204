from __future__ import annotations

import pytest

from publisher.errors import EngineFailed
from publisher.query.remote.circuit import CircuitBreaker


class Clock:
    """Seconds that pass when a test says so."""

    now = 0.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now


def test_an_engine_that_failed_too_often_is_left_alone_for_a_while() -> None:
    """Visitors are not kept waiting for what does not answer."""
    clock = Clock()
    circuit = CircuitBreaker(2, 3.0, clock)
    circuit.failed()
    circuit.admit()
    circuit.failed()
    with pytest.raises(EngineFailed, match="tried again every 3 seconds"):
        circuit.admit()
    clock.now = 2.9
    with pytest.raises(EngineFailed):
        circuit.admit()


def test_behind_the_pause_one_request_tries_for_all() -> None:
    """An engine that comes back is not run over."""
    clock = Clock()
    circuit = CircuitBreaker(1, 3.0, clock)
    circuit.failed()
    clock.now = 3.0
    circuit.admit()
    with pytest.raises(EngineFailed):
        circuit.admit()


def test_one_answer_is_enough_to_begin_anew() -> None:
    """Failures count in a row only."""
    circuit = CircuitBreaker(2, 3.0, Clock())
    circuit.failed()
    circuit.succeeded()
    circuit.failed()
    circuit.admit()
