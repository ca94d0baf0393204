"""Shapes and ontology → the forms that editors fill in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from pyoxigraph import Literal, NamedNode

from publisher.messages import LANGUAGES, Text
from publisher.rdf.namespaces import iri
from publisher.release.tables.columns import local, targets
from publisher.writing.constraints import Constraints, Path, by_path, most_of_alternatives, order_of
from publisher.writing.fields import ANY, Choice, Field, Form
from publisher.writing.inventory import Inventory
from publisher.writing.kinds import datatypes_of, kind_of, linked_classes

_TYPE = Path(iri("rdf:type"))


def read_forms(inventory: Inventory) -> tuple[Form, ...]:
    """Return a form for each class that a shape targets and that data has or may have.

    Classes whose things stand in the ontology alone (concepts, terms) have no form: they are what
    is chosen from. The forms come sorted by their number of things, most used words first in the
    order of the classes' IRIs.
    """
    of_class = targets(inventory.shapes)
    forms = [_form(inventory, name, of_class) for name in sorted(of_class)]
    forms = [form for form in forms if _is_for_data(inventory, form)]
    things: dict[str, list[str]] = {form.class_iri: [] for form in forms}
    for thing in sorted(inventory.things):
        own = form_of(forms, inventory.types(thing))
        if own is not None:
            things[own.class_iri].append(thing)
    forms = [replace(form, things=tuple(things[form.class_iri])) for form in forms]
    return tuple(_with_parts(_with_own_names(forms)))


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
        demanded = by_path(shapes, of_class.get(each, ())).get(_TYPE)
        found = demanded.iris("sh:hasValue") if demanded is not None else ()
        types += [t for t in found if t not in types]
    node_shapes += [s for t in types[1:] for s in of_class.get(t, ()) if s not in node_shapes]
    node_shapes += [s for s in _of_objects(inventory, types) if s not in node_shapes]
    limits = most_of_alternatives(shapes, node_shapes)
    found_fields = [
        _limited(_field(inventory, path, constraints, types[0]), limits)
        for path, constraints in by_path(shapes, node_shapes).items()
        if path != _TYPE
    ]
    patterns = [p.value for s in node_shapes for p in shapes.values(s, iri("sh:pattern"))]
    return Form(
        class_iri=name,
        names=_form_names(inventory, name, of_class[name]),
        types=tuple(types),
        fields=tuple(sorted(found_fields, key=lambda f: (*f.place, f.key))),
        pattern=patterns[0] if patterns else "",
        shapes=tuple(node_shapes),
    )


def _limited(each: Field, limits: Mapping[str, int]) -> Field:
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
    """Return what the shape calls a thing of the class, else the ontology: both speak of one."""
    main = max(node_shapes, key=lambda s: len(inventory.shapes.nodes(s, iri("sh:property"))))
    names = inventory.shapes.names(main) or inventory.names(name) or {"en": local(name)}
    return {tag: text[:1].upper() + text[1:] for tag, text in names.items()}


def _with_own_names(forms: Sequence[Form]) -> list[Form]:
    """Return the forms with names that tell them apart: by what their classes do not share."""
    alike: dict[tuple[tuple[str, str], ...], list[str]] = {}
    for form in forms:
        alike.setdefault(tuple(sorted(form.names.items())), []).append(local(form.class_iri))

    def own(form: Form) -> Form:
        classes = alike[tuple(sorted(form.names.items()))]
        if len(classes) == 1:
            return form
        shortest = min(classes, key=len)
        shared = next(
            n for n in range(len(shortest) + 1) if all(c.endswith(shortest[n:]) for c in classes)
        )
        rest = local(form.class_iri).removesuffix(shortest[shared:])
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


def _field(inventory: Inventory, path: Path, constraints: Constraints, name: str) -> Field:
    values = _values(inventory, path, name)
    classes = constraints.iris("sh:class")
    if path.is_inverse:
        classes = classes or _pointing(inventory, path.iri)
    kind = kind_of(inventory, path, constraints, values)
    patterns = constraints.literals("sh:pattern")
    field = Field(
        path=path.iri,
        is_inverse=path.is_inverse,
        kind=kind,
        names=constraints.said("sh:name") or inventory.names(path.iri) or {"en": local(path.iri)},
        description=constraints.said("sh:description"),
        message=constraints.said("sh:message"),
        datatypes=datatypes_of(inventory, path, constraints, values),
        classes=classes or (linked_classes(inventory, values) if kind == "link" else ()),
        languages=_languages(constraints, values) if kind in ("text", ANY) else (),
        is_unique_language=constraints.literals("sh:uniqueLang") == ("true",),
        least=constraints.least,
        most=constraints.most,
        pattern=patterns[0] if patterns else "",
        group=inventory.shapes.names(constraints.group),
        place=(order_of(inventory.shapes, constraints.group), constraints.order),
        shape=constraints.parts[0],
    )
    return _with_choices(inventory, field, constraints)


def _values(inventory: Inventory, path: Path, name: str) -> list[Literal | NamedNode]:
    found = (
        value
        for thing in inventory.instances(name)
        for value in inventory.values(thing, path.iri, path.is_inverse)
    )
    return [value for value in found if isinstance(value, Literal | NamedNode)]


def _pointing(inventory: Inventory, path: str) -> tuple[str, ...]:
    """Return the classes whose shapes have a property: what may stand at its other end."""
    return tuple(
        name
        for name, node_shapes in sorted(targets(inventory.shapes).items())
        if Path(path) in by_path(inventory.shapes, node_shapes)
    )


def _languages(constraints: Constraints, values: Iterable[object]) -> tuple[str, ...]:
    demanded = {term.value for term in constraints.members("sh:languageIn")}
    used = {v.language for v in values if isinstance(v, Literal) and v.language}
    wanted = demanded or used | set(LANGUAGES)
    first = [tag for tag in LANGUAGES if tag in wanted]
    return (*first, *sorted(wanted - set(first)))


def _with_choices(inventory: Inventory, field: Field, constraints: Constraints) -> Field:
    """Return a field with its pick-list: ``sh:in``, or the things of its classes that fit."""
    listed = constraints.members("sh:in")
    if listed:
        choices = tuple(Choice(term, inventory.names(term.value)) for term in listed)
        return replace(field, choices=choices, is_closed=True)
    fits = re.compile(field.pattern) if field.pattern else None
    found = sorted({thing for name in field.classes for thing in inventory.instances(name)})
    found = [thing for thing in found if fits is None or fits.search(thing)]
    choices = tuple(Choice(NamedNode(thing), inventory.names(thing)) for thing in found)
    is_closed = bool(found) and not any(thing in inventory.things for thing in found)
    return replace(field, choices=choices, is_closed=is_closed)
