"""Help in the reader's language: click's formatter with our words, whole and with an example."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from contextvars import ContextVar

import click

from publisher.messages import SOURCE_LANGUAGE, translate

# The language of the help; the command line is read before its options are.
HELP_LANGUAGE: ContextVar[str] = ContextVar("help_language", default=SOURCE_LANGUAGE)
# Command → how it is written, as somebody does.
EXAMPLES: Mapping[str, str] = {
    "publisher": "publisher run",
    "publisher build": "publisher build",
    "publisher check": "publisher check data/lakes --stale",
    "publisher edit": "publisher edit",
    "publisher export": "publisher export site --site-url https://data.example.org/",
    "publisher import": "publisher import datasets.csv --dry-run",
    "publisher init": "publisher init lakes --name en=Lakes --thing en=Lake",
    "publisher mcp": "publisher mcp",
    "publisher new": 'publisher new lake "Lake Siljan" --set "area=290"',
    "publisher preview": "publisher preview lakes.ttl",
    "publisher push": "publisher push http://127.0.0.1:3030/lakes/query",
    "publisher rebase": "publisher rebase https://data.example.org/",
    "publisher releases": "publisher releases list",
    "publisher releases activate": "publisher releases activate 2026-05",
    "publisher releases diff": "publisher releases diff 2026-04 2026-05",
    "publisher releases list": "publisher releases list",
    "publisher releases prune": "publisher releases prune --keep-releases 5",
    "publisher releases pull": "publisher releases pull https://data.example.org/",
    "publisher rename": "publisher rename siljan lake-siljan",
    "publisher retire": "publisher retire siljan --kind closed --date 2026-05-31",
    "publisher run": "publisher run --port 8080",
    "publisher serve": "publisher serve --host 0.0.0.0",
    "publisher sheet": "publisher sheet export lakes.xlsx",
    "publisher sheet export": "publisher sheet export lakes.xlsx",
    "publisher sheet import": "publisher sheet import lakes.xlsx --dry-run",
    "publisher start": "publisher start art.csv",
    "publisher verify": "publisher verify https://data.example.org/",
}
_EXTRA = re.compile(r"(?P<words>.*?)(?P<extra>  \[.*\])?", re.DOTALL)


class HelpFormatter(click.HelpFormatter):
    """Writes what click gives it in the reader's language."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """Write how the command is used, and an example."""
        language = HELP_LANGUAGE.get()
        super().write_usage(prog, args, prefix=f"{translate('Usage:', language)} ")
        if example := EXAMPLES.get(prog):
            self.write(f"{translate('Example:', language)} {example}\n")

    def write_heading(self, heading: str) -> None:
        """Write the heading of options or commands."""
        headings = {"Options": "Options", "Commands": "Commands"}
        super().write_heading(translate(headings.get(heading, heading), HELP_LANGUAGE.get()))

    def write_text(self, text: str) -> None:
        """Write what the command does."""
        super().write_text(_translated(text))

    def write_dl(
        self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2
    ) -> None:
        """Write options or commands with what they mean, never cut."""
        whole = [(name, _translated(_uncut(name, words))) for name, words in rows]
        super().write_dl(whole, col_max, col_spacing)


def _translated(words: str) -> str:
    """Return a help text in the reader's language; of what click adds the default is put so too."""
    match = _EXTRA.fullmatch(words)
    assert match is not None
    english = _one_line(match["words"])
    language = HELP_LANGUAGE.get()
    default = translate("default: {value}", language, value=r"\1")
    extra = re.sub(r"default: \(?([^\];)]*)\)?", default, match["extra"] or "")
    return translate(english, language) + extra.replace("required", translate("required", language))


def _uncut(name: str, words: str) -> str:
    """Return the whole sentence of a command that click cut to fit one line."""
    context = click.get_current_context(silent=True)
    if context is None or not isinstance(context.command, click.Group):
        return words
    command = context.command.get_command(context, name)
    return _one_line(command.help or words) if command is not None else words


def _one_line(words: str) -> str:
    return " ".join(words.split())
