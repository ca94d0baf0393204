"""Another copy of the site, asked over HTTP for its releases and their files."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import quote

from publisher.errors import ReleaseError
from publisher.messages import printable
from publisher.release.copies.staging import FetchInterrupted
from publisher.release.manifest import digest_of
from publisher.release.model import MANIFEST, StoredFile
from publisher.system.http_client import (
    LONGEST_RETRY_SECONDS,
    ClientSession,
    Deadline,
    ExchangeError,
    ExchangeLimits,
    Fault,
    HttpRequest,
    Redirects,
    ResponseHead,
    StreamedResponse,
    retry_after_seconds,
)

ATTEMPTS = 5
# Longer after each attempt.
PAUSE_SECONDS = 0.2
# What an honest copy answers when it is busy.
_BUSY_STATUSES = (429, 502, 503, 504)
_LARGEST_LIST = 16 << 20
# A manifest of a million triples has some 100 KB.
_LARGEST_MANIFEST = 64 << 20
_LARGEST_SIGNED_MANIFEST = 256 << 20
_LARGEST_SIGNATURE = 1 << 16
_CONNECT_SECONDS = 10.0
# Between two bytes, and before a rate is demanded.
SLOW_START_SECONDS = 30.0
LEAST_BYTES_PER_SECOND = 32 << 10
_MOST_REDIRECTS = 5
_RESUME_CURE = (
    "Nothing was changed. What was received is kept, and the next call continues from there."
)


@dataclass(frozen=True)
class RemoteRelease:
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
        self._session = ClientSession()
        # Files are large: what ends them is a rate, and a deadline for all together.
        self._limits = ExchangeLimits(
            connect_seconds=_CONNECT_SECONDS,
            read_seconds=SLOW_START_SECONDS,
            total_seconds=math.inf,
            least_bytes_per_second=LEAST_BYTES_PER_SECOND,
        )

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def releases(self) -> Sequence[RemoteRelease]:
        """Return the releases that the other copy keeps, the newest first.

        Raises:
            ReleaseError: It cannot be reached, or no copy of a site is there.
        """
        address = f"{self.url}release"
        with self._requested(address, {"Accept": "application/json"}) as (head, response):
            _check_status(response.url, head, 200)
            body = _bounded(response, _LARGEST_LIST)
        try:
            listed: Any = read_json(body)["releases"]
            names = [
                RemoteRelease(str(r["id"]), r["current"] is True, bool(r.get("signature")))
                for r in listed
            ]
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise _wrong_response(address) from error
        return list({offered.id: offered for offered in names}.values())

    def manifest(self, name: str, *, is_signed: bool = False) -> bytes:
        """Return the manifest of a release, byte for byte; nothing of it has been looked at.

        Args:
            name: Of the release.
            is_signed: Its signature will be checked before it is read: it may be larger.

        Raises:
            ReleaseError: It cannot be had, or is larger than 64 MB (256 MB).
        """
        most = _LARGEST_SIGNED_MANIFEST if is_signed else _LARGEST_MANIFEST
        return self._small(name, MANIFEST, most) or b""

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
        with self._requested(address) as (head, response):
            if optional and head.status == 404:
                return None
            _check_status(response.url, head, 200)
            return _bounded(response, most)

    @contextmanager
    def _requested(
        self,
        address: str,
        fields: Mapping[str, str] | None = None,
        deadline: Deadline | None = None,
    ) -> Iterator[tuple[ResponseHead, StreamedResponse]]:
        """Yield head and body of a response that is no redirect; what is not read is left."""
        redirects = Redirects(address, _MOST_REDIRECTS, same_host=True)
        while True:
            request = HttpRequest("GET", redirects.url, fields or {})
            response = StreamedResponse(self._session, request, self._limits, deadline)
            try:
                head = response.head()
                if not redirects.follow(head):
                    if head.fields.get("content-encoding", "identity").lower() != "identity":
                        raise _changed_release(response.url)
                    yield head, response
                    return
            except ExchangeError as error:
                raise _exchange_error(response, error) from error
            finally:
                if not response.end():
                    # The thread may go on reading; its session is its own from now on.
                    self._session = ClientSession()

    def fetch(self, name: str, file: StoredFile, target: Path, deadline: Deadline) -> None:
        """Write a file of a release; go on where an earlier call was cut.

        Raises:
            ReleaseError: It cannot be had in time, or the other copy sends something else.
        """
        address = f"{self.url}release/{quote(name)}/file/{quote(file.name)}"
        if _is_there(target, file):
            return
        fruitless, most, failure = 0, _size(target), _truncated_error(address, 0, file.length)
        while fruitless < ATTEMPTS and deadline.remaining():
            time.sleep(PAUSE_SECONDS * fruitless)
            begun = _size(target)
            try:
                self._go_on(address, file, target, deadline)
            except FetchInterrupted as error:
                failure = error
            have = _size(target)
            if _is_there(target, file):
                return
            if have == file.length and target.exists():
                target.unlink()
                if not begun:  # else the part that lay there may be the wrong one
                    raise _changed_release(address)
            elif have > most:
                fruitless, most, failure = 0, have, _truncated_error(address, have, file.length)
                continue
            fruitless += 1
        raise failure

    def _go_on(self, address: str, file: StoredFile, target: Path, deadline: Deadline) -> None:
        """Append what is missing of a file, or write it from the start."""
        have = _size(target)
        if have >= file.length:
            have = 0
        fields = {"Range": f"bytes={have}-"} if have else None
        with self._requested(address, fields, deadline) as (head, response):
            _check_status(response.url, head, 200, 206)
            begins = head.fields.get("content-range", "").startswith(f"bytes {have}-")
            if head.status == 200 or not begins:
                have = 0
            try:
                with target.open("ab" if have else "wb") as stream:
                    for chunk in response:
                        have += len(chunk)
                        if have > file.length:
                            raise _changed_release(address)
                        stream.write(chunk)
            except ExchangeError as error:
                if error.fault is Fault.TRUNCATED:
                    raise _truncated_error(address, have, file.length) from error
                raise


def _size(target: Path) -> int:
    return target.stat().st_size if target.exists() else 0


def _is_there(target: Path, file: StoredFile) -> bool:
    return (
        target.is_file()
        and target.stat().st_size == file.length
        and digest_of(target) == file.sha256
    )


def _exchange_error(response: StreamedResponse, error: ExchangeError) -> ReleaseError:
    """Return what an operator reads about an exchange that ended early."""
    if error.fault is Fault.SLOW and not error.detail:
        return FetchInterrupted(
            "The other copy sends too slowly: {have} bytes in {seconds} seconds.",
            where=response.url,
            remedy=_RESUME_CURE,
            have=response.received,
            seconds=round(response.seconds),
        )
    if error.fault in (Fault.ELSEWHERE, Fault.LOOP, Fault.HOPS):
        return ReleaseError(
            "The other copy sends this program on to {there}.",
            where=response.url,
            remedy="If that is the copy you mean, give its address. Nothing was changed.",
            there=printable(error.detail),
        )
    return FetchInterrupted(
        "The other copy cannot be reached, or was cut off: {reason}.",
        where=response.url,
        remedy=_RESUME_CURE,
        reason=printable(error.detail),
    )


def _truncated_error(address: str, have: int, length: int) -> FetchInterrupted:
    """Return what is raised when a file ended too early."""
    return FetchInterrupted(
        "The other copy was cut off after {have} of {length} bytes.",
        where=address,
        remedy=_RESUME_CURE,
        have=have,
        length=length,
    )


def _bounded(response: StreamedResponse, most: int) -> bytes:
    """Return a body that is not larger than it may be."""
    body = bytearray()
    for chunk in response:
        body += chunk
        if len(body) > most:
            raise ReleaseError(
                "The other copy sends more than {megabytes} MB here.",
                where=response.url,
                remedy="Give the address of the home page of a site that this program serves."
                " Nothing was changed.",
                megabytes=f"{most / (1 << 20):g}",
            )
    return bytes(body)


def _check_status(address: str, head: ResponseHead, *statuses: int) -> None:
    if head.status in statuses:
        return
    if head.status in _BUSY_STATUSES:
        _wait_retry_after(head)
        raise FetchInterrupted(
            "The other copy is busy: it answered {status}.",
            where=address,
            remedy="Try again later. Nothing was changed.",
            status=head.status,
        )
    raise ReleaseError(
        "The other copy answered {status} instead of {expected}.",
        where=address,
        remedy="Check the address of the copy and the name of the release; see"
        " /release there for those it keeps. Nothing was changed.",
        status=head.status,
        expected=statuses[0],
    )


def _wait_retry_after(head: ResponseHead) -> None:
    """Wait as Retry-After says (RFC 9110, section 10.2.3), within limits."""
    seconds = retry_after_seconds(head.fields)
    if seconds is not None:
        time.sleep(min(seconds, LONGEST_RETRY_SECONDS))


def _wrong_response(address: str) -> ReleaseError:
    return ReleaseError(
        "No copy of a site of this program answers here.",
        where=address,
        remedy="Give the address of the home page of a site that this program serves."
        " Nothing was changed.",
    )


def _changed_release(address: str) -> ReleaseError:
    return ReleaseError(
        "The other copy sent something else than its manifest says.",
        where=address,
        remedy="Do not trust that copy before its operator has looked: 'publisher verify' tells"
        " more. Nothing was changed.",
    )


# JSON that a stranger wrote, read so that it can neither fill the memory nor break the reader.

# The program writes 5 levels at most.
_DEEPEST = 32
# A value takes some hundred bytes of memory while it is read and compared.
_MOST_VALUES = 1_000_000
_SEPARATORS = (b",", b"[", b"{")


def read_json(content: bytes, *, is_trusted: bool = False) -> Any:
    """Return the value that JSON stands for (RFC 8259).

    Args:
        content: The text, UTF-8.
        is_trusted: Anyone who wrote it has signed it: there may be more than a million values.

    Raises:
        ValueError: It is no JSON, too deep, or has too many values.
    """
    if not is_trusted and sum(map(content.count, _SEPARATORS)) > _MOST_VALUES:
        raise ValueError("too many values")
    try:
        value = json.loads(content.decode("utf-8"), parse_constant=_refuse)
    except RecursionError as error:
        raise ValueError("too deep") from error
    level = [value]
    for _ in range(_DEEPEST):
        level = [inner for each in level for inner in _split_json(each)]
        if not level:
            return value
    raise ValueError("too deep")


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON")


def _split_json(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []
