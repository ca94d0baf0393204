"""Programs that others generate from the description of the addresses, asking a running site."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from publisher.release.model import Release
from tests import npm

pytestmark = pytest.mark.slow

_PYTHON = """
import importlib, json, sys
from pathlib import Path

place, release = sys.argv[1:]
client = importlib.import_module("open_data").Client(base_url=place.rstrip("/"))
folder = Path(importlib.import_module("open_data").__file__).parent

def module(name):
    tag = next(p for p in folder.glob(f"api/*/{name}.py")).parent.name
    return importlib.import_module(f"open_data.api.{tag}.{name}")

following = importlib.import_module("open_data").Client(
    base_url=place.rstrip("/"), follow_redirects=True)

def ask(name, *path, **parameters):
    # A generated client escapes the slashes of a path: the site leads to the address without.
    asking = following if name == "document" else client
    if name == "feed_page":  # it reads no TriG, which who says nothing gets
        asking = client.with_headers({"Accept": "application/ld+json"})
    answer = module(name).sync_detailed(*path, client=asking, **parameters)
    return answer.status_code, answer.parsed, answer.content.decode(errors="replace")

def parameters(name):
    # Makes parameters with names of the caller's own.
    models = importlib.import_module("open_data.models")
    made = getattr(models, "".join(w.title() for w in name.split("_")) + "Parameters")
    return lambda **values: made.from_dict(values)

asked = {
    "query": ask("query", query="SELECT ?s { ?s ?p ?o } LIMIT 2", format_="json"),
    "mistake": ask("query", query="SELECT"),
    "named_query": ask("named_query", "waters-called.json", parameters=parameters("named_query")(
        name="Siljan")),
    "search": ask("search", q="Siljan"),
    "document": ask("document", "lake/siljan"),
    "thing": ask("thing", "lake/siljan"),
    "void": ask("void_file", "ttl"),
    "table": ask("table", "lake.csv", sort="label"),
    "schema": ask("schema_of_class", "lake"),
    "openapi": ask("openapi"),
    "manifest": ask("manifest", release),
    "releases": ask("releases"),
    "dump": ask("dump", "lakes.nq"),
    "feed": ask("feed_page", 1),
    "missing": ask("document", "lake/nothing"),
}
print(json.dumps({
    name: [status, type(parsed).__name__, text[:300]]
    for name, (status, parsed, text) in asked.items()
}))
"""
_TYPESCRIPT = """
import createClient from "openapi-fetch";
import type { components, paths } from "./site";

const [place, release] = process.argv.slice(2) as [string, string];
const client = createClient<paths>({ baseUrl: place.replace(/\\/$/, "") });
type Problem = components["schemas"]["Problem"];

async function main(): Promise<void> {
  const found = await client.GET("/search.json", { params: { query: { q: "Siljan" } } });
  const query = { query: "SELECT ?s { ?s ?p ?o } LIMIT 2", format: "json" };
  const rows = await client.GET("/sparql", { params: { query } });
  const posted = await client.POST("/sparql", {
    body: { query: "ASK { ?s ?p ?o }" },
    bodySerializer: (body) => new URLSearchParams(body as Record<string, string>),
    headers: { "Content-Type": "application/x-www-form-urlencoded", Accept: "application/json" },
  });
  const wrong = await client.GET("/sparql", { params: { query: { query: "SELECT" } } });
  const problem: Problem | undefined = wrong.error;
  const schema = await client.GET("/schema/{name}.md", {
    params: { path: { name: "lake" } }, parseAs: "text" });
  const text: string | undefined = schema.data;
  const page = await client.GET("/doc/{path}", {
    params: { path: { path: "lake/siljan" } }, parseAs: "text",
    headers: { Accept: "text/markdown" } });
  const graph = await client.GET("/void.{extension}", {
    params: { path: { extension: "ttl" } }, parseAs: "text" });
  const manifest = await client.GET("/release/{release}/manifest.json", {
    params: { path: { release } } });
  const named = await client.GET("/query/{name}", {
    params: { path: { name: "waters-called.csv" }, query: { parameters: { name: "Siljan" } } },
    querySerializer: { object: { style: "form", explode: true } }, parseAs: "text" });
  const missing = await client.GET("/doc/{path}", { params: { path: { path: "lake/none" } } });
  console.log(JSON.stringify({
    found: found.data, rows: rows.data, posted: posted.data,
    wrong: [wrong.response.status, problem?.title, problem?.line], text,
    page: page.data, graph: graph.data, manifest: manifest.data,
    named: named.data, missing: [missing.response.status, missing.error?.status],
  }));
}

void main();
"""


def run(command: Sequence[str], folder: Path) -> str:
    done = subprocess.run(
        [*command], cwd=folder, capture_output=True, text=True, timeout=240, check=False
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def test_a_client_in_python_asks_every_kind_of_address(
    served: str, release: Release, tmp_path: Path
) -> None:
    """As PyPI openapi-python-client generates it."""
    program = os.environ.get("PUBLISHER_TEST_CLIENTS", "")
    if not program:
        if importlib.util.find_spec("openapi_python_client") is None:
            pytest.skip("openapi-python-client is not installed")
        program = sys.executable
    (tmp_path / "settings.yml").write_text("post_hooks: []\n", encoding="utf-8")
    made = run(
        [
            *(program, "-m", "openapi_python_client", "generate", "--meta", "none"),
            *("--url", f"{served}openapi.json", "--output-path", "open_data"),
            *("--config", "settings.yml"),
        ],
        tmp_path,
    )
    # Whatever it cannot read it warns of, and leaves out.
    assert "WARNING" not in made, made
    assert "ERROR" not in made, made
    (tmp_path / "ask.py").write_text(_PYTHON, encoding="utf-8")
    told = json.loads(run([program, "ask.py", served, release.id], tmp_path).splitlines()[-1])
    statuses = {name: answer[0] for name, answer in told.items()}
    different = {"mistake": 400, "missing": 404, "thing": 303}
    assert statuses == {name: different.get(name, 200) for name in told}
    assert told["mistake"][1] == told["missing"][1] == "Problem"
    assert "id/lake/siljan" in told["search"][2]
    assert '"bindings"' in told["query"][2]
    assert "id/lake/siljan" in told["named_query"][2]


def test_a_client_in_typescript_is_checked_and_asks(
    served: str, release: Release, tmp_path: Path
) -> None:
    """As npm openapi-typescript and openapi-fetch have it, checked by tsc and run by node."""
    beside = ("openapi-fetch@0.17.0", "typescript@5.9.3", "@types/node@22.20.7")
    modules = npm.package("openapi-typescript", "7.13.0", *beside).parent
    node = npm.node()
    (tmp_path / "node_modules").symlink_to(modules)
    generate = [*node, str(modules / "openapi-typescript" / "bin" / "cli.js")]
    run([*generate, f"{served}openapi.json", "--output", "site.ts"], tmp_path)
    (tmp_path / "ask.ts").write_text(_TYPESCRIPT, encoding="utf-8")
    options = ["--strict", "--target", "es2022", "--module", "node16", "--moduleResolution"]
    compiler = [*node, str(modules / "typescript" / "bin" / "tsc"), *options, "node16"]
    run([*compiler, "--skipLibCheck", "--types", "node", "ask.ts"], tmp_path)
    told = json.loads(run([*node, "ask.js", served, release.id], tmp_path))
    assert told["wrong"][0] == 400
    assert told["wrong"][1]
    assert told["missing"] == [404, 404]
    assert len(told["rows"]["results"]["bindings"]) == 2
    assert "id/lake/siljan" in told["named"]
    assert told["posted"]["boolean"] is True
    assert "Siljan" in told["page"]
    assert told["manifest"]["release"] == release.id
    assert told["found"]["total"] > 0
    assert told["text"].startswith("# Schema")
    assert "void:Dataset" in told["graph"] or "rdfs.org/ns/void#" in told["graph"]
