"""Every statement of the page and every fact verified since is in the data, with its source."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from pyoxigraph import NamedNode, Quad, QueryBoolean, RdfFormat, Store

HERE = Path(__file__).parent
REPOSITORY = HERE.parents[1]
FACTS = REPOSITORY.parent / "shared" / "facts" / "clusters.json"

PAGE = NamedNode("https://w3id.org/nms-kluster/id/source/region-dalarna-klusterinitiativ")
SOURCE = NamedNode("http://purl.org/dc/terms/source")
URL = NamedNode("https://schema.org/url")

# How many statements the page makes on each of the fourteen, and on the page as a whole.
STATEMENTS = {
    "C1": 3,
    "C2": 4,
    "C3": 4,
    "C4": 3,
    "C5": 4,
    "C6": 2,
    "C7": 2,
    "C8": 2,
    "C9": 3,
    "C10": 2,
    "C11": 3,
    "C12": 3,
    "C13": 7,
    "C14": 4,
}
PAGE_STATEMENTS = 16
EXPECTED = {f"{name}.{n}" for name, last in STATEMENTS.items() for n in range(1, last + 1)} | {
    f"P{n}" for n in range(1, PAGE_STATEMENTS + 1)
}

# Addresses of the verified facts that the data leave out, each with its reason.
LEFT_OUT: dict[str, str] = {}

QUERIES = sorted(HERE.glob("*.rq"))


def load() -> Store:
    """Return a store of the data and the ontology, one named graph per file."""
    store = Store()
    files = [*REPOSITORY.glob("data/**/*.ttl"), *REPOSITORY.glob("ontology/**/*.ttl")]
    for path in sorted(files):
        if REPOSITORY / "ontology" / "examples" in path.parents:
            continue
        store.load(path=path, format=RdfFormat.TURTLE, to_graph=NamedNode(path.as_uri()))
    return store


def ask(store: Store, query: Path) -> bool:
    """Return the answer to an ASK query over the union of all graphs."""
    answer = store.query(query.read_text(encoding="utf-8"), use_default_graph_as_union=True)
    assert isinstance(answer, QueryBoolean), f"{query.name} is not an ASK query."
    return bool(answer)


@pytest.fixture(scope="module")
def store() -> Store:
    """Return the data as they are."""
    return load()


@pytest.fixture(scope="module")
def store_without_page() -> Store:
    """Return the data with every link to the page as a source taken away."""
    store = load()
    links: list[Quad] = list(store.quads_for_pattern(None, SOURCE, PAGE))
    for link in links:
        store.remove(link)
    return store


def test_there_is_exactly_one_query_per_statement() -> None:
    """A statement without a query, or a query without a statement, would go unnoticed."""
    names = {query.stem for query in QUERIES}

    assert names == EXPECTED
    assert len(names) == 62


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.stem)
def test_each_query_says_in_a_comment_what_it_asks(query: Path) -> None:
    """The reader of a failure is a data editor and needs the question in words."""
    first, second, *_ = query.read_text(encoding="utf-8").splitlines()

    assert first.startswith("# ")
    assert first.endswith("?")
    assert second.startswith("PREFIX ")


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.stem)
def test_the_statement_is_in_the_data_with_the_page_as_its_source(
    query: Path, store: Store
) -> None:
    """What the page says must survive every later edit, as structure and with its source."""
    assert ask(store, query), query.read_text(encoding="utf-8").splitlines()[0]


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.stem)
def test_the_query_fails_when_the_page_is_no_longer_the_source(
    query: Path, store_without_page: Store
) -> None:
    """A query that holds without its source would prove nothing."""
    assert not ask(store_without_page, query)


def test_all_statements_are_covered(store: Store) -> None:
    """The count is what a visitor asks for: 62 of 62, and otherwise which are missing."""
    covered = {query.stem for query in QUERIES if ask(store, query)}
    missing = sorted(EXPECTED - covered)
    summary = f"{len(EXPECTED & covered)}/{len(EXPECTED)}"
    sys.stdout.write(f"{summary} statements of the page are in the data.\n")

    assert summary == "62/62", f"Missing: {', '.join(missing)}."


def test_the_address_behind_each_verified_fact_is_the_address_of_a_source(store: Store) -> None:
    """A fact was verified at an address; the reader of the data must be able to go there too."""
    if not FACTS.exists():
        pytest.skip("The verified facts (shared/facts/clusters.json) are not beside this checkout.")
    wanted: set[str] = set()
    for cluster in json.loads(FACTS.read_text(encoding="utf-8"))["clusters"]:
        cited: list[str] = [fact["source"] for fact in cluster["facts"]]
        cited += [cluster["place"]["relationSource"]] if "place" in cluster else []
        wanted |= {address for field in cited for address in field.split(" ; ")}
    urls = [quad.object for quad in store.quads_for_pattern(None, URL, None)]
    given = {url.value for url in urls if isinstance(url, NamedNode)}

    assert wanted - given == set(LEFT_OUT)
