"""Things of which nothing is said but what they are: they have a page and a table."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.folders import build_folder, run_publisher

BASE = "https://marks.guild.example/"
THINGS = "".join(f"<{BASE}id/mark/{n}> a <{BASE}def/Mark> .\n" for n in range(3))
SHAPE = f"""PREFIX sh: <http://www.w3.org/ns/shacl#>
<{BASE}shapes#Mark> a sh:NodeShape ; sh:targetClass <{BASE}def/Mark> ;
    sh:property [ sh:path <{BASE}def/seldom> ; sh:maxCount 1 ] .
"""


@pytest.mark.slow
def test_a_table_without_columns_answers_in_every_way(tmp_path: Path) -> None:
    """A list of names is one: as a page, searched, a page at a time, and as files."""
    folder = build_folder(
        tmp_path, BASE, {"data/marks/marks.ttl": THINGS, "shapes/mark.ttl": SHAPE}
    )
    releases = str(folder.release.folder.parent)
    with run_publisher(tmp_path, "serve", "--releases", releases) as site:
        tables = [place for place in site.sitemap() if re.fullmatch("/table/[a-z]+", place)]
        assert tables
        for place in tables:
            for written in (place, f"{place}?q=mark", f"{place}?page=1", f"{place}.csv"):
                statuses, answer = site.follow(written, "text/html, */*;q=0.1")
                assert statuses[-1] == 200, (written, answer.text[:300])
        listed = site.sitemap()
        assert [p for p in listed if site.follow(p, "*/*")[0][-1] != 200] == []
    assert "Traceback" not in (tmp_path / "log").read_text(encoding="utf-8")
