"""What an operator should see to before registering a catalogue; none of it stops a build."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from urllib.parse import unquote

from pyoxigraph import NamedNode, RdfFormat, Triple, parse

from publisher.load.files import DATASET
from publisher.messages import Text, text
from publisher.release.catalogue.graph import CatalogueGraph, undescribed_terms
from publisher.release.model import CATALOGUE_EU, Release

# RFC 2606 and RFC 6761: names that belong to nobody.
_PLACEHOLDER_HOSTS = ("example", "example.org", "example.com", "example.net", "invalid", "test")


def catalogue_notices(
    catalogue: Iterable[Triple], datasets: Iterable[str], base_iri: str
) -> list[Text]:
    """Return one sentence for each thing to see to.

    Args:
        catalogue: The EU view.
        datasets: Names of the datasets that have dumps.
        base_iri: Base of the names.
    """
    triples = list(catalogue)
    draft = CatalogueGraph(triples)
    return [
        *_placeholders(draft),
        *_undescribed(draft, datasets, base_iri),
        *_without_extent(draft),
        *(
            text(
                "{term} has no label in this program. Describe it in data/catalogue.ttl with "
                "its type and skos:prefLabel, or data.europa.eu counts an error.",
                term=term,
            )
            for term in undescribed_terms(triples)
        ),
    ]


def release_notices(release: Release) -> list[Text]:
    """Return what there is to see to in a release."""
    content = (release.folder / CATALOGUE_EU).read_bytes()
    triples = [quad.triple for quad in parse(content, format=RdfFormat.N_TRIPLES)]
    return catalogue_notices(triples, release.datasets(), release.base_iri)


def _placeholders(draft: CatalogueGraph) -> Iterator[Text]:
    for contact in draft.all_objects("dcat:contactPoint"):
        for address in draft.nodes(contact, "vcard:hasEmail"):
            mail = unquote(address.value.removeprefix("mailto:"))
            domain = mail.rpartition("@")[2].lower()
            if any(domain == name or domain.endswith(f".{name}") for name in _PLACEHOLDER_HOSTS):
                yield text(
                    "The contact address {mail} is a placeholder. It is the one thing to change, "
                    "in data/catalogue.ttl, before you register the feed with a portal.",
                    mail=mail,
                )


def _undescribed(draft: CatalogueGraph, datasets: Iterable[str], base_iri: str) -> Iterator[Text]:
    listed = {dataset.value for dataset in draft.all_objects("dcat:dataset")}
    for name in datasets:
        if base_iri + DATASET + name not in listed:
            yield text(
                "The dataset {name} is not in the catalogue. List and describe {iri} in "
                "data/catalogue.ttl, so that portals see it.",
                name=name,
                iri=base_iri + DATASET + name,
            )


def _without_extent(draft: CatalogueGraph) -> Iterator[Text]:
    for place in draft.all_objects("dcterms:spatial"):
        if _is_location(draft, place) and not draft.objects(place, "dcat:bbox"):
            yield text(
                "The place {place} has no extent. Give a place in the data that has a geometry "
                "the property schema:sameAs {place}.",
                place=place.value,
            )


def _is_location(draft: CatalogueGraph, place: NamedNode) -> bool:
    return not draft.objects(place, "skos:inScheme")
