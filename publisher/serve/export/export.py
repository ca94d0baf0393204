"""A release → a folder of files and the configuration of a server for them; all, or nothing."""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Callable
from itertools import chain
from pathlib import Path
from urllib.parse import urlsplit

from publisher.config import Config
from publisher.errors import ExportError, SettingError
from publisher.release.manifest import write_json
from publisher.release.open import open_current
from publisher.serve.app import create_flask
from publisher.serve.export import caddy, nginx
from publisher.serve.export.moved import graves, moved, replaced
from publisher.serve.export.offers import offers_of
from publisher.serve.export.walk import walk
from publisher.serve.export.write import Written, write_all
from publisher.serve.site import Site, open_site
from publisher.system.files import sync_tree

ROOT = "site"
MARK = "export.json"
# The whole catalogue is one file.
_NO_PAGES = 10**9
Progress = Callable[[str], None]


def export(config: Config, folder: Path, progress: Progress = lambda step: None) -> Written:
    """Write the current release as files: ``site/``, ``nginx.conf``, ``Caddyfile``.

    An earlier export in the folder is replaced when the new one is complete.

    Args:
        config: The settings; ``site_url`` is where the files will answer.
        folder: New, empty, or an earlier export.
        progress: Told which step begins.

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
    site = open_site(settings, release)
    try:
        staging.mkdir(parents=True)
        progress("documents")
        done = _write(site, staging, folder)
        write_json(staging / MARK, {"release": release.id, "site_url": settings.site_url})
        progress("sync")
        sync_tree(staging)
        _put_in_place(staging, folder)
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
    if folder.exists() and any(folder.iterdir()) and not (folder / MARK).is_file():
        raise ExportError(
            "The folder holds something else than an export.",
            where=str(folder),
            remedy="Name a new folder, or that of an earlier export, which is then replaced.",
        )


def _write(site: Site, staging: Path, folder: Path) -> Written:
    """Write the files and what the servers are told of them."""
    offers = offers_of(site)
    wanted = chain(walk(site, offers), graves(site))
    done = write_all(create_flask(site).wsgi_app, wanted, staging / ROOT)
    (staging / "nginx.conf").write_text(nginx.configuration(site, offers, folder), encoding="utf-8")
    (staging / "Caddyfile").write_text(caddy.configuration(site, offers, folder), encoding="utf-8")
    for server in (nginx, caddy):
        server.write_pairs(staging / server.MOVED, moved(site))
        server.write_pairs(staging / server.REPLACED, replaced(site))
    return done


def _put_in_place(staging: Path, folder: Path) -> None:
    """Give the export its name; an earlier one is there until then."""
    old = folder.with_name(f".{folder.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if folder.exists():
        folder.rename(old)
    staging.rename(folder)
    shutil.rmtree(old, ignore_errors=True)
