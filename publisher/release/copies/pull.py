"""A release of another copy → the same release here, verified, then switched to in one rename.

All files of a release but its store come as they are: their digests stand in the manifest, which
can be signed. The store is made here from those files. Its own files differ from build to build, so
no manifest can vouch for them, and a strange store would be read by the engine's own code; yet the
engine keeps its triples in the order of their digests, so two stores of the same triples answer
alike. For the same reason the files of sparq and the answers given in advance are made here.
"""

from __future__ import annotations

import dataclasses
import re
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from publisher.errors import ReleaseError
from publisher.messages import printable
from publisher.release.copies.contents import (
    checked_manifest,
    files_of,
    foreign_manifest,
    make_engine_files,
    make_store,
    open_fetched,
)
from publisher.release.copies.origin import (
    LEAST_BYTES_PER_SECOND,
    Origin,
    RemoteRelease,
    read_json,
)
from publisher.release.copies.staging import FetchInterrupted, staging_folder, sweep
from publisher.release.current import build_lock, switch
from publisher.release.model import MANIFEST, SPARQ, STORE, Release, StoredFile
from publisher.release.open import current_folder, open_release
from publisher.release.second_engine import WITHOUT_SECOND_ENGINE, SecondEngine
from publisher.release.signature import PUBLIC_KEY, SIGNATURE, check_signature, check_signed_bytes
from publisher.system.files import (
    disk_error_cure,
    disk_error_reason,
    replace_file,
    sync_folder,
    sync_tree,
    with_path,
)
from publisher.system.http_client import Deadline

Progress = Callable[[str], None]
_NAME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}-[0-9a-f]{12}(-[0-9]+)?")
# For the files of one release; what they hold adds to it.
_BASE_SECONDS = 120.0
_SECONDS_A_FILE = 1.0
# Another call has the lock for a moment only, a build until it ends.
LOCK_WAIT_SECONDS = 10.0
_PAUSE_SECONDS = 0.1
_MOST_NAMES_SHOWN = 50


@dataclasses.dataclass(frozen=True)
class PullOptions:
    """What is fetched from another copy.

    Attributes:
        name: The release, or the beginning of its name; empty: the one that is current there.
        is_all: Fetch every release that the other copy keeps.
        public_key: PEM file with the key that signed the releases; None: no signature is asked for.
        base_iri: Base of the names here; empty: any.
        second_engine: Whether a release that is fetched gets files of sparq.
    """

    name: str = ""
    is_all: bool = False
    public_key: Path | None = None
    base_iri: str = ""
    second_engine: SecondEngine = WITHOUT_SECOND_ENGINE


def pull(
    url: str,
    releases: Path,
    options: PullOptions = PullOptions(),
    progress: Progress = lambda step: None,
) -> Release:
    """Return the release that was fetched from another copy, which is now the current one here.

    A release that is here already is not fetched again. What was fetched before a cut stays. The
    public key that lies beside a signature comes along, so that this copy answers as the other one
    does; it is no proof, since who sends a signature can send the key that fits it. Trust is
    ``options.public_key``, which came another way.

    Args:
        url: Address of the other copy's home page.
        releases: Folder of the releases here.
        options: Which ones.
        progress: Called with the name of each step as it begins.

    Raises:
        ReleaseError: The other copy cannot be reached, or what it sends is not what the manifest
            says, is not signed, or belongs to another site. The current release stays.
    """
    try:
        with with_path(releases), closing(Origin(url)) as origin:
            return _pull(origin, releases, options, progress)
    except OSError as error:
        raise ReleaseError(
            "The release cannot be written: {reason}. The current release stays.",
            where=str(error.filename),
            remedy=disk_error_cure(error),
            reason=disk_error_reason(error),
        ) from error


def _pull(origin: Origin, releases: Path, options: PullOptions, progress: Progress) -> Release:
    sweep(releases, only_old=True)
    offered = origin.releases()
    newest = _choose_release(origin, offered, options.name)
    older = [o for o in reversed(offered) if o != newest] if options.is_all else []
    releases.mkdir(parents=True, exist_ok=True)
    sweep(releases, keep=[o.id for o in (*older, newest)])
    for other in older:
        _get_release(origin, other, releases, options, progress)
    release = _get_release(origin, newest, releases, options, progress)
    with _wait_for_lock(releases):
        if current_folder(releases) != release.folder.resolve():
            progress("switch")
            switch(releases, release.folder.name)
    sweep(releases)
    return release


@contextmanager
def _wait_for_lock(releases: Path) -> Iterator[None]:
    """Hold the lock of the folder, which another call may have for a moment.

    It is never held while anything is fetched.
    """
    end = time.monotonic() + LOCK_WAIT_SECONDS
    with ExitStack() as stack:
        while True:
            try:
                stack.enter_context(build_lock(releases))
                break
            except ReleaseError as error:
                if time.monotonic() > end:
                    raise FetchInterrupted(
                        "Another build is running in this folder.",
                        where=str(releases),
                        remedy="Wait until it has ended, then run this again: it continues with"
                        " what was fetched. Nothing was changed.",
                    ) from error
                time.sleep(_PAUSE_SECONDS)
        yield


def _choose_release(origin: Origin, offered: Sequence[RemoteRelease], name: str) -> RemoteRelease:
    """Return the release to fetch."""
    ids = [o.id for o in offered]
    fitting = [o for o in offered if o.id == name] or [o for o in offered if o.id.startswith(name)]
    if not name:
        fitting = [o for o in offered if o.is_current]
    if len(fitting) != 1 or not all(map(_NAME.fullmatch, ids)):
        raise ReleaseError(
            "There is no release '{name}' here, or more than one begins so.",
            where=f"{origin.url}release",
            remedy="Choose one of these: {names}.",
            name=name or "current",
            names=", ".join(filter(_NAME.fullmatch, ids[:_MOST_NAMES_SHOWN])) or "–",
        )
    return fitting[0]


def _get_release(
    origin: Origin, offered: RemoteRelease, releases: Path, options: PullOptions, progress: Progress
) -> Release:
    """Return a release that is here, fetched when it was not."""
    folder = releases / offered.id
    kept = _open_undamaged(folder)
    if kept is not None and _has_required_signature(origin, offered, folder, options):
        _check_base(folder, options, kept.base_iri)
        return kept
    progress(offered.id)
    with staging_folder(releases, offered.id) as staging:
        release = _fetch(origin, offered.id, staging, options, progress)
        progress("sync")
        sync_tree(staging)
        with _wait_for_lock(releases):
            _rename_fetched(staging, folder)
    return dataclasses.replace(release, folder=folder)


def _fetch(
    origin: Origin, name: str, staging: Path, options: PullOptions, progress: Progress
) -> Release:
    """Return a release, fetched into a folder and verified."""
    _begin_fetch(origin, name, staging, options)
    files = files_of(staging / MANIFEST)
    _remove_unlisted_files(staging, files)
    _check_free_space(staging, files)
    length = sum(file.length for file in files.values())
    deadline = Deadline(
        _BASE_SECONDS + len(files) * _SECONDS_A_FILE + length / LEAST_BYTES_PER_SECOND
    )
    for file in files.values():
        target = staging / file.name
        target.parent.mkdir(parents=True, exist_ok=True)
        origin.fetch(name, file, target, deadline)
    progress("store")
    make_store(staging, files)
    if options.second_engine.most_triples:
        progress("sparq")
    make_engine_files(staging, files, options.second_engine)
    progress("open")
    return open_fetched(staging, name)


def _rename_fetched(staging: Path, folder: Path) -> None:
    """Give a fetched release its name, unless another call has brought the same one meanwhile."""
    manifest = (staging / MANIFEST).read_bytes()
    if _open_undamaged(folder) is not None and (folder / MANIFEST).read_bytes() == manifest:
        return
    if folder.exists():  # damaged, or another one; what is called so is swept with the next lock
        folder.rename(folder.with_name(f".staging-gone-{folder.name}"))
    staging.rename(folder)
    sync_folder(folder.parent)


def _open_undamaged(folder: Path) -> Release | None:
    """Return a release that is here and of which no byte is wrong."""
    try:
        return open_release(folder) if folder.exists() else None
    except ReleaseError:
        return None


def _begin_fetch(origin: Origin, name: str, staging: Path, options: PullOptions) -> None:
    """Fetch the manifest and what signs it; go on in the folder of an earlier call.

    What must be signed is not read before its signature was checked.
    """
    beside = {file: origin.beside(name, file) for file in (PUBLIC_KEY, SIGNATURE)}
    manifest = origin.manifest(name, is_signed=options.public_key is not None)
    path = staging / MANIFEST
    if options.public_key is not None:
        where = f"{origin.url}release/{name}/{SIGNATURE}"
        check_signed_bytes(manifest, beside[SIGNATURE] or b"", options.public_key, where)
    try:
        read_json(manifest, is_trusted=options.public_key is not None)
    except ValueError as error:
        raise foreign_manifest(path) from error
    if path.exists() and path.read_bytes() != manifest:
        shutil.rmtree(staging)
        staging.mkdir()
    path.write_bytes(manifest)
    for file, written in beside.items():
        (staging / file).unlink(missing_ok=True)  # an earlier call may have fetched others
        if written is not None:
            (staging / file).write_bytes(written)
    content = checked_manifest(path)
    _check_base(staging, options, content["base_iri"])
    if content["release"] != name:
        raise foreign_manifest(path)


def _has_required_signature(
    origin: Origin, offered: RemoteRelease, folder: Path, options: PullOptions
) -> bool:
    """Tell whether a release that is here may stay, with what it lacked of a signature."""
    if offered.is_signed:
        _fetch_signature(origin, offered.id, folder, options)
    return _is_signed(folder, options)


def _fetch_signature(origin: Origin, name: str, folder: Path, options: PullOptions) -> None:
    """Fetch what is missing here of a signature and the key beside it.

    A release can be signed after it was fetched, or signed anew with another key: nothing of what
    is signed changes. What is here stays as long as it is signed with the key that is asked for.
    """
    is_renewed = not _is_signed(folder, options)
    missing = [f for f in (PUBLIC_KEY, SIGNATURE) if is_renewed or not (folder / f).is_file()]
    fetched = {file: origin.beside(name, file) for file in missing}
    if options.public_key is not None and SIGNATURE in fetched:
        try:
            manifest = (folder / MANIFEST).read_bytes()
            where = str(folder / SIGNATURE)
            check_signed_bytes(manifest, fetched[SIGNATURE] or b"", options.public_key, where)
        except ReleaseError:
            return  # perhaps of another manifest: the whole release is fetched then
    for file, content in fetched.items():
        if content is not None:
            replace_file(folder / file, content)


def _is_signed(folder: Path, options: PullOptions) -> bool:
    """Tell whether a release here is signed with the key that is asked for, if one is."""
    try:
        if options.public_key is not None:
            check_signature(folder, options.public_key)
    except ReleaseError:
        return False
    return True


def _check_base(folder: Path, options: PullOptions, base_iri: str) -> None:
    """Let a release pass that names its things as this site does."""
    if options.base_iri and options.base_iri != base_iri:
        raise ReleaseError(
            "The release names its things below {there}, and this site below {here}.",
            where=str(folder),
            remedy="Give the address of a copy of this site, or set base_iri. Nothing was changed.",
            there=printable(base_iri),
            here=options.base_iri,
        )


def _remove_unlisted_files(staging: Path, files: Mapping[str, StoredFile]) -> None:
    """Take away what an earlier call left and the manifest does not list, and what it made."""
    for made in (STORE, SPARQ):
        shutil.rmtree(staging / made, ignore_errors=True)
    for path in staging.rglob("*"):
        name = path.relative_to(staging).as_posix()
        if path.is_file() and name not in files and name not in (MANIFEST, SIGNATURE, PUBLIC_KEY):
            path.unlink()


def _check_free_space(staging: Path, files: Mapping[str, StoredFile]) -> None:
    """Let a release pass that fits on the disk; what a stranger announces need not."""
    here = sum(path.stat().st_size for path in staging.rglob("*") if path.is_file())
    # The store takes about as much as the triples as N-Quads.
    store = sum(file.length for name, file in files.items() if name.endswith(".nq"))
    needed = max(0, sum(file.length for file in files.values()) + store - here)
    free = shutil.disk_usage(staging).free
    if needed > free:
        raise ReleaseError(
            "The release has {wanted} MB, and there is room for {free} MB.",
            where=str(staging.parent.parent),
            remedy="Make room on the disk, or name another folder with --releases.",
            wanted=needed >> 20,
            free=free >> 20,
        )
