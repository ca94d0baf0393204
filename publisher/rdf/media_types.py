"""The media types that the program reads and writes, and which of them a client prefers."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, wraps
from pathlib import PurePath
from typing import TypeVar

from pyoxigraph import RdfFormat

from publisher.errors import NotAcceptable
from publisher.rdf.versions import VERSIONS, has_version


@dataclass(frozen=True)
class MediaType:
    """A media type of a representation.

    Attributes:
        name: As registered with IANA.
        extension: Of files and addresses, without the dot.
        label: For people.
        rdf_format: pyoxigraph's parser and serialiser; None for what is not RDF.
    """

    name: str
    extension: str
    label: str
    rdf_format: RdfFormat | None = None

    @property
    def content_type(self) -> str:
        """Return the value of the Content-Type field; text is always UTF-8.

        RDF/XML and JSON-LD say their encoding themselves, so they carry no parameter
        (RFC 3870 and JSON-LD 1.1, section IANA).
        """
        return f"{self.name};charset=utf-8" if self.name.startswith("text/") else self.name


HTML = MediaType("text/html", "html", "HTML")
TURTLE = MediaType("text/turtle", "ttl", "Turtle", RdfFormat.TURTLE)
JSON_LD = MediaType("application/ld+json", "jsonld", "JSON-LD", RdfFormat.JSON_LD)
RDF_XML = MediaType("application/rdf+xml", "rdf", "RDF/XML", RdfFormat.RDF_XML)
N_TRIPLES = MediaType("application/n-triples", "nt", "N-Triples", RdfFormat.N_TRIPLES)
N_QUADS = MediaType("application/n-quads", "nq", "N-Quads", RdfFormat.N_QUADS)
TRIG = MediaType("application/trig", "trig", "TriG", RdfFormat.TRIG)
MARKDOWN = MediaType("text/markdown", "md", "Markdown")
JSON = MediaType("application/json", "json", "JSON")
CSV = MediaType("text/csv", "csv", "CSV")
XLSX = MediaType(
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx", "Excel"
)
GEOJSON = MediaType("application/geo+json", "geojson", "GeoJSON")
# Made of N-Triples or N-Quads for those who ask (see ``other_syntaxes``).
TRIX = MediaType("application/trix", "trix", "TriX")
HEXTUPLES = MediaType("application/hex+x-ndjson", "hext", "Hextuples")

GRAPHS = (TURTLE, JSON_LD, RDF_XML, N_TRIPLES)
# The page first, the text last: a client without preferences gets neither of the others by chance.
DOCUMENTS = (HTML, *GRAPHS, MARKDOWN)
# Each has an address of its own. Plain JSON is had by its address alone: who accepts JSON gets
# JSON-LD, which is JSON too and says more (docs/decisions/formats.md).
DOCUMENT_FILES = (*DOCUMENTS, JSON)
# Each is written as another one that it holds, or made of it.
OTHER_FILES = (N_QUADS, TRIG, TRIX, HEXTUPLES)
DUMPS = (*GRAPHS, N_QUADS)
TABLES = (CSV, XLSX, GEOJSON)
ALL = (*DOCUMENTS, N_QUADS, TRIG, JSON, *TABLES)

# Older and wider names by which clients ask for RDF; an answer bears the name that was asked for.
# Each is a name of a language that holds all of the one it stands for: a Turtle document is one of
# TriG, too (TriG, section 2), and of N3, with prefixes as ``turtle.PUBLISHED`` declares them;
# N-Triples are N-Quads (N-Quads, section 2).
N3 = ("text/n3", "text/rdf+n3", "application/n3", "application/rdf+n3")
_OTHER_NAMES = {
    # RDF4J's names of languages with quoted triples, which hold those without, too.
    TRIG: ("application/x-trig", "text/trig", "application/x-trigstar"),
    N_QUADS: (
        *("text/x-nquads", "text/nquads", "text/n-quads", "application/x-nquads"),
        *(TRIX.name, HEXTUPLES.name),
    ),
    TURTLE: (
        *N3,
        *("application/x-turtle", "application/turtle", "text/x-turtle", "application/rdf+turtle"),
        *("text/x-turtlestar", "application/x-turtlestar"),
    ),
    JSON_LD: ("application/json", "application/x-json+ld", "application/x-json", "text/json"),
    RDF_XML: ("application/xml", "text/xml", "text/rdf+xml", "text/rdf"),
    N_TRIPLES: ("text/plain", "text/ntriples", "text/n-triples", "application/x-ntriples"),
}
_HOLDING = {TRIG: TURTLE, N_QUADS: N_TRIPLES}


def other_names(offered: Sequence[MediaType]) -> dict[str, MediaType]:
    """Return the other names of what is on offer, with what answers under them.

    >>> other_names([TURTLE])["text/n3"].name, other_names([TURTLE])["application/trig"].name
    ('text/turtle', 'text/turtle')
    """
    found: dict[str, MediaType] = {}
    for media_type, names in _OTHER_NAMES.items():
        answering = media_type if media_type in offered else _HOLDING.get(media_type, media_type)
        if answering in offered:
            found |= dict.fromkeys((media_type.name, *names), answering)
    return {name: m for name, m in found.items() if name not in {o.name for o in offered}}


BY_EXTENSION = {media_type.extension: media_type for media_type in ALL}
BY_NAME = {media_type.name: media_type for media_type in ALL}
# What the extension of a document's address picks.
PICKED = {media_type.extension: media_type for media_type in (*DOCUMENT_FILES, *OTHER_FILES)}


def media_type_of_file(name: str) -> MediaType | None:
    """Return the media type that a file name's extension stands for.

    >>> media_type_of_file("data/clusters/compare.ttl").name
    'text/turtle'
    """
    return BY_EXTENSION.get(PurePath(name).suffix.lstrip(".").lower())


# Accept fields × what is on offer → the choice (RFC 9110, section 12.5). Pure functions.

REMEMBERED_FIELDS = 1024
# Longer fields are read again each time: strangers must not fill the memory with them.
_LONGEST_REMEMBERED = 512
# Whoever names all of these, and none as the better one, has a list of readers, of which one may
# be chosen already, whatever comes: rdflib sends such a list with ``format="nquads"``. N-Triples
# are read by all of them.
_READERS_OF_LINES = frozenset((N_TRIPLES.name, N_QUADS.name, TURTLE.name))
_BY_NAME = 3
_Choice = TypeVar("_Choice")
_Choose = Callable[[str, tuple[str, ...]], _Choice]


def _cached(choose: _Choose[_Choice]) -> _Choose[_Choice]:
    """Return a function that caches its results for fields of ordinary length."""
    cached = lru_cache(maxsize=REMEMBERED_FIELDS)(choose)

    @wraps(choose)
    def remembered(field: str, offered: tuple[str, ...]) -> _Choice:
        return (cached if len(field) <= _LONGEST_REMEMBERED else choose)(field, offered)

    return remembered


def _specificity(media_range: str, media_type: str) -> int:
    """Return how closely a range names a media type: 0 not, 1 ``*/*``, 2 ``text/*``, 3 exactly.

    Parameters are left aside: ``text/turtle;charset=utf-8`` asks for Turtle.
    """
    essence = media_range.split(";")[0].strip().lower()
    if essence in ("*/*", "*"):
        return 1
    if essence.endswith("/*"):
        return 2 if media_type.startswith(essence[:-1]) else 0
    return _BY_NAME if essence == media_type else 0


# Clients write blanks around the sign, and leave out the zero before a point. What stands in a
# quoted string is no weight (RFC 9110, section 5.6.4).
_WEIGHT = re.compile(
    r";\s*q\s*=\s*\"?(?=[.0-9])(?P<whole>[0-9]*)(?:\.(?P<part>[0-9]*))?\"?"
    r'|"(?:[^"\\]|\\.)*"',
    re.IGNORECASE,
)


def with_plain_weights(field: str) -> str:
    """Return a field of preferences with its weights as RFC 9110, section 12.4.2, writes them.

    >>> with_plain_weights("text/csv ; q = .5, text/html; Q=1.")
    'text/csv ;q=0.5, text/html;q=1.0'
    >>> with_plain_weights('application/ld+json;profile="urn:a;q=.1";q=.2')
    'application/ld+json;profile="urn:a;q=.1";q=0.2'
    """
    return _WEIGHT.sub(_plain_weight, field)


def _plain_weight(found: re.Match[str]) -> str:
    if found["whole"] is None:
        return found[0]
    return f";q={found['whole'] or 0}.{found['part'] or 0}"


def without_wildcards(accept: str) -> str:
    """Return the ranges of an Accept field that name a type, or all types of a kind.

    >>> without_wildcards('text/csv;a="b, */*", */*;q=0.1, text/*')
    'text/csv;a="b, */*", text/*'
    """
    from werkzeug.http import parse_list_header

    return ", ".join(r for r in parse_list_header(accept) if not r.startswith("*"))


def _ranges(accept: str) -> tuple[tuple[str, float], ...]:
    # Here, since what only reads files is quicker without it.
    from werkzeug.datastructures import MIMEAccept
    from werkzeug.http import parse_accept_header

    found = parse_accept_header(with_plain_weights(accept), MIMEAccept)
    return tuple((name, q) for name, q in found if name)  # a semicolon alone names nothing


def quality(accept: str, media_type: str) -> float:
    """Return the quality (0 to 1) that an Accept field gives a media type.

    The most specific range decides (RFC 9110, section 12.5.1).

    >>> quality("text/*;q=0.3, text/turtle;q=0.7, */*;q=0.1", "text/turtle")
    0.7
    """
    return _quality(_ranges(accept), media_type)


def _quality(ranges: Sequence[tuple[str, float]], media_type: str) -> float:
    return _ranked(ranges, media_type)[0]


def _ranked(ranges: Sequence[tuple[str, float]], media_type: str) -> tuple[float, int]:
    """Return the quality of a media type, and how closely it was named."""
    specificity, found = max(
        ((_specificity(media_range, media_type), q) for media_range, q in ranges),
        default=(0, 0.0),
    )
    return (found, specificity) if specificity else (0.0, 0)


@_cached
def _negotiate(accept: str, offered: tuple[str, ...]) -> str | None:
    ranges = _ranges(accept)
    if not ranges:
        return offered[0]
    ranked = [_ranked(ranges, media_type) for media_type in offered]
    best = max(ranked)
    if best[0] <= 0:
        return None
    equals = {name for name, rank in zip(offered, ranked, strict=True) if rank == best}
    if best[1] == _BY_NAME and equals >= _READERS_OF_LINES:
        return N_TRIPLES.name
    return offered[ranked.index(best)]


def negotiate(accept: str, offered: Sequence[str]) -> str:
    """Return the media type the client prefers.

    Among equals it is the one that the client names most closely, and then the first on offer:
    anyone who sends ``application/json, */*`` knows what to do with JSON.

    Args:
        accept: Value of the ``Accept`` field; empty, or nothing legible in it, means "anything".
        offered: At least one media type, the publisher's favourite first.

    Raises:
        NotAcceptable: Every media type is excluded, by absence or by ``q=0``.

    >>> negotiate("text/html;q=0, */*", ["text/html", "text/turtle"])
    'text/turtle'
    """
    choice = _negotiate(accept, tuple(offered))
    if choice is None:
        raise NotAcceptable(accept, offered)
    return choice


def lists_readers(accept: str) -> bool:
    """Tell whether a field lists what can be read, rather than what is wanted.

    >>> lists_readers("text/turtle, application/n-quads, application/n-triples")
    True
    """
    return _names_alike(accept, *_READERS_OF_LINES)


def requested_version(accept: str, name: str) -> str:
    """Return the version of RDF that a client asks for with a media type; "" when it names none.

    The range that names the type most closely decides, then its quality. A version that is none of
    RDF's is left aside, as other parameters are.

    >>> requested_version("text/turtle;version=1.2, text/turtle;q=0.9", "text/turtle")
    '1.2'
    """
    if "version" not in accept.lower() or not has_version(name):
        return ""
    from werkzeug.http import parse_options_header

    found = []
    for media_range, q in _ranges(accept):
        specificity = _specificity(media_range, name)
        written = parse_options_header(media_range)[1].get("version", "").lower()
        version = VERSIONS.index(written) if written in VERSIONS else -1
        if specificity and q > 0:
            found.append((specificity, q, version))
    version = max(found, default=(0, 0.0, -1))[2]
    return "" if version < 0 else VERSIONS[version]


def with_version(content_type: str, version: str) -> str:
    """Return a media type with the version of RDF as its parameter; "" adds nothing."""
    return f"{content_type};version={version}" if version else content_type


@dataclass(frozen=True)
class Chosen:
    """A media type, and the name under which the client asked for it.

    Attributes:
        media_type: The media type.
        name: That name.
        version: The version of RDF that it named as a parameter; "" for none.
    """

    media_type: MediaType
    name: str
    version: str = ""

    @property
    def is_own_name(self) -> bool:
        """Tell whether it is asked for by its own name, and no more."""
        return self.name == self.media_type.name and not self.version

    @property
    def content_type(self) -> str:
        """Return the value of the Content-Type field."""
        return with_version(replace(self.media_type, name=self.name).content_type, self.version)


def negotiate_rdf(accept: str, offered: Sequence[MediaType]) -> Chosen:
    """Return the media type that the client prefers, by any name of it that clients use.

    Raises:
        NotAcceptable: Every media type is excluded, by whatever name.

    >>> from publisher.rdf.media_types import HTML, TURTLE
    >>> negotiate_rdf("text/n3, */*;q=0.1", [HTML, TURTLE]).media_type.label
    'Turtle'
    """
    own = {media_type.name: media_type for media_type in offered}
    others = other_names(offered)
    choice = _negotiate(accept, (*own, *others))
    if choice is None:
        raise NotAcceptable(accept, tuple(own))
    version = requested_version(accept, choice)
    return Chosen(own.get(choice) or others[choice], choice, version)


def _names_alike(accept: str, *names: str) -> bool:
    """Tell whether a field names all of these as good as each other."""
    ranks = {_ranked(_ranges(accept), name) for name in names}
    return len(ranks) == 1 and ranks.pop()[1] == _BY_NAME


@_cached
def choose_language(accept_language: str, offered: tuple[str, ...]) -> str:
    """Return the language the client prefers; the first one on offer when none fits.

    A region counts as its language (RFC 4647, section 3.4): ``sv-FI`` asks for ``sv``. A page in
    another language serves a reader better than a refusal (RFC 9110, section 12.5.4).

    >>> choose_language("sv-FI,en;q=0.8", ("en", "sv"))
    'sv'
    """
    from werkzeug.datastructures import LanguageAccept
    from werkzeug.http import parse_accept_header

    requested = [
        (tag.lower(), q)
        for tag, q in parse_accept_header(with_plain_weights(accept_language), LanguageAccept)
    ]
    qualities = [_language_quality(requested, language) for language in offered]
    return offered[qualities.index(max(qualities))]


def accepted_languages(accept_language: str) -> list[str]:
    """Return the languages that a client takes, the best first.

    >>> accepted_languages("sv;q=0.5, fi, de-AT;q=0.7, *;q=0.1, en;q=0")
    ['fi', 'de-at', 'sv']
    """
    from werkzeug.datastructures import LanguageAccept
    from werkzeug.http import parse_accept_header

    found = parse_accept_header(with_plain_weights(accept_language), LanguageAccept)
    ordered = sorted(found, key=lambda pair: -pair[1])
    return [tag.lower() for tag, q in ordered if q > 0 and tag != "*"]


def _language_quality(requested: Sequence[tuple[str, float]], language: str) -> float:
    named = [q for tag, q in requested if tag.partition("-")[0] == language]
    return max(named or [q for tag, q in requested if tag == "*"], default=0.0)
