from __future__ import annotations

from flask.testing import FlaskClient

EVERY_ENGINE = True

SILJAN = "https://data.example.org/id/lake/siljan"


def test_a_named_query_is_an_address_with_parameters(client: FlaskClient) -> None:
    """A spreadsheet can be pointed at it."""
    reply = client.get("/query/waters-called.csv?name=Siljan")
    assert reply.content_type == "text/csv;charset=utf-8"
    assert reply.text == f"water\r\n{SILJAN}\r\n"


def test_a_named_query_takes_a_form(client: FlaskClient) -> None:
    """Long values have no place in an address; what was sent so is not cited by it."""
    by_form = client.post("/query/waters-called.csv", data={"name": "Siljan"})
    assert by_form.text == f"water\r\n{SILJAN}\r\n"
    assert "cite-as" not in by_form.headers.get("Link", "")
    beside = client.post("/query/waters-called?name=Siljan", headers={"Accept": "text/csv"})
    assert beside.text == by_form.text
    for wrong in ("application/json", "application/sparql-query"):
        refused = client.post("/query/waters-called", data=b"{}", content_type=wrong)
        assert refused.status_code == 415
    assert "POST" in client.options("/query/waters-called").headers["Allow"]


def test_a_named_query_is_negotiated_without_an_extension(client: FlaskClient) -> None:
    """RFC 9110, section 12.5.1."""
    reply = client.get(
        "/query/waters-called?name=Siljan", headers={"Accept": "application/sparql-results+json"}
    )
    assert reply.content_type == "application/sparql-results+json"
    assert "Accept" in reply.vary
    assert reply.headers["ETag"]


def test_a_value_is_never_part_of_the_query(client: FlaskClient) -> None:
    """The tiny world has no water of this name."""
    value = 'x" || true) } #'
    reply = client.get("/query/waters-called.json", query_string={"name": value})
    assert reply.json is not None
    assert reply.json["head"]["vars"] == ["water"]
    assert reply.json["results"]["bindings"] == []


def test_a_missing_parameter_is_named(client: FlaskClient) -> None:
    """Not an empty table, which would look like an answer."""
    reply = client.get("/query/waters-called.json", headers={"Accept-Language": "en"})
    assert reply.status_code == 400
    assert "needs a value for name" in reply.text


def test_a_browser_without_parameters_is_led_to_the_form(client: FlaskClient) -> None:
    """A person cannot be expected to know the names."""
    reply = client.get("/query/waters-called", headers={"Accept": "text/html"})
    assert reply.status_code == 303
    assert reply.headers["Location"] == "/query#waters-called"


def test_a_browser_sees_the_answer_and_the_query(client: FlaskClient) -> None:
    """The query is a place to begin from."""
    reply = client.get("/query/waters-called?name=Siljan", headers={"Accept": "text/html"})
    assert reply.status_code == 200
    assert SILJAN.removeprefix("https://data.example.org") in reply.text
    assert "&#34;Siljan&#34;" in reply.text


def test_the_page_of_queries_tells_what_each_is_for(client: FlaskClient) -> None:
    """In the reader's language."""
    swedish = client.get("/query?lang=sv").text
    english = client.get("/query?lang=en").text
    assert "Sjöar och floder med ett visst namn." in swedish
    assert "Lakes and rivers of a name." in english
    assert "The whole name, in Swedish." in english


def test_named_queries_are_the_examples_of_the_form(client: FlaskClient) -> None:
    """They lie in one place only."""
    page = client.get("/sparql?lang=en", headers={"Accept": "text/html"}).text
    assert "Lakes and rivers of a name." in page


def test_other_names_and_extensions_are_not_found(client: FlaskClient) -> None:
    """A typing error must not look like an empty answer."""
    assert client.get("/query/nothing").status_code == 404
    assert client.get("/query/waters-called.pdf?name=x").status_code == 404
