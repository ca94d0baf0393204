"""Who may speak to the editor: one browser, on this machine, from the editor's own pages."""

from __future__ import annotations

import socket
from urllib.parse import urlsplit

import pytest
import requests

from publisher.edit.editor.app import EditorServer
from publisher.languages import LANGUAGES

pytestmark = pytest.mark.slow


def get(address: str, **fields: str) -> requests.Response:
    return requests.get(address, headers=fields, timeout=10, allow_redirects=False)


def origin_of(server: EditorServer) -> str:
    parts = urlsplit(server.gate.address)
    return f"{parts.scheme}://{parts.netloc}"


def test_the_address_that_is_printed_opens_the_editor(served_editor: EditorServer) -> None:
    """The one way in."""
    answer = requests.get(served_editor.gate.address, timeout=10)

    assert answer.status_code == 200
    assert "<h1>Redigera data</h1>" in answer.text


def test_the_server_listens_at_the_loopback_address_alone(served_editor: EditorServer) -> None:
    """Colleagues on the same network must not even get a refusal."""
    host, port = urlsplit(served_editor.gate.address).netloc.split(":")
    others = [f[4][0] for f in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)]

    assert host == "127.0.0.1"
    for other in {str(name) for name in others} - {"127.0.0.1"}:
        with pytest.raises(ConnectionError), socket.create_connection((other, int(port)), 2):
            pass  # pragma: no cover


def test_every_start_has_another_secret(served_editor: EditorServer) -> None:
    """An address in an old history opens nothing."""
    other = EditorServer(lambda environ, start: [b""])
    other_secret = urlsplit(other.gate.address).path
    other._server.server_close()

    assert len(other_secret) > 40
    assert other_secret != urlsplit(served_editor.gate.address).path


@pytest.mark.parametrize(
    "path", ["/", "/sv/", "/x/", "/static/edit.css", "/open/", "/open/x", "//"]
)
def test_without_the_secret_nothing_is_told(served_editor: EditorServer, path: str) -> None:
    """Neither pages nor files, nor which there are."""
    answer = get(origin_of(served_editor) + path)

    assert answer.status_code == 403
    assert answer.text.splitlines()[:2] == [
        "Den här adressen hör till en enda persons redigerare."
        " Öppna adressen som ”publisher edit” skrev i terminalen.",
        "This address belongs to the editor of one person."
        " Open the address that 'publisher edit' wrote in the terminal.",
    ]
    assert len(answer.text.splitlines()) == len(LANGUAGES)


def test_the_address_for_the_browser_opens_once(served_editor: EditorServer) -> None:
    """Other users of the machine see what a browser was started with."""
    door = served_editor.gate.door
    first, second = get(door), get(door)

    assert (first.status_code, first.headers["Location"]) == (303, served_editor.gate.address)
    assert first.headers["Referrer-Policy"] == "same-origin"
    assert second.status_code == 403


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1", "[::1]:1", ""])
def test_a_foreign_host_name_is_refused(served_editor: EditorServer, host: str) -> None:
    """DNS rebinding: a name of somebody else's that resolves to this machine."""
    assert get(served_editor.gate.address, Host=host).status_code == 403


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"Origin": "null"},
        {"Origin": "https://evil.example"},
        {"Origin": "http://127.0.0.1:1"},
        {"Origin": "own", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "own", "Sec-Fetch-Site": "same-site"},
    ],
)
def test_a_form_of_another_site_is_refused(
    served_editor: EditorServer, fields: dict[str, str]
) -> None:
    """Cross-site request forgery, even by one who knows the secret."""
    own = origin_of(served_editor)
    fields = {name: own if value == "own" else value for name, value in fields.items()}
    answer = requests.post(f"{served_editor.gate.address}sv/save", headers=fields, timeout=10)

    assert answer.status_code == 403
    assert "inget har ändrats" in answer.text


def test_a_form_of_the_editor_is_answered(served_editor: EditorServer) -> None:
    """The rule above lets the right ones pass."""
    fields = {"Origin": origin_of(served_editor), "Sec-Fetch-Site": "same-origin"}
    answer = requests.post(f"{served_editor.gate.address}sv/save", headers=fields, timeout=10)

    assert answer.status_code == 200
    assert "Det finns inget att spara" in answer.text


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS", "PATCH", "TRACE"])
def test_other_methods_are_refused(served_editor: EditorServer, method: str) -> None:
    """No preflight of another site is answered either."""
    answer = requests.request(method, served_editor.gate.address, timeout=10)

    assert answer.status_code == 405
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_no_page_runs_a_script_that_is_not_a_file_of_the_editor(
    served_editor: EditorServer,
) -> None:
    """Markup in the data stays text; should it ever not, the policy stops it (CSP level 3)."""
    answer = requests.get(f"{served_editor.gate.address}sv/", timeout=10)
    policy = answer.headers["Content-Security-Policy"]

    assert "default-src 'none'; script-src 'self'; style-src 'self'" in policy
    assert "form-action 'self'; base-uri 'none'; frame-ancestors 'self'" in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "Set-Cookie" not in answer.headers


def test_a_port_that_is_taken_is_told_with_a_cure(served_editor: EditorServer) -> None:
    """Somebody has started the editor twice."""
    from publisher.errors import SettingError

    port = urlsplit(served_editor.gate.address).port
    assert port is not None
    with pytest.raises(SettingError) as caught:
        EditorServer(lambda environ, start: [b""], port)
    assert caught.value.in_language("sv") == (
        f"Redigeraren kan inte lyssna på port {port}.\n"
        "  Välj en annan --port, eller utelämna den: då tas en som är ledig."
    )
