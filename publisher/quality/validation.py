"""Shapes are held against data: by the fast validator, by pySHACL, or by each where it is able."""

from __future__ import annotations

import tempfile
import threading
import weakref
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from queue import SimpleQueue

from publisher.bounds import FAST_VALIDATOR, PYSHACL, CheckLimits
from publisher.errors import SourceSyntax
from publisher.findings import Finding
from publisher.load.sources import Sources
from publisher.messages import SOURCE_LANGUAGE, in_language, text
from publisher.quality.literals import is_lexical
from publisher.quality.second_opinion import MOST_TRIPLES, compare
from publisher.quality.shape_features import Feature, ShapesGraph, SharedWork, read_literal
from publisher.quality.shape_partitions import (
    PARTITION_BYTES,
    Partition,
    ValidationFiles,
    cut_into_partitions,
    one_partition,
    write_shapes,
)
from publisher.quality.shape_preparation import prepare_shapes
from publisher.quality.validation_results import (
    ResultKey,
    ValidationResult,
    findings_of,
    read_report,
)
from publisher.quality.validator_process import (
    FastValidatorFailed,
    FastValidatorProcess,
    ValidatorProcess,
    ValidatorStopped,
)
from publisher.quality.xpath_patterns import PYTHON, RUST
from publisher.rdf.namespaces import iri
from publisher.rdf.sorted_files import read_lines
from publisher.rule_settings import RULES
from publisher.system.processes import cores

RULE = "validator"
_UNKNOWN_RULE = "not-validated"
_SLOW_SHAPES = "slow.nt"


@dataclass(frozen=True)
class Validation:
    """What validating gave.

    Attributes:
        results: Of the report.
        features: What the fast validator was not asked to do.
        second_opinion: What the other validator said otherwise, or that it said nothing.
    """

    results: list[ValidationResult]
    features: tuple[Feature, ...] = ()
    second_opinion: tuple[Finding, ...] = ()


def validate(files: ValidationFiles, shapes: ShapesGraph, bounds: CheckLimits) -> Validation:
    """Return the results of holding shapes against data (SHACL, section 3.4).

    Raises:
        SourceSyntax: A shape is not one that SHACL allows, or takes too much.
    """
    if bounds.validator != FAST_VALIDATOR:
        return Validation(_by_pyshacl(files, shapes, shapes.lines(), bounds))
    process = FastValidatorProcess(bounds)
    try:
        work = _share(shapes, process)
        results = _read(process.report(files.triples), shapes) if work.fast else []
    except FastValidatorFailed as error:
        feature = Feature("", str(error))
        return Validation(_by_pyshacl(files, shapes, shapes.lines(), bounds), (feature,))
    finally:
        process.close()
    notices: list[Finding] = []
    if work.fast and _asks_again(files.triples, bounds):
        again = shapes.lines(untargeted=work.slow_roots)
        results, notices = _with_second_opinion(results, files, shapes, again, bounds)
    if work.slow:
        results += _by_pyshacl(files, shapes, work.slow, bounds)
    return Validation(results, work.features, tuple(notices))


def _share(shapes: ShapesGraph, process: FastValidatorProcess) -> SharedWork:
    """Return which validator reads what; the fast one has read its part."""
    return shapes.share(lambda lines: process.read(prepare_shapes(lines, RUST)))


def _with_second_opinion(
    results: list[ValidationResult],
    files: ValidationFiles,
    shapes: ShapesGraph,
    lines: bytes,
    bounds: CheckLimits,
) -> tuple[list[ValidationResult], list[Finding]]:
    """Return what is believed after pySHACL was asked too, and where it says otherwise."""
    try:
        again = _by_pyshacl(files, shapes, lines, bounds)
    except ValidatorStopped as error:
        # It takes too long or breaks down, as with NaN: then there is no second opinion.
        reason = in_language(error.what, SOURCE_LANGUAGE)
        message = text("pySHACL gave no second opinion: {reason}", reason=reason)
        return results, [Finding(RULES[RULE].severity, message, rule=RULE)]
    comparison = compare(results, again, shapes)
    return comparison.results, comparison.findings


def _asks_again(triples: Path, bounds: CheckLimits) -> bool:
    """Tell whether pySHACL is asked after the fast validator."""
    lines = islice(read_lines(triples), MOST_TRIPLES)
    return bounds.second_opinion and sum(1 for _ in lines) < MOST_TRIPLES


def validator_versions(sources: Sources) -> Mapping[str, str]:
    """Return what holds the shapes against some sources: what is asked first, and second."""
    from importlib.metadata import version

    is_fast = sources.bounds.validator == FAST_VALIDATOR
    packages = {"validator": "shacl" if is_fast else "pyshacl"}
    if is_fast and _asks_again(sources.sorted_sources.quads, sources.bounds):
        packages["second_opinion"] = "pyshacl"
    return {role: f"{package} {version(package)}" for role, package in packages.items()}


def _by_pyshacl(
    files: ValidationFiles, shapes: ShapesGraph, lines: bytes, bounds: CheckLimits
) -> list[ValidationResult]:
    """Return what pySHACL finds with some lines of the shapes.

    It validates in parts where the data is large, on all cores.
    """
    files = replace(files, shapes_name=_SLOW_SHAPES)
    files.shapes.write_bytes(prepare_shapes(lines, PYTHON))
    is_cut = files.triples.stat().st_size > PARTITION_BYTES
    first = ValidatorProcess(files, bounds, is_cut=is_cut)
    processes = ValidatorPool(files, bounds, first)
    try:
        parts = (
            [one_partition(files)]
            if first.needs is None
            else list(cut_into_partitions(files, first.needs))
        )
        reports = processes.reports(parts)
        return [result for report in reports for result in _read(report, shapes)]
    finally:
        processes.close()


def _read(report: bytes, shapes: ShapesGraph) -> list[ValidationResult]:
    """Return the results of a report, but for those of values that a validator has no room for."""
    return [r for r in read_report(report) if not _is_wrongly_ill_typed(r.key, shapes)]


def _is_wrongly_ill_typed(key: ResultKey, shapes: ShapesGraph) -> bool:
    """Tell whether a literal was refused only because the validator has no such value.

    Python's dates end with the years 1 and 9999, decimals in Rust have 18 digits behind the
    point and 20 before it; values of XSD have no end (XSD 1.1 Datatypes, 3.3).
    """
    if key.component != iri("sh:DatatypeConstraintComponent") or not key.value.startswith('"'):
        return False
    value = read_literal(key.value)
    datatypes = shapes.values(key.shape, f"<{iri('sh:datatype')}>")
    return datatypes == [str(value.datatype)] and is_lexical(value.value, value.datatype.value)


def feature_findings(features: Iterable[Feature]) -> Iterator[Finding]:
    """Yield a note on each shape that the fast validator did not validate with."""
    for feature in features:
        if not feature.is_known:
            message = text(
                "{feature} is not validated: no validator here does it. Ask for the same in SHACL"
                " Core or in a query.",
                feature=feature.name,
            )
            rule = RULES[_UNKNOWN_RULE]
        else:
            message = text(
                "The fast validator does not do this ({feature}), so pySHACL did, more slowly.",
                feature=feature.name,
            )
            rule = RULES[RULE]
        yield Finding(rule.severity, message, rule=rule.name, focus_node=feature.shape)


class ValidatorPool:
    """Processes that validate parts, as many as there are cores."""

    def __init__(
        self, files: ValidationFiles, bounds: CheckLimits, first: ValidatorProcess
    ) -> None:
        """Keep what further ones are started with."""
        self._ground, self._bounds = files, bounds
        self._all = [first]
        self._idle: SimpleQueue[ValidatorProcess] = SimpleQueue()
        self._idle.put(first)

    def close(self) -> None:
        """End them all."""
        for process in self._all:
            process.close()

    def reports(self, parts: list[Partition]) -> Iterator[bytes]:
        """Yield the report on each part, in their order; the first error ends it.

        Raises:
            SourceSyntax: A shape cannot be used, or takes too much.
        """
        count = min(cores(), len(parts))
        if count < 2:
            yield from map(self._validated, parts)
            return
        with ThreadPoolExecutor(count) as threads:
            started = [threads.submit(self._start) for _ in range(count - 1)]
            try:
                for future in started:
                    future.result()
                yield from threads.map(self._validated, parts)
            finally:
                self.close()  # else the others would be waited for
                threads.shutdown(wait=False, cancel_futures=True)

    def _start(self) -> None:
        process = ValidatorProcess(self._ground, self._bounds)
        self._all.append(process)
        self._idle.put(process)

    def _validated(self, part: Partition) -> bytes:
        process = self._idle.get()
        try:
            return process.report(part)
        finally:
            self._idle.put(process)


class NodeValidator:
    """Validates some nodes again and again while the data changes; the shapes are read once."""

    def __init__(self, sources: Sources) -> None:
        """Read the shapes of some sources.

        Raises:
            SourceSyntax: A shape is not one that SHACL allows.
        """
        self._lock = threading.Lock()
        self._fast: FastValidatorProcess | None = None
        self._slow: ValidatorProcess | None = None
        with _files_of(sources) as files:
            self._shapes = ShapesGraph.read(read_lines(files.shapes), sources.prefixes)
        self._start(sources, sources.bounds.validator)

    def _start(self, sources: Sources, validator: str) -> None:
        """Start the processes that the shapes need, in the place of those there are."""
        for process in (self._fast, self._slow):
            if process is not None:
                process.close()
        self._fast = self._slow = None
        work = SharedWork(b"", self._shapes.lines())
        if validator == FAST_VALIDATOR:
            fast = FastValidatorProcess(sources.bounds)
            weakref.finalize(self, fast.close)
            try:
                work = _share(self._shapes, fast)
                self._fast = fast if work.fast else None
            except FastValidatorFailed:
                fast.close()
        if work.slow:
            with _files_of(sources, work.slow) as files:
                self._slow = ValidatorProcess(files, sources.bounds)
            weakref.finalize(self, self._slow.close)

    def findings(self, sources: Sources, things: Iterable[str]) -> list[Finding]:
        """Return the findings on some nodes, given as IRIs, of sources with the same shapes.

        Raises:
            SourceSyntax: A shape cannot be held against the data.
        """
        named = {f"<{thing}>" for thing in things}
        if not named:
            return []
        with self._lock, _files_of(sources) as files:
            try:
                results = self._results(files, named)
            except FastValidatorFailed:
                self._start(sources, PYSHACL)
                results = self._results(files, named)
            except SourceSyntax:
                self._start(sources, sources.bounds.validator)
                raise
        return list(findings_of(results, self._shapes))

    def _results(self, files: ValidationFiles, named: set[str]) -> list[ValidationResult]:
        results: list[ValidationResult] = []
        if self._fast is not None:
            found = _read(self._fast.report(files.triples), self._shapes)
            results += (result for result in found if result.key.focus_node in named)
        if self._slow is not None:
            nodes = tuple(name.encode() for name in named)
            part = replace(one_partition(files), nodes=nodes)
            if self._slow.needs is not None:
                for _ in cut_into_partitions(files, self._slow.needs):
                    pass  # what the parts need of each other is written on the way
                part = Partition(files, 0, 0, nodes)
            results += _read(self._slow.report(part), self._shapes)
        return results


@contextmanager
def _files_of(sources: Sources, shapes: bytes = b"") -> Iterator[ValidationFiles]:
    """Yield what is validated, in a folder that goes afterwards; with other shapes, if given."""
    with tempfile.TemporaryDirectory(dir=sources.sorted_sources.folder) as folder:
        files = write_shapes(sources, Path(folder))
        if shapes:
            files.shapes.write_bytes(prepare_shapes(shapes, PYTHON))
        yield files
