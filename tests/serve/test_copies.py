"""Copies of the site: what they fetch from each other, and that they answer alike."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from publisher.release.model import Release

DUMP = "dumps/lakes.nq"


@pytest.mark.slow
def test_every_file_of_a_release_is_there_for_other_copies(
    client: FlaskClient, release: Release
) -> None:
    """Byte for byte, as the manifest lists them."""
    for name, file in release.files.items():
        with client.get(f"/release/{release.id}/file/{name}") as answer:
            assert answer.status_code == 200
            assert answer.data == (release.folder / name).read_bytes()
            assert answer.headers["ETag"] == f'"{file.sha256[:32]}"'


def test_a_copy_that_was_cut_off_asks_for_the_rest(client: FlaskClient, release: Release) -> None:
    """RFC 9110, section 14.2."""
    path = f"/release/{release.id}/file/{DUMP}"
    with client.get(path, headers={"Range": "bytes=10-"}) as answer:
        assert answer.status_code == 206
        assert answer.data == (release.folder / DUMP).read_bytes()[10:]


@pytest.mark.parametrize(
    "name",
    ["store/CURRENT", "store.json", "manifest.json", "../../.lock", "..%2F..%2F.lock", "nothing"],
)
def test_nothing_but_its_files_is_there(client: FlaskClient, release: Release, name: str) -> None:
    """The store is made anew by who fetches; all else is nobody's business."""
    assert client.get(f"/release/{release.id}/file/{name}").status_code == 404


@pytest.mark.parametrize("name", ["2020-01-01-000000000000", "..", "current", ".lock"])
def test_a_release_that_is_not_kept_has_no_files(client: FlaskClient, name: str) -> None:
    """Only names from the list lead to a folder."""
    assert client.get(f"/release/{name}/file/{DUMP}").status_code == 404
