"""The operations guide tells what is true now, and its configurations work."""

from __future__ import annotations

import getpass
import re
import shutil
import subprocess
import sys
from configparser import ConfigParser
from pathlib import Path

import click
import pytest
import requests
from click.testing import CliRunner

from publisher.cli import main
from publisher.config import NAMES
from publisher.query.remote.credentials import PASSWORD, TOKEN, USER
from publisher.release.history.kept import activate, list_releases
from publisher.release.model import Release
from publisher.serve.app import create_flask
from publisher.serve.site import Site
from tests.chain import A_LAKE, LAKES, Chain
from tests.engines import VIRTUOSO
from tests.servers import (
    OPERATIONS,
    caddy,
    free_ports,
    from_the_guide,
    program,
    replaced,
    running,
)
from tests.test_readme import README, matches

REPOSITORY = Path(__file__).parents[1]
GUIDE = OPERATIONS.read_text(encoding="utf-8")
UNITS = ("systemd: unit", "systemd: pull", "systemd: timer", "systemd: oxigraph")
PROGRAMS = re.compile(r"/opt/(publisher/bin/publisher|oxigraph/bin/oxigraph)")


def test_the_readme_leads_to_the_guide() -> None:
    """Whoever wants to run a site begins at the README."""
    assert "(publisher/operations.md)" in README


def test_every_chapter_is_in_the_list_at_the_top() -> None:
    """And the list leads to chapters that are there."""
    listed = re.findall(r"^- \[(.+)\]\(#(.+)\)$", GUIDE, re.MULTILINE)
    chapters = re.findall(r"^## (.+)$", GUIDE, re.MULTILINE)

    assert [name for name, _ in listed] == chapters
    for name, anchor in listed:
        assert anchor == re.sub(r"[^\w -]", "", name).lower().replace(" ", "-")


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


def test_the_unit_is_hardened(tmp_path: Path) -> None:
    """By the measure of systemd: 0 is safe, 10 is not, and most services have 9."""
    path = tmp_path / "publisher.service"
    path.write_text(from_the_guide("systemd: unit"), encoding="utf-8")
    command = [program("systemd-analyze"), "security", "--offline=true", "--no-pager", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    found = re.search(r"Overall exposure level for publisher.service: ([0-9.]+)", done.stdout)
    assert found is not None, done.stderr
    assert float(found[1]) < 2


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
