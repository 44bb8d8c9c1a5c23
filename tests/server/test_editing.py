"""What an editor sees of a file and of a notebook: the same as `smelllint check`, and the same mends."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
from lsprotocol import types

from tests.cli_helpers import FIXED, RULE, SAFELY_FIXED, SMELLY, smelllint, write
from tests.server.editor import Editor, connected, said_by_check

pytestmark = pytest.mark.asyncio

FIXTURES = Path(__file__).parent.parent.parent / "fixtures"
# Before the smell on its line: two bytes, one unit; four bytes, two units; three bytes, one unit.
FOREIGN = SMELLY.replace("    zeros = ", '    "é𝔼€"; zeros = ').replace("\n", "\r\n")
FIX_ALL = "source.fixAll.smelllint"


async def one(editor: Editor, uri: str, kind: str) -> types.CodeAction:
    """The only action of a kind."""
    (action,) = await editor.actions(uri, kind)
    return action


@pytest.mark.parametrize("pulls", [False, True])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
async def test_a_file_shows_what_check_says(tmp_path: Path, encoding: str, pulls: bool) -> None:
    (tmp_path / "a.py").write_bytes(FOREIGN.encode())

    async with connected(tmp_path, encoding=encoding, pulls=pulls) as editor:
        seen = await editor.seen(editor.open(tmp_path / "a.py"))

    assert seen == said_by_check(tmp_path / "a.py")
    assert [finding[4] for finding in seen] == [RULE, RULE]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
async def test_fix_all_makes_what_check_fix_makes(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "a.py").write_bytes(FOREIGN.encode())

    async with connected(tmp_path, encoding=encoding) as editor:
        uri = editor.open(tmp_path / "a.py")
        edit = (await one(editor, uri, FIX_ALL)).edit
        assert edit is not None
        editor.carry_out(edit)
        left = await editor.seen(uri)

    assert smelllint("check", "--fix", str(tmp_path)).exit_code == 1
    assert editor.texts[uri].encode() == (tmp_path / "a.py").read_bytes()
    assert left == said_by_check(tmp_path / "a.py")


async def test_fix_all_is_worked_out_when_it_is_chosen(tmp_path: Path) -> None:
    write(tmp_path, {"a.py": SMELLY})

    async with connected(tmp_path) as editor:
        uri = editor.open(tmp_path / "a.py")
        offered = [action for action in await editor.actions(uri) if action.kind == FIX_ALL]
        resolved = await editor.client.code_action_resolve_async(offered[0])

    assert [action.edit for action in offered] == [None]
    assert resolved.edit is not None
    editor.apply(resolved.edit)
    assert editor.texts[uri] == SAFELY_FIXED


async def test_an_unsafe_fix_says_so_and_is_never_preferred(tmp_path: Path) -> None:
    write(tmp_path, {"a.py": SMELLY})

    async with connected(tmp_path) as editor:
        uri = editor.open(tmp_path / "a.py")
        actions = await editor.actions(uri, "quickfix")
        fixes = [action for action in actions if not action.title.startswith("Ignore")]
        for action in fixes:
            assert action.edit is not None

    safe, unsafe = fixes
    assert safe.is_preferred
    assert "unsafe" not in safe.title
    assert not unsafe.is_preferred
    assert unsafe.title.endswith("(unsafe: may change results)")
    for action in (unsafe, safe):
        assert action.edit is not None
        editor.apply(action.edit)
    assert editor.texts[uri] == FIXED


async def test_a_mend_that_is_refused_says_why(tmp_path: Path) -> None:
    text = SMELLY.replace('torch.zeros(n).to("cuda")', 'torch.zeros(\n        n  # many\n    ).to("cuda")')
    write(tmp_path, {"a.py": text})

    async with connected(tmp_path) as editor:
        uri = editor.open(tmp_path / "a.py")
        fourth = types.Range(types.Position(4, 20), types.Position(4, 20))
        refused, *others = await editor.actions(uri, "quickfix", at=fourth)

    assert refused.title == f"Mend {RULE}"
    assert refused.edit is None
    assert refused.disabled is not None
    assert "a comment would be lost" in refused.disabled.reason
    assert [action.title for action in others] == [f"Ignore {RULE} here"]


async def test_actions_are_those_of_the_range(tmp_path: Path) -> None:
    write(tmp_path, {"a.py": SMELLY})
    sixth = types.Range(types.Position(5, 20), types.Position(5, 20))

    async with connected(tmp_path) as editor:
        uri = editor.open(tmp_path / "a.py")
        said = [
            [note.range.start.line for note in action.diagnostics or ()]
            for action in await editor.actions(uri, "quickfix", at=sixth)
        ]

    assert said == [[5], [5]]


async def test_ignore_here_silences_the_finding(tmp_path: Path) -> None:
    write(tmp_path, {"a.py": SMELLY})

    async with connected(tmp_path) as editor:
        uri = editor.open(tmp_path / "a.py")
        ignore = [one for one in await editor.actions(uri, "quickfix") if one.title.startswith("Ignore")]
        assert ignore[0].edit is not None
        editor.carry_out(ignore[0].edit)
        left = await editor.seen(uri)

    (tmp_path / "a.py").write_text(editor.texts[uri])
    assert f'torch.zeros(n).to("cuda")  # smelllint: ignore[{RULE}]\n' in editor.texts[uri]
    assert left == said_by_check(tmp_path / "a.py")
    assert [finding[0] for finding in left] == [6]


async def test_hover_shows_the_page_of_the_rule(tmp_path: Path) -> None:
    write(tmp_path, {"a.py": SMELLY})

    async with connected(tmp_path) as editor:
        uri = editor.open(tmp_path / "a.py")
        identifier = types.TextDocumentIdentifier(uri)
        shown = [
            await editor.client.text_document_hover_async(types.HoverParams(identifier, position))
            for position in (types.Position(4, 20), types.Position(0, 0))
        ]

    assert shown[1] is None
    assert shown[0] is not None
    assert isinstance(shown[0].contents, types.MarkupContent)
    assert shown[0].contents.value.startswith("Measured: ")
    assert f"# {RULE}" in shown[0].contents.value
    assert "The fix is safe" in shown[0].contents.value


async def test_the_interval_of_a_saving_is_no_link(tmp_path: Path) -> None:
    path = Path(shutil.copy(FIXTURES.parent / "rules" / "unbatched-encode" / "smelly.py", tmp_path))

    async with connected(tmp_path) as editor:
        uri = editor.open(path)
        place = (await editor.diagnostics(uri))[0].range.start
        shown = await editor.client.text_document_hover_async(
            types.HoverParams(types.TextDocumentIdentifier(uri), place)
        )

    assert shown is not None
    assert isinstance(shown.contents, types.MarkupContent)
    measured = shown.contents.value.splitlines()[0]
    assert re.search(r"saves \d+ % \(\d+ to \d+\) of CPU-seconds", measured)
    assert not re.search(r"[\[\]\\]", measured)


async def test_a_syntax_error_is_told_and_goes(tmp_path: Path) -> None:
    broken = SMELLY + "x = (\n"
    write(tmp_path, {"a.py": broken})

    async with connected(tmp_path) as editor:
        uri = editor.open(tmp_path / "a.py")
        first = await editor.seen(uri)
        editor.replace(uri, len(SMELLY), len(broken), "")
        second = await editor.seen(uri)

    assert first == said_by_check(tmp_path / "a.py")
    assert [finding[4] for finding in first] == ["syntax-error"]
    assert [finding[4] for finding in second] == [RULE, RULE]


async def test_what_is_excluded_or_no_python_is_left_alone(tmp_path: Path) -> None:
    write(tmp_path, {"venv/a.py": SMELLY, "ignored.py": SMELLY, ".gitignore": "ignored.py\n", ".git/x": ""})
    write(tmp_path, {"a.txt": SMELLY})

    async with connected(tmp_path, pulls=True) as editor:
        opened = [
            editor.open(tmp_path / "venv/a.py"),
            editor.open(tmp_path / "ignored.py"),
            editor.open(tmp_path / "a.txt", "plaintext"),
        ]
        seen = [await editor.seen(uri) for uri in opened]

    assert seen == [[], [], []]


async def test_what_is_closed_has_nothing_said_of_it(tmp_path: Path) -> None:
    write(tmp_path, {"a.py": SMELLY})

    async with connected(tmp_path) as editor:
        uri = editor.open(tmp_path / "a.py")
        assert await editor.seen(uri)
        editor.close(uri)
        await editor.until(lambda: not editor.client.diagnostics[uri])

    assert list(editor.client.diagnostics[uri]) == []


async def test_a_form_feed_ends_no_line(tmp_path: Path) -> None:
    text = "import torch\n\x0c\n# \u2028 \x85 \x1c\n" + SMELLY
    (tmp_path / "a.py").write_bytes(text.encode())

    async with connected(tmp_path) as editor:
        uri = editor.open(tmp_path / "a.py")
        editor.replace(uri, len(text), len(text), "# é\n")
        editor.replace(uri, text.index("def"), text.index("def"), "x = 1\n")
        seen = await editor.seen(uri)

    (tmp_path / "a.py").write_bytes(editor.texts[uri].encode())
    assert seen == said_by_check(tmp_path / "a.py")
    assert [finding[0] for finding in seen] == [9, 10]


async def test_a_byte_order_mark_moves_no_fix(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_bytes(f"\ufeff{SMELLY}".encode())

    async with connected(tmp_path) as editor:
        uri = editor.open(tmp_path / "a.py")
        edits = [action.edit for action in await editor.actions(uri, "quickfix") if action.is_preferred]
        edits.append((await one(editor, uri, FIX_ALL)).edit)

    assert smelllint("check", "--fix", str(tmp_path)).exit_code == 1
    for edit in edits:
        editor.texts[uri] = f"\ufeff{SMELLY}"
        assert edit is not None
        editor.apply(edit)
        assert editor.texts[uri].encode() == (tmp_path / "a.py").read_bytes()
    assert len(edits) == 2


# -- notebooks --------------------------------------------------------------------------------------------


async def open_cells(editor: Editor, path: Path) -> list[str]:
    """Open a notebook as editors with notebooks do: each cell is a document. The URIs of the cells."""
    content = json.loads(path.read_bytes())
    items, cells = [], []
    for number, cell in enumerate(content["cells"], 1):
        uri = f"vscode-notebook-cell:{path}#cell{number}"
        code = cell["cell_type"] == "code"
        editor.texts[uri], editor.versions[uri] = "".join(cell["source"]), 1
        language = "python" if code else "markdown"
        items.append(types.TextDocumentItem(uri, language, 1, editor.texts[uri]))
        kind = types.NotebookCellKind.Code if code else types.NotebookCellKind.Markup
        cells.append(types.NotebookCell(kind, uri))
    notebook = types.NotebookDocument(path.as_uri(), "jupyter-notebook", 1, cells)
    editor.client.notebook_document_did_open(types.DidOpenNotebookDocumentParams(notebook, items))
    return [cell.document for cell in cells]


@pytest.mark.parametrize("pulls", [False, True])
async def test_cells_show_what_check_says(tmp_path: Path, pulls: bool) -> None:
    path = Path(shutil.copy(FIXTURES / "notebooks" / "evaluate.ipynb", tmp_path))

    async with connected(tmp_path, pulls=pulls) as editor:
        cells = await open_cells(editor, path)
        seen = [await editor.seen(uri) for uri in cells]

    assert seen == [said_by_check(path, cell=number) for number in range(1, len(cells) + 1)]
    assert any(seen)


async def test_a_cell_that_is_pulled_brings_news_of_the_others(tmp_path: Path) -> None:
    path = Path(shutil.copy(FIXTURES / "notebooks" / "evaluate.ipynb", tmp_path))

    async with connected(tmp_path, pulls=True) as editor:
        cells = await open_cells(editor, path)
        first, *others = cells
        params = types.DocumentDiagnosticParams(types.TextDocumentIdentifier(first))
        report = await editor.client.text_document_diagnostic_async(params)
        params.previous_result_id = report.result_id
        again = await editor.client.text_document_diagnostic_async(params)

    assert report.related_documents is not None
    assert list(report.related_documents) == others
    related = {uri: editor.in_characters(uri, one.items) for uri, one in report.related_documents.items()}
    said = {uri: said_by_check(path, cell=number) for number, uri in enumerate(cells, 1)}
    assert related == {uri: said[uri] for uri in others}
    assert (again.kind, again.related_documents) == ("unchanged", None)


async def test_a_byte_order_mark_in_a_cell_is_a_character(tmp_path: Path) -> None:
    content = {"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    sources = [SMELLY, "\ufeff# 😀"]
    cells = [{"cell_type": "code", "metadata": {}, "source": source} for source in sources]
    path = tmp_path / "a.ipynb"
    path.write_text(json.dumps({**content, "cells": cells}))

    async with connected(tmp_path, pulls=True) as editor:
        uris = await open_cells(editor, path)
        seen = [await editor.seen(uri) for uri in uris]

    assert seen == [said_by_check(path, cell=number) for number in (1, 2)]
    assert [finding[4] for finding in seen[1]] == ["syntax-error"]


@pytest.mark.parametrize("kind", [FIX_ALL, f"notebook.{FIX_ALL}"])
async def test_fix_all_mends_every_cell(tmp_path: Path, kind: str) -> None:
    path = Path(shutil.copy(FIXTURES / "notebooks" / "evaluate.ipynb", tmp_path))

    async with connected(tmp_path) as editor:
        cells = await open_cells(editor, path)
        edit = (await one(editor, cells[0], kind)).edit
        assert edit is not None
        editor.apply(edit)

    before = path.read_bytes()
    smelllint("check", "--fix", str(path))
    after = [("".join(cell["source"])) for cell in json.loads(path.read_bytes())["cells"]]
    assert [editor.texts[uri] for uri in cells] == after
    assert path.read_bytes() != before


async def test_a_notebook_that_is_open_as_text_is_mended_in_its_json(tmp_path: Path) -> None:
    path = Path(shutil.copy(FIXTURES / "notebooks" / "evaluate.ipynb", tmp_path))

    async with connected(tmp_path) as editor:
        uri = editor.open(path, "json")
        codes = sorted(finding[4] for finding in await editor.seen(uri))
        edit = (await one(editor, uri, FIX_ALL)).edit
        assert edit is not None
        editor.apply(edit)

    said = smelllint("check", str(path), "--no-cache", "--output-format", "json")
    assert codes == sorted(finding["rule"] for finding in json.loads(said.stdout))
    smelllint("check", "--fix", str(path))
    assert editor.texts[uri].encode() == path.read_bytes()
