"""A release of another copy → the same release here, verified, then switched to in one rename.

All files of a release but its store come as they are: their digests stand in the manifest, which
can be signed. The store is made here from those files. Its own files differ from build to build, so
no manifest can vouch for them, and a strange store would be read by the engine's own code; yet the
engine keeps its triples in the order of their digests, so two stores of the same triples answer
alike.
"""

from __future__ import annotations

import dataclasses
import re
import shutil
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from pathlib import Path

from publisher.errors import ReleaseError
from publisher.release.copies.contents import files_of, make_store, open_fetched, strange
from publisher.release.copies.origin import Offered, Origin
from publisher.release.manifest import read_sealed, sync
from publisher.release.model import MANIFEST, STORE, Release, StoredFile
from publisher.release.open import current_folder, open_release
from publisher.release.signature import PUBLIC_KEY, SIGNATURE, check_signature
from publisher.release.switching import alone, switch, sync_folder

Progress = Callable[[str], None]
_NAME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}-[0-9a-f]{12}(-[0-9]+)?")


@dataclasses.dataclass(frozen=True)
class Wish:
    """What is fetched from another copy.

    Attributes:
        name: The release, or the beginning of its name; empty: the one that is current there.
        is_all: Fetch every release that the other copy keeps.
        public_key: PEM file with the key that signed the releases; None: no signature is asked for.
        base_iri: Base of the names here; empty: any.
    """

    name: str = ""
    is_all: bool = False
    public_key: Path | None = None
    base_iri: str = ""


def pull(
    url: str, releases: Path, wish: Wish = Wish(), progress: Progress = lambda step: None
) -> Release:
    """Return the release that was fetched from another copy, which is now the current one here.

    A release that is here already is not fetched again. What was fetched before a cut stays. The
    public key that lies beside a signature comes along, so that this copy answers as the other one
    does; it is no proof, since who sends a signature can send the key that fits it. Trust is
    ``wish.public_key``, which came another way.

    Args:
        url: Address of the other copy's home page.
        releases: Folder of the releases here.
        wish: Which ones.
        progress: Told which step begins.

    Raises:
        ReleaseError: The other copy cannot be reached, or what it sends is not what the manifest
            says, is not signed, or belongs to another site. The current release stays.
    """
    try:
        with closing(Origin(url)) as origin:
            return _pull(origin, releases, wish, progress)
    except OSError as error:
        raise ReleaseError(
            "The release cannot be written: {reason}.",
            where=str(error.filename or releases),
            remedy="Make room, or give yourself the right to write there; the current release"
            " stays.",
            reason=error.strerror or str(error),
        ) from error


def _pull(origin: Origin, releases: Path, wish: Wish, progress: Progress) -> Release:
    offered = origin.releases()
    chosen = _choose(origin, offered, wish.name)
    releases.mkdir(parents=True, exist_ok=True)
    with alone(releases):
        older = [o for o in reversed(offered) if o != chosen] if wish.is_all else []
        for other in older:
            _bring(origin, other, releases, wish, progress)
        release = _bring(origin, chosen, releases, wish, progress)
        if current_folder(releases) != release.folder.resolve():
            progress("switch")
            switch(releases, release.folder.name)
        for leftover in releases.glob(".pull-*"):
            shutil.rmtree(leftover)
        return release


def _choose(origin: Origin, offered: Sequence[Offered], name: str) -> Offered:
    """Return the release that is wished for."""
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
            names=", ".join(ids) or "–",
        )
    return fitting[0]


def _bring(
    origin: Origin, offered: Offered, releases: Path, wish: Wish, progress: Progress
) -> Release:
    """Return a release that is here, fetched when it was not."""
    name = offered.id
    folder = releases / name
    found = _whole(folder)
    if found is not None:
        if offered.is_signed:
            _fetch_signature(origin, name, folder)
        if _is_signed_as_wished(folder, wish):
            _check(folder, wish, found.base_iri)
            return found
    staging = releases / f".pull-{name}"
    progress(name)
    _begin(origin, name, staging, wish)
    files = files_of(staging / MANIFEST)
    _leave_out_others(staging, files)
    _make_sure_of_room(staging, files)
    for file in files.values():
        target = staging / file.name
        target.parent.mkdir(parents=True, exist_ok=True)
        origin.fetch(name, file, target)
    progress("store")
    make_store(staging, files)
    progress("open")
    release = open_fetched(staging, name)
    progress("sync")
    sync(staging)
    if folder.exists():  # damaged; what is called so is swept up with the next lock
        folder.rename(releases / f".staging-gone-{name}")
    staging.rename(folder)
    sync_folder(releases)
    return dataclasses.replace(release, folder=folder)


def _whole(folder: Path) -> Release | None:
    """Return a release that is here and of which no byte is wrong."""
    try:
        return open_release(folder) if folder.exists() else None
    except ReleaseError:
        return None


def _begin(origin: Origin, name: str, staging: Path, wish: Wish) -> None:
    """Fetch the manifest and what signs it; go on in the folder of an earlier call."""
    manifest = origin.manifest(name)
    path = staging / MANIFEST
    if staging.exists() and not (path.is_file() and path.read_bytes() == manifest):
        shutil.rmtree(staging)
    staging.mkdir(exist_ok=True)
    path.write_bytes(manifest)
    for file in (SIGNATURE, PUBLIC_KEY):
        (staging / file).unlink(missing_ok=True)  # an earlier call may have fetched others
    _fetch_signature(origin, name, staging)
    try:
        content = read_sealed(path)
    except ReleaseError as error:
        raise strange(path) from error
    _check(staging, wish, str(content.get("base_iri")))
    if content.get("release") != name:
        raise strange(path)


def _fetch_signature(origin: Origin, name: str, folder: Path) -> None:
    """Fetch what is missing here of a signature and the key beside it; what is here stays.

    A release can be signed after it was fetched.
    """
    for file in (PUBLIC_KEY, SIGNATURE):
        path = folder / file
        content = None if path.is_file() else origin.beside(name, file)
        if content is not None:
            temporary = path.with_name(f".{file}")
            temporary.write_bytes(content)
            temporary.replace(path)


def _is_signed_as_wished(folder: Path, wish: Wish) -> bool:
    """Tell whether a release that is here may stay; else it may be signed anew there."""
    try:
        if wish.public_key is not None:
            check_signature(folder, wish.public_key)
    except ReleaseError:
        return False
    return True


def _check(folder: Path, wish: Wish, base_iri: str) -> None:
    """Let a release pass that is signed as expected, and names its things as this site does."""
    if wish.public_key is not None:
        check_signature(folder, wish.public_key)
    if wish.base_iri and wish.base_iri != base_iri:
        raise ReleaseError(
            "The release names its things below {there}, and this site below {here}.",
            where=str(folder),
            remedy="Give the address of a copy of this site, or set base_iri. Nothing was changed.",
            there=base_iri,
            here=wish.base_iri,
        )


def _leave_out_others(staging: Path, files: Mapping[str, StoredFile]) -> None:
    """Take away what an earlier call left and the manifest does not list, and its store."""
    shutil.rmtree(staging / STORE, ignore_errors=True)
    for path in staging.rglob("*"):
        name = path.relative_to(staging).as_posix()
        if path.is_file() and name not in files and name not in (MANIFEST, SIGNATURE, PUBLIC_KEY):
            path.unlink()


def _make_sure_of_room(staging: Path, files: Mapping[str, StoredFile]) -> None:
    """Let a release pass that fits on the disk; what a stranger announces need not."""
    wanted, free = sum(f.length for f in files.values()), shutil.disk_usage(staging).free
    if wanted > free:
        raise ReleaseError(
            "The release has {wanted} MB, and there is room for {free} MB.",
            where=str(staging.parent),
            remedy="Make room on the disk, or name another folder with --releases.",
            wanted=wanted >> 20,
            free=free >> 20,
        )
