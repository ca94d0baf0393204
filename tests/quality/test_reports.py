from __future__ import annotations

import json
from dataclasses import replace
from html.parser import HTMLParser

from publisher.findings import Finding, Severity
from publisher.quality.reports import as_github, as_html, as_json, as_text

MESSAGE = {"sv": "Ange ett namn.", "en": "Give a name."}
BROKEN = Finding(
    Severity.VIOLATION,
    MESSAGE,
    rule="https://data.example.org/shapes#Lake-prefLabel",
    file="data/lakes/lakes.ttl",
    line=12,
    focus_node="https://data.example.org/id/lake/siljan",
    path="http://www.w3.org/2004/02/skos/core#prefLabel",
    value='"x"',
)
DOUBTFUL = Finding(Severity.WARNING, {"en": "Look."}, rule="layout", file="data/a.ttl")
HOSTILE = Finding(
    Severity.INFO,
    {"en": '</p><script>alert("1")</script>\n::error::100%\r'},
    rule="x",
    file="data/a,b:c%.ttl",
    value='"<img src=x onerror=alert(1)>"',
)


def test_text_gives_file_thing_place_gravity_and_cure() -> None:
    """The gravest file first; a terminal makes the place a link."""
    assert as_text([DOUBTFUL, BROKEN], "en") == (
        "data/lakes/lakes.ttl (1 violation, 0 warnings, 0 notes)\n"
        "  https://data.example.org/id/lake/siljan\n"
        "    data/lakes/lakes.ttl:12: violation: Give a name.\n"
        "      skos:prefLabel\n"
        '      "x"\n'
        "      (https://data.example.org/shapes#Lake-prefLabel)\n"
        "\n"
        "data/a.ttl (0 violations, 1 warning, 0 notes)\n"
        "    data/a.ttl: warning: Look.\n"
        "      (layout)\n"
        "\n"
        "1 violation, 1 warning, 0 notes.\n"
    )


def test_findings_of_one_thing_stand_together() -> None:
    """An editor mends thing by thing."""
    other = replace(BROKEN, line=30, focus_node="https://data.example.org/id/lake/vättern")
    again = replace(BROKEN, line=13, severity=Severity.WARNING)

    said = as_text([other, again, BROKEN], "en")

    assert said.count("  https://data.example.org/id/lake/siljan\n") == 1
    assert said.index(":12:") < said.index(":13:") < said.index("vättern") < said.index(":30:")


def test_text_speaks_swedish() -> None:
    """The region's staff read it."""
    said = as_text([BROKEN, DOUBTFUL], "sv")
    assert "data/lakes/lakes.ttl:12: fel: Ange ett namn." in said
    assert "data/a.ttl: varning: Look." in said
    assert said.endswith("1 fel, 1 varning, 0 anmärkningar.\n")


def test_nothing_found_is_said_too() -> None:
    """Silence could be a crash."""
    assert as_text([], "en") == "0 violations, 0 warnings, 0 notes.\n"


def test_json_holds_everything_in_every_language() -> None:
    """For programs."""
    assert json.loads(json.dumps(as_json([BROKEN]))) == {
        "conforms": False,
        "findings": [
            {
                "severity": "violation",
                "message": {"sv": "Ange ett namn.", "en": "Give a name."},
                "rule": "https://data.example.org/shapes#Lake-prefLabel",
                "file": "data/lakes/lakes.ttl",
                "line": 12,
                "focusNode": "https://data.example.org/id/lake/siljan",
                "path": "http://www.w3.org/2004/02/skos/core#prefLabel",
                "value": '"x"',
            }
        ],
    }
    assert as_json([DOUBTFUL])["conforms"] is True


def test_github_shows_a_finding_beside_its_line() -> None:
    """Workflow commands: error, warning, notice."""
    assert as_github([BROKEN, DOUBTFUL], "en") == (
        "::error file=data/lakes/lakes.ttl,line=12::Give a name."
        ' · https://data.example.org/id/lake/siljan · skos:prefLabel · "x"\n'
        "::warning file=data/a.ttl,line=1::Look.\n"
    )


def test_what_data_says_is_no_command_to_github() -> None:
    """A line end in a message would begin a command of its own."""
    written = as_github([HOSTILE], "en")
    assert written.count("\n") == 1
    assert written.startswith("::notice file=data/a%2Cb%3Ac%25.ttl,line=1::")
    assert "%0A::error::100%25%0D" in written


class Tags(HTMLParser):
    """Collects the tags of a page."""

    def __init__(self) -> None:
        """Begin with none."""
        super().__init__()
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag."""
        self.tags.add(tag)


def test_what_data_says_is_no_markup_in_the_page() -> None:
    """The page is mailed around."""
    page = as_html([HOSTILE], "en")
    reader = Tags()
    reader.feed(page)
    assert not reader.tags & {"script", "img"}
    assert "&lt;script&gt;" in page


def test_the_page_is_in_the_readers_language_and_groups_by_file() -> None:
    """One heading a file, the gravest first."""
    page = as_html([DOUBTFUL, BROKEN], "sv")
    assert '<html lang="sv">' in page
    assert "<h2>data/lakes/lakes.ttl</h2>" in page
    assert "rad 12" in page
    assert "Ange ett namn." in page
    assert page.count("<h2>") == 2


def test_the_order_of_the_findings_is_the_same_whatever_order_they_come_in() -> None:
    """They come from sets; the report is part of a release and must not change by chance."""
    several = [
        Finding(Severity.WARNING, {"en": m}, rule="r", file="f", value=v)
        for m in "ab"
        for v in "123"
    ]
    assert as_json(several) == as_json(several[::-1])
    assert as_text(several, "en") == as_text(several[::-1], "en")


def many(count: int, severity: Severity, message: str = "Say more.") -> list[Finding]:
    return [
        Finding(
            severity,
            {"en": message, "sv": "Säg mer."},
            rule="catalogue-advice",
            file=f"data/catalogue/{number:03}.ttl",
            line=number + 1,
            focus_node=f"https://avoin.example.fi/{number:03}",
        )
        for number in range(count)
    ]


def test_what_a_rule_says_often_is_counted_with_examples() -> None:
    """Three hundred datasets are read in a minute; errors stay complete, and so does JSON."""
    often = many(300, Severity.INFO)
    said = as_text([*often, *many(30, Severity.VIOLATION), DOUBTFUL], "en")

    assert "note: 300 × (catalogue-advice)\n  Say more.\n" in said
    assert said.count(": note: ") == 0
    assert "    data/catalogue/002.ttl:3 https://avoin.example.fi/002\n" in said
    assert "003.ttl:4 https" not in said
    assert "… and 297 more." in said
    assert said.count(": violation: ") == 30
    assert "data/a.ttl: warning: Look." in said
    assert said.endswith("30 violations, 1 warning, 300 notes.\n")
    assert len(as_json(often)["findings"]) == 300


def test_of_different_messages_the_commonest_are_shown() -> None:
    often = [*many(20, Severity.WARNING), *many(9, Severity.WARNING, "Say {less}.")]
    said = as_text(often, "en")

    assert "warning: 29 × (catalogue-advice)\n  20 × Say more.\n" in said
    assert said.index("  9 × Say {less}.\n") > said.index("20 ×")
    assert "… and 27 more." in said


def test_ten_are_a_list() -> None:
    """Whoever can read all of them reads all of them."""
    assert as_text(many(10, Severity.INFO), "sv").count(": anmärkning: Säg mer.") == 10
