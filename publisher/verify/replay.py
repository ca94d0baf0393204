"""A cited answer asked again: is it what it was, and does a signed release stand behind it?"""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path
from urllib.parse import urljoin

from publisher.findings import Finding
from publisher.messages import text
from publisher.system.http_client import Client, ExchangeLimits
from publisher.verify import integrity
from publisher.verify.report import VerificationReport, check_answered, note, violation

_MARK = "/release/"
_DIGEST_FIELD = "content-digest"


def content_digest(body: bytes) -> str:
    """Return the value of Content-Digest for some bytes (RFC 9530, section 2).

    >>> content_digest(b"")
    'sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:'
    """
    return f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"


def replay(permalink: str, expected: str = "", key: Path | None = None) -> VerificationReport:
    """Return what became of a cited answer.

    Args:
        permalink: Its address, below ``/release/`` of a site.
        expected: The Content-Digest that was noted with it; empty when none was.
        key: PEM file with the key that the release must be signed with.
    """
    client = Client(ExchangeLimits())
    findings = list(_compare(client, permalink, expected))
    findings += _manifest(client, permalink, key)
    return VerificationReport(permalink, permalink, client.exchanges, findings, ())


def _compare(client: Client, permalink: str, expected: str) -> list[Finding]:
    visits = [client.visit(permalink, fields={"Accept": "*/*"}) for _ in range(2)]
    findings = check_answered(visits[0], client.limits)
    if findings:
        return findings
    bodies = [visit.last.body for visit in visits]
    digest = content_digest(bodies[0])
    digest_field = visits[0].last.fields.get(_DIGEST_FIELD, "")
    if bodies[0] != bodies[1]:
        message = text("{url} answers otherwise each time.", url=permalink)
        findings.append(violation("replay:changes", message, permalink))
    if digest_field and digest not in digest_field:
        message = text("The Content-Digest of {url} is not that of its content.", url=permalink)
        findings.append(violation("replay:digest", message, permalink))
    if expected and expected.strip() != digest:
        message = text(
            "{url} is not what was cited: its digest is {found}, not {expected}.",
            url=permalink,
            found=digest,
            expected=expected.strip(),
        )
        findings.append(violation("replay:differs", message, permalink))
    if not findings:
        message = text("The answer was the same twice: {digest}.", digest=digest)
        findings.append(note("replay:same", message, permalink))
    return findings


def _manifest(client: Client, permalink: str, key: Path | None) -> list[Finding]:
    """Return whether a signed manifest is behind an answer."""
    start, mark, rest = permalink.partition(_MARK)
    name = rest.partition("/")[0].partition("?")[0]
    if not mark or not name:
        message = text(
            "{url} is no address of a release, so it may answer otherwise tomorrow. Cite the"
            " address below /release/.",
            url=permalink,
        )
        return [violation("replay:address", message, permalink)]
    manifest = f"{start}{_MARK}{name}/manifest.json"
    visit = client.visit(manifest)
    findings = check_answered(visit, client.limits)
    if findings:
        return findings
    entry = _entry(client, f"{start}/release", name) | {"manifest": manifest, "id": name}
    known = integrity.read_key(key) if key else None
    return integrity.check_signature(client, entry, visit.last.body, known)


def _entry(client: Client, listed: str, name: str) -> dict[str, str]:
    """Return where the signature of a release is, as the list of releases says."""
    visit = client.visit(listed, fields={"Accept": "application/json"})
    try:
        entries = json.loads(visit.last.body)["releases"]
        entry = next(each for each in entries if each["id"] == name)
    except (ValueError, KeyError, TypeError, StopIteration, RecursionError):
        return {}
    names = ("signature", "public_key")
    return {part: urljoin(listed, entry[part]) for part in names if entry.get(part)}
