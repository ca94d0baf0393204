from __future__ import annotations

import threading

import jinja2
import pytest

from publisher.render.frame import compile_templates
from publisher.serve.app import create_flask
from publisher.serve.queue import client_address
from publisher.serve.site import Site


@pytest.mark.parametrize(
    ("environ", "header", "client"),
    [
        ({"REMOTE_ADDR": "192.0.2.1"}, "", "192.0.2.1"),
        ({"REMOTE_ADDR": "192.0.2.1", "HTTP_X_FORWARDED_FOR": "192.0.2.9"}, "", "192.0.2.1"),
        (
            {"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "192.0.2.8, 192.0.2.9"},
            "X-Forwarded-For",
            "192.0.2.9",
        ),
        ({"REMOTE_ADDR": "127.0.0.1"}, "X-Forwarded-For", "127.0.0.1"),
        ({"REMOTE_ADDR": "2001:db8:1:2:3:4:5:6"}, "", "2001:db8:1:2::"),
        ({}, "", ""),
        ({"REMOTE_ADDR": "x" * 100}, "", "x" * 64),
    ],
)
def test_a_client_is_who_the_nearest_trusted_party_says(
    environ: dict[str, str], header: str, client: str
) -> None:
    """What a client writes into the header itself stands before what the proxy adds."""
    assert client_address(environ, header) == client


@pytest.mark.slow
def test_a_document_waits_while_others_are_made_and_health_does_not(site: Site) -> None:
    """Each thread that makes a page takes a turn of the event loop."""
    client, made = create_flask(site).test_client(), threading.Event()

    def ask() -> None:
        assert client.get("/", headers={"Accept": "text/html"}).status_code == 200
        made.set()

    held = 0
    while site.renderers.acquire(blocking=False):
        held += 1
    asking = threading.Thread(target=ask)
    try:
        asking.start()
        assert not made.wait(0.5)
        assert create_flask(site).test_client().get("/healthz").status_code == 200
        assert create_flask(site).test_client().get("/search.json?q=x").status_code == 200
    finally:
        for _ in range(held):
            site.renderers.release()
    asking.join(30)
    assert made.is_set()
    assert held > 0


@pytest.mark.slow
def test_pages_compile_no_template_once_they_are_ready(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A release that changes hands would else hold up everybody for half a second."""
    compile_templates()
    monkeypatch.setattr(jinja2.Environment, "compile", lambda *_, **__: pytest.fail("compiled"))
    client = create_flask(site).test_client()
    for path in ("/", "/table/", "/search?q=x", "/catalog", "/dataset/", "/sparql", "/nothing"):
        page = client.get(path, headers={"Accept": "text/html"})
        assert page.mimetype == "text/html", path
