"""`--watch`: what is looked at again, what is told, and how it ends."""

from __future__ import annotations

import os
import queue
import random
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from smelllint import project, watch
from smelllint.check import Request, job_of, targets_of
from smelllint.config import Overrides
from smelllint.examine import Outcome, examine
from tests.cli_helpers import CLEAN, RULE, SMELLY, smelllint, write

ON_GPU = 'DEVICE = "cuda"\n'
ON_CPU = 'DEVICE = "cpu"\n'
MAKE = """\
import torch

from common import DEVICE


def make(n):
    return torch.zeros(n).to(DEVICE)
"""
AGAIN = 'DEVICE = "mps"\n' + MAKE.replace("from common import DEVICE\n", "")
WAIT = 60  # seconds: more than a busy machine takes


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()
    return tmp_path


def request(**more: object) -> Request:
    return Request(overrides=Overrides(select=("all",)), output_format="concise", jobs=1, **more)  # type: ignore[arg-type]


class Rounds:
    """A watch without a system that tells of changes."""

    def __init__(self, asked: Request) -> None:
        self.watch = watch.Watch(asked)

    def __call__(self) -> list[str]:
        """The names of the files that are looked at."""
        before = self.watch.seen or {}
        self.watch.look()
        return sorted(path for path, seen in (self.watch.seen or {}).items() if before.get(path) is not seen)


def findings(outcomes: list[Outcome]) -> list[tuple[str, str, int]]:
    return sorted(
        (found.path, found.rule, found.start) for outcome in outcomes for found in outcome.report.diagnostics
    )


def test_a_file_that_changes_is_looked_at_again_and_no_other(folder: Path) -> None:
    write(folder, {"a.py": SMELLY, "b.py": SMELLY})
    look = Rounds(request())

    assert look() == ["a.py", "b.py"]
    write(folder, {"a.py": SMELLY + "\n"})
    assert look() == ["a.py"]


def test_so_is_what_imports_it(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(folder, {"common.py": ON_GPU, "make.py": MAKE, "apart.py": SMELLY})
    look = Rounds(request())

    look()
    assert f"make.py:7:12: {RULE}" in capsys.readouterr().out
    write(folder, {"common.py": ON_CPU})
    assert look() == ["common.py", "make.py"]
    assert "make.py" not in capsys.readouterr().out


def test_a_file_that_comes_or_goes_counts_where_it_is_asked_for(folder: Path) -> None:
    write(folder, {"make.py": MAKE, "apart.py": SMELLY})
    look = Rounds(request())
    look()

    write(folder, {"common.py": ON_CPU})
    assert look() == ["common.py", "make.py"]
    (folder / "common.py").unlink()
    assert look() == ["make.py"]


def test_nothing_is_told_where_nothing_has_changed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(folder, {"a.py": SMELLY})
    look = Rounds(request())
    look()
    capsys.readouterr()

    write(folder, {"report.json": "{}"})
    assert look() == []
    assert capsys.readouterr() == ("", "")


def test_all_are_looked_at_again_under_other_settings(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(folder, {"a.py": SMELLY})
    look = Rounds(Request(output_format="concise", jobs=1))
    look()
    assert RULE in capsys.readouterr().out

    write(folder, {"smelllint.toml": f'ignore = ["{RULE}"]\n'})
    assert look() == ["a.py"]
    assert "No smells in 1 file." in capsys.readouterr().out


def test_a_mistake_in_a_configuration_is_told_and_survived(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(folder, {"a.py": SMELLY, "smelllint.toml": "ignore = [\n"})
    look = Rounds(request())

    look()
    assert "error: smelllint.toml" in capsys.readouterr().err
    write(folder, {"smelllint.toml": ""})
    assert look() == ["a.py"]
    assert RULE in capsys.readouterr().out


def test_it_tells_what_a_fresh_check_tells(folder: Path) -> None:
    """Whatever the order of edits, syntax errors, new files and files that go."""
    variants = {
        "common.py": (ON_GPU, ON_CPU, "DEVICE = (\n", None),
        "make.py": (MAKE, MAKE.replace("zeros", "randn"), SMELLY, "x = (\n"),
        "again.py": (AGAIN, AGAIN.replace("mps", "cpu"), None),
        "third.py": ("from make import *\n" + MAKE, "from again import *\n" + AGAIN, CLEAN),
    }
    chance = random.Random(3)
    write(folder, {name: texts[0] for name, texts in variants.items() if texts[0]})
    asked = request()
    look = Rounds(asked)
    look()
    told = set()
    for _ in range(25):
        name = chance.choice(list(variants))
        text = chance.choice(variants[name])
        if text is None:
            (folder / name).unlink(missing_ok=True)
        else:
            write(folder, {name: text})
        look()
        project.forget()
        fresh = [examine(job_of(target, None, asked)) for target in targets_of(asked)[0]]
        watched = [seen.outcome for seen in (look.watch.seen or {}).values()]
        assert findings(watched) == findings(fresh)
        told.add(tuple(findings(fresh)))
    assert len(told) > 5


def test_what_was_mended_by_itself_is_no_news(folder: Path) -> None:
    write(folder, {"a.py": SMELLY})
    look = Rounds(request(fix=True))
    look()

    assert 'device="cuda"' in (folder / "a.py").read_text()
    assert look() == []
    write(folder, {"a.py": SMELLY})
    assert look() == ["a.py"]


def test_many_files_are_looked_at_in_processes(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("smelllint.examine.FEW", 2)
    write(folder, {"common.py": ON_GPU, "make.py": MAKE, "alone.py": SMELLY, "other.py": SMELLY})
    look = Rounds(Request(output_format="concise", jobs=2))

    assert len(look()) == 4
    write(folder, {"common.py": ON_CPU})
    assert look() == ["common.py", "make.py"]


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("a.py", True),
        ("deep/er/n.ipynb", True),
        ("pyproject.toml", True),
        ("requirements-dev.txt", True),
        ("doc.md", True),
        ("conf/train.yaml", True),
        ("a.pt", False),
        (".venv/lib/a.py", False),
        ("deep/__pycache__/a.py", False),
    ],
)
def test_only_what_a_look_may_rest_on_counts(tmp_path: Path, path: str, wanted: bool) -> None:
    root = tmp_path / "build"  # a name that is left out below the root
    root.mkdir()
    link = tmp_path / "link"
    link.symlink_to(root)
    sieve = watch.Sieve([str(link)])

    assert sieve(None, str(root / path)) is wanted
    assert sieve(None, str(link / path)) is wanted


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["-"], "standard input"),
        (["--diff"], "--diff is done once"),
        (["--add-ignore", "known"], "--add-ignore is done once"),
        (["--output-format", "sarif"], "--output-format sarif=FILE"),
    ],
)
def test_what_cannot_be_watched_is_refused(options: list[str], said: str) -> None:
    result = smelllint("check", "--watch", *options)

    assert result.exit_code == 2
    assert said in result.stderr


def test_the_extra_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "watchfiles", None)

    result = smelllint("check", "--watch")

    assert result.exit_code == 2
    assert "pip install 'smelllint[watch]'" in result.stderr


class Process:
    """The command, as a person runs it."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "smelllint", "check", "--watch", *options],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent), "PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.told: queue.Queue[str] = queue.Queue()
        self.printed: list[str] = []
        self.readers = [threading.Thread(target=read, daemon=True) for read in (self._errors, self._lines)]
        for reader in self.readers:
            reader.start()

    def _errors(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.told.put(line)

    def _lines(self) -> None:
        assert self.process.stdout is not None
        self.printed.extend(self.process.stdout)

    def round(self) -> str:
        """What is said at the end of the next round."""
        return self.told.get(timeout=WAIT)

    def interrupted(self) -> tuple[int, str]:
        """The exit code after Ctrl-C, and all that was printed."""
        self.process.send_signal(signal.SIGINT)
        code = self.process.wait(WAIT)
        for reader in self.readers:
            reader.join(WAIT)
        for stream in (self.process.stdout, self.process.stderr):
            assert stream is not None
            stream.close()
        return code, "".join(self.printed)


@pytest.fixture
def started(folder: Path) -> Iterator[Process]:
    write(folder, {"a.py": SMELLY, "b.py": SMELLY})
    process = Process(folder, "--output-format", "concise", "--output-format", "html=report.html")
    yield process
    process.process.kill()
    process.process.wait()


def test_it_goes_on_until_an_interrupt(folder: Path, started: Process) -> None:
    assert "2 files looked at; waiting for changes" in started.round()
    write(folder, {"a.py": SMELLY + "x = (\n"})
    assert "1 file looked at" in started.round()
    assert "syntax-error" in (folder / "report.html").read_text()
    temporary = folder / "a.py.new"
    write(folder, {temporary.name: SMELLY})
    temporary.replace(folder / "a.py")  # as editors save
    assert "1 file looked at" in started.round()

    code, printed = started.interrupted()

    assert code == 130
    assert printed.count("b.py:5:13: ") == 3
    assert re.search(r"^a.py:\d+:\d+: syntax-error ", printed, re.MULTILINE)
    assert "\x1b[2J" not in printed  # there is no screen to clear
