"""Lists of concepts a page at a time: all that is right below one, and the index by letters."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pyoxigraph import Literal

from publisher.addresses import Addresses, with_parameters
from publisher.messages import translate
from publisher.release.concepts import ConceptIndex, SchemeSummary, best_name
from publisher.release.model import Release
from publisher.render.concept_addresses import below_path, index_path, list_name
from publisher.render.concepts import (
    IndexLetter,
    index_language,
    index_letters,
)
from publisher.render.frame import Frame, PageLanguage
from publisher.render.labels import foreign_language, iri_as_label
from publisher.render.ontology.term_index import MOST_WHOLE, term_parameter
from publisher.render.page_model import Value

PAGE_SIZE = 100
# So many top concepts of a scheme stand on the home page.
_TOPS = 30


@dataclass(frozen=True)
class ListedConcept:
    """A line of a list.

    Attributes:
        name: The name under which the concept is listed, with its link.
        notation: Of the concept; empty for none.
        preferred: What it is called first of all, where that is another name.
        narrower: How many concepts are right below it.
        is_deprecated: Whether it is no longer to be used.
        at: At the end of the address of its branch.
    """

    name: Value
    notation: str = ""
    preferred: Value | None = None
    narrower: int = 0
    is_deprecated: bool = False
    at: str = ""


@dataclass(frozen=True)
class SchemeOverview:
    """A concept scheme on the home page.

    Attributes:
        name: Link to it.
        slug: What it is called in addresses.
        concepts: How many concepts it has.
        letters: Its alphabetical index.
        spoken: Its languages: tag and path of the index in each.
        tops: Its first top concepts.
        total: How many top concepts it has.
        listing: Path of the page that lists them all; empty when all are here.
    """

    name: Value
    slug: str
    concepts: int
    letters: tuple[IndexLetter, ...]
    spoken: tuple[tuple[str, str], ...]
    tops: tuple[ListedConcept, ...]
    total: int
    listing: str


class ConceptListPages:
    """Pages of lists of concepts of one release."""

    def __init__(
        self, frame: Frame, release: Release, index: ConceptIndex, addresses: Addresses
    ) -> None:
        """Keep what pages are made of."""
        self._frame, self._release, self._index = frame, release, index
        self._addresses = addresses

    def overviews(self, page_language: PageLanguage, most: int) -> list[SchemeOverview]:
        """Return the largest concept schemes, each with the beginning of its hierarchy."""
        schemes = sorted(
            (scheme for scheme in self._index.schemes().values() if scheme.concepts),
            key=lambda scheme: (-scheme.concepts, scheme.iri),
        )
        return [self._overview(scheme, page_language) for scheme in schemes[:most]]

    def _overview(self, scheme: SchemeSummary, page_language: PageLanguage) -> SchemeOverview:
        language = page_language.language
        concepts, total = self._index.narrower(scheme.iri, language, 0, _TOPS)
        spoken = index_language(scheme, language)
        return SchemeOverview(
            self._link(scheme.iri, scheme.names, page_language),
            scheme.slug,
            scheme.concepts,
            index_letters(self._index, scheme, spoken),
            tuple((tag, index_path(scheme.slug, tag)) for tag in scheme.languages),
            tuple(
                ListedConcept(
                    self._link(concept.iri, concept.names, page_language),
                    concept.notation,
                    None,
                    concept.narrower,
                    concept.is_deprecated,
                    list_name(concept.iri, self._addresses.base_iri),
                )
                for concept in concepts
            ),
            total,
            below_path(scheme.slug, scheme.iri, self._addresses.base_iri)
            if total > len(concepts)
            else "",
        )

    def below(
        self, above: str, scheme: SchemeSummary | None, number: int, page_language: PageLanguage
    ) -> bytes | None:
        """Return a page of the concepts right below one, or at the top of a scheme.

        None when there is no such concept or page.
        """
        if not self._index.is_there or not self._index.kinds(above):
            return None
        start = (number - 1) * PAGE_SIZE
        concepts, total = self._index.narrower(above, page_language.language, start, PAGE_SIZE)
        if number < 1 or not concepts:
            return None
        listed = [
            ListedConcept(
                self._link(concept.iri, concept.names, page_language),
                concept.notation,
                None,
                concept.narrower,
                concept.is_deprecated,
            )
            for concept in concepts
        ]
        slug = scheme.slug if scheme else ""
        topic = self._index.concepts([above])[above]
        return self._render(
            self._link(above, topic.names, page_language),
            listed,
            total,
            number,
            lambda page: below_path(slug, above, self._addresses.base_iri, page),
            page_language,
            scheme=slug,
            heading=translate(
                "Top concepts" if "scheme" in self._index.kinds(above) else "Narrower concepts",
                page_language.language,
            ),
        )

    def index(
        self,
        scheme: SchemeSummary,
        tag: str,
        letter: str,
        number: int,
        page_language: PageLanguage,
    ) -> bytes | None:
        """Return a page of the names of a scheme's concepts under a letter of a language."""
        spoken = tag if tag in scheme.languages else index_language(scheme, page_language.language)
        counts = self._index.letters(scheme.iri, spoken)
        current = letter or next(iter(counts), "")
        total = counts.get(current, 0)
        start = (number - 1) * PAGE_SIZE
        if number < 1 or (total and start >= total) or (letter and not total):
            return None
        entries = self._index.entries(scheme.iri, spoken, current, start, PAGE_SIZE)
        known = self._index.concepts(entry.concept for entry in entries)
        listed = []
        for entry in entries:
            concept = known[entry.concept]
            own = spoken if spoken and entry.is_tagged else None
            # What has no name at all is called as on its page.
            has_name = concept.names or entry.is_alternative
            names = [Literal(entry.text, language=own)] if has_name else []
            name = self._link(entry.concept, names, page_language)
            preferred = self._link(entry.concept, concept.names, page_language, spoken)
            listed.append(
                ListedConcept(
                    name,
                    concept.notation,
                    preferred if entry.is_alternative else None,
                    0,
                    concept.is_deprecated,
                )
            )
        return self._render(
            self._link(scheme.iri, scheme.names, page_language),
            listed,
            total,
            number,
            lambda page: index_path(scheme.slug, spoken, current, page),
            page_language,
            scheme=scheme.slug,
            heading=translate("Alphabetical index", page_language.language),
            letters=index_letters(self._index, scheme, spoken),
            letter=current,
            spoken=[(each, index_path(scheme.slug, each)) for each in scheme.languages],
            spoken_in=spoken,
        )

    def _link(
        self,
        name: str,
        names: Sequence[Literal],
        page_language: PageLanguage,
        language: str = "",
    ) -> Value:
        label = best_name(names, language or page_language.language)
        text = label or Literal(iri_as_label(name, self._release.prefixes, self._release.base_iri))
        href = self._frame.link(name, page_language)
        path, mark, fragment = href.partition("#")
        if mark and self._is_divided(name):
            href = f"{with_parameters(path, term_parameter(name))}#{fragment}"
        return Value(text.value, href, foreign_language(text, page_language.language))

    def _is_divided(self, name: str) -> bool:
        """Tell whether a concept shares a document with so many that its page shows some."""
        document = self._addresses.document_of(name).removeprefix(self._addresses.base_iri)
        return len(self._release.documents.get(document.partition("#")[0], ())) > MOST_WHOLE

    def _render(
        self,
        topic: Value,
        listed: Sequence[ListedConcept],
        total: int,
        number: int,
        path_of: Callable[[int], str],
        page_language: PageLanguage,
        *,
        scheme: str,
        heading: str,
        letters: Sequence[IndexLetter] = (),
        letter: str = "",
        spoken: Sequence[tuple[str, str]] = (),
        spoken_in: str = "",
    ) -> bytes:
        pages, base_iri = max(1, -(-total // PAGE_SIZE)), self._addresses.base_iri

        def page(of_page: int) -> str:
            if not 1 <= of_page <= pages:
                return ""
            return self._frame.href(base_iri + path_of(of_page), page_language)

        return self._frame.render(
            "concepts.html",
            page_language,
            base_iri + path_of(number),
            title=topic.text,
            topic=topic,
            heading=heading,
            listed=listed,
            total=total,
            page_number=number,
            pages=pages,
            previous_page=page(number - 1),
            next_page=page(number + 1),
            scheme=scheme,
            letters=letters,
            chosen=letter,
            spoken=spoken,
            spoken_in=spoken_in,
        )
