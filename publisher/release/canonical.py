"""Quads with canonical names for blank nodes, and their digest (RDFC-1.0)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from pyoxigraph import CanonicalizationAlgorithm, Dataset, Quad

from publisher.compaction import Context
from publisher.media_types import N_QUADS
from publisher.serialise import serialise


def canonical(quads: Iterable[Quad]) -> list[Quad]:
    """Return the quads with canonical names for blank nodes (RDFC-1.0), sorted."""
    dataset = Dataset(quads)
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return sorted(dataset, key=str)


def digest_of(quads: Iterable[Quad]) -> str:
    """Return the SHA-256 of canonical quads as N-Quads, in hexadecimal."""
    return hashlib.sha256(serialise(quads, N_QUADS, {}, Context({}))).hexdigest()
