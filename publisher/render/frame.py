"""What surrounds every page: templates, links, the switch of languages, the foot."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from itertools import chain
from urllib.parse import quote, unquote, urlencode

from babel.numbers import format_decimal
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from pyoxigraph import Literal, NamedNode

from publisher.addresses import (
    CONTENT_PARAMETER,
    Addresses,
    is_own_path,
    split_file,
    with_parameters,
)
from publisher.languages import (
    BY_TAG,
    language_name,
    locale_of,
    text_direction,
)
from publisher.messages import LANGUAGES, translate
from publisher.rdf import media_types
from publisher.rdf.namespaces import iri
from publisher.release.history.document_dates import LastModified
from publisher.release.history.tombstones import Tombstones
from publisher.release.model import Release
from publisher.render.concept_addresses import links_path
from publisher.render.datasets import Party, SiteMetadata
from publisher.render.labels import (
    best_label,
    foreign_language,
    term_label,
)
from publisher.render.own_pages import FOLDER, OwnPages
from publisher.render.page_model import Value
from publisher.render.values import format_literal, sentence_case

PICTURES, HOME_PICTURE = "picture/", "index"
# Parts of pages that other sites show in a frame, and how high one is in pixels.
EMBEDDED, MAP = "embed/", "map"
_HEIGHTS = {"card": 420, "table": 560, MAP: 620}
_SAFE_SCHEMES = ("https://", "http://", "mailto:", "tel:")
# Search engines and shared links show so much of a description.
_SUMMARY_LENGTH = 200


@dataclass(frozen=True)
class PageLanguage:
    """Who a page is for.

    Attributes:
        language: Language of the page.
        chosen: Whether the reader chose it in the address, so that links must keep it.
        content: The language chosen in the address for texts of the data; empty for none.
    """

    language: str
    chosen: bool = False
    content: str = ""

    @property
    def kept(self) -> str:
        """Return the parameters that links keep."""
        pairs = [f"lang={self.language}"] * self.chosen
        pairs += [f"{CONTENT_PARAMETER}={self.content}"] * bool(self.content)
        return "&".join(pairs)


@dataclass(frozen=True)
class LanguageLink:
    """A link to the same page in a language; ``place`` is its whole address."""

    language: str
    name: str
    href: str
    place: str


def lang_attributes(tag: str) -> Markup:
    """Return the attributes of HTML that mark the language of a text; nothing for no tag.

    >>> [str(lang_attributes(tag)) for tag in ("sv", "ar", "")]
    [' lang="sv"', ' lang="ar" dir="rtl"', '']
    """
    if not tag:
        return Markup("")
    direction = Markup(' dir="rtl"') if text_direction(tag) == "rtl" else ""
    return Markup(' lang="{}"{}').format(tag, direction)


def _name_of_language(tag: str, language: str) -> str:
    """Return the name of a language in another one; a text may be in none."""
    return language_name(tag, language) if tag else translate("no language", language)


def no_notice(language: str) -> str:
    """Return nothing: all is as it should be."""
    return ""


# Below it years and addresses of ports are among the numbers, and nobody needs groups.
_GROUPED = 10_000


class PageWords:
    """The words of one page: translations, and numbers of its sources as they come.

    Macros get it as ``_``; it is made again for each page.
    """

    def __init__(self, language: str) -> None:
        """Begin a page in a language."""
        self._language = language
        self._numbers: dict[tuple[str, str], int] = {}

    def __call__(self, message: str, **values: object) -> str:
        """Return a message in the language of the page."""
        written = {name: self.amount(value) for name, value in values.items()}
        return translate(message, self._language, **written)

    def amount(self, value: object) -> object:
        r"""Return a whole number of five digits or more in groups; all else as it is.

        >>> words = PageWords("sv")
        >>> words.amount(2026), words.amount(12345), words("{count} {count:row|rows}", count=1)
        (2026, '12\xa0345', '1 rad')
        """
        if type(value) is int and abs(value) >= _GROUPED:
            return format_decimal(value, locale=locale_of(self._language))
        return value

    def number(self, source: Value) -> int:
        """Return the number of a source: the same one wherever it is on the page."""
        return self._numbers.setdefault((source.href, source.text), len(self._numbers) + 1)


@cache
def _templates() -> Environment:
    """Return the templates, which escape everything.

    A process has them once: compiling them takes half a second, and it opens many releases.
    """
    environment = Environment(
        loader=PackageLoader("publisher.render"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters["sentence_case"] = sentence_case
    environment.filters["lang_attributes"] = lang_attributes
    environment.filters["language_name"] = _name_of_language
    return environment


def compile_templates() -> None:
    """Make the templates ready, so that no first page waits for it: half a second in all."""
    templates = _templates()
    for name in templates.list_templates(extensions=["html"]):
        templates.get_template(name)


class Frame:
    """Renders templates of one release's pages."""

    def __init__(
        self,
        release: Release,
        catalogued: SiteMetadata,
        addresses: Addresses,
        present: str = "",
        notice: Callable[[str], str] = no_notice,
        content_languages: Sequence[str] = (),
        own: OwnPages | None = None,
        embeds: bool = False,
        languages: Sequence[str] = LANGUAGES,
        knows: Callable[[str], bool] = lambda name: True,
    ) -> None:
        """Keep what every page needs.

        Args:
            release: What the pages show.
            catalogued: What the catalogue says of the site.
            addresses: Of the pages.
            present: Address of the site as it is now, when these are pages of the past.
            notice: Language → what pages about the site say first; usually empty.
            content_languages: Tags of the languages of the data.
            own: The publisher's own pages.
            embeds: Whether other sites may show parts of pages in a frame.
            languages: Tags of the languages that pages are offered in.
            knows: Whether anything is said of a thing: asked where documents are not listed.
        """
        self._knows = knows
        spoken = {tag.partition("-")[0] for tag in content_languages}
        # The switch of the pages' own languages serves for these.
        self._content_languages = tuple(content_languages) if spoken - set(languages) else ()
        self._own = own or OwnPages()
        self._embeds = embeds and not present
        self._languages = tuple(languages)
        self._release = release
        self._catalogued = catalogued
        self._addresses = addresses
        self._notice = notice
        self._present = Addresses(addresses.base_iri, present) if present else None
        self._environment = _templates()
        self._documents, self._tombstones = LastModified(release), Tombstones(release)
        # Things that share a document.
        self._parts = frozenset(chain.from_iterable(release.documents.values()))

    def href(self, name: str, page_language: PageLanguage) -> str:
        """Return where a page links for an IRI; empty for one that is not safe to follow."""
        if self._addresses.holds(name):
            return with_parameters(self._addresses.path(name), page_language.kept)
        return name if name.startswith(_SAFE_SCHEMES) else ""

    def link(self, name: str, page_language: PageLanguage) -> str:
        """Return the same for a thing or term; empty too where no document is about it here."""
        return self.href(name, page_language) if self._answers(name) else ""

    def _answers(self, name: str) -> bool:
        """Tell whether an IRI is somebody else's, or leads to a document or page of this site."""
        if not self._addresses.holds(name):
            return True
        path = self._addresses.document_of(name).removeprefix(self._addresses.base_iri)
        if not path or path in self._release.documents or name in self._parts:
            return True
        # The address of what has left tells why.
        if self._has(path) or self._tombstones.find(name) is not None:
            return True
        files, extension = split_file(path)
        is_file = media_types.BY_EXTENSION.get(extension) in media_types.DOCUMENT_FILES
        return is_own_path(unquote(path)) or (is_file and any(map(self._has, files)))

    def _has(self, path: str) -> bool:
        """Tell whether there is a document; previews have no list of them."""
        if self._documents:
            return self._documents.has(path)
        document = self._addresses.base_iri + path
        return self._knows(self._addresses.thing_of(document)) or self._knows(document)

    def page_of(self, document: str, number: int, page_language: PageLanguage) -> str:
        """Return where one page of a document's incoming links is."""
        return self.href(self.canonical_page(document, number), page_language)

    def canonical_page(self, document: str, number: int) -> str:
        """Return the IRI of one page of a document's incoming links; the first is its own."""
        base_iri = self._addresses.base_iri
        return base_iri + links_path(document, base_iri, number) if number > 1 else document

    def embedding(self, whole: str, kind: str, title: str, page_language: PageLanguage) -> str:
        """Return the line of HTML that shows a part of a page elsewhere; empty where none may.

        Args:
            whole: IRI of the page.
            kind: ``card``, ``table`` or ``map``.
            title: What is shown.
            page_language: Who reads it; the frame is in the same language.
        """
        if not self._embeds:
            return ""
        name = MAP if kind == MAP else whole.removeprefix(self._release.base_iri)
        address = self._addresses.on_site(f"{self._release.base_iri}{EMBEDDED}{name}")
        if "lang=" not in address.partition("?")[2]:
            address = with_parameters(address, f"lang={page_language.language}")
        return frame_line(address, kind, title, page_language.language)

    def dumps(self, dataset: str) -> list[tuple[str, str]]:
        """Return label and address of each file that holds the whole of a dataset."""
        name = dataset.removeprefix(self._release.base_iri + "dataset/")
        if name not in self._release.datasets():
            return []
        return [
            (m.label, self._addresses.path(f"{self._release.base_iri}dump/{name}.{m.extension}"))
            for m in media_types.DUMPS
        ]

    def render(
        self,
        template: str,
        page_language: PageLanguage,
        canonical: str,
        *,
        title: str,
        summary: str = "",
        page: int = 1,
        parameters: str = "",
        picture: str = HOME_PICTURE,
        asked_at: str = "",
        **values: object,
    ) -> bytes:
        """Return a page.

        Args:
            template: Name of its template.
            page_language: Who it is for.
            canonical: Its canonical IRI.
            title: Its title.
            summary: What it is about, for search engines.
            page: Which page of the document's incoming links it is.
            parameters: Parameters of its address that the switch of languages keeps.
            picture: Path of the document whose picture a shared link carries.
            asked_at: Whole address that was asked for, when that is not the page's own.
            values: What its template needs besides.
        """
        language, versions = page_language.language, self._versions(canonical, page, parameters)
        switches = self._content_switches(canonical, page, parameters, page_language)
        written = self._environment.get_template(template).render(
            **values,
            **self._surroundings(page_language),
            canonical=canonical,
            title=title,
            summary=_shorten(summary),
            versions=versions,
            switches=[version for version in versions if version.language != language],
            content_switches=switches,
            now=self._now(canonical, page, parameters, page_language),
            place_on_site=self._addresses.on_site(canonical),
            report=self._report(asked_at or self._addresses.on_site(canonical), title, language),
            picture=self._picture(language, picture),
        )
        return written.encode()

    def parts(
        self, template: str, macro: str, page_language: PageLanguage, values: Iterable[object]
    ) -> list[str]:
        """Return what a macro of a template writes of each value."""
        around = self._surroundings(page_language)
        write = getattr(self._environment.get_template(template).make_module(around), macro)
        return [str(write(value, around["_"])) for value in values]

    def _content_switches(
        self, canonical: str, page: int, parameters: str, page_language: PageLanguage
    ) -> list[tuple[str, str]]:
        """Return the languages of the data: tag, and this page with texts in it."""
        before = [f"incoming={page}"] * (page > 1) + [parameters] * bool(parameters)
        before += [f"lang={page_language.language}"] * page_language.chosen
        return [
            (
                tag,
                with_parameters(
                    self._addresses.path(canonical),
                    "&".join([*before, f"{CONTENT_PARAMETER}={tag}"]),
                ),
            )
            for tag in self._content_languages
        ]

    def _surroundings(self, page_language: PageLanguage) -> dict[str, object]:
        """Return what every page for a reader has around it."""
        language = page_language.language
        return {
            "_": PageWords(language),
            "language": language,
            "site_name": text_in(self._catalogued.site.titles, language),
            "base_iri": self._addresses.base_iri,
            "home": self.href(self._addresses.base_iri, page_language),
            "root": self._addresses.path(self._addresses.base_iri),
            "address": lambda path: self.href(self._addresses.base_iri + path, page_language),
            "search_language": language if page_language.chosen else "",
            "content_language": page_language.content,
            "content_languages": self._content_languages,
            "licenses": self._licenses(page_language),
            # Files that somebody looks at have none.
            "has_catalogue": self._release.catalogue in self._release.graphs,
            "release": self._release.id,
            "notice": self._notice(language),
            "published": self._published(language),
            "locale": locale_of(language),
            "site_publisher": self._link(self._catalogued.publisher, page_language),
            "site_contact": self._link(self._catalogued.contact, page_language),
            "own_pages": self._own_pages(page_language),
            "own_place": self._addresses.path(self._addresses.base_iri + FOLDER),
            "has_logo": self._own.logo is not None,
            "has_colour": bool(self._own.colour),
        }

    def _link(self, party: Party, page_language: PageLanguage) -> Value | None:
        """Return who publishes, or who answers, as a link; None when the catalogue names nobody."""
        name = best_label(party.names, page_language.language)
        href = party.address if party.address.startswith(_SAFE_SCHEMES) else ""
        text = name.value if name else href.removeprefix("mailto:")
        foreign = foreign_language(name, page_language.language) if name else ""
        return Value(text, href, foreign) if text else None

    def _own_pages(self, page_language: PageLanguage) -> list[Value]:
        """Return links to the publisher's own pages."""
        language = page_language.language
        return [
            Value(
                page.title,
                self.href(f"{self._addresses.base_iri}{FOLDER}{page.name}", page_language),
                "" if page.language in ("", language) else page.language,
            )
            for page in self._own.in_language(language)
        ]

    def _report(self, page: str, title: str, language: str) -> Value | None:
        """Return where a mistake on a page is told: a letter that names the page."""
        address = self._catalogued.contact.address
        if not address.startswith("mailto:"):
            return None
        letter = {
            "subject": translate("Mistake on the page “{title}”", language, title=title),
            "body": translate("The page: {address}", language, address=page) + "\n\n",
        }
        to = address.partition("?")[0]
        return Value(to.removeprefix("mailto:"), f"{to}?{urlencode(letter, quote_via=quote)}")

    def _picture(self, language: str, document: str) -> str:
        name = self._addresses.base_iri + document
        return self._addresses.on_site(
            self._addresses.file_of(name, "png", f"{PICTURES}{language}/")
        )

    def _published(self, language: str) -> str:
        day = self._release.published.date().isoformat()
        return format_literal(Literal(day, datatype=NamedNode(iri("xsd:date"))), language)

    def _licenses(self, page_language: PageLanguage) -> list[Value]:
        """Return the licences of the catalogue and its datasets, once each."""
        records = (self._catalogued.catalogue, *self._catalogued.datasets.values())
        licenses = []
        for name in dict.fromkeys(name for record in records for name in record.licenses):
            label = term_label(name, (), page_language.language) or Literal(name)
            language = foreign_language(label, page_language.language)
            licenses.append(Value(label.value, self.href(name, page_language), language))
        return licenses

    def _now(self, canonical: str, page: int, more: str, page_language: PageLanguage) -> str:
        """Return where a page of the past is as it is now; empty for a page of the present."""
        if self._present is None:
            return ""
        parameters = [f"incoming={page}"] * (page > 1) + [more] * bool(more)
        parameters += [f"lang={page_language.language}"] * page_language.chosen
        return with_parameters(self._present.path(canonical), "&".join(parameters))

    def _versions(self, canonical: str, page: int, parameters: str) -> list[LanguageLink]:
        """Return links to a page in every language."""
        path, url = self._addresses.path(canonical), self._addresses.on_site(canonical)
        parameters = f"incoming={page}&" if page > 1 else f"{parameters}&" if parameters else ""
        return [
            LanguageLink(
                tag,
                BY_TAG[tag].name,
                with_parameters(path, f"{parameters}lang={tag}"),
                with_parameters(url, f"{parameters}lang={tag}"),
            )
            for tag in self._languages
        ]


def text_in(literals: Sequence[Literal], language: str) -> str:
    """Return the text that fits a language best; empty when there is none."""
    label = best_label(literals, language)
    return label.value if label else ""


def _shorten(text: str) -> str:
    return text if len(text) <= _SUMMARY_LENGTH else text[:_SUMMARY_LENGTH].rstrip() + "…"


def frame_line(address: str, kind: str, title: str, language: str) -> str:
    """Return the line of HTML that shows an address in another page.

    Args:
        address: The whole address of the small page.
        kind: ``card``, ``table`` or ``map``: how high it is.
        title: What is in it, for those who do not see it.
        language: Of the reader.
    """
    name = translate("{title} (from another site)", language, title=title)
    return (
        f'<iframe src="{escape(address)}" title="{escape(name)}" width="100%"'
        f' height="{_HEIGHTS[kind]}" loading="lazy" style="border:0"></iframe>'
    )
