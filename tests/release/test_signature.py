"""A release signed by who made it."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from publisher.errors import ReleaseError
from publisher.load.sources import read_sources
from publisher.quality.approval import approve
from publisher.release.build import build
from publisher.release.history.releases import list_releases
from publisher.release.model import Release
from publisher.release.open import open_release
from publisher.release.signature import check_signature
from tests.chain import BASE, Chain

pytestmark = pytest.mark.slow

Keys = tuple[Path, Path]


@pytest.fixture
def new_keys(tmp_path: Path) -> Callable[[str], Keys]:
    """Return a function that makes a private and a public key."""

    def made(name: str) -> Keys:
        key = Ed25519PrivateKey.generate()
        private, public = tmp_path / f"{name}.pem", tmp_path / f"{name}.pub"
        private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        public.write_bytes(
            key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        )
        return private, public

    return made


def signed(chain: Chain, key: Path) -> Release:
    """Return a release that was signed."""
    approved = approve(read_sources(chain.world, BASE))
    return build(approved, chain.releases, signing_key=key)


def test_a_signed_release_passes_with_the_public_key(
    chain: Chain, new_keys: Callable[[str], Keys]
) -> None:
    """And it opens like any other."""
    private, public = new_keys("ours")
    release = signed(chain, private)

    check_signature(release.folder, public)
    assert open_release(release.folder) == release
    assert len(base64.b64decode((release.folder / "manifest.json.sig").read_bytes())) == 64


def test_the_public_key_lies_beside_the_signature(
    chain: Chain, new_keys: Callable[[str], Keys]
) -> None:
    """Who fetches the one over HTTP can fetch the other."""
    private, public = new_keys("ours")

    release = signed(chain, private)

    assert (release.folder / "manifest.json.pub").read_bytes() == public.read_bytes()


def test_a_release_from_before_there_was_a_key_is_signed_by_the_next_build(
    chain: Chain, new_keys: Callable[[str], Keys]
) -> None:
    """Nothing of what is signed changes; a new key replaces the signature of the old one."""
    release = chain.build()
    manifest = (release.folder / "manifest.json").read_bytes()

    for name in ("first", "second"):
        private, public = new_keys(name)
        assert signed(chain, private) == release
        check_signature(release.folder, public)

    assert (release.folder / "manifest.json").read_bytes() == manifest
    assert list_releases(chain.releases)[0].is_signed
    assert not list(release.folder.glob(".manifest*"))


def test_another_key_does_not_pass(chain: Chain, new_keys: Callable[[str], Keys]) -> None:
    """Who signed it is the point."""
    release = signed(chain, new_keys("ours")[0])

    with pytest.raises(ReleaseError, match="not signed with this key"):
        check_signature(release.folder, new_keys("theirs")[1])


def test_a_changed_manifest_does_not_pass(chain: Chain, new_keys: Callable[[str], Keys]) -> None:
    """The manifest vouches for every file, the signature for the manifest."""
    private, public = new_keys("ours")
    release = signed(chain, private)
    path = release.folder / "manifest.json"
    path.write_bytes(path.read_bytes() + b"\n")

    with pytest.raises(ReleaseError, match="not signed"):
        check_signature(release.folder, public)


def test_an_unsigned_release_does_not_pass(chain: Chain, new_keys: Callable[[str], Keys]) -> None:
    """Without a key there is no signature."""
    release = chain.build()

    with pytest.raises(ReleaseError, match="not signed"):
        check_signature(release.folder, new_keys("ours")[1])


@pytest.mark.parametrize("content", [b"", b"no key", None])
def test_a_key_that_is_none_ends_the_build_before_it_begins(
    chain: Chain, tmp_path: Path, content: bytes | None
) -> None:
    """Nothing is published that should have been signed and is not."""
    path = tmp_path / "key.pem"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(ReleaseError, match="no Ed25519 key"):
        signed(chain, path)
    assert not list(chain.releases.glob("2*"))
