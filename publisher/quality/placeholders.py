"""What ``init`` leaves to be replaced, as long as nobody has."""

from __future__ import annotations

from collections.abc import Iterator

from publisher.findings import Finding
from publisher.left_open import EXAMPLE_TEXTS, open_places
from publisher.load.files import Role
from publisher.load.sources import Sources
from publisher.messages import Text, text
from publisher.rule_settings import RULES

PLACEHOLDERS = "placeholders"
_RULE = RULES[PLACEHOLDERS]
_FOLDER = "pages"
# The example stands in a file of its own, which is small; millions of rows are not looked through.
_LARGEST_BYTES = 1_000_000


def check_placeholders(sources: Sources) -> Iterator[Finding]:
    """Yield a finding for each placeholder that nobody has replaced yet."""
    for path in sorted((sources.folder / _FOLDER).glob("*.md")):
        words = path.read_text(encoding="utf-8", errors="replace")
        for line, left in open_places(words):
            said = text("Fill in what is left open here: {words}.", words=left)
            yield _finding(said, f"{_FOLDER}/{path.name}", line)
    for file in sources.of_role(Role.DATA):
        yield from _examples(sources, file.name)


def _examples(sources: Sources, name: str) -> Iterator[Finding]:
    """Yield a finding for the example of a file, at its first text."""
    path = sources.folder / name
    if not path.is_file() or path.stat().st_size > _LARGEST_BYTES:
        return
    written = path.read_text("utf-8", errors="replace")
    if not any(example in written for example in EXAMPLE_TEXTS):  # so in all but one or two files
        return
    for line, words in enumerate(written.splitlines(), 1):
        if any(example in words for example in EXAMPLE_TEXTS):
            yield _finding(
                text("This is the example that the folder began with. Replace it with your own."),
                name,
                line,
            )
            return


def _finding(said: Text, file: str, line: int) -> Finding:
    return Finding(_RULE.severity, said, rule=_RULE.name, file=file, line=line)
