"""Quads with canonical names for blank nodes, and their digest (RDFC-1.0)."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from pyoxigraph import BlankNode, Quad, RdfFormat, parse, serialize

from publisher.compaction import Context
from publisher.errors import ReleaseError
from publisher.media_types import N_QUADS
from publisher.serialise import serialise

# A million ordinary blank nodes take ten seconds; ten that all point at each other take for ever.
SECONDS = 60.0
MEMORY_BYTES = 4 << 30


def canonical(quads: Iterable[Quad]) -> list[Quad]:
    """Return the quads with canonical names for blank nodes (RDFC-1.0), sorted, each once.

    Only quads with blank nodes decide their names, so only these are canonicalised: in a process of
    its own, because a poisoned graph would hold this one for good (RDFC-1.0, section 7.1).

    Raises:
        ReleaseError: It takes too much time or memory.
    """
    distinct = set(quads)
    nameless = {quad for quad in distinct if _has_blank_node(quad)}
    named = distinct - nameless
    return sorted([*named, *(_canonicalised(nameless) if nameless else ())], key=str)


def _has_blank_node(quad: Quad) -> bool:
    return any(isinstance(t, BlankNode) for t in (quad.subject, quad.object, quad.graph_name))


def _canonicalised(quads: Iterable[Quad]) -> list[Quad]:
    written = serialize(quads, format=RdfFormat.N_QUADS) or b""
    program = str(Path(__file__).with_name("canonicalise.py"))
    command = [sys.executable, "-P", program, str(MEMORY_BYTES)]
    try:
        done = subprocess.run(
            command, input=written, capture_output=True, timeout=SECONDS, check=True
        )
    except (subprocess.TimeoutExpired, subprocess.CalledProcessError) as error:
        raise ReleaseError(
            "The blank nodes of the sources cannot be told apart within {seconds} seconds"
            " and {memory} MB.",
            remedy="Give them IRIs: a few blank nodes that all point at each other are enough to"
            " take for ever. Nothing was published.",
            seconds=f"{SECONDS:g}",
            memory=MEMORY_BYTES >> 20,
        ) from error
    return list(parse(done.stdout, format=RdfFormat.N_QUADS))


def digest_of(quads: Iterable[Quad]) -> str:
    """Return the SHA-256 of canonical quads as N-Quads, in hexadecimal."""
    return hashlib.sha256(serialise(quads, N_QUADS, {}, Context({}))).hexdigest()
