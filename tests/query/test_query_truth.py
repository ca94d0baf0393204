"""The folder's named queries give the rows that the data has, written out by hand.

What no source says is in no row, and that is no statement about the world; the queries say so.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from pyoxigraph import QuerySolutions, RdfFormat, Store

ROOT = Path(__file__).resolve().parents[2]
BASE = "https://w3id.org/nms-kluster/"
QUERIES = ROOT / "data" / "queries"

COUNTIES = {
    "17": [
        *("Compare", "Glava Energy Center", "IUC Stål & Verkstad", "Paper Province"),
        "Visit Värmland",
    ],
    "20": [
        *("Byggdialog Dalarna", "Dala Sports Academy", "FindIT", "High Voltage Valley"),
        *("ITSdalarna", "Triple Steelix", "Visit Dalarna"),
    ],
    "21": ["Fiber Optic Valley", "FindIT", "Future Position X", "Triple Steelix"],
}
COUNTS = [
    ("Compare", "", "100", "ungefär"),
    ("Compare", "", "100", "ungefär"),
    ("Compare", "2015", "105", "exakt"),
    ("Dala Sports Academy", "", "4", "vid bildandet"),
    ("FindIT", "2017-02", "400", "exakt"),
    ("ITSdalarna", "", "44", "exakt"),
    ("ITSdalarna", "2004-01-26", "26", "vid bildandet"),
    ("IUC Stål & Verkstad", "2012", "150", "exakt"),
    ("IUC Stål & Verkstad", "2015-09", "73", "exakt"),
    ("IUC Stål & Verkstad", "2020", "130", "ungefär"),
    ("Paper Province", "2021", "116", "exakt"),
    ("Paper Province", "2022-01", "120", "nästan"),
    ("Byggdialog Dalarna", "", "100", "mer än"),
    ("Triple Steelix", "2017-12-05", "200", "mer än"),
]
SITES = [
    ("Byggdialog Dalarna", "Borlänge"),
    ("Compare", "Karlstad"),
    ("Dala Sports Academy", "Falun"),
    ("Fiber Optic Valley", "Hudiksvall"),
    ("FindIT", "Sandviken"),
    ("Future Position X", "Gävle"),
    ("Glava Energy Center", "Arvika"),
    ("High Voltage Valley", "Ludvika"),
    ("ITSdalarna", "Borlänge"),
    ("Paper Province", "Karlstad"),
    ("Triple Steelix", "Borlänge"),
]
VINNVAXT = [
    "Compare",
    "Fiber Optic Valley",
    "Future Position X",
    "Paper Province",
    "Triple Steelix",
]


@pytest.fixture(scope="module")
def data() -> Store:
    """Return the data and the vocabulary, without examples."""
    store = Store()
    concepts = (ROOT / "ontology" / "concepts").glob("*.ttl")
    for path in (*(ROOT / "data").rglob("*.ttl"), *concepts):
        store.load(path.read_bytes(), RdfFormat.TURTLE, base_iri=BASE)
    return store


def rows(data: Store, name: str, *columns: str, **given: str) -> list[tuple[str, ...]]:
    """Return some columns of a named query, sorted; ``given`` are its parameters below the base."""
    query = (QUERIES / f"{name}.rq").read_text(encoding="utf-8")
    for parameter, iri in given.items():
        query = query.replace(f"${parameter}", f"<{BASE}{iri}>")
    found = data.query(query)
    assert isinstance(found, QuerySolutions)
    return sorted(
        tuple(str(getattr(row[column], "value", "")) for column in columns) for row in found
    )


@pytest.mark.parametrize("county", COUNTIES)
def test_clusters_in_a_county(data: Store, county: str) -> None:
    """Five, seven and four: by a seat, by an area served, by a municipality served."""
    found = rows(data, "clusters-in-a-county", "name", county=f"id/county/{county}")

    assert [name for (name,) in found] == sorted(COUNTIES[county])


def test_member_counts(data: Store) -> None:
    """Bounds are counts too: almost 120, more than 200."""
    assert rows(data, "member-counts", "name", "date", "value", "qualifier") == sorted(COUNTS)


def test_clusters_on_a_map(data: Store) -> None:
    """Three have no site in a source; of Glava Energy Center no point is known."""
    assert rows(data, "clusters-on-a-map", "name", "townName") == SITES
    points = rows(data, "clusters-on-a-map", "name", "latitude")
    assert [name for name, latitude in points if not latitude] == ["Glava Energy Center"]


def test_participations_in_a_programme(data: Store) -> None:
    """Triple Steelix had two periods."""
    found = rows(data, "participations-in-a-programme", "name", programme="id/programme/vinnvaxt")

    assert sorted({name for (name,) in found}) == VINNVAXT
    assert len(found) == 6


def test_areas_of_competence(data: Store) -> None:
    """Tourism is what two work with; every initiative has at least one area."""
    found = dict(rows(data, "areas-of-competence", "areaName", "names"))

    assert len(found) == 18
    assert sorted(found["besöksnäring"].split(", ")) == ["Visit Dalarna", "Visit Värmland"]
    assert found["skoglig bioekonomi"] == "Paper Province"
    assert len({name for names in found.values() for name in names.split(", ")}) == 14


def test_sources_of_a_cluster(data: Store) -> None:
    """The newest trace of High Voltage Valley, with its source."""
    found = rows(
        data, "sources-of-a-cluster", "value", "source", cluster="id/cluster/high-voltage-valley"
    )

    assert len(found) == 21
    assert ("2016-08-15", f"{BASE}id/source/high-voltage-valley-soel") in found


def test_every_named_query_is_tested_here() -> None:
    tested = Path(__file__).read_text(encoding="utf-8")

    assert [path.stem for path in QUERIES.glob("*.rq") if f'"{path.stem}"' not in tested] == []
