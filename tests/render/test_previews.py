"""The first rows of files that the site holds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import cast

import pytest

from publisher.addresses import Addresses
from publisher.release.model import Release, StoredFile
from publisher.render.previews import LARGEST_BYTES, read_preview, stored_file
from publisher.render.service_guides import ServiceKind, guide, kind_of

HERE = Addresses("https://daten.example/", "http://localhost/")


class Held:
    """A release as far as previews ask one."""

    def __init__(self, folder: Path, name: str, content: bytes) -> None:
        """Hold one file."""
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        self.folder = folder
        self.files = {name: StoredFile(name, len(content), "")}


def held(folder: Path, name: str, content: bytes) -> tuple[Release, StoredFile]:
    """Return a release that holds a file, and the file."""
    release = Held(folder, name, content)
    return cast(Release, release), release.files[name]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "cp1252"])
def test_a_table_is_read_as_it_was_written(tmp_path: Path, separator: str, coding: str) -> None:
    """With the separator of its head, and the letters of an older spreadsheet program."""
    rows = [["Sjö", "Djup"], *(["Väringen", str(n)] for n in range(30))]
    text = "\n".join(separator.join(row) for row in rows)
    preview = read_preview(*held(tmp_path, "files/sjö.csv", text.encode(coding)))

    assert preview
    assert (preview.columns, preview.total, len(preview.rows)) == (("Sjö", "Djup"), 30, 10)
    assert preview.rows[9] == ("Väringen", "9")


def test_features_show_their_properties(tmp_path: Path) -> None:
    """Each feature may have others; a value that is no text is written as JSON."""
    features = [
        {"type": "Feature", "geometry": None, "properties": properties}
        for properties in ({"name": "Ö", "deep": 3}, {"name": "Å", "tags": ["a"]}, None)
    ]
    content = json.dumps({"type": "FeatureCollection", "features": features}).encode()
    preview = read_preview(*held(tmp_path, "x.geojson", content))

    assert preview
    assert preview.columns == ("name", "deep", "tags")
    assert preview.rows == (("Ö", "3", ""), ("Å", "", '["a"]'), ("", "", ""))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("x.csv", b"only a head\n"),
        ("x.csv", b""),
        ("x.geojson", b"[" * 100_000),
        ("x.geojson", b'{"features": 3}'),
        ("x.geojson", b"\xff\xfe"),
        ("x.xlsx", b"a,b\n1,2\n"),
        ("x.csv", b"a,b\n1,2\n" * (LARGEST_BYTES // 8 + 1)),
    ],
)
def test_what_cannot_be_shown_is_not_shown(tmp_path: Path, name: str, content: bytes) -> None:
    """Nothing breaks the page of the dataset."""
    assert read_preview(*held(tmp_path, name, content)) is None


def test_only_files_of_the_site_are_looked_into(tmp_path: Path) -> None:
    """An address of somebody else is never asked, and none leads out of the release."""
    release, file = held(tmp_path, "tables/lake.csv", b"a\n1\n")

    assert stored_file("https://daten.example/table/lake.csv", release, HERE) == file
    for other in ("https://x.example/table/lake.csv", "https://daten.example/table/../lake.csv"):
        assert stored_file(other, release, HERE) is None


@pytest.mark.parametrize(
    ("words", "addresses", "kind"),
    [
        (["application/vnd.ogc.wms_xml"], [], ServiceKind.WMS),
        (["http://www.opengis.net/def/serviceType/ogc/wmts"], [], ServiceKind.WMTS),
        (["http://www.opengis.net/spec/ogcapi-features-1/1.0"], [], ServiceKind.OGC_API),
        ([], ["https://e.org/arcgis/rest/services/a/b/MapServer"], ServiceKind.ARCGIS),
        (["https://www.w3.org/TR/sparql11-protocol/"], [], ServiceKind.SPARQL),
        (["https://spec.openapis.org/oas/v3.1.0"], [], ServiceKind.REST),
        (["text/csv"], ["https://e.org/wms/roads.csv"], None),
        ([], ["https://["], None),
    ],
)
def test_the_kind_of_a_service_is_what_the_catalogue_says(
    words: list[str], addresses: list[str], kind: ServiceKind | None
) -> None:
    """Format, standard or the parameters of its address; never a word in a path."""
    assert kind_of(words, addresses) is kind


def test_a_guide_keeps_the_parameters_that_belong_to_the_service() -> None:
    """And leaves out those of one request; what is typed is quoted for a shell."""
    address = "https://e.org/ows?map=/a b&SERVICE=WFS&request=GetCapabilities&version=2.0.0"
    found = guide(ServiceKind.WFS, address, "", "sv")

    assert found.address == "https://e.org/ows?map=/a+b"
    assert found.capabilities == f"{found.address}&service=WFS&request=GetCapabilities"
    assert found.commands[1] == f"ogrinfo -so 'WFS:{found.address}'"
