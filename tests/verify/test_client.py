"""The client ends every exchange in time, and says what was wrong."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

import pytest

from publisher.system.http_client import Client, Fault
from publisher.system.user_agent import user_agent
from publisher.verify.options import EUROPA
from tests.verify import faults
from tests.verify.conftest import IMPATIENT, LIMITS
from tests.verify.site import Answer, Request, Site, redirect

DUMP = "/dump/bridges.ttl"
LONGEST_SECONDS = 10.0

TABLE: dict[str, tuple[Callable[[str], faults.Fault], Fault]] = {
    "slow": (faults.slow, Fault.SLOW),
    "dripping": (faults.dripping, Fault.SLOW),
    "endless": (faults.endless, Fault.ENDLESS),
    "truncated": (faults.truncated, Fault.TRUNCATED),
    "leading to itself": (lambda path: faults.leading(path, path), Fault.LOOP),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", TABLE)
def test_a_broken_server_ends_as_a_fault_in_time(name: str, site: Site) -> None:
    """A verification that hangs tells nobody anything."""
    fault, expected = TABLE[name]
    fault(DUMP)(site)
    begun = time.monotonic()

    visit = Client(IMPATIENT).visit(site.address + DUMP)

    assert visit.fault is expected
    assert time.monotonic() - begun < LONGEST_SECONDS


def test_a_circle_over_several_addresses_is_noticed(site: Site) -> None:
    """The address asked for first may come back much later."""
    site.routes |= {"/a": redirect("/b"), "/b": redirect("/c"), "/c": redirect("/a")}

    visit = Client(LIMITS).visit(site.address + "/a")

    assert visit.fault is Fault.LOOP
    assert len(visit.exchanges) == 3


def test_redirects_are_followed_only_so_far(site: Site) -> None:
    """A chain that never repeats is as bad as a circle."""
    for hop in range(20):
        site.routes[f"/hop/{hop}"] = redirect(f"/hop/{hop + 1}")

    visit = Client(replace(LIMITS, redirects=3)).visit(site.address + "/hop/0")

    assert visit.fault is Fault.HOPS
    assert len(visit.exchanges) == 4


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/", "http://", "nonsense", "ftp://127.0.0.1/"])
def test_an_address_that_leads_nowhere_is_a_value_not_an_exception(url: str) -> None:
    """Feeds hold such addresses."""
    assert Client(LIMITS).visit(url).fault is Fault.UNREACHABLE


def test_no_accept_is_sent_unless_told(site: Site) -> None:
    """CKAN and dataportal.se send none that says anything."""
    heard: list[Request] = []
    site.routes["/"] = lambda request: heard.append(request) or Answer(200)  # type: ignore[func-returns-value]

    Client(LIMITS).visit(site.url)
    Client(LIMITS).visit(site.url, "HEAD", {"User-Agent": EUROPA})

    assert "accept" not in heard[0].fields
    assert heard[0].fields["user-agent"] == user_agent()
    assert heard[1].fields["user-agent"] == EUROPA


def test_an_escaped_percent_sign_arrives_escaped(site: Site) -> None:
    """A client that decodes it would accuse the server of its own mistake."""
    heard: list[str] = []
    site.routes["/"] = lambda request: heard.append(request.query["q"][0]) or Answer(200)  # type: ignore[func-returns-value]

    Client(LIMITS).exchange("GET", site.url + "?q=100%2525")

    assert heard == ["100%25"]


def test_a_server_that_asks_for_patience_is_asked_once_more(site: Site) -> None:
    """A limited endpoint is no broken endpoint."""
    answers = [Answer(503, {"Retry-After": "0"}), Answer(200)]
    site.routes["/"] = lambda request: answers.pop(0)

    assert Client(LIMITS).exchange("GET", site.url).status == 200


def test_a_server_that_asks_for_a_day_is_not_waited_for(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A report that comes tomorrow is none."""
    monkeypatch.setattr("publisher.system.http_client.time.sleep", pytest.fail)
    site.routes["/"] = lambda request: Answer(503, {"Retry-After": "86400"})

    assert Client(LIMITS).exchange("GET", site.url).status == 503


def test_every_exchange_is_kept_without_its_body(site: Site) -> None:
    """The report lists them; bodies would fill the memory."""
    client = Client(LIMITS)

    client.visit(site.address + "/id/bridge/1", fields={"Accept": "text/turtle"})

    assert [(e.method, e.status, e.body) for e in client.exchanges] == [
        ("GET", 303, b""),
        ("GET", 200, b""),
    ]
