"""Files and folders: disks that refuse, whole files, temporary folders.

Python names the file when it cannot be opened, but not when it cannot be written to. SQLite,
XlsxWriter and Oxigraph have errors of their own. ``with_path`` makes all of them an ``OSError``
with its number and a place, where the place is known; who talks to people makes a sentence of that.
"""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
import stat
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import BinaryIO

from publisher.errors import StorageError
from publisher.system import portable

# Result codes of SQLite (https://www.sqlite.org/rescode.html); the low byte is the primary one.
_SQLITE_ERRORS: Mapping[int, int] = {
    sqlite3.SQLITE_FULL: errno.ENOSPC,
    sqlite3.SQLITE_READONLY: errno.EROFS,
    sqlite3.SQLITE_PERM: errno.EACCES,
    sqlite3.SQLITE_CANTOPEN: errno.EACCES,
    sqlite3.SQLITE_IOERR: errno.EIO,
}
_ENGINE_ERRORS = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EMFILE, errno.EIO)
# What RocksDB's binding says before it opens anything.
_FEW_DESCRIPTORS = "file descriptors"
_CURE_FULL = "Make room there, or name another folder (--releases; TMPDIR for temporary files)."
_CURE_FORBIDDEN = "Give yourself the right to write there, or name another folder."
_CURE_OPEN_FILES = (
    "Let this program open more files: 'ulimit -n 65536', or LimitNOFILE in its unit."
)
_CURE_BROKEN = "Look into the log of the system: the disk or the network share may be failing."
_CURE_UNKNOWN = "Make room, or give yourself the right to write there."
_CURES: Mapping[int, str] = {
    errno.ENOSPC: _CURE_FULL,
    errno.EDQUOT: _CURE_FULL,
    errno.EFBIG: _CURE_FULL,
    errno.EROFS: _CURE_FORBIDDEN,
    errno.EACCES: _CURE_FORBIDDEN,
    errno.EPERM: _CURE_FORBIDDEN,
    errno.EMFILE: _CURE_OPEN_FILES,
    errno.ENFILE: _CURE_OPEN_FILES,
    errno.EIO: _CURE_BROKEN,
    errno.ESTALE: _CURE_BROKEN,
}
_NO_MEMORY = "Close other programs, or take a machine with more memory. Nothing was changed."


@contextmanager
def with_path(path: Path, *, has_temporary: bool = False) -> Iterator[None]:
    """Give every disk error raised in the block its number and its path.

    Args:
        path: What is written.
        has_temporary: Who writes it also has temporary files (``TMPDIR``): of the two places the
            fuller one is named.

    Raises:
        OSError: With ``errno`` and ``filename``.
    """
    try:
        yield
    except Exception as error:
        known = as_os_error(error)
        if known is None:
            raise
        if known.filename is None:
            known.filename = os.fspath(_fullest_folder(path) if has_temporary else path)
        if known is error:
            raise
        raise known from error


def as_os_error(error: BaseException) -> OSError | None:
    """Return what an error is to the operating system; None when it is nothing of the kind."""
    if isinstance(error, sqlite3.OperationalError):
        number = _SQLITE_ERRORS.get(getattr(error, "sqlite_errorcode", 0) & 0xFF)
        return OSError(number, os.strerror(number)) if number else None
    if isinstance(error, OSError):
        if error.errno is not None:
            return error
        for number in _ENGINE_ERRORS:  # Oxigraph gives a sentence alone
            if os.strerror(number) in str(error):
                return OSError(number, os.strerror(number))
        if _FEW_DESCRIPTORS in str(error):
            return OSError(errno.EMFILE, os.strerror(errno.EMFILE))
        if type(error) is not OSError:
            return None  # an error of the network, for instance
        error.strerror = error.strerror or str(error)  # with a path, its text would be gone
        return error
    inner = error.args[0] if error.args else None
    return inner if isinstance(inner, OSError) else None  # XlsxWriter wraps it


def _fullest_folder(path: Path) -> Path:
    """Return the folder of a file, or that for temporary files when it has less room."""
    temporary = Path(_temporary())
    try:
        is_here = shutil.disk_usage(path.parent).free <= shutil.disk_usage(temporary).free
    except OSError:
        return path
    return path if is_here else temporary


def _temporary() -> str:
    """Return the folder for temporary files, also when there is none that can be used."""
    try:
        return tempfile.gettempdir()
    except OSError:
        return os.environ.get("TMPDIR", "TMPDIR")


def disk_error_reason(error: OSError) -> str:
    """Return the operating system's description of an error."""
    return error.strerror or str(error)


def disk_error_cure(error: OSError) -> str:
    """Return what a person can do about it, a message of the program."""
    return _CURES.get(error.errno or 0, _CURE_UNKNOWN)


@contextmanager
def storage_errors(where: Path | None = None) -> Iterator[None]:
    """Make a sentence of every error of the disk in a block.

    Args:
        where: What is named when the error names nothing; None: the folder one is in, and
            that for temporary files.

    Raises:
        StorageError: The disk refused, or there is no memory.
    """
    try:
        yield
    except MemoryError as error:
        raise StorageError("There is not enough memory.", remedy=_NO_MEMORY) from error
    except Exception as error:
        known = as_os_error(error)
        if known is None or known.errno == errno.EPIPE:
            raise
        unknown = where or f"{Path.cwd()}, {_temporary()}"
        raise StorageError(
            "The system refuses: {reason}.",
            where=str(known.filename or unknown),
            remedy=_CURES.get(known.errno or 0, _CURE_UNKNOWN),
            reason=disk_error_reason(known),
        ) from error


# Files that are there whole or as they were, folders brought to the disk, and locks.
#
# All locks are those of flock(2), or of Windows: they end with the process that holds them, however
# it ends, so no lock is left behind by a crash.

_PREFIX = "publisher-"
_LOCK = "lock"


def replace_file(path: Path, content: str | bytes) -> None:
    """Write a file in one step: it is there whole, or as it was, also after a power failure.

    Its mode stays what it was. The name is on the disk when the folder is (``sync_folder``).

    Args:
        path: The file; a new one is made.
        content: Text is written as UTF-8.

    Raises:
        OSError: It cannot be written; nothing of it is left.
    """
    with with_path(path):
        temporary = stage_file(path, content)
        try:
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)


def stage_file(path: Path, content: str | bytes) -> Path:
    """Write a file's new content beside it, to the disk; return where. Renaming it is left to do.

    Raises:
        OSError: It cannot be written; nothing of it is left.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        with temporary.open("wb") as file:
            file.write(content.encode("utf-8") if isinstance(content, str) else content)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            shutil.copymode(path, temporary)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return temporary


def sync_folder(folder: Path) -> None:
    """Bring a folder's list of names to the disk; its files are not (``sync_tree``)."""
    if folder.is_dir() and not portable.can_open_folders():
        return  # Windows writes names to the disk with what they name
    # Windows synchronises only what is opened for writing.
    descriptor = os.open(folder, os.O_RDONLY if portable.can_open_folders() else os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_tree(folder: Path) -> None:
    """Bring every file and folder below a folder to the disk, so that no crash can lose it."""
    for path in (*folder.rglob("*"), folder):
        sync_folder(path)


# Why a link cannot be made: the file system has none, or the user may not (Windows).
_NO_LINKS = frozenset({errno.EPERM, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP})
_LONGEST_NAME = 255


def point_at(link: Path, name: str) -> None:
    """Let a link lead to a name in its own folder, in one step; it may have led elsewhere.

    Where there are no symbolic links it is a file that holds the name.

    Raises:
        OSError: It cannot be written.
    """
    temporary = link.with_name(f".{link.name}.new")
    temporary.unlink(missing_ok=True)
    # Windows lets few people make links, and replaces none that leads to a folder.
    if os.name == "nt" or not _is_linked(temporary, name):
        temporary.write_text(name, encoding="utf-8", newline="\n")
    temporary.replace(link)


def _is_linked(link: Path, name: str) -> bool:
    try:
        link.symlink_to(name)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        return False
    return True


def pointed_at(link: Path) -> str:
    """Return the name to which such a link leads, be there something or not; empty for none.

    Raises:
        OSError: It cannot be read just now.
    """
    try:
        return Path(os.readlink(link)).name
    except FileNotFoundError:
        return ""
    except OSError:
        if link.is_symlink():
            raise
    if not link.is_file():
        return ""  # a folder: restored from a backup that follows links
    name = link.read_bytes()[: _LONGEST_NAME + 1].decode(errors="replace").strip()
    is_name = name and len(name) <= _LONGEST_NAME and not {*name} & {"/", "\\", "\0", "\n"}
    return name if is_name and name[0] != "." else ""


def read_file(path: Path) -> bytes:
    """Return the content of a file; of a pipe, which may never have any, an error.

    Raises:
        OSError: It is no file, or cannot be read.
    """
    flags = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    descriptor = os.open(path, os.O_RDONLY | flags)
    try:
        mode = os.fstat(descriptor).st_mode
        if not stat.S_ISREG(mode):
            number = errno.EISDIR if stat.S_ISDIR(mode) else errno.EINVAL
            raise OSError(number, os.strerror(number), str(path))
        with open(descriptor, "rb", closefd=False) as file:
            return file.read()
    finally:
        os.close(descriptor)


def followed(link: Path) -> Path:
    """Return where such a link leads, resolved.

    Raises:
        OSError: It leads in a circle.
    """
    if link.is_file():
        return (link.parent / (pointed_at(link) or link.name)).resolve()
    try:
        return link.resolve()
    except RuntimeError as error:  # what Python makes of it, up to 3.12
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(link)) from error


@contextmanager
def locked_folder(folder: Path) -> Iterator[None]:
    """Hold the lock of a folder; wait until nobody else does."""
    if portable.can_open_folders():
        descriptor = os.open(folder, os.O_RDONLY)
    else:
        descriptor = os.open(folder / ".folder-lock", os.O_RDWR | os.O_CREAT)
    try:
        portable.lock_descriptor(descriptor, wait=True)
        yield
    finally:
        os.close(descriptor)


def lock_file(path: Path) -> BinaryIO | None:
    """Return a file that is locked until it is closed; None when another process holds it.

    The file is made when it is missing. None comes, too, when its folder, or the file itself, was
    deleted meanwhile.

    Raises:
        OSError: It cannot be opened.
    """
    try:
        file = path.open("ab")
    except FileNotFoundError:
        return None
    try:
        is_ours = portable.lock(file, wait=False)
        if is_ours and os.path.samestat(os.fstat(file.fileno()), path.stat()):
            return file
    except FileNotFoundError:
        pass
    file.close()
    return None


def make_temporary_folder() -> tuple[Path, Callable[[], None]]:
    """Return a new folder where the system keeps temporary files (``TMPDIR``), and what deletes it.

    Folders that killed programs left behind are deleted first.
    """
    _sweep_temporary_folders()
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
    # Locked before it has its name: anyone who sweeps meanwhile sees no lock that is free.
    lock = (folder / f"{_LOCK}.new").open("wb")
    portable.lock(lock, wait=True)
    (folder / f"{_LOCK}.new").rename(folder / _LOCK)
    return folder, partial(_delete_temporary_folder, folder, lock)


def _delete_temporary_folder(folder: Path, lock: BinaryIO) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    lock.close()


def _sweep_temporary_folders() -> None:
    """Delete the folders whose locks nobody holds."""
    for path in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*/{_LOCK}"):
        try:
            lock = lock_file(path)
        except OSError:
            continue  # somebody else's
        if lock is not None:
            _delete_temporary_folder(path.parent, lock)
