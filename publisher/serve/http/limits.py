"""What one web process gives its clients at most."""

from __future__ import annotations

from dataclasses import dataclass

from publisher.config import Config
from publisher.system.portable import descriptors

# Request line and header fields together.
HEAD_BYTES = 64 << 10
# Parameters in an address, or in a form: one of the largest size could have 130,000, and reading
# those takes a fifth of a second, before a request waits for its turn.
MOST_PARAMETERS = 1000
# A field by which an answer is chosen (Accept, …) is read so far: every member takes time.
CHOICE_BYTES = 2 << 10
# Sizes, extensions and trailers of a body in chunks.
FRAMING_BYTES = 64 << 10
# A form carries the query; twice its length leaves room for escapes and other fields.
_FORM_FACTOR = 4
BODY_SETTING = "query_length_kb"
# How long a client may do nothing that leads on: send no whole request, take no part of a response.
_IDLE_TIMEOUT_SECONDS = 15.0
# All that clients have sent and that is not answered yet; and what they have not taken yet.
_RECEIVED_BYTES = 32 << 20
_SENDING_RESULTS = 4
# Descriptors for files of releases, workers and pipes.
_OTHER_DESCRIPTORS = 256


@dataclass(frozen=True)
class ServerLimits:
    """Limits of one web process.

    Attributes:
        body_bytes: Longest body of a request.
        head_bytes: Longest request line with its header fields.
        framing_bytes: What may frame a body in chunks.
        patience_seconds: How long a client may do nothing that leads on.
        received_bytes: What all clients together may have sent that is not answered yet.
        sending_bytes: What all clients together may not have taken yet of responses made for them.
        connections: Open at one time.
        client_connections: Of one address; 0: any number.
    """

    body_bytes: int
    head_bytes: int = HEAD_BYTES
    framing_bytes: int = FRAMING_BYTES
    patience_seconds: float = _IDLE_TIMEOUT_SECONDS
    received_bytes: int = _RECEIVED_BYTES
    sending_bytes: int = 128 << 20
    connections: int = 2000
    client_connections: int = 0


def server_limits(config: Config) -> ServerLimits:
    """Return the limits of the settings, reduced to the descriptors this process has."""
    most = descriptors()
    # Where few may be open, half of them are for connections.
    for_clients = max(most - _OTHER_DESCRIPTORS, most // 2)
    # Behind a proxy all connections are of one address.
    per_client = 0 if config.client_header else config.client_connections
    return ServerLimits(
        body_bytes=longest_body_bytes(config),
        sending_bytes=_SENDING_RESULTS * (config.query_result_mb << 20),
        connections=min(config.connections, for_clients),
        client_connections=per_client,
    )


def longest_body_bytes(config: Config) -> int:
    """Return how long the body of a request may be: a query in a form, with room to spare."""
    return _FORM_FACTOR * (config.query_length_kb << 10)
