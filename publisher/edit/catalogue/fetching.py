"""A file or an address → what is there, and in which form: RDF, JSON, a web page, or a table.

Everything a stranger's server does costs a sentence at most: exchanges and files are bounded, pages
are followed on the same host only and never in a circle.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from html import unescape
from pathlib import Path, PurePosixPath
from urllib.parse import quote, unquote, urlsplit

from pyoxigraph import Literal, NamedNode, Quad, RdfFormat

from publisher.edit.catalogue.forms.html_text import json_ld_of_page
from publisher.errors import SourceError, SourceMissing, SourceSyntax
from publisher.messages import printable
from publisher.rdf.context_loading import LoadContext, context_loader, with_loaded_contexts
from publisher.rdf.encodings import beginning, decode
from publisher.rdf.guards import DEFAULT_READ_LIMITS, ReadLimits, file_too_large
from publisher.rdf.namespaces import iri
from publisher.rdf.packed import unpack_feed
from publisher.rdf.parser_words import words_of
from publisher.rdf.reading import read_json, read_quads
from publisher.rdf.recognise import (
    WEB_PAGE,
    map_metadata,
    other_language,
    syntax_by_content,
    syntax_by_name,
)
from publisher.system.http_client import (
    CHUNK_BYTES,
    Client,
    Exchange,
    ExchangeLimits,
    Fault,
    address_host,
    is_web,
    resolve_reference,
)

MOST_PAGES = 1000
_OK = 200
_LENGTH_BYTES = 200 << 20
_SECONDS = 120.0
_ACCEPT = (
    "text/turtle, application/rdf+xml;q=0.9, application/ld+json;q=0.9,"
    " application/n-triples;q=0.8, application/json;q=0.7, text/html;q=0.3"
)
_BY_MEDIA_TYPE = {
    "text/turtle": RdfFormat.TURTLE,
    "application/x-turtle": RdfFormat.TURTLE,
    "text/n3": RdfFormat.TURTLE,
    "application/n-triples": RdfFormat.N_TRIPLES,
    "application/n-quads": RdfFormat.N_QUADS,
    "application/trig": RdfFormat.TRIG,
    "application/rdf+xml": RdfFormat.RDF_XML,
    "application/ld+json": RdfFormat.JSON_LD,
}
_NEXT = tuple(iri("hydra:next").removesuffix("next") + name for name in ("next", "nextPage"))
_LINK = re.compile(r"<link\s[^>]*>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"([a-z]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')", re.IGNORECASE)
_TABLES = (".csv", ".tsv", ".tab", ".xlsx", ".xlsm", ".xls", ".ods")
_FAULTS = {
    Fault.SLOW: "The server does not answer in time.",
    Fault.UNREACHABLE: "The server cannot be reached.",
    Fault.TRUNCATED: "The answer breaks off.",
    Fault.ENDLESS: "The answer is larger than what is read.",
    Fault.LOOP: "The redirects go in a circle.",
    Fault.HOPS: "There are too many redirects.",
    Fault.ELSEWHERE: "It redirects to another host.",
}


@dataclass(frozen=True)
class Fetched:
    """What is at an address or in a file.

    Attributes:
        address: Where it came from, after redirects; of a file its URI.
        content: Its bytes, unpacked.
        media_type: As the server says; empty for a file.
        where: How messages name it.
    """

    address: str
    content: bytes = field(repr=False)
    media_type: str
    where: str


def is_table(source: str) -> bool:
    """Tell whether a source is read as a table: by its name, and a text by what is in it."""
    if is_web(source):
        return False
    name = source.lower()
    return name.endswith(_TABLES) or (name.endswith(".txt") and _is_text_of_rows(Path(source)))


# Of tables without a name that says so: media type → extension of a file with one.
_TABLE_TYPES = {
    "text/csv": ".csv",
    "application/csv": ".csv",
    "text/tab-separated-values": ".tsv",
    "application/vnd.ms-excel": ".xls",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/vnd.oasis.opendocument.spreadsheet": ".ods",
}


def fetch_table(address: str, client: Client, folder: Path) -> Path | None:
    """Return a file in a folder with the table at an address; None where there is none.

    An address that does not end like a table's is asked what it has first: feeds are large.

    Raises:
        SourceMissing: Nothing, or not all of it, came.
        SourceError: It cannot be read.
    """
    name = PurePosixPath(unquote(urlsplit(address).path)).name
    ending = PurePosixPath(name.lower().removesuffix(".gz")).suffix
    if ending not in _TABLES:
        limits = replace(client.limits, length_bytes=CHUNK_BYTES)
        accept = {"Accept": f"{_ACCEPT}, text/csv;q=0.6"}
        last = client.visit(address, fields=accept, limits=limits).last
        ending = _TABLE_TYPES.get(last.media_type, "") if last.status == _OK else ""
        if not ending:
            return None
    file = folder / f"list{ending}"
    file.write_bytes(fetch_address(address, client).content)
    return file


def _is_text_of_rows(file: Path) -> bool:
    """Tell whether a text has tabs or semicolons in its first line and is no RDF.

    Excel saves a sheet as "Unicode text" with this extension.
    """
    try:
        with file.open("rb") as stream:
            start = beginning(stream.read(1 << 14))
    except OSError:
        return False
    first = start.lstrip().partition("\n")[0]
    return any(mark in first for mark in "\t;") and syntax_by_content(start) is None


def fetch(source: str, client: Client, limits: ReadLimits = DEFAULT_READ_LIMITS) -> Fetched:
    """Return what is at an address or in a file.

    Raises:
        SourceMissing: There is nothing.
        SourceError: It cannot be read.
    """
    if is_web(source):
        return fetch_address(source, client)
    if "://" in source:
        raise SourceMissing(
            "This address cannot be fetched: only http:// and https:// are.",
            where=printable(source),
            remedy="Write the address from https:// on, or name a file.",
        )
    path = Path(source)
    if not path.is_file():
        raise SourceMissing(
            "There is no such file.",
            where=printable(source),
            remedy="Check the name; an address begins with https://.",
        )
    try:
        size = path.stat().st_size
        if size > limits.file_bytes:
            raise file_too_large(size, limits.file_bytes, source)
        content = path.read_bytes()
    except OSError as error:
        raise SourceError(
            "The file cannot be read: {reason}.",
            where=source,
            remedy="Give yourself the right to read it.",
            reason=error.strerror,
        ) from error
    name, content = unpack_feed(content, limits, source)
    address = path.resolve().as_uri()
    return Fetched(f"{address}/{quote(name)}" if name else address, content, "", source)


def make_client() -> Client:
    """Return a client with the limits of an import."""
    return Client(ExchangeLimits(total_seconds=_SECONDS, length_bytes=_LENGTH_BYTES))


def visit_address(address: str, client: Client, fields: Mapping[str, str]) -> Exchange:
    """Return the complete answer at an address, whatever its status.

    Raises:
        SourceMissing: Nothing, or not all of it, came.
    """
    visit = client.visit(address, fields=fields)
    if visit.fault is not None:
        raise SourceMissing(
            _FAULTS[visit.fault],
            where=address,
            remedy="Open the address in a browser. If it answers there, save what it shows as a"
            " file, and import that.",
        )
    return visit.last


def fetch_address(address: str, client: Client) -> Fetched:
    """Return what is at an address.

    Raises:
        SourceMissing: Nothing, or not all of it, came.
    """
    last = visit_address(address, client, {"Accept": _ACCEPT})
    if not last.successful:
        raise SourceMissing(
            "The server answers {status} here.",
            where=address,
            remedy="Check the address: it should be that of the feed, or of the site itself.",
            status=last.status,
        )
    name, content = unpack_feed(last.body, DEFAULT_READ_LIMITS, address)
    if name:
        return Fetched(f"{last.url}/{quote(name)}", content, "", address)
    return Fetched(last.url, content, last.media_type, address)


def syntax_of_fetched(fetched: Fetched) -> RdfFormat | None:
    """Return the syntax of RDF that something is in; None when it is none."""
    start = beginning(fetched.content[: 1 << 18])
    found = syntax_by_content(start)
    if found is not None:
        # A name or type that fits goes first: Turtle and TriG begin alike.
        stated = _BY_MEDIA_TYPE.get(fetched.media_type)
        return stated if stated is not None and found != RdfFormat.RDF_XML else found
    if other_language("", start) or start.lstrip()[:1] in ("{", "["):
        return None
    stated = _BY_MEDIA_TYPE.get(fetched.media_type)
    return stated or syntax_by_name(urlsplit(fetched.address).path)


def read_json_of(fetched: Fetched) -> object | None:
    """Return what something says as JSON; None when it is none.

    Raises:
        ReadLimitExceeded: It nests too deeply.
    """
    # Some servers begin with the mark of UTF-8, which is no part of JSON (RFC 8259, section 8.1).
    content = fetched.content.removeprefix(b"\xef\xbb\xbf")
    if content.lstrip()[:1] not in (b"{", b"["):
        return None
    try:
        return _whole_characters(read_json(content, fetched.where), content)
    except ValueError as error:
        lines = _read_json_lines(content, fetched.where)
        if lines is not None:
            return lines
        raise _no_json(error, fetched.where) from error


def _no_json(error: ValueError, where: str, line: int = 0) -> SourceSyntax:
    """Return what is wrong with JSON; the parser's own words are English.

    Args:
        error: What the parser said.
        where: How messages name what was read.
        line: Of a file in which each line is a document; else 0.
    """
    is_placed = isinstance(error, json.JSONDecodeError)
    return SourceSyntax(
        "Line {line} is not JSON from column {column} on."
        if is_placed
        else "It begins like JSON, but is not in UTF-8 or has a number that is too long.",
        where=where,
        remedy="Fetch it again: it may have broken off. A file can be corrected by hand.",
        line=line or getattr(error, "lineno", 0),
        column=getattr(error, "colno", 0),
    )


def _whole_characters(document: object, content: bytes) -> object:
    """Return JSON in which halves of characters are marked as unreadable (RFC 8259, section 8.2).

    Args:
        document: What was read.
        content: As it was written, which shows at once that there are none.
    """
    if b"\\ud" not in content.lower():
        return document
    if isinstance(document, str):
        return document.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(document, list):
        return [_whole_characters(each, content) for each in document]
    if not isinstance(document, dict):
        return document
    return {
        _whole_characters(key, content): _whole_characters(value, content)
        for key, value in document.items()
    }


def _read_json_lines(content: bytes, where: str) -> list[object] | None:
    """Return the documents of JSON Lines (https://jsonlines.org); None when it is none."""
    lines = [(n, line) for n, line in enumerate(content.split(b"\n"), start=1) if line.strip()]
    documents: list[object] = []
    for number, line in lines:
        try:
            documents.append(_whole_characters(read_json(line, where), line))
        except ValueError as error:
            if len(documents) < 1 or len(lines) < 2:
                return None
            raise _no_json(error, where, number) from error
    return documents


def read_page_data(fetched: Fetched) -> list[object]:
    """Return the blocks of JSON-LD in a web page, as text where they are broken; else none."""
    if other_language("", beginning(fetched.content[: 1 << 18])) != WEB_PAGE:
        return []
    found: list[object] = []
    for block in json_ld_of_page(fetched.content.decode(errors="replace")):
        try:
            content = block.encode()
            found.append(_whole_characters(read_json(content, fetched.where), content))
        except ValueError:
            found.append(block)
    return found


def documents_of(fetched: Fetched) -> list[Fetched]:
    """Return a document by itself, or each of several in JSON-LD that stand in lines."""
    first, _, rest = fetched.content.strip().partition(b"\n")
    if not rest.strip() or not first.startswith(b"{"):
        return [fetched]
    try:
        read_json(first, fetched.where)
    except ValueError:
        return [fetched]
    lines = [line for line in fetched.content.split(b"\n") if line.strip()]
    return [replace(fetched, content=line) for line in lines]


def refuse_map_metadata(fetched: Fetched) -> None:
    """Refuse what catalogues of maps answer beside RDF.

    Raises:
        SourceSyntax: It is metadata of ISO, or an answer of CSW.
    """
    form = map_metadata(beginning(fetched.content[: 1 << 18]))
    if form:
        raise SourceSyntax(
            "It is {form}, which is not read here.",
            where=fetched.where,
            remedy="Ask the same catalogue for GeoDCAT-AP in RDF (GeoNetwork has it at"
            " …/srv/eng/rdf.search), or for its OGC API Records.",
            form=form,
        )


def read_page(
    fetched: Fetched, client: Client, limits: ReadLimits = DEFAULT_READ_LIMITS
) -> list[Quad]:
    """Return what one document says; contexts of JSON-LD are fetched.

    Raises:
        SourceSyntax: It is not RDF.
        ReadLimitExceeded: It takes more than the limits allow.
    """
    syntax = syntax_of_fetched(fetched)
    if syntax is None:
        other = other_language(urlsplit(fetched.address).path, beginning(fetched.content))
        raise SourceSyntax(
            "It is neither RDF nor another form that is imported, but {syntax}."
            if other
            else "It is neither RDF nor another form that is imported.",
            where=fetched.where,
            remedy="Give the address of the feed itself, such as …/catalog.rdf, …/catalog.ttl or"
            " …/api/3/action/package_search. The documentation lists the forms (catalogue.md).",
            syntax=other,
        )
    content = fetched.content
    if syntax == RdfFormat.RDF_XML or not content.startswith(b"{"):
        content = decode(content, fetched.where).encode()
    if syntax == RdfFormat.JSON_LD:
        content = with_loaded_contexts(content, fetched.where, _context_reader(client))
    try:
        return read_quads(
            content,
            syntax,
            fetched.address,
            fetched.where,
            limits=limits,
            rename_blank_nodes=True,
        )
    except SyntaxError as error:
        raise SourceSyntax(
            "Line {line}, column {column}: {expected}."
            if error.offset
            else "Line {line}: {expected}."
            if error.lineno
            else "The file cannot be read: {expected}.",
            where=fetched.where,
            remedy="Those who make the feed have to correct it; a file can be corrected by hand.",
            line=error.lineno,
            column=error.offset,
            expected=words_of(error),
        ) from error


def _context_reader(client: Client) -> LoadContext:
    """Return a reader of contexts that says which one cannot be had: without it much is lost."""
    load = context_loader(client)

    def read(address: str) -> object:
        found = load(address)
        if not isinstance(found, dict) or "@context" not in found:
            raise SourceMissing(
                "The JSON-LD context cannot be fetched.",
                where=printable(address),
                remedy="Try again later, or import the feed in another syntax, such as Turtle.",
            )
        return found

    return read


def read_pages(
    first: Fetched, client: Client, follow: Callable[[str], None]
) -> Iterator[list[Quad]]:
    """Yield what each page of a feed says, from the first to the last (Hydra).

    Args:
        first: The first page.
        client: Fetches the others.
        follow: Is called with the address of each further page.

    Raises:
        SourceError: A page cannot be fetched or read, or the pages never end: of half a catalogue
            nothing is imported.
    """
    page, seen = first, {first.address, first.where}
    bodies: set[int] = set()
    while True:
        quads = read_page(page, client)
        yield quads
        bodies.add(hash(page.content))
        address = _next_page(quads, page.address)
        if not address or not is_web(first.address):
            return
        if address_host(address) != address_host(first.address):
            raise endless(first, address, is_elsewhere=True)
        if address in seen or len(seen) > MOST_PAGES:
            raise endless(first, address)
        seen.add(address)
        follow(address)
        page = fetch_address(address, client)
        if hash(page.content) in bodies:
            raise endless(first, address)


def endless(first: Fetched, address: str, *, is_elsewhere: bool = False) -> SourceError:
    """Return the error that what follows a document is on another host, or never ends."""
    return SourceError(
        "The next page is on another host: {address}."
        if is_elsewhere
        else "The pages never end: {address} came before.",
        where=first.where,
        remedy="Save the pages as files and import one after the other, or ask those who make the"
        " feed. Nothing was imported.",
        address=printable(address),
    )


def _next_page(quads: list[Quad], base: str) -> str:
    """Return the address of the next page; empty on the last."""
    for path in _NEXT:
        for quad in quads:
            if quad.predicate.value == path and isinstance(quad.object, NamedNode | Literal):
                return resolve_reference(base, quad.object.value)
    return ""


def linked_feeds(fetched: Fetched) -> list[str]:
    """Return the addresses of RDF that a web page links to with ``rel="alternate"``."""
    page = beginning(fetched.content[: 1 << 20])
    found = []
    for tag in _LINK.findall(page):
        attributes = {name.lower(): one or two for name, one, two in _ATTRIBUTE.findall(tag)}
        is_feed = (
            "alternate" in attributes.get("rel", "")
            and attributes.get("type", "") in _BY_MEDIA_TYPE
        )
        if is_feed and attributes.get("href"):
            found.append(resolve_reference(fetched.address, unescape(attributes["href"])))
    return found
