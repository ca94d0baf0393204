"""Which documents a release has, and since when: what a sitemap lists (sitemaps.org)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Quad

from publisher.addresses import Addresses
from publisher.load.files import DATASET

# sitemaps.org: so many addresses a file at most.
MOST = 50_000


def list_documents(
    datasets: Mapping[str, Iterable[Quad]],
    modified: Mapping[str, Literal],
    catalogued: Iterable[str],
    base_iri: str,
) -> dict[str, str]:
    """Return document path → since when it is as it is, sorted; the home page has no path.

    A document is as new as the newest dataset that says something in it.

    Args:
        datasets: Name of a dataset → its quads.
        modified: Name of a dataset → when its content changed.
        catalogued: IRIs of the catalogue and of the datasets in it: these have pages too.
        base_iri: Base of the names.
    """
    addresses = Addresses(base_iri, base_iri)
    newest = max((date.value for date in modified.values()), default="")
    documents = {"": newest}
    for iri in filter(addresses.holds, catalogued):
        path = iri.removeprefix(base_iri)
        known = modified.get(path.removeprefix(DATASET))
        documents[path] = known.value if known else newest
    for name, quads in datasets.items():
        date = modified[name].value if name in modified else ""
        for quad in quads:
            if isinstance(quad.subject, NamedNode) and addresses.holds(quad.subject.value):
                path = addresses.document_of(quad.subject.value).removeprefix(base_iri)
                documents[path] = max(date, documents.get(path, ""))
    return dict(sorted(documents.items()))


def write_documents(path: Path, documents: Mapping[str, str]) -> None:
    """Write the list, a document a line: path, tab, date."""
    lines = (f"{document}\t{date}\n" for document, date in documents.items())
    path.write_text("".join(lines), encoding="utf-8")


def read_documents(path: Path) -> Iterator[tuple[str, str]]:
    """Yield path and date of each document."""
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            document, _, date = line.rstrip("\n").partition("\t")
            yield document, date
