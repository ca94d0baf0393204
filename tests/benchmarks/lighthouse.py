"""What Lighthouse says of a served site: performance, accessibility, best practices, SEO.

Run it with a site at hand: ``python tests/benchmarks/lighthouse.py http://127.0.0.1:8000/``.
It needs npx and Chromium; Lighthouse is fetched from npm.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys

LIGHTHOUSE = "lighthouse@13.5.0"
PAGES = (
    "",
    "doc/cluster/paper-province",
    "table/cluster-initiative",
    "dataset/clusters",
    "search",
    "sparql",
    "docs",
)
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
_LONGEST_SECONDS = 300


def scores(address: str) -> list[int]:
    """Return the scores of a page, of 100, in the order of the categories."""
    command = ["npx", "--yes", LIGHTHOUSE, address, "--quiet", "--output=json"]
    command += [f"--only-categories={','.join(CATEGORIES)}"]
    command += ["--chrome-flags=--headless=new --no-sandbox --disable-dev-shm-usage"]
    environ = os.environ | {"CHROME_PATH": shutil.which("chromium") or ""}
    run = subprocess.run(
        command, env=environ, capture_output=True, timeout=_LONGEST_SECONDS, check=True
    )
    found = json.loads(run.stdout)["categories"]
    return [round(100 * found[category]["score"]) for category in CATEGORIES]


def main() -> None:
    """Print a row for each page."""
    site = sys.argv[1]
    print("| page |", " | ".join(CATEGORIES), "|")
    print("|---" * (len(CATEGORIES) + 1) + "|")
    for page in PAGES:
        print(f"| `/{page}` |", " | ".join(map(str, scores(site + page))), "|")


if __name__ == "__main__":
    main()
