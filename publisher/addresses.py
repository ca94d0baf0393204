"""Every address of the site, in one class: canonical IRIs, and where this copy answers for them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from itertools import product
from urllib.parse import quote, unquote

from publisher.rdf.media_types import MediaType

# The last part of an address that has none.
INDEX = "index"
# Parameters of the site's own pages; what else is in a query belongs to the name of a thing.
LANGUAGE_PARAMETER, INCOMING_PARAMETER = "lang", "incoming"
# The language of texts of the data, as Skosmos calls it.
CONTENT_PARAMETER = "clang"
# A page has one of each; an address of the longest size could have thousands.
_MOST_PAGE_PARAMETERS = 8
_PAGE_PARAMETERS = (LANGUAGE_PARAMETER, INCOMING_PARAMETER, CONTENT_PARAMETER)
# RFC 3986: what may stand in a path as it is; "%" stays, so that nothing is escaped twice.
_SAFE = "/:@!$&'()*+,;=~-._%?"
_NEEDS_NO_ESCAPE = re.compile(r"[A-Za-z0-9/:@!$&'()*+,;=~._%#?-]*")
# RFC 9110, section 4.1: so long an address at least is taken by servers, and by those in between.
_LONGEST_ADDRESS = 8000


class Obstacle(Enum):
    """Why nobody can look an IRI up at its own address."""

    OWN_PAGE = "own-page"
    DOT_SEGMENT = "dot-segment"
    EMPTY_FIRST_SEGMENT = "empty-first-segment"
    SPELLING = "spelling"
    LENGTH = "length"


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
            path = quote(path, safe=_SAFE + "#")
        return self.site_url + path

    def path(self, iri: str) -> str:
        """Return the path (with fragment) on this site that answers for an IRI below the base."""
        root = "/" + self.site_url.split("/", 3)[3]
        return root + self.on_site(iri).removeprefix(self.site_url)

    def representation(self, document: str, media_type: MediaType) -> str:
        """Return the canonical IRI of one representation of a document.

        >>> from publisher.rdf.media_types import TURTLE
        >>> here = Addresses("https://e.org/", "http://x/")
        >>> here.representation("https://e.org/doc/lake?id=7", TURTLE)
        'https://e.org/doc/lake.ttl?id=7'
        """
        return self.file_of(document, media_type.extension)

    def file_of(self, document: str, extension: str, folder: str = "") -> str:
        """Return the canonical IRI of a file that belongs to a document.

        The extension ends the path, not the query. A document without a last part, as that of the
        base, has files called ``index.…``.

        >>> here = Addresses("https://e.org/", "http://x/")
        >>> here.file_of("https://e.org/doc/water/", "json", "linkset/")
        'https://e.org/linkset/doc/water/index.json'
        """
        path, mark, query = document.removeprefix(self.base_iri).partition("?")
        name = f"{path}{INDEX}" if not path or path.endswith("/") else path
        return f"{self.base_iri}{folder}{name}.{extension}{mark}{query}"

    def equivalents(self, target: str) -> tuple[str, ...]:
        """Return the canonical IRIs that a request means, that of the very same letters first.

        The others are what RFC 3986, section 6.2.2, and RFC 3987, section 3, call equivalent: other
        cases of the digits in escapes, letters instead of their escapes. An escaped delimiter is
        never the delimiter (RFC 3986, section 2.2). After them come the same without parameters
        that the site's pages have.

        Args:
            target: Path as it was sent, without the first slash, and with the query if there is
                one; letters outside ASCII may be escaped or not.
        """
        return self._names(_spellings(target))

    def candidates(self, target: str) -> tuple[str, ...]:
        """Return the canonical IRIs that a request may mean, the best first.

        After the equivalent ones: people add slashes, and programs escape more than they must.
        """
        path, mark, query = target.partition("?")
        bare = path.rstrip("/") + mark + query
        lenient = [target, _with_fewer_escapes(target), bare, _with_fewer_escapes(bare)]
        return self._names(spelling for t in lenient for spelling in _spellings(t))

    def _names(self, spellings: Iterable[str]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(self.base_iri + spelling for spelling in spellings))

    def normal(self, iri: str) -> str:
        """Return the IRI that a client may ask for when it is to look up another one.

        >>> Addresses("https://e.org/", "http://x/").normal("https://e.org/id/%7eö?#part")
        'https://e.org/id/~%C3%B6'

        Clients escape letters outside ASCII, undo escapes that are not needed, write the others in
        capitals (RFC 3986, section 6.2.2), and leave an empty query out.
        """
        path = iri.partition("#")[0].removeprefix(self.base_iri)
        return self.base_iri + _normal(quote(path, safe=_SAFE)).removesuffix("?")

    def obstacle(self, iri: str) -> Obstacle | None:
        """Return why an IRI below the base cannot be looked up; None when it can."""
        if _is_plain(iri.partition("#")[0].removeprefix(self.base_iri)):
            return None
        normal = self.normal(iri).removeprefix(self.base_iri)
        path = normal.partition("?")[0]
        segments = path.split("/")
        if any(segment in (".", "..") for segment in segments):
            return Obstacle.DOT_SEGMENT  # section 5.2.4: removed before anything is asked
        if len(segments) > 1 and not segments[0]:
            return Obstacle.EMPTY_FIRST_SEGMENT
        if is_own_path(unquote(path)):
            return Obstacle.OWN_PAGE
        if len(normal) > _LONGEST_ADDRESS:
            return Obstacle.LENGTH
        if iri.partition("#")[0] not in self.equivalents(normal):
            return Obstacle.SPELLING
        return None


def split_file(target: str) -> tuple[tuple[str, ...], str]:
    """Return what the file of a request may belong to, the likeliest first, and its extension.

    See ``Addresses.file_of``.

    >>> split_file("doc/water/index.ttl?id=7")
    (('doc/water/index?id=7', 'doc/water/?id=7'), 'ttl')
    >>> split_file("doc/water")
    ((), '')
    """
    path, mark, query = target.partition("?")
    bare, dot, extension = path.rpartition(".")
    if not dot or "/" in extension:
        return (), ""
    names = [bare]
    if bare.rpartition("/")[2] == INDEX:
        names.append(bare.removesuffix(INDEX))
    return tuple(name + mark + query for name in names), extension


def with_parameters(address: str, parameters: str) -> str:
    """Return an address with parameters after those that it has, and before its fragment.

    >>> with_parameters("/doc/lake?id=7#x", "lang=sv"), with_parameters("/doc/lake", "")
    ('/doc/lake?id=7&lang=sv#x', '/doc/lake')
    """
    if not parameters:
        return address
    start, hash_sign, fragment = address.partition("#")
    joint = "&" if "?" in start else "?"
    return f"{start}{joint}{parameters}{hash_sign}{fragment}"


# How a request may be spelt: escapes in both cases, letters for escapes, page parameters left out.

_ESCAPE = re.compile("%[0-9A-Fa-f]{2}")
_ESCAPED_LETTERS = re.compile("(?:%[89A-Fa-f][0-9A-Fa-f])+")
_UNRESERVED = re.compile("[A-Za-z0-9._~-]")
# Delimiters that separate nothing in most addresses: not "/" and "?", nor "%" itself.
_DELIMITER = re.compile("%(?:2[13467-9A-Ca-c]|3[AaBbDd]|40)")
_TWICE_ESCAPED_LETTER = re.compile("%25(?=[89A-Fa-f][0-9A-Fa-f])")
_MOST_RUNS = 4


def _with_fewer_escapes(target: str) -> str:
    """Return a target without the escapes that programs add though they must not."""
    once = _TWICE_ESCAPED_LETTER.sub("%", target)
    return _DELIMITER.sub(lambda found: unquote(found[0]), once)


def _spellings(target: str) -> Iterator[str]:
    """Yield equivalent spellings of a target, with its whole query first."""
    path, _, query = target.partition("?")
    for spelling in _queries(query):
        yield from _equivalent(f"{path}?{spelling}" if spelling else path)


def _queries(query: str) -> Iterator[str]:
    """Yield a query, the same without the parameters of pages at its end, and none."""
    parts = query.split("&")
    yield query
    for _ in range(_MOST_PAGE_PARAMETERS):
        if not parts or parts[-1].partition("=")[0] not in _PAGE_PARAMETERS:
            break
        parts.pop()
        yield "&".join(parts)
    if query:
        yield ""


def _equivalent(sent: str) -> Iterator[str]:
    yield sent
    if "%" not in sent and _NEEDS_NO_ESCAPE.fullmatch(sent):
        return
    escaped = quote(sent, safe=_SAFE + "#[]")
    lower = _ESCAPE.sub(lambda found: found[0].lower(), escaped)
    for form in (escaped, _normal(escaped), lower):
        yield from _with_letters(form)
        yield form


def _normal(escaped: str) -> str:
    """Return escapes in capitals, and only those that are needed (RFC 3986, section 6.2.2)."""
    return _ESCAPE.sub(lambda found: _normal_escape(found[0]), escaped)


@lru_cache(maxsize=512)
def _normal_escape(escape: str) -> str:
    letter = chr(int(escape[1:], 16))
    return letter if _UNRESERVED.fullmatch(letter) else escape.upper()


def _with_letters(escaped: str) -> Iterator[str]:
    """Yield an address with letters instead of their escapes (RFC 3987, section 3.2).

    All of them first; in a few runs of escapes also some and not others.
    """
    runs = list(_ESCAPED_LETTERS.finditer(escaped))
    letters = [_letters(run[0]) for run in runs]
    few = 1 < len(runs) <= _MOST_RUNS
    choices = product((True, False), repeat=len(runs)) if few else [(True,) * len(runs)]
    for choice in choices:
        parts, end = [], 0
        for run, letter, is_letter in zip(runs, letters, choice, strict=True):
            parts += [escaped[end : run.start()], letter if is_letter else run[0]]
            end = run.end()
        yield "".join([*parts, escaped[end:]])


def _letters(run: str) -> str:
    try:
        return unquote(run, errors="strict")
    except UnicodeDecodeError:  # no letters of UTF-8: they stay as they are
        return run


# Addresses that the program answers itself: a thing of that name is never seen there.

_FORMATS = r"\.(?:ttl|jsonld|rdf|nt)"
_OWN_PATH = re.compile(
    rf"""
      \.well-known/(?:api-catalog|void)
    | catalog(?:{_FORMATS}|/dcat-ap-se\.rdf|/datasets\.json)? | completion\.json | docs
    | context\.jsonld | favicon\.ico | datapackage\.json | llms\.txt | mcp | openapi\.json
    | robots\.txt | sitemap\.xml | sitemap/[0-9]{{1,9}}\.xml
    | feed(?:\.atom|/[0-9]{{1,9}}|/catalog(?:/[0-9]{{1,9}})?)?
    | healthz | readyz | metrics
    | croissant/.+\.json | page/[^/]+ | rest/v1/.* | schema(?:\.\d+|/[^/]+)?\.md
    | search(?:\.json|/[^/]+/(?:index|below)/.+)?
    | sparql(?:/|{_FORMATS})?
    | void(?:{_FORMATS})?
    | dump/[^/]+ | table(?:/[^/]*)?
    | (?:query|release|timemap)(?:/.*)? | static/.+
    | embed/.+ | linkset/.+\.(?:json|txt) | picture/[^/]+/.+\.png
    """,
    re.VERBOSE | re.DOTALL,
)


# With one of these each of them begins.
_OWN_BEGINNINGS = frozenset(
    (
        *("", "catalog", "completion", "context", "croissant", "datapackage", "docs", "dump"),
        *("embed", "favicon", "feed", "healthz", "linkset", "llms", "mcp"),
        *("metrics", "openapi", "page", "picture", "query", "readyz", "release", "rest", "robots"),
        *("schema", "search", "sitemap", "sparql"),
        *("static", "table", "timemap", "void"),
    )
)
_BEGINNING = re.compile("[^/.?]*")


def _is_plain(path: str) -> bool:
    """Tell at a glance that nothing hinders a path: nearly all are so, and there are millions."""
    beginning = _BEGINNING.match(path)
    return (
        beginning is not None
        and beginning[0] not in _OWN_BEGINNINGS
        and "%" not in path
        and "/." not in path
        and not path.endswith("?")
        and len(path) <= _LONGEST_ADDRESS
        and _NEEDS_NO_ESCAPE.fullmatch(path) is not None
    )


def is_own_path(path: str) -> bool:
    """Tell whether the site answers a path itself, whatever things are called.

    Args:
        path: Without the first slash, unescaped.
    """
    return _OWN_PATH.fullmatch(path) is not None
