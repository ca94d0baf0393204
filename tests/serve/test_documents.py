from __future__ import annotations

import re

import pytest
import requests
from flask.testing import FlaskClient
from pyoxigraph import RdfFormat, parse
from werkzeug.http import parse_options_header
from werkzeug.test import Client, TestResponse

from tests.serve.conftest import Visitor

EVERY_ENGINE = True

BASE = "https://data.example.org/"
FORMATS = [
    ("html", "text/html", "text/html;charset=utf-8"),
    ("ttl", "text/turtle", "text/turtle;charset=utf-8"),
    ("jsonld", "application/ld+json", "application/ld+json"),
    ("rdf", "application/rdf+xml", "application/rdf+xml"),
    ("nt", "application/n-triples", "application/n-triples"),
]
RDF = {
    "ttl": RdfFormat.TURTLE,
    "jsonld": RdfFormat.JSON_LD,
    "rdf": RdfFormat.RDF_XML,
    "nt": RdfFormat.N_TRIPLES,
}
SILJAN = "/doc/lake/siljan"


def links_of(answer: TestResponse) -> dict[tuple[str, str], str]:
    """Return (relation, media type) → target of the Link field (RFC 8288)."""
    found = {}
    for target, parameters in re.findall(
        r"<([^>]*)>((?:; \w+=\"[^\"]*\")*)", answer.headers["Link"]
    ):
        values = dict(re.findall(r"(\w+)=\"([^\"]*)\"", parameters))
        found[values["rel"], values.get("type", "")] = target
    return found


def graph_of(answer: TestResponse, extension: str) -> set[str]:
    """Return the triples of an answer."""
    return {str(quad.triple) for quad in parse(answer.data, format=RDF[extension])}


@pytest.mark.parametrize("accept", ["", "*/*", "text/html", "text/turtle", "application/ld+json"])
def test_a_thing_redirects_to_its_document_with_303(anywhere: Visitor, accept: str) -> None:
    """Cool URIs: the thing is no document; dataportal.se follows no 302."""
    answer = anywhere.get("/id/lake/siljan", headers={"Accept": accept})
    assert answer.status_code == 303
    assert answer.headers["Location"] == "http://localhost/doc/lake/siljan"
    # A file server has no past, so only the application answers by Accept-Datetime.
    assert answer.headers["Vary"] in ("Accept", "Accept, Accept-Datetime")
    assert "Cache-Control" in answer.headers


def test_the_redirect_keeps_the_query(anywhere: Visitor) -> None:
    """A reader who chose a language keeps it."""
    answer = anywhere.get("/id/lake/siljan?lang=en&x=%C3%A5")
    assert answer.headers["Location"] == "http://localhost/doc/lake/siljan?lang=en&x=%C3%A5"


@pytest.mark.parametrize(("extension", "accept", "content_type"), FORMATS)
def test_a_document_comes_in_the_format_that_is_asked_for(
    anywhere: Visitor, extension: str, accept: str, content_type: str
) -> None:
    """By Accept or by extension: the same bytes."""
    negotiated = anywhere.get(SILJAN, headers={"Accept": accept})
    picked = anywhere.get(f"{SILJAN}.{extension}", headers={"Accept": "image/png"})
    assert (negotiated.status_code, picked.status_code) == (200, 200)
    assert negotiated.headers["Content-Type"] == content_type
    assert picked.headers["Content-Type"] == content_type
    assert negotiated.data == picked.data
    place = f"http://localhost{SILJAN}.{extension}"
    assert negotiated.headers["Content-Location"] == place
    assert picked.headers["Content-Location"] == place


@pytest.mark.parametrize(("extension", "accept", "_content_type"), FORMATS)
def test_vary_names_what_chose_the_answer(
    anywhere: Visitor, extension: str, accept: str, _content_type: str
) -> None:
    """RFC 9110, section 12.5.5: an extension leaves only the language of a page to choose."""
    negotiated = anywhere.get(SILJAN, headers={"Accept": accept}).headers["Vary"]
    picked = anywhere.get(f"{SILJAN}.{extension}").headers.get("Vary", "")
    pages = {"Accept-Language"} if extension == "html" else set()
    other = {"Accept-Encoding", "Accept-Datetime", ""}
    assert set(negotiated.split(", ")) - other == {"Accept"} | pages
    assert set(picked.split(", ")) - other == pages


def test_a_language_in_the_address_is_not_chosen_by_a_field(anywhere: Visitor) -> None:
    """A cache may answer everybody with it."""
    vary = anywhere.get(f"{SILJAN}.html?lang=en").headers["Vary"]
    assert "Accept-Language" not in vary


def test_a_language_that_is_not_there_is_chosen_by_the_field(anywhere: Visitor) -> None:
    """``?lang=pl`` picks nothing, and caches must be told what does."""
    english = anywhere.get(f"{SILJAN}.html?lang=pl", headers={"Accept-Language": "en"})
    assert english.headers["Content-Language"] == "en"
    assert "Accept-Language" in english.headers["Vary"]


def test_all_formats_say_the_same(anywhere: Visitor) -> None:
    """Whoever switches formats finds the same facts."""
    graphs = [graph_of(anywhere.get(f"{SILJAN}.{e}"), e) for e in RDF]
    assert all(graph == graphs[0] for graph in graphs)


def test_a_document_holds_the_things_own_triples_labels_and_incoming_links(
    anywhere: Visitor,
) -> None:
    """Issue 2: with the names of what it links to, and who links to it."""
    graph = graph_of(anywhere.get("/doc/lake/v%C3%A4nern.nt"), "nt")
    vanern, klaralven = f"<{BASE}id/lake/vänern>", f"<{BASE}id/river/klaralven>"
    document = f"<{BASE}doc/lake/vänern>"
    skos, foaf = "<http://www.w3.org/2004/02/skos/core#", "<http://xmlns.com/foaf/0.1/"
    assert {
        f'{vanern} {skos}prefLabel> "Vänern"@sv',
        f"{klaralven} <{BASE}def/water#flowsInto> {vanern}",
        f'{klaralven} {skos}prefLabel> "Klarälven"@sv',
        f'<{BASE}def/water#Lake> <http://www.w3.org/2000/01/rdf-schema#label> "sjö"@sv',
        f"{document} {foaf}primaryTopic> {vanern}",
    } <= graph
    assert not any(f"{BASE}id/lake/siljan" in triple for triple in graph)


def test_each_representation_has_a_strong_tag_of_its_own(anywhere: Visitor) -> None:
    """RFC 9110, section 8.8.3: format, language and encoding each make another."""
    asked = [{"Accept": accept} for _, accept, _ in FORMATS]
    asked += [{"Accept": accept, "Accept-Encoding": "gzip"} for _, accept, _ in FORMATS]
    asked += [{"Accept": "text/html", "Accept-Language": "en"}]
    tags = [anywhere.get(SILJAN, headers=headers).headers["ETag"] for headers in asked]
    assert all(re.fullmatch(r'"[0-9a-z-]+"', tag) for tag in tags)
    assert len(set(tags)) == len(tags) == 11


@pytest.mark.parametrize("accept", [accept for _, accept, _ in FORMATS])
def test_a_client_that_has_the_document_is_told_so(anywhere: Visitor, accept: str) -> None:
    """RFC 9110, section 13: and the 304 repeats what a cache needs."""
    asked = {"Accept": accept}
    answer = anywhere.get(SILJAN, headers=asked)
    known = anywhere.get(SILJAN, headers={**asked, "If-None-Match": answer.headers["ETag"]})
    assert (known.status_code, known.data) == (304, b"")
    for name in ("ETag", "Vary", "Cache-Control", "Content-Location"):
        assert known.headers[name] == answer.headers[name]
    dated = {**asked, "If-Modified-Since": answer.headers["Last-Modified"]}
    assert anywhere.get(SILJAN, headers=dated).status_code == 304
    assert anywhere.get(SILJAN, headers={**dated, "If-None-Match": '"x"'}).status_code == 200
    assert anywhere.head(SILJAN, headers=dated).status_code == 304


def test_the_date_is_that_of_the_release(anywhere: Visitor) -> None:
    """From the sources, so that it is the same on every copy."""
    last_modified = anywhere.get(SILJAN).headers["Last-Modified"]
    assert last_modified == "Fri, 02 Jan 2026 00:00:00 GMT"


@pytest.mark.parametrize(("extension", "accept", "_content_type"), FORMATS)
def test_links_lead_to_the_other_representations(
    anywhere: Visitor, extension: str, accept: str, _content_type: str
) -> None:
    """Design, section 3: alternate with type, canonical, and the JSON-LD context once."""
    answer = anywhere.get(SILJAN, headers={"Accept": accept})
    links = links_of(answer)
    for other, media_type, _ in FORMATS:
        place = f"http://localhost{SILJAN}.{other}"
        is_listed = other != extension and (extension != "jsonld" or other == "html")
        assert (links.get(("alternate", media_type)) == place) == is_listed
    assert links["canonical", ""] == f"{BASE}doc/lake/siljan"
    context = ("http://www.w3.org/ns/json-ld#context", "application/ld+json")
    assert links[context] == "http://localhost/context.jsonld"
    assert answer.headers["Link"].count(context[0]) == 1
    assert answer.headers["Link"].count('rel="alternate"; type="application/ld+json"') <= 1


def test_a_page_links_to_the_data_that_describe_it(anywhere: Visitor) -> None:
    """FAIR Signposting, level 1."""
    links = links_of(anywhere.get(SILJAN, headers={"Accept": "text/html"}))
    assert links["describedby", "text/turtle"] == f"http://localhost{SILJAN}.ttl"
    assert links["cite-as", ""] == f"{BASE}id/lake/siljan"


def test_links_of_a_name_beyond_ascii_are_ascii(anywhere: Visitor) -> None:
    """RFC 9110, section 5.5; RFC 3987, section 3.1."""
    answer = anywhere.get("/doc/lake/v%C3%A4nern.ttl")
    assert answer.headers["Link"].isascii()
    assert "doc/lake/v%C3%A4nern" in answer.headers["Link"]
    assert answer.headers["Content-Location"] == "http://localhost/doc/lake/v%C3%A4nern.ttl"


@pytest.mark.parametrize(
    "path", [SILJAN, f"{SILJAN}.ttl", "/id/lake/siljan", "/", "/nowhere", "/context.jsonld"]
)
def test_head_is_get_without_a_body(anywhere: Visitor, path: str) -> None:
    """RFC 9110, section 9.3.2: the same fields, the length included; a second may have passed."""
    for accept in ("*/*", "text/html", "application/rdf+xml"):
        head = anywhere.head(path, headers={"Accept": accept})
        answer = anywhere.get(path, headers={"Accept": accept})
        assert head.data == b""
        if answer.data == b"":  # then its length may be left out
            head.headers.pop("Content-Length", None)
            answer.headers.pop("Content-Length", None)
        assert ("Date" in head.headers) == ("Date" in answer.headers)
        for each in (head, answer):
            each.headers.pop("Date", None)
        assert (head.status_code, dict(head.headers)) == (answer.status_code, dict(answer.headers))


@pytest.mark.parametrize("path", [SILJAN, "/id/lake/siljan", "/", "/context.jsonld"])
def test_options_lists_the_methods_and_answers_a_preflight(anywhere: Visitor, path: str) -> None:
    """Fetch, section 3.2: a script on another site may ask."""
    answer = anywhere.options(
        path,
        headers={"Origin": "https://other.example", "Access-Control-Request-Method": "GET"},
    )
    assert answer.status_code in (200, 204)
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "GET" in answer.headers["Access-Control-Allow-Methods"]
    assert "Accept" in answer.headers["Access-Control-Allow-Headers"]
    assert "Access-Control-Allow-Credentials" not in answer.headers


@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE", "PATCH"])
@pytest.mark.parametrize("path", [SILJAN, "/id/lake/siljan", "/", "/dump/lakes.ttl", "/nowhere"])
def test_other_methods_are_refused_with_those_allowed(
    anywhere: Visitor, method: str, path: str
) -> None:
    """RFC 9110, section 15.5.6."""
    answer = anywhere.open(path, method=method, data=b"x")
    assert answer.status_code == 405
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}


@pytest.mark.parametrize("path", [SILJAN, "/id/lake/siljan", "/", "/nowhere", "/dump/lakes.nt"])
def test_scripts_on_every_site_may_read_every_answer(anywhere: Visitor, path: str) -> None:
    """Open data: without credentials, with the fields that matter exposed."""
    with anywhere.get(path, headers={"Origin": "https://other.example"}) as answer:
        headers = answer.headers
    assert headers["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in headers
    exposed = set(headers["Access-Control-Expose-Headers"].split(", "))
    assert {"Link", "ETag", "Content-Location", "Retry-After"} <= exposed
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("path", "location"),
    [
        ("/doc/lake/siljan/", "http://localhost/doc/lake/siljan"),
        ("/doc/lake/siljan//", "http://localhost/doc/lake/siljan"),
        ("/def/water/", "http://localhost/def/water"),
        ("/doc/lake/v%C3%A4nern/", "http://localhost/doc/lake/v%C3%A4nern"),
        ("/doc/lake/siljan/?lang=en", "http://localhost/doc/lake/siljan?lang=en"),
    ],
)
def test_a_slash_too_many_is_moved_for_good(anywhere: Visitor, path: str, location: str) -> None:
    """People type it, and a chosen language is kept."""
    answer = anywhere.get(path)
    assert (answer.status_code, answer.headers["Location"]) == (301, location)


@pytest.mark.parametrize(
    "path",
    [
        "/id/lake/v%C3%A4nern",
        "/id/lake/v%c3%a4nern",
        "/id/lake/v%25C3%25A4nern",
        "/id/lake/vänern",
        "/id/lake/v%C3%A4nern/",
        "/id/lake/%76%C3%A4nern",
    ],
)
def test_a_thing_is_found_however_its_name_is_escaped(visitor: Client, path: str) -> None:
    """Browsers, copied addresses and programs differ."""
    answer = visitor.get(path)
    assert answer.status_code == 303
    assert answer.headers["Location"] == "http://localhost/doc/lake/v%C3%A4nern"


@pytest.mark.parametrize("path", ["/def/water", "/def/water%23Lake", "/shapes", "/shapes%23Lake"])
def test_hash_iris_share_a_document(anywhere: Visitor, path: str) -> None:
    """A vocabulary is one document with all its terms, also when ``#`` came escaped."""
    asked = {"Accept": "text/turtle"}
    answer = anywhere.get(path, headers=asked, follow_redirects=True)
    assert answer.status_code == 200
    name = "def/water" if "water" in path else "shapes"
    assert answer.headers["Content-Location"] == f"http://localhost/{name}.ttl"
    assert answer.data.count(b"water:Lake") >= 1


NOWHERE = [
    "/nowhere",
    "/id/lake/none",
    "/id/",
    "/doc/lake/none.ttl",
    "/doc/lake/siljan.pdf",
    "/doc/lake/siljan.nqx",
    "/doc/lake/siljan.",
    "/doc/lake/siljan.ttl/",
    "/doc/lake/siljan.ttl.ttl",
    "/../../etc/passwd",
    "/%2e%2e/%2e%2e/etc/passwd",
    "/dump/../manifest.json",
    "/dump/..%2Fmanifest.json",
    "/dump/%2e%2e%2fmanifest.json",
    "/dump/lakes.ttl%00",
    "/static/../app.py",
    "/static/%2e%2e/app.py",
    "/static/nothing.css",
    "/static/%00",
    "/doc/%00",
    "/doc/%0d%0aSet-Cookie:a=b",
    "/doc/%FF%FE",
    "/doc/lake/<script>",
    "/doc/lake/%22%3E%3Cscript%3E",
    "/doc/lake/a b",
    "/doc/lake/%E2%80%AE",
    "/doc/lake/{}|^`\\",
    "/doc/%F0%9F%99%82",
    "/manifest.json",
    "/store/CURRENT",
    "/.lock",
    "/doc/lake/siljan?incoming=0",
    "/doc/lake/siljan?incoming=-1",
    "/doc/lake/siljan?incoming=2",
    "/doc/lake/siljan?incoming=x",
    "/doc/lake/siljan?incoming=",
    f"/doc/lake/siljan?incoming={'9' * 5000}",
    f"/doc/{'a' * 20_000}",
    f"/{'a/' * 2_000}",
]


@pytest.mark.parametrize("path", NOWHERE, ids=lambda path: path[:40])
@pytest.mark.parametrize("accept", ["text/html", "text/turtle"])
def test_what_is_not_there_is_answered_with_404(visitor: Client, path: str, accept: str) -> None:
    """Whatever is asked for: no traceback, no file of the server, no other status."""
    answer = visitor.get(path, headers={"Accept": accept})
    assert answer.status_code == 404
    assert "Set-Cookie" not in answer.headers
    assert b"root:" not in answer.data
    assert b"Traceback" not in answer.data


@pytest.mark.parametrize(
    "headers",
    [
        {"Accept": "text/turtle;q=" + "9" * 20_000},
        {"Accept": "a/b," * 10_000 + "text/turtle"},
        {"Accept": "\xff\xfe"},
        {"Accept": '"'},
        {"Accept-Language": "x-" * 10_000},
        {"Accept-Language": "*;q=0"},
        {"Accept-Encoding": "gzip;q=banana"},
        {"If-None-Match": "," * 10_000},
        {"If-None-Match": 'W/"'},
        {"If-Modified-Since": "Fri, 99 Foo 9999 99:99:99 GMT"},
        {"Range": "bytes=0-0"},
        {"Range": "lines=1-"},
        {"Host": "evil.example"},
        {"X-Forwarded-Host": "evil.example"},
    ],
    ids=lambda headers: f"{next(iter(headers))} {next(iter(headers.values()))[:20]}",
)
def test_strange_fields_break_nothing(visitor: Client, headers: dict[str, str]) -> None:
    """Strangers write them: an answer or a refusal, never an error of the server."""
    answer = visitor.get(SILJAN, headers=headers)
    assert answer.status_code in (200, 206, 406)
    assert "evil.example" not in str(answer.headers) + answer.text


def test_a_page_is_in_the_readers_language_and_offers_the_other(anywhere: Visitor) -> None:
    """By Accept-Language, and by a switch that works without JavaScript."""
    for language, other in (("sv", "en"), ("en", "sv")):
        answer = anywhere.get(SILJAN, headers={"Accept": "text/html", "Accept-Language": language})
        assert answer.headers["Content-Language"] == language
        assert f'<html lang="{language}">' in answer.text
        assert f'href="{SILJAN}?lang={other}"' in answer.text


def test_a_chosen_language_beats_the_field_and_is_kept_in_links(anywhere: Visitor) -> None:
    """Whoever chose English stays in English."""
    answer = anywhere.get(
        "/doc/river/klaralven?lang=en", headers={"Accept": "text/html", "Accept-Language": "sv"}
    )
    assert answer.headers["Content-Language"] == "en"
    assert '/id/lake/v%C3%A4nern?lang=en"' in answer.text
    place = "http://localhost/doc/river/klaralven.html?lang=en"
    assert answer.headers["Content-Location"] == place


@pytest.mark.slow
def test_many_incoming_links_come_in_pages(small_pages: FlaskClient) -> None:
    """Bounded, with a count and a way to the rest, on pages and in data."""
    document = "/def/water"
    first = small_pages.get(f"{document}.html")
    assert first.status_code == 200
    following = f"/search/links/2{document}"  # without a query, so that an export has it as a file
    assert f'rel="next" href="{following}"' in first.text
    assert 'rel="prev"' not in first.text
    second = small_pages.get(f"{document}?incoming=2", headers={"Accept": "text/html"})
    assert second.status_code == 200
    assert second.headers["Content-Location"] == f"http://localhost{document}.html?incoming=2"
    assert small_pages.get(following).data == second.data
    assert f'rel="prev" href="{document}"' in second.text
    assert f'href="{following}?lang=en"' in second.text
    for gone in (f"{document}?incoming=99", f"/search/links/99{document}", "/search/links/2/no"):
        assert small_pages.get(gone).status_code == 404


def test_no_text_from_the_data_is_markup(anywhere: Visitor) -> None:
    """The tiny world says ``<script>``, and has an address that begins with ``javascript:``."""
    page = anywhere.get("/doc/river/klaralven.html?lang=sv").text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert" not in page
    assert not re.search(r"(?:href|src|action)=[\"']?\s*javascript:", page, re.IGNORECASE)
    assert "A lake in &lt;Dalarna&gt; &amp; its" in anywhere.get(f"{SILJAN}.html?lang=en").text


def test_a_page_has_a_strict_policy_and_no_script_of_its_own(anywhere: Visitor) -> None:
    """Standards, section 3.9."""
    answer = anywhere.get(f"{SILJAN}.html")
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert not re.search(r"<script(?![^>]*(?:src=|application/ld\+json))", answer.text)
    assert not re.search(r"<[^>]+\son\w+=", answer.text)
    assert not re.search(r"<[^>]+\sstyle=", answer.text)


def test_data_has_a_policy_that_forbids_everything(anywhere: Visitor) -> None:
    """A browser that shows it as a page runs nothing."""
    policy = anywhere.get(f"{SILJAN}.rdf").headers["Content-Security-Policy"]
    assert policy == "default-src 'none'; sandbox"


@pytest.mark.parametrize(
    "accept", ["", "*/*", "application/rdf+xml", "*/*;q=0.5, text/turtle;q=0.1"]
)
def test_the_catalogue_is_rdf_by_default(anywhere: Visitor, accept: str) -> None:
    """Harvesters send ``*/*`` or nothing, and parse what they get."""
    answer = anywhere.get("/catalog", headers={"Accept": accept} if accept else {})
    media_type, _ = parse_options_header(answer.headers["Content-Type"])
    assert answer.status_code == 200
    assert media_type in ("application/rdf+xml", "text/turtle")
    page = anywhere.get("/catalog", headers={"Accept": "text/html,*/*;q=0.8"})
    assert page.mimetype == "text/html"


def test_no_answer_is_a_302(anywhere: Visitor) -> None:
    """Redirects are 301, 303, 307 or 308 (design, section 3)."""
    paths = ["/id/lake/siljan", "/doc/lake/siljan/", "/id/lake/siljan/", "/static", "/sparql/"]
    codes = {anywhere.get(path).status_code for path in [*paths, "/.well-known/void"]}
    assert 302 not in codes
    assert codes <= {200, 301, 303, 307, 308, 404}


@pytest.mark.slow
def test_the_same_release_gives_the_same_bytes_in_every_process(
    visitor: Client, served: str
) -> None:
    """A strong tag is a digest of the bytes: two web processes must agree."""
    for extension in ("nt", "rdf"):
        here = visitor.get(f"{SILJAN}.{extension}")
        there = requests.get(f"{served}doc/lake/siljan.{extension}", timeout=10)
        assert here.headers["ETag"].replace("-gzip", "") == there.headers["ETag"].replace(
            "-gzip", ""
        )
        assert here.data == there.content
