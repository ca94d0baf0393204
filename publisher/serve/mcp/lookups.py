"""Tools that look up: find, describe, schema, changes, sources."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import islice

from pyoxigraph import NamedNode

from publisher.errors import QueryRefused
from publisher.languages import LANGUAGES
from publisher.rdf.namespaces import iri
from publisher.rdf.text import fold
from publisher.release.history.feeds import FeedKind
from publisher.release.schema import ClassSchema, PropertySchema
from publisher.render.evidence import SOURCES
from publisher.render.feeds import FeedEntry, read_entries
from publisher.serve.mcp.members import (
    Message,
    fact_member,
    is_iri,
    names_of,
    one_page,
    permalink_of,
    short,
    term_member,
    with_query,
)
from publisher.serve.mcp.queries import ask_rows
from publisher.serve.site import Site

HasLeft = Callable[[], bool]
_HITS, _FACTS, _ROWS = 20, 150, 50
_SNIPPET = 300


def _page(arguments: Message, name: str = "page") -> int:
    return int(arguments.get(name, 1))


def find(site: Site, arguments: Message, _client: str, _has_left: HasLeft) -> Message:
    """Return things by words."""
    words, language = str(arguments["words"]).strip(), str(arguments.get("language", LANGUAGES[0]))
    search_result = site.search.find(words, language)
    hits, paging = one_page(search_result.hits, _page(arguments), _HITS)
    kinds = site.markdown.facts.names({kind for hit in hits for kind in hit.kinds})
    names = site.markdown.facts.names({hit.iri for hit in hits})
    members = [
        {
            "iri": hit.iri,
            "name": hit.label,
            "language": hit.language,
            "names": dict(names.get(hit.iri, {})),
            "also_called": hit.names.split("\n") if hit.names else [],
            "kinds": [{"iri": k, "name": dict(kinds.get(k, {}))} for k in hit.kinds],
            "about": hit.text.replace("\n", " ")[:_SNIPPET],
            "permalink": permalink_of(site, hit.iri),
        }
        for hit in hits
    ]
    query = {"q": words, "lang": language if language in LANGUAGES else ""}
    message: Message = {
        "permalink": with_query(site.markdown.permalink("search.json"), query),
        "paging": paging | {"there_are_more_than_counted": search_result.more},
        "data": members,
    }
    if search_result.left_out:
        message["words_left_out"] = list(search_result.left_out)
    if not search_result.hits or search_result.left_out:
        message["words_alone"] = {
            word: len(site.search.find(word, language).hits) for word in words.split()[:10]
        }
    return message


def _target(site: Site, thing: str) -> str:
    """Return the path below the base that a thing or an address of the site has."""
    for start in (site.release.base_iri, site.config.site_url, site.markdown.permalink("")):
        if thing.startswith(start):
            return thing.removeprefix(start)
    return "" if is_iri(thing) else thing.lstrip("/")


def describe(site: Site, arguments: Message, _client: str, _has_left: HasLeft) -> Message:
    """Return what is said of a thing."""
    target = _target(site, str(arguments["thing"]))
    document = site.documents.find(target) if target else None
    if document is None and target:
        document = site.documents.find_by_file(target)[0]
    incoming_page = _page(arguments, "incoming_page")
    description = site.documents.describe(document, incoming_page) if document else None
    if document is None or description is None:
        raise QueryRefused(
            "Nothing is said here of '{thing}'.",
            remedy="Look for it with the tool 'find'; ask for a smaller page.",
            thing=str(arguments["thing"])[:200],
        )
    sourced = site.markdown.facts.read(description)
    listed = [(name, fact) for name, facts in sourced.things.items() for fact in facts]
    shown, paging = one_page(listed, _page(arguments), _FACTS)
    things: dict[str, list[Message]] = {name: [] for name, _ in shown}
    for name, fact in shown:
        things[name].append(fact_member(site, fact, sourced))
    linking = names_of(site, (t.subject for t in description.incoming))
    return {
        "permalink": permalink_of(site, document.topic),
        "paging": paging,
        "incoming_paging": {
            "page": description.page,
            "pages": description.pages,
            "total": description.incoming_total,
        },
        "data": {
            "things": [
                {"iri": name, "name": dict(sourced.names.get(name, {})), "facts": facts}
                for name, facts in things.items()
            ],
            "linked_from": [
                {
                    **term_member(site, triple.subject, linking),
                    "property": short(site, triple.predicate.value),
                }
                for triple in description.incoming
                if isinstance(triple.subject, NamedNode)
            ],
        },
    }


# The schema.


def schema(site: Site, arguments: Message, _client: str, _has_left: HasLeft) -> Message:
    """Return the classes, or one of them."""
    classes, requested = site.markdown.schema, str(arguments.get("class", "")).strip()
    if not requested:
        return {
            "permalink": site.markdown.permalink("schema.md"),
            "data": [_class_line(site, each) for each in classes.values()],
        }
    fitting = [each for each in classes.values() if _is_named(site, each, requested)]
    if not fitting:
        raise QueryRefused(
            "There is no class '{name}' in the data.",
            remedy="Call the tool without a class to see all of them.",
            name=requested[:200],
        )
    each = fitting[0]
    return {
        "permalink": site.markdown.permalink(f"schema/{each.slug}.md"),
        "also_named_so": [other.iri for other in fitting[1:]],
        "data": _class_line(site, each)
        | {"properties": [_property_line(site, each, of) for of in each.properties]},
    }


def _is_named(site: Site, each: ClassSchema, class_name: str) -> bool:
    names = {each.iri, each.slug, short(site, each.iri), *each.names.values()}
    return fold(class_name) in set(map(fold, names))


def _class_line(site: Site, each: ClassSchema) -> Message:
    return {
        "class": short(site, each.iri),
        "iri": each.iri,
        "name": dict(each.names),
        "meaning": dict(each.about),
        "things": each.count,
        "example": each.example,
        "has_shape": each.is_described,
    }


def _property_line(site: Site, each: ClassSchema, of: PropertySchema) -> Message:
    return {
        "property": short(site, of.path),
        "name": dict(of.names),
        "meaning": dict(of.about),
        "least": of.least,
        "most": of.most,
        "datatypes": {short(site, name): count for name, count in of.datatypes.items()},
        "classes": {short(site, name): count for name, count in of.classes.items()},
        "things_with_it": of.things,
        "coverage": round(each.coverage(of), 3),
        "example": of.example[:_SNIPPET],
    }


# Changes.


def _entries(site: Site, since: datetime | None) -> Iterator[FeedEntry]:
    """Yield the changes, the newest first, back to an instant."""
    for page in reversed(site.feeds.pages[FeedKind.ENTITIES]):
        if since is not None and page.last < since:
            return
        for entry in reversed(list(read_entries(site.release, page))):
            if since is None or datetime.fromisoformat(entry.published) >= since:
                yield entry


def _since(written: str) -> datetime | None:
    if not written:
        return None
    try:
        return datetime.fromisoformat(f"{written[:10]}T00:00:00+00:00")
    except ValueError as error:
        raise QueryRefused(
            "'{value}' is no date.", remedy="Write it as 2026-01-31.", value=written[:50]
        ) from error


def changes(site: Site, arguments: Message, _client: str, _has_left: HasLeft) -> Message:
    """Return what changed."""
    number = _page(arguments)
    entries = _entries(site, _since(str(arguments.get("since", ""))))
    page = list(islice(entries, (number - 1) * _ROWS, number * _ROWS + 1))
    return {
        "permalink": site.markdown.permalink("feed.atom"),
        "paging": {"page": number, "has_next_page": len(page) > _ROWS},
        "data": [
            {
                "iri": entry.thing,
                "name": {t.language or "": t.value for t in entry.labels},
                "activity": entry.activity,
                "published": entry.published,
                "permalink": permalink_of(site, entry.thing),
            }
            for entry in page[:_ROWS]
        ],
    }


# Sources.

_BY = "|".join(f"<{name}>" for name in SOURCES)
_ALL_SOURCES = (
    f"SELECT ?source (COUNT(DISTINCT ?thing) AS ?things) WHERE {{ ?thing {_BY} ?source }}"
    " GROUP BY ?source ORDER BY DESC(?things) STR(?source)"
)
_RESTING = f"SELECT DISTINCT ?thing WHERE {{{{ ?thing {_BY} <{{source}}> }}}} ORDER BY ?thing"
_STATEMENT_PARTS = ("subject", "predicate", "object")


def sources(site: Site, arguments: Message, client: str, has_left: HasLeft) -> Message:
    """Return the sources, or what rests on one."""
    source, number = str(arguments.get("source", "")).strip(), _page(arguments)
    if not source:
        rows, permalink = ask_rows(site, _ALL_SOURCES, client, has_left)
        shown, paging = one_page(rows, number, _ROWS)
        names = names_of(site, (row["source"] for row in shown))
        listed = [
            {**term_member(site, row["source"], names), "things": int(row["things"].value)}
            for row in shown
        ]
        datasets = [{"iri": name} for name in site.pages.catalogued.datasets]
        return {
            "permalink": permalink,
            "paging": paging,
            "data": {"sources": listed, "data_sets": datasets},
        }
    if not is_iri(source):
        raise QueryRefused(
            "'{value}' is no IRI.", remedy="Send one of the list of sources.", value=source[:200]
        )
    rows, permalink = ask_rows(site, _RESTING.format(source=source), client, has_left)
    shown, paging = one_page(rows, number, _ROWS)
    names = names_of(site, [NamedNode(source), *(row["thing"] for row in shown)])
    return {
        "permalink": permalink,
        "paging": paging,
        "data": {
            "source": {**term_member(site, NamedNode(source), names)},
            "facts": [_resting(site, row["thing"].value) for row in shown],
        },
    }


def _resting(site: Site, thing: str) -> Message:
    """Return what rests on a source: a thing, or the triple of a statement."""
    message: Message = {"said_by": thing, "permalink": permalink_of(site, thing)}
    parts = " ; ".join(f"<{iri(f'rdf:{part}')}> ?{part}" for part in _STATEMENT_PARTS)
    query = f"SELECT ?subject ?predicate ?object WHERE {{ <{thing}> {parts} }}"
    row = next(iter(site.engine.rows(query)), None) if is_iri(thing) else None
    if row is not None:
        called = names_of(site, row.values())
        message |= {part: term_member(site, row[part], called) for part in _STATEMENT_PARTS}
    return message
