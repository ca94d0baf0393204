"""Addresses that the sources name and that no longer answer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pyoxigraph import NamedNode

from publisher.findings import Finding, Severity
from publisher.load.files import Role
from publisher.load.parse import SourceFile, find_line
from publisher.load.sources import Sources
from publisher.messages import Text, text
from publisher.rdf.namespaces import iri
from publisher.system.http_client import Client, ExchangeLimits
from publisher.system.link_checker import PAUSE_SECONDS, LinkChecker, LinkStatus, Progress

RULE = "links"
_GONE = {404, 410}
# Old pages lead far: a browser follows twenty.
_LIMITS = ExchangeLimits(connect_seconds=15.0, read_seconds=15.0, total_seconds=30.0, redirects=20)


@dataclass(frozen=True)
class _LinkMention:
    file: SourceFile
    subject: str
    predicate: str


def check_links(
    sources: Sources,
    cache_file: Path,
    today: date,
    days: int,
    progress: Progress = lambda step: None,
    pause: float = PAUSE_SECONDS,
) -> Iterator[Finding]:
    """Return a warning for each mention of an address that does not answer.

    Args:
        sources: Addresses of others that data and catalogue name are asked for.
        cache_file: File in which verdicts are kept.
        today: The day that verdicts are dated with.
        days: So long a good verdict is believed; bad ones are asked about again.
        progress: Told which address is asked for.
        pause: Seconds between two requests to one host.

    Raises:
        SourceError: The memory cannot be read or written.
    """
    mentions = _mentions(sources)
    checker = LinkChecker(
        lambda: Client(_LIMITS), today, days, cache_file=cache_file, pause_seconds=pause
    )
    known = checker.check(mentions, progress)
    for address in sorted(mentions):
        if not known[address].answers:
            yield from _findings(known[address], mentions[address])


def _mentions(sources: Sources) -> dict[str, list[_LinkMention]]:
    """Return address → where it is named; names of classes are not addresses to visit."""
    found: dict[str, list[_LinkMention]] = defaultdict(list)
    for file in sources.of_role(Role.DATA, Role.CATALOGUE):
        for triple in file.triples:
            if (
                isinstance(triple.subject, NamedNode)
                and isinstance(triple.object, NamedNode)
                and triple.predicate.value != iri("rdf:type")
                and triple.object.value.startswith(("http://", "https://"))
                and not triple.object.value.startswith(sources.base_iri)
            ):
                address = triple.object.value.partition("#")[0]
                found[address].append(
                    _LinkMention(file, triple.subject.value, triple.predicate.value)
                )
    return found


def _findings(verdict: LinkStatus, mentions: Iterable[_LinkMention]) -> Iterator[Finding]:
    for mention in mentions:
        yield Finding(
            Severity.WARNING,
            _message(verdict),
            rule=RULE,
            file=mention.file.name,
            line=find_line(mention.file, mention.subject, mention.predicate),
            focus_node=mention.subject,
            path=mention.predicate,
            value=f"<{verdict.address}>",
        )


def _message(verdict: LinkStatus) -> Text:
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
