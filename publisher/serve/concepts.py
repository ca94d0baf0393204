"""Concept schemes for programs: the calls of Skosmos' REST interface that its clients make."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice

from flask import Blueprint, Response, abort, request
from pyoxigraph import NamedNode

from publisher.errors import QueryRefused
from publisher.languages import is_language_tag
from publisher.messages import printable
from publisher.rdf.media_types import (
    BY_EXTENSION,
    BY_NAME,
    GRAPHS,
    JSON,
    JSON_LD,
    MediaType,
    negotiate_rdf,
)
from publisher.rdf.serialise import serialise
from publisher.release.concepts import Entry, SchemeSummary
from publisher.render.documents import localise_urls
from publisher.render.skosmos import Answer, RestAnswers
from publisher.serve.documents import redirect_to
from publisher.serve.headers import set_validators, set_vary
from publisher.serve.page_language import negotiate_language
from publisher.serve.response_cache import mark_cacheable
from publisher.serve.site import Site

_LONGEST_QUERY = 200
_MOST_TOLD = 1_000
_MOST_HITS = 500
_MOST_CHANGED = 200
# So many names are looked at where only some of their concepts are wanted.
_MOST_LOOKED_AT = 50_000
_MOST_LEVELS = 1_000
# So many concepts of a branch are opened in a tree; a list has them all.
MOST_IN_TREE = 100
# A larger scheme is had as the file of its dataset, where there is one.
_MOST_WRITTEN = 10_000
_CHUNK = 500
Call = Callable[[RestAnswers, SchemeSummary, str], Answer | None]


def _parameter(name: str) -> str:
    """Return a parameter that must be there.

    Raises:
        QueryRefused: It is missing.
    """
    value = request.args.get(name, "").strip()
    if not value or len(value) > 8 * _LONGEST_QUERY:
        raise QueryRefused(
            "The parameter '{name}' is missing or too long.",
            remedy="Name it in the address, with its value escaped.",
            name=name,
        )
    return value


def _iri(parameter: str = "uri") -> str:
    """Return the IRI of the thing that is asked about.

    Raises:
        QueryRefused: It is missing, or is none.
    """
    value = _parameter(parameter)
    try:
        return NamedNode(value).value
    except ValueError as error:
        raise QueryRefused(
            "The value of {name} is no IRI: '{value}'.",
            remedy="Send an absolute IRI, without < and >.",
            name=parameter,
            value=printable(value),
        ) from error


def _number(name: str, default: int, most: int) -> int:
    written = request.args.get(name, "")
    is_number = written.isascii() and written.isdecimal() and len(written) < 9
    if written and not is_number:
        raise QueryRefused(
            "The parameter '{name}' is no number: {value}.",
            remedy="Write a whole number that is not negative.",
            name=name,
            value=written[:40],
        )
    return min(int(written), most) if written else default


def _language(site: Site) -> str:
    tag = request.args.get("lang", "")
    if tag and is_language_tag(tag) and len(tag) < 40:
        return tag.lower()
    return negotiate_language(request, site).language


def _respond(site: Site, answer: Answer | None) -> Response:
    if answer is None:
        abort(404)
    body = (json.dumps(answer, ensure_ascii=False, indent=1) + "\n").encode()
    accept = request.headers.get("Accept", "")
    media_type = JSON_LD if JSON_LD.name in accept and JSON.name not in accept else JSON
    response = Response(body, content_type=media_type.content_type)
    set_validators(response, body, site.release.published)
    set_vary(response, "Accept")
    if "lang" not in request.args:
        set_vary(response, "Accept", "Accept-Language")
    mark_cacheable()
    return response


_CALLS: dict[str, Call] = {
    "": lambda answers, scheme, tag: answers.scheme(scheme, tag),
    "vocabularyStatistics": lambda answers, scheme, tag: answers.statistics(scheme, tag),
    "labelStatistics": lambda answers, scheme, tag: answers.label_statistics(scheme, tag),
    "topConcepts": lambda answers, scheme, tag: answers.tops(
        scheme, tag, _number("offset", 0, 10**8), _number("limit", _MOST_TOLD, _MOST_TOLD)
    ),
    **dict.fromkeys(
        ("children", "narrower"),
        lambda answers, scheme, tag: answers.below(
            scheme,
            _iri(),
            tag,
            _number("offset", 0, 10**8),
            _number("limit", _MOST_TOLD, _MOST_TOLD),
        ),
    ),
    "broader": lambda answers, scheme, tag: answers.related(_iri(), tag, "broader", _MOST_TOLD),
    "related": lambda answers, scheme, tag: answers.related(_iri(), tag, "related", _MOST_TOLD),
    "broaderTransitive": lambda answers, scheme, tag: answers.transitive(
        _iri(), tag, "broaderTransitive", _number("limit", _MOST_LEVELS, _MOST_LEVELS)
    ),
    "narrowerTransitive": lambda answers, scheme, tag: answers.transitive(
        _iri(), tag, "narrowerTransitive", _number("limit", _MOST_LEVELS, _MOST_LEVELS)
    ),
    "hierarchy": lambda answers, scheme, tag: answers.hierarchy(scheme, _iri(), tag),
    "label": lambda answers, scheme, tag: answers.label(_iri(), tag),
    "types": lambda answers, _, tag: answers.types(tag),
    "mappings": lambda answers, scheme, tag: answers.mappings(scheme, _iri(), tag),
    "groups": lambda answers, scheme, tag: answers.groups(scheme, tag),
    "groupMembers": lambda answers, _, tag: answers.group_members(_iri(), tag),
    "new": lambda answers, scheme, tag: answers.changed(
        scheme,
        tag,
        "new",
        _number("limit", _MOST_CHANGED, _MOST_TOLD),
        _number("offset", 0, 10**8),
    ),
    "modified": lambda answers, scheme, tag: answers.changed(
        scheme,
        tag,
        "modified",
        _number("limit", _MOST_CHANGED, _MOST_TOLD),
        _number("offset", 0, 10**8),
    ),
    "index": lambda answers, scheme, tag: answers.letters(scheme, tag),
}


# Calls about one thing, which must be there.
_OF_ONE = frozenset(
    {
        *("children", "narrower", "broader", "related", "broaderTransitive", "narrowerTransitive"),
        *("hierarchy", "mappings", "groupMembers"),
    }
)


def _entries(
    site: Site, query: str, language: str, schemes: list[SchemeSummary], most: int = _MOST_HITS
) -> Iterator[tuple[Entry, str, SchemeSummary]]:
    """Yield the names that a search finds: ``*`` stands for any letters, as in Skosmos."""
    index = site.pages.concepts
    beginning = query.rstrip("*")
    if "*" in beginning:  # letters within a name: the words of the search find them
        hits = site.search.find(query.replace("*", " "), language or site.config.language).hits
        by_concept = {hit.iri: hit for hit in reversed(hits)}
        for name, hit in reversed(by_concept.items()):
            for scheme in schemes:
                if index.has_member(scheme.iri, name):
                    yield Entry(hit.label, name, False), hit.language, scheme
        return
    for scheme in schemes:
        # Names without a language are in every language of a scheme; where all are so, in none.
        for tag in [language] if language and scheme.languages else scheme.languages or ("",):
            for entry in index.starting(scheme.iri, tag, beginning, most, whole=beginning == query):
                yield entry, tag if entry.is_tagged else "", scheme


def _search(site: Site, answers: RestAnswers, schemes: list[SchemeSummary]) -> Response:
    kinds = request.args.get("type", "").split()
    parent, group = (_iri(n) if request.args.get(n) else "" for n in ("parent", "group"))
    everything = "*" if parent or group else ""
    query = (request.args.get("query", "").strip() or everything or _parameter("query"))[
        :_LONGEST_QUERY
    ]
    wanted = answers.filter_of(kinds, parent, group)
    language = request.args.get("lang", "").lower()
    labels_in = request.args.get("labellang", "").lower()
    by_name: dict[tuple[str, str], tuple[Entry, str, SchemeSummary]] = {}
    looked_at = _MOST_LOOKED_AT if kinds or parent or group else _MOST_HITS
    for entry, tag, scheme in _entries(site, query, language, schemes, looked_at):
        if (entry.concept, scheme.iri) not in by_name and wanted(entry.concept):
            by_name[entry.concept, scheme.iri] = entry, tag, scheme
    start, most = _number("offset", 0, 10**8), _number("maxhits", _MOST_HITS, _MOST_HITS)
    part = list(islice(by_name.values(), start, start + most))
    further = request.args.get("fields", "").split()
    return _respond(site, answers.found(part, labels_in or language, language, further))


def _lookup(site: Site, answers: RestAnswers, scheme: SchemeSummary) -> Response:
    label = _parameter("label")[:_LONGEST_QUERY].replace("*", "")
    language = request.args.get("lang", "").lower()
    entries = list(_entries(site, label, language, [scheme]))
    names = [hit for hit in entries if not hit[0].is_alternative] or entries
    exact = [hit for hit in names if hit[0].text == label] or names
    if not exact:
        abort(404)
    answer = answers.found(exact, language, language)
    answer["result"] = answer.pop("results")
    return _respond(site, answer)


def _index_entries(
    site: Site, answers: RestAnswers, scheme: SchemeSummary, letter: str
) -> Response:
    tag = _language(site)
    start, most = _number("offset", 0, 10**8), _number("limit", _MOST_TOLD, _MOST_TOLD)
    entries = answers.index.entries(scheme.iri, tag, letter.upper(), start, most)
    return _respond(site, answers.entries(tag, entries))


# The data of a concept or of a whole scheme, as a graph.


def _media_type() -> MediaType:
    name = request.args.get("format", "")
    if name == JSON.name:
        return JSON_LD
    if name in BY_NAME and BY_NAME[name] in GRAPHS:
        return BY_NAME[name]
    return negotiate_rdf(request.headers.get("Accept", ""), GRAPHS).media_type


def _data(site: Site, scheme: SchemeSummary | None) -> Response:
    name, media_type = request.args.get("uri", ""), _media_type()
    if not name and scheme is None:
        name = _iri()
    if name:
        document = site.documents.look_up(name)
        description = site.documents.describe(document) if document else None
        if document is None or description is None:
            abort(404)
        body = site.documents.graph(document, description, media_type)
        response = _graph(site, body, media_type)
        set_vary(response, "Accept")
        return response
    assert scheme is not None
    response = _whole(site, scheme, media_type)
    set_vary(response, "Accept")
    return response


def _whole(site: Site, scheme: SchemeSummary, media_type: MediaType) -> Response:
    """Return a scheme as a graph, or where the file is that has it."""
    dump = dump_of(site, scheme, media_type)
    if dump:
        return redirect_to(dump, 303)
    return _graph(site, _whole_scheme(site, scheme, media_type), media_type)


def _graph(site: Site, body: bytes, media_type: MediaType) -> Response:
    response = Response(body, content_type=media_type.content_type)
    set_validators(response, body, site.release.published)
    mark_cacheable()
    return response


def dump_of(site: Site, scheme: SchemeSummary, media_type: MediaType) -> str:
    """Return where a large scheme is as the file of its dataset; empty for a small one."""
    if scheme.concepts <= _MOST_WRITTEN:
        return ""
    description = site.engine.describe([scheme.iri], 1, 1)
    for graph in description.graphs if description else ():
        name = graph.removeprefix(site.release.base_iri + "dataset/")
        if name in site.release.datasets():
            file = f"{site.release.base_iri}dump/{name}.{media_type.extension}"
            return site.addresses.on_site(file)
    return ""


def _whole_scheme(site: Site, scheme: SchemeSummary, media_type: MediaType) -> bytes:
    """Return a scheme and all its concepts as a graph."""
    triples = {}
    names = [scheme.iri, *site.pages.concepts.members(scheme.iri, 10**9)]
    for start in range(0, len(names), _CHUNK):
        for name in names[start : start + _CHUNK]:
            description = site.engine.describe([name], 1, 1)
            triples.update(dict.fromkeys(description.own if description else ()))
    triples_of_site = localise_urls(triples, site.addresses)
    return serialise(triples_of_site, media_type, site.release.prefixes, site.release.context)


def _named(site: Site, slug: str) -> SchemeSummary:
    scheme = site.pages.concepts.scheme(slug)
    if scheme is None:
        abort(404)
    return scheme


def _scheme_call(site: Site, answers: RestAnswers, scheme: SchemeSummary, call: str) -> Response:
    """Answer one of the calls that are about a scheme and need no more than its name."""
    if call == "lookup":
        return _lookup(site, answers, scheme)
    if call not in _CALLS or (call in _OF_ONE and not answers.index.kinds(_iri())):
        abort(404)
    return _respond(site, _CALLS[call](answers, scheme, _language(site)))


def blueprint(site: Site) -> Blueprint:
    """Return the routes of the interface, below ``/rest/v1/``."""
    routes = Blueprint("concepts", __name__)
    answers = RestAnswers(site.pages.concepts, site.engine, site.addresses)
    named = partial(_named, site)

    @routes.get("/rest/v1/vocabularies")
    def vocabularies() -> Response:
        return _respond(site, answers.vocabularies(_language(site)))

    @routes.get("/rest/v1/types")
    def types() -> Response:
        return _respond(site, answers.types(_language(site)))

    @routes.get("/rest/v1/search")
    def search() -> Response:
        slugs = request.args.get("vocab", "").split()
        schemes = [named(slug) for slug in slugs] or list(answers.index.schemes().values())
        return _search(site, answers, schemes)

    @routes.get("/rest/v1/label")
    def label() -> Response:
        return _respond(site, answers.label(_iri(), _language(site)))

    @routes.get("/rest/v1/data")
    def data() -> Response:
        return _data(site, None)

    @routes.get("/rest/v1/<slug>/search")
    def search_scheme(slug: str) -> Response:
        return _search(site, answers, [named(slug)])

    @routes.get("/rest/v1/<slug>/data")
    def data_of_scheme(slug: str) -> Response:
        return _data(site, named(slug))

    @routes.get("/rest/v1/<slug>/index/<letter>")
    def entries(slug: str, letter: str) -> Response:
        return _index_entries(site, answers, named(slug), letter)

    @routes.get("/rest/v1/<slug>/", defaults={"call": ""})
    @routes.get("/rest/v1/<slug>/<call>")
    @routes.get("/rest/v1/<slug>/<call>/")
    def of_scheme(slug: str, call: str) -> Response:
        return _scheme_call(site, answers, named(slug), call)

    _add_files(routes, site, answers)
    return routes


def _add_files(routes: Blueprint, site: Site, answers: RestAnswers) -> None:
    """Add the routes whose addresses have no query, so that an export has them as files."""

    @routes.get("/rest/v1/<slug>/data.<extension>")
    def file_of_scheme(slug: str, extension: str) -> Response:
        media_type = BY_EXTENSION.get(extension)
        if media_type not in GRAPHS:
            abort(404)
        return _whole(site, _named(site, slug), media_type)

    @routes.get("/rest/v1/<slug>/children/<language>/<all:name>.json")
    def branch(slug: str, language: str, name: str) -> Response:
        above = answers.index.find(name, site.release.base_iri)
        if not (is_language_tag(language) and answers.index.kinds(above)):
            abort(404)
        return _respond(
            site, answers.below(_named(site, slug), above, language.lower(), 0, MOST_IN_TREE)
        )
