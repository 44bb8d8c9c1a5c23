"""How far the harness can be trusted on this machine: the same work must read as the same.

    python benchmarks/measure_itself.py same [RULE]...           lean against lean, twice lean against lean
    python benchmarks/measure_itself.py repeat RULE [--times N]  N studies of one rule: do they overlap?
    python benchmarks/measure_itself.py meter                    twice the work, twice the reading?
    python benchmarks/measure_itself.py studies FILE...          the same, from evidence, valid or not
    python benchmarks/measure_itself.py show                     what was found so far, as Markdown

`--load N` keeps N processes busy beside it. Findings are kept in benchmarks/itself/; `show` makes tables
of them, those of docs/measuring.md.
"""

from __future__ import annotations

import argparse
import itertools
import json
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from smelllint.bench import environment, evidence, pairs, protocol, statistics, study
from smelllint.bench.meters import CpuSeconds
from smelllint.bench.pairs import Pair
from smelllint.bench.statistics import Interval, Verdict

KEPT = Path(__file__).with_name("itself")
PLAN = replace(protocol.SELF_CHECK, name="same", processes=(5, 5), rounds=(8, 8), seconds=5.0)
ROUNDS = 24
Finding = dict[str, Any]


@contextmanager
def competing_load(processes: int) -> Iterator[None]:
    """Processes that keep as many cores busy as they get."""
    busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(processes)]
    try:
        yield
    finally:
        for process in busy:
            process.kill()
            process.wait()


def same_work(chosen: list[Pair], run: study.Run) -> Iterator[Finding]:
    """Lean against lean, and twice lean, for each pair."""
    for pair in chosen:
        first = study.first_look(pair, run)
        lineup = protocol.check_lineup(pair.lean)
        done = list(protocol.repetitions(lineup, PLAN, run.setting(environment.pinned, first.modules)))
        same, double = (
            statistics.interval([one.log_ratios(two) for one in done]) for two in lineup.comparisons
        )
        yield {"pair": pair.name, "same": vars(same), "double": vars(double)}


def repeated(pair: Pair, run: study.Run, times: int) -> Iterator[Finding]:
    """One pair measured again and again."""
    for _ in range(times):
        found = study.study(pair, run)
        yield {"pair": pair.name, "energy": vars(found.energy), "same": vars(found.same)}


def own_checks(files: list[str]) -> Iterator[Finding]:
    """What thorough studies found of themselves: lean against lean, and twice lean, in the same rounds."""
    for file in files:
        found = evidence.read(Path(file))
        load = found.record["environment"]["load"]
        yield {"pair": found.rule, "same": vars(found.same), "double": vars(found.double), "load": load}


def known_loads() -> Iterator[Finding]:
    """The meter around a loop of so many turns, and of twice as many, in random order."""
    meter, chance = CpuSeconds(), random.Random(0)
    for seconds in (0.02, 0.1, 0.5):
        turns = turns_for(seconds)
        ratios = []
        for _ in range(ROUNDS):
            read = {times: reading(meter, times * turns) for times in chance.sample((1, 2), 2)}
            ratios.append(read[2] / read[1])
        centre = statistics.hodges_lehmann(ratios)
        yield {"seconds": seconds, "centre": centre, "least": min(ratios), "most": max(ratios)}


def turns_for(seconds: float) -> int:
    """How many turns of the loop take so long, by the fastest of several tries."""
    tries = []
    for _ in range(5):
        began = time.process_time()
        spin(100_000)
        tries.append(time.process_time() - began)
    return round(100_000 * seconds / min(tries))


def spin(turns: int) -> None:
    for _ in range(turns):
        pass


def reading(meter: CpuSeconds, turns: int) -> float:
    mark = meter.mark()
    spin(turns)
    read = meter.since(mark)
    assert read.amount is not None, read.reason
    return read.amount


def keep(asked: argparse.Namespace, findings: Iterator[Finding]) -> None:
    """Write what comes as it comes, so that an interruption loses nothing."""
    KEPT.mkdir(exist_ok=True)
    load = f"-load-{asked.load}" if asked.load else ""
    path = KEPT / f"{asked.what}{load}.json"
    found: list[Finding] = []
    for finding in findings:
        found.append(finding)
        print(json.dumps(finding), flush=True)
        told = {"what": asked.what, "load": asked.load, "machine": environment.fingerprint(), "found": found}
        path.write_text(json.dumps(told, indent=1) + "\n")


def show() -> None:
    """Every finding that is kept, as Markdown."""
    tables = {"meter": meter_table, "same": same_table, "studies": same_table, "repeat": repeat_table}
    kept = [json.loads(path.read_text()) for path in sorted(KEPT.glob("*.json"))]
    for what, table in tables.items():
        for told in sorted((told for told in kept if told["what"] == what), key=lambda told: told["load"]):
            print("\n".join(table(told["found"], surroundings(told))), end="\n\n")


def surroundings(told: Finding) -> str:
    """What went on beside a campaign, as far as it is known."""
    loads = [one["load"] for one in told["found"] if "load" in one]
    if loads:
        return f", in thorough studies at a load average of {min(loads):.0f} to {max(loads):.0f}"
    return f", {told['load']} busy processes beside it" if told["load"] else ""


def meter_table(found: list[Finding], beside: str) -> list[str]:
    rows = [
        f"| {one['seconds']:g} s | {one['centre']:.3f} | {one['least']:.3f} to {one['most']:.3f} |"
        for one in found
    ]
    head = f"**Twice the work under the meter**{beside} ({ROUNDS} times each):"
    return [head, "", "| load | reads as | single readings |", "| --- | --- | --- |", *rows]


def same_table(found: list[Finding], beside: str) -> list[str]:
    rows, covered, wrong = [], 0, 0
    for one in found:
        same, double = Interval(**one["same"]), Interval(**one["double"])
        verdict = statistics.verdict(same, evidence.SELF_CHECK_MARGIN)
        covers = same.low <= 1 <= same.high
        covered += covers
        wrong += verdict in (Verdict.SAVES, Verdict.COSTS)
        cells = (one["pair"], same, verdict.value, "yes" if covers else "no", double)
        rows.append("| " + " | ".join(map(str, cells)) + " |")
    head = f"**Lean against lean**{beside}: {covered} of {len(found)} intervals cover 1, "
    head += f"{wrong} say `saves` or `costs`."
    columns = "| pair | lean / lean | verdict | covers 1 | twice lean / lean |"
    return [head, "", columns, "| --- | --- | --- | --- | --- |", *rows]


def repeat_table(found: list[Finding], beside: str) -> list[str]:
    seen = [Interval(**one["energy"]) for one in found]
    couples = list(itertools.combinations(seen, 2))
    overlapping = sum(one.low <= other.high and other.low <= one.high for one, other in couples)
    shared = max(sum(other.low <= one.high and one.low <= other.high for other in seen) for one in seen)
    head = f"**{len(seen)} studies of {found[0]['pair']}**{beside}: one interval overlaps {shared} of "
    head += f"{len(seen)}; {overlapping} of {len(couples)} couples overlap."
    rows = [f"| {number} | {one} |" for number, one in enumerate(seen, 1)]
    return [head, "", "| study | smelly / lean |", "| --- | --- |", *rows]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=("same", "repeat", "meter", "studies", "show"))
    parser.add_argument("rules", nargs="*")
    parser.add_argument("--times", type=int, default=10)
    parser.add_argument("--load", type=int, default=0)
    asked = parser.parse_args()
    if asked.what == "show":
        show()
        return
    if asked.what == "studies":
        keep(asked, own_checks(asked.rules))
        return
    chosen = pairs.find(asked.rules)
    # Nothing is shared between studies: each set of workers comes from a process of its own.
    quick = replace(protocol.QUICK, keep_imports=False)
    with competing_load(asked.load), study.a_run("cpu", CpuSeconds(), quick) as run:
        match asked.what:
            case "same":
                keep(asked, same_work(chosen, run))
            case "repeat":
                keep(asked, repeated(chosen[0], run, asked.times))
            case _:
                keep(asked, known_loads())


if __name__ == "__main__":
    main()
