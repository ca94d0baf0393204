"""Which addresses are negotiated, and what each of them offers: the same for every file server."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from publisher.rdf.media_types import (
    DOCUMENTS,
    GRAPHS,
    HTML,
    JSON_LD,
    N_TRIPLES,
    RDF_XML,
    TABLES,
    TURTLE,
    MediaType,
    other_names,
)
from publisher.serve.feeds import OFFERED as FEEDS
from publisher.serve.signposting import LINKSET, LINKSET_JSON
from publisher.serve.site import Site

# Where the variants of pages lie that have no address of their own.
VARIANTS = "_"
PLAIN = "files"
TEMPLATES = Path(__file__).with_name("templates")


@dataclass(frozen=True)
class VariantSet:
    """What a group of addresses offers.

    Attributes:
        name: In the configuration.
        media_types: The favourite first; none: files that are served as they are.
        pattern: Regular expression for the paths (PCRE and RE2); empty: all others.
        sample: One of these paths.
    """

    name: str
    media_types: tuple[MediaType, ...]
    pattern: str
    sample: str

    @property
    def extensions(self) -> tuple[str, ...]:
        """Return the extensions of its files, the favourite first."""
        return tuple(media_type.extension for media_type in self.media_types)


def site_variants(site: Site) -> Sequence[VariantSet]:
    """Return what the addresses of a site offer; the first whose pattern fits counts."""
    files = (
        r"^/(static|picture|dump|linkset|sitemap|catalog|\.well-known|_)/|\.csv-metadata\.json$"
        r"|^/(robots\.txt|sitemap\.xml|context\.jsonld|feed\.atom|favicon\.ico)$"
    )
    has_root = site.documents.find("") is not None
    pages = r"^/table/$" if has_root else r"^/(table/)?$"
    catalogue = (RDF_XML, TURTLE, JSON_LD, N_TRIPLES, HTML)
    return (
        VariantSet(PLAIN, (), files, "/robots.txt"),
        VariantSet("pages", (HTML,), pages, "/table/"),
        VariantSet("catalogue", catalogue, r"^/catalog$", "/catalog"),
        VariantSet("descriptions", GRAPHS, r"^/void$", "/void"),
        VariantSet("feeds", FEEDS, r"^/feed(/|$)", "/feed"),
        *_tables(site),
        VariantSet("documents", DOCUMENTS, "", "/shapes"),
    )


def _tables(site: Site) -> list[VariantSet]:
    """Return the offers of tables: those with places have one file more."""
    groups: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for slug, table in site.pages.tables.tables.items():
        groups[table.files].append(slug)
    return [
        VariantSet(
            f"tables{number}",
            (HTML, *(m for m in TABLES if m.extension in files)),
            f"^/table/({'|'.join(map(re.escape, slugs))})(\\.[a-z]+)?$",
            f"/table/{slugs[0]}",
        )
        for number, (files, slugs) in enumerate(groups.items(), start=1)
    ]


# Accept fields as regular expressions, for file servers that can look only with these.
#
# They follow RFC 9110, section 12.5, as ``publisher.rdf.media_types`` does: the most specific range
# decides, parameters never spoil a match, and a range whose quality cannot be read counts for
# nothing. Of two ranges of one media type the first counts. The expressions are PCRE and RE2 alike.

RegexRows = list[tuple[str, str]]
_SPACE = r"[ \t]*"
_VALUE = r'(?:"[^"]*"|[^,;"]*)'
# A parameter that is not the quality.
_PARAMETER = rf"{_SPACE};{_SPACE}(?:[^qQ=;,\s][^=;,\s]*|[qQ][^=;,\s]+)={_VALUE}"
_BEGIN, _END = rf"(?:^|,){_SPACE}", rf"{_SPACE}(?:,|$)"
_QUALITY = r"0(?:\.[0-9]+)?|1(?:\.0+)?"
_ANYTHING = r'[^ \t,;"]+'
NOTHING = "00000"
# Expressions for what names a choice, each with how closely it does (0 to 9).
Ranges = list[tuple[str, int]]


def _with_quality(element: str, group: str) -> str:
    quality = rf"{_SPACE};{_SPACE}[qQ]=(?P<{group}>{_QUALITY})"
    return rf"{_BEGIN}{element}(?:{_PARAMETER})*{quality}{_SPACE}(?:[,;]|$)"


def _without(element: str) -> str:
    return rf"{_BEGIN}{element}(?:{_PARAMETER})*{_END}"


def reading_rows(name: str, elements: Ranges) -> RegexRows:
    """Return expression → quality as it is written, and how closely the choice is named.

    The first one that matches a field decides.

    Args:
        name: Begins the names of the groups.
        elements: Expressions for the ranges that count, the most specific first.
    """
    rows: RegexRows = []
    for number, (element, rank) in enumerate(elements):
        group = f"read_{name}_{number}"
        rows.append((_with_quality(element, group), f"${{{group}}};{rank}"))
        rows.append((_without(element), f"1;{rank}"))
    return rows


def digit_rows(name: str) -> RegexRows:
    """Return expression → quality as digits that compare as texts do.

    Four are the quality, and the last tells how closely the choice is named: among equals that
    decides (see ``publisher.rdf.media_types.negotiate``).
    """
    whole = f"digits_{name}_0"
    rank = rf"[0-9]*;(?P<rank_{name}>[0-9])"
    rows: RegexRows = [(r"^0(\.0*)?;", NOTHING)]
    rows.append((rf"^1[.0]*;(?P<{whole}>[0-9])", f"1000${{{whole}}}"))
    for places, padding in ((3, ""), (2, "0"), (1, "00")):
        group = f"digits_{name}_{places}"
        expression = rf"^0\.(?P<{group}>[0-9]{{{places}}}){rank}"
        rows.append((expression, f"0${{{group}}}{padding}${{rank_{name}}}"))
    return rows


def media_ranges(media_type: MediaType) -> Ranges:
    """Return what names a media type, the most specific first, as expressions.

    Names that clients use for it count as its own; its file has but one name to be sent under.
    """
    main = media_type.name.partition("/")[0]
    others = "|".join(map(re.escape, other_names([media_type])))
    found: Ranges = [(re.escape(media_type.name), 3)]
    found += [(f"(?:{others})", 3)] if others else []
    return [*found, (rf"{main}/\*", 2), (r"\*(?:/\*)?", 1)]


def language_ranges(language: str) -> Ranges:
    """Return what names a language: with any region (RFC 4647, section 3.4), and all of them."""
    return [(rf"{language}(?:-[a-zA-Z0-9-]+)?", 0), (r"\*", 0)]


def legible_ranges() -> list[str]:
    """Return expressions of which one matches when something in a field can be read."""
    return [_with_quality(_ANYTHING, "legible"), _without(_ANYTHING)]


# Link fields that follow from an address alone: all that a file server can send.

_CONTEXT = "http://www.w3.org/ns/json-ld#context"


def link_rows(here: str, base: str) -> list[tuple[str, str]]:
    """Return found, offer and representation as an expression → value of the Link field.

    ``$bare`` is the path of the document, ``$thing`` the IRI of what it is about.

    Args:
        here: Address of the site, without the last slash.
        base: Base of the names, without the last slash.
    """
    rows = []
    for chosen in DOCUMENTS:
        found = [(f"{base}$bare", 'rel="canonical"')]
        for media_type in DOCUMENTS:
            place = f"{here}$bare.{media_type.extension}"
            if media_type is not chosen:
                found.append((place, f'rel="alternate"; type="{media_type.name}"'))
        found.append((f"{here}/context.jsonld", f'rel="{_CONTEXT}"; type="{JSON_LD.name}"'))
        if chosen is HTML:
            found.append(("$thing", 'rel="cite-as"'))
            found += [
                (f"{here}$bare.{m.extension}", f'rel="describedby"; type="{m.name}"')
                for m in GRAPHS
            ]
            found.append(("https://schema.org/AboutPage", 'rel="type"'))
        else:
            found.append((f"{here}$bare", f'rel="describes"; type="{HTML.name}"'))
        found += [
            (f"{here}/linkset$bare.{m.extension}", f'rel="linkset"; type="{m.name}"')
            for m in (LINKSET_JSON, LINKSET)
        ]
        field = ", ".join(f"<{target}>; {parameters}" for target, parameters in found)
        rows.append((f"^1:(documents|catalogue):{chosen.extension}$", field.replace('"', '\\"')))
    return rows


def topic_rows(base: str) -> list[tuple[str, str]]:
    """Return path as an expression → IRI of what the document is about, where they differ."""
    return [(r"^/doc/(?P<topic>[^?]+?)(\.(html|ttl|jsonld|rdf|nt))?$", f"{base}/id/$topic")]
