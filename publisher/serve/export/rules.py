"""The rules of an export as data: what addresses offer, and the fields of answers.

``nginx`` and ``caddy`` print them, each in the words of its server.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from publisher.addresses import INDEX
from publisher.rdf.media_types import (
    ALL,
    DOCUMENTS,
    GRAPHS,
    HTML,
    JSON_LD,
    MARKDOWN,
    N_TRIPLES,
    RDF_XML,
    TABLES,
    TURTLE,
    MediaType,
    other_names,
)
from publisher.release.catalogue.sitemap import read_documents
from publisher.release.model import DOCUMENTS as DOCUMENT_LIST
from publisher.serve.cors import ALLOWED
from publisher.serve.feeds import OFFERED as FEEDS
from publisher.serve.headers import COMMON_HEADERS, METHODS, alternates
from publisher.serve.signposting import LINKSET, LINKSET_JSON
from publisher.serve.site import Site

# Where the variants of pages lie that have no address of their own.
VARIANTS = "_"
PLAIN = "files"
# Begins the names of sets of variants of tables.
_TABLES = "tables"
_TEMPLATES = Path(__file__).with_name("templates")


def fill_template(name: str, values: Mapping[str, str]) -> str:
    """Return a configuration: a template with values for what stands in « »."""
    written = (_TEMPLATES / name).read_text(encoding="utf-8")
    for key, value in values.items():
        written = written.replace(f"«{key}»", value)
    return written


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
        r"^/(static|picture|dump|linkset|sitemap|catalog|rest|\.well-known|_)/|\.csv-metadata\.json$"
        r"|^/(robots\.txt|sitemap\.xml|context\.jsonld|feed\.atom|favicon\.ico)$"
    )
    has_root = site.documents.find("") is not None
    pages = r"^/(table/|docs)$|^/search/" if has_root else r"^/(table/|docs)?$|^/search/"
    catalogue = (RDF_XML, TURTLE, JSON_LD, N_TRIPLES, HTML, MARKDOWN)
    return (
        VariantSet(PLAIN, (), files, "/robots.txt"),
        VariantSet("pages", (HTML,), pages, "/table/"),
        VariantSet("catalogue", catalogue, r"^/catalog$", "/catalog"),
        VariantSet("descriptions", GRAPHS, r"^/void$", "/void"),
        VariantSet("feeds", FEEDS, r"^/feed(/|$)", "/feed"),
        *_tables(site),
        VariantSet("documents", DOCUMENTS, "", _a_document(site)),
    )


def _a_document(site: Site) -> str:
    """Return the path of a document: a catalogue alone has no shapes."""
    if site.documents.find("shapes") is not None:
        return "/shapes"
    listed = read_documents(site.release.folder / DOCUMENT_LIST)
    return next((f"/{path}" for path, _ in listed if path.startswith("dataset/")), "/shapes")


def _tables(site: Site) -> list[VariantSet]:
    """Return the offers of tables: those with places have one file more."""
    groups: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for slug, table in site.pages.tables.tables.items():
        groups[table.files].append(slug)
    return [
        VariantSet(
            f"{_TABLES}{number}",
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
# nothing. Of two ranges of one media type the first counts. The expressions are valid
# in both PCRE and RE2.

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
    ranges: Ranges = [(re.escape(media_type.name), 3)]
    ranges += [(f"(?:{others})", 3)] if others else []
    return [*ranges, (rf"{main}/\*", 2), (r"\*(?:/\*)?", 1)]


def language_ranges(language: str) -> Ranges:
    """Return what names a language: with any region (RFC 4647, section 3.4), and all of them."""
    return [(rf"{language}(?:-[a-zA-Z0-9-]+)?", 0), (r"\*", 0)]


def legible_ranges() -> list[str]:
    """Return expressions of which one matches when something in a field can be read."""
    return [_with_quality(_ANYTHING, "legible"), _without(_ANYTHING)]


# Header fields: which answers have them, as data that a writer for each server prints.
#
# Values hold names in braces: {bare}, the path of the document's files without extensions; {named},
# that of the document itself; {thing}, the IRI of what it is about; {representation}, the extension
# of what answers; {kept}, the parameter that chose the language; {language}.

_CONTEXT = "http://www.w3.org/ns/json-ld#context"
_FEED = "/feed.atom"
_VARY_BY_BOTH = "Accept, Accept-Language"


@dataclass(frozen=True)
class Case:
    """Which answers with something in them a rule is about; what is not said may be anything.

    Attributes:
        variants: Names of sets of variants.
        is_picked: Whether the address names a format.
        representations: Extensions of what answers.
        is_chosen: Whether the address chose the language.
        path: Of the request.
    """

    variants: tuple[str, ...] = ()
    is_picked: bool | None = None
    representations: tuple[str, ...] = ()
    is_chosen: bool | None = None
    path: str = ""


# Of several cases that an answer is of, the first counts; an empty value: the field is not sent.
FieldRules = Sequence[tuple[Case, str]]


def field_rules(site: Site, variants: Sequence[VariantSet]) -> Mapping[str, FieldRules]:
    """Return name of a header field → which answers have it, and its value."""
    here, base = site.config.site_url.rstrip("/"), site.release.base_iri.rstrip("/")
    html = (HTML.extension,)
    tables = tuple(each.name for each in variants if each.name.startswith(_TABLES))
    data = tuple(dict.fromkeys(e for each in variants for e in each.extensions if e not in html))
    address = f"{here}{{bare}}.{{representation}}"
    by_location = ("documents", "catalogue", "descriptions")
    return {
        "Vary": (
            (Case((PLAIN,), path=_FEED), "Accept-Language"),
            (Case((PLAIN,)), ""),
            (Case(("pages",), representations=html, is_chosen=False), "Accept-Language"),
            (Case(("pages",)), ""),
            (Case(is_picked=False, representations=html, is_chosen=False), _VARY_BY_BOTH),
            (Case(is_picked=True, representations=html, is_chosen=False), "Accept-Language"),
            (Case(is_picked=False), "Accept"),
        ),
        "Content-Language": (
            (Case((PLAIN,), path=_FEED), "{language}"),
            (Case((PLAIN,)), ""),
            (Case(representations=html), "{language}"),
        ),
        "Content-Location": (
            (Case(("documents",), representations=html, path="/"), ""),
            (Case(by_location), f"{address}{{kept}}"),
            *(((Case(tables, representations=data), address),) if tables else ()),
        ),
        "Link": tuple(_links(here, base)),
    }


def _links(here: str, base: str) -> Iterator[tuple[Case, str]]:
    """Yield the links that follow from an address alone: all that a file server can send.

    Args:
        here: Address of the site, without the last slash.
        base: Base of the names, without the last slash.
    """
    for current in DOCUMENTS:
        links = [(f"{base}{{named}}", 'rel="canonical"')]
        for media_type in alternates(current):
            url = f"{here}{{bare}}.{media_type.extension}"
            links.append((url, f'rel="alternate"; type="{media_type.name}"'))
        links.append((f"{here}/context.jsonld", f'rel="{_CONTEXT}"; type="{JSON_LD.name}"'))
        if current is HTML:
            links.append(("{thing}", 'rel="cite-as"'))
            links += [
                (f"{here}{{bare}}.{m.extension}", f'rel="describedby"; type="{m.name}"')
                for m in GRAPHS
            ]
            links.append(("https://schema.org/AboutPage", 'rel="type"'))
        else:
            links.append((f"{here}{{named}}", f'rel="describes"; type="{HTML.name}"'))
        links += [
            (f"{here}/linkset{{bare}}.{m.extension}", f'rel="linkset"; type="{m.name}"')
            for m in (LINKSET_JSON, LINKSET)
        ]
        case = Case(("documents", "catalogue"), representations=(current.extension,))
        yield case, ", ".join(f"<{target}>; {parameters}" for target, parameters in links)


def topic_rows(base: str) -> list[tuple[str, str]]:
    """Return path of a document as an expression → IRI of what it is about, where they differ."""
    return [(r"^/doc/(?P<topic>[^?]+)$", f"{base}/id/$topic")]


# What errors have; and what leads on.
ERROR_FIELDS: Mapping[str, str] = {"Vary": _VARY_BY_BOTH, "Content-Language": "{language}"}
REDIRECT_FIELDS: Mapping[str, str] = {"Vary": "Accept"}
# What every answer has, an error too.
FIXED_FIELDS: Mapping[str, str] = {
    "Cache-Control": "public, no-cache",
    **COMMON_HEADERS,
}
# What the answer to a preflight request has besides (Fetch, section 3.2.2).
PREFLIGHT_FIELDS: Mapping[str, str] = {
    "Access-Control-Allow-Methods": METHODS,
    "Access-Control-Allow-Headers": ALLOWED,
    "Access-Control-Max-Age": "86400",
}
# Extension → Content-Type.
CONTENT_TYPES: Mapping[str, str] = {m.extension: m.content_type for m in ALL} | {
    "xml": "application/xml",
    "atom": "application/atom+xml",
    "problem": "application/problem+json",
    "gz": "application/gzip",
    "css": "text/css;charset=utf-8",
    "js": "text/javascript;charset=utf-8",
    "svg": "image/svg+xml",
    "png": "image/png",
    "ico": "image/vnd.microsoft.icon",
    "txt": "text/plain;charset=utf-8",
}


@dataclass(frozen=True)
class TypedPath:
    """Files whose Content-Type their extension does not tell.

    Attributes:
        name: In the configuration.
        begins: What their paths begin with.
        ends: What their paths end in, from a full stop on; empty: that path alone.
        content_type: What they are.
    """

    name: str
    begins: str
    ends: str
    content_type: str


_API_CATALOG = f'{LINKSET_JSON.name};profile="https://www.rfc-editor.org/info/rfc9727"'
TYPED_PATHS = (
    TypedPath("linkset_json", "/linkset/", ".json", LINKSET_JSON.name),
    TypedPath("linkset_text", "/linkset/", ".txt", LINKSET.name),
    TypedPath("api_catalog", "/.well-known/api-catalog", "", _API_CATALOG),
    TypedPath("metadata", "/", ".csv-metadata.json", "application/csvm+json"),
)


# Addresses as they were sent. Servers undo escapes, and then a%2Fb is a file in a folder.

NO_FILE = f"/{VARIANTS}/none"
# A path with escapes, but for one that leads out of a folder.
LITERAL_ROWS = [
    (r"^[^?]*/\.\.?(/|\?|$)", NO_FILE),
    (r"^(?P<literal_path>[^?]*%[^?]*)", "${literal_path}"),
]
# What these stand for would divide the path, or be escaped itself.
STRUCTURAL = r"^[^?]*%(2[f5]|3f|5c)"


def folder_rows(group: str) -> RegexRows:
    """Return path as an expression → path of its files, where it has no last part.

    Args:
        group: Begins the name of the group.
    """
    return [(f"^(?P<{group}_folder>/.+/)$", f"${{{group}_folder}}{INDEX}")]


def document_rows(group: str) -> RegexRows:
    """Return path of a thing or of a file as an expression → path of its document's files."""
    slug, folder, stem = (f"{group}_{name}" for name in ("slug", "slashed", "stem"))
    return [
        (f"^/id/(?P<{folder}>.+/)$", f"/doc/${{{folder}}}{INDEX}"),
        (f"^/id/(?P<{slug}>.+)$", f"/doc/${{{slug}}}"),
        *folder_rows(group),
        (rf"^(?P<{stem}>/.+)\.(html|ttl|jsonld|rdf|nt|md)$", f"${{{stem}}}"),
    ]


def named_rows(known: str) -> RegexRows:
    """Return path of a file as an expression → path of its document."""
    return [
        (rf"^(?P<named_folder>/(?:[^?]*/)?){INDEX}\.({known})(\?|$)", "${named_folder}"),
        (rf"^(?P<named_path>[^?]+)\.({known})(\?|$)", "${named_path}"),
    ]
