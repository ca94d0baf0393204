"""Literals as the sources write them, beside a store that writes them in one way.

A literal is its characters and its datatype (RDF 1.1 Concepts, section 3.3): ``01`` and ``1`` are
two, and an ``xsd:long`` is no ``xsd:integer``. The store (Oxigraph) keeps values, and gives each
back in its shortest form. So a release has a file of the triples whose literals the store may
change, sorted by subject, and anyone who describes a thing puts them back.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, Store, Triple, parse

from publisher.rdf.namespaces import PREFIXES
from publisher.rdf.sorted_files import SortedLines, Sorter, merge_lines, write_lines

XSD = PREFIXES["xsd"]
# Types that the store makes integers of, whatever the number.
INTEGERS = (
    *("byte", "short", "int", "long"),
    *("unsignedByte", "unsignedShort", "unsignedInt", "unsignedLong"),
    *("positiveInteger", "nonNegativeInteger", "negativeInteger", "nonPositiveInteger"),
)
# Types whose values it gives back in a form of its own; a test holds both lists complete.
REWRITTEN = (
    *("boolean", "decimal", "integer", "double", "float", "date", "time", "dateTime"),
    *("gYear", "gYearMonth", "gMonth", "gMonthDay", "gDay"),
    *("duration", "yearMonthDuration", "dayTimeDuration"),
)
MERGED = {"dateTimeStamp": "dateTime", **dict.fromkeys(INTEGERS, "integer")}
_TYPED = re.compile(
    rb'"\^\^<' + re.escape(XSD.encode()) + b"(?:" + "|".join([*REWRITTEN, *MERGED]).encode() + b")>"
)
# What the store certainly gives back as it is. What is left out costs a line in the file.
_KEPT = re.compile(
    rb'"(?:(?:true|false)"\^\^<[^>]*#boolean|(?:0|-?[1-9]\d{0,17})"\^\^<[^>]*#integer'
    rb'|-?(?:0|[1-9]\d{0,8})\.\d{0,8}[1-9]"\^\^<[^>]*#decimal'
    rb'|[12]\d{3}-(?:0[1-9]|1[0-2])-[0-3]\d"\^\^<[^>]*#date|[12]\d{3}"\^\^<[^>]*#gYear'
    rb'|[12]\d{3}-(?:0[1-9]|1[0-2])-[0-3]\dT(?:[01]\d|2[0-3])(?::[0-5]\d){2}Z?"'
    rb"\^\^<[^>]*#dateTime)>$"
)
_ANY = NamedNode("urn:any")
_END = b" .\n"
Node = NamedNode | BlankNode
Term = Node | Literal


def as_stored(literals: Sequence[Literal]) -> list[Literal]:
    """Return what the store makes of literals, in their order."""
    store = Store()
    store.extend(Quad(NamedNode(f"urn:{n}"), _ANY, each) for n, each in enumerate(literals))
    found: dict[str, Literal] = {}
    for quad in store:
        assert isinstance(quad.subject, NamedNode)
        assert isinstance(quad.object, Literal)
        found[quad.subject.value] = quad.object
    return [found[f"urn:{n}"] for n in range(len(literals))]


def write_source_forms(path: Path, lines: Iterable[bytes]) -> None:
    """Write the triples whose literals the store may change; no file when there is none.

    Args:
        path: Of the file. Beside it there is room for a temporary folder.
        lines: N-Triples or N-Quads, in any order.

    Raises:
        OSError: It cannot be written.
    """
    with TemporaryDirectory(dir=path.parent) as folder:
        with Sorter(Path(folder, "typed")) as sorter:
            for line in lines:
                if found := _last(_TYPED, line):
                    sorter.add(line[: found.end()] + _END)
        write_lines(path, _of_changed(merge_lines(sorter.runs)))
    if not path.stat().st_size:
        path.unlink()


def _last(pattern: re.Pattern[bytes], line: bytes) -> re.Match[bytes] | None:
    """Return the place of a datatype; quotation marks within texts are escaped."""
    position = line.rfind(b'"^^<')
    return pattern.match(line, position) if position >= 0 else None


def _of_changed(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the lines of each property of a subject of which a value may change.

    Also those that do not: another value may become the same in the store.
    """
    for _, values in groupby(lines, lambda line: line.split(b" ", 2)[:2]):
        found = list(values)
        if not all(_KEPT.search(line, line.rfind(b' "'), len(line) - len(_END)) for line in found):
            yield from found


class SourceForms:
    """The literals of one release as its sources write them."""

    def __init__(self, path: Path | None = None) -> None:
        """Open the file; where there is none, all literals are as the store has them."""
        self._lines = SortedLines(path) if path is not None else None

    def of_triples(self, triples: Iterable[Triple]) -> list[Triple]:
        """Return triples of a store with the literals of the sources."""
        if self._lines is None:
            return list(dict.fromkeys(triples))
        found: dict[Triple, None] = {}
        known: dict[object, Mapping[tuple[str, Literal], Sequence[Literal]]] = {}
        for triple in triples:
            subject, value = triple.subject, triple.object
            if not isinstance(value, Literal) or isinstance(subject, Triple):
                found[triple] = None
                continue
            if subject not in known:
                known[subject] = self._forms(subject)
            written = known[subject].get((triple.predicate.value, value), (value,))
            found |= {Triple(subject, triple.predicate, each): None for each in written}
        return list(found)

    def of_values(
        self, subject: str, predicate: str, values: Iterable[Node | Literal]
    ) -> set[Node | Literal]:
        """Return the values of a property of a named thing with the literals of the sources."""
        thing, verb = NamedNode(subject), NamedNode(predicate)
        return {t.object for t in self.of_triples(Triple(thing, verb, each) for each in values)}  # type: ignore[misc]

    def _forms(self, subject: Node) -> Mapping[tuple[str, Literal], Sequence[Literal]]:
        """Return predicate and literal of the store → literals of the sources."""
        lines = b"".join(self._lines.starting(f"{subject} ".encode())) if self._lines else b""
        if not lines:
            return {}
        quads = list(parse(lines, format=RdfFormat.N_TRIPLES))
        written = [quad.object for quad in quads if isinstance(quad.object, Literal)]
        found: dict[tuple[str, Literal], list[Literal]] = defaultdict(list)
        for quad, each, stored in zip(quads, written, as_stored(written), strict=True):
            found[quad.predicate.value, stored].append(each)
        return found
