"""Another copy of the site, asked over HTTP for its releases and their files."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import requests

from publisher import __version__
from publisher.errors import ReleaseError
from publisher.release.manifest import digest_of
from publisher.release.model import MANIFEST, StoredFile

# To connect, and between two bytes.
_PATIENCE_SECONDS = (10, 60)
ATTEMPTS = 5
# Longer after each attempt.
PAUSE_SECONDS = 0.2
_CHUNK = 1 << 16
_LARGEST_LIST = 16 << 20
_LARGEST_MANIFEST = 1 << 30
_LARGEST_SIGNATURE = 1 << 16
_FETCH_AGAIN = (
    "Nothing was changed. What has come is kept, so that the next call goes on from there."
)


@dataclass(frozen=True)
class Offered:
    """A release that another copy has.

    Attributes:
        id: Its name.
        is_current: Whether the other copy serves it now.
        is_signed: Whether the other copy has a signature of it.
    """

    id: str
    is_current: bool
    is_signed: bool


class Origin:
    """Another copy of the site; connections to it are kept open."""

    def __init__(self, url: str) -> None:
        """Ask nothing yet.

        Args:
            url: Address of the other copy's home page.
        """
        self.url = url.rstrip("/") + "/"
        self._session = requests.Session()
        # Bytes are compared with the manifest, and parts of them are asked for: no compression.
        self._session.headers.update(
            {"User-Agent": f"publisher/{__version__}", "Accept-Encoding": "identity"}
        )

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def releases(self) -> Sequence[Offered]:
        """Return the releases that the other copy keeps, the newest first.

        Raises:
            ReleaseError: It cannot be reached, or no copy of a site is there.
        """
        address = f"{self.url}release"
        response = self._get(address, {"Accept": "application/json"})
        try:
            with response:
                self._expect(response, 200)
                listed: Any = json.loads(_bounded(response, _LARGEST_LIST))["releases"]
                return [
                    Offered(str(r["id"]), r["current"] is True, bool(r.get("signature")))
                    for r in listed
                ]
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise _not_understood(address) from error
        except requests.RequestException as error:
            raise _unreachable(address, error) from error

    def manifest(self, name: str) -> bytes:
        """Return the manifest of a release, byte for byte.

        Raises:
            ReleaseError: It cannot be had.
        """
        return self._small(name, MANIFEST, _LARGEST_MANIFEST) or b""

    def beside(self, name: str, file: str) -> bytes | None:
        """Return the signature of a release or the public key beside it; None when there is none.

        The key is no proof: who sends a signature can send the key that fits it. It is fetched so
        that this copy answers as the other one does.

        Raises:
            ReleaseError: The other copy cannot be reached.
        """
        return self._small(name, file, _LARGEST_SIGNATURE, optional=True)

    def _small(self, name: str, file: str, most: int, *, optional: bool = False) -> bytes | None:
        address = f"{self.url}release/{quote(name)}/{file}"
        try:
            with self._get(address) as response:
                if optional and response.status_code == 404:
                    return None
                self._expect(response, 200)
                return _bounded(response, most)
        except requests.RequestException as error:
            raise _unreachable(address, error) from error

    def _get(self, address: str, fields: dict[str, str] | None = None) -> requests.Response:
        try:
            return self._session.get(
                address, headers=fields, stream=True, timeout=_PATIENCE_SECONDS
            )
        except requests.RequestException as error:
            raise _unreachable(address, error) from error

    def _expect(self, response: requests.Response, *statuses: int) -> None:
        if response.status_code not in statuses:
            raise ReleaseError(
                "The other copy answered {status} instead of {expected}.",
                where=response.url,
                remedy="Check the address of the copy and the name of the release; see"
                " /release there for those it keeps. Nothing was changed.",
                status=response.status_code,
                expected=statuses[0],
            )

    def fetch(self, name: str, file: StoredFile, target: Path) -> None:
        """Write a file of a release; go on where an earlier call was cut.

        Raises:
            ReleaseError: It cannot be had, or the other copy sends something else.
        """
        address = f"{self.url}release/{quote(name)}/file/{quote(file.name)}"
        if _is_there(target, file):
            return
        fruitless, most, failure = 0, _size(target), _cut(address, 0, file.length)
        while fruitless < ATTEMPTS:
            time.sleep(PAUSE_SECONDS * fruitless)
            begun = _size(target)
            try:
                self._go_on(address, file, target)
            except requests.RequestException as error:
                failure = _unreachable(address, error)
            have = _size(target)
            if _is_there(target, file):
                return
            if have == file.length:
                target.unlink()
                if not begun:  # else the part that lay there may be the wrong one
                    raise _another(address)
            elif have > most:
                fruitless, most, failure = 0, have, _cut(address, have, file.length)
                continue
            fruitless += 1
        raise failure

    def _go_on(self, address: str, file: StoredFile, target: Path) -> None:
        """Append what is missing of a file, or write it from the start."""
        have = _size(target)
        if have >= file.length:
            have = 0
        fields = {"Range": f"bytes={have}-"} if have else None
        with self._session.get(
            address, headers=fields, stream=True, timeout=_PATIENCE_SECONDS
        ) as response:
            self._expect(response, 200, 206)
            # Otherwise urllib3 throws away the last bytes that came before a cut.
            response.raw.enforce_content_length = False
            begins = response.headers.get("Content-Range", "").startswith(f"bytes {have}-")
            if response.status_code == 200 or not begins:
                have = 0
            with target.open("ab" if have else "wb") as stream:
                for chunk in response.iter_content(_CHUNK):
                    have += len(chunk)
                    if have > file.length:
                        raise _another(address)
                    stream.write(chunk)


def _size(target: Path) -> int:
    return target.stat().st_size if target.exists() else 0


def _is_there(target: Path, file: StoredFile) -> bool:
    return (
        target.is_file()
        and target.stat().st_size == file.length
        and digest_of(target) == file.sha256
    )


def _bounded(response: requests.Response, most: int) -> bytes:
    """Return a body that is not larger than it may be."""
    body = bytearray()
    for chunk in response.iter_content(_CHUNK):
        body += chunk
        if len(body) > most:
            raise _not_understood(response.url)
    return bytes(body)


def _unreachable(address: str, error: Exception) -> ReleaseError:
    return ReleaseError(
        "The other copy cannot be reached, or was cut off: {reason}.",
        where=address,
        remedy=_FETCH_AGAIN,
        reason=error,
    )


def _cut(address: str, have: int, length: int) -> ReleaseError:
    return ReleaseError(
        "The other copy was cut off after {have} of {length} bytes.",
        where=address,
        remedy=_FETCH_AGAIN,
        have=have,
        length=length,
    )


def _not_understood(address: str) -> ReleaseError:
    return ReleaseError(
        "No copy of a site of this program answers here.",
        where=address,
        remedy="Give the address of the home page of a site that this program serves."
        " Nothing was changed.",
    )


def _another(address: str) -> ReleaseError:
    return ReleaseError(
        "The other copy sent something else than its manifest says.",
        where=address,
        remedy="Do not trust that copy before its operator has looked: 'publisher verify' tells"
        " more. Nothing was changed.",
    )
