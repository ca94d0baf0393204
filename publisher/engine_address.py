"""Where a SPARQL engine is, as people write it down."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from publisher.errors import SettingError

OXIGRAPH = "oxigraph"
SPARQ = "sparq"
_UNITS = {"ms": 1000, "s": 1}
_TIMEOUT = re.compile(r"([A-Za-z][\w.-]*):(ms|s)")


def is_remote(engine: str) -> bool:
    """Tell whether the setting names an engine somewhere else."""
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
        timeout: How it is told a time limit.

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
