"""A figure that is corrected by form, by sheet or in Turtle gives the same sources, so one page."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient

from publisher.cli import main
from publisher.edit.editor.preview import Preview
from publisher.load.sources import read_sources
from publisher.quality.repeated_values import check_repeated_values
from tests.edit.editor.conftest import CLUSTERS
from tests.edit.editor.forms import Page, saved

pytestmark = pytest.mark.slow

COUNT = f"{CLUSTERS}id/count/compare-2015"
COMPARE = f"{CLUSTERS}id/cluster/compare"
FILE = "data/clusters/compare.ttl"


@pytest.fixture
def others(clusters: Path, tmp_path: Path) -> tuple[Path, Path]:
    """Return two more copies of the fourteen: for the sheet, and for Turtle."""
    settings = f'[tool.publisher]\nbase_iri = "{CLUSTERS}"\n'
    copies = tmp_path / "sheet", tmp_path / "turtle"
    for folder in copies:
        shutil.copytree(clusters, folder)
        (folder / "pyproject.toml").write_text(settings, encoding="utf-8")
    return copies


def _by_form(staff: FlaskClient) -> str:
    """Correct the count in the form, and return what the review says."""
    count = Page(staff, COMPARE).go(f"edit:{COUNT}")
    count.fill(Antal="110")
    count.press("review")
    review = staff.get("/sv/review").text
    assert saved(staff).status_code == 200
    return review


def _by_sheet() -> str:
    """Correct the count in a workbook, and return what the import says."""
    call = CliRunner()
    assert call.invoke(main, ["sheet", "export", "k.xlsx", "--lang", "sv"]).exit_code == 0
    book = openpyxl.load_workbook("k.xlsx")
    (cell,) = (c for sheet in book for row in sheet.iter_rows() for c in row if c.value == 105)
    cell.value = 110
    book.save("k.xlsx")
    imported = call.invoke(main, ["sheet", "import", "k.xlsx", "--lang", "sv"])
    assert imported.exit_code == 0, imported.output
    return imported.output


def _page(folder: Path) -> str:
    """Return the page of the count as the site would show it, without the day of today."""
    preview = Preview(read_sources(folder, CLUSTERS), "https://site.example.org/")
    page = preview.page("doc/count/compare-2015", "sv")
    assert page is not None
    return re.sub("<footer.*", "", page.decode(), flags=re.DOTALL)


def test_the_three_doors_lead_to_the_same_sources_and_to_one_page(
    staff: FlaskClient, clusters: Path, others: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The name of the count is made of its number, so nothing lags behind at any door."""
    by_sheet, by_hand = others
    review = _by_form(staff)
    monkeypatch.chdir(by_sheet)
    imported = _by_sheet()
    text = (by_hand / FILE).read_text(encoding="utf-8")
    (by_hand / FILE).write_text(text.replace("schema:value 105", "schema:value 110"), "utf-8")

    written = {(folder / FILE).read_text("utf-8") for folder in (clusters, by_sheet, by_hand)}
    assert len(written) == 1
    pages = {_page(folder) for folder in (clusters, by_sheet, by_hand)}
    assert len(pages) == 1
    assert "110 medlemmar (2015)" in pages.pop()
    assert "105" not in imported
    assert "105 medlemmar" not in review
    assert not list(check_repeated_values(read_sources(by_hand, CLUSTERS)))
