"""verify: a look at a site from outside."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click

from publisher.cli.options import EXIT_FINDINGS, LANGUAGE, report_errors, show_progress


@click.command()
@click.argument("url")
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
    help="A further SHACL profile, file or address; 'se=' in front: for the DCAT-AP-SE view.",
)
@click.option(
    "--public-key",
    type=click.Path(path_type=Path, dir_okay=False),
    help="PEM file with the Ed25519 key that the current release must be signed with.",
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
    help="URL is the address of a cited answer (…/release/…): ask again, and compare.",
)
@click.option(
    "--digest", default="", help="With --replay: the Content-Digest that was noted with it."
)
@LANGUAGE
@report_errors
def verify(url: str, form: str, lang: str, replay: bool, digest: str, **chosen: Any) -> None:
    """Look at the site below URL as portals and clients do; exit 1 when a must is broken."""
    # What verifies must not share the start-up of what builds and serves.
    from publisher.verify import presentation, report
    from publisher.verify.options import VerifyOptions
    from publisher.verify.verification import verify as verify_site

    if replay:
        from publisher.verify.replay import replay as replay_answer

        result = replay_answer(url, digest, chosen["public_key"])
    else:
        with show_progress(lang) as progress:
            result = verify_site(url, VerifyOptions(language=lang, **chosen), progress)
    if form == "json":
        click.echo(json.dumps(report.to_json(result, lang), ensure_ascii=False, indent=1))
    elif form == "html":
        click.echo(presentation.to_html(result, lang), nl=False)
    else:
        click.echo(presentation.to_text(result, lang))
    if result.failed:
        sys.exit(EXIT_FINDINGS)
