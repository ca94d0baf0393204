"""Where an engine is, and one request to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

Fields = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Address:
    """Where an engine is, and what it wants to know of a request.

    Attributes:
        url: Of its query endpoint.
        authorization: Header field with credentials, if there are any; never shown.
        timeout: Name of the parameter that takes the time limit, and units a second; or none.
    """

    url: str
    authorization: Mapping[str, str] = field(default_factory=dict, repr=False)
    timeout: tuple[str, int] | None = None


@dataclass(frozen=True)
class Request:
    """One request.

    Attributes:
        fields: Of the form.
        media_type: Wanted.
        seconds: Longest time for all of it.
        is_own: Whether this program asks, and not a client whose query may be at fault.
    """

    fields: Fields
    media_type: str
    seconds: float
    is_own: bool = False
