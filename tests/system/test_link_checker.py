"""Links to others are asked for politely, and what they answered is kept."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from publisher.errors import SourceError
from publisher.system.http_client import Client, Exchange, Fault, Visit
from publisher.system.link_checker import LinkChecker

TODAY = date(2031, 5, 9)


@dataclass
class Scripted(Client):
    """A client that asks nobody: address → status, or the fault."""

    answers: dict[str, int | Fault]
    asked: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Have the limits of any client."""
        super().__init__()

    def visit(self, url: str, method: str = "GET", *_: Any) -> Visit:
        """Return what the script says."""
        self.asked.append(f"{method} {url}")
        answer = self.answers[url]
        if isinstance(answer, Fault):
            return Visit((Exchange(method, url, fault=answer),), answer)
        return Visit((Exchange(method, url, answer),), None)


def checker(client: Client, cache: Path | None, **options: Any) -> LinkChecker:
    """Return a checker that does not pause."""
    return LinkChecker(lambda: client, TODAY, 3, cache_file=cache, pause_seconds=0, **options)


def statuses(found: Collection[Any]) -> list[tuple[str, int, str]]:
    """Return what was found without the day."""
    return [(each.address, each.status, each.reason) for each in found]


def test_pages_without_end_are_there_and_pages_in_a_circle_are_not(tmp_path: Path) -> None:
    """A film has a status too; its length is of no matter."""
    client = Scripted({"http://a/film": Fault.ENDLESS, "http://b/round": Fault.LOOP})
    found = checker(client, tmp_path / "links").check(["http://a/film", "http://b/round"])
    assert statuses(found.values()) == [
        ("http://a/film", 0, ""),
        ("http://b/round", 0, "redirect-loop"),
    ]


def test_a_line_that_was_cut_loses_nothing_that_comes_after_it(tmp_path: Path) -> None:
    """The next answer begins a line of its own."""
    cache = tmp_path / "links"
    cache.write_text('{"address": "http://a/ol', encoding="utf-8")
    client = Scripted({"http://a/new": 200})
    checker(client, cache).check(["http://a/new"])
    checker(client, cache).check(["http://a/new"])
    assert client.asked == ["HEAD http://a/new"]
    assert len(cache.read_text(encoding="utf-8").splitlines()) == 1


def test_the_file_holds_each_address_once_however_often_it_was_asked_for(tmp_path: Path) -> None:
    """A link that is dead for a year would fill it."""
    cache = tmp_path / "links"
    client = Scripted({"http://a/gone": 410})
    for _ in range(3):
        checker(client, cache).check(["http://a/gone"])
    assert client.asked == ["HEAD http://a/gone"] * 3
    assert len(cache.read_text(encoding="utf-8").splitlines()) == 1


def test_the_file_of_an_earlier_version_is_replaced(tmp_path: Path) -> None:
    """It held address → status and seconds, as one JSON object; all of it is asked for again."""
    cache = tmp_path / "links.json"
    cache.write_text(json.dumps({"http://a/": [200, 1.5]}, indent=2), encoding="utf-8")
    client = Scripted({"http://a/": 200})
    assert checker(client, cache).check(["http://a/"])["http://a/"].answers
    assert json.loads(cache.read_text(encoding="utf-8"))["address"] == "http://a/"


@pytest.mark.parametrize("content", ["my notes\n", '{"name": "lodverk"}', "[]", "@prefix : <x> ."])
def test_a_file_of_another_kind_is_not_written_over(content: str, tmp_path: Path) -> None:
    """A slip of the fingers must not cost anybody a file."""
    other = tmp_path / "notes"
    other.write_text(content, encoding="utf-8")
    with pytest.raises(SourceError, match="no record of links"):
        checker(Scripted({"http://a/": 200}), other).check(["http://a/"])
    assert other.read_text(encoding="utf-8") == content


def test_hosts_with_odd_addresses_do_not_stop_the_rest() -> None:
    """Data hold them; each gets an answer."""
    odd: dict[str, int | Fault] = {
        "http://[": Fault.UNREACHABLE,
        "http://ö.example/": 200,
        "http://a:99999/": 404,
    }
    client = Scripted(odd)
    found = checker(client, None).check(list(odd))
    assert found["http://ö.example/"].answers
    assert not found["http://["].answers
    assert "GET http://a:99999/" in client.asked


def test_a_host_that_is_silent_again_and_again_is_left_alone(tmp_path: Path) -> None:
    """It is down: three hundred files of it would be waited for in vain."""
    addresses = [f"http://a/{number}" for number in range(5)]
    client = Scripted({address: Fault.UNREACHABLE for address in addresses} | {"http://b/x": 200})
    found = checker(client, tmp_path / "links").check([*addresses, "http://b/x"])
    assert sorted(found) == ["http://a/0", "http://a/1", "http://a/2", "http://b/x"]
    again = checker(client, tmp_path / "links").check(addresses)
    assert sorted(again) == addresses  # those that nobody asked for yet come first


def test_a_server_that_breaks_off_at_head_is_asked_with_get() -> None:
    """The file is there, whatever its server makes of HEAD."""
    client = Scripted({"http://a/x": Fault.TRUNCATED})
    checker(client, None).check(["http://a/x"])
    assert client.asked == ["HEAD http://a/x", "GET http://a/x"]
