"""Other programs read the tables by what describes them."""

from __future__ import annotations

import json
from typing import Any

import pytest
import requests
from flask.testing import FlaskClient

from publisher.release.tables.table import Column, Table
from publisher.render.tables.descriptions import json_schema

_XSD = "http://www.w3.org/2001/XMLSchema#"


def table_of(*columns: Column) -> Table:
    return Table("t", "https://e.org/T", {"en": "T"}, "d", 1, (), columns)


def test_a_row_has_the_types_of_its_columns() -> None:
    schema = json_schema(
        table_of(
            Column("n", "e:n", {"en": "N"}, "number", f"{_XSD}integer"),
            Column("m", "e:m", {}, "number", f"{_XSD}decimal", separator="|"),
            Column("d", "e:d", {}, "date", f"{_XSD}date"),
            Column("y", "e:y", {}, "date", f"{_XSD}gYear"),
            Column("mixed", "e:x", {}, "number"),
            Column("l", "e:l", {}, "link", languages=("sv",)),
        ),
        "https://e.org/schema",
    )
    kinds = {name: told["type"] for name, told in schema["properties"].items()}
    assert kinds["n"] == "integer"
    assert schema["properties"]["m"]["items"] == {"type": "number"}
    assert schema["properties"]["d"]["format"] == "date"
    # A year is no day, and what has several datatypes has none that all values fit.
    assert "format" not in schema["properties"]["y"]
    assert kinds["mixed"] == "string"
    assert {"l", "l_sv"} <= kinds.keys()


def test_a_data_set_without_tables_is_still_described(portal: FlaskClient) -> None:
    told = json.loads(portal.get("/croissant/rivers.json").data)
    assert told["conformsTo"] == "http://mlcommons.org/croissant/1.1"
    assert portal.get("/croissant/nothing.json").status_code == 404


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_mlcroissant_loads_every_record(served: str) -> None:
    mlcroissant = pytest.importorskip("mlcroissant", reason="not installed")
    described = requests.get(f"{served}croissant/lakes.json", timeout=30).json()
    dataset: Any = mlcroissant.Dataset(jsonld=described)
    records = {each.name: list(dataset.records(each.uuid)) for each in dataset.metadata.record_sets}
    things = {record["lake/id"].decode() for record in records["lake"]}
    assert "https://data.example.org/id/lake/siljan" in things


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_frictionless_finds_the_tables_as_they_are_described(served: str) -> None:
    frictionless = pytest.importorskip("frictionless", reason="not installed")
    report = frictionless.Package(f"{served}datapackage.json").validate()
    assert report.valid, report.flatten(["type", "message"])
    assert report.tasks
