"""edit: the form on the editor's own machine."""

from __future__ import annotations

import threading
import webbrowser
from pathlib import Path
from typing import Any

import click

from publisher.cli.options import LANGUAGE, answers_for_errors, bounds_of, config_of, settings
from publisher.messages import translate


@click.command()
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=0,
    help="Port on this machine; else one that is free.",
)
@click.option("--no-browser", is_flag=True, help="Only write the address; open no browser.")
@settings("base_iri")
@LANGUAGE
@answers_for_errors
def edit(port: int, no_browser: bool, lang: str, **options: Any) -> None:
    """Edit the data in forms, in the browser of this machine; nobody else can reach it."""
    from publisher.edit.editor.app import Editor, EditorServer

    config = config_of(**options)
    editor = Editor(Path.cwd(), config.base_iri, config.language, bounds_of(config))
    server = EditorServer(editor, port)
    click.echo(translate("Open this address in the browser of this machine:", lang))
    click.echo(f"  {server.gate.address}")
    click.echo(translate("It is yours alone: do not pass it on. End with Ctrl-C.", lang))
    if not no_browser:
        threading.Timer(0.3, webbrowser.open, [server.gate.door]).start()
    server.run()
    for name in editor.unsaved(lang):
        click.echo(translate("Not saved, and gone now: {name}", lang, name=name), err=True)
