"""The edge: every request is answered, and what is malformed with an error."""

from __future__ import annotations

import asyncio
import io
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from smelllint.server.transport import messages
from smelllint.server.worker import Worker, WorkerDiedError
from tests.cli_helpers import python
from tests.server.wire import PATIENCE, Wire

INITIALIZE = {"capabilities": {}, "processId": None, "rootUri": None}


@pytest.fixture(scope="module")
def wire(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wire]:
    """A server that is initialized, and has to bear all that it is sent."""
    with Wire(tmp_path_factory.mktemp("folder")) as wire:
        wire.initialize()
        yield wire


def test_a_missing_extra_is_told_in_a_line(tmp_path: Path) -> None:
    program = (
        "import sys; sys.modules['pygls'] = None; sys.argv = ['smelllint', 'server']\n"
        "from smelllint.__main__ import main; main()"
    )

    result = python("-c", program, cwd=tmp_path)

    assert result.returncode == 2
    assert result.stderr == "error: the language server needs `pygls`: pip install 'smelllint[lsp]'\n"


def test_before_initialize_nothing_else_is_answered(tmp_path: Path) -> None:
    cases: list[tuple[dict[str, object], int]] = [
        ({"method": "initialize"}, -32602),
        ({"method": "initialize", "params": {}}, -32602),
        ({"method": "initialize", "params": [1]}, -32602),
        ({"method": "textDocument/hover", "params": {}}, -32002),
        ({"method": "no/such"}, -32002),
        ({}, -32600),
        ({"method": 7}, -32600),
        ({"jsonrpc": "1.0", "method": "shutdown"}, -32600),
    ]

    with Wire(tmp_path) as wire:
        codes = [wire.ask(message)["error"]["code"] for message, _ in cases]
        assert "result" in wire.request("initialize", INITIALIZE)

    assert codes == [code for _, code in cases]


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ({"method": "initialize", "params": INITIALIZE}, -32600),
        ({"method": "no/such"}, -32601),
        ({"method": "textDocument/completion", "params": {}}, -32602),
        ({"method": "textDocument/hover", "params": {}}, -32602),
        ({"method": "textDocument/hover", "params": None}, -32602),
        ({"method": "textDocument/hover", "params": {"textDocument": None, "position": {}}}, -32602),
        (
            {
                "method": "textDocument/hover",
                "params": {"textDocument": {"uri": "x"}, "position": {"line": -1, "character": 0}},
            },
            -32602,
        ),
        ({"method": "textDocument/didOpen", "params": {}}, -32600),
        ({"method": "codeAction/resolve", "params": {"title": "x"}}, -32602),
        ({"method": "workspace/executeCommand", "params": {"command": "x"}}, -32602),
        ({"params": {"jsonrpc": "2.0", "id": 3, "method": "shutdown"}}, -32600),
    ],
)
def test_malformed_requests_are_answered_with_an_error(
    wire: Wire, message: dict[str, object], code: int
) -> None:
    assert wire.ask(message)["error"]["code"] == code
    assert wire.alive()


@pytest.mark.parametrize("body", [b"{", b"[1]", b'"x"', b"\xff", b"[" * 100_000, b'{"id": [1]}'])
def test_what_has_no_id_is_answered_without_one(wire: Wire, body: bytes) -> None:
    wire.send(body)
    answer = wire.next_answer()

    assert answer["id"] is None
    assert answer["error"]["code"] in (-32700, -32600)
    assert wire.alive()


def test_what_is_not_open_has_nothing(wire: Wire) -> None:
    document = {"textDocument": {"uri": "file:///nowhere.py"}}
    place = {"line": 0, "character": 0}
    span = {"start": place, "end": place}

    hover = wire.request("textDocument/hover", {**document, "position": place})
    report = wire.request("textDocument/diagnostic", document)
    actions = wire.request(
        "textDocument/codeAction", {**document, "range": span, "context": {"diagnostics": []}}
    )
    wire.notify("textDocument/didChange", {**document, "contentChanges": []})
    wire.notify("textDocument/didClose", document)
    assert wire.alive()

    assert hover["result"] is None
    assert report["result"]["items"] == []
    assert actions["result"] == []


def test_after_shutdown_requests_are_refused(tmp_path: Path) -> None:
    with Wire(tmp_path) as wire:
        wire.initialize()
        assert wire.request("shutdown", None)["result"] is None
        assert wire.request("shutdown", None)["error"]["code"] == -32600
        wire.notify("exit", None)
        assert wire.process.wait(PATIENCE) == 0


def test_exit_without_shutdown_says_so(tmp_path: Path) -> None:
    with Wire(tmp_path) as wire:
        wire.initialize()
        wire.notify("exit", None)
        assert wire.process.wait(PATIENCE) == 1


def test_the_server_ends_with_its_client(tmp_path: Path) -> None:
    with Wire(tmp_path) as wire:
        wire.initialize()
        assert wire.process.stdin is not None
        wire.process.stdin.close()
        assert wire.process.wait(PATIENCE) == 1


def test_headers_that_make_no_sense_are_skipped() -> None:
    stream = io.BytesIO(
        b"garbage\r\n\r\nContent-Length: x\r\n\r\n"
        b"content-length: 2\r\nX: y\r\n\r\nhi"
        b"Content-Length: 9\r\n\r\ncut"
    )

    assert list(messages(stream)) == [b"hi"]


# -- the worker -------------------------------------------------------------------------------------------


def double(number: int) -> int:
    if number == 13:
        os.kill(os.getpid(), signal.SIGKILL)
    if number == 14:
        raise ValueError("fourteen")
    print("this must not reach the client")
    return 2 * number


def test_a_worker_that_dies_costs_one_answer() -> None:
    async def story() -> list[object]:
        worker = Worker()
        said: list[object] = [await worker.ask(double, 1)]
        with pytest.raises(WorkerDiedError):
            await worker.ask(double, 13)
        with pytest.raises(ValueError, match="fourteen"):
            await worker.ask(double, 14)
        said.append(await worker.ask(double, 2))
        worker.stop()
        return said

    assert asyncio.run(story()) == [2, 4]


def test_a_worker_that_hangs_is_ended() -> None:
    async def story() -> list[object]:
        worker = Worker(limit=1)
        with pytest.raises(WorkerDiedError):
            await worker.ask(time.sleep, 600)
        worker.limit = PATIENCE
        said: list[object] = [await worker.ask(double, 4)]
        worker.stop()
        return said

    assert asyncio.run(story()) == [8]


def test_the_worker_ends_with_the_server(tmp_path: Path) -> None:
    with Wire(tmp_path) as wire:
        wire.initialize()
        wire.open("a.py", "import torch\n")
        assert wire.alive()
        children = subprocess.run(
            ["ps", "-o", "pid=", "--ppid", str(wire.process.pid)], capture_output=True, text=True
        ).stdout.split()
        wire.process.kill()
        wire.process.wait(PATIENCE)

    assert children
    for child in children:
        assert gone(int(child)), child


def gone(pid: int) -> bool:
    """Whether a process ends within a while."""
    for _ in range(100):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        if Path(f"/proc/{pid}/stat").exists() and " Z " in Path(f"/proc/{pid}/stat").read_text():
            return True
        time.sleep(0.1)
    return False
