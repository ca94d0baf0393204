"""Read a feed with udata's own parser, without a udata site; run by ``test_viewers.py``.

Argument: a JSON file with ``pages`` (address → file), ``first`` (an address) and ``types`` (address
→ media type). Prints what udata would keep; ``udata_stub.py`` stands for its document store.
"""

from __future__ import annotations

import json
import sys
import urllib.request
from pathlib import Path
from typing import Any

SETTINGS = {
    "DEFAULT_LANGUAGE": "sv",
    "DEFAULT_COUNTRY_CODE": "se",
    "HVD_SUPPORT": True,
    "INSPIRE_SUPPORT": True,
}


def refuse(*_: Any, **__: Any) -> None:
    """Ask nothing of the network: the reader of JSON schemas would."""
    raise OSError


def harvest(asked: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the items of a harvest, as udata keeps them."""
    # Only its own environment has these, and the folder of this script.
    from flask import Flask
    from udata.harvest.backends.dcat import DcatBackend

    app = Flask("harvest", root_path=str(Path(__file__).parent))
    app.config.update(SETTINGS)
    with app.app_context():
        backend = DcatBackend(asked["pages"], asked["first"], asked["types"])
        backend.inner_harvest()
    return [shown(item) for item in backend.job.items]


def shown(item: Any) -> dict[str, Any]:
    """Return what a visitor of the portal sees of an item."""
    from udata_stub import Document

    entry = item.dataset or item.dataservice or Document()
    return {
        "identifier": item.remote_id,
        "status": item.status,
        "reason": item.reason,
        "kind": "dataset" if item.dataset else "dataservice",
        "title": entry.title,
        "tags": entry.tags,
        "contacts": [contact.email for contact in entry.contact_points],
        "files": [file.url for file in entry.resources],
        "formats": [file.format for file in entry.resources],
        "has_area": entry.spatial is not None,
        "licence": entry.license,
        "modified": entry.harvest.modified_at if entry.harvest else None,
    }


if __name__ == "__main__":
    from udata_stub import stand_in

    stand_in()
    urllib.request.urlopen = refuse
    wanted = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    sys.stdout.write(json.dumps(harvest(wanted), default=str, ensure_ascii=False))
