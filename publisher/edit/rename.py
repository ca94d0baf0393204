"""One thing under a new address, or a whole folder of sources under a new base."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path, PurePosixPath

from pyoxigraph import NamedNode, Triple

from publisher.edit.changes import FileChange, Plan, plan_files
from publisher.edit.inventory import last_part
from publisher.errors import ChangeRefused
from publisher.load.files import FOLDERS, Role
from publisher.load.parse import SourceFile, author_style, read_text
from publisher.load.sources import Sources
from publisher.quality.file_rules import has_own_layout
from publisher.rdf.namespaces import iri
from publisher.rdf.packed import is_packed
from publisher.rdf.recognise import syntax_by_name
from publisher.rdf.turtle import write_turtle

_REPLACES = iri("dcterms:replaces")
# RFC 3987, as far as Turtle asks for it.
_ADDRESS = re.compile(r"https?://[^\s<>\"{}|\\^`]+")
_SETTINGS = "pyproject.toml"


def rename(sources: Sources, old: str, new: str) -> Plan:
    """Return what gives a thing another address, in every file, with a redirect from the old one.

    The new thing says that it replaces the old (``dcterms:replaces``), from which the site answers
    301. A file that is named after the thing is renamed with it.

    Raises:
        ChangeRefused: Nothing has the old address, something has the new one, or a file that is
            laid out by hand names the old one in a short form.
    """
    _refuse_wrong(sources, old, new)
    moved = NamedNode(new)

    def renamed(term: object) -> object:
        return moved if isinstance(term, NamedNode) and term.value == old else term

    files: list[FileChange] = []
    for file in sources.files:
        if not any(NamedNode(old) in _terms(triple) for triple in file.triples):
            continue
        _refuse_packed(file)
        if has_own_layout(file):
            after = _in_text(file, old, new)
        else:
            triples = {_replace_address(triple, renamed) for triple in file.triples}
            if any(_is_class(triple, old) for triple in file.triples):
                triples.add(Triple(moved, NamedNode(_REPLACES), NamedNode(old)))
            after = write_turtle(triples, sources.prefixes, author_style(file))
        files += _change(file, after, old, new)
    return plan_files(sources, sorted([*files, *_queries(sources, old, new)], key=_files_by_name))


def _refuse_wrong(sources: Sources, old: str, new: str) -> None:
    subjects = {
        triple.subject.value
        for file in sources.files
        for triple in file.triples
        if isinstance(triple.subject, NamedNode)
    }
    if old not in subjects:
        raise ChangeRefused(
            "Nothing here has this address.",
            where=old,
            remedy="Copy the address from the page of the thing. Nothing was written.",
        )
    if new in subjects:
        raise ChangeRefused(
            "Something has this address already.",
            where=new,
            remedy="Choose another one: an address means one thing for good. Nothing was written.",
        )
    if not _ADDRESS.fullmatch(new):
        raise ChangeRefused(
            "The address holds a character that no address may have.",
            where=new,
            remedy="Use small letters a to z, digits and hyphens. Nothing was written.",
        )
    if not new.startswith(sources.base_iri):
        raise ChangeRefused(
            "The address does not lie below {base}, so this site could not answer for it.",
            where=new,
            remedy="Choose one below it. Nothing was written.",
            base=sources.base_iri,
        )


def _is_class(triple: Triple, thing: str) -> bool:
    return triple.subject == NamedNode(thing) and triple.predicate.value == iri("rdf:type")


def _terms(triple: Triple) -> tuple[object, object, object]:
    return triple.subject, triple.predicate, triple.object


def _replace_address(triple: Triple, renamed: Callable[[object], object]) -> Triple:
    subject, predicate, value = map(renamed, _terms(triple))
    return Triple(subject, predicate, value)  # type: ignore[arg-type]  # each as it was, renamed


def _files_by_name(change: FileChange) -> str:
    return change.name


def _in_text(file: SourceFile, old: str, new: str) -> str:
    """Return the text of a file that is laid out by hand, with the address replaced."""
    after = file.text.replace(f"<{old}>", f"<{new}>")
    if after == file.text:
        raise ChangeRefused(
            "The file names {old} in a short form, and is laid out by hand.",
            where=file.name,
            remedy="Write the address out in it as <{old}>, and rename again. Nothing was written.",
            old=old,
        )
    return after


def _change(file: SourceFile, after: str, old: str, new: str) -> Iterator[FileChange]:
    path = PurePosixPath(file.name)
    if path.stem != last_part(old) or file.role is not Role.DATA:
        yield FileChange(file.name, file.source.path, file.text, after)
        return
    name = path.with_stem(last_part(new))
    target = file.source.path.with_name(name.name)
    if target.exists():
        raise ChangeRefused(
            "The file would be renamed, but there is one of that name.",
            where=str(name),
            remedy="Rename that one, or choose another address. Nothing was written.",
        )
    yield FileChange(str(name), target, None, after)
    yield FileChange(file.name, file.source.path, file.text, None)


def _queries(sources: Sources, old: str, new: str) -> Iterator[FileChange]:
    """Yield the queries and rules that name the address."""
    for path in _texts(sources.folder):
        if path.suffix == ".rq":
            name = path.relative_to(sources.folder).as_posix()
            text = read_text(path, name)
            if f"<{old}>" in text:
                yield FileChange(name, path, text, text.replace(f"<{old}>", f"<{new}>"))


def rebase(sources: Sources, base_iri: str) -> Plan:
    """Return what moves a whole folder of sources below another base, settings included.

    Every place that holds the old base changes, in patterns of shapes too; files in the layout of
    the sources stay in it.

    Raises:
        ChangeRefused: The base is the old one, or does not end with a slash.
    """
    old = sources.base_iri
    if not (_ADDRESS.fullmatch(base_iri) and base_iri.endswith("/")) or base_iri == old:
        raise ChangeRefused(
            "This is no new base.",
            where=base_iri,
            remedy="Write another one than {base}, from http(s):// to a slash at the end."
            " Nothing was written.",
            base=old,
        )

    def moved(text: str) -> str:
        text = text.replace(old, base_iri)
        return text.replace(_escaped(old), _escaped(base_iri))

    read = {file.name: file for file in sources.files}
    for file in sources.files:
        if file.source.is_packed and old in file.text:
            _refuse_packed(file)
    files = []
    for path in _texts(sources.folder):
        name = path.relative_to(sources.folder).as_posix()
        before = read_text(path, name)
        if (after := moved(before)) != before:
            files.append(FileChange(name, path, before, after))
    below = replace(sources, base_iri=base_iri)
    sources_below = plan_files(below, files).after
    in_layout = [
        change
        if change.name not in read or has_own_layout(read[change.name])
        else _in_layout(change, sources_below)
        for change in files
    ]
    return replace(plan_files(below, in_layout), before=sources)


def _escaped(base_iri: str) -> str:
    """Return a base as it is in a regular expression in Turtle."""
    return base_iri.replace(".", "\\\\.")


def _texts(folder: Path) -> Iterator[Path]:
    if (folder / _SETTINGS).is_file():
        yield folder / _SETTINGS
    for top in FOLDERS:
        files = (path for path in (folder / top).rglob("*") if path.is_file())
        yield from sorted(path for path in files if _is_text(path.name))


def _is_text(name: str) -> bool:
    return name.endswith(".rq") or (syntax_by_name(name) is not None and not is_packed(name))


def _refuse_packed(file: SourceFile) -> None:
    if file.source.is_packed:
        raise ChangeRefused(
            "A packed file cannot be changed.",
            where=file.name,
            remedy="Unpack it first. Nothing was written.",
        )


def _in_layout(change: FileChange, sources: Sources) -> FileChange:
    """Return a changed file in the layout of the sources: the order of addresses may differ."""
    (file,) = (file for file in sources.files if file.name == change.name)
    text = write_turtle(file.triples, sources.prefixes, author_style(file))
    return FileChange(change.name, change.path, change.before, text)
