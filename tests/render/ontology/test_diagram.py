"""The drawing of an ontology's classes: everything has its place, and lines lead to boxes."""

from __future__ import annotations

from itertools import combinations

from publisher.rdf.namespaces import iri
from publisher.render.ontology.diagram import (
    MOST_BOXES,
    MOST_ROWS,
    ClassBox,
    Diagram,
    describe_classes,
    draw_diagram,
)
from publisher.render.ontology.rules import Rule
from publisher.render.ontology.terms import Term
from publisher.render.page_model import Value

CLASS, PROPERTY = iri("owl:Class"), iri("owl:ObjectProperty")


def of_class(name: str, *above: str) -> tuple[str, Term]:
    """Return a class."""
    return name, Term(name, {CLASS}, above=list(above))


def of_property(name: str, domain: str, *kinds: str) -> tuple[str, Term]:
    """Return a property."""
    return name, Term(name, {PROPERTY}, domain=[domain], range=list(kinds))


def drawn(*terms: tuple[str, Term]) -> Diagram:
    """Return the drawing of terms that are called by their IRIs."""
    return draw_diagram(dict(terms), {}, Value)


def box(drawing: Diagram, name: str) -> ClassBox:
    """Return the box of a class."""
    return next(found for found in drawing.boxes if found.name.text == name)


def overlap(one: ClassBox, other: ClassBox) -> bool:
    """Tell whether two boxes share a place."""
    across = one.x < other.x + other.width and other.x < one.x + one.width
    return across and one.y < other.y + other.height and other.y < one.y + one.height


def test_a_line_leads_from_a_property_to_the_right() -> None:
    """That is how a drawing is read."""
    found = drawn(of_class("A"), of_class("B"), of_property("p", "A", "B"))

    assert box(found, "A").x < box(found, "B").x
    assert len(found.edges) == 1


def test_no_two_boxes_share_a_place_and_all_are_inside() -> None:
    """Whatever the ontology."""
    terms = [of_class(f"C{n}") for n in range(12)]
    terms += [of_property(f"p{n}", f"C{n % 5}", f"C{(n * 7) % 12}") for n in range(30)]
    found = drawn(*terms)

    assert [(a, b) for a, b in combinations(found.boxes, 2) if overlap(a, b)] == []
    assert all(b.x + b.width <= found.width and b.y + b.height <= found.height for b in found.boxes)


def test_a_circle_of_classes_is_drawn() -> None:
    """Every ontology with inverse properties has one."""
    found = drawn(
        of_class("A"), of_class("B"), of_property("p", "A", "B"), of_property("q", "B", "A")
    )

    assert len(found.edges) == 2


def test_a_class_stands_right_of_the_one_it_is_a_kind_of() -> None:
    """And the line to it has another head."""
    found = drawn(of_class("Animal"), of_class("Bear", "Animal"))

    assert box(found, "Animal").x < box(found, "Bear").x
    assert [edge.is_above for edge in found.edges] == [True]


def test_a_class_above_from_elsewhere_is_named_in_the_box() -> None:
    """It has no box of its own."""
    assert box(drawn(of_class("A", "prov:Entity")), "A").above == "prov:Entity"


def test_a_long_list_of_properties_is_cut_and_says_so() -> None:
    """Those that lead to other boxes stay."""
    terms = [of_property(f"p{n:02}", "A", "text") for n in range(20)]
    found = drawn(of_class("A"), of_class("B"), *terms, of_property("to", "A", "B"))
    shown = box(found, "A")

    assert len(shown.rows) == MOST_ROWS
    assert shown.more == 21 - MOST_ROWS
    assert shown.rows[0].name.text == "to"


def test_more_classes_than_a_drawing_bears_are_left_out_and_counted() -> None:
    """The ones with most properties stay."""
    terms = [of_class(f"C{n:02}") for n in range(MOST_BOXES + 3)]
    found = drawn(*terms, of_property("p", "C42", "text"))

    assert len(found.boxes) == MOST_BOXES
    assert found.left_out == 3
    assert box(found, "C42").rows


def test_an_ontology_without_domains_is_drawn_from_its_shapes() -> None:
    """In the order of the shapes."""
    rules = {"A": [Rule("s", "q"), Rule("s", "p"), Rule("s", "r", is_inverse=True)]}
    (found,) = draw_diagram(dict([of_class("A")]), rules, Value).boxes

    assert [row.name.text for row in found.rows] == ["q", "p"]


def test_a_text_is_never_longer_than_its_box_is_wide() -> None:
    """Letters are not measured on the server, so they are counted generously."""
    found = box(
        drawn(of_class("A" * 80), of_property("p" * 80, "A" * 80, "k" * 80)), "A" * 37 + "…"
    )

    assert all(len(text) <= 38 for text in (found.name.text, *(r.name.text for r in found.rows)))
    assert found.width >= 38 * 8


def test_the_same_is_told_in_words() -> None:
    """For those who do not see the drawing (WCAG 2.2, 1.1.1)."""
    terms = dict([of_class("A", "X"), of_class("B"), of_property("p", "A", "B", "C")])
    first, second = describe_classes(terms, {}, Value)

    assert (first.name.text, [kind.text for kind in first.above]) == ("A", ["X"])
    assert [(n.text, [k.text for k in kinds]) for n, kinds in first.properties] == [
        ("p", ["B", "C"])
    ]
    assert second.properties == ()


def test_nothing_is_drawn_of_an_ontology_without_classes() -> None:
    """A list of properties has no diagram."""
    assert drawn(of_property("p", "A", "B")).boxes == ()
