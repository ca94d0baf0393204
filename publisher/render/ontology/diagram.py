"""The classes of an ontology as a drawing: boxes with their properties, in columns, and lines."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from graphlib import CycleError, TopologicalSorter

from publisher.render.ontology.rules import Rule, Rules
from publisher.render.ontology.terms import Terms
from publisher.render.page_model import Value
from publisher.render.values import sentence_case, sort_key

# In the units of the drawing, which are pixels on a wide screen.
_HEAD, _ROW, _PAD, _GAP, _BETWEEN = 34, 22, 12, 26, 76
_LETTER, _LEAST_WIDTH = 7.1, 130
# So much wider a letter of a title is.
_BOLD = 1.25
_LONGEST_TEXT = 38
# A box with more properties shows the first ones and how many there are besides.
MOST_ROWS = 12
# More boxes than this are no help to anybody.
MOST_BOXES = 40


@dataclass(frozen=True)
class PropertyRow:
    """A property in the box of a class: its name, the kind of its values, its height."""

    name: Value
    kind: str
    y: float


@dataclass(frozen=True)
class ClassBox:
    """The box of a class: position, name, superclasses and properties."""

    name: Value
    above: str
    rows: tuple[PropertyRow, ...]
    more: int
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Edge:
    """A line from a property to the class of its values, or from a class to the one above it."""

    path: str
    is_above: bool


@dataclass(frozen=True)
class Diagram:
    """A drawing with its size; empty when there is nothing to draw."""

    boxes: tuple[ClassBox, ...]
    edges: tuple[Edge, ...]
    width: float
    height: float
    left_out: int


@dataclass(frozen=True)
class _ClassGraph:
    """The classes and the edges between them, before the layout."""

    own: tuple[str, ...]
    rows: Mapping[str, list[tuple[str, list[str]]]]
    above: Mapping[str, list[str]]

    def targets(self, name: str) -> list[str]:
        """Return the drawn classes that a class leads to."""
        targets = [kind for _, kinds in self.rows[name] for kind in kinds if kind in self.own]
        return [kind for kind in dict.fromkeys(targets) if kind != name]


def draw_diagram(terms: Terms, rules: Rules, named: Named) -> Diagram:
    """Return the drawing of an ontology's classes.

    Args:
        terms: Its terms.
        rules: Class → what the shapes demand; they tell of classes that no property names.
        named: IRI → name of a class or property, with its link.
    """
    rows = class_properties(terms, rules, named)
    for of_class in rows.values():
        # What leads to another box first, so that no line begins at a property left out.
        of_class.sort(key=lambda row: not set(row[1]) & rows.keys())
    drawn = sorted(rows, key=lambda name: -len(rows[name]))[:MOST_BOXES]
    own = tuple(name for name in rows if name in drawn)
    above = {name: [c for c in terms[name].above if c != name] for name in own}
    plan = _ClassGraph(own, {name: rows[name] for name in own}, above)
    return _place_boxes(plan, named, len(rows) - len(own))


def _columns(plan: _ClassGraph) -> list[list[str]]:
    """Return the classes in columns: lines lead to the right where no circle forbids it.

    A class is right of those that lead to it, and right of the one it is a kind of.
    """
    before: dict[str, set[str]] = {name: set() for name in plan.own}
    for name in plan.own:
        for kind in plan.above[name]:
            if kind in before:
                _add_edge(before, kind, name)
    for name in plan.own:
        for target in plan.targets(name):
            _add_edge(before, name, target)
    column: dict[str, int] = {}
    for name in TopologicalSorter(before).static_order():
        column[name] = max((column[other] + 1 for other in before[name]), default=0)
    columns: list[list[str]] = [[] for _ in range(max(column.values(), default=-1) + 1)]
    joined = {name for names in before.values() for name in names}
    for name in plan.own:
        columns[column[name]].append(name)
    rank: dict[str, float] = {}
    for names in columns:
        # Next to what leads to it, so that few lines cross; what is joined to nothing below.
        mean_rank = {name: _mean(rank[other] for other in before[name]) for name in names}
        alone = {name: not before[name] and name not in joined for name in names}
        names.sort(key=lambda name: (alone[name], mean_rank[name], -_height(plan, name)))
        rank |= {name: float(number) for number, name in enumerate(names)}
    return columns


def _mean(numbers: Iterable[float]) -> float:
    listed = list(numbers)
    return sum(listed) / len(listed) if listed else 0.0


def _add_edge(before: dict[str, set[str]], name: str, target: str) -> None:
    """Place one class before another, unless that closes a cycle."""
    before[target].add(name)
    try:
        TopologicalSorter(before).prepare()
    except CycleError:
        before[target].discard(name)


def _height(plan: _ClassGraph, name: str) -> float:
    shown = min(len(plan.rows[name]), MOST_ROWS)
    more = len(plan.rows[name]) > MOST_ROWS
    above = bool(plan.above[name])
    return _HEAD + _ROW * (shown + more + above) + (_PAD if shown or above else 0)


def _place_boxes(plan: _ClassGraph, named: Named, left_out: int) -> Diagram:
    boxes: dict[str, ClassBox] = {}
    x, height = 1.0, 0.0
    for column in _columns(plan):
        y = 1.0
        for name in column:
            boxes[name] = _box(plan, name, named, x, y)
            y += boxes[name].height + _GAP
        # Boxes of one column are as wide as the widest of them.
        width = max(boxes[name].width for name in column)
        for name in column:
            boxes[name] = replace(boxes[name], width=width)
        x += width + _BETWEEN
        height = max(height, y - _GAP + 1)
    edges = [edge for name in plan.own for edge in _edges(plan, boxes, name)]
    drawn = tuple(boxes[name] for name in plan.own)
    return Diagram(drawn, tuple(edges), max(x - _BETWEEN + 1, 0), height, left_out)


def _box(plan: _ClassGraph, name: str, named: Named, x: float, y: float) -> ClassBox:
    kinds = [_short(named(kind).text) for kind in plan.above[name]]
    above = _short(", ".join(kinds))
    top = y + _HEAD + (_ROW if above else 0)
    rows = tuple(
        PropertyRow(
            _cut(named(path)), _short(", ".join(named(k).text for k in ranges), 26), _middle(top, n)
        )
        for n, (path, ranges) in enumerate(plan.rows[name][:MOST_ROWS])
    )
    title = _cut(named(name), first=True)
    texts = [f"{row.name.text}  {row.kind}" for row in rows] + [f"        {above}"]
    longest = max(_BOLD * len(title.text), *(len(text) for text in texts))
    width = max(_LEAST_WIDTH, longest * _LETTER + 2 * _PAD)
    more = len(plan.rows[name]) - len(rows)
    return ClassBox(title, above, rows, more, x, y, width, _height(plan, name))


def _middle(top: float, number: int) -> float:
    return top + _ROW * (number + 0.5)


def _short(text: str, longest: int = _LONGEST_TEXT) -> str:
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


def _cut(value: Value, *, first: bool = False) -> Value:
    text = sentence_case(value.text) if first else value.text
    return Value(_short(text), value.href, value.language)


def _edges(plan: _ClassGraph, boxes: Mapping[str, ClassBox], name: str) -> list[Edge]:
    box, edges = boxes[name], []
    arrivals: dict[str, int] = defaultdict(int)
    for row, (_, ranges) in zip(box.rows, plan.rows[name], strict=False):
        for kind in ranges:
            if kind in boxes:
                arrivals[kind] += 1
                edges.append(Edge(_line(box, row.y, boxes[kind], arrivals[kind]), is_above=False))
    for kind in plan.above[name]:
        if kind in boxes:
            edges.append(Edge(_line(box, box.y + _HEAD / 2, boxes[kind], 0), is_above=True))
    return edges


def _line(start: ClassBox, y: float, end: ClassBox, number: int) -> str:
    """Return the path of a curve from a height of one box to the head of another."""
    target = end.y + _HEAD / 2 + 5 * ((number + 1) // 2) * (-1) ** number
    target = min(max(target, end.y + 6), end.y + end.height - 6)
    leads_right = start.x < end.x
    out = start.x + start.width if leads_right or start.x == end.x else start.x
    into = end.x if leads_right else end.x + end.width
    bend = _BETWEEN * 0.55
    leaving = out + bend if out > start.x else out - bend
    coming = into - bend if leads_right else into + bend
    points = (out, y, leaving, y, coming, target, into, target)
    return "M{:g} {:g}C{:g} {:g} {:g} {:g} {:g} {:g}".format(*(round(p, 1) for p in points))


# What is told of the classes of an ontology: their properties and the kinds of their values.

Named = Callable[[str], Value]
Rows = dict[str, list[tuple[str, list[str]]]]


@dataclass(frozen=True)
class ClassDescription:
    """A class, those it is a kind of, and its properties with the kinds of their values."""

    name: Value
    above: tuple[Value, ...]
    properties: tuple[tuple[Value, tuple[Value, ...]], ...]


def class_properties(terms: Terms, rules: Rules, named: Named) -> Rows:
    """Return class → its properties and the kinds of their values.

    By domain and name; where no property says a domain, by the shapes and in their order.
    """
    rows: Rows = {name: [] for name, term in terms.items() if term.is_class}
    for name, term in terms.items():
        for domain in term.domain if term.is_property else ():
            if domain in rows:
                rows[domain].append((name, term.range))
    if any(rows.values()):
        for of_class in rows.values():
            of_class.sort(key=lambda row: sort_key(named(row[0]).text))
        return rows
    return {name: _shape_properties(rules.get(name, ())) for name in rows}


def _shape_properties(rules: Iterable[Rule]) -> list[tuple[str, list[str]]]:
    """Return the properties that the shapes of a class speak of, in their order."""
    plain = (rule for rule in rules if rule.path and not rule.is_inverse and not rule.is_advice)
    return list({rule.path: rule.kinds() for rule in plain}.items())


def describe_classes(terms: Terms, rules: Rules, named: Named) -> list[ClassDescription]:
    """Return what a drawing shows for those who do not see it, class by class."""
    rows = class_properties(terms, rules, named)
    return [
        ClassDescription(
            named(name),
            tuple(named(kind) for kind in terms[name].above),
            tuple((named(path), tuple(named(kind) for kind in kinds)) for path, kinds in of_class),
        )
        for name, of_class in rows.items()
    ]
