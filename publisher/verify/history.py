"""What changed since the last harvest: what a portal would add, renew and delete."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

import pyoxigraph as ox
from rdflib import DCAT

from publisher.errors import SourceSyntax
from publisher.findings import Finding
from publisher.messages import Text, text
from publisher.rdf.context_loading import json_document
from publisher.system.files import replace_file
from publisher.verify import graphs
from publisher.verify.harvest import Feed
from publisher.verify.report import ReportTable, warning

Digests = Mapping[str, str]


def dataset_digests(feed: Feed) -> dict[str, str]:
    """Return dataset → SHA-256 of its triples, those of its distributions and blank nodes included.

    data.europa.eu compares such a digest and updates a dataset only when it changed.
    """
    by_subject: dict[str, list[ox.Triple]] = {}
    for triple in feed.triples:
        by_subject.setdefault(str(triple.subject), []).append(triple)
    return {dataset: _digest(dataset, by_subject) for dataset in feed.datasets()}


def _digest(dataset: str, by_subject: Mapping[str, list[ox.Triple]]) -> str:
    """Return the SHA-256 of a dataset's own triples."""
    waiting, reached = [f"<{dataset}>"], set[ox.Triple]()
    seen: set[str] = set()
    while waiting:
        subject = waiting.pop()
        if subject in seen:
            continue
        seen.add(subject)
        for triple in by_subject.get(subject, ()):
            reached.add(triple)
            own = triple.predicate.value == str(DCAT.distribution)
            if own or isinstance(triple.object, ox.BlankNode):
                waiting.append(str(triple.object))
    lines = "\n".join(sorted(graphs.canonical(reached)))
    return hashlib.sha256(lines.encode()).hexdigest()


def read_digests(path: Path, address: str) -> Digests:
    """Return the digests of the last harvest of a catalogue; nothing when there was none.

    Raises:
        SourceSyntax: The file is not one that ``write_digests`` wrote.
    """
    if not path.exists():
        return {}
    document = json_document(path.read_bytes(), str(path))
    if not isinstance(document, dict):
        raise SourceSyntax(
            "It is no record of a harvest.", where=str(path), remedy="Name another file."
        )
    digests_of = document.get(address, {})
    return {str(k): str(v) for k, v in digests_of.items()} if isinstance(digests_of, dict) else {}


def write_digests(path: Path, address: str, seen: Digests) -> None:
    """Write the digests of a harvest beside those of other catalogues in the file."""
    document = json_document(path.read_bytes(), str(path)) if path.exists() else {}
    known = document if isinstance(document, dict) else {}
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_file(
        path,
        json.dumps({**known, address: dict(seen)}, indent=2, sort_keys=True, ensure_ascii=False)
        + "\n",
    )


def _states(before: Digests, now: Digests) -> list[tuple[str, Text]]:
    """Return each dataset with what a portal would do with it."""
    states = []
    for dataset in sorted({*before, *now}):
        if dataset not in now:
            states.append((dataset, text("removed: the portal deletes it")))
        elif dataset not in before:
            states.append((dataset, text("added")))
        elif before[dataset] != now[dataset]:
            states.append((dataset, text("changed")))
        else:
            states.append((dataset, text("unchanged")))
    return states


def compare(before: Digests, now: Digests) -> tuple[list[Finding], ReportTable]:
    """Return a warning for each dataset that vanished, and the table of all."""
    findings = [
        warning(
            "history:removed",
            text(
                "{dataset} was there at the last harvest and is gone: portals delete it. "
                "Bring it back unless that is meant.",
                dataset=dataset,
            ),
            dataset,
        )
        for dataset in sorted(set(before) - set(now))
    ]
    columns = (text("Dataset"), text("Since the last harvest"))
    rows = tuple(_states(before, now))
    return findings, ReportTable(text("What a portal would do"), columns, rows)
