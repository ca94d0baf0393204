"""What an operator should see to before registering a catalogue; none of it stops a build."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from pyoxigraph import NamedNode, RdfFormat, Triple, parse

from publisher.left_open import nobodys_mail
from publisher.load.files import DATASET
from publisher.messages import Text, text
from publisher.quality.approval import ApprovedSources
from publisher.quality.placeholders import PLACEHOLDERS
from publisher.release.catalogue.graph import CatalogueGraph, undescribed_terms
from publisher.release.model import CATALOGUE_EU, Release


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


def placeholder_notices(approved: ApprovedSources) -> list[Text]:
    """Return a sentence for each file that has something to be replaced, where it says so."""
    left = Counter(f.file for f in approved.findings if f.rule == PLACEHOLDERS)
    return [
        text(
            "{file}: placeholders that nobody has replaced yet: {count}. 'publisher check' says"
            " where.",
            file=file,
            count=count,
        )
        for file, count in sorted(left.items())
    ]


def _placeholders(draft: CatalogueGraph) -> Iterator[Text]:
    for contact in draft.all_objects("dcat:contactPoint"):
        for address in draft.nodes(contact, "vcard:hasEmail"):
            if mail := nobodys_mail(address.value):
                yield text(
                    "The contact address {mail} is a placeholder. Change it in data/catalogue.ttl "
                    "before you register the feed with a portal.",
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
