"""Shapes and ontology → the forms that editors fill in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from pyoxigraph import BlankNode, Literal, NamedNode

from publisher.edit.fields import (
    ADDRESS,
    ANY,
    DATE,
    LINK,
    NUMBER,
    PLAIN,
    TEXT,
    TRUTH,
    Choice,
    Field,
    Form,
)
from publisher.edit.inventory import Inventory
from publisher.languages import LANGUAGES, SOURCE_LANGUAGE, WRITTEN_LANGUAGES
from publisher.messages import Text, text
from publisher.rdf.label_templates import TEMPLATE
from publisher.rdf.namespaces import iri
from publisher.rdf.paths import PathStep
from publisher.rdf.subjects import Subjects, Term, texts_by_language
from publisher.release.tables.columns import local_name, target_shapes
from publisher.render.labels import standard_terms

# What kind of value belongs in a field: from its shapes, else the ontology, else the data.

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


def kind_of(inventory: Inventory, path: PathStep, constraints: Constraints, values: Values) -> str:
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
        return (
            LINK
            if not constraints.terms("sh:pattern") and _own_classes(inventory, values)
            else ADDRESS
        )
    return _of_ontology(inventory, path.predicate) or _of_values(inventory, values)


def datatypes_of(
    inventory: Inventory, path: PathStep, constraints: Constraints, values: Values
) -> tuple[str, ...]:
    """Return the datatypes that the literals of a field may have, the most exact date first."""
    datatypes = set(constraints.iris("sh:datatype"))
    datatypes |= {
        name for name in _ranges(inventory, path.predicate) if _is_datatype(name)
    } - datatypes
    if not datatypes:
        datatypes = {v.datatype.value for v in values if isinstance(v, Literal)}
    datatypes -= set(_ANY_LITERAL)
    return tuple(sorted(datatypes, key=lambda n: (DATES.index(n) if n in DATES else len(DATES), n)))


def linked_classes(inventory: Inventory, values: Iterable[Literal | NamedNode]) -> tuple[str, ...]:
    """Return the classes of the things that are linked to, where no shape says which."""
    things = {value.value for value in values if isinstance(value, NamedNode)}
    return tuple(sorted({name for thing in things for name in inventory.types(thing)[:1]}))


def _own_classes(inventory: Inventory, values: Values) -> bool:
    return bool(values) and all(value.value in inventory.defining_files for value in values)


def _of_datatypes(datatypes: Iterable[str]) -> str:
    known = set(datatypes)
    if known == {_LANG_STRING}:
        return TEXT
    for kind, fitting in ((NUMBER, _NUMBERS), (DATE, DATES), (TRUTH, (iri("xsd:boolean"),))):
        if known <= set(fitting):
            return kind
    return PLAIN


def _ranges(inventory: Inventory, path: str) -> tuple[str, ...]:
    return inventory.properties.nodes(path, iri("rdfs:range"))


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
        return LINK if _own_classes(inventory, values) else ADDRESS
    if any(literal.language for literal in literals):
        return TEXT
    return _of_datatypes({literal.datatype.value for literal in literals}) if literals else PLAIN


# What property shapes demand of the values of one path, put together (SHACL, section 4).

_LISTS = ("sh:and", "sh:or", "sh:xone")
_LAST = 1_000_000.0


@dataclass(frozen=True)
class Constraints:
    """Property shapes of one path, read as one; those that only warn do not bind."""

    shapes: Subjects
    parts: tuple[str, ...]

    def terms(self, name: str) -> tuple[Term, ...]:
        """Return the values of a SHACL property, of each shape and of the shapes inside it."""
        values = (v for part in self._all for v in self.shapes.values(part, iri(name)))
        return tuple(dict.fromkeys(values))

    def has_own(self, name: str) -> bool:
        """Tell whether a shape itself has a SHACL property, or one that it refers to as a whole."""
        nodes = [n for part in self._binding for n in self.shapes.nodes(part, iri("sh:node"))]
        return any(self.shapes.values(part, iri(name)) for part in (*self._binding, *nodes))

    def iris(self, name: str) -> tuple[str, ...]:
        """Return the same as IRIs."""
        return tuple(term.value for term in self.terms(name) if isinstance(term, NamedNode))

    def literals(self, name: str) -> tuple[str, ...]:
        """Return the same as the text of literals."""
        return tuple(term.value for term in self.terms(name) if isinstance(term, Literal))

    def members(self, name: str) -> tuple[Term, ...]:
        """Return the members of the lists that a SHACL property has as values."""
        lists = (term.value for term in self.terms(name) if not isinstance(term, Literal))
        return tuple(
            dict.fromkeys(term for head in lists for term in self.shapes.list_members(head))
        )

    def texts(self, name: str) -> Text:
        """Return language → text of the first shape that says it."""
        for part in self.parts:
            if texts := texts_by_language(self.shapes.values(part, iri(name))):
                return texts
        return {}

    @property
    def is_made(self) -> bool:
        """Tell whether a shape says how the value is made, so that nobody fills it in."""
        return any(self.shapes.values(part, TEMPLATE) for part in self.parts)

    @property
    def order(self) -> float:
        """Return the lowest ``sh:order``; a shape without one comes last."""
        return min(order_of(self.shapes, part) for part in self.parts)

    @property
    def group(self) -> str:
        """Return the IRI of the group, or nothing."""
        groups = [g for part in self.parts for g in self.shapes.nodes(part, iri("sh:group"))]
        return groups[0] if groups else ""

    @property
    def least(self) -> int:
        """Return the highest ``sh:minCount`` of the shapes themselves."""
        return max(self._counts("sh:minCount"), default=0)

    @property
    def most(self) -> int | None:
        """Return the lowest ``sh:maxCount`` of the shapes themselves."""
        return min(self._counts("sh:maxCount"), default=None)

    def _counts(self, name: str) -> list[int]:
        counts = [v for part in self._binding for v in self.shapes.values(part, iri(name))]
        return [int(value.value) for value in counts if isinstance(value, Literal)]

    @property
    def _binding(self) -> list[str]:
        return [part for part in self.parts if _binds(self.shapes, part)]

    @property
    def _all(self) -> list[str]:
        return [node for part in self._binding for node in (part, *_inside(self.shapes, part))]


def _binds(shapes: Subjects, part: str) -> bool:
    severity = shapes.nodes(part, iri("sh:severity"))
    return not severity or severity[0] == iri("sh:Violation")


def _inside(shapes: Subjects, part: str) -> Iterator[str]:
    """Return the shapes that a shape is made of; what ``sh:not`` forbids is none of them."""
    seen = {part}

    def walk(shape: str) -> Iterator[str]:
        yield from shapes.nodes(shape, iri("sh:node"))
        heads = (head for name in _LISTS for head in shapes.nodes(shape, iri(name)))
        for member in (member.value for head in heads for member in shapes.list_members(head)):
            if member not in seen:  # a shape may be in a list of its own
                seen.add(member)
                yield member
                yield from walk(member)

    return walk(part)


def order_of(shapes: Subjects, subject: str) -> float:
    """Return the ``sh:order`` of a shape or group; without one it comes last."""
    orders = shapes.values(subject, iri("sh:order"))
    return float(orders[0].value) if orders else _LAST


def constraints_by_path(
    shapes: Subjects, node_shapes: Iterable[str]
) -> dict[PathStep, Constraints]:
    """Return path → constraints of some node shapes; paths of several steps are left out."""
    by_path: dict[PathStep, list[str]] = {}
    for shape in node_shapes:
        for part in shapes.nodes(shape, iri("sh:property")):
            path = _path_of(shapes, part)
            if path is not None and part not in by_path.setdefault(path, []):
                by_path[path].append(part)
    return {
        path: Constraints(shapes, tuple(sorted(parts, key=lambda part: not _binds(shapes, part))))
        for path, parts in by_path.items()
    }


def alternative_limits(shapes: Subjects, node_shapes: Iterable[str]) -> dict[str, int]:
    """Return property → most values it may have because it is one of several alternatives.

    One number, written as the exact one, the lowest or the highest: none of them comes twice.
    """
    limits: dict[str, int] = {}
    for shape in node_shapes:
        for part in shapes.nodes(shape, iri("sh:property")):
            most = Constraints(shapes, (part,)).most
            for path in shapes.values(part, iri("sh:path")):
                for head in shapes.nodes(path.value, iri("sh:alternativePath")):
                    for member in shapes.list_members(head) if most is not None else ():
                        limits[member.value] = min(most or 0, limits.get(member.value, most or 0))
    return limits


def _path_of(shapes: Subjects, part: str) -> PathStep | None:
    for value in shapes.values(part, iri("sh:path")):
        if isinstance(value, NamedNode):
            return PathStep(value.value)
        if isinstance(value, BlankNode):
            inverse = shapes.values(value.value, iri("sh:inversePath"))
            if inverse and isinstance(inverse[0], NamedNode):
                return PathStep(inverse[0].value, is_inverse=True)
    return None


# Shapes and ontology → the forms that editors fill in.

_TYPE = PathStep(iri("rdf:type"))


def read_forms(inventory: Inventory) -> tuple[Form, ...]:
    """Return a form for each class that a shape targets and that data has or may have.

    Classes whose things stand in the ontology alone (terms) have no form: they are what is chosen
    from. A list of concepts that is chosen from has one of its own, so that it can grow; these come
    last.
    """
    of_class = target_shapes(inventory.shapes)
    forms = [_form(inventory, name, of_class) for name in sorted(of_class)]
    forms = [form for form in forms if _is_for_data(inventory, form)]
    things: dict[str, list[str]] = {form.class_iri: [] for form in forms}
    for thing in sorted(inventory.things):
        own = form_of(forms, inventory.types(thing))
        if own is not None:
            things[own.class_iri].append(thing)
    forms = [replace(form, things=tuple(things[form.class_iri])) for form in forms]
    forms = _with_parts(_with_own_names(forms))
    return (*forms, *_forms_of_lists(inventory, forms))


# Lists that are chosen from: a form for each, for its concepts.

CONCEPT, _IN_SCHEME = iri("skos:Concept"), iri("skos:inScheme")
_LABEL, _DEFINITION, _NOTATION = (
    iri(f"skos:{name}") for name in ("prefLabel", "definition", "notation")
)
# What a list says of its members is said by being in it.
_OF_LIST = (_IN_SCHEME, iri("skos:topConceptOf"), iri("skos:hasTopConcept"))


def _forms_of_lists(inventory: Inventory, forms: Iterable[Form]) -> list[Form]:
    """Return a form for each list of the ontology that a field of the data is chosen from."""
    choices = {
        choice.iri
        for form in forms
        for each in form.fields
        if CONCEPT in each.classes and each.is_closed
        for choice in each.choices
    }
    schemes = sorted(
        {s for concept in choices for s in inventory.properties.nodes(concept, _IN_SCHEME)}
    )
    own = [s for s in schemes if s.startswith(inventory.sources.base_iri)]
    return [_form_of_list(inventory, s) for s in own if s in inventory.defining_files]


def _form_of_list(inventory: Inventory, scheme: str) -> Form:
    concepts = tuple(
        each for each in inventory.subjects(_IN_SCHEME, scheme) if each in inventory.defining_files
    )
    shapes = target_shapes(inventory.shapes)
    shaped = _form(inventory, CONCEPT, shapes).fields if CONCEPT in shapes else ()
    fields = [f for f in shaped if f.path not in _OF_LIST and not f.is_inverse]
    fields += [
        f for f in _usual_fields(inventory, concepts) if f.path not in {e.path for e in fields}
    ]
    return Form(
        class_iri=scheme,
        names=inventory.names(scheme) or {SOURCE_LANGUAGE: local_name(scheme)},
        types=(CONCEPT,),
        fields=tuple(fields),
        pattern="" if concepts else f"{scheme}/[a-z0-9-]+$",
        things=concepts,
        scheme=scheme,
    )


def _usual_fields(inventory: Inventory, concepts: Iterable[str]) -> Iterator[Field]:
    """Yield the fields that a concept has where no shape says it: name, definition, code."""
    labels = [v for each in concepts for v in inventory.values(each, _LABEL)]
    used = {v.language for v in labels if isinstance(v, Literal) and v.language} or set(LANGUAGES)
    first = [tag for tag in LANGUAGES if tag in used]
    languages = (*first, *sorted(used - set(first)))
    yield Field(_LABEL, text("Name"), TEXT, languages=languages, is_unique_language=True, least=1)
    yield Field(_DEFINITION, text("Definition"), TEXT, languages=languages, is_unique_language=True)
    if any(inventory.values(each, _NOTATION) for each in concepts):
        yield Field(_NOTATION, text("Code"), PLAIN, most=1)


def form_of(forms: Iterable[Form], types: Iterable[str]) -> Form | None:
    """Return the form for a thing of some classes: the one that says most of them; else None."""
    known = set(types)
    fitting = [form for form in forms if form.class_iri in known]
    return max(fitting, key=lambda form: len(known & set(form.types)), default=None)


def _is_for_data(inventory: Inventory, form: Form) -> bool:
    instances = inventory.instances(form.class_iri)
    return not instances or any(thing in inventory.things for thing in instances)


def _form(inventory: Inventory, name: str, of_class: Mapping[str, Sequence[str]]) -> Form:
    shapes = inventory.shapes
    node_shapes = list(of_class[name])
    types = [name]
    for each in types:  # grows: a class may demand a class that demands another
        demanded = constraints_by_path(shapes, of_class.get(each, ())).get(_TYPE)
        values = demanded.iris("sh:hasValue") if demanded is not None else ()
        types += [t for t in values if t not in types]
    node_shapes += [s for t in types[1:] for s in of_class.get(t, ()) if s not in node_shapes]
    node_shapes += [s for s in _of_objects(inventory, types) if s not in node_shapes]
    limits = alternative_limits(shapes, node_shapes)
    found_fields = [
        _with_alternative_limit(_field(inventory, path, constraints, types[0]), limits)
        for path, constraints in constraints_by_path(shapes, node_shapes).items()
        if path != _TYPE and not constraints.is_made
    ]
    patterns = [p.value for s in node_shapes for p in shapes.values(s, iri("sh:pattern"))]
    return Form(
        class_iri=name,
        names=_form_names(inventory, name, of_class[name]),
        types=tuple(types),
        fields=tuple(sorted(found_fields, key=lambda f: (*f.position, f.key))),
        pattern=patterns[0] if patterns else "",
        shapes=tuple(node_shapes),
    )


def _with_alternative_limit(each: Field, limits: Mapping[str, int]) -> Field:
    """Return a field that has no more values than the alternatives it belongs to."""
    if each.is_inverse or each.path not in limits:
        return each
    most = limits[each.path]
    return replace(each, most=most if each.most is None else min(each.most, most))


def _of_objects(inventory: Inventory, types: Sequence[str]) -> list[str]:
    """Return shapes of the values of a property whose values must be of one of the classes.

    What is cited must tell more than a document that nobody cites (``sh:targetObjectsOf``).
    """
    shapes = inventory.shapes
    towards = {
        path
        for part in shapes
        if set(types) & set(shapes.nodes(part, iri("sh:class")))
        for path in shapes.nodes(part, iri("sh:path"))
    }
    return [
        shape for shape in shapes if towards & set(shapes.nodes(shape, iri("sh:targetObjectsOf")))
    ]


def _form_names(inventory: Inventory, name: str, node_shapes: Sequence[str]) -> Text:
    """Return what the ontology calls a thing of the class, else its shape, as tables and pages."""
    main = max(node_shapes, key=lambda s: len(inventory.shapes.nodes(s, iri("sh:property"))))
    is_alone = len(inventory.shapes.nodes(main, iri("sh:targetClass"))) < 2
    names = inventory.names(name) or (inventory.shapes.names(main) if is_alone else {})
    standard = standard_terms().get(name, ())
    names = names or {label.language or "": label.value for label in standard}
    names = names or inventory.shapes.names(main)
    names = names or {SOURCE_LANGUAGE: local_name(name)}
    return {tag: text[:1].upper() + text[1:] for tag, text in names.items()}


def _with_own_names(forms: Sequence[Form]) -> list[Form]:
    """Return the forms with names that tell them apart: by what their classes do not share."""
    by_names: dict[tuple[tuple[str, str], ...], list[str]] = {}
    for form in forms:
        by_names.setdefault(tuple(sorted(form.names.items())), []).append(
            local_name(form.class_iri)
        )

    def own(form: Form) -> Form:
        classes = by_names[tuple(sorted(form.names.items()))]
        if len(classes) == 1:
            return form
        shortest = min(classes, key=len)
        shared = next(
            n for n in range(len(shortest) + 1) if all(c.endswith(shortest[n:]) for c in classes)
        )
        rest = local_name(form.class_iri).removesuffix(shortest[shared:])
        behind = f" ({rest})" if rest else ""
        return replace(form, names={tag: f"{name}{behind}" for tag, name in form.names.items()})

    return [own(form) for form in forms]


def _with_parts(forms: Sequence[Form]) -> list[Form]:
    """Return the forms with the links marked whose things must have something to belong to."""
    owned = {
        (each.path, form.class_iri)
        for form in forms
        for each in form.fields
        if each.is_inverse and each.least
    }

    def marked(each: Field) -> Field:
        is_part = any((each.path, name) in owned for name in each.classes)
        return replace(each, is_part=is_part and not each.is_inverse)

    return [replace(form, fields=tuple(map(marked, form.fields))) for form in forms]


def _field(inventory: Inventory, path: PathStep, constraints: Constraints, name: str) -> Field:
    values = _values(inventory, path, name)
    classes = constraints.iris("sh:class")
    if path.is_inverse:
        classes = classes or _linking_classes(inventory, path.predicate)
    kind = kind_of(inventory, path, constraints, values)
    patterns = constraints.literals("sh:pattern")
    field = Field(
        path=path.predicate,
        is_inverse=path.is_inverse,
        kind=kind,
        names=constraints.texts("sh:name")
        or inventory.names(path.predicate)
        or {SOURCE_LANGUAGE: local_name(path.predicate)},
        description=constraints.texts("sh:description"),
        message=constraints.texts("sh:message"),
        datatypes=datatypes_of(inventory, path, constraints, values),
        classes=classes or (linked_classes(inventory, values) if kind == "link" else ()),
        languages=_languages(constraints, values) if kind in ("text", ANY) else (),
        is_unique_language=constraints.literals("sh:uniqueLang") == ("true",),
        least=constraints.least,
        most=constraints.most,
        pattern=patterns[0] if patterns else "",
        group=inventory.shapes.names(constraints.group),
        position=(order_of(inventory.shapes, constraints.group), constraints.order),
        shape=constraints.parts[0],
    )
    return _with_choices(inventory, field, constraints)


def _values(inventory: Inventory, path: PathStep, name: str) -> list[Literal | NamedNode]:
    values = (
        value
        for thing in inventory.instances(name)
        for value in inventory.values(thing, path.predicate, path.is_inverse)
    )
    return [value for value in values if isinstance(value, Literal | NamedNode)]


def _linking_classes(inventory: Inventory, path: str) -> tuple[str, ...]:
    """Return the classes whose shapes have a property: what may stand at its other end."""
    return tuple(
        name
        for name, node_shapes in sorted(target_shapes(inventory.shapes).items())
        if PathStep(path) in constraints_by_path(inventory.shapes, node_shapes)
    )


def _languages(constraints: Constraints, values: Iterable[object]) -> tuple[str, ...]:
    demanded = {term.value for term in constraints.members("sh:languageIn")}
    used = {v.language for v in values if isinstance(v, Literal) and v.language}
    tags = demanded or used | set(WRITTEN_LANGUAGES)
    first = [tag for tag in LANGUAGES if tag in tags]
    return (*first, *sorted(tags - set(first)))


def _with_choices(inventory: Inventory, field: Field, constraints: Constraints) -> Field:
    """Return a field with its pick-list: ``sh:in``, or the things of its classes that fit."""
    listed = constraints.members("sh:in")
    if listed:
        choices = tuple(Choice(term, inventory.names(term.value)) for term in listed)
        # In one of several alternatives a list is an offer.
        return replace(field, choices=choices, is_closed=constraints.has_own("sh:in"))
    fits = re.compile(field.pattern) if field.pattern else None
    things = sorted({thing for name in field.classes for thing in inventory.instances(name)})
    things = [thing for thing in things if fits is None or fits.search(thing)]
    choices = tuple(Choice(NamedNode(thing), inventory.names(thing)) for thing in things)
    is_closed = bool(things) and not any(thing in inventory.things for thing in things)
    return replace(field, choices=choices, is_closed=is_closed)
