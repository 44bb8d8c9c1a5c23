"""The two commands of measurement; everything else is imported when one of them runs.

bench    measure the pairs of rules on this machine, and keep the evidence
prove    measure a user's own command with and without the fixes
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from smelllint.errors import MistakeError

if TYPE_CHECKING:
    from smelllint.bench.evidence import Evidence
    from smelllint.bench.meters import Absent, Meter
    from smelllint.bench.pairs import Pair
    from smelllint.bench.study import Run

FAILED, INTERRUPTED = 2, 130
DEVICES = ("cpu", "cuda")

Command = TypeVar("Command", bound=Callable[..., Any])


def carbon_options(command: Command) -> Command:
    """The inputs of a carbon score, the same for both commands."""
    options = (
        click.option("--carbon-intensity", type=float, metavar="G", help="Grid: grams of CO2 per kWh."),
        click.option("--region", metavar="CODE", help="Take the intensity of a country from the table."),
        click.option(
            "--embodied", type=float, metavar="G", help="Making the machine: grams per hour of use."
        ),
        click.option("--per", metavar="TEXT", help='What one run does, such as "1000 inferences".'),
    )
    for option in reversed(options):
        command = option(command)
    return command


@click.command("bench")
@click.argument("rules", nargs=-1, metavar="[RULE]...")
@click.option("--device", type=click.Choice([*DEVICES, "all"]), default="cpu", show_default=True)
@click.option(
    "--quick", "effort", flag_value="quick", default="quick", help="Seconds per rule (the default)."
)
@click.option("--thorough", "effort", flag_value="thorough", help="Minutes per rule: what is fit to publish.")
@click.option("--output-format", type=click.Choice(("text", "json", "markdown")), default="text")
@click.option(
    "--meters", "only_meters", is_flag=True, help="Say what this machine can measure with, and stop."
)
@click.option(
    "--ship", is_flag=True, help="Write the evidence into the rules' own folders, for their authors."
)
@carbon_options
def bench_command(
    rules: tuple[str, ...],
    device: str,
    effort: str,
    output_format: str,
    only_meters: bool,
    ship: bool,
    carbon_intensity: float | None,
    region: str | None,
    embodied: float | None,
    per: str | None,
) -> None:
    """Measure what the fixes of rules save on this machine.

    Runs smelly.py and lean.py of each RULE side by side: of all rules by default; a folder with the two files
    is a RULE as well.
    The evidence is kept for this user, and `check` speaks of it from then on.
    """
    from smelllint.bench import meters, pairs, report, sci

    found = meters.survey()
    if only_meters:
        show = report.meters_json if output_format == "json" else report.meters_text
        click.echo(show(found))
        return
    carbon = sci.inputs(carbon_intensity, region, embodied, per)
    chosen = pairs.find(rules)
    if not chosen:
        raise MistakeError("there are no pairs to measure")
    results, failures, interrupted = bench_devices(chosen, device, effort, found, ship)
    click.echo(report.FORMATS[output_format](results, failures, carbon))
    if interrupted:
        sys.exit(INTERRUPTED)
    if failures:
        sys.exit(FAILED)


def bench_devices(
    chosen: list[Pair], device: str, effort: str, found: list[Meter | Absent], ship: bool
) -> tuple[list[Evidence], list[tuple[str, str]], bool]:
    """Every pair on every device that was asked for: evidence, failures, and whether the user stopped it."""
    from smelllint.bench import meters, protocol, study

    plan = {"quick": protocol.QUICK, "thorough": protocol.THOROUGH}[effort]
    results: list[Evidence] = []
    failures: list[tuple[str, str]] = []
    for one in DEVICES if device == "all" else (device,):
        meter = meters.choose(one, found)
        if isinstance(meter, meters.Absent):
            failures.append((one, f"{meter.reason}; {meter.remedy}"))
            continue
        with study.a_run(one, meter, plan) as run:
            if bench_device(chosen, run, ship, results, failures):
                return results, failures, True
    return results, failures, False


def bench_device(
    chosen: list[Pair], run: Run, ship: bool, results: list[Evidence], failures: list[tuple[str, str]]
) -> bool:
    """Every pair on one device; each is written as soon as it is measured. True when the user stopped it."""
    from smelllint.bench import study
    from smelllint.bench.arm import ArmError
    from smelllint.bench.progress import Progress

    with Progress(len(chosen)) as progress:
        try:
            for pair in chosen:
                try:
                    evidence = study.study(pair, run, progress.step(pair.name))
                    keep(evidence, pair.folder if ship else None)
                except (ArmError, OSError) as error:
                    failures.append((pair.name, str(error)))
                    continue
                finally:
                    progress.done()
                results.append(evidence)
                if evidence.record["interrupted"]:
                    return True
        except study.InterruptedStudyError as stopped:
            failures.append((pair.name, str(stopped)))
            return True
        except KeyboardInterrupt:
            return True
    return False


def keep(evidence: Evidence, folder: Path | None) -> None:
    """Write the evidence where it belongs: the user's own data, or the rule's folder."""
    from smelllint import catalogue
    from smelllint.bench.digest import write_shipped
    from smelllint.bench.evidence import local_path, shipped_path, write

    if folder is None:
        write(local_path(evidence.rule, evidence.device), evidence)
        return
    write(shipped_path(folder, evidence.device), evidence)
    if folder.parent == catalogue.home():
        write_shipped(folder.parent)


class WithCommand(click.Command):
    """A command that takes another one after `--`: what follows is not ours to read."""

    def parse_args(self, context: click.Context, arguments: list[str]) -> list[str]:
        if "--" in arguments:
            at = arguments.index("--")
            arguments, context.obj = arguments[:at], tuple(arguments[at + 1 :])
        else:
            context.obj = ()
        return super().parse_args(context, arguments)

    def collect_usage_pieces(self, context: click.Context) -> list[str]:
        return [*super().collect_usage_pieces(context), "-- COMMAND..."]


def pattern(_: click.Context, __: click.Parameter, value: str | None) -> re.Pattern[str] | None:
    try:
        return re.compile(value) if value else None
    except re.error as error:
        raise MistakeError(f"--ignore-lines {value}: {error}") from error


@click.command("prove", cls=WithCommand)
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option("--per-rule", is_flag=True, help="Measure the fixes of each rule alone as well.")
@click.option("--compare", multiple=True, metavar="stdout|FILE|none", help="What must stay the same.")
@click.option("--tolerance", type=float, default=1e-3, show_default=True, help="How far numbers may differ.")
@click.option("--ignore-lines", metavar="REGEX", callback=pattern, help="Lines that do not count: timings.")
@click.option("--select", multiple=True, help="Rules and families to mend; the usual ones by default.")
@click.option("--safe-only", is_flag=True, help="Leave out fixes that may change results.")
@click.option("--apply-proven", is_flag=True, help="Write back what saved and changed nothing.")
@click.option("--device", type=click.Choice(DEVICES), default="cpu", show_default=True)
@click.option("--rounds", type=(click.IntRange(2), click.IntRange(2)), default=(5, 20), show_default=True)
@click.option("--seconds", type=float, default=600.0, show_default=True, help="Stop after about so long.")
@click.option("--timeout", type=float, default=600.0, show_default=True, help="Longest single run, seconds.")
@click.option("--output-format", type=click.Choice(("text", "json", "markdown")), default="text")
@carbon_options
@click.pass_obj
def prove_command(
    command: tuple[str, ...],
    paths: tuple[str, ...],
    per_rule: bool,
    compare: tuple[str, ...],
    tolerance: float,
    ignore_lines: re.Pattern[str] | None,
    select: tuple[str, ...],
    safe_only: bool,
    apply_proven: bool,
    device: str,
    rounds: tuple[int, int],
    seconds: float,
    timeout: float,
    output_format: str,
    carbon_intensity: float | None,
    region: str | None,
    embodied: float | None,
    per: str | None,
) -> None:
    """Measure what the fixes save on a command of yours.

    Runs COMMAND many times, in copies of the working folder as it is and as the fixes for PATHS (by default
    the whole folder) would leave it, and compares energy, time, memory and output. Your own files are not
    touched, unless --apply-proven finds what to write.
    """
    from smelllint.bench import prove, sci
    from smelllint.bench import rounds as designs
    from smelllint.bench.progress import Progress

    outputs = tuple(name for name in compare or ("stdout",) if name != "none")
    request = prove.Request(
        command=command,
        paths=paths or (".",),
        per_rule=per_rule,
        select=tuple(word for words in select for word in words.split(",")) or None,
        unsafe=not safe_only,
        apply=apply_proven,
        device=device,
        timeout=timeout,
        plan=designs.Plan(rounds, seconds=seconds),
        comparison=designs.Comparison(outputs, tolerance, ignore_lines),
        carbon=sci.inputs(carbon_intensity, region, embodied, per),
    )
    try:
        with Progress(1) as progress:
            result = prove.prove(request, progress.step("prove"), lambda line: click.echo(line, err=True))
    except KeyboardInterrupt:
        click.echo("stopped; nothing was written", err=True)
        sys.exit(INTERRUPTED)
    if result is None:
        return
    click.echo(prove.FORMATS[output_format](result))
    if result.proven.interrupted:
        sys.exit(INTERRUPTED)
