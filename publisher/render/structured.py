"""A dataset in schema.org's words, for the page about it: what Google Dataset Search reads."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pyoxigraph import Literal, NamedNode

from publisher.addresses import Addresses
from publisher.query.engine import Description
from publisher.rdf.namespaces import iri
from publisher.render.labels import best

_IANA = "http://www.iana.org/assignments/media-types/"
_PUBLIC = "http://publications.europa.eu/resource/authority/access-right/PUBLIC"
_LANGUAGES = {"SWE": "sv", "ENG": "en"}
# A script ends at "</script", whatever it holds (HTML, section 4.12.1.3).
_ESCAPES = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"}
_LONGEST_DESCRIPTION = 5000

_Said = Mapping[str, Mapping[str, list[object]]]


@dataclass(frozen=True)
class _Writer:
    """What is known, and in which language and place it is told."""

    said: _Said
    names: Mapping[str, Sequence[Literal]]
    language: str
    addresses: Addresses

    def terms(self, subject: str, name: str) -> list[object]:
        return self.said.get(subject, {}).get(iri(name), [])

    def iris(self, subject: str, name: str) -> list[str]:
        found = (t.value for t in self.terms(subject, name) if isinstance(t, NamedNode))
        return sorted(found)

    def text(self, subject: str, name: str) -> str:
        found = best(self._literals(subject, name), self.language)
        return found.value if found else ""

    def texts(self, subject: str, name: str) -> list[str]:
        literals = self._literals(subject, name)
        mine = [t for t in literals if (t.language or "").split("-")[0] == self.language]
        return sorted(t.value for t in mine or literals)

    def _literals(self, subject: str, name: str) -> list[Literal]:
        return [t for t in self.terms(subject, name) if isinstance(t, Literal)]

    def label(self, name: str) -> str:
        found = best(self.names.get(name, ()), self.language)
        return found.value if found else name


def structured(description: Description, dataset: str, language: str, addresses: Addresses) -> str:
    """Return the JSON-LD for the page of a dataset, safe inside ``<script>``; else nothing.

    Google's required and recommended properties of a Dataset, as far as the catalogue knows them.
    The context stands in the text, since scorers fetch none.

    Args:
        description: Of the document: the dataset and its parts.
        dataset: IRI of the document's topic.
        language: In which to tell it.
        addresses: Where files and catalogue are on this site.
    """
    said: dict[str, dict[str, list[object]]] = defaultdict(lambda: defaultdict(list))
    for triple in description.own:
        subject = str(getattr(triple.subject, "value", ""))
        said[subject][triple.predicate.value].append(triple.object)
    names = {name: [label for _, label in found] for name, found in description.labels.items()}
    writer = _Writer(said, names, language, addresses)
    if NamedNode(iri("dcat:Dataset")) not in writer.terms(dataset, "rdf:type"):
        return ""
    written = json.dumps(_dataset(writer, dataset), ensure_ascii=False, indent=1)
    for character, escape in _ESCAPES.items():
        written = written.replace(character, escape)
    return written


def _dataset(writer: _Writer, dataset: str) -> dict[str, Any]:
    addresses = writer.addresses
    publishers = [
        {"@type": "Organization", "@id": name, "name": writer.label(name)}
        for name in writer.iris(dataset, "dcterms:publisher")
    ]
    catalogue = addresses.base_iri + "catalog"
    node = {
        "@context": {"@vocab": "https://schema.org/"},
        "@type": "Dataset",
        "@id": dataset,
        "name": writer.text(dataset, "dcterms:title"),
        "description": writer.text(dataset, "dcterms:description")[:_LONGEST_DESCRIPTION],
        "url": dataset,
        "sameAs": addresses.on_site(dataset) if addresses.on_site(dataset) != dataset else "",
        "identifier": [dataset, *writer.texts(dataset, "dcterms:identifier")],
        "license": writer.iris(dataset, "dcterms:license")[:1],
        "creator": publishers,
        "publisher": publishers,
        "keywords": writer.texts(dataset, "dcat:keyword"),
        "datePublished": writer.text(dataset, "dcterms:issued"),
        "dateModified": writer.text(dataset, "dcterms:modified"),
        "inLanguage": [
            _LANGUAGES.get(name.rpartition("/")[2], name)
            for name in writer.iris(dataset, "dcterms:language")
        ],
        "temporalCoverage": _period(writer, dataset),
        "spatialCoverage": [
            {"@type": "Place", "@id": place, "name": writer.label(place)}
            for place in writer.iris(dataset, "dcterms:spatial")
        ],
        "isAccessibleForFree": _PUBLIC in writer.iris(dataset, "dcterms:accessRights"),
        "conditionsOfAccess": writer.iris(dataset, "dcterms:accessRights")[:1],
        "creditText": "; ".join(
            writer.text(name, "rdfs:label") for name in writer.iris(dataset, "dcterms:rights")
        ),
        "includedInDataCatalog": {
            "@type": "DataCatalog",
            "@id": catalogue,
            "name": writer.label(catalogue),
            "url": addresses.on_site(catalogue),
        },
        "distribution": [
            _download(writer, name) for name in writer.iris(dataset, "dcat:distribution")
        ],
    }
    return {key: value for key, value in node.items() if value not in ("", [], None)}


def _download(writer: _Writer, distribution: str) -> dict[str, Any]:
    types = writer.iris(distribution, "dcat:mediaType")
    files = writer.iris(distribution, "dcat:downloadURL")
    return {
        "@type": "DataDownload",
        "@id": distribution,
        "name": writer.text(distribution, "dcterms:title"),
        "contentUrl": "".join(writer.addresses.on_site(file) for file in files[:1]),
        "encodingFormat": "".join(kind.removeprefix(_IANA) for kind in types[:1]),
        "contentSize": f"{writer.text(distribution, 'dcat:byteSize')} B",
        "license": "".join(writer.iris(distribution, "dcterms:license")[:1]),
    }


def _period(writer: _Writer, dataset: str) -> str:
    """Return the time covered as an interval (ISO 8601), which may be open at an end."""
    for period in writer.iris(dataset, "dcterms:temporal"):
        start = writer.text(period, "dcat:startDate") or ".."
        end = writer.text(period, "dcat:endDate") or ".."
        return f"{start}/{end}"
    return ""
