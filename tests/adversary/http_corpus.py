"""Raw requests and their right answers, by rule; written from the specifications.

Where a specification leaves a choice (MAY, SHOULD), every answer it allows is right here, and the
rule says so. RFC 9112 is HTTP/1.1, RFC 9110 HTTP semantics, RFC 3986 URIs, RFC 9113 HTTP/2.
"""

from __future__ import annotations

import dataclasses
import gzip
import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from tests.adversary.http_exchange import (
    NONE,
    After,
    Await,
    Case,
    Expected,
    HalfClose,
    Repeat,
    Response,
    Step,
)

HOST = b"Host: example.org"
DOC = b"/doc/lake/siljan"
DIRECT = b"Content-Type: application/sparql-query"
ASK = b"ASK {}"
MARK = b'SELECT ("marked-%d" AS ?x) {}'
BEHIND = b"GET /smuggled HTTP/1.1\r\nHost: example.org\r\n\r\n"
# The stated limits: 64 KiB of line and fields; four times the longest query (64 KiB) of body.
BODY_LIMIT_BYTES = 4 * (64 << 10)
_ENDLESS_BYTES = 6 << 20
_LONG_SECONDS = 0.002

GOOD = frozenset({200})
BAD = frozenset({400})
TAKEN_OR_BAD = frozenset({200, 400})
TOO_LONG = frozenset({400, 413, 414, 431, NONE})
TOO_LARGE = frozenset({400, 413, NONE})
GARBAGE = frozenset({400, 405, 501, 505, NONE})
CUT_OFF = frozenset({400, 408, NONE})


@dataclass(frozen=True)
class Rule:
    """A rule and the cases that show it.

    Attributes:
        name: Of the rule.
        source: Specification and section.
        says: What it says, and where it leaves a choice.
        cases: Each over a connection of its own.
    """

    name: str
    source: str
    says: str
    cases: tuple[Case, ...]


def message(line: bytes, *fields: bytes, body: bytes = b"") -> bytes:
    """Return a request as it is sent."""
    return b"".join(part + b"\r\n" for part in (line, *fields)) + b"\r\n" + body


def get(*fields: bytes, path: bytes = DOC, method: bytes = b"GET") -> bytes:
    """Return a request without a body, Host first."""
    return message(b"%s %s HTTP/1.1" % (method, path), HOST, *fields)


def post(*fields: bytes, body: bytes = ASK, path: bytes = b"/sparql") -> bytes:
    """Return a query sent with POST, whose framing is in the fields given."""
    return message(b"POST %s HTTP/1.1" % path, HOST, DIRECT, *fields, body=body)


def sized(*fields: bytes, body: bytes = ASK, path: bytes = b"/sparql") -> bytes:
    """Return a query sent with POST and Content-Length."""
    return post(b"Content-Length: %d" % len(body), *fields, body=body, path=path)


def chunked(*fields: bytes, body: bytes) -> bytes:
    """Return a POST with Transfer-Encoding: chunked; the body is given with its framing."""
    return post(b"Transfer-Encoding: chunked", *fields, body=body)


def in_chunks(body: bytes, size: int = 1 << 20, end: bytes = b"0\r\n\r\n") -> bytes:
    """Return a body in chunks."""
    parts = (body[at : at + size] for at in range(0, len(body), size))
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + end


CHUNKED_ASK = in_chunks(ASK)


def one(
    name: bytes | str,
    steps: bytes | tuple[Step, ...],
    statuses: Iterable[int] = GOOD,
    after: After = "either",
    **more: object,
) -> Case:
    """Return a case with one response; ``more`` are attributes of ``Expected``."""
    text = name if isinstance(name, str) else repr(name)[2:-1]
    sent = (steps,) if isinstance(steps, bytes) else steps
    return Case(text[:60], sent, (Expected(frozenset(statuses), **more),), after)  # type: ignore[arg-type]


def each(
    values: Iterable[bytes],
    write: Callable[[bytes], bytes],
    statuses: Iterable[int] = GOOD,
    after: After = "either",
    **more: object,
) -> tuple[Case, ...]:
    """Return a case for each value; it is the case's name."""
    allowed = frozenset(statuses)
    return tuple(one(value, write(value), allowed, after, **more) for value in values)


def rule(
    name: str,
    source: str,
    says: str,
    *cases: Case | tuple[Case, ...],
    nginx: Mapping[str, Iterable[str]] | None = None,
) -> Rule:
    """Return a rule.

    Args:
        name: Of the rule.
        source: Specification and section.
        says: What it says.
        cases: That show it.
        nginx: Why nginx answers otherwise → names of the cases; those that end in * begin so.
    """
    flat = [c for case in cases for c in (case if isinstance(case, tuple) else (case,))]
    for reason, names in (nginx or {}).items():
        for begin in names:
            assert any(_matches(case, begin) for case in flat), (name, begin)
            flat = [dataclasses.replace(c, nginx=reason) if _matches(c, begin) else c for c in flat]
    return Rule(name, source, says, tuple(_numbered(flat)))


def _matches(case: Case, name: str) -> bool:
    return case.name.startswith(name[:-1]) if name.endswith("*") else case.name == name


def _numbered(cases: Iterable[Case]) -> Iterator[Case]:
    seen: Counter[str] = Counter()
    for case in cases:
        seen[case.name] += 1
        times = seen[case.name]
        yield case if times == 1 else dataclasses.replace(case, name=f"{case.name} ({times})")


def _with_host(value: bytes) -> bytes:
    return message(b"GET %s HTTP/1.1" % DOC, b"Host:" + value)


def _hosts() -> Iterator[Rule]:
    source = "RFC 9112, section 3.2"
    line = b"GET %s HTTP/1.1" % DOC
    yield rule(
        "host-missing",
        source,
        "A request of HTTP/1.1 without Host MUST be answered 400.",
        one("get", message(line), BAD),
        one("get with other fields", message(line, b"Accept: */*", b"X: y"), BAD),
        one("head", message(b"HEAD %s HTTP/1.1" % DOC), BAD, method="HEAD"),
        one("query", message(b"GET /sparql?query=ASK%7B%7D HTTP/1.1"), BAD),
        one("health", message(b"GET /healthz HTTP/1.1"), BAD),
        one("absolute form", message(b"GET http://example.org%s HTTP/1.1" % DOC), BAD),
        one("body", message(b"POST /sparql HTTP/1.1", DIRECT, b"Content-Length: 6", body=ASK), BAD),
        one(
            "chunks",
            message(
                b"POST /sparql HTTP/1.1", DIRECT, b"Transfer-Encoding: chunked", body=CHUNKED_ASK
            ),
            BAD,
        ),
        one("name alike", message(line, b"Hosts: example.org", b"X-Host: example.org"), BAD),
        one("in the trailer", chunked(body=b"").replace(HOST + b"\r\n", b"") + CHUNKED_ASK, BAD),
    )
    pairs = {
        "same": (HOST, HOST),
        "different": (HOST, b"Host: other.example"),
        "apart": (HOST, b"Accept: */*", b"X: y", HOST),
        "three": (HOST, HOST, HOST),
        "another case": (HOST, b"hOST: example.org"),
        "second empty": (HOST, b"Host:"),
        "first empty": (b"Host:", HOST),
    }
    yield rule(
        "host-repeated",
        source,
        "A request with more than one Host field line MUST be answered 400.",
        tuple(one(name, message(line, *fields), BAD) for name, fields in pairs.items()),
        one("with a body", sized(b"Host: example.org"), BAD),
    )
    yield rule(
        "host-invalid",
        f"{source}; RFC 3986, section 3.2.2",
        "A request whose Host has an invalid value MUST be answered 400.",
        each(
            [
                *(b" a b", b" a/b", b" user@example.org", b" user:pw@example.org", b" a, b"),
                *(b" example.org:port", b" example.org:-1", b" example.org:80:80", b" a:80 80"),
                *(b" example.org:0x50", b" example.org:+80", b" ::1", b" [::1", b" ::1]", b" []"),
                *(b" [::g]", b" [::1]x", b" [::1]:x", b" [127.0.0.1]", b" [1:2]", b" a?b", b" a#b"),
                *(b" a\\b", b' "a"', b" <a>", b" a|b", b" a^b", b" {a}", b" a`b", b" http://a"),
                *(b" a%zz", b" a%", b" \xc3\xa9.example", b" a\x7fb", b" a\x01b", b" a\x00b"),
                *(b" [::1%eth0]", b" [[::1]]", b" a[b]", b" example.org/", b" a\tb"),
            ],
            _with_host,
            BAD,
        ),
        nginx={
            _NGINX_HOST: [
                *(
                    " user*",
                    " example.org:p*",
                    " example.org:-*",
                    " example.org:80:80",
                    " example.org:0x*",
                    " example.org:+*",
                    " [::1",
                    " [[*",
                    " [::g*",
                    " [::1]x",
                    " [::1]:x",
                    " [127*",
                    " [1:2*",
                    " a?*",
                    " a#*",
                    " a\\\\*",
                    ' "a"',
                    " <a>",
                    " a|*",
                    " a^*",
                    " {a}",
                    " a`*",
                    " a%*",
                    " []",
                    " \\xc3*",
                    " [::1%*",
                    " a[*",
                )
            ]
        },
    )
    yield rule(
        "host-valid",
        f"{source}; RFC 9110, section 7.2",
        "Any uri-host with an optional port is right, whitespace around it is no part of it.",
        each(
            [
                *(b" example.org", b"example.org", b" \t example.org \t ", b" EXAMPLE.org", b" a"),
                *(b" example.org:80", b" example.org:", b" example.org.", b" 127.0.0.1:8000"),
                *(b" [::1]", b" [::1]:8000", b" [2001:db8::7]", b" [::ffff:127.0.0.1]:1"),
                *(b" localhost", b" a-b.example", b" a_b.example", b" xn--bcher-kva.example"),
            ],
            _with_host,
            {200, 421},
            "open",
        ),
        nginx={_NGINX_TAB: [" \\t example*"]},
    )
    yield rule(
        "host-unusual",
        f"{source}; RFC 3986, section 3.2.2",
        "Right by the grammar of reg-name and port, but of no use: taken or refused.",
        each(
            [
                *(b" a,b", b" a!$&'()*+;=b", b" a%20b", b" example.org:99999", b" [v1.x]"),
                *(b" " + b"a" * 300, b" -", b" ..", b" .", b" ~", b"", b" :80", b" \t "),
            ],
            _with_host,
            {200, 400, 421},
        ),
    )
    yield rule(
        "host-in-http-1.0",
        "RFC 9112, section 3.3",
        "HTTP/1.0 needs no Host; the server takes its default name.",
        one("none", message(b"GET %s HTTP/1.0" % DOC), GOOD, "closed"),
        one("one", message(b"GET %s HTTP/1.0" % DOC, HOST), GOOD, "closed"),
        one("health check", message(b"GET /healthz HTTP/1.0"), GOOD, "closed", has=b"ok"),
    )


_NGINX_TAB = "it takes no tab for white space around a value"
_NGINX_LF = "it takes LF alone for CRLF in chunks"
_NGINX_HOST = "it refuses only '/', '..', white space, control bytes and open brackets in Host"


def _versions() -> Iterator[Rule]:
    def write(version: bytes) -> bytes:
        return message(b"GET %s %s" % (DOC, version), HOST)

    yield rule(
        "version-supported",
        "RFC 9112, section 2.3",
        "HTTP/1.1 and HTTP/1.0 are answered.",
        one("1.1", write(b"HTTP/1.1"), GOOD, "open"),
        one("1.0", write(b"HTTP/1.0"), GOOD, "closed"),
    )
    yield rule(
        "version-minor-higher",
        "RFC 9110, section 2.5",
        "A higher minor version SHOULD be taken as the highest known one; or it is refused.",
        each([b"HTTP/1.2", b"HTTP/1.9"], write, {200, 400, 505}),
    )
    yield rule(
        "version-major-other",
        "RFC 9110, section 15.6.6",
        "Another major version is not answered as if it were known.",
        each(
            [
                b"HTTP/2.0",
                b"HTTP/2",
                b"HTTP/3.0",
                b"HTTP/9.9",
                b"HTTP/0.9",
                b"HTTP/0.0",
                b"HTTP/5.1",
            ],
            write,
            {400, 505},
        ),
        one("with a body", sized().replace(b"HTTP/1.1", b"HTTP/2.0"), {400, 505}),
    )
    yield rule(
        "version-invalid",
        "RFC 9112, section 2.3",
        "HTTP-version is 'HTTP/', a digit, a dot and a digit, in upper case.",
        each(
            [
                *(b"http/1.1", b"Http/1.1", b"HTTP/1", b"HTTP/1.", b"HTTP/.1", b"HTTP/11", b"HTTP"),
                *(
                    b"HTTP/1.10",
                    b"HTTP/01.1",
                    b"HTTP/1.1.1",
                    b"HTTP/1.1x",
                    b"HTTP/ 1.1",
                    b"HTTP /1.1",
                ),
                *(b"RTSP/1.0", b"HTTPS/1.1", b"ICY/1.1", b"SIP/2.0", b"HTTP/1.a", b"HTTP/-1.1"),
                *(
                    b"HTTP/1,1",
                    b"HTP/1.1",
                    b"1.1",
                    b"/1.1",
                    b"HTTP\\1.1",
                    b"HTTP/\xb9.1",
                    b"HTTP/1.1\x00",
                ),
            ],
            write,
            {400, 501, 505},
        ),
        nginx={"it takes a minor version of several digits": ["HTTP/1.10"]},
    )
    yield rule(
        "version-none",
        "RFC 9112, section 3",
        "A line without a version is invalid (HTTP/0.9 is gone); it SHOULD be answered 400.",
        one("simple", b"GET %s\r\n" % DOC + b"\r\n", {400, 505, NONE}),
        one("with a field", message(b"GET " + DOC, HOST), {400, 505, NONE}),
        one("trailing space", message(b"GET %s " % DOC, HOST), {400, 505, NONE}),
        nginx={"it answers HTTP/0.9": ["*"]},
    )


def _has_allow(response: Response) -> str:
    if response.status == 405 and not response.field(b"allow"):
        return "405 without Allow"
    return ""


def _methods() -> Iterator[Rule]:
    def write(method: bytes) -> bytes:
        return get(method=method)

    yield rule(
        "method-case",
        "RFC 9110, section 9.1",
        "Methods are case-sensitive; an unknown one SHOULD be answered 501.",
        each([b"get", b"Get", b"gET", b"head", b"post"], write, {400, 405, 501}),
    )
    yield rule(
        "method-unknown",
        "RFC 9110, sections 9.1 and 15.5.6",
        "A method that is not known SHOULD be answered 501, one that is not allowed 405.",
        each(
            [
                *(
                    b"FOO",
                    b"PROPFIND",
                    b"M-SEARCH",
                    b"BREW",
                    b"A",
                    b"QUERY",
                    b"GETT",
                    b"GE",
                    b"LINK",
                ),
                *(b"X-1", b"!#$%&'*+-.^_`|~", b"1", b"SEARCH", b"PURGE", b"GET-", b"SUBSCRIBE"),
            ],
            write,
            {400, 405, 501},
        ),
    )
    yield rule(
        "method-invalid",
        "RFC 9112, section 3.1; RFC 9110, section 5.6.2",
        "A method is a token.",
        each(
            [
                *(
                    b"G(ET",
                    b"G@T",
                    b'"GET"',
                    b"G\xc3\x89T",
                    b"GET\x00",
                    b"[GET]",
                    b"GET:",
                    b"{GET}",
                ),
                *(b"G\x7fT", b"GET,HEAD", b"GET;", b"G/T", b"<GET>", b"G=T", b"G\\T", b"\x00GET"),
                *(b"\xef\xbb\xbfGET", b"\x1b[A", b"GET\x0b", b"?"),
            ],
            write,
            {400, 501},
        ),
    )
    yield rule(
        "method-preceded",
        "RFC 9112, section 3",
        "White space before the method is invalid; a lenient reader MAY ignore it.",
        each([b" GET", b"\tGET", b"   GET", b"\x0bGET"], write, {200, 400, 501}),
    )
    yield rule(
        "method-not-allowed",
        "RFC 9110, section 15.5.6",
        "405 comes with Allow.",
        tuple(
            one(m, get(method=m), {403, 405, 501}, check=_has_allow)
            for m in (b"DELETE", b"PATCH", b"TRACE")
        ),
        one("PUT", get(b"Content-Length: 0", method=b"PUT"), {403, 405, 501}, check=_has_allow),
        one("POST", get(b"Content-Length: 0", method=b"POST"), {403, 405}, check=_has_allow),
        nginx={"its 405 names no allowed methods": ["*"]},
    )
    yield rule(
        "method-long",
        "RFC 9112, section 3",
        "A method longer than any known one SHOULD be answered 501.",
        *(
            one(f"{size} bytes", get(method=b"A" * size), {405, 501, *TOO_LONG})
            for size in (100, 4000, 30_000, 100_000, 1_000_000)
        ),
    )
    connect = message(b"CONNECT example.org:80 HTTP/1.1", b"Host: example.org:80")
    yield rule(
        "method-connect",
        "RFC 9110, section 9.3.6",
        "An origin server opens no tunnel.",
        one("authority form", connect, {400, 403, 404, 405, 501}, method="GET"),
        one("origin form", get(method=b"CONNECT"), {400, 403, 404, 405, 501}),
        one(
            "to itself",
            connect.replace(b"example.org:80", b"127.0.0.1:80"),
            {400, 403, 404, 405, 501},
        ),
        one("no port", connect.replace(b"org:80", b"org"), {400, 403, 404, 405, 501}),
    )
    yield rule(
        "method-options",
        "RFC 9110, section 9.3.7",
        "OPTIONS of a resource, and of the server with *; 405 or 501 where it is not known.",
        one("resource", get(method=b"OPTIONS"), {200, 204, 405, 501}, "open"),
        one("server", get(method=b"OPTIONS", path=b"*"), {200, 204, 405, 501}),
        one("with a body", sized().replace(b"POST", b"OPTIONS"), {200, 204, 405, 501}),
        nginx={"it knows no asterisk form": ["server"]},
    )


def _targets() -> Iterator[Rule]:
    def write(target: bytes) -> bytes:
        return get(path=target)

    yield rule(
        "target-origin-form",
        "RFC 9112, section 3.2.1; RFC 3986, section 6.2.2",
        "A path with an optional query; escapes of unreserved characters change nothing.",
        each(
            [DOC, DOC + b"?", DOC + b"?a=b", DOC + b"?a/b?c", DOC + b"?%25&+=!$'()*,;:@", b"/"],
            write,
            GOOD,
            "open",
        ),
        each(
            [b"/doc/lake/silja%6E", b"/%64oc/lake/siljan", b"/doc/lake/silja%6e"],
            write,
            {200, 301, 308},
        ),
    )
    yield rule(
        "target-absolute-form",
        "RFC 9112, section 3.2.2; RFC 9110, section 7.4",
        "A server MUST accept it, and take its host; one it is no authority for may be 421.",
        each([b"http://example.org" + DOC, b"HTTP://example.org" + DOC], write, GOOD, "open"),
        one("no path", write(b"http://example.org"), GOOD),
        one("root", write(b"http://example.org/"), GOOD),
        one("query without path", write(b"http://example.org?a=b"), {200, 400}),
        one("other host", write(b"http://other.example" + DOC), {200, 421}),
        one("other port", write(b"http://example.org:81" + DOC), {200, 421}),
        one("ipv6", write(b"http://[::1]:8000" + DOC), {200, 421}),
        one("https", write(b"https://example.org" + DOC), {200, 400, 403, 421}),
        one("other scheme", write(b"ftp://example.org" + DOC), {200, 400, 403, 404, 421}),
        one("no host", write(b"http://" + DOC), {400, 404}),
        one("userinfo", write(b"http://user@example.org" + DOC), {200, 400, 421}),
        one("bad port", write(b"http://example.org:x" + DOC), {400, 404, 421}),
    )
    yield rule(
        "target-other-forms",
        "RFC 9112, sections 3 and 3.2",
        "One form for each method; an invalid line SHOULD be answered 400, or redirected.",
        each(
            [b"example.org:80", b"example.org", b"*", b"**", b"*/", b"doc/lake/siljan", b"?a=b"],
            write,
            {301, 308, 400, 404, 405, 501},
        ),
        each(
            [b"#", b".", b"..", b"\\", b"http:", b"http:/x", b":80", b"@", b"%2Fdoc"],
            write,
            {301, 308, 400, 404},
        ),
        one("post *", sized(path=b"*"), {301, 308, 400, 404, 405, 501}),
    )
    yield rule(
        "target-empty",
        "RFC 9112, section 3",
        "A request line has three parts.",
        one("two spaces", write(b""), BAD),
        one("two parts", message(b"GET HTTP/1.1", HOST), {400, 505, NONE}),
        one("one part", message(b"GET", HOST), {400, 505, NONE}),
        one("spaces", message(b"   ", HOST), {400, 505, NONE}),
        one("four parts", message(b"GET / / HTTP/1.1", HOST), {400, 404}),
    )
    yield rule(
        "target-fragment",
        "RFC 9112, section 3.2.1",
        "A target has no fragment; it SHOULD be answered 400, or the fragment is taken off.",
        each([DOC + b"#x", DOC + b"#", b"/#/doc", DOC + b"?a#b"], write, {200, 400, 404, 301, 308}),
    )
    yield rule(
        "target-whitespace",
        "RFC 9112, sections 3 and 3.2",
        "Whitespace in a target SHOULD be answered 400; between the parts a reader MAY be lenient.",
        *(
            one(repr(line)[2:-1], message(line, HOST), {200, 400, 404, 505})
            for line in (
                b"GET  %s HTTP/1.1" % DOC,
                b"GET\t%s\tHTTP/1.1" % DOC,
                b"GET %s  HTTP/1.1" % DOC,
                b"GET %s HTTP/1.1 " % DOC,
                b"GET %s\x0bHTTP/1.1" % DOC,
                b"GET %s\x0cHTTP/1.1" % DOC,
                b"GET\x0c%s HTTP/1.1" % DOC,
            )
        ),
        each([b"/doc /lake", b"/a b c", b"/doc\t/lake", b"/ /smuggled"], write, {400, 404}),
    )


def _target_bytes() -> Iterator[Rule]:
    def write(target: bytes) -> bytes:
        return get(path=target)

    absent = {400, 404, 301, 308}
    yield rule(
        "target-control-bytes",
        "RFC 9112, section 3.2; RFC 3986, section 2",
        "No control bytes in a target.",
        each(
            [
                b"/a\x00b",
                b"/a\x01b",
                b"/a\x7fb",
                b"/a\x1bb",
                b"/\x00",
                b"/?a=\x00",
                b"/?a=\x08",
                b"/a\rb",
            ],
            write,
            {400, 404},
        ),
    )
    yield rule(
        "target-8-bit",
        "RFC 3986, section 2; RFC 3987, section 3.1",
        "Bytes above 127 are no part of a URI: refused, or read as the IRI they were meant as.",
        each(
            [
                b"/doc/lake/sj\xc3\xb6n",
                b"/\xff\xfe",
                b"/\xc3",
                b"/\xc0\xaf",
                b"/\xed\xa0\x80",
                b"/\xe5",
            ],
            write,
            absent,
        ),
        one("query", write(DOC + b"?a=\xc3\xb6\xff"), {200, 400}),
    )
    yield rule(
        "target-escapes",
        "RFC 3986, section 2.1",
        "A wrong escape is no path of a resource: refused or not found.",
        each(
            [
                *(b"/%", b"/%0", b"/%zz", b"/%00", b"/%ff", b"/%c3%28", b"/%25%32%46", b"/%u00e5"),
                *(b"/doc/lake/%00", b"/doc/lake/%0d%0aX:y", b"/doc/lake/%ed%a0%80", b"/%c0%ae/x"),
                *(b"/doc/lake/%", b"/doc/%2e%2e/%2e%2e/etc", b"/table/%ff", b"/release/%0a"),
            ],
            write,
            absent,
        ),
        each(
            [DOC + b"?%", DOC + b"?%zz=%0", DOC + b"?a=%ff", DOC + b"?a=%00"], write, TAKEN_OR_BAD
        ),
    )
    yield rule(
        "target-dot-segments",
        "RFC 3986, section 5.2.4; RFC 9110, section 17.3",
        "A path leads nowhere outside of the site.",
        each(
            [
                *(
                    b"/../../../../etc/passwd",
                    b"/doc/../../../etc/passwd",
                    b"/..%2f..%2fetc%2fpasswd",
                ),
                *(b"/static/../../config.py", b"/static/%2e%2e/%2e%2e/config.py", b"/.git/config"),
                *(
                    b"/static/..\\..\\config.py",
                    b"/dump/..%5c..",
                    b"//etc/passwd",
                    b"/static//etc/passwd",
                ),
                *(b"/static/....//etc/passwd", b"/dump/../manifest.json/x", b"/release/../../x"),
            ],
            write,
            absent,
        ),
    )
    yield rule(
        "target-other-bytes",
        "RFC 3986, section 2",
        "Characters that no URI has: refused or not found.",
        each(
            [b"/a<b>", b'/a"b', b"/a{b}", b"/a|b", b"/a\\b", b"/a^b", b"/a`b", b"/[x]", b"/a'b;c"],
            write,
            absent,
        ),
        each([DOC + b"?a<b>", DOC + b'?"', DOC + b"?{}|\\^`[]"], write, TAKEN_OR_BAD),
    )
    yield rule(
        "target-long",
        "RFC 9112, section 3",
        "8,000 bytes are taken (RECOMMENDED); what is over the limit SHOULD be answered 414.",
        one("query of 7,900", write(DOC + b"?a=" + b"a" * 7_880), GOOD, "open"),
        one("path of 7,900", write(b"/" + b"a" * 7_880), {404, 414}),
        one("query of 30,000", write(DOC + b"?a=" + b"a" * 30_000), {200, *TOO_LONG}),
        *(
            one(f"{kind} of {size}", write(begin + b"a" * size), TOO_LONG)
            for size in (70_000, 200_000, 2_000_000)
            for kind, begin in (("query", DOC + b"?a="), ("path", b"/a"))
        ),
        one("segments", write(b"/a" * 40_000), TOO_LONG),
        one("endless", (b"GET /", Repeat(b"a", _ENDLESS_BYTES)), TOO_LONG),
    )


def _fields() -> Iterator[Rule]:
    source = "RFC 9112, section 5.1; RFC 9110, section 5.1"
    yield rule(
        "field-space-before-colon",
        "RFC 9112, section 5.1",
        "Whitespace between name and colon MUST be answered 400.",
        each([b"X : a", b"X\t: a", b"X  : a", b"X-Y :a", b"Accept : text/html"], get, BAD),
        one("host", message(b"GET / HTTP/1.1", b"Host : example.org"), BAD),
        one("length", post(b"Content-Length : 6"), BAD),
        one("coding", post(b"Transfer-Encoding : chunked", body=CHUNKED_ASK), BAD),
        one("coding, tab", post(b"Transfer-Encoding\t: chunked", body=CHUNKED_ASK), BAD),
    )
    yield rule(
        "field-name-empty",
        source,
        "A name has at least one character; a message that breaks the grammar SHOULD be 400.",
        each([b": a", b":", b":: a", b": Host: b"], get, BAD),
    )
    yield rule(
        "field-name-invalid",
        f"{source}; RFC 9112, section 2.2",
        "A name is a token; a message that breaks the grammar SHOULD be answered 400.",
        each(
            [
                *(
                    b"X(Y): a",
                    b"X Y: a",
                    b"X@Y: a",
                    b"X/Y: a",
                    b'X"Y: a',
                    b"X\xc3\xa9: a",
                    b"{X}: a",
                ),
                *(b"X[: a", b"X=Y: a", b"X;Y: a", b"X,Y: a", b"X?: a", b"X<: a", b"X\\: a"),
                *(b"X\x00Y: a", b"X\x01: a", b"X\x7f: a", b"\x00: a", b"Content-Length\x00: 6"),
            ],
            get,
            BAD,
        ),
        nginx={
            "it leaves out fields with an invalid name": [
                "X(*",
                "X@*",
                "X/*",
                'X"*',
                "X\\xc3*",
                "{X*",
                "X[*",
                "X=*",
                "X;*",
                "X,*",
                "X?*",
                "X<*",
                "X\\\\*",
            ]
        },
    )
    yield rule(
        "field-without-colon",
        "RFC 9112, sections 2.2 and 5",
        "A line without a colon is no field; such a message SHOULD be answered 400.",
        each([b"X", b"X a", b"GET /smuggled HTTP/1.1", b"=", b"X;a=b"], get, BAD),
        nginx={"it leaves out lines without a colon": ["X", "=", "X;*"]},
    )
    yield rule(
        "field-name-case-and-kind",
        "RFC 9110, section 5.1",
        "Names are case-insensitive tokens; one that is not known is ignored.",
        each(
            [
                *(b"accept: */*", b"ACCEPT: */*", b"X-Y_Z: a", b"X_Y: a", b"!#$%&'*+-.^_`|~: a"),
                *(
                    b"1: a",
                    b"Content_Length: 6",
                    b"Transfer_Encoding: chunked",
                    b"Host_: b",
                    b"-: a",
                ),
            ],
            get,
            GOOD,
            "open",
        ),
        one("host", message(b"GET %s HTTP/1.1" % DOC, b"hOsT: example.org"), GOOD, "open"),
        one(
            "length",
            sized().replace(b"Content-Length", b"cONTENT-lENGTH"),
            GOOD,
            "open",
            has=b"true",
        ),
        one("If_None_Match", get(b"If_None_Match: *"), GOOD, "open"),
    )
    yield rule(
        "field-value-blank",
        "RFC 9112, section 5.1",
        "A value may be empty, and whitespace around it is no part of it.",
        each(
            [b"X:", b"X:   ", b"X:\t", b"X: a   \t ", b"X:a", b"X:\t\ta", b"Accept:"],
            get,
            GOOD,
            "open",
        ),
    )
    yield rule(
        "field-value-8-bit",
        "RFC 9110, section 5.5",
        "Bytes above 127 are opaque data.",
        each(
            [
                *(
                    b"X: \xc3\xa5",
                    b"X: \xff\xfe",
                    b"User-Agent: \xe5\xe4\xf6",
                    b"Referer: /\xc3\xb6",
                ),
                *(
                    b"Cookie: a=\xff",
                    b"Authorization: \xff",
                    b"From: \x80",
                    b"X-Forwarded-For: \xff",
                ),
            ],
            get,
            GOOD,
            "open",
        ),
        each(
            [b"Accept: \xff", b"Accept-Language: \xff", b"If-None-Match: \xff"],
            get,
            {200, 400, 406},
        ),
        each([b"Accept-Encoding: \xff", b"Range: \xff", b"Content-Type: \xff"], get, TAKEN_OR_BAD),
    )
    yield rule(
        "field-value-control-bytes",
        "RFC 9110, section 5.5",
        "CR, LF and NUL: refused or replaced by SP; other control bytes: refused or kept.",
        each(
            [
                *(
                    b"X: a\x00b",
                    b"X: \x00",
                    b"X: a\rb",
                    b"X: a\r",
                    b"X: \x01",
                    b"X: \x7f",
                    b"X: \x0b",
                ),
                *(b"X: \x0c", b"X: \x1b[31m", b"X: \x08", b"User-Agent: \x00", b"Accept: a\x00/b"),
                *(b"X: a\rContent-Length: 5", b"X: a\rTransfer-Encoding: chunked", b"X: a\r\rY: b"),
            ],
            get,
            TAKEN_OR_BAD,
        ),
        one("length", post(b"Content-Length: 6\x00"), BAD, "closed"),
        one("length, CR", post(b"Content-Length: 6\r6"), BAD, "closed"),
        one(
            "coding",
            post(b"Transfer-Encoding: chunked\x00", body=CHUNKED_ASK),
            {400, 501},
            "closed",
        ),
        one(
            "coding, CR",
            post(b"Transfer-Encoding: chun\rked", body=CHUNKED_ASK),
            {400, 501},
            "closed",
        ),
    )


def _field_sizes() -> Iterator[Rule]:
    yield rule(
        "field-long",
        "RFC 9110, section 5.4",
        "There is no limit but the server's own; over it 4xx (or 431, RFC 6585, section 5).",
        one("4,000", get(b"X: " + b"a" * 4_000), GOOD, "open"),
        one("7,500", get(b"Cookie: " + b"a" * 7_500), GOOD, "open"),
        one("30,000", get(b"X: " + b"a" * 30_000), {200, *TOO_LONG}),
        *(
            one(f"{size}", get(b"X: " + b"a" * size), TOO_LONG)
            for size in (70_000, 140_000, 1_000_000, 4_000_000)
        ),
        one("name of 70,000", get(b"X" * 70_000 + b": a"), TOO_LONG),
        one("blanks", get(b"X:" + b" " * 100_000 + b"a"), TOO_LONG),
        one("endless value", (get()[:-2] + b"X: ", Repeat(b"a", _ENDLESS_BYTES)), TOO_LONG),
        one("endless name", (get()[:-2] + b"X", Repeat(b"x", _ENDLESS_BYTES)), TOO_LONG),
        one("endless blanks", (get()[:-2] + b"X:", Repeat(b" ", _ENDLESS_BYTES)), TOO_LONG),
        one(
            "endless fold", (get()[:-2] + b"X: a\r\n", Repeat(b" a\r\n", _ENDLESS_BYTES)), TOO_LONG
        ),
    )
    yield rule(
        "field-many",
        "RFC 9110, section 5.4",
        "There is no limit but the server's own; over it 4xx.",
        one("50", get(*[b"X-%d: a" % n for n in range(50)]), GOOD, "open"),
        one("one name 50 times", get(*[b"X: a"] * 50), GOOD, "open"),
        one("1,000", get(*[b"X-%d: a" % n for n in range(1000)]), {200, *TOO_LONG}),
        one("20,000", get(*[b"X-%d: a" % n for n in range(20_000)]), TOO_LONG),
        one("20,000 accept", get(*[b"Accept: a/b"] * 20_000), TOO_LONG),
        one("endless", (get()[:-2], Repeat(b"X: a\r\n", _ENDLESS_BYTES)), TOO_LONG),
        one("endless, no name", (get()[:-2], Repeat(b"a\r\n", _ENDLESS_BYTES)), TOO_LONG),
    )


def _lines() -> Iterator[Rule]:
    host_folded = message(b"GET / HTTP/1.1", b"Host:\r\n example.org")
    yield rule(
        "field-folded",
        "RFC 9112, section 5.2",
        "A folded line MUST be refused, or its fold replaced by SP.",
        each(
            [b"X: a\r\n b", b"X: a\r\n\tb", b"X:\r\n a", b"X: a\r\n  b\r\n  c", b"X: a\r\n "],
            get,
            TAKEN_OR_BAD,
        ),
        one("host", host_folded, TAKEN_OR_BAD),
        one("length", post(b"Content-Length:\r\n 6"), TAKEN_OR_BAD, has=b"true"),
        one(
            "coding",
            post(b"Transfer-Encoding:\r\n chunked", body=CHUNKED_ASK),
            TAKEN_OR_BAD,
            has=b"true",
        ),
        one(
            "name in a fold",
            post(b"X: a\r\n Content-Length: 6", b"Content-Length: 6"),
            TAKEN_OR_BAD,
        ),
        one("coding in a fold", get(b"X: a\r\n Transfer-Encoding: chunked"), TAKEN_OR_BAD),
    )
    yield rule(
        "field-first-preceded",
        "RFC 9112, section 2.2",
        "Whitespace before the first field: refused, or the line is not looked at.",
        one("other field", message(b"GET %s HTTP/1.1" % DOC, b" X: a", HOST), TAKEN_OR_BAD),
        one("tab", message(b"GET %s HTTP/1.1" % DOC, b"\tX: a", HOST), TAKEN_OR_BAD),
        one("blank line", message(b"GET %s HTTP/1.1" % DOC, b" ", HOST), TAKEN_OR_BAD),
        one("host", message(b"GET %s HTTP/1.1" % DOC, b" " + HOST), BAD),
    )
    line_feeds = get().replace(b"\r\n", b"\n")
    yield rule(
        "line-end-lf",
        "RFC 9112, section 2.2",
        "A reader MAY take LF alone for the end of a line; both sides agree where a message ends.",
        one("all", line_feeds, TAKEN_OR_BAD),
        one("request line", get().replace(b"\r\n", b"\n", 1), TAKEN_OR_BAD),
        one("field", get(b"X: a\nY: b"), TAKEN_OR_BAD),
        one("end", get()[:-4] + b"\r\n\n", TAKEN_OR_BAD),
        one("field, then CRLF", get(b"X: a\n"), {200, 400}),
        one("post", sized().replace(b"\r\n", b"\n"), TAKEN_OR_BAD, has=b"true"),
        one("hidden length", post(b"X: a\nContent-Length: 6"), TAKEN_OR_BAD, has=b"true"),
    )
    yield rule(
        "line-end-cr",
        "RFC 9112, section 2.2",
        "CR alone ends no line: invalid, or taken for SP.",
        one("all", (get().replace(b"\r\n", b"\r"), HalfClose()), {400, 408, NONE}),
        one("request line", (get().replace(b"\r\n", b"\r", 1), HalfClose()), {400, 408, NONE}),
        one("after the version", get().replace(b"\r\n", b"\r\r\n", 1), {400, 505, 200}),
        one("end", (get()[:-4] + b"\r\n\r", HalfClose()), {400, 408, NONE}),
        one("CR CR LF at the end", (get()[:-2] + b"\r\r\n", HalfClose()), {200, 400, 408, NONE}),
    )
    yield rule(
        "line-empty-before-request",
        "RFC 9112, section 2.2",
        "At least one empty line before a request SHOULD be ignored.",
        one("one", b"\r\n" + get(), GOOD, "open"),
        one("two", b"\r\n\r\n" + get(), TAKEN_OR_BAD),
        one("ten", b"\r\n" * 10 + get(), TAKEN_OR_BAD),
        one("lf", b"\n" + get(), TAKEN_OR_BAD),
        one("cr", b"\r" + get(), TAKEN_OR_BAD),
        one("apart", (b"\r\n", get()), GOOD, "open"),
        one("post", b"\r\n" + sized(), GOOD, "open", has=b"true"),
        Case("after a body", (sized() + b"\r\n" + get(),), _answers(200, 200), "open"),
        one("millions", (Repeat(b"\r\n", _ENDLESS_BYTES), get()), {200, *TOO_LONG}),
    )
    text = get()
    yield rule(
        "pieces",
        "RFC 9112, section 2.2",
        "A message is parsed as octets, however they come.",
        *(
            one(f"cut at {at}", (text[:at], text[at:]), GOOD, "open")
            for at in (
                1,
                3,
                4,
                20,
                25,
                33,
                34,
                35,
                36,
                45,
                len(text) - 3,
                len(text) - 2,
                len(text) - 1,
            )
        ),
        dataclasses.replace(
            one("each byte", tuple(text[at : at + 1] for at in range(len(text))), GOOD, "open"),
            pause=_LONG_SECONDS,
        ),
        dataclasses.replace(
            one(
                "each byte of a query",
                tuple(sized()[at : at + 1] for at in range(len(sized()))),
                GOOD,
                "open",
                has=b"true",
            ),
            pause=_LONG_SECONDS,
        ),
    )


def _answers(*statuses: int) -> tuple[Expected, ...]:
    return tuple(Expected(frozenset({status})) for status in statuses)


def _lengths() -> Iterator[Rule]:
    source = "RFC 9112, section 6.3; RFC 9110, section 8.6"

    def write(value: bytes) -> bytes:
        return post(b"Content-Length:" + value)

    yield rule(
        "length-invalid",
        source,
        "An invalid Content-Length MUST be answered 400, and the connection closed.",
        each(
            [
                *(b" -1", b" -6", b" +6", b" 0x6", b" 6a", b" a6", b" 6 6", b" 6.0", b" 6e0", b""),
                *(
                    b" ,",
                    b" six",
                    b" 6;",
                    b' "6"',
                    b" 6_0",
                    b" \xd9\xa6",
                    b" \xef\xbc\x96",
                    b" 6\x0b",
                ),
                *(
                    b" \x0c6",
                    b" 0b110",
                    b" 0o6",
                    b" -0",
                    b" +0",
                    b" 6,",
                    b" ,6",
                    b" 6, a",
                    b" \x006",
                ),
                *(b" 1 6", b" --6", b" 6-", b" 06x", b" inf", b" NaN", b" 6\xa0", b"  "),
            ],
            write,
            BAD,
            "closed",
        ),
        one("get", get(b"Content-Length: x"), BAD, "closed"),
        one("head", get(b"Content-Length: -1", method=b"HEAD"), BAD, "closed", method="HEAD"),
    )
    yield rule(
        "length-list-equal",
        source,
        "The same value several times: refused, or taken once.",
        each([b" 6, 6", b" 6,6", b" 6 ,6", b" 6,6,6"], write, TAKEN_OR_BAD, has=b"true"),
        one(
            "two lines", post(b"Content-Length: 6", b"Content-Length: 6"), TAKEN_OR_BAD, has=b"true"
        ),
        one("three lines", post(*[b"Content-Length: 6"] * 3), TAKEN_OR_BAD, has=b"true"),
        one("leading zero", post(b"Content-Length: 6", b"Content-Length: 06"), TAKEN_OR_BAD),
    )
    yield rule(
        "length-different",
        source,
        "Different values MUST be answered 400, and the connection closed.",
        each([b" 6, 7", b" 7,6", b" 6,0", b" 6, 6, 7"], write, BAD, "closed"),
        one("two lines", post(b"Content-Length: 6", b"Content-Length: 7"), BAD, "closed"),
        one("zero first", post(b"Content-Length: 0", b"Content-Length: 6"), BAD, "closed"),
        one("apart", post(b"Content-Length: 6", b"X: y", b"content-length: 5"), BAD, "closed"),
        one(
            "get",
            get(b"Content-Length: 0", b"Content-Length: %d" % len(BEHIND)) + BEHIND,
            BAD,
            "closed",
        ),
    )
    yield rule(
        "length-huge",
        source,
        "A number too large is refused, never taken modulo something.",
        each(
            [
                *(b" 4294967302", b" 9223372036854775807", b" 9223372036854775808"),
                *(b" 18446744073709551615", b" 18446744073709551616", b" 18446744073709551622"),
                *(b" 340282366920938463463374607431768211462", b" " + b"9" * 4000, b" 99999999999"),
            ],
            write,
            {408, 431, *TOO_LARGE},
            "closed",
        ),
        one("get", get(b"Content-Length: 18446744073709551616"), {408, *TOO_LARGE}, "closed"),
    )
    yield rule(
        "length-valid",
        source,
        "Any digits; 0 is a body of no bytes, and without any the body is empty.",
        each([b" 6", b"6", b"\t6 ", b" 06", b" 0000000006"], write, GOOD, "open", has=b"true"),
        one("get, 0", get(b"Content-Length: 0"), GOOD, "open"),
        one("get, 000", get(b"Content-Length: 000"), GOOD, "open"),
        one("head, 0", get(b"Content-Length: 0", method=b"HEAD"), GOOD, "open", method="HEAD"),
        one("1,000 zeros", post(b"Content-Length: " + b"0" * 1000 + b"6"), TAKEN_OR_BAD),
        one("post, none", post(body=b""), {400, 411}),
        one("post, 0", sized(body=b""), {400, 411}),
        Case("next request at once", (sized() + get(),), _answers(200, 200), "open"),
        nginx={_NGINX_TAB: ["\\t6 "]},
    )
    yield rule(
        "body-cut-off",
        "RFC 9112, section 8",
        "A body that does not come whole is never answered as if it had.",
        one("one byte short", (post(b"Content-Length: 7"), HalfClose()), CUT_OFF, "closed"),
        one("nothing", (post(b"Content-Length: 6", body=b""), HalfClose()), CUT_OFF, "closed"),
        one("chunk", (chunked(body=b"6\r\nASK"), HalfClose()), CUT_OFF, "closed"),
        one("no last chunk", (chunked(body=b"6\r\nASK {}\r\n"), HalfClose()), CUT_OFF, "closed"),
        one("no last line", (chunked(body=CHUNKED_ASK[:-2]), HalfClose()), CUT_OFF, "closed"),
        one("in the size", (chunked(body=b"6"), HalfClose()), CUT_OFF, "closed"),
        one(
            "in a trailer",
            (chunked(body=CHUNKED_ASK[:-2] + b"X: a"), HalfClose()),
            CUT_OFF,
            "closed",
        ),
        one("head", (get()[:-2], HalfClose()), CUT_OFF, "closed"),
        one("line", (b"GET /doc", HalfClose()), CUT_OFF, "closed"),
        one("one byte", (b"G", HalfClose()), CUT_OFF, "closed"),
        one("nothing at all", (HalfClose(),), CUT_OFF, "closed"),
        one("empty lines", (b"\r\n\r\n", HalfClose()), CUT_OFF, "closed"),
    )


def _codings() -> Iterator[Rule]:
    def write(value: bytes) -> bytes:
        return post(b"Transfer-Encoding:" + value, body=CHUNKED_ASK)

    source = "RFC 9112, section 6.1"
    yield rule(
        "coding-chunked",
        f"{source} and 7.1",
        "chunked MUST be understood, in any case.",
        each(
            [b" chunked", b"chunked", b" CHUNKED", b" Chunked", b"\tchunked \t"],
            write,
            GOOD,
            "open",
            has=b"true",
        ),
        each([b" ,chunked", b" chunked,", b" , chunked ,"], write, {200, 400, 501}, has=b"true"),
        one("several", chunked(body=in_chunks(ASK, 1)), GOOD, "open", has=b"true"),
        one("empty body", chunked(body=b"0\r\n\r\n"), {400, 411}),
        one("get", get(b"Transfer-Encoding: chunked") + b"0\r\n\r\n", TAKEN_OR_BAD),
        Case(
            "next request at once", (chunked(body=CHUNKED_ASK) + get(),), _answers(200, 200), "open"
        ),
        nginx={_NGINX_TAB: ["\\tchunked*"]},
    )
    yield rule(
        "coding-unknown",
        source,
        "A coding that is not understood SHOULD be answered 501.",
        each(
            [b" gzip, chunked", b" identity, chunked", b" x, chunked", b" deflate, gzip, chunked"],
            write,
            {400, 501},
        ),
    )
    yield rule(
        "coding-not-last",
        f"{source} and 6.3",
        "Where chunked is not the last coding the length is unknown: 400, and close.",
        each(
            [
                *(
                    b" gzip",
                    b" identity",
                    b" xchunked",
                    b" chunked-x",
                    b" chunk",
                    b" x",
                    b" chunkedd",
                ),
                *(
                    b" chunked, identity",
                    b" chunked, gzip",
                    b" chunked,x",
                    b"",
                    b" ,",
                    b" chunked x",
                ),
                *(b" chunked;q=1", b" chunked;", b' "chunked"', b" chun ked", b" chunked\x0b"),
                *(
                    b" \x0bchunked",
                    b" \x0cchunked",
                    b" chunked\xa0",
                    b" \xa0chunked",
                    b" chunked\x00",
                ),
                *(
                    b" =chunked",
                    b" [chunked]",
                    b" chunked:",
                    b" :chunked",
                    b" chun\xc5\xbfed",
                    b" \xe2\x84\xaa",
                ),
            ],
            write,
            {400, 501},
            "closed",
        ),
    )
    twice = (b"Transfer-Encoding: chunked", b"Transfer-Encoding: chunked")
    yield rule(
        "coding-chunked-twice",
        source,
        "chunked is never applied twice.",
        each([b" chunked, chunked", b" chunked,chunked", b" chunked, CHUNKED"], write, {400, 501}),
        one("two lines", post(*twice, body=CHUNKED_ASK), {400, 501}),
        one("two lines, one body", post(*twice, body=in_chunks(CHUNKED_ASK)), {400, 501}),
        one(
            "gzip on a line",
            post(b"Transfer-Encoding: gzip", twice[0], body=CHUNKED_ASK),
            {400, 501},
        ),
        one(
            "identity behind",
            post(twice[0], b"Transfer-Encoding: identity", body=CHUNKED_ASK),
            {400, 501},
        ),
    )
    yield rule(
        "coding-http-1.0",
        source,
        "Transfer-Encoding in HTTP/1.0 is faulty framing: the connection MUST be closed.",
        one(
            "post",
            write(b" chunked").replace(b"HTTP/1.1", b"HTTP/1.0"),
            {200, 400, 411, 501},
            "closed",
        ),
        one(
            "keep-alive",
            post(
                b"Transfer-Encoding: chunked", b"Connection: keep-alive", body=CHUNKED_ASK
            ).replace(b"HTTP/1.1", b"HTTP/1.0"),
            {200, 400, 411, 501},
            "closed",
        ),
    )


def _smuggling() -> Iterator[Rule]:
    source = "RFC 9112, section 6.3 and 11.2"
    coding = b"Transfer-Encoding: chunked"
    answers = {200, 400, 501}
    hidden = b"0\r\n\r\n" + BEHIND

    def both(first: bytes, second: bytes, body: bytes) -> bytes:
        return post(first, second, body=body)

    variants = {
        "length first, whole": both(b"Content-Length: %d" % len(CHUNKED_ASK), coding, CHUNKED_ASK),
        "coding first, whole": both(coding, b"Content-Length: %d" % len(CHUNKED_ASK), CHUNKED_ASK),
        "request behind the last chunk": both(b"Content-Length: %d" % len(hidden), coding, hidden),
        "coding first, request behind": both(coding, b"Content-Length: %d" % len(hidden), hidden),
        "length ends in the body": both(b"Content-Length: 3", coding, CHUNKED_ASK + BEHIND),
        "length ends in a chunk": both(
            b"Content-Length: 4", coding, b"%x\r\n%s\r\n0\r\n\r\n" % (len(BEHIND), BEHIND)
        ),
        "length zero": both(b"Content-Length: 0", coding, CHUNKED_ASK),
        "get": get(b"Content-Length: %d" % len(hidden), coding) + hidden,
        "prefix": both(b"Content-Length: 6", coding, b"0\r\n\r\nG"),
    }
    yield rule(
        "length-and-coding",
        source,
        "Refused, or read by its chunks; the connection MUST be closed afterwards either way.",
        *(one(name, text, answers, "closed") for name, text in variants.items()),
    )
    obscured = [
        *(
            b"Transfer-Encoding: xchunked",
            b"Transfer-Encoding : chunked",
            b" Transfer-Encoding: chunked",
        ),
        *(
            b"Transfer-Encoding: x",
            b"X: y\rTransfer-Encoding: chunked",
            b"Transfer-Encoding:\x0bchunked",
        ),
        *(
            b"Transfer-Encoding\x00: chunked",
            b"Transfer-Encoding: chunked, x",
            b"Transfer-Encoding:",
        ),
        *(b"Transfer-Encoding: identity", b"Transfer-Encoding\r\n : chunked", b"Transfer-Encoding"),
        b"Transfer-Encoding: \xffchunked",
    ]
    yield rule(
        "length-and-obscured-coding",
        source,
        "Refused, since two readers may take it for two lengths.",
        *(
            one(field, post(b"Content-Length: 6", field), {400, 501}, "closed")
            for field in obscured
        ),
    )
    yield rule(
        "two-codings-and-length",
        source,
        "One of two coding fields is obscured: refused, and closed.",
        *(
            one(
                field,
                post(b"Content-Length: 6", coding, field, body=CHUNKED_ASK),
                answers,
                "closed",
            )
            for field in (
                b"Transfer-Encoding: x",
                b"Transfer-Encoding: identity",
                b"transfer-encoding:",
            )
        ),
    )
    yield rule(
        "framing-named-as-an-option",
        "RFC 9110, section 7.6.1",
        "Naming a framing field in Connection takes nothing from its meaning.",
        one("length", sized(b"Connection: Content-Length", body=ASK), TAKEN_OR_BAD, has=b"true"),
        one(
            "coding",
            chunked(b"Connection: Transfer-Encoding", body=CHUNKED_ASK),
            TAKEN_OR_BAD,
            has=b"true",
        ),
        one("host", get(b"Connection: Host"), TAKEN_OR_BAD),
        one(
            "get with a body",
            get(b"Connection: Content-Length", b"Content-Length: %d" % len(BEHIND)) + BEHIND,
            {200, 400, 413},
        ),
    )


def _chunks() -> Iterator[Rule]:
    source = "RFC 9112, section 7.1"

    def write(size: bytes) -> bytes:
        return chunked(body=size + b"\r\nASK {}\r\n0\r\n\r\n")

    longer = b"ASK {} # 789"
    yield rule(
        "chunk-size-valid",
        source,
        "Hexadecimal digits of any case, zeros before them.",
        each([b"6", b"06", b"0006", b"0000000000000006"], write, GOOD, "open", has=b"true"),
        one(
            "lower case", chunked(body=b"c\r\n%s\r\n0\r\n\r\n" % longer), GOOD, "open", has=b"true"
        ),
        one(
            "upper case", chunked(body=b"C\r\n%s\r\n0\r\n\r\n" % longer), GOOD, "open", has=b"true"
        ),
        one(
            "last chunk of zeros",
            chunked(body=in_chunks(ASK, end=b"000\r\n\r\n")),
            GOOD,
            "open",
            has=b"true",
        ),
        one("100 zeros", write(b"0" * 100 + b"6"), TAKEN_OR_BAD),
    )
    yield rule(
        "chunk-size-invalid",
        source,
        "Anything else breaks the framing: 400, and close.",
        each(
            [
                *(
                    b"",
                    b"g",
                    b"-6",
                    b"+6",
                    b"0x6",
                    b" 6",
                    b"\t6",
                    b"6 6",
                    b"6x",
                    b"6\x00",
                    b"6,",
                    b"6.",
                ),
                *(b"6_", b"\xef\xbc\x96", b"-0", b"six", b"%36", b"6\x0b", b"\x006", b"--", b'"6"'),
                *(
                    b"FFFFFFFFFFFFFFFF",
                    b"FFFFFFFFFFFFFFFFF",
                    b"10000000000000006",
                    b"8000000000000000",
                ),
                *(b"100000006", b"fffffffffffffffffffffffffffffffffffff", b"=6", b"6:", b"a" * 100),
            ],
            write,
            {408, *TOO_LARGE},
            "closed",
        ),
        nginx={"it drops what stands behind a blank after the size": ["6 6"]},
    )
    yield rule(
        "chunk-size-blanks",
        f"{source}.1",
        "Blanks before an extension (BWS) are read; without one they are refused or ignored.",
        each(
            [b"6 ", b"6\t", b"6 ;a", b"6; a", b"6 ; a = b", b"6;a =b", b"6   "],
            write,
            TAKEN_OR_BAD,
            has=b"true",
        ),
    )
    yield rule(
        "chunk-extension",
        f"{source}.1",
        "Extensions that are not known MUST be ignored.",
        each(
            [
                b"6;a",
                b"6;a=b",
                b'6;a="b;c"',
                b"6;a;b=c;d",
                b'6;a="\\""',
                b'6;a=""',
                b"6;a=" + b"b" * 200,
            ],
            write,
            GOOD,
            "open",
            has=b"true",
        ),
        one(
            "last chunk",
            chunked(body=in_chunks(ASK, end=b"0;a=b\r\n\r\n")),
            GOOD,
            "open",
            has=b"true",
        ),
        each(
            [
                b"6;",
                b"6;=",
                b"6;;",
                b"6;a=",
                b'6;a="',
                b"6;\xff",
                b"6;a\x00",
                b"6;a\x01b",
                b"6;a\x7f",
            ],
            write,
            TAKEN_OR_BAD,
        ),
        one("line end in quotes", write(b'6;a="\r\n"'), BAD, "closed"),
        one("lf in it", chunked(body=b"6;a\nASK {}\r\n0\r\n\r\n"), BAD, "closed"),
        nginx={_NGINX_LF: ["lf in it"]},
    )
    yield rule(
        "chunk-extension-long",
        f"{source}.1",
        "The total length of extensions ought to be limited, with a 4xx.",
        one("4,000", write(b"6;" + b"a" * 4000), {200, *TOO_LONG}),
        one("400,000", write(b"6;" + b"a" * 400_000), TOO_LONG),
        one("endless", (chunked(body=b"6;"), Repeat(b"a", _ENDLESS_BYTES)), TOO_LONG),
        one("endless quoted", (chunked(body=b'6;a="'), Repeat(b"b", _ENDLESS_BYTES)), TOO_LONG),
        one("endless zeros", (chunked(body=b"0"), Repeat(b"0", _ENDLESS_BYTES)), TOO_LONG),
        one(
            "in each chunk",
            (chunked(body=b""), Repeat(b"1;" + b"a" * 60 + b"\r\n#\r\n", _ENDLESS_BYTES)),
            TOO_LONG,
        ),
        nginx={"it ignores extensions of any length": ["400,000"]},
    )
    bad = {
        "lf after the size": b"6\nASK {}\r\n0\r\n\r\n",
        "cr after the size": b"6\rASK {}\r\n0\r\n\r\n",
        "lf after the data": b"6\r\nASK {}\n0\r\n\r\n",
        "cr after the data": b"6\r\nASK {}\r0\r\n\r\n",
        "nothing after the data": b"6\r\nASK {}0\r\n\r\n",
        "two bytes after the data": b"6\r\nASK {}xx0\r\n\r\n",
        "data longer": b"6\r\nASK { }\r\n0\r\n\r\n",
        "data shorter": b"7\r\nASK {}\r\n0\r\n\r\n",
        "much shorter": b"6\r\nASK\r\n0\r\n\r\n" + BEHIND,
        "empty line first": b"\r\n6\r\nASK {}\r\n0\r\n\r\n",
        "blank line end": b"6\r\n\r\nASK {}\r\n0\r\n\r\n",
        "crcrlf": b"6\r\r\nASK {}\r\n0\r\n\r\n",
    }
    yield rule(
        "chunk-framing-broken",
        source,
        "Data is as long as its size says, and CRLF stands behind both: else 400, and close.",
        *(one(name, chunked(body=body), BAD, "closed") for name, body in bad.items()),
        nginx={_NGINX_LF: ["lf after*", "data shorter"]},
    )
    yield rule(
        "chunk-last-line",
        source,
        "Behind the last chunk stands CRLF, or a trailer section.",
        one(
            "lf alone",
            (chunked(body=b"6\r\nASK {}\r\n0\r\n\n"), HalfClose()),
            {200, *CUT_OFF},
            "either",
        ),
        one("next request", chunked(body=b"6\r\nASK {}\r\n0\r\n") + BEHIND, {200, 400}),
        one("garbage", chunked(body=b"6\r\nASK {}\r\n0\r\nxx\r\n\r\n"), {200, 400}),
        Case(
            "size after the last",
            (chunked(body=CHUNKED_ASK) + b"3\r\nabc\r\n0\r\n\r\n",),
            _bad_behind(200),
            "closed",
        ),
    )
    text = chunked(body=in_chunks(ASK, 4, b"0\r\nX: a\r\n\r\n"))
    begin = text.index(b"\r\n\r\n") + 4
    yield rule(
        "chunk-pieces",
        f"{source}; section 2.2",
        "Chunks are read however they come.",
        *(
            one(f"cut at {at - begin}", (text[:at], text[at:]), GOOD, "open", has=b"true")
            for at in range(begin, len(text))
        ),
    )


def _bad_behind(*good: int) -> tuple[Expected, ...]:
    return (*_answers(*good), Expected(frozenset({400, 501, 505})))


def _trailers() -> Iterator[Rule]:
    source = "RFC 9112, section 7.1.2; RFC 9110, section 6.5"

    def write(trailer: bytes) -> bytes:
        return chunked(body=b"6\r\nASK {}\r\n0\r\n" + trailer + b"\r\n\r\n")

    yield rule(
        "trailer-valid",
        source,
        "Trailer fields are read and MAY be discarded.",
        each(
            [b"X: a", b"X: a\r\nY: b", b"Expires: never", b"X:", b'ETag: "a"'],
            write,
            GOOD,
            "open",
            has=b"true",
        ),
        one(
            "announced",
            chunked(b"Trailer: X", body=in_chunks(ASK, end=b"0\r\nX: a\r\n\r\n")),
            GOOD,
            "open",
            has=b"true",
        ),
        Case("next request at once", (write(b"X: a") + get(),), _answers(200, 200), "open"),
    )
    yield rule(
        "trailer-is-no-header",
        "RFC 9110, sections 6.5.1 and 6.5.2",
        "Fields of the trailer never act as header fields; framing fields there may be refused.",
        each(
            [
                *(b"Accept: text/csv", b"Accept-Encoding: gzip", b"Content-Type: text/plain"),
                *(
                    b"Content-Encoding: gzip",
                    b"Authorization: x",
                    b"If-None-Match: *",
                    b"Range: bytes=0-0",
                ),
                *(
                    b"Expect: nonsense",
                    b"X-Forwarded-For: 10.0.0.1",
                    b"Cookie: a=b",
                    b"Upgrade: h2c",
                ),
                *(
                    b"Content-Length: 0",
                    b"Content-Length: 60",
                    b"Transfer-Encoding: gzip",
                    b"Host: b",
                ),
                *(
                    b"Transfer-Encoding: chunked",
                    b"Host: a b",
                    b"Content-Length: x",
                    b"Connection: close",
                ),
            ],
            write,
            TAKEN_OR_BAD,
            has=b'"boolean"',
            check=_is_json,
        ),
        one(
            "accept, announced",
            chunked(b"Trailer: Accept", body=in_chunks(ASK, end=b"0\r\nAccept: text/csv\r\n\r\n")),
            GOOD,
            "open",
            has=b"true",
            check=_is_json,
        ),
        one(
            "encoding of the response",
            chunked(
                body=in_chunks(
                    b"SELECT * { VALUES ?x { %s } }" % (b'"long enough" ' * 300),
                    end=b"0\r\nAccept-Encoding: gzip\r\n\r\n",
                )
            ),
            GOOD,
            "open",
            check=_is_plain,
        ),
    )
    yield rule(
        "trailer-invalid",
        source,
        "A trailer that breaks the grammar is refused, or discarded.",
        each(
            [
                b"bad line",
                b"X : y",
                b"X: \x00",
                b": a",
                b" X: a",
                b"X: a\r\n b",
                b"X\x00: a",
                b"\x01",
            ],
            write,
            TAKEN_OR_BAD,
        ),
    )
    begin = chunked(body=b"6\r\nASK {}\r\n0\r\n")
    yield rule(
        "trailer-long",
        source,
        "A trailer section has a limit, as a header section has.",
        one("20", write(b"\r\n".join(b"X-%d: a" % n for n in range(20))), {200, *TOO_LONG}),
        one("20,000 fields", write(b"\r\n".join([b"X: a"] * 20_000)), TOO_LONG),
        one("400,000 bytes", write(b"X: " + b"a" * 400_000), TOO_LONG),
        one("endless fields", (begin, Repeat(b"X: a\r\n", _ENDLESS_BYTES)), TOO_LONG),
        one("endless value", (begin + b"X: ", Repeat(b"a", _ENDLESS_BYTES)), TOO_LONG),
        one("endless name", (begin, Repeat(b"a", _ENDLESS_BYTES)), TOO_LONG),
        one(
            "endless, to a page",
            (get(b"Transfer-Encoding: chunked") + b"0\r\n", Repeat(b"X: a\r\n", _ENDLESS_BYTES)),
            {200, 405, *TOO_LONG},
        ),
        nginx={"it drops trailers of any length": ["20,000 fields", "400,000 bytes"]},
    )


def _is_json(response: Response) -> str:
    kind = response.field(b"content-type") or b""
    return "" if response.status != 200 or b"json" in kind else f"the answer is {kind!r}"


def _is_plain(response: Response) -> str:
    coding = response.field(b"content-encoding")
    return f"the answer is {coding!r}" if coding else ""


def _bodies() -> Iterator[Rule]:
    source = "RFC 9110, section 9.3.1; RFC 9112, sections 6 and 9.3"
    size = b"Content-Length: %d" % len(BEHIND)
    coded = in_chunks(BEHIND)
    ways = [
        *(
            (b"GET", DOC, {200, 400, 413}),
            (b"HEAD", DOC, {200, 400, 413}),
            (b"DELETE", DOC, {400, 405, 413, 501}),
        ),
        *((b"OPTIONS", DOC, {200, 204, 400, 405, 413}), (b"POST", DOC, {400, 403, 405, 413})),
        *((b"PUT", DOC, {400, 403, 405, 413, 501}), (b"GET", b"/absent", {404, 400, 413})),
        *(
            (b"GET", b"/healthz", {200, 400, 413}),
            (b"GET", b"/sparql?query=ASK%7B%7D", {200, 400, 413}),
        ),
        *((b"HEAD", b"/absent", {404, 400, 413}), (b"FOO", DOC, {400, 405, 413, 501})),
        *((b"POST", b"/absent", {400, 404, 405, 413}), (b"TRACE", DOC, {400, 405, 413, 501})),
    ]
    yield rule(
        "body-where-none-is-awaited",
        source,
        "A body is read or the connection is closed; it is never read as the next request.",
        *(
            one(
                f"{kind} {method.decode()} {path.decode()[:10]}",
                sent,
                allowed,
                method="HEAD" if method == b"HEAD" else "GET",
            )
            for method, path, allowed in ways
            for kind, sent in (
                ("sized", get(size, method=method, path=path) + BEHIND),
                ("chunked", get(b"Transfer-Encoding: chunked", method=method, path=path) + coded),
                ("split", (get(size, method=method, path=path), BEHIND[:9], BEHIND[9:])),
            )
        ),
    )
    large = b"a" * (BODY_LIMIT_BYTES + 100_000)
    huge = b"Content-Length: 10000000000"
    yield rule(
        "body-over-the-limit",
        "RFC 9110, section 15.5.14",
        "A body over the limit is refused with 4xx, or the connection is closed.",
        one("sized", sized(body=large), TOO_LARGE),
        one("one chunk", chunked(body=in_chunks(large)), TOO_LARGE),
        one("small chunks", chunked(body=in_chunks(large, 10)), TOO_LARGE),
        one(
            "one-byte chunks", (chunked(body=b""), Repeat(b"1\r\n#\r\n", _ENDLESS_BYTES)), TOO_LARGE
        ),
        one("huge length", (post(huge, body=b""), Repeat(b"#", _ENDLESS_BYTES)), TOO_LARGE),
        one(
            "endless chunk", (chunked(body=b"ffffff\r\n"), Repeat(b"#", _ENDLESS_BYTES)), TOO_LARGE
        ),
        one(
            "form",
            (
                post(huge, body=b"").replace(
                    DIRECT, b"Content-Type: application/x-www-form-urlencoded"
                ),
                Repeat(b"a=b&", _ENDLESS_BYTES),
            ),
            TOO_LARGE,
        ),
        one(
            "multipart",
            (
                post(huge, body=b"").replace(
                    DIRECT, b"Content-Type: multipart/form-data; boundary=x"
                ),
                Repeat(b"a", _ENDLESS_BYTES),
            ),
            {415, *TOO_LARGE},
        ),
        one("get", (get(huge), Repeat(b"#", _ENDLESS_BYTES)), {200, *TOO_LARGE}),
        one(
            "not allowed",
            (get(huge, method=b"POST"), Repeat(b"#", _ENDLESS_BYTES)),
            {405, *TOO_LARGE},
        ),
        one(
            "absent",
            (get(huge, method=b"POST", path=b"/absent"), Repeat(b"#", _ENDLESS_BYTES)),
            {404, 405, *TOO_LARGE},
        ),
        one(
            "gzip",
            (post(huge, b"Content-Encoding: gzip", body=b""), Repeat(b"\0", _ENDLESS_BYTES)),
            {415, *TOO_LARGE},
        ),
    )
    padded = [MARK % size + b" #" + b"a" * size for size in (0, 1000, 9000, 60_000)]
    yield rule(
        "body-whole",
        "RFC 9112, section 6.3",
        "A body below the limit arrives whole, and the connection goes on.",
        *(
            one(f"{kind} {len(body)}", sent, GOOD, "open", has=b"marked-")
            for body in padded
            for kind, sent in (
                ("sized", sized(body=body)),
                ("chunked", chunked(body=in_chunks(body, 1000))),
                ("split", (sized(body=body)[:300], sized(body=body)[300:])),
            )
        ),
        one(
            "1,500 one-byte chunks",
            chunked(body=in_chunks(padded[1] + b"#" * 500, 1)),
            GOOD,
            "open",
            has=b"marked-",
        ),
        one(
            "end matters",
            sized(body=b"ASK { #" + b"a" * 50_000 + b"\nFILTER(false) }"),
            GOOD,
            "open",
            has=b"false",
        ),
    )


def _expectations() -> Iterator[Rule]:
    source = "RFC 9110, section 10.1.1"
    expect = b"Expect: 100-continue"
    waits = (post(b"Content-Length: 6", expect, body=b""), Await(), ASK)
    coded = (chunked(expect, body=b""), Await(), CHUNKED_ASK)
    yield rule(
        "expect-continue",
        source,
        "100 or a final response comes before the body; after 100 the body is read.",
        one("waits", waits, GOOD, "open", has=b"true"),
        one("waits, chunks", coded, GOOD, "open", has=b"true"),
        one(
            "case",
            (waits[0].replace(b"100-continue", b"100-CONTINUE"), *waits[1:]),
            GOOD,
            "open",
            has=b"true",
        ),
        one("sends at once", sized(expect), GOOD, "open", has=b"true"),
        one("sends at once, chunks", chunked(expect, body=CHUNKED_ASK), GOOD, "open", has=b"true"),
        one("split", (sized(expect)[:-6], ASK), GOOD, "open", has=b"true"),
        one("get", get(expect), GOOD, "open"),
        one("get, length 0", get(expect, b"Content-Length: 0"), GOOD, "open"),
        one(
            "not allowed",
            (post(b"Content-Length: 6", expect, body=b"", path=DOC), Await(), ASK),
            {403, 405, 417},
        ),
        one(
            "absent",
            (post(b"Content-Length: 6", expect, body=b"", path=b"/absent"), Await(), ASK),
            {404, 405, 417},
        ),
        one(
            "too large",
            (
                post(b"Content-Length: 99999999", expect, body=b""),
                Await(),
                Repeat(b"#", _ENDLESS_BYTES),
            ),
            {417, *TOO_LARGE},
        ),
        one("bad request", (get(b"Content-Length: x", expect), Await()), BAD),
        one(
            "no host",
            (message(b"POST /sparql HTTP/1.1", expect, b"Content-Length: 6"), Await(), ASK),
            BAD,
        ),
    )
    old = b"HTTP/1.0"
    yield rule(
        "expect-in-http-1.0",
        source,
        "A server MUST ignore it in HTTP/1.0.",
        one(
            "sends",
            sized(expect).replace(b"HTTP/1.1", old),
            GOOD,
            "closed",
            has=b"true",
            check=_no_interim,
        ),
        one("get", get(expect).replace(b"HTTP/1.1", old), GOOD, "closed", check=_no_interim),
    )
    yield rule(
        "expect-unknown",
        source,
        "An expectation that is not known MAY be answered 417.",
        each(
            [
                b"Expect: x",
                b"Expect: 100-continue, x",
                b"Expect: 100",
                b"Expect:",
                b"Expect: 100-continue;a=b",
                b"Expect: 200-ok",
                b"Expect: ,",
            ],
            lambda field: sized(field),
            {200, 400, 417},
            has=b"true",
        ),
        one("twice", sized(expect, expect), {200, 400, 417}, has=b"true"),
    )


def _no_interim(response: Response) -> str:
    return f"interim responses {response.interim}" if response.interim else ""


H2C = (
    b"Connection: Upgrade, HTTP2-Settings",
    b"Upgrade: h2c",
    b"HTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA",
)
WEBSOCKET = (
    b"Connection: Upgrade",
    b"Upgrade: websocket",
    b"Sec-WebSocket-Version: 13",
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
)


def _upgrades() -> Iterator[Rule]:
    source = "RFC 9110, section 7.8"
    for name, fields in {
        "h2c": H2C,
        "websocket": WEBSOCKET,
        "unknown": (b"Connection: upgrade", b"Upgrade: foo/2, bar"),
        "tls": (b"Connection: Upgrade", b"Upgrade: TLS/1.0"),
        "not named": (b"Upgrade: h2c",),
        "same": (b"Connection: Upgrade", b"Upgrade: HTTP/1.1"),
        "only an option": (b"Connection: Upgrade",),
    }.items():
        whole, coded = sized(*fields), chunked(*fields, body=CHUNKED_ASK)
        old = get(*fields).replace(b"HTTP/1.1", b"HTTP/1.0")
        yield rule(
            f"upgrade-{name.replace(' ', '-')}",
            source,
            "A server MAY ignore Upgrade; the request is then answered as any other.",
            one("get", get(*fields), GOOD, "open"),
            one("head", get(*fields, method=b"HEAD"), GOOD, "open", method="HEAD"),
            one(
                "query in the address",
                get(*fields, path=b"/sparql?query=ASK%7B%7D"),
                GOOD,
                "open",
                has=b"true",
            ),
            one("body", whole, GOOD, "open", has=b"true"),
            one("body apart", (whole[:-6], ASK), GOOD, "open", has=b"true"),
            one("body in two", (whole[:-3], whole[-3:]), GOOD, "open", has=b"true"),
            one("head in two", (whole[:40], whole[40:]), GOOD, "open", has=b"true"),
            one("chunks", coded, GOOD, "open", has=b"true"),
            one(
                "chunks apart", (coded[:-16], coded[-16:-8], coded[-8:]), GOOD, "open", has=b"true"
            ),
            one("HTTP/1.0", old, GOOD, "closed"),
            Case("request behind", (get(*fields) + get(),), _answers(200, 200), "open"),
            Case("request behind a body", (whole + get(),), _answers(200, 200), "open"),
        )


def _connections() -> Iterator[Rule]:
    source = "RFC 9112, section 9.6"
    yield rule(
        "connection-close",
        source,
        "A server MUST close after the response; the response SHOULD say so.",
        each(
            [
                *(
                    b"Connection: close",
                    b"Connection: Close",
                    b"Connection: CLOSE",
                    b"connection:close",
                ),
                *(
                    b"Connection: close, x",
                    b"Connection: x, close",
                    b"Connection: keep-alive, close",
                ),
                *(
                    b"Connection: x\r\nConnection: close",
                    b"Connection: ,close",
                    b"Connection: close\t",
                ),
            ],
            get,
            GOOD,
            "closed",
        ),
        one("body", sized(b"Connection: close"), GOOD, "closed", has=b"true"),
        one("head", get(b"Connection: close", method=b"HEAD"), GOOD, "closed", method="HEAD"),
        one("absent", get(b"Connection: close", path=b"/absent"), {404}, "closed"),
        Case("request behind", (get(b"Connection: close") + BEHIND,), _answers(200), "closed"),
        Case(
            "request behind a body",
            (sized(b"Connection: close") + BEHIND,),
            _answers(200),
            "closed",
        ),
    )
    yield rule(
        "connection-persistent",
        "RFC 9112, section 9.3",
        "HTTP/1.1 connections persist by default, whatever other options say.",
        one("no field", get(), GOOD, "open"),
        each(
            [
                *(
                    b"Connection: keep-alive",
                    b"Connection: Keep-Alive",
                    b"Connection: x, y",
                    b"Connection:",
                ),
                *(
                    b"Connection: TE\r\nTE: trailers",
                    b"Connection: closed",
                    b"Connection: close-not",
                ),
                *(
                    b"Proxy-Connection: close",
                    b"Keep-Alive: timeout=1",
                    b"Connection: X-Y\r\nX-Y: close",
                ),
            ],
            get,
            GOOD,
            "open",
        ),
        one("head", get(method=b"HEAD"), GOOD, "open", method="HEAD"),
        one("absent", get(path=b"/absent"), {404}, "open"),
        one("redirect", get(path=b"/id/lake/siljan"), {303}, "open"),
        one("not acceptable", get(b"Accept: image/png"), {200, 406}, "open"),
        nginx={
            "it looks for the text 'close' inside of a value": [
                "Connection: closed",
                "Connection: close-not",
            ]
        },
    )

    def old(*fields: bytes, method: bytes = b"GET", path: bytes = DOC) -> bytes:
        return get(*fields, method=method, path=path).replace(b"HTTP/1.1", b"HTTP/1.0")

    def no_coding(response: Response) -> str:
        return "Transfer-Encoding to HTTP/1.0" if response.field(b"transfer-encoding") else ""

    yield rule(
        "connection-http-1.0",
        "RFC 9112, sections 6.1 and 9.3",
        "HTTP/1.0 is closed without keep-alive, and never gets chunks.",
        one("get", old(), GOOD, "closed", check=no_coding),
        one("head", old(method=b"HEAD"), GOOD, "closed", method="HEAD", check=no_coding),
        one("absent", old(path=b"/absent"), {404}, "closed", check=no_coding),
        one(
            "query",
            old(path=b"/sparql?query=ASK%7B%7D"),
            GOOD,
            "closed",
            has=b"true",
            check=no_coding,
        ),
        one("post", sized().replace(b"HTTP/1.1", b"HTTP/1.0"), GOOD, "closed", has=b"true"),
        one("close", old(b"Connection: close"), GOOD, "closed", check=no_coding),
        one("request behind", old() + BEHIND, GOOD, "closed", check=no_coding),
    )
    keep = b"Connection: keep-alive"

    yield rule(
        "connection-http-1.0-keep-alive",
        "RFC 9112, section 9.3",
        "A server MAY keep it open when HTTP/1.0 asks for it, and says so then.",
        one("get", old(keep), GOOD, check=no_coding),
        one("head", old(keep, method=b"HEAD"), GOOD, method="HEAD", check=no_coding),
        one(
            "body",
            sized(keep).replace(b"HTTP/1.1", b"HTTP/1.0"),
            GOOD,
            has=b"true",
            check=no_coding,
        ),
        one(
            "large query",
            old(keep, path=b"/sparql?query=ASK%7B%7D"),
            GOOD,
            has=b"true",
            check=no_coding,
        ),
    )


# A query of a tenth of a second or so.
_SLOW = sized(
    body=b"SELECT (COUNT(*) AS ?n) { %s }"
    % b" ".join(b"VALUES ?%c { 1 2 3 4 5 6 7 8 9 0 }" % letter for letter in b"abcdef")
)


def _pipelines() -> Iterator[Rule]:
    source = "RFC 9112, section 9.3.2"
    asks = [sized(body=MARK % n) for n in range(10)]
    marked = tuple(Expected(GOOD, has=b"marked-%d" % n) for n in range(10))
    head = Expected(GOOD, "HEAD")
    gets = [get(path=DOC + b"?n=%d" % n) for n in range(10)]
    mixed = [
        gets[0],
        get(method=b"HEAD"),
        asks[3],
        get(path=b"/absent"),
        chunked(body=CHUNKED_ASK),
        gets[1],
    ]
    mixed_answers = (
        *_answers(200),
        head,
        marked[3],
        *_answers(404),
        Expected(GOOD, has=b"true"),
        *_answers(200),
    )
    cut = b"".join(mixed)
    slow_answers = (Expected(GOOD, has=b'"n"'), *_answers(200), marked[0])
    yield rule(
        "pipeline",
        source,
        "Responses come in the order of the requests.",
        *(
            Case(f"{n} gets", (b"".join(gets[:n]),), _answers(*[200] * n), "open")
            for n in (2, 3, 5, 10)
        ),
        *(Case(f"{n} queries", (b"".join(asks[:n]),), marked[:n], "open") for n in (2, 10)),
        Case("100 gets", (b"".join(gets * 10),), _answers(*[200] * 100), "open"),
        Case("get, post", (gets[0] + asks[0],), (*_answers(200), marked[0]), "open"),
        Case("post, get", (asks[0] + gets[0],), (marked[0], *_answers(200)), "open"),
        Case("heads", (get(method=b"HEAD") * 3,), (head,) * 3, "open"),
        Case(
            "head, get, head",
            (get(method=b"HEAD") + get() + get(method=b"HEAD"),),
            (head, *_answers(200), head),
            "open",
        ),
        Case("mixed", (cut,), mixed_answers, "open"),
        *(
            Case(f"mixed, cut at {at}", (cut[:at], cut[at:]), mixed_answers, "open")
            for at in range(10, len(cut), 97)
        ),
        Case("not modified", (get(b"If-None-Match: *") + get(),), _answers(304, 200), "open"),
        Case("absent first", (get(path=b"/absent") + get(),), _answers(404, 200), "open"),
        Case(
            "not allowed first",
            (sized(path=DOC) + get(),),
            (Expected(frozenset({403, 405})), *_answers(200)),
            "either",
        ),
        Case("slow query first", (_SLOW + gets[0] + asks[0],), slow_answers, "open"),
        Case("behind a slow query", (_SLOW, gets[0], asks[0]), slow_answers, "open"),
        Case(
            "body behind a slow query",
            (_SLOW, asks[0][:-9], asks[0][-9:]),
            slow_answers[::2],
            "open",
        ),
        Case("close last", (get() + get(b"Connection: close"),), _answers(200, 200), "closed"),
    )
    bad = {
        "version": b"GET / HTTP/7.0\r\nHost: a\r\n\r\n",
        "line": b"nonsense\r\n\r\n",
        "method": b"G(T / HTTP/1.1\r\nHost: a\r\n\r\n",
        "length": post(b"Content-Length: x"),
        "lengths": post(b"Content-Length: 6", b"Content-Length: 7"),
        "coding": post(b"Transfer-Encoding: x"),
        "space before colon": get(b"X : y"),
        "chunk size": chunked(body=b"x\r\n"),
        "bytes": b"\x00\x01\x02\x03\r\n\r\n",
        "control byte": get(path=b"/\x00"),
    }
    yield rule(
        "pipeline-bad-last",
        f"{source} and section 2.2",
        "Good requests before a bad one are answered, in order; then 400, and close.",
        *(
            Case(
                f"{name} behind {count}",
                (b"".join(gets[:count]) + text,),
                _bad_behind(*[200] * count),
                "closed",
            )
            for name, text in bad.items()
            for count in (1, 3)
        ),
        Case("apart", (gets[0], bad["line"]), _bad_behind(200), "closed"),
        Case("behind a query", (asks[0] + bad["length"],), (marked[0], Expected(BAD)), "closed"),
        Case(
            "behind a body in chunks",
            (chunked(body=CHUNKED_ASK) + bad["line"],),
            _bad_behind(200),
            "closed",
        ),
        Case("good behind it", (gets[0] + bad["line"] + BEHIND,), _bad_behind(200), "closed"),
        Case(
            "no host",
            (gets[0] + b"GET / HTTP/1.1\r\n\r\n",),
            (*_answers(200), Expected(BAD)),
            "either",
        ),
    )


def _conditions() -> Iterator[Rule]:
    source = "RFC 9110, section 13.1"
    yield rule(
        "condition-malformed",
        source,
        "A date that is none MUST be ignored; a malformed tag is ignored or refused.",
        each(
            [
                *(
                    b"If-Modified-Since: x",
                    b"If-Modified-Since:",
                    b"If-Modified-Since: 0",
                    b"If-Modified-Since: -1",
                ),
                *(b"If-Modified-Since: Mon, 99 Foo 2020 99:99:99 GMT", b"If-Unmodified-Since: x"),
                *(
                    b"If-Unmodified-Since: 99999999999999999999",
                    b"If-Modified-Since: 2020-01-01T00:00:00Z",
                ),
                *(b"If-Modified-Since: Thu, 01 Jan 0000 00:00:00 GMT", b"If-Range: x"),
                *(b"If-Modified-Since: Thu, 01 Jan 1970 00:00:00 GMT, x", b"If-Unmodified-Since: "),
            ],
            get,
            GOOD,
            "open",
        ),
        each(
            [
                *(
                    b"If-None-Match: x",
                    b'If-None-Match: "',
                    b"If-None-Match: W/",
                    b'If-None-Match: """"',
                ),
                *(
                    b"If-None-Match:",
                    b"If-None-Match: ,",
                    b'If-None-Match: w/"x"',
                    b'If-None-Match: "a" "b"',
                ),
                *(
                    b"If-None-Match: " + b'"a", ' * 1000,
                    b'If-None-Match: "\xff"',
                    b'If-None-Match: W/"',
                ),
            ],
            get,
            {200, 304, 400, 431},
        ),
        each(
            [b"If-Match: *", b'If-Match: "x"', b"If-Match: x", b"If-Match:", b"If-Match: W/"],
            get,
            {200, 400, 412},
        ),
        nginx={"it takes what is no date for one that has passed": ["If-Unmodified-Since*"]},
    )
    yield rule(
        "not-modified",
        "RFC 9110, sections 13.1.2 and 15.4.5",
        "304 has no body, and the connection goes on.",
        one("any", get(b"If-None-Match: *"), {304}, "open"),
        one("head", get(b"If-None-Match: *", method=b"HEAD"), {304}, "open", method="HEAD"),
        one("encoded", get(b"If-None-Match: *", b"Accept-Encoding: gzip"), {304}, "open"),
        Case("twice", (get(b"If-None-Match: *") * 2,), _answers(304, 304), "open"),
        one("tag before date", get(b"If-None-Match: *", b"If-Modified-Since: x"), {304}, "open"),
        nginx={"it looks at the date as well": ["tag before date"]},
    )
    yield rule(
        "range-malformed",
        "RFC 9110, sections 14.1.1 and 14.2",
        "A range that is invalid is ignored, or refused.",
        each(
            [
                *(
                    b"bytes=",
                    b"bytes=a-b",
                    b"bytes=5-2",
                    b"items=0-5",
                    b"bytes=--5",
                    b"bytes 0-5",
                    b"x",
                    b"",
                ),
                *(
                    b"bytes=0",
                    b"bytes=-",
                    b"bytes=0-0,",
                    b"bytes=,",
                    b"bytes=99999999999999999999999999-",
                ),
                *(
                    b"bytes=" + b"0-," * 1500,
                    b"bytes=" + b"0-1," * 1000 + b"2-3",
                    b"bytes=-99999999999999999999999",
                ),
            ],
            lambda value: get(b"Range: " + value),
            {200, 206, 400, 416, 431},
        ),
        each(
            [b"bytes=5-2", b"bytes=99999999-", b"bytes=0-1,0-1,0-1", b"x"],
            lambda value: get(b"Range: " + value, path=b"/robots.txt"),
            {200, 206, 400, 416},
        ),
        one("head", get(b"Range: bytes=0-0", method=b"HEAD"), {200, 206}, "open", method="HEAD"),
        one("valid", get(b"Range: bytes=0-3"), {200, 206}, "open"),
        one("post", sized(b"Range: bytes=0-0"), GOOD, "open", has=b"true"),
    )


def _negotiation() -> Iterator[Rule]:
    yield rule(
        "accept-malformed",
        "RFC 9110, section 12.5.1",
        "An Accept that cannot be read is ignored or refused, never an error of the server.",
        each(
            [
                *(
                    b";;;",
                    b"*/",
                    b"/",
                    b"*",
                    b"text/html;q=5",
                    b"text/html;q=abc",
                    b"text/html;q=-1",
                    b",,,",
                ),
                *(
                    b"text/html;q=",
                    b"text/html;q=0.0001",
                    b"text/html;;;q=1",
                    b'text/html;a="',
                    b"q=1",
                ),
                *(
                    b"text/html; q = 1",
                    b"text",
                    b"text/html;q=1e9",
                    b"text/html;q=nan",
                    b"text/html;q=inf",
                ),
                *(
                    b"*/html",
                    b"text/*/html",
                    b"text/html;q=1;q=0",
                    b"\x09",
                    b'"text/html"',
                    b"text\\html",
                ),
                *(
                    b"text/html," * 700,
                    b"text/html;" + b"a=b;" * 1500,
                    b"*/*;q=0",
                    b"text/html;q=0",
                ),
                *(
                    b'text/html;a="\\',
                    b"(x)",
                    b"a/b;q=0.9.9",
                    b"text/html;level=1;q=.5",
                    b"%s/%s" % (b"a" * 3000, b"b" * 3000),
                ),
            ],
            lambda value: get(b"Accept: " + value),
            {200, 400, 406, 431},
        ),
        each(
            [
                b";;;",
                b"*/",
                b"text/csv;q=abc",
                b"q",
                b"application/sparql-results+json;q=",
                b",",
                b"*",
            ],
            lambda value: get(b"Accept: " + value, path=b"/sparql?query=ASK%7B%7D"),
            {200, 400, 406},
        ),
    )
    yield rule(
        "accept-language-malformed",
        "RFC 9110, section 12.5.4",
        "It is ignored, or refused.",
        each(
            [
                b"",
                b";",
                b"sv;q=x",
                b"*;q=0",
                b"-",
                b"sv-",
                b"123456789",
                b"sv,,en",
                b"sv" * 3000,
                b"sv;q=0,en;q=0",
                b"*-*",
                b"en_US",
            ],
            lambda value: get(b"Accept-Language: " + value),
            {200, 400, 406, 431},
        ),
    )
    yield rule(
        "accept-encoding-malformed",
        "RFC 9110, section 12.5.3",
        "It is ignored, or refused; a coding that is not accepted is not used.",
        each(
            [
                b"",
                b";",
                b"gzip;q=x",
                b"*;q=0",
                b"identity;q=0",
                b"gzip, ;",
                b"gzip;q=2",
                b"x" * 6000,
                b"gzip," * 1000,
                b"br;q=0,gzip;q=0",
            ],
            lambda value: get(b"Accept-Encoding: " + value),
            {200, 400, 406, 415, 431},
        ),
        each(
            [b"identity", b"gzip;q=0", b"*;q=0, identity", b"x-unknown", b"gzip;q=0.000"],
            lambda v: get(b"Accept-Encoding: " + v),
            GOOD,
            "open",
            check=_is_plain,
        ),
        each(
            [b"gzip", b"GZIP", b"gzip;q=0.1", b"br, gzip, zstd", b"*"],
            lambda v: get(b"Accept-Encoding: " + v),
            GOOD,
            "open",
        ),
    )
    yield rule(
        "field-of-others",
        "RFC 9110, section 5.3",
        "Fields that decide nothing here never matter, however they are written.",
        each(
            [
                *(
                    b"Authorization: Basic",
                    b"Authorization: Basic !!!",
                    b"Cookie: ;;;=",
                    b"Referer: ://",
                    b"TE: ;q",
                ),
                *(
                    b"User-Agent:",
                    b"From: x",
                    b"Via: x",
                    b"Forwarded: for=;",
                    b"X-Forwarded-For: ,,x",
                    b"TE: chunked",
                ),
                *(
                    b"X-Forwarded-Proto: gopher",
                    b"X-Forwarded-Host: a b",
                    b"X-Original-URL: /x",
                    b"TE: trailers, gzip",
                ),
                *(
                    b"X-HTTP-Method-Override: DELETE",
                    b"Max-Forwards: -1",
                    b"Origin: null",
                    b"DNT: x",
                    b"Date: x",
                ),
                *(
                    b"Cache-Control: max-age=x",
                    b'Pragma: "',
                    b"Content-Type: /",
                    b"Trailer: X",
                    b"Warning: x",
                ),
                *(
                    b"Content-Language: ;",
                    b"X-Script-Name: /x",
                    b"Script-Name: /x",
                    b"Sec-Fetch-Mode: x",
                    b"Priority: x",
                ),
            ],
            get,
            GOOD,
            "open",
        ),
    )


def _contents() -> Iterator[Rule]:
    def write(value: bytes) -> bytes:
        return sized().replace(DIRECT, b"Content-Type:" + value)

    yield rule(
        "content-type",
        "RFC 9110, sections 8.3 and 15.5.16",
        "A media type that is not known or not readable is refused with 4xx.",
        each(
            [
                *(
                    b"",
                    b" ",
                    b" ;",
                    b" /",
                    b" text/",
                    b" /plain",
                    b" text/plain",
                    b" application/sparql-query/x",
                    b" x",
                ),
                *(
                    b" application/sparql-update",
                    b" multipart/form-data",
                    b" multipart/form-data; boundary=",
                ),
                *(
                    b" application/sparql-query, text/plain",
                    b" \xff",
                    b' application/"sparql-query"',
                    b" application/json",
                ),
            ],
            write,
            {400, 415},
        ),
        each(
            [
                b" application/sparql-query",
                b" APPLICATION/SPARQL-query",
                b" application/sparql-query; charset=utf-8",
                b' application/sparql-query;charset="UTF-8"',
                b" application/sparql-query;",
            ],
            write,
            GOOD,
            "open",
            has=b"true",
        ),
        each(
            [
                b" application/sparql-query; charset=",
                b" application/sparql-query; charset=x",
                b" application/sparql-query; charset=utf-16",
            ],
            write,
            {200, 400, 415},
        ),
        one("none", sized().replace(DIRECT + b"\r\n", b""), {400, 415}),
        one("twice", sized(DIRECT), {200, 400, 415}),
        one(
            "form",
            message(
                b"POST /sparql HTTP/1.1",
                HOST,
                b"Content-Type: application/x-www-form-urlencoded",
                b"Content-Length: 18",
                body=b"query=ASK+%7B+%7D&",
            ),
            GOOD,
            "open",
            has=b"true",
        ),
        one("not utf-8", sized(body=b"ASK {} # \xff"), {400}),
    )
    packed = gzip.compress(ASK)
    yield rule(
        "content-encoding",
        "RFC 9110, section 8.4",
        "A coding that is not known is refused (415), as is what is not what it says.",
        one("gzip", sized(b"Content-Encoding: gzip", body=packed), {200, 400, 415}, has=b"true"),
        one("not gzip", sized(b"Content-Encoding: gzip"), {200, 400, 415}),
        one("unknown", sized(b"Content-Encoding: x"), {200, 400, 415}),
        one("identity", sized(b"Content-Encoding: identity"), {200, 400, 415}, has=b"true"),
        one("empty", sized(b"Content-Encoding:"), {200, 400, 415}),
        one("many", sized(b"Content-Encoding: " + b"gzip," * 1000), {200, 400, 415}),
        one(
            "bomb",
            sized(b"Content-Encoding: gzip", body=gzip.compress(b"#" * 20_000_000)),
            {400, 413, 415},
        ),
    )
    paths = (DOC, b"/", b"/absent", b"/healthz", b"/sparql?query=ASK%7B%7D", b"/robots.txt")
    yield rule(
        "head-has-no-body",
        "RFC 9110, section 9.3.2",
        "A response to HEAD has no body, whatever its fields say, and the connection goes on.",
        *(
            one(path, get(method=b"HEAD", path=path), {200, 404}, "open", method="HEAD")
            for path in paths
        ),
        one("redirect", get(method=b"HEAD", path=b"/id/lake/siljan"), {303}, "open", method="HEAD"),
        one("encoded", get(b"Accept-Encoding: gzip", method=b"HEAD"), GOOD, "open", method="HEAD"),
        one(
            "error",
            get(method=b"HEAD", path=b"/sparql?query=nonsense"),
            {400},
            "open",
            method="HEAD",
        ),
        one("bad request", get(b"X : a", method=b"HEAD"), BAD, method="HEAD"),
        Case(
            "pipelined",
            (get(method=b"HEAD") + get(),),
            (Expected(GOOD, "HEAD"), *_answers(200)),
            "open",
        ),
    )

    def has_date(response: Response) -> str:
        return "" if response.field(b"date") else "no Date"

    yield rule(
        "date",
        "RFC 9110, section 6.6.1",
        "Responses of 2xx, 3xx and 4xx carry Date.",
        one("200", get(), GOOD, check=has_date),
        one("304", get(b"If-None-Match: *"), {304}, check=has_date),
        one("404", get(path=b"/absent"), {404}, check=has_date),
        one("405", get(b"Content-Length: 0", method=b"POST"), {405}, check=has_date),
        one("query", sized(), GOOD, check=has_date),
        one("400", post(b"Content-Length: x"), BAD, check=has_date),
        one("too long", get(b"X: " + b"a" * 70_000), {400, 413, 414, 431}, check=has_date),
    )


def _other_protocols() -> Iterator[Rule]:
    settings = b"\x00\x00\x00\x04\x00\x00\x00\x00\x00"
    preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
    hello = (
        b"\x16\x03\x01\x00\x47\x01\x00\x00\x43\x03\x03"
        + bytes(range(32))
        + b"\x00\x00\x04\x13\x01\x13\x02"
        b"\x01\x00\x00\x16\x00\x00\x00\x0d\x00\x0b\x00\x00\x08test.org\x00\x00"
    )
    yield rule(
        "http2-preface",
        "RFC 9113, section 3.4; RFC 9110, section 15.6.6",
        "A server of HTTP/1.1 alone refuses the line as any other version, and closes.",
        one("preface", preface, GARBAGE, "closed"),
        one("with settings", preface + settings, GARBAGE, "closed"),
        one("apart", (preface[:16], preface[16:] + settings), GARBAGE, "closed"),
        Case(
            "behind a request",
            (get() + preface + settings,),
            (*_answers(200), Expected(GARBAGE)),
            "closed",
        ),
    )
    yield rule(
        "other-protocol",
        "RFC 9112, section 2.2",
        "What is no HTTP is refused or not answered, and the connection closed.",
        *(
            one(name, (text, HalfClose()), GARBAGE, "closed")
            for name, text in {
                "tls hello": hello,
                "tls, ssl 2": b"\x80\x2e\x01\x03\x01" + b"\x00" * 43,
                "ssh": b"SSH-2.0-OpenSSH_9.6\r\n",
                "smtp": b"EHLO example.org\r\nMAIL FROM:<a@b>\r\n",
                "proxy protocol 1": b"PROXY TCP4 127.0.0.1 127.0.0.1 1 2\r\n" + get(),
                "proxy protocol 2": b"\r\n\r\n\x00\r\nQUIT\n\x21\x11\x00\x0c"
                + b"\x7f\x00\x00\x01" * 3
                + get(),
                "redis": b"*1\r\n$4\r\nPING\r\n",
                "memcached": b"stats\r\n",
                "socks": b"\x05\x01\x00",
                "ftp": b"USER anonymous\r\nPASS x\r\n",
                "mqtt": b"\x10\x0c\x00\x04MQTT\x04\x02\x00\x3c\x00\x00",
                "postgres": b"\x00\x00\x00\x08\x04\xd2\x16\x2f",
                "zeros": b"\x00" * 5000,
                "high bytes": b"\xff" * 5000,
                "utf-16": "GET / HTTP/1.1\r\nHost: a\r\n\r\n".encode("utf-16"),
                "response": b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
                "lines": b"\x0a" * 50 + b"x\r\n\r\n",
                "json": b'{"jsonrpc": "2.0"}\r\n\r\n',
                "every byte": bytes(range(256)) * 4,
            }.items()
        ),
        one("endless zeros", (Repeat(b"\x00", _ENDLESS_BYTES),), {*GARBAGE, *TOO_LONG}),
        one("endless letters", (Repeat(b"A", _ENDLESS_BYTES),), {*GARBAGE, *TOO_LONG}),
    )


RULES: tuple[Rule, ...] = tuple(
    itertools.chain(
        *(
            _hosts(),
            _versions(),
            _methods(),
            _targets(),
            _target_bytes(),
            _fields(),
            _field_sizes(),
        ),
        *(_lines(), _lengths(), _codings(), _smuggling(), _chunks(), _trailers(), _bodies()),
        *(
            _expectations(),
            _upgrades(),
            _connections(),
            _pipelines(),
            _conditions(),
            _negotiation(),
        ),
        *(_contents(), _other_protocols()),
    )
)
