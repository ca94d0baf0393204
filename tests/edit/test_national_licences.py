"""Licences that states have made are known by their names and their addresses."""

from __future__ import annotations

import pytest

from publisher.edit.init import read_licence
from publisher.errors import UsageError
from publisher.profiles.term_names import find_term, label_of
from publisher.render.labels import standard_terms

EU = "http://publications.europa.eu/resource/authority/licence/"
GERMAN = "https://www.govdata.de/dl-de/"
FRENCH = "https://www.etalab.gouv.fr/licence-ouverte-open-licence"
WRITTEN = {
    "OGL": f"{EU}OGL_3_0",
    "UK Open Government Licence (OGL)": f"{EU}OGL_3_0",
    "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/": f"{EU}OGL_3_0",
    "nlod": f"{EU}NLOD_2_0",
    "https://data.norge.no/nlod/en/2.0": f"{EU}NLOD_2_0",
    "http://data.norge.no/nlod/no/1.0": f"{EU}NLOD_1_0",
    "dl-de/by-2-0": f"{GERMAN}by-2-0",
    "http://dcat-ap.de/def/licenses/dl-zero-de/2.0": f"{GERMAN}zero-2-0",
    "Datenlizenz Deutschland Namensnennung 2.0": f"{GERMAN}by-2-0",
    "http://www.govdata.de/dl-de/zero-2-0/": f"{GERMAN}zero-2-0",
    "etalab-2.0": FRENCH,
    "Licence Ouverte / Open Licence version 2.0": FRENCH,
    f"{FRENCH}/": FRENCH,
}


@pytest.mark.parametrize(("written", "term"), WRITTEN.items(), ids=WRITTEN)
def test_a_licence_is_known_however_it_is_written(written: str, term: str) -> None:
    assert find_term("licence", written) == term
    assert read_licence(written) == term


@pytest.mark.parametrize(
    "written",
    [
        "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/2/",
        "https://www.govdata.de/dl-de/by-1-0",
        "https://data.norge.no/nlod/no/3.0",
    ],
)
def test_another_version_is_not_taken_for_this_one(written: str) -> None:
    assert find_term("licence", written) == ""
    assert read_licence(written) == written


def test_what_is_no_licence_is_refused_as_before() -> None:
    with pytest.raises(UsageError):
        read_licence("open")


@pytest.mark.parametrize("term", sorted(set(WRITTEN.values())))
def test_pages_and_messages_call_each_by_one_name(term: str) -> None:
    (shown,) = standard_terms()[term]
    assert shown.value == label_of(term, "en")
    assert find_term("licence", shown.value) == term
