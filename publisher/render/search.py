"""What was found, as a page and as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from pyoxigraph import Literal

from publisher.addresses import Addresses
from publisher.messages import translate
from publisher.query.engine import Engine
from publisher.rdf.text import is_unspaced, plain_letters, word_spans
from publisher.release.concepts import ConceptIndex, SchemeSummary, best_name
from publisher.release.model import Release
from publisher.release.search import LONGEST_QUERY, Hit, SearchResult
from publisher.render.frame import Frame, PageLanguage
from publisher.render.labels import (
    Labels,
    best_label,
    fetch_labels,
    foreign_language,
    standard_terms,
)
from publisher.render.page_model import Value

PAGE_SIZE = 20
_SNIPPET = 220
_BEFORE = 60
# So many steps of the way down to a concept stand with it.
_LONGEST_WAY = 6

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
        way: Of a concept: what it stands below, from the top.
    """

    iri: str
    href: str
    language: str
    label: Sequence[Piece]
    snippet: Sequence[Piece]
    kind: Value | None
    way: Sequence[str] = ()


def split_matches(text: str, found: SearchResult) -> list[Piece]:
    """Return a text cut where the words begin and end that were looked for."""
    cut: list[Piece] = []
    position = 0
    # Of a script without spaces the words are pairs of letters, and each letter stands by itself.
    letters = {letter for word in found.words if not word.isascii() for letter in word}
    for begin, end, folded in word_spans(text):
        word = plain_letters(folded)
        is_letter = end - begin == 1 and word in letters and is_unspaced(word)
        begins = bool(found.beginning) and word.startswith(found.beginning)
        if word in found.words or begins or is_letter:
            cut += [(text[position:begin], False), (text[begin:end], True)]
            position = end
    cut.append((text[position:], False))
    return [(part, is_match) for part, is_match in cut if part]


def hit_snippet(hit: Hit, found: SearchResult) -> list[Piece]:
    """Return the beginning of a hit's texts, or the part of them that was looked for."""
    called = split_matches(hit.names.replace("\n", " · "), found)
    if any(match for _, match in called) and not any(m for _, m in split_matches(hit.label, found)):
        return called
    text = hit.text.replace("\n", " ")
    matches = [
        begin
        for begin, end, _ in word_spans(text)
        if any(match for _, match in split_matches(text[begin:end], found))
    ]
    start = 0
    if matches and matches[0] > _SNIPPET - _BEFORE:
        start = text.rfind(" ", 0, matches[0] - _BEFORE) + 1
    part = text[start : start + _SNIPPET]
    if start + _SNIPPET < len(text):
        part = part.rsplit(" ", 1)[0] + " …"
    return split_matches(("… " if start else "") + part, found)


class SearchPages:
    """Shows what was found in one release."""

    def __init__(
        self,
        frame: Frame,
        release: Release,
        engine: Engine,
        addresses: Addresses,
        index: ConceptIndex,
    ) -> None:
        """Keep what pages are made of; ``index`` knows where concepts stand."""
        self._index = index
        self._frame, self._engine, self._addresses = frame, engine, addresses
        self._iri = release.base_iri + "search"

    def page(
        self,
        text: str,
        found: SearchResult,
        number: int,
        page_language: PageLanguage,
        scheme: SchemeSummary | None = None,
    ) -> bytes:
        """Return a page of hits, perhaps of one scheme; without a text, the form alone."""
        return self._frame.render(
            "search.html",
            page_language,
            self._iri,
            title=translate("Search", page_language.language),
            kept=self._query(text, number, scheme=scheme),
            scheme=scheme.slug if scheme else "",
            within=self._scheme_link(scheme, page_language),
            asked=text,
            longest=LONGEST_QUERY,
            total=len(found.hits),
            more=found.more,
            hits=self._shown(found, number, page_language),
            first=(number - 1) * PAGE_SIZE + 1,
            page_number=number,
            pages=self.pages(found),
            previous_page=self._page(text, found, number - 1, page_language, scheme),
            next_page=self._page(text, found, number + 1, page_language, scheme),
            as_json=f"{self._addresses.path(self._iri)}.json?"
            + self._query(text, number, scheme=scheme),
        )

    def _scheme_link(
        self, scheme: SchemeSummary | None, page_language: PageLanguage
    ) -> Value | None:
        if scheme is None:
            return None
        name = best_name(scheme.names, page_language.language)
        return Value(
            name.value if name else scheme.iri, self._frame.href(scheme.iri, page_language)
        )

    @staticmethod
    def pages(found: SearchResult) -> int:
        """Return how many pages the hits fill; no hits fill one."""
        return max(1, -(-len(found.hits) // PAGE_SIZE))

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
        self,
        text: str,
        found: SearchResult,
        number: int,
        page_language: PageLanguage,
        scheme: SchemeSummary | None = None,
    ) -> bytes:
        """Return a page of hits as JSON; in marks are begin and end of what was looked for."""
        hits = []
        for hit in self._shown(found, number, page_language):
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
            if hit.way:
                properties["way"] = list(hit.way)
            if hit.kind is not None:
                properties["kind"] = hit.kind.text
                properties["kindLanguage"] = hit.kind.language or page_language.language
            hits.append(properties)
        answer: Mapping[str, object] = {
            "query": text,
            "total": len(found.hits),
            "more": found.more,
            "page": number,
            "pages": self.pages(found),
            "hits": hits,
        }
        return (json.dumps(answer, ensure_ascii=False, indent=1) + "\n").encode()

    def _query(
        self,
        text: str,
        number: int,
        page_language: PageLanguage | None = None,
        scheme: SchemeSummary | None = None,
    ) -> str:
        pairs = [("q", text)] if text else []
        pairs += [("scheme", scheme.slug)] if scheme else []
        pairs += [("page", str(number))] if number > 1 else []
        if page_language is not None and page_language.chosen:
            pairs.append(("lang", page_language.language))
        return urlencode(pairs)

    def _page(
        self,
        text: str,
        found: SearchResult,
        number: int,
        page_language: PageLanguage,
        scheme: SchemeSummary | None,
    ) -> str:
        if not 1 <= number <= self.pages(found):
            return ""
        return f"{self._addresses.path(self._iri)}?" + self._query(
            text, number, page_language, scheme
        )

    def _shown(
        self, found: SearchResult, number: int, page_language: PageLanguage
    ) -> list[HitView]:
        hits = found.hits[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]
        names = fetch_labels(self._engine, {kind for hit in hits for kind in hit.kinds})
        return [
            HitView(
                iri=hit.iri,
                href=self._frame.href(hit.iri, page_language),
                language="" if hit.language == page_language.language else hit.language,
                label=split_matches(hit.label, found),
                snippet=hit_snippet(hit, found),
                kind=_kind(hit, names, page_language.language),
                way=self._way(hit, page_language.language),
            )
            for hit in hits
        ]

    def _way(self, hit: Hit, language: str) -> list[str]:
        """Return the names of what a concept stands below, from the top, at most the nearest."""
        if "concept" not in self._index.kinds(hit.iri):
            return []
        way = self._index.way_up(hit.iri)[:-1][-_LONGEST_WAY:]
        known = self._index.concepts(way)
        names = (best_name(known[each].names, language) for each in way if each in known)
        return [name.value for name in names if name is not None]


def _kind(hit: Hit, names: Labels, language: str) -> Value | None:
    """Return what a hit is: the first of its classes that has a name."""
    for kind in hit.kinds:
        found: Literal | None = best_label(
            names.get(kind) or standard_terms().get(kind, ()), language
        )
        if found is not None:
            return Value(found.value, language=foreign_language(found, language))
    return None


def _mark_matches(found: Sequence[Piece]) -> tuple[str, list[list[int]]]:
    """Return pieces as one text, with begin and end of each match in it."""
    marks: list[list[int]] = []
    position = 0
    for text, is_match in found:
        if is_match:
            marks.append([position, position + len(text)])
        position += len(text)
    return "".join(text for text, _ in found), marks
