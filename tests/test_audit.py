"""`smelllint audit`: the findings of `check`, whoever does the work, whatever is killed."""

from __future__ import annotations

import gzip
import json
import os
import runpy
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import BrokenExecutor, Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psutil
import pyarrow
import pytest
from pyarrow import parquet

from smelllint.audit import shards, steward, texts
from smelllint.audit.executors import ExecutorError, results
from smelllint.audit.shards import Item, Shard, cut
from smelllint.audit.work import Result
from smelllint.examine import Job
from smelllint.settings import Settings
from tests.cli_helpers import CLEAN, RULE, SMELLY, process, python, smelllint, write

ROOT = Path(__file__).parents[1]
# A smell that is none, as shows only to who reads the other file too.
HELPER = """\
import torch


def score(model, batches):
    model.eval()
    for batch in batches:
        print(model(batch).argmax(1).tolist())
"""
CALLER = """\
import torch
from helper import score

model = torch.nn.Linear(512, 512)
with torch.no_grad():
    score(model, torch.rand(99, 8, 512))
"""
REPOSITORY = {
    "plain/a.py": SMELLY,
    "plain/b.py": CLEAN,
    "plain/broken.py": "import torch\ndef f(:\n",
    "plain/nul.py": b"import torch\0",
    "plain/latin.py": "# coding: latin-1\n# é\n".encode("latin-1") + SMELLY.encode(),
    "plain/n.ipynb": json.dumps(
        {
            "nbformat": 4,
            "nbformat_minor": 5,
            "metadata": {},
            "cells": [
                {
                    "cell_type": "code",
                    "id": "a",
                    "metadata": {},
                    "execution_count": 1,
                    "outputs": [],
                    "source": SMELLY,
                }
            ],
        }
    ),
    "across/pyproject.toml": "[project]\nname = 'x'\n[tool.smelllint]\nignore = ['tuning']\n",
    "across/a.py": SMELLY,
    "across/helper.py": HELPER,
    "across/caller.py": CALLER,
}
EXECUTOR = """
from distributed import Client, LocalCluster

def executor():
    cluster = LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None)
    return Client(cluster).get_executor()
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def found(output: Path) -> list[dict[str, Any]]:
    """The records of an audit, in order."""
    lines = [
        line for path in sorted(output.glob("findings/*.jsonl")) for line in path.read_text().splitlines()
    ]
    tables = [parquet.read_table(path) for path in sorted(output.glob("findings/*.parquet"))]
    return [*map(json.loads, lines), *(row for table in tables for row in table.to_pylist())]


def summary(output: Path) -> dict[str, Any]:
    kept: dict[str, Any] = json.loads((output / "summary.json").read_text())
    return kept


def checked(*paths: str) -> list[dict[str, Any]]:
    """What `check` says, but for the addresses of pages."""
    said = smelllint("check", "--no-cache", "--output-format", "json", *paths)
    return [
        {key: value for key, value in record.items() if key != "url"} for record in json.loads(said.stdout)
    ]


def bare(records: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Records without what only an audit says."""
    return [{key: value for key, value in one.items() if key not in ("source", "record")} for one in records]


def places(records: Sequence[dict[str, Any]]) -> list[tuple[str, str, int]]:
    return [(one["filename"], one["rule"], one["location"]["row"]) for one in records]


def full(value: Any) -> Any:
    """JSON as Parquet has it: edits outside of notebooks have no cell, which a column has to say."""
    if isinstance(value, dict):
        edit = {"cell": None} if {"content", "location"} <= value.keys() else {}
        return {**edit, **{key: full(inner) for key, inner in value.items()}}
    return [full(inner) for inner in value] if isinstance(value, list) else value


def texts_in(path: Path, rows: Sequence[dict[str, Any]]) -> Path:
    """Rows as a file of the kind that its name says."""
    if path.suffix == ".parquet":
        parquet.write_table(pyarrow.Table.from_pylist(list(rows)), path)
        return path
    lines = "".join(json.dumps(row) + "\n" for row in rows).encode()
    path.write_bytes(gzip.compress(lines) if path.suffix == ".gz" else lines)
    return path


# What it finds. ---------------------------------------------------------------------------------------------


def test_the_findings_of_folders_are_those_of_check(folder: Path) -> None:
    write(folder, REPOSITORY)

    done = smelllint("audit", "plain", "across", "--output", "out", "--shard-size", "2")

    records = found(folder / "out")
    key = lambda one: (one["filename"], one["location"]["row"], one["rule"])  # noqa: E731
    assert done.exit_code == 0
    assert sorted(bare(records), key=key) == sorted(checked("plain", "across"), key=key)
    assert {one["source"] for one in records} == {"plain", "across"}
    assert {Path(one["filename"]).name for one in records} >= {
        "a.py",
        "broken.py",
        "nul.py",
        "n.ipynb",
    }


def test_the_summary_counts_what_is_there(folder: Path) -> None:
    write(folder, REPOSITORY)

    done = smelllint("audit", "plain", "across", "--output", "out", "--shard-size", "3")

    told, files = summary(folder / "out"), [name for name in REPOSITORY if not name.endswith(".toml")]
    contents = [
        content.encode() if isinstance(content, str) else content for content in map(REPOSITORY.get, files)
    ]
    assert told["complete"] is True
    assert (told["shards"], told["files"]) == (3, len(files))
    assert told["bytes"] == sum(map(len, contents))
    assert told["lines"] == sum(len(content.splitlines()) for content in contents)
    assert told["rules"] == {RULE: {"findings": 8, "files": 4, "family": "data"}}
    assert told["troubles"] == {"syntax-error": 1, "undecodable-file": 1}
    assert (told["findings"], told["files_with_findings"], told["files_with_trouble"]) == (8, 4, 2)
    assert told["asked"]["sources"] == ["plain", "across"]
    assert f"8  {RULE}\nFound 8 smells in 4 of 9 files, 3 shards.\n2 files could not" in done.stdout


def test_parquet_holds_what_json_lines_do(folder: Path) -> None:
    write(folder, REPOSITORY)

    smelllint("audit", "plain", "--output", "lines")
    smelllint("audit", "plain", "--output", "table", "--output-format", "parquet")

    assert found(folder / "table") == full(found(folder / "lines"))
    assert len(found(folder / "table")) == 8


@pytest.mark.parametrize("name", ["t.jsonl", "t.jsonl.gz", "t.ndjson", "t.parquet"])
@pytest.mark.parametrize("output_format", ["json-lines", "parquet"])
def test_texts_are_linted_as_files_are(folder: Path, name: str, output_format: str) -> None:
    write(folder / "alone", {"pkg/a.py": SMELLY, "broken.py": REPOSITORY["plain/broken.py"]})
    rows = [
        {"content": CLEAN, "path": "clean.py", "stars": 3},
        {"content": SMELLY, "path": "pkg/a.py", "stars": 5},
        {"content": None, "path": "none.py", "stars": 1},
        {"content": (folder / "alone/broken.py").read_text(), "path": "broken.py", "stars": 0},
        {"content": SMELLY, "path": None, "stars": 0},
    ]
    texts_in(folder / name, rows)

    done = smelllint("audit", name, "--output", "out", "--output-format", output_format)

    records = found(folder / "out")
    assert done.exit_code == 0
    assert {one["source"] for one in records} == {name}
    assert [(one["record"], *place) for one, place in zip(records, places(records), strict=True)] == [
        (2, "pkg/a.py", RULE, 5),
        (2, "pkg/a.py", RULE, 6),
        (3, "none.py", "unreadable-text", 1),
        (4, "broken.py", "syntax-error", 2),
        (5, "record-5.py", RULE, 5),
        (5, "record-5.py", RULE, 6),
    ]
    alone = [full({**one, "filename": "pkg/a.py"}) for one in checked("alone/pkg")]
    assert [full(one) for one in bare(records)[:2]] == alone
    assert summary(folder / "out")["files"] == 4


@pytest.mark.parametrize(
    "column",
    [
        pyarrow.array([SMELLY.encode()], pyarrow.binary()),
        pyarrow.array([SMELLY], pyarrow.large_string()),
        pyarrow.array([SMELLY]).dictionary_encode(),
    ],
    ids=["binary", "large_string", "dictionary"],
)
def test_any_column_of_text_will_do(folder: Path, column: pyarrow.Array) -> None:
    table = pyarrow.table({"code": column, "max_stars_repo_path": ["a/b.py"]})
    parquet.write_table(table, folder / "stack.parquet")

    smelllint(
        *("audit", "stack.parquet", "--output", "out", "--column", "code"),
        *("--path-column", "max_stars_repo_path"),
    )

    assert places(found(folder / "out")) == [("a/b.py", RULE, 5), ("a/b.py", RULE, 6)]


def test_a_list_names_sources_of_every_kind(folder: Path) -> None:
    write(folder, REPOSITORY)
    texts_in(folder / "t.jsonl", [{"content": SMELLY}])
    write(folder, {"all.txt": "# mine\nplain\n\nt.jsonl\nacross/helper.py\n", "more.txt": "all.txt\n"})

    done = smelllint("audit", "all.txt", "--output", "out")

    assert done.exit_code == 0
    assert {one["source"] for one in found(folder / "out")} == {"plain", "t.jsonl"}
    nested = smelllint("audit", "more.txt", "--output", "nested")
    assert nested.exit_code == 2
    assert found(folder / "nested")[0]["message"] == "is a list in a list; name it beside the other"


def test_settings_hold_for_texts_and_nothing_else_of_this_folder_does(folder: Path) -> None:
    write(
        folder,
        {"pyproject.toml": f"[tool.smelllint]\nignore = ['{RULE}']\n", "requirements.txt": "torch==1.0\n"},
    )
    texts_in(folder / "t.jsonl", [{"content": SMELLY}])

    smelllint("audit", "t.jsonl", "--output", "out")
    smelllint("audit", "t.jsonl", "--output", "none", "--select", "tuning")
    smelllint("audit", "t.jsonl", "--output", "mps", "--target", "mps", "--config", "pyproject.toml")

    assert len(found(folder / "out")) == 2
    assert found(folder / "none") == []
    assert found(folder / "mps") == []


def test_a_mistake_in_one_configuration_is_told_and_costs_nothing_more(folder: Path) -> None:
    write(folder, {"good/a.py": SMELLY, "bad/a.py": SMELLY, "bad/smelllint.toml": "selekt = ['all']\n"})

    done = smelllint("audit", "bad", "good", "--output", "out")

    records = found(folder / "out")
    assert done.exit_code == 0
    assert records[0]["rule"] == "unreadable-configuration"
    assert "unknown key `selekt`: did you mean `select`?; the defaults hold instead" in records[0]["message"]
    assert [(one["source"], one["rule"]) for one in records[1:]] == [("bad", RULE)] * 2 + [("good", RULE)] * 2


# Hostile texts. ---------------------------------------------------------------------------------------------


def test_names_lead_nowhere(folder: Path) -> None:
    """The text imports what lies where its name says; nothing there may be read."""
    write(folder, {"project/caller.py": CALLER, "project/.git/HEAD": ""})
    names = [
        f"{folder}/project/helper.py",
        "../project/helper.py",
        "project/helper.py",
        "./a/../../project/helper.py",
        "..",
        "/",
    ]
    texts_in(folder / "project" / "t.jsonl", [{"content": HELPER, "path": name} for name in names])

    done = smelllint("audit", "project/t.jsonl", "--output", "out")

    assert done.exit_code == 0
    assert [one["filename"] for one in found(folder / "out")] == names
    write(folder, {"project/helper.py": HELPER})
    assert checked("project/helper.py") == []  # where it does lie, it is called without gradients


def test_nothing_of_the_working_folder_is_run(folder: Path) -> None:
    own = f"open({str(folder / 'owned')!r}, 'w').close()\n"
    names = ("pickle", "libcst", "select", "typing", "sitecustomize", "usercustomize", "pyarrow")
    write(folder, {"a.py": SMELLY, **{f"{name}.py": own for name in names}})

    done = process("audit", ".", "--output", "out", "--output-format", "parquet", cwd=folder)

    assert done.returncode == 0, done.stderr
    assert summary(folder / "out")["findings"] == 2
    assert not (folder / "owned").exists()


def test_odd_names_are_kept_and_never_sent_to_a_terminal(folder: Path) -> None:
    names = [
        "\x1b[31mred.py",
        "a\nb.py",
        "\u202egnp.py",
        "x\0y.py",
        "half\ud83d.py",
        "##vso[task]a.py",
        "a" * 5000,
    ]
    texts_in(folder / "t.jsonl", [{"content": SMELLY, "path": name} for name in names])
    odd = folder / "\x1b[2J"
    write(odd, {os.fsdecode(b"\xff.py"): SMELLY})

    for output_format in ("json-lines", "parquet"):
        done = smelllint(
            "audit", "t.jsonl", str(odd), "--output", f"\x1b{output_format}", "--output-format", output_format
        )

        files = [one["filename"] for one in found(folder / f"\x1b{output_format}")][::2]
        assert done.exit_code == 0
        assert "\x1b" not in done.stdout
        assert len(files) == len(names) + 1
        if output_format == "json-lines":
            assert files == [*names, str(odd / "\udcff.py")]
        else:
            escaped = [name.encode("utf-8", "backslashreplace").decode() for name in names]
            assert files == [*escaped, f"{odd}/\\udcff.py"]
    raw = next((folder / "\x1bjson-lines").glob("findings/*")).read_bytes()
    assert not {0x1B, 0x07, 0x00} & set(raw)
    assert b"##vso" not in raw


def test_texts_that_are_none_or_too_large(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(texts, "MOST", 8_000_000)
    large = json.dumps({"content": "#" * 5_000_001, "path": "large.py"})
    lines = [
        '{"content": "x = 1"}',
        "{no json",
        "[]",
        '{"content": 3}',
        large,
        "",
        '"' + "x" * 9_000_000 + '"',
    ]
    lines += ["[" * 100_000, json.dumps({"content": SMELLY})]
    write(folder, {"t.jsonl": "\n".join(lines)})

    done = smelllint("audit", "t.jsonl", "--output", "out")

    told = [(one["record"], one["rule"]) for one in found(folder / "out")]
    assert done.exit_code == 0
    assert told == [
        *((record, "unreadable-text") for record in (2, 3, 4)),
        (5, "too-large"),
        (7, "unreadable-text"),
        (8, "unreadable-text"),
        (9, RULE),
        (9, RULE),
    ]


# Kills. -----------------------------------------------------------------------------------------------------


def start_with(monkeypatch: pytest.MonkeyPatch, *lines: str) -> None:
    """Let stewards do something else before they serve."""
    head = "import os, signal, sys, time; sys.path[:] = sys.argv[1:]\nfrom smelllint.audit import steward\n"
    monkeypatch.setattr(steward, "START", head + "\n".join((*lines, "steward.serve()")))


def test_a_file_that_kills_who_looks_at_it_costs_itself(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    start_with(
        monkeypatch,
        "look = steward.look",
        "def deadly(item):",
        "    if 'killer' in item.name: os.kill(os.getpid(), signal.SIGKILL)",
        "    return look(item)",
        "steward.look = deadly",
    )
    names = [f"{'killer' if number in (3, 4, 17) else 'file'}-{number}.py" for number in range(20)]
    texts_in(folder / "t.jsonl", [{"content": SMELLY, "path": name} for name in names])

    done = smelllint("audit", "t.jsonl", "--output", "out", "--shard-size", "10", "-j", "2")

    expected = []
    for name in names:
        expected += [(name, "process-died", 1)] if "killer" in name else [(name, RULE, 5), (name, RULE, 6)]
    assert done.exit_code == 0
    assert places(found(folder / "out")) == expected
    assert summary(folder / "out")["troubles"] == {"process-died": 3}
    assert summary(folder / "out")["files"] == 20


def test_a_file_that_takes_too_long_costs_itself(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    start_with(
        monkeypatch,
        "from smelllint import pool",
        "pool.PATIENCE, look = 0.5, steward.look",
        "steward.look = lambda item: time.sleep(60) if 'slow' in item.name else look(item)",
    )
    names = ["a.py", "slow.py", "b.py"]
    texts_in(folder / "t.jsonl", [{"content": SMELLY, "path": name} for name in names])

    smelllint("audit", "t.jsonl", "--output", "out")

    told = [
        ("a.py", RULE, 5),
        ("a.py", RULE, 6),
        ("slow.py", "took-too-long", 1),
        ("b.py", RULE, 5),
        ("b.py", RULE, 6),
    ]
    assert places(found(folder / "out")) == told


def test_a_steward_that_is_killed_is_followed_by_another(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once for one file, always for another: only that one is lost."""
    start_with(
        monkeypatch,
        "look = steward.look",
        "def deadly(item):",
        f"    first = not os.path.exists('{folder}/met')",
        "    if 'always' in item.name or ('once' in item.name and first):",
        f"        open('{folder}/met', 'w').close() if 'once' in item.name else None",
        "        os.kill(os.getppid(), signal.SIGKILL); time.sleep(5)",
        "    return look(item)",
        "steward.look = deadly",
    )
    names = ["a.py", "once.py", "b.py", "always.py", "c.py"]
    texts_in(folder / "t.jsonl", [{"content": SMELLY, "path": name} for name in names])

    smelllint("audit", "t.jsonl", "--output", "out", "-j", "1")

    lost = [one["filename"] for one in found(folder / "out") if one["rule"] == "process-died"]
    assert lost == ["always.py"]
    assert [name for name, _, row in places(found(folder / "out")) if row == 5] == [
        "a.py",
        "once.py",
        "b.py",
        "c.py",
    ]


def test_a_steward_that_cannot_start_ends_the_audit(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steward, "START", "raise SystemExit(3)")
    write(folder, {"a.py": SMELLY})

    done = smelllint("audit", "a.py", "--output", "out")

    assert done.exit_code == 2
    assert "cannot start" in done.stderr
    assert not (folder / "out" / "summary.json").exists()


def test_an_idle_steward_ends_and_is_followed_by_another(monkeypatch: pytest.MonkeyPatch) -> None:
    start_with(monkeypatch, "steward.IDLE = 0.1")
    item = Item("s", Job("s/a.py", Settings(), SMELLY.encode()), name="a.py")
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(lambda: list(steward.seen_of([item]))).result()
        kept = next(iter(steward._all))
        kept.process.wait(10)
        second = pool.submit(lambda: list(steward.seen_of([item]))).result()
        assert kept not in steward._all
    steward.dismiss_all()

    assert first[0].records == second[0].records
    assert len(first[0].records) == 2


def many(folder: Path, number: int) -> Path:
    """A file of texts that take a while."""
    rows = [{"content": SMELLY + f"\n\nx{at} = {at}\n", "path": f"{at}.py"} for at in range(number)]
    return texts_in(folder / "many.parquet", rows)


def descendants(pid: int) -> list[psutil.Process]:
    try:
        return psutil.Process(pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def begun(folder: Path, *arguments: str, notes: int) -> subprocess.Popen[bytes]:
    """An audit in a process of its own, once so many shards are done."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    run = subprocess.Popen(
        [sys.executable, "-m", "smelllint", "audit", *arguments], cwd=folder, env=environment
    )
    deadline = time.monotonic() + 60
    while len(list(folder.glob("out/shards/*.json"))) < notes:
        assert run.poll() is None, "it ended too early"
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return run


def state(output: Path) -> dict[str, tuple[int, int]]:
    """Which file each name of the results is."""
    paths = [*output.glob("findings/*"), *output.glob("shards/*")]
    return {str(path): (path.stat().st_ino, path.stat().st_mtime_ns) for path in paths}


def test_a_killed_audit_goes_on_where_it_was(folder: Path) -> None:
    many(folder, 200)
    arguments = (
        "many.parquet",
        "--output",
        "out",
        "--shard-size",
        "10",
        "-j",
        "1",
        "--output-format",
        "parquet",
    )

    run = begun(folder, *arguments, notes=3)
    workers = descendants(run.pid)
    run.kill()
    run.wait()
    gone, alive = psutil.wait_procs(workers, timeout=10)
    notes = {path.stem for path in (folder / "out/shards").glob("*.json")}
    before = {name: kept for name, kept in state(folder / "out").items() if Path(name).stem in notes}

    assert gone
    assert alive == []
    assert 3 <= len(notes) < 20
    assert not (folder / "out/summary.json").exists()

    again = smelllint("audit", *arguments)

    assert again.exit_code == 0
    assert f"20 shards ({len(notes)} shards done before)." in again.stdout
    after = state(folder / "out")
    assert {name: after[name] for name in before} == before
    assert sorted(path.name for path in folder.glob("out/*/.*")) == []
    smelllint("audit", *arguments[:2], "whole", *arguments[3:])
    assert found(folder / "out") == found(folder / "whole")
    counts = ("files", "bytes", "lines", "findings", "rules", "troubles", "shards")
    assert [summary(folder / "out")[key] for key in counts] == [
        summary(folder / "whole")[key] for key in counts
    ]
    assert summary(folder / "out")["findings"] == 400


def test_an_interrupt_ends_it_at_once_and_nobody_is_left(folder: Path) -> None:
    many(folder, 2000)

    run = begun(
        folder, "many.parquet", "--output", "out", "--shard-size", "1000", "-j", "2", "--quiet", notes=0
    )
    while len(descendants(run.pid)) < 4:  # two stewards, each with somebody who looks at files
        time.sleep(0.01)
    workers = descendants(run.pid)
    began = time.monotonic()
    run.send_signal(signal.SIGINT)

    assert run.wait(20) == 130
    assert time.monotonic() - began < 5
    assert psutil.wait_procs(workers, timeout=10)[1] == []


# Going on. --------------------------------------------------------------------------------------------------


def test_only_what_is_another_is_done_again(folder: Path) -> None:
    write(folder, {f"r/{name}.py": SMELLY for name in "abcdef"})
    arguments = ("audit", "r", "--output", "out", "--shard-size", "2")
    smelllint(*arguments)
    first = state(folder / "out")
    write(folder, {"r/c.py": CLEAN})

    again = smelllint(*arguments)

    assert "3 shards (2 shards done before)" in again.stdout
    changed = {Path(name).stem for name, kept in state(folder / "out").items() if first[name] != kept}
    assert changed == {"000001"}
    assert summary(folder / "out")["findings"] == 10
    for name in "ef":
        (folder / f"r/{name}.py").unlink()
    smelllint(*arguments)
    assert {Path(name).stem for name in state(folder / "out")} == {"000000", "000001"}
    assert summary(folder / "out")["findings"] == 6


@pytest.mark.parametrize("torn", [b"", b"[]", b'{"digest": 3}', b"{"])
def test_a_torn_note_counts_as_none(folder: Path, torn: bytes) -> None:
    write(folder, {"r/a.py": SMELLY})
    smelllint("audit", "r", "--output", "out")
    (folder / "out/shards/000000.json").write_bytes(torn)

    again = smelllint("audit", "r", "--output", "out")

    assert "done before" not in again.stdout
    assert summary(folder / "out")["findings"] == 2


def test_a_shard_holds_so_many_files_and_so_much_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shards, "MOST_BYTES", 100)
    items = [
        Item("s", Job(f"s/{at}.py", Settings(), b"x" * size))
        for at, size in enumerate([60, 60, 10, 5, 5, 200])
    ]

    assert [len(shard.items) for shard in cut(items, 3)] == [2, 3, 1]


# Executors. -------------------------------------------------------------------------------------------------


def test_a_cluster_of_dask_does_the_work(folder: Path) -> None:
    write(folder, {**REPOSITORY, "cluster.py": EXECUTOR})
    texts_in(folder / "t.jsonl", [{"content": SMELLY, "path": f"{at}.py"} for at in range(30)])
    arguments = ("audit", "plain", "across", "t.jsonl", "--shard-size", "5", "--output")

    done = process(*arguments, "out", "--executor", "cluster:executor", "-j", "4", cwd=folder)
    smelllint(*arguments, "here")

    assert done.returncode == 0, done.stderr
    assert found(folder / "out") == found(folder / "here")
    assert len(found(folder / "out")) == 70


def test_processes_do_the_work(folder: Path) -> None:
    write(folder, REPOSITORY)

    done = process(
        *("audit", "plain", "across", "--shard-size", "2", "--output", "out"),
        *("--executor", "concurrent.futures:ProcessPoolExecutor"),
        cwd=folder,
    )
    smelllint("audit", "plain", "across", "--shard-size", "2", "--output", "here")

    assert done.returncode == 0, done.stderr
    assert found(folder / "out") == found(folder / "here")


def keeps_a_steward(process: psutil.Process) -> bool:
    """Whether it is a worker: what a steward forks has the steward's name too."""
    try:
        return not is_steward(process) and any(map(is_steward, process.children()))
    except psutil.NoSuchProcess:
        return False


def is_steward(process: psutil.Process) -> bool:
    return steward.START in process.cmdline()


def test_a_worker_that_is_killed_costs_nothing(folder: Path) -> None:
    many(folder, 200)
    arguments = ("many.parquet", "--output", "out", "--shard-size", "10", "-j", "2", "--quiet")

    run = begun(folder, *arguments, "--executor", "concurrent.futures:ProcessPoolExecutor", notes=2)
    workers = [one for one in descendants(run.pid) if keeps_a_steward(one)]
    workers[0].kill()

    assert run.wait(60) == 0
    assert summary(folder / "out")["files"] == 200
    assert summary(folder / "out")["findings"] == 400
    assert summary(folder / "out")["troubles"] == {}


class Flaky(ThreadPoolExecutor):
    """Breaks, or fails, at the tasks that `breaks` says; counts those that nobody has finished."""

    made = 0
    met = 0
    most = 0
    failures: tuple[Exception | None, ...] = ()

    def __init__(self) -> None:
        super().__init__(2)
        Flaky.made += 1

    def submit(self, task: Any, /, *arguments: Any, **named: Any) -> Future[Any]:
        failure = Flaky.failures[Flaky.met] if Flaky.met < len(Flaky.failures) else None
        Flaky.met += 1
        if failure is None:
            return super().submit(lambda shard: Result(list(shard.items)), *arguments)  # type: ignore[arg-type]
        future: Future[Any] = Future()
        future.set_exception(failure)
        return future


@pytest.fixture
def flaky(monkeypatch: pytest.MonkeyPatch) -> type[Flaky]:
    for name, value in {"made": 0, "met": 0, "failures": ()}.items():
        monkeypatch.setattr(Flaky, name, value)
    return Flaky


def numbered(number: int) -> Iterator[Shard]:
    return (Shard(at, (Item(str(at)),), "") for at in range(number))


def test_a_task_that_fails_is_tried_again(flaky: type[Flaky]) -> None:
    flaky.failures = (None, OSError("gone"), OSError("gone"), None)

    done = [shard.number for shard, _ in results(numbered(5), Flaky, 1)]

    assert sorted(done) == [0, 1, 2, 3, 4]
    assert (flaky.made, flaky.met) == (1, 7)


def test_an_executor_that_breaks_is_made_anew(flaky: type[Flaky]) -> None:
    flaky.failures = (None, BrokenExecutor("dead"), BrokenExecutor("dead"))

    done = [shard.number for shard, _ in results(numbered(6), Flaky, 3)]

    assert sorted(done) == list(range(6))
    assert flaky.made == 2  # both tasks were before the same one


def test_a_shard_that_fails_again_and_again_ends_the_audit(flaky: type[Flaky]) -> None:
    flaky.failures = (OSError("a"), OSError("b"), OSError("c\nd"))

    with pytest.raises(
        ExecutorError, match=r"shard 0 failed 3 times, at last with OSError: c; what is done is kept"
    ):
        list(results(numbered(3), Flaky, 1))


def test_no_more_is_read_than_is_under_way() -> None:
    """Memory stays flat: of a source without end only so many shards are there at a time."""
    read: list[int] = []

    def endless() -> Iterator[Shard]:
        at = 0
        while True:
            read.append(at)
            yield Shard(at, (), "")
            at += 1

    taken = results(endless(), lambda: ThreadPoolExecutor(2), 3)
    for _ in range(20):
        next(taken)
    assert len(read) <= 23
    taken.close()


# Mistakes. --------------------------------------------------------------------------------------------------

MODULE = """
from concurrent.futures import ThreadPoolExecutor
nothing = 3
def none(): return None
def wrong(): raise ValueError("no cluster here")
"""


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ("cluster", "has to read module:factory"),
        (":x", "has to read module:factory"),
        ("no_such_module_x:y", "ModuleNotFoundError: No module named 'no_such_module_x'"),
        ("mine_too:absent", "AttributeError: module 'mine_too' has no attribute 'absent'"),
        ("mine_too:nothing", "`nothing` cannot be called: it has to make an executor"),
        ("mine_too:none", "makes a `NoneType`, not a concurrent.futures.Executor"),
        ("mine_too:wrong", "ValueError: no cluster here"),
    ],
)
def test_an_executor_that_cannot_be_had(folder: Path, spec: str, said: str) -> None:
    write(folder, {"a.py": SMELLY, "mine_too.py": MODULE})

    done = smelllint("audit", "a.py", "--output", "out", "--executor", spec)

    assert (done.exit_code, done.stderr) == (2, f"error: --executor `{spec}`: {said}\n")


@pytest.mark.parametrize(
    ("name", "rows", "said"),
    [
        (
            "t.jsonl",
            [{"text": "x"}],
            "`t.jsonl` has no column `content`: it has `text`; name one with --column",
        ),
        (
            "t.parquet",
            [{"a": 1, "b": 2}],
            "`t.parquet` has no column `content`: it has `a` and `b`; name one",
        ),
        ("t.parquet", [{"content": 1}], "`t.parquet`: column `content` holds `int64`, not text"),
    ],
)
def test_a_column_that_is_not_there(folder: Path, name: str, rows: list[dict[str, Any]], said: str) -> None:
    texts_in(folder / name, rows)

    done = smelllint("audit", name, "--output", "out")

    assert done.exit_code == 2
    assert done.stderr.startswith(f"error: {said}")
    assert not (folder / "out").exists()


def test_sources_that_are_not_there_or_not_what_they_are_called(folder: Path) -> None:
    write(folder, {"repo/a.py": SMELLY, "t.parquet": b"no parquet", "t.jsonl.gz": b"no gzip"})

    for name, said in {
        "repo/b.pyy": "error: `repo/b.pyy` does not exist: did you mean `repo/a.py`?\n",
        "t.parquet": "error: `t.parquet` is no Parquet file that can be read: ",
        "t.jsonl.gz": "error: `t.jsonl.gz` cannot be read after line 0: Not a gzipped file",
    }.items():
        done = smelllint("audit", name, "--output", "out")
        assert done.exit_code == 2
        assert done.stderr.startswith(said)


@pytest.mark.parametrize("name", ["pipe.jsonl", "pipe.parquet", "pipe.txt", "pipe.py"])
def test_what_is_no_file_is_told_and_never_waited_for(folder: Path, name: str) -> None:
    os.mkfifo(folder / name)

    done = smelllint("audit", name, "--output", "out")

    assert done.exit_code == 0
    assert [(one["rule"], one["message"]) for one in found(folder / "out")] == [
        ("not-a-file", "is a FIFO, not a file")
    ]


def test_parquet_without_its_extra(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(folder, {"t.parquet": b"PAR1", "a.py": SMELLY})
    monkeypatch.delitem(sys.modules, "smelllint.audit.parquet", raising=False)
    monkeypatch.setitem(sys.modules, "pyarrow", None)

    for arguments in (("t.parquet",), ("a.py", "--output-format", "parquet")):
        done = smelllint("audit", *arguments, "--output", "out")
        assert (done.exit_code, done.stderr) == (
            2,
            "error: Parquet needs PyArrow: pip install 'smelllint[audit]'\n",
        )
    assert smelllint("audit", "a.py", "--output", "out").exit_code == 0


def test_sources_that_break_off_are_told_and_the_rest_is_done(folder: Path) -> None:
    rows = [{"content": SMELLY, "path": f"{at}-{os.urandom(300).hex()}.py"} for at in range(500)]
    whole = texts_in(folder / "t.jsonl.gz", rows).read_bytes()
    write(
        folder, {"t.jsonl.gz": whole[: len(whole) // 2], "r/a.py": SMELLY, "all.txt": "gone\nt.jsonl.gz\nr\n"}
    )

    done = smelllint("audit", "all.txt", "--output", "out")

    records = found(folder / "out")
    broken = [one for one in records if one["rule"] == "unreadable-source"]
    assert done.exit_code == 2
    assert [one["source"] for one in broken] == ["gone", "t.jsonl.gz"]
    assert broken[0]["message"] == "does not exist"
    assert broken[1]["message"].startswith("cannot be read after line ")
    assert {one["source"] for one in records if one["rule"] == RULE} == {"t.jsonl.gz", "r"}
    assert summary(folder / "out")["complete"] is False


def test_a_folder_of_another_audit_is_left_alone(folder: Path) -> None:
    write(folder, {"r/a.py": SMELLY, "other/mine.txt": "", "file": "", "torn/run.json": "{"})
    smelllint("audit", "r", "--output", "out")
    before = state(folder / "out")

    done = smelllint("audit", "r", "--output", "out", "--select", "tuning", "--column", "code")

    assert done.exit_code == 2
    assert done.stderr == (
        "error: `out` holds an audit that was asked for something else (`column` and `select`): "
        "name another folder, or remove it\n"
    )
    assert state(folder / "out") == before
    for name, said in {
        "other": "`other` is not empty, and no audit: name another folder",
        "file": "`file` cannot be written to: ",
        "torn": "`torn/run.json` cannot be read: ",
    }.items():
        refused = smelllint("audit", "r", "--output", name)
        assert refused.exit_code == 2
        assert refused.stderr.startswith(f"error: {said}")


def test_two_audits_do_not_write_one_folder(folder: Path) -> None:
    many(folder, 400)

    run = begun(
        folder, "many.parquet", "--output", "out", "--shard-size", "10", "-j", "1", "--quiet", notes=1
    )
    second = process("audit", "many.parquet", "--output", "out", "--shard-size", "10", cwd=folder)
    run.kill()
    run.wait()

    assert (second.returncode, second.stderr) == (2, "error: `out` is being written by another audit\n")


def test_check_needs_nothing_of_it(folder: Path) -> None:
    write(folder, {"a.py": SMELLY})
    code = (
        "import sys\nfrom smelllint.cli import command\n"
        "try:\n    command(['check', 'a.py', '-q'])\n"
        "except SystemExit:\n    pass\n"
        "print([name for name in sys.modules if 'audit' in name or name == 'pyarrow'])"
    )
    assert python("-c", code, cwd=folder).stdout.splitlines()[-1] == "[]"


# What was shown. --------------------------------------------------------------------------------------------


def test_the_page_tells_what_was_measured() -> None:
    """`python benchmarks/audit.py page` writes it."""
    shown = runpy.run_path(str(ROOT / "benchmarks" / "audit.py"))

    results_kept = json.loads(shown["RESULTS"].read_text())

    assert shown["PAGE"].read_text() == shown["page"]()
    assert results_kept["summary"]["files"] >= 200_000
    assert results_kept["resumed"]["written_again"] == results_kept["killed"]["left"] == 0
