"""In which format a client wants the answer to a query: by a parameter, and by its Accept field.

Client libraries send both (SPARQLWrapper ``format=xml`` and ``Accept: application/rdf+xml``), and
one name means different formats for different kinds of results. So each kind of query decides for
itself: a parameter chooses among what the Accept field allows; what cannot be had by the parameter
can still be had by the field, and the other way round.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from werkzeug.http import parse_list_header

from publisher.errors import NotAcceptable, NotCarried, QueryRefused
from publisher.query.engine import BARE_BOOLEAN, BOOLEANS, GRAPHS, SOLUTIONS, carrying
from publisher.rdf import media_types
from publisher.rdf.media_types import (
    HEXTUPLES,
    HTML,
    REMEMBERED_FIELDS,
    TRIX,
    lists_readers,
    negotiate,
    quality,
    requested_version,
    with_version,
    without_wildcards,
)
from publisher.rdf.versions import carries, has_version

Parameters = Mapping[str, Sequence[str]]

# ``format`` is Virtuoso's, ``output`` and ``results`` and ``out`` are Fuseki's, ``Accept`` is
# RDF4J's. Only the first is known to have no other meaning.
PARAMETERS = ("format", "output", "results", "out", "Accept", "accept")
_NAMING_FORMATS = frozenset(PARAMETERS)
_FORMAT = PARAMETERS[0]
_NO_FORMAT = ("auto", "*/*")
_JSON, _XML, _CSV, _TSV = SOLUTIONS
_TURTLE, _N_TRIPLES, _JSON_LD, _RDF_XML, _TRIG, _N_QUADS = GRAPHS
_OF_SOLUTIONS = {
    _JSON: (
        *("json", "srj", "sparql-results+json", "application/json", "text/json"),
        *("application/x-json", "application/x-sparqlstar-results+json"),
    ),
    _XML: (
        *("xml", "srx", "sparql", "sparql-results+xml"),
        *("application/xml", "text/xml", "application/sparql+xml"),
    ),
    _CSV: ("csv", "text/comma-separated-values"),
    _TSV: ("tsv", "tab", "text/tsv", "text/x-tab-separated-values-star"),
}
_OF_GRAPHS = {
    _TURTLE: (
        *("turtle", "ttl", "n3", "longturtle", "application/x-nice-turtle"),
        *("pretty-turtle", "turtle/pretty", "turtle-pretty"),
    ),
    _N_TRIPLES: ("nt", "ntriples", "n-triples", "nt11"),
    _JSON_LD: ("jsonld", "json-ld", "ld+json", "json"),
    _RDF_XML: ("rdf", "rdfxml", "rdf-xml", "rdf/xml", "rdf+xml", "xml", "pretty-xml"),
    _TRIG: ("trig",),
    _N_QUADS: ("nq", "nquads", "n-quads"),
}
_OF_BOOLEANS = {BARE_BOOLEAN: ("boolean", "text/plain")}
# Syntaxes that are made of another one, by the names that parameters and addresses have for them.
_MADE = {name: m.name for m in (TRIX, HEXTUPLES) for name in (m.name, m.extension)}
# Longer fields are read again each time: strangers must not fill the memory with them.
_LONGEST_REMEMBERED = 512
_PAGES = ("html", HTML.name)
# The message for somebody who misspells one.
SHORT_NAMES = tuple(
    dict.fromkeys(
        ["json", "xml", "csv", "tsv", HTML.extension]
        + [m.extension for m in media_types.ALL if m.rdf_format is not None]
        + [TRIX.extension, HEXTUPLES.extension]
    )
)


def _inverted(names: Mapping[str, Sequence[str]]) -> dict[str, str]:
    return {
        name: media_type for media_type, others in names.items() for name in (media_type, *others)
    }


_RDF = [media_types.BY_NAME[name] for name in GRAPHS]
_OTHER_GRAPHS = {name: m.name for name, m in media_types.other_names(_RDF).items()}
# Names of media types beside those of the results, which may stand in an Accept field too.
_OTHER_SOLUTIONS = {
    name: media_type for name, media_type in _inverted(_OF_SOLUTIONS).items() if "/" in name
}
_BOOLEAN_NAMES = _inverted(_OF_BOOLEANS)
_BY_PARAMETER = {
    SOLUTIONS: _inverted(_OF_SOLUTIONS),
    BOOLEANS: _inverted(_OF_SOLUTIONS) | _BOOLEAN_NAMES,
    GRAPHS: _inverted(_OF_GRAPHS) | _OTHER_GRAPHS | dict.fromkeys(_MADE, _N_QUADS),
}
_BY_ACCEPT = {
    SOLUTIONS: _OTHER_SOLUTIONS,
    BOOLEANS: _OTHER_SOLUTIONS | {n: m for n, m in _BOOLEAN_NAMES.items() if "/" in n},
    GRAPHS: {name: name for name in GRAPHS} | _OTHER_GRAPHS,
}
_KNOWN = frozenset((*_BY_PARAMETER[BOOLEANS], *_BY_PARAMETER[GRAPHS], *_PAGES))


@dataclass(frozen=True)
class AcceptedFormats:
    """The result formats that a client accepts.

    Attributes:
        solutions: Media type of the answer to SELECT; empty when none on offer fits.
        boolean: The same for ASK.
        graph: The same for CONSTRUCT and DESCRIBE.
        page: Whether a person looks at it in a browser.
        names: Media type of the engine → name under which the client asked for it.
        versions: Media type of the engine → version of RDF that the client asked for with it.
        is_negotiated: Whether the Accept field was asked.
        parameter: What names a format in the address, if anything does.
        accept: The Accept field.
    """

    solutions: str
    boolean: str
    graph: str
    page: bool = False
    names: Mapping[str, str] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    is_negotiated: bool = True
    parameter: str = ""
    accept: str = ""

    @property
    def graph_name(self) -> str:
        """Return the name under which the answer to CONSTRUCT and DESCRIBE is accepted."""
        return self.names.get(self.graph, self.graph)

    def content_type(self, media_type: str, needed: str = "") -> str:
        """Return the Content-Type of an answer of the engine, under the name that was asked for.

        It names a version of RDF when the client did, or when RDF 1.1 does not carry the answer.

        Args:
            media_type: That of the answer.
            needed: The version of RDF that it needs; "" when RDF 1.1 carries it.

        Raises:
            NotCarried: It needs a later version than the client asked for, or than N3 has.
        """
        name = self.names.get(media_type, media_type)
        version = self.versions.get(media_type, "")
        is_n3 = bool(needed) and name in media_types.N3
        if is_n3 or (version and not carries(version, needed)):
            others = [with_version(media_type, needed), *carrying(media_type, needed)]
            raise NotCarried(with_version(name, "" if is_n3 else version), others, needed)
        written = f"{name};charset=utf-8" if name.startswith("text/") else name
        return with_version(written, (version or needed) if has_version(name) else "")

    @property
    def takes_page(self) -> bool:
        """Tell whether the client names pages too, for what it cannot have otherwise."""
        named = without_wildcards(self.accept)
        is_named = bool(named) and quality(named, HTML.name) > 0
        return self.is_negotiated and not self.parameter and is_named

    def as_page(self) -> AcceptedFormats:
        """Return the formats of the page with the same answer."""
        return _page(self.accept)

    def refusal(self, offered: Sequence[str]) -> NotAcceptable:
        """Return why no format on offer fits, which says who asked for what cannot be had."""
        is_silent = _prefers_page(self.accept) or not without_wildcards(self.accept)
        accept = "" if self.parameter and is_silent else self.accept
        return NotAcceptable(accept, offered, self.parameter)


def read_accepted_formats(accept: str, parameters: Parameters | None = None) -> AcceptedFormats:
    """Return what a client wants, by its Accept field and by a parameter (``format=csv``).

    Raises:
        QueryRefused: ``format`` names none that there is, and no Accept field decides.
    """
    if len(accept) <= _LONGEST_REMEMBERED and _NAMING_FORMATS.isdisjoint(parameters or ()):
        return _accepted_by_field(accept)
    return _accepted(accept, parameters or {})


@lru_cache(maxsize=REMEMBERED_FIELDS)
def _accepted_by_field(accept: str) -> AcceptedFormats:
    return _accepted(accept, {})


def _accepted(accept: str, parameters: Parameters) -> AcceptedFormats:
    name, written, version = _parameter(parameters, accept)
    if written in _PAGES and (_is_open(accept) or quality(accept, HTML.name) > 0):
        return _page(accept)
    names: dict[str, str] = {}
    solutions = _choice(SOLUTIONS, accept, written, names)
    boolean = _choice(BOOLEANS, accept, written, names)
    graph = _choice(GRAPHS, accept, written, names)
    if not written and _prefers_page(accept):
        return _page(accept)
    parameter = f"{name}={written}" if written else ""
    versions = {
        m: version or requested_version(accept, m) for m in (solutions, boolean, graph) if m
    }
    return AcceptedFormats(
        solutions,
        boolean,
        graph,
        names=names,
        versions={m: wanted for m, wanted in versions.items() if wanted and m not in names},
        parameter=parameter,
        accept=accept,
    )


def remaining_accept(accept: str, failing: str, carrying: Sequence[str]) -> str:
    """Return the best range of a field that is left when a format cannot carry the answer.

    Only names count: whoever takes anything as the last resort reads what was named.

    Args:
        accept: The Accept field.
        failing: Media type of that format.
        carrying: Media types that can carry the answer.

    Returns:
        A field with one range; empty when it names none of them.
    """
    names = list(carrying)
    for accepted in (_BY_ACCEPT[SOLUTIONS], _BY_ACCEPT[GRAPHS]):
        names += [n for n, media_type in accepted.items() if media_type in carrying]
    names = [name for name in dict.fromkeys(names) if name != failing]
    listed = parse_list_header(accept)
    ranges = [r for r in listed if "*" not in r.partition(";")[0]]
    chosen = _negotiate(",".join(ranges), tuple(names)) if ranges else ""
    return next((r for r in ranges if chosen and quality(r, chosen) > 0), "")


def accepts_results(accept: str) -> bool:
    """Tell whether a field accepts the answers to SELECT and ASK."""
    return bool(_negotiate(accept, (*BOOLEANS, *_OTHER_SOLUTIONS)))


def named_formats(extension: str) -> AcceptedFormats:
    """Return the formats of an address that ends in the extension of one."""
    solutions = _BY_PARAMETER[SOLUTIONS].get(extension, "")
    graph = _BY_PARAMETER[GRAPHS].get(extension, "")
    names = {graph: _MADE[extension]} if extension in _MADE else {}
    parameter = f".{extension}"
    return AcceptedFormats(
        solutions, solutions, graph, names=names, is_negotiated=False, parameter=parameter
    )


def is_format(extension: str) -> bool:
    """Tell whether an extension of an address picks a format of results.

    >>> is_format("srx"), is_format("html")
    (True, False)
    """
    return extension in _KNOWN and "/" not in extension and extension not in _PAGES


def _prefers_page(accept: str) -> bool:
    every = (*BOOLEANS, *GRAPHS, *_OTHER_SOLUTIONS, *_OTHER_GRAPHS)
    return _negotiate(accept, (*every, HTML.name)) == HTML.name


def _page(accept: str) -> AcceptedFormats:
    return AcceptedFormats(SOLUTIONS[0], BOOLEANS[0], GRAPHS[0], page=True, accept=accept)


def _is_open(accept: str) -> bool:
    return accept.strip() in ("", "*/*")


def _parameter(parameters: Parameters, accept: str) -> tuple[str, str, str]:
    """Return the first parameter that names a format, that name, and the version of RDF with it.

    Names without values and unknown ones pass. A plus sign that was sent bare has become a blank
    (``application/rdf+xml``).
    """
    for name in PARAMETERS:
        for value in reversed(parameters.get(name, ())):
            written = value.partition(";")[0].strip().lower().replace(" ", "+").lstrip(".")
            if written in _KNOWN:
                return name, written, requested_version(value.replace(" ", "+"), written)
            if name == _FORMAT and written and written not in _NO_FORMAT and _is_open(accept):
                raise QueryRefused(
                    "There is no format '{format}'.",
                    remedy="Choose one of {formats}.",
                    format=value[:100],
                    formats=", ".join(SHORT_NAMES),
                )
    return "", "", ""


def _choice(kind: tuple[str, ...], accept: str, written: str, names: dict[str, str]) -> str:
    """Return the media type of one kind of results; empty when neither way leads to one.

    Args:
        kind: What is on offer.
        accept: The Accept field.
        written: What the parameter says; empty for nothing.
        names: Takes the name under which the client accepts it.
    """
    accepted = _BY_ACCEPT[kind]
    offered = tuple(dict.fromkeys((*kind, *accepted)))
    by_parameter = _BY_PARAMETER[kind].get(written, "")
    if by_parameter:
        named = _MADE.get(written, by_parameter)
        allowed = [n for n in offered if accepted[n] == by_parameter and n not in _MADE]
        allowed = [named] if written in _MADE else sorted(allowed, key=lambda n: n != by_parameter)
        name = _negotiate(accept, tuple(allowed))
        if name or not _negotiate(accept, offered) or lists_readers(accept):
            # Without a field that allows it the client still named it.
            return _named_format(by_parameter, name or named, names)
    elif written and _says_nothing(accept, offered):
        return ""
    name = _negotiate(accept, offered)
    return _named_format(accepted.get(name, ""), name, names)


def _says_nothing(accept: str, offered: Sequence[str]) -> bool:
    """Tell whether a field names nothing on offer, but by ``*/*`` or as a browser's does."""
    without = without_wildcards(accept)
    return _prefers_page(accept) or not without or not _negotiate(without, offered)


def _named_format(media_type: str, name: str, names: dict[str, str]) -> str:
    if name and name != media_type:
        names[media_type] = name
    return media_type


def _negotiate(accept: str, offered: Sequence[str]) -> str:
    try:
        return negotiate(accept, offered)
    except NotAcceptable:
        return ""
