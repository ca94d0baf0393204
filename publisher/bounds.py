"""What the files, rules, queries and shapes of a folder may take while it is checked."""

from __future__ import annotations

from dataclasses import dataclass

from publisher.rdf.guards import DEFAULT_READ_LIMITS, ReadLimits

# Which program holds shapes against data.
FAST_VALIDATOR, PYSHACL = "rust", "pyshacl"
VALIDATORS = (FAST_VALIDATOR, PYSHACL)


@dataclass(frozen=True)
class CheckLimits:
    """Limits of one evaluation and what evaluates, with the defaults of the settings.

    Attributes:
        seconds: Wall-clock time of a rule or query, or of a shape on a hundred things.
        memory_bytes: Address space for it.
        query_bytes: Length of its text, in UTF-8.
        nesting: Deepest nesting of brackets.
        patterns: Triple patterns.
        values: Cells of VALUES.
        path_operators: Operators of property paths.
        endpoints: IRIs that ``SERVICE`` may name in a published query; a check asks none of them.
        files: What reading one file may take.
        validator: One of ``VALIDATORS``.
        second_opinion: Whether the other validator is asked too, where there is little data.
    """

    seconds: float = 300.0
    memory_bytes: int = 2048 << 20
    query_bytes: int = 64 << 10
    nesting: int = 100
    patterns: int = 100
    values: int = 10_000
    path_operators: int = 100
    endpoints: frozenset[str] = frozenset()
    files: ReadLimits = DEFAULT_READ_LIMITS
    validator: str = FAST_VALIDATOR
    second_opinion: bool = False


DEFAULT_CHECK_LIMITS = CheckLimits()
