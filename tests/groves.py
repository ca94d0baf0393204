"""A site of more places than a drawn map holds, made of a table; lines and areas among them."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner

from publisher.cli import main

BASE = "https://groves.example.org/"
KINDS = ("oak", "lime", "ash")
POINTS = 447
SAID = (
    *("--yes", "--publisher", "Parks office", "--contact", "trees@groves.example.org"),
    *("--base-iri", BASE, "--name", "en=Groves", "--thing", "en=Grove", "--lang", "en"),
)


def _rows() -> list[str]:
    rows = [
        f"G-{n:03};Grove {n:03};{KINDS[n % 3]};POINT ({-3.3 + n % 20 / 200:.4f}"
        f" {55.9 + n // 20 / 400:.4f})"
        for n in range(POINTS)
    ]
    rows.append("G-900;Avenue;lime;LINESTRING (-3.35 55.95, -3.30 55.96, -3.28 55.99)")
    rows.append(
        "G-901;Wood;oak;POLYGON ((-3.5 55.9, -3.4 55.9, -3.4 55.95, -3.5 55.95, -3.5 55.9))"
    )
    rows.append("G-902;Nowhere;ash;")
    return rows


def write_groves(folder: Path) -> Path:
    """Write the table beside a folder, and make the folder of it; return the folder."""
    table = folder.parent / "groves.csv"
    table.write_text("\n".join(["Number;Name;Kind of tree;Geometry", *_rows()]) + "\n", "utf-8")
    done = CliRunner().invoke(main, ["start", str(table), "--into", str(folder), *SAID])
    assert done.exit_code == 0, done.output
    return folder
