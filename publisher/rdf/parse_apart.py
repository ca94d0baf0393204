"""A process that parses one RDF file and ends: its bytes in, N-Quads out, its prefixes beside.

pyoxigraph holds the interpreter's lock while it parses, and ends its process when the stack or the
memory is used up, so only a process of its own can be stopped and survived.
"""

from __future__ import annotations

import json
import math
import sys
import warnings
from itertools import islice
from typing import NoReturn

from pyoxigraph import RdfFormat, parse, serialize

# Not by ``system.portable``: this file is run by its path, and imports nothing of the program.
try:
    import resource
except ImportError:  # Windows: who waits ends this process
    resource = None  # type: ignore[assignment]

# Exit code when standard error tells why, as JSON.
REFUSED = 3
# What the parser says of a term that is longer than its buffer.
IS_LONG_TOKEN = "buffer maximal size"
# Few, since each may say megabytes.
_BATCH = 256
# Names that are shortened with longer namespaces than these together are no help to anybody.
_PREFIX_LETTERS = 1 << 20
# PyLD calls itself some times for each level of a document, of which there are 500 at most.
_RECURSION = 20_000


def main() -> None:
    """Read, parse, write.

    Arguments: media type, base IRI, ``expand`` for JSON-LD that is to be expanded first or
    nothing, most bytes of memory, most seconds, most triples, most bytes of output.
    """
    media_type, base_iri, options, memory, seconds, triples, length = sys.argv[1:]
    _limit("RLIMIT_CORE", 0)
    _limit("RLIMIT_AS", int(memory))
    # Ends it also when nobody is left to wait for it.
    most_seconds = math.ceil(float(seconds))
    _limit("RLIMIT_CPU", most_seconds, most_seconds + 1)
    rdf_format = RdfFormat.from_media_type(media_type)
    assert rdf_format is not None
    content = sys.stdin.buffer.read()
    if options == "expand":
        content = _expanded(content, base_iri)
    quads = parse(content, format=rdf_format, base_iri=base_iri)
    try:
        count, written, prefixes = 0, 0, dict[str, str]()
        while batch := list(islice(quads, _BATCH)):
            count += len(batch)
            lines = serialize(batch, format=RdfFormat.N_QUADS) or b""
            written += len(lines)
            if count > int(triples):
                _refuse("triples")
            if written > int(length):
                _refuse("length")
            if not prefixes:
                # Of RDF/XML those of the elements around the place that was reached.
                prefixes = quads.prefixes
            sys.stdout.buffer.write(lines)
        prefixes |= quads.prefixes
        if sum(map(len, prefixes.values())) > _PREFIX_LETTERS:
            prefixes = {}
        sys.stdout.flush()
        sys.stderr.write(json.dumps(prefixes))
    except OSError as error:
        _refuse("storage", error.strerror or "", error.errno)
    except SyntaxError as error:
        _refuse("syntax", str(error.msg), error.lineno, error.offset)
    except MemoryError as error:
        _refuse("token" if IS_LONG_TOKEN in str(error) else "memory")


def _expanded(content: bytes, base_iri: str) -> bytes:
    """Return JSON-LD in its expanded form, as PyLD makes it; no context is fetched."""
    from pyld import jsonld  # few files need it

    def load(address: str, options: object) -> object:
        _refuse("syntax", "No LoadDocumentCallback has been set to load remote contexts")

    warnings.simplefilter("ignore")
    sys.setrecursionlimit(_RECURSION)
    try:
        document = jsonld.expand(json.loads(content), {"base": base_iri, "documentLoader": load})
    except json.JSONDecodeError:
        return content  # the parser says it better
    except RecursionError:
        _refuse("memory")
    except jsonld.JsonLdError as error:
        _refuse("syntax", _cause(error))
    return json.dumps(document).encode()


def _cause(error: Exception) -> str:
    """Return what PyLD says first went wrong: the code of JSON-LD, or its own words."""
    while isinstance(getattr(error, "cause", None), Exception):
        error = error.cause  # type: ignore[attr-defined]
    return str(getattr(error, "code", None) or error.args[0])


def _limit(name: str, soft: int, hard: int | None = None) -> None:
    if resource is not None:
        number = getattr(resource, name)
        resource.setrlimit(number, (soft, soft if hard is None else hard))


def _refuse(
    kind: str, message: str = "", line: int | None = None, column: int | None = None
) -> NoReturn:
    reason = {"kind": kind, "message": message, "line": line, "column": column}
    sys.stderr.write(json.dumps(reason))
    sys.exit(REFUSED)


if __name__ == "__main__":
    main()
