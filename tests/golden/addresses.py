"""What is asked of a served site: every kind of address, in every form that it has."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from urllib.parse import quote, urlencode

from tests.golden.worlds import World

HTML = "text/html"
PROBLEM = "application/problem+json"
GRAPHS = {
    "ttl": "text/turtle",
    "jsonld": "application/ld+json",
    "rdf": "application/rdf+xml",
    "nt": "application/n-triples",
}
QUADS = ("application/trig", "application/ld+json", "application/n-quads")
SOLUTIONS = {
    "json": "application/sparql-results+json",
    "xml": "application/sparql-results+xml",
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
}
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LANGUAGES = ("en", "sv")
_FORM = "application/x-www-form-urlencoded"
_SAFE = "/:@!$&'()*+,;=~-._%"
# So many documents of each kind are asked for where there are many.
_OF_A_KIND = 3
_PREFIX = "PREFIX skos: <http://www.w3.org/2004/02/skos/core#> "
_LABELS = "{ ?thing skos:prefLabel ?label }"
SELECT = f"{_PREFIX}SELECT ?thing ?label WHERE {_LABELS} ORDER BY ?thing ?label LIMIT 20"
ASK = f"{_PREFIX}ASK {_LABELS}"
CONSTRUCT = (
    f"{_PREFIX}CONSTRUCT {_LABELS} WHERE {{ SELECT * WHERE {_LABELS} ORDER BY ?thing LIMIT 9 }}"
)
# Each is refused in another way: syntax, an update, another endpoint, too deep, too many cells.
_REFUSED = (
    "SELECT * WHERE { ?s ?p }",
    "DELETE WHERE { ?s ?p ?o }",
    "SELECT * WHERE { SERVICE <http://example.net/sparql> { ?s ?p ?o } }",
    f"SELECT * WHERE {'{' * 101}{'}' * 101}",
    f"SELECT * WHERE {{ VALUES ?x {{ {'1 ' * 10_001}}} }}",
)


@dataclass(frozen=True)
class Request:
    """One request.

    Attributes:
        path: With the query, escaped.
        accept: Value of Accept; empty: the field is not sent.
        language: Value of Accept-Language; empty: the field is not sent.
        method: GET and so on.
        fields: Other fields.
        body: Of a POST.
    """

    path: str
    accept: str = ""
    language: str = ""
    method: str = "GET"
    fields: tuple[tuple[str, str], ...] = field(default=())
    body: str = ""

    @property
    def headers(self) -> dict[str, str]:
        """Return the fields that are sent."""
        spoken = {"Accept": self.accept, "Accept-Language": self.language}
        return {name: value for name, value in spoken.items() if value} | dict(self.fields)

    @property
    def name(self) -> str:
        """Return the request in one line, which no other request has."""
        path = self.path if len(self.path) <= 200 else f"{self.path[:200]}…({len(self.path)})"
        told = [f"{name}: {value}" for name, value in self.headers.items()]
        return "  ".join([f"{self.method} {path}", *told, *filter(None, [self.body[:80]])])


def requests_of(world: World) -> list[Request]:
    """Return everything that is asked, each once, sorted by name."""
    paths = [
        line.partition("\t")[0]
        for line in (world.newest / "documents.tsv").read_text(encoding="utf-8").splitlines()
    ]
    found = [
        *_home(),
        *_catalogue(),
        *_tables(world),
        *_named_queries(world),
        *_fixed(),
        *(_in_every_way(world, paths) if world.is_whole else _sample(world, paths)),
    ]
    return sorted({request.name: request for request in found}.values(), key=lambda r: r.name)


def _pages(path: str) -> Iterator[Request]:
    """Yield a page in every language, by field and by choice."""
    dot = "&" if "?" in path else "?"
    for language in LANGUAGES:
        yield Request(path, HTML, language)
        yield Request(f"{path}{dot}lang={language}", HTML)


def _negotiated(path: str, media_types: Iterable[str]) -> Iterator[Request]:
    """Yield an address in every media type, in none, in an impossible one."""
    for media_type in ("", *media_types, "image/png"):
        yield Request(path, media_type)
    yield Request(path, f"image/png, {HTML};q=0", "en")


def _in_every_way(world: World, paths: list[str]) -> Iterator[Request]:
    yield from _documents(paths)
    yield from _files(world)
    yield from _searches(world)
    yield from _sparql(world.base_iri, paths)
    yield from _feeds(world)
    yield from _releases(world, paths)
    yield from _left(world)
    yield from _problems()


def _sample(world: World, paths: list[str]) -> Iterator[Request]:
    """Yield what shows of large data besides: some documents of each kind, feeds, words."""
    counts: Counter[str] = Counter()
    for path in paths:
        kind = "/".join(path.split("/")[:2])
        counts[kind] += 1
        place = f"/{quote(path, safe=_SAFE)}"
        if counts[kind] == 1 and path not in ("", "catalog"):
            yield from _representations(place)
            yield Request(f"/picture/sv{place}.png")
        elif counts[kind] <= _OF_A_KIND:
            yield from (Request(f"{place}.html"), Request(f"{place}.nt"))
    for word in world.words:
        yield Request(f"/search?{urlencode({'q': word})}", HTML)
    yield from (Request("/feed/1"), Request("/feed/catalog/1"), Request("/feed.atom"))
    yield Request(_asked(SELECT), HTML)
    yield Request("/release", HTML)


def _kind(path: str) -> str:
    """Return what documents of one kind begin with: "doc/lake" for "doc/lake/siljan"."""
    return path.rpartition("/")[0] or path


def _documents(paths: list[str]) -> Iterator[Request]:
    """Yield one document of each kind in every way, and the others in a few."""
    seen: set[str] = set()
    for path in paths:
        if path in ("", "catalog"):
            continue
        place = f"/{quote(path, safe=_SAFE)}"
        if _kind(path) not in seen:
            yield from _document(place)
        else:
            yield from _representations(place)
            yield from _besides(place)
        seen.add(_kind(path))


def _representations(place: str) -> Iterator[Request]:
    yield from _pages(f"{place}.html")
    for extension in GRAPHS:
        yield Request(f"{place}.{extension}")


def _document(place: str) -> Iterator[Request]:
    yield from _representations(place)
    yield from _negotiated(place, GRAPHS.values())
    yield from _pages(place)
    yield Request(place, HTML, method="HEAD")
    yield Request(place, method="OPTIONS")
    yield Request(f"{place}/", HTML)
    yield Request(f"{place}?incoming=2", HTML)
    yield Request(place, HTML, fields=(("Accept-Encoding", "gzip"),))
    yield Request(place, HTML, fields=(("If-None-Match", "*"),))
    yield Request(place, HTML, fields=(("Accept-Datetime", "Thu, 01 Jan 2026 00:00:00 GMT"),))
    yield from _besides(place)
    yield from _pictures(place)


def _pictures(place: str) -> Iterator[Request]:
    for language in LANGUAGES:
        yield Request(f"/picture/{language}{place}.png")


def _besides(place: str) -> Iterator[Request]:
    """Yield what goes with a document: its thing, typed links, the list of its mementos."""
    if place.startswith("/doc/"):
        thing = place.replace("/doc/", "/id/", 1)
        yield from (Request(thing), Request(thing, HTML), Request(f"{thing}?lang=en", HTML))
    for extension in ("json", "txt"):
        yield Request(f"/linkset{place}.{extension}")
    for media_type in ("", "application/json"):
        yield Request(f"/timemap{place}", media_type)


def _catalogue() -> Iterator[Request]:
    yield from _document("/catalog")
    yield Request("/catalog?page=1", "text/turtle")
    yield Request("/catalog?page=99", "text/turtle")
    yield Request("/catalog/dcat-ap-se.rdf")
    yield from _negotiated("/void", GRAPHS.values())
    for extension in GRAPHS:
        yield Request(f"/void.{extension}")
        yield Request(f"/sparql.{extension}")
    yield Request("/.well-known/void")


def _home() -> Iterator[Request]:
    yield from _negotiated("/", GRAPHS.values())
    yield from _pages("/")
    yield from _pages("/index.html")
    for extension in GRAPHS:
        yield Request(f"/index.{extension}")
    yield from _besides("/index")
    yield from _pictures("/index")
    yield Request("/timemap/")


def _files(world: World) -> Iterator[Request]:
    """Yield the dumps, and every file of the newest release as another copy fetches it."""
    newest = world.newest
    listed = json.loads((newest / "manifest.json").read_bytes())["files"]
    for name in listed:
        yield Request(f"/release/{newest.name}/file/{quote(name)}")
        if name.startswith("dumps/"):
            place = f"/dump/{name.removeprefix('dumps/')}"
            yield Request(place)
            yield Request(place, fields=(("Range", "bytes=10-99"),))
            yield Request(place, fields=(("Range", "bytes=9999999-"),))
            yield Request(place, method="HEAD")
    for name in ("manifest.json", "manifest.json.sig", "manifest.json.pub", "file/nothing"):
        yield Request(f"/release/{newest.name}/{name}")


def _tables(world: World) -> Iterator[Request]:
    yield from _negotiated("/table/", ())
    yield from _pages("/table/")
    columns = {
        path.stem: path.read_text(encoding="utf-8-sig").partition("\n")[0].strip().split(",")
        for path in sorted((world.newest / "tables").glob("*.csv"))
    }
    widest = max(columns, key=lambda slug: len(columns[slug]))
    for slug in columns:
        for extension in ("html", "csv", "xlsx", "geojson", "csv-metadata.json"):
            yield Request(f"/table/{slug}.{extension}")
    yield from _table(world, f"/table/{widest}", columns[widest][-1])


def _table(world: World, place: str, column: str) -> Iterator[Request]:
    """Yield a table in every form, with words, an order, a filter and columns chosen."""
    yield from _negotiated(place, ("text/csv", WORKBOOK, "application/geo+json"))
    yield from _pages(place)
    chosen = (
        urlencode({"q": world.words[0]}),
        urlencode({"q": world.words[-1]}),
        urlencode({"sort": f"-{column}", "column": column}),
        urlencode({column: world.words[0]}),
        "page=2",
        "page=x",
    )
    for query in chosen:
        yield from _pages(f"{place}?{query}")
        yield Request(f"{place}.csv?{query}", language="sv")
        yield Request(f"{place}.csv-metadata.json?{query}")
    yield Request(f"{place}.xlsx?{chosen[0]}")
    yield Request(f"{place}.geojson?{chosen[0]}")
    yield Request(f"{place}?q={'x' * 201}", HTML)


def _searches(world: World) -> Iterator[Request]:
    for word in ("", *world.words):
        query = urlencode({"q": word})
        yield from _pages(f"/search?{query}")
        for language in LANGUAGES:
            yield Request(f"/search.json?{query}&lang={language}")
    yield from _negotiated("/search", (HTML, "application/json"))
    yield Request("/search?page=99", HTML)


def _asked(query: str, **others: str) -> str:
    return f"/sparql?{urlencode({'query': query} | others)}"


def _sparql(base_iri: str, paths: list[str]) -> Iterator[Request]:
    yield from _negotiated("/sparql", GRAPHS.values())
    yield from _pages("/sparql")
    thing = next(path for path in paths if path.startswith("doc/")).replace("doc/", "id/", 1)
    describe = f"DESCRIBE <{base_iri}{thing}>"
    for query in (SELECT, ASK):
        yield from _negotiated(_asked(query), SOLUTIONS.values())
        yield from _pages(_asked(query))
        for form in ("json", "xml", "csv", "tsv", "html", "nothing"):
            yield Request(_asked(query, format=form))
    for query in (CONSTRUCT, describe):
        yield from _negotiated(_asked(query), GRAPHS.values())
        yield from _pages(_asked(query))
    yield from _posted(SELECT)
    for query in _REFUSED:
        for language in LANGUAGES:
            yield Request(_asked(query), HTML, language)
            yield Request(_asked(query), "", language)
    yield Request("/sparql?query=%FF")
    yield Request(f"{_asked(SELECT)}&{urlencode({'query': ASK})}")
    yield Request(_asked(SELECT, **{"default-graph-uri": "http://example.net/none"}))


def _posted(query: str) -> Iterator[Request]:
    for kind, body in (
        (_FORM, urlencode({"query": query})),
        ("application/sparql-query", query),
        ("application/sparql-update", "DELETE WHERE { ?s ?p ?o }"),
        ("text/plain", query),
    ):
        yield Request("/sparql", "", "", "POST", (("Content-Type", kind),), body)


def _named_queries(world: World) -> Iterator[Request]:
    yield from _pages("/query")
    for name, example in world.queries().items():
        place, query = f"/query/{name}", f"?{urlencode(example)}" if example else ""
        yield Request(place, HTML)
        yield Request(f"{place}{query}", HTML, "sv")
        yield Request(f"{place}{query}")
        for extension in (*SOLUTIONS, *GRAPHS):
            yield Request(f"{place}.{extension}{query}")
    yield Request("/query/nothing")


def _feeds(world: World) -> Iterator[Request]:
    numbers = range(1, len(world.release_names) + 2)
    for stream in ("/feed", "/feed/catalog"):
        for path in (stream, *(f"{stream}/{number}" for number in numbers)):
            yield from _negotiated(path, QUADS)
    for language in LANGUAGES:
        yield Request("/feed.atom", "", language)
        yield Request(f"/feed.atom?lang={language}")


def _fixed() -> Iterator[Request]:
    for path in (
        *("/context.jsonld", "/robots.txt", "/sitemap.xml", "/sitemap/1.xml", "/sitemap/2.xml"),
        *("/.well-known/api-catalog", "/favicon.ico", "/healthz", "/readyz"),
    ):
        yield Request(path)
        yield Request(path, method="HEAD")
    # The editor of queries comes in parts that are not in the repository (publisher/serve/bundle).
    for name in ("copy.js", "editor.js", "favicon.ico", "icon.png", "icon.svg", "search.js"):
        yield Request(f"/static/{name}")
    yield Request("/static/site.css")


def _releases(world: World, paths: list[str]) -> Iterator[Request]:
    yield from _negotiated("/release", (HTML, "application/json"))
    yield from _pages("/release")
    names = world.release_names
    document = quote(next(path for path in paths if path.startswith("doc/")), safe=_SAFE)
    for name in names:
        yield from _pages(f"/release/{name}/report")
        yield Request(f"/release/{name}/report", "application/json")
        yield Request(f"/release/{name}/", HTML)
        yield Request(f"/release/{name}/{document}.html")
    for path in (
        *(
            "catalog",
            "catalog.ttl",
            "release",
            "sitemap.xml",
            "void.ttl",
            "feed.atom",
            "shapes.ttl",
        ),
        *("query", "search?q=a", "table/", document, f"{document}.ttl", _asked(SELECT)[1:]),
    ):
        yield Request(f"/release/{names[0]}/{path}", HTML)
    for new, old in [*pairwise(names[::-1]), (names[0], names[-1])]:
        place = f"/release/{new}/diff/{old}"
        yield from (Request(f"{place}.{extension}") for extension in ("html", "json", "rdfp"))
    newest = f"/release/{names[-1]}/diff/{names[0]}"
    yield from _negotiated(newest, (HTML, "application/json", "application/rdf-patch"))
    yield from _pages(newest)
    yield from (Request("/release/2000-01-01-0/"), Request(f"/release/{names[0]}/diff/2000-01-01"))


def _left(world: World) -> Iterator[Request]:
    """Yield what has left: 410 in every form, or 301 to what replaced it."""
    for entity in world.left:
        for place in (f"/id/{quote(entity)}", f"/doc/{quote(entity)}"):
            yield from _negotiated(place, (HTML, PROBLEM, *GRAPHS.values()))
            yield from _pages(place)
            for extension in ("html", *GRAPHS):
                yield Request(f"{place}.{extension}")


def _problems() -> Iterator[Request]:
    for language in LANGUAGES:
        for accept in (HTML, PROBLEM):
            for path in ("/nowhere", "/id/nowhere", "/doc/lake/siljann", "/dump/nothing.nt"):
                yield Request(path, accept, language)
            yield Request("/robots.txt", accept, language, "POST")
            yield Request("/void", f"{accept}, image/png", language)
    for path in ("/sv", "/en", "//", "/%00", "/%FF", "/picture/de/index.png", "/table/nothing"):
        yield Request(path)
        yield Request(path, HTML)
