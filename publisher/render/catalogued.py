"""What the catalogue says that pages repeat: the site's title, its datasets, their licence."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode

from publisher.query.engine import Engine
from publisher.rdf.namespaces import iri

_CATALOG, _DATASET = iri("dcat:Catalog"), iri("dcat:Dataset")
_TITLE, _DESCRIPTION = iri("dcterms:title"), iri("dcterms:description")
_LICENSE = iri("dcterms:license")
_QUERY = """
PREFIX dcat: <http://www.w3.org/ns/dcat#>
PREFIX dcterms: <http://purl.org/dc/terms/>
SELECT ?thing ?kind ?property ?value WHERE {
    { VALUES ?kind { dcat:Catalog dcat:Dataset } ?thing a ?kind . }
    UNION { BIND(<%s> AS ?thing) BIND(<%s> AS ?kind) }
    ?thing ?property ?value .
    FILTER(?property IN (dcterms:title, dcterms:description, dcterms:license))
}
ORDER BY ?thing ?property ?value
"""


@dataclass(frozen=True)
class Record:
    """Titles, descriptions and licences of a catalogue, a dataset or the home page."""

    titles: tuple[Literal, ...] = ()
    descriptions: tuple[Literal, ...] = ()
    licenses: tuple[str, ...] = ()


@dataclass(frozen=True)
class Catalogued:
    """The catalogue as pages need it.

    Attributes:
        site: Of the home page, where the data describes it; else of the catalogue.
        catalogue: Of the catalogue.
        datasets: IRI → record, sorted.
    """

    site: Record
    catalogue: Record
    datasets: Mapping[str, Record]


def _record(said: Mapping[str, list[object]]) -> Record:
    texts = {p: tuple(t for t in found if isinstance(t, Literal)) for p, found in said.items()}
    licenses = (term.value for term in said.get(_LICENSE, ()) if isinstance(term, NamedNode))
    return Record(texts.get(_TITLE, ()), texts.get(_DESCRIPTION, ()), tuple(licenses))


def read_catalogued(engine: Engine, base_iri: str) -> Catalogued:
    """Return what the catalogue says, asked of the engine."""
    found: dict[tuple[str, str], dict[str, list[object]]] = defaultdict(lambda: defaultdict(list))
    for row in engine.rows(_QUERY % (base_iri, base_iri)):
        found[row["kind"].value, row["thing"].value][row["property"].value].append(row["value"])
    records = {key: _record(said) for key, said in found.items()}
    catalogue = _first(record for (kind, _), record in records.items() if kind == _CATALOG)
    site = records.get((base_iri, base_iri), Record())
    return Catalogued(
        site=Record(site.titles or catalogue.titles, catalogue.descriptions, catalogue.licenses),
        catalogue=catalogue,
        datasets={name: record for (kind, name), record in records.items() if kind == _DATASET},
    )


def _first(records: Iterable[Record]) -> Record:
    return next(iter(records), Record())
