"""What a power cut leaves of a folder: the system calls of a program, replayed on a cautious disk.

A disk keeps a file's bytes only when the file was synchronised after the last write, and a name
only when its folder was (POSIX, fsync); both may also arrive earlier, and in any order.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

# -y writes the path behind each descriptor; -s 0 leaves the bytes out.
STRACE = (
    "strace",
    "-f",
    "-y",
    "-qq",
    "--seccomp-bpf",
    "-s",
    "0",
    "-e",
    "trace=openat,open,creat,write,writev,pwrite64,pwritev,sendfile,copy_file_range,ftruncate,"
    "fallocate,fsync,fdatasync,sync_file_range,rename,renameat,renameat2,symlink,symlinkat,"
    "mkdir,mkdirat,unlink,unlinkat,rmdir,link,linkat",
    "-e",
    "signal=none",
)
_CALL = re.compile(r"^(?:\d+ +)?(\w+)\((.*)\) += +(-?\d+)(?:<([^>]*)>)?")
_NAMED = re.compile(r'(?:AT_FDCWD<[^>]*>, |AT_FDCWD, )?"([^"]*)"')
_BEHIND = re.compile(r"^\d+<([^>]*)>")
_WRITES = ("write", "pwrite", "sendfile", "copy_file", "ftrunc", "falloc")


@dataclass(frozen=True)
class Step:
    """Something a program did to a folder: ``kind`` is file, folder, write, sync, name or gone."""

    kind: str
    path: str
    target: str = ""


def steps(trace: str, folder: Path) -> Iterator[Step]:
    """Yield what the calls of a trace did below a folder, in their order."""
    for line in _joined(trace.splitlines()):
        found = _CALL.match(line)
        if found is None or found[3].startswith("-"):
            continue
        yield from (s for s in _step(found) if f"{s.path}/".startswith(f"{folder}/"))


def _joined(lines: Iterable[str]) -> Iterator[str]:
    """Put together the calls that other threads interrupted."""
    begun: dict[str, str] = {}
    for line in lines:
        number = line.partition(" ")[0]
        if line.endswith("<unfinished ...>"):
            begun[number] = line.removesuffix("<unfinished ...>").rstrip()
        elif "resumed>" in line:
            yield begun.pop(number, "") + line.partition("resumed>")[2]
        else:
            yield line


def _step(found: re.Match[str]) -> Iterator[Step]:
    name, arguments, _, opened = found.groups()
    paths = _NAMED.findall(arguments)
    behind = _BEHIND.match(arguments)
    if name in ("open", "openat", "creat"):
        if opened and ("O_CREAT" in arguments or name == "creat"):
            yield Step("file", opened)
        if opened and "O_TRUNC" in arguments:
            yield Step("write", opened)
    elif name.startswith(_WRITES) and behind:
        yield Step("write", behind[1])
    elif name in ("fsync", "fdatasync") and behind:
        yield Step("sync", behind[1])
    elif name.startswith("mkdir"):
        yield Step("folder", paths[0])
    elif name.startswith("rename"):
        yield Step("name", paths[0], paths[1])
    elif name.startswith("symlink"):
        yield Step("link", paths[1], paths[0])
    elif name.startswith(("unlink", "rmdir")):
        path = paths[0] if paths[0].startswith("/") or not behind else f"{behind[1]}/{paths[0]}"
        yield Step("gone", path)


@dataclass
class Node:
    """A file, a folder or a link, as programs see it and as the disk has it.

    Attributes:
        is_folder: Whether it has children.
        content: Its bytes, once they are on the disk.
        link: What it leads to, if it is a link.
        is_dirty: Whether bytes were written that the disk may not have.
        seen: Name → child, as programs see them.
        kept: Name → child, as the disk certainly has them.
    """

    is_folder: bool = False
    content: bytes = b""
    link: str = ""
    is_dirty: bool = False
    seen: dict[str, Node] = field(default_factory=dict)
    kept: dict[str, Node] = field(default_factory=dict)


def read(path: Path) -> Node:
    """Return a folder that lies on the disk for good."""
    if path.is_symlink():
        return Node(link=str(path.readlink()))
    if path.is_file():
        return Node(content=path.read_bytes())
    children = {child.name: read(child) for child in path.iterdir()}
    return Node(True, seen=children, kept=dict(children))


class Disk:
    """A folder on a cautious disk."""

    def __init__(self, root: Node, place: Path, contents: Sequence[bytes] = ()) -> None:
        """Begin with a folder.

        Args:
            root: As it is before.
            place: Its path.
            contents: Of the files that will be made, in the order in which they are.
        """
        self._root, self._place, self._contents = root, place, contents
        self._made: list[Node] = []

    def _find(self, path: str) -> Node:
        node = self._root
        for part in Path(path).relative_to(self._place).parts:
            node = node.seen[part]
        return node

    def do(self, step: Step) -> None:
        """Replay a step."""
        if step.kind in ("write", "sync"):
            node = self._find(step.path)
            node.is_dirty = step.kind == "write"
            if step.kind == "sync":
                node.kept = dict(node.seen)
            return
        parent, name = self._find(str(Path(step.path).parent)), Path(step.path).name
        if step.kind == "gone":
            parent.seen.pop(name)
        elif step.kind == "name":
            target = Path(step.target)
            self._find(str(target.parent)).seen[target.name] = parent.seen.pop(name)
        elif step.kind == "link":
            parent.seen[name] = Node(link=step.target)
        else:
            if name not in parent.seen:
                self._make(parent, name, is_folder=step.kind == "folder")

    def _make(self, parent: Node, name: str, *, is_folder: bool) -> None:
        number = len(self._made)
        content = self._contents[number] if number < len(self._contents) else b""
        parent.seen[name] = Node(is_folder, content)
        self._made.append(parent.seen[name])

    def contents(self) -> list[bytes]:
        """Return the bytes that the files that were made have now, from where they lie."""
        pending = [(self._root, self._place)]
        while pending:
            node, path = pending.pop()
            pending += [(child, path / name) for name, child in node.seen.items()]
            if path.is_file() and not path.is_symlink():
                node.content = path.read_bytes()
        return [node.content for node in self._made]

    def leave(self, folder: Path, *, names: bool) -> None:
        """Write what is left after a power cut now.

        Args:
            folder: Where; it does not exist.
            names: Whether the names that nobody synchronised arrived, though no unsynchronised
                bytes did; else neither.
        """
        _leave(self._root, folder, names=names)

    def shape(self, *, names: bool) -> tuple[object, ...]:
        """Return what tells two outcomes apart; what a build in the making has is swept up."""
        return _shape(self._root, names=names)


def _children(node: Node, *, names: bool) -> dict[str, Node]:
    return node.seen if names else node.kept


def _leave(node: Node, path: Path, *, names: bool) -> None:
    if node.link:
        path.symlink_to(node.link)
    elif not node.is_folder:
        path.write_bytes(b"" if node.is_dirty else node.content)
    else:
        path.mkdir()
        for name, child in _children(node, names=names).items():
            _leave(child, path / name, names=names)


def _shape(node: Node, *, names: bool) -> tuple[object, ...]:
    children = sorted(_children(node, names=names).items())
    return (
        node.is_folder,
        node.is_dirty,
        node.link,
        *((n, _shape(c, names=names)) for n, c in children if not n.startswith(".")),
    )


def outcomes(before: Path, place: Path, done: Sequence[Step], folder: Path) -> Iterator[Path]:
    """Yield a folder for each different outcome of a power cut after any number of steps.

    Args:
        before: A copy of the folder as it was before the steps.
        place: The folder, in which they all were done.
        done: The steps.
        folder: The outcomes are written into it.
    """
    whole = Disk(read(before), place)
    for step in done:
        whole.do(step)
    disk = Disk(read(before), place, whole.contents())
    seen = set()
    for number in range(len(done) + 1):
        for names in (False, True):
            shape = disk.shape(names=names)
            if shape not in seen:
                seen.add(shape)
                disk.leave(folder / f"{number}-{names}", names=names)
                yield folder / f"{number}-{names}"
        if number < len(done):
            disk.do(done[number])
