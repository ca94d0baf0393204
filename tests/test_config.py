from __future__ import annotations

from pathlib import Path

import pytest

from publisher.config import Config, describe_settings, read_config
from publisher.errors import SettingError

DEFAULT_BUILDS = True

BASE = "https://data.example.org/"


def write(folder: Path, settings: str) -> Path:
    """Write settings into a folder and return it."""
    (folder / "pyproject.toml").write_text(settings, encoding="utf-8")
    return folder


def test_the_later_source_of_a_setting_wins(tmp_path: Path) -> None:
    """File, then variables, then options."""
    write(tmp_path, f'[tool.publisher]\nbase_iri = "{BASE}"\nport = 8001\nhost = "a"\nworkers = 2')
    config = read_config(
        tmp_path,
        {"host": "c", "workers": None},
        {"PUBLISHER_HOST": "b", "PUBLISHER_PORT": "8002", "HOME": "/"},
    )
    assert (config.base_iri, config.port, config.host, config.workers) == (BASE, 8002, "c", 2)


def test_a_folder_without_settings_has_the_defaults(tmp_path: Path) -> None:
    """To serve a release needs no pyproject.toml: the release knows its base."""
    assert read_config(tmp_path, {}, {}) == Config()
    assert read_config(write(tmp_path, "[project]\nname = 'x'"), {}, {}) == Config()


def test_what_the_tests_need_of_a_machine_is_no_setting(tmp_path: Path) -> None:
    """The variable of ``.ci/run`` must not stop the commands that the tests call."""
    assert read_config(tmp_path, {}, {"PUBLISHER_TEST_MANDATORY": "nginx"}) == Config()


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ("[tool.publisher]\nbase_irl = 'x'", "There is no setting 'base_irl'."),
        ("[tool.publisher]\nbase_irl = 'x'", "Did you mean 'base_iri'?"),
        ("[tool.publisher]\nzzzz = 1", "The settings are: base_iri, site_url, releases"),
        ("[tool.publisher]\nport = 'many'", "not a whole number above 0"),
        ("[tool.publisher]\nport = 0", "not a whole number above 0"),
        ("[tool.publisher]\nport = -1", "not a whole number above 0"),
        ("[tool.publisher]\nport = true", "not a whole number above 0"),
        ("[tool.publisher]\nport = 8000.7", "not a whole number above 0"),
        ("[tool.publisher]\nport = 65536", "the last port is 65535"),
        ("[tool.publisher]\nhost = ['a', 'b']", "not a text"),
        ("[tool.publisher]\nquery_timeout_seconds = nan", "not a number above 0"),
        ("[tool.publisher]\nquery_timeout_seconds = inf", "not a number above 0"),
        ("[tool.publisher]\nbase_iri = 'data.example.org/'", "must begin with http(s)://"),
        ("[tool.publisher]\nbase_iri = 'https://data.example.org'", "end in /"),
        ("[tool.publisher]\nbase_iri = 'https://data.example.org/#'", "end in /"),
        ("[tool.publisher]\nbase_iri = 'https://data.example.org/a b/'", "end in /"),
        ("[tool.publisher]\nbase_iri = 'https://data.example.org/?a=/'", "end in /"),
        ("[tool.publisher]\nbase_iri = 'https://data.example.org/a/%2e./b/'", "'.' and '..'"),
        ("[tool.publisher]\nbase_iri = 'https://data.example.org/%4/'", "follow a %."),
        ("[tool.publisher]\nbase_iri = 'https:///lakes/'", "name of a host"),
        ("[tool.publisher]\nbase_iri = 'https://a:b@data.example.org/'", "name of a host"),
        ("[tool.publisher]\nbase_iri = 'https://data.example.org:70000/'", "name of a host"),
        ("[tool.publisher]\nsite_url = 'localhost:8000'", "'site_url' is 'localhost:8000'"),
        ("[tool.publisher]\nsite_url = 'http://localhost/?a'", "no ? or #"),
        ("[tool.publisher]\nengine = 'fuseki'", "Choose 'oxigraph', 'sparq' or the address"),
        ("[tool.publisher]\nlanguage = 'fi'", "Choose one of sv, en, de."),
        ("[tool.publisher]\nquery_log = 'loud'", "Choose one of off, plain, addresses."),
        ("[tool.publisher]\nport = ", "This is not a TOML file"),
        ("[tool]\npublisher = 5", "must be a table"),
    ],
)
def test_a_setting_that_cannot_be_is_named_with_its_cure(
    tmp_path: Path, settings: str, expected: str
) -> None:
    """A misspelt setting is an error, and so is a value that would break the site later."""
    with pytest.raises(SettingError) as refused:
        read_config(write(tmp_path, settings), {}, {})
    assert expected in refused.value.in_language("en")


def test_a_misspelt_variable_is_an_error_too(tmp_path: Path) -> None:
    """The same check for every source of settings."""
    with pytest.raises(SettingError, match="base_ir"):
        read_config(tmp_path, {}, {"PUBLISHER_BASE_IR": BASE})


def test_settings_in_another_encoding_are_named(tmp_path: Path) -> None:
    """TOML is UTF-8."""
    (tmp_path / "pyproject.toml").write_bytes("[tool.publisher]\nhost = 'å'".encode("latin-1"))
    with pytest.raises(SettingError, match="not a TOML file"):
        read_config(tmp_path, {}, {})


@pytest.mark.parametrize(
    ("config", "site_url"),
    [
        (Config(), "http://127.0.0.1:8000/"),
        (Config(host="::1", port=81), "http://[::1]:81/"),
        (Config(site_url="https://www.example.org/data"), "https://www.example.org/data/"),
        (Config(site_url="https://www.example.org/data//"), "https://www.example.org/data/"),
    ],
)
def test_the_address_of_the_site_ends_with_a_slash(config: Config, site_url: str) -> None:
    """Addresses are made by putting a path behind it."""
    assert config.with_site().site_url == site_url


def test_every_setting_has_a_meaning() -> None:
    """The table of the README and the help are made from it."""
    assert all(meaning and not meaning.endswith(".") for _, _, meaning in describe_settings())


def test_credentials_of_an_engine_are_no_settings(tmp_path: Path) -> None:
    """Settings are shown, and handed on to other processes; secrets are not."""
    known = {"PUBLISHER_ENGINE_USER": "u", "PUBLISHER_ENGINE_PASSWORD": "p"}
    assert read_config(tmp_path, {}, known) == Config()


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("engine", "https://u:p@engine.example.org/sparql", "holds a user or a password"),
        ("engine_update", "https://u:p@engine.example.org/update", "holds a user or a password"),
        ("engine", "fuseki", "'fuseki'"),
        ("engine_timeout", "timeout", "'timeout'"),
    ],
)
def test_what_cannot_be_said_of_an_engine_is_refused(
    tmp_path: Path, name: str, value: str, told: str
) -> None:
    """The sentence tells what to set instead, and repeats no password."""
    with pytest.raises(SettingError, match=told) as refused:
        read_config(tmp_path, {name: value}, {})
    assert "u:p" not in str(refused.value)
