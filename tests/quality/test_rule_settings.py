from __future__ import annotations

import re
from pathlib import Path

import pytest

from publisher.config import read_config
from publisher.errors import SettingError
from publisher.findings import Finding, Severity
from publisher.load.sources import Sources, read_sources
from publisher.quality.approval import approve, check
from publisher.quality.reports import as_json, as_text
from publisher.quality.vocabularies import built_in
from publisher.rule_settings import RULES, RuleSettings, read_rule_settings
from tests.documents import DOCS, ROOT

PACKAGE = ROOT / "publisher"
BASE = "https://data.example.org/"
ILL_TYPED = """\
PREFIX ex: <https://e.org/>
PREFIX foaf: <http://xmlns.com/foaf/0.1/>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>

<https://data.example.org/id/lake/siljan> ex:seen "1354-02-31"^^xsd:date ; foaf:homePage <x:y> .
"""


def set_rules(folder: Path, lines: str) -> RuleSettings:
    """Write the rules of a folder, and read them."""
    text = f'[tool.publisher]\nbase_iri = "{BASE}"\n[tool.publisher.rules]\n{lines}\n'
    (folder / "pyproject.toml").write_text(text, encoding="utf-8")
    return read_rule_settings(folder)


def finding(rule: str, severity: Severity = Severity.VIOLATION, **about: str) -> Finding:
    """Return a finding of a rule."""
    return Finding(severity, {"en": "x"}, rule, **about)


def levels(settings: RuleSettings, *findings: Finding) -> list[str]:
    """Return the severities of what is left."""
    return [each.severity.value for each in settings.at_levels(findings)]


def test_a_rule_is_an_error_a_warning_a_note_or_off(tmp_path: Path) -> None:
    """The folder says how grave it holds what is no standard's."""
    for level, expected in (
        ("error", ["violation"]),
        ("warning", ["warning"]),
        ("note", ["info"]),
        ("off", []),
    ):
        settings = set_rules(tmp_path, f'terms = "{level}"')
        assert levels(settings, finding("terms")) == expected
        assert levels(settings, finding("literals")) == ["violation"]


def test_what_nothing_is_said_of_keeps_its_level(tmp_path: Path) -> None:
    """Only a rule that is off by default has to be asked for."""
    for settings in (RuleSettings(), set_rules(tmp_path, "")):
        assert levels(settings, finding("terms"), finding("https://e.org/Shape")) == [
            "violation",
            "violation",
        ]
        assert levels(settings, finding("layout", Severity.WARNING)) == []
        assert (settings.is_on("layout"), settings.is_on("terms")) == (False, True)
    assert set_rules(tmp_path, 'layout = "note"').is_on("layout")
    assert not set_rules(tmp_path, 'terms = "off"').is_on("terms")


FOR_SOME = """\
terms = [
  "warning",
  { level = "off", files = "data/others", reason = "They write what they like." },
  { level = "note", iris = ["http://e.org/*"], reason = "Not yet published." },
]
"""


@pytest.mark.parametrize(
    ("about", "expected"),
    [
        ({"file": "data/others/a.ttl"}, []),
        ({"file": "data/others/deep/a.ttl"}, []),
        ({"file": "data/others-not.ttl"}, ["warning"]),
        ({"file": "data/mine/a.ttl", "focus_node": "http://e.org/1"}, ["info"]),
        ({"path": "http://e.org/1"}, ["info"]),
        ({"value": "<http://e.org/1>"}, ["info"]),
        ({"value": '"a"^^<http://e.org/1>'}, ["info"]),
        ({"value": '"http://e.org/1"'}, ["warning"]),
        ({"focus_node": "http://e.com/1"}, ["warning"]),
    ],
)
def test_an_exception_holds_for_files_or_iris(
    tmp_path: Path, about: dict[str, str], expected: list[str]
) -> None:
    """Wherever it stands in the list, it goes before what holds for all."""
    assert levels(set_rules(tmp_path, FOR_SOME), finding("terms", **about)) == expected


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ('term = "off"', "There is no rule 'term'.\n  Did you mean 'terms'?"),
        ('nothing-like-it = "off"', "The rules are: terms, "),
        ('terms = "fatal"', "The level of the rule 'terms' is 'fatal'."),
        ("terms = true", "Choose one of error, warning, note, off"),
        ("terms = { level = 'off', file = 'x' }", "has the keys level, file"),
        ("terms = { files = 'x', reason = 'y' }", "Its keys are level, files, iris and reason"),
        ("terms = { level = 'off', files = 'x' }", "has no reason"),
        ("terms = { level = 'off', iris = ['x'], reason = ' ' }", "has no reason"),
        ("terms = { level = 'off', files = 1, reason = 'y' }", "is no text and no list of texts"),
        ("terms = [1]", "The level of the rule 'terms' is '1'."),
        ('shape-syntax = "off"', "cannot be set: SHACL, appendix A demands it"),
        ('sources = "warning"', "cannot be set"),
    ],
)
def test_a_wrong_setting_is_an_error_of_every_command(
    tmp_path: Path, lines: str, said: str
) -> None:
    """A misspelt exception that holds for nothing would be found years later."""
    with pytest.raises(SettingError) as error:
        set_rules(tmp_path, lines)
    assert said in error.value.in_language("en")
    assert error.value.in_language("sv") != error.value.in_language("en")
    with pytest.raises(SettingError):
        read_config(tmp_path, environ={})


def test_a_table_that_is_none_is_an_error(tmp_path: Path) -> None:
    """TOML allows a lot."""
    (tmp_path / "pyproject.toml").write_text("[tool.publisher]\nrules = 1\n", encoding="utf-8")
    with pytest.raises(SettingError, match="must be a table of rules"):
        read_rule_settings(tmp_path)


def test_own_rules_and_shapes_can_be_set_too(tmp_path: Path) -> None:
    """Of somebody else's profile, one shape may not fit."""
    for kind, name in (("hygiene", "no-mouth"), ("freshness", "old-depth")):
        (tmp_path / "shapes" / kind).mkdir(parents=True)
        (tmp_path / "shapes" / kind / f"{name}.rq").touch()
    settings = set_rules(
        tmp_path,
        'no-mouth = "off"\nold-depth = "error"\n"https://e.org/shapes#Deep" = "warning"',
    )
    assert levels(
        settings,
        finding("no-mouth"),
        finding("old-depth", Severity.WARNING),
        finding("https://e.org/shapes#Deep"),
        finding("https://e.org/shapes#Wide"),
    ) == ["violation", "warning", "violation"]


def test_the_report_lists_what_was_eased_with_count_and_reason(tmp_path: Path) -> None:
    """Whoever reads the report knows what was not looked at, and why."""
    settings = set_rules(tmp_path, FOR_SOME + 'layout = "warning"\nlinks = "error"\nviewers="off"')
    found = settings.apply(
        [finding("terms"), finding("terms"), finding("terms", file="data/others/a.ttl")]
    )
    notes = [f.message["en"] for f in found if f.rule == "exceptions"]
    assert notes == [
        "The folder turns the rule terms off for data/others: 1 finding is left out."
        " Reason: They write what they like.",
        "The folder sets the rule terms to note for http://e.org/*: it concerns 0 findings."
        " Reason: Not yet published.",
        "The folder sets the rule terms to warning: it concerns 2 findings.",
        "The folder turns the rule viewers off: 0 findings are left out.",
    ]
    assert {f.file for f in found if f.rule == "exceptions"} == {"pyproject.toml"}


def sources_with(world: Path, rules: str) -> Sources:
    """Return the tiny world with a wrong term and a wrong date, and with rules."""
    (world / "data" / "lakes" / "more.ttl").write_text(ILL_TYPED, encoding="utf-8")
    set_rules(world, rules)
    return read_sources(world, BASE)


@pytest.mark.slow
def test_a_folder_with_a_stated_exception_is_approved_and_the_report_says_so(world: Path) -> None:
    """Somebody else's vocabulary is published with a handful of exceptions, not never."""
    blocked = check(sources_with(world, 'literals = "error"'))
    assert [f.rule for f in blocked if f.severity.blocks] == ["terms", "literals"]
    approved = approve(
        sources_with(
            world,
            'terms = { level = "off", iris = "http://xmlns.com/*", reason = "Old pages." }\n'
            'literals = "note"',
        )
    )
    assert [(f.rule, f.severity.value) for f in approved.findings] == [
        ("literals", "info"),
        ("exceptions", "info"),
        ("exceptions", "info"),
    ]
    assert "Reason: Old pages." in str(as_json(approved.findings))
    assert "Motivering: Old pages." in as_text(approved.findings, "sv")


def rules_table() -> str:
    """Return the table of rules as it must stand in the documentation."""
    lines = ["| rule | default | finds | source |", "|---|---|---|---|"]
    for rule in RULES.values():
        level = f"{rule.level.value}, fixed" if rule.is_fixed else rule.level.value
        lines.append(f"| `{rule.name}` | {level} | {rule.finds} | {rule.source} |")
    return "\n".join(lines)


def vocabularies_table(is_complete: bool) -> str:
    """Return the table of built-in vocabularies as it must stand in the documentation."""
    lines = ["| vocabulary | version | namespace |", "|---|---|---|"]
    for vocabulary in sorted({*built_in().values()}, key=lambda each: each.title.lower()):
        if vocabulary.is_complete is is_complete:
            row = (vocabulary.title, vocabulary.version or "–", f"`{vocabulary.namespace}`")
            lines.append(f"| {' | '.join(row)} |")
    return "\n".join(lines)


def test_the_documentation_shows_every_rule_and_vocabulary_as_it_is() -> None:
    """Name, level, what it finds, and where that is said."""
    page = (DOCS / "rules.md").read_text(encoding="utf-8")
    assert f"<!-- rules -->\n{rules_table()}\n<!-- /rules -->" in page
    assert f"<!-- vocabularies -->\n{vocabularies_table(True)}\n<!-- /vocabularies -->" in page
    assert f"<!-- growing -->\n{vocabularies_table(False)}\n<!-- /growing -->" in page
    assert all(rule.finds and rule.source for rule in RULES.values())


def test_the_example_of_the_documentation_can_be_set(tmp_path: Path) -> None:
    """People copy it."""
    page = (DOCS / "rules.md").read_text(encoding="utf-8")
    (tmp_path / "pyproject.toml").write_text(page.split("```")[1].removeprefix("toml"), "utf-8")
    settings = read_rule_settings(tmp_path).settings
    assert {s.rule for s in settings} >= {"layout", "terms", "https://example.org/profile#Contact"}


def test_every_finding_of_the_program_is_of_a_rule_in_the_table() -> None:
    """What has no name cannot be set."""
    used = set()
    for path in (PACKAGE / "quality").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        used |= set(re.findall(r'^(?:[A-Z_]*RULE) = "([\w-]+)"', text, re.MULTILINE))
        used |= set(re.findall(r'rule="([\w-]+)"', text))
    assert used
    assert used - RULES.keys() == set()


@pytest.mark.parametrize(
    "table",
    ['profiles = ["eu", "fi"]', "profiles = []", 'profiles = "eu"', 'profile = ["eu"]'],
)
def test_a_profile_that_there_is_not_is_an_error(tmp_path: Path, table: str) -> None:
    """It names those that there are."""
    (tmp_path / "pyproject.toml").write_text(f"[tool.publisher.catalogue]\n{table}\n")

    with pytest.raises(SettingError) as error:
        read_rule_settings(tmp_path)
    assert '["eu", "se", "hvd", "geo"]' in error.value.remedy["en"]
