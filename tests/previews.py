"""Sites over files alone, as ``publisher preview`` opens them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from publisher.config import Config
from publisher.load.stored_files import store_files
from publisher.release.preview import build_preview
from publisher.serve.site import Site, open_site


@contextmanager
def preview_site(source: Path, folder: Path, base_iri: str) -> Iterator[Site]:
    """Build a release of a file and open it.

    Args:
        source: The file.
        folder: Where the release is built.
        base_iri: Of what the site itself names.
    """
    release = build_preview(store_files([source], base_iri), folder, union=True)
    settings = Config(
        base_iri=base_iri,
        site_url="http://localhost/",
        releases=str(folder),
        query_workers=1,
        default_graph="union",
    )
    site = open_site(settings.with_site(), release)
    try:
        yield site
    finally:
        site.engine.close()
