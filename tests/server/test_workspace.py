"""Configuration, folders, and the whole workspace at once."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types
from pygls.exceptions import JsonRpcException

from tests.cli_helpers import CLEAN, RULE, SMELLY, write
from tests.server.editor import Editor, connected

pytestmark = pytest.mark.asyncio

IGNORED = f'ignore = ["{RULE}"]\n'
WATCHES = types.DidChangeWatchedFilesClientCapabilities(dynamic_registration=True)
REFRESHES = types.DiagnosticWorkspaceClientCapabilities(refresh_support=True)


def changed(editor: Editor, path: Path) -> None:
    """Tell the server that a file has changed."""
    event = types.FileEvent(path.as_uri(), types.FileChangeType.Changed)
    editor.client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams([event]))


def complaints(editor: Editor) -> list[str]:
    return [message.message for message in editor.client.messages]


async def test_a_changed_configuration_counts_at_once(tmp_path: Path) -> None:
    write(tmp_path, {"a.py": SMELLY})

    async with connected(tmp_path, did_change_watched_files=WATCHES) as editor:
        uri = editor.open(tmp_path / "a.py")
        before = await editor.seen(uri)
        (registration,) = editor.registered
        write(tmp_path, {"smelllint.toml": IGNORED})
        changed(editor, tmp_path / "smelllint.toml")
        await editor.until(lambda: not editor.client.diagnostics[uri])

    assert len(before) == 2
    assert registration.method == types.WORKSPACE_DID_CHANGE_WATCHED_FILES


async def test_a_client_that_pulls_is_asked_to_pull_again(tmp_path: Path) -> None:
    write(tmp_path, {"a.py": SMELLY})

    async with connected(
        tmp_path, pulls=True, did_change_watched_files=WATCHES, diagnostics=REFRESHES
    ) as editor:
        uri = editor.open(tmp_path / "a.py")
        before = await editor.seen(uri)
        write(tmp_path, {"pyproject.toml": f"[tool.smelllint]\n{IGNORED}"})
        changed(editor, tmp_path / "pyproject.toml")
        after = await editor.seen(uri)

    assert (len(before), after) == (2, [])
    assert editor.client.diagnostic_refresh_count == 1


async def test_a_client_that_cannot_watch_is_looked_after_on_saving(tmp_path: Path) -> None:
    write(tmp_path, {"a.py": SMELLY})

    async with connected(tmp_path) as editor:
        uri = editor.open(tmp_path / "a.py")
        await editor.seen(uri)
        write(tmp_path, {"smelllint.toml": IGNORED})
        identifier = types.TextDocumentIdentifier(uri)
        editor.client.text_document_did_save(types.DidSaveTextDocumentParams(identifier))
        await editor.until(lambda: not editor.client.diagnostics[uri])

    assert not editor.registered


async def test_a_mistake_in_a_configuration_is_told_once(tmp_path: Path) -> None:
    write(tmp_path, {"a.py": SMELLY, "smelllint.toml": 'select = ["nonsense"]\n'})

    async with connected(tmp_path, pulls=True, did_change_watched_files=WATCHES) as editor:
        uri = editor.open(tmp_path / "a.py")
        seen = [await editor.seen(uri)]
        editor.replace(uri, 0, 0, "\n")
        seen.append(await editor.seen(uri))

    assert seen == [[], []]
    (complaint,) = complaints(editor)
    assert "smelllint.toml:1: `nonsense` is no rule" in complaint


async def test_an_empty_table_of_lua_is_no_mistake(tmp_path: Path) -> None:
    write(tmp_path, {"a.py": SMELLY})

    async with connected(tmp_path, pulls=True, options=[]) as editor:
        seen = await editor.seen(editor.open(tmp_path / "a.py"))

    assert len(seen) == 2
    assert complaints(editor) == []


async def test_the_settings_of_the_editor_count(tmp_path: Path) -> None:
    write(tmp_path, {"a.py": SMELLY})

    async with connected(tmp_path, pulls=True, options={"ignore": [RULE]}) as editor:
        uri = editor.open(tmp_path / "a.py")
        ignored = await editor.seen(uri)
        chosen = {"select": [RULE], "exclude": None, "target": None}  # null: as if it was not said
        params = types.DidChangeConfigurationParams({"smelllint": chosen})
        editor.client.workspace_did_change_configuration(params)
        selected = await editor.seen(uri)
        params = types.DidChangeConfigurationParams({"smelllint": {"selcet": []}})
        editor.client.workspace_did_change_configuration(params)
        still = await editor.seen(uri)

    assert (ignored, len(selected), len(still)) == ([], 2, 2)
    assert complaints(editor) == [
        "smelllint: the editor sets `selcet`, which is no setting: did you mean `select`?"
    ]


async def test_the_settings_of_the_editor_are_asked_for(tmp_path: Path) -> None:
    write(tmp_path, {"a.py": SMELLY})

    async with connected(tmp_path, pulls=True, configuration=True) as editor:
        uri = editor.open(tmp_path / "a.py")
        before = await editor.seen(uri)
        editor.client.set_configuration({"ignore": [RULE]}, section="smelllint")
        editor.client.workspace_did_change_configuration(types.DidChangeConfigurationParams(None))
        for _ in range(100):
            after = await editor.seen(uri)
            if not after:
                break
            await asyncio.sleep(0.05)

    assert (len(before), after) == (2, [])


async def test_a_client_without_options_is_asked_for_its_settings(tmp_path: Path) -> None:
    write(tmp_path, {"a.py": SMELLY})
    telling = types.DidChangeConfigurationClientCapabilities(dynamic_registration=True)

    async with connected(
        tmp_path, pulls=True, configuration=True, did_change_configuration=telling
    ) as editor:
        uri = editor.open(tmp_path / "a.py")
        await editor.seen(uri)
        registered = [(one.method, one.register_options) for one in editor.registered]

    assert registered == [(types.WORKSPACE_DID_CHANGE_CONFIGURATION, {"section": "smelllint"})]


async def test_what_another_file_says_now_counts(tmp_path: Path) -> None:
    made = 'from sentence_transformers import SentenceTransformer\n\nencoder = SentenceTransformer("x")\n'
    caller = (
        "import sentence_transformers\nfrom encoders import encoder\n\n\n"
        "def embed(documents):\n    return [encoder.encode(document) for document in documents]\n"
    )
    write(tmp_path, {"a.py": caller, "encoders.py": made, "requirements.txt": "torch\n"})

    async with connected(tmp_path, did_change_watched_files=WATCHES) as editor:
        uri = editor.open(tmp_path / "a.py")
        before = await editor.seen(uri)
        write(tmp_path, {"encoders.py": "encoder = dict()\n"})
        changed(editor, tmp_path / "encoders.py")
        await editor.until(lambda: not editor.client.diagnostics[uri])

    assert [finding[4] for finding in before] == ["unbatched-encode"]


async def test_files_that_change_all_the_time_are_looked_at_once_in_a_while(tmp_path: Path) -> None:
    write(tmp_path, {"a.py": SMELLY})

    async with connected(
        tmp_path, pulls=True, did_change_watched_files=WATCHES, diagnostics=REFRESHES
    ) as editor:
        uri = editor.open(tmp_path / "a.py")
        await editor.seen(uri)
        for _ in range(30):
            changed(editor, tmp_path / "metrics.json")
        write(tmp_path, {"smelllint.toml": IGNORED})
        changed(editor, tmp_path / "smelllint.toml")
        for _ in range(200):
            if not await editor.seen(uri):
                break
            await asyncio.sleep(0.05)
        left = await editor.seen(uri)

    assert left == []
    assert 0 < editor.client.diagnostic_refresh_count < 10


async def test_each_folder_has_its_own_configuration(tmp_path: Path) -> None:
    for name in ("one", "other"):
        write(tmp_path, {f"{name}/a.py": SMELLY, f"{name}/requirements.txt": "torch\n"})
    write(tmp_path, {"other/smelllint.toml": IGNORED})

    async with connected(tmp_path / "one", folders=[tmp_path / "other"], pulls=True) as editor:
        uris = [editor.open(tmp_path / name / "a.py") for name in ("one", "other")]
        seen = [len(await editor.seen(uri)) for uri in uris]
        report = await editor.client.workspace_diagnostic_async(types.WorkspaceDiagnosticParams([]))

    assert seen == [2, 0]
    assert {one.uri for one in report.items} == set(uris)


# -- the whole workspace ----------------------------------------------------------------------------------


def items(report: types.WorkspaceDiagnosticReport) -> dict[str, int | None]:
    """How many diagnostics each file has, None for one that is said to be unchanged; by name."""
    return {
        one.uri.rpartition("/")[2]: (
            len(one.items) if isinstance(one, types.WorkspaceFullDocumentDiagnosticReport) else None
        )
        for one in report.items
    }


async def test_every_file_of_the_workspace_is_reported(tmp_path: Path) -> None:
    write(tmp_path, {"open.py": CLEAN, "shut.py": SMELLY, "venv/a.py": SMELLY, "bad.py": SMELLY + "\nx = ("})

    async with connected(tmp_path, pulls=True) as editor:
        uri = editor.open(tmp_path / "open.py")
        editor.replace(uri, 0, len(CLEAN), SMELLY + "\n")
        report = await editor.client.workspace_diagnostic_async(types.WorkspaceDiagnosticParams([]))
        known = [types.PreviousResultId(one.uri, str(one.result_id)) for one in report.items]
        write(tmp_path, {"shut.py": CLEAN})
        again = await editor.client.workspace_diagnostic_async(types.WorkspaceDiagnosticParams(known))

    assert items(report) == {"open.py": 2, "shut.py": 2, "bad.py": 1}
    assert items(again) == {"open.py": None, "shut.py": 0, "bad.py": None}


async def test_progress_and_parts_are_told_under_their_tokens(tmp_path: Path) -> None:
    write(tmp_path, {f"{number}.py": SMELLY for number in range(25)})
    told: dict[str, list[Any]] = {"work": [], "part": []}

    async with connected(tmp_path, pulls=True) as editor:
        editor.client.protocol.fm.features[types.PROGRESS] = lambda one: told[one.token].append(one.value)
        params = types.WorkspaceDiagnosticParams([], work_done_token="work", partial_result_token="part")
        report = await editor.client.workspace_diagnostic_async(params)

    kinds = [value["kind"] for value in told["work"]]
    assert kinds[0] == "begin"
    assert kinds[-1] == "end"
    assert told["work"][-2]["message"] == "25/25 files"
    assert sum(len(value["items"]) for value in told["part"]) == 25
    assert list(report.items) == []


async def test_what_is_cancelled_is_answered_so(tmp_path: Path) -> None:
    write(tmp_path, {f"{number}.py": SMELLY for number in range(200)})
    params = types.WorkspaceDiagnosticParams([], work_done_token="work")

    async with connected(tmp_path, pulls=True) as editor:
        begun = asyncio.Event()
        editor.client.protocol.fm.features[types.PROGRESS] = lambda _: begun.set()
        protocol = editor.client.protocol
        pending = protocol.send_request_async(types.WORKSPACE_DIAGNOSTIC, params, msg_id="long")
        task = asyncio.ensure_future(pending)
        await begun.wait()
        editor.client.cancel_request(types.CancelParams("long"))
        with pytest.raises(JsonRpcException) as cancelled:
            await task
        # And the way of the progress bar.
        pending = editor.client.workspace_diagnostic_async(params)
        task = asyncio.ensure_future(pending)
        begun.clear()
        await begun.wait()
        editor.client.window_work_done_progress_cancel(types.WorkDoneProgressCancelParams("work"))
        with pytest.raises(JsonRpcException) as stopped:
            await task
        uri = editor.open(tmp_path / "1.py")
        alive = await editor.seen(uri)

    assert [cancelled.value.code, stopped.value.code] == [-32800, -32800]
    assert len(alive) == 2


async def test_the_command_pushes_what_is_found_in_files_that_are_not_open(tmp_path: Path) -> None:
    write(tmp_path, {"open.py": SMELLY, "shut.py": SMELLY})
    shut = (tmp_path / "shut.py").as_uri()

    async with connected(tmp_path, pulls=True) as editor:
        editor.open(tmp_path / "open.py")
        params = types.ExecuteCommandParams("smelllint.checkWorkspace")
        await editor.client.workspace_execute_command_async(params)
        pushed = {uri: len(found) for uri, found in editor.client.diagnostics.items()}
        editor.open(tmp_path / "shut.py")
        await editor.until(lambda: not editor.client.diagnostics[shut])

    assert pushed == {shut: 2}


async def test_workspace_diagnostics_are_announced_to_who_asks_for_them(tmp_path: Path) -> None:
    said = []
    for wanted in (False, True):
        async with connected(tmp_path, pulls=True, options={"workspaceDiagnostics": wanted}) as editor:
            assert isinstance(editor.server.diagnostic_provider, types.DiagnosticOptions)
            said.append(editor.server.diagnostic_provider.workspace_diagnostics)

    assert said == [False, True]
