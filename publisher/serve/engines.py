"""The settings → the engine over a release, and the release that is to be served."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

from publisher.config import SPARQ, Config, is_remote, read_timeout
from publisher.errors import QueryError, ReleaseError
from publisher.query.embedded import EmbeddedEngine
from publisher.query.engine import Engine, QueryLimits
from publisher.query.remote.connection import ConnectionPool, EngineAddress, authorization
from publisher.query.remote.engine import FetchSizes, RemoteEngine
from publisher.query.remote.registry import read_registry
from publisher.query.remote.rewriting import GraphNames
from publisher.query.sparq_engine import SparqEngine
from publisher.query.worker_messages import WorkerConfig
from publisher.rdf.source_forms import SourceForms
from publisher.release.catalogue.service import own_graph_files
from publisher.release.manifest import read_manifest
from publisher.release.model import COUNTS, LITERALS, Release
from publisher.release.open import current_candidates, current_link_target
from publisher.release.second_engine import find_second_engine

_REGISTRY_BYTES = 4 << 20
_log = logging.getLogger("publisher")


def query_limits(config: Config) -> QueryLimits:
    """Return what one query may be and use."""
    return QueryLimits(
        seconds=config.query_timeout_seconds,
        memory_bytes=config.query_memory_mb << 20,
        result_bytes=config.query_result_mb << 20,
        query_bytes=config.query_length_kb << 10,
        nesting=config.query_nesting,
        patterns=config.query_patterns,
        values=config.query_values,
        path_operators=config.query_path_operators,
        graphs=config.query_graphs,
    )


def open_engine(config: Config, release: Release, services: frozenset[str]) -> Engine:
    """Return the engine that the settings name, over a release.

    Args:
        config: The settings.
        release: What is asked.
        services: IRIs of endpoints that ``SERVICE`` may ask.

    Raises:
        OSError: The store cannot be opened.
        QueryError: The remote engine does not answer.
        ReleaseError: It does not hold the release.
        SettingError: It is an extra that is not installed.
    """
    limits = query_limits(config)
    if is_remote(config.engine):
        return _open_remote(config, release, limits)
    if config.engine == SPARQ:
        return SparqEngine(_worker_config(config, release, frozenset()), config.query_workers)
    return _embedded(config, release, services, at_once=True)


def open_archive_engine(config: Config, release: Release, services: frozenset[str]) -> Engine:
    """Return an engine over the store of a release of the past; it starts with its first query.

    Raises:
        OSError: The store cannot be opened.
    """
    return _embedded(config, release, services, at_once=False)


def _embedded(
    config: Config, release: Release, services: frozenset[str], *, at_once: bool
) -> EmbeddedEngine:
    worker_config = _worker_config(config, release, services)
    return EmbeddedEngine(worker_config, config.query_workers, at_once=at_once)


def _worker_config(config: Config, release: Release, services: frozenset[str]) -> WorkerConfig:
    union = config.default_graph == "union"
    sparq = find_second_engine(release.folder, union=union) if config.sparq_triples else ""
    counts = release.folder / COUNTS
    has_counts = union and COUNTS in release.files
    return WorkerConfig(
        str(release.store),
        query_limits(config),
        union,
        config.incoming_links,
        bool(services),
        sparq=sparq,
        routes=bool(sparq) or has_counts,
        counts=str(counts) if has_counts else "",
        literals=str(release.folder / LITERALS),
        prefixes=tuple(release.prefixes.items()),
        own_graphs=_own_graphs(release),
        union_stored=release.union_stored,
    )


def _own_graphs(release: Release) -> list[tuple[str, str]]:
    """Return name and file of the graphs in which the endpoint describes itself."""
    return [
        (name, str(release.folder / file))
        for name, files in own_graph_files(release.base_iri).items()
        for file in files
        if file in release.files
    ]


def _engine_address(config: Config) -> EngineAddress:
    return EngineAddress(config.engine, authorization(), read_timeout(config.engine_timeout))


def _open_remote(config: Config, release: Release, limits: QueryLimits) -> RemoteEngine:
    address = _engine_address(config)
    connection = ConnectionPool(address, limits, 1)
    loaded = read_registry(connection, release.base_iri).get(release.id)
    connection.close()
    if loaded is None:
        raise ReleaseError(
            "The engine does not hold the release {id}.",
            remedy="Load it with 'publisher push'.",
            id=release.id,
        )
    names = GraphNames(release.base_iri, release.id, tuple(release.graphs), loaded.guarded)
    sizes = FetchSizes(config.engine_connections, config.incoming_links)
    forms, own = SourceForms(release.folder / LITERALS), _own_graphs(release)
    return RemoteEngine(address, names, limits, sizes, forms, release.prefixes, own)


class CurrentRelease:
    """Which release is to be served: the folder's current one, or the one current in the engine.

    Several copies of the site that ask one engine so change over together, and never to a release
    that is not there yet.
    """

    def __init__(self, config: Config) -> None:
        """Look at nothing yet."""
        self._config = config
        self._releases = Path(config.releases)
        self._base_iri = ""
        self._connection = (
            ConnectionPool(
                _engine_address(config),
                QueryLimits(config.query_timeout_seconds, 0, _REGISTRY_BYTES),
                1,
            )
            if is_remote(config.engine)
            else None
        )

    def candidates(self) -> Iterator[Path]:
        """Yield the folders of the releases to begin with: the first one that is whole.

        A remote engine says itself which release it is current with; there is no other.

        Raises:
            ReleaseError: There is none.
            QueryError: The engine does not answer.
        """
        if self._connection is None:
            yield from current_candidates(self._releases)
            return
        name = self._current(self._connection)
        if not name:
            raise ReleaseError(
                "The engine holds no release of this site.",
                remedy="Load one with 'publisher push'.",
            )
        if not self._holds(name):
            raise ReleaseError(
                "The engine's current release {id} is not in {folder}.",
                remedy="Copy it there with 'publisher releases pull', or load another one.",
                id=name[:100],
                folder=self._releases,
            )
        yield (self._releases / name).resolve()

    def _current(self, connection: ConnectionPool) -> str:
        loaded = read_registry(connection, self._base_iri or self._read_base_iri())
        return next((name for name, engine in loaded.items() if engine.is_current), "")

    def folder(self) -> Path | None:
        """Return the folder of the release to be served; None when that is not known just now.

        It may be missing or damaged.

        Raises:
            OSError: The folder of the releases cannot be read just now.
            ReleaseError: Nothing here names the base IRI of the releases.
        """
        if self._connection is None:
            return current_link_target(self._releases)
        try:
            name = self._current(self._connection)
        except QueryError:
            return None  # what is served stays, and readiness reports the engine
        if name and not self._holds(name):
            _log.error("The engine's current release %r is not in %s.", name[:100], self._releases)
            return None
        return (self._releases / name).resolve() if name else None

    def _holds(self, name: str) -> bool:
        """Tell whether a release is here; what an engine calls one may be a way to elsewhere."""
        try:
            return any(path.name == name and path.is_dir() for path in self._releases.iterdir())
        except OSError:
            return False

    def _read_base_iri(self) -> str:
        """Return the base IRI that the releases here have; all have the same."""
        if self._config.base_iri:
            return self._config.base_iri
        refused: ReleaseError | None = None
        for folder in current_candidates(self._releases):
            try:
                self._base_iri = read_manifest(folder).base_iri
            except ReleaseError as error:
                refused = refused or error
                continue
            return self._base_iri
        assert refused is not None, "a folder has at least one candidate"
        raise refused
