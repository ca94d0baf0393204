"""Where the tiles beneath maps come from, as people write it down."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from publisher.errors import SettingError

_PLACES = {"z", "x", "y"}
# The host goes into a header field, so it is written in full and holds nothing but a host. A path
# begins with one slash: two would name a host.
_TEMPLATE = re.compile(
    r"(?:https?://(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\])(?::[0-9]{1,5})?)?/(?!/)[!-~]*"
)
_UNSAFE = re.compile(r"[\"'<>\\^`|#]")
_BRACES = re.compile(r"\{([^{}]*)\}")


def check_tiles(address: str, credit: str) -> None:
    """Let the settings of the tiles pass.

    Args:
        address: The setting ``tile_url``.
        credit: The setting ``tile_credit``.

    Raises:
        SettingError: The address is no template, or nobody is named as who made the tiles.
    """
    if not address:
        return
    places = _BRACES.findall(address)
    is_whole = set(places) == _PLACES and not re.search(r"[{}]", _BRACES.sub("", address))
    if not (is_whole and _TEMPLATE.fullmatch(address) and not _UNSAFE.search(address)):
        raise SettingError(
            "The setting 'tile_url' is '{value}'.",
            remedy="Write an address that begins with http(s):// or / and holds {places},"
            " such as {example}.",
            value=address,
            places="{z}, {x}, {y}",
            example="https://tiles.example.org/{z}/{x}/{y}.png",
        )
    if not credit.strip():
        raise SettingError(
            "The setting 'tile_credit' is empty, and tiles come from {value}.",
            remedy="Name who made the tiles, as their terms of use say; it stands beneath each map."
            " An address at the end becomes a link.",
            value=address,
        )


def tile_origin(address: str) -> str:
    """Return the origin that tiles come from; empty for none, and for the site itself.

    >>> tile_origin("https://tiles.example.org:8080/{z}/{x}/{y}.png?key=1")
    'https://tiles.example.org:8080'
    >>> tile_origin("/tiles/{z}/{x}/{y}.png")
    ''
    """
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""


def read_credit(credit: str) -> tuple[str, str]:
    """Return who made the tiles, and the address at the end of it, if there is one.

    >>> read_credit("© Lantmäteriet, CC BY 4.0")
    ('© Lantmäteriet, CC BY 4.0', '')
    >>> read_credit("© OpenStreetMap https://www.openstreetmap.org/copyright")
    ('© OpenStreetMap', 'https://www.openstreetmap.org/copyright')
    """
    words, _, last = credit.strip().rpartition(" ")
    if last.startswith(("https://", "http://")):
        return words.strip() or last, last
    return credit.strip(), ""
