"""JSON-LD contexts of the web that are known here: their addresses give way to what they say.

No context is fetched when a file is read: what it says would depend on the day, and on a stranger.
The build of the package brings those that most files name, from npm (``build_hook``), and what no
package has is in ``written_contexts``; a file that names another one is told to write it out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TypeAlias, cast

from publisher.errors import SourceSyntax
from publisher.rdf.crate_contexts import crate_1_0, crate_1_1, crate_1_3
from publisher.rdf.written_contexts import written_context

Json = dict[str, "Json"] | list["Json"] | str | float | bool | None
# Address → the context there; None where it is not known.
ReadContext: TypeAlias = Callable[[str], Json]
FOLDER = Path(__file__).with_name("contexts")
# Addresses without scheme, and without what they may end with → file in the folder.
_FILES: Mapping[str, str] = {
    "schema.org": "schemaorg.json",
    "www.schema.org": "schemaorg.json",
    "schema.org/docs/jsonldcontext": "schemaorg.json",
    "www.w3.org/ns/activitystreams": "activitystreams.json",
    "www.w3.org/ns/cid/v1": "cid-v1.json",
    "www.w3.org/ns/did/v1": "did-v1.json",
    "w3id.org/did/v1": "did-v1.json",
    "w3id.org/identity/v1": "identity-v1.json",
    "w3id.org/security/v1": "security-v1.json",
    "w3id.org/security/data-integrity/v1": "security-data-integrity-v1.json",
    "w3id.org/security/data-integrity/v2": "security-data-integrity-v2.json",
    "w3id.org/security/multikey/v1": "security-multikey-v1.json",
    "www.w3.org/2018/credentials/v1": "credentials/v1.jsonld",
    "www.w3.org/ns/credentials/v2": "credentials/v2.jsonld",
    "w3id.org/ro/crate/1.2/context": "ro-crate/context.json",
}
_CRATE = "w3id.org/ro/crate/{}/context"
_CRATES_LIKE_1_2 = {
    _CRATE.format(version): made_of
    for version, made_of in (("1.0", crate_1_0), ("1.1", crate_1_1), ("1.3", crate_1_3))
}
FILES = tuple(dict.fromkeys(_FILES.values()))
_ENDING = re.compile(r"(?:\.jsonld|\.json|/|#)$")
_SCHEME = re.compile(r"^https?://")
# In a string quotation marks are escaped, so that this is a key wherever it is.
_KEY = re.compile(r'"@context"\s*:\s*(?=["\[{])')
# Keywords of frames alone.
_FRAMING = re.compile(r'(?<!\\)"@(?:embed|explicit|omitDefault|requireAll)"\s*:')
_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"')


def has_remote_context(content: bytes) -> bool:
    """Tell whether JSON-LD may name a context by its address."""
    return b'"@context"' in content and b"http" in content


def is_context(written: str) -> bool:
    """Tell whether JSON is a context and nothing else, for other files to name.

    >>> is_context('{"@context": {"name": "urn:name"}}'), is_context('{"@context": {}, "a": 1}')
    (True, False)
    """
    try:
        document = json.loads(written)
    except (ValueError, RecursionError):
        return False
    return isinstance(document, dict) and list(document) == ["@context"]


def is_frame(written: str) -> bool:
    r"""Tell whether JSON-LD is a frame, which says how others are arranged (Framing 1.1, 4.1).

    >>> is_frame('{"@type": "urn:Lake", "@explicit": true}'), is_frame(r'{"a": "\"@embed\": x"}')
    (True, False)
    """
    return _FRAMING.search(written) is not None


def addresses_of_contexts(written: str) -> Iterator[str]:
    """Yield the addresses of the contexts that JSON-LD names, which may be relative."""
    for found in _KEY.finditer(written):
        try:
            yield from _addresses(json.JSONDecoder().raw_decode(written, found.end())[0])
        except (ValueError, RecursionError):
            return


def with_known_contexts(content: bytes, where: str, read: ReadContext | None = None) -> bytes:
    """Return JSON-LD with contexts in the place of their addresses; lines stay where they are.

    Of a context only what the file uses is put there, since it may name it at each of its things.

    Args:
        content: The file, in UTF-8.
        where: How messages name it.
        read: Returns the contexts; without it those that are known here.

    Raises:
        SourceSyntax: It names one that is not known, or one that names itself.
    """
    written = content.decode()
    read = read or read_context
    used: set[str] | None = None
    parts: list[str] = []
    end = 0
    for found in _KEY.finditer(written):
        if found.start() < end:
            continue  # inside the context before
        try:
            context, stop = json.JSONDecoder().raw_decode(written, found.end())
        except (ValueError, RecursionError):
            return content  # the parser says what is wrong with it
        if not any(_addresses(context)):
            continue
        if used is None:
            used = _names_in(written)
        try:
            inlined = _Inlining(read, used).of(context)
        except _UnusableContext as error:
            raise _unusable(written, error, found.end(), where) from error
        lines = "\n" * written.count("\n", found.end(), stop)
        parts += [written[end : found.end()], json.dumps(inlined, ensure_ascii=False), lines]
        end = stop
    return "".join([*parts, written[end:]]).encode() if parts else content


@cache
def read_context(address: str) -> Json:
    """Return the context at an address; None when it is not known here."""
    plain = _ENDING.sub("", _ENDING.sub("", _SCHEME.sub("", address)))
    if written := written_context(plain):
        return cast(Json, written)
    if made_of := _CRATES_LIKE_1_2.get(plain):
        known = read_context(f"https://{_CRATE.format('1.2')}")
        return cast(Json, made_of(known)) if isinstance(known, dict) else None
    name = _FILES.get(plain)
    path = FOLDER / (name or "")
    if name is None or not path.is_file():
        return None
    document: dict[str, Json] = json.loads(path.read_text(encoding="utf-8"))
    return document["@context"]


def _addresses(context: Json) -> Iterator[str]:
    """Yield the addresses that a context consists of, also in the contexts of its terms."""
    if isinstance(context, str):
        yield context
    elif isinstance(context, list):
        for each in context:
            yield from _addresses(each)
    elif isinstance(context, dict):
        if isinstance(imported := context.get("@import"), str):
            yield imported
        for definition in context.values():
            if isinstance(definition, dict) and "@context" in definition:
                yield from _addresses(definition["@context"])


class _UnusableContext(Exception):
    """A context cannot be put in the place of its address: nobody knows it, or it names itself."""

    def __init__(self, address: str, *, names_itself: bool = False) -> None:
        super().__init__(address)
        self.address, self.names_itself = address, names_itself


@dataclass(frozen=True)
class _Inlining:
    """Puts contexts in the place of their addresses.

    Attributes:
        read: Returns the context at an address.
        used: The terms that the file has.
        inside: Addresses of the contexts around the one at hand.
    """

    read: ReadContext
    used: set[str]
    inside: tuple[str, ...] = ()

    def of(self, context: Json) -> Json:
        """Return a context without addresses.

        Raises:
            _UnusableContext: One of them cannot be read, or a context names itself.
        """
        if isinstance(context, str):
            return self._within(context).of(self._read(context))
        if isinstance(context, list):
            return [self.of(each) for each in context]
        if isinstance(context, dict):
            if isinstance(imported := context.get("@import"), str):
                context = _with_imported(context, self._within(imported)._read(imported))
            return {
                name: definition | {"@context": self.of(definition["@context"])}
                if isinstance(definition, dict) and "@context" in definition
                else definition
                for name, definition in context.items()
            }
        return context

    def _within(self, address: str) -> _Inlining:
        if address in self.inside:
            raise _UnusableContext(address, names_itself=True)
        return replace(self, inside=(*self.inside, address))

    def _read(self, address: str) -> Json:
        context = self.read(address)
        if context is None:
            raise _UnusableContext(address)
        return _only_used(context, self.used)


def _with_imported(context: dict[str, Json], imported: Json) -> dict[str, Json]:
    """Return a context with what it imports, which it may define anew (JSON-LD 1.1, 4.1.9)."""
    definitions = imported if isinstance(imported, dict) else {}
    own = {name: definition for name, definition in context.items() if name != "@import"}
    return {**definitions, **own}


def _only_used(context: Json, used: set[str]) -> Json:
    """Return what a file needs of a context: the terms that it uses, and what these are made of."""
    if isinstance(context, list):
        return [_only_used(each, used) for each in context]
    if not isinstance(context, dict):
        return context
    used_names: set[str] = set()
    waiting = [name for name in context if name.startswith("@") or name in used]
    while waiting:
        name = waiting.pop()
        if name not in used_names:
            used_names.add(name)
            made_of = _names_in(json.dumps(context[name], ensure_ascii=False))
            waiting += made_of & context.keys()
    return {name: definition for name, definition in context.items() if name in used_names}


def _names_in(written: str) -> set[str]:
    """Return the strings of JSON, and the prefixes that they may begin with."""
    found: set[str] = set()
    for text in _STRING.findall(written):
        whole = json.loads(f'"{text}"', strict=False) if "\\" in text else text
        found |= {whole, whole.partition(":")[0]}
    return found


def _unusable(written: str, error: _UnusableContext, start: int, where: str) -> SourceSyntax:
    address = error.address
    line = written.count("\n", 0, max(written.find(json.dumps(address), start), start)) + 1
    if error.names_itself:
        return SourceSyntax(
            "Line {line}: the JSON-LD context {address} names itself, which is not read here.",
            where=where,
            remedy="Take the address out of it.",
            line=line,
            address=f"<{address}>",
        )
    if not _SCHEME.match(address):
        return SourceSyntax(
            "Line {line}: the JSON-LD context {address} is not in the folder.",
            where=where,
            remedy="Put it there, or write it into the file, as the value of @context.",
            line=line,
            address=f"<{address}>",
        )
    return unknown_context(address, line, where)


def unknown_context(address: str, line: int, where: str) -> SourceSyntax:
    """Return the error that a file names a context of the web, with what to do about it."""
    return SourceSyntax(
        "Line {line}: the JSON-LD context {address} is on the web, and none is fetched.",
        where=where,
        remedy="Save what is there in the folder, and name the file in pyproject.toml, below"
        ' [tool.publisher.contexts]: "{iri}" = "contexts/saved.jsonld". Or write it into the file,'
        " as the value of @context.",
        line=line,
        address=f"<{address}>",
        iri=address,
    )
