"""Which documents a release has, and since when: what a sitemap lists (sitemaps.org)."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from tempfile import TemporaryDirectory

from pyoxigraph import Literal

from publisher.addresses import Addresses, Obstacle
from publisher.load.files import DATASET
from publisher.rdf.namespaces import iri
from publisher.rdf.sorted_files import Quads, Sorter, merge_lines, without_repetitions

_REPLACED_BY = f"<{iri('dcterms:isReplacedBy')}>".encode()
# sitemaps.org: so many addresses a file at most.
MOST_ADDRESSES = 50_000


def list_documents(
    datasets: Mapping[str, Quads],
    modified: Mapping[str, Literal],
    catalogued: Iterable[str],
    base_iri: str,
) -> Iterator[tuple[str, str]]:
    """Yield document path and since when it is as it is, sorted; the home page has no path.

    A document is as new as the newest dataset that says something in it. What nobody can look up
    is left out.

    Args:
        datasets: Name of a dataset → its quads.
        modified: Name of a dataset → when its content changed.
        catalogued: IRIs of the catalogue and of what in it has pages of its own.
        base_iri: Base of the names.
    """
    addresses = Addresses(base_iri, base_iri)
    newest = max((date.value for date in modified.values()), default="")
    with TemporaryDirectory() as folder, Sorter(Path(folder, "documents")) as sorter:
        sorter.add(f"\t{newest}\n".encode())
        for name in filter(addresses.holds, catalogued):
            if "#" in name or addresses.obstacle(name) not in (None, Obstacle.OWN_PAGE):
                continue
            path = addresses.document_of(name).removeprefix(base_iri)
            known = modified.get(path.removeprefix(DATASET))
            sorter.add(f"{path}\t{known.value if known else newest}\n".encode())
        for name, quads in datasets.items():
            date = modified[name].value if name in modified else ""
            for subject in _subjects(quads.lines()):
                if addresses.holds(subject) and addresses.obstacle(subject) is None:
                    path = addresses.document_of(subject).removeprefix(base_iri)
                    sorter.add(f"{path}\t{date}\n".encode())
        sorter.close()
        rows = (line.decode().rstrip("\n").split("\t") for line in merge_lines(sorter.runs))
        for path, same in groupby(rows, key=itemgetter(0)):
            yield path, max(date for _, date in same)


def _subjects(lines: Iterable[bytes]) -> Iterator[str]:
    """Yield the IRIs of which sorted lines say something.

    A thing of which is said only what replaced it has no document: its address leads on.
    """
    names = (line.split(b" ", 2)[:2] for line in lines)
    described = without_repetitions(name for name, predicate in names if predicate != _REPLACED_BY)
    return (name[1:-1].decode() for name in described if name.startswith(b"<"))


def with_shapes(
    listed: Iterable[tuple[str, str]], shapes: Iterable[bytes], base_iri: str
) -> Iterator[tuple[str, str]]:
    """Yield the documents of a list and those of the shapes, sorted.

    No date is known of these: they get that of the home page, which is first and the newest.

    Args:
        listed: From ``list_documents``.
        shapes: The shapes as sorted N-Quads.
        base_iri: Base of the names.
    """
    addresses = Addresses(base_iri, base_iri)
    rows = iter(listed)
    home, newest = next(rows)
    yield home, newest
    of_shapes = {
        addresses.document_of(name).removeprefix(base_iri)
        for name in _subjects(shapes)
        if addresses.holds(name) and addresses.obstacle(name) is None
    }
    together = heapq.merge(rows, ((path, newest) for path in sorted(of_shapes)))
    for path, same in groupby(together, key=itemgetter(0)):
        yield path, max(date for _, date in same)


def write_documents(path: Path, documents: Iterable[tuple[str, str]]) -> None:
    """Write the list, a document a line: path, tab, date."""
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(f"{document}\t{date}\n" for document, date in documents)


def read_documents(path: Path) -> Iterator[tuple[str, str]]:
    """Yield path and date of each document."""
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            document, _, date = line.rstrip("\n").partition("\t")
            yield document, date
