"""The command line: wires the stages together; the only package that prints, exits, reads argv.

Exit codes: 0 good, 1 findings or a failure, 2 used wrongly.
"""

from __future__ import annotations

import click

from publisher import __version__
from publisher.cli.build import build, releases
from publisher.cli.check import check
from publisher.cli.edit import edit, init, new, rebase, rename, retire, sheet
from publisher.cli.push import push
from publisher.cli.serve import export, preview, run, serve
from publisher.cli.verify import verify


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="publisher")
def main() -> None:
    """Publish a folder of RDF (ontology, data, shapes) as linked open data."""


_READING = (run, check, build, serve, preview, verify, releases, export, push)
_WRITING = (init, edit, new, retire, rename, rebase, sheet)
for command in (*_READING, *_WRITING):
    main.add_command(command)
