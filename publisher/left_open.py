"""What a new folder leaves to be replaced: open places of pages, an example, nobody's address."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote

from publisher.messages import text

# As the pages that ``init`` writes have them, in the languages of the program. A page of a site
# has the same words between its tags.
_OPEN = re.compile(r"\[(?:Fyll i|Fill in|Ausfüllen): ([^\]]*)\]")
_TAG = re.compile(r"<[^>]*>")
# RFC 2606 and RFC 6761: names that belong to nobody.
_HOSTS = ("example", "example.org", "example.com", "example.net", "invalid", "test")
# What the one thing of a new folder says of itself.
EXAMPLE_TEXTS = frozenset(
    text("This thing shows how one is written. Replace it with your own.").values()
)


def open_places(words: str) -> Iterator[tuple[int, str]]:
    r"""Yield the line of each place that is left open, and what is to be written there.

    >>> list(open_places("# Om\n[Fyll i: vem ni\när.]"))
    [(2, 'vem ni är')]
    """
    for found in _OPEN.finditer(words):
        left = " ".join(_TAG.sub("", found[1]).split()).rstrip(".")
        yield words.count("\n", 0, found.start()) + 1, left


def nobodys_mail(address: str) -> str:
    """Return the mail address of a contact if its host belongs to nobody, else nothing.

    >>> nobodys_mail("mailto:data@lakes.example.org")
    'data@lakes.example.org'
    >>> nobodys_mail("mailto:data@example.se")
    ''
    """
    mail = unquote(address.removeprefix("mailto:"))
    host = mail.rpartition("@")[2].lower()
    return mail if any(host == name or host.endswith(f".{name}") for name in _HOSTS) else ""
