"""pytest-lsp's client on the file and the notebook that the editors open."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.clients.truth import mended, project
from tests.server.editor import Editor, connected, said_by_check
from tests.server.test_editing import open_cells

pytestmark = pytest.mark.asyncio

FIX_ALL = "source.fixAll.smelllint"


async def mend(editor: Editor, uris: list[str], mode: str) -> None:
    if mode == "fixall":
        (action,) = await editor.actions(uris[0], FIX_ALL)
        assert action.edit is not None
        editor.apply(action.edit)
        return
    offered = [
        action for uri in uris for action in await editor.actions(uri, "quickfix") if action.is_preferred
    ]
    edits = [action.edit for action in offered if action.edit is not None]
    for edit in reversed(edits):  # from the end on: all are of the text as it was
        editor.apply(edit)


@pytest.mark.parametrize("mode", ["quickfix", "fixall"])
async def test_a_file_is_seen_and_mended_as_on_the_command_line(tmp_path: Path, mode: str) -> None:
    file, _ = project(tmp_path / "project")
    after = mended(file)

    async with connected(file.parent) as editor:
        uri = editor.open(file)
        seen = await editor.seen(uri)
        await mend(editor, [uri], mode)

    assert seen == said_by_check(file)
    assert editor.texts[uri].encode() == after


@pytest.mark.parametrize("mode", ["quickfix", "fixall"])
async def test_so_is_a_notebook_cell_by_cell(tmp_path: Path, mode: str) -> None:
    _, notebook = project(tmp_path / "project")
    after = mended(notebook)

    async with connected(notebook.parent, pulls=True) as editor:
        cells = await open_cells(editor, notebook)
        seen = [await editor.seen(uri) for uri in cells]
        await mend(editor, cells, mode)

    assert seen == [said_by_check(notebook, cell=number) for number in range(1, len(cells) + 1)]
    assert [editor.texts[uri] for uri in cells] == [
        "".join(cell["source"]) for cell in json.loads(after)["cells"]
    ]
