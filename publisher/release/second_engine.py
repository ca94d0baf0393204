"""What a release holds so that queries are answered sooner: counts, answers, the files of sparq.

The same quads give the same of each. sparq's files stand in a list of their own, as the
store's do: whether they are there depends on the machine that built the release, not on its
sources.
"""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import Store

from publisher.errors import EngineFailed, QueryRefused, ReleaseError
from publisher.messages import Text, text
from publisher.query.comparison import EngineDifference, compare_engines
from publisher.query.counts import make_counts, write_counts
from publisher.query.named import NamedQuery
from publisher.query.prepared import PREPARING, PreparedAnswers, from_json, prepare_answers
from publisher.query.prepared import as_json as as_json_answers
from publisher.query.sparq_files import sparq_version, write_files
from publisher.query.worker_messages import WorkerConfig
from publisher.release.manifest import (
    as_json,
    compare_files,
    list_files,
    read_files,
    read_sealed,
    write_sealed,
)
from publisher.release.model import ANSWERS, COUNTS, SPARQ, SPARQ_MANIFEST, STORE
from publisher.release.stored_graphs import has_stored_union

_DIFFERS = "difference"
_FAILED = "failed"
_log = logging.getLogger("publisher")


@dataclass(frozen=True)
class SecondEngine:
    """Whether and how a build makes sparq's files.

    Attributes:
        most_triples: For a release with more, none are made; 0 for none at all.
        questions: How many queries are put to both engines before the files are kept.
        seconds: After so many no further one is.
    """

    most_triples: int = 0
    questions: int = 40
    seconds: float = 20.0


WITHOUT_SECOND_ENGINE = SecondEngine()


def write_release_counts(folder: Path) -> int:
    """Write the counts of a release whose store is there; return how many triples it has.

    A triple that several graphs have is one.

    Raises:
        OSError: The store cannot be opened, or the file cannot be written.
    """
    counts = make_counts(Store.read_only(str(folder / STORE)))
    write_counts(folder / COUNTS, counts)
    return counts.triples


def write_release_answers(folder: Path, queries: Mapping[str, NamedQuery], base_iri: str) -> None:
    """Write the answers to named queries without parameters, and to the examples of the others.

    Args:
        folder: Of the release, whose store, counts and files of sparq are there.
        queries: The named queries.
        base_iri: Of the release.

    Raises:
        OSError: The store cannot be opened, or the file cannot be written.
    """
    examples = []
    for query in queries.values():
        with suppress(QueryRefused):  # an example is missing
            examples.append(query.example())
    sparq = find_second_engine(folder, union=True)
    counts = str(folder / COUNTS) if (folder / COUNTS).exists() else ""  # older ones have none
    config = WorkerConfig(
        str(folder / STORE),
        PREPARING,
        sparq=sparq,
        routes=True,
        counts=counts,
        union_stored=has_stored_union(folder),
    )
    answers = prepare_answers(config, examples, f"{base_iri}sparql")
    write_sealed(folder / ANSWERS, {"answers": as_json_answers(answers)})


def read_release_answers(folder: Path) -> PreparedAnswers:
    """Return the answers that were given when a release was made; none where it has none.

    Raises:
        ReleaseError: They are damaged.
        ReleaseUnreadable: They cannot be read just now.
    """
    path = folder / ANSWERS
    return from_json(read_sealed(path)["answers"]) if path.exists() else PreparedAnswers()


def write_second_engine(
    folder: Path, lines: Iterable[bytes], triples: int, plan: SecondEngine, *, union: bool = True
) -> None:
    """Write sparq's files and the list of them, unless there is a reason to leave them out.

    The reason is logged; one that an operator should know of is kept with the release besides.

    Args:
        folder: Of the release, whose store is there.
        lines: N-Quads that the store was made of, as the sources spell it.
        triples: How many there are.
        plan: Whether and how.
        union: Whether the default graph is the union of all graphs.

    Raises:
        OSError: The folder cannot be written.
    """
    library = sparq_version()
    if not plan.most_triples:
        return
    if not library or triples > plan.most_triples:
        reason = f"{triples} triples (sparq_triples)" if library else "sparq-rdf is not installed"
        _log.info("Without the files of the engine sparq: %s.", reason)
        return
    content: dict[str, object] = {"library": library, "union": union}
    try:
        write_files(lines, folder / SPARQ, union=union)
    except EngineFailed as error:
        content |= {_FAILED: str(error).splitlines()[0]}
    else:
        different = compare_engines(
            folder / STORE,
            folder / SPARQ,
            union=union,
            union_stored=has_stored_union(folder),
            most=plan.questions,
            seconds=plan.seconds,
        )
        if different:
            content |= {_DIFFERS: different[0].question.query}
            _log_differences(different)
    if len(content) > 2:
        shutil.rmtree(folder / SPARQ, ignore_errors=True)
    content["files"] = as_json(list_files(folder / SPARQ, ()))
    write_sealed(folder / SPARQ_MANIFEST, content)


def _log_differences(different: Iterable[EngineDifference]) -> None:
    for each in different:
        _log.warning(
            "The engines differ (%s): %s\nOxigraph: %s\nsparq: %s",
            each.question.feature,
            each.question.query,
            each.oxigraph,
            each.sparq,
        )


def compare_second_engine(folder: Path, *, is_known: bool) -> None:
    """Let a release pass whose files of sparq and answers, if any, are as they were written.

    Raises:
        ReleaseError: One is missing, or differs.
        ReleaseUnreadable: One cannot be read just now.
    """
    path = folder / SPARQ_MANIFEST
    if path.exists():
        compare_files(folder / SPARQ, read_files(path), is_known=is_known)
    read_release_answers(folder)


def find_second_engine(folder: Path, *, union: bool) -> str:
    """Return the folder of sparq's files that this machine can use; empty for none.

    Args:
        folder: Of the release.
        union: Whether the default graph is the union of all graphs.
    """
    try:
        content = read_sealed(folder / SPARQ_MANIFEST)
    except ReleaseError:
        return ""
    fits = content.get("library") == sparq_version() and content.get("union") is union
    return str(folder / SPARQ) if fits and content.get("files") else ""


def second_engine_notices(folder: Path) -> list[Text]:
    """Return why a release has no files of sparq, where an operator should know."""
    try:
        content = read_sealed(folder / SPARQ_MANIFEST)
    except ReleaseError:
        return []
    if _DIFFERS in content:
        return [
            text(
                "The engine 'sparq' is left out: it answers a query otherwise than Oxigraph"
                " does ({query}).",
                query=content[_DIFFERS],
            )
        ]
    if _FAILED in content:
        return [
            text(
                "The engine 'sparq' is left out: its files cannot be written ({reason}).",
                reason=content[_FAILED],
            )
        ]
    return []
