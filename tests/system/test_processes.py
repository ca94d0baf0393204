from __future__ import annotations

import os

import pytest

from publisher.errors import SourceMissing
from publisher.system import processes
from publisher.system.processes import map_on_all_cores


def ask(number: int) -> tuple[int, int]:
    """Return a number and the process that was asked."""
    return number, os.getpid()


def refuse(number: int) -> int:
    """Fail as a part of the work may."""
    raise SourceMissing("The file {name} holds {{no}} triple.", where="a.ttl", name=number)


@pytest.mark.slow
def test_results_come_in_the_order_of_the_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same sources give the same report, whichever core was faster."""
    monkeypatch.setattr(processes, "cores", lambda: 2)
    found = list(map_on_all_cores(ask, [3, 1, 2]))
    assert [number for number, _ in found] == [3, 1, 2]
    assert os.getpid() not in {process for _, process in found}


def test_one_part_is_done_in_this_process() -> None:
    """A small folder is not made to wait for processes to start."""
    assert list(map_on_all_cores(ask, [7])) == [(7, os.getpid())]


@pytest.mark.slow
def test_what_goes_wrong_there_is_told_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """In every language, with its place and its braces."""
    monkeypatch.setattr(processes, "cores", lambda: 2)
    with pytest.raises(SourceMissing) as error:
        list(map_on_all_cores(refuse, [1, 2]))
    assert error.value.in_language("en") == "a.ttl: The file 1 holds {no} triple."
    assert error.value.where == "a.ttl"
