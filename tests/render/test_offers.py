"""The files of a dataset on its page."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from flask.testing import FlaskClient

from publisher.render.datasets import Download, dataset_downloads

if TYPE_CHECKING:
    from tests.render.conftest import Pond

    Dig = Callable[[str], Pond]

ID = "https://data.example.org/id/"
LAKES = """
PREFIX dcat: <http://www.w3.org/ns/dcat#>
:lakes a dcat:Dataset ; dcat:distribution :csv , :excel , :turtle , :endpoint .
:csv dcterms:title "Lakes (CSV)"@en ; dcterms:format :f-csv ; dcat:byteSize 1234 ;
    dcat:accessURL :table ; dcat:downloadURL :lakes.csv .
:excel dcterms:title "Lakes (Excel)"@en ; dcterms:format :f-excel ; dcat:byteSize 56789 ;
    dcat:accessURL :table ; dcat:downloadURL :lakes.xlsx .
:turtle dcterms:title "Everything"@en ; dcat:downloadURL :lakes.ttl ; dcat:accessURL :lakes.ttl .
:endpoint dcterms:title "SPARQL"@en ; dcat:accessURL :sparql .
:f-csv rdfs:label "CSV"@en . :f-excel rdfs:label "Excel"@en .
"""


def _offers(pond: Dig) -> tuple[Download, ...]:
    found = pond(LAKES)
    description = found.describe(ID + "lakes", *(ID + n for n in ("csv", "excel", "turtle")))
    return dataset_downloads(ID + "lakes", description, found.views(description, "en"))


def test_the_formats_of_one_table_stand_together(pond: Dig) -> None:
    """A reader looks for a table first, and for a format then; sizes are in the reader's form."""
    everything, lakes = _offers(pond)
    assert (lakes.name.text, lakes.name.href) == ("Lakes", "/id/table")
    assert [(f.link.text, f.link.href, f.size) for f in lakes.files] == [
        ("CSV", "/id/lakes.csv", "1.2 kB"),
        ("Excel", "/id/lakes.xlsx", "57 kB"),
    ]
    assert (everything.name.text, everything.name.href) == ("Everything", "")


def test_what_is_no_file_is_not_offered_as_one(pond: Dig) -> None:
    """An endpoint is asked, not fetched."""
    assert "SPARQL" not in [offer.name.text for offer in _offers(pond)]


def test_the_page_of_a_dataset_offers_each_file_once(portal: FlaskClient) -> None:
    """The whole dataset first, then its tables; the details of each file are folded."""
    page = portal.get("/dataset/lakes.html?lang=en").text
    table = page.partition('<h2 id="offers">')[2].partition("</table>")[0]
    fetched = re.findall(r'<li><a href="([^"]*)"', table)
    assert "/table/lake.csv" in fetched
    assert len(fetched) == len(set(fetched))
    assert not any("/dump/" in address for address in fetched)
    assert page.count('<details class="term"') > 3
