"""A class has one name everywhere, and two classes never have the same: in each language."""

from __future__ import annotations

from collections import Counter, defaultdict
from pathlib import Path

import pytest
from pyoxigraph import Literal

from publisher.edit.forms import read_forms
from publisher.edit.inventory import Inventory
from publisher.languages import LANGUAGES
from publisher.load.sources import read_sources
from publisher.rdf.namespaces import iri
from publisher.release.tables.columns import target_shapes
from publisher.render.labels import best_label, standard_terms

REPOSITORY = Path(__file__).parents[2]
FOLDERS = {
    REPOSITORY: "https://w3id.org/nms-kluster/",
    REPOSITORY / "tests" / "data": "https://data.example.org/",
}
_CLASSES = {iri("owl:Class"), iri("rdfs:Class")}


@pytest.fixture(scope="module", params=FOLDERS, ids=lambda folder: folder.name)
def inventory(request: pytest.FixtureRequest) -> Inventory:
    """Return what a folder says: our own, and the tiny world."""
    return Inventory(read_sources(request.param, FOLDERS[request.param]))


def names_of(inventory: Inventory, language: str) -> dict[str, dict[str, str]]:
    """Return class → where it is named → its name there, in lower case."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for name in inventory.properties:
        if _CLASSES & set(inventory.types(name)):
            found[name]["ontology"] = inventory.names(name).get(language, "").lower()
    for name, shapes in target_shapes(inventory.shapes).items():
        main = max(shapes, key=lambda s: len(inventory.shapes.nodes(s, iri("sh:property"))))
        is_alone = len(inventory.shapes.nodes(main, iri("sh:targetClass"))) == 1
        if inventory.shapes.names(main) and is_alone:
            found[name]["shape"] = inventory.shapes.names(main).get(language, "").lower()
    for form in read_forms(inventory):
        found[form.class_iri]["form"] = form.names.get(language, "").lower()
    for name in found:
        standard: Literal | None = best_label(standard_terms().get(name, ()), language)
        # Pages take the name of the ontology, else that of the shape, else the usual one.
        if standard is not None and not {"ontology", "shape"} & found[name].keys():
            found[name]["pages"] = standard.value.lower()
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_class_has_one_name(inventory: Inventory, language: str) -> None:
    """In the ontology, its shape, its form and sheet, and on pages."""
    for name, places in names_of(inventory, language).items():
        assert len(set(places.values())) == 1, (name, places)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_classes_have_the_same_name(inventory: Inventory, language: str) -> None:
    """Whoever reads a heading knows which is meant."""
    found = names_of(inventory, language)
    counts = Counter(name for places in found.values() for name in set(places.values()))
    assert not [name for name, count in counts.items() if name and count > 1]
