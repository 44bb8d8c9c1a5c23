"""What the server says of measured savings: hints in the text, and pages on hovering."""

from __future__ import annotations

from pathlib import Path

import pytest
from lsprotocol import types

from smelllint import proof
from tests.cli_helpers import RULE, SMELLY, write
from tests.server.editor import Editor, connected

pytestmark = pytest.mark.asyncio

PROVEN = "unbatched-encode"
ENCODE = """\
from sentence_transformers import SentenceTransformer

encoder = SentenceTransformer("x")


def embed(documents):
    return [encoder.encode(document) for document in documents]  # 😀
"""


async def hints(editor: Editor, uri: str, first: int = 0, last: int = 999) -> list[types.InlayHint]:
    """The hints between two lines."""
    place = types.Range(types.Position(first, 0), types.Position(last, 0))
    params = types.InlayHintParams(types.TextDocumentIdentifier(uri), place)
    return list(await editor.client.text_document_inlay_hint_async(params) or [])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
async def test_a_measured_saving_stands_at_the_end_of_the_line(tmp_path: Path, encoding: str) -> None:
    write(tmp_path, {"a.py": ENCODE})
    proven = proof.proven(PROVEN, None)

    async with connected(tmp_path, encoding=encoding) as editor:
        uri = editor.open(tmp_path / "a.py")
        (hint,) = await hints(editor, uri)
        elsewhere = await hints(editor, uri, 0, 3)

    assert "saves" in proven.short
    assert (hint.label, hint.tooltip) == (proven.short, f"{PROVEN}: {proven.words}.")
    line = ENCODE.splitlines()[6]
    assert hint.position == types.Position(6, editor.units(line))
    assert elsewhere == []


async def test_what_nobody_has_measured_has_no_hint(tmp_path: Path) -> None:
    write(tmp_path, {"a.py": SMELLY})

    async with connected(tmp_path, pulls=True) as editor:
        uri = editor.open(tmp_path / "a.py")
        seen = await editor.seen(uri)
        said = await hints(editor, uri)

    assert proof.proven(RULE, "cuda").saving == 0
    assert (len(seen), said) == (2, [])


async def test_hints_can_be_turned_off_and_on(tmp_path: Path) -> None:
    write(tmp_path, {"a.py": ENCODE})
    support = types.InlayHintWorkspaceClientCapabilities(refresh_support=True)

    async with connected(tmp_path, options={"showSavings": False}, inlay_hint=support) as editor:
        refreshed: list[None] = []
        editor.client.protocol.fm.features[types.WORKSPACE_INLAY_HINT_REFRESH] = refreshed.append
        uri = editor.open(tmp_path / "a.py")
        before = await hints(editor, uri)
        known = len(refreshed)
        params = types.DidChangeConfigurationParams({"smelllint": {"showSavings": True}})
        editor.client.workspace_did_change_configuration(params)
        after = await hints(editor, uri)

    assert (before, len(after)) == ([], 1)
    assert len(refreshed) == known + 1
