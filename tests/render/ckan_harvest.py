"""Read a catalogue with CKAN's own parser, without a CKAN site; run by ``test_ckan.py``.

Arguments: a JSON file of address → file, the first address, the media type that it came in.
Prints the datasets as CKAN would keep them. The parser is ckanext-dcat's; what it asks of CKAN
stands below.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import ModuleType
from unittest.mock import MagicMock


class Absent(MagicMock):
    """A module of CKAN that the parser imports and does not need."""

    __path__ = ()


def asbool(value: object) -> bool:
    """Return a setting as CKAN reads it."""
    return str(value).lower() in ("true", "yes", "on", "1")


def munge_tag(tag: str) -> str:
    """Return a tag as it is: CKAN would make it lower case."""
    return tag


def stand_in() -> None:
    """Put stand-ins for CKAN where the parser imports it from."""
    for name in (
        "ckan",
        "ckan.exceptions",
        "ckan.lib",
        "ckan.lib.helpers",
        "ckan.lib.munge",
        "ckan.model",
        "ckan.model.license",
        "ckan.plugins",
        "ckan.plugins.toolkit",
        "ckan.views",
        "ckan.views.dataset",
        "ckan.views.home",
        "ckantoolkit",
    ):
        sys.modules[name] = Absent(name=name)
    sys.modules["ckan.lib.helpers"].resource_formats = dict  # type: ignore[attr-defined]
    sys.modules["ckan.lib.munge"].munge_tag = munge_tag  # type: ignore[attr-defined]
    sys.modules["ckan.model.license"].LicenseRegister = dict  # type: ignore[attr-defined]
    interface = ModuleType("ckanext.dcat.interfaces")
    interface.IDCATURIGenerator = object  # type: ignore[attr-defined]
    sys.modules["ckanext.dcat.interfaces"] = interface
    for name in ("ckantoolkit", "ckan.plugins.toolkit"):
        toolkit = sys.modules[name]
        toolkit.asbool = asbool  # type: ignore[attr-defined]
        toolkit.aslist = lambda value, *_: list(value or [])  # type: ignore[attr-defined]
        toolkit.config = {}  # type: ignore[attr-defined]
        toolkit.ObjectNotFound = KeyError  # type: ignore[attr-defined]
    sys.modules["ckan.plugins"].toolkit = sys.modules["ckan.plugins.toolkit"]  # type: ignore[attr-defined]


def harvest(pages: dict[str, str], first: str, media_type: str) -> list[dict[str, object]]:
    """Return the datasets of a catalogue, following its pages as CKAN's harvester does.

    The content type of the first page is taken for all; each page is parsed alone.
    """
    from ckanext.dcat.processors import RDFParser

    found: list[dict[str, object]] = []
    address: str | None = first
    while address:
        parser = RDFParser(profiles=["euro_dcat_ap_3"])
        parser.parse(Path(pages[address]).read_bytes(), media_type)
        found += list(parser.datasets())
        address = parser.next_page()
    return found


if __name__ == "__main__":
    stand_in()
    listed = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    sys.stdout.write(json.dumps(harvest(listed, sys.argv[2], sys.argv[3]), default=str))
