"""mcp: a release for assistants on the same machine, over standard input."""

from __future__ import annotations

import dataclasses
import json
import sys
from pathlib import Path
from typing import Any

import click

from publisher.cli.options import LANGUAGE, report_errors, settings
from publisher.config import read_config


@click.command()
@settings("releases", "site_url", "query_workers", "query_timeout_seconds", "query_memory_mb")
@LANGUAGE
@report_errors
def mcp(lang: str, **options: Any) -> None:
    """Answer an assistant on this machine: the Model Context Protocol over standard input."""
    from publisher.release.open import open_current
    from publisher.serve.mcp.rpc import answer_message
    from publisher.serve.mcp.tools import AssistantTools, Caller
    from publisher.serve.site import open_site

    config = read_config(Path.cwd(), options)
    release = open_current(Path(config.releases))
    # Nobody serves here: addresses are those under which the data are published.
    named = dataclasses.replace(config, site_url=config.site_url or release.base_iri)
    site = open_site(named.with_site(), release)
    try:
        tools = AssistantTools(site, Caller("assistant"))
        for line in sys.stdin.buffer:
            if not line.strip():
                continue
            reply = answer_message(tools, line)
            if reply.body is not None:
                written = json.dumps(reply.body, ensure_ascii=False)
                sys.stdout.buffer.write(written.encode() + b"\n")
                sys.stdout.buffer.flush()
    finally:
        site.engine.close()
