"""The release on line against its manifest, and the manifest against its signature."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urljoin

from publisher.errors import UsageError
from publisher.findings import Finding
from publisher.messages import text
from publisher.rdf.media_types import DUMPS, TABLES
from publisher.system.http_client import Client
from publisher.verify.report import ReportTable, check_answered, note, violation, warning

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

# Files and bytes that are fetched; what is beyond is counted, and said.
FILES, BYTES = 500, 512 << 20
# Where visitors fetch the files of a release; all others are asked for by their names in it.
_FILE_ADDRESSES = {
    "dumps/": ("dump/", {media_type.extension for media_type in DUMPS}),
    "tables/": ("table/", {media_type.extension for media_type in TABLES}),
}


def read_key(path: Path) -> Ed25519PublicKey:
    """Return the public key in a PEM file (RFC 8410).

    Raises:
        UsageError: There is none, or the library that reads it is not installed.
    """
    try:
        key = _key(path.read_bytes())
    except OSError:
        key = None
    except ImportError as error:
        raise UsageError(
            "Checking a signature needs the library 'cryptography', which is not installed.",
            remedy="Install this program with its extra 'sign', or leave --public-key out.",
        ) from error
    if key is None:
        raise UsageError(
            "This is no public Ed25519 key.",
            where=str(path),
            remedy="Ask the publisher of the site for it; it begins with BEGIN PUBLIC KEY.",
        )
    return key


def _key(content: bytes) -> Ed25519PublicKey | None:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    try:
        key = load_pem_public_key(content)
    except (ValueError, UnsupportedAlgorithm):
        return None
    return key if isinstance(key, Ed25519PublicKey) else None


def check(
    client: Client, address: str, key: Ed25519PublicKey | None, tell: Callable[[str], None]
) -> tuple[list[Finding], ReportTable | None]:
    """Return what is wrong with the release on line, and a table of what was compared.

    Args:
        client: Asks.
        address: Of the site.
        key: It must be signed with; None: the site's word for its key is taken.
        tell: Is called with which file is fetched.
    """
    listed = urljoin(address, "release")
    entry = _current(client, listed)
    if entry is None:
        message = text("{url} lists no releases, so nothing proves what is served.", url=listed)
        say = violation if key else note
        return [say("proof:none", message, listed)], None
    visit = client.visit(entry["manifest"], fields={"Accept": "application/json"})
    findings = check_answered(visit, client.limits)
    if findings:
        return findings, None
    findings = check_signature(client, entry, visit.last.body, key)
    files = _files(visit.last.body)
    if files is None:
        message = text("{url} is no manifest: it names no files.", url=entry["manifest"])
        return [*findings, violation("proof:manifest", message, entry["manifest"])], None
    compared = _ComparisonCounts()
    findings += _compare(client, address, entry["manifest"], files, compared, tell)
    return findings, compared.table(entry["id"], len(files))


def _current(client: Client, listed: str) -> dict[str, str] | None:
    """Return what the list of releases says of the one on line; None without such a list."""
    visit = client.visit(listed, fields={"Accept": "application/json"})
    try:
        releases = json.loads(visit.last.body)["releases"] if visit.successful else []
        entry = next(release for release in releases if release["current"])
        return {
            name: urljoin(listed, entry[name]) if name != "id" else str(entry[name])
            for name in ("id", "manifest", "signature", "public_key")
            if entry.get(name)
        } | {"manifest": urljoin(listed, entry["manifest"])}
    except (ValueError, KeyError, TypeError, StopIteration, RecursionError):
        return None


def _files(manifest: bytes) -> dict[str, tuple[int, str]] | None:
    """Return name → length and SHA-256 of the files of a manifest."""
    try:
        written: Mapping[str, Mapping[str, Any]] = json.loads(manifest)["files"]
        return {n: (int(f["length"]), str(f["sha256"])) for n, f in sorted(written.items())}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def check_signature(
    client: Client, entry: Mapping[str, str], manifest: bytes, key: Ed25519PublicKey | None
) -> list[Finding]:
    """Return whether a manifest has a signature, and whose; ``entry`` says where it is."""
    about = entry["manifest"]
    if "signature" not in entry:
        message = text("The release {id} is not signed.", id=entry.get("id", ""))
        return [(violation if key else note)("proof:unsigned", message, about)]
    visit = client.visit(entry["signature"])
    findings = check_answered(visit, client.limits)
    if findings:
        return findings
    try:
        theirs = _key(client.visit(entry.get("public_key", about)).last.body)
    except ImportError:
        message = text("The signature was not checked: the library 'cryptography' is missing.")
        return [note("proof:library", message, about)]
    if not _is_signed(visit.last.body, manifest, key or theirs):
        message = text(
            "The signature {url} is not that of the manifest by the expected key. Trust nothing"
            " of this release before its publisher has looked.",
            url=entry["signature"],
        )
        return [violation("proof:signature", message, about)]
    message = (
        text("The manifest is signed with the expected key.")
        if key
        else text(
            "The manifest is signed with the key that the site itself names. To be sure that it is"
            " the publisher's, give that with --public-key."
        )
    )
    return [note("proof:signed", message, about)]


def _is_signed(signature: bytes, manifest: bytes, key: Ed25519PublicKey | None) -> bool:
    from cryptography.exceptions import InvalidSignature

    if key is None:
        return False
    try:
        key.verify(base64.b64decode(signature), manifest)
    except (InvalidSignature, binascii.Error):
        return False
    return True


class _ComparisonCounts:
    """What was compared so far."""

    def __init__(self) -> None:
        self.files = self.length_bytes = self.differing = 0

    @property
    def is_enough(self) -> bool:
        """Tell whether no more is fetched."""
        return self.files >= FILES or self.length_bytes >= BYTES

    def table(self, release: str, count: int) -> ReportTable:
        """Return the counts as a table."""
        columns = (text("Release"), text("Files"), text("Compared"), text("Bytes"), text("Differ"))
        numbers = (count, self.files, self.length_bytes, self.differing)
        return ReportTable(text("Release and manifest"), columns, ((release, *map(str, numbers)),))


def _compare(
    client: Client,
    address: str,
    manifest: str,
    files: Mapping[str, tuple[int, str]],
    compared: _ComparisonCounts,
    tell: Callable[[str], None],
) -> Iterator[Finding]:
    """Yield a finding for each file that is not as the manifest says."""
    for name, (length, digest) in files.items():
        if compared.is_enough:
            message = text(
                "{count} of {all} files were compared with the manifest; the rest would take long.",
                count=compared.files,
                all=len(files),
            )
            yield warning("proof:sample", message, manifest)
            return
        url = _file_address(address, manifest, name)
        tell(url)
        visit = client.visit(url)
        compared.files += 1
        compared.length_bytes += len(visit.last.body)
        findings = check_answered(visit, client.limits)
        is_same = (len(visit.last.body), hashlib.sha256(visit.last.body).hexdigest()) == (
            length,
            digest,
        )
        if not findings and not is_same:
            message = text("{url} is not what the manifest says: its digest differs.", url=url)
            findings = [violation("proof:digest", message, manifest)]
        compared.differing += bool(findings)
        yield from findings


def _file_address(address: str, manifest: str, name: str) -> str:
    """Return where a file of a release is fetched.

    >>> _file_address("http://x/", "http://x/release/1/manifest.json", "dumps/lakes.nt")
    'http://x/dump/lakes.nt'
    >>> _file_address("http://x/", "http://x/release/1/manifest.json", "feed/entities/1.nq")
    'http://x/release/1/file/feed/entities/1.nq'
    >>> _file_address("http://x/", "http://x/release/1/manifest.json", "tables/lake.sqlite")
    'http://x/release/1/file/tables/lake.sqlite'
    """
    extension = name.rpartition(".")[2]
    for folder, (prefix, extensions) in _FILE_ADDRESSES.items():
        if name.startswith(folder) and extension in extensions:
            return urljoin(address, prefix + quote(name.removeprefix(folder)))
    return urljoin(manifest, "file/" + quote(name))
