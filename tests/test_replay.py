"""The same run again: printed without a look at the files, and never when anything else would be printed."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from smelllint import __main__, cache, project, replay, seen, stamps
from smelllint import check as check_module
from smelllint.files import find
from smelllint.settings import Settings
from tests import test_cache
from tests.cli_helpers import CLEAN, SMELLY, smelllint, write
from tests.test_cache import HELPER, NET

RULE = "inference-without-no-grad"
Run = Callable[..., tuple[int, str]]
CHECK = ("check", "--select", "all", "--output-format", "json", "package")
PLAIN_CALL = test_cache.PLAIN_CALL.replace("from ", "from package.")
NO_GRAD_CALL = test_cache.NO_GRAD_CALL.replace("from ", "from package.")
# The smell of `helper.py` rests on how `main.py`, which is not looked at, calls it.
TREE = {
    ".git/HEAD": "",
    "main.py": PLAIN_CALL,
    "package/helper.py": HELPER,
    "package/net.py": NET,
    "package/sub/clean.py": CLEAN,
    "elsewhere/helper.py": HELPER,
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(write(tmp_path / "project", TREE))
    monkeypatch.setattr(stamps, "AT_REST", -1.0)
    return tmp_path / "project"


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    def started(*arguments: str) -> tuple[int, str]:
        """Exit code and output of a run, as of a process of its own."""
        project.forget()
        cache.fingerprint.cache_clear()
        monkeypatch.setattr(replay, "_key", None)
        monkeypatch.setattr(sys, "argv", ["smelllint", *arguments])
        with pytest.raises(SystemExit) as ended:
            __main__.main()
        code = ended.value.code
        assert isinstance(code, int)
        return code, capsys.readouterr().out

    return started


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """The paths of every run that was really carried out."""
    runs: list[tuple[str, ...]] = []
    original = check_module.carried_out

    def noting(request: check_module.Request) -> int:
        runs.append(request.paths)
        return original(request)

    monkeypatch.setattr(check_module, "carried_out", noting)
    return runs


def fresh(arguments: Sequence[str] = CHECK) -> tuple[int, str]:
    project.forget()
    result = smelllint(*arguments, "--no-cache")
    return result.exit_code, result.stdout


@pytest.mark.parametrize("options", [(), ("--statistics",), ("--output-format", "json"), ("--exit-zero",)])
def test_the_same_run_is_printed_again(
    folder: Path, run: Run, ran: list[tuple[str, ...]], options: tuple[str, ...]
) -> None:
    arguments = ("check", "--select", "all", *options, "package")
    first = run(*arguments)
    assert len(ran) == 1
    assert run(*arguments) == first == fresh(arguments)
    assert len(ran) == 2  # by `fresh`
    assert RULE in first[1]


def change_a_file(folder: Path) -> None:
    write(folder, {"package/sub/clean.py": SMELLY})


def change_nothing_but_the_time_of_the_data(folder: Path) -> None:
    path = folder / "package/sub/clean.py"
    before = path.stat()
    path.write_text(SMELLY.ljust(before.st_size))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def add_a_file(folder: Path) -> None:
    write(folder, {"package/new.py": SMELLY})


def add_a_file_in_a_new_folder(folder: Path) -> None:
    write(folder, {"package/sub/deeper/new.py": SMELLY})


def remove_a_file(folder: Path) -> None:
    (folder / "package/helper.py").unlink()


def rename_a_folder(folder: Path) -> None:
    (folder / "package/sub").rename(folder / "package/other")


def ignore_a_file(folder: Path) -> None:
    write(folder, {"package/.gitignore": "helper.py\n"})


def ignore_it_further_up(folder: Path) -> None:
    write(folder, {".gitignore": "helper.py\n"})


def configure(folder: Path) -> None:
    write(folder, {"package/smelllint.toml": 'exclude = ["helper.py"]\n'})


def configure_further_up(folder: Path) -> None:
    write(folder, {"pyproject.toml": '[tool.smelllint]\nexclude = ["helper.py"]\n'})


def configure_outside(folder: Path) -> None:
    write(folder.parent, {"smelllint.toml": 'exclude = ["helper.py"]\n'})


def change_a_caller_elsewhere(folder: Path) -> None:
    write(folder, {"main.py": NO_GRAD_CALL})


def add_a_caller_elsewhere(folder: Path) -> None:
    write(folder, {"elsewhere/other.py": NO_GRAD_CALL})


def remove_the_caller(folder: Path) -> None:
    (folder / "main.py").unlink()


def make_a_module_of_a_folder(folder: Path) -> None:
    write(folder, {"package/__init__.py": "", "package/net/__init__.py": ""})


def name_versions(folder: Path) -> None:
    write(folder, {"requirements.txt": "torch==1.0\n"})


def end_the_repository_sooner(folder: Path) -> None:
    write(folder, {"package/.git/HEAD": ""})


CHANGES = (
    change_a_file,
    change_nothing_but_the_time_of_the_data,
    add_a_file,
    add_a_file_in_a_new_folder,
    remove_a_file,
    rename_a_folder,
    ignore_a_file,
    ignore_it_further_up,
    configure,
    configure_further_up,
    configure_outside,
    change_a_caller_elsewhere,
    add_a_caller_elsewhere,
    remove_the_caller,
    make_a_module_of_a_folder,
    name_versions,
    end_the_repository_sooner,
)


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_any_change_that_may_count_makes_it_run(
    folder: Path, run: Run, ran: list[tuple[str, ...]], change: Callable[[Path], None]
) -> None:
    run(*CHECK)
    run(*CHECK)
    assert len(ran) == 1
    change(folder)
    assert run(*CHECK) == fresh()
    assert len(ran) == 3


def test_the_changes_are_such_that_most_count(folder: Path) -> None:
    assert RULE in fresh()[1]
    configure_outside(folder)
    assert RULE not in fresh()[1]
    (folder.parent / "smelllint.toml").unlink()
    change_a_caller_elsewhere(folder)
    assert RULE not in fresh()[1]


def test_a_link_that_leads_elsewhere_makes_it_run(folder: Path, run: Run, ran: list[tuple[str, ...]]) -> None:
    link = folder / "package/linked.py"
    link.symlink_to("../elsewhere/helper.py")
    run(*CHECK)
    run(*CHECK)
    assert len(ran) == 1
    link.unlink()
    link.symlink_to(write(folder.parent, {"outside.py": SMELLY}) / "outside.py")
    assert run(*CHECK) == fresh()
    assert len(ran) == 3


@pytest.mark.parametrize("name", ["NO_COLOR", "FORCE_COLOR", "SMELLLINT_DATA_DIR"])
def test_another_environment_makes_it_run(
    folder: Path, run: Run, ran: list[tuple[str, ...]], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    run(*CHECK)
    monkeypatch.setenv(name, str(folder / "1"))
    run(*CHECK)
    assert len(ran) == 2


def test_new_code_of_smelllint_makes_it_run(
    folder: Path, run: Run, ran: list[tuple[str, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    evidence = write(folder.parent / "evidence", {"rule/cpu.json": "{}"})
    monkeypatch.setattr("smelllint.proof.local_folder", lambda: evidence)
    monkeypatch.setattr("smelllint.proof.stamps", lambda _: {})
    run(*CHECK)
    run(*CHECK)
    assert len(ran) == 1
    write(evidence, {"rule/cpu.json": "{ }"})
    run(*CHECK)
    assert len(ran) == 2


@pytest.mark.parametrize(
    "options",
    [
        ("--diff",),
        ("--fix",),
        ("--no-cache",),
        ("--output-format", "sarif"),
        ("--show-files",),
        ("--profile",),
    ],
    ids=" ".join,
)
def test_what_does_more_than_print_is_carried_out(
    folder: Path, run: Run, ran: list[tuple[str, ...]], options: tuple[str, ...]
) -> None:
    for _ in range(2):
        run("check", *options, "package")
    assert len(ran) == 2
    assert not list(cache.home().glob(f"*{replay.ENDING}"))


def test_a_single_file_is_not_worth_remembering(folder: Path, run: Run, ran: list[tuple[str, ...]]) -> None:
    for _ in range(2):
        run("check", "package/helper.py")
    assert len(ran) == 2


def test_what_changed_just_now_is_not_relied_on(
    folder: Path, run: Run, ran: list[tuple[str, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stamps, "AT_REST", 60.0)
    run(*CHECK)
    run(*CHECK)
    assert len(ran) == 2


@pytest.mark.parametrize("part", [0.01, 0.3, 0.9, 0.999])
def test_what_is_torn_or_foreign_counts_as_nothing(
    folder: Path, run: Run, ran: list[tuple[str, ...]], part: float
) -> None:
    first = run(*CHECK)
    (kept,) = cache.home().glob(f"*{replay.ENDING}")
    data = kept.read_bytes()
    at = int(part * len(data))
    for torn in (data[:at], data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :], data[at:], b"\n" * at):
        kept.write_bytes(torn)
        ran.clear()
        assert run(*CHECK) == first
        assert len(ran) == 1


def test_what_another_process_was_told_has_to_be_what_we_see(
    folder: Path, run: Run, ran: list[tuple[str, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the run lasted, a caller changed and changed back: what came of it is not printed again."""
    original = cache.look

    def misled(job: object) -> cache.Look:
        main = folder / "main.py"
        main.write_text(NO_GRAD_CALL)
        project.forget()
        found = original(job)  # type: ignore[arg-type]
        main.write_text(PLAIN_CALL)
        project.forget()
        return found

    monkeypatch.setattr(cache, "look", misled)
    run(*CHECK)
    monkeypatch.setattr(cache, "look", original)
    assert run(*CHECK) == fresh()


def test_clean_removes_what_is_kept_of_runs(folder: Path, run: Run) -> None:
    run(*CHECK)
    assert list(cache.home().glob(f"*{replay.ENDING}"))
    assert smelllint("clean").output == "removed 1 manifest\n"
    assert not list(cache.home().iterdir())


def test_a_reader_that_goes_away_is_no_fault(folder: Path) -> None:
    write(folder, {f"package/many{number}.py": SMELLY for number in range(60)})
    os.sync()
    command = [sys.executable, "-m", "smelllint", "check", "--select", "all", "package"]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)}
    for _ in range(2):
        with subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as process:
            assert process.stdout is not None
            assert process.stderr is not None
            process.stdout.close()
            assert process.wait(60) == 1
            assert process.stderr.read() == b""


def test_what_lies_in_a_listed_folder_needs_no_look_of_its_own(tmp_path: Path) -> None:
    write(tmp_path, {"a/there.py": ""})
    os.utime(tmp_path / "a", (1, 1))
    stamps_before = stamps.AT_REST
    try:
        stamps.AT_REST = -1.0
        with seen.everything() as sight:
            assert not seen.exists(str(tmp_path / "a/pyproject.toml"))
            assert not seen.exists(str(tmp_path / "b/pyproject.toml"))
            seen.note(str(tmp_path / "a"))
    finally:
        stamps.AT_REST = stamps_before
    assert set(sight.needed()) == {str(tmp_path / "a"), str(tmp_path / "b/pyproject.toml")}


def test_a_run_lists_each_folder_once(folder: Path) -> None:
    """Discovery, the search for names and the search for modules ask for the same."""
    listed: list[str] = []
    listening = True
    sys.addaudithook(
        lambda event, arguments: (
            listed.append(os.path.abspath(arguments[0]))
            if listening and event in ("os.scandir", "os.listdir")
            else None
        )
    )

    with seen.everything():
        find([str(folder)], lambda _: Settings())
        disk = project.Disk(str(folder), Settings())
        assert disk.searched
        assert disk.home("net", str(folder / "package")) == str(folder / "package" / "net.py")
    listening = False

    ours = [path for path in listed if path.startswith(str(folder))]
    assert sorted(ours) == sorted(set(ours))


def test_what_comes_into_a_folder_once_it_was_listed_is_for_the_next_run(folder: Path) -> None:
    with seen.everything() as sight:
        seen.listed(str(folder))
        before = sight.states[str(folder)]
        write(folder, {"pyproject.toml": ""})
        assert not seen.exists(str(folder / "pyproject.toml"))

    assert list(before) != stamps.stamp_of(str(folder))
    assert seen.exists(str(folder / "pyproject.toml"))


def test_what_a_path_leads_back_to_is_there_though_no_folder_lists_it(folder: Path) -> None:
    with seen.everything():
        seen.listed(str(folder / "package"))
        assert all(seen.is_folder(str(folder / "package") + end) for end in ("/", "/.", "/.."))
