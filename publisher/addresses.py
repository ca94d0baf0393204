"""Every address of the site, in one class: canonical IRIs, and where this copy answers for them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote, unquote

from publisher.rdf.media_types import MediaType

# The last part of an address that has none.
INDEX = "index"
# RFC 3986: what may stand in a path as it is; "%" stays, so that nothing is escaped twice.
_SAFE = "/:@!$&'()*+,;=~-._%"
_NEEDS_NO_ESCAPE = re.compile(r"[A-Za-z0-9/:@!$&'()*+,;=~._%#?-]*")


@dataclass(frozen=True)
class Addresses:
    """Canonical IRIs below ``base_iri`` and addresses of this copy of the site below ``site_url``.

    Both end with a slash.
    """

    base_iri: str
    site_url: str

    def holds(self, iri: str) -> bool:
        """Tell whether an IRI lies below the base, so that this site answers for it."""
        return iri.startswith(self.base_iri)

    def document_of(self, iri: str) -> str:
        """Return the canonical IRI of the document about a thing.

        >>> Addresses("https://e.org/", "http://x/").document_of("https://e.org/id/cluster/compare")
        'https://e.org/doc/cluster/compare'
        >>> Addresses("https://e.org/", "http://x/").document_of("https://e.org/def/cluster#Claim")
        'https://e.org/def/cluster'
        """
        path = iri.partition("#")[0].removeprefix(self.base_iri)
        if path.startswith("id/"):
            path = "doc/" + path.removeprefix("id/")
        return self.base_iri + path

    def thing_of(self, document: str) -> str:
        """Return the canonical IRI of the thing that a document is about.

        >>> Addresses("https://e.org/", "http://x/").thing_of("https://e.org/doc/cluster/compare")
        'https://e.org/id/cluster/compare'
        """
        path = document.removeprefix(self.base_iri)
        if path.startswith("doc/"):
            path = "id/" + path.removeprefix("doc/")
        return self.base_iri + path

    def on_site(self, iri: str) -> str:
        """Return where this copy answers for an IRI; an IRI of somebody else stays as it is."""
        if not self.holds(iri):
            return iri
        path = iri.removeprefix(self.base_iri)
        if not _NEEDS_NO_ESCAPE.fullmatch(path):  # nearly all do not, and quote takes its time
            path = quote(path, safe=_SAFE + "#?")
        return self.site_url + path

    def path(self, iri: str) -> str:
        """Return the path (with fragment) on this site that answers for an IRI below the base."""
        root = "/" + self.site_url.split("/", 3)[3]
        return root + self.on_site(iri).removeprefix(self.site_url)

    def representation(self, document: str, media_type: MediaType) -> str:
        """Return the canonical IRI of one representation of a document.

        The document of the base itself has no last part, so its representations are ``index.…``.
        """
        name = f"{document}{INDEX}" if document == self.base_iri else document
        return f"{name}.{media_type.extension}"

    def candidates(self, path: str) -> tuple[str, ...]:
        """Return the canonical IRIs that a requested path (decoded once, no leading slash) means.

        IRIs are written with letters outside ASCII or with escapes of them, and people add slashes.
        """
        bare = path.rstrip("/")
        spellings = (
            bare,
            quote(bare, safe=_SAFE),
            quote(bare, safe=_SAFE.rstrip("%")),
            unquote(bare),
        )
        return tuple(dict.fromkeys(self.base_iri + spelling for spelling in spellings))
