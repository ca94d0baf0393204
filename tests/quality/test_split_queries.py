"""What is asked part by part is what asking all the data at once gives."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyoxigraph import QuerySolutions, RdfFormat, Store, parse

from publisher.errors import SourceSyntax
from publisher.findings import Finding, in_order
from publisher.load.sources import read_sources
from publisher.quality import data_parts, parted_queries, queries
from publisher.quality.approval import with_lines
from publisher.quality.data_parts import CuttingTask, cut_for_queries
from publisher.quality.hygiene import check_hygiene
from publisher.quality.query_rows import Row
from publisher.quality.split_queries import NotSplit, owner, split_query

_BASE = "http://e.test/"
_PARTS = 5
_SECONDS = 60.0
_NODES = [f"<{_BASE}{kind}{n}>" for kind in ("a", "b") for n in range(9)] + ["_:n1", "_:n2"]
_PROPERTIES = [f"<{_BASE}{name}>" for name in ("p", "q", "r", "type")]
_LITERALS = ['"x"', '"x"@en', '"x"@sv', '"01"^^<http://www.w3.org/2001/XMLSchema#integer>']
_GRAPHS = [f"<{_BASE}g{n}>" for n in range(2)]
_VARIABLES = ["?a", "?b", "?c", "?d"]


def _data(chance: random.Random, count: int) -> list[str]:
    return sorted(
        {
            f"{chance.choice(_NODES)} {chance.choice(_PROPERTIES)}"
            f" {chance.choice(_NODES + _LITERALS)} {chance.choice(_GRAPHS)} .\n"
            for _ in range(count)
        }
    )


def _pattern(chance: random.Random) -> str:
    subject = chance.choice(_VARIABLES * 6 + _NODES[:1])
    predicate = chance.choice(_PROPERTIES * 2 + ["?p"])
    value = chance.choice(_VARIABLES * 6 + [_NODES[3], _LITERALS[0]])
    return f"{subject} {predicate} {value} . "


def _patterns(chance: random.Random, most: int = 3) -> str:
    return "".join(_pattern(chance) for _ in range(chance.randint(1, most)))


def _filter(chance: random.Random) -> str:
    name, other = chance.choice(_VARIABLES), chance.choice([*_VARIABLES, "?p"])
    test = chance.choice(
        [
            f"isIRI({name})",
            f"isBlank({name}) || isLiteral({other})",
            f"isIRI({name}) && (isBlank({other}) || {other} = {_NODES[1]})",
            f'STRSTARTS(STR({name}), "{_BASE}a")',
            f"{name} IN ({_NODES[0]}, {_NODES[4]}, {_NODES[9]})",
            f"{name} NOT IN ({_NODES[0]}, {_NODES[4]})",
            f"!BOUND({name}) || isIRI({name})",
            f"{name} != {other}",
            f'LANG({name}) = "en"',
        ]
    )
    return f"FILTER ({test}) "


def _values(chance: random.Random) -> str:
    name = chance.choice([*_VARIABLES, "?p", "?p"])
    values = _PROPERTIES[:2] if name == "?p" else _NODES[:5]
    return f"VALUES {name} {{ {' '.join(values)} }} "


def _more(chance: random.Random) -> str:
    inside = _patterns(chance, 2) + chance.choice(["", "", _filter(chance), _values(chance)])
    return chance.choice(
        [
            f"OPTIONAL {{ {inside}}} ",
            f"MINUS {{ {inside}}} ",
            f"FILTER NOT EXISTS {{ {inside}}} ",
            f"FILTER NOT EXISTS {{ {inside}}} ",
            f"FILTER EXISTS {{ {inside}}} ",
            f"{{ {inside}}} UNION {{ {_patterns(chance, 2)}}} ",
            f"{{ {_patterns(chance, 2)}MINUS {{ {inside}}} }} ",
            f"{{ {_patterns(chance, 2)}FILTER NOT EXISTS {{ {inside}}} }} ",
            f"{{ {_patterns(chance, 2)}OPTIONAL {{ {inside}}} }} ",
            f"GRAPH {chance.choice([*_GRAPHS, '?g'])} {{ {inside}}} ",
            _values(chance),
            _filter(chance),
            _filter(chance),
            f"BIND (1 AS {chance.choice(['?d', '?e'])}) ",
        ]
    )


def _query(chance: random.Random) -> str:
    parts = [_patterns(chance), *(_more(chance) for _ in range(chance.randint(0, 3)))]
    if chance.random() < 0.3:
        chance.shuffle(parts)
    selected = chance.choice(["*", "?a ?b", "?a", "?b ?c ?p", "DISTINCT ?a", "DISTINCT ?b ?d"])
    return f"SELECT {selected} WHERE {{ {''.join(parts)}}}"


def _rows(store: Store, query: str) -> Iterator[dict[str, object]]:
    solutions = store.query(query, use_default_graph_as_union=True)
    assert isinstance(solutions, QuerySolutions)
    names = [variable.value for variable in solutions.variables]
    for row in solutions:
        yield {name: row[name] for name in names if row[name] is not None}


def _content(row: dict[str, object]) -> frozenset[tuple[str, object]]:
    return frozenset(row.items())


def _store(*paths: Path) -> Store:
    store = Store()
    for path in paths:
        store.bulk_extend(parse(path=str(path), format=RdfFormat.N_QUADS))
    return store


def _by_parts(query: str, quads: Path, folder: Path) -> Counter[frozenset[tuple[str, object]]]:
    """Return the solutions of a query, and how often each comes, asked of one part after another.

    It is asked as a user of ``cut_for_queries`` has to.
    """
    (data,) = cut_for_queries(CuttingTask({"it": query}, quads, folder, _PARTS, _SECONDS))
    split = data.queries["it"]
    found: Counter[frozenset[tuple[str, object]]] = Counter()
    for number, part in enumerate(data.files):
        for row in _rows(_store(*part.paths), split.text):
            if owner(str(row[split.variable]).encode(), _PARTS) == number:
                if split.is_added:
                    del row[split.variable]
                found[_content(row)] += 1
    return Counter(set(found)) if split.is_distinct else found


def _can_be_split(query: str) -> bool:
    try:
        split_query(query)
    except NotSplit:
        return False
    try:
        list(_rows(Store(), query))
    except SyntaxError:
        return False
    return True


@pytest.mark.parametrize("seed", range(8))
def test_any_query_that_is_split_finds_what_it_finds_in_all_the_data(
    seed: int, tmp_path: Path
) -> None:
    chance = random.Random(seed)
    quads = tmp_path / "quads.nq"
    asked = not_empty = 0
    while not_empty < 8:
        query = _query(chance)
        if not _can_be_split(query):
            continue
        quads.write_text("".join(_data(chance, chance.choice([20, 60, 120]))), "utf-8")
        asked += 1
        expected = Counter(map(_content, _rows(_store(quads), query)))
        found = _by_parts(query, quads, tmp_path / f"parts-{asked}")
        assert found == expected, query
        not_empty += bool(expected)


_P, _Q, _R, _ = _PROPERTIES


@pytest.mark.parametrize(
    "query",
    [
        # What is subtracted in a group does not know what is joined to the group.
        f"SELECT * {{ {{ ?b {_P} ?c MINUS {{ ?a {_Q} ?c }} }} ?a {_R} ?b }}",
        f"SELECT * {{ {{ ?b {_P} ?c MINUS {{ ?b {_Q} ?c . ?a {_Q} ?c }} }} ?a {_R} ?b }}",
        f"SELECT * {{ {{ ?b {_P} ?c FILTER NOT EXISTS {{ ?a {_Q} ?c }} }} ?a {_R} ?b }}",
        f"SELECT * {{ {{ ?b {_P} ?c OPTIONAL {{ ?a {_Q} ?c }} }} ?a {_R} ?b }}",
        f"SELECT * {{ {{ ?b {_P} ?c MINUS {{ ?b {_Q} ?d }} }} ?b {_R} ?d FILTER (isLiteral(?d)) }}",
        f"SELECT * {{ ?a {_P} ?b MINUS {{ ?a {_Q} ?d }} BIND (1 AS ?d) FILTER (isLiteral(?d)) }}",
        f"SELECT * {{ ?a {_P} ?b OPTIONAL {{ ?a {_Q} ?d }} FILTER (!BOUND(?d) || isIRI(?d)) }}",
        f"SELECT * {{ ?a {_P} ?b OPTIONAL {{ ?a {_Q} ?d }} FILTER (isLiteral(?b) || isIRI(?d)) }}",
        f"SELECT ?b {{ ?a {_P} ?b . ?c {_P} ?b FILTER NOT EXISTS {{ ?c {_Q} ?d }} }}",
    ],
)
def test_a_part_has_all_that_speaks_against_a_solution(query: str, tmp_path: Path) -> None:
    chance = random.Random(3)
    quads = tmp_path / "quads.nq"
    for number, count in enumerate([40, 80, 80, 120, 120, 120]):
        quads.write_text("".join(_data(chance, count)), "utf-8")
        expected = Counter(map(_content, _rows(_store(quads), query)))
        assert _by_parts(query, quads, tmp_path / f"parts-{number}") == expected


@pytest.mark.parametrize(
    "query",
    [
        "ASK { ?a ?b ?c }",
        "SELECT ?a { ?a ?b ?c } LIMIT 3",
        "SELECT ?a { ?a ?b ?c } OFFSET 3",
        "SELECT REDUCED ?a { ?a ?b ?c }",
        "SELECT (COUNT(*) AS ?n) { ?a ?b ?c }",
        "SELECT ?b { ?a <e:p> ?b } GROUP BY ?b",
        "SELECT ?a { ?a <e:p>+ ?b }",
        "SELECT ?a { ?a <e:p>/<e:q> ?b }",
        "SELECT ?a FROM <e:g> { ?a <e:p> ?b }",
        "SELECT ?a { SERVICE <e:s> { ?a <e:p> ?b } }",
        "SELECT ?a { { SELECT ?a { ?a <e:p> ?b } LIMIT 1 } ?a <e:q> ?c }",
        "SELECT ?a ?now { ?a <e:p> ?b BIND (NOW() AS ?now) }",
        "SELECT ?a (RAND() AS ?n) { ?a <e:p> ?b }",
        "BASE <http://e.test/> SELECT ?a { ?a <p> ?b }",
        # Every solution may be of other terms than the next.
        "SELECT ?a ?b { { ?a <e:p> 1 } UNION { ?b <e:p> 1 } }",
        "SELECT ?g { GRAPH ?g {} }",
        "VALUES ?a { <e:a> } SELECT",
        "SELECT ?a { ?a",
        "SELECT ?a { ?a x:p ?b }",
        # All of the data speaks against it.
        "SELECT ?a { ?a <e:p> ?b FILTER NOT EXISTS { ?c ?d ?e } }",
        "SELECT ?a { ?a <e:p> ?b MINUS { ?a <e:q> ?c FILTER NOT EXISTS { ?c <e:r> ?d } } }",
        "SELECT ?a { ?b <e:p> <e:x> OPTIONAL { ?a <e:q> ?c OPTIONAL { ?c <e:r> ?d } } }",
    ],
)
def test_a_query_whose_parts_would_say_something_else_is_not_split(query: str) -> None:
    with pytest.raises(NotSplit):
        split_query(query)


def test_a_variable_that_is_not_selected_may_split_a_query() -> None:
    split = split_query("SELECT DISTINCT ?a ?b { ?a <e:name> ?n . ?b <e:name> ?n }")
    assert (split.variable, split.is_added, split.is_distinct) == ("n", True, True)
    assert split.text == "SELECT DISTINCT ?n ?a ?b { ?a <e:name> ?n . ?b <e:name> ?n }"


def test_terms_that_engines_take_for_one_have_one_owner() -> None:
    integer = b"^^<http://www.w3.org/2001/XMLSchema#integer>"
    for count in (2, 7, 100):
        assert owner(b'"01"' + integer, count) == owner(b'"1"' + integer, count)
        assert owner(b'"x"@en-GB', count) == owner(b'"x"@en-gb', count)
    assert len({owner(f"<e:{n}>".encode(), 100) for n in range(200)}) > 50


def test_a_query_that_needs_much_of_every_part_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What its patterns do not hang together with would be copied as often as there are parts."""
    quads = tmp_path / "quads.nq"
    quads.write_text("".join(_data(random.Random(1), 90)), "utf-8")
    first, second, *_ = _PROPERTIES
    queries = {
        "apart": f"SELECT ?a {{ ?a {first} ?b FILTER EXISTS {{ ?c {second} ?d }} }}",
        "together": f"SELECT ?a {{ ?a {first} ?b }}",
    }

    def kept(folder: str) -> set[str]:
        task = CuttingTask(queries, quads, tmp_path / folder, _PARTS, _SECONDS)
        return {name for data in cut_for_queries(task) for name in data.queries}

    assert kept("one") == {"apart", "together"}
    monkeypatch.setattr(data_parts, "_MOST_COMMON_BYTES", 100)
    assert kept("other") == {"together"}


# The same as a check asks it, in processes.


@pytest.fixture
def in_parts(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Let any data be large; return the rules for which a store of all of it is made."""
    asked: list[str] = []
    whole = queries.FolderQueries._rows

    def rows(self: queries.FolderQueries, name: str, rule: str) -> list[Row]:
        asked.append(name)
        return whole(self, name, rule)

    monkeypatch.setattr(queries, "_MEMORY_BYTES", 0)
    monkeypatch.setattr(parted_queries, "_PART_BYTES", 4096)
    monkeypatch.setattr(parted_queries, "_ASKED_BYTES", 8192)
    monkeypatch.setattr(queries.FolderQueries, "_rows", rows)
    return asked


_MANY = """
    SELECT ?focusNode ?path ?value ?message_en WHERE {
        ?focusNode ?path ?value .
        FILTER (isLiteral(?value))
        BIND ("Look."@en AS ?message_en)
    }
"""


def _found(world: Path, rule: str) -> list[Finding]:
    (world / "shapes" / "hygiene" / "new.rq").write_text(rule, encoding="utf-8")
    sources = read_sources(world, "https://data.example.org/")
    return in_order(with_lines(check_hygiene(sources), sources))


@pytest.mark.slow
def test_a_check_of_large_data_finds_the_same(world: Path, request: pytest.FixtureRequest) -> None:
    expected = _found(world, _MANY)
    assert len(expected) > 10
    assert all(finding.line for finding in expected)
    whole = request.getfixturevalue("in_parts")
    assert _found(world, _MANY) == expected
    assert whole == []


@pytest.mark.slow
def test_a_rule_that_cannot_be_split_is_asked_of_all(world: Path, in_parts: list[str]) -> None:
    (found,) = _found(world, _MANY + " ORDER BY ?focusNode LIMIT 1")
    assert found.message == {"en": "Look."}
    assert in_parts == ["shapes/hygiene/new.rq"]


@pytest.mark.slow
def test_a_rule_that_finds_too_much_is_named(
    world: Path, in_parts: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is asked of all before it is refused: parts may find more."""
    monkeypatch.setattr(queries, "_RESULT_BYTES", 500)
    with pytest.raises(SourceSyntax, match=r"new\.rq: The query was stopped: its result is longer"):
        _found(world, _MANY)
    assert in_parts == ["shapes/hygiene/new.rq"]


@pytest.mark.slow
def test_a_rule_that_is_no_query_is_named(world: Path, in_parts: list[str]) -> None:
    with pytest.raises(SourceSyntax, match=r"new\.rq.*'\{' is not closed"):
        _found(world, "SELECT ?x WHERE { ?x")
