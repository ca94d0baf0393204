"""Folders of sources of any size: the real ones, and rounds of copies of the real clusters.

A round is everything in ``data/clusters`` once more: initiatives with their claims, figures,
events, statements, organisations and sources, under names that end with the number of the round.
So it has the shape of the real data, is valid against the real shapes, and every file of it is in
the layout of the sources. Concepts and places are shared, as they would be.

Run it: ``python tests/benchmarks/clusters.py 1000000 FOLDER``.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from machinery import REPOSITORY
from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse

from publisher.rdf.namespaces import LABELS, PREFIXES, iri
from publisher.rdf.turtle import write_turtle

BASE = "https://w3id.org/nms-kluster/"
_KEPT = ("ontology", "data", "shapes", "pyproject.toml")
_OWN = {"cluster": BASE + "def/cluster#", **PREFIXES}


def make_sources(folder: Path, triples: int) -> int:
    """Write a folder of sources of at least so many triples; return how many it has.

    The folder holds the real sources, however few triples are asked for.
    """
    folder.mkdir(parents=True)
    for name in _KEPT:
        origin = REPOSITORY / name
        if origin.is_dir():
            shutil.copytree(origin, folder / name)
        else:
            shutil.copy(origin, folder / name)
    mould = _mould(folder / "data" / "clusters")
    count = sum(len(_triples(path)) for path in folder.rglob("*.ttl"))
    for number in range(1, sys.maxsize):
        if count >= triples:
            break
        count += _write_round(folder / "data" / "clusters" / f"round-{number:05}", mould, number)
    return count


def _triples(path: Path) -> list[Triple]:
    return [q.triple for q in parse(path=path, format=RdfFormat.TURTLE, base_iri=BASE)]


def _mould(folder: Path) -> dict[str, list[Triple]]:
    """Return the files of the clusters, without the sources that only others cite."""
    found = {path.name: _triples(path) for path in sorted(folder.glob("*.ttl"))}
    said = [triple for triples in found.values() for triple in triples]
    cited = {t.object for t in said if t.predicate.value == iri("dcterms:source")}
    documents = {t.subject for t in said if t.object == NamedNode(iri("foaf:Document"))}
    left_out = documents - cited
    return {n: [t for t in said if t.subject not in left_out] for n, said in found.items()}


def _write_round(folder: Path, mould: dict[str, list[Triple]], number: int) -> int:
    """Write the files of one round; return the number of its triples."""
    folder.mkdir()
    defined = {t.subject for said in mould.values() for t in said}
    names = {t.object for said in mould.values() for t in said if t.predicate.value in LABELS}
    count = 0

    def renamed(term: object) -> object:
        if term in defined and isinstance(term, NamedNode) and term.value.startswith(BASE + "id/"):
            return NamedNode(f"{term.value}-r{number}")
        if isinstance(term, Literal) and term in names:
            # Where it is the object of a statement too: it says the name that the thing has.
            return Literal(f"{term.value} ({number})", language=term.language)
        return term

    for name, said in mould.items():
        content = [
            Triple(renamed(t.subject), t.predicate, renamed(t.object))  # type: ignore[arg-type]
            for t in said
        ]
        (folder / name).write_text(write_turtle(content, _OWN), encoding="utf-8")
        count += len(content)
    return count


if __name__ == "__main__":
    print(make_sources(Path(sys.argv[2]), int(sys.argv[1])))
