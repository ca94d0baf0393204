"""How the program names itself to other servers."""

from __future__ import annotations

from publisher import __version__

PRODUCT = "lodverk"


def user_agent() -> str:
    """Return the User-Agent field of every request: product and version (RFC 9110, 10.1.5).

    Where answers may depend on it, rehearsals of portals (``verify``) send the portals' names.
    """
    return f"{PRODUCT}/{__version__}"
