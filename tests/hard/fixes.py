"""`--fix --unsafe-fixes` with all rules over real files, and what has to hold of every result.

    python -m tests.hard.fixes FOLDER...     every Python file and notebook below the folders
    python -m tests.hard.fixes --sum         write results/fixes.json from all shards

For each file that is mended: it compiles; it is equal outside of the edits, byte for byte; its tree is equal
outside of the statements that the edits touch; a second run changes nothing; no other rule finds more than
before. Nothing is written to the folders. Shards in build/hard/fixes are kept: they are not done again.
"""

from __future__ import annotations

import ast
import difflib
import hashlib
import json
import os
import sys
import warnings
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from smelllint.examine import Job, examine
from smelllint.source import NOTEBOOK, source_of
from tests.hard.campaign import ROOT, keep
from tests.hard.child import DiedError, in_child
from tests.hard.fuzz import SETTINGS, faults, flaws_of_edits, reads

SHARDS = ROOT / "build" / "hard" / "fixes"
BATCH = 100


def tried(path: str) -> dict[str, Any]:
    """What comes of mending one file."""
    data = Path(path).read_bytes()
    before = examine(Job(path, SETTINGS, data))
    rules = Counter(found.rule for found in before.report.diagnostics)
    result: dict[str, Any] = {"path": path, "findings": dict(rules), "fixes": 0}
    wrong = list(faults(before.report))
    if any(found.fix for found in before.report.diagnostics):
        wrong += flaws_of_edits(before)
        mended = examine(Job(path, SETTINGS, data, fix=True, unsafe=True))
        wrong += faults(mended.report)
        result["fixes"] = mended.report.fixed
        if mended.report.after is not None and mended.data is not None:
            wrong += flaws_of_a_mend(path, data, mended.data, rules)
    return {**result, "flaws": sorted(set(wrong))}


def flaws_of_a_mend(path: str, before: bytes, after: bytes, rules: Counter[str]) -> Iterator[str]:
    """What is wrong with a mended file."""
    texts = source_of(path, before).text, source_of(path, after).text
    if reads(texts[0].encode()) and not reads(texts[1].encode()):
        yield "the mended file does not compile"
        return
    if not path.endswith(NOTEBOOK):
        yield from changed_elsewhere(*texts)
    again = examine(Job(path, SETTINGS, after, fix=True, unsafe=True)).report
    if again.after is not None:
        yield "a second run changes it again"
    now = Counter(found.rule for found in examine(Job(path, SETTINGS, after)).report.diagnostics)
    more = {rule: count for rule, count in now.items() if count > rules[rule]}
    if more:
        yield f"finds more than before: {', '.join(sorted(more))}"


def changed_elsewhere(before: str, after: str) -> Iterator[str]:
    """Statements that are other ones now, though no line of theirs was edited."""
    lines = [text.splitlines() for text in (before, after)]
    matcher = difflib.SequenceMatcher(None, *lines, autojunk=False)
    touched: tuple[set[int], set[int]] = set(), set()
    for tag, start, end, other_start, other_end in matcher.get_opcodes():
        if tag != "equal":
            # The lines around it too: what is put in between them belongs to a statement of theirs.
            touched[0].update(range(start, end + 2))
            touched[1].update(range(other_start, other_end + 2))
    left = [untouched(text, rows) for text, rows in zip((before, after), touched, strict=True)]
    if left[0] != left[1]:
        yield "a statement changed that no edit touched"


def untouched(text: str, rows: set[int]) -> Counter[str]:
    """The simple statements of a text none of whose lines is among these rows, as trees."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree = ast.parse(text)
    return Counter(
        ast.dump(node)
        for node in ast.walk(tree)
        if isinstance(node, ast.stmt)
        and not hasattr(node, "body")
        and not rows.intersection(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    )


# -- the campaign -----------------------------------------------------------------------------------------


def batch(paths: list[str]) -> list[dict[str, Any]]:
    """What comes of some files; one that kills its process is found by itself."""
    try:
        results, _ = in_child(lambda: [tried(path) for path in paths], cpu=600, wall=3600)
        return list(results)
    except DiedError as error:
        if len(paths) > 1:
            return [result for path in paths for result in batch([path])]
        return [{"path": paths[0], "findings": {}, "fixes": 0, "flaws": [str(error)]}]


def files(folder: Path) -> list[str]:
    """The Python files and notebooks below a folder, links left out."""
    return sorted(
        os.path.join(where, name)
        for where, _, names in os.walk(folder)
        for name in names
        if name.endswith((".py", NOTEBOOK)) and os.path.isfile(os.path.join(where, name))
    )


def main() -> None:
    """Mend, or sum up."""
    if sys.argv[1:] == ["--sum"]:
        keep("fixes", summed())
        return
    SHARDS.mkdir(parents=True, exist_ok=True)
    for folder in map(Path, sys.argv[1:]):
        paths = files(folder)
        for start in range(0, len(paths), BATCH):
            part = paths[start : start + BATCH]
            shard = SHARDS / f"{hashlib.sha256(''.join(part).encode()).hexdigest()[:16]}.json"
            if shard.exists():
                continue
            results = batch(part)
            shard.write_text(
                json.dumps([result for result in results if result["findings"] or result["flaws"]])
            )
            shard.with_suffix(".count").write_text(str(len(part)))
            for result in results:
                if result["flaws"]:
                    print(result, flush=True)
        print(f"{folder.name}: {len(paths)} files", flush=True)


def summed() -> dict[str, Any]:
    """All shards as one. Paths are told from the folder of the package on."""
    results = [one for path in SHARDS.glob("*.json") for one in json.loads(path.read_text())]
    rules: Counter[str] = Counter()
    for result in results:
        rules.update(result["findings"])
    return {
        "files": sum(int(path.read_text()) for path in SHARDS.glob("*.count")),
        "with_findings": len(results),
        "mended": sum(result["fixes"] > 0 for result in results),
        "fixes": sum(result["fixes"] for result in results),
        "findings": dict(sorted(rules.items())),
        "failures": [
            {"path": "/".join(Path(result["path"]).parts[-3:]), "flaws": result["flaws"]}
            for result in results
            if result["flaws"]
        ],
    }


if __name__ == "__main__":
    main()
