"""Are the named queries (``data/queries/*.rq``) such that the published site will answer them?"""

from __future__ import annotations

from collections.abc import Iterator

from publisher.findings import Finding, Severity
from publisher.load.parse import FOLDER
from publisher.load.sources import Sources
from publisher.messages import LANGUAGES
from publisher.quality.folder_queries import folder_queries

RULE = "named-queries"


def check_named_queries(sources: Sources) -> Iterator[Finding]:
    """Return a finding for each named query that is none, or that is not allowed."""
    if not sources.queries:
        return
    with folder_queries(sources) as queries:
        for name, query in sources.queries.items():
            fault = queries.fault(query, {})
            if fault is not None:
                error = queries.as_source_error(f"{FOLDER}/{name}", fault)
                said = {
                    language: f"{error.what[language]} {error.remedy.get(language, '')}".strip()
                    for language in LANGUAGES
                }
                yield Finding(
                    Severity.VIOLATION, said, rule=RULE, file=error.where, line=error.line or 0
                )
