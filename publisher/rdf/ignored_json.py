"""What is in JSON-LD and says nothing: keys that the context does not know, and broken names.

The algorithms of JSON-LD 1.1 leave these out without a word (API, section 5.1.2, 13.4; section
8.2), and so does Oxigraph's parser.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import warnings
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field

from pyoxigraph import Literal, NamedNode

# PyLD expands 2 MB a second.
MOST_BYTES = 4 << 20
_KEYWORD_LIKE = re.compile(r"@[A-Za-z]+")
# JSON-LD 1.1, section 1.7.
_KEYWORDS = frozenset(
    (
        *("@base", "@container", "@context", "@direction", "@graph", "@id", "@import", "@included"),
        *("@index", "@json", "@language", "@list", "@nest", "@none", "@prefix", "@propagate"),
        *("@protected", "@reverse", "@set", "@type", "@value", "@version", "@vocab"),
    )
)
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:")


@dataclass
class IgnoredJson:
    """What a file of JSON-LD holds and does not say.

    Attributes:
        keys: Those without a meaning in the context, each once.
        names: What stands where an address has to be, and is none.
        tags: Language tags that are none; their texts are left out.
        directions: Texts with a direction and no language, which lose it.
    """

    keys: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    directions: list[str] = field(default_factory=list)


def ignored_in_json_ld(content: bytes, base_iri: str) -> IgnoredJson:
    """Return what is left out of JSON-LD that a parser reads; nothing of a file that is too large.

    Args:
        content: The file, with its contexts in it.
        base_iri: Relative IRIs in it are resolved against this.
    """
    from pyld import jsonld  # few folders need it

    ignored = IgnoredJson()
    if len(content) > MOST_BYTES:
        return ignored

    def load(address: str, options: object) -> object:
        raise ValueError(address)

    keys: dict[str, None] = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            document = json.loads(content)
            keys |= dict.fromkeys(_unknown_keywords(document))
            expanded = jsonld.expand(
                document,
                {"base": base_iri, "documentLoader": load},
                on_property_dropped=lambda key: keys.setdefault(key) if key else None,
            )
        except (jsonld.JsonLdError, ValueError, RecursionError, LookupError, TypeError):
            return ignored  # what is wrong with it, its parser has said
    ignored.keys = list(keys)
    ignored.names = list(dict.fromkeys(_broken_names(expanded)))
    ignored.tags = list(dict.fromkeys(_broken_tags(expanded)))
    ignored.directions = list(dict.fromkeys(_lost_directions(expanded)))
    return ignored


def ignored_in_costly_json_ld(content: bytes, base_iri: str, seconds: float) -> IgnoredJson:
    """Return the same for a file that may take long; nothing where it takes too long.

    Args:
        content: The file, with its contexts in it.
        base_iri: Relative IRIs in it are resolved against this.
        seconds: How long it may take, in a process of its own.
    """
    command = [sys.executable, "-P", __file__, base_iri]
    try:
        done = subprocess.run(
            command, input=content, capture_output=True, timeout=seconds, check=True
        )
    except (subprocess.TimeoutExpired, subprocess.CalledProcessError):
        return IgnoredJson()
    return IgnoredJson(**json.loads(done.stdout))


def _objects(expanded: object) -> Iterator[dict[str, object]]:
    """Yield every object of a document, outside of contexts and of JSON literals."""
    waiting = [expanded]
    while waiting:
        part = waiting.pop()
        if isinstance(part, list):
            waiting += reversed(part)
        elif isinstance(part, dict):
            yield part
            if not isinstance(part.get("@value"), (dict, list)):
                waiting += [value for key, value in part.items() if key != "@context"][::-1]


def _unknown_keywords(document: object) -> Iterator[str]:
    """Yield keys that look like words of JSON-LD and are none, outside of contexts."""
    for part in _objects(document):
        for key in part:
            if _KEYWORD_LIKE.fullmatch(key) and key not in _KEYWORDS:
                yield key


def _broken_names(expanded: object) -> Iterator[str]:
    for part in _objects(expanded):
        types = part.get("@type", [])
        names = [part.get("@id"), *(types if isinstance(types, list) else [types])]
        names += [key for key in part if not key.startswith("@")]
        for name in names:
            if isinstance(name, str) and not name.startswith("_:") and not _is_iri(name):
                yield name


def _is_iri(name: str) -> bool:
    if _KEYWORD_LIKE.fullmatch(name):
        return True
    try:
        NamedNode(name)
    except ValueError:
        return False
    return _ABSOLUTE.match(name) is not None


def _broken_tags(expanded: object) -> Iterator[str]:
    for part in _objects(expanded):
        tag = part.get("@language")
        if isinstance(tag, str):
            try:
                Literal("", language=tag)
            except ValueError:
                yield tag


def _lost_directions(expanded: object) -> Iterator[str]:
    for part in _objects(expanded):
        if "@direction" in part and "@language" not in part:
            yield str(part.get("@value"))


if __name__ == "__main__":
    found = ignored_in_json_ld(sys.stdin.buffer.read(), sys.argv[1])
    sys.stdout.write(json.dumps(asdict(found)))
