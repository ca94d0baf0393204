"""Settings: one row each, from which ``--help``, the README's table and the check are made.

They come from ``[tool.publisher]`` in the ``pyproject.toml`` of the folder one stands in, then from
``PUBLISHER_*`` variables, then from options of the command line; the later wins.
"""

from __future__ import annotations

import dataclasses
import difflib
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from publisher.errors import SettingError

ENVIRONMENT_PREFIX = "PUBLISHER_"


def _row(default: object, description: str) -> Any:
    return field(default=default, metadata={"help": description})


@dataclass(frozen=True)
class Config:
    """Every setting of the program, with its default and its meaning."""

    base_iri: str = _row("", "IRI below which everything published is named; ends with a slash")
    site_url: str = _row("", "Address of this copy of the site; empty: made from host and port")
    releases: str = _row(".publisher/releases", "Folder of the releases")
    host: str = _row("127.0.0.1", "Address to listen on")
    port: int = _row(8000, "Port to listen on")
    workers: int = _row(1, "Web processes")
    engine: str = _row("oxigraph", "'oxigraph', or the address of a SPARQL 1.1 endpoint")
    language: str = _row("sv", "Language of a page when the reader's is not known: sv or en")
    query_workers: int = _row(2, "Processes that evaluate queries, per web process")
    query_timeout_seconds: float = _row(10.0, "Longest evaluation of a query")
    query_memory_mb: int = _row(1024, "Memory that one query worker may use")
    query_result_mb: int = _row(32, "Largest result of a query")
    query_length_kb: int = _row(64, "Longest query text")
    incoming_links: int = _row(100, "Incoming links that one page of a document shows")
    cache_mb: int = _row(32, "Memory for rendered documents, per web process")

    def with_site(self) -> Config:
        """Return the settings with ``site_url`` filled in, ending with a slash."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        site_url = self.site_url or f"http://{host}:{self.port}/"
        return dataclasses.replace(self, site_url=site_url.rstrip("/") + "/")


NAMES = tuple(setting.name for setting in dataclasses.fields(Config))
_TYPES = {setting.name: type(setting.default) for setting in dataclasses.fields(Config)}


def describe() -> list[tuple[str, object, str]]:
    """Return name, default and meaning of every setting, in order."""
    return [(f.name, f.default, f.metadata["help"]) for f in dataclasses.fields(Config)]


def read_config(
    folder: Path,
    options: Mapping[str, object] | None = None,
    environ: Mapping[str, str] = os.environ,
) -> Config:
    """Return the settings of a folder.

    Args:
        folder: Holds ``pyproject.toml``.
        options: From the command line; None and missing ones do not count.
        environ: ``PUBLISHER_BASE_IRI`` and so on.

    Raises:
        SettingError: A name is misspelt, or a value is not of the kind that the setting needs.
    """
    given: dict[str, object] = dict(_from_file(folder / "pyproject.toml"))
    for name, value in environ.items():
        if name.startswith(ENVIRONMENT_PREFIX):
            given[name.removeprefix(ENVIRONMENT_PREFIX).lower()] = value
    given |= {name: value for name, value in (options or {}).items() if value is not None}
    values = {name: _value(name, value) for name, value in given.items()}
    return _checked(Config(**values))


def _from_file(path: Path) -> Mapping[str, object]:
    if not path.is_file():
        return {}
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingError(
            "This is not a TOML file: {error}.",
            where=str(path),
            error=error,
            remedy="Mend the file; settings stand below [tool.publisher].",
        ) from error
    settings = table.get("tool", {}).get("publisher", {})
    return settings if isinstance(settings, dict) else {}


def _value(name: str, value: object) -> Any:
    if name not in _TYPES:
        near = difflib.get_close_matches(name, NAMES, n=1)
        raise SettingError(
            "There is no setting '{name}'.",
            remedy="Did you mean '{near}'?" if near else "The settings are: {names}.",
            name=name,
            near="".join(near),
            names=", ".join(NAMES),
        )
    wanted: Any = _TYPES[name]
    try:
        converted = wanted(value)
    except (TypeError, ValueError):
        converted = None
    if converted is None or isinstance(value, bool) or (wanted is not str and converted <= 0):
        raise SettingError(
            "The setting '{name}' is '{value}', which is not {kind}.",
            remedy="Its meaning: {meaning}. Its default: {default}.",
            name=name,
            value=value,
            kind={str: "a text", int: "a whole number above 0", float: "a number above 0"}[wanted],
            meaning=dict((n, h) for n, _, h in describe())[name],
            default=dict((n, d) for n, d, _ in describe())[name],
        )
    return converted


def _checked(config: Config) -> Config:
    base = config.base_iri
    if not base.startswith(("http://", "https://")) or not base.endswith("/"):
        raise SettingError(
            "The setting 'base_iri' is '{base}'; it must begin with http(s):// and end in /.",
            remedy="Set it below [tool.publisher] in pyproject.toml, or as PUBLISHER_BASE_IRI.",
            base=base,
        )
    if config.engine != "oxigraph" and not config.engine.startswith(("http://", "https://")):
        raise SettingError(
            "The setting 'engine' is '{engine}'.",
            remedy="Choose 'oxigraph' or the address of a SPARQL endpoint (https://…).",
            engine=config.engine,
        )
    return config
