"""What somebody says of the data they want to publish, and the terms that it gives."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pyoxigraph import Literal, NamedNode

from publisher.errors import UsageError
from publisher.messages import LANGUAGES, Text, translate
from publisher.rdf.namespaces import iri
from publisher.writing.naming import slug

# The themes of the EU's data portal (authority table data-theme).
THEMES = (
    *("AGRI", "ECON", "EDUC", "ENER", "ENVI", "GOVE", "HEAL", "INTR", "JUST", "REGI", "SOCI"),
    *("TECH", "TRAN"),
)
# What an organisation can be (ADMS, publisher type), as DCAT-AP-SE asks for it.
KINDS = (
    *("LocalAuthority", "RegionalAuthority", "NationalAuthority", "SupraNationalAuthority"),
    *("Academia-ScientificOrganisation", "Company", "IndustryConsortium"),
    *("NonGovernmentalOrganisation", "NonProfitOrganisation", "StandardisationBody"),
)
_BASE = re.compile(r"https?://[^\s<>\"{}|\\^`?#]+/")
_MAIL = re.compile(r"[^\s@<>]+@[^\s@<>]+\.[^\s@<>]+")
LICENCE = "http://creativecommons.org/publicdomain/zero/1.0/"

Term = NamedNode | Literal
# Subject → property, as a prefixed name → values.
Said = dict[str, dict[str, list[Term]]]


@dataclass(frozen=True)
class Start:
    """What somebody says of the data they want to publish.

    Attributes:
        names: What the data are about, by language: the title of the dataset and of the site.
        things: What one thing is called, by language.
        publisher: Who publishes.
        kind_of_publisher: One of ``KINDS``.
        contact: Mail address for questions.
        base_iri: Base of every address; ends with a slash.
        theme: One of ``THEMES``.
        day: The day that the catalogue is issued.
    """

    names: Text
    things: Text
    publisher: str
    kind_of_publisher: str
    contact: str
    base_iri: str
    theme: str
    day: date

    @property
    def languages(self) -> tuple[str, ...]:
        """Return the languages of the data."""
        return tuple(language for language in LANGUAGES if language in self.names)

    @property
    def dataset(self) -> str:
        """Return the dataset's name in addresses and folders."""
        return slug(next(iter(self.names.values())))

    @property
    def class_name(self) -> str:
        """Return the name of the class, in English if there is one."""
        words = slug(self.things.get("en") or next(iter(self.things.values()))).split("-")
        return "".join(word.capitalize() for word in words)

    @property
    def kind(self) -> str:
        """Return what addresses of things call them: ``lake`` of ``…/id/lake/siljan``."""
        return slug(self.things.get("en") or next(iter(self.things.values())))


def refuse_wrong(start: Start, folder: Path) -> None:
    """Let what somebody said pass if a folder can be made of it.

    Raises:
        UsageError: The folder is not empty, or something cannot be an address.
    """
    if folder.exists() and any(folder.iterdir()):
        raise UsageError(
            "The folder {folder} is not empty.",
            folder=str(folder),
            remedy="Name a new one, so that nothing of yours is overwritten.",
        )
    if not _BASE.fullmatch(start.base_iri):
        raise UsageError(
            "'{base}' cannot be the base of addresses.",
            base=start.base_iri,
            remedy="Write an address that is yours, from https:// to a slash at the end.",
        )
    if not _MAIL.fullmatch(start.contact):
        raise UsageError(
            "'{contact}' is not a mail address.",
            contact=start.contact,
            remedy="Portals show it to people with questions: write one that somebody reads.",
        )
    if not start.languages or set(start.names) != set(start.things):
        raise UsageError(
            "Say in the same languages what the data are about and what one thing is called.",
            remedy="For example: --name sv=Badplatser --thing sv=Badplats.",
        )
    if not (start.dataset and start.class_name) or not start.class_name[0].isalpha():
        raise UsageError(
            "The name gives no address: it holds no letter from a to z.",
            remedy="Choose a name with such letters; å, ä and ö become a, a and o.",
        )


def nodes(*names: str) -> list[Term]:
    """Return prefixed names and whole addresses as nodes."""
    return [NamedNode(name if ":/" in name or "mailto:" in name else iri(name)) for name in names]


def in_each(message: str, start: Start, **values: Text) -> list[Term]:
    """Return a message of the program in each language of the data."""
    return [
        Literal(
            translate(message, language, **{n: texts[language] for n, texts in values.items()}),
            language=language,
        )
        for language in start.languages
    ]


def given(start: Start, texts: Text) -> list[Term]:
    """Return texts of the publisher's own in each language of the data."""
    return [Literal(texts[language], language=language) for language in start.languages]


def lower(texts: Text) -> Text:
    """Return texts as they stand inside a sentence."""
    return {language: text[:1].lower() + text[1:] for language, text in texts.items()}


def vocabulary_description(start: Start) -> list[Term]:
    """Return what ontology and catalogue say of the vocabulary."""
    return in_each(
        "The class and the properties that describe {names} here, with their definitions.",
        start,
        names=lower(start.names),
    )
