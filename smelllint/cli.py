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

import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from smelllint import __version__
from smelllint.errors import MistakeError
from smelllint.launch import INTERRUPTED, MISTAKE, interruptible, launch, unfailing
from smelllint.options import FLAG, NUMBER, OPTIONS, TEXTS, WORDS, Option, words_of
from smelllint.rule import FAMILIES

# Commands with modules of their own, loaded when asked for.
ELSEWHERE = {
    "bench": ("smelllint.bench.commands", "bench_command"),
    "prove": ("smelllint.bench.commands", "prove_command"),
    "baseline": ("smelllint.baseline_command", "baseline"),
    "audit": ("smelllint.audit.command", "audit"),
}


class Refusal(click.ClickException):
    """What click prints of a mistake of the user's, before it exits with 2."""

    exit_code = MISTAKE

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


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, "-V", "--version", message="smelllint %(version)s")
def command() -> None:
    """Finds energy smells in AI code, and mends them."""
    unfailing()


def words(context: click.Context, option: click.Parameter, values: Sequence[str]) -> tuple[str, ...]:
    """`--select a,b --select c` as a, b, c."""
    return words_of(values)


def of_options(function: Callable[..., None]) -> Callable[..., None]:
    """The function as one that takes the options of `check`."""
    for option in reversed(OPTIONS):
        function = click.option(*option.names, help=option.help, metavar=option.metavar, **kind_of(option))(
            function
        )
    return function


def kind_of(option: Option) -> dict[str, Any]:
    """What an option takes, in the words of click."""
    kinds: dict[str, dict[str, Any]] = {
        FLAG: {"is_flag": True},
        NUMBER: {"type": click.IntRange(1)},
        TEXTS: {"multiple": True},
        WORDS: {"multiple": True, "callback": words},
    }
    if option.choices:
        default = {"default": option.default, "show_default": True} if option.default else {}
        return {"type": click.Choice(option.choices), **default}
    return kinds.get(option.kind, {})


@command.command()
@click.argument("paths", nargs=-1)
@of_options
def check(**values: Any) -> None:
    """Check Python files for energy smells.

    PATHS are files and folders, or - for standard input; the working folder where none is given.
    """
    sys.exit(launch(values))


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
