"""HTML pages, in the reader's language, from templates that escape everything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined
from pyoxigraph import Literal

from publisher import media_types
from publisher.addresses import Addresses
from publisher.messages import LANGUAGES, translate
from publisher.query.description import Description
from publisher.query.engine import Engine
from publisher.release.model import Release
from publisher.render.documents import Document
from publisher.render.home import Home, read_home
from publisher.render.labels import best
from publisher.render.layout import Layout
from publisher.render.views import Views

_SAFE_SCHEMES = ("https://", "http://", "mailto:")


@dataclass(frozen=True)
class Reader:
    """Who a page is for.

    Attributes:
        language: Language of the page.
        chosen: Whether the reader chose it in the address, so that links must keep it.
    """

    language: str
    chosen: bool = False


@dataclass(frozen=True)
class Switch:
    """A link to the same page in another language."""

    language: str
    name: str
    href: str


class Pages:
    """The pages of one release."""

    def __init__(self, release: Release, engine: Engine, addresses: Addresses) -> None:
        """Read from the engine what every page needs."""
        self._release = release
        self._addresses = addresses
        self._layout = Layout(engine)
        self._home: Home = read_home(engine, release.base_iri)
        self._environment = Environment(
            loader=PackageLoader("publisher.render"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def href(self, name: str, reader: Reader) -> str:
        """Return where a page links for an IRI; empty for one that is not safe to follow."""
        if self._addresses.holds(name):
            path, hash_sign, fragment = self._addresses.path(name).partition("#")
            kept = f"?lang={reader.language}" if reader.chosen else ""
            return path + kept + hash_sign + fragment
        return name if name.startswith(_SAFE_SCHEMES) else ""

    def document(self, document: Document, description: Description, reader: Reader) -> bytes:
        """Return the page of a document."""
        views = Views(
            description,
            reader.language,
            self._layout,
            self._release.prefixes,
            lambda name: self.href(name, reader),
        )
        things = [views.thing(name) for name in document.subjects]
        things = [thing for thing in things if thing.groups or thing.descriptions or thing.kinds]
        return self._render(
            "document.html",
            reader,
            document.iri,
            title=things[0].name.text,
            things=things,
            incoming=views.incoming(description.incoming),
            description=description,
            representations=self._representations(document),
            next_page=self._page(document, description, 1, reader),
            previous_page=self._page(document, description, -1, reader),
        )

    def _page(self, document: Document, description: Description, step: int, reader: Reader) -> str:
        number = description.page + step
        if not 1 <= number <= description.pages:
            return ""
        kept = f"&lang={reader.language}" if reader.chosen else ""
        return f"{self._addresses.path(document.iri)}?incoming={number}{kept}"

    def _representations(self, document: Document) -> list[tuple[str, str, str]]:
        """Return label, address and media type of the document's other representations."""
        return [
            (m.label, self._addresses.path(self._addresses.representation(document.iri, m)), m.name)
            for m in media_types.GRAPHS
        ]

    def home(self, reader: Reader) -> bytes:
        """Return the home page: what is here, and how to use it."""
        return self._render(
            "home.html",
            reader,
            self._addresses.base_iri,
            title=self._text(self._home.titles, reader) or self._addresses.base_iri,
            lead=self._text(self._home.descriptions, reader),
            sections=self._home.sections(reader.language, lambda name: self.href(name, reader)),
            datasets=self._home.datasets(reader.language, lambda name: self.href(name, reader)),
            dumps=[
                (name, [m.extension for m in media_types.DUMPS])
                for name in self._release.datasets()
            ],
            release=self._release,
        )

    def problem(self, status: int, title: str, details: Sequence[str], reader: Reader) -> bytes:
        """Return a page that says what went wrong and what to do."""
        return self._render(
            "problem.html",
            reader,
            self._addresses.base_iri,
            title=title,
            status=status,
            details=details,
        )

    def sparql(self, reader: Reader, query: str, problem: Sequence[str] = ()) -> bytes:
        """Return the form for queries, with the query that was sent and what is wrong with it."""
        return self._render(
            "sparql.html",
            reader,
            self._addresses.base_iri + "sparql",
            title="SPARQL",
            query=query,
            problem=problem,
        )

    @staticmethod
    def _text(literals: Sequence[Literal], reader: Reader) -> str:
        found = best(literals, reader.language)
        return found.value if found else ""

    def _render(self, template: str, reader: Reader, canonical: str, **values: object) -> bytes:
        language = reader.language
        home = self.href(self._addresses.base_iri, reader)
        written = self._environment.get_template(template).render(
            **values,
            _=lambda message, **v: translate(message, language, **v),
            language=language,
            canonical=canonical,
            site_name=self._text(self._home.titles, reader),
            home=home,
            root=self._addresses.path(self._addresses.base_iri),
            address=lambda path: self.href(self._addresses.base_iri + path, reader),
            switches=self._switches(canonical, reader),
        )
        return written.encode()

    def _switches(self, canonical: str, reader: Reader) -> list[Switch]:
        path = self._addresses.path(canonical) if self._addresses.holds(canonical) else "/"
        names = {"sv": "Svenska", "en": "English"}
        return [
            Switch(other, names[other], f"{path}?lang={quote(other)}")
            for other in LANGUAGES
            if other != reader.language
        ]
