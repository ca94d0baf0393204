"""The index of a table and the engine tell the same rows, in the same order, with the same counts.

Compared on rows made at random (with a seed), and with what is written out for the small world.
"""

from __future__ import annotations

import dataclasses
import random
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from itertools import product
from math import inf
from pathlib import Path

import pytest

from publisher.addresses import Addresses
from publisher.errors import QueryLimitExceeded
from publisher.load.sources import read_sources
from publisher.quality.approval import approve
from publisher.query.embedded import InProcessEngine
from publisher.release.build import build
from publisher.release.model import Release
from publisher.release.sqlite_files import open_sqlite
from publisher.release.tables.index import INDEX_EXTENSION, lookup_text
from publisher.release.tables.table import Column, read_tables
from publisher.render.pages import Pages
from publisher.render.tables.range_facets import range_ends
from publisher.render.tables.rows import TableReader
from publisher.render.tables.selection import Selection
from tests.municipalities import BASE, write_municipalities

COUNTY = BASE + "id/county/"
_HEAD = f"""
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX k: <{BASE}def/k#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
"""
_SYLLABLES = ("ab", "Åk", "äl", "ör", "za", "Él", "mo", "st", "Ta ", "-", "ß", "Ü")
_COUNTIES = ("dalarna", "gavleborg", "jamtland", "orebro", "skane")
_DATES = ('"2020"^^xsd:gYear', '"2019-05-01"^^xsd:date', '"2021-02"^^xsd:gYearMonth')


def _name(chance: random.Random) -> str:
    return "".join(chance.choices(_SYLLABLES, k=chance.randint(1, 4))).strip() or "x"


def _thing(chance: random.Random, number: int) -> str:
    """Return what is said of one thing; any of it but its class may be missing."""
    said = [f"<{BASE}id/municipality/x{number}> a k:Municipality"]
    said += [
        f'skos:prefLabel "{_name(chance)}"@{tag}' for tag in ("sv", "en") if chance.random() < 0.8
    ]
    counties = chance.sample(_COUNTIES, chance.choice((0, 1, 1, 1, 2)))
    said += [f"k:county <{COUNTY}{county}>" for county in counties]
    said += [f"k:letters {chance.randint(-20, 120)}" for _ in range(chance.choice((0, 1, 1, 2)))]
    said += [f"k:coastal {word}" for word in chance.choice((("true",), ("false",), ()))]
    said += [f"dcterms:modified {chance.choice(_DATES)}"] * chance.choice((0, 1))
    said += [f'dcterms:identifier "{chance.randint(1, 40)}"'] * chance.choice((0, 1))
    said += [f'skos:note "{_name(chance)}"', "skos:note 7"][: chance.choice((0, 1, 2))]
    said += [f'dcterms:description "{_name(chance)}"@sv'] * chance.choice((0, 1))
    return " ; ".join(said) + " ."


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Release:
    """Return a release with things made at random."""
    chance = random.Random(5)
    folder = write_municipalities(tmp_path_factory.mktemp("many"))
    written = "\n".join(_thing(chance, number) for number in range(150))
    (folder / "data/kommuner/more.ttl").write_text(_HEAD + written, encoding="utf-8")
    sources = read_sources(folder, BASE)
    return build(approve(sources), tmp_path_factory.mktemp("releases"))


@pytest.fixture(scope="module")
def engine(many: Release) -> InProcessEngine:
    """Return an engine over it."""
    return InProcessEngine(many.store)


@contextmanager
def opened(
    engine: InProcessEngine, release: Release, language: str, *, indexed: bool = True
) -> Iterator[TableReader]:
    """Yield what reads the table, by its index or by the engine alone."""
    table = read_tables(release.folder)["municipality"]
    with open_sqlite(inf, release.folder / table.file(INDEX_EXTENSION)) as index:
        yield TableReader(engine, table, release.prefixes, language, index if indexed else None)


_WORDS = ("", "ä", "ÄL", "mo", "7", "ta ", "%", "nothing has this")
_FILTERS: tuple[dict[str, tuple[str, ...]], ...] = (
    {},
    {"county": (COUNTY + "dalarna",)},
    {"county": (COUNTY + "dalarna", COUNTY + "skane"), "coastal": ("true",)},
    {"letters": ("5", "07", "-3")},
    {"modified": ("2020",)},
    {"identifier": ("7", "12", "x")},
    {"note": ("7",)},
    {"label": ("ab", "Åkör")},
    {"county": ("no link at all",)},
    {"coastal": ("1",)},
)


@pytest.mark.parametrize("words", _WORDS)
@pytest.mark.parametrize("filters", _FILTERS, ids=str)
def test_the_index_counts_as_the_engine_does(
    engine: InProcessEngine, many: Release, words: str, filters: dict[str, tuple[str, ...]]
) -> None:
    """How many rows fit, and how many with each value of a facet."""
    choice = Selection(words=words, filters=filters)
    with (
        opened(engine, many, "sv") as found,
        opened(engine, many, "sv", indexed=False) as asked,
    ):
        assert found.count(choice) == asked.count(choice)
        assert found.facets(choice) == asked.facets(choice)


@pytest.mark.parametrize("words", ["", "ä", "nothing has this"])
@pytest.mark.parametrize("filters", _FILTERS[:3], ids=str)
@pytest.mark.parametrize("missing", [("county",), ("note", "modified"), ("label",)], ids=str)
def test_rows_without_a_value_are_the_same_by_index_and_by_engine(
    engine: InProcessEngine,
    many: Release,
    words: str,
    filters: dict[str, tuple[str, ...]],
    missing: tuple[str, ...],
) -> None:
    """In any column, with words and filters too; and how many there are of each."""
    choice = Selection(words=words, filters=filters, missing=missing)
    with (
        opened(engine, many, "sv") as found,
        opened(engine, many, "sv", indexed=False) as asked,
    ):
        total = found.count(choice)
        assert total == asked.count(choice)
        table = read_tables(many.folder)["municipality"]
        rows = found.read(choice, table.columns, 200).lines
        assert [row.iri for row in rows] == [
            row.iri for row in asked.read(choice, table.columns, 200).lines
        ]
        paths = [column.path for column in table.columns if column.name in missing]
        assert len(rows) == total
        assert not any(row.values.get(path) for row in rows for path in paths)
        assert found.missing(choice, total) == asked.missing(choice, total)


@pytest.mark.parametrize("words", ["", "ä"])
@pytest.mark.parametrize(
    "excluded",
    [
        {"county": (COUNTY + "dalarna", COUNTY + "skane")},
        {"letters": ("5", "-3"), "label": ("ab",)},
        {"coastal": ("true",), "modified": ("2020",), "note": ("7",)},
    ],
    ids=str,
)
def test_rows_with_a_value_are_left_out_alike_by_index_and_by_engine(
    engine: InProcessEngine, many: Release, words: str, excluded: dict[str, tuple[str, ...]]
) -> None:
    """What has none of the values stays, also what has no value at all; with a filter too."""
    for filters in (None, {"county": (COUNTY + "gavleborg",)}):
        choice = Selection(words=words, filters=filters, excluded=excluded)
        with (
            opened(engine, many, "sv") as found,
            opened(engine, many, "sv", indexed=False) as asked,
        ):
            rows = found.things(choice, 200)
            assert rows == asked.things(choice, 200)
            assert len(rows) == found.count(choice) == asked.count(choice)
            assert found.facets(choice) == asked.facets(choice)
            without = replace(choice, excluded=None)
            both = [
                replace(without, filters={**(filters or {}), n: v}) for n, v in excluded.items()
            ]
            having = {thing for each in both for thing in found.things(each, 200)}
            if not (filters and excluded.keys() & filters.keys()):
                assert {*rows} == {*found.things(without, 200)} - having


@pytest.mark.parametrize(
    "ranges",
    [
        {"letters": ("-3", "")},
        {"letters": ("", "40.5"), "modified": ("2020", "2021")},
        {"modified": ("2019-05", "2020")},
        {"letters": ("7", "7")},
    ],
    ids=str,
)
def test_rows_in_a_range_are_the_same_by_index_and_by_engine(
    engine: InProcessEngine, many: Release, ranges: dict[str, tuple[str, str]]
) -> None:
    """From a number or a day on, below another; with as many rows as each range says."""
    choice = Selection(filters={"coastal": ("true", "false")}, ranges=ranges)
    with (
        opened(engine, many, "sv") as found,
        opened(engine, many, "sv", indexed=False) as asked,
    ):
        rows = found.things(choice, 200)
        assert rows == asked.things(choice, 200)
        assert len(rows) == found.count(choice) == asked.count(choice)
        assert (not rows) == (ranges == {"letters": ("7", "7")})
        assert found.ranges(choice) == asked.ranges(choice)
        (column,) = (c for c in read_tables(many.folder)["municipality"].columns if c.edges)
        assert column.name == "letters"
        counted = found.ranges(replace(choice, ranges=None))["letters"]
        for number, ends in enumerate(range_ends(column)):
            inside = replace(choice, ranges={"letters": ends})
            assert counted.get(number, 0) == found.count(inside) > 0


_COLUMNS = ("", "label", "county", "letters", "coastal", "modified", "identifier", "note", "no")


@pytest.mark.slow
@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("language", ["sv", "en"])
@pytest.mark.parametrize("sort", _COLUMNS)
def test_the_index_orders_as_the_engine_does(
    engine: InProcessEngine, many: Release, sort: str, language: str, *, descending: bool
) -> None:
    """Each column, either way, page by page."""
    for words, filters in product(("", "a"), _FILTERS[:3]):
        choice = Selection(words=words, filters=filters, sort=sort, descending=descending)
        with (
            opened(engine, many, language) as found,
            opened(engine, many, language, indexed=False) as asked,
        ):
            for offset in (0, 20, 140):
                rows = [line.iri for line in found.read(choice, (), 20, offset).lines]
                assert rows == [line.iri for line in asked.read(choice, (), 20, offset).lines]


@pytest.fixture(scope="module")
def marked(tmp_path_factory: pytest.TempPathFactory) -> Release:
    """Return a release with marks in its texts."""
    folder = write_municipalities(tmp_path_factory.mktemp("marked"))
    written = (
        f'<{BASE}id/municipality/x> a k:Municipality ; skos:note "Idé på Ærø" .'
        f'<{BASE}id/municipality/y> a k:Municipality ; skos:note "ide\u0301er" ; k:letters 05 .'
        f'<{BASE}id/municipality/z> a k:Municipality ; skos:note "Pa" ; k:letters 50 .'
    )
    (folder / "data/kommuner/marked.ttl").write_text(_HEAD + written, encoding="utf-8")
    return build(approve(read_sources(folder, BASE)), tmp_path_factory.mktemp("releases"))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("ide", ["x", "y"]),
        ("IDÉ", ["x", "y"]),
        ("på är", ["x"]),
        ("pa", ["falun", "z"]),
        ("dé p", ["x"]),
    ],
)
def test_marks_do_not_count_but_those_of_swedish_letters(
    marked: Release, words: str, found: list[str]
) -> None:
    """As in the search of the site; and words are met anywhere in a text."""
    with opened(InProcessEngine(marked.store), marked, "sv") as lines:
        rows = lines.read(Selection(words=words), (), 10).lines

    assert sorted(line.iri.rpartition("/")[2] for line in rows) == found


def test_numbers_are_met_by_what_they_mean(marked: Release) -> None:
    """An engine keeps 05 as 5, and a reader of the sources asks for 05."""
    choice = Selection(filters={"letters": ("05",)}, sort="letters")
    with opened(InProcessEngine(marked.store), marked, "sv") as lines:
        rows = lines.read(choice, (), 10).lines

    assert [line.iri.rpartition("/")[2] for line in rows] == ["y", "falun", "gavle"]


@pytest.mark.parametrize("text", ["1e999999999", "9" * 40, "1_0", "٣", "", "1e", "NaN"])
def test_what_is_no_number_of_usual_size_is_met_as_it_is_written(text: str) -> None:
    """Whoever asks for 1e999999999 gets no page of digits made."""
    assert lookup_text(Column("n", "p", {}, "number", datatype="d"), text) == text


def test_a_release_without_an_index_is_asked_of_the_engine(
    municipalities: Release, tmp_path: Path
) -> None:
    """Releases of the past stay as they were written."""
    folder = Path(shutil.copytree(municipalities.folder, tmp_path / municipalities.folder.name))
    for path in folder.glob(f"tables/*.{INDEX_EXTENSION}"):
        path.unlink()
    files = {n: f for n, f in municipalities.files.items() if not n.endswith(f".{INDEX_EXTENSION}")}
    past = dataclasses.replace(municipalities, folder=folder, files=files)
    addresses = Addresses(BASE, "http://localhost/")
    pages = Pages(past, InProcessEngine(past.store), addresses)  # type: ignore[arg-type]
    with pages.tables.lines(pages.tables.tables["municipality"], "sv") as lines:
        choice = Selection(words="al", sort="label", descending=True)
        rows = lines.read(choice, (), 10).lines

        assert [line.iri.rpartition("/")[2] for line in rows] == ["alvdalen", "falun"]


def test_the_index_holds_nothing_but_what_it_says(municipalities: Release) -> None:
    """What it was made with is gone; it is whole."""
    path = municipalities.folder / "tables" / f"county.{INDEX_EXTENSION}"
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as index:
        names = [row[0] for row in index.execute("SELECT name FROM sqlite_master ORDER BY name")]
        places = index.execute("SELECT iri, place_0_0, place_0_1 FROM things ORDER BY id")

        assert names == ["beginnings", "cells", "folded", "texts", "things"]
        assert index.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        # Dalarnas, Gävleborgs, Jämtlands, Skåne, Örebro; in both languages.
        assert [(iri.rpartition("/")[2], *found) for iri, *found in places] == [
            ("dalarna", 1, 1),
            ("gavleborg", 2, 2),
            ("jamtland", 3, 3),
            ("orebro", 5, 5),
            ("skane", 4, 4),
        ]


def test_a_choice_of_rows_is_stopped_in_time(engine: InProcessEngine, many: Release) -> None:
    """As a query is: nobody keeps a thread busy with words that stand everywhere."""
    table = read_tables(many.folder)["municipality"]
    with (
        pytest.raises(QueryLimitExceeded, match="stopped after"),
        open_sqlite(-1.0, many.folder / table.file(INDEX_EXTENSION)) as index,
    ):
        TableReader(engine, table, many.prefixes, "sv", index).count(Selection("a"))
