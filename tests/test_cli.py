"""The command: exit codes, options, and what goes where."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import smelllint as package
from smelllint import catalogue, options
from tests.cli_helpers import CLEAN, FIXED, RULE, SAFELY_FIXED, SMELLY, process, python, smelllint, write


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder, and no colour of the outer terminal's."""
    monkeypatch.chdir(tmp_path)
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def rows(output: str) -> list[int]:
    return [finding["location"]["row"] for finding in json.loads(output)]


def test_smells_exit_with_1(folder: Path) -> None:
    write(folder, {"a.py": SMELLY})

    result = smelllint("check")

    assert result.exit_code == 1
    assert f"a.py:5:13: {RULE} [*] " in result.stdout
    assert "Found 2 smells in 1 of 1 file." in result.stdout
    assert "[*] 1 fixable with --fix (1 more with --unsafe-fixes)." in result.stdout


def test_clean_code_exits_with_0(folder: Path) -> None:
    write(folder, {"a.py": CLEAN})

    result = smelllint("check", ".")

    assert result.exit_code == 0
    assert result.stdout == "No smells in 1 file.\n"


def test_a_mistake_exits_with_2(folder: Path) -> None:
    assert smelllint("check", "--select", "no-such-rule").exit_code == 2
    assert smelllint("check", "--no-such-option").exit_code == 2
    assert smelllint("chek").exit_code == 2


def test_exit_zero_forgives_smells_but_no_errors(folder: Path) -> None:
    write(folder, {"a.py": SMELLY})
    assert smelllint("check", "--exit-zero").exit_code == 0

    write(folder, {"b.py": "import torch\ndef f(:\n"})
    assert smelllint("check", "--exit-zero").exit_code == 2


def test_a_path_that_does_not_exist_is_an_error_with_a_suggestion(folder: Path) -> None:
    write(folder, {"source/a.py": SMELLY})

    result = smelllint("check", "sourse")

    assert result.exit_code == 2
    assert result.stderr == "error: `sourse` does not exist: did you mean `source`?\n"
    assert result.stdout == ""


def test_a_suggestion_keeps_the_folder(folder: Path) -> None:
    write(folder, {"source/model.py": SMELLY})

    result = smelllint("check", "source/modle.py")

    assert "did you mean `source/model.py`?" in result.stderr


def test_no_python_files_is_a_warning(folder: Path) -> None:
    result = smelllint("check")

    assert result.exit_code == 0
    assert "no Python files" in result.stderr


def test_fix_applies_safe_fixes_only(folder: Path) -> None:
    write(folder, {"a.py": SMELLY})

    result = smelllint("check", "--fix")

    assert result.exit_code == 1
    assert (folder / "a.py").read_text() == SAFELY_FIXED
    assert "Found 2 smells (1 fixed, 1 remaining)." in result.stdout


def test_unsafe_fixes_are_applied_when_asked_for(folder: Path) -> None:
    write(folder, {"a.py": SMELLY})

    result = smelllint("check", "--fix", "--unsafe-fixes")

    assert result.exit_code == 0
    assert (folder / "a.py").read_text() == FIXED
    assert "Found 2 smells (2 fixed, 0 remaining)." in result.stdout


def test_without_fix_nothing_is_written(folder: Path) -> None:
    write(folder, {"a.py": SMELLY})

    smelllint("check", "--unsafe-fixes")

    assert (folder / "a.py").read_text() == SMELLY


@pytest.mark.parametrize("also", [(), ("--fix",)])
def test_diff_shows_the_fixes_and_writes_nothing(folder: Path, also: tuple[str, ...]) -> None:
    write(folder, {"a.py": SMELLY})

    result = smelllint("check", "--diff", *also)

    assert result.exit_code == 1
    assert result.stdout.splitlines()[:2] == ["--- a.py", "+++ a.py"]
    assert '+    zeros = torch.zeros(n, device="cuda")' in result.stdout
    assert "torch.randn(n, device" not in result.stdout
    assert result.stderr == "Would mend 1 smell in 1 file.\n"
    assert (folder / "a.py").read_text() == SMELLY


def test_diff_exits_with_0_where_nothing_would_change(folder: Path) -> None:
    write(folder, {"a.py": FIXED})

    assert smelllint("check", "--diff").exit_code == 0


def test_a_diff_can_be_applied(folder: Path) -> None:
    write(folder, {"a.py": SMELLY.removesuffix("\n")})
    patch = smelllint("check", "--diff", "--unsafe-fixes").stdout

    subprocess.run(["git", "apply", "-p0", "-"], input=patch, text=True, cwd=folder, check=True)

    assert (folder / "a.py").read_text() == FIXED.removesuffix("\n")


def test_select_and_ignore_take_rules_families_and_all(folder: Path) -> None:
    write(folder, {"a.py": SMELLY})
    family = catalogue.load(RULE).family

    assert smelllint("check", "--select", RULE).exit_code == 1
    assert smelllint("check", "--select", family).exit_code == 1
    assert smelllint("check", "--select", "all").exit_code == 1
    assert smelllint("check", "--select", "unbatched-encode").exit_code == 0
    assert smelllint("check", "--ignore", RULE).exit_code == 0
    assert smelllint("check", "--ignore", f"unbatched-encode,{family}").exit_code == 0
    assert smelllint("check", "--select", "unbatched-encode", "--extend-select", RULE).exit_code == 1


def test_a_misspelt_rule_gets_a_suggestion(folder: Path) -> None:
    result = smelllint("check", "--select", "tensor-created-and-moved")

    assert result.stderr == (
        f"error: --select: `tensor-created-and-moved` is no rule and no family: did you mean `{RULE}`?\n"
    )


def test_standard_input_is_checked_under_its_name(folder: Path) -> None:
    result = smelllint("check", "-", "--stdin-filename", "sub/x.py", "--output-format", "json", stdin=SMELLY)

    assert result.exit_code == 1
    assert {finding["filename"] for finding in json.loads(result.stdout)} == {str(folder / "sub/x.py")}


def test_a_name_for_standard_input_is_enough(folder: Path) -> None:
    assert smelllint("check", "--stdin-filename", "x.py", stdin=SMELLY).exit_code == 1


def test_mended_standard_input_goes_to_standard_output(folder: Path) -> None:
    result = smelllint("check", "-", "--fix", stdin=SMELLY)

    assert result.stdout == SAFELY_FIXED
    assert "1 fixed, 1 remaining" in result.stderr
    assert list(folder.iterdir()) == []


def test_standard_input_without_fixes_comes_back_byte_for_byte(folder: Path) -> None:
    text = "\ufeffx = 1\r\ny = 2\rz = '\u00e9'".encode()

    result = smelllint("check", "-", "--fix", stdin=text)

    assert result.stdout_bytes == text


def test_standard_input_goes_with_no_other_path(folder: Path) -> None:
    write(folder, {"a.py": SMELLY})

    assert smelllint("check", "-", "a.py", stdin=SMELLY).exit_code == 2


def test_configuration_of_standard_input_is_that_of_its_folder(folder: Path) -> None:
    write(folder, {"sub/smelllint.toml": f'ignore = ["{RULE}"]\n'})

    assert smelllint("check", "-", "--stdin-filename", "sub/x.py", stdin=SMELLY).exit_code == 0
    assert smelllint("check", "-", "--stdin-filename", "x.py", stdin=SMELLY).exit_code == 1


def test_config_takes_settings_and_a_file(folder: Path) -> None:
    write(folder, {"a.py": SMELLY, "other/x.toml": f'ignore = ["{RULE}"]\n'})

    assert smelllint("check", "--config", f'ignore=["{RULE}"]').exit_code == 0
    assert smelllint("check", "--config", "other/x.toml").exit_code == 0
    assert smelllint("check", "--config", "other/x.toml", "--config", "ignore=[]").exit_code == 1


def test_isolated_reads_no_configuration(folder: Path) -> None:
    write(folder, {"a.py": SMELLY, "smelllint.toml": f'ignore = ["{RULE}"]\n'})

    assert smelllint("check").exit_code == 0
    assert smelllint("check", "--isolated").exit_code == 1


def test_show_files_lists_and_checks_nothing(folder: Path) -> None:
    write(folder, {"b.py": SMELLY, "a/x.py": CLEAN, "a/notes.txt": "", "c.pyi": CLEAN})

    result = smelllint("check", "--show-files")

    assert result.exit_code == 0
    assert result.stdout == "a/x.py\nb.py\nc.pyi\n"


def test_show_settings_shows_what_holds(folder: Path) -> None:
    write(folder, {"a.py": CLEAN, "smelllint.toml": 'target = "mps"\n'})

    result = smelllint("check", "--show-settings", "--ignore", RULE)

    assert 'target = "mps"' in result.stdout
    assert f'ignore = ["{RULE}"]' in result.stdout


def test_statistics_count_by_rule(folder: Path) -> None:
    write(folder, {"a.py": SMELLY, "b.py": SMELLY})

    assert smelllint("check", "--statistics").stdout.splitlines()[0] == f"4  [-] {RULE}"
    counted = json.loads(smelllint("check", "--statistics", "--output-format", "json").stdout)
    assert counted == [{"rule": RULE, "count": 4, "fixable": 2}]


def test_quiet_prints_findings_only(folder: Path) -> None:
    write(folder, {"a.py": SMELLY})

    lines = smelllint("check", "-q", "--output-format", "concise").stdout.splitlines()

    assert len(lines) == 2
    assert all(line.startswith("a.py:") for line in lines)


def test_the_cache_option_is_accepted(folder: Path) -> None:
    write(folder, {"a.py": CLEAN})

    assert smelllint("check", "--no-cache").exit_code == 0


def test_any_number_of_processes_prints_the_same(folder: Path) -> None:
    for number in range(60):
        write(folder, {f"f{number:02}.py": SMELLY if number % 7 == 0 else CLEAN})

    alone = smelllint("check", "-j", "1", "--output-format", "json")
    together = process("check", "-j", "3", "--output-format", "json", cwd=folder)

    assert alone.exit_code == together.returncode == 1
    assert len(json.loads(alone.stdout)) == 18
    assert together.stdout == alone.stdout


def test_a_rule_has_a_page(folder: Path) -> None:
    result = smelllint("rule", RULE)

    assert result.exit_code == 0
    assert result.stdout.startswith(f"# {RULE}\n")
    assert "```diff" in result.stdout


def test_a_rule_that_is_none_gets_a_suggestion(folder: Path) -> None:
    result = smelllint("rule", "unbatched-encodes")

    assert result.exit_code == 2
    assert "did you mean `unbatched-encode`?" in result.stderr


def test_rules_lists_every_rule(folder: Path) -> None:
    listed = json.loads(smelllint("rules", "--output-format", "json").stdout)
    text = smelllint("rules").stdout

    assert sorted(entry["name"] for entry in listed) == list(catalogue.names())
    assert all(name in text for name in catalogue.names())
    assert {"family", "title", "fix", "default", "evidence", "options", "url"} < set(listed[0])


def test_init_writes_a_configuration_that_holds(folder: Path) -> None:
    assert smelllint("init").exit_code == 0
    write(folder, {"a.py": SMELLY})

    assert (folder / "smelllint.toml").exists()
    assert smelllint("check").exit_code == 1
    assert smelllint("init").exit_code == 2


def test_init_adds_to_pyproject_and_keeps_what_is_there(folder: Path) -> None:
    before = b'[project]\r\nname = "x"'
    write(folder, {"pyproject.toml": before})

    assert smelllint("init").exit_code == 0

    after = (folder / "pyproject.toml").read_bytes()
    assert after.startswith(before + b"\r\n\r\n[tool.smelllint]\r\n")
    assert b"\n" not in after.replace(b"\r\n", b"")
    assert smelllint("init").exit_code == 2


def test_the_version_is_told_without_the_command_line(folder: Path) -> None:
    for arguments in (["--version"], ["-V"]):
        assert process(*arguments, cwd=folder).stdout == f"smelllint {package.__version__}\n"


def test_a_clean_file_needs_neither_libcst_nor_rich(folder: Path) -> None:
    write(folder, {"a.py": "import os\nprint(os.getcwd())\n"})
    code = "\n".join([
        "import sys",
        "sys.argv = ['smelllint', 'check', 'a.py']",
        "from smelllint.cli import command",
        "try:",
        "    command()",
        "except SystemExit as end:",
        "    assert not end.code",
        "print(sorted({'libcst', 'rich', 'pathspec', 'multiprocessing'} & set(sys.modules)))",
    ])  # fmt: skip

    assert python("-c", code, cwd=folder).stdout.splitlines()[-1:] == ["[]"]


@pytest.mark.parametrize(
    ("environment", "coloured"),
    [({}, False), ({"FORCE_COLOR": "1"}, True), ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False)],
)
def test_colour_is_for_terminals_and_those_who_ask(
    folder: Path, environment: dict[str, str], coloured: bool
) -> None:
    write(folder, {"a.py": SMELLY})

    result = process("check", cwd=folder, **environment)

    assert ("\x1b[" in result.stdout) == coloured


def test_a_terminal_without_the_letters_gets_escapes(folder: Path) -> None:
    write(folder, {"a.py": SMELLY.replace("zeros =", "größe =")})

    result = process("check", cwd=folder, PYTHONIOENCODING="ascii")

    assert result.returncode == 1
    assert "gr\\xf6\\xdfe" in result.stdout


def on_terminal(*arguments: str, cwd: Path) -> tuple[int, str]:
    """Run the command on a terminal; its exit code and everything it sent there."""
    import pty

    pieces: list[bytes] = []
    ours, theirs = pty.openpty()
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent), "TERM": "xterm"}
    command = [sys.executable, "-m", "smelllint", *arguments]
    running = subprocess.Popen(command, cwd=cwd, env=environment, stdout=theirs, stderr=theirs)
    os.close(theirs)
    while True:
        try:
            piece = os.read(ours, 65536)
        except OSError:  # Linux says so when the other end is closed
            break
        if not piece:
            break
        pieces.append(piece)
    os.close(ours)
    return running.wait(timeout=60), b"".join(pieces).decode()


def test_a_terminal_gets_colour_and_a_long_run_tells_how_far_it_is(folder: Path) -> None:
    write(folder, {f"f{number:02}.py": SMELLY for number in range(60)})

    code, output = on_terminal("check", "-j", "2", "--statistics", cwd=folder)

    assert code == 1
    assert "/60 files" in output
    progress, _, rest = output.rpartition("\r\x1b[K")
    assert progress
    assert f"\x1b[1;31m{RULE}\x1b[0m" in rest


def test_a_short_run_tells_nothing_on_the_way(folder: Path) -> None:
    write(folder, {"a.py": CLEAN})

    assert on_terminal("check", cwd=folder) == (0, "No smells in 1 file.\r\n")


def test_a_page_is_set_for_a_terminal(folder: Path) -> None:
    code, output = on_terminal("rule", RULE, cwd=folder)

    assert code == 0
    assert "<!--" not in output
    assert "\x1b[" in output


def test_an_interrupt_ends_the_run_at_once_and_in_order(folder: Path) -> None:
    write(folder, {f"f{number:03}.py": SMELLY * 40 for number in range(300)})
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)}
    command = [sys.executable, "-m", "smelllint", "check", "-j", "2", "--fix", "-q"]

    running = subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    while (folder / "f000.py").read_text() == SMELLY * 40 and running.poll() is None:
        time.sleep(0.01)
    running.send_signal(signal.SIGINT)
    _, errors = running.communicate(timeout=60)

    assert running.returncode == 130
    assert "Traceback" not in errors


# -- read without the library of command lines ---------------------------------------------------------------

PLAIN = (
    (),
    ("a.py", "b.py"),
    ("-q", "a.py", "--fix", "--unsafe-fixes"),
    ("--select", "a,b", "--select=c", "--ignore", " d , ,e", "-"),
    ("--output-format=json=f", "--output-format", "concise", "--sort", "saving", "--target=cuda"),
    ("-j", "3", "--min-saving", "10%", "--config", "a.toml", "--config=target='cpu'", "--no-cache"),
    ("--jobs=2", "--stdin-filename", "x y.py", "--fail-on", "1,proven", "--why", "r", "--add-ignore="),
    ("--watch", "--diff", "--statistics", "--exit-zero", "--isolated", "--show-files", "--show-settings"),
    (
        "--profile",
        "--force-exclude",
        "--exclude",
        "a/**",
        "--extend-select",
        "x",
        "--changed-since",
        "HEAD~1",
    ),
    ("--baseline", "b.json", "--quiet", "c", ""),
)
ODD = (
    ("--help",), ("-h",), ("--nope",), ("--fix=1",), ("-j0",), ("-j", "0"), ("-j", "x"), ("-qj2",), ("--",),
    ("--select",), ("--select", "-q"), ("--target", "tpu"), ("--sort=size",), ("--jobs", "٣"), ("-q=1",),
)  # fmt: skip


@pytest.mark.parametrize("arguments", PLAIN, ids=" ".join)
def test_a_plain_command_line_is_read_as_click_reads_it(
    arguments: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    carried_out: list[dict[str, object]] = []

    def noted(values: dict[str, object]) -> int:
        carried_out.append(values)
        return 0

    monkeypatch.setattr("smelllint.cli.launch", noted)
    assert smelllint("check", *arguments).exit_code == 0
    assert options.read(arguments) == carried_out[0]


@pytest.mark.parametrize("arguments", ODD, ids=" ".join)
def test_an_odd_command_line_is_left_to_click(arguments: tuple[str, ...]) -> None:
    assert options.read(arguments) is None


def test_every_option_is_read_plainly_somewhere() -> None:
    given = {word.partition("=")[0] for arguments in PLAIN for word in arguments if word.startswith("-")}
    assert all(given & set(option.names) for option in options.OPTIONS)


def test_a_plain_command_line_needs_no_library_for_it(folder: Path) -> None:
    write(folder, {"clean.py": "import os\n"})
    script = "\n".join([
        "import sys",
        "sys.argv = ['smelllint', 'check', 'clean.py', '-q']",
        "from smelllint.__main__ import main",
        "try:",
        "    main()",
        "except SystemExit as end:",
        "    print(end.code, sorted({'click', 'rich', 'libcst', 'multiprocessing'} & set(sys.modules)))",
    ])  # fmt: skip
    assert python("-c", script, cwd=folder).stdout == "0 []\n"
