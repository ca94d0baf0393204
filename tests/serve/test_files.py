from __future__ import annotations

import dataclasses
import gzip
import json
from pathlib import Path

import pytest
from werkzeug.test import Client, TestResponse

from publisher.release.model import Release
from publisher.serve.app import create_app
from publisher.serve.site import Site

DUMP = "/dump/lakes.nt"
FORMATS = [
    ("nt", "application/n-triples"),
    ("ttl", "text/turtle"),
    ("jsonld", "application/ld+json"),
    ("rdf", "application/rdf+xml"),
    ("nq", "application/n-quads"),
]


@pytest.fixture
def stored(release: Release) -> bytes:
    """Return the bytes of a dump, as they lie in the release."""
    return Path(release.folder / "dumps" / "lakes.nt").read_bytes()


def fetch(visitor: Client, path: str = DUMP, method: str = "GET", **fields: str) -> TestResponse:
    """Return the answer to a request, its file read and closed."""
    headers = {name.replace("_", "-"): value for name, value in fields.items()}
    answer = visitor.open(path, method=method, headers=headers)
    answer.get_data()
    answer.close()
    return answer


@pytest.mark.parametrize(("extension", "media_type"), FORMATS)
def test_a_dataset_comes_whole_in_every_format(
    visitor: Client, release: Release, extension: str, media_type: str
) -> None:
    """Design, section 2: byte for byte what lies in the release."""
    answer = fetch(visitor, f"/dump/lakes.{extension}")
    assert answer.status_code == 200
    assert answer.mimetype == media_type
    assert answer.data == (release.folder / "dumps" / f"lakes.{extension}").read_bytes()
    assert int(answer.headers["Content-Length"]) == len(answer.data)


@pytest.mark.parametrize("extension", [extension for extension, _ in FORMATS])
def test_a_dump_comes_compressed_as_a_file_of_its_own(visitor: Client, extension: str) -> None:
    """A download, so no Content-Encoding: it must stay compressed on the reader's disk."""
    answer = fetch(visitor, f"/dump/lakes.{extension}.gz", accept_encoding="gzip")
    assert answer.mimetype == "application/gzip"
    assert "Content-Encoding" not in answer.headers
    whole = fetch(visitor, f"/dump/lakes.{extension}").data
    assert gzip.decompress(answer.data) == whole


def test_a_dump_has_a_strong_tag_a_date_and_a_name(visitor: Client) -> None:
    """So that a mirror asks again cheaply and saves it under its name."""
    answer = fetch(visitor)
    assert len(answer.headers["ETag"].strip('"')) == 32
    assert answer.headers["Last-Modified"] == "Fri, 02 Jan 2026 00:00:00 GMT"
    assert answer.headers["Accept-Ranges"] == "bytes"
    assert 'filename="lakes.nt"' in answer.headers["Content-Disposition"]


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [("bytes=0-9", 0, 9), ("bytes=10-19", 10, 19), ("bytes=5-5", 5, 5)],
)
def test_a_part_of_a_dump_is_answered_with_206(
    visitor: Client, stored: bytes, asked: str, first: int, last: int
) -> None:
    """RFC 9110, section 15.3.7: a download that broke off goes on."""
    answer = fetch(visitor, range=asked)
    assert answer.status_code == 206
    assert answer.data == stored[first : last + 1]
    assert answer.headers["Content-Range"] == f"bytes {first}-{last}/{len(stored)}"
    assert int(answer.headers["Content-Length"]) == last - first + 1


def test_the_rest_and_the_end_of_a_dump_can_be_asked_for(visitor: Client, stored: bytes) -> None:
    """``first-`` and ``-suffix``; what reaches past the end is cut there."""
    assert fetch(visitor, range="bytes=100-").data == stored[100:]
    assert fetch(visitor, range="bytes=-7").data == stored[-7:]
    answer = fetch(visitor, range="bytes=100-99999999")
    assert (answer.status_code, answer.data) == (206, stored[100:])


@pytest.mark.parametrize("asked", ["bytes=99999999-", "bytes=99999999-99999999"])
def test_a_part_that_is_not_there_is_answered_with_416(
    visitor: Client, stored: bytes, asked: str
) -> None:
    """RFC 9110, section 15.5.17: with the length there is."""
    answer = fetch(visitor, range=asked)
    assert answer.status_code == 416
    assert answer.headers["Content-Range"] == f"bytes */{len(stored)}"


@pytest.mark.parametrize(
    "asked",
    [
        "lines=0-5",
        "bytes",
        "bytes=x-y",
        "bytes=5-1",
        "bytes=",
        "bytes=0-1,5-9",
        "bytes=-",
        "bytes=-0",
    ],
)
def test_a_range_that_is_not_understood_is_ignored(
    visitor: Client, stored: bytes, asked: str
) -> None:
    """RFC 9110, section 14.2; several parts at once may be answered with the whole."""
    answer = fetch(visitor, range=asked)
    assert (answer.status_code, answer.data) == (200, stored)


def test_a_part_is_sent_only_of_what_the_client_has_the_beginning_of(
    visitor: Client, stored: bytes
) -> None:
    """RFC 9110, section 13.1.5: If-Range, by tag or by date."""
    whole = fetch(visitor)
    for known in (whole.headers["ETag"], whole.headers["Last-Modified"]):
        assert fetch(visitor, range="bytes=0-9", if_range=known).status_code == 206
    for other in ('"other"', "Thu, 01 Jan 2026 00:00:00 GMT", f"W/{whole.headers['ETag']}"):
        answer = fetch(visitor, range="bytes=0-9", if_range=other)
        assert (answer.status_code, answer.data) == (200, stored)


def test_a_part_is_a_part_also_when_the_whole_is_remembered(visitor: Client, stored: bytes) -> None:
    """The memory knows whole answers; a range asks for something else, and spoils none."""
    assert fetch(visitor).data == stored
    assert fetch(visitor, range="bytes=0-9").data == stored[:10]
    assert fetch(visitor).data == stored


def test_a_dump_is_never_compressed_on_the_way(visitor: Client, stored: bytes) -> None:
    """Its parts, its length and its checksum in the catalogue are those of the same bytes."""
    for _ in range(2):
        answer = fetch(visitor, accept_encoding="gzip")
        assert answer.data == stored
        assert "Content-Encoding" not in answer.headers


def test_a_small_dump_is_read_once(visitor: Client, stored: bytes, release: Release) -> None:
    """What many mirrors ask for comes from memory: the file may even be away for a moment."""
    fetch(visitor)
    path = release.folder / "dumps" / "lakes.nt"
    away = path.rename(path.with_suffix(".away"))
    try:
        assert fetch(visitor).data == stored
    finally:
        away.rename(path)


def test_a_dump_longer_than_its_share_of_memory_is_read_from_the_file(
    site: Site, stored: bytes
) -> None:
    """So that one dump does not drive all documents out."""
    small = dataclasses.replace(site, config=dataclasses.replace(site.config, cache_mb=0))
    visitor = Client(create_app(small))
    for _ in range(2):
        whole = fetch(visitor)
        assert whole.data == stored
        assert fetch(visitor, if_none_match=whole.headers["ETag"]).status_code == 304


def test_a_mirror_that_has_the_dump_is_told_so(visitor: Client) -> None:
    """By tag, which beats the date."""
    whole = fetch(visitor)
    tag, changed = whole.headers["ETag"], whole.headers["Last-Modified"]
    assert fetch(visitor, if_none_match=tag).status_code == 304
    assert fetch(visitor, if_none_match=f'"a", {tag}').status_code == 304
    assert fetch(visitor, if_none_match="*").status_code == 304
    assert fetch(visitor, if_modified_since=changed).status_code == 304
    assert fetch(visitor, if_none_match='"a"', if_modified_since=changed).status_code == 200


def test_head_of_a_dump_says_how_long_it_is(visitor: Client, stored: bytes) -> None:
    """Whoever asks first decides whether to fetch; a range means nothing in HEAD."""
    for asked in ({}, {"range": "bytes=0-9"}):
        head = fetch(visitor, method="HEAD", **asked)
        assert (head.status_code, head.data) == (200, b"")
        assert head.headers["Content-Length"] == str(len(stored))
        whole = dict(fetch(visitor).headers)
        del whole["Content-Digest"]  # of content that a HEAD has not (RFC 9530, appendix B.2)
        assert dict(head.headers) == whole


@pytest.mark.parametrize("name", ["seas.nt", "lakes.pdf", "lakes.nt.gz.gz", ".nt", "nt"])
def test_a_dump_that_is_not_there_is_answered_with_404(visitor: Client, name: str) -> None:
    """Only what the manifest lists is served, never whatever lies in the folder."""
    assert fetch(visitor, f"/dump/{name}").status_code == 404


def test_a_file_beside_the_dumps_is_not_served(visitor: Client, release: Release) -> None:
    """The manifest decides."""
    stray = release.folder / "dumps" / "stray.nt"
    stray.write_text("", encoding="utf-8")
    try:
        assert fetch(visitor, "/dump/stray.nt").status_code == 404
    finally:
        stray.unlink()


def test_the_context_is_json_ld_and_can_be_asked_for_again(visitor: Client) -> None:
    """JSON-LD 1.1, section 6.1: a client that fetches it must get JSON-LD."""
    answer = fetch(visitor, "/context.jsonld")
    assert answer.mimetype == "application/ld+json"
    context = json.loads(answer.data)["@context"]
    assert context["Lake"] == "water:Lake"
    tag = answer.headers["ETag"]
    assert fetch(visitor, "/context.jsonld", if_none_match=tag).status_code == 304
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
