"""Findings on what is in JSON-LD files and is not read, since it has no meaning there."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator

from pyoxigraph import RdfFormat

from publisher.findings import Finding
from publisher.load.files import UNREAD_RULE
from publisher.load.folder_contexts import reader_for
from publisher.load.parse import SourceFile
from publisher.load.sources import Sources
from publisher.messages import QuotedNames, printable, text
from publisher.rdf.guards import needs_own_process
from publisher.rdf.ignored_json import (
    MOST_BYTES,
    ignored_in_costly_json_ld,
    ignored_in_json_ld,
)
from publisher.rdf.json_kinds import one_of_each_kind
from publisher.rdf.known_contexts import with_known_contexts
from publisher.rdf.recognise import syntax_by_name, syntax_of
from publisher.rule_settings import RULES

# Of each kind a finding names so many.
_SHOWN = 10


def check_unread_json(sources: Sources) -> Iterator[Finding]:
    """Return findings on keys that no context knows, and on names and tags that are none.

    Raises:
        SourceError: A file was changed since it was read first.
    """
    for file in sources.files:
        if syntax_by_name(file.name) == RdfFormat.JSON_LD:
            written = file.text
            if syntax_of(file.name, written) == RdfFormat.JSON_LD:
                yield from _check(file, written)


def _check(file: SourceFile, written: str) -> Iterator[Finding]:
    content = with_known_contexts(written.encode(), file.name, reader_for(file.source))
    if len(content) > MOST_BYTES:
        content = one_of_each_kind(content, MOST_BYTES // 2)
    if needs_own_process(content, RdfFormat.JSON_LD, file.limits, file.name):
        seconds = file.limits.seconds_for(len(content))
        ignored = ignored_in_costly_json_ld(content, file.base_iri, seconds)
    else:
        ignored = ignored_in_json_ld(content, file.base_iri)
    if ignored.keys:
        yield _finding(
            file,
            written,
            ignored.keys,
            "The context gives {names} no meaning, and what stands there is not read. Define"
            " them in the context, or take them away.",
        )
    if ignored.names:
        yield _finding(
            file,
            written,
            ignored.names,
            "{names}: no address, so that what is said with it is not read. Write it in full"
            " and without spaces.",
        )
    if ignored.tags:
        yield _finding(
            file,
            written,
            ignored.tags,
            "{names}: no language tag, so that the text is not read. Tags are such as en, sv or"
            " de-AT.",
        )
    if ignored.directions:
        yield _finding(
            file,
            written,
            ignored.directions,
            "{names}: a text with a direction of writing and no language, which RDF 1.1 cannot"
            " say. Give it a language; pages take the direction from that.",
        )


def _finding(file: SourceFile, written: str, names: Iterable[str], message: str) -> Finding:
    shown = [_as_written(written, name) for name in names]
    place = min((place for _, place in shown if place >= 0), default=-1)
    quoted = QuotedNames(printable(name)[:80] for name, _ in shown[:_SHOWN])
    line = written.count("\n", 0, place) + 1 if place >= 0 else 0
    return Finding(
        RULES[UNREAD_RULE].severity,
        text(message, names=quoted),
        rule=UNREAD_RULE,
        file=file.name,
        line=line,
    )


def _as_written(written: str, name: str) -> tuple[str, int]:
    """Return a name as its file has it, with the place, or -1 where it cannot be found.

    Expansion writes addresses in full, and tags small.
    """
    whole = re.escape(json.dumps(name, ensure_ascii=False)[1:-1])
    if found := re.search(f'"({whole})"', written, re.IGNORECASE):
        return found[1], found.start()
    end = re.escape(json.dumps(re.split(r"[/#:]", name)[-1], ensure_ascii=False)[1:-1])
    found = re.search(f'[/#:"]{end}"', written)
    return name, found.start() if found else -1
