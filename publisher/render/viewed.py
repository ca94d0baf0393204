"""Values as the viewers of their shapes show them (DASH), else as their kind suggests."""

from __future__ import annotations

import re
from dataclasses import replace

from babel import Locale, UnknownLocaleError
from pyoxigraph import Literal

from publisher.rdf.namespaces import HYPERLINK, IMAGE, LANG_STRING, LITERAL, URI, iri
from publisher.render.labels import foreign
from publisher.render.parts import Line, Value
from publisher.render.values import in_words, shortened, sort_key

_WEB = ("https://", "http://")
_ADDRESS = iri("xsd:anyURI")
# The policy of pages lets a browser load pictures of this site and those within the page itself.
_OWN_PICTURE = re.compile(r"/[^?#]*\.(png|jpe?g|gif|svg|webp)(?=[?#]|$)", re.IGNORECASE)
_PICTURE_WITHIN = re.compile(r"data:image/(png|jpeg|gif|svg\+xml|webp);base64,[A-Za-z0-9+/=]+")


def viewed_iri(name: str, link: Value, viewer: str) -> Value:
    """Return a link as a viewer shows it.

    A picture of another site stays a link: the page could not show it, and its host would be told
    of the reader.

    Args:
        name: The IRI.
        link: To it, by its name.
        viewer: Of the shape; empty for none.
    """
    if viewer == URI:
        return Value(name, link.href)
    if viewer == IMAGE and _OWN_PICTURE.match(link.href):
        return replace(link, picture=link.href)
    return link


def viewed_literal(literal: Literal, href: str, viewer: str, language: str) -> Value:
    """Return a literal as a viewer shows it.

    Args:
        literal: To be shown.
        href: Where it leads, taken for an address; empty for an address that is not safe.
        viewer: Of the shape; empty for none.
        language: Of the page.
    """
    is_address = literal.datatype.value == _ADDRESS or viewer in (HYPERLINK, IMAGE)
    if is_address and literal.value.startswith(_WEB):
        return viewed_iri(literal.value, Value(literal.value, href), viewer)
    if viewer == IMAGE and _PICTURE_WITHIN.fullmatch(literal.value):
        return Value("", picture=literal.value)
    words = literal.value if viewer == LITERAL else in_words(literal, language)
    text, cut = shortened(words, legible=bool(literal.language))
    spoken = language_in_words(literal.language or "", language) if viewer == LANG_STRING else ""
    return Value(text, "", foreign(literal, language), cut, spoken=spoken)


def language_in_words(tag: str, language: str) -> str:
    """Return what a language is called in another one; its tag when nobody knows.

    >>> [language_in_words(tag, "sv") for tag in ("en", "fit", "en-GB", "x-own", "")]
    ['engelska', 'meänkieli', 'engelska (Storbritannien)', 'x-own', '']
    """
    if not tag:
        return ""
    try:
        return str(Locale.parse(tag, sep="-").get_display_name(language) or tag)
    except (UnknownLocaleError, ValueError):
        return str(Locale(language).languages.get(tag.lower(), tag))


def order_of(value: Value) -> tuple[str, str, str]:
    """Return what a value is sorted by: the same order in every build."""
    return sort_key(value.text), value.href, " ".join(map(words_of, value.nested))


def words_of(line: Line) -> str:
    """Return everything that a line says, to sort it by."""
    values = (value for fact in line.facts for value in fact.values)
    return " ".join([line.iri, *(part for value in values for part in order_of(value))])
