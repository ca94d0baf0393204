"""Is each IRI defined in one file, and below the base?"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from urllib.parse import urlsplit

from pyoxigraph import NamedNode

from publisher.findings import Finding, Severity
from publisher.load.files import Role
from publisher.load.parse import SourceFile, line_of
from publisher.load.sources import NONE, Sources
from publisher.messages import text
from publisher.rdf.sorted_files import read_lines

ONE_FILE = "one-definition"
BASE = "base-iri"


def check_definitions(sources: Sources) -> Iterator[Finding]:
    """Return a finding for each IRI that two files define (say the type of) differently."""
    rows = (line[:-1].split(b"\t") for line in read_lines(sources.ground.homes))
    for subject, homes in groupby(rows, itemgetter(0)):
        digests = {int(number): digest for _, _, number, digest in homes if digest != NONE}
        if len(set(digests.values())) > 1:
            yield from _twice(subject[1:-1].decode(), [sources.files[n] for n in sorted(digests)])


def _twice(subject: str, files: list[SourceFile]) -> Iterator[Finding]:
    for file in files:
        others = ", ".join(other.name for other in files if other is not file)
        yield Finding(
            Severity.VIOLATION,
            text(
                "<{subject}> is also defined in {others}, differently. Keep one definition.",
                subject=subject,
                others=others,
            ),
            rule=ONE_FILE,
            file=file.name,
            line=line_of(file, subject),
            focus_node=subject,
        )


def check_base(sources: Sources) -> Iterator[Finding]:
    """Return a finding for each dataset of which nothing is named below the base IRI."""
    start = f"<{sources.base_iri}".encode()
    lines = (line for line in read_lines(sources.ground.quads) if line.startswith(start))
    named_here = {line.rsplit(b" ", 2)[1] for line in lines}
    files: dict[str, list[SourceFile]] = defaultdict(list)
    for file in sources.of_role(Role.DATA):
        files[file.source.graph].append(file)
    for graph, among in files.items():
        if f"<{sources.base_iri}{graph}>".encode() in named_here:
            continue
        roots = Counter(_root(name) for file in among for name in _named(file))
        if not roots:
            continue
        usual = roots.most_common(1)[0][0]
        file, name = next((f, n) for f in among for n in _named(f))
        yield Finding(
            Severity.VIOLATION,
            text(
                "Nothing here is named below the base IRI <{base}>; most names begin"
                " with <{usual}>."
                " Set base_iri in pyproject.toml to the right base, or name the things below it.",
                base=sources.base_iri,
                usual=usual,
            ),
            rule=BASE,
            file=file.name,
            line=line_of(file, name),
            focus_node=name,
        )


def _named(file: SourceFile) -> Iterator[str]:
    """Yield the subjects of a file that have an IRI, once for each triple."""
    return (t.subject.value for t in file.triples if isinstance(t.subject, NamedNode))


def _root(name: str) -> str:
    parts = urlsplit(name)
    return f"{parts.scheme}://{parts.netloc}/"
