"""An assistant without a language model: one strategy for every question over any folder.

It looks for what the question names, reads what is said of it, and takes the property whose name
or meaning has the words that are left. Nothing in it knows a folder.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Any

from publisher.rdf.text import plain_letters, short_forms, without_ending, words

Call = Callable[[str, dict[str, Any]], dict[str, Any]]
# Words that ask, bind or are polite: what is left of a question is what it asks for.
_ASKING = set(
    """
    vad vem vilka vilken vilket var när hur varför vars är finns har hade på av för till från och
    eller med som att det den de en ett heter kallas i kan du säga jag undrar vet berätta fått
    får bakom står under många ligger går då dess den sin år året
    in the a an what who which where when how whose why is are was were does did do has have had
    and or of for to from with that it by as called name many much would like know please tell me
    you could say behind stands its whom this year there
    """.split()  # noqa: SIM905
)
# What asks for a time, and what asks for somebody: of properties whose names fit alike, the one
# whose values are of that kind is meant.
_TIMES, _PEOPLE = {"när", "when", "år", "året", "year"}, {"vem", "vems", "who", "whom", "whose"}
_DATED = ("xsd:date", "xsd:dateTime", "xsd:gYear", "xsd:gYearMonth")
_YEAR = re.compile(r"\b(1[89]|20)\d\d\b")
# What asks for several, for how many, and for the first or last of an order.
_SEVERAL, _MANY = {"vilka", "lista", "list", "several"}, {"många", "many", "antal", "number"}
_MOST = set(
    """
    störst största flest mest högst högsta längst längsta senast senaste nyast nyaste sist sista
    yngst yngsta biggest largest greatest most highest longest latest newest last youngest
    """.split()  # noqa: SIM905
)
_LEAST = set(
    """
    minst minsta lägst lägsta kortast kortaste äldst äldsta först första tidigast tidigaste
    smallest fewest least lowest shortest oldest first earliest
    """.split()  # noqa: SIM905
)
# Columns of these kinds hold no names.
_MEASURED = {"number", "year", "date", "month", "truth", "boolean"}
MOST_CALLS = 3
_SHORTEST_STEM = 4
_LONGEST_ENDING = 3
# Of the words that are left, more than this must be in the name or meaning of a property.
_LEAST_COVERED = 0.5


@dataclass(frozen=True)
class GroundedAnswer:
    """What the assistant says.

    Attributes:
        values: Names and texts of the answer, in every language.
        sources: What they rest on, as the answers of the tools describe it.
        permalink: Address that answers the same later.
        calls: How many tools were asked.
    """

    values: tuple[str, ...]
    sources: tuple[Mapping[str, Any], ...] = field(repr=False)
    permalink: str
    calls: int


@dataclass
class ScriptedAgent:
    """Asks tools by one fixed strategy; ``call`` asks one."""

    call: Call
    calls: int = 0

    def _ask(self, name: str, **arguments: Any) -> dict[str, Any]:
        self.calls += 1
        return self.call(name, arguments)

    def answer(self, question: str) -> GroundedAnswer | None:
        """Return the answer to a question; None where the data say nothing."""
        self.calls = 0
        if _asks_for_several(question) and (several := self._several(question)) is not None:
            return several
        for named in _names(question):
            if self.calls >= MOST_CALLS - 1:
                return None
            hits = self._ask("find", words=named).get("data", [])
            hit = next((h for h in hits if _is_called(h, named)), None)
            if hit is not None:
                return self._about(hit["iri"], _left(question, named), question)
        return None

    def _about(self, thing: str, left: Sequence[str], question: str) -> GroundedAnswer | None:
        told = self._ask("describe", thing=thing)
        if "data" not in told:
            return None
        facts = [f for t in told["data"]["things"] if t["iri"] == thing for f in t["facts"]]
        scores = {f["property"]: _score(_called(f), left) for f in facts}
        if not any(scores.values()):
            scores = self._by_meaning(facts, left)
        scores = {
            name: score and score + _fits(name, facts, question) for name, score in scores.items()
        }
        best = max(scores, key=lambda name: scores[name], default="")
        if not best or scores[best] < 1:
            return None
        chosen = [f for f in facts if f["property"] == best]
        year = _YEAR.search(question)
        dated = [f for f in chosen if year and year[0] in " ".join(_texts(f))]
        chosen = dated or chosen
        numbers = {s["source"] for f in chosen for s in f["sources"]}
        sources = tuple(told["source_list"][str(number)] for number in sorted(numbers))
        values = tuple(text for f in chosen for text in _texts(f))
        return GroundedAnswer(values, sources, told["permalink"], self.calls)

    def _several(self, question: str) -> GroundedAnswer | None:
        """Return the rows of a table that fit: filtered by names and years, or first in an order.

        Everything else that a question asks must be in the name of the column that it is about.
        """
        asked = words(question)
        listed = self._ask("table").get("data", [])
        table = next((t for w in asked for t in listed if _is_kind(t["name"].values(), w)), None)
        if table is None:
            return None
        called = list(table["name"].values())
        named = next((n for n in _names(question) if not _is_kind(called, n)), "")
        gone = {*words(named), *_ASKING, *_MANY, *_SEVERAL, *_MOST, *_LEAST}
        rest = (w for w in asked if w not in gone and not w.isdecimal())
        left = [plain_letters(w) for w in rest if not _is_kind(called, w, whole=False)]
        scores = {
            c["column"]: _score(c["name"].values(), left)
            for c in table["columns"]
            if not named or c["kind"] not in _MEASURED
        }
        best = max(scores, key=lambda name: scores[name], default="")
        order = next((w for w in asked if w in _MOST | _LEAST), "")
        if (left or order) and not scores.get(best):
            return None
        told = self._ask(
            "table", table=table["table"], **_chosen(question, named, order, best, left)
        )
        rows = told.get("data", [])[: 1 if order else None]
        if not rows:
            return None
        texts = [text for row in rows for text in _row_texts(row)]
        total = [str(told["paging"]["total"])] if set(asked) & _MANY else []
        sources = tuple(told.get("source_list", {}).values())
        return GroundedAnswer((*total, *texts), sources, told["permalink"], self.calls)

    def _by_meaning(self, facts: Sequence[dict[str, Any]], left: Sequence[str]) -> dict[str, float]:
        """Return property → how well what it means has the words that are left."""
        kinds = [f["value"].get("iri", "") for f in facts if f["property"] == "rdf:type"]
        if not kinds or self.calls >= MOST_CALLS:
            return {}
        told = self._ask("schema", **{"class": kinds[-1]})
        said = {f["property"] for f in facts}
        return {
            each["property"]: _score(_texts_by_language(each), left, share=False)
            for each in told.get("data", {}).get("properties", [])
            if each["property"] in said
        }


def _asks_for_several(question: str) -> bool:
    """Tell whether things of a kind are asked for: several, how many, or the first of an order."""
    asked = words(question)
    is_plural = asked[:1] == ["which"] and asked[1:] != [] and asked[1].endswith("s")
    return is_plural or bool(
        set(asked) & (_SEVERAL | _MOST | _LEAST) or asked[:2] in (["hur", "många"], ["how", "many"])
    )


def _chosen(
    question: str, named: str, order: str, column: str, left: Sequence[str]
) -> dict[str, Any]:
    """Return what a table is asked for."""
    if order:
        return {"sort": f"-{column}" if order in _MOST else column}
    year = _YEAR.search(question)
    wanted = named or (year[0] if year else "")
    if wanted and left:
        return {"filters": {column: wanted}}
    return {"words": wanted} if wanted else {}


def _is_kind(names: Iterable[str], word: str, *, whole: bool = True) -> bool:
    """Tell whether a word is the name of a kind, or part of it, in whatever number and form."""
    known = {plain_letters(w) for n in names for w in words(n)[-1 if whole else 0 :]}
    return bool({f for w in known for f in _forms(w)} & _forms(plain_letters(word.lower())))


def _forms(word: str) -> set[str]:
    """Return what a word may be without its ending."""
    found = {word, without_ending(word), *short_forms(word)}
    return {form.removesuffix("e") for form in found if len(form) > 2}


def _row_texts(row: Mapping[str, Any]) -> list[str]:
    return [
        text
        for cell in row["cells"].values()
        for value in cell
        for text in _texts({"value": value})
    ]


def _names(question: str) -> Iterator[str]:
    """Yield what a question may name: its longest run of capitals, then without a first word."""
    tokens = re.findall(r"[\w&.:/'’-]+", question)
    runs: list[list[str]] = [[]]
    for position, token in enumerate(tokens):
        bare = token.strip(".:'’")
        is_name = bare[:1].isupper() or bare[:1] == "&"
        is_first_word = position == 0 and bare.lower() in _ASKING
        if is_name and not is_first_word:
            runs[-1].append(bare)
        elif runs[-1]:
            runs.append([])
    at_start = runs[0] if _begins_with_name(tokens, runs[0]) else []
    # A sentence begins with a capital, so a name that stands elsewhere is surer.
    others = sorted((run for run in runs if run and run is not at_start), key=len, reverse=True)
    for run in [*others[:1], *([at_start] if at_start else [])]:
        yield re.sub(r"['’]s?$", "", " ".join(run))
    if len(at_start) > 1 and not others:
        yield " ".join(at_start[1:])


def _begins_with_name(tokens: Sequence[str], run: Sequence[str]) -> bool:
    return bool(run) and tokens[0].strip(".:'’") == run[0]


def _fits(name: str, facts: Sequence[Mapping[str, Any]], question: str) -> float:
    """Return 1 when the values of a property are of the kind that a question asks for."""
    asked = set(words(question))
    is_dated = any(f["value"].get("datatype") in _DATED for f in facts if f["property"] == name)
    if asked & _TIMES:
        return float(is_dated)
    return float(bool(asked & _PEOPLE) and not is_dated)


def _texts_by_language(each: Mapping[str, Any]) -> list[str]:
    """Return what a property is called and means, in each language."""
    names, meanings = each["name"], each["meaning"]
    return [f"{names.get(tag, '')} {meanings.get(tag, '')}" for tag in {**names, **meanings}]


def _is_called(hit: Mapping[str, Any], named: str) -> bool:
    """Tell whether a hit has the name: whole, or in the genitive."""
    called = [hit["name"], *hit["names"].values(), *hit["also_called"]]
    wanted = plain_letters(named.lower())
    return any(plain_letters(name.lower()) in (wanted, wanted.removesuffix("s")) for name in called)


def _left(question: str, named: str) -> list[str]:
    """Return the words of a question that neither ask nor name."""
    gone = {*words(named), *_ASKING}
    return [plain_letters(w) for w in words(question) if w not in gone and not w.isdecimal()]


def _score(names: Any, left: Sequence[str], *, share: bool = True) -> float:
    """Return how well some names have the words that are left: more than half of them, or 0."""
    best = 0.0
    for name in names:
        told = [plain_letters(w) for w in words(name) if w not in _ASKING]
        covered = sum(max((_likeness(t, word) for t in told), default=0.0) for word in left)
        if not left or covered / len(left) <= _LEAST_COVERED:
            continue
        found = sum(any(_likeness(t, word) for word in left) for t in told)
        best = max(best, 1 + covered / len(left) + (found / len(told) if share else 0.0))
    return best


def _likeness(told: str, word: str) -> float:
    """Return 1 for the same word, less for one with the same stem, 0 for another."""
    length = min(len(told), len(word))
    stem = max(_SHORTEST_STEM, length - 3)
    if told == word:
        return 1.0
    is_form = word.startswith(told) and len(told) > 2 and len(word) - len(told) <= _LONGEST_ENDING
    if is_form or (length >= _SHORTEST_STEM and told[:stem] == word[:stem]):
        shared = sum(
            1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(told, word, strict=False))
        )
        return 0.5 + 0.5 * shared / max(len(told), len(word))
    return 0.0


def _called(fact: Mapping[str, Any]) -> list[str]:
    """Return what the property of a fact is called."""
    return [*fact["name"].values(), *fact.get("also_called", {}).values()]


def _texts(fact: Mapping[str, Any]) -> list[str]:
    value = fact["value"]
    texts = [*value.get("name", {}).values(), value.get("text", ""), value.get("iri", "")]
    inside = [text for each in fact.get("details", []) for text in _texts({"value": each["value"]})]
    return [text for text in [*texts, *inside] if text]
