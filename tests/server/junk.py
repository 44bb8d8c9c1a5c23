"""Malformed and misplaced messages: each that can be answered is, and the server lives.

    python -m tests.server.junk [MESSAGES] [SEED]

Exits with 1 where an answer is missing or one is too many, or where the server does not work afterwards.
"""

from __future__ import annotations

import json
import random
import sys
import tempfile
from collections import Counter
from pathlib import Path
from queue import Empty
from typing import Any

from smelllint.server.protocol import is_id
from tests.cli_helpers import SMELLY
from tests.server.wire import Message, Wire

VALUES = (None, True, -1, 0, 7, 2**40, 1.5, "", "x", "file:///a.py", "😀", [], [1], {}, {"uri": 3}, [[]])
POSITION = {"line": 0, "character": 0}
RANGE = {"start": POSITION, "end": {"line": 9, "character": 0}}


def templates(uri: str) -> list[tuple[str, Any]]:
    """Methods, each with params that are right in themselves."""
    document = {"uri": uri}
    versioned = {**document, "version": 2}
    item = {**document, "languageId": "python", "version": 1, "text": SMELLY}
    notebook = {"uri": f"{uri}.ipynb", "version": 2}
    array = {"start": 0, "deleteCount": 3, "cells": [{"kind": 2, "document": f"{uri}#1"}]}
    cells = {"structure": {"array": array, "didOpen": [{**item, "uri": f"{uri}#1"}], "didClose": [document]}}
    whole = {**notebook, "notebookType": "jupyter-notebook", "cells": []}
    return [
        ("initialize", {"capabilities": {}, "processId": None, "rootUri": None}),
        ("initialized", {}),
        ("textDocument/didOpen", {"textDocument": item}),
        ("textDocument/didClose", {"textDocument": document}),
        ("textDocument/didSave", {"textDocument": document}),
        ("textDocument/didChange", {"textDocument": versioned, "contentChanges": [{"text": "x = ("}]}),
        (
            "textDocument/didChange",
            {"textDocument": versioned, "contentChanges": [{"range": RANGE, "text": SMELLY}]},
        ),
        ("textDocument/diagnostic", {"textDocument": document}),
        ("textDocument/hover", {"textDocument": document, "position": {"line": 4, "character": 20}}),
        (
            "textDocument/codeAction",
            {"textDocument": document, "range": RANGE, "context": {"diagnostics": []}},
        ),
        ("textDocument/inlayHint", {"textDocument": document, "range": RANGE}),
        ("codeAction/resolve", {"title": "x", "kind": "source.fixAll.smelllint", "data": document}),
        ("workspace/diagnostic", {"previousResultIds": []}),
        ("workspace/executeCommand", {"command": "smelllint.checkWorkspace"}),
        ("workspace/didChangeConfiguration", {"settings": {"smelllint": {"select": ["all"]}}}),
        ("workspace/didChangeWatchedFiles", {"changes": [{**document, "type": 2}]}),
        ("workspace/didChangeWorkspaceFolders", {"event": {"added": [], "removed": []}}),
        ("notebookDocument/didOpen", {"notebookDocument": whole, "cellTextDocuments": []}),
        ("notebookDocument/didChange", {"notebookDocument": notebook, "change": {"cells": cells}}),
        ("notebookDocument/didClose", {"notebookDocument": notebook, "cellTextDocuments": []}),
        ("$/cancelRequest", {"id": 3}),
        ("window/workDoneProgress/cancel", {"token": "x"}),
        ("$/setTrace", {"value": "off"}),
        ("textDocument/completion", {"textDocument": document, "position": POSITION}),
        ("no/such", {}),
    ]


def spoilt(value: Any, chance: random.Random) -> Any:
    """A value with something in it replaced, dropped or added."""
    if isinstance(value, dict) and value and chance.random() < 0.8:
        key = chance.choice(list(value))
        kind = chance.random()
        if kind < 0.25:
            return {name: item for name, item in value.items() if name != key}
        if kind < 0.35:
            return {**value, "more": chance.choice(VALUES)}
        return {**value, key: spoilt(value[key], chance)}
    return chance.choice(VALUES)


def message(number: int, uri: str, chance: random.Random) -> bytes:
    """A random message: most are spoilt, some only come at the wrong time."""
    kind = chance.random()
    if kind < 0.03:
        return chance.choice((b"{", b"\xff\xfe", b"[]", b'"x"', b"nul", b"[" * 5000, b"{}" * 2))
    if kind < 0.06:
        answer = chance.choice(({"result": None}, {"error": {}}, {"result": 1, "error": 2}))
        return json.dumps({"jsonrpc": "2.0", "id": chance.choice(VALUES), **answer}).encode()
    method, params = chance.choice(templates(uri))
    whole: Message = {"jsonrpc": "2.0", "id": number, "method": method, "params": params}
    if chance.random() < 0.3:
        del whole["id"]
    if chance.random() < 0.7:
        whole["params"] = spoilt(params, chance)
    if chance.random() < 0.1:
        whole = spoilt(whole, chance)
    # To say goodbye is no mistake.
    if isinstance(whole, dict) and whole.get("method") in ("exit", "shutdown"):
        del whole["method"]
    return json.dumps(whole).encode()


def due(body: bytes) -> list[Any]:
    """The ids of the answers that a message has to get: of one without an id that serves, null."""
    try:
        whole = json.loads(body)
    except (ValueError, RecursionError):
        return [None]
    if not isinstance(whole, dict):
        return [None]
    if "method" not in whole and {"result", "error"} & set(whole):
        return []
    if "id" not in whole and "method" in whole:
        return []
    return [whole.get("id") if is_id(whole.get("id")) else None]


def main(count: int = 10_000, seed: int = 0) -> int:
    """Send so many messages; the exit code."""
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder, Wire(Path(folder).resolve()) as wire:
        wire.initialize()
        uri = (wire.folder / "a.py").as_uri()
        bodies = [message(number, uri, chance) for number in range(1000, 1000 + count)]
        missing = Counter(id_ for body in bodies for id_ in due(body))
        for body in bodies:
            wire.send(body)
        try:
            for _ in range(missing.total()):
                id_ = wire.next_answer()["id"]
                missing[id_] -= 1
                if missing[id_] < 0:
                    print(f"answered too often: {id_}")
                    return 1
        except Empty:
            print(f"not answered: {+missing}")
            return 1
        wire.notify("workspace/didChangeConfiguration", {"settings": {"smelllint": {}}})
        if not wire.alive():
            print("the server does not work any more")
            return 1
    print(f"{count} messages, all answered that can be")
    return 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
