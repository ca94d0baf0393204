"""The page for developers: ten minutes with this site's own data, in the tools that people use.

Every example names real addresses, a real class and a real column of the release; tests run those
for curl, Python and JavaScript against a site.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from publisher.addresses import Addresses
from publisher.messages import translate
from publisher.rdf import media_types
from publisher.release.model import Release
from publisher.release.tables.table import TEXT, Table
from publisher.render.frame import Frame, PageLanguage
from publisher.render.tables.pages import TablePages
from publisher.render.usage_examples import names_query

DOCS = "docs"


@dataclass(frozen=True)
class UsageExample:
    """A program that a developer can copy.

    Attributes:
        name: Of the section and the language, for anchors and tests.
        title: What it does, for the reader.
        about: In a sentence or two.
        code: What is copied; empty where words say it all.
    """

    name: str
    title: str
    about: str
    code: str


@dataclass(frozen=True)
class ParameterView:
    """A parameter of an address, as the page shows it."""

    name: str
    about: str
    values: Sequence[str] = ()


@dataclass(frozen=True)
class AddressView:
    """An address, as the page shows it."""

    path: str
    about: str
    offered: Sequence[str]
    parameters: Sequence[ParameterView]
    takes: Sequence[str] = ()


@dataclass(frozen=True)
class AddressGroup:
    """Addresses about one subject."""

    title: str
    addresses: Sequence[AddressView]


class DeveloperDocs:
    """Makes the page for developers of one release."""

    def __init__(
        self, frame: Frame, release: Release, addresses: Addresses, tables: TablePages, main: str
    ) -> None:
        """Keep what examples are made of; ``main`` is the class that the site is about."""
        self._frame, self._release, self._addresses = frame, release, addresses
        self._tables, self._main = tables, main

    def page(
        self, example: str, groups: Sequence[AddressGroup], page_language: PageLanguage
    ) -> bytes:
        """Return the page.

        Args:
            example: IRI of a thing to look up.
            groups: Every address of the site.
            page_language: Who reads.
        """
        title = translate("For developers", page_language.language)
        return self._frame.render(
            "docs.html",
            page_language,
            self._release.base_iri + DOCS,
            title=title,
            summary=translate(
                "How programs use this site, with examples to copy.", page_language.language
            ),
            examples=self.examples(example, page_language.language),
            groups=groups,
            problem=_problem_example(page_language.language),
            release_place=self._url(f"release/{self._release.id}/"),
        )

    def _url(self, path: str) -> str:
        return self._addresses.on_site(self._release.base_iri + path)

    def examples(self, example: str, language: str) -> list[UsageExample]:
        """Return the examples, those that need least first."""
        table = self._table()
        query = names_query(self._main, self._release.prefixes, language)
        examples = [*_look_up(self._addresses, example, language)]
        if table is not None:
            examples += self._with_table(table, language)
        return [*examples, *_with_query(self._url("sparql"), query, language)]

    def _table(self) -> Table | None:
        """Return the table of the main class, else the one with most rows' worth of files."""
        tables = list(self._tables.tables.values())
        main = [table for table in tables if table.class_iri == self._main]
        return next(iter([*main, *tables]), None)

    def _with_table(self, table: Table, language: str) -> Iterator[UsageExample]:
        def url_of(extension: str) -> str:
            return self._addresses.on_site(self._tables.address(table, extension))

        title = translate("A table in {tool}", language, tool="Python")
        about = translate(
            "No package is needed: rows come as JSON, a page at a time, and 'next' leads on.",
            language,
        )
        yield UsageExample("python", title, about, _python(url_of("json"), table, language))
        title = translate("A table in {tool}", language, tool="R")
        about = translate("One line; columns of several values are separated by bars.", language)
        code = f'rows <- read.csv("{url_of("csv")}", fileEncoding = "UTF-8-BOM")\nhead(rows)\n'
        yield UsageExample("r", title, about, code)
        title = translate("A table in {tool}", language, tool="Excel (Power Query)")
        about = translate(
            "Data, Get Data, From Other Sources, Blank Query, Advanced Editor: put this in. The"
            " table then follows the site whenever it is refreshed.",
            language,
        )
        yield UsageExample("power-query", title, about, _power_query(url_of("csv")))
        if media_types.GEOJSON.extension in table.files:
            title = translate("A map in {tool}", language, tool="QGIS")
            about = translate(
                "Layer, Add Layer, Add Vector Layer, Protocol: HTTP(S): put the address in. Or in"
                " the Python console of QGIS:",
                language,
            )
            address = f"/vsicurl/{url_of('geojson')}"
            code = f'iface.addVectorLayer("{address}", "{table.slug}", "ogr")\n'
            yield UsageExample("qgis", title, about, code)


def _look_up(addresses: Addresses, example: str, language: str) -> Iterator[UsageExample]:
    document = addresses.document_of(example)
    file = {
        media_type: addresses.on_site(addresses.representation(document, media_type))
        for media_type in (media_types.JSON, media_types.TURTLE)
    }
    lines = [
        f"curl --silent {shlex.quote(file[media_types.JSON])}",
        f"curl --silent {shlex.quote(file[media_types.TURTLE])}",
        "curl --silent --location --header 'Accept: application/ld+json'"
        f" {shlex.quote(addresses.on_site(example))}",
    ]
    about = translate(
        "Everything has an address. Its document is a page, plain JSON or RDF: by the end of the"
        " address, or by what the program accepts.",
        language,
    )
    title = translate("Look a thing up with {tool}", language, tool="curl")
    yield UsageExample("curl", title, about, "\n".join(lines) + "\n")


def _label_key(table: Table) -> str:
    label = table.label
    return label.name if label is not None else "id"


def _python(url: str, table: Table, language: str) -> str:
    key = _label_key(table)
    is_text = table.label is not None and table.label.kind == TEXT
    shown = f'row["{key}"]'
    if is_text:
        shown = f'row["{key}"].get("{language}") or row["id"]'
    return "\n".join(
        [
            "import json",
            "from urllib.request import urlopen",
            "",
            f"place = {json.dumps(url)}",
            "while place:",
            "    with urlopen(place) as answer:",
            "        page = json.load(answer)",
            '    for row in page["rows"]:',
            f"        print({shown})",
            '    place = page["next"]',
            "",
        ]
    )


def _power_query(url: str) -> str:
    return "\n".join(
        [
            "let",
            f'    Source = Csv.Document(Web.Contents("{url}"),'
            ' [Delimiter=",", Encoding=65001, QuoteStyle=QuoteStyle.Csv]),',
            "    Rows = Table.PromoteHeaders(Source, [PromoteAllScalars=true])",
            "in",
            "    Rows",
            "",
        ]
    )


def _with_query(endpoint: str, query: str, language: str) -> Iterator[UsageExample]:
    about = translate(
        "SPARQL asks for exactly what is needed. Answers are CSV, JSON, XML or TSV.", language
    )
    title = translate("A query in {tool}", language, tool="curl")
    lines = [
        f"curl --silent {shlex.quote(endpoint)}",
        "  --header 'Accept: text/csv'",
        f"  --data-urlencode {shlex.quote('query=' + query)}",
    ]
    yield UsageExample("curl-query", title, about, " \\\n".join(lines) + "\n")
    title = translate("A query in {tool}", language, tool="JavaScript")
    about = translate(
        "In a page of any site or in Node.js: the endpoint allows questions from everywhere.",
        language,
    )
    written = query.replace("\\", "\\\\").replace("`", "\\`").replace("${", "\\${")
    code = "\n".join(
        [
            f"const query = `{written}`;",
            f"const answer = await fetch({json.dumps(endpoint)}, {{",
            '  method: "POST",',
            '  headers: { Accept: "application/sparql-results+json" },',
            "  body: new URLSearchParams({ query }),",
            "});",
            "if (!answer.ok) throw new Error((await answer.json()).detail);",
            "for (const row of (await answer.json()).results.bindings)",
            "  console.log(row.name.value);",
            "",
        ]
    )
    yield UsageExample("javascript", title, about, code)


def _problem_example(language: str) -> str:
    """Return what a misspelt query gets, as the site writes it."""
    problem = {
        "type": "about:blank",
        "title": translate("The request cannot be understood", language),
        "status": 400,
        "line": 1,
        "column": 1,
        "excerpt": "SELEC * { ?s ?p ?o }\n^",
        "detail": translate("Line {line}, column {column}: '{word}' begins no query.", language)
        .replace("{line}", "1")
        .replace("{column}", "1")
        .replace("{word}", "SELEC")
        + " "
        + translate("Begin with SELECT, ASK, CONSTRUCT or DESCRIBE.", language),
    }
    return json.dumps(problem, ensure_ascii=False, indent=1)
