"""verify: a look at a site from outside."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from publisher.cli.options import EXIT_FINDINGS, LANGUAGE, report_errors, show_progress
from publisher.errors import UsageError

_PORTALS = ("ckan", "udata", "dataportal", "europa")


def _portals(written: str | None) -> tuple[str, ...]:
    """Return the portals of ``--as``."""
    names = [name.strip().lower() for name in (written or "").split(",") if name.strip()]
    unknown = next((name for name in names if name not in _PORTALS), None)
    if unknown is not None:
        raise UsageError(
            "There is no portal '{name}' to look with.",
            remedy="The portals are: {names}.",
            name=unknown,
            names=", ".join(_PORTALS),
        )
    return tuple(dict.fromkeys(names))


@click.command()
@click.argument("source")
@click.option("--format", "form", type=click.Choice(["text", "json", "html"]), default="text")
@click.option(
    "--state",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File with what the last harvest held; what changed since is reported.",
)
@click.option(
    "--profile",
    "profiles",
    multiple=True,
    help="What decides the exit code: dcat-ap, dcat-ap-full (and classes of values),"
    " dcat-ap-lists (the EU's lists), dcat-ap-se, dcat-ap-hvd, dcat-ap-hvd-full, geodcat-ap;"
    " without it, what the feed is meant for. Or a further SHACL profile, file or address; 'se=' in"
    " front: for the DCAT-AP-SE view.",
)
@click.option(
    "--as",
    "viewers",
    help="Tell what these portals would show, lose, refuse or delete: ckan, udata, dataportal,"
    " europa, separated by commas.",
)
@click.option(
    "--public-key",
    type=click.Path(path_type=Path, dir_okay=False),
    help="PEM file with the Ed25519 key that the current release must be signed with.",
)
@click.option(
    "--pause",
    "pause_seconds",
    type=click.FloatRange(0),
    default=0.2,
    show_default=True,
    help="Seconds between two requests to one host, for a feed and the files it names.",
)
@click.option(
    "--files-seconds",
    type=click.FloatRange(0),
    default=300,
    show_default=True,
    help="Seconds that asking for the files of a feed may take in all.",
)
@click.option(
    "--sample", type=click.IntRange(1), default=25, help="Number of things that are looked up."
)
@click.option("--links", is_flag=True, help="Check links out of the data too, politely.")
@click.option(
    "--links-cache",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File that keeps the answers of links out between runs.",
)
@click.option(
    "--replay",
    is_flag=True,
    help="SOURCE is the address of a cited answer (…/release/…): ask again, and compare.",
)
@click.option(
    "--digest", default="", help="With --replay: the Content-Digest that was noted with it."
)
@LANGUAGE
@report_errors
def verify(source: str, form: str, lang: str, replay: bool, digest: str, **options: Any) -> None:
    """Judge SOURCE as portals and clients do; exit 1 when a must is broken.

    SOURCE is the address of a site, of a feed of any make (one document or many pages, CKAN,
    EntryScape; any syntax of RDF), or a file.
    """
    # What verifies must not share the start-up of what builds and serves.
    from publisher.verify import presentation, report
    from publisher.verify.options import VerifyOptions
    from publisher.verify.verification import verify as verify_site

    options["viewers"] = _portals(options["viewers"])
    if replay:
        from publisher.verify.replay import replay as replay_answer

        result = replay_answer(source, digest, options["public_key"])
    else:
        with show_progress(lang) as progress:
            result = verify_site(source, VerifyOptions(language=lang, **options), progress)
    if form == "json":
        click.echo(report.to_json(result, lang), nl=False)
    elif form == "html":
        click.echo(presentation.to_html(result, lang), nl=False)
    else:
        click.echo(presentation.to_text(result, lang))
    if result.failed:
        sys.exit(EXIT_FINDINGS)
