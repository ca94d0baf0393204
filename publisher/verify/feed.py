"""What a portal holds after a harvest, and whether its datasets add up."""

from __future__ import annotations

from dataclasses import dataclass, field

import pyoxigraph as ox
from rdflib import DCAT, RDF, Graph, Namespace

from publisher.errors import SourceSyntax
from publisher.findings import Finding
from publisher.messages import text
from publisher.verify import graphs
from publisher.verify.verdicts import violation, warning

HYDRA = Namespace("http://www.w3.org/ns/hydra/core#")


@dataclass(frozen=True)
class Feed:
    """What a portal has after fetching a catalogue: the address, the triples, the graph."""

    address: str
    triples: graphs.Triples = frozenset()
    graph: Graph = field(default_factory=Graph, repr=False)
    pages: int = 0

    def datasets(self) -> tuple[str, ...]:
        """Return every node typed ``dcat:Dataset``, as CKAN counts them."""
        return tuple(sorted({str(s) for s in self.graph.subjects(RDF.type, DCAT.Dataset)}))

    def described(self) -> graphs.Triples:
        """Return the triples about the catalogues and datasets themselves."""
        named = {str(s) for s in self.graph.subjects(RDF.type, DCAT.Catalog)} | set(self.datasets())
        return frozenset(
            triple
            for triple in self.triples
            if isinstance(triple.subject, ox.NamedNode) and triple.subject.value in named
        )


def next_page(graph: Graph) -> str | None:
    """Return the address of the next page, by either vocabulary of Hydra; None on the last."""
    for kind in (HYDRA.PartialCollectionView, HYDRA.PagedCollection):
        for view in graph.subjects(RDF.type, kind):
            for predicate in (HYDRA.next, HYDRA.nextPage):
                target = graph.value(view, predicate)
                if target is not None:
                    return str(target)
    return None


def syntax(error: SourceSyntax, about: str) -> Finding:
    """Return the violation for a page that no portal can parse."""
    return violation("harvest:syntax", error.what, about)


def counted(feed: Feed) -> list[Finding]:
    """Return what is wrong with the number of datasets in a feed."""
    graph, datasets = feed.graph, feed.datasets()
    if not feed.triples:
        return []
    if not datasets:
        message = text("{url} has no dcat:Dataset. A portal would delete all.", url=feed.address)
        return [violation("harvest:empty", message, feed.address)]
    findings = []
    listed = {str(o) for o in graph.objects(None, DCAT.dataset)}
    for phantom in sorted(set(datasets) - listed):
        message = text(
            "{dataset} is typed dcat:Dataset and is in no catalogue: CKAN makes a phantom of it. "
            "List it with dcat:dataset or take the type away.",
            dataset=phantom,
        )
        findings.append(warning("harvest:phantom", message, phantom))
    for total in sorted({str(o) for o in graph.objects(None, HYDRA.totalItems)}):
        if total != str(len(datasets)):
            message = text(
                "hydra:totalItems says {total}, the pages hold {count} datasets.",
                total=total,
                count=len(datasets),
            )
            findings.append(violation("harvest:total", message, feed.address))
    return findings
