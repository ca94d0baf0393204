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
    N_QUADS,
    N_TRIPLES,
    RDF_XML,
    TABLES,
    TRIG,
    TURTLE,
    MediaType,
)
from publisher.serve.site import Site

# Where the variants of pages lie that have no address of their own.
VARIANTS = "_"
PLAIN = "files"
TEMPLATES = Path(__file__).with_name("templates")


@dataclass(frozen=True)
class Offer:
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


def offers_of(site: Site) -> Sequence[Offer]:
    """Return what the addresses of a site offer; the first whose pattern fits counts."""
    files = (
        r"^/(static|picture|dump|linkset|sitemap|catalog|\.well-known|_)/|\.csv-metadata\.json$"
        r"|^/(robots\.txt|sitemap\.xml|context\.jsonld|feed\.atom|favicon\.ico)$"
    )
    has_root = site.documents.find("") is not None
    pages = r"^/table/$" if has_root else r"^/(table/)?$"
    catalogue = (RDF_XML, TURTLE, JSON_LD, N_TRIPLES, HTML)
    return (
        Offer(PLAIN, (), files, "/robots.txt"),
        Offer("pages", (HTML,), pages, "/table/"),
        Offer("catalogue", catalogue, r"^/catalog$", "/catalog"),
        Offer("descriptions", GRAPHS, r"^/void$", "/void"),
        Offer("feeds", (TRIG, JSON_LD, N_QUADS), r"^/feed(/|$)", "/feed"),
        *_tables(site),
        Offer("documents", DOCUMENTS, "", "/shapes"),
    )


def _tables(site: Site) -> list[Offer]:
    """Return the offers of tables: those with places have one file more."""
    groups: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for slug, table in site.pages.tables.tables.items():
        groups[table.files].append(slug)
    return [
        Offer(
            f"tables{number}",
            (HTML, *(m for m in TABLES if m.extension in files)),
            f"^/table/({'|'.join(map(re.escape, slugs))})(\\.[a-z]+)?$",
            f"/table/{slugs[0]}",
        )
        for number, (files, slugs) in enumerate(groups.items(), start=1)
    ]
