"""Help at an address where nothing is."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

PAGE = {"Accept": "text/html"}


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("/doc/lake/silja", "/doc/lake/siljan"),
        ("/doc/lake/siljan-lake", "/doc/lake/siljan"),
        ("/siljn", "/doc/lake/siljan"),
        ("/doc/lake/Vanern.ttl", "/doc/lake/v%C3%A4nern"),
    ],
)
def test_a_wrong_address_leads_to_what_is_called_nearly_so(
    client: FlaskClient, path: str, target: str
) -> None:
    """A letter amiss, a word too many, the wrong folder, another spelling."""
    response = client.get(f"{path}?lang=en", headers=PAGE)
    assert response.status_code == 404
    near = response.text.partition("Perhaps you looked for")[2].partition("</ul>")[0]
    assert target.replace("/doc/", "/id/") in near or target in near


def test_the_words_of_the_address_stand_in_the_search_box(client: FlaskClient) -> None:
    """One press and the reader searches on."""
    page = client.get("/doc/lake/no-such_thing", headers=PAGE).text
    assert 'value="no such thing"' in page


@pytest.mark.parametrize("path", ["/", "/%00", "/" + "x" * 3000, "/" + "a-" * 500, "/%FF%FE/(((*"])
def test_an_address_of_any_kind_is_answered(client: FlaskClient, path: str) -> None:
    """Robots try everything."""
    assert client.get(f"/nothing{path}", headers=PAGE).status_code == 404


def test_nothing_near_makes_no_empty_list(client: FlaskClient) -> None:
    """A heading without a list would mock the reader."""
    assert "Perhaps you looked for" not in client.get("/qqqqqq?lang=en", headers=PAGE).text


def test_a_program_is_told_the_problem_alone(client: FlaskClient) -> None:
    """It does not read suggestions, and a search for each would be work for nobody."""
    response = client.get("/doc/lake/silja", headers={"Accept": "application/json"})
    assert response.status_code == 404
    assert "siljan" not in response.text
