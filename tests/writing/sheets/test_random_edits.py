"""Any edit in the workbook is the same edit of the triples, and no other."""

from __future__ import annotations

import shutil
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from unicodedata import normalize

from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Triple

from publisher.load.files import Role
from publisher.load.sources import Sources, read_sources
from publisher.namespaces import iri
from publisher.release.tables.subjects import Term
from publisher.writing.sheets.cells import Names
from publisher.writing.sheets.export import export_workbook
from publisher.writing.sheets.layout import basis_of
from publisher.writing.sheets.running import read_import, report
from tests.conftest import WORLD
from tests.writing.conftest import POND
from tests.writing.filled import DEPTHS, LAKES, RUNN, SOURCES, STATEMENTS, Filled

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


@settings(max_examples=15, deadline=None)
@given(
    names=st.sets(SHOWN, max_size=3),
    description=st.none() | SHOWN,
    feeds=st.sets(st.sampled_from(["Siljan", "Vänern"]), max_size=2),
    kind=st.none() | st.sampled_from(["deep", "shallow"]),
    metres=st.decimals(min_value=0, max_value=9999, places=2),
    day=st.none() | DAYS | st.sampled_from(["2015", "2015-03"]),
    is_regulated=st.none() | st.booleans(),
)
def test_an_edit_in_the_workbook_is_the_same_edit_of_the_triples(
    names: set[str],
    description: str | None,
    feeds: set[str],
    kind: str | None,
    metres: object,
    day: str | None,
    is_regulated: bool | None,
) -> None:
    """Everything else stays, whatever is written."""
    with TemporaryDirectory() as folder:
        sources = pond(Path(folder))
        basis = basis_of(sources)
        file = sources.folder / "pond.xlsx"
        export_workbook(Names(basis.inventory, basis.layouts, "sv"), basis.layouts, file, "sv")
        book = Filled(sources.folder)
        lakes, depths = book.sheet(LAKES), book.sheet(DEPTHS)
        line = book.line(LAKES, RUNN)
        written = [*sorted(names), None, None, None][:3]
        for n, name in enumerate(written):
            cell = lakes.cell(line, book.column(LAKES, "Andra namn (sv)") + n)
            cell.value = name
            cell.data_type = "s" if name else "n"
        cell = book.cell(LAKES, RUNN, "Beskrivning (sv)")
        cell.value, cell.data_type = description, "s" if description else "n"
        for n, name in enumerate([*sorted(feeds), None, None][:2]):
            lakes.cell(line, book.column(LAKES, "Avvattnas till") + n).value = name
        book.cell(LAKES, RUNN, "Slag").value = kind
        book.cell(LAKES, RUNN, "Reglerad").value = is_regulated
        book.cell(DEPTHS, DEPTH, "Meter").value = float(str(metres))
        book.cell(DEPTHS, DEPTH, "Tid").value = day
        assert depths.max_row > 1
        book.save()

        expected = facts(sources)
        alias, said = iri("skos:altLabel"), iri("dcterms:description")
        expected = replaced(expected, LAKE, alias, {Literal(n, language="sv") for n in names}, "sv")
        described = {Literal(description, language="sv")} if description else set()
        expected = replaced(expected, LAKE, said, set(described), "sv")
        targets = {"Siljan": f"{BASE}id/lake/siljan", "Vänern": f"{BASE}id/lake/vänern"}
        links: set[Term] = {NamedNode(targets[name]) for name in feeds}
        expected = replaced(expected, LAKE, f"{WATER}feeds", links, "")
        kinds: set[Term] = {Literal(kind)} if kind else set()
        expected = replaced(expected, LAKE, f"{WATER}kind", kinds, "")
        truths: set[Term] = set()
        if is_regulated is not None:
            truths = {typed("true" if is_regulated else "false", "boolean")}
        expected = replaced(expected, LAKE, f"{WATER}isRegulated", truths, "")
        number = repr(float(str(metres)))
        expected = replaced(
            expected, f"{BASE}{DEPTH}", f"{WATER}metres", {typed(number, "decimal")}, ""
        )
        datatype = {4: "gYear", 7: "gYearMonth", 10: "date"}
        dates: set[Term] = {typed(day, datatype[len(day)])} if day else set()
        expected = replaced(expected, f"{BASE}{DEPTH}", iri("dcterms:date"), dates, "")

        found = read_import(file, basis, "sv")
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
        basis = basis_of(sources)
        file = sources.folder / "pond.xlsx"
        export_workbook(Names(basis.inventory, basis.layouts, "sv"), basis.layouts, file, "sv")
        book = Filled(sources.folder)
        for title, line, column, value in edits:
            book.sheet(title).cell(line, column).value = value
        book.save()

        found = read_import(file, basis, "sv")
        assert list(report(file, found, "sv")) or not found.findings
        for each in found.findings:
            assert any(each.finding.message.values()), each
        assert found.is_refused or found.plan is not None
