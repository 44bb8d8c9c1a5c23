"""The lines of smelllint and of its rules that the tests run.

    python -m tests.hard.covered [ARGUMENT...]     run pytest with these arguments under coverage.py
                                                   (`pip install coverage`), and write results/covered.json

Processes that tests start or fork count too; what a process did that was killed does not. The pairs of the
rules are left out: they run under their libraries alone, and nothing of ours. Tests that watch files, time or
memory notice the tracing and fail under it: that all pass is for `.ci/run` to say.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.hard.campaign import ROOT, keep

LEAST = 95.0  # percent of the lines, of everything
LOW = 95.0  # percent below which a module is named
CONFIGURATION = """\
[run]
data_file = {folder}/data
parallel = true
source =
    {root}/smelllint
    {root}/rules
omit =
    */smelly.py
    */lean.py
patch =
    _exit
    fork
    subprocess
disable_warnings =
    no-data-collected
    module-not-measured

[report]
exclude_also =
    if TYPE_CHECKING:
    if sys.platform == .win32.:
    if sys.platform == .darwin.:
"""


def coverage(folder: Path, *arguments: str) -> int:
    """Run coverage.py; its status."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "COVERAGE_RCFILE": str(folder / "configuration")}
    return subprocess.call([sys.executable, "-m", "coverage", *arguments], cwd=ROOT, env=environment)


def campaign(arguments: list[str]) -> dict[str, Any]:
    """Run the tests; the share of the lines that they run, of all and of each module."""
    with TemporaryDirectory() as held:
        folder = Path(held)
        text = CONFIGURATION.format(folder=folder, root=ROOT)
        (folder / "configuration").write_text(text, encoding="utf-8")
        selected = ["-m", "not clients and not pair", "-p", "no:cacheprovider", "-q", *arguments]
        coverage(folder, "run", "-m", "pytest", *selected)
        coverage(folder, "combine", "--quiet")
        report = folder / "report.json"
        coverage(folder, "json", "--quiet", "-o", str(report))
        told = json.loads(report.read_text(encoding="utf-8"))
    return {
        "tool": f"coverage {version('coverage')}",
        **counted(told["totals"]),
        "modules": {
            os.path.relpath(path, ROOT): counted(module["summary"]) | {"missing": module["missing_lines"]}
            for path, module in sorted(told["files"].items())
        },
    }


def counted(summary: dict[str, Any]) -> dict[str, Any]:
    """How many lines there are, how many of them run, in percent too."""
    lines, run = summary["num_statements"], summary["covered_lines"]
    return {"lines": lines, "run": run, "percent": round(100 * run / lines, 1) if lines else 100.0}


def main() -> None:
    """Run the campaign, and keep what was found."""
    found = campaign(sys.argv[1:])
    for path, module in found["modules"].items():
        if module["percent"] < LOW:
            print(f"{module['percent']:5.1f} {path}: {module['missing']}")
    print(f"{found['percent']} % of {found['lines']} lines")
    keep("covered", found)
    sys.exit(0 if found["percent"] >= LEAST else 1)


if __name__ == "__main__":
    main()
