"""What the commands share: options, settings, errors as messages, progress."""

from __future__ import annotations

import json
import locale
import logging
import os
import sys
import tempfile
import traceback
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any

import click

from publisher.bounds import CheckLimits
from publisher.config import Config, describe_settings, read_config
from publisher.errors import PublisherError, UsageError
from publisher.findings import Finding
from publisher.languages import is_language_tag, language_name
from publisher.messages import LANGUAGES, SOURCE_LANGUAGE, Text, translate
from publisher.rdf.guards import ReadLimits
from publisher.rule_settings import SETTINGS_FILE
from publisher.system.files import storage_errors

EXIT_FINDINGS, EXIT_USAGE = 1, 2
_LONGEST_CODE = 3  # of a language (ISO 639-3)
_LONGEST_REASON = 300
LANGUAGE = click.option(
    "--lang",
    type=click.Choice(LANGUAGES),
    default=lambda: locale_language(),
    help="Language of the messages; else the locale's.",
)
FORMAT = click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "github", "html"]),
    default="text",
    help="Form of the findings.",
)


def locale_language() -> str:
    """Return the language of the messages when nobody chooses one.

    The environment says it (POSIX, Base Definitions, section 8.2) also where the machine has no
    such locale, as in containers; else the locale of the process, as on Windows.
    """
    written = next(filter(None, map(os.environ.get, ("LC_ALL", "LC_MESSAGES", "LANG"))), "")
    tag = written.partition(".")[0].partition("_")[0].lower()
    if tag and len(tag) <= _LONGEST_CODE and tag != "c":
        return tag if tag in LANGUAGES else SOURCE_LANGUAGE
    code = (locale.getlocale()[0] or "").split("_")[0].lower()
    if len(code) <= _LONGEST_CODE:
        return code if code in LANGUAGES else SOURCE_LANGUAGE
    # Windows calls languages by their English names.
    names = {language_name(tag, SOURCE_LANGUAGE).lower(): tag for tag in LANGUAGES}
    return names.get(code, SOURCE_LANGUAGE)


def settings(*names: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return a decorator that gives a command one option per setting named."""
    rows = {name: (default, meaning) for name, default, meaning in describe_settings()}

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        for name in reversed(names):
            option = "--" + name.replace("_", "-")
            default, meaning = rows[name]
            shown = str(default) if default not in ("", "–") else False
            command = click.option(
                option, name, default=None, show_default=shown, help=meaning + "."
            )(command)
        return command

    return decorate


# They tell their own troubles with a traceback for each; findings and messages say what matters.
_TALKATIVE = ("rdflib", "pyshacl", "owlrl", "html5rdf")


def silence_libraries() -> None:
    """Keep what libraries log or warn of away from the terminal."""
    for name in _TALKATIVE:
        logger = logging.getLogger(name)
        logger.addHandler(logging.NullHandler())
        logger.propagate = False
        warnings.filterwarnings("ignore", module=rf"{name}(\.|$)")


def report_errors(command: Callable[..., None]) -> Callable[..., None]:
    """Print errors in the reader's language; exit with 2 for wrong usage and 1 for all else."""

    @wraps(command)
    def wrapped(lang: str, **options: Any) -> None:
        try:
            with storage_errors():
                command(lang=lang, **options)
        except UsageError as error:
            click.echo(error.in_language(lang), err=True)
            sys.exit(EXIT_USAGE)
        except PublisherError as error:
            click.echo(error.in_language(lang), err=True)
            sys.exit(EXIT_FINDINGS)
        except (click.ClickException, click.Abort, click.exceptions.Exit, BrokenPipeError):
            raise
        except Exception as error:  # noqa: BLE001  # what nobody foresaw is no traceback either
            click.echo(_fault(error).in_language(lang), err=True)
            sys.exit(EXIT_FINDINGS)

    return wrapped


def _fault(error: Exception) -> PublisherError:
    """Return what to say of an error that nobody foresaw; where it came from goes into a file."""
    with tempfile.NamedTemporaryFile(
        "w", prefix="publisher-", suffix=".txt", delete=False, encoding="utf-8"
    ) as file:
        traceback.print_exception(error, file=file)
    return PublisherError(
        "The program has a fault: {kind}: {reason}.",
        remedy="Send {file} to those who make the program; it says where.",
        kind=type(error).__name__,
        reason=str(error).strip().rstrip(".")[:_LONGEST_REASON],
        file=file.name,
    )


@contextmanager
def show_progress(language: str) -> Iterator[Callable[[str], None]]:
    """Show on a terminal which step is at work; stay silent elsewhere."""
    if not sys.stderr.isatty():
        yield lambda step: None
        return
    from rich.console import Console

    with Console(stderr=True).status("…") as status:
        yield lambda step: status.update(translate("Running: {step}", language, step=step))


def read_limits(config: Config) -> ReadLimits:
    """Return what reading one RDF file may take."""
    return ReadLimits(
        config.file_mb << 20,
        config.file_nesting,
        config.file_memory_mb << 20,
        config.file_seconds,
    )


def check_limits(config: Config, *, is_build: bool = False) -> CheckLimits:
    """Return what checking one rule, query or shape of the sources may take, and what does it.

    Args:
        config: The settings.
        is_build: Whether what is checked is published then.
    """
    return CheckLimits(
        seconds=config.check_timeout_seconds,
        memory_bytes=config.check_memory_mb << 20,
        query_bytes=config.query_length_kb << 10,
        nesting=config.query_nesting,
        patterns=config.query_patterns,
        values=config.query_values,
        path_operators=config.query_path_operators,
        endpoints=frozenset(filter(None, map(str.strip, config.service_endpoints.split(",")))),
        files=read_limits(config),
        validator=config.validator,
        second_opinion=config.second_opinion == "check"
        or (is_build and config.second_opinion == "build"),
    )


def folder_config(**options: object) -> Config:
    """Return the settings of the working folder, for commands that read sources.

    Raises:
        UsageError: This is no source folder, or it has no base IRI.
    """
    config = read_config(Path.cwd(), options)
    require_base(config, Path.cwd())
    return config


def require_base(config: Config, folder: Path) -> None:
    """Let the settings of a source folder pass.

    Raises:
        UsageError: It is no source folder, or it has no base IRI.
    """
    if not config.base_iri:
        if not (folder / SETTINGS_FILE).is_file():
            raise UsageError(
                "There are no sources in the folder {folder}: it has no {file}.",
                remedy="Go to the folder of the sources, or start one: publisher start TABLE, or"
                " publisher init FOLDER.",
                folder=str(folder),
                file=SETTINGS_FILE,
            )
        raise UsageError(
            "The setting 'base_iri' is not set.",
            remedy="Set it below [tool.publisher] in pyproject.toml, or as PUBLISHER_BASE_IRI.",
        )


def write_findings(findings: list[Finding], form: str, language: str) -> None:
    """Print findings in the form that was asked for."""
    from publisher.quality import reports

    if form == "json":
        click.echo(json.dumps(reports.as_json(findings), ensure_ascii=False, indent=1))
    elif form == "github":
        click.echo(reports.as_github(findings, language), nl=False)
    else:
        write = reports.as_html if form == "html" else reports.as_text
        click.echo(write(findings, language), nl=False)


def read_texts(given: Iterable[str], reader: str = "en") -> Text:
    """Return language → text of options such as ``sv=Badplatser``.

    Args:
        given: The options.
        reader: Language of who wrote them, for an example of the right form.

    Raises:
        UsageError: One says no language.
    """
    texts = {}
    for text in given:
        language, equals, message = text.partition("=")
        if not (equals and message.strip() and is_language_tag(language)):
            raise UsageError(
                "'{text}' does not say what is meant in which language.",
                remedy="Write {example}, or begin with the tag of another language: en=…, fi=….",
                text=text,
                example=f"{reader}={message or language}",
            )
        texts[language.lower()] = message.strip()
    return texts
