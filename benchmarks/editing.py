"""How long an editor waits for findings after a keystroke: percentiles over many edits of a real file.

    python benchmarks/editing.py [--edits N] [FILE ...]

Each file is opened in a server of its own; every edit adds a statement somewhere, or takes the last one out
again. The time counts from sending the change to the diagnostics of that very version, all included. The file
stays Python all the time: what does not parse is answered sooner. By default a file of about 1 000 lines and
one of about 5 000 of the transformers library. Exits with 1 where 95 % take longer than 60 ms, or 250 ms in a
file of more than 2 000 lines.
"""

from __future__ import annotations

import argparse
import ast
import importlib.util
import json
import os
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

REAL = ("models/clip/modeling_clip.py", "trainer.py")
WARM_UP = 10
PAUSE = 0.1  # seconds between an answer and the next keystroke
SHORT, LIMIT, LONG_LIMIT = 2000, 0.060, 0.250


class Server:
    """A server process, spoken to in the plainest way."""

    def __init__(self) -> None:
        checkout = str(Path(__file__).parent.parent)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "smelllint", "server"],
            env={**os.environ, "PYTHONPATH": checkout},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def send(self, method: str, params: Any, **more: Any) -> None:
        """A notification, or a request where `more` has an id."""
        body = json.dumps({"jsonrpc": "2.0", "method": method, "params": params, **more}).encode()
        assert self.process.stdin is not None
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self.process.stdin.flush()

    def receive(self) -> dict[str, Any]:
        """The next message."""
        stream = self.process.stdout
        assert stream is not None
        length = 0
        for header in iter(stream.readline, b"\r\n"):
            if header.lower().startswith(b"content-length:"):
                length = int(header.partition(b":")[2])
        message: dict[str, Any] = json.loads(stream.read(length))
        return message

    def until(self, version: int) -> None:
        """Wait for the diagnostics of a version."""
        while True:
            message = self.receive()
            params = message.get("params") or {}
            if message.get("method") == "textDocument/publishDiagnostics" and params["version"] == version:
                return


def latencies(path: Path, edits: int) -> Iterator[float]:
    """Seconds from each change to its diagnostics; the first edits warm up and do not count."""
    text, server = path.read_text(encoding="utf-8"), Server()
    uri = path.resolve().as_uri().replace("site-packages", "project")  # what is installed is left alone
    server.send("initialize", {"capabilities": {}, "processId": None, "rootUri": None}, id=1)
    server.receive()
    server.send("initialized", {})
    item = {"uri": uri, "languageId": "python", "version": 0, "text": text}
    server.send("textDocument/didOpen", {"textDocument": item})
    server.until(0)
    for version, change in enumerate(changes(text, edits + WARM_UP), 1):
        time.sleep(PAUSE)
        start = time.perf_counter()
        document = {"uri": uri, "version": version}
        server.send("textDocument/didChange", {"textDocument": document, "contentChanges": [change]})
        server.until(version)
        if version > WARM_UP:
            yield time.perf_counter() - start
    server.process.kill()
    server.process.wait()


def changes(text: str, count: int) -> Iterator[dict[str, Any]]:
    """So many changes of a text: a statement comes before another one, and goes again."""
    chance, lines = random.Random(0), text.splitlines()
    starts = sorted(
        {
            min([node.lineno, *(one.lineno for one in getattr(node, "decorator_list", ()))]) - 1
            for node in ast.walk(ast.parse(text))
            if isinstance(node, ast.stmt) and not lines[node.lineno - 1][: node.col_offset].strip()
        }
    )
    for number in range(0, count, 2):
        row = chance.choice(starts)
        blank = lines[row][: len(lines[row]) - len(lines[row].lstrip())]
        yield replacement(row, row, f"{blank}added_{number} = {chance.random()}\n")
        if number + 1 < count:
            yield replacement(row, row + 1, "")


def replacement(first: int, last: int, text: str) -> dict[str, Any]:
    """The lines from one row to before another become a text."""
    start, end = ({"line": row, "character": 0} for row in (first, last))
    return {"range": {"start": start, "end": end}, "text": text}


def report(path: Path, edits: int) -> bool:
    """Print the percentiles of a file; whether it keeps to its limit."""
    taken = [1000 * seconds for seconds in latencies(path, edits)]
    lines = path.read_bytes().count(b"\n")
    centiles = statistics.quantiles(taken, n=100, method="inclusive")
    limit = 1000 * (LIMIT if lines <= SHORT else LONG_LIMIT)
    print(
        f"{path.name} ({lines} lines, {len(taken)} edits): "
        + ", ".join(f"p{share} {centiles[share - 1]:.0f} ms" for share in (50, 90, 95, 99))
        + f", worst {max(taken):.0f} ms; limit for p95 {limit:.0f} ms"
    )
    return centiles[94] <= limit


def real_files() -> list[Path]:
    """Files of the transformers library."""
    found = importlib.util.find_spec("transformers")
    if found is None or found.origin is None:
        sys.exit("transformers is not installed: name the files to edit")
    return [Path(found.origin).parent / name for name in REAL]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--edits", type=int, default=100)
    parser.add_argument("files", nargs="*", type=Path)
    chosen = parser.parse_args()
    kept = [report(path, chosen.edits) for path in chosen.files or real_files()]
    sys.exit(0 if all(kept) else 1)
