"""`smelllint audit` on the command line."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from smelllint.audit.run import Request
from smelllint.audit.run import audit as carry_out
from smelllint.audit.shards import MOST_FILES
from smelllint.audit.store import FORMATS
from smelllint.audit.texts import Columns
from smelllint.cli import words
from smelllint.config import Overrides
from smelllint.settings import TARGETS


@click.command()
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@click.option(
    "--output", type=click.Path(path_type=Path), required=True, metavar="FOLDER", help="Where results go."
)
@click.option("--output-format", type=click.Choice(FORMATS), default=FORMATS[0], show_default=True)
@click.option("--column", default="content", show_default=True, help="The column or key that holds texts.")
@click.option(
    "--path-column", default="path", show_default=True, help="The one that holds their paths, if any."
)
@click.option("--executor", metavar="MODULE:FACTORY", help="What makes the executor that does the work.")
@click.option(
    "-j", "--jobs", type=click.IntRange(1), metavar="N", help="Shards at once; all processors if not set."
)
@click.option(
    "--shard-size", type=click.IntRange(1), default=MOST_FILES, show_default=True, help="Files in a shard."
)
@click.option("--select", multiple=True, callback=words, help="Rules and families to check, or `all`.")
@click.option("--extend-select", multiple=True, callback=words, help="Rules and families to check too.")
@click.option("--ignore", multiple=True, callback=words, help="Rules and families to leave out.")
@click.option("--exclude", multiple=True, callback=words, help="Files and folders of folders to leave out.")
@click.option("--target", type=click.Choice(TARGETS), help="The device the code is for; auto: as it shows.")
@click.option("--min-saving", metavar="10%", help="Only what is proven to save so much energy, or more.")
@click.option("--config", metavar="FILE", help="A configuration for all of it.")
@click.option("--isolated", is_flag=True, help="Read no configuration files.")
@click.option("-q", "--quiet", is_flag=True, help="Print nothing.")
def audit(
    sources: tuple[str, ...],
    column: str,
    path_column: str,
    select: tuple[str, ...],
    config: str | None,
    output: Path,
    output_format: str,
    executor: str | None,
    jobs: int | None,
    shard_size: int,
    quiet: bool,
    **narrowing: Any,
) -> None:
    """Lint a whole collection of code, on a cluster if need be.

    SOURCES are repositories or other folders, files of texts (.jsonl, .jsonl.gz, .parquet), and
    lists of all these (.txt, one a line). The same command again goes on where a run was cut off.

    Exits with 0 when all of it was looked at, whatever was found, and with 2 when not.
    """
    overrides = Overrides(select=select or None, file=config, **narrowing)
    request = Request(
        sources,
        output,
        output_format,
        Columns(column, path_column),
        overrides,
        executor,
        jobs,
        shard_size,
        quiet,
    )
    sys.exit(carry_out(request))
