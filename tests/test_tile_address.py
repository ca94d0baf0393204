"""Where the tiles beneath maps come from."""

from __future__ import annotations

import pytest

from publisher.config import check_tiles
from publisher.errors import SettingError

CREDIT = "© Lantmäteriet"


@pytest.mark.parametrize(
    "address",
    [
        "",
        "https://tiles.example.org/{z}/{x}/{y}.png",
        "http://127.0.0.1:8080/{z}/{x}/{y}",
        "https://tiles.example.org/wmts?matrix={z}&row={y}&col={x}&key=a-b_c",
        "http://[::1]:8080/{z}/{x}/{y}.png",
        "/tiles/{z}/{x}/{y}.webp",
    ],
)
def test_a_template_on_another_host_or_the_same_passes(address: str) -> None:
    """XYZ, WMTS with a query, and files of the operator's own."""
    check_tiles(address, CREDIT)


@pytest.mark.parametrize(
    "address",
    [
        "tiles/{z}/{x}/{y}.png",
        "//tiles.example.org/{z}/{x}/{y}.png",
        "ftp://tiles.example.org/{z}/{x}/{y}.png",
        "https://tiles.example.org/{z}/{x}.png",
        "https://{s}.example.org/{z}/{x}/{y}.png",
        "https://tiles.example.org/{z}/{x}/{y}{r}.png",
        "https://tiles.example.org/{z}/{x}/{y}}.png",
        "https://me:secret@example.org/{z}/{x}/{y}.png",
        "https://a.example.org;script-src/{z}/{x}/{y}.png",
        "https://a.example.org /{z}/{x}/{y}.png",
        'https://a.example.org/{z}/{x}/{y}.png"onload="x',
        "https://a.example.org/{z}/{x}/{y}.png\n",
        "https://a.example.org/{z}/{x}/å{y}.png",
    ],
)
def test_what_is_no_template_is_refused_with_an_example(address: str) -> None:
    """The origin goes into a header field: what is not a host must not get there."""
    with pytest.raises(SettingError) as refused:
        check_tiles(address, CREDIT)
    said = refused.value.in_language("en")
    assert f"'tile_url' is '{address}'" in said
    assert "such as https://tiles.example.org/{z}/{x}/{y}.png." in said


def test_tiles_need_somebody_who_made_them() -> None:
    """Providers demand it; and a reader may know whose map it is."""
    with pytest.raises(SettingError) as refused:
        check_tiles("/tiles/{z}/{x}/{y}.png", " ")
    assert "'tile_credit' is empty" in refused.value.in_language("en")
