"""Everything that is checked, in order; and the one way to sources that may be published."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import InitVar, dataclass
from itertools import islice

from publisher.errors import NotApproved, SourceError
from publisher.findings import Finding, Severity, in_order
from publisher.load.files import SHAPES
from publisher.load.parse import SourceFile, find_line
from publisher.load.sources import Sources
from publisher.messages import LANGUAGES
from publisher.quality.catalogue import check_catalogue
from publisher.quality.circles import check_circles
from publisher.quality.definitions import check_base, check_definitions
from publisher.quality.file_rules import check_files
from publisher.quality.hygiene import check_hygiene
from publisher.quality.missing_dates import check_dates
from publisher.quality.placeholders import check_placeholders
from publisher.quality.published_files import check_published_files
from publisher.quality.queries import check_named_queries, folder_queries
from publisher.quality.reachable import check_reachable
from publisher.quality.repeated_values import check_repeated_values
from publisher.quality.shape_folders import check_shape_folders
from publisher.quality.shapes import check_shape_syntax, check_shapes
from publisher.quality.unread_json import check_unread_json
from publisher.rdf.sorted_files import SortedLines, lines_with
from publisher.system.files import storage_errors

Progress = Callable[[str], None]
_TOKEN = object()


@dataclass(frozen=True)
class ApprovedSources:
    """Sources without a violation; only ``approve`` makes them."""

    sources: Sources
    findings: tuple[Finding, ...]
    token: InitVar[object]  # not kept, so that no copy with other sources can be made

    def __post_init__(self, token: object) -> None:
        """Refuse to be made by hand."""
        if token is not _TOKEN:
            raise TypeError("ApprovedSources come from approve() alone")


def _shapes(sources: Sources) -> Iterator[Finding]:
    found = list(check_shape_syntax(sources))
    yield from found
    if not any(finding.severity.blocks for finding in found):  # else some would not be looked at
        yield from check_shapes(sources)


Check = tuple[str, Callable[[Sources], Iterable[Finding]]]
CHECKS: tuple[Check, ...] = (
    ("files", check_files),
    ("unread JSON", check_unread_json),
    ("loading", lambda sources: sources.load_findings),
    ("definitions", check_definitions),
    ("base", check_base),
    ("addresses", check_reachable),
    ("catalogue", check_catalogue),
    ("published files", check_published_files),
    ("concepts", check_circles),
    ("repeated values", check_repeated_values),
    ("placeholders", check_placeholders),
    ("dates", check_dates),
    ("folders of shapes", check_shape_folders),
)
# Each of these waits for a process of its own.
CHECKS_BY_PROCESSES: tuple[tuple[Check, ...], ...] = (
    (("hygiene", check_hygiene), ("queries", check_named_queries)),
    (("shapes", _shapes),),
)


def check(sources: Sources, progress: Progress = lambda step: None) -> list[Finding]:
    """Return every finding at the level the folder sets, in the order an editor works.

    Raises:
        SourceSyntax: A shape or a rule cannot be used.
        StorageError: There is no room for what is compared.
    """

    def found_by(checks: Iterable[Check]) -> list[Finding]:
        findings: list[Finding] = []
        for name, step in checks:
            progress(name)
            with storage_errors():
                findings += step(sources)
        return findings

    # One set of processes for all queries; while they and the validator work, files are checked.
    with folder_queries(sources), ThreadPoolExecutor(len(CHECKS_BY_PROCESSES)) as beside:
        later = [beside.submit(copy_context().run, found_by, c) for c in CHECKS_BY_PROCESSES]
        found = [*found_by(CHECKS), *(each for checks in later for each in checks.result())]
    return in_order(sources.rule_settings.apply(with_lines(found, sources)))


def approve(sources: Sources, progress: Progress = lambda step: None) -> ApprovedSources:
    """Return the sources as ones that may be published.

    Raises:
        NotApproved: There is a violation; it carries all findings.
        SourceSyntax: A shape or a rule cannot be used.
    """
    findings = check(sources, progress)
    if any(finding.severity.blocks for finding in findings):
        raise NotApproved(findings)
    return ApprovedSources(sources, tuple(findings), _TOKEN)


# So many nodes that no file describes are looked for among the values, in one pass over all.
_MOST_VALUES = 20


def with_lines(findings: Iterable[Finding], sources: Sources) -> Iterator[Finding]:
    """Yield the findings with file and line, found by their focus node.

    Of a node that no file describes it is the place where it is a value; of one that only a target
    names, it is the shape's.
    """
    defining_files = SortedLines(sources.sorted_sources.defining_files)
    found = list(findings)
    values = _places_as_values(found, defining_files, sources)
    places: list[tuple[int, SourceFile, str, str]] = []
    for number, finding in enumerate(found):
        value = values.get(finding.focus_node, ("", ""))
        for name, path in ((finding.focus_node, finding.path), value, (finding.rule, "")):
            file = None if finding.file else _defining_file(name, defining_files, sources)
            if file is not None:
                places.append((number, file, name, path))
                break
    # File by file: where something is, is known of a few files at a time.
    for number, file, name, path in sorted(places, key=lambda place: place[1].name):
        line = find_line(file, name, path)
        found[number] = dataclasses.replace(found[number], file=file.name, line=line)
    yield from found


def _places_as_values(
    findings: Iterable[Finding], defining_files: SortedLines, sources: Sources
) -> dict[str, tuple[str, str]]:
    """Return node that no file describes → a subject and property whose value it is."""
    names = dict.fromkeys(
        finding.focus_node for finding in findings if finding.focus_node and not finding.file
    )
    undescribed = (n for n in names if _defining_file(n, defining_files, sources) is None)
    wanted = {f" <{name}> ".encode(): name for name in islice(undescribed, _MOST_VALUES)}
    if not wanted:
        return {}
    found: dict[str, tuple[str, str]] = {}
    home = f" <{sources.base_iri}{SHAPES}> ".encode()
    for line in lines_with(sources.sorted_sources.quads, *wanted):
        if home in line or not line.startswith(b"<"):
            continue
        subject, predicate, rest = line.split(b" ", 2)
        name = wanted.get(b" " + rest.split(b" ", 1)[0] + b" ")
        if name is not None:
            found.setdefault(name, (subject[1:-1].decode(), predicate[1:-1].decode()))
    return found


def _defining_file(name: str, defining_files: SortedLines, sources: Sources) -> SourceFile | None:
    """Return the last file that gives the type of a thing, else the first that mentions it."""
    rows = [line.split(b"\t") for line in defining_files.starting(f"<{name}>\t".encode())]
    if not rows:
        return None
    defining = [int(number) for _, is_typed, number, _ in rows if is_typed == b"1"]
    return sources.files[max(defining) if defining else min(int(row[2]) for row in rows)]


def finding_of(error: SourceError) -> Finding:
    """Return an unreadable source as a finding, so that every form of the report can show it."""
    message = {
        language: f"{error.what[language]} {error.remedy.get(language, '')}".strip()
        for language in LANGUAGES
    }
    return Finding(
        Severity.VIOLATION,
        message,
        rule="sources",
        file=error.where,
        line=error.line or 0,
    )
