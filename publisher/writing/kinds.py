"""What kind of value belongs in a field: from its shapes, else the ontology, else the data."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pyoxigraph import Literal, NamedNode

from publisher.rdf.namespaces import iri
from publisher.writing.constraints import Constraints, Path
from publisher.writing.fields import ADDRESS, ANY, DATE, LINK, NUMBER, PLAIN, TEXT, TRUTH
from publisher.writing.inventory import Inventory

_NUMBERS = tuple(
    iri(f"xsd:{name}")
    for name in (
        *("integer", "decimal", "double", "float", "int", "long", "short", "byte"),
        *("nonNegativeInteger", "positiveInteger", "unsignedInt", "unsignedLong"),
    )
)
# The most exact first: what an editor writes decides which it is.
DATES = tuple(iri(f"xsd:{name}") for name in ("dateTime", "date", "gYearMonth", "gYear"))
_LANG_STRING = iri("rdf:langString")
_ANY_LITERAL = (iri("rdfs:Literal"), iri("rdf:langString"))
Values = Sequence[Literal | NamedNode]


def kind_of(inventory: Inventory, path: Path, constraints: Constraints, values: Values) -> str:
    """Return the kind of a field: one of the constants of ``fields``."""
    if path.is_inverse or constraints.terms("sh:class"):
        return LINK
    if listed := constraints.members("sh:in"):
        return LINK if any(isinstance(term, NamedNode) for term in listed) else PLAIN
    datatypes = constraints.iris("sh:datatype")
    if constraints.terms("sh:languageIn") or constraints.terms("sh:uniqueLang"):
        return TEXT
    if datatypes:
        return _of_datatypes(datatypes)
    if constraints.iris("sh:nodeKind") == (iri("sh:IRI"),):
        # An address with a pattern of its own is somebody else's page, never a thing of ours.
        return LINK if not constraints.terms("sh:pattern") and _ours(inventory, values) else ADDRESS
    return _of_ontology(inventory, path.iri) or _of_values(inventory, values)


def datatypes_of(
    inventory: Inventory, path: Path, constraints: Constraints, values: Values
) -> tuple[str, ...]:
    """Return the datatypes that the literals of a field may have, the most exact date first."""
    found = set(constraints.iris("sh:datatype"))
    found |= {name for name in _ranges(inventory, path.iri) if _is_datatype(name)} - found
    if not found:
        found = {v.datatype.value for v in values if isinstance(v, Literal)}
    found -= set(_ANY_LITERAL)
    return tuple(sorted(found, key=lambda n: (DATES.index(n) if n in DATES else len(DATES), n)))


def linked_classes(inventory: Inventory, values: Iterable[Literal | NamedNode]) -> tuple[str, ...]:
    """Return the classes of the things that are linked to, where no shape says which."""
    things = {value.value for value in values if isinstance(value, NamedNode)}
    return tuple(sorted({name for thing in things for name in inventory.types(thing)[:1]}))


def _ours(inventory: Inventory, values: Values) -> bool:
    return bool(values) and all(value.value in inventory.homes for value in values)


def _of_datatypes(datatypes: Iterable[str]) -> str:
    known = set(datatypes)
    if known == {_LANG_STRING}:
        return TEXT
    for kind, fitting in ((NUMBER, _NUMBERS), (DATE, DATES), (TRUTH, (iri("xsd:boolean"),))):
        if known <= set(fitting):
            return kind
    return PLAIN


def _ranges(inventory: Inventory, path: str) -> tuple[str, ...]:
    return inventory.said.nodes(path, iri("rdfs:range"))


def _is_datatype(name: str) -> bool:
    return name.startswith(iri("xsd:")) or name == _LANG_STRING


def _of_ontology(inventory: Inventory, path: str) -> str:
    ranges = [name for name in _ranges(inventory, path) if _is_datatype(name)]
    if ranges:
        return _of_datatypes(ranges)
    return LINK if iri("owl:ObjectProperty") in inventory.types(path) else ""


def _of_values(inventory: Inventory, values: Values) -> str:
    literals = [value for value in values if isinstance(value, Literal)]
    if len(literals) < len(values):
        if literals:
            return ANY
        return LINK if _ours(inventory, values) else ADDRESS
    if any(literal.language for literal in literals):
        return TEXT
    return _of_datatypes({literal.datatype.value for literal in literals}) if literals else PLAIN
