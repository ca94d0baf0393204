"""What a release is called, and whether it is there already."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from itertools import count
from pathlib import Path

from publisher import __version__
from publisher.errors import ReleaseError
from publisher.quality.approval import ApprovedSources
from publisher.quality.reports import as_json
from publisher.release.examples import examples_of
from publisher.release.open import open_release

_DIGITS = 12


def inputs_of(approved: ApprovedSources, digest: str) -> str:
    """Return a digest of everything that a release is made of; with another, it must be made anew.

    The triples alone are not enough: the context, a query, an example or a warning may change
    without them, and another version of the program may write the same triples otherwise.
    """
    sources = approved.sources
    inputs = {
        "context": dict(sources.context),
        "digest": digest,
        "examples": examples_of(sources),
        "queries": dict(sources.queries),
        "report": as_json(approved.findings),
        "software": __version__,
    }
    return hashlib.sha256(json.dumps(inputs, sort_keys=True).encode()).hexdigest()


def place_of(releases: Path, digest: str, inputs: str, published: datetime) -> Path:
    """Return the folder of a release: one that holds it, or one that does not exist yet.

    It is called by its date and the first digits of its digest. Where that name is taken by a
    damaged release, by other inputs with the same triples, or by an older instant (Last-Modified
    must grow), a number is added: a release never changes.
    """
    name = f"{published.date().isoformat()}-{digest[:_DIGITS]}"
    for number in count(1):
        folder = releases / (name if number == 1 else f"{name}-{number}")
        if not folder.exists() or _holds(folder, inputs, published):
            return folder
    raise AssertionError("there are more numbers than folders")


def _holds(folder: Path, inputs: str, published: datetime) -> bool:
    try:
        release = open_release(folder)
    except ReleaseError:
        return False
    return release.inputs == inputs and release.published >= published
