"""Settings: one row each, from which ``--help``, the README's table and the check are made.

They come from ``[tool.publisher]`` in the ``pyproject.toml`` of the folder one is in, then from
``PUBLISHER_*`` variables, then from options of the command line; the later wins.
"""

from __future__ import annotations

import dataclasses
import difflib
import math
import os
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from publisher.bounds import FAST_VALIDATOR, VALIDATORS
from publisher.errors import SettingError
from publisher.messages import LANGUAGES
from publisher.rule_settings import (
    CATALOGUE_TABLE,
    CONTEXTS_TABLE,
    RULES_TABLE,
    read_rule_settings,
)

# Where a SPARQL engine is, as people write it down.

OXIGRAPH = "oxigraph"
SPARQ = "sparq"
_UNITS = {"ms": 1000, "s": 1}
_TIMEOUT = re.compile(r"([A-Za-z][\w.-]*):(ms|s)")


def is_remote(engine: str) -> bool:
    """Tell whether the setting names a remote engine."""
    return engine not in (OXIGRAPH, SPARQ)


def read_timeout(written: str) -> tuple[str, int] | None:
    """Return the parameter that takes a time limit, and its units a second; None for none.

    >>> read_timeout("timeout:ms")
    ('timeout', 1000)
    """
    found = _TIMEOUT.fullmatch(written)
    return (found[1], _UNITS[found[2]]) if found else None


def check_engine(engine: str, others: Iterable[str], timeout: str) -> None:
    """Let the settings of an engine pass.

    Args:
        engine: The setting ``engine``.
        others: Further addresses of it.
        timeout: How a request names a time limit to it.

    Raises:
        SettingError: One of them cannot be what it should be.
    """
    if is_remote(engine) and not engine.startswith(("http://", "https://")):
        raise SettingError(
            "The setting 'engine' is '{engine}'.",
            remedy="Choose 'oxigraph', 'sparq' or the address of a SPARQL endpoint (https://…).",
            engine=engine,
        )
    if any("@" in urlsplit(address).netloc for address in (engine, *others)):
        raise SettingError(
            "The address of an engine holds a user or a password.",
            remedy="Take them out; set PUBLISHER_ENGINE_USER and PUBLISHER_ENGINE_PASSWORD.",
        )
    if timeout and read_timeout(timeout) is None:
        raise SettingError(
            "The setting 'engine_timeout' is '{value}'.",
            remedy="Write the name of a parameter, a colon and ms or s, such as timeout:ms.",
            value=timeout,
        )


# Settings: one row each, from which ``--help``, the README's table and the check are made.

ENVIRONMENT_PREFIX = "PUBLISHER_"
# What the tests need of a machine is said in variables too, and is no setting; nor are secrets,
# since settings are shown, and handed on to other processes.
_OTHER_VARIABLES = (
    "PUBLISHER_TEST_",
    *(f"PUBLISHER_ENGINE_{n}" for n in ("USER", "PASSWORD", "TOKEN")),
)
_LAST_PORT = 65535
# RFC 3987 without a query or fragment: an address that others begin with.
_ADDRESS = re.compile(r"https?://[^\s<>\"{}|\\^`?#]+")
QUERY_LOGS = ("off", "plain", "addresses")
DEFAULT_GRAPHS = ("union", "own")
SECOND_OPINIONS = ("never", "build", "check")


def _row(default: object, description: str, least: int = 1) -> Any:
    """Return a setting; ``least`` is 0 for a number that may be 0."""
    return field(default=default, metadata={"help": description, "least": least})


@dataclass(frozen=True)
class Config:
    """Every setting of the program, with its default and its meaning."""

    base_iri: str = _row("", "IRI below which everything published is named; ends with a slash")
    site_url: str = _row("", "Address of this copy of the site; empty: made from host and port")
    releases: str = _row(".publisher/releases", "Folder of the releases")
    keep_releases: int = _row(10, "Number of newest releases kept when pruning")
    keep_days: int = _row(30, "Days for which a release is kept when pruning")
    file_mb: int = _row(1024, "Largest RDF file that is read")
    file_nesting: int = _row(
        10_000, "Deepest nesting of brackets or elements in an RDF file (JSON-LD: 500 at most)"
    )
    file_memory_mb: int = _row(
        1024, "Memory that reading an RDF file may take, beside 32 times its size"
    )
    file_seconds: float = _row(
        60.0, "Longest reading of an RDF file that is unusual, beside a second for each 4 MB"
    )
    stale_years: int = _row(3, "Report a dated value as stale after this many years")
    link_days: int = _row(7, "Days before a working link is checked again")
    link_pause_seconds: float = _row(
        1.0, "Pause between two requests to one host when links are checked"
    )
    loss_entities_percent: float = _row(
        10.0, "Refuse a release that removes more than this percentage of a dataset's things"
    )
    loss_triples_percent: float = _row(
        25.0, "Refuse a release that removes more than this percentage of a dataset's triples"
    )
    host: str = _row("127.0.0.1", "Address to listen on")
    port: int = _row(8000, "Port to listen on")
    workers: int = _row(1, "Web processes")
    connections: int = _row(2000, "Connections open at one time, per web process")
    client_connections: int = _row(
        1000, "The same of one client; 0: no limit, as with client_header", least=0
    )
    engine: str = _row(OXIGRAPH, "'oxigraph', 'sparq', or the address of a SPARQL 1.1 endpoint")
    sparq_triples: int = _row(
        1_000_000,
        "Most triples of a release that gets files for sparq, the second engine, where it is"
        " installed; 0: none, and none are used",
        least=0,
    )
    engine_timeout: str = _row(
        "", "Request parameter that carries the time limit, such as timeout:ms (or :s); empty: none"
    )
    engine_connections: int = _row(16, "Connections to the engine, per web process")
    engine_update: str = _row("", "Address at which the engine takes SPARQL updates, for push")
    engine_graph_store: str = _row(
        "", "Address of the engine's graph store (SPARQL 1.1 Graph Store Protocol), for push"
    )
    language: str = _row(
        LANGUAGES[0],
        "Language of a page when the reader's is not known",
    )
    page_languages: str = _row(
        "", "Languages that pages are offered in, by comma; empty: all that the program knows"
    )
    content_languages: str = _row(
        "",
        "Languages of the data, by comma: the first is for readers of none of them; empty: the"
        " commonest first",
    )
    pages: str = _row("pages", "Folder of the site's own pages, in Markdown: om.sv.md")
    logo: str = _row("", "Picture in the folder of pages that the head of every page shows")
    colour: str = _row("", "Colour of the publisher for the head of every page, such as #0b5268")
    tile_url: str = _row("", "Map tiles: their address with {z}, {x}, {y}; empty: none are drawn")
    tile_credit: str = _row("", "Attribution shown below each map with tiles")
    validator: str = _row(
        FAST_VALIDATOR, "What validates with shapes: 'rust' (fast, the package shacl) or 'pyshacl'"
    )
    second_opinion: str = _row(
        "build",
        "When the other validator is asked too, of less than 20,000 triples: build, check or never",
    )
    check_timeout_seconds: float = _row(
        300.0, "Longest evaluation of one rule or query of the sources, or of a shape on 100 things"
    )
    check_memory_mb: int = _row(2048, "Memory that one of these may use")
    query_workers: int = _row(2, "Processes that evaluate queries, per web process")
    query_timeout_seconds: float = _row(10.0, "Longest evaluation of a query")
    query_memory_mb: int = _row(512, "Memory that one query may use")
    query_result_mb: int = _row(32, "Largest result of a query")
    query_length_kb: int = _row(64, "Longest query text")
    query_nesting: int = _row(100, "Deepest nesting of brackets in a query")
    query_patterns: int = _row(100, "Most triple patterns in a query")
    query_values: int = _row(10_000, "Most cells in the VALUES of a query")
    query_path_operators: int = _row(100, "Most operators of property paths in a query")
    query_graphs: int = _row(100, "Most graphs in the dataset of a query")
    query_queue: int = _row(
        64, "Queries, and other requests that cost much, that may wait, per web process"
    )
    query_wait_seconds: float = _row(15.0, "Longest wait of one of these")
    query_client_share: int = _row(
        16, "The same of one client: requests running or waiting, per web process"
    )
    query_cache_mb: int = _row(32, "Memory for answers to queries, per web process")
    default_graph: str = _row(
        "union", "Default graph of queries: union (of all graphs), or own (the store's)"
    )
    query_log: str = _row("plain", "Log of queries: off, plain, or addresses (with the clients')")
    slow_query_seconds: float = _row(1.0, "From here on a query is logged as slow, with its text")
    client_header: str = _row(
        "", "Header field in which a proxy in front names the client; empty: no proxy"
    )
    service_endpoints: str = _row(
        "", "Addresses that SERVICE may ask, with commas; empty: none, and workers have no network"
    )
    incoming_links: int = _row(100, "Incoming links that one page of a document shows")
    catalogue_page_size: int = _row(100, "Datasets on one page of the catalogue (EU view)")
    table_page_size: int = _row(50, "Rows on one page of a table")
    table_rows: int = _row(10_000, "Most rows of a selection from a table that is made into a file")
    signing_key: str = _row(
        "", "PEM file with the Ed25519 key that signs releases; empty: they are not signed"
    )
    open_releases: int = _row(3, "Releases of the past that stay open, per web process")
    cache_mb: int = _row(32, "Memory for rendered documents, per web process")

    def with_site(self) -> Config:
        """Return the settings with ``site_url`` filled in, ending with a slash."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        site_url = self.site_url or f"http://{host}:{self.port}/"
        return dataclasses.replace(self, site_url=site_url.rstrip("/") + "/")

    @property
    def offered_languages(self) -> tuple[str, ...]:
        """Return the languages that pages are offered in, in the program's order."""
        listed = {tag.strip() for tag in self.page_languages.split(",")} - {""}
        return tuple(tag for tag in LANGUAGES if tag in listed or not listed)

    @property
    def is_site_named(self) -> bool:
        """Tell whether the operator named the address of the site.

        Else it is made of host and port, where a reader on another machine may find nothing.
        """
        made = dataclasses.replace(self, site_url="").with_site().site_url
        return self.site_url.rstrip("/") not in ("", made.rstrip("/"))


NAMES = tuple(setting.name for setting in dataclasses.fields(Config))
_TYPES = {setting.name: type(setting.default) for setting in dataclasses.fields(Config)}
_MAY_BE_ZERO = {s.name for s in dataclasses.fields(Config) if s.metadata["least"] == 0}
_TYPE_NAMES = {str: "a text", int: "a whole number above 0", float: "a number above 0"}


def describe_settings() -> list[tuple[str, object, str]]:
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
        if name.startswith(ENVIRONMENT_PREFIX) and not name.startswith(_OTHER_VARIABLES):
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
            remedy="Fix the file: settings go under [tool.publisher].",
        ) from error
    settings = table.get("tool", {}).get("publisher", {})
    if not isinstance(settings, dict):
        raise SettingError(
            "tool.publisher must be a table of settings.",
            where=str(path),
            remedy="Write [tool.publisher], and one setting a line below it.",
        )
    read_rule_settings(path.parent)  # every command reports wrong ones
    tables = (CATALOGUE_TABLE, CONTEXTS_TABLE, RULES_TABLE)
    return {name: value for name, value in settings.items() if name not in tables}


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
    expected_type: Any = _TYPES[name]
    may_be_zero = name in _MAY_BE_ZERO
    converted = _converted(expected_type, value, may_be_zero=may_be_zero)
    if converted is None:
        raise SettingError(
            "The setting '{name}' is '{value}', which is not {kind}.",
            remedy="Its meaning: {meaning}. Its default: {default}.",
            name=name,
            value=value,
            kind="a whole number, or 0" if may_be_zero else _TYPE_NAMES[expected_type],
            meaning=dict((n, h) for n, _, h in describe_settings())[name],
            default=dict((n, d) for n, d, _ in describe_settings())[name],
        )
    return converted


def _converted(expected_type: Any, value: object, *, may_be_zero: bool) -> Any:
    """Return a value as the type that a setting wants; None when it is not of that kind."""
    if isinstance(value, bool | list | dict) or (expected_type is int and isinstance(value, float)):
        return None
    try:
        converted = expected_type(value)
    except (TypeError, ValueError, OverflowError):
        return None
    if expected_type is str or (may_be_zero and converted == 0):
        return converted
    if not (converted > 0 and math.isfinite(converted)):
        return None
    return converted


def _checked(config: Config) -> Config:
    base = config.base_iri
    if base and not (_ADDRESS.fullmatch(base) and base.endswith("/")):
        raise SettingError(
            "The setting 'base_iri' is '{base}'; it must begin with http(s):// and end in /.",
            remedy="Set it below [tool.publisher] in pyproject.toml, or as PUBLISHER_BASE_IRI.",
            base=base,
        )
    if base:
        _check_base(base)
    check_engine(
        config.engine, (config.engine_update, config.engine_graph_store), config.engine_timeout
    )
    if config.site_url and not _ADDRESS.fullmatch(config.site_url):
        raise SettingError(
            "The setting 'site_url' is '{url}'; it must begin with http(s):// and have no ? or #.",
            remedy="Set it to the address at which visitors find the site.",
            url=config.site_url,
        )
    if config.port > _LAST_PORT:
        raise SettingError(
            "The setting 'port' is {port}; the last port is {last}.",
            remedy="Choose a port between 1024 and {last}.",
            port=config.port,
            last=_LAST_PORT,
        )
    check_tiles(config.tile_url, config.tile_credit)
    _check_choice("query_log", config.query_log, QUERY_LOGS)
    _check_choice("default_graph", config.default_graph, DEFAULT_GRAPHS)
    for tag in filter(None, map(str.strip, config.page_languages.split(","))):
        _check_choice("page_languages", tag, LANGUAGES)
    _check_choice("language", config.language, config.offered_languages)
    _check_choice("validator", config.validator, VALIDATORS)
    _check_choice("second_opinion", config.second_opinion, SECOND_OPINIONS)
    return config


def _check_base(base: str) -> None:
    """Let a base pass below which names can be looked up (RFC 3986, 3.2, 2.1, 5.2.4)."""
    try:
        parts = urlsplit(base)
        has_host = bool(parts.hostname) and parts.port != 0 and "@" not in parts.netloc
    except ValueError:
        has_host = False
    has_escapes = re.search(r"%(?![0-9A-Fa-f]{2})", base) is None
    has_dots = bool({".", ".."} & set(map(unquote, base.split("/"))))
    if has_host and has_escapes and not has_dots:
        return
    raise SettingError(
        "The setting 'base_iri' is '{base}'; between :// and the next slash stands the name of a"
        " host, with a port at most."
        if not has_host
        else "The setting 'base_iri' is '{base}'; two hexadecimal digits follow a %."
        if not has_escapes
        else "The setting 'base_iri' is '{base}'; clients take the parts '.' and '..' out of an"
        " address before they ask.",
        remedy="Set it below [tool.publisher] in pyproject.toml, or as PUBLISHER_BASE_IRI.",
        base=base,
    )


def _check_choice(name: str, value: str, choices: Sequence[str]) -> None:
    if value not in choices:
        raise SettingError(
            "The setting '{name}' is '{value}'.",
            remedy="Choose one of {choices}.",
            name=name,
            value=value,
            choices=", ".join(choices),
        )


# Where the tiles beneath maps come from, as people write it down.

_PLACEHOLDERS = {"z", "x", "y"}
# The host goes into a header field, so it is written in full and holds nothing but a host. A path
# begins with one slash: two would name a host.
_TEMPLATE = re.compile(
    r"(?:https?://(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\])(?::[0-9]{1,5})?)?/(?!/)[!-~]*"
)
_UNSAFE = re.compile(r"[\"'<>\\^`|#]")
_BRACES = re.compile(r"\{([^{}]*)\}")


def check_tiles(address: str, credit: str) -> None:
    """Let the settings of the tiles pass.

    Args:
        address: The setting ``tile_url``.
        credit: The setting ``tile_credit``.

    Raises:
        SettingError: The address is no template, or nobody is named as who made the tiles.
    """
    if not address:
        return
    places = _BRACES.findall(address)
    is_whole = set(places) == _PLACEHOLDERS and not re.search(r"[{}]", _BRACES.sub("", address))
    if not (is_whole and _TEMPLATE.fullmatch(address) and not _UNSAFE.search(address)):
        raise SettingError(
            "The setting 'tile_url' is '{value}'.",
            remedy="Write an address that begins with http(s):// or / and holds {places},"
            " such as {example}.",
            value=address,
            places="{z}, {x}, {y}",
            example="https://tiles.example.org/{z}/{x}/{y}.png",
        )
    if not credit.strip():
        raise SettingError(
            "The setting 'tile_credit' is empty, and tiles come from {value}.",
            remedy="Name who made the tiles, as their terms of use say; it is shown"
            " below each map. An address at the end becomes a link.",
            value=address,
        )


def tile_origin(address: str) -> str:
    """Return the origin that tiles come from; empty for none, and for the site itself.

    >>> tile_origin("https://tiles.example.org:8080/{z}/{x}/{y}.png?key=1")
    'https://tiles.example.org:8080'
    >>> tile_origin("/tiles/{z}/{x}/{y}.png")
    ''
    """
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""


def read_credit(credit: str) -> tuple[str, str]:
    """Return who made the tiles, and the address at the end of it, if there is one.

    >>> read_credit("© Lantmäteriet, CC BY 4.0")
    ('© Lantmäteriet, CC BY 4.0', '')
    >>> read_credit("© OpenStreetMap https://www.openstreetmap.org/copyright")
    ('© OpenStreetMap', 'https://www.openstreetmap.org/copyright')
    """
    words, _, last = credit.strip().rpartition(" ")
    if last.startswith(("https://", "http://")):
        return words.strip() or last, last
    return credit.strip(), ""
