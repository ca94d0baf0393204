"""Files of the folder that the catalogue names: each is there, and each is named."""

from __future__ import annotations

from collections.abc import Iterator

from pyoxigraph import NamedNode

from publisher.findings import Finding, Severity
from publisher.load.files import PUBLISHED_FILES, Role, find_published_files
from publisher.load.sources import Sources
from publisher.messages import text
from publisher.rdf.namespaces import iri
from publisher.rule_settings import RULES

RULE = "published-files"
# What describes a table beside it is published with it (Tabular Data on the Web, section 5.2).
METADATA_SUFFIX = "-metadata.json"
_ADDRESSES = (iri("dcat:accessURL"), iri("dcat:downloadURL"))
# The lasting address of such a file.
_DUMP = "dump/"


def check_published_files(sources: Sources) -> Iterator[Finding]:
    """Yield a finding for each file that is named and not there, and the other way round."""
    present = find_published_files(sources.folder)
    in_folder = sources.base_iri + PUBLISHED_FILES
    named: set[str] = set()
    missing: set[tuple[str, str]] = set()
    for file in sources.of_role(Role.CATALOGUE):
        for triple in file.triples:
            value = triple.object
            if triple.predicate.value not in _ADDRESSES or not isinstance(value, NamedNode):
                continue
            named.add(value.value.removeprefix(in_folder))
            named.add(value.value.removeprefix(sources.base_iri + _DUMP))
            name = value.value.removeprefix(in_folder)
            about = (str(triple.subject).strip("<>"), name)
            if name != value.value and name not in present and about not in missing:
                missing.add(about)
                yield Finding(
                    RULES[RULE].severity,
                    text(
                        "The file {name} is not there, or cannot be published under this name."
                        " Put it into data/files/, or correct its name here.",
                        name=PUBLISHED_FILES + name,
                    ),
                    RULE,
                    file=file.name,
                    focus_node=about[0],
                    path=triple.predicate.value,
                )
    for name in present:
        if name not in named and name.removesuffix(METADATA_SUFFIX) not in named:
            yield Finding(
                Severity.INFO,
                text(
                    "No distribution names the file, so it is not published. Name it as"
                    " dcat:accessURL: <{address}>.",
                    address=PUBLISHED_FILES + name,
                ),
                RULE,
                file=PUBLISHED_FILES + name,
            )
