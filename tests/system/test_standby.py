from __future__ import annotations

import threading
from typing import ClassVar

import pytest

from publisher.system.standby import Standby, standing_by, taker


class Started:
    """Stands for a process: tells how many were started, and whether it was ended."""

    all: ClassVar[list[Started]] = []

    def __init__(self) -> None:
        """Be one of all."""
        self.is_dead = self.is_ended = False
        Started.all.append(self)

    def is_gone(self) -> bool:
        """Tell whether it was made to die."""
        return self.is_dead

    def abandon(self) -> None:
        """Note that it was ended."""
        self.is_ended = True


class Other(Started):
    """A process of another kind."""


@pytest.fixture(autouse=True)
def none_started() -> None:
    """Forget what the test before has started."""
    Started.all.clear()


def test_as_many_stand_by_as_the_last_work_took() -> None:
    """Each is given away once, and what is there at the end is ended."""
    with standing_by() as standby:
        take = taker("kind", Started)
        taken = [take(), take()]
        assert Started.all == taken
        standby.fill()
        spare = Started.all[2:]
        assert len(spare) == 2
        assert {take(), take()} == set(spare)
        assert take() not in [*taken, *spare]
        standby.fill()
        assert len(Started.all) == 8
    assert [each.is_ended for each in Started.all] == [False] * 5 + [True] * 3


def test_one_that_died_meanwhile_is_not_given_away() -> None:
    """Its place takes another."""
    standby = Standby()
    standby.prepare("kind", Started)
    standby.prepare("kind", Started)
    (dead,) = Started.all
    dead.is_dead = True
    assert standby.take("kind", Started) is not dead
    assert dead.is_ended


def test_a_kind_that_is_not_asked_for_any_more_is_ended() -> None:
    """Unless nothing was: then the work ended before it came to that."""
    standby = Standby()
    standby.prepare("validator of 1 GB", Started)
    standby.fill()
    (first,) = Started.all
    assert not first.is_ended
    standby.take("validator of 2 GB", Other)
    standby.fill()
    assert first.is_ended
    assert [type(each) for each in Started.all] == [Started, Other, Other]
    standby.close()
    assert [each.is_ended for each in Started.all] == [True, False, True]


def test_what_cannot_be_started_ahead_is_told_by_who_takes_it() -> None:
    """A machine without room is no reason to end."""

    def refuse() -> Started:
        raise BlockingIOError("no process to be had")

    standby = Standby()
    standby.prepare("kind", refuse)
    with pytest.raises(BlockingIOError):
        standby.take("kind", refuse)
    standby.fill()
    assert isinstance(standby.take("kind", Started), Started)


def test_what_is_closed_starts_nothing_any_more() -> None:
    """A thread that is late leaves no process behind."""
    with standing_by() as standby:
        take = taker("kind", Started)
    taken = take()
    standby.fill()
    standby.prepare("kind", Started)
    assert Started.all == [taken]


def test_threads_take_what_was_prepared_for_the_block() -> None:
    """They have no context of their own to find it by."""
    found: list[Started] = []
    with standing_by() as standby:
        standby.prepare("kind", Started)
        take = taker("kind", Started)
        thread = threading.Thread(target=lambda: found.append(take()))
        thread.start()
        thread.join()
    assert found == Started.all
    assert taker("kind", Started) is Started
