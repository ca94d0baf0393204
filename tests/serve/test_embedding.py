"""Parts of pages in a frame of another site: no script, with their source, and these alone."""

from __future__ import annotations

import re
from html import unescape

import pytest
from werkzeug.test import Client, TestResponse

pytestmark = pytest.mark.slow

LAKE = "/embed/doc/lake/siljan"


def policy(response: TestResponse) -> str:
    """Return the Content-Security-Policy of an answer."""
    return response.headers["Content-Security-Policy"]


@pytest.mark.parametrize("address", [LAKE, "/embed/table/lake"])
def test_these_alone_may_stand_in_a_frame(client: Client, address: str) -> None:
    """Their own policy: any site may frame them, and nothing runs in them."""
    response = client.get(address)

    assert response.status_code == 200, response.text
    assert "frame-ancestors *" in policy(response)
    assert "script-src" not in policy(response)
    assert "default-src 'none'" in policy(response)
    assert "<script" not in response.text
    assert "frame-ancestors 'none'" in policy(client.get(address.removeprefix("/embed") or "/"))


@pytest.mark.parametrize("address", [LAKE, "/embed/table/lake"])
def test_each_says_whence_it_is(client: Client, address: str) -> None:
    """The site as a link, the day of the data; links leave the frame."""
    text = client.get(f"{address}?lang=sv").text

    assert '<base target="_blank">' in text
    assert 'content="noindex"' in text
    assert "Från:" in text
    assert "Data från" in text or "Data per" in text


def test_a_card_leads_with_what_the_thing_is(client: Client) -> None:
    """Its name leads to the whole page, in the language of the frame."""
    text = client.get(f"{LAKE}?lang=sv").text

    assert re.search(r'<h1[^>]*><a href="/doc/lake/siljan\?lang=sv">Siljan</a></h1>', text)


def test_a_table_takes_the_filters_of_the_table(client: Client) -> None:
    """Which rows, and a link to all of them."""
    text = client.get("/embed/table/lake?q=Siljan&lang=en").text

    assert text.count('<th scope="row">') == 1
    assert 'href="/table/lake?q=Siljan&amp;lang=en"' in text


@pytest.mark.parametrize("page", ["/doc/lake/siljan", "/table/lake?q=Siljan"])
def test_a_page_offers_the_line_that_embeds_it(client: Client, page: str) -> None:
    """The line leads to an address that answers, and it names its language."""
    text = client.get(page, headers={"Accept": "text/html", "Accept-Language": "en"}).text
    found = re.search(r"&lt;iframe src=&#34;([^ ]+)&#34; ", text)

    assert found, text
    address = unescape(unescape(found[1]))
    assert address.partition("?")[2].endswith("lang=en")
    path = "/" + address.split("/", 3)[3]
    assert client.get(path).status_code == 200


def test_the_map_of_another_folder_is_offered_and_shown(kommuner: Client) -> None:
    """Only where something has a place: the home page of the lakes has no map."""
    found = re.search(r"&lt;iframe src=&#34;([^ ]+)&#34; ", kommuner.get("/?lang=sv").text)

    assert found
    path = "/" + unescape(unescape(found[1])).split("/", 3)[3]
    assert path == "/embed/map?lang=sv"
    answer = kommuner.get(path)
    assert "<svg" in answer.text
    assert "frame-ancestors *" in policy(answer)


@pytest.mark.parametrize(
    "address", ["/embed/map", "/embed/doc/lake/no", "/embed/table/no", "/embed/"]
)
def test_what_is_not_there_cannot_be_embedded(client: Client, address: str) -> None:
    """As everywhere."""
    assert client.get(address).status_code == 404
