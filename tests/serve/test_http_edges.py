"""Small rules of HTTP that clients rely on: preconditions, limits, codings, what scripts may do."""

from __future__ import annotations

import gzip
import json
import socket
from urllib.parse import urlsplit

import pytest
import requests

FORM = "application/x-www-form-urlencoded"
ASK = b"query=ASK+%7B%7D"
PATHS = ("catalog.ttl", "doc/lake/siljan", "void", "dump/lakes.nt", "sparql?query=ASK+%7B%7D", "")
LONG_AGO, FAR_AHEAD = "Fri, 01 Jan 2021 00:00:00 GMT", "Fri, 01 Jan 2100 00:00:00 GMT"


def get(address: str, **fields: str) -> requests.Response:
    """Return the answer to GET, asked with fields."""
    headers = {name.replace("_", "-"): value for name, value in fields.items()}
    return requests.get(address, headers=headers, timeout=30)


def post(served: str, body: bytes, path: str = "sparql", **fields: str) -> requests.Response:
    """Return the answer to a form that was posted."""
    headers = {"Content-Type": FORM} | {n.replace("_", "-"): v for n, v in fields.items()}
    return requests.post(served + path, body, headers=headers, timeout=30)


def raw(served: str, sent: bytes) -> tuple[bytes, bytes]:
    """Return head and body of the answer to bytes on a socket."""
    parts = urlsplit(served)
    with socket.create_connection((parts.hostname or "", parts.port or 80), timeout=30) as client:
        client.sendall(sent)
        received = b""
        while part := client.recv(65536):
            received += part
    head, _, body = received.partition(b"\r\n\r\n")
    return head.lower(), body


@pytest.mark.parametrize("path", PATHS)
def test_if_match_is_kept_to(served: str, path: str) -> None:
    """RFC 9110, section 13.1.1; the tag is that of the answer, compressed or not."""
    for coding in ("gzip", "identity"):
        tag = get(served + path, Accept_Encoding=coding).headers["ETag"]
        assert get(served + path, Accept_Encoding=coding, If_Match=tag).status_code == 200
        known = get(served + path, Accept_Encoding=coding, If_Match=tag, If_None_Match=tag)
        assert known.status_code == 304
    assert get(served + path, If_Match="*").status_code == 200
    refused = get(served + path, If_Match='"nope", W/"x"')
    assert refused.status_code == 412
    assert refused.headers["Access-Control-Allow-Origin"] == "*"
    assert refused.json()["status"] == 412


@pytest.mark.parametrize("path", PATHS)
def test_if_unmodified_since_is_kept_to(served: str, path: str) -> None:
    """RFC 9110, section 13.1.4; a date that is none is passed over."""
    assert get(served + path, If_Unmodified_Since=LONG_AGO).status_code == 412
    assert get(served + path, If_Unmodified_Since=FAR_AHEAD).status_code == 200
    assert get(served + path, If_Unmodified_Since="once").status_code == 200
    both = get(served + path, If_Unmodified_Since=LONG_AGO, If_Match="*")
    assert both.status_code == 200


def test_preconditions_count_only_where_there_is_an_answer(served: str) -> None:
    """RFC 9110, section 13.2.1."""
    assert get(f"{served}nothing/here", If_Match='"nope"').status_code == 404
    headers = {"If-Match": '"nope"'}
    moved = requests.get(
        f"{served}id/lake/siljan", headers=headers, timeout=30, allow_redirects=False
    )
    assert moved.status_code == 303
    assert requests.head(f"{served}void", headers=headers, timeout=30).status_code == 412


def test_a_part_of_a_file_is_asked_for_on_conditions(served: str) -> None:
    """A download that goes on only while the file is the same."""
    address = f"{served}dump/lakes.nt"
    tag = get(address).headers["ETag"]
    assert get(address, Range="bytes=0-9", If_Match=tag).status_code == 206
    assert get(address, Range="bytes=0-9", If_Match='"x"').status_code == 412


def test_whoever_has_a_file_gets_no_part_of_it(served: str) -> None:
    """RFC 9110, section 13.2.2: If-None-Match is looked at before Range."""
    address = f"{served}dump/lakes.nt"
    known = get(address).headers
    for fields in (
        {"If_None_Match": f'"x", W/{known["ETag"]}'},
        {"If_Modified_Since": known["Last-Modified"]},
    ):
        assert get(address, Range="bytes=0-9", **fields).status_code == 304
    assert get(address, Range="bytes=0-9", If_None_Match='"x"').status_code == 206


@pytest.mark.parametrize("path", ["release", "timemap/catalog", "dump/lakes.trix"])
def test_whatever_has_an_entity_tag_keeps_to_it(served: str, path: str) -> None:
    """What is not kept in memory too (RFC 9110, section 13.1.2)."""
    answer = get(served + path)
    tag = answer.headers["ETag"]
    for fields in ({"If_None_Match": f'W/{tag} , "x"'}, {"If_None_Match": "*"}):
        unchanged = get(served + path, **fields)
        assert (unchanged.status_code, unchanged.headers["ETag"]) == (304, tag)
        assert unchanged.headers.get("Vary") == answer.headers.get("Vary")
    assert get(served + path, If_None_Match='"x"').status_code == 200
    assert requests.head(served + path, headers={"If-None-Match": tag}, timeout=30).ok
    for path in ("void", "sparql?query=ASK+%7B%7D"):  # without a past, of which a time is asked
        tag = get(served + path, Accept_Datetime=FAR_AHEAD).headers["ETag"]
        assert get(served + path, Accept_Datetime=LONG_AGO, If_None_Match=tag).status_code == 304


def test_an_address_that_is_too_long_is_refused_with_what_to_do(served: str) -> None:
    """RFC 9110, section 15.5.15; a script may read it."""
    line = b"GET /sparql?query=%b HTTP/1.1\r\n" % (b"a" * 80_000)
    head, body = raw(served, line + b"Host: x\r\n\r\n")
    assert head.startswith(b"http/1.1 414 ")
    assert b"access-control-allow-origin: *" in head
    assert b"content-type: application/problem+json" in head
    assert b"POST" in body


@pytest.mark.parametrize("framing", ["length", "chunks", "gzip"])
def test_a_body_that_is_too_long_is_refused_with_the_setting(served: str, framing: str) -> None:
    """However it comes; what is compressed counts as long as it becomes."""
    body = ASK + b"+%23" + b"a" * 700_000
    if framing == "gzip":
        response = post(served, gzip.compress(body), Content_Encoding="gzip")
        assert (response.status_code, response.json()["limit"]) == (413, "query_length_kb")
        assert "query_length_kb" in response.json()["detail"]
        return
    fields = b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: %b\r\n" % FORM.encode()
    if framing == "length":
        sent = fields + b"Content-Length: %d\r\n\r\n" % len(body)
    else:
        sent = fields + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n" % len(body)
    head, answer = raw(served, sent)
    assert head.startswith(b"http/1.1 413 ")
    assert b"access-control-allow-origin: *" in head
    assert b"query_length_kb" in answer


@pytest.mark.parametrize("coding", ["gzip", "x-gzip", "GZIP", "identity", "identity, gzip"])
def test_a_compressed_query_is_read(served: str, coding: str) -> None:
    """RFC 9110, section 8.4; one member or more."""
    parts = (ASK[:5], ASK[5:])
    body = b"".join(map(gzip.compress, parts)) if "gzip" in coding.lower() else ASK
    response = post(served, body, Content_Encoding=coding, Accept="application/json")
    assert (response.status_code, response.json()["boolean"]) == (200, True)


@pytest.mark.parametrize(("coding", "status"), [("gzip", 200), ("br", 415)])
def test_a_compressed_message_to_assistants_is_read(served: str, coding: str, status: int) -> None:
    """As a query is."""
    message = b'{"jsonrpc": "2.0", "id": 1, "method": "ping"}'
    fields = {"Content-Type": "application/json", "Content-Encoding": coding}
    fields["Accept"] = "application/json, text/event-stream"
    answer = requests.post(f"{served}mcp", gzip.compress(message), headers=fields, timeout=30)
    assert answer.status_code == status
    if status == 200:
        assert answer.json() == {"jsonrpc": "2.0", "id": 1, "result": {}}


@pytest.mark.parametrize(
    ("coding", "body", "status"),
    [
        ("br", ASK, 415),
        ("deflate", ASK, 415),
        ("gzip, gzip", gzip.compress(gzip.compress(ASK)), 415),
        ("gzip", ASK, 400),
        ("gzip", gzip.compress(ASK)[:-9], 400),
        ("gzip", gzip.compress(b"a" * 100_000_000), 413),
        ("gzip", gzip.compress(ASK) + gzip.compress(b"") * 10_000, 400),
        ("identity", ASK + b"&a" * 1000, 400),
    ],
    ids=["br", "deflate", "twice", "not compressed", "cut", "bomb", "members", "parameters"],
)
def test_other_codings_and_broken_ones_are_refused(
    served: str, coding: str, body: bytes, status: int
) -> None:
    """RFC 9110, section 15.5.16: the answer says what is taken; no bomb takes memory."""
    response = post(served, body, Content_Encoding=coding)
    assert response.status_code == status
    if status == 415:
        assert "gzip" in response.headers["Accept-Encoding"]


@pytest.mark.slow
@pytest.mark.parametrize("prefix", ["", "release/{release}/"])
def test_a_slash_at_the_end_of_the_endpoint_is_forgiven(
    served: str, prefix: str, release: object
) -> None:
    """Not every client is led on with its body."""
    path = prefix.format(release=getattr(release, "id", ""))
    response = post(served, ASK, f"{path}sparql/", Accept="application/json")
    assert (response.status_code, response.json()["boolean"]) == (200, True)
    assert get(f"{served}{path}sparql/?query=ASK+%7B%7D").status_code == 200


@pytest.mark.parametrize("path", ["void", "feed", "search", "query", "release", "openapi.json"])
def test_a_slash_too_many_leads_on(served: str, path: str) -> None:
    """What is sent in the address comes along."""
    answer = requests.get(f"{served}{path}/?q=a%20b", allow_redirects=False, timeout=30)
    assert answer.status_code == 301
    assert answer.headers["Location"].endswith(f"/{path}?q=a%20b")
    assert get(f"{served}{path}/?q=a%20b").status_code == 200


def test_a_post_is_led_on_with_its_body(served: str) -> None:
    """RFC 9110, section 15.4.9; and nothing is led to where there is nothing."""
    answer = requests.post(f"{served}mcp/", b"{}", allow_redirects=False, timeout=30)
    assert (answer.status_code, urlsplit(answer.headers["Location"]).path) == (308, "/mcp")
    assert get(f"{served}nowhere/").status_code == 404
    assert get(f"{served}dump/nowhere.ttl/").status_code == 404


@pytest.mark.parametrize("path", ["void/", "mcp/", "table", "release/{release}", "doc/lake/siljan"])
def test_a_preflight_is_led_nowhere(served: str, path: str, release: object) -> None:
    """A browser follows no redirect of its question (Fetch, section 4.8)."""
    fields = {"Origin": "https://a.example", "Access-Control-Request-Method": "GET"}
    address = served + path.format(release=getattr(release, "id", ""))
    answer = requests.options(address, headers=fields, timeout=30, allow_redirects=False)
    assert answer.status_code == 200
    assert "Access-Control-Allow-Methods" in answer.headers
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_a_form_in_latin_1_is_read(served: str) -> None:
    """Older libraries say so, whatever stands in it."""
    form = "application/x-www-form-urlencoded; charset=ISO-8859-1"
    query = b"query=SELECT+(%22bl%E5b%E4r%22+AS+?x)+%7B%7D"
    answer = requests.post(f"{served}sparql", query, headers={"Content-Type": form}, timeout=30)
    assert answer.json()["results"]["bindings"][0]["x"]["value"] == "blåbär"


PART = b'--=b\r\nContent-Disposition: form-data; name="query"\r\n'
PARTS = {"Content-Type": 'multipart/form-data; boundary="=b"'}


def in_parts(served: str, body: bytes, path: str = "sparql") -> requests.Response:
    """Return the answer to a form in parts."""
    fields = PARTS | {"Accept-Language": "en"}
    return requests.post(served + path, body, headers=fields, timeout=30)


def test_a_form_in_parts_is_read(served: str) -> None:
    """RFC 7578; a file is a value like another, and what else there is counts too."""
    query = "SELECT ('blåbär & 100%25+' AS ?x) {}"
    for sent in ((None, query), ("query.rq", query.encode(), "application/sparql-query")):
        form = {"query": sent, "format": (None, "csv")}
        answer = requests.post(f"{served}sparql", files=form, timeout=30)
        assert answer.content == "x\r\nblåbär & 100%25+\r\n".encode()


def test_a_named_query_takes_its_parameters_in_parts(served: str) -> None:
    """They mean what they mean in the address."""
    address = f"{served}query/waters-called.json"
    asked = requests.get(address, {"name": "Siljan"}, timeout=30).json()
    form = {"name": (None, "Siljan")}
    assert requests.post(address, files=form, timeout=30).json() == asked
    assert asked["results"]["bindings"]


def test_a_part_may_say_that_it_is_in_latin_1(served: str) -> None:
    """RFC 7578, section 5.1.2; other charsets are refused, and so is what is no UTF-8."""
    query = "SELECT ('å' AS ?x) {}".encode("latin-1")
    for charset, status in (("iso-8859-1", 200), ("utf-16", 415), ("utf-8", 400)):
        kind = f"Content-Type: text/plain; charset={charset}\r\n\r\n".encode()
        assert in_parts(served, PART + kind + query + b"\r\n--=b--\r\n").status_code == status


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"ASK {}", "told apart"),
        (PART + b"\r\nASK {}", "told apart"),
        (b"--=b\r\nX: y\r\n\r\nASK {}\r\n--=b--", "told apart"),
        ((PART + b"\r\nASK {}\r\n") * 2 + b"--=b--", "2 queries"),
        ((PART + b"\r\n\r\n") * 3000 + b"--=b--", "parameters"),
        (b"--=b--", "query"),
    ],
)
def test_a_form_whose_parts_are_wrong_is_refused(served: str, body: bytes, said: str) -> None:
    """With a sentence each; none of them is taken for another."""
    answer = in_parts(served, body)
    assert (answer.status_code, said in answer.json()["detail"]) == (400, True), answer.text


def test_a_query_in_parts_and_in_the_address_is_two(served: str) -> None:
    """SPARQL 1.1 Protocol, section 2.1.4."""
    body = PART + b"\r\nASK {}\r\n--=b--\r\n"
    assert in_parts(served, body, "sparql?query=ASK%7B%7D").status_code == 400
    assert in_parts(served, body).json()["boolean"] is True
    update = body.replace(b'"query"', b'"update"')
    assert "no update" in in_parts(served, update).json()["detail"]


def test_a_part_without_boundary_is_refused(served: str) -> None:
    """RFC 2046, section 5.1.1: without it nothing can be told apart."""
    answer = requests.post(
        f"{served}sparql", b"ASK {}", headers={"Content-Type": "multipart/form-data"}, timeout=30
    )
    assert answer.status_code == 415


def test_x_gzip_is_gzip(served: str) -> None:
    """RFC 9110, section 8.4.1.3."""
    answer = get(f"{served}catalog.ttl", Accept_Encoding="x-gzip")
    assert answer.headers["Content-Encoding"] == "gzip"


def test_the_redirect_of_a_thing_names_the_time_among_what_chose_it(served: str) -> None:
    """RFC 9110, section 12.5.5: where it leads depends on Accept-Datetime."""
    for path in ("id/lake/siljan", "doc/lake/siljan", "nothing/here"):
        response = requests.get(served + path, timeout=30, allow_redirects=False)
        assert "Accept-Datetime" in response.headers["Vary"], path


@pytest.mark.parametrize("path", ["", "sparql", "sparql/", "feed", "doc/lake/siljan", "void"])
def test_a_script_may_send_what_the_answer_invites_it_to(served: str, path: str) -> None:
    """Fetch, section 3.2.2: a field that the preflight does not allow is never sent."""
    response = requests.options(
        served + path,
        headers={"Origin": "https://a.example", "Access-Control-Request-Method": "GET"},
        timeout=30,
        allow_redirects=False,
    )
    assert response.status_code in (200, 204)
    allowed = response.headers["Access-Control-Allow-Headers"].lower().split(", ")
    assert {"if-none-match", "if-modified-since", "if-match", "range", "accept"} <= set(allowed)
    assert {"*", "authorization"} <= set(allowed)  # whatever else a library adds does no harm
    assert response.headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize(
    "sent",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/3.0\r\nHost: x\r\n\r\n",
        b"nonsense\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nExpect: more\r\n\r\n",
        b"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\n" + b"A: b\r\n" * 600 + b"\r\n",
        b"BREW /sparql HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        b"DELETE /sparql HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        b"GET /nothing HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    ],
)
def test_every_refusal_can_be_read_by_a_script(served: str, sent: bytes) -> None:
    """Without the field a browser tells a script nothing but that something failed."""
    head, _ = raw(served, sent)
    assert b"access-control-allow-origin: *" in head


@pytest.mark.parametrize(
    ("accepted", "language", "said"),
    [
        ("sv-SE, en;q=0.5", "sv", "högst"),
        ("de", "de", " Byte haben"),
        ("fi", "en", "may have"),
        ("", "en", "may"),
    ],
)
def test_what_is_too_large_is_refused_in_the_readers_language(
    served: str, accepted: str, language: str, said: str
) -> None:
    """By the server itself, before anything else has seen the request."""
    fields = f"Host: x\r\nAccept-Language: {accepted}\r\n".encode()
    form = b"Content-Type: application/x-www-form-urlencoded\r\n"
    for sent in (
        b"POST /sparql HTTP/1.1\r\n" + fields + form + b"Content-Length: 99999999\r\n\r\n",
        b"POST /sparql HTTP/1.1\r\n"
        + fields
        + form
        + b"Transfer-Encoding: chunked\r\n\r\nfffffff\r\n",
        b"GET / HTTP/1.1\r\n" + fields + b"X: " + b"x" * 70_000,
    ):
        head, body = raw(served, sent)
        assert head.split(b" ")[1] in (b"413", b"431")
        assert f"content-language: {language}" in head.decode()
        assert said in json.loads(body)["detail"]


def test_what_allow_lists_is_taken_in_the_past(served: str) -> None:
    """RFC 9110, section 10.2.1: a release takes a POST where queries are asked."""
    past = get(f"{served}release", Accept="application/json").json()["releases"][0]["address"]
    for path in ("report", "manifest.json", "catalog.ttl", ""):
        methods = requests.options(f"{past}{path}", timeout=30).headers["Allow"].split(", ")
        assert sorted(methods) == ["GET", "HEAD", "OPTIONS"], path
        refused = requests.post(f"{past}{path}", b"query=ASK+{}", timeout=30)
        assert (refused.status_code, "POST" in refused.headers["Allow"]) == (405, False), path
    for path in ("sparql", "sparql/", "query/waters-called.json"):
        form = {"query": "ASK {}", "name": "Siljan"}
        assert requests.post(f"{past}{path}", form, timeout=30).status_code == 200, path
        assert "POST" in requests.options(f"{past}{path}", timeout=30).headers["Allow"]
