"""Whether bytes are what their media type says: RDF, CSV, JSON, GeoJSON, XLSX, gzip."""

from __future__ import annotations

import csv
import io
import zipfile
import zlib
from collections.abc import Callable, Mapping

from publisher.errors import SourceSyntax
from publisher.verify import graphs

GZIP_MAGIC = b"\x1f\x8b"
UNPACKED_BYTES = 2**30
# Text of triples shrinks to a tenth or a fiftieth; gzip can shrink zeros to a thousandth.
GROWTH = 100
SMALL_BYTES = 2**26
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def unpacked(body: bytes, where: str) -> bytes:
    """Return the bytes without gzip, if they are gzip.

    Raises:
        SourceSyntax: They are broken, more than a gigabyte, or more than a hundred times as many
            and 64 MB.
    """
    if not body.startswith(GZIP_MAGIC):
        return body
    parts = []
    left, room = body, min(UNPACKED_BYTES, max(SMALL_BYTES, GROWTH * len(body)))
    try:
        while left:
            packer = zlib.decompressobj(wbits=31)
            parts.append(packer.decompress(left, room))
            room -= len(parts[-1])
            if not packer.eof:
                raise SourceSyntax("The gzip file is cut off or too large.", where=where)
            left = packer.unused_data
    except zlib.error as error:
        raise SourceSyntax(
            "It is not valid {label}: {reason}", where=where, label="gzip", reason=str(error)
        ) from error
    return b"".join(parts)


def triples(
    body: bytes, media_type: str, base_iri: str, load: graphs.LoadContext
) -> graphs.Triples:
    """Return the triples of a dump; see ``graphs.parse``."""
    return graphs.parse(body, media_type, base_iri, load)


def _csv(body: bytes) -> None:
    """Raise ``ValueError`` unless every record has as many fields as the header (RFC 4180)."""
    # A geometry in a field is longer than the limit of the reader.
    csv.field_size_limit(UNPACKED_BYTES)
    records = csv.reader(io.StringIO(body.decode("utf-8-sig"), newline=""), strict=True)
    widths = {len(record) for record in records if record}
    if len(widths) != 1:
        raise ValueError("its records differ in their number of fields")


def _json(body: bytes) -> object:
    """Return what JSON says."""
    return graphs.json_document(body)


def _geojson(body: bytes) -> None:
    """Raise ``ValueError`` unless it is a feature collection (RFC 7946, section 3.3)."""
    document = _json(body)
    features = document.get("features") if isinstance(document, dict) else None
    if not isinstance(features, list):
        raise ValueError("it is no FeatureCollection with features")


def _xlsx(body: bytes) -> None:
    """Raise ``ValueError`` unless it is a workbook (ISO/IEC 29500)."""
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as package:
            names = package.namelist()
    except zipfile.BadZipFile as error:
        raise ValueError(str(error)) from error
    if "xl/workbook.xml" not in names:
        raise ValueError("there is no xl/workbook.xml in it")


CHECKS: Mapping[str, Callable[[bytes], object]] = {
    "text/csv": _csv,
    "application/json": _json,
    "application/geo+json": _geojson,
    XLSX: _xlsx,
}


def check(body: bytes, media_type: str, where: str) -> None:
    """Read what is not RDF; a media type without a check is taken as it is.

    Raises:
        SourceSyntax: It is not what its media type says.
    """
    reading = CHECKS.get(media_type)
    if reading is None:
        return
    try:
        reading(body)
    except (ValueError, csv.Error) as error:
        raise SourceSyntax(
            "It is not valid {label}: {reason}", where=where, label=media_type, reason=str(error)
        ) from error
