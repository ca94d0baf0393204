"""Is a Turtle file in the one layout of the sources? And putting it there."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from pyoxigraph import BlankNode, Triple

from publisher.findings import Finding, Severity
from publisher.load.files import Role
from publisher.load.parse import SourceFile
from publisher.load.sources import Sources
from publisher.messages import text
from publisher.rdf import media_types
from publisher.rdf.turtle import write
from publisher.system.files import replace_file

RULE = "layout"
# Turtle, section 6.5, as far as it takes to tell comments from what only looks like one.
_TOKEN = re.compile(
    r"""
      (?P<comment>\#)
    | [^#<"'\\]+
    | <[^<>"{}|^`\s]*>
    | \"{3}(?:[^\\]|\\.)*?\"{3} | '{3}(?:[^\\]|\\.)*?'{3}
    | "(?:[^"\\\r\n]|\\.)*" | '(?:[^'\\\r\n]|\\.)*'
    | \\. | .
    """,
    re.VERBOSE | re.DOTALL,
)


def has_own_layout(file: SourceFile, triples: Sequence[Triple] | None = None) -> bool:
    """Tell whether the layout of a file is its author's: comments and blank nodes would be lost.

    An example is laid out for its readers. Whoever has read what the file says can give it.
    """
    if media_types.of_file(file.name) is not media_types.TURTLE or file.role is Role.EXAMPLE:
        return True
    if any(token.lastgroup == "comment" for token in _TOKEN.finditer(file.text)):
        return True
    said = file.triples if triples is None else triples
    nodes = (node for triple in said for node in (triple.subject, triple.object))
    return any(isinstance(node, BlankNode) for node in nodes)


def _wanted(file: SourceFile, triples: Sequence[Triple], prefixes: Mapping[str, str]) -> str | None:
    """Return what a file would be in the layout; None when it is, or need not be."""
    if has_own_layout(file, triples):
        return None
    wanted = write(triples, prefixes)
    return None if file.text == wanted else wanted


def check_style(sources: Sources) -> Iterator[Finding]:
    """Return a finding for each Turtle file that is not in the layout of the sources."""
    for file in sources.files:
        yield from check_style_of(file, file.triples, sources.prefixes)


def check_style_of(
    file: SourceFile, triples: Sequence[Triple], prefixes: Mapping[str, str]
) -> Iterator[Finding]:
    """Return the same for one file and what it says, in its order."""
    wanted = _wanted(file, triples, prefixes)
    if wanted is not None:
        yield Finding(
            Severity.WARNING,
            text(
                "The file is not in the layout of the sources."
                " Run 'publisher check --fix' to put it in order; what it says does not change."
            ),
            rule=RULE,
            file=file.name,
            line=_first_difference(file.text, wanted),
        )


def _first_difference(ours: str, wanted: str) -> int:
    pairs = zip(ours.splitlines(), wanted.splitlines(), strict=False)
    return next((n for n, (a, b) in enumerate(pairs, 1) if a != b), 1)


def fix_style(sources: Sources, is_chosen: Callable[[str], bool] = lambda name: True) -> list[str]:
    """Rewrite each Turtle file that is not in the layout; return the names of those rewritten.

    Files with comments or blank nodes are left as they are, and those whose name is not chosen.
    """
    fixed = []
    for file in sources.files:
        if not is_chosen(file.name):
            continue
        wanted = _wanted(file, file.triples, sources.prefixes)
        if wanted is not None:
            replace_file(file.source.path, wanted)
            fixed.append(file.name)
    return fixed
