"""What happens over HTTP, as values: limits, one exchange, a visit through redirects, faults."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum


class Fault(Enum):
    """Why an exchange gave no complete answer."""

    SLOW = "slow"
    UNREACHABLE = "unreachable"
    TRUNCATED = "truncated"
    ENDLESS = "endless"
    LOOP = "redirect-loop"
    HOPS = "too-many-redirects"


@dataclass(frozen=True)
class Limits:
    """What one exchange may take: seconds, bytes of the body, redirects of a visit."""

    connect_seconds: float = 5.0
    read_seconds: float = 15.0
    total_seconds: float = 60.0
    length_bytes: int = 256 * 2**20
    redirects: int = 5


@dataclass(frozen=True)
class Exchange:
    """One request and what came back.

    Attributes:
        method: Of the request.
        url: Where it was sent.
        status: Of the answer; 0 when there was none.
        fields: Header fields of the answer, names in lower case.
        body: As sent, content coding not undone.
        seconds: From the request to the last byte.
        fault: Why the answer is not complete; None when it is.
        detail: The fault in the words of the library.
    """

    method: str
    url: str
    status: int = 0
    fields: Mapping[str, str] = field(default_factory=dict)
    body: bytes = field(default=b"", repr=False)
    seconds: float = 0.0
    fault: Fault | None = None
    detail: str = ""

    @property
    def successful(self) -> bool:
        """Tell whether a complete answer with a status 200 to 299 came."""
        return self.fault is None and 200 <= self.status < 300

    @property
    def media_type(self) -> str:
        """Return the media type up to the first ``;``, as CKAN reads it."""
        return self.fields.get("content-type", "").partition(";")[0].strip().lower()

    def varies_by(self, name: str) -> bool:
        """Tell whether ``Vary`` names a request field (RFC 9110, section 12.5.5)."""
        names = {part.strip().lower() for part in self.fields.get("vary", "").split(",")}
        return name.lower() in names or "*" in names


@dataclass(frozen=True)
class Visit:
    """A request with the redirects it led through; ``fault`` also knows loops."""

    exchanges: tuple[Exchange, ...]
    fault: Fault | None

    @property
    def last(self) -> Exchange:
        """Return the exchange that ended the visit."""
        return self.exchanges[-1]

    @property
    def successful(self) -> bool:
        """Tell whether the visit ended in a complete answer with a status 200 to 299."""
        return self.fault is None and self.last.successful
