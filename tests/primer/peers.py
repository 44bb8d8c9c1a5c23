"""The test cases of other linters, linted by ours: what they mark and we do not, and the reverse.

    python tests/primer/peers.py CREEDENGO TORCHFIX

The two folders hold checkouts of green-code-initiative/creedengo-python and pytorch-labs/torchfix. Printed is
one row for each of their files about AI code: the lines that they mark, those of ours, and those of both. Why
they differ is told in docs/coming-from.md.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from smelllint.examine import Job, examine
from smelllint.settings import Settings

CREEDENGO = "src/test/resources/checks"
ABOUT_AI = (
    "avoidCSVFormat",
    "avoidConvBiasBeforeBatchNorm",
    "avoidCreatingTensorUsingNumpyOrNativePython",
    "avoidIterativeMatrixOperations",
    "avoidNonPinnedMemoryForDataloaders",
    "avoidSqrtInLoop",
    "disableGradientForModelEval",
    "pandasRequireUsecolsArgument",
)
TORCHFIX = ("performance/checker/dataloader", "performance/checker/zerograd", "misc/checker/require_grad")


def cases(creedengo: Path, torchfix: Path) -> Iterator[tuple[Path, set[int]]]:
    """Each file with the lines that its tool marks."""
    for name in ABOUT_AI:
        path = creedengo / CREEDENGO / f"{name}.py"
        lines = path.read_text(encoding="utf-8").splitlines()
        yield path, {row for row, line in enumerate(lines, 1) if "# Noncompliant" in line}
    for name in TORCHFIX:
        path = torchfix / "tests" / "fixtures" / f"{name}.py"
        marks = path.with_suffix(".txt").read_text(encoding="utf-8")
        yield path, {int(row) for row in re.findall(r"^(\d+):", marks, re.MULTILINE)}


def main() -> None:
    """Print the table."""
    print(f"| {'their file':<44} | theirs | ours | both | our rules |")
    for path, theirs in cases(*map(Path, sys.argv[1:3])):
        report = examine(Job(str(path), Settings(select=("all",)), named=True)).report
        ours = {found.location.row for found in report.diagnostics}
        rules = ", ".join(sorted({found.rule for found in report.diagnostics}))
        said = rules or ", ".join(trouble.name for trouble in report.troubles)
        print(f"| {path.stem:<44} | {len(theirs):>6} | {len(ours):>4} | {len(ours & theirs):>4} | {said} |")


if __name__ == "__main__":
    main()
