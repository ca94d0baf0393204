"""Questions in words, read as what they ask of a table of lighthouses and one of their lamps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from publisher.release.tables.table import Column, Table
from publisher.render.tables.question_words import is_akin, is_form
from publisher.render.tables.questions import TableWords, make_table_words, read_question

_E = "https://fyrar.example.org/"
_NAMES = {
    _E + "skagerrak": ["Skagerrak"],
    _E + "bay": ["Bottenviken", "Bothnian Bay"],
    _E + "lan/14": ["Västra Götalands län", "Västra Götaland County", "VGR"],
    _E + "lan/25": ["Norrbottens län", "Norrbotten County"],
    _E + "lan/8": ["Kalmar län", "Kalmar County"],
}
_VALUES = {
    "label": ["Hållö", "Rödkallen", "Pater Noster", "Långe Erik"],
    "sea": [_E + "skagerrak", _E + "bay"],
    "where": [_E + "lan/14", _E + "lan/25", _E + "lan/8"],
    "lit": ["1842", "1868-09-01", "1872", "1845"],
    "height": ["39", "15", "32", "42.5"],
    "keeper": ["Ingen fyrvaktare"],
    "lamp_of": [_E + "hallo"],
    "strength": ["1000", "250"],
}
_FYR = Table(
    "fyr",
    _E + "def#Fyr",
    {"sv": "fyr", "en": "lighthouse"},
    "fyrar",
    4,
    (),
    (
        Column("label", "rdfs:label", {"sv": "Namn", "en": "Name"}, "text", usual=True),
        Column("sea", _E + "def#sea", {"sv": "Farvatten", "en": "Sea"}, "link", facet=True),
        Column("manned", _E + "def#m", {"sv": "är bemannad", "en": "is manned"}, "truth"),
        Column("lit", _E + "def#lit", {"sv": "Tändes", "en": "First lit"}, "date", usual=True),
        Column("height", _E + "def#h", {"sv": "Höjd i meter", "en": "Height"}, "number"),
        Column("lamps", _E + "def#lamp", {"sv": "Antal lampor", "en": "Number of lamps"}, "link"),
        Column("homepage", _E + "def#web", {"sv": "Webbplats", "en": "Website"}, "link"),
        Column("owner", _E + "def#o", {"sv": "Ägare", "en": "Owner"}, "plain"),
        Column("phone", _E + "def#t", {"sv": "Telefon", "en": "Telephone"}, "link"),
        Column("mail", _E + "def#e", {"sv": "E-post", "en": "E-mail"}, "link"),
        Column("where", "<place>*", {"sv": "Var", "en": "Where"}, "link"),
    ),
)
_LAMP = Table(
    "lampa",
    _E + "def#Lampa",
    {"sv": "lampa", "en": "lamp"},
    "fyrar",
    2,
    (),
    (
        Column("lamp_of", f"^<{_E}def#lamp>", {"sv": "Sitter i", "en": "In"}, "link", facet=True),
        Column("strength", _E + "def#w", {"sv": "Styrka", "en": "Power"}, "number", usual=True),
    ),
)


@pytest.fixture(scope="module")
def known() -> list[TableWords]:
    """Return what both tables are called."""

    def names(things: Sequence[str]) -> dict[str, list[str]]:
        return {thing: _NAMES.get(thing, []) for thing in things}

    def kinds(things: Sequence[str]) -> list[str]:
        return ["län", "county"] if any("lan/" in thing for thing in things) else ["hav", "sea"]

    return [
        make_table_words(t, lambda c: _VALUES.get(c.name, ()), names, kinds) for t in (_FYR, _LAMP)
    ]


def _read(known: list[TableWords], question: str) -> dict[str, Any] | None:
    """Return what is read, without what is empty; values without the beginning of their IRIs."""
    found = read_question(question, known, _FYR.class_iri)
    if found is None:
        return None
    chosen = found.selection
    parts: dict[str, Any] = {
        "table": found.table.slug,
        "sort": f"{'-' * chosen.descending}{chosen.sort}",
        "by": found.by,
        "missing": list(chosen.missing),
    }
    for name, values in (chosen.filters or {}).items():
        parts[name] = [value.removeprefix(_E) for value in values]
    for name, values in (chosen.excluded or {}).items():
        parts[f"not {name}"] = [value.removeprefix(_E) for value in values]
    return {name: value for name, value in parts.items() if value and value != "-"}


@pytest.mark.parametrize(
    ("question", "read"),
    [
        ("Vilka fyrar finns i Västra Götaland?", {"where": ["lan/14"]}),
        ("Which lighthouses are in Norrbotten County?", {"where": ["lan/25"]}),
        ("fyrar i länet Kalmar", {"where": ["lan/8"]}),
        ("fyrarna i VGR", {"where": ["lan/14"]}),
        ("lighthouses not in Kalmar", {"not where": ["lan/8"]}),
        ("Vilka fyrar ligger utanför Norrbotten?", {"not where": ["lan/25"]}),
        ("Hur många fyrar finns det?", {}),
        ("How many lighthouses are in Kalmar?", {"where": ["lan/8"]}),
        ("Vilken fyr är äldst?", {"sort": "lit"}),
        ("Which lighthouse was lit last?", {"sort": "-lit"}),
        ("Which is the tallest lighthouse?", {"sort": "-height"}),
        ("fyren med lägst höjd", {"sort": "height"}),
        ("lighthouses lit before 1850", {"lit": ["1842", "1845"]}),
        ("fyrar tända 1868", {"lit": ["1868-09-01"]}),
        ("Fyrar som tändes mellan 1843 och 1870", {"lit": ["1868-09-01", "1845"]}),
        ("fyrar från 1840-talet", {"lit": ["1842", "1845"]}),
        ("lighthouses lit after the 1840s", {"lit": ["1868-09-01", "1872"]}),
        ("Fyrar som tändes före 70-talet", {"lit": ["1842", "1868-09-01", "1872", "1845"]}),
        ("fyrar med höjd över 35", {"height": ["39", "42.5"]}),
        ("Vilken fyr är höjdast?", {"sort": "-height"}),
        ("fyrar höjdare än 35 meter", {"height": ["39", "42.5"]}),
        ("Vem ringer jag om Långe Erik?", {"label": ["Långe Erik"]}),
        ("Hur många fyrar per ägare?", {"by": "owner"}),
        ("fyrar utan e-post", {"missing": ["mail"]}),
        ("fyrar utan webbplats", {"missing": ["homepage"]}),
        ("Which lighthouses have no website?", {"missing": ["homepage"]}),
        ("bemannade fyrar", {"manned": ["true"]}),
        ("lighthouses that are not manned", {"manned": ["false"]}),
        ("fyrar som inte är bemannade i Kalmar", {"manned": ["false"], "where": ["lan/8"]}),
        ("fyrar utanför Kalmar och VGR", {"not where": ["lan/14", "lan/8"]}),
        ("Which sea has most manned?", {"manned": ["true"], "by": "sea"}),
        ("Hur många fyrar per hav?", {"by": "sea"}),
        ("Which sea has most lighthouses?", {"by": "sea"}),
        ("fyrar i Skagerak", {"sea": ["skagerrak"]}),
        ("manned lighthouses in the Bothnian Bay", {"manned": ["true"], "sea": ["bay"]}),
        ("När tändes Pater Noster?", {"label": ["Pater Noster"]}),
        ("Vilken fyr har flest lampor?", {"table": "lampa", "sort": "-strength"}),
    ],
)
def test_a_question_is_read_as_rows(
    known: list[TableWords], question: str, read: dict[str, Any]
) -> None:
    """Places, orders, years, what is missing, what is not, how many; whatever the ending."""
    assert _read(known, question) == {"table": "fyr"} | read


@pytest.mark.parametrize(
    "question",
    [
        "fyrar med konsthall i Kalmar",
        "Vilka fyrar rekommenderar Kalmar?",
        "lighthouses not far",
        "fyrar byggda av tegel",
        "Pater Noster",
        "fyr",
        "fyrar 1999",
        "Which is the heaviest lamp keeper?",
        "",
    ],
)
def test_what_has_no_meaning_for_a_table_is_left_to_the_search(
    known: list[TableWords], question: str
) -> None:
    """Half an answer would look like one."""
    assert _read(known, question) is None


@pytest.mark.parametrize(
    ("asked", "name", "is_one"),
    [
        *(("fyrarnas", "fyr", True), ("cities", "city", True), ("kalmars", "kalmar", True)),
        *(("boat", "boathouse", False), ("lund", "lunds", True), ("ort", "orter", True)),
    ],
)
def test_a_word_is_known_in_another_form(asked: str, name: str, *, is_one: bool) -> None:
    """Plural, definite and genitive are, a compound is not."""
    assert is_form(asked, name) is is_one
    assert is_akin(asked, name) >= is_one
