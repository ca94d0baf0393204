"""Is each IRI defined in one file, and below the base?"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from urllib.parse import urlsplit

from pyoxigraph import NamedNode

from publisher.findings import Finding, Severity
from publisher.load.files import Role
from publisher.load.locate import line_of
from publisher.load.parse import SourceFile
from publisher.load.sources import PUBLISHED, Sources
from publisher.messages import text
from publisher.namespaces import iri

ONE_FILE = "one-definition"
BASE = "base-iri"


def check_definitions(sources: Sources) -> Iterator[Finding]:
    """Return a finding for each IRI that two files define (say the type of) differently."""
    defined: dict[str, list[SourceFile]] = defaultdict(list)
    for file in sources.of_role(*PUBLISHED):
        types = {t.subject for t in file.triples if t.predicate.value == iri("rdf:type")}
        for node in types:
            if isinstance(node, NamedNode):
                defined[node.value].append(file)
    for subject, files in sorted(defined.items()):
        if len(files) > 1 and len({_said_of(subject, file) for file in files}) > 1:
            yield from _twice(subject, files)


def _said_of(subject: str, file: SourceFile) -> frozenset[object]:
    return frozenset(t for t in file.triples if t.subject == NamedNode(subject))


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
    subjects: dict[str, list[tuple[str, SourceFile]]] = defaultdict(list)
    for file in sources.of_role(Role.DATA):
        subjects[file.source.graph] += [
            (t.subject.value, file) for t in file.triples if isinstance(t.subject, NamedNode)
        ]
    for named in subjects.values():
        if any(name.startswith(sources.base_iri) for name, _ in named):
            continue
        usual = Counter(_root(name) for name, _ in named).most_common(1)[0][0]
        name, file = named[0]
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


def _root(name: str) -> str:
    parts = urlsplit(name)
    return f"{parts.scheme}://{parts.netloc}/"
