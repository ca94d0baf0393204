"""Which things share a document: those named with a hash, and the parts of the catalogue."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from functools import partial
from itertools import islice

from pyoxigraph import NamedNode, Quad, RdfFormat, parse

from publisher.addresses import Addresses
from publisher.load.files import CATALOGUE, DATASET
from publisher.rdf.namespaces import iri

# What these are of has an address of its own; all else in the catalogue is part of something.
_CATALOGUE_PARTS = {
    iri(name)
    for name in (
        "dcat:Catalog",
        "dcat:DataService",
        "dcat:Dataset",
        "dcat:DatasetSeries",
        "dcterms:Standard",
        "foaf:Agent",
        "foaf:Document",
        "rdfs:Resource",
    )
}
# People and organisations are no documents: one whose name is no name of a thing (``/id/…``) would
# answer for itself with 200, and is read in the catalogue, to which it redirects with 303.
_PEOPLE = {
    iri(name)
    for name in (
        *("foaf:Group", "foaf:Organization", "foaf:Person", "org:Organization"),
        *("vcard:Group", "vcard:Individual", "vcard:Kind", "vcard:Organization"),
    )
}
_DISTRIBUTION = iri("dcat:distribution")
# What these lead to is read where they stand, whatever it is called.
_LEADS_TO_PART = {
    _DISTRIBUTION,
    *map(
        iri,
        (
            "adms:identifier",
            "dcat:qualifiedRelation",
            "dcterms:provenance",
            "dcterms:rights",
            "dcterms:spatial",
            "dcterms:temporal",
            "prov:qualifiedAttribution",
            "spdx:checksum",
        ),
    ),
}
_LONGEST_CHAIN = 4
# So many lines are read at once.
_BATCH = 10_000
_TYPE, _VERSION = iri("rdf:type"), iri("owl:versionIRI")


@dataclass
class _Catalogue:
    """What the graph of the catalogue says of its things, as far as documents need it.

    Attributes:
        base_iri: Base of the names.
        kinds: Thing, below the base or not → its classes.
        wholes: Part → what leads to it.
        distributions: Pairs of a dataset and a distribution of it.
    """

    base_iri: str
    kinds: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    wholes: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    distributions: list[tuple[str, str]] = field(default_factory=list)

    def read(self, subject: str, predicate: str, value: str) -> None:
        """Take note of a triple whose object is an IRI."""
        if predicate == _TYPE:
            self.kinds[subject].add(value)
        elif predicate in _LEADS_TO_PART:
            self.wholes[value].add(subject)
            if predicate == _DISTRIBUTION:
                self.distributions.append((subject, value))

    def has_page(self, thing: str) -> bool:
        """Tell whether a thing has a document of its own."""
        return has_page(thing, self.kinds.get(thing, set()), self.base_iri)

    def whole_of(self, part: str) -> str:
        """Return the thing with a page that a part belongs to; empty when there is none."""
        for _ in range(_LONGEST_CHAIN):
            part = min(self.wholes.get(part, ()), default="")
            if not part or self.has_page(part):
                break
        return part if self.has_page(part) else ""


def has_page(name: str, classes: AbstractSet[str], base_iri: str) -> bool:
    """Tell whether a thing of the catalogue has a document of its own.

    Args:
        name: IRI of the thing.
        classes: IRIs of its classes.
        base_iri: Base of the names.
    """
    is_named_as_thing = name.startswith(f"{base_iri}id/")
    return bool(classes & _CATALOGUE_PARTS or (classes & _PEOPLE and is_named_as_thing))


def quads_of_documents(lines: Iterable[bytes], base_iri: str) -> Iterator[Quad]:
    """Yield those of sorted N-Quads in which ``shared_documents`` sees what shares a document.

    Of most things it sees nothing, and reading all that is said of them takes long.
    """
    chosen = _lines_of_documents(lines, base_iri)
    while batch := b"".join(islice(chosen, _BATCH)):
        yield from parse(batch, format=RdfFormat.N_QUADS)


def _lines_of_documents(lines: Iterable[bytes], base_iri: str) -> Iterator[bytes]:
    start, document = f"<{base_iri}".encode(), f"<{base_iri}doc/".encode()
    catalogue, version = f" <{base_iri}{CATALOGUE}> .\n".encode(), f" <{_VERSION}> ".encode()
    last = b"\n"
    for line in lines:
        if line.endswith(catalogue) or version in line:
            yield line
        elif line.startswith(start) and not line.startswith(last):
            last = line[: line.index(b">") + 1]
            if b"#" in last or line.startswith(document):
                yield line


def shared_documents(quads: Iterable[Quad], base_iri: str) -> dict[str, list[str]]:
    """Return document path → IRIs of the things in it, for documents of several things.

    The thing with the document's own IRI, if there is one, is first (``/def/cluster`` is an
    ontology, and its terms are ``/def/cluster#…``; ``/dataset/clusters`` is a dataset, and with it
    go its distributions, ``/dataset/clusters/…`` or wherever they are named). So is the IRI of an
    ontology's version. The others are sorted.
    """
    addresses = Addresses(base_iri, base_iri)
    documents: dict[str, set[str]] = defaultdict(set)
    catalogue = _Catalogue(base_iri)
    for quad in quads:
        subject, value = quad.subject, quad.object
        if not isinstance(subject, NamedNode):
            continue
        if isinstance(value, NamedNode) and quad.graph_name == NamedNode(base_iri + CATALOGUE):
            catalogue.read(subject.value, quad.predicate.value, value.value)
        if not addresses.holds(subject.value):
            continue
        if quad.predicate.value == _VERSION and isinstance(value, NamedNode):
            # The current version is the document that is there.
            documents[subject.value.removeprefix(base_iri)] |= {subject.value, value.value}
        if "#" in subject.value:
            document = addresses.document_of(subject.value)
            documents[document.removeprefix(base_iri)] |= {document, subject.value}
        elif subject.value.startswith(addresses.document_of(f"{base_iri}id/")):
            # What is said of a document itself is found in it, beside what it is about.
            documents[subject.value.removeprefix(base_iri)].add(subject.value)
    _add_catalogue_parts(documents, catalogue, addresses)

    def order(path: str, thing: str) -> tuple[bool, bool, str]:
        is_topic = thing == addresses.thing_of(base_iri + path)
        return (not is_topic, thing != base_iri + path, thing)

    return {path: sorted(documents[path], key=partial(order, path)) for path in sorted(documents)}


def _add_catalogue_parts(
    documents: dict[str, set[str]], catalogue: _Catalogue, addresses: Addresses
) -> None:
    """Put every part of the catalogue into the document of what it belongs to."""
    base_iri = addresses.base_iri
    for part in catalogue.kinds:
        own = addresses.holds(part) and "#" not in part and not part.startswith(f"{base_iri}doc/")
        if own and not catalogue.has_page(part):
            path = part.removeprefix(base_iri)
            within = re.match(rf"{DATASET}[^/]+(?=/)", path)
            whole = "" if within else catalogue.whole_of(part)
            if whole and addresses.holds(whole):
                document = addresses.document_of(whole)
                documents[document.removeprefix(base_iri)] |= {whole, part}
            else:
                path = within[0] if within else CATALOGUE
                documents[path] |= {base_iri + path, part}
    # Also those that are named elsewhere: the page of their dataset is where they are read.
    for dataset, part in catalogue.distributions:
        if addresses.holds(dataset) and catalogue.has_page(dataset) and part in catalogue.kinds:
            document = addresses.document_of(dataset)
            if document != base_iri + CATALOGUE:
                documents[document.removeprefix(base_iri)] |= {dataset, part}
