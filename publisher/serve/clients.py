"""Who asks, as far as shares of the workers go: never logged unless wished."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

# One household or office has a whole network of IPv6 addresses.
_NETWORK_BITS = 64


def client_of(environ: WSGIEnvironment, header: str) -> str:
    """Return the client's address, an IPv6 one cut to its network.

    Args:
        environ: Of the request.
        header: Field in which the proxy in front names the client; empty: there is none, and what
            clients send in such fields counts for nothing.

    >>> client_of({"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "10.1.1.1"}, "")
    '127.0.0.1'
    >>> client_of({"HTTP_X_FORWARDED_FOR": "1.1.1.1, 2001:db8::1"}, "X-Forwarded-For")
    '2001:db8::'
    """
    written = environ.get("REMOTE_ADDR", "")
    if header:
        # The proxy adds the address it sees at the end; what stands before, anybody can write.
        named = environ.get("HTTP_" + header.upper().replace("-", "_"), "")
        written = named.rpartition(",")[2].strip() or written
    try:
        address = ip_address(written)
    except ValueError:
        return str(written)[:64]
    if isinstance(address, IPv6Address):
        kept = int(address) >> (128 - _NETWORK_BITS) << (128 - _NETWORK_BITS)
        return str(IPv6Address(kept))
    return str(address)
