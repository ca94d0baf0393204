"""Files are what their media type says."""

from __future__ import annotations

import gzip
import io
import zipfile

import pytest

from publisher.errors import SourceSyntax
from publisher.verify import graphs


def workbook(name: str) -> bytes:
    """Return a zip file with one member."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as package:
        package.writestr(name, "<workbook/>")
    return stream.getvalue()


@pytest.mark.parametrize(
    ("body", "media_type"),
    [
        (b"a,b\r\n1,2\r\n", "text/csv"),
        ("\ufeffnamn,l\u00e4n\r\nÖ,Dalarna\r\n".encode(), "text/csv"),
        (b'{"type": "FeatureCollection", "features": []}', "application/geo+json"),
        (b'a\r\n"' + b"1 2," * 50_000 + b'"\r\n', "text/csv"),
        (b'a,b\r\n"two\r\nlines",2\r\n\r\n', "text/csv"),
        (b"[]", "application/json"),
        (workbook("xl/workbook.xml"), graphs.XLSX),
        (b"anything", "application/pdf"),
    ],
)
def test_a_good_file_is_taken(body: bytes, media_type: str) -> None:
    """Also one of a type that is not looked into."""
    graphs.check(body, media_type, "x")


@pytest.mark.parametrize(
    ("body", "media_type"),
    [
        (b"a,b\r\n1\r\n", "text/csv"),
        (b"", "text/csv"),
        ("Ö".encode("latin-1"), "text/csv"),
        (b'{"type": "FeatureCollection"}', "application/geo+json"),
        (b"{", "application/json"),
        (workbook("word/document.xml"), graphs.XLSX),
        (b"PK", graphs.XLSX),
    ],
)
def test_a_file_that_is_something_else_is_an_error_with_a_reason(
    body: bytes, media_type: str
) -> None:
    """An error page or half a file must not pass for data."""
    with pytest.raises(SourceSyntax):
        graphs.check(body, media_type, "x")


def test_gzip_is_undone_and_all_its_members_are_read() -> None:
    """``cat a.gz b.gz`` is one file."""
    assert graphs.ungzip(gzip.compress(b"a", mtime=0) + gzip.compress(b"b", mtime=0), "x") == b"ab"


@pytest.mark.parametrize("body", [gzip.compress(b"a" * 100, mtime=0)[:-9], b"\x1f\x8bnonsense"])
def test_broken_gzip_is_an_error(body: bytes) -> None:
    """Half a dump parses, and lacks half the triples."""
    with pytest.raises(SourceSyntax):
        graphs.ungzip(body, "x")


@pytest.mark.parametrize(
    ("body", "separator", "is_utf8"),
    [
        (b"namn;djup\nSiljan;120,5\n", ";", True),
        (b"a\tb\n1\t2\n", "\t", True),
        (b'a|b\n"1|2"|3\n', "|", True),
        ("län;antal\nVärmland;3\n".encode("cp1252"), ";", False),
        (b"a;b\n1;2\n".replace(b";", b","), ",", True),
        (b"one column\n1\n", ",", True),
        (b"a,b;c\n1,2;3\n", ",", True),
    ],
)
def test_a_table_is_read_however_its_values_are_separated(
    body: bytes, separator: str, is_utf8: bool
) -> None:
    """RFC 4180 has commas; spreadsheets in half of Europe have not."""
    graphs.check(body, "text/csv", "x")
    assert graphs.csv_form(body) == graphs.CsvForm(separator, is_utf8)
