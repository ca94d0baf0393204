"""Everything that was read, as one value: in memory what is small, on disk what is not."""

from __future__ import annotations

import hashlib
import os
import re
import weakref
from collections import Counter, OrderedDict, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import Any, TypeVar

from pyoxigraph import (
    BlankNode,
    DefaultGraph,
    Literal,
    NamedNode,
    Quad,
    RdfFormat,
    Triple,
    serialize,
)

from publisher.bounds import DEFAULT_CHECK_LIMITS, CheckLimits
from publisher.errors import SourceError, SourceErrors, SourceSyntax
from publisher.findings import Finding, Severity
from publisher.load.files import (
    CATALOGUE,
    CONTEXT,
    DATASET,
    SHAPES,
    UNREAD_RULE,
    Role,
    SourcePath,
    find_queries,
    list_folder,
)
from publisher.load.folder_contexts import names_contexts_of_folder, read_context_settings
from publisher.load.made_labels import add_made_labels
from publisher.load.parse import (
    SourceFile,
    find_named_queries,
    read_digest,
    read_file,
    read_named_query,
    read_text,
)
from publisher.messages import text
from publisher.rdf.guards import DEFAULT_READ_LIMITS, ReadLimits
from publisher.rdf.jsonld import Context, without_cycles
from publisher.rdf.known_contexts import is_context, is_frame
from publisher.rdf.label_templates import TEMPLATE
from publisher.rdf.namespaces import PREFIXES, iri
from publisher.rdf.reading import read_json
from publisher.rdf.recognise import ONE_GRAPH, is_open, syntax_by_name, syntax_of
from publisher.rdf.sorted_files import Sorter, blocks_of_subjects, merge_files
from publisher.rule_settings import RULES, RuleSettings, read_rule_settings
from publisher.system.files import make_temporary_folder, storage_errors
from publisher.system.processes import map_on_all_cores

_Read = TypeVar("_Read")
PUBLISHED = (Role.ONTOLOGY, Role.DATA, Role.CATALOGUE, Role.SHAPES)


@dataclass(frozen=True)
class Sources:
    """A folder of sources, read.

    Attributes:
        folder: Where it is.
        base_iri: Base of its names.
        files: Every RDF file, sorted by name.
        context: ``ontology/context.jsonld``; the prefixes of the authors when there is none.
        rules: Name → text of each ``shapes/hygiene/*.rq``.
        sorted_sources: Their quads, sorted, on disk.
        queries: Name → text of each ``data/queries/*.rq``.
        bounds: What checking one of its rules, queries or shapes may take.
        load_findings: What is not read, or not as it is there.
        rule_settings: How the folder sets the rules of a check.
    """

    folder: Path
    base_iri: str
    files: tuple[SourceFile, ...] = field(repr=False)
    context: Context = field(repr=False)
    rules: Mapping[str, str] = field(repr=False)
    sorted_sources: SortedSources = field(repr=False, compare=False)
    queries: Mapping[str, str] = field(repr=False, default_factory=dict)
    bounds: CheckLimits = field(repr=False, compare=False, default=DEFAULT_CHECK_LIMITS)
    load_findings: tuple[Finding, ...] = field(repr=False, default=())
    rule_settings: RuleSettings = field(repr=False, compare=False, default=RuleSettings())

    def of_role(self, *roles: Role) -> Iterator[SourceFile]:
        """Return the files of some roles."""
        return (file for file in self.files if file.role in roles)

    def quads(self, *roles: Role) -> Iterator[Quad]:
        """Return what the files of some roles say, each file in its graph."""
        for file in self.of_role(*roles):
            graph = NamedNode(self.base_iri + file.source.graph)
            for triple in file.triples:
                yield Quad(triple.subject, triple.predicate, triple.object, graph)

    def with_files(self, files: Sequence[SourceFile]) -> Sources:
        """Return the same sources with other files, in the order of their names.

        Raises:
            SourceError: A file is no longer as it was read.
        """
        sorted_sources, read = read_sorted_sources(files, self.base_iri, self.bounds.files)
        for file in read:
            if isinstance(file, SourceError):
                raise file
        unread = (finding for finding in self.load_findings if finding.rule == UNREAD_RULE)
        return replace(
            self,
            files=tuple(files),
            sorted_sources=sorted_sources,
            load_findings=(*unread, *sorted_sources.findings),
        )

    @cached_property
    def own_prefixes(self) -> Mapping[str, str]:
        """Return the publisher's own prefixes (``vann:``); the one of the shapes is ``shape``."""
        own = {"shape": f"{self.base_iri}shapes#"}
        names: dict[str, dict[str, str]] = {}
        for quad in self.quads(Role.ONTOLOGY):
            if quad.predicate.value.startswith(PREFIXES["vann"]) and isinstance(
                quad.object, Literal
            ):
                names.setdefault(str(quad.subject), {})[quad.predicate.value] = quad.object.value
        for message in names.values():
            prefix = message.get(iri("vann:preferredNamespacePrefix"))
            namespace = message.get(iri("vann:preferredNamespaceUri"))
            if prefix and namespace and prefix not in PREFIXES:
                own[prefix] = namespace
        return own

    @cached_property
    def prefixes(self) -> Mapping[str, str]:
        """Return the prefixes of what is published, the ones that go before others first.

        These are the publisher's own, then those that the authors of the files declare, then the
        table. Of two for a namespace the first is written, and the other may stand in queries.
        """
        found = dict(self.own_prefixes)
        for prefix, namespace in chain(self._authors_prefixes(), PREFIXES.items()):
            found.setdefault(prefix, namespace)
        return found

    def _authors_prefixes(self) -> Iterator[tuple[str, str]]:
        """Yield the prefixes that files declare, those of most files first.

        An empty one means something else in every file; and one of the table means something else
        only if no file declares what the table has, which is then not used here.
        """
        counted = Counter(
            pair
            for file in self.of_role(*PUBLISHED)
            for pair in file.prefixes.items()
            if pair[0] and pair[1]
        )
        usual = {prefix for prefix, namespace in counted if PREFIXES.get(prefix) == namespace}
        for prefix, namespace in sorted(counted, key=lambda pair: (-counted[pair], pair)):
            if prefix not in usual or PREFIXES[prefix] == namespace:
                yield prefix, namespace


def read_sources(
    folder: Path, base_iri: str, bounds: CheckLimits = DEFAULT_CHECK_LIMITS
) -> Sources:
    """Return the sources of a folder.

    Args:
        folder: Where they are.
        base_iri: Base of their names.
        bounds: What reading one of the files, and checking one of its rules, may take.

    Raises:
        SourceError: A folder is missing or empty, or a file cannot be read or understood; with
            several such files, ``SourceErrors`` names each.
        SettingError: The folder sets a rule or names a context in a wrong way.
    """
    settings = read_rule_settings(folder)
    read_context_settings(folder)  # wrong ones are reported
    broken: list[SourceError] = []

    def attempt(read: Callable[..., _Read], *arguments: object) -> _Read | None:
        try:
            return read(*arguments)
        except SourceError as error:
            broken.append(error)
            return None

    contents = list_folder(folder, bounds.files)
    sorted_sources, files = read_sorted_sources(contents.sources, base_iri, bounds.files)
    broken += [file for file in files if isinstance(file, SourceError)]
    context = attempt(_read_context, folder)
    rules = {path.name: attempt(_read_rule, folder, path) or "" for path in find_queries(folder)}
    queries = {
        path.name: attempt(read_named_query, folder, path) or ""
        for path in find_named_queries(folder)
    }
    if broken:
        raise broken[0] if len(broken) == 1 else SourceErrors(broken)
    sources = Sources(
        folder,
        base_iri,
        tuple(file for file in files if isinstance(file, SourceFile)),
        context or Context(PREFIXES),
        rules,
        sorted_sources,
        queries,
        bounds,
        (*contents.unread, *sorted_sources.findings),
        settings,
    )
    return sources if context else replace(sources, context=_context_of(sources.prefixes))


def _context_of(prefixes: Mapping[str, str]) -> Context:
    """Return the context of a folder that brings none: the prefixes of its authors."""
    return Context(without_cycles(prefixes))


def _read_rule(folder: Path, path: Path) -> str:
    return read_text(path, path.relative_to(folder).as_posix())


def _read_context(folder: Path) -> Context | None:
    path = folder / "ontology" / CONTEXT
    if not os.path.lexists(path):
        return None
    try:
        name = f"ontology/{CONTEXT}"
        context: Any = read_json(read_text(path, name).encode(), name)
        context = context["@context"]
    except (ValueError, KeyError, TypeError) as error:
        raise SourceSyntax(
            "This is not a JSON-LD context: {reason}.",
            where=f"ontology/{CONTEXT}",
            remedy='Write {{"@context": {{…}}}} as JSON in UTF-8; nothing was published.',
            reason=str(error),
        ) from error
    if not isinstance(context, dict):
        raise SourceSyntax(
            "The value of @context must be one JSON object.",
            where=f"ontology/{CONTEXT}",
            remedy="Write prefixes and terms out in the file; a context is never fetched.",
        )
    return _plain(context)


def _plain(definitions: Mapping[str, Any]) -> Context:
    try:
        if "" in definitions:
            raise ValueError("")
        return Context(definitions)
    except ValueError as error:
        raise SourceSyntax(
            "The context says more of '{key}' than this program reads.",
            where=f"ontology/{CONTEXT}",
            remedy="Write prefixes, aliases of keywords, and terms with @id and @type only.",
            key=str(error),
        ) from error


# What all files say, sorted, on disk: read as a stream, or looked up by what is first.
#
# Files are read in parts, on all cores. However many there are, memory holds a part of them.

_BATCH_BYTES = 16 << 20
# The runs of so few batches are merged sooner than another process starts.
_MERGED_IN_ONE_PROCESS = 4
_TYPE = f" <{iri('rdf:type')}> ".encode()
_END = b" .\n"
_TEMPLATE = f" <{TEMPLATE}> ".encode()
_File = TypeVar("_File", SourcePath, SourceFile, SourcePath | SourceFile)
NO_GRAPH = b"-"


@dataclass(frozen=True)
class SortedSources:
    """The quads of all sources in sorted files, deleted with the last reference to it.

    Attributes:
        folder: Where the files are.
        quads: What is published, as sorted N-Quads; blank nodes have names of this run.
        examples: What the examples say, the same way.
        defining_files: Where each named subject is: lines of ``<IRI>``, whether its type is said
            there (1 or 0), the number of the file, and a digest of what a published file with
            its type says of it (else a hyphen), with tabs between.
        in_graphs: The published quads in the graphs that the files put them into, the same way;
            the same file where they put them into none.
        named_graphs: IRI of a graph that files put triples into → graphs of the datasets that
            these files belong to.
        findings: Where graphs of files are not kept.
    """

    folder: Path
    quads: Path
    examples: Path
    defining_files: Path
    in_graphs: Path
    named_graphs: Mapping[str, tuple[str, ...]]
    findings: tuple[Finding, ...]

    @property
    def nothing(self) -> Path:
        """Return an empty file."""
        path = self.folder / "nothing.nq"
        path.touch()
        return path


@dataclass(frozen=True)
class _FileBatch:
    """Files that are read together: their numbers, and where the lines go."""

    files: tuple[tuple[int, SourcePath | SourceFile], ...]
    base_iri: str
    folder: Path
    number: int
    limits: ReadLimits
    keeps_graphs: bool


@dataclass(frozen=True)
class _BatchResult:
    """What one part gave."""

    files: list[SourceFile | SourceError]
    quads: list[Path]
    in_graphs: list[Path]
    examples: list[Path]
    defining_files: list[Path]
    named_graphs: set[tuple[str, str]]
    findings: list[Finding]
    has_templates: bool


def read_sorted_sources(
    found: Sequence[SourcePath | SourceFile],
    base_iri: str,
    limits: ReadLimits = DEFAULT_READ_LIMITS,
) -> tuple[SortedSources, list[SourceFile | SourceError]]:
    """Return the sorted quads, and each file or the error in it, in their order.

    A file that was read already is read again, and must be as it was. Space is taken where the
    system keeps temporary files (``TMPDIR``).

    Raises:
        StorageError: There is no room, or no right to write.
    """
    with storage_errors():
        return _read_into(found, base_iri, limits)


def _read_into(
    found: Sequence[SourcePath | SourceFile], base_iri: str, limits: ReadLimits
) -> tuple[SortedSources, list[SourceFile | SourceError]]:
    folder, delete = make_temporary_folder()
    quads, in_graphs = folder / "quads.nq", folder / "graphs.nq"
    examples, defining_files = folder / "examples.nq", folder / "homes.tsv"
    keeps_graphs = any(map(_may_have_graphs, found))
    try:
        parts = [
            _FileBatch(part, base_iri, folder, n, limits, keeps_graphs)
            for n, part in enumerate(cut_into_batches(found))
        ]
        read = list(map_on_all_cores(_read_batch, parts))
        # The largest first: the others are merged beside it.
        merges = [
            ([run for part in read for run in part.quads], quads),
            ([run for part in read for run in part.defining_files], defining_files),
            ([run for part in read for run in part.in_graphs], in_graphs),
            ([run for part in read for run in part.examples], examples),
        ]
        if len(parts) > _MERGED_IN_ONE_PROCESS:
            list(map_on_all_cores(_merge, merges))
        else:
            list(map(_merge, merges))
        if any(part.has_templates for part in read):
            files = [f for part in read for f in part.files if isinstance(f, SourceFile)]
            add_made_labels(files, quads, in_graphs if keeps_graphs else None)
    except BaseException:
        delete()
        raise
    named: dict[str, dict[str, None]] = defaultdict(dict)
    for graph, home in sorted({pair for part in read for pair in part.named_graphs}):
        named[graph][home] = None
    sorted_sources = SortedSources(
        folder,
        quads,
        examples,
        defining_files,
        in_graphs if named else quads,
        {graph: tuple(homes) for graph, homes in named.items()},
        tuple(finding for part in read for finding in part.findings),
    )
    weakref.finalize(sorted_sources, delete)
    return sorted_sources, [file for part in read for file in part.files]


def _merge(runs_and_target: tuple[list[Path], Path]) -> None:
    merge_files(*runs_and_target)


def _may_have_graphs(found: SourcePath | SourceFile) -> bool:
    return syntax_by_name(found.name) not in ONE_GRAPH or is_open(found.name)


def cut_into_batches(files: Sequence[_File]) -> Iterator[tuple[tuple[int, _File], ...]]:
    """Yield files with their numbers, in parts of about the same length."""
    part: list[tuple[int, _File]] = []
    length = 0
    for number, file in enumerate(files):
        part.append((number, file))
        path = file.source.path if isinstance(file, SourceFile) else file.path
        length += path.stat().st_size if path.is_file() else 0
        if length >= _BATCH_BYTES:
            yield tuple(part)
            part, length = [], 0
    if part:
        yield tuple(part)


def _read_batch(part: _FileBatch) -> _BatchResult:
    start = part.folder / f"{part.number:06}"
    files: list[SourceFile | SourceError] = []
    results: list[_FileResult] = []
    with (
        Sorter(start.with_suffix(".quads")) as quads,
        Sorter(start.with_suffix(".graphs")) as in_graphs,
        Sorter(start.with_suffix(".examples")) as examples,
        Sorter(start.with_suffix(".homes")) as defining_files,
    ):
        for number, found in part.files:
            try:
                result = _read_result(found, part)
            except SourceError as error:
                files.append(error)
                continue
            files.append(result.file)
            results.append(replace(result, quads=(), in_graphs=(), defining=()))
            defining_files.extend([b"%s%08d%s" % (a, number, b) for a, b in result.defining])
            (quads if result.is_published else examples).extend(result.quads)
            in_graphs.extend(result.in_graphs)
    return _BatchResult(
        files,
        quads.runs,
        in_graphs.runs,
        examples.runs,
        defining_files.runs,
        {pair for result in results for pair in result.named_graphs},
        [finding for result in results for finding in result.findings],
        any(result.has_templates for result in results),
    )


@dataclass(frozen=True)
class _FileResult:
    """What one file gave.

    Attributes:
        file: The file.
        quads: What it says, as sorted N-Quads, all in the graph of the file.
        in_graphs: The same in the graphs that the file puts it into, where that is asked for.
        defining: Lines that say where named subjects are, before and behind the number of the file.
        named_graphs: Graphs that it puts triples into, each with the graph of the file.
        findings: Where graphs of it are not kept.
        has_templates: Whether it says how to make labels.
    """

    file: SourceFile
    quads: Sequence[bytes]
    in_graphs: Sequence[bytes]
    defining: Sequence[tuple[bytes, bytes]]
    named_graphs: frozenset[tuple[str, str]]
    findings: tuple[Finding, ...]
    has_templates: bool

    @property
    def is_published(self) -> bool:
        """Tell whether a release holds what it says."""
        return self.file.role is not Role.EXAMPLE

    @property
    def size(self) -> int:
        """Return about how many bytes of memory it takes."""
        pairs = (part for pair in self.defining for part in pair)
        return sum(len(each) + _OVERHEAD for each in chain(self.quads, self.in_graphs, pairs))


def _read_result(found: SourcePath | SourceFile, part: _FileBatch) -> _FileResult:
    """Return what a file gives, read unless it is remembered."""
    remembered = _REMEMBERED.get()
    if remembered is None or isinstance(found, SourceFile):
        return _read_file(found, part)
    settings = (found, part.base_iri, part.limits, part.keeps_graphs)
    result = remembered.get((*settings, read_digest(found, part.limits)))
    if result is None:
        result = _read_file(found, part)
        if not _depends_on_others(result.file):
            remembered.keep((*settings, result.file.sha256), result)
    return result


def _depends_on_others(file: SourceFile) -> bool:
    """Tell whether what a file says may change with another one: with a context of the folder."""
    is_json = syntax_by_name(file.name) == RdfFormat.JSON_LD
    return is_json and names_contexts_of_folder(file.text)


def _read_file(found: SourcePath | SourceFile, part: _FileBatch) -> _FileResult:
    file, read = _read(found, part.base_iri, part.limits)
    empty = () if read else (_nothing_in(file),)
    placing = _GraphPlacing(part.base_iri)
    placed = placing.lines(file.source, read)
    is_published = file.role is not Role.EXAMPLE
    lines = sorted(set(placed.lines))
    end = f" <{part.base_iri}{file.source.graph}>".encode() + _END
    return _FileResult(
        file,
        _in_graph(lines, end),
        placed.in_graphs(end) if part.keeps_graphs and is_published else (),
        list(_defining_lines(lines, is_published=is_published)),
        frozenset(placing.named),
        (*empty, *placing.findings),
        file.role is Role.SHAPES and any(_TEMPLATE in line for line in lines),
    )


def _nothing_in(file: SourceFile) -> Finding:
    """Return the finding that a file holds no triple, which every syntax of RDF allows."""
    is_json = file.text.strip() and syntax_of(file.name, file.text) == RdfFormat.JSON_LD
    if is_json and is_context(file.text):
        sentence = text("The file is a JSON-LD context: it says nothing by itself.")
        return Finding(Severity.INFO, sentence, rule="no-triples", file=file.name)
    if is_json and is_frame(file.text):
        sentence = text("The file is a JSON-LD frame, and is not read. Keep it elsewhere.")
        return Finding(RULES["no-triples"].severity, sentence, rule="no-triples", file=file.name)
    sentence = text(
        "The file holds no triple. Give it an @context in which its keys have a meaning, or take"
        " it away."
        if is_json
        else "The file holds no triple. Fill it, or take it away."
    )
    return Finding(RULES["no-triples"].severity, sentence, rule="no-triples", file=file.name)


# What files gave, by what is in them: who checks again after a save reads one file of them.

_REMEMBERED_BYTES = 128 << 20
_OVERHEAD = 48  # of a line in memory, beside its bytes


class _Remembered:
    """What the files gave that were read last, up to a size."""

    def __init__(self) -> None:
        self._size = 0
        self._results: OrderedDict[Hashable, _FileResult] = OrderedDict()

    def get(self, content: Hashable) -> _FileResult | None:
        """Return what a file with this content gave; None when that is not known any more."""
        if content in self._results:
            self._results.move_to_end(content)
        return self._results.get(content)

    def keep(self, content: Hashable, result: _FileResult) -> None:
        """Keep what a file gave; those that were read longest ago go."""
        before = self._results.pop(content, None)
        self._results[content] = result
        self._size += result.size - (before.size if before else 0)
        while self._size > _REMEMBERED_BYTES:
            self._size -= self._results.popitem(last=False)[1].size


_REMEMBERED: ContextVar[_Remembered | None] = ContextVar("remembered files", default=None)


@contextmanager
def remembering_files() -> Iterator[None]:
    """Let sources that are read again and again in the block cost what has changed in them.

    Large ones, which are read in several processes, cost the same each time.
    """
    token = _REMEMBERED.set(_Remembered())
    try:
        yield
    finally:
        _REMEMBERED.reset(token)


# Graphs that files put their triples into: graphs of the data set, by their own names.

GRAPHS_RULE = "graph-names"


@dataclass(frozen=True)
class _PlacedTriples:
    """The triples of a file.

    Attributes:
        lines: Each as a line of N-Triples, in the order of the file.
        ends: The end of each as a line of N-Quads, empty for the graph of the file; none where all
            are in that graph.
    """

    lines: list[bytes]
    ends: list[bytes]

    def in_graphs(self, usual: bytes) -> list[bytes]:
        """Return the lines of N-Quads; ``usual`` is the end of those in the graph of the file."""
        if not self.ends:
            return _in_graph(self.lines, usual)
        pairs = zip(self.lines, self.ends, strict=True)
        return [line[: -len(_END)] + (end or usual) for line, end in pairs]


def _lines(statements: Iterable[Quad | Triple], rdf_format: RdfFormat) -> list[bytes]:
    return (serialize(statements, format=rdf_format) or b"").splitlines(keepends=True)  # type: ignore[arg-type]


def _in_graph(lines: Iterable[bytes], end: bytes) -> list[bytes]:
    """Return lines of N-Triples as lines of N-Quads with an end."""
    # Line feeds in texts are escaped, so a full stop with one behind it ends a line.
    return b"".join(lines).replace(_END, end).splitlines(keepends=True)


class _GraphPlacing:
    """Says in which graph each triple of a file is, and remembers the graphs."""

    def __init__(self, base_iri: str) -> None:
        self._base_iri = base_iri
        self.named: set[tuple[str, str]] = set()
        self.findings: list[Finding] = []

    def lines(self, source: SourcePath, quads: Sequence[Quad]) -> _PlacedTriples:
        """Return each triple as a line of N-Triples, and the end of its line of N-Quads.

        Raises:
            SourceSyntax: A graph has a name that the site gives to a graph of its own.
        """
        if not _may_have_graphs(source):
            return _PlacedTriples(_lines(quads, RdfFormat.N_QUADS), [])
        lines = _lines((quad.triple for quad in quads), RdfFormat.N_TRIPLES)
        names = {quad.graph_name for quad in quads}
        if names == {DefaultGraph()}:
            return _PlacedTriples(lines, [])
        ends = {name: self._end(source, name) for name in names}
        self._note(source, names)
        return _PlacedTriples(lines, [ends[quad.graph_name] for quad in quads])

    def _end(self, source: SourcePath, name: NamedNode | BlankNode | DefaultGraph) -> bytes:
        home = self._base_iri + source.graph
        if not isinstance(name, NamedNode) or name.value == home or not _keeps_graphs(source):
            return b""
        own = name.value.removeprefix(self._base_iri)
        if own in (CATALOGUE, SHAPES) or (own.startswith(DATASET) and own != name.value):
            raise SourceSyntax(
                "The graph <{graph}> has a name that the site gives itself.",
                where=source.name,
                remedy="Give the graph another name, or put its triples into a file of that"
                " dataset; nothing was published.",
                graph=name.value,
            )
        self.named.add((name.value, home))
        return f" {name}".encode() + _END

    def _note(
        self, source: SourcePath, names: Iterable[NamedNode | BlankNode | DefaultGraph]
    ) -> None:
        message = ""
        if any(isinstance(name, BlankNode) for name in names):
            message = (
                "A graph of the file has no IRI: its triples are in the graph of the dataset."
                " Give it one to keep it."
            )
        elif not _keeps_graphs(source) and any(isinstance(name, NamedNode) for name in names):
            message = (
                "The graphs of the file are not kept: shapes, examples and the catalogue are one"
                " graph each."
            )
        if message:
            found = Finding(Severity.WARNING, text(message), rule=GRAPHS_RULE, file=source.name)
            self.findings.append(found)


def _keeps_graphs(source: SourcePath) -> bool:
    return source.role in (Role.DATA, Role.ONTOLOGY)


def _read(
    found: SourcePath | SourceFile, base_iri: str, limits: ReadLimits
) -> tuple[SourceFile, list[Quad]]:
    if isinstance(found, SourceFile):
        return found, found.quads
    return read_file(found, base_iri, limits)


# In a text, what looks like a label is at worst taken for one: two texts for the same.
_LABEL = re.compile(rb" _:\S+(?= \.\n)")


def _whatever_labels(lines: bytes) -> bytes:
    """Return triples of a subject without the labels of blank nodes, which differ in each file."""
    if b" _:" not in lines:
        return lines
    return b"".join(sorted(_LABEL.sub(b" _:", lines).splitlines(keepends=True)))


def _defining_lines(lines: Sequence[bytes], *, is_published: bool) -> Iterator[tuple[bytes, bytes]]:
    """Yield a line for each named subject of a file, from its sorted triples.

    It comes in two parts: before the number of the file, and behind it.
    """
    for subject, of_subject in blocks_of_subjects(lines):
        if not subject.startswith(b"<"):
            continue
        block = b"".join(of_subject)
        is_typed = block.startswith(subject + _TYPE) or b"\n" + subject + _TYPE in block
        digest = NO_GRAPH
        if is_typed and is_published:
            digest = hashlib.sha256(_whatever_labels(block)).hexdigest().encode()
        yield b"%s\t%d\t" % (subject, is_typed), b"\t%s\n" % digest
