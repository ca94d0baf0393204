"""A release → a folder of files and the configuration of a server for them; all, or nothing."""

from __future__ import annotations

import dataclasses
import gzip
import os
import re
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from werkzeug.http import parse_date
from werkzeug.test import EnvironBuilder, run_wsgi_app

from publisher.config import Config
from publisher.errors import ExportError, SettingError
from publisher.release.manifest import write_json
from publisher.release.open import open_current
from publisher.serve.app import create_flask
from publisher.serve.export import caddy, nginx
from publisher.serve.export.pages import (
    ExportRequest,
    document_redirects,
    export_requests,
    gone_requests,
    places_in_documents,
    replacement_redirects,
)
from publisher.serve.export.rules import VARIANTS, site_variants
from publisher.serve.requested import with_path
from publisher.serve.site import Site, open_site
from publisher.system.files import sync_tree

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


SITE_FOLDER = "site"
EXPORT_FILE = "export.json"
# The whole catalogue is one file.
_NO_PAGES = 10**9
Progress = Callable[[str], None]


def export(config: Config, folder: Path, progress: Progress = lambda step: None) -> ExportCounts:
    """Write the current release as files: ``site/``, ``nginx.conf``, ``Caddyfile``.

    An earlier export in the folder is replaced when the new one is complete.

    Args:
        config: The settings; ``site_url`` is where the files will answer.
        folder: New, empty, or an earlier export.
        progress: Called with the name of each step as it begins.

    Raises:
        ExportError: The folder holds something else, or the disk refuses.
        ReleaseError: There is no release, or it is damaged.
        SettingError: ``site_url`` is not set, or is not the root of a host.
    """
    folder = folder.resolve()
    _check(config, folder)
    release = open_current(Path(config.releases))
    settings = dataclasses.replace(
        config.with_site(), engine="oxigraph", query_workers=1, catalogue_page_size=_NO_PAGES
    )
    staging = folder.with_name(f".{folder.name}.new")
    shutil.rmtree(staging, ignore_errors=True)
    site = open_site(settings, release, embeds=False)
    try:
        staging.mkdir(parents=True)
        progress("documents")
        done = _write_export(site, staging, folder)
        write_json(staging / EXPORT_FILE, {"release": release.id, "site_url": settings.site_url})
        progress("sync")
        sync_tree(staging)
        _replace_export(staging, folder)
    except OSError as error:
        raise ExportError(
            "The export cannot be written: {reason}.",
            where=str(error.filename or folder),
            remedy="Make room, or name another folder; what was there before stays.",
            reason=error.strerror or str(error),
        ) from error
    finally:
        site.engine.close()
        shutil.rmtree(staging, ignore_errors=True)
    return done


def _check(config: Config, folder: Path) -> None:
    if not config.site_url or urlsplit(config.site_url).path.strip("/"):
        raise SettingError(
            "A site of files needs the address of a whole host; the setting 'site_url' is '{url}'.",
            remedy="Give the address at which the files will answer, such as"
            " --site-url https://data.example.org/.",
            url=config.site_url,
        )
    if folder.exists() and any(folder.iterdir()) and not (folder / EXPORT_FILE).is_file():
        raise ExportError(
            "The folder holds something else than an export.",
            where=str(folder),
            remedy="Name a new folder, or that of an earlier export, which is then replaced.",
        )


def _write_export(site: Site, staging: Path, folder: Path) -> ExportCounts:
    """Write the files and what the servers need to know of them."""
    offers = site_variants(site)
    requests = chain(export_requests(site, offers), gone_requests(site))
    done = write_all(create_flask(site).wsgi_app, requests, staging / SITE_FOLDER)
    (staging / "nginx.conf").write_text(
        nginx.configuration(site, offers, folder), encoding="utf-8", newline="\n"
    )
    (staging / "Caddyfile").write_text(
        caddy.configuration(site, offers, folder), encoding="utf-8", newline="\n"
    )
    for server in (nginx, caddy):
        server.write_pairs(staging / server.MOVED, document_redirects(site))
        server.write_pairs(staging / server.PLACES, places_in_documents(site))
        server.write_pairs(staging / server.REPLACED, replacement_redirects(site))
    return done


def _replace_export(staging: Path, folder: Path) -> None:
    """Give the export its name; an earlier one is there until then."""
    old = folder.with_name(f".{folder.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if folder.exists():
        folder.rename(old)
    staging.rename(folder)
    shutil.rmtree(old, ignore_errors=True)


# An answer of the application → a file, compressed beside, dated as the answer is.

_WORTH_COMPRESSING = 512
_COMPRESSIBLE = {"html", "ttl", "jsonld", "rdf", "nt", "nq", "trig", "json", "csv", "geojson"}
_COMPRESSIBLE |= {"xml", "atom", "css", "js", "md", "svg", "txt"}
# What is not there, and what a format cannot carry.
_LEFT_OUT = (404, 406)
_LONGEST_NAME = 255 - len(".gz")
_PLAIN = "identity"
_VARIANT_PATH = re.compile(rf"^{VARIANTS}/(chosen/)?[a-z]+/")


@dataclass
class ExportCounts:
    """What was written so far.

    Attributes:
        files: How many.
        bytes: How many.
        left_out: Paths whose names no file can have.
    """

    files: int = 0
    bytes: int = 0
    left_out: list[str] = field(default_factory=list)


def write_all(
    application: WSGIApplication, requests: Iterable[ExportRequest], root: Path
) -> ExportCounts:
    """Write every answer below a folder, one at a time.

    Raises:
        ExportError: The application answers otherwise than expected.
        OSError: The folder cannot be written.
    """
    done, tags = ExportCounts(), _FileDates()
    for one in requests:
        if not _is_writable(one.file):
            done.left_out.append(one.path)
            continue
        length = _write_answer(application, one, root, tags)
        if length is not None:
            done.files += 1
            done.bytes += length
    return done


def _is_writable(file: str) -> bool:
    parts = file.split("/")
    return all(
        part not in ("", ".", "..") and "\0" not in part and len(part.encode()) <= _LONGEST_NAME
        for part in parts
    )


def _write_answer(
    application: WSGIApplication, request: ExportRequest, root: Path, tags: _FileDates
) -> int | None:
    """Write one answer and return its length; None for an address that is not there."""
    path = root / request.file
    fields = request.fields | {"Accept-Encoding": _PLAIN}
    builder = EnvironBuilder(request.path, method=request.method, headers=list(fields.items()))
    # As it would be sent: the builder takes escapes that are no letters for something else.
    requested = with_path(builder.get_environ(), request.path.partition("?")[0])
    chunks, status, headers = run_wsgi_app(application, requested)
    try:
        code = int(status.split()[0])
        if code in _LEFT_OUT and request.status == 200:
            return None
        if code != request.status:
            raise ExportError(
                "The application answered {status} for {path}, and not {expected}.",
                remedy="Check the release with 'publisher verify'; nothing was exported.",
                status=code,
                path=request.path,
                expected=request.status,
            )
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            for chunk in chunks:
                file.write(chunk)
    finally:
        close = getattr(chunks, "close", None)
        if close is not None:
            close()
    length = path.stat().st_size
    dated = parse_date(headers.get("Last-Modified"))
    changed = dated.timestamp() if dated else 0.0
    tags.begin(request.file)
    tags.date(path, changed)
    _compress(path, changed, tags)
    return length


class _FileDates:
    """Dates of files, such that no two files of one address have one date and one length.

    File servers make entity tags of these, so every copy of an export has the same ones.
    """

    def __init__(self) -> None:
        self._address = ""
        self._taken: set[tuple[float, int]] = set()

    def begin(self, file: str) -> None:
        """Forget the files of the address before, when the next one comes."""
        address = _VARIANT_PATH.sub("", file).rpartition(".")[0]
        if address != self._address:
            self._address = address
            self._taken.clear()

    def date(self, path: Path, changed: float) -> None:
        """Date a file as its answer was dated, or a second before that for each one like it."""
        length = path.stat().st_size
        while (changed, length) in self._taken:
            changed -= 1
        self._taken.add((changed, length))
        os.utime(path, (changed, changed))


def _compress(path: Path, changed: float, tags: _FileDates) -> None:
    """Write a file compressed beside, when that is worth it."""
    is_text = path.suffix.lstrip(".") in _COMPRESSIBLE
    beside = path.with_name(f"{path.name}.gz")
    if not is_text or path.stat().st_size < _WORTH_COMPRESSING or path.parent.name == "dump":
        return  # a dump has its own
    with (
        path.open("rb") as plain,
        beside.open("wb") as raw,
        gzip.GzipFile("", "wb", 6, raw, mtime=0) as packed,
    ):
        shutil.copyfileobj(plain, packed)
    tags.date(beside, changed)
