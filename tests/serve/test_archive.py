"""A kept release is read to the last byte once, and a damaged one is told of as such."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from publisher.errors import ReleaseError
from publisher.release import manifest
from publisher.release.model import Release
from publisher.serve.archive import VerifiedOpener
from tests.chain import Chain

pytestmark = pytest.mark.slow

DUMP = "dumps/lakes.nt"


@pytest.fixture
def digested(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Return the files that are read to compare their bytes, as it happens."""
    paths: list[Path] = []
    digest_of = manifest.digest_of

    def noted(path: Path) -> str:
        paths.append(path)
        return digest_of(path)

    monkeypatch.setattr(manifest, "digest_of", noted)
    return paths


@pytest.fixture
def old(chain: Chain) -> Release:
    """Return a release that is no longer the current one."""
    release = chain.build()
    chain.replace("En sjö i Dalarna.", "En stor sjö i Dalarna.")
    return release


@pytest.fixture
def client(chain: Chain, old: Release) -> Iterator[FlaskClient]:
    """Return a client of the current release."""
    with chain.client(chain.build()) as client:
        yield client


def flip(path: Path) -> bytes:
    """Change one byte of a file; return what was in it."""
    before = path.read_bytes()
    path.write_bytes(before[:10] + bytes([before[10] ^ 1]) + before[11:])
    return before


@pytest.mark.parametrize("path", ["doc/lake/siljan", "report", "diff/{}", "sparql?query=ASK%7B%7D"])
def test_a_damaged_release_of_the_past_answers_503_with_a_sentence(
    client: FlaskClient, old: Release, path: str
) -> None:
    """RFC 9110, section 15.6.4: not the client's fault, and over when somebody mends it."""
    flip(old.folder / DUMP)

    answer = client.get(
        f"/release/{old.id}/{path.format(old.id)}", headers={"Accept-Language": "en"}
    )

    assert answer.status_code == 503
    assert json.loads(answer.data) == {
        "type": "about:blank",
        "title": "This release cannot be served",
        "status": 503,
        "detail": f"The release {old.id} is damaged, and is not served. Choose another one of the"
        " list of releases. Those who run this site can put this one back from a backup or another"
        " copy.",
    }
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Retry-After" not in answer.headers


def test_a_reader_is_told_on_a_page_in_his_language(client: FlaskClient, old: Release) -> None:
    """And the page leads on."""
    flip(old.folder / DUMP)

    answer = client.get(
        f"/release/{old.id}/doc/lake/siljan",
        headers={"Accept": "text/html", "Accept-Language": "sv"},
    )

    assert (answer.status_code, answer.mimetype) == (503, "text/html")
    assert f"Utgåvan {old.id} är skadad" in answer.text


def test_a_damaged_release_is_read_once_however_often_it_is_asked_for(
    client: FlaskClient, old: Release, digested: list[Path]
) -> None:
    """Otherwise a client makes the server read gigabytes by asking."""
    flip(old.folder / DUMP)
    address = f"/release/{old.id}/doc/lake/siljan"

    assert client.get(address).status_code == 503
    assert old.folder / DUMP in digested
    digested.clear()
    assert [client.get(address).status_code for _ in range(3)] == [503, 503, 503]
    assert digested == []


def test_a_mended_release_answers_again(client: FlaskClient, old: Release) -> None:
    """Without a restart."""
    before = flip(old.folder / DUMP)
    address = f"/release/{old.id}/doc/lake/siljan"
    assert client.get(address).status_code == 503

    (old.folder / DUMP).write_bytes(before)

    assert client.get(address).status_code == 200


def test_a_missing_file_that_comes_back_is_seen(old: Release) -> None:
    """What is not there has no state, and what is there has one."""
    openings = VerifiedOpener()
    before = (old.folder / DUMP).read_bytes()
    (old.folder / DUMP).unlink()
    with pytest.raises(ReleaseError, match="is damaged"):
        openings.open(old.folder)

    (old.folder / DUMP).write_bytes(before)

    assert openings.open(old.folder) == old


def test_a_whole_release_is_not_read_again_when_it_is_opened_again(
    old: Release, digested: list[Path]
) -> None:
    """Few stay open, and whoever asks for many in turn would have each read every time."""
    openings = VerifiedOpener()
    assert openings.open(old.folder) == old
    assert digested
    digested.clear()

    assert openings.open(old.folder) == old
    assert digested == []


def test_a_release_that_was_whole_and_lost_a_part_is_refused(old: Release) -> None:
    """Lengths are always compared: that reads nothing."""
    openings = VerifiedOpener()
    openings.open(old.folder)
    (old.folder / DUMP).write_bytes(b"")

    with pytest.raises(ReleaseError, match="is damaged"):
        openings.open(old.folder)
