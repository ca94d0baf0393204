"""A release on line is what its signed manifest says, or the verification fails."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from publisher.errors import UsageError
from publisher.findings import Severity
from publisher.verify import integrity
from publisher.verify.options import VerifyOptions
from publisher.verify.verification import verify
from tests.verify import world
from tests.verify.conftest import LIMITS
from tests.verify.site import Site, fixed

HERE = "/release/2026-01-01-abc/"
LOG = b"one\ttwo\n"


def pem(key: Ed25519PrivateKey) -> bytes:
    """Return the public half of a key."""
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


@pytest.fixture
def key() -> Ed25519PrivateKey:
    """Return the publisher's key."""
    return Ed25519PrivateKey.generate()


@pytest.fixture
def proved(site: Site, key: Ed25519PrivateKey) -> Site:
    """Return a site with a list of releases, a signed manifest, and the files that it names."""
    dump = world.dumps()["bridges.ttl"]
    files = {
        name: {"length": len(body), "sha256": hashlib.sha256(body).hexdigest()}
        for name, body in {"dumps/bridges.ttl": dump, "gone.tsv": LOG}.items()
    }
    manifest = json.dumps({"files": files}).encode()
    entry = {
        "id": "2026-01-01-abc",
        "current": True,
        "manifest": f"{site.address}{HERE}manifest.json",
        "signature": f"{site.address}{HERE}manifest.json.sig",
        "public_key": f"{site.address}{HERE}manifest.json.pub",
    }
    site.routes |= {
        "/release": fixed(json.dumps({"releases": [entry]}).encode(), "application/json"),
        f"{HERE}manifest.json": fixed(manifest, "application/json"),
        f"{HERE}manifest.json.sig": fixed(base64.b64encode(key.sign(manifest)), "text/plain"),
        f"{HERE}manifest.json.pub": fixed(pem(key), "text/plain"),
        f"{HERE}file/gone.tsv": fixed(LOG, "text/tab-separated-values"),
    }
    return site


def rules(site: Site, public_key: Path | None = None) -> list[tuple[str, Severity]]:
    """Return rule and severity of everything that is found."""
    options = VerifyOptions(limits=LIMITS, parts=frozenset({"proof"}), public_key=public_key)
    return [(f.rule, f.severity) for f in verify(site.url, options).findings]


@pytest.fixture
def expected(tmp_path: Path, key: Ed25519PrivateKey) -> Path:
    """Return the file in which a visitor has the publisher's public key."""
    path = tmp_path / "key.pem"
    path.write_bytes(pem(key))
    return path


@pytest.mark.slow
def test_a_release_that_is_signed_with_the_expected_key_passes(
    proved: Site, expected: Path
) -> None:
    """RFC 8032: the signature of the manifest, which has the digest of every file."""
    assert rules(proved, expected) == [("proof:signed", Severity.INFO)]


@pytest.mark.slow
def test_every_file_is_compared(proved: Site, options: VerifyOptions) -> None:
    """What visitors fetch is asked for where they fetch it."""
    (table,) = (
        t for t in verify(proved.url, options).tables if t.title["en"] == "Release and manifest"
    )

    assert table.rows[0][1:3] == ("2", "2")
    assert table.rows[0][4] == "0"


@pytest.mark.slow
def test_the_site_that_this_program_serves_is_what_its_manifest_says(served: str) -> None:
    """Every file of the tiny world, over a real socket."""
    options = VerifyOptions(limits=LIMITS, parts=frozenset({"proof"}))
    report = verify(served, options)
    (table,) = report.tables

    assert [(f.rule, f.severity) for f in report.findings] == [("proof:unsigned", Severity.INFO)]
    assert table.rows[0][1] == table.rows[0][2] != "0"


def test_without_an_expected_key_the_sites_own_is_taken_and_that_is_said(proved: Site) -> None:
    """Whoever changes the files can change the key beside them."""
    options = VerifyOptions(limits=LIMITS, parts=frozenset({"proof"}))
    (found,) = verify(proved.url, options).findings

    assert found.severity is Severity.INFO
    assert "--public-key" in found.message["en"]


@pytest.mark.parametrize("path", ["/dump/bridges.ttl", f"{HERE}file/gone.tsv"])
def test_a_changed_byte_is_found(proved: Site, expected: Path, path: str) -> None:
    """The length is the same."""
    good = proved.routes[path]

    def flipped(request):  # type: ignore[no-untyped-def]
        answer = good(request)
        return fixed(answer.body[:-2] + b"#\n", "text/turtle")(request)

    proved.routes[path] = flipped

    assert ("proof:digest", Severity.VIOLATION) in rules(proved, expected)


@pytest.mark.slow
def test_a_changed_manifest_is_found(proved: Site, expected: Path) -> None:
    """Its signature is that of another one."""
    proved.routes[f"{HERE}manifest.json"] = fixed(b'{"files": {}}', "application/json")

    assert rules(proved, expected) == [("proof:signature", Severity.VIOLATION)]
    assert rules(proved) == [("proof:signature", Severity.VIOLATION)]


def test_the_signature_of_somebody_else_is_found(proved: Site, tmp_path: Path) -> None:
    """The site's word for its key does not count where another one is expected."""
    theirs = tmp_path / "theirs.pem"
    theirs.write_bytes(pem(Ed25519PrivateKey.generate()))

    assert rules(proved, theirs) == [("proof:signature", Severity.VIOLATION)]


@pytest.mark.slow
def test_a_release_without_a_signature_fails_where_one_is_expected(
    proved: Site, expected: Path
) -> None:
    """Taking the signature away must not be the way around it."""
    listed = json.loads(proved.routes["/release"](None).body)  # type: ignore[arg-type]
    listed["releases"][0]["signature"] = None
    proved.routes["/release"] = fixed(json.dumps(listed).encode(), "application/json")

    assert rules(proved, expected) == [("proof:unsigned", Severity.VIOLATION)]
    assert rules(proved) == [("proof:unsigned", Severity.INFO)]


@pytest.mark.parametrize("body", [b"", b"[]", b'{"releases": [{"current": true}]}', b"[" * 100_000])
def test_a_list_of_releases_that_is_none_proves_nothing(
    site: Site, expected: Path, body: bytes
) -> None:
    """Not every site has releases; but who expects a signature wants one."""
    site.routes["/release"] = fixed(body, "application/json")

    assert rules(site, expected) == [("proof:none", Severity.VIOLATION)]
    assert rules(site) == [("proof:none", Severity.INFO)]


@pytest.mark.slow
@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"files": {"a": 1}}'])
def test_a_manifest_that_is_none_is_a_finding(proved: Site, body: bytes) -> None:
    """And not an exception."""
    proved.routes[f"{HERE}manifest.json"] = fixed(body, "application/json")

    assert ("proof:manifest", Severity.VIOLATION) in rules(proved)


def test_a_large_release_is_compared_as_far_as_it_goes(
    proved: Site, expected: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the report says how far."""
    monkeypatch.setattr(integrity, "FILES", 1)

    assert ("proof:sample", Severity.WARNING) in rules(proved, expected)


@pytest.mark.parametrize("content", [b"", b"no key", None])
def test_a_key_that_is_none_is_told_before_anything_is_asked(
    tmp_path: Path, content: bytes | None
) -> None:
    """It is the caller's mistake, not the site's."""
    path = tmp_path / "key.pem"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(UsageError, match="no public Ed25519 key"):
        verify("http://127.0.0.1:1/", VerifyOptions(public_key=path))
