from __future__ import annotations

import json
import logging

import pytest
from flask.testing import FlaskClient

from publisher.config import Config
from publisher.query.engine import Answer, Operation
from publisher.serve.app import create_app
from publisher.serve.metrics import Metrics, QueryLog
from publisher.serve.site import Site

OPERATION = Operation("SELECT * { ?s ?p 'a name' }")
ANSWER = Answer("text/csv", b"s,p\r\n")


def lines(caplog: pytest.LogCaptureFixture) -> list[dict[str, object]]:
    """Return what was logged of queries."""
    return [json.loads(r.getMessage()) for r in caplog.records if r.name == "publisher.queries"]


def log(caplog: pytest.LogCaptureFixture, config: Config, began: float) -> list[dict[str, object]]:
    """Return the lines of one answered query."""
    with caplog.at_level(logging.INFO, "publisher.queries"):
        QueryLog(config, Metrics()).answered(OPERATION, ANSWER, "192.0.2.1", began)
    return lines(caplog)


def test_a_query_is_one_line_without_the_client_and_without_its_text(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both can be personal data."""
    monkeypatch.setattr("time.perf_counter", lambda: 10.0123)
    assert log(caplog, Config(), 10.0) == [
        {
            "event": "query",
            "ending": "answered",
            "milliseconds": 12.3,
            "bytes": 5,
            "query": "1d486503d994c557",
        }
    ]


def test_a_slow_query_is_logged_with_its_text(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or nobody could find out why; also when the log is off."""
    monkeypatch.setattr("time.perf_counter", lambda: 12.0)
    [line] = log(caplog, Config(query_log="off"), 10.0)
    assert line["event"] == "slow query"
    assert line["text"] == OPERATION.query


def test_addresses_are_logged_where_wished(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The operator's decision, not the program's."""
    monkeypatch.setattr("time.perf_counter", lambda: 10.0)
    [line] = log(caplog, Config(query_log="addresses"), 10.0)
    assert line["client"] == "192.0.2.1"


def test_every_ending_is_counted(client: FlaskClient) -> None:
    """Prometheus, text format 0.0.4; the words are few whatever clients send."""
    client.get("/sparql?query=ASK{}")
    client.get("/sparql?query=wrong")
    client.get("/sparql?query=ASK{}", headers={"Accept": "image/png"})
    reply = client.get("/metrics")
    assert reply.content_type.startswith("text/plain; version=0.0.4")
    for ending in ("answered", "refused", "not acceptable"):
        assert f'publisher_queries_total{{ending="{ending}"}}' in reply.text
    assert "publisher_query_seconds_bucket" in reply.text


def test_requests_answered_from_memory_are_counted_too(site: Site) -> None:
    """The layer in front must not hide the traffic."""
    from werkzeug.test import Client

    client = Client(create_app(site))
    for _ in range(3):
        client.get("/doc/lake/siljan.ttl")
    client.get("/a-path-of-the-client's-own/" + "x" * 50)
    text = client.get("/metrics").text
    [line] = [
        line
        for line in text.splitlines()
        if line.startswith('publisher_http_requests_total{place="doc",status="2xx"}')
    ]
    assert float(line.split()[-1]) >= 3
    assert "own" not in text
