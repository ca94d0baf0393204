"""Every address of the site in one table, with its parameters and what it answers.

OpenAPI and the page for developers are made of it. A test asks a running site for each row, and
compares the table with the routes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from publisher.messages import LANGUAGES, translate
from publisher.query import result_formats
from publisher.rdf.media_types import (
    CSV,
    DOCUMENTS,
    GEOJSON,
    GRAPHS,
    HTML,
    JSON,
    JSON_LD,
    MARKDOWN,
    N_QUADS,
    OTHER_FILES,
    RDF_XML,
    TRIG,
    XLSX,
    MediaType,
)
from publisher.render.answer_layout import BARS, CHART, LINE, SUMMARY

_LINKSET = "application/linkset+json"
_MEMENTO_LINKS = "application/link-format"


@dataclass(frozen=True)
class ParameterRow:
    """A parameter of an address.

    Attributes:
        name: As it is in the address.
        about: What it does.
        kind: Type in JSON Schema; ``object`` stands for parameters with any names.
        place: ``query``, ``path`` or ``header``.
        values: The only ones there are; empty for any.
        is_required: Whether there must be one.
    """

    name: str
    about: str
    kind: str = "string"
    place: str = "query"
    values: tuple[str, ...] = ()
    is_required: bool = False

    def about_in(self, language: str) -> str:
        """Return what it is for, in a language."""
        return translate(self.about, language)

    def as_json(self, example: str = "") -> dict[str, Any]:
        """Return it as OpenAPI writes it."""
        schema: dict[str, Any] = {"type": self.kind}
        if self.values:
            schema["enum"] = list(self.values)
        elif self.is_required and self.kind == "string":
            schema["minLength"] = 1
        parameter: dict[str, Any] = {
            "name": self.name,
            "in": self.place,
            "description": self.about,
            "required": self.is_required or self.place == "path",
            "schema": schema,
        }
        if self.kind == "object":  # each member is a parameter (OpenAPI 3.1, section 4.8.12.3)
            schema["additionalProperties"] = {"type": "string"}
            parameter |= {"style": "form", "explode": True}
        if example:
            parameter["example"] = int(example) if self.kind == "integer" else example
        return parameter


@dataclass(frozen=True)
class AddressRow:
    """An address, or all of one kind.

    Attributes:
        path: With its parameters in braces.
        name: Of the operation, for generated clients.
        about: What is there.
        offered: Media types of the answer, the favourite first.
        parameters: Of the address.
        body: Media types of a body that may be sent with POST; empty: GET only.
        status: Of the answer when all is well.
        is_post_only: Whether it answers POST alone.
        tag: What it is about.
    """

    path: str
    name: str
    about: str
    offered: tuple[str, ...]
    parameters: tuple[ParameterRow, ...] = ()
    body: tuple[str, ...] = ()
    status: int = 200
    is_post_only: bool = False
    tag: str = field(default="data")

    def about_in(self, language: str) -> str:
        """Return what it is for, in a language."""
        return translate(self.about, language)


def _names(media_types: Sequence[MediaType]) -> tuple[str, ...]:
    return tuple(each.name for each in media_types)


_LANGUAGE = ParameterRow(
    "lang", "Language of a page; otherwise by Accept-Language.", values=LANGUAGES
)
_PAGE = ParameterRow("page", "Which page, from 1.", "integer")
_PATH = ParameterRow("path", "Path below the base; it may hold slashes.", place="path")
_RELEASE = ParameterRow("release", "Name of a release.", place="path")
_GRAPH_EXTENSION = ParameterRow(
    "extension",
    "Of a graph.",
    place="path",
    values=tuple(m.extension for m in (*GRAPHS, *OTHER_FILES)),
)
_QUERY = ParameterRow("query", "A SPARQL 1.1 query.", is_required=False)
_FORMAT = ParameterRow("format", "Format of the answer; otherwise by Accept.")
_TIMEOUT = ParameterRow("timeout", "Longest evaluation in seconds, below the limit.", "number")
_LAYOUT = (
    ParameterRow("view", "Of a page: which view is open.", values=(CHART, SUMMARY)),
    ParameterRow("chart", "How its chart is drawn.", values=(BARS, LINE)),
    ParameterRow("axis", "Variable along the axis of the chart."),
    ParameterRow("value", "Variable whose numbers the chart shows; otherwise how many rows."),
    ParameterRow("rows", "Variable with a row of the summary for each value."),
    ParameterRow("across", "Variable with a column of the summary for each value."),
    ParameterRow("figure", "What the summary holds, such as sum:x; otherwise how many rows."),
)
_URI = ParameterRow("uri", "IRI of a concept.", is_required=True)
_NAME = ParameterRow("query", "A name; * stands for any letters.", is_required=True)
_VOCABULARY = ParameterRow("vocabulary", "Name of a concept scheme.", place="path")
_SCHEMES = ParameterRow("vocab", "Names of schemes; without it all are searched.")
QUERY_BODIES = ("application/x-www-form-urlencoded", "application/sparql-query")
_GRAPH_FILES = _names((*GRAPHS, *OTHER_FILES))
_FEEDS = _names((TRIG, JSON_LD, N_QUADS, *GRAPHS[:1]))
_ANSWERS = (*(each.media_type.name for each in result_formats.ALL), HTML.name)

ADDRESSES: tuple[AddressRow, ...] = (
    AddressRow("/", "home", "The home page.", (HTML.name,), (_LANGUAGE,), tag="site"),
    AddressRow(
        "/id/{path}",
        "thing",
        "A thing; leads to the document about it.",
        (),
        (_PATH,),
        status=303,
    ),
    AddressRow(
        "/doc/{path}",
        "document",
        "What is said of a thing: a page, a graph or a text with sources.",
        _names(DOCUMENTS),
        (
            _PATH,
            _LANGUAGE,
            ParameterRow("incoming", "Page of the links to it.", "integer"),
            ParameterRow("terms", "Part of a large ontology: 2.3, kind and part; or all."),
            ParameterRow("term", "End of the name of a term of it, whose part is shown."),
        ),
    ),
    AddressRow(
        "/doc/{path}.json",
        "document_as_json",
        "The same as plain JSON: values by the names of their properties.",
        (JSON.name,),
        (_PATH,),
    ),
    AddressRow(
        "/catalog",
        "catalogue",
        "The catalogue (DCAT-AP).",
        _names((RDF_XML, *GRAPHS, HTML, MARKDOWN)),
        (_PAGE,),
    ),
    AddressRow(
        "/catalog.{extension}",
        "catalogue_file",
        "The same, as one graph format.",
        _GRAPH_FILES,
        (_GRAPH_EXTENSION, _PAGE),
    ),
    AddressRow(
        "/catalog/dcat-ap-se.rdf",
        "catalogue_swedish",
        "The catalogue (DCAT-AP-SE).",
        (RDF_XML.name,),
    ),
    AddressRow(
        "/catalog/datasets.json",
        "catalogue_rows",
        "All datasets as the list shows them, for a browser that narrows them down by itself.",
        ("application/json",),
        (_LANGUAGE,),
    ),
    AddressRow("/void", "void", "Counts of classes, properties and links (VoID).", _names(GRAPHS)),
    AddressRow(
        "/void.{extension}",
        "void_file",
        "The same, as one graph format.",
        _GRAPH_FILES,
        (_GRAPH_EXTENSION,),
    ),
    AddressRow(
        "/sparql.{extension}",
        "service",
        "The endpoint described in its own terms.",
        _GRAPH_FILES,
        (_GRAPH_EXTENSION,),
        tag="queries",
    ),
    AddressRow(
        "/sparql",
        "query",
        "A SPARQL 1.1 endpoint; without a query, its description.",
        _ANSWERS,
        (
            _QUERY,
            _FORMAT,
            _TIMEOUT,
            ParameterRow("default-graph-uri", "IRI of a graph to ask."),
            ParameterRow("named-graph-uri", "IRI of a graph that GRAPH may name."),
            *_LAYOUT,
        ),
        QUERY_BODIES,
        tag="queries",
    ),
    AddressRow(
        "/query", "named_queries", "The named queries.", (HTML.name,), (_LANGUAGE,), tag="queries"
    ),
    AddressRow(
        "/query/{name}",
        "named_query",
        "The answer to a named query; its own parameters stand in the address.",
        _ANSWERS,
        (
            ParameterRow("name", "Of the query; may end in .csv, .json and so on.", place="path"),
            ParameterRow("parameters", "The query's own parameters, by name.", "object"),
            _FORMAT,
        ),
        tag="queries",
    ),
    AddressRow(
        "/search.json",
        "search",
        "Things by words.",
        (JSON.name,),
        (
            ParameterRow("q", "Words."),
            ParameterRow("kind", "IRI of the class that things must have."),
            _PAGE,
            _LANGUAGE,
        ),
    ),
    AddressRow(
        "/search",
        "search_page",
        "The same, as a page or as JSON.",
        (HTML.name, JSON.name),
        (
            ParameterRow("q", "Words."),
            ParameterRow("kind", "IRI of the class that things must have."),
            _PAGE,
            _LANGUAGE,
        ),
    ),
    AddressRow(
        "/search/{vocabulary}/index/{language}/{letter}",
        "concepts_by_letter",
        "The names of a concept scheme under a letter, for readers; further pages end in /2.",
        (HTML.name,),
        (
            _VOCABULARY,
            ParameterRow("language", "Tag of the names; und: without one.", place="path"),
            ParameterRow("letter", "A letter.", place="path"),
        ),
        tag="concepts",
    ),
    AddressRow(
        "/search/{vocabulary}/below/{page}/{path}",
        "narrower_concepts",
        "All that is right below a concept, for readers.",
        (HTML.name,),
        (_VOCABULARY, ParameterRow("page", "From 1.", "integer", place="path"), _PATH),
        tag="concepts",
    ),
    AddressRow(
        "/search/links/{page}/{path}",
        "further_links",
        "More of what links to the topic of a document, for readers.",
        (HTML.name,),
        (ParameterRow("page", "From 1.", "integer", place="path"), _PATH, _LANGUAGE),
    ),
    AddressRow(
        "/rest/v1/vocabularies",
        "vocabularies",
        "The concept schemes, in the form of Skosmos.",
        (JSON.name, JSON_LD.name),
        (_LANGUAGE,),
        tag="concepts",
    ),
    AddressRow(
        "/rest/v1/types",
        "types_of_concepts",
        "The classes of concepts and groups that are there.",
        (JSON.name, JSON_LD.name),
        (_LANGUAGE,),
        tag="concepts",
    ),
    AddressRow(
        "/rest/v1/search",
        "search_concepts",
        "Concepts by the beginnings of their names.",
        (JSON.name, JSON_LD.name),
        (_NAME, _SCHEMES, _LANGUAGE),
        tag="concepts",
    ),
    AddressRow(
        "/rest/v1/label",
        "label_of_concept",
        "What a concept is called.",
        (JSON.name, JSON_LD.name),
        (_URI, _LANGUAGE),
        tag="concepts",
    ),
    AddressRow(
        "/rest/v1/data", "data_of_concept", "A concept as RDF.", (), (_URI,), tag="concepts"
    ),
    AddressRow(
        "/rest/v1/{vocabulary}/search",
        "search_vocabulary",
        "Concepts of one scheme by the beginnings of their names.",
        (JSON.name, JSON_LD.name),
        (_VOCABULARY, _NAME, _LANGUAGE),
        tag="concepts",
    ),
    AddressRow(
        "/rest/v1/{vocabulary}/data",
        "data_of_vocabulary",
        "A scheme, or one of its concepts, as RDF.",
        (),
        (_VOCABULARY, ParameterRow("uri", "IRI of a concept.")),
        tag="concepts",
    ),
    AddressRow(
        "/rest/v1/{vocabulary}/index/{letter}",
        "index_of_vocabulary",
        "The names of a scheme under a letter.",
        (JSON.name, JSON_LD.name),
        (_VOCABULARY, ParameterRow("letter", "A letter.", place="path"), _LANGUAGE),
        tag="concepts",
    ),
    AddressRow(
        "/rest/v1/{vocabulary}/data.{extension}",
        "file_of_vocabulary",
        "A scheme with all its concepts as a graph.",
        _GRAPH_FILES,
        (_VOCABULARY, _GRAPH_EXTENSION),
        tag="concepts",
    ),
    AddressRow(
        "/rest/v1/{vocabulary}/children/{language}/{path}.json",
        "branch_of_vocabulary",
        "What a tree shows below a concept.",
        (JSON.name,),
        (_VOCABULARY, ParameterRow("language", "Language of the names.", place="path"), _PATH),
        tag="concepts",
    ),
    AddressRow(
        "/rest/v1/{vocabulary}/{call}",
        "call_of_vocabulary",
        "One of Skosmos's calls: topConcepts, narrower, broader, hierarchy, label and others.",
        (JSON.name, JSON_LD.name),
        (
            _VOCABULARY,
            ParameterRow("call", "Name of the call.", place="path"),
            ParameterRow("uri", "IRI of a concept, for calls about one."),
            _LANGUAGE,
        ),
        tag="concepts",
    ),
    AddressRow(
        "/page/{name}",
        "own_page",
        "A page of the publisher's own.",
        (HTML.name,),
        (ParameterRow("name", "Of the page.", place="path"), _LANGUAGE),
        tag="site",
    ),
    AddressRow("/page/logo", "logo", "The picture of the publisher.", (), tag="site"),
    AddressRow(
        "/page/colour.css", "colour", "The colour of the publisher.", ("text/css",), tag="site"
    ),
    AddressRow(
        "/table/", "tables", "The list of tables.", (HTML.name,), (_LANGUAGE,), tag="tables"
    ),
    AddressRow(
        "/table/{table}",
        "table",
        "The things of a class. The names of columns are parameters that filter.",
        _names((HTML, CSV, XLSX, GEOJSON)),
        (
            ParameterRow(
                "table", "Name of a table; may end in .csv, .xlsx, .geojson or .json.", place="path"
            ),
            ParameterRow("q", "Words."),
            ParameterRow("missing", "Name of a column: the rows without a value in it."),
            ParameterRow("sort", "Name of a column; with a minus sign the other way round."),
            ParameterRow(
                "filters",
                "Values that rows must have, by column; after not. those that they must not have;"
                " after from. and below. the ends of a range of numbers or dates.",
                "object",
            ),
            _PAGE,
        ),
        tag="tables",
    ),
    AddressRow(
        "/dump/{file}",
        "dump",
        "A data set as a file; parts by Range.",
        (),
        (ParameterRow("file", "Name of the file, such as all.nq.gz.", place="path"),),
        tag="files",
    ),
    AddressRow("/context.jsonld", "context", "The JSON-LD context.", (JSON_LD.name,), tag="files"),
    AddressRow("/feed", "feed", "Changes of things (LDES, TREE).", _FEEDS, tag="changes"),
    AddressRow(
        "/feed/{number}",
        "feed_page",
        "A page of it.",
        _FEEDS,
        (ParameterRow("number", "From 1.", "integer", "path"),),
        tag="changes",
    ),
    AddressRow(
        "/feed/catalog",
        "catalogue_feed",
        "Changes of the catalogue (DCAT-AP Feeds).",
        _FEEDS,
        tag="changes",
    ),
    AddressRow(
        "/feed/catalog/{number}",
        "catalogue_feed_page",
        "A page of it.",
        _FEEDS,
        (ParameterRow("number", "From 1.", "integer", "path"),),
        tag="changes",
    ),
    AddressRow(
        "/feed.atom", "atom", "The newest changes (Atom).", ("application/atom+xml",), tag="changes"
    ),
    AddressRow(
        "/release",
        "releases",
        "The releases that are kept.",
        (HTML.name, JSON.name),
        tag="releases",
    ),
    AddressRow(
        "/release/{release}/manifest.json",
        "manifest",
        "Digests of the files of a release.",
        (JSON.name,),
        (_RELEASE,),
        tag="releases",
    ),
    AddressRow(
        "/release/{release}/manifest.json.sig",
        "signature",
        "Its signature, where it is signed.",
        ("text/plain",),
        (_RELEASE,),
        tag="releases",
    ),
    AddressRow(
        "/release/{release}/manifest.json.pub",
        "public_key",
        "The key of that.",
        ("text/plain",),
        (_RELEASE,),
        tag="releases",
    ),
    AddressRow(
        "/release/{release}/report",
        "report",
        "What the check found.",
        (HTML.name, JSON.name),
        (_RELEASE,),
        tag="releases",
    ),
    AddressRow(
        "/release/{release}/file/{path}",
        "release_file",
        "A file of a release, byte for byte.",
        (),
        (_RELEASE, _PATH),
        tag="releases",
    ),
    AddressRow(
        "/release/{release}/diff/{other}",
        "difference",
        "What changed from another release to this one.",
        (HTML.name, JSON.name, "application/rdf-patch"),
        (_RELEASE, ParameterRow("other", "Name of the older release.", place="path")),
        tag="releases",
    ),
    AddressRow(
        "/release/{release}/{path}",
        "as_it_was",
        "Any address as it was in a release; it answers the same later.",
        _names(DOCUMENTS),
        (_RELEASE, _PATH),
        tag="releases",
    ),
    AddressRow(
        "/timemap/{path}",
        "time_map",
        "The states of a document (Memento).",
        (_MEMENTO_LINKS, JSON.name),
        (_PATH,),
        tag="releases",
    ),
    AddressRow(
        "/linkset/{path}.json",
        "linkset",
        "The typed links of a document (FAIR Signposting).",
        (_LINKSET,),
        (_PATH,),
    ),
    AddressRow(
        "/picture/{language}/{path}.png",
        "picture",
        "A picture for shared links.",
        ("image/png",),
        (ParameterRow("language", "Of its text.", place="path", values=LANGUAGES), _PATH),
        tag="site",
    ),
    AddressRow(
        "/llms.txt",
        "llms",
        "What the site is and how it is asked, for assistants.",
        (MARKDOWN.name,),
        tag="assistants",
    ),
    AddressRow(
        "/schema.md",
        "schema",
        "Classes and properties with counts and examples.",
        (MARKDOWN.name,),
        tag="assistants",
    ),
    AddressRow(
        "/schema/{name}.md",
        "schema_of_class",
        "The same of one class.",
        (MARKDOWN.name,),
        (ParameterRow("name", "Of the class.", place="path"),),
        tag="assistants",
    ),
    AddressRow(
        "/schema.{number}.md",
        "schema_part",
        "A further part of a long list of classes.",
        (MARKDOWN.name,),
        (ParameterRow("number", "From 2.", "integer", "path"),),
        tag="assistants",
    ),
    AddressRow(
        "/schema/{name}.{number}.md",
        "schema_of_class_part",
        "A further part of what is said of a class with many properties.",
        (MARKDOWN.name,),
        (
            ParameterRow("name", "Of the class.", place="path"),
            ParameterRow("number", "From 2.", "integer", "path"),
        ),
        tag="assistants",
    ),
    AddressRow("/mcp", "mcp", "How assistants connect.", (MARKDOWN.name,), tag="assistants"),
    AddressRow(
        "/datapackage.json",
        "data_package",
        "The tables as a Data Package (Frictionless).",
        (JSON.name,),
        tag="tables",
    ),
    AddressRow(
        "/croissant/{dataset}.json",
        "croissant",
        "A data set as Croissant 1.1, with its tables as record sets.",
        (JSON_LD.name,),
        (ParameterRow("dataset", "Name of the data set.", place="path"),),
        tag="tables",
    ),
    AddressRow(
        "/table/{table}.schema.json",
        "table_schema",
        "JSON Schema of the rows of a table.",
        ("application/schema+json",),
        (ParameterRow("table", "Name of a table.", place="path"),),
        tag="tables",
    ),
    AddressRow(
        "/table/{table}.places.json",
        "table_places",
        "Where the rows of a table are, with name and address, for the map of its page.",
        (JSON.name,),
        (ParameterRow("table", "Name of a table that has places.", place="path"),),
        tag="tables",
    ),
    AddressRow(
        "/completion.json",
        "completion",
        "What the editor of queries offers: classes, properties, values, with counts and names.",
        (JSON.name,),
        tag="queries",
    ),
    AddressRow(
        "/docs",
        "docs",
        "The page for developers: examples, addresses, errors.",
        (HTML.name,),
        (_LANGUAGE,),
        tag="site",
    ),
    AddressRow(
        "/embed/{path}",
        "embedded_card",
        "What is said first of a thing, as a small page for a frame in another site.",
        (HTML.name,),
        (
            ParameterRow("path", "Path of its document, such as doc/…", place="path"),
            _LANGUAGE,
        ),
        tag="site",
    ),
    AddressRow(
        "/embed/table/{table}",
        "embedded_table",
        "The first rows of a table, the same way; columns filter as in the table.",
        (HTML.name,),
        (
            ParameterRow("table", "Name of a table.", place="path"),
            ParameterRow("q", "Words."),
            ParameterRow("sort", "Name of a column; with a minus sign the other way round."),
            _LANGUAGE,
        ),
        tag="site",
    ),
    AddressRow(
        "/embed/map",
        "embedded_map",
        "The map of the home page, the same way.",
        (HTML.name,),
        (_LANGUAGE,),
        tag="site",
    ),
    AddressRow("/openapi.json", "openapi", "This description.", (JSON.name,), tag="site"),
    AddressRow(
        "/.well-known/api-catalog",
        "api_catalogue",
        "The interfaces of the site (RFC 9727).",
        (_LINKSET,),
        tag="site",
    ),
    AddressRow(
        "/.well-known/void", "well_known_void", "Leads to VoID.", (), status=303, tag="site"
    ),
    AddressRow("/robots.txt", "robots", "What crawlers may read.", ("text/plain",), tag="site"),
    AddressRow("/sitemap.xml", "sitemap", "Every document.", ("application/xml",), tag="site"),
    AddressRow(
        "/sitemap/{number}.xml",
        "sitemap_part",
        "A part of that, where there are many.",
        ("application/xml",),
        (ParameterRow("number", "From 1.", "integer", "path"),),
        tag="site",
    ),
    AddressRow("/healthz", "health", "Whether the process lives.", ("text/plain",), tag="site"),
    AddressRow(
        "/readyz", "ready", "Whether it answers for a release.", ("text/plain",), tag="site"
    ),
    AddressRow("/metrics", "metrics", "Counters (Prometheus).", ("text/plain",), tag="site"),
)


def addresses_in(languages: Sequence[str]) -> Iterator[AddressRow]:
    """Yield the addresses of a site that offers pages in some languages."""
    for row in ADDRESSES:
        parameters = tuple(
            replace(each, values=tuple(languages)) if each.values is LANGUAGES else each
            for each in row.parameters
        )
        yield replace(row, parameters=parameters)
