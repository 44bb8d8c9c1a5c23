"""Every format on real repositories: written in one run, judged by its schema, and counted.

python -m tests.primer.formats FOLDER...

Each folder is checked with all rules; a format that breaks its schema or grammar, or that tells of another
number of findings and troubles than the JSON does, is an error.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import html5lib
from junitparser import JUnitXml

from smelllint.report import FORMATS
from tests.test_ci_formats import azure_commands, github_commands, validate


def of_html(text: str) -> int:
    root = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(text)
    listed = root.findall(".//section[@class='rule']//li")
    failed = root.findall(".//section[@id='what-could-not-be-checked']//li")
    return len(root.findall(".//article")) + len(listed) + len(failed)


def of_sarif(text: str) -> int:
    [run] = json.loads(text)["runs"]
    return len(run["results"]) + len(run["invocations"][0]["toolExecutionNotifications"])


def of_commands(text: str) -> int:
    return sum(name != "notice" for name, _, _ in github_commands(text))


# How many findings and troubles a report tells of; people's formats, and one that is cut, are not counted.
COUNTS: dict[str, Callable[[str], int]] = {
    "json": lambda text: len(json.loads(text)),
    "json-lines": lambda text: len([json.loads(line) for line in text.split("\n") if line]),
    "sarif": of_sarif,
    "github": of_commands,
    "gitlab": lambda text: len(json.loads(text)),
    "azure": lambda text: len(azure_commands(text)),
    "junit": lambda text: sum(suite.failures + suite.errors for suite in JUnitXml.fromstring(text.encode())),
    "rdjson": lambda text: len(json.loads(text)["diagnostics"]),
    "sonarqube": lambda text: len(json.loads(text)["issues"]),
    "html": of_html,
    "concise": lambda text: text.count("\n"),
}


def run(folder: Path, reports: Path) -> None:
    asked = [f"--output-format={form}={reports / form}" for form in FORMATS]
    command = [
        sys.executable,
        "-m",
        "smelllint",
        "check",
        "--select",
        "all",
        "--exit-zero",
        "-q",
        *asked,
        ".",
    ]
    done = subprocess.run(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    if not all((reports / form).exists() for form in FORMATS):
        raise SystemExit(f"{folder}: {done.stderr}")


def judge(reports: Path) -> tuple[int, list[str]]:
    """How many findings and troubles there are, and what is wrong with the reports."""
    texts = {form: (reports / form).read_bytes().decode() for form in FORMATS}
    number = COUNTS["json"](texts["json"])
    wrong = []
    for form, text in texts.items():
        try:
            validate(form, text)
        except Exception as error:  # whatever a parser or a schema says
            wrong.append(f"{form}: {type(error).__name__}: {str(error)[:200]}")
            continue
        counted = COUNTS[form](text) if form in COUNTS else number
        if counted != number:
            wrong.append(f"{form}: tells of {counted}, and not of {number}")
    return number, wrong


def main(folders: list[str]) -> int:
    failed = False
    print(f"{'repository':40} {'told':>6} {'seconds':>8} " + " ".join(f"{form:>10}" for form in FORMATS))
    for folder in map(Path, folders):
        with tempfile.TemporaryDirectory() as place:
            start = time.monotonic()
            run(folder, Path(place))
            seconds = time.monotonic() - start
            number, wrong = judge(Path(place))
            sizes = " ".join(f"{(Path(place) / form).stat().st_size:10}" for form in FORMATS)
        print(f"{folder.name[:40]:40} {number:6} {seconds:8.1f} {sizes}", flush=True)
        for fault in wrong:
            failed = True
            print(f"    {fault}", flush=True)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
