"""Shapes that nothing is held against, because they lie elsewhere than in ``shapes/``."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from publisher.findings import Finding
from publisher.load.files import SHAPES, Role
from publisher.load.sources import Sources
from publisher.messages import text
from publisher.rdf.namespaces import PREFIXES
from publisher.rdf.sorted_files import lines_with
from publisher.rule_settings import RULES

UNUSED_RULE, NONE_RULE = "unused-shapes", "no-shapes"
_SHACL = PREFIXES["sh"]
# A node with one of these types or properties is a shape (SHACL, section 2.1).
_TYPES = (f"<{_SHACL}NodeShape>".encode(), f"<{_SHACL}PropertyShape>".encode())
_TARGETS = tuple(
    f"<{_SHACL}{name}>".encode()
    for name in ("targetClass", "targetNode", "targetSubjectsOf", "targetObjectsOf")
)


def check_shape_folders(sources: Sources) -> Iterator[Finding]:
    """Yield a finding for each graph with shapes that are not used; and one if there are none.

    They are published with what is around them, such as an ontology whose classes are shapes too.
    """
    found: dict[bytes, list[bytes]] = defaultdict(list)
    used: set[bytes] = set()
    home = f"<{sources.base_iri}{SHAPES}>".encode()
    for line in lines_with(sources.sorted_sources.quads, *_TYPES, *_TARGETS):
        subject, predicate, rest = line.split(b" ", 2)
        if not subject.startswith(b"<"):
            continue  # what it is a part of is told
        value, graph = rest.split(b" ", 1)[0], rest.rsplit(b" ", 2)[1]
        if graph == home:
            used.add(subject)
        elif predicate in _TARGETS or value in _TYPES:
            found[graph].append(subject)
    unused = {graph: sorted(set(each) - used) for graph, each in found.items()}
    for shapes in filter(None, unused.values()):
        yield _unused(shapes)
    if not any(unused.values()) and not any(sources.of_role(Role.SHAPES)):
        yield from _without_shapes(sources)


def _unused(shapes: list[bytes]) -> Finding:
    sentence = text(
        "Shapes are here ({count}), and nothing is held against them: only those in shapes/ are"
        " used. They are published. Move them, or put them there too, if the data are to conform.",
        count=len(shapes),
    )
    return Finding(
        RULES[UNUSED_RULE].severity, sentence, UNUSED_RULE, focus_node=shapes[0][1:-1].decode()
    )


def _without_shapes(sources: Sources) -> Iterator[Finding]:
    if any(sources.of_role(Role.DATA)):
        sentence = text(
            "There is no folder shapes/, so that no shape is held against the data."
            " What every folder is held to was checked."
        )
        yield Finding(RULES[NONE_RULE].severity, sentence, NONE_RULE, file="shapes")
