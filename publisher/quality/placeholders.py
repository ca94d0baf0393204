"""What is left to be filled in on the publisher's own pages."""

from __future__ import annotations

import re
from collections.abc import Iterator

from publisher.findings import Finding
from publisher.load.sources import Sources
from publisher.messages import text
from publisher.rule_settings import RULES

_RULE = RULES["placeholders"]
_FOLDER = "pages"
# As the pages that ``init`` writes have them, in the languages of the program.
_OPEN = re.compile(r"\[(?:Fyll i|Fill in|Ausfüllen): ([^\]]*)\]")


def check_placeholders(sources: Sources) -> Iterator[Finding]:
    """Yield a finding for each placeholder that nobody has replaced yet."""
    for path in sorted((sources.folder / _FOLDER).glob("*.md")):
        words = path.read_text(encoding="utf-8", errors="replace")
        for found in _OPEN.finditer(words):
            words_left = " ".join(found[1].split()).rstrip(".")
            yield Finding(
                _RULE.severity,
                text("Fill in what is left open here: {words}.", words=words_left),
                rule=_RULE.name,
                file=f"{_FOLDER}/{path.name}",
                line=words.count("\n", 0, found.start()) + 1,
            )
