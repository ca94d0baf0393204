"""A release signed by who made it: a detached Ed25519 signature of the manifest (RFC 8032)."""

from __future__ import annotations

import base64
import binascii
import os
from pathlib import Path
from typing import TYPE_CHECKING

from publisher.errors import ReleaseError
from publisher.release.model import MANIFEST, Release
from publisher.system.files import replace_file, sync_folder

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

SIGNATURE = f"{MANIFEST}.sig"
PUBLIC_KEY = f"{MANIFEST}.pub"


def read_key(path: Path) -> Ed25519PrivateKey:
    """Return the private key in a PEM file without a pass phrase.

    Raises:
        ReleaseError: It is missing or no Ed25519 key, or the library is not installed.
    """
    try:
        from cryptography.exceptions import UnsupportedAlgorithm
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
        from cryptography.hazmat.primitives.serialization import load_pem_private_key
    except ImportError as error:
        raise _no_library() from error
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise _no_key(path) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise _no_key(path)
    return key


def _no_library() -> ReleaseError:
    return ReleaseError(
        "Signing needs the library 'cryptography', which is not installed.",
        remedy="Install this program with its extra 'sign', or take the setting signing_key away.",
    )


def _no_key(path: Path) -> ReleaseError:
    return ReleaseError(
        "This is no Ed25519 key.",
        where=str(path),
        remedy="Make one with 'openssl genpkey -algorithm ed25519', and name its file in the"
        " setting signing_key. Nothing was published.",
    )


def sign(folder: Path, key: Ed25519PrivateKey) -> None:
    """Write the signature of a release's manifest beside it, in Base64, and the public key (PEM).

    The manifest holds the digest of every file, so it stands for all of them. A release that was
    built before there was a key, or with another one, is signed when it is built again: nothing of
    what is signed changes.
    """
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    signature = base64.b64encode(key.sign((folder / MANIFEST).read_bytes())) + b"\n"
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    for name, content in ((PUBLIC_KEY, public), (SIGNATURE, signature)):
        path = folder / name
        if path.is_file() and path.read_bytes() == content:
            continue
        replace_file(path, content)  # nobody fetches half of it
    sync_folder(folder)
    os.utime(folder.parent)  # servers at work look at that to read the list of releases again


def with_signature(release: Release, key: Ed25519PrivateKey | None) -> Release:
    """Return a release that is signed, if there is a key."""
    if key is not None:
        sign(release.folder, key)
    return release


def check_signature(folder: Path, public_key: Path) -> None:
    """Let a release pass that was signed with the private half of a public key (PEM).

    Raises:
        ReleaseError: It is not signed, or not with this key, or the library is not installed.
    """
    where = folder / SIGNATURE
    try:
        signature, manifest = where.read_bytes(), (folder / MANIFEST).read_bytes()
    except OSError as error:
        raise _not_signed(where) from error
    check_signed_bytes(manifest, signature, public_key, str(where))


def check_signed_bytes(manifest: bytes, signature: bytes, public_key: Path, where: str) -> None:
    """Let the bytes of a manifest pass, before anybody reads them, that were signed with a key.

    Args:
        manifest: As it came.
        signature: Of it, in Base64.
        public_key: PEM file.
        where: How an error calls the place of the signature.

    Raises:
        ReleaseError: They are not signed with this key, or the library is not installed.
    """
    try:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
        from cryptography.hazmat.primitives.serialization import load_pem_public_key
    except ImportError as error:
        raise _no_library() from error
    try:
        key = load_pem_public_key(public_key.read_bytes())
    except (OSError, ValueError) as error:
        raise _no_key(public_key) from error
    if not isinstance(key, Ed25519PublicKey):
        raise _no_key(public_key)
    try:
        key.verify(base64.b64decode(signature), manifest)
    except (binascii.Error, InvalidSignature) as error:
        raise _not_signed(where) from error


def _not_signed(where: Path | str) -> ReleaseError:
    return ReleaseError(
        "The release is not signed with this key.",
        where=str(where),
        remedy="Fetch the release again, or ask its publisher for the right public key.",
    )
