"""The rules of a check that are the program's own, and how a folder sets them.

What a standard forbids cannot be allowed, and is in no setting. All else has a name, a level,
and a row in the table below, which ``docs/rules.md`` shows. A folder sets levels in the table
``[tool.publisher.rules]`` of its ``pyproject.toml``.
"""

from __future__ import annotations

import difflib
import json
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from publisher.errors import SettingError
from publisher.findings import Finding, Severity
from publisher.messages import Text, text

SETTINGS_FILE = "pyproject.toml"
RULES_TABLE = "rules"
CATALOGUE_TABLE = "catalogue"
CONTEXTS_TABLE = "contexts"
# Profile that a folder may choose for its catalogue → the rule that holds it to the profile.
PROFILES: Mapping[str, str] = {
    "eu": "dcat-ap",
    "se": "dcat-ap-se",
    "hvd": "dcat-ap-hvd",
    "geo": "geodcat-ap",
}


class Level(Enum):
    """How grave a folder holds what a rule finds."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"
    OFF = "off"

    @property
    def severity(self) -> Severity | None:
        """Return the severity of a finding; None for one that is left out."""
        return _SEVERITIES.get(self)


_SEVERITIES = {
    Level.ERROR: Severity.VIOLATION,
    Level.WARNING: Severity.WARNING,
    Level.NOTE: Severity.INFO,
}
_GRAVEST_FIRST = (*Severity, None)


@dataclass(frozen=True)
class CheckRule:
    """A rule of the program.

    Attributes:
        name: What findings and settings call it.
        level: Its level unless the folder sets another.
        finds: What it reports, for the documentation.
        source: Where that is said.
        is_fixed: Whether a standard demands it, so that no folder can set it.
    """

    name: str
    level: Level
    finds: str
    source: str
    is_fixed: bool = False

    @property
    def severity(self) -> Severity:
        """Return the severity of its findings before a folder has its say.

        A rule that is off by default gives warnings where a folder turns it on.
        """
        return self.level.severity or Severity.WARNING


RULES: Mapping[str, CheckRule] = {
    rule.name: rule
    for rule in (
        CheckRule(
            "sources",
            Level.ERROR,
            "a file that is not what its extension says, or cannot be read",
            "the syntaxes of RDF",
            is_fixed=True,
        ),
        CheckRule(
            "shape-syntax",
            Level.ERROR,
            "a value in a shape that SHACL cannot read",
            "SHACL, appendix A",
            is_fixed=True,
        ),
        CheckRule(
            "named-queries",
            Level.ERROR,
            "a named query that is none, or that the site would not answer",
            "SPARQL 1.1 Query",
            is_fixed=True,
        ),
        CheckRule(
            "dates",
            Level.ERROR,
            "sources of which none says when anything was made, issued or changed",
            "this program: a release takes its date from there",
            is_fixed=True,
        ),
        CheckRule(
            "terms",
            Level.ERROR,
            "a name that a vocabulary does not have: one that the program or the folder holds as a"
            " whole",
            "the vocabularies",
        ),
        CheckRule(
            "added-terms",
            Level.WARNING,
            "a name that a vocabulary of others does not have, and that the folder describes",
            "the vocabularies",
        ),
        CheckRule(
            "similar-terms",
            Level.NOTE,
            "a name that a vocabulary which still grows does not have, and that is very like one"
            " that it has",
            "the vocabularies",
        ),
        CheckRule(
            "namespaces",
            Level.WARNING,
            "a namespace that differs from a known one, or from the base, only in its scheme, in"
            " `www.` or at its end",
            "RDF 1.1 Concepts, 3.2: IRIs are compared as strings",
        ),
        CheckRule(
            "literals",
            Level.WARNING,
            "a literal whose text its datatype does not allow",
            "RDF 1.1 Concepts, 5; XSD 1.1 Datatypes",
        ),
        CheckRule(
            "geometries",
            Level.NOTE,
            "a geometry that is on no map and in no GeoJSON: malformed, of an unknown reference"
            " system, or of a kind that is not drawn",
            "GeoSPARQL 1.1, 8; RFC 7946",
        ),
        CheckRule(
            "repeated-values",
            Level.WARNING,
            "a name that gives another number or year than the value which names of its class"
            " repeat",
            "this program: what is changed in one place is easily forgotten in the other",
        ),
        CheckRule(
            "placeholders",
            Level.NOTE,
            "a placeholder in `pages/`, or a new folder's example, that nobody has replaced yet",
            "this program: what `init` leaves open",
        ),
        CheckRule(
            "contradiction",
            Level.ERROR,
            "a thing of which two files say what excludes each other: disjoint classes, two kinds"
            " of property, two preferred names in a language, two values of a functional property",
            "SKOS Reference, S9, S14, S37; OWL 2 Syntax, 5.8.1, 9.1.3, 9.2.7, 9.3.5",
        ),
        CheckRule(
            "one-definition",
            Level.WARNING,
            "a thing outside the ontology whose type two files say, with different descriptions:"
            " often copied by mistake",
            "this program",
        ),
        CheckRule(
            "base-iri",
            Level.ERROR,
            "a folder in which nothing is named below the base IRI",
            "this program: the site answers for names below the base",
        ),
        CheckRule(
            "dataset-base",
            Level.WARNING,
            "a dataset in which nothing is named below the base IRI: it has dumps and SPARQL,"
            " and no pages",
            "this program",
        ),
        CheckRule(
            "characters",
            Level.WARNING,
            "a text with a character that RDF/XML cannot carry: the dataset has no dump in it",
            "XML 1.0, 2.2",
        ),
        CheckRule(
            "property-names",
            Level.WARNING,
            "a property that RDF/XML cannot name: the dataset has no dump in it",
            "RDF 1.1 XML Syntax, 6.1.4",
        ),
        CheckRule(
            "catalogue-xml",
            Level.ERROR,
            "one of both in the catalogue, which portals fetch as RDF/XML",
            "DCAT-AP-SE; XML 1.0, 2.2",
        ),
        CheckRule(
            "dcat-ap",
            Level.ERROR,
            "something in the catalogue that breaks the rules of the EU's portal: a dataset that"
            " lies elsewhere, or what belongs to it",
            "DCAT-AP 3.0.1",
        ),
        CheckRule(
            "dcat-ap-se",
            Level.ERROR,
            "the same for the rules of dataportal.se, where the catalogue has texts in Swedish",
            "DCAT-AP-SE 3.0.1",
        ),
        CheckRule(
            "dcat-ap-hvd",
            Level.WARNING,
            "the same for what the law wants of high-value datasets, where one is marked as such",
            "DCAT-AP HVD 3.0; Regulation (EU) 2023/138",
        ),
        CheckRule(
            "geodcat-ap",
            Level.ERROR,
            "what GeoDCAT-AP adds for maps and map services: its properties written wrongly;"
            " without area, resolution or system of coordinates, a warning; only where the folder"
            " chooses the profile `geo`",
            "GeoDCAT-AP 3.0.0",
        ),
        CheckRule(
            "catalogue-advice",
            Level.NOTE,
            "what these profiles recommend, and the catalogue does not say",
            "DCAT-AP 3.0.1; DCAT-AP-SE 3.0.1; DCAT-AP HVD 3.0",
        ),
        CheckRule(
            "published-files",
            Level.ERROR,
            "a file of the folder that the catalogue names and that is not there; one that it does"
            " not name is a note",
            "DCAT 3, 6.8",
        ),
        CheckRule(
            "shape-references",
            Level.WARNING,
            "a shape of others that is in no file, or a property shape of theirs that has no"
            " path: nothing is held against it",
            "SHACL, 2.1, 2.3",
        ),
        CheckRule(
            "unused-shapes",
            Level.NOTE,
            "shapes among data or in the ontology: they are published, and nothing is held against"
            " them",
            "this program: only shapes in `shapes/` are used",
        ),
        CheckRule(
            "no-shapes",
            Level.NOTE,
            "data without a folder `shapes/`",
            "this program",
        ),
        CheckRule(
            "not-validated",
            Level.WARNING,
            "a constraint that no validator here knows, such as `sh:js` or those of SHACL 1.2:"
            " nothing is held against it",
            "SHACL Advanced Features, 6 to 8; drafts of SHACL 1.2",
        ),
        CheckRule(
            "validator",
            Level.NOTE,
            "a shape that the fast validator leaves to pySHACL, which takes longer; or that"
            " pySHACL gave no second opinion",
            "this program",
        ),
        CheckRule(
            "second-opinion",
            Level.ERROR,
            "a result of one validator that the other does not have",
            "this program",
        ),
        CheckRule(
            "no-triples",
            Level.WARNING,
            "a file that holds no triple: often emptied by mistake, or JSON whose keys no context"
            " knows",
            "this program: the syntaxes of RDF allow it",
        ),
        CheckRule(
            "unread",
            Level.WARNING,
            "a file in the folder that is not read, such as a packed file of an unknown kind; a key"
            " of JSON-LD that its context does not know",
            "this program: nothing is lost in silence",
        ),
        CheckRule(
            "graph-names",
            Level.WARNING,
            "a graph that cannot keep its name: without an IRI, or among shapes or in the"
            " catalogue",
            "RDF 1.1 Concepts, 4",
        ),
        CheckRule(
            "reachable",
            Level.WARNING,
            "a name below the base that nobody can look up at its own address",
            "RFC 3986, 5.2.4, 6.2.2",
        ),
        CheckRule(
            "circles",
            Level.WARNING,
            "a concept that is below itself: a hierarchy that leads back to where it began",
            "SKOS Reference, 8.6.8",
        ),
        CheckRule(
            "viewers",
            Level.WARNING,
            "a viewer that pages do not know",
            "DASH, forms",
        ),
        CheckRule(
            "layout",
            Level.OFF,
            "a Turtle file that is not in the layout that `check --fix` writes",
            "this program",
        ),
        CheckRule(
            "links",
            Level.WARNING,
            "a link to another site that does not work (`check --links`)",
            "this program",
        ),
    )
}
# Tells which settings of a folder left something out; it cannot be left out itself.
EXCEPTIONS_RULE = "exceptions"


@dataclass(frozen=True)
class RuleSetting:
    """A level that a folder sets for a rule, everywhere or for some findings.

    Attributes:
        rule: Name of a rule, of a query in ``shapes/hygiene/`` or ``shapes/freshness/``, or the IRI
            of a shape.
        level: The level.
        files: Patterns of file names; none: of all.
        iris: Patterns of IRIs that a finding is about; none: of all.
        reason: Why, in the words of the folder.
    """

    rule: str
    level: Level
    files: tuple[str, ...] = ()
    iris: tuple[str, ...] = ()
    reason: str = ""

    def concerns(self, finding: Finding) -> bool:
        """Tell whether a finding is one that the setting is about."""
        if finding.rule != self.rule:
            return False
        in_file = not self.files or any(_is_in(finding.file, each) for each in self.files)
        if not in_file or not self.iris:
            return in_file
        return any(fnmatchcase(iri, each) for iri in _iris(finding) for each in self.iris)


def _is_in(file: str, pattern: str) -> bool:
    """Tell whether a pattern names a file, or a folder that it lies in."""
    pattern = pattern.removeprefix("./").rstrip("/")
    return fnmatchcase(file, pattern) or fnmatchcase(file, f"{pattern}/*")


def _iris(finding: Finding) -> Iterator[str]:
    """Yield the IRIs that a finding is about."""
    yield finding.focus_node
    yield finding.path
    value = finding.value
    if value.startswith("<"):
        yield value[1:-1]
    elif value.startswith('"') and value.endswith(">"):
        yield value[value.rindex("^^<") + 3 : -1]


@dataclass(frozen=True)
class RuleSettings:
    """What a folder sets; of several settings for a finding, the first that concerns it counts.

    Attributes:
        settings: Levels of rules.
        profiles: Names of ``PROFILES`` that the catalogue is held to; none: what it says decides.
    """

    settings: tuple[RuleSetting, ...] = field(default=())
    profiles: tuple[str, ...] = ()

    def is_chosen(self, rule: str) -> bool:
        """Tell whether the folder chooses the profile of a rule for its catalogue."""
        return any(PROFILES[name] == rule for name in self.profiles)

    def is_on(self, rule: str) -> bool:
        """Tell whether anything of a rule can be reported, so that it has to be looked for."""
        if self.profiles and rule in PROFILES.values() and not self.is_chosen(rule):
            return False
        levels = {setting.level for setting in self.settings if setting.rule == rule}
        is_set = any(s.rule == rule and not s.files and not s.iris for s in self.settings)
        if not is_set:
            levels.add(RULES[rule].level)
        return levels != {Level.OFF}

    def apply(self, findings: Iterable[Finding]) -> list[Finding]:
        """Return the findings at the levels that the folder sets, and a note for each exception.

        A note counts what a setting left out or made less grave, and repeats its reason.
        """
        eased = dict.fromkeys(self.settings, 0)
        at_levels = list(self._at_levels(findings, eased))
        return [*at_levels, *(_note(s, count) for s, count in eased.items() if _eases(s, count))]

    def at_levels(self, findings: Iterable[Finding]) -> list[Finding]:
        """Return the findings at the levels that the folder sets, and nothing beside them."""
        return list(self._at_levels(findings, dict.fromkeys(self.settings, 0)))

    def _at_levels(
        self, findings: Iterable[Finding], eased: dict[RuleSetting, int]
    ) -> Iterator[Finding]:
        for finding in findings:
            setting, severity = self._severity(finding)
            if setting is not None and _is_eased(finding.severity, severity):
                eased[setting] += 1
            if severity is not None:
                yield replace(finding, severity=severity)

    def _severity(self, finding: Finding) -> tuple[RuleSetting | None, Severity | None]:
        """Return the setting that concerns a finding, and how grave the finding is then."""
        rule = RULES.get(finding.rule)
        if rule is None or not rule.is_fixed:
            for setting in self.settings:
                if setting.concerns(finding):
                    return setting, setting.level.severity
        return None, None if rule is not None and rule.level is Level.OFF else finding.severity


def _is_eased(before: Severity, after: Severity | None) -> bool:
    return _GRAVEST_FIRST.index(after) > _GRAVEST_FIRST.index(before)


def _eases(setting: RuleSetting, count: int) -> bool:
    """Tell whether a setting makes a rule less strict than it is by default."""
    rule = RULES.get(setting.rule)
    if rule is None:
        return count > 0 or setting.level is Level.OFF
    return rule.level is not Level.OFF and _is_eased(rule.severity, setting.level.severity)


def _note(setting: RuleSetting, count: int) -> Finding:
    where = ", ".join((*setting.files, *setting.iris))
    message = (
        "The folder turns the rule {rule} off: {count} {count:finding is|findings are} left out."
    )
    if setting.level is not Level.OFF:
        message = (
            "The folder sets the rule {rule} to {level}:"
            " it concerns {count} {count:finding|findings}."
        )
    if where:
        message = (
            "The folder turns the rule {rule} off for {where}:"
            " {count} {count:finding is|findings are} left out."
            if setting.level is Level.OFF
            else "The folder sets the rule {rule} to {level} for {where}:"
            " it concerns {count} {count:finding|findings}."
        )
    note: Text = text(
        message, rule=setting.rule, where=where, count=count, level=setting.level.value
    )
    if setting.reason:
        reason = text("Reason: {reason}", reason=setting.reason)
        note = {language: f"{words} {reason[language]}" for language, words in note.items()}
    return Finding(Severity.INFO, note, rule=EXCEPTIONS_RULE, file=SETTINGS_FILE)


# Reading them.

_KEYS = ("level", "files", "iris", "reason")
_LEVELS = tuple(level.value for level in Level)
_EXAMPLE = '{ level = "off", files = "data/others/*", reason = "…" }'


def read_rule_settings(folder: Path) -> RuleSettings:
    """Return what a folder sets in ``[tool.publisher.rules]`` and ``[tool.publisher.catalogue]``.

    Raises:
        SettingError: A rule, a level, a profile or a key is not one; or an exception has no reason.
    """
    path = folder / SETTINGS_FILE
    if not path.is_file():
        return RuleSettings()
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError):
        return RuleSettings()  # anyone who reads the other settings says what is wrong
    tool = table.get("tool", {})
    settings = tool.get("publisher", {}) if isinstance(tool, dict) else {}
    if not isinstance(settings, dict):
        settings = {}
    profiles = _profiles(settings.get(CATALOGUE_TABLE, {}), path)
    rules = settings.get(RULES_TABLE, {})
    if not isinstance(rules, dict):
        raise _error("tool.publisher.rules must be a table of rules.", path)
    names = _names(folder)
    found = [each for name, value in rules.items() for each in _read(name, value, names, path)]
    # What is said of some files or IRIs goes before what is said of all.
    ordered = sorted(found, key=lambda each: not (each.files or each.iris))
    return RuleSettings(tuple(ordered), profiles)


def _profiles(table: object, path: Path) -> tuple[str, ...]:
    """Return the profiles that ``[tool.publisher.catalogue]`` chooses."""
    if table == {}:
        return ()
    values = table.get("profiles") if isinstance(table, dict) and len(table) == 1 else None
    if isinstance(values, list) and values and all(value in PROFILES for value in values):
        return tuple(dict.fromkeys(values))
    raise SettingError(
        "[tool.publisher.catalogue] chooses profiles, and says {found}.",
        where=str(path),
        remedy="Write one line in it, with any of these: {example}.",
        found=table,
        example=f"profiles = {json.dumps(list(PROFILES))}",
    )


def _names(folder: Path) -> list[str]:
    """Return what rules of a folder are called: those of the program, and its own queries."""
    own = (path.stem for kind in ("hygiene", "freshness") for path in _queries(folder, kind))
    return [*RULES, *sorted(own)]


def _queries(folder: Path, kind: str) -> Iterator[Path]:
    return (folder / "shapes" / kind).glob("*.rq")


def _read(name: str, value: object, names: Sequence[str], path: Path) -> Iterator[RuleSetting]:
    _check_name(name, names, path)
    for each in value if isinstance(value, list) else [value]:
        if isinstance(each, str):
            yield RuleSetting(name, _level(name, each, path))
        elif isinstance(each, dict):
            yield _exception(name, each, path)
        else:
            raise _wrong_level(name, each, path)


def _check_name(name: str, names: Sequence[str], path: Path) -> None:
    if name in RULES and RULES[name].is_fixed:
        raise _error(
            "The rule '{name}' cannot be set: {source} demands it.",
            path,
            "Take the line out, and fix what the rule finds.",
            name=name,
            source=RULES[name].source,
        )
    if name in names or ":" in name:
        return
    near = difflib.get_close_matches(name, names, n=1)
    raise _error(
        "There is no rule '{name}'.",
        path,
        "Did you mean '{near}'?" if near else "The rules are: {names}, and IRIs of shapes.",
        name=name,
        near="".join(near),
        names=", ".join(n for n in names if n not in RULES or not RULES[n].is_fixed),
    )


def _exception(name: str, table: Mapping[str, Any], path: Path) -> RuleSetting:
    unknown = [key for key in table if key not in _KEYS]
    if unknown or "level" not in table:
        raise _error(
            "An exception of the rule '{name}' has the keys {found}.",
            path,
            "Its keys are level, files, iris and reason, as in {example}.",
            name=name,
            found=", ".join(table) or "–",
            example=_EXAMPLE,
        )
    files, iris = (_patterns(name, key, table.get(key, ()), path) for key in ("files", "iris"))
    reason = table.get("reason", "")
    if not isinstance(reason, str) or ((files or iris) and not reason.strip()):
        raise _error(
            "An exception of the rule '{name}' has no reason.",
            path,
            "Say in a sentence why it is right; the report repeats it: {example}.",
            name=name,
            example=_EXAMPLE,
        )
    return RuleSetting(name, _level(name, table["level"], path), files, iris, reason.strip())


def _patterns(name: str, key: str, value: object, path: Path) -> tuple[str, ...]:
    given = [value] if isinstance(value, str) else value
    if not isinstance(given, list | tuple) or not all(isinstance(each, str) for each in given):
        raise _error(
            "The key '{key}' of the rule '{name}' is no text and no list of texts.",
            path,
            "Write a pattern or a list of them, as in {example}.",
            name=name,
            key=key,
            example=_EXAMPLE,
        )
    return tuple(given)


def _level(name: str, value: object, path: Path) -> Level:
    if value not in _LEVELS:
        raise _wrong_level(name, value, path)
    return Level(value)


def _wrong_level(name: str, value: object, path: Path) -> SettingError:
    return _error(
        "The level of the rule '{name}' is '{value}'.",
        path,
        "Choose one of {choices}, or write exceptions: {example}.",
        name=name,
        value=value,
        choices=", ".join(_LEVELS),
        example=_EXAMPLE,
    )


def _error(message: str, path: Path, remedy: str = "", **values: Any) -> SettingError:
    remedy = remedy or "Write [tool.publisher.rules], and one rule a line below it."
    return SettingError(message, remedy=remedy, where=str(path), **values)
