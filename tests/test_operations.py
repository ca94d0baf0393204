"""The guides for operators are true, and their configurations work."""

from __future__ import annotations

import getpass
import re
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from configparser import ConfigParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import click
import pytest
import requests
from click.testing import CliRunner

from publisher.cli import main
from publisher.config import NAMES, Config
from publisher.query.remote.connection import PASSWORD, TOKEN, USER
from publisher.release.history.releases import activate, list_releases
from publisher.release.model import Release
from publisher.serve.app import create_flask
from publisher.serve.http.heads import MOST_FIELDS
from publisher.serve.http.limits import server_limits
from publisher.serve.site import Site
from tests.chain import A_LAKE, LAKES, Chain
from tests.engines import VIRTUOSO
from tests.servers import (
    GUIDE,
    caddy,
    free_ports,
    from_the_guide,
    nginx,
    program,
    replaced,
    running,
)
from tests.test_readme import matches

REPOSITORY = Path(__file__).parents[1]
UNITS = ("systemd: unit", "systemd: pull", "systemd: timer", "systemd: oxigraph")
PROGRAMS = re.compile(r"/opt/(publisher/bin/publisher|oxigraph/bin/oxigraph)")


def named_command(line: str) -> click.Command | None:
    """Return the command that a line calls or names."""
    found = re.search(r"publisher`? (\w+)(?: (\w+))?", line)
    command = main.commands.get(found[1]) if found else None
    if isinstance(command, click.Group) and found is not None:
        return command.commands[found[2]]
    return command


CALLS = [line for line in GUIDE.splitlines() if re.search(r"(/|`|^|& )publisher (\w+)", line)]


@pytest.mark.parametrize("line", CALLS, ids=lambda line: line.strip()[:40])
def test_every_command_that_is_named_exists_with_its_options(line: str) -> None:
    """An operator pastes it."""
    command = named_command(line.replace("sudo -u publisher ", ""))
    assert command is not None
    known = {name.lstrip("-") for parameter in command.params for name in parameter.opts}
    assert set(re.findall(r"(?<![\w-])--([a-z-]+)", line)) <= known


def test_the_guide_calls_many_commands() -> None:
    """The pattern above still finds them."""
    assert len(CALLS) > 10


def test_every_setting_that_is_named_exists() -> None:
    """A misspelt one ends the start of the service."""
    found = set(re.findall(r"PUBLISHER_[A-Z_]+", GUIDE))
    assert {USER, PASSWORD, TOKEN} <= found
    variables = {
        name.removeprefix("PUBLISHER_").lower() for name in found - {USER, PASSWORD, TOKEN}
    }
    assert variables
    assert variables <= set(NAMES)
    for name in ("site_url", "client_header", "query_client_share", "query_workers", "workers"):
        assert f"`{name}`" in GUIDE
        assert name in NAMES


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics", "/catalog/dcat-ap-se.rdf"])
def test_every_address_that_is_named_has_a_route(path: str, site: Site) -> None:
    """A monitor asks for it."""
    assert path in GUIDE
    assert matches(create_flask(site), path)


def test_every_counter_that_an_alert_asks_for_exists(site: Site) -> None:
    """An alert over a counter that is not there never rings."""
    counted = site.metrics.text().decode()
    named = set(re.findall(r"publisher_[a-z_]+", from_the_guide("prometheus: alerts")))
    assert len(named) == 3
    for name in named:
        assert re.search(rf"^# TYPE {name.removesuffix('_bucket')} ", counted, re.MULTILINE), name


@pytest.mark.parametrize("name", UNITS)
def test_systemd_takes_the_units(name: str, tmp_path: Path) -> None:
    """A word that systemd does not know would be passed over in silence."""
    kind = "timer" if "timer" in name else "service"
    unit = PROGRAMS.sub(sys.executable, from_the_guide(name))
    path = tmp_path / f"publisher-pull.{kind}"
    unit = re.sub("User=(publisher|oxigraph)", f"User={getpass.getuser()}", unit)
    path.write_text(unit, encoding="utf-8")
    if kind == "timer":
        (tmp_path / "publisher-pull.service").write_text(
            f"[Service]\nType=oneshot\nExecStart={sys.executable}\n", encoding="utf-8"
        )

    done = subprocess.run(
        [program("systemd-analyze"), "verify", "--man=no", str(path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "publisher-pull" not in done.stderr
    assert done.returncode == 0


@pytest.mark.parametrize("name", ["systemd: unit", "systemd: pull"])
def test_the_units_are_hardened(name: str, tmp_path: Path) -> None:
    """By the measure of systemd: 0 is safe, 10 is not, and most services have 9."""
    path = tmp_path / "publisher.service"
    path.write_text(from_the_guide(name), encoding="utf-8")
    command = [program("systemd-analyze"), "security", "--offline=true", "--no-pager", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    found = re.search(r"Overall exposure level for publisher.service: ([0-9.]+)", done.stdout)
    assert found is not None, done.stderr
    assert float(found[1]) < 2


LIMITS = ("MemoryMax", "MemorySwapMax", "TasksMax", "LimitNOFILE", "LimitCORE", "TimeoutStartSec")


@pytest.mark.parametrize("name", ["systemd: unit", "systemd: pull"])
def test_the_units_have_limits(name: str) -> None:
    """Memory, processes, files and time: whatever goes wrong, the machine goes on."""
    service = settings_of(from_the_guide(name))["Service"]
    assert not [limit for limit in LIMITS if limit not in service]


def settings_of(unit: str) -> ConfigParser:
    """Return the sections of a unit."""
    parsed = ConfigParser(strict=False, interpolation=None)
    parsed.optionxform = str  # type: ignore[assignment,method-assign]
    parsed.read_string(unit)
    return parsed


def test_a_site_is_never_given_up_and_its_pause_grows(tmp_path: Path) -> None:
    """A service that failed five times stays down by default; older systemd knows no growing."""
    unit = settings_of(from_the_guide("systemd: unit"))
    assert unit["Service"]["Restart"] == "always"
    assert unit["Unit"]["StartLimitIntervalSec"] == "0"
    growing = from_the_guide("systemd: restart")
    assert set(settings_of(growing)["Service"]) == {"RestartSteps", "RestartMaxDelaySec"}

    systemd = program("systemd-analyze")
    said = subprocess.run([systemd, "--version"], capture_output=True, text=True, check=True).stdout
    version = re.search(r"systemd (\d+)", said)
    assert version is not None
    if int(version[1]) < 254:
        pytest.skip(f"systemd {version[1]} does not know these words yet")
    path = tmp_path / "publisher-pull.service"
    path.write_text(f"{growing}ExecStart={sys.executable}\n", encoding="utf-8")
    done = subprocess.run(
        [systemd, "verify", "--man=no", str(path)], capture_output=True, text=True, check=False
    )
    assert "publisher-pull" not in done.stderr


@pytest.fixture
def fronted(tmp_path: Path) -> Iterator[tuple[int, list[bytes]]]:
    """Return the port of nginx as the guide sets it up, and what reached the server behind it."""
    front, back = free_ports(2)
    reached: list[bytes] = []

    class Behind(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_arguments: object) -> None:
            """Write nothing."""

        def answer(self) -> None:
            """Keep the head and the body, and answer."""
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            reached.append(f"{self.requestline}\n{self.headers}".encode() + body)
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"ok")

        do_GET = do_POST = answer

    http = replaced(
        from_the_guide("nginx: proxy"),
        ("server 127.0.0.1:8001;", f"server 127.0.0.1:{back};"),
        ("    server 127.0.0.1:8002;\n", ""),
        ("    server 127.0.0.1:8003;\n", ""),
        ("listen 80 default_server;", f"listen 127.0.0.1:{front} default_server;"),
        ("listen 80;", f"listen 127.0.0.1:{front};"),
        ("client_body_timeout 15s;", "client_body_timeout 3s;"),
    )
    server = ThreadingHTTPServer(("127.0.0.1", back), Behind)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        with nginx(http, front, tmp_path):
            yield front, reached
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


HEAD = b"GET /doc/lake/siljan HTTP/1.1\r\nConnection: close\r\n"
HOST = b"Host: data.example.org\r\n"
FORM = b"POST /sparql HTTP/1.1\r\nConnection: close\r\n" + HOST


def sent(port: int, *parts: bytes) -> bytes:
    """Return what comes back for some bytes, until the connection ends."""
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        answer = b""
        try:
            for part in parts:
                connection.sendall(part)
        except OSError:
            pass  # it has answered, and takes no more
        try:
            while part := connection.recv(65536):
                answer += part
        except ConnectionResetError:
            pass
        return answer


@pytest.mark.slow
def test_nginx_of_the_guide_passes_on_what_is_good(fronted: tuple[int, list[bytes]]) -> None:
    """With the host, and the address of the client, which a client cannot write itself."""
    front, reached = fronted
    forged = b"X-Real-IP: 203.0.113.7\r\n"
    assert sent(front, HEAD + HOST + forged + b"\r\n").startswith(b"HTTP/1.1 200 ")
    assert sent(front, FORM + b"Content-Length: 5\r\n\r\nquery").startswith(b"HTTP/1.1 200 ")
    first, second = reached
    assert b"Host: data.example.org\n" in first
    assert b"X-Real-IP: 127.0.0.1\n" in first
    assert b"203.0.113.7" not in first
    assert second.endswith(b"\n\nquery")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (HEAD + b"Host: evil.example\r\n\r\n", b""),
        (HEAD + b"Host: 127.0.0.1\r\n\r\n", b""),
        (b"GET / HTTP/1.0\r\n\r\n", b""),
        (HEAD + b"\r\n", b"HTTP/1.1 400 "),
        (HEAD + HOST + HOST + b"\r\n", b"HTTP/1.1 400 "),
        (HEAD + HOST + b"X: " + b"x" * 100_000 + b"\r\n\r\n", b"HTTP/1.1 431 "),
        (HEAD + HOST + b"X: xxxxxxxx\r\n" * 50_000 + b"\r\n", b"HTTP/1.1 431 "),
        (b"GET /" + b"x" * 100_000 + b" HTTP/1.1\r\n" + HOST + b"\r\n", b"HTTP/1.1 414 "),
        (FORM + b"Content-Length: 999999\r\n\r\n", b"HTTP/1.1 413 "),
        (
            FORM + b"Transfer-Encoding: chunked\r\n\r\n" + b"8000\r\n" + b"x" * 0x8000 + b"\r\n"
            b"70000\r\n" + b"x" * 0x70000,
            b"HTTP/1.1 413 ",
        ),
        (b"GET /metrics HTTP/1.1\r\nConnection: close\r\n" + HOST + b"\r\n", b"HTTP/1.1 404 "),
    ],
    ids=[
        "another host",
        "an address",
        "HTTP/1.0 without host",
        "no host",
        "two hosts",
        "a long field",
        "many fields",
        "a long address",
        "a long body",
        "a long body in chunks",
        "metrics",
    ],
)
def test_nginx_of_the_guide_refuses_what_is_not(
    fronted: tuple[int, list[bytes]], request_: bytes, status: bytes
) -> None:
    """Nothing of it reaches the server; 444 is the end of the connection, without a word."""
    front, reached = fronted
    answer = sent(front, request_)
    assert answer.startswith(status)
    assert status or answer == b""
    assert reached == []


@pytest.mark.slow
def test_an_endless_trailer_ends_at_nginx_of_the_guide(fronted: tuple[int, list[bytes]]) -> None:
    """Trailers would be header fields, and have no limit of their own."""
    front, reached = fronted
    chunked = FORM + b"Transfer-Encoding: chunked\r\n\r\n5\r\nquery\r\n0\r\n"
    field = b"X-Real-IP: 203.0.113.7\r\n" * 4096
    sent(front, chunked, *[field] * 300)  # 30 MB
    assert not [request for request in reached if b"203.0.113.7" in request]
    assert sum(map(len, reached)) < 4096


@pytest.mark.slow
def test_a_slow_body_does_not_reach_the_server_of_the_guide(
    fronted: tuple[int, list[bytes]],
) -> None:
    """The half of a request occupies the proxy alone."""
    front, reached = fronted
    with socket.create_connection(("127.0.0.1", front), timeout=60) as slow:
        slow.sendall(FORM + b"Content-Length: 100\r\n\r\nhalf")
        for _ in range(3):
            assert sent(front, HEAD + HOST + b"\r\n").startswith(b"HTTP/1.1 200 ")
        assert not [request for request in reached if request.startswith(b"POST")]


@pytest.mark.slow
def test_one_address_has_a_share_of_nginx_of_the_guide(
    fronted: tuple[int, list[bytes]],
) -> None:
    """Of a hundred requests at a time from one address some are refused: 429 says that."""
    front, _reached = fronted
    opened = [socket.create_connection(("127.0.0.1", front), timeout=60) for _ in range(100)]
    try:
        # Half a body each: a connection counts from its head on.
        for connection in opened:
            connection.sendall(FORM + b"Content-Length: 100\r\n\r\nhalf")
        refused = sent(front, HEAD + HOST + b"\r\n")
    finally:
        for connection in opened:
            connection.close()
    assert refused.startswith(b"HTTP/1.1 429 ")


@pytest.mark.slow
def test_caddy_of_the_guide_has_limits_and_passes_on_its_own_host_only(tmp_path: Path) -> None:
    """Fields, bodies, metrics, hosts."""
    port, back = free_ports(2)
    reached: list[str] = []

    class Behind(BaseHTTPRequestHandler):
        def log_message(self, *_arguments: object) -> None:
            """Write nothing."""

        def do_GET(self) -> None:
            """Note and answer."""
            if self.path != "/readyz":
                reached.append(self.path)
            # An answer before the end of the body would come before Caddy has counted it.
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.send_response(200)
            self.end_headers()

        do_POST = do_GET

    site = replaced(
        from_the_guide("caddy: proxy"),
        ("data.example.org {", f"http://data.example.org:{port} {{"),
        ("127.0.0.1:8001 127.0.0.1:8002 127.0.0.1:8003", f"127.0.0.1:{back}"),
    )
    server = ThreadingHTTPServer(("127.0.0.1", back), Behind)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        with caddy(site, port, tmp_path):
            assert b" 200 " in sent(port, HEAD + HOST + b"\r\n").partition(b"\r\n")[0]
            assert reached == ["/doc/lake/siljan"]
            sent(port, HEAD + b"Host: evil.example\r\n\r\n")
            many = HEAD + HOST + b"X: xxxxxxxx\r\n" * 20_000 + b"\r\n"
            # Caddy hangs up half a second after its answer: a busy client may not read it.
            answers = [sent(port, many) for _ in range(5)]
            assert any(answer.startswith(b"HTTP/1.1 431 ") for answer in answers)
            metrics = b"GET /metrics HTTP/1.1\r\nConnection: close\r\n" + HOST + b"\r\n"
            assert sent(port, metrics).startswith(b"HTTP/1.1 404 ")
            assert reached == ["/doc/lake/siljan"]
            long = FORM + b"Content-Length: 999999\r\n\r\n"
            answer = sent(port, long, *[b"x" * 99_999] * 10)
            assert not answer.startswith(b"HTTP/1.1 200 ")
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.slow
def test_caddy_in_front_passes_everything_on(served: str, tmp_path: Path) -> None:
    """Two of the three copies are dead, and no visitor sees it."""
    port, *dead = free_ports(3)
    live = served.removeprefix("http://").rstrip("/")
    site = replaced(
        from_the_guide("caddy: proxy"),
        ("data.example.org {", f":{port} {{"),
        ("127.0.0.1:8001", f"127.0.0.1:{dead[0]}"),
        ("127.0.0.1:8002", live),
        ("127.0.0.1:8003", f"127.0.0.1:{dead[1]}"),
    )
    with caddy(site, port, tmp_path):
        for _ in range(6):
            answer = requests.get(f"http://127.0.0.1:{port}/doc/lake/siljan.ttl", timeout=20)
            assert answer.status_code == 200
            direct = requests.get(f"{served}doc/lake/siljan.ttl", timeout=20)
            assert answer.headers["ETag"] == direct.headers["ETag"]


PUSHES = re.findall(r"^publisher push (\S+) --engine-graph-store (\S+)$", GUIDE, re.MULTILINE)


def push_as_told(chain: Chain, told: str, port: int, environ: dict[str, str]) -> str:
    """Push the current release as the guide says for a port, to another one; return its output."""
    for name, value in environ.items():
        assert value in GUIDE, name
    ((url, store),) = [push for push in PUSHES if f":{told}/" in push[0]]
    there = [address.replace(f":{told}/", f":{port}/") for address in (url, store)]
    arguments = ["push", there[0], "--engine-graph-store", there[1], "--lang", "en"]
    done = CliRunner().invoke(main, [*arguments, "--releases", str(chain.releases)], env=environ)
    assert done.exit_code == 0, done.output
    return done.output


@pytest.mark.slow
def test_oxigraph_takes_a_push_as_the_guide_says(chain: Chain, tmp_path: Path) -> None:
    """Its options and addresses are those of its version."""
    release = chain.build()
    (port,) = free_ports(1)
    beside = Path(sys.executable).parent / "oxigraph"
    changed = replaced(
        from_the_guide("systemd: oxigraph"),
        ("/opt/oxigraph/bin/oxigraph", str(beside) if beside.exists() else program("oxigraph")),
        ("/var/lib/oxigraph", str(tmp_path / "store")),
        (":7878", f":{port}"),
    )
    command = re.search(r"^ExecStart=(.*)$", changed, re.MULTILINE)
    assert command is not None
    with running(command[1].split(), port, tmp_path):
        assert f"Release {release.id} is current" in push_as_told(chain, "7878", port, {})


@pytest.mark.slow
def test_virtuoso_takes_a_push_as_the_guide_says(chain: Chain, tmp_path: Path) -> None:
    """With the name and the rights of the guide, and with its settings."""
    release = chain.build()
    virtuoso, isql = program("virtuoso-t"), program("isql-vt")
    port, sql = free_ports(2)
    settings = ConfigParser()
    settings.optionxform = str  # type: ignore[assignment,method-assign]
    settings.read_string(VIRTUOSO.format(folder=tmp_path, port=port, sql=sql, rows=10))
    small = [("NumberOfBuffers = 170000", "NumberOfBuffers = 10000"), ("= 130000", "= 6000")]
    settings.read_string(replaced(from_the_guide("ini: virtuoso"), *small))
    with (tmp_path / "virtuoso.ini").open("w") as file:
        settings.write(file)
    with running([virtuoso, "-f", "-c", str(tmp_path / "virtuoso.ini")], port, tmp_path):
        told = subprocess.run(
            [isql, f"127.0.0.1:{sql}", "dba", "dba"],
            input=from_the_guide("sql: virtuoso"),
            capture_output=True,
            text=True,
            check=True,
        )
        assert "Error" not in told.stdout + told.stderr
        writer = {USER: "writer", PASSWORD: "a long password"}
        assert f"Release {release.id} is current" in push_as_told(chain, "8890", port, writer)


@pytest.fixture
def w3id(tmp_path: Path) -> str:
    """Return the configuration of Apache with the rules of w3id.org below ``nms-kluster``."""
    folder = tmp_path / "w3id" / "nms-kluster"
    folder.mkdir(parents=True)
    (folder / ".htaccess").write_text(from_the_guide("apache: w3id"), encoding="utf-8")
    modules = {
        "mpm_event_module": "mod_mpm_event",
        "rewrite_module": "mod_rewrite",
        "authz_core_module": "mod_authz_core",
    }
    lines = [f"LoadModule {n} /usr/lib/apache2/modules/{file}.so" for n, file in modules.items()]
    lines += [
        "ServerName w3id.org",
        f"PidFile {tmp_path}/apache.pid",
        f"DefaultRuntimeDir {tmp_path}",
        f"ErrorLog {tmp_path}/apache.log",
        f"DocumentRoot {tmp_path}/w3id",
        f'<Directory "{tmp_path}/w3id">',
        "Options FollowSymLinks",
        "AllowOverride All",
        "Require all granted",
        "</Directory>",
    ]
    return "\n".join(lines) + "\n"


@pytest.mark.slow
def test_w3id_redirects_names_to_the_site(w3id: str, tmp_path: Path) -> None:
    """Things with 303, all else with 307, with their letters and their query (Apache HTTPD)."""
    apache = program("apache2")
    (port,) = free_ports(1)
    for folder in (tmp_path, *tmp_path.parents[:2]):
        folder.chmod(0o755)
    (tmp_path / "apache.conf").write_text(f"Listen 127.0.0.1:{port}\n{w3id}", encoding="utf-8")
    command = [apache, "-X", "-d", str(tmp_path), "-f", str(tmp_path / "apache.conf")]
    expected = {
        "id/cluster/compare": (303, "id/cluster/compare"),
        "id/lake/v%C3%A4nern?lang=en": (303, "id/lake/v%c3%a4nern?lang=en"),
        "doc/cluster/compare.ttl": (307, "doc/cluster/compare.ttl"),
        "def/cluster": (307, "def/cluster"),
        "catalog/dcat-ap-se.rdf": (307, "catalog/dcat-ap-se.rdf"),
        "": (307, ""),
    }
    with running(command, port, tmp_path):
        for path, (status, location) in expected.items():
            address = f"http://127.0.0.1:{port}/nms-kluster/{path}"
            answer = requests.get(address, allow_redirects=False, timeout=20)
            assert answer.status_code == status, path
            there = answer.headers["Location"].replace("%C3%A4", "%c3%a4")
            assert there == f"https://data.example.org/{location}"


def test_the_container_copies_what_is_there() -> None:
    """And calls what the package installs."""
    file = from_the_guide("container: file")
    for line in file.splitlines():
        words = line.split()
        if words[:1] == ["COPY"] and not words[1].startswith("--from"):
            assert (REPOSITORY / words[1]).exists(), line
    assert '["run"]' in file
    assert "run" in main.commands


@pytest.mark.parametrize("name", ["container: run", "container: compose"])
def test_the_container_has_limits_and_is_reached_through_the_proxy_alone(name: str) -> None:
    """As printed: whoever pastes it must not have to know what is missing."""
    text = from_the_guide(name).replace("_", "-").lower()
    limits = ("read-only", "tmpfs", "cap-drop", "no-new-privileges", "pids-limit", "nofile", "core")
    for limit in (*limits, "restart"):
        assert limit in text, limit
    assert "--memory 2g" in text or "mem-limit: 2g" in text
    published = re.findall(r"--publish (\S+)", text)
    assert all(place.startswith("127.0.0.1:") for place in published)
    if name == "container: compose":
        publisher, _, proxy = text.partition("\n  proxy:")
        assert "ports:" not in publisher
        assert "ports:" in proxy
        assert "internal: true" in proxy


def test_the_compose_file_can_be_read() -> None:
    """It names what the guide names elsewhere, and no network or volume that it does not have."""
    yaml = pytest.importorskip("yaml", reason="PyYAML is not installed")
    compose = yaml.safe_load(from_the_guide("container: compose"))
    publisher, proxy = compose["services"]["publisher"], compose["services"]["proxy"]
    assert set(publisher["environment"]) == {"PUBLISHER_SITE_URL", "PUBLISHER_CLIENT_HEADER"}
    assert publisher["networks"] == ["inside"]
    assert set(proxy["networks"]) == set(compose["networks"])
    assert compose["networks"]["inside"]["internal"] is True
    assert [v.split(":")[0] for v in publisher["volumes"]] == list(compose["volumes"])
    field = publisher["environment"]["PUBLISHER_CLIENT_HEADER"]
    assert f"proxy_set_header {field} $remote_addr;" in from_the_guide("nginx: proxy")


@pytest.mark.slow
def test_a_backup_that_was_restored_is_served(chain: Chain, tmp_path: Path) -> None:
    """The folders alone suffice: without the link, the lock and what was half done."""
    first = chain.build()
    chain.write(LAKES, chain.read() + A_LAKE)
    second = chain.build()
    backup, restored = tmp_path / "backup", tmp_path / "restored"
    shutil.copytree(chain.releases, backup, ignore=shutil.ignore_patterns(".*", "current"))
    shutil.copytree(backup, restored)

    assert [kept.id for kept in list_releases(restored)] == [second.id, first.id]
    release: Release = activate(restored, second.id)
    with chain.client(release) as client:
        assert client.get("/doc/lake/vattern").status_code == 200


def test_the_limits_that_the_guide_names_are_those_of_the_program() -> None:
    """An operator sets the proxy's limits by them."""
    limits = server_limits(Config())
    row = {
        cells[0].strip(): cells[1].strip()
        for cells in (line.strip("|").split("|") for line in GUIDE.splitlines())
        if len(cells) > 2
    }

    assert row["request line and header fields"] == f"{limits.head_bytes >> 10} KiB"
    assert row["header fields"] == str(MOST_FIELDS)
    assert row["chunk sizes, extensions and trailers of a body"] == (
        f"{limits.framing_bytes >> 10} KiB"
    )
    assert limits.body_bytes == 4 * (Config().query_length_kb << 10)
    assert limits.sending_bytes == 4 * (Config().query_result_mb << 20)
    assert row["time for a head, or between two requests"] == f"{limits.patience_seconds:g} s each"
    assert row["time for a body"] == f"{2 * limits.patience_seconds:g} s"
    assert row["all that clients have sent and that is not answered"] == (
        f"{limits.received_bytes >> 20} MiB"
    )
