"""Addresses that the sources name and that no longer answer, and files that are not as stated."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from publisher.findings import Finding, Severity
from publisher.load.files import Role
from publisher.load.parse import SourceFile, find_line, find_line_naming
from publisher.load.sources import Sources
from publisher.messages import Text, text
from publisher.profiles.file_types import IANA, file_type_of
from publisher.rdf.namespaces import AUTHORITY, iri
from publisher.system.http_client import Client, ExchangeLimits, address_host, is_web
from publisher.system.link_checker import PAUSE_SECONDS, ROBOTS, LinkChecker, LinkStatus, Progress

RULE = "links"
_GONE = {404, 410}
# Old pages lead far: a browser follows twenty.
_LIMITS = ExchangeLimits(connect_seconds=15.0, read_seconds=15.0, total_seconds=30.0, redirects=20)
# Names of values in lists: the rules of the profiles judge them, and nobody visits them.
_LISTED = (AUTHORITY, "http://data.europa.eu/bna/", IANA)
_DISTRIBUTION, _CONTACT = iri("dcat:distribution"), iri("dcat:contactPoint")
_DOWNLOAD, _ACCESS = iri("dcat:downloadURL"), iri("dcat:accessURL")
_SIZE, _MAIL, _NAME = iri("dcat:byteSize"), iri("vcard:hasEmail"), iri("vcard:fn")
_FORMATS = (iri("dcat:mediaType"), iri("dcterms:format"))
_PACKINGS = (iri("dcat:compressFormat"), iri("dcat:packageFormat"))
_TOLD = {_DISTRIBUTION, _CONTACT, _SIZE, _MAIL, _NAME, *_FORMATS, *_PACKINGS}
# These say nothing of what a file is: a server that knows no better sends them.
_UNSPECIFIC = {"application/octet-stream", "binary/octet-stream", "application/x-download"}
_PLAIN, _HTML = "text/plain", "text/html"
# What may be sent for what: a media type, and those that it is a kind of.
_XML = {"application/xml", "text/xml"}
_JSON = {"application/json", "text/json"}
_ZIP = {"application/zip", "application/x-zip-compressed", "application/gzip", "application/x-gzip"}
_PACKED = {"application/x-shapefile", "application/x-filegdb", "application/vnd.google-earth.kmz"}


@dataclass(frozen=True)
class HostSummary:
    """What asking one host gave.

    Attributes:
        host: Its name, with the port if there is one.
        asked: Number of addresses that were asked for, today or some days ago.
        failing: How many of them do not answer.
        otherwise: How many files are of another type or length than stated.
        left: How many are left for another day, since the host asked for patience or is silent,
            or for people, since its ``robots.txt`` keeps programs out.
        length: Of the files together, in bytes, as far as the host says.
    """

    host: str
    asked: int
    failing: int
    otherwise: int
    left: int
    length: int


@dataclass(frozen=True)
class LinkReport:
    """What a check of the links found, and a line for each host."""

    findings: tuple[Finding, ...]
    hosts: tuple[HostSummary, ...]


@dataclass(frozen=True)
class _LinkMention:
    """Where an address is named: a thing, or a part of one without a name."""

    file: SourceFile
    subject: str
    predicate: str
    is_blank: bool

    @property
    def key(self) -> str:
        return _key(self.file, self.subject, is_blank=self.is_blank)


@dataclass(frozen=True)
class _Catalogued:
    """What the catalogue says of distributions: thing or part → property → values.

    Attributes:
        by_subject: Subject → property → values; parts without a name by file and label.
        wholes: Distribution → datasets.
    """

    by_subject: dict[str, dict[str, list[str]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(list))
    )
    wholes: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def read(self, file: SourceFile, triple: Triple) -> None:
        """Take note of a triple."""
        predicate, value = triple.predicate.value, triple.object
        if predicate not in _TOLD or not isinstance(triple.subject, NamedNode | BlankNode):
            return
        subject = _node(file, triple.subject)
        written = value.value if isinstance(value, Literal) else _node(file, value)
        self.by_subject[subject][predicate].append(written)
        if predicate == _DISTRIBUTION:
            self.wholes[written].append(subject)

    def contact(self, distribution: str) -> str:
        """Return the mail address, else the name, of whom a dataset names; empty for nobody."""
        for dataset in sorted(self.wholes.get(distribution, ())):
            for contact in self.by_subject[dataset][_CONTACT]:
                found = self.by_subject[contact]
                for address in (*found[_MAIL], *sorted(found[_NAME])):
                    return address.removeprefix("mailto:")
        return ""

    def media_types(self, distribution: str) -> list[str]:
        """Return the media types that are stated; of a packed file that of its packing alone."""
        properties = self.by_subject.get(distribution, {})
        for paths in (_PACKINGS, _FORMATS):
            found = [file_type_of(v).media_type for p in paths for v in properties.get(p, ())]
            if any(found):
                return sorted(filter(None, found))
        return []

    def size(self, distribution: str) -> int | None:
        """Return the length that is stated, in bytes."""
        found = self.by_subject.get(distribution, {}).get(_SIZE, ())
        return next((int(v) for v in found if v.isascii() and v.isdecimal() and len(v) < 19), None)


def _key(file: SourceFile, subject: str, *, is_blank: bool) -> str:
    return f"{file.name} _:{subject}" if is_blank else subject


def _node(file: SourceFile, term: object) -> str:
    name = str(getattr(term, "value", ""))
    return _key(file, name, is_blank=isinstance(term, BlankNode))


def check_links(
    sources: Sources,
    cache_file: Path,
    today: date,
    days: int,
    progress: Progress = lambda step: None,
    pause: float = PAUSE_SECONDS,
) -> LinkReport:
    """Return a warning for each mention of an address that does not answer, or gives another file.

    Args:
        sources: Addresses of others that data and catalogue name are asked for.
        cache_file: File in which verdicts are kept.
        today: The day that verdicts are dated with.
        days: So long a good verdict is believed; bad ones are asked about again.
        progress: Called with each address as it is requested.
        pause: Seconds between two requests to one host.

    Raises:
        SourceError: The memory cannot be read or written.
    """
    catalogue = _Catalogued()
    mentions = _mentions(sources, catalogue)
    checker = LinkChecker(
        lambda: Client(_LIMITS),
        today,
        days,
        cache_file=cache_file,
        pause_seconds=pause,
        obeys_robots=True,
    )
    files = {
        address
        for address, found in mentions.items()
        if any(mention.predicate == _DOWNLOAD for mention in found)
    }
    known = checker.check(mentions, progress, files)
    findings: dict[str, list[Finding]] = {}
    for address in sorted(known):
        found = _findings(known[address], mentions[address], catalogue)
        findings[address] = list(found)
    hosts = tuple(_summaries(mentions, known, findings))
    return LinkReport(tuple(f for found in findings.values() for f in found), hosts)


def _mentions(sources: Sources, catalogue: _Catalogued) -> dict[str, list[_LinkMention]]:
    """Return address → where it is named; names of classes and values are not to be visited."""
    found: dict[str, list[_LinkMention]] = defaultdict(list)
    for file in sources.of_role(Role.DATA, Role.CATALOGUE):
        for triple in file.triples:
            if file.role is Role.CATALOGUE:
                catalogue.read(file, triple)
            subject, value = triple.subject, triple.object
            if (
                isinstance(subject, NamedNode | BlankNode)
                and isinstance(value, NamedNode)
                and triple.predicate.value != iri("rdf:type")
                and is_web(value.value)
                and not value.value.startswith((sources.base_iri, *_LISTED))
            ):
                is_blank = isinstance(subject, BlankNode)
                mention = _LinkMention(file, subject.value, triple.predicate.value, is_blank)
                found[value.value.partition("#")[0]].append(mention)
    return found


def _findings(
    verdict: LinkStatus, mentions: Sequence[_LinkMention], catalogue: _Catalogued
) -> Iterator[Finding]:
    downloads = {m.key for m in mentions if m.predicate == _DOWNLOAD}
    for mention in mentions:
        # Portals that want both addresses of a file are given the same one twice.
        if mention.predicate == _ACCESS and mention.key in downloads:
            continue
        contact = catalogue.contact(mention.key)
        if not verdict.answers:
            yield _finding(verdict, mention, _with_contact(_message(verdict), contact))
        elif mention.predicate == _DOWNLOAD:
            for message in _differences(verdict, mention.key, catalogue):
                yield _finding(verdict, mention, _with_contact(message, contact))


def _finding(verdict: LinkStatus, mention: _LinkMention, message: Text) -> Finding:
    is_named = not mention.is_blank
    return Finding(
        Severity.INFO if verdict.reason == ROBOTS else Severity.WARNING,
        message,
        rule=RULE,
        file=mention.file.name,
        line=find_line(mention.file, mention.subject, mention.predicate)
        if is_named
        else find_line_naming(mention.file, verdict.address, ""),
        focus_node=mention.subject if is_named else f"_:{mention.subject}",
        path=mention.predicate,
        value=f"<{verdict.address}>",
    )


def _with_contact(message: Text, contact: str) -> Text:
    """Return a message with whom to ask, where the dataset says so."""
    if not contact:
        return message
    contact_text = text("The contact of the dataset is {contact}.", contact=contact)
    return {tag: f"{words} {contact_text[tag]}" for tag, words in message.items()}


# What a file really is, beside what the catalogue states.


def _differences(verdict: LinkStatus, distribution: str, catalogue: _Catalogued) -> Iterator[Text]:
    """Yield in what a file differs from its description."""
    stated = catalogue.media_types(distribution)
    if stated and not is_as_stated(verdict.media_type, stated):
        if verdict.media_type == _HTML:
            yield text(
                "Look whether the file has moved: it is stated as {stated}, and the server sends a"
                " web page ({day}).",
                stated=", ".join(stated),
                day=verdict.checked,
            )
        else:
            yield text(
                "Correct the format, or have the server corrected: the file is stated as {stated},"
                " and {sent} is sent ({day}).",
                stated=", ".join(stated),
                sent=verdict.media_type,
                day=verdict.checked,
            )
    size = catalogue.size(distribution)
    if size is not None and verdict.length >= 0 and size != verdict.length:
        yield text(
            "Correct dcat:byteSize or leave it out: {stated} bytes are stated, and the file has"
            " {length} ({day}).",
            stated=size,
            length=verdict.length,
            day=verdict.checked,
        )


def is_as_stated(sent: str, stated: Sequence[str]) -> bool:
    """Tell whether a media type that a server sends may be what is stated.

    >>> is_as_stated("text/html", ["text/csv"]), is_as_stated("application/octet-stream", ["x/y"])
    (False, True)
    >>> is_as_stated("application/json", ["application/geo+json"])
    True
    """
    return bool(not sent or sent in _UNSPECIFIC or any(_may_be(sent, each) for each in stated))


def _may_be(sent: str, stated: str) -> bool:
    same = file_type_of(sent).file_type
    if sent == stated or (same and same == file_type_of(stated).file_type):
        return True
    is_text = stated.startswith("text/") or stated.endswith(("json", "xml", "-triples", "-quads"))
    return (
        (sent == _PLAIN and is_text and stated != _HTML)
        or (sent in _XML and ("xml" in stated or stated in ("application/rdf+xml",)))
        or (sent in _JSON and stated.endswith("json"))
        or (sent in _ZIP and (stated in _ZIP or stated in _PACKED))
        or (sent == "application/vnd.ms-excel" and stated == "text/csv")
    )


def _summaries(
    mentions: Mapping[str, Sequence[_LinkMention]],
    known: Mapping[str, LinkStatus],
    findings: Mapping[str, Sequence[Finding]],
) -> Iterator[HostSummary]:
    """Yield a line for each host that has files or pages, the one with most first."""
    by_host: dict[str, list[str]] = defaultdict(list)
    for address in mentions:
        by_host[address_host(address)].append(address)
    for host, addresses in sorted(by_host.items(), key=lambda found: (-len(found[1]), found[0])):
        checked = [
            known[address]
            for address in addresses
            if address in known and known[address].reason != ROBOTS
        ]
        failing = [status for status in checked if not status.answers]
        yield HostSummary(
            host=host,
            asked=len(checked),
            failing=len(failing),
            otherwise=sum(
                1 for status in checked if status.answers and findings.get(status.address)
            ),
            left=len(addresses) - len(checked),
            length=sum(max(0, status.length) for status in checked),
        )


def _message(verdict: LinkStatus) -> Text:
    if verdict.reason == ROBOTS:
        return text(
            "Open the address in a browser: robots.txt of {host} asks programs to keep away"
            " ({day}).",
            host=address_host(verdict.address),
            day=verdict.checked,
        )
    if verdict.status in _GONE:
        return text(
            "Find out where the page is now, or keep an archived copy as the address:"
            " it answered {status} on {day}.",
            status=verdict.status,
            day=verdict.checked,
        )
    if verdict.status:
        return text(
            "Open the address in a browser: it answered {status} on {day}, which may be meant for"
            " programs only.",
            status=verdict.status,
            day=verdict.checked,
        )
    return text(
        "Open the address in a browser: nothing answered on {day} ({reason}).",
        day=verdict.checked,
        reason=verdict.reason,
    )
