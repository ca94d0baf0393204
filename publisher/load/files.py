"""Which files are sources, and which graph each belongs to."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from functools import partial
from pathlib import Path

from publisher.errors import SourceError, SourceErrors, SourceMissing
from publisher.findings import Finding, Severity
from publisher.messages import SOURCE_LANGUAGE, text
from publisher.rdf import packed
from publisher.rdf.encodings import beginning
from publisher.rdf.guards import DEFAULT_READ_LIMITS, ReadLimits
from publisher.rdf.recognise import (
    OF_ONTOLOGIES,
    POINTER,
    WEB_PAGE,
    extension_of,
    is_open,
    other_language,
    syntax_by_name,
    syntax_of,
)

DATASET = "dataset/"
VOCABULARY = DATASET + "vocabulary"
CATALOGUE = "catalog"
SHAPES = "shapes"
CONTEXT = "context.jsonld"
RULES = "shapes/hygiene"
FRESHNESS = "shapes/freshness"
FOLDERS = ("ontology", "data", "shapes")
# Files below data/catalogue/ belong to the catalogue: each describes a dataset by hand.
CATALOGUE_FOLDER = "catalogue"
# Files that distributions of the catalogue name: published as they are, whatever is in them.
PUBLISHED_FILES = "data/files/"
# Vocabularies of others that the folder's terms are looked up in; they are not published.
VOCABULARIES = "vocabularies"


class Role(Enum):
    """What a source file is for."""

    ONTOLOGY = "ontology"
    DATA = "data"
    CATALOGUE = "catalogue"
    SHAPES = "shapes"
    EXAMPLE = "example"


@dataclass(frozen=True)
class SourcePath:
    """A source file before it is read.

    Attributes:
        path: Where it is.
        name: The same relative to the folder of the sources, with forward slashes.
        role: What it is for.
        graph: Graph IRI relative to the base; the path decides it.
        member: Its name in the ZIP archive at ``path``; empty for a file of its own.
    """

    path: Path
    name: str
    role: Role
    graph: str
    member: str = ""

    @property
    def is_packed(self) -> bool:
        """Tell whether it has to be unpacked to be read, and cannot be written."""
        return bool(self.member) or packed.is_packed(self.name)


def _role_and_graph(parts: tuple[str, ...]) -> tuple[Role, str]:
    if parts[0] == "ontology":
        return (Role.EXAMPLE if parts[1] == "examples" else Role.ONTOLOGY), VOCABULARY
    if parts[0] == "shapes":
        return Role.SHAPES, SHAPES
    if len(parts) == 2 or parts[1] == CATALOGUE_FOLDER:
        return Role.CATALOGUE, CATALOGUE
    return Role.DATA, DATASET + parts[1]


@dataclass(frozen=True)
class FolderContents:
    """The files of a folder of sources.

    Attributes:
        sources: Those that are read, sorted by name.
        unread: A finding for each that is not, in the same order.
    """

    sources: tuple[SourcePath, ...]
    unread: tuple[Finding, ...]


def list_folder(folder: Path, limits: ReadLimits = DEFAULT_READ_LIMITS) -> FolderContents:
    """Return which files of a folder are read, and which are not and why.

    ``data/<dataset>/…`` belongs to the dataset of that name, ``data/catalogue.ttl`` and
    ``data/catalogue/…`` to the catalogue, ``ontology/…`` to the vocabulary.

    Raises:
        SourceMissing: There is neither data nor an ontology nor a catalogue, or a folder of
            sources holds no RDF file.
        SourceError: A folder cannot be listed, or an archive cannot be looked into.
    """
    found: list[SourcePath] = []
    unread = [*_beside(folder), *_unpublishable(folder)]
    for top in FOLDERS:
        if (folder / top).is_dir():
            paths = _files(folder / top)
            paths = (path for path in paths if not _is_published(path, folder))
            among = [each for path in paths for each in _sort(path, folder, limits)]
            found += [each for each in among if isinstance(each, SourcePath)]
            unread += [each for each in among if isinstance(each, Finding)]
    _refuse_incomplete(folder, found, unread)
    _refuse_nameless(found)
    return FolderContents(
        tuple(sorted(found, key=lambda source: source.name)),
        tuple(sorted(unread, key=lambda finding: finding.file)),
    )


def _refuse_incomplete(
    folder: Path, found: Sequence[SourcePath], unread: Sequence[Finding]
) -> None:
    """Let a folder pass in which there is something to publish.

    Raises:
        SourceMissing: There is nothing, or a folder of sources holds no RDF file.
        SourceErrors: The same, and there are files that are not read.
    """
    try:
        _refuse_missing(folder, found)
    except SourceMissing as error:
        below = f"{Path(error.where).relative_to(folder).as_posix()}/".removeprefix("./")
        named = [each for each in unread if each.file.startswith(below)]
        if not named:
            raise
        raise SourceErrors([error, *map(_as_error, named)]) from error


def _as_error(unread: Finding) -> SourceError:
    """Return why a file is not read as an error, where nothing else is there to be read."""
    error = SourceError("", where=unread.file)
    error.what = unread.message
    error.args = (error.in_language(SOURCE_LANGUAGE),)
    return error


def _refuse_missing(folder: Path, found: Sequence[SourcePath]) -> None:
    """Refuse a folder without data, ontology and catalogue, and one in which files are gone.

    An ontology has no data and a thesaurus no shapes; but whoever has a folder for either means to
    have them, and an empty one is most often a mistake.
    """
    roles = {source.role for source in found}
    if Role.CATALOGUE in roles and roles <= {Role.CATALOGUE, Role.SHAPES}:
        return  # it describes what lies elsewhere
    for top in FOLDERS:
        if (folder / top).exists() and not (folder / top).is_dir():
            raise SourceMissing(
                "{name} is a file, and no folder.",
                where=str(folder),
                remedy="Put it into a folder of another name; nothing was published.",
                name=top,
            )
    there = [top for top in FOLDERS if (folder / top).is_dir()]
    if not {"ontology", "data"} & set(there):
        raise SourceMissing(
            "There is neither a folder data/ nor a folder ontology/.",
            where=str(folder),
            remedy="Stand in the folder that holds ontology/, data/ and shapes/;"
            " nothing was published.",
        )
    for top in there:
        if not any(source.name.startswith(f"{top}/") for source in found):
            raise SourceMissing(
                "The folder {name}/ holds no RDF file.",
                where=str(folder),
                remedy="Put Turtle files into it, or take it away; nothing was published.",
                name=top,
            )
    if not roles & {Role.DATA, Role.ONTOLOGY}:
        raise SourceMissing(
            "There is no RDF file in any folder below data/.",
            where=str(folder / "data"),
            remedy="Put Turtle files into data/<dataset>/; nothing was published.",
        )


def _refuse_nameless(found: Iterable[SourcePath]) -> None:
    """Let datasets pass whose names can stand in addresses (RFC 3987, 2.2).

    Raises:
        SourceError: A name holds what an address cannot hold there.
    """
    for source in found:
        name = source.graph.removeprefix(DATASET)
        if source.role is Role.DATA and (character := _NOT_IN_NAMES.search(name)):
            raise SourceError(
                "The folder {name} cannot be a dataset: its name holds {character!r}, which"
                " addresses cannot hold.",
                where=source.name,
                remedy="Name the folder with letters, digits and hyphens; nothing was published.",
                name=f"data/{name}",
                character=character[0],
            )


def _is_published(path: Path, folder: Path) -> bool:
    return path.relative_to(folder).as_posix().startswith(PUBLISHED_FILES)


def find_published_files(folder: Path) -> dict[str, Path]:
    """Return name → path of the files in ``data/files/`` that can be published, sorted."""
    paths = sorted((folder / PUBLISHED_FILES).glob("*"))
    return {path.name: path for path in paths if _can_be_published(path)}


def _can_be_published(path: Path) -> bool:
    return path.is_file() and not path.is_symlink() and bool(_PUBLISHED_NAME.fullmatch(path.name))


def _unpublishable(folder: Path) -> Iterator[Finding]:
    """Yield a finding for each file of the folder of files that has no address."""
    for path in sorted((folder / PUBLISHED_FILES).glob("*")):
        if not _can_be_published(path) and not path.name.startswith("."):
            yield _unread(
                PUBLISHED_FILES + path.name,
                "The file cannot be published under this name. Name it with letters from a to z,"
                " digits, hyphens and full stops, and put it into no folder of its own.",
            )


def _files(folder: Path) -> Iterator[Path]:
    """Yield the files below a folder, and links to folders, which are not followed."""

    def refuse(error: OSError) -> None:
        raise SourceError(
            "The folder cannot be listed: {reason}.",
            where=str(error.filename),
            remedy="Give yourself the right to read it, or take it away; nothing was published.",
            reason=error.strerror,
        ) from error

    for parent, folders, names in os.walk(folder, onerror=refuse):
        yield from (Path(parent, name) for name in names)
        yield from (path for name in folders if (path := Path(parent, name)).is_symlink())


# What is read, and what is named because it is not.

UNREAD_RULE = "unread"
_NOT_IN_NAMES = re.compile(r"[\x00-\x20\x7f-\xa0<>\"{}|\\^`#?%\[\]]")
# One part of an address, which needs no escapes.
_PUBLISHED_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}")
_START_BYTES = 1 << 18
# Files about a folder, which nobody takes for its data; and such as are more seldom taken for it.
_ABOUT = re.compile(r"(?:README|LICEN[CS]E|COPYING|CHANGELOG|AUTHORS|NOTICE)|.*\.(?:md|rst|adoc)")
_NOTES = frozenset(("", "txt", "html", "pdf", "png", "jpg", "svg", "docx"))
_COPIES = ("~", ".bak", ".orig", ".swp", ".tmp")
_ARCHIVES = frozenset(("tar", "tgz", "bz2", "xz", "7z", "rar", "zst", "br", "lz", "z", "zip"))
_QUERY_FOLDERS = frozenset(("data/queries", RULES, FRESHNESS))
_SYSTEM_FOLDER = "__MACOSX/"  # of archives that macOS makes
# What systems and office programs leave beside a file: nobody's data.
_LEFTOVERS = re.compile(r"~\$.*|\._.*|Thumbs\.db|desktop\.ini", re.IGNORECASE)
# What stands for a file of iCloud that is not on this machine.
_IN_CLOUD = re.compile(r"\.(.+)\.icloud")


def _sort(path: Path, folder: Path, limits: ReadLimits) -> Iterator[SourcePath | Finding]:
    """Yield a file as a source, or the finding that it is not read; nothing if nobody misses it."""
    name = path.relative_to(folder).as_posix()
    if path.is_dir():
        yield _unread(name, "The link to a folder is not followed. Put the folder itself here.")
    elif path.exists() and not path.is_file():
        yield _unread(name, "This is no file, but a device or a socket. Take it away.")
    elif name.lower().endswith(packed.ZIP) and not path.name.startswith("."):
        yield from _sort_archive(path, folder, name, limits)
    elif cloud := _IN_CLOUD.fullmatch(path.name):
        yield _unread(
            name,
            "The file {file} is not on this machine, but in iCloud, so it is not read. Download it"
            " first.",
            file=cloud[1],
        )
    elif not _is_missed_by_nobody(name):
        found = _why_unread(name, lambda: _beginning(path, limits))
        yield found or source_path(path, folder)


def _is_missed_by_nobody(name: str) -> bool:
    """Tell whether a file is read by another part of the program, or is no data to anybody."""
    parent, _, last = name.rpartition("/")
    is_query = last.endswith(".rq") and parent in _QUERY_FOLDERS
    is_about = _ABOUT.fullmatch(last) or _LEFTOVERS.fullmatch(last)
    is_hidden = last.startswith(".") and syntax_by_name(last) is None
    return is_query or bool(is_about) or is_hidden or name == f"ontology/{CONTEXT}"


def _sort_archive(
    path: Path, folder: Path, name: str, limits: ReadLimits
) -> Iterator[SourcePath | Finding]:
    """Yield the files of a ZIP archive the same way."""
    outer = source_path(path, folder)
    try:
        members = packed.list_zip(path, limits, name)
    except OSError as error:
        raise _unreadable(name, error) from error
    is_empty = True
    for member in members:
        inner = f"{name}/{member.name}"
        last = member.name.rpartition("/")[2]
        if member.name.startswith(_SYSTEM_FOLDER) or _is_missed_by_nobody(last):
            continue
        is_empty = False
        look = partial(packed.unpack_member, path, member.name, limits, inner, most=_START_BYTES)
        if packed.is_packed(last):
            yield _unread(inner, "A packed file in a packed file is not read. Unpack one of them.")
        else:
            found = _why_unread(inner, look)
            yield found or replace(outer, name=inner, member=member.name)
    if is_empty:
        yield _unread(name, "The packed file holds no data. Pack it anew, or take it away.")


def _beginning(path: Path, limits: ReadLimits) -> bytes:
    """Return the first bytes of a file, unpacked."""
    name = str(path)
    try:
        with path.open("rb") as file:
            if not name.lower().endswith(packed.GZIP):
                return file.read(_START_BYTES)
            return packed.unpack_gzip(file.read(), limits, name, most=_START_BYTES)
    except OSError as error:
        raise _unreadable(name, error) from error


def _why_unread(name: str, look: Callable[[], bytes]) -> Finding | None:
    """Return why a file is not read, None when it is."""
    last = name.rpartition("/")[2]
    extension = extension_of(last)
    if last == CONTEXT:
        return _unread(name, "The context is not read here. It belongs into ontology/.")
    if last.startswith("."):
        return _unread(name, "The file is hidden by its name, and not read. Name it without a dot.")
    if syntax_by_name(last) is not None and not is_open(last):
        return None
    if last.lower().endswith(_COPIES):
        return _unread(name, "The file looks like a copy, and is not read. Take it away.")
    if extension in _ARCHIVES:
        return _unread(
            name, "The packed file is not read. Unpack it, or pack single files with gzip or ZIP."
        )
    if extension == "rq":
        return _unread(
            name,
            "The query is not read here. Rules belong into shapes/hygiene/, named queries into"
            " data/queries/.",
        )
    return _unread_by_content(name, extension, look)


def _unread_by_content(name: str, extension: str, look: Callable[[], bytes]) -> Finding | None:
    """Return why a file is not read whose name leaves it open, None when it is."""
    if extension in ("owl", "rdf", "rdfs"):
        return None  # what it holds instead is an error of the file
    start = beginning(look()) if is_open(name) else ""
    if is_open(name) and syntax_of(name, start) is not None:
        return None
    if language := other_language(name, start):
        return _unread(
            name,
            "The file is {syntax}, which is not read here. Convert it to Turtle or RDF/XML;"
            " ROBOT and Protégé do it."
            if language in OF_ONTOLOGIES
            else "The file is a web page, and RDFa is not read here. Get the data as a file."
            if language == WEB_PAGE
            else "The file only points to a file in Git LFS, and is not read. Get that one with"
            " 'git lfs pull'."
            if language == POINTER
            else "The file is {syntax}, which is not read here. Convert it to Turtle or N-Quads;"
            " riot of Apache Jena and rdflib do it.",
            syntax=language,
        )
    return _unread(
        name,
        "The file is not read: it is not known as RDF. If it is, name it .ttl, .trig, .nt, .nq,"
        " .rdf, .owl or .jsonld after what is in it; if not, keep it elsewhere.",
        severity=Severity.INFO if extension in _NOTES else Severity.WARNING,
    )


def _beside(folder: Path) -> Iterator[Finding]:
    """Yield a finding for each RDF file that lies beside the folders of sources."""
    for path in folder.iterdir() if folder.is_dir() else ():
        is_rdf = syntax_by_name(path.name) is not None and extension_of(path.name) not in (
            "json",
            "xml",
        )
        if is_rdf and path.is_file() and not path.name.startswith("."):
            yield _unread(
                path.name,
                "The file is not read: only what is in ontology/, data/ and shapes/ is. Move it.",
            )


def _unread(
    name: str, message: str, severity: Severity = Severity.WARNING, **values: object
) -> Finding:
    return Finding(severity, text(message, **values), rule=UNREAD_RULE, file=name)


def _unreadable(name: str, error: OSError) -> SourceError:
    return SourceError(
        "The file cannot be read: {reason}.",
        where=name,
        remedy="Give yourself the right to read it, or take it away; nothing was published.",
        reason=error.strerror,
    )


def source_path(path: Path, folder: Path) -> SourcePath:
    """Return what a file in a folder of sources is for; it need not be there yet."""
    parts = path.relative_to(folder).parts
    role, graph = _role_and_graph(parts)
    return SourcePath(path, "/".join(parts), role, graph)


def find_queries(folder: Path) -> list[Path]:
    """Return the hygiene rules of a folder of sources, sorted by name."""
    return sorted((folder / RULES).glob("*.rq"))


def find_vocabularies(folder: Path) -> list[Path]:
    """Return the RDF files in ``vocabularies/`` of a folder of sources, sorted by name."""
    found = (path for path in (folder / VOCABULARIES).rglob("*") if path.is_file())
    return sorted(
        path
        for path in found
        if syntax_by_name(path.name) is not None and not is_leftover(path.name)
    )


def is_leftover(name: str) -> bool:
    """Tell whether a system or an office program left a file, or hid it, beside somebody's data.

    >>> is_leftover("__MACOSX/._lakes.ttl"), is_leftover("data/~$lakes.ttl"), is_leftover("a.ttl")
    (True, True, False)
    """
    last = name.rpartition("/")[2]
    is_left = _LEFTOVERS.fullmatch(last) is not None or last.startswith(".")
    return is_left or name.startswith(_SYSTEM_FOLDER)
