"""Mutated programs, and what has to hold for each of them whatever it is.

    python -m tests.hard.fuzz [--count N] [--start SEED] [FOLDER...]    N inputs, 100 000, from this seed on
    python -m tests.hard.fuzz --seed SEED [FOLDER...]                   one: print it, and what is wrong
    python -m tests.hard.fuzz --sum                                     all shards to results/fuzz.json

FOLDERS hold programs to mutate, those of the checkout where none is named. Inputs are dealt with in processes
of their own, a batch at a time, and each shard of the campaign is kept in build/hard/fuzz: what is there is
not done again.
"""

from __future__ import annotations

import argparse
import ast
import json
import sys
import time
import warnings
from collections import Counter
from collections.abc import Iterator
from importlib.util import decode_source
from pathlib import Path
from typing import Any

from smelllint.diagnostic import FileReport
from smelllint.edit import apply
from smelllint.engine import applicable
from smelllint.examine import Job, Outcome, examine
from smelllint.ignoring import ignored
from smelllint.known import known_as, matched
from smelllint.settings import Settings
from smelllint.source import NOTEBOOK, Source, SourceError, source_of
from smelllint.suppress import UNUSED
from smelllint.syntax import readable
from tests.hard.campaign import ROOT, keep
from tests.hard.child import DiedError, in_child
from tests.hard.mutants import CHECKOUT, KINDS, Mutants, generated

SETTINGS = Settings(select=("all",))
FAULTS = frozenset({"internal-error", "rule-crashed", "process-died", "fix-failed"})
LIMITS = frozenset({"too-complex", "parser-limit", "too-large"})  # where Python may read what we refuse
SECONDS = 10
BATCH = 40
SHARD = 2_000
SHARDS = ROOT / "build" / "hard" / "fuzz"


def flaws(path: str, data: bytes) -> Iterator[str]:
    """All that is wrong with what we make of a file."""
    outcome = examine(Job(path, SETTINGS, data, named=True))
    yield from faults(outcome.report)
    names = {trouble.name for trouble in outcome.report.troubles}
    if path.endswith(".py") and not names & (LIMITS | FAULTS):
        yield from disagreement(path, data, refused=bool(names))
    mended = examine(Job(path, SETTINGS, data, named=True, fix=True, unsafe=True))
    yield from faults(mended.report)
    if mended.report.after is not None:
        yield from flaws_of_fixes(path, data, mended)
    if outcome.report.diagnostics:
        yield from flaws_of_edits(outcome)
        yield from flaws_of_suppressions(outcome)
        yield from flaws_of_baselines(outcome)


def faults(report: FileReport) -> Iterator[str]:
    """Troubles that are ours, never the file's."""
    for trouble in report.troubles:
        if trouble.name in FAULTS:
            yield f"{trouble.name}: {trouble.message}"


def disagreement(path: str, data: bytes, *, refused: bool) -> Iterator[str]:
    """Where we and Python differ on what is Python; newer syntax is none to the Python that runs, and scripts
    that are notebooks hold magics, which are none either."""
    accepted = reads(data)
    if accepted and refused:
        yield "refused, though Python reads it"
    if not accepted and not refused:
        source = source_of(path, data)
        if type(source) is Source and not readable(source.text):
            yield "accepted, though Python does not read it"


def reads(data: bytes) -> bool:
    """Whether Python reads a file."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            decode_source(data)  # of a file, comments have to be text too; of bytes, Python looks at none
            ast.parse(data)
    except (SyntaxError, ValueError, LookupError):
        return False
    return True


def flaws_of_fixes(path: str, data: bytes, mended: Outcome) -> Iterator[str]:
    """The result compiles where the file did, and is at rest."""
    assert mended.data is not None
    after = mended.data
    if path.endswith(".py") and reads(data) and not reads(after):
        yield "the fixed file does not compile"
    again = examine(Job(path, SETTINGS, after, named=True, fix=True, unsafe=True))
    if again.report.after is not None:
        rules = sorted({found.rule for found in examine(Job(path, SETTINGS, after)).report.diagnostics})
        yield f"a second run changes it again: {', '.join(rules)}"


def flaws_of_edits(outcome: Outcome) -> Iterator[str]:
    """Every byte outside the edits of a round is that of the file."""
    source = outcome.source
    fixes = [found.fix for found in outcome.report.diagnostics if found.fix and applicable(found.fix, True)]
    _, applied = apply(source.text, fixes)
    edits = sorted({edit for fix in applied for edit in fix.edits})
    try:
        after = source.encode(source.mended(edits))
        raw_edits = source.raw_edits(edits)
    except (SourceError, ValueError):
        return  # the engine says fix-failed, which is a fault
    left = after
    position = 0
    for edit in raw_edits:
        start, end = (offset_in_bytes(source, at) for at in (edit.start, edit.end))
        kept, new = source.data[position:start], edit.text.encode(source.encoding)
        if not left.startswith(kept + new):
            yield f"bytes before {start} are not those of the file"
            return
        left = left[len(kept) + len(new) :]
        position = end
    if left != source.data[position:]:
        yield "bytes after the last edit are not those of the file"


def offset_in_bytes(source: Source, offset: int) -> int:
    """Where a character of the raw text stands in the file."""
    return len(source.encode(source.raw[:offset]))


def flaws_of_suppressions(outcome: Outcome) -> Iterator[str]:
    """Suppressions that are written for all findings silence them, and none of them is idle."""
    source, report = outcome.source, outcome.report
    if report.troubles:
        return
    try:
        text, silenced = ignored(source, report.diagnostics, "no")
        after = source.encode(text)
        source_of(report.path, after)
    except (SourceError, ValueError):
        return  # told to the user, and nothing is written
    left = examine(Job(report.path, SETTINGS, after, named=True)).report
    kept = Counter(found.rule for found in report.diagnostics if found not in silenced)
    now = Counter(found.rule for found in left.diagnostics)
    if set(now) - set(kept) - {UNUSED} or now[UNUSED] > kept[UNUSED]:
        yield f"suppressed {dict(Counter(found.rule for found in silenced))}, but told {dict(now - kept)}"


def flaws_of_baselines(outcome: Outcome) -> Iterator[str]:
    """A file compared with itself has neither new findings nor gone ones."""
    known = [one.known for one in known_as(outcome, outcome.report.path)]
    new, gone = matched(list(known_as(outcome, outcome.report.path)), known, lambda _: True)
    if new or gone:
        yield f"a baseline of itself: {len(new)} new, {len(gone)} gone"


# -- the campaign -----------------------------------------------------------------------------------------


def tried(mutants: Mutants, seed: int) -> dict[str, Any]:
    """What came of one input."""
    name, data = mutants.input(seed)
    began = time.process_time()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        path = f"nowhere/{name}"  # in no folder: with no project around it
        wrong = list(flaws(path, data))
        found = reads(data) if not path.endswith(NOTEBOOK) else True
    took = time.process_time() - began
    if took > SECONDS:
        wrong.append(f"took {took:.0f} s")
    return {"seed": seed, "kind": name, "valid": found, "flaws": sorted(set(wrong))}


def batch(mutants: Mutants, seeds: range) -> list[dict[str, Any]]:
    """What came of some inputs; one that kills its process, or does not end, is found by itself."""
    try:
        results, _ = in_child(lambda: [tried(mutants, seed) for seed in seeds], cpu=60 + 2 * len(seeds))
        return list(results)
    except DiedError as error:
        if len(seeds) > 1:
            return [result for seed in seeds for result in batch(mutants, range(seed, seed + 1))]
        return [{"seed": seeds[0], "kind": mutants.input(seeds[0])[0], "valid": True, "flaws": [str(error)]}]


def campaign(mutants: Mutants, seeds: range) -> dict[str, Any]:
    """A summary of what came of all inputs."""
    warm(mutants)
    counts: Counter[str] = Counter()
    wrong = []
    for start in range(seeds.start, seeds.stop, BATCH):
        for result in batch(mutants, range(start, min(start + BATCH, seeds.stop))):
            counts[result["kind"]] += 1
            counts["valid"] += result["valid"]
            if result["flaws"]:
                wrong.append(result)
                print(result, flush=True)
    valid = counts.pop("valid")
    return {"inputs": len(seeds), "python": valid, "kinds": dict(sorted(counts.items())), "failures": wrong}


def warm(mutants: Mutants) -> None:
    """Load and make what every process needs, before they are forked."""
    for grammar in range(mutants.grammars):
        generated(grammar)
    for at, _ in enumerate(KINDS):
        tried(mutants, at)


def main() -> None:
    """Run, show or sum up."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folders", nargs="*", type=Path)
    parser.add_argument("--start", type=int, default=0)
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--seed", type=int)
    parser.add_argument("--sum", action="store_true")
    asked = parser.parse_args()
    if asked.sum:
        keep("fuzz", summed())
        return
    mutants = Mutants(asked.folders or CHECKOUT, grammars=40)
    if asked.seed is not None:
        name, data = mutants.input(asked.seed)
        sys.stdout.buffer.write(data)
        print("\n--", name, tried(mutants, asked.seed))
        return
    SHARDS.mkdir(parents=True, exist_ok=True)
    for start in range(asked.start, asked.start + asked.count, SHARD):
        shard = SHARDS / f"{start}.json"
        if not shard.exists():
            count = min(SHARD, asked.start + asked.count - start)
            shard.write_text(json.dumps(campaign(mutants, range(start, start + count))))
            print(f"{start + count - asked.start} done", flush=True)


def summed() -> dict[str, Any]:
    """All shards as one."""
    shards = [json.loads(path.read_text()) for path in sorted(SHARDS.glob("*.json"))]
    kinds: Counter[str] = Counter()
    for shard in shards:
        kinds.update(shard["kinds"])
    return {
        "inputs": sum(shard["inputs"] for shard in shards),
        "python": sum(shard["python"] for shard in shards),
        "kinds": dict(sorted(kinds.items())),
        "failures": [failure for shard in shards for failure in shard["failures"]],
    }


if __name__ == "__main__":
    main()
