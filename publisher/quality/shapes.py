"""SHACL: shapes × data → findings. The shapes are the only source of rules on content."""

from __future__ import annotations

import tempfile
import threading
import weakref
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from queue import SimpleQueue

from publisher.bounds import Bounds
from publisher.errors import SourceSyntax
from publisher.findings import Finding
from publisher.load.sources import Sources
from publisher.quality.shape_ground import Part, ShapeGround, cut, uncut, write_shapes
from publisher.quality.validator_process import ValidatorProcess
from publisher.system.processes import cores


def check_shapes(sources: Sources) -> Iterator[Finding]:
    """Return a finding for each result of the validation report (SHACL, section 3.6).

    Ontology, data, catalogue and examples are validated together, since they refer to each other:
    in parts, each with what the shapes may look at from its nodes, on all cores.

    Raises:
        SourceSyntax: A shape is not one that SHACL allows, or takes too much.
    """
    ground = write_shapes(sources, Path(tempfile.mkdtemp(dir=sources.ground.folder)))
    first = ValidatorProcess(ground, sources.bounds)
    processes = Processes(ground, sources.bounds, first)
    try:
        parts = [uncut(ground)] if first.needs is None else list(cut(ground, first.needs))
        for found in processes.findings(parts):
            yield from found
    finally:
        processes.close()


class Processes:
    """Processes that validate parts, as many as there are cores."""

    def __init__(self, ground: ShapeGround, bounds: Bounds, first: ValidatorProcess) -> None:
        """Keep what further ones are started with."""
        self._ground, self._bounds = ground, bounds
        self._all = [first]
        self._idle: SimpleQueue[ValidatorProcess] = SimpleQueue()
        self._idle.put(first)

    def close(self) -> None:
        """End them all."""
        for process in self._all:
            process.close()

    def findings(self, parts: list[Part]) -> Iterator[list[Finding]]:
        """Yield the findings of each part, in their order; the first error ends it.

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

    def _validated(self, part: Part) -> list[Finding]:
        process = self._idle.get()
        try:
            return process.findings(part)
        finally:
            self._idle.put(process)


class Around:
    """Validates some nodes again and again while the data changes; the shapes are read once."""

    def __init__(self, sources: Sources) -> None:
        """Read the shapes of some sources.

        Raises:
            SourceSyntax: A shape is not one that SHACL allows.
        """
        self._lock = threading.Lock()
        self._process = self._started(sources)

    def _started(self, sources: Sources) -> ValidatorProcess:
        with tempfile.TemporaryDirectory(dir=sources.ground.folder) as folder:
            ground = write_shapes(sources, Path(folder))
            process = ValidatorProcess(ground, sources.bounds)
        weakref.finalize(self, process.close)
        return process

    def findings(self, sources: Sources, things: Iterable[str]) -> list[Finding]:
        """Return the findings on some nodes, given as IRIs, of sources with the same shapes.

        Raises:
            SourceSyntax: A shape cannot be held against the data.
        """
        named = tuple(f"<{thing}>".encode() for thing in things)
        if not named:
            return []
        with self._lock, tempfile.TemporaryDirectory(dir=sources.ground.folder) as folder:
            ground = write_shapes(sources, Path(folder))
            if self._process.needs is None:
                part = replace(uncut(ground), nodes=named)
            else:
                for _ in cut(ground, self._process.needs):
                    pass  # what the parts need of each other is written on the way
                part = Part(ground, 0, 0, named)
            try:
                return self._process.findings(part)
            except SourceSyntax:
                self._process.close()
                self._process = self._started(sources)
                raise
