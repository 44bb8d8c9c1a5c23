"""The command line: what can be asked. Each command imports what it needs when it runs.

    check       lint, mend, report
    rule        the page of a rule          rules   the list of them
    server      serve an editor             clean       empty the cache
    init        write a configuration
    new-rule    scaffold a rule             pages   write or check the generated pages
    baseline    write down known smells     audit   lint whole collections, on a cluster
    bench       measure the rules           prove   measure the fixes on a command of the user's

Exit codes: 0 nothing found, 1 findings, 2 an error: a mistake of the user's, or a file that could not be
dealt with.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from smelllint import __version__
from smelllint.errors import MistakeError
from smelllint.report import FORMATS, ORDERS
from smelllint.rule import FAMILIES
from smelllint.settings import TARGETS

INTERRUPTED = 130
# Commands with modules of their own, loaded when asked for.
ELSEWHERE = {
    "bench": ("smelllint.bench.commands", "bench_command"),
    "prove": ("smelllint.bench.commands", "prove_command"),
    "baseline": ("smelllint.baseline_command", "baseline"),
    "audit": ("smelllint.audit.command", "audit"),
}


class Refusal(click.ClickException):
    """What click prints of a mistake of the user's, before it exits with 2."""

    exit_code = 2

    def show(self, file: Any = None) -> None:
        from smelllint.report.style import harmless

        click.echo(f"error: {harmless(self.message)}", file=file, err=True)


class Commands(click.Group):
    """The commands. Those from elsewhere are loaded when asked for; a reported mistake ends the run."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted([*super().list_commands(ctx), *ELSEWHERE])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in ELSEWHERE:
            return super().get_command(ctx, cmd_name)
        module, name = ELSEWHERE[cmd_name]
        found: click.Command = getattr(import_module(module), name)
        return found

    def invoke(self, ctx: click.Context) -> Any:
        try:
            with interruptible():
                return super().invoke(ctx)
        except MistakeError as error:
            raise Refusal(str(error)) from error
        except KeyboardInterrupt:
            sys.exit(INTERRUPTED)


@contextmanager
def interruptible() -> Iterator[None]:
    """Let an interrupt raise KeyboardInterrupt while a command runs, where before it ends the process."""
    if signal.getsignal(signal.SIGINT) is not signal.SIG_DFL:
        yield
        return
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.SIG_DFL)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, "-V", "--version", message="smelllint %(version)s")
def command() -> None:
    """Finds energy smells in AI code, and mends them."""
    for stream in (sys.stdout, sys.stderr):
        # A character that the terminal's encoding lacks is no reason to fail.
        getattr(stream, "reconfigure", lambda **_: None)(errors="backslashreplace")


def words(context: click.Context, option: click.Parameter, values: Sequence[str]) -> tuple[str, ...]:
    """`--select a,b --select c` as a, b, c."""
    return tuple(word.strip() for value in values for word in value.split(",") if word.strip())


@command.command()
@click.argument("paths", nargs=-1)
@click.option("--fix", is_flag=True, help="Mend what can be mended safely.")
@click.option("--unsafe-fixes", is_flag=True, help="Count fixes that may change results as well.")
@click.option("--diff", is_flag=True, help="Print what --fix would change, and change nothing.")
@click.option("--select", multiple=True, callback=words, help="Rules and families to check, or `all`.")
@click.option("--extend-select", multiple=True, callback=words, help="Rules and families to check too.")
@click.option("--ignore", multiple=True, callback=words, help="Rules and families to leave out.")
@click.option("--exclude", multiple=True, callback=words, help="Files and folders to leave out.")
@click.option("--force-exclude", is_flag=True, help="Leave out excluded files even where they are named.")
@click.option("--target", type=click.Choice(TARGETS), help="The device the code is for; auto: as it shows.")
@click.option("--min-saving", metavar="10%", help="Only what is proven to save so much energy, or more.")
@click.option(
    "--sort", type=click.Choice(ORDERS), default="place", show_default=True, help="What comes first."
)
@click.option(
    "--output-format", multiple=True, metavar="FORMAT[=FILE]", help=f"{', '.join(FORMATS)}; full if not set."
)
@click.option("--changed-since", metavar="REV", help="Only smells that came since this revision of git.")
@click.option("--baseline", metavar="FILE", help="Only smells that are not in this baseline.")
@click.option("--fail-on", multiple=True, callback=words, metavar="RULES|N", help="What lets the run fail.")
@click.option("--add-ignore", metavar="REASON", help="Write suppressions for all that is found.")
@click.option("--watch", is_flag=True, help="Check again whenever a file changes, until Ctrl-C.")
@click.option("--why", metavar="RULE", help="Why a rule fires or is silent at one place, FILE:LINE.")
@click.option("--statistics", is_flag=True, help="Count findings by rule instead of showing them.")
@click.option("--exit-zero", is_flag=True, help="Exit with 0 even where there are findings.")
@click.option("--stdin-filename", metavar="FILE", help="The name of what comes from standard input.")
@click.option("--config", multiple=True, metavar="FILE|KEY=VALUE", help="A configuration, or one setting.")
@click.option("--isolated", is_flag=True, help="Read no configuration files.")
@click.option("--show-files", is_flag=True, help="Print which files would be checked.")
@click.option("--show-settings", is_flag=True, help="Print the settings of the first file.")
@click.option(
    "-j", "--jobs", type=click.IntRange(1), metavar="N", help="Processes; all processors if not set."
)
@click.option("--profile", is_flag=True, help="Print where the time went, by stage and rule.")
@click.option("-q", "--quiet", is_flag=True, help="Print findings only.")
@click.option("--no-cache", is_flag=True, help="Keep nothing for the next run, and use nothing kept.")
def check(
    paths: tuple[str, ...],
    select: tuple[str, ...],
    extend_select: tuple[str, ...],
    ignore: tuple[str, ...],
    exclude: tuple[str, ...],
    target: str | None,
    min_saving: str | None,
    config: tuple[str, ...],
    isolated: bool,
    output_format: tuple[str, ...],
    no_cache: bool,
    watch: bool,
    why: str | None,
    **request: Any,
) -> None:
    """Check Python files for energy smells.

    PATHS are files and folders, or - for standard input; the working folder where none is given.
    """
    from smelllint.check import Request
    from smelllint.check import check as carry_out
    from smelllint.config import Overrides
    from smelllint.outputs import outputs

    printed, reports = outputs(output_format)
    files = [text for text in config if "=" not in text or Path(text).is_file()]
    if len(files) > 1:
        raise MistakeError("--config takes one file; settings beside it read key=value")
    overrides = Overrides(
        select=select or None,
        extend_select=extend_select,
        ignore=ignore,
        exclude=exclude,
        target=target,
        min_saving=min_saving,
        file=files[0] if files else None,
        assignments=tuple(text for text in config if text not in files),
        isolated=isolated,
    )
    if why is not None:
        from smelllint.report.style import harmless
        from smelllint.why import why as reasons

        click.echo("\n".join(map(harmless, reasons(paths, why, overrides))))
        return
    try:
        asked = Request(
            paths or (".",), overrides, output_format=printed, files=reports, cache=not no_cache, **request
        )
        if watch:
            from smelllint.watch import watch as keep_checking

            keep_checking(asked)
        sys.exit(carry_out(asked))
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


@command.command()
@click.argument("name")
@click.option("--output-format", type=click.Choice(("text", "json")), default="text", show_default=True)
def rule(name: str, output_format: str) -> None:
    """Show the page of a rule.

    What it finds, why that costs energy, when to leave it, what the fix does, and what was measured,
    here or by its authors.
    """
    from smelllint import proof
    from smelllint.author.pages import GENERATED, page
    from smelllint.listing import rule_as_json

    _require_rule(name)
    if output_format == "json":
        click.echo(rule_as_json(name))
        return
    text = page(name, proof.known).removeprefix(GENERATED).lstrip()
    if not sys.stdout.isatty():
        click.echo(text, nl=False)
        return
    from rich.console import Console
    from rich.markdown import Markdown

    Console().print(Markdown(text))


@command.command()
@click.option("--output-format", type=click.Choice(("text", "json")), default="text", show_default=True)
def rules(output_format: str) -> None:
    """List the rules."""
    from smelllint.listing import as_json, as_text

    click.echo(as_json() if output_format == "json" else as_text())


@command.command()
def server() -> None:
    """Serve an editor.

    Speaks the Language Server Protocol on standard input and output.
    """
    from smelllint.server.start import start

    sys.exit(start())


@command.command()
def clean() -> None:
    """Remove what was kept to make the next run faster."""
    from smelllint.cache import clean as remove
    from smelllint.words import counted

    click.echo(f"removed {counted(remove(), 'manifest')}")


@command.command()
def init() -> None:
    """Write a configuration to start from."""
    from smelllint.initial import write_configuration

    click.echo(f"wrote a configuration to {write_configuration(Path.cwd())}")


@command.command("new-rule")
@click.argument("name")
@click.option("--family", default="inference", show_default=True, help=f"One of {', '.join(FAMILIES)}.")
def new_rule(name: str, family: str) -> None:
    """Scaffold a rule in the checkout.

    Writes its folder with the pair, and fixtures; it works as it is, and is to be turned into yours.
    """
    from smelllint.author.new import scaffold
    from smelllint.files import shown

    for path in scaffold(name, family):
        click.echo(f"wrote {shown(str(path))}")


@command.command()
@click.option("--check", "only_check", is_flag=True, help="Write nothing; exit with 1 where a page is stale.")
@click.option(
    "--site", type=click.Path(path_type=Path), help="Build the documentation site into this folder."
)
def pages(only_check: bool, site: Path | None) -> None:
    """Write the generated pages.

    One per rule, the overview, the reference of settings and commands, and the tables in README.md.
    """
    from smelllint.author.pages import stale, write_pages
    from smelllint.author.site import build
    from smelllint.files import shown

    if site is not None:
        build(site)
        click.echo(f"built {shown(str(site / 'index.html'))}")
        return
    if not only_check:
        for path in write_pages():
            click.echo(f"wrote {shown(str(path))}")
        return
    outdated = stale()
    for path in outdated:
        click.echo(f"{shown(str(path))} is stale: run `smelllint pages`")
    sys.exit(1 if outdated else 0)


def _require_rule(name: str) -> None:
    from smelllint import catalogue
    from smelllint.words import closest

    if name not in catalogue.names():
        mend = closest(name, catalogue.names()) or "; `smelllint rules` lists them"
        raise MistakeError(f"`{name}` is no rule{mend}")
