"""Bytes to and from a server: for messages that no client would send."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from queue import Queue
from types import TracebackType
from typing import Any

from smelllint.server.transport import messages
from tests.cli_helpers import RULE, SMELLY

CHECKOUT = Path(__file__).parent.parent.parent
PATIENCE = 120.0  # seconds: the machine may be busy
Message = dict[str, Any]


class Wire:
    """A server process, and what it says."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.process = subprocess.Popen(
            [sys.executable, "-m", "smelllint", "server"],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(CHECKOUT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self.answers: Queue[Message] = Queue()
        self.notifications: list[Message] = []
        self._last = 0
        threading.Thread(target=self._listen, daemon=True).start()

    def __enter__(self) -> Wire:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                stream.close()

    def _listen(self) -> None:
        assert self.process.stdout is not None
        for body in messages(self.process.stdout):
            message = json.loads(body)
            if "method" in message:
                self.notifications.append(message)
            else:
                self.answers.put(message)

    def send(self, body: bytes) -> None:
        """A message, whatever it is."""
        assert self.process.stdin is not None
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self.process.stdin.flush()

    def next_answer(self) -> Message:
        return self.answers.get(timeout=PATIENCE)

    def ask(self, message: Message) -> Message:
        """Send a request with an id of its own; its answer."""
        self._last += 1
        self.send(json.dumps({"jsonrpc": "2.0", "id": self._last, **message}).encode())
        while True:
            answer = self.next_answer()
            if answer["id"] == self._last:
                return answer

    def request(self, method: str, params: Any) -> Message:
        return self.ask({"method": method, "params": params})

    def notify(self, method: str, params: Any) -> None:
        self.send(json.dumps({"jsonrpc": "2.0", "method": method, "params": params}).encode())

    def initialize(self) -> None:
        folder = {"uri": self.folder.as_uri(), "name": "folder"}
        params = {"capabilities": {}, "processId": None, "rootUri": None, "workspaceFolders": [folder]}
        assert "result" in self.request("initialize", params)
        self.notify("initialized", {})

    def open(self, name: str, text: str) -> str:
        uri = (self.folder / name).as_uri()
        document = {"uri": uri, "languageId": "python", "version": 1, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": document})
        return uri

    def alive(self) -> bool:
        """Whether a file is still looked at as it should be."""
        uri = self.open("alive.py", SMELLY)
        report = self.request("textDocument/diagnostic", {"textDocument": {"uri": uri}})
        return [one["code"] for one in report["result"]["items"]] == [RULE, RULE]
