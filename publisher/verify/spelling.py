"""Addresses and numbers as a site spells them: whatever it writes, nothing here raises."""

from __future__ import annotations

import re
from urllib.parse import urljoin, urlsplit

# No length, count or pause needs more; int() refuses thousands of digits.
DIGITS = 18
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)


def joined(base: str, reference: str) -> str:
    """Return the address a reference means (RFC 3986, section 5); itself when it means none.

    >>> joined("http://x/a/b", "../c"), joined("http://x/", "http://[")
    ('http://x/c', 'http://[')
    """
    try:
        return urljoin(base, reference)
    except ValueError:
        return reference


def document(iri: str) -> str:
    """Return an IRI without its fragment.

    >>> document("https://e.org/def#Bridge")
    'https://e.org/def'
    """
    return iri.partition("#")[0]


def is_absolute(iri: str) -> bool:
    """Tell whether an IRI has a scheme."""
    return _SCHEME.match(iri) is not None


def is_web(iri: str) -> bool:
    """Tell whether an IRI is an address of HTTP."""
    return iri.lower().startswith(("http://", "https://"))


def host(iri: str) -> str:
    """Return the host of an address; empty when it has none.

    >>> host("http://example.org:80/a"), host("http://[")
    ('example.org:80', '')
    """
    try:
        return urlsplit(iri).netloc
    except ValueError:
        return ""


def whole_number(written: str) -> int | None:
    """Return the number that digits stand for; None for anything else.

    >>> whole_number("12"), whole_number("-1"), whole_number("\u00b2")
    (12, None, None)
    """
    return int(written) if written.isdecimal() and len(written) <= DIGITS else None
