"""Readers of linked data that people use, against a real server: JSON-LD, news, Perl, PHP, Go."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
import requests
import urllib3
from pyld import jsonld

from publisher.serve.site import Site
from tests import npm
from tests.in_process import WAYS, serving_site
from tests.serve.test_sparql_clients import program

pytestmark = pytest.mark.slow
DOCUMENTS = ("doc/lake/siljan", "catalog", "sparql", "void", "shapes", "feed")
CONSTRUCT = "CONSTRUCT { ?s a ?c } WHERE { ?s a ?c } LIMIT 3"


@pytest.fixture(scope="module", params=WAYS)
def root(site: Site, request: pytest.FixtureRequest) -> Iterator[str]:
    """Return the address of the tiny world, whose queries are answered by one of two ways."""
    with serving_site(site, direct_queries=request.param == WAYS[0]) as (port, _):
        yield f"http://127.0.0.1:{port}/"


def run(*command: str, folder: Path | None = None) -> list[str]:
    """Return the lines that a program prints."""
    done = subprocess.run(
        command, capture_output=True, timeout=120, text=True, cwd=folder, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.mark.parametrize("root", WAYS[:1], indirect=True)
@pytest.mark.parametrize("path", DOCUMENTS)
def test_pyld_loads_what_has_an_address(root: str, path: str) -> None:
    """Its loader fails at an answer with several alternate links."""
    load = jsonld.requests_document_loader()
    assert jsonld.expand(root + path, {"documentLoader": load})


RDFLIB_JS = """
const rdf = require('rdflib')
;(async () => {
  for (const address of process.argv.slice(2)) {
    const store = rdf.graph()
    await new rdf.Fetcher(store, { fetch }).load(address)
    console.log(store.holds(undefined, rdf.sym(rdf.Namespace(
      'http://www.w3.org/1999/02/22-rdf-syntax-ns#')('type').value)))
  }
})()
"""


@pytest.mark.parametrize("root", WAYS[:1], indirect=True)
def test_rdflib_js_loads_what_has_an_address(root: str) -> None:
    """It names N3 and Turtle, and reads both by a parser of N3."""
    script = npm.package("rdflib", "2.4.0").parent.parent / "loaded.cjs"
    script.write_text(RDFLIB_JS, encoding="utf-8")
    addresses = [root + path for path in DOCUMENTS]
    assert run(*npm.node(), str(script), *addresses) == ["true"] * len(DOCUMENTS)


PHP = """
require '/usr/share/php/EasyRdf/autoload.php';
error_reporting(E_ALL & ~E_DEPRECATED);
[, $root, $query] = $argv;
$client = new \\EasyRdf\\Sparql\\Client($root . 'sparql');
echo count($client->query('SELECT * { ?s a ?c } LIMIT 3')), "\\n";
echo $client->query('ASK {}')->isTrue() ? 'true' : 'false', "\\n";
echo $client->query($query)->countTriples(), "\\n";
echo count($client->query('SELECT (1 AS ?x) {} #' . str_repeat('\\u{f6} ', 3000))), "\\n";
foreach (['turtle', 'ntriples', 'rdfxml'] as $format)
  echo \\EasyRdf\\Graph::newAndLoad($root . 'doc/lake/siljan', $format)->countTriples() > 3, "\\n";
"""


def test_easyrdf_asks_and_loads(root: str) -> None:
    """From PHP; a long query goes by POST."""
    php = program("php")
    if not Path("/usr/share/php/EasyRdf/autoload.php").exists():
        pytest.skip("php-easyrdf is not installed")
    assert run(php, "-r", PHP, "--", root, CONSTRUCT) == ["3", "true", "3", "1", "1", "1", "1"]


PERL = """
my ($root, $query) = @ARGV;
for my $method (qw(GET POST)) {
  for my $asked ('SELECT * { ?s a ?c } LIMIT 3', $query) {
    my $client = RDF::Query::Client->new($asked);
    my $found = $client->execute($root . 'sparql', { QueryMethod => $method })
      or die $client->error;
    my $n = 0;
    $n++ while $found->next;
    print "$n\\n";
  }
}
my $model = RDF::Trine::Model->temporary_model;
RDF::Trine::Parser->parse_url_into_model($root . 'doc/lake/siljan', $model);
print $model->size > 3, "\\n";
"""


def test_perls_client_asks_and_loads(root: str) -> None:
    """RDF::Query::Client, and RDF::Trine with its list of formats."""
    perl = program("perl")
    modules = ("-MRDF::Query::Client", "-MRDF::Trine")
    if subprocess.run([perl, *modules, "-e", "1"], capture_output=True, check=False).returncode:
        pytest.skip("librdf-query-client-perl is not installed")
    assert run(perl, *modules, "-e", PERL, root, CONSTRUCT) == ["3", "3", "3", "3", "1"]


GO = """
package main
import ("fmt"; "io"; "net/http"; "net/url"; "os"; "strings")
func main() {
  root := os.Args[1]
  form := url.Values{"query": {"ASK {}"}}
  answer, err := http.PostForm(root + "sparql", form)
  if err != nil { panic(err) }
  body, _ := io.ReadAll(answer.Body)
  fmt.Println(answer.StatusCode, strings.Contains(string(body), "true"))
  stream := struct{ io.Reader }{strings.NewReader("ASK {}")}
  request, _ := http.NewRequest("POST", root + "sparql", stream)
  request.Header.Set("Content-Type", "application/sparql-query")
  request.Header.Set("Expect", "100-continue")
  answer, err = http.DefaultClient.Do(request)
  if err != nil { panic(err) }
  fmt.Println(answer.StatusCode)
  request, _ = http.NewRequest("GET", root + "doc/lake/siljan", nil)
  request.Header.Set("Accept", "text/turtle")
  answer, err = http.DefaultClient.Do(request)
  if err != nil { panic(err) }
  fmt.Println(answer.StatusCode, answer.Header.Get("Content-Type"))
}
"""


@pytest.mark.parametrize("root", WAYS[:1], indirect=True)
def test_gos_own_client_is_answered(root: str, tmp_path: Path) -> None:
    """A form, a stream in chunks that waits for 100, and a thing behind a redirect."""
    go = program("go")
    (tmp_path / "client.go").write_text(GO, encoding="utf-8")
    printed = run(go, "run", "client.go", root, folder=tmp_path)
    assert printed == ["200 true", "200", "200 text/turtle;charset=utf-8"]


@pytest.mark.parametrize("root", WAYS[:1], indirect=True)
def test_feedparser_reads_the_feed(root: str) -> None:
    """By the address of the feed; it asks for Atom, RSS and RDF/XML alike."""
    feedparser = pytest.importorskip("feedparser")
    found = feedparser.parse(f"{root}feed")
    assert (found.status, bool(found.bozo), found.version) == (200, False, "atom10")
    assert feedparser.parse(f"{root}feed", etag=found.etag).status == 304


@pytest.mark.parametrize("root", WAYS[:1], indirect=True)
def test_xsltproc_reads_rdf_xml(root: str, tmp_path: Path) -> None:
    """The parser of libxml2, over the network."""
    xsltproc = program("xsltproc")
    style = tmp_path / "count.xsl"
    style.write_text(
        '<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">'
        '<xsl:output method="text"/>'
        '<xsl:template match="/"><xsl:value-of select="count(//*) &gt; 10"/></xsl:template>'
        "</xsl:stylesheet>"
    )
    assert run(xsltproc, str(style), f"{root}catalog.rdf") == ["true"]


def test_polars_reads_the_rows_of_a_query(root: str) -> None:
    """It asks for the beginning first, and gives up where parts cannot be had."""
    polars = pytest.importorskip("polars")
    query = "SELECT ?s ?c { ?s a ?c } ORDER BY ?s ?c LIMIT 5"
    address = f"{root}sparql?{urlencode({'query': query, 'format': 'csv'})}"
    assert polars.read_csv(address).shape == (5, 2)


def test_parts_of_an_answer_make_the_whole(root: str) -> None:
    """By GET, in both ways to an answer, also when it is known already."""
    address = f"{root}sparql?{urlencode({'query': 'SELECT ?s { ?s a ?c } ORDER BY ?s ?c'})}"
    fields = {"Accept": "text/csv", "Accept-Encoding": "gzip"}
    for _ in range(3):
        parts = [
            requests.get(address, headers=fields | {"Range": part}, timeout=30)
            for part in ("bytes=0-99", "bytes=100-")
        ]
        whole = requests.get(address, headers=fields, timeout=30)
        assert [part.status_code for part in parts] == [206, 206]
        assert b"".join(part.content for part in parts) == whole.content


R = """
root <- commandArgs(TRUE)[1]
library(httr)
kinds <- function(answer) c(status_code(answer), http_type(answer))
endpoint <- paste0(root, "sparql")
cat(kinds(POST(endpoint, body = list(query = "ASK {}"))), sep = "\\n")
cat(kinds(POST(endpoint, body = list(query = "ASK {}"), encode = "form")), sep = "\\n")
cat(nrow(read.csv(paste0(root, "sparql?format=csv&query=",
  URLencode("SELECT * { ?s a ?c } LIMIT 3", reserved = TRUE)))), "\\n")
"""


def test_rs_httr_posts_a_list_as_it_comes(root: str, tmp_path: Path) -> None:
    """Its forms are in parts unless told otherwise; it takes JSON before all else."""
    rscript = program("Rscript")
    if subprocess.run(
        [rscript, "-e", "library(httr)"], capture_output=True, check=False
    ).returncode:
        pytest.skip("r-cran-httr is not installed")
    script = tmp_path / "ask.R"
    script.write_text(R, encoding="utf-8")
    answered = ["200", "application/json"]
    assert [line.strip() for line in run(rscript, str(script), root)] == [*answered, *answered, "3"]


FORM_DATA = """
(async () => {
  const form = new FormData()
  form.append('query', 'ASK {}')
  form.append('format', new Blob(['xml']))
  const answer = await fetch(process.argv[1] + 'sparql', { method: 'POST', body: form })
  console.log(answer.status, answer.headers.get('content-type'))
})()
"""


def test_form_data_of_the_browser_is_read(root: str) -> None:
    """As ``fetch`` of Node.js sends it, too."""
    node = npm.node()
    if not node:
        pytest.skip("there is no Node.js")
    answered = run(*node, "-e", FORM_DATA, root)
    assert answered == ["200 application/sparql-results+xml"]


PHP_ARRAY = """
$client = curl_init($argv[1] . 'sparql');
curl_setopt($client, CURLOPT_POSTFIELDS, ['query' => 'ASK {}']);
curl_setopt($client, CURLOPT_RETURNTRANSFER, true);
echo curl_exec($client) ? curl_getinfo($client, CURLINFO_RESPONSE_CODE) : curl_error($client);
"""


def test_phps_curl_posts_an_array(root: str) -> None:
    """An array is a form in parts, where a text is one that is escaped."""
    php = program("php")
    if "curl" not in run(php, "-m"):
        pytest.skip("php-curl is not installed")
    assert run(php, "-r", PHP_ARRAY, "--", root) == ["200"]


def test_urllib3_posts_fields(root: str) -> None:
    """In parts, since nobody told it otherwise."""
    answer = urllib3.PoolManager().request("POST", f"{root}sparql", fields={"query": "ASK {}"})
    assert (answer.status, answer.json()["boolean"]) == (200, True)
