"""`smelllint baseline`: write down the smells that are there, so that checks tell of new ones only."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Any

import click

from smelllint.baseline import DEFAULT, Baseline, BaselineError, Run
from smelllint.check import ERROR, Request, looked_at
from smelllint.config import Overrides
from smelllint.narrow import Active
from smelllint.report.concise import of_trouble
from smelllint.report.style import Style, harmless
from smelllint.words import counted


@click.group()
def baseline() -> None:
    """Write down known smells, so that checks tell of new ones only.

    `smelllint check --baseline FILE` then leaves them out. It fails where one is gone and not
    pruned.
    """


def _options(command: Callable[..., None]) -> Callable[..., None]:
    """What the three commands take."""
    for option in (
        click.argument("paths", nargs=-1),
        click.option("--baseline", "file", default=DEFAULT, show_default=True, metavar="FILE"),
        click.option("--config", metavar="FILE", help="A configuration, as for check."),
        click.option("--isolated", is_flag=True, help="Read no configuration files."),
    ):
        command = option(command)
    return command


@baseline.command()
@_options
def create(file: str, **asked: Any) -> None:
    """Write a baseline of all that is found."""
    if os.path.lexists(file):
        raise BaselineError(f"`{file}` is there already: `smelllint baseline update` renews it")
    run = _run(**asked)
    _finish(Baseline(file).updated(run), run)


@baseline.command()
@_options
def update(file: str, **asked: Any) -> None:
    """Take in what is found now, and take out what is gone."""
    known = Baseline.read(file)
    run = _run(**asked)
    _finish(known.updated(run), run)


@baseline.command()
@_options
def prune(file: str, **asked: Any) -> None:
    """Take out what is gone, and take in nothing."""
    known = Baseline.read(file)
    run = _run(**asked)
    _finish(known.pruned(run), run, len(known.entries))


def _run(paths: tuple[str, ...], config: str | None, isolated: bool) -> Run:
    request = Request(paths or (".",), Overrides(file=config, isolated=isolated))
    outcomes, targets = looked_at(request)
    return Run(request.paths, outcomes, Active(targets))


def _finish(result: Baseline, run: Run, before: int | None = None) -> None:
    """Write the baseline and say so; exit with 2 where a file could not be dealt with."""
    result.write()
    gone = "" if before is None else f", {before - len(result.entries)} fewer than before"
    click.echo(f"{harmless(result.file)}: {counted(len(result.entries), 'smell')}{gone}")
    troubles = [trouble for outcome in run.outcomes for trouble in outcome.report.troubles]
    for trouble in troubles:
        click.echo(of_trouble(trouble, Style()), err=True)
    sys.exit(ERROR if troubles else 0)
