"""The tiny world (three entities, two datasets, two languages) in every stage of its journey."""

from __future__ import annotations

import dataclasses
import gc
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from pathlib import Path

import pytest
import requests
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import Client

from publisher.config import Config
from publisher.load.sources import Sources, read_sources
from publisher.quality.approval import ApprovedSources, approve
from publisher.release.model import Release
from publisher.serve.app import create_app, create_flask
from publisher.serve.site import Site, open_site
from tests.chain import Chain, build_once
from tests.engines import CANNOT, SERVERS, Embedded, Remote, Sparq
from tests.municipalities import BASE as KOMMUNER
from tests.municipalities import write_municipalities
from tests.servers import free_ports

WORLD = Path(__file__).parent / "data"
BASE = "https://data.example.org/"
CLUSTERS = "https://w3id.org/nms-kluster/"

# Who asks for one of these is not in the fast loop, whoever asks first and has to wait for it. A
# module names further ones of its own in a constant that is called so, too.
SLOW_FIXTURES = frozenset({"browser"})

# The second validator and the second engine take half the time of a build, and some hundred tests
# build with the command. They are left out but in the modules that say ``DEFAULT_BUILDS = True``.
LEAN_BUILDS = {"PUBLISHER_SECOND_OPINION": "never", "PUBLISHER_SPARQ_TRIPLES": "0"}


@pytest.fixture(autouse=True, scope="module")
def lean_builds(request: pytest.FixtureRequest) -> Iterator[None]:
    """Let the command build without second opinions, unless the module wants its defaults."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in LEAN_BUILDS.items():
            if getattr(request.module, "DEFAULT_BUILDS", False):
                patch.delenv(name, raising=False)
            else:
                patch.setenv(name, value)
        yield


@pytest.fixture
def world(tmp_path: Path) -> Path:
    """Return a copy of the tiny world's folder, to be changed at will."""
    return Path(shutil.copytree(WORLD, tmp_path / "world"))


@pytest.fixture(scope="session")
def sources() -> Sources:
    """Return the tiny world, read."""
    return read_sources(WORLD, BASE)


@pytest.fixture(scope="session")
def approved(sources: Sources) -> ApprovedSources:
    """Return the tiny world, approved."""
    return approve(sources)


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of what this run has built, which all its processes share."""
    own = tmp_path_factory.getbasetemp()
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "made"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def release(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Release:
    """Return a release of the tiny world."""
    return build_once(WORLD, tmp_path_factory.mktemp("releases"), made)


@pytest.fixture(scope="session")
def config(release: Release) -> Config:
    """Return settings for serving the tiny world."""
    config = Config(
        base_iri=BASE,
        site_url="http://localhost/",
        releases=str(release.folder.parent),
        query_workers=1,
        query_timeout_seconds=2.0,
    )
    return config.with_site()


@pytest.fixture(scope="session")
def start_engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Remote]]:
    """Return how to get a server of others, which runs from then on until the session ends.

    The fixture ``engine`` changes with each module, and a server takes a second or more to start.
    """
    with ExitStack() as running:

        @cache
        def start(name: str) -> Remote:
            return running.enter_context(SERVERS[name](tmp_path_factory.mktemp(name)))

        yield start


@pytest.fixture(scope="session")
def engine(
    request: pytest.FixtureRequest, start_engine: Callable[[str], Remote]
) -> Embedded | Sparq | Remote:
    """Return the engine that a test runs over; modules with ``EVERY_ENGINE`` run over each."""
    name = getattr(request, "param", "embedded")
    if name == "embedded":
        return Embedded()
    if name == "sparq":
        pytest.importorskip("sparq", reason="the extra 'sparq' is not installed")
        return Sparq()
    return start_engine(name)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run the tests of some modules over the embedded engine and over the servers of others."""
    if getattr(metafunc.module, "EVERY_ENGINE", False) and "engine" in metafunc.fixturenames:
        metafunc.parametrize(
            "engine", ["embedded", "sparq", *SERVERS], indirect=True, scope="session"
        )


@pytest.hookimpl(tryfirst=True)
def pytest_collection(session: pytest.Session) -> None:
    """Collect tests without looking for garbage: they stay, and are a million objects."""
    if not session.config.pluginmanager.has_plugin("dsession"):  # which lets others collect
        gc.disable()


def pytest_collection_finish() -> None:
    """Look for garbage again, but not among the tests."""
    gc.freeze()
    gc.enable()


@pytest.hookimpl(tryfirst=True)  # before it is asked which tests are slow
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark tests by what they need, and what an engine is known not to do."""
    for item in items:
        slow = SLOW_FIXTURES | getattr(getattr(item, "module", None), "SLOW_FIXTURES", frozenset())
        is_slow = not slow.isdisjoint(getattr(item, "fixturenames", ()))
        if is_slow or item.get_closest_marker("exhaustive"):
            item.add_marker(pytest.mark.slow)
        for name, pattern, reason in CANNOT:
            is_over = re.search(rf"[\[-]{name}\b", item.name) is not None
            if is_over and re.match(pattern, item.name):
                item.add_marker(pytest.mark.skip(reason=f"{name} {reason}"))


@pytest.fixture(scope="session")
def site(config: Config, release: Release, engine: Embedded | Sparq | Remote) -> Iterator[Site]:
    """Return a site over the tiny world; its engine ends with the session."""
    opened = open_site(engine.hold(release, config), release)
    yield opened
    opened.engine.close()


@pytest.fixture(scope="session")
def flask_of() -> Callable[[Site], Flask]:
    """Return how to get the Flask application of a site: it takes long to make, and has no state.

    The last few are kept.
    """
    made: list[tuple[Site, Flask]] = []

    def find(site: Site) -> Flask:
        found = next((flask for known, flask in made if known is site), None)
        if found is None:
            found = create_flask(site)
            made.insert(0, (site, found))
            del made[4:]
        return found

    return find


@pytest.fixture
def client(site: Site, flask_of: Callable[[Site], Flask]) -> FlaskClient:
    """Return a client of the Flask application, without the memory in front of it."""
    return flask_of(site).test_client()


@pytest.fixture(scope="session")
def visitor(site: Site) -> Client:
    """Return a client of the whole application, with the memory in front of it."""
    return Client(create_app(site))


@pytest.fixture
def small_pages(site: Site) -> Iterator[FlaskClient]:
    """Return a client of a site that shows one incoming link a page."""
    opened = open_site(dataclasses.replace(site.config, incoming_links=1), site.release)
    yield create_flask(opened).test_client()
    opened.engine.close()


@pytest.fixture
def free_port() -> int:
    """Return a port that nobody listened on a moment ago."""
    return free_ports(1)[0]


@pytest.fixture(scope="session")
def served(release: Release, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the address of the tiny world, served by the real server on a real socket."""
    port = str(free_ports(1)[0])
    command = [sys.executable, "-m", "publisher", "serve", "--query-workers", "1", "--port", port]
    folder = tmp_path_factory.mktemp("elsewhere")
    # Named in another way than made of host and port, so that redirects are absolute.
    address = f"http://localhost:{port}/"
    with (folder / "log").open("w") as log:
        server = subprocess.Popen(
            [*command, "--releases", str(release.folder.parent), "--site-url", address],
            cwd=folder,
            env={name: value for name, value in os.environ.items() if "PUBLISHER" not in name},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        wait_for(f"{address}readyz", server)
        yield address
    finally:
        server.terminate()
        server.wait()


def wait_for(address: str, server: subprocess.Popen[bytes]) -> None:
    """Wait until a server that was started answers."""
    for _ in range(300):
        try:
            requests.get(address, timeout=5).raise_for_status()
        except requests.RequestException:
            assert server.poll() is None, "the server ended"
            time.sleep(0.1)
        else:
            return
    raise AssertionError(f"{address} does not answer")


@pytest.fixture(scope="session")
def catalogued(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Release:
    """Return a release of the tiny world with a whole catalogue, two datasets in it."""
    world = Path(shutil.copytree(WORLD, tmp_path_factory.mktemp("catalogued") / "world"))
    described = WORLD.parent / "release"
    shutil.copy(described / "catalogue.ttl", world / "data" / "catalogue.ttl")
    shutil.copy(described / "dalarna.ttl", world / "data" / "lakes" / "dalarna.ttl")
    return build_once(world, tmp_path_factory.mktemp("releases"), made)


@pytest.fixture(scope="session")
def catalogued_site(
    config: Config, catalogued: Release, engine: Embedded | Remote
) -> Iterator[Site]:
    """Return a site over the tiny world with a whole catalogue."""
    opened = open_site(engine.hold(catalogued, config), catalogued)
    yield opened
    opened.engine.close()


@pytest.fixture
def portal(catalogued_site: Site, flask_of: Callable[[Site], Flask]) -> FlaskClient:
    """Return a client of the site with a whole catalogue."""
    return flask_of(catalogued_site).test_client()


@pytest.fixture
def chain(world: Path, tmp_path: Path, made: Path) -> Chain:
    """Return the tiny world, to be changed and built again and again."""
    return Chain(world, tmp_path / "releases", made)


@pytest.fixture(scope="module")
def kept_chain(tmp_path_factory: pytest.TempPathFactory, made: Path) -> Chain:
    """Return the tiny world for the tests of one module: for releases that they only read."""
    folder = tmp_path_factory.mktemp("kept")
    return Chain(Path(shutil.copytree(WORLD, folder / "world")), folder / "releases", made)


@pytest.fixture(scope="session")
def municipalities(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Release:
    """Return a release of the world of municipalities."""
    folder = write_municipalities(tmp_path_factory.mktemp("kommuner"))
    return build_once(folder, tmp_path_factory.mktemp("releases"), made, KOMMUNER)


@pytest.fixture(scope="session")
def clusters_release(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Release:
    """Return a release of the data of this repository."""
    return build_once(WORLD.parents[1], tmp_path_factory.mktemp("clusters"), made, CLUSTERS)


@pytest.fixture(scope="session")
def municipal_site(
    municipalities: Release, config: Config, engine: Embedded | Remote
) -> Iterator[Site]:
    """Return a site over the world of municipalities."""
    settings = dataclasses.replace(
        config,
        base_iri=KOMMUNER,
        releases=str(municipalities.folder.parent),
        table_page_size=3,
        table_rows=4,
    )
    opened = open_site(engine.hold(municipalities, settings), municipalities)
    yield opened
    opened.engine.close()


@pytest.fixture
def kommuner(municipal_site: Site, flask_of: Callable[[Site], Flask]) -> FlaskClient:
    """Return a client of the site of municipalities."""
    return flask_of(municipal_site).test_client()
