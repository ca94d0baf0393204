"""Other programs read the tables, and ask, by what describes them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import requests
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator

from publisher.config import Config
from publisher.load.sources import read_sources
from publisher.quality.approval import approve
from publisher.release.build import build
from publisher.release.tables.table import Column, Table
from publisher.render.markdown import LONGEST_SCHEMA
from publisher.render.tables.descriptions import json_schema
from publisher.serve.app import create_flask
from publisher.serve.site import open_site
from tests.libraries import BASE as BIBLIOTEK
from tests.libraries import write_libraries
from tests.moons import BASE as HIMMEL
from tests.moons import write_moons
from tests.municipalities import BASE as KOMMUNER
from tests.municipalities import write_municipalities

_SITE = "http://localhost/"
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
    assert kinds["n"] == ["integer", "null"]
    assert schema["properties"]["m"]["items"] == {"type": ["number", "string"]}
    assert schema["properties"]["d"]["format"] == "date"
    # A year is no day, and what has several datatypes has none that all values fit.
    assert "format" not in schema["properties"]["y"]
    assert kinds["mixed"] == ["number", "string", "null"]
    assert schema["properties"]["l"]["required"] == ["id", "label"]


_FOLDERS = {
    "municipalities": (write_municipalities, KOMMUNER),
    "libraries": (write_libraries, BIBLIOTEK),
    "moons": (write_moons, HIMMEL),
}


@pytest.fixture(scope="module", params=_FOLDERS)
def shown(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[FlaskClient]:
    """Return a client of a site over a folder: three that have nothing in common."""
    write, base = _FOLDERS[request.param]
    folder = tmp_path_factory.mktemp(request.param)
    sources = read_sources(write(folder / "sources"), base)
    release = build(approve(sources), folder / "releases")
    config = Config(releases=str(folder / "releases"), site_url=_SITE, query_workers=1)
    site = open_site(config.with_site(), release)
    yield create_flask(site).test_client()
    site.engine.close()


def tables_of(client: FlaskClient) -> list[str]:
    package = json.loads(client.get("/datapackage.json").data)
    return [each["name"] for each in package["resources"]]


@pytest.mark.slow
def test_every_row_is_as_its_schema_says(shown: FlaskClient) -> None:
    names = tables_of(shown)
    assert names
    for name in names:
        schema = json.loads(shown.get(f"/table/{name}.schema.json").data)
        Draft202012Validator.check_schema(schema)
        told = json.loads(shown.get(f"/table/{name}.json?size=1000").data)
        assert told["count"] == len(told["rows"]) > 0
        for row in told["rows"]:
            Draft202012Validator(schema).validate(row)


@pytest.mark.slow
def test_three_queries_of_the_first_text_have_an_answer(shown: FlaskClient) -> None:
    """A stranger copies them from /llms.txt, and reads the schema, which is short enough."""
    text = shown.get("/llms.txt").get_data(as_text=True)
    queries = re.findall(r"```sparql\n(.*?)\n```", text, re.DOTALL)
    assert len(queries) == 3
    for query in queries:
        answer = shown.get("/sparql", query_string={"query": query, "format": "json"})
        assert answer.status_code == 200, query
        assert json.loads(answer.data)["results"]["bindings"], query
    schema = shown.get("/schema.md").get_data(as_text=True)
    for place in ["schema.md", *re.findall(r"<http://localhost/(schema/[^>]+\.md)>", schema)]:
        assert len(shown.get(f"/{place}").data) <= LONGEST_SCHEMA


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_other_programs_read_every_table(shown: FlaskClient, tmp_path: Path) -> None:
    """``frictionless`` finds them as described; ``mlcroissant`` loads every record."""
    frictionless = pytest.importorskip("frictionless", reason="not installed")
    mlcroissant = pytest.importorskip("mlcroissant", reason="not installed")
    counts = {}
    (tmp_path / "table").mkdir()
    for name in tables_of(shown):
        (tmp_path / "table" / f"{name}.csv").write_bytes(shown.get(f"/table/{name}.csv").data)
        counts[name] = json.loads(shown.get(f"/table/{name}.json").data)["count"]
    (tmp_path / "datapackage.json").write_bytes(shown.get("/datapackage.json").data)
    report = frictionless.Package(str(tmp_path / "datapackage.json")).validate()
    assert report.valid, report.flatten(["type", "message"])
    listed = json.loads(shown.get("/release", headers={"Accept": "application/json"}).data)
    manifest = json.loads(shown.get(f"/release/{listed['releases'][0]['id']}/manifest.json").data)
    found = {}
    for file in manifest["files"]:
        dataset = re.fullmatch(r"dumps/(.+)\.nq", file)
        if dataset is None:
            continue
        described = json.loads(shown.get(f"/croissant/{quote(dataset[1])}.json").data)
        for each in described["distribution"]:
            each["contentUrl"] = f"table/{each['contentUrl'].rpartition('/')[2]}"
        (tmp_path / "croissant.json").write_text(json.dumps(described), encoding="utf-8")
        loaded: Any = mlcroissant.Dataset(jsonld=tmp_path / "croissant.json")
        for records in loaded.metadata.record_sets:
            found[records.name] = len(list(loaded.records(records.uuid)))
    assert found == counts


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
