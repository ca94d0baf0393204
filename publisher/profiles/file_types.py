"""One format under its three names: the EU's file type, the media type, IANA's address of it.

DCAT-AP wants the first as the value of ``dcterms:format`` (section 7.1, controlled vocabularies),
DCAT-AP-SE the second, and both want the third as ``dcat:mediaType``. ``file_types.csv`` pairs the
first with the second; where a file type has several media types, the first row is the usual one.
The media types of map services and geographic files are those of DCAT-AP-SE's own list.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from publisher.profiles.csv_tables import read_table
from publisher.rdf.namespaces import AUTHORITY

FILE_TYPES = AUTHORITY + "file-type/"
IANA = "http://www.iana.org/assignments/media-types/"


@dataclass(frozen=True)
class FileType:
    """A format; what is not known of it is empty."""

    file_type: str = ""
    media_type: str = ""


def file_type_of(name: str) -> FileType:
    """Return the format that somebody named, in whatever way; an empty one where it is unknown.

    >>> file_type_of("CSV")
    FileType(file_type='CSV', media_type='text/csv')
    >>> file_type_of("https://www.iana.org/assignments/media-types/text/csv").file_type
    'CSV'
    >>> file_type_of("text/x-own").media_type
    'text/x-own'
    """
    written = name.strip().replace("https://", "http://", 1)
    code = written.removeprefix(FILE_TYPES).upper()
    if code in _media_types():
        return FileType(code, _media_types()[code])
    media_type = written.removeprefix(IANA).partition(";")[0].strip().lower()
    if media_type in _file_types():
        return FileType(_file_types()[media_type], media_type)
    is_media_type = media_type.count("/") == 1 and ":" not in media_type and " " not in media_type
    return FileType("", media_type) if is_media_type else FileType()


def media_types() -> tuple[str, ...]:
    """Return the media types of the table, each once."""
    return tuple(dict.fromkeys(media_type for _, media_type in _rows()))


@cache
def _rows() -> tuple[tuple[str, str], ...]:
    return tuple((row["file_type"], row["media_type"]) for row in read_table("file_types.csv"))


@cache
def _media_types() -> Mapping[str, str]:
    return dict(reversed(_rows()))


@cache
def _file_types() -> Mapping[str, str]:
    return {media_type: code for code, media_type in _rows()}
