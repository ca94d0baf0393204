"""Any edit in the workbook is the same edit of the triples, and no other."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from unicodedata import normalize

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Triple

from publisher.edit.sheets.export import export_workbook
from publisher.edit.sheets.importing import import_file
from publisher.edit.sheets.layout import make_basis
from publisher.edit.sheets.marking import report_lines
from publisher.load.files import Role
from publisher.load.sources import Sources, read_sources
from publisher.rdf.namespaces import iri
from publisher.rdf.subjects import Term
from tests.conftest import WORLD
from tests.edit.conftest import POND
from tests.edit.filled import DEPTHS, LAKES, RUNN, SOURCES, STATEMENTS, Filled

pytestmark = pytest.mark.slow

BASE = "https://data.example.org/"
WATER = f"{BASE}def/water#"
LAKE = f"{BASE}{RUNN}"
DEPTH = "id/depth/runn-2015"

# What a workbook can hold and a source may: letters, marks and line ends, nothing blank around it.
TEXTS = st.text(
    st.characters(
        exclude_categories=("Cs", "Cc", "Cn", "Co", "Zs", "Zl", "Zp"), max_codepoint=0x2FFF
    )
    | st.sampled_from(" \n=+-@'\""),
    min_size=1,
    max_size=30,
).map(lambda text: normalize("NFC", text).strip())
SHOWN = TEXTS.filter(lambda text: bool(text))
DAYS = st.dates(min_value=date(1000, 1, 1)).map(str)


def typed(value: str, datatype: str) -> Literal:
    return Literal(value, datatype=NamedNode(iri(f"xsd:{datatype}")))


def pond(folder: Path) -> Sources:
    world = Path(shutil.copytree(WORLD, folder / "world"))
    shutil.copy(POND / "shapes.ttl", world / "shapes" / "Pond.ttl")
    shutil.copy(POND / "terms.ttl", world / "ontology" / "pond.ttl")
    shutil.copy(POND / "data.ttl", world / "data" / "lakes" / "pond.ttl")
    return read_sources(world, BASE)


def facts(sources: Sources) -> set[Triple]:
    return {triple for file in sources.of_role(Role.DATA) for triple in file.triples}


def replaced(
    triples: set[Triple], thing: str, path: str, values: set[Term], tag: str
) -> set[Triple]:
    """Return the triples with the values of a property (in a language) replaced."""

    def stays(triple: Triple) -> bool:
        if triple.subject != NamedNode(thing) or triple.predicate.value != path:
            return True
        return bool(tag) and isinstance(triple.object, Literal) and triple.object.language != tag

    kept = {triple for triple in triples if stays(triple)}
    return kept | {Triple(NamedNode(thing), NamedNode(path), value) for value in values}


@dataclass(frozen=True)
class Edit:
    """What an editor writes of a lake and of its depth; None empties a cell."""

    names: frozenset[str]
    description: str | None
    feeds: frozenset[str]
    kind: str | None
    metres: float
    day: str | None
    is_regulated: bool | None


EDITS = st.builds(
    Edit,
    names=st.frozensets(SHOWN, max_size=3),
    description=st.none() | SHOWN,
    feeds=st.frozensets(st.sampled_from(["Siljan", "Vänern"]), max_size=2),
    kind=st.none() | st.sampled_from(["deep", "shallow"]),
    metres=st.decimals(min_value=0, max_value=9999, places=2).map(float),
    day=st.none() | DAYS | st.sampled_from(["2015", "2015-03"]),
    is_regulated=st.none() | st.booleans(),
)


def write(edit: Edit, book: Filled) -> None:
    """Make an edit in the workbook, and save it."""
    lakes, depths = book.sheet(LAKES), book.sheet(DEPTHS)
    line = book.line(LAKES, RUNN)
    for n, name in enumerate([*sorted(edit.names), None, None, None][:3]):
        cell = lakes.cell(line, book.column(LAKES, "Andra namn (sv)") + n)
        cell.value = name
        cell.data_type = "s" if name else "n"
    cell = book.cell(LAKES, RUNN, "Beskrivning (sv)")
    cell.value, cell.data_type = edit.description, "s" if edit.description else "n"
    for n, name in enumerate([*sorted(edit.feeds), None, None][:2]):
        lakes.cell(line, book.column(LAKES, "Avvattnas till") + n).value = name
    book.cell(LAKES, RUNN, "Slag").value = edit.kind
    book.cell(LAKES, RUNN, "Reglerad").value = edit.is_regulated
    book.cell(DEPTHS, DEPTH, "Meter").value = edit.metres
    book.cell(DEPTHS, DEPTH, "Tid").value = edit.day
    assert depths.max_row > 1
    book.save()


def edited(edit: Edit, triples: set[Triple]) -> set[Triple]:
    """Return the triples after an edit."""
    lakes = {"Siljan": f"{BASE}id/lake/siljan", "Vänern": f"{BASE}id/lake/vänern"}
    truth = {True: "true", False: "false"}
    datatype = {4: "gYear", 7: "gYearMonth", 10: "date"}
    for thing, path, tag, values in (
        (LAKE, iri("skos:altLabel"), "sv", [Literal(n, language="sv") for n in edit.names]),
        (
            LAKE,
            iri("dcterms:description"),
            "sv",
            [Literal(edit.description, language="sv")] if edit.description else [],
        ),
        (LAKE, f"{WATER}feeds", "", [NamedNode(lakes[name]) for name in edit.feeds]),
        (LAKE, f"{WATER}kind", "", [Literal(edit.kind)] if edit.kind else []),
        (
            LAKE,
            f"{WATER}isRegulated",
            "",
            [] if edit.is_regulated is None else [typed(truth[edit.is_regulated], "boolean")],
        ),
        (f"{BASE}{DEPTH}", f"{WATER}metres", "", [typed(repr(edit.metres), "decimal")]),
        (
            f"{BASE}{DEPTH}",
            iri("dcterms:date"),
            "",
            [typed(edit.day, datatype[len(edit.day)])] if edit.day else [],
        ),
    ):
        triples = replaced(triples, thing, path, set(values), tag)
    return triples


@pytest.mark.exhaustive
@settings(max_examples=15, deadline=None)
@given(EDITS)
def test_an_edit_in_the_workbook_is_the_same_edit_of_the_triples(edit: Edit) -> None:
    """Everything else stays, whatever is written."""
    with TemporaryDirectory() as folder:
        sources = pond(Path(folder))
        basis = make_basis(sources)
        file = sources.folder / "pond.xlsx"
        export_workbook(basis, file, "sv")
        write(edit, Filled(sources.folder))
        expected = edited(edit, facts(sources))
        found = import_file(file, basis, "sv")
        assert found.plan is not None, [each.finding.message["en"] for each in found.findings]
        assert facts(found.plan.after) == expected


ANYTHING = st.one_of(
    st.none(),
    SHOWN,
    st.integers(-(10**18), 10**18),
    st.floats(allow_nan=False, allow_infinity=False),
    st.booleans(),
    st.datetimes(min_value=datetime(1905, 1, 1), max_value=datetime(2100, 1, 1)),
    st.sampled_from(["Siljan", "id/lake/siljan", "=1+1", "#N/A", "Öar", f"{BASE}id/lake/x"]),
)


@settings(max_examples=15, deadline=None)
@given(
    edits=st.lists(
        st.tuples(
            st.sampled_from([LAKES, DEPTHS, SOURCES, STATEMENTS]),
            st.integers(1, 7),
            st.integers(1, 12),
            ANYTHING,
        ),
        min_size=1,
        max_size=4,
    )
)
def test_whatever_stands_in_a_cell_gets_an_answer(
    edits: list[tuple[str, int, int, object]],
) -> None:
    """A change or a finding, and never a traceback."""
    with TemporaryDirectory() as folder:
        sources = pond(Path(folder))
        basis = make_basis(sources)
        file = sources.folder / "pond.xlsx"
        export_workbook(basis, file, "sv")
        book = Filled(sources.folder)
        for title, line, column, value in edits:
            book.sheet(title).cell(line, column).value = value
        book.save()

        found = import_file(file, basis, "sv")
        assert list(report_lines(file, found, "sv")) or not found.findings
        for each in found.findings:
            assert any(each.finding.message.values()), each
        assert found.is_refused or found.plan is not None
