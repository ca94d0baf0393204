"""What was found, as a page and as JSON: the main class first, then the other kinds.

Concepts of one name in several lists are one line, which names the lists.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from urllib.parse import urlencode

from publisher.addresses import Addresses
from publisher.messages import translate
from publisher.query.engine import Engine
from publisher.rdf.namespaces import iri
from publisher.rdf.text import fold, is_unspaced, plain_letters, word_spans
from publisher.release.concepts import ConceptIndex, SchemeSummary, best_name
from publisher.release.model import Release
from publisher.release.search import LONGEST_QUERY, Hit, SearchResult
from publisher.render.frame import Frame, PageLanguage
from publisher.render.labels import (
    Labels,
    best_label,
    fetch_in_chunks,
    fetch_labels,
    foreign_language,
    standard_terms,
    term_label,
)
from publisher.render.page_model import Value
from publisher.render.tables.answered_questions import TableAnswer, TableAnswers

PAGE_SIZE = 20
_SNIPPET = 220
_BEFORE = 60
# So many steps of the way down to a concept stand with it.
_LONGEST_WAY = 6
# Where nothing has all words, so many things show what has one of them.
_MOST_OF_EACH = 10
_CONCEPT = iri("skos:Concept")
_SCHEMES = (
    "SELECT ?concept ?scheme WHERE {{ VALUES ?concept {{ {names} }} ?concept <{path}> ?scheme }}"
)

# A piece of a text, and whether it is what was looked for.
Piece = tuple[str, bool]


@dataclass(frozen=True)
class HitView:
    """A hit as a reader sees it.

    Attributes:
        iri: Its canonical IRI.
        href: Where the page links.
        language: Tag of its texts, when it is not the page's.
        label: What it is called, in pieces.
        snippet: The part of its texts that fits, in pieces.
        kind: What it is.
        way: Of a concept: what it is below, from the top.
        lists: The lists that have a concept of this name, each a link to its concept.
    """

    iri: str
    href: str
    language: str
    label: Sequence[Piece]
    snippet: Sequence[Piece]
    kind: Value | None
    way: Sequence[str] = ()
    lists: tuple[Value, ...] = ()


@dataclass(frozen=True)
class SearchRequest:
    """What a person looks for.

    Attributes:
        text: Words or a question; empty: nothing yet.
        number: Which page of the hits, from 1.
        kind: Show only things of this class.
        scheme: Look only in this concept scheme.
    """

    text: str
    number: int = 1
    kind: str = ""
    scheme: SchemeSummary | None = None

    def query(self, page_language: PageLanguage | None = None) -> str:
        """Return the query part of its address, with the language of the page if one was chosen."""
        pairs = [("q", self.text)] if self.text else []
        pairs += [("scheme", self.scheme.slug)] if self.scheme else []
        pairs += [("kind", self.kind)] if self.kind else []
        pairs += [("page", str(self.number))] if self.number > 1 else []
        if page_language is not None and page_language.chosen:
            pairs.append(("lang", page_language.language))
        return urlencode(pairs)


@dataclass(frozen=True)
class KindCount:
    """A kind of what was found: how many, and where it alone is shown."""

    iri: str
    name: Value
    count: int
    href: str
    chosen: bool


@dataclass(frozen=True)
class _Line:
    """Hits on one line: one thing, or concepts of the same name; and their kind."""

    hits: tuple[Hit, ...]
    kind: str


def split_matches(text: str, search_result: SearchResult) -> list[Piece]:
    """Return a text cut where the words begin and end that were looked for."""
    cut: list[Piece] = []
    position = 0
    # Of a script without spaces the words are pairs of letters, and each letter is by itself.
    letters = {letter for word in search_result.words if not word.isascii() for letter in word}
    for begin, end, folded in word_spans(text):
        word = plain_letters(folded)
        is_letter = end - begin == 1 and word in letters and is_unspaced(word)
        if is_letter or search_result.has(word):
            cut += [(text[position:begin], False), (text[begin:end], True)]
            position = end
    cut.append((text[position:], False))
    return [(part, is_match) for part, is_match in cut if part]


def hit_snippet(hit: Hit, search_result: SearchResult) -> list[Piece]:
    """Return the beginning of a hit's texts, or the part of them that was looked for."""
    called = split_matches(hit.names.replace("\n", " · "), search_result)
    if any(match for _, match in called) and not any(
        m for _, m in split_matches(hit.label, search_result)
    ):
        return called
    text = hit.text.replace("\n", " ")
    matches = [
        begin
        for begin, end, _ in word_spans(text)
        if any(match for _, match in split_matches(text[begin:end], search_result))
    ]
    if not matches and not any(match for _, match in split_matches(hit.label, search_result)):
        around = [
            n for n in hit.around.split("\n") if any(m for _, m in split_matches(n, search_result))
        ]
        if around:
            return split_matches(" · ".join(around)[:_SNIPPET], search_result)
    start = 0
    if matches and matches[0] > _SNIPPET - _BEFORE:
        start = text.rfind(" ", 0, matches[0] - _BEFORE) + 1
    part = text[start : start + _SNIPPET]
    if start + _SNIPPET < len(text):
        part = part.rsplit(" ", 1)[0] + " …"
    return split_matches(("… " if start else "") + part, search_result)


_SUMMARY = (
    "Search by words or a question: names first, then descriptions and what is around a thing."
)


def _quoted(words: Iterable[str], language: str) -> str:
    """Return words in quotation marks, by comma."""
    return ", ".join(translate("“{name}”", language, name=word) for word in words)


class SearchPages:
    """Shows what was found in one release."""

    def __init__(
        self,
        frame: Frame,
        release: Release,
        engine: Engine,
        addresses: Addresses,
        index: ConceptIndex,
        main: str = "",
        answers: TableAnswers | None = None,
    ) -> None:
        """Keep what pages are made of.

        Args:
            frame: Of the pages.
            release: What is searched.
            engine: Over the same release.
            addresses: Of the pages.
            index: Knows where concepts stand.
            main: The class that the site is about.
            answers: Reads questions as ones about tables.
        """
        self._answers = answers
        self._index = index
        self._frame, self._engine, self._addresses = frame, engine, addresses
        self._main = main
        self._iri = release.base_iri + "search"

    def page(
        self, asked: SearchRequest, search_result: SearchResult, page_language: PageLanguage
    ) -> bytes | None:
        """Return a page of hits, without a text the form alone; None for one that is not there."""
        every = self._lines(search_result)
        lines = _of_kind(every, asked.kind)
        pages, number = _pages(lines), asked.number
        if not 1 <= number <= pages:
            return None
        names = self._kind_names(every, page_language)

        def url_of(text: str, page: int = 1, kind: str = "") -> str:
            query = SearchRequest(text, page, kind, asked.scheme).query(page_language)
            return f"{self._addresses.path(self._iri)}?{query}"

        is_plain = not asked.kind and not asked.scheme and number == 1
        return self._frame.render(
            "search.html",
            page_language,
            self._iri,
            title=translate("Search", page_language.language),
            summary=translate(_SUMMARY, page_language.language),
            parameters=asked.query(),
            scheme=asked.scheme.slug if asked.scheme else "",
            within=self._scheme_link(asked.scheme, page_language),
            asked=asked.text,
            longest=LONGEST_QUERY,
            total=len(lines),
            more=search_result.more,
            left_out=_quoted(search_result.left_out, page_language.language),
            names_only=search_result.names_only,
            sections=self._sections(_part(lines, number), names, search_result, page_language),
            kinds=_kinds(every, names, asked.kind, lambda kind: url_of(asked.text, 1, kind)),
            everything=url_of(asked.text) if asked.kind else "",
            each=self._each(search_result, page_language, url_of),
            meant=[(word, url_of(word)) for word in search_result.near],
            answer=self._answer(asked.text, page_language) if is_plain else None,
            page_number=number,
            pages=pages,
            previous_page=url_of(asked.text, number - 1, asked.kind) if number > 1 else "",
            next_page=url_of(asked.text, number + 1, asked.kind) if number < pages else "",
            as_json=url_of(asked.text, number, asked.kind).replace("?", ".json?", 1),
        )

    def _each(
        self, search_result: SearchResult, page_language: PageLanguage, url_of: Callable[[str], str]
    ) -> list[tuple[str, list[tuple[Value, Value | None]], str]]:
        """Return each word that has hits of its own with the first of them and their address."""
        return [
            (word, self.near(self._first(hits), page_language), url_of(word))
            for word, hits in search_result.each.items()
        ]

    def _answer(self, text: str, page_language: PageLanguage) -> TableAnswer | None:
        return self._answers.find(text, page_language) if self._answers else None

    def _scheme_link(
        self, scheme: SchemeSummary | None, page_language: PageLanguage
    ) -> Value | None:
        if scheme is None:
            return None
        name = best_name(scheme.names, page_language.language)
        return Value(
            name.value if name else scheme.iri, self._frame.href(scheme.iri, page_language)
        )

    def _first(self, hits: Sequence[Hit]) -> list[Hit]:
        """Return the first of some hits, those of the main class before the others."""
        return sorted(hits, key=lambda hit: self._main not in hit.kinds)[:_MOST_OF_EACH]

    def _sections(
        self,
        lines: Sequence[_Line],
        names: Mapping[str, Value | None],
        search_result: SearchResult,
        page_language: PageLanguage,
    ) -> list[tuple[Value | None, list[HitView]]]:
        """Return the hits of a page below their kinds."""
        pairs = zip(lines, self._views(lines, search_result, page_language), strict=True)
        return [
            (names[kind], [view for _, view in of_kind])
            for kind, of_kind in groupby(pairs, key=lambda pair: pair[0].kind)
        ]

    def _lines(self, search_result: SearchResult) -> list[_Line]:
        """Return what was found as lines: the main class first, each kind at its best hit."""
        labels = fetch_labels(
            self._engine, {kind for hit in search_result.hits for kind in hit.kinds}
        )
        lines: dict[tuple[str, ...], _Line] = {}
        for hit in search_result.hits:
            named = (
                k for k in hit.kinds if k == self._main or k in labels or k in standard_terms()
            )
            kind = self._main if self._main in hit.kinds else next(named, "")
            key: tuple[str, ...] = (hit.iri,)
            if _CONCEPT in hit.kinds:
                key = (kind, hit.language, fold(hit.label))
            known = lines.get(key)
            lines[key] = replace(known, hits=(*known.hits, hit)) if known else _Line((hit,), kind)
        kinds = list(dict.fromkeys(line.kind for line in lines.values()))
        kinds.sort(key=lambda kind: kind != self._main)
        return sorted(lines.values(), key=lambda line: kinds.index(line.kind))

    def _kind_names(
        self, lines: Sequence[_Line], page_language: PageLanguage
    ) -> dict[str, Value | None]:
        kinds = {line.kind for line in lines}
        labels = fetch_labels(self._engine, filter(None, kinds))
        return {kind: _kind_name(kind, labels, page_language.language) for kind in kinds}

    def near(
        self, hits: Sequence[Hit], page_language: PageLanguage
    ) -> list[tuple[Value, Value | None]]:
        """Return hits as links, each with what it is: help for who came to a wrong address."""
        names = fetch_labels(self._engine, {kind for hit in hits for kind in hit.kinds})
        return [
            (
                Value(
                    hit.label,
                    self._frame.href(hit.iri, page_language),
                    "" if hit.language == page_language.language else hit.language,
                ),
                _kind(hit, names, page_language.language),
            )
            for hit in hits
        ]

    def json(
        self, asked: SearchRequest, search_result: SearchResult, page_language: PageLanguage
    ) -> bytes | None:
        """Return a page of hits as JSON; in marks are begin and end of what was looked for.

        None for a page that is not there.
        """
        lines = _of_kind(self._lines(search_result), asked.kind)
        if not 1 <= asked.number <= _pages(lines):
            return None
        hits = []
        for hit in self._views(_part(lines, asked.number), search_result, page_language):
            label, snippet = _mark_matches(hit.label), _mark_matches(hit.snippet)
            properties: dict[str, object] = {
                "iri": hit.iri,
                "href": self._addresses.on_site(hit.iri),
                "language": hit.language or page_language.language,
                "label": label[0],
                "labelMarks": label[1],
                "snippet": snippet[0],
                "snippetMarks": snippet[1],
            }
            if hit.kind is not None:
                properties["kind"] = hit.kind.text
                properties["kindLanguage"] = hit.kind.language or page_language.language
            if hit.way:
                properties["way"] = list(hit.way)
            if hit.lists:
                properties["lists"] = [{"label": v.text, "href": v.href} for v in hit.lists]
            hits.append(properties)
        answer: Mapping[str, object] = {
            "query": asked.text,
            "total": len(lines),
            "leftOut": list(search_result.left_out),
            **({"namesOnly": True} if search_result.names_only else {}),
            "more": search_result.more,
            "page": asked.number,
            "pages": _pages(lines),
            "hits": hits,
        }
        return (json.dumps(answer, ensure_ascii=False, indent=1) + "\n").encode()

    def _views(
        self, lines: Sequence[_Line], search_result: SearchResult, page_language: PageLanguage
    ) -> Iterator[HitView]:
        names = fetch_labels(self._engine, {k for line in lines for k in line.hits[0].kinds})
        lists = self._lists(lines, page_language)
        for line in lines:
            hit = line.hits[0]
            yield HitView(
                iri=hit.iri,
                href=self._frame.href(hit.iri, page_language),
                language="" if hit.language == page_language.language else hit.language,
                label=split_matches(hit.label, search_result),
                snippet=hit_snippet(hit, search_result),
                kind=_kind(hit, names, page_language.language),
                way=self._way(hit, page_language.language),
                lists=tuple(v for each in line.hits for v in lists.get(each.iri, ())),
            )

    def _way(self, hit: Hit, language: str) -> list[str]:
        """Return the names of what a concept is below, from the top, at most the nearest."""
        if "concept" not in self._index.kinds(hit.iri):
            return []
        way = self._index.way_up(hit.iri)[:-1][-_LONGEST_WAY:]
        known = self._index.concepts(way)
        names = (best_name(known[each].names, language) for each in way if each in known)
        return [name.value for name in names if name is not None]

    def _lists(
        self, lines: Sequence[_Line], page_language: PageLanguage
    ) -> dict[str, tuple[Value, ...]]:
        """Return concept → the names of its lists, as links to it; for lines of several alone."""
        concepts = [hit.iri for line in lines if len(line.hits) > 1 for hit in line.hits]
        schemes: dict[str, list[str]] = {}
        for part in fetch_in_chunks(concepts):
            terms = " ".join(f"<{name}>" for name in part)
            query = _SCHEMES.format(names=terms, path=iri("skos:inScheme"))
            for row in self._engine.rows(query):
                schemes.setdefault(row["concept"].value, []).append(row["scheme"].value)
        labels = fetch_labels(
            self._engine, {name for of_concept in schemes.values() for name in of_concept}
        )
        language = page_language.language
        return {
            concept: tuple(
                Value(
                    label.value,
                    self._frame.href(concept, page_language),
                    foreign_language(label, language),
                )
                for name in sorted(of_concept)
                if (label := best_label(labels.get(name, ()), language)) is not None
            )
            for concept, of_concept in schemes.items()
        }


def _kinds(
    lines: Sequence[_Line],
    names: Mapping[str, Value | None],
    current: str,
    url_of: Callable[[str], str],
) -> list[KindCount]:
    """Return the kinds that were found, in order, when there are several."""
    counts = Counter(line.kind for line in lines)
    kinds = [
        KindCount(kind, name, count, url_of(kind), kind == current)
        for kind, count in counts.items()
        if (name := names[kind]) is not None
    ]
    return kinds if len(counts) > 1 else []


def _of_kind(lines: Sequence[_Line], kind: str) -> Sequence[_Line]:
    """Return the lines of one kind; all, where none was chosen."""
    return [line for line in lines if not kind or line.kind == kind]


def _part(lines: Sequence[_Line], number: int) -> Sequence[_Line]:
    """Return the lines of a page."""
    return lines[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]


def _pages(lines: Sequence[_Line]) -> int:
    """Return how many pages the lines fill; none fill one."""
    return max(1, -(-len(lines) // PAGE_SIZE))


def _kind_name(kind: str, names: Labels, language: str) -> Value | None:
    label = term_label(kind, names.get(kind, ()), language)
    return Value(label.value, language=foreign_language(label, language)) if label else None


def _kind(hit: Hit, names: Labels, language: str) -> Value | None:
    """Return what a hit is: the first of its classes that has a name."""
    return next(filter(None, (_kind_name(kind, names, language) for kind in hit.kinds)), None)


def _mark_matches(pieces: Sequence[Piece]) -> tuple[str, list[list[int]]]:
    """Return pieces as one text, with begin and end of each match in it."""
    marks: list[list[int]] = []
    position = 0
    for text, is_match in pieces:
        if is_match:
            marks.append([position, position + len(text)])
        position += len(text)
    return "".join(text for text, _ in pieces), marks
