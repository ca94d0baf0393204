"""Programs that look a thing up in an engine when its document is asked for."""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import quote, urlsplit

import engines
from machinery import free_port, running, wait_until_ready

TRIFID = "5.3.0"
_CONFIGURATION = "instances/docker-sparql/config.yaml"  # the one that Trifid comes with
_INSTALL_SECONDS = 600


@dataclasses.dataclass(frozen=True)
class Other:
    """A server of documents.

    Attributes:
        name: The program.
        port: Where it answers.
        path: Makes the path of the document of an IRI.
        formats: The formats it can give, by file extension.
    """

    name: str
    port: int
    path: Callable[[str], str]
    formats: tuple[str, ...]


def install_trifid() -> Path:
    """Return the folder of Trifid in the user's cache, installed with npm if it is not there.

    Raises:
        RuntimeError: There is no npm, or it could not install Trifid; the message says why.
    """
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "publisher-tests"
    folder = cache / f"trifid@{TRIFID}"
    there = folder / "node_modules" / "trifid"
    if (there / _CONFIGURATION).is_file():
        return there
    if not (shutil.which("npm") and shutil.which("node")):
        raise RuntimeError("Trifid needs node and npm.")
    folder.mkdir(parents=True, exist_ok=True)
    command = ["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]
    done = subprocess.run(
        [*command, "--prefix", str(folder), f"trifid@{TRIFID}"],
        capture_output=True,
        text=True,
        timeout=_INSTALL_SECONDS,
    )
    if not (there / _CONFIGURATION).is_file():
        raise RuntimeError(f"npm could not install Trifid: {done.stderr.strip()[-300:]}")
    return there


@contextmanager
def trifid(data: Path, base: str, folder: Path) -> Iterator[Other]:
    """Serve with Trifid in front of oxigraph's server, with the configuration it comes with.

    Only the log is quieter than in that, and the address is the machine's own.
    """
    there, port, settings = install_trifid(), free_port(), folder / "trifid.yaml"
    listener = {"host": "127.0.0.1", "port": port}
    # YAML 1.2 contains JSON.
    settings.write_text(
        json.dumps(
            {
                "extends": [str(there / _CONFIGURATION)],
                "server": {"logLevel": "warn", "listener": listener},
            }
        )
    )
    engine_folder, own = folder / "engine", folder / "trifid"
    engine_folder.mkdir()
    own.mkdir()
    with ExitStack() as stack:
        address, _ = stack.enter_context(engines.oxigraph(data, engine_folder))
        environment = {
            "NODE_ENV": "production",
            "DATASET_BASE_URL": base,
            "SPARQL_ENDPOINT_URL": address,
            "SPARQL_ENDPOINT_USERNAME": "",
            "SPARQL_ENDPOINT_PASSWORD": "",
        }
        variables = [f"{name}={value}" for name, value in environment.items()]
        command = ["env", *variables, "node", str(there / "server.js"), "-c", str(settings)]
        stack.enter_context(running(command, own))
        wait_until_ready(port, "/healthz")
        yield Other("Trifid", port, lambda iri: "/" + iri.removeprefix(base), ("html", "ttl"))


@contextmanager
def rdflib_endpoint(data: Path, base: str, folder: Path) -> Iterator[Other]:
    """Serve with rdflib-endpoint, whose documents are the answers to DESCRIBE."""
    if not engines.is_there("rdflib-endpoint"):
        raise RuntimeError('rdflib-endpoint is missing: pip install "rdflib-endpoint[cli]".')
    with engines.rdflib_endpoint(data, folder) as (address, _):
        port = urlsplit(address).port or 0
        yield Other("rdflib-endpoint", port, _describe, ("ttl",))


def _describe(iri: str) -> str:
    return "/?query=" + quote(f"DESCRIBE <{iri}>", safe="")


OTHERS = (trifid, rdflib_endpoint)


def start(stack: ExitStack, data: Path, base: str, folder: Path) -> list[Other]:
    """Start all that can be had here, until the stack ends; say what is missing."""
    found = []
    for number, other in enumerate(OTHERS):
        own = folder / f"other-{number}"
        own.mkdir()
        try:
            found.append(stack.enter_context(other(data, base, own)))
        except (RuntimeError, OSError, subprocess.SubprocessError) as error:
            print(f"Left out: {error}", file=sys.stderr, flush=True)
    return found
