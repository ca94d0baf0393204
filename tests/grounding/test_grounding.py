"""What a scripted assistant says is right, has its source, and can be asked again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import Client

from publisher.config import Config
from publisher.load.sources import read_sources
from publisher.quality.approval import approve
from publisher.release.build import build
from publisher.release.model import Release
from publisher.release.open import open_current
from publisher.serve.app import create_app
from publisher.serve.mcp.tools import AssistantTools, Caller
from publisher.serve.site import Site, open_site
from tests.golden.worlds import build_own
from tests.grounding.agent import MOST_CALLS, GroundedAnswer, ScriptedAgent
from tests.grounding.run import QUESTIONS
from tests.moons import BASE as MOONS
from tests.moons import write_moons

_LISTED = json.loads(QUESTIONS.read_text(encoding="utf-8"))


def ask(site: Site, question: str) -> GroundedAnswer | None:
    tools = AssistantTools(site, Caller("grounding"))

    def call(name: str, arguments: dict[str, Any]) -> dict[str, Any]:
        return dict(tools.call(name, arguments)["structuredContent"])

    agent = ScriptedAgent(call)
    answer = agent.answer(question)
    assert agent.calls <= MOST_CALLS
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


@dataclass(frozen=True)
class Sky:
    """A folder that the assistant was not written for, and the folder of its releases."""

    sources: Path
    releases: Path

    def build(self, added: str = "") -> Release:
        """Return the release of the moons, with some more Turtle."""
        sources = read_sources(write_moons(self.sources, added), MOONS)
        return build(approve(sources), self.releases)

    def config(self) -> Config:
        """Return settings for serving the newest release."""
        return Config(
            releases=str(self.releases), site_url="http://localhost/", query_workers=1
        ).with_site()


@pytest.fixture(scope="module")
def sky(tmp_path_factory: pytest.TempPathFactory) -> Sky:
    """Return the folder, with one release."""
    folder = tmp_path_factory.mktemp("sky")
    found = Sky(folder / "sources", folder / "releases")
    found.build()
    return found


@pytest.fixture(scope="module")
def sky_site(sky: Sky) -> Iterator[Site]:
    """Return a site over its first release."""
    opened = open_site(sky.config(), open_current(sky.releases))
    yield opened
    opened.engine.close()


@pytest.mark.slow
@pytest.mark.parametrize("folder", ["moons", "moon_paraphrases", "moon_lists"])
def test_nine_of_ten_are_answered_over_a_folder_it_was_not_written_for(
    sky_site: Site, folder: str
) -> None:
    assert len(wrong(sky_site, folder)) <= len(_LISTED[folder]) // 10, wrong(sky_site, folder)


@pytest.mark.slow
def test_permalinks_answer_the_same_after_three_further_releases(sky: Sky, sky_site: Site) -> None:
    """Whatever is cited: an answer to a question, a query, the schema, a search."""
    answers = [ask(sky_site, each["question"]) for each in _LISTED["moons"]]
    places = {answer.permalink for answer in answers if answer is not None}
    places |= {sky_site.markdown.permalink(path) for path in ("schema.md", "llms.txt")}
    tools = AssistantTools(sky_site, Caller("grounding"))
    asked = (
        ("find", {"words": "Titan"}),
        ("query", {"sparql": "SELECT ?s ?p ?o { ?s ?p ?o } ORDER BY ?s ?p ?o"}),
        ("table", {"table": "mane", "sort": "ar"}),
        ("schema", {}),
        ("sources", {}),
    )
    told = [tools.call(name, arguments)["structuredContent"] for name, arguments in asked]
    places |= {each["permalink"] for each in told if each.get("permalink")}
    assert len(places) > 10
    client = Client(create_app(sky_site))
    before = {place: _read(client, place) for place in places}
    for number in range(3):
        sky.build(f'h:Måne skos:note "{number}"@en . <{MOONS}måne/titan> h:diameter {number} .')
    newest = open_current(sky.releases)
    assert newest.id != sky_site.release.id
    later = open_site(sky.config(), newest)
    try:
        client = Client(create_app(later))
        for place, content in before.items():
            assert _read(client, place) == content, place
    finally:
        later.engine.close()


def _read(client: Client, place: str) -> list[bytes]:
    """Return what an address answers to several clients."""
    path = place.removeprefix("http://localhost")
    found = []
    for accepted in ("text/markdown, */*;q=0.1", "application/n-triples, */*;q=0.1"):
        answer = client.get(path, headers={"Accept": accepted}, follow_redirects=True)
        assert answer.status_code == 200, place
        found.append(answer.get_data())
    return found


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
