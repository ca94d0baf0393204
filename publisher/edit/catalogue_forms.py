"""Forms for what a catalogue describes: where they are there, and where new things are written.

A folder that describes datasets of others, or has nothing but a catalogue, gets forms for them
without a shape of its own. Where a profile is turned off as a rule, its fields are left out.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from pyoxigraph import Literal, NamedNode, Quad

from publisher.languages import LANGUAGES
from publisher.load.files import CATALOGUE_FOLDER, Role
from publisher.load.sources import Sources
from publisher.messages import Text
from publisher.profiles.dcat_ap import DCAT_AP, DCAT_AP_HVD, GEODCAT_AP
from publisher.profiles.dcat_ap_se import DCAT_AP_SE
from publisher.profiles.form_fields import CLASSES, form_shapes, term_labels
from publisher.quality.catalogue import describes_elsewhere
from publisher.rdf.namespaces import iri

_FOLDER = f"data/{CATALOGUE_FOLDER}"
_AGENTS = f"{_FOLDER}/agents.ttl"
_TYPE = iri("rdf:type")
_PEOPLE = frozenset(
    iri(name)
    for name in (
        *("foaf:Agent", "foaf:Organization", "foaf:Person"),
        *("vcard:Organization", "vcard:Individual"),
    )
)
_DISTRIBUTION, _CATALOGUE_CLASS = iri("dcat:Distribution"), iri("dcat:Catalog")
# Class → how addresses of its things begin, below the base, where none says it.
_BEGINNINGS = {
    iri("dcat:DataService"): "service/",
    iri("dcat:Dataset"): "dataset/",
    iri("dcat:DatasetSeries"): "series/",
    iri("dcat:Distribution"): "distribution/",
    **dict.fromkeys(_PEOPLE, "id/organisation/"),
    iri("vcard:Organization"): "contact/",
    iri("vcard:Individual"): "contact/",
    iri("foaf:Person"): "id/person/",
}
# What a new entry has from the catalogue that it is in.
_INHERITED = (iri("dcterms:publisher"), iri("dcat:contactPoint"))


@dataclass(frozen=True)
class CatalogueForms:
    """What forms for the catalogue are made from; empty where there are none.

    Attributes:
        shapes: Their shapes.
        things: What the catalogue describes in them.
        labels: IRI of a term of a list → what it is called.
        defaults: Property → what a new entry has unless somebody says otherwise.
    """

    shapes: tuple[Quad, ...] = field(default=(), repr=False)
    things: frozenset[str] = field(default=frozenset(), repr=False)
    labels: Mapping[str, Text] = field(default_factory=dict, repr=False)
    defaults: Mapping[str, NamedNode] = field(default_factory=dict)


def read_catalogue_forms(sources: Sources) -> CatalogueForms:
    """Return what forms for the catalogue of a folder are made from.

    Raises:
        SourceError: A file was changed since it was read first.
    """
    if not describes_elsewhere(sources):
        return CatalogueForms()
    things: set[str] = set()
    classes: set[str] = set()
    tags: Counter[str] = Counter()
    used: dict[str, set[NamedNode | Literal]] = defaultdict(set)
    of_catalogue: dict[str, dict[str, list[NamedNode]]] = defaultdict(lambda: defaultdict(list))
    catalogues: set[str] = set()
    for quad in sources.quads(Role.CATALOGUE):
        subject, predicate, value = quad.subject, quad.predicate.value, quad.object
        if not isinstance(subject, NamedNode):
            continue
        if isinstance(value, Literal) and value.language:
            tags[value.language] += 1
        elif isinstance(value, NamedNode | Literal):
            used[predicate].add(value)
        if predicate == _TYPE and isinstance(value, NamedNode) and value.value in CLASSES:
            things.add(subject.value)
            classes.add(value.value)
            catalogues |= {subject.value} if value.value == _CATALOGUE_CLASS else set()
        if predicate in _INHERITED and isinstance(value, NamedNode):
            of_catalogue[subject.value][predicate].append(value)
    rules = (DCAT_AP, DCAT_AP_SE, DCAT_AP_HVD)
    profiles = [rule for rule in rules if sources.rule_settings.is_on(rule)]
    if sources.rule_settings.is_chosen(GEODCAT_AP):
        profiles.append(GEODCAT_AP)
    spoken = [tag for tag in LANGUAGES if tag in tags]
    languages = [*spoken, *sorted(tags.keys() - set(spoken))] or [LANGUAGES[0]]
    sorted_used = {path: sorted(values, key=str) for path, values in used.items()}
    shapes = form_shapes(profiles or [DCAT_AP], languages, classes, sorted_used)
    defaults = {
        path: values[0]
        for name in (catalogues if len(catalogues) == 1 else ())
        for path, values in of_catalogue[name].items()
        if len(values) == 1
    }
    return CatalogueForms(tuple(shapes), frozenset(things), term_labels(), defaults)


def beginning_of(class_iri: str) -> str:
    """Return how addresses of things of a class begin, below the base; empty for other classes."""
    return _BEGINNINGS.get(class_iri, "")


def file_of_entry(class_iri: str, name: str, near: str, together: str) -> str:
    """Return the file that a new thing of the catalogue is written into; empty for other classes.

    A dataset, series or service has a file of its own, a file of a dataset is with it, and
    organisations and contact points stand together; unless a folder has all of a kind in one file.

    Args:
        class_iri: Its class.
        name: The last part of its address.
        near: The file of what it belongs to, if there is one.
        together: The file in which all others of its class stand, if there are several.
    """
    if class_iri not in CLASSES:
        return ""
    if class_iri == _DISTRIBUTION and near:
        return near
    if together:
        return together
    if class_iri in _PEOPLE:
        return _AGENTS
    return "data/catalogue.ttl" if class_iri == _CATALOGUE_CLASS else f"{_FOLDER}/{name}.ttl"
