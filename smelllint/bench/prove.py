"""The story of `smelllint prove`: fixes -> copies -> rounds -> a table, and what is written back.

Request     what the command line asks for
Result      what was measured, and which files were written
prove       carries it out; the user's tree is read, and written only where that was asked for
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from smelllint.bench import meters, rounds, sci
from smelllint.bench.meters import Absent, CpuSeconds, Meter
from smelllint.bench.report import memory_words, verdict_text
from smelllint.bench.rounds import Comparison, Plan, Proof, Proven
from smelllint.bench.trial import Bench, FinishedChildren, Trial, TrialError, tree_bytes
from smelllint.bench.variants import ALL, Variant, mendable, mended, targets
from smelllint.errors import MistakeError
from smelllint.files import Target
from smelllint.write import NotWrittenError, replace_file

LARGEST_TREE = 4 * 1024**3
PROVEN = "proven together"

Tell = Callable[[str], None]


@dataclass(frozen=True)
class Request:
    """What `smelllint prove` was asked."""

    command: tuple[str, ...]
    paths: tuple[str, ...] = (".",)
    per_rule: bool = False
    select: tuple[str, ...] | None = None
    unsafe: bool = True
    apply: bool = False
    device: str = "cpu"
    timeout: float = 600.0
    plan: Plan = field(default_factory=Plan)
    comparison: Comparison = field(default_factory=Comparison)
    carbon: sci.Inputs | None = None


@dataclass(frozen=True)
class Result:
    """What was measured, by which meter, and which files were written back."""

    request: Request
    meter: Meter
    proven: Proven
    written: tuple[str, ...] = ()


def prove(request: Request, progress: Tell, say: Tell) -> Result | None:
    """Measure, and write back what was proven if that was asked for; None where there is nothing to mend.

    MistakeError when the request makes no sense or the command cannot be measured.
    """
    if not request.command:
        raise MistakeError("say what to run after `--`, such as: smelllint prove src -- python train.py")
    missing = next((path for path in request.paths if not Path(path).exists()), None)
    if missing is not None:
        raise MistakeError(f"`{missing}` does not exist")
    root = Path.cwd()
    found = targets(request.paths, request.select)
    refuse_outside(found, root)
    rules = mendable(found, request.unsafe)
    if not rules:
        say("nothing to prove: no fix applies here")
        return None
    if tree_bytes(root) > LARGEST_TREE:
        raise MistakeError(f"{root} holds more than 4 GiB, too much to copy: go to the project's own folder")
    meter = chosen_meter(request.device)
    names = rules if request.per_rule and len(rules) > 1 else []
    variants = [mended(ALL, rules, found, request.unsafe)]
    variants += [mended(rule, [rule], found, request.unsafe) for rule in names]
    say(
        f"running `{' '.join(request.command)}` in copies of {root.name}, "
        f"{request.plan.rounds[0]} rounds or more"
    )
    with TemporaryDirectory(prefix="smelllint-prove-", ignore_cleanup_errors=True) as scratch:
        bench = Bench(root, Path(scratch), request.command, request.timeout)
        proven = run(variants, bench, meter, request, progress)
        wanted = request.apply and not proven.interrupted
        apply = choose(proven, found, bench, meter, request, progress) if wanted else None
    return Result(request, meter, proven, write_back(apply, say) if apply else ())


def refuse_outside(found: Sequence[Target], root: Path) -> None:
    """A file outside the folder has no copy that the command could use."""
    for target in found:
        if not Path(target.path).resolve().is_relative_to(root.resolve()):
            raise MistakeError(
                f"`{target.path}` lies outside {root}: run this from the folder of the project"
            )


def chosen_meter(device: str) -> Meter:
    meter = meters.choose(device, meters.survey())
    if isinstance(meter, Absent):
        raise MistakeError(f"{meter.reason}; {meter.remedy}")
    return FinishedChildren() if isinstance(meter, CpuSeconds) else meter


def run(variants: Sequence[Variant], bench: Bench, meter: Meter, request: Request, progress: Tell) -> Proven:
    try:
        return rounds.measure(variants, bench, meter, request.plan, request.comparison, progress)
    except TrialError as error:
        raise MistakeError(str(error)) from error
    except OSError as error:
        raise MistakeError(f"the copies cannot be made: {error}; nothing was written") from error


def choose(
    proven: Proven, found: Sequence[Target], bench: Bench, meter: Meter, request: Request, progress: Tell
) -> Variant | None:
    """The variant to write back: all fixes when they are worth it, else those of the rules that are, measured
    together once more; None when nothing is proven."""
    everything, *single = proven.proofs
    good = [proof.variant for proof in single if rounds.worth(proven, proof)]
    if len(good) == len(single) and rounds.worth(proven, everything):
        return everything.variant
    if len(good) <= 1:
        return good[0] if good else None
    rules = [rule for variant in good for rule in variant.rules]
    together = mended(PROVEN, rules, found, request.unsafe)
    again = run([together], bench, meter, request, progress)
    return together if rounds.worth(again, again.proofs[0]) else None


def write_back(variant: Variant, say: Tell) -> tuple[str, ...]:
    """Write the files of a variant; one that changed meanwhile is left alone, and that is said."""
    return tuple(str(path) for path in variant.files if written(path, *variant.files[path], say))


def written(path: Path, before: bytes, after: bytes, say: Tell) -> bool:
    try:
        replace_file(str(path), before, after)
    except NotWrittenError as error:
        say(f"{path} {error}")
        return False
    return True


COLUMNS = ("fixes of", "fixes", "energy ratio", "verdict", "time ratio", "memory", "outputs")


def row(proof: Proof, same: bool = False) -> tuple[str, ...]:
    return (
        "none (the original again)" if same else proof.variant.name,
        str(proof.variant.fixes),
        str(proof.energy),
        verdict_text(proof.energy, proof.verdict),
        str(proof.time),
        memory_words(proof.memory),
        "differ" if proof.difference else "same",
    )


def notes(result: Result) -> list[str]:
    """What must be read with the table."""
    proven, meter = result.proven, result.meter
    said = [
        f"{proven.rounds} rounds; ratios are original / mended with a 95 % interval, by {meter.name} "
        f"({meter.level.value}); within {meter.margin:.0%} counts as equivalent."
    ]
    if meter.unit == "cpu-s":
        said.append("No energy counter was read: CPU-seconds of the whole process tree stand for energy.")
    if not proven.trusted:
        said.append(
            "INVALID: the original against itself does not read as equal; try again on a calmer machine."
        )
    if not proven.repeats:
        said.append(f"The program's own output varies from run to run: {proven.same.difference}.")
        said.append("So nothing can be said of the outputs: see --compare, --tolerance, --ignore-lines.")
    else:
        said += [f"{one.variant.name}: {one.difference}" for one in proven.proofs if one.difference]
    said += [f"written: {path}" for path in result.written]
    if result.request.apply and not result.written:
        said.append("nothing was written: no fixes saved without changing something")
    return said + carbon_notes(result)


def carbon_notes(result: Result) -> list[str]:
    carbon = result.request.carbon
    if carbon is None:
        return []
    scores = carbon_scores(result, carbon)
    said = [f"SCI of the original {scores['original']}"]
    said += [f"SCI with {name} {score}" for name, score in scores.items() if name != "original"]
    said.append(f"SCI = (E x I) + M per R: {carbon}")
    return said + ([f"E: {sci.POWER_MODEL}"] if result.meter.unit == "cpu-s" else [])


def carbon_scores(result: Result, carbon: sci.Inputs) -> dict[str, sci.Score]:
    """The score of one run by variant: the original's amounts, the others' by their own."""
    unit = result.meter.unit
    runs = {"original": result.proven.original} | {
        proof.variant.name: proof.trials for proof in result.proven.proofs
    }
    return {
        name: sci.score(rounds.absolute(trials), unit, rounds.seconds(trials), carbon)
        for name, trials in runs.items()
    }


def rows(result: Result) -> list[tuple[str, ...]]:
    return [*map(row, result.proven.proofs), row(result.proven.same, same=True)]


def text(result: Result) -> str:
    """Columns for a terminal."""
    table = [COLUMNS, *rows(result)]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    lines = (
        "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()
        for cells in table
    )
    return "\n".join([*lines, "", *notes(result)])


def markdown(result: Result) -> str:
    """The same as a Markdown table."""
    table = [COLUMNS, ("---",) * len(COLUMNS), *rows(result)]
    lines = ("| " + " | ".join(cells) + " |" for cells in table)
    return "\n".join([*lines, "", *(f"- {line}" for line in notes(result))])


def as_json(result: Result) -> str:
    """One object with every run's numbers."""
    carbon = result.request.carbon
    return json.dumps(
        {
            "command": list(result.request.command),
            "meter": result.meter.name,
            "unit": result.meter.unit,
            "level": result.meter.level.value,
            "rounds": result.proven.rounds,
            "trusted": result.proven.trusted,
            "repeats": result.proven.repeats,
            "original": [trial_json(trial) for trial in result.proven.original],
            "same": proof_json(result.proven.same),
            "proofs": [proof_json(proof) for proof in result.proven.proofs],
            "written": list(result.written),
            "sci": None
            if carbon is None
            else {
                "inputs": vars(carbon),
                "power_model": sci.POWER_MODEL if result.meter.unit == "cpu-s" else None,
                "scores": {name: vars(score) for name, score in carbon_scores(result, carbon).items()},
            },
        },
        indent=1,
    )


def proof_json(proof: Proof) -> dict[str, Any]:
    return {
        "name": proof.variant.name,
        "rules": list(proof.variant.rules),
        "fixes": proof.variant.fixes,
        "verdict": proof.verdict.value,
        "memory_verdict": proof.memory.verdict.value,
        "energy": vars(proof.energy),
        "time": vars(proof.time),
        "memory": {"original": proof.memory.smelly, "mended": proof.memory.lean},
        "difference": proof.difference,
        "runs": [trial_json(trial) for trial in proof.trials],
    }


def trial_json(trial: Trial) -> dict[str, Any]:
    return {
        "amount": trial.amount,
        "seconds": trial.seconds,
        "peak": trial.peak,
        "exit_code": trial.said.exit_code,
    }


FORMATS = {"text": text, "json": as_json, "markdown": markdown}
