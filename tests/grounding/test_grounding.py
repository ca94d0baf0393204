"""What a scripted assistant says is right, has its source, and can be asked again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from publisher.config import Config
from publisher.release.open import open_current
from publisher.serve.mcp.tools import AssistantTools, Caller
from publisher.serve.site import Site, open_site
from tests.golden.worlds import build_own
from tests.grounding.agent import GroundedAnswer, ScriptedAgent
from tests.grounding.run import QUESTIONS

_LISTED = json.loads(QUESTIONS.read_text(encoding="utf-8"))
_MOST_CALLS = 3


def ask(site: Site, question: str) -> GroundedAnswer | None:
    tools = AssistantTools(site, Caller("grounding"))

    def call(name: str, arguments: dict[str, Any]) -> dict[str, Any]:
        return dict(tools.call(name, arguments)["structuredContent"])

    agent = ScriptedAgent(call)
    answer = agent.answer(question)
    assert agent.calls <= _MOST_CALLS
    return answer


def wrong(site: Site, folder: str) -> list[str]:
    """Return the questions that are answered wrongly, or without source and permalink."""
    found = []
    for each in _LISTED[folder]:
        answer = ask(site, each["question"])
        if answer is None or each["answer"] is None:
            is_right = answer is None and each["answer"] is None
        else:
            is_right = (
                any(each["answer"] in value for value in answer.values)
                and bool(answer.sources)
                and f"/release/{site.release.id}/" in answer.permalink
            )
        found += [] if is_right else [each["question"]]
    return found


def test_there_are_enough_questions_in_both_languages() -> None:
    asked = [each for folder in ("clusters", "municipalities") for each in _LISTED[folder]]
    assert len(asked) >= 60
    assert sum(each["answer"] is None for each in asked) >= 15
    assert len({each["question"] for each in asked}) == len(asked)


@pytest.mark.slow
def test_questions_over_municipalities_are_answered(municipal_site: Site) -> None:
    assert wrong(municipal_site, "municipalities") == []


@pytest.fixture(scope="module")
def own_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Return a site over our own data."""
    world = build_own(tmp_path_factory.mktemp("own"))
    release = open_current(world.releases)
    config = Config(releases=str(world.releases), site_url="http://localhost/", query_workers=1)
    opened = open_site(config.with_site(), release)
    yield opened
    opened.engine.close()


@pytest.mark.exhaustive
def test_questions_over_our_own_data_are_answered(own_site: Site) -> None:
    assert wrong(own_site, "clusters") == []


@pytest.mark.exhaustive
def test_nine_of_ten_paraphrases_are_answered(own_site: Site) -> None:
    assert len(wrong(own_site, "paraphrases")) <= len(_LISTED["paraphrases"]) // 10


def test_the_assistant_knows_no_question() -> None:
    """It is one strategy: no name and no answer of a folder stands in it."""
    text = Path(__file__).with_name("agent.py").read_text(encoding="utf-8")
    for folder in _LISTED.values():
        for each in folder:
            assert each["question"] not in text
            assert not each["answer"] or f'"{each["answer"]}"' not in text
