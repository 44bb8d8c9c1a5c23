"""Proving fixes on a command: what it measures, what it refuses, and that the user's tree stays whole."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from smelllint.bench import prove
from smelllint.bench.meters import CpuSeconds
from smelllint.bench.rounds import Plan
from smelllint.bench.trial import Bench, Trial
from smelllint.bench.variants import Variant
from smelllint.cli import command

PROGRAM = """import sys

def work(count):
    total = 0
    for _ in range(ROUNDS):
        total = sum(number * number for number in range(count))
    return total

print("total", work(200_000))
open("result.txt", "w").write("done")
"""
SLOW, QUICK = PROGRAM.replace("ROUNDS", "6"), PROGRAM.replace("ROUNDS", "1")

Mend = Callable[[str, str], None]


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working tree with a slow program, as the current folder."""
    folder = tmp_path / "project"
    (folder / "data").mkdir(parents=True)
    (folder / "program.py").write_text(SLOW)
    (folder / "data" / "in.txt").write_text("input")
    (folder / ".git").mkdir()
    (folder / ".git" / "HEAD").write_text("ref")
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def mending(tree: Path, monkeypatch: pytest.MonkeyPatch) -> Mend:
    """Stands in for the rules: says which rule turns the program into what."""
    fixes: dict[str, str] = {}

    def mended(name: str, rules: list[str], found: object, unsafe: bool) -> Variant:
        path = tree / "program.py"
        after = fixes[rules[-1]].encode()
        return Variant(name, tuple(rules), {path: (path.read_bytes(), after)}, len(rules))

    monkeypatch.setattr(prove, "mendable", lambda found, unsafe: sorted(fixes))
    monkeypatch.setattr(prove, "mended", mended)
    return fixes.__setitem__


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def run(*arguments: str, program: tuple[str, ...] = ("program.py",)) -> Result:
    short = ("--rounds", "3", "4", "--timeout", "60")
    return CliRunner().invoke(command, ["prove", *short, *arguments, "--", sys.executable, *program])


def test_a_saving_is_measured_and_the_tree_is_left_alone(tree: Path, mending: Mend) -> None:
    mending("slow-loop", QUICK)
    before = contents(tree)
    result = run("--compare", "stdout", "--compare", "result.txt", "--output-format", "json")

    assert result.exit_code == 0, result.output
    (proof,) = json.loads(result.stdout)["proofs"]
    assert proof["energy"]["ratio"] > 1.5
    assert proof["difference"] == ""
    assert contents(tree) == before
    assert "in copies of project" in result.stderr


def test_what_is_proven_is_written_back_when_asked(tree: Path, mending: Mend) -> None:
    mending("slow-loop", QUICK)
    result = run("--apply-proven")

    assert f"written: {tree / 'program.py'}" in result.stdout
    assert (tree / "program.py").read_text() == QUICK


def test_a_fix_that_changes_the_output_is_never_written(tree: Path, mending: Mend) -> None:
    mending("slow-loop", QUICK.replace('"total"', '"sum"'))
    result = run("--apply-proven")

    assert "differ" in result.stdout
    assert "all: stdout: line 1: 'total" in result.stdout
    assert "nothing was written" in result.stdout
    assert (tree / "program.py").read_text() == SLOW


def test_a_fix_that_makes_the_program_fail_is_never_written(tree: Path, mending: Mend) -> None:
    mending("slow-loop", QUICK + "\nsys.exit(3)\n")
    result = run("--apply-proven")
    assert "exit code 0 and 3" in result.stdout
    assert (tree / "program.py").read_text() == SLOW


def test_a_fix_that_saves_nothing_is_not_written(tree: Path, mending: Mend) -> None:
    mending("no-loop", SLOW + "\n")
    run("--apply-proven")
    assert (tree / "program.py").read_text() == SLOW


def test_output_that_varies_by_itself_proves_nothing(tree: Path, mending: Mend) -> None:
    noisy = "import random; print(random.random())\n"
    (tree / "program.py").write_text(SLOW + noisy)
    mending("slow-loop", QUICK + noisy)
    result = run("--apply-proven")

    assert "varies from run to run" in result.stdout
    assert (tree / "program.py").read_text() == SLOW + noisy

    ignored = run("--ignore-lines", r"^0\.")
    assert "varies" not in ignored.stdout


def test_each_rule_alone_is_measured_and_only_the_good_ones_are_written(tree: Path, mending: Mend) -> None:
    mending("a-good-one", QUICK)
    mending("bad-one", QUICK.replace('"total"', '"sum"'))
    result = run("--per-rule", "--apply-proven")

    lines = {line.split()[0]: line for line in result.stdout.splitlines() if line}
    assert lines["a-good-one"].endswith("same")
    assert lines["bad-one"].endswith("differ")
    assert (tree / "program.py").read_text() == QUICK


def test_the_first_run_of_each_variant_does_not_count(tree: Path, mending: Mend, tmp_path: Path) -> None:
    note = tmp_path / "note"
    tell = f"import sys\nopen({str(note)!r}, 'a').write(sys.argv[1])\n"
    (tree / "program.py").write_text(tell + SLOW)
    mending("slow-loop", tell + QUICK)
    result = run("--output-format", "json", program=("program.py", "x"))

    rounds = json.loads(result.stdout)["rounds"]
    assert len(note.read_text()) == 3 * (rounds + 1)


def test_modules_are_compiled_once_for_each_variant(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A mended module, too: compiling it in every run would count against the fix."""
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    (tree / "part.py").write_text("number = 1\n")
    (tree / "program.py").write_text("import part")
    path = tree / "part.py"
    bench = Bench(tree, tree.parent / "scratch", [sys.executable, "program.py"], 60.0)
    (tree.parent / "scratch").mkdir()
    mended = Variant("mended", files={path: (path.read_bytes(), b"number = 2\n")})
    kept = []
    for _ in range(2):
        bench.run(mended, CpuSeconds(), ["stdout"])
        (bytecode,) = (tree.parent / "scratch" / "bytecode" / "mended").rglob("part.*.pyc")
        kept.append(bytecode.stat().st_mtime_ns)
    assert kept[0] == kept[1]


def test_the_copy_has_the_tree_without_its_history_and_links_do_not_lead_back(
    tree: Path, mending: Mend
) -> None:
    (tree / "link.txt").symlink_to("data/in.txt")
    listing = "import os; open('link.txt', 'a').write('!'); print(sorted(os.listdir('.')), os.getcwd())\n"
    (tree / "program.py").write_text(listing + SLOW)
    mending("slow-loop", listing + QUICK)
    result = run()

    assert result.exit_code == 0, result.output
    assert (tree / "data" / "in.txt").read_text() == "input"
    assert " same" in result.stdout


def test_a_path_into_the_tree_is_turned_to_the_copy(tree: Path, mending: Mend) -> None:
    mending("slow-loop", QUICK)
    result = run("--output-format", "json", program=(str(tree / "program.py"),))
    assert json.loads(result.stdout)["proofs"][0]["energy"]["ratio"] > 1.5


def test_a_command_that_does_not_exist_is_an_error(tree: Path, mending: Mend) -> None:
    mending("slow-loop", QUICK)
    result = CliRunner().invoke(command, ["prove", "--", "no-such-command"])
    assert result.exit_code == 2
    assert "no-such-command cannot be run: No such file" in result.stderr


def test_a_command_that_fails_as_it_is_is_an_error_with_its_last_words(tree: Path, mending: Mend) -> None:
    (tree / "program.py").write_text("raise SystemExit('no data')\n")
    mending("slow-loop", QUICK)
    result = run()
    assert result.exit_code == 2
    assert "fails as it is, with exit code 1: no data" in result.stderr


def test_a_command_that_hangs_is_stopped(tree: Path, mending: Mend) -> None:
    (tree / "program.py").write_text("import time; time.sleep(600)\n")
    mending("slow-loop", QUICK)
    result = CliRunner().invoke(command, ["prove", "--timeout", "1", "--", sys.executable, "program.py"])
    assert result.exit_code == 2
    assert "longer than 1 s" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ([], "say what to run after `--`"),
        (["nowhere", "--", "true"], "`nowhere` does not exist"),
        (["--ignore-lines", "(", "--", "true"], "--ignore-lines ("),
        (["--embodied", "3", "--", "true"], "needs --carbon-intensity"),
        (["--region", "Nowhereland", "--", "true"], "there is no region Nowhereland"),
        (["--device", "cuda", "--", "true"], "nvml"),
    ],
)
def test_a_request_that_makes_no_sense_says_why(
    tree: Path, mending: Mend, arguments: list[str], why: str
) -> None:
    mending("slow-loop", QUICK)
    result = CliRunner().invoke(command, ["prove", *arguments])
    assert result.exit_code == 2
    assert why in result.stderr


def test_a_tree_without_smells_has_nothing_to_prove(tree: Path) -> None:
    result = run()
    assert result.exit_code == 0
    assert "nothing to prove" in result.stderr


def test_a_score_is_printed_with_all_its_inputs(tree: Path, mending: Mend) -> None:
    mending("slow-loop", QUICK)
    result = run("--carbon-intensity", "400", "--embodied", "25", "--per", "1000 sums")
    assert "I = 400 g/kWh (as given), M = 25 g per hour of use, R = 1000 sums" in result.stdout
    assert "3.5 W per busy CPU assumed" in result.stdout


def test_an_interrupted_proof_writes_nothing(
    tree: Path, mending: Mend, monkeypatch: pytest.MonkeyPatch
) -> None:
    mending("slow-loop", QUICK)
    real: Callable[..., Trial] = Bench.run
    done: list[int] = []

    def interrupted(*arguments: object) -> Trial:
        if len(done) == 3 + 9:
            raise KeyboardInterrupt
        done.append(1)
        return real(*arguments)

    monkeypatch.setattr(Bench, "run", interrupted)
    result = CliRunner().invoke(
        command, ["prove", "--rounds", "3", "9", "--apply-proven", "--", sys.executable, "program.py"]
    )
    assert result.exit_code == 130
    assert "3 rounds" in result.stdout
    assert (tree / "program.py").read_text() == SLOW


def test_a_full_disk_is_said_and_the_tree_stays_whole(
    tree: Path, mending: Mend, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(source: object, target: object) -> None:
        raise OSError(28, "No space left on device", str(target))

    mending("slow-loop", QUICK)
    before = contents(tree)
    monkeypatch.setattr(shutil, "copy2", full)
    result = run("--apply-proven")
    assert result.exit_code == 2
    assert "the copies cannot be made: [Errno 28] No space left on device" in result.stderr
    assert contents(tree) == before


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGKILL, -signal.SIGKILL)])
def test_a_killed_proof_leaves_no_process_and_the_tree_whole(
    tree: Path, tmp_path: Path, number: signal.Signals, code: int
) -> None:
    note = tmp_path / "child"
    body = f"import os, time\nopen({str(note)!r}, 'w').write(str(os.getpid()))\ntime.sleep(600)\n"
    (tree / "program.py").write_text(body)
    start = (
        "from smelllint.bench import prove; from smelllint.bench.variants import Variant;"
        "from smelllint.cli import command;"
        "prove.mendable = lambda *_: ['x']; prove.mended = lambda name, *_: Variant(name);"
        f"command(['prove', '--', {sys.executable!r}, 'program.py'])"
    )
    prover = subprocess.Popen([sys.executable, "-c", start], stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while not (note.exists() and note.read_text()) and time.monotonic() < deadline:
        time.sleep(0.05)
    prover.send_signal(number)
    assert prover.wait(30) == code

    child = Path("/proc", note.read_text())
    deadline = time.monotonic() + 10
    while child.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not child.exists()
    assert (tree / "program.py").read_text() == body


def test_a_real_rule_is_proven_on_a_real_program(tree: Path) -> None:
    (tree / "program.py").write_text(
        "import numpy as np\nimport pandas as pd\n\n\n"
        "def main() -> None:\n"
        "    frame = pd.DataFrame({'a': np.arange(300_000.0), 'b': np.ones(300_000)})\n"
        "    frame['c'] = frame.apply(lambda row: row['a'] * row['b'], axis=1)\n"
        "    print(frame['c'].sum())\n\n\nmain()\n"
    )
    asked = ["--select", "dataframe-row-iteration", "--rounds", "2", "2", "--output-format", "json"]
    result = CliRunner().invoke(command, ["prove", *asked, "program.py", "--", sys.executable, "program.py"])
    said = json.loads(result.stdout)
    assert said["proofs"][0]["rules"] == ["dataframe-row-iteration"]
    assert said["proofs"][0]["energy"]["ratio"] > 1.1
    assert said["repeats"]
    assert said["proofs"][0]["difference"] == ""


def test_the_plan_stops_when_the_time_is_up(tree: Path, mending: Mend) -> None:
    mending("slow-loop", QUICK)
    result = run("--seconds", "0.1", "--output-format", "json")
    assert json.loads(result.stdout)["rounds"] == 3
    assert Plan().rounds == (5, 20)
