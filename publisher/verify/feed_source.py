"""What somebody wants judged: a file, a feed of any make, or a site; found out by asking.

A feed is a document with a catalogue or datasets in it, whatever sent it and in whatever syntax of
RDF. A site has VoID, or a catalogue where ours have it. What is neither may still name its feed by
a link (``alternate``, ``describedby``), by the interface of CKAN, or by an address of EntryScape.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from rdflib import RDF, Graph, URIRef

from publisher.errors import ReadLimitExceeded, SourceSyntax, UsageError
from publisher.findings import Finding
from publisher.messages import text
from publisher.rdf.context_loading import LoadContext, json_document
from publisher.rdf.feed_addresses import USUAL_FEEDS
from publisher.rdf.media_types import ALL, BY_NAME, GRAPHS, TRIG
from publisher.rdf.namespaces import iri
from publisher.rdf.open_data_json import is_open_data_json, read_open_data_json
from publisher.rdf.packed import unpack_feed
from publisher.rdf.recognise import syntax_by_content, syntax_by_name
from publisher.system.http_client import Client, Exchange, Visit
from publisher.verify import graphs
from publisher.verify.graphs import Triples
from publisher.verify.links import alternates, links_of
from publisher.verify.report import check_answered, violation
from publisher.verify.site import VerifiedSite, read_site

# RDF first, in the order in which most portals offer it; a page where there is nothing else.
ACCEPT_RDF = (
    "application/rdf+xml, text/turtle, application/ld+json;q=0.9, application/n-triples;q=0.8, "
    "application/trig;q=0.7, application/n-quads;q=0.7, text/html;q=0.3, */*;q=0.1"
)
# A page may name a feed for each of its datasets.
MOST_LINKS = 5
_HOST_AND_PORT = re.compile(r"[\w.\-]+:\d+(?:[/?#]|$)|\[[0-9a-fA-F:]+\](?::\d+)?(?:[/?#]|$)")
_HOST = re.compile(
    r"(?:localhost|(?:[a-z0-9\-]+\.)+[a-z]{2,}|\d+(?:\.\d+){3})(?=[/?#:]|$)", re.IGNORECASE
)
_SCHEME = re.compile(r"([a-zA-Z][a-zA-Z0-9+.\-]*):")
# EntryScape: an entry of a context by its number; the catalogue with all it holds as RDF/XML.
_ENTRYSCAPE = re.compile(r"^(.*/store/[^/]+)/(?:entry|resource|metadata)/([^/]+)$")
_CATALOGUE_CLASSES = tuple(
    URIRef(iri(f"dcat:{name}")) for name in ("Catalog", "Dataset", "DatasetSeries", "DataService")
)


@dataclass(frozen=True)
class FeedSource:
    """What is judged.

    Attributes:
        address: Of the feed, else of the site.
        site: What the site says of itself; None where there is a feed alone.
        file: The file that the feed is in; None where it is asked for.
        findings: About finding it; with a violation there is nothing to judge.
    """

    address: str
    site: VerifiedSite | None = None
    file: Path | None = None
    findings: tuple[Finding, ...] = ()

    @property
    def is_there(self) -> bool:
        """Tell whether there is something to judge."""
        return self.site is not None or not self.findings


def check_written(written: str) -> str | Path:
    """Return the address or the file that somebody named.

    Raises:
        UsageError: It is neither; the message says how it is meant to be written.
    """
    path = Path(written)
    scheme = _SCHEME.match(written)
    if scheme and scheme[1].lower() in ("http", "https") and not _HOST_AND_PORT.match(written):
        return _web_address(written)
    if written.lower().startswith("file:"):
        path = Path(unquote(urlsplit(written).path))
    elif _exists(path):
        pass
    elif _HOST_AND_PORT.match(written) or (
        _HOST.match(written) and ("/" in written or not syntax_by_name(written))
    ):
        raise UsageError(
            "'{address}' lacks http:// or https:// in front.",
            remedy="Write it in full, such as {example}.",
            address=written,
            example=f"{'http' if _is_local(written) else 'https'}://{written}",
        )
    elif scheme and len(scheme[1]) > 1:
        raise UsageError(
            "'{address}' begins with '{scheme}:', and only http:// and https:// are asked.",
            remedy="Write the address as {example}, or name a file.",
            address=written,
            scheme=scheme[1],
            example=f"https://{written[scheme.end() :].lstrip('/') or 'data.example.org'}",
        )
    return _file(path, written)


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


def _is_local(written: str) -> bool:
    return written.lower().startswith(("127.", "localhost", "[::1]", "0.0.0.0"))  # nosec B104


def _web_address(written: str) -> str:
    """Return an address of HTTP, if it has all it needs.

    >>> _web_address("https://data.example.org/catalog")
    'https://data.example.org/catalog'
    """
    try:
        parts = urlsplit(written)
        is_right = bool(parts.hostname) and (parts.port or 1) > 0 and " " not in parts.netloc
    except ValueError:
        is_right = False
    if not is_right:
        raise UsageError(
            "'{address}' names no host that could be asked.",
            remedy="Write it in full, such as https://data.example.org/catalog.rdf.",
            address=written,
        )
    return written


def _file(path: Path, written: str) -> Path:
    """Return a file that is there.

    Raises:
        UsageError: There is none, or it is a folder.
    """
    if written.strip() and _exists(path) and path.is_dir():
        raise UsageError(
            "'{path}' is a folder.",
            remedy="Name the file of the feed, or the address of a site; 'publisher check' judges"
            " a folder of sources.",
            path=written,
        )
    if not written.strip() or not _exists(path):
        raise UsageError(
            "There is no file '{path}', and it is no address either.",
            remedy="Check its name, or write an address with https:// in front.",
            path=written,
        )
    return path


def find_source(client: Client, written: str, catalogue: str, load: LoadContext) -> FeedSource:
    """Return what is judged, found out by asking.

    Args:
        client: Asks.
        written: An address or the name of a file.
        catalogue: Where a site of ours has its catalogue, below its address.
        load: Reads JSON-LD contexts.

    Raises:
        UsageError: It is neither an address nor a file.
    """
    location = check_written(written)
    if isinstance(location, Path):
        return FeedSource(written, file=location)
    visit = client.visit(location, fields={"Accept": ACCEPT_RDF})
    if visit.fault is not None and not visit.last.status:
        return FeedSource(location, findings=tuple(check_answered(visit, client.limits)))
    has_feed = visit.successful and is_feed(visit.last, load)
    if has_feed and not f"/{urlsplit(location).path}".endswith("/"):
        return FeedSource(location)
    site, findings = read_site(client, location, catalogue)
    if site.void or _answers_as_catalogue(client, site.address + catalogue, load):
        return FeedSource(site.address, site, findings=tuple(findings))
    client.locate = str
    if has_feed:
        return FeedSource(location)
    for address in _named_feeds(client, location, visit):
        answer = client.visit(address, fields={"Accept": ACCEPT_RDF})
        if answer.successful and is_feed(answer.last, load):
            return FeedSource(address)
    return FeedSource(location, findings=tuple(_nothing(client, visit, location)))


def _nothing(client: Client, visit: Visit, address: str) -> list[Finding]:
    """Return why there is nothing to judge."""
    message = text(
        "{url} is no feed and leads to none: it came as '{media_type}' without a dcat:Catalog or"
        " dcat:Dataset, and neither VoID, a link to RDF, nor CKAN's interface was found. Give the"
        " address of the RDF document that portals harvest.",
        url=address,
        media_type=visit.last.media_type or "-",
    )
    return check_answered(visit, client.limits) or [violation("source:none", message, address)]


def _answers_as_catalogue(client: Client, address: str, load: LoadContext) -> bool:
    visit = client.visit(address, fields={"Accept": ACCEPT_RDF})
    return visit.successful and is_feed(visit.last, load)


def _named_feeds(client: Client, address: str, visit: Visit) -> Iterator[str]:
    """Yield addresses at which the feed of a portal may be, the likeliest first."""
    last = visit.last
    rdf = {media_type.name for media_type in GRAPHS}
    links = [link.target for link in links_of(last) if link.media_type in rdf]
    if last.media_type in ("text/html", "application/xhtml+xml"):
        links += [href for href, media_type in alternates(last) if media_type in rdf]
    yield from list(dict.fromkeys(links))[:MOST_LINKS]
    entry = _ENTRYSCAPE.match(address.partition("?")[0].partition("#")[0])
    if entry:
        yield f"{entry[1]}/metadata/{entry[2]}?recursive=dcat&format=application/rdf%2Bxml"
    yield from _ckan_feeds(client, address)
    if visit.successful:
        site = address.partition("?")[0].partition("#")[0].rstrip("/")
        yield from (f"{site}/{path}" for path in USUAL_FEEDS)


def _ckan_feeds(client: Client, address: str) -> Iterator[str]:
    """Yield the feeds of ckanext-dcat that an address in a CKAN site stands for.

    Source: ckanext-dcat, docs/endpoints.md: ``/catalog.{format}`` with ``fq``, and
    ``/dataset/NAME.{format}``.
    """
    parts = urlsplit(address)
    steps = [step for step in parts.path.split("/") if step]
    if "api" in steps:
        steps = steps[: steps.index("api")]
    for length in range(len(steps), -1, -1):
        path = "".join(f"/{step}" for step in steps[:length])
        base = urlunsplit((parts.scheme, parts.netloc, path, "", ""))
        visit = client.visit(f"{base}/api/3/action/status_show")
        if visit.successful and b'"ckan_version"' in visit.last.body:
            kind, name = (*steps[length : length + 2], "", "")[:2]
            if kind == "dataset" and name:
                yield f"{base}/dataset/{name}.rdf"
            if kind in ("organization", "group") and name:
                field = "organization" if kind == "organization" else "groups"
                yield f"{base}/catalog.rdf?fq={field}:{quote(name)}"
            yield f"{base}/catalog.rdf"
            yield f"{base}/catalog.xml"
            return


def is_feed(answer: Exchange, load: LoadContext) -> bool:
    """Tell whether an answer is RDF with a catalogue or something that catalogues hold."""
    try:
        return has_catalogue(graphs.to_rdflib(read_feed_page(answer, load)))
    except SourceSyntax:
        return False


def has_catalogue(graph: Graph) -> bool:
    """Tell whether a graph describes a catalogue, or what one holds."""
    return any((None, RDF.type, kind) in graph for kind in _CATALOGUE_CLASSES)


def read_feed_page(answer: Exchange, load: LoadContext) -> Triples:
    """Return the triples of a page of a feed, whatever its server calls it.

    Raises:
        SourceSyntax: It is no RDF that is read here, or broken.
    """
    return read_feed_bytes(answer.body, answer.media_type, answer.url, load)


def read_feed_bytes(body: bytes, media_type: str, address: str, load: LoadContext) -> Triples:
    """Return the triples of RDF by its media type; else by its beginning, else by its name.

    Raises:
        SourceSyntax: It is no RDF that is read here, or broken.
    """
    known = BY_NAME.get(media_type)
    name, body = unpack_feed(body, graphs.LIMITS, address)
    body = body.removeprefix(b"\xef\xbb\xbf")
    if name:
        known, address = None, f"{address}/{quote(name)}"
    if (document := _open_data_json(body, address)) is not None:
        return frozenset(q.triple for q in read_open_data_json(document, address).quads)
    if known is not None and known.rdf_format is not None:
        try:
            return graphs.parse(body, media_type, address, load)
        except ReadLimitExceeded:
            raise
        except SourceSyntax:
            if _recognised(body, address) in (None, media_type):
                raise
    recognised = _recognised(body, address)
    try:
        # Turtle without prefixes begins like nothing else; TriG holds all of it.
        return graphs.parse(body, recognised or TRIG.name, address, load)
    except ReadLimitExceeded:
        raise
    except SourceSyntax as error:
        if recognised is not None:
            raise
        raise SourceSyntax(
            "'{media_type}' is not RDF.", where=address, media_type=media_type or "-"
        ) from error


def _open_data_json(body: bytes, address: str) -> object | None:
    """Return what a ``data.json`` of Project Open Data says; None for anything else."""
    if body.lstrip()[:1] not in (b"{", b"["):
        return None
    try:
        document = json_document(body, address)
    except ReadLimitExceeded:
        raise
    except SourceSyntax:
        return None
    return document if is_open_data_json(document) else None


def _recognised(body: bytes, address: str) -> str | None:
    """Return the name of the media type of RDF, by its beginning or its name."""
    syntax = syntax_by_content(body[: 1 << 20].decode("utf-8", errors="replace"))
    syntax = syntax or syntax_by_name(urlsplit(address).path)
    return next((m.name for m in ALL if m.rdf_format is not None and m.rdf_format == syntax), None)


def read_feed_file(path: Path, load: LoadContext) -> Triples:
    """Return the triples of a file.

    Raises:
        SourceSyntax: It is no RDF that is read here, or broken.
        UsageError: It cannot be read, or is too large.
    """
    try:
        body = path.read_bytes()
    except OSError as error:
        raise UsageError(
            "'{path}' cannot be read: {reason}.",
            remedy="Make sure that you may read it.",
            path=str(path),
            reason=error.strerror or str(error),
        ) from error
    extension = syntax_by_name(path.name.removesuffix(".gz"))
    named = next((m.name for m in ALL if m.rdf_format and m.rdf_format == extension), "")
    return read_feed_bytes(body, named, path.resolve().as_uri(), load)
