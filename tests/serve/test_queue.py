from __future__ import annotations

import pytest

from publisher.serve.queue import client_address


@pytest.mark.parametrize(
    ("environ", "header", "client"),
    [
        ({"REMOTE_ADDR": "192.0.2.1"}, "", "192.0.2.1"),
        ({"REMOTE_ADDR": "192.0.2.1", "HTTP_X_FORWARDED_FOR": "192.0.2.9"}, "", "192.0.2.1"),
        (
            {"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "192.0.2.8, 192.0.2.9"},
            "X-Forwarded-For",
            "192.0.2.9",
        ),
        ({"REMOTE_ADDR": "127.0.0.1"}, "X-Forwarded-For", "127.0.0.1"),
        ({"REMOTE_ADDR": "2001:db8:1:2:3:4:5:6"}, "", "2001:db8:1:2::"),
        ({}, "", ""),
        ({"REMOTE_ADDR": "x" * 100}, "", "x" * 64),
    ],
)
def test_a_client_is_who_the_nearest_trusted_party_says(
    environ: dict[str, str], header: str, client: str
) -> None:
    """What a client writes into the header itself stands before what the proxy adds."""
    assert client_address(environ, header) == client
