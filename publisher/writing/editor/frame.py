"""What surrounds the editor's pages: templates, addresses, the switch of languages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined

from publisher.messages import LANGUAGES, in_language, translate
from publisher.render.values import sentence_case

_LANGUAGE_NAMES = {"sv": "Svenska", "en": "English"}


@dataclass(frozen=True)
class Place:
    """Where in the editor somebody is.

    Attributes:
        root: Path of the first page; ends with a slash.
        language: Language of the page.
        page: Path below root and language.
        query: Parameters of the address, as a text.
    """

    root: str
    language: str
    page: str = ""
    query: str = ""

    def address(self, page: str = "", **parameters: str) -> str:
        """Return the path of a page in the same language."""
        asked = urlencode({name: value for name, value in parameters.items() if value})
        return f"{self.root}{self.language}/{page}" + (f"?{asked}" if asked else "")

    def switches(self) -> list[tuple[str, str, str]]:
        """Return language, its name and address of this page in the others."""
        query = f"?{self.query}" if self.query else ""
        return [
            (other, _LANGUAGE_NAMES[other], f"{self.root}{other}/{self.page}{query}")
            for other in LANGUAGES
            if other != self.language
        ]


class EditorFrame:
    """Renders the editor's templates; they escape everything."""

    def __init__(self, titles: Callable[[str], str]) -> None:
        """Prepare the templates; ``titles`` gives the name of the site in a language."""
        self._titles = titles
        self._environment = Environment(
            loader=PackageLoader("publisher.writing.editor"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.filters["sentence_case"] = sentence_case
        self._environment.filters["said_in"] = in_language

    def render(self, template: str, place: Place, *, title: str, **values: object) -> bytes:
        """Return a page.

        Args:
            template: Name of its template.
            place: Where it is.
            title: Its title.
            values: What its template needs besides.
        """
        language = place.language
        written = self._environment.get_template(template).render(
            **values,
            _=lambda message, **v: translate(message, language, **v),
            said=lambda text: in_language(text, language),
            language=language,
            place=place,
            address=place.address,
            root=place.root,
            title=title,
            site_name=self._titles(language),
        )
        return written.encode()
