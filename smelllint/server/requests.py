"""The client's requests."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Sequence
from typing import Any

from lsprotocol import types
from pygls.exceptions import JsonRpcInvalidParams, JsonRpcRequestCancelled
from pygls.lsp.server import LanguageServer

from smelllint.errors import MistakeError
from smelllint.server.actions import KINDS
from smelllint.server.findings import diagnostics
from smelllint.server.hints import hints
from smelllint.server.hover import findings_at, measured_saving, rule_page
from smelllint.server.programs import Program
from smelllint.server.progress import work_done
from smelllint.server.session import Session
from smelllint.server.workspace import FileFindings, Survey

CHECK_WORKSPACE = "smelllint.checkWorkspace"
TITLE = "Checking for energy smells"
BATCH = 20  # files told at a time


def register(server: LanguageServer, session: Session) -> None:
    """Answer them."""

    @server.feature(
        types.TEXT_DOCUMENT_DIAGNOSTIC,
        types.DiagnosticOptions(
            identifier="smelllint", inter_file_dependencies=True, workspace_diagnostics=True
        ),
    )
    async def document_diagnostic(params: types.DocumentDiagnosticParams) -> types.DocumentDiagnosticReport:
        uri = params.text_document.uri
        program = session.documents.of(uri)
        found = await _found(session, program)
        own = found.pop(uri, [])
        related = _related(session, found) if session.ability.takes_related else None
        result_id = session.told[uri] = _digest(own)
        if result_id == params.previous_result_id:
            return types.RelatedUnchangedDocumentDiagnosticReport(result_id, related)
        return types.RelatedFullDocumentDiagnosticReport(own, related, result_id=result_id)

    @server.feature(types.WORKSPACE_DIAGNOSTIC)
    async def workspace_diagnostic(
        params: types.WorkspaceDiagnosticParams,
    ) -> types.WorkspaceDiagnosticReport:
        known = {one.uri: one.value for one in params.previous_result_ids}
        items: list[types.WorkspaceDocumentDiagnosticReport] = []

        async def told(batch: Sequence[FileFindings]) -> None:
            reports = [_workspace_report(one, known) for one in batch]
            if params.partial_result_token is None:
                items.extend(reports)
            else:
                partial = types.WorkspaceDiagnosticReportPartialResult(reports)
                server.progress(types.ProgressParams(params.partial_result_token, partial))

        await told([one for program in session.documents for one in await _of_open(session, program)])
        await _survey(server, session, known, params.work_done_token, told)
        return types.WorkspaceDiagnosticReport(items)

    @server.command(CHECK_WORKSPACE)
    async def check_workspace(*_: Any) -> None:
        token = None
        if session.ability.shows_progress:
            token = str(uuid.uuid4())
            await server.work_done_progress.create_async(token)

        async def told(batch: Sequence[FileFindings]) -> None:
            for one in batch:
                session.push(one.uri, types.PublishDiagnosticsParams(one.uri, one.items or []))

        await _survey(server, session, {}, token, told)

    @server.feature(
        types.TEXT_DOCUMENT_CODE_ACTION,
        types.CodeActionOptions(code_action_kinds=KINDS, resolve_provider=True),
    )
    async def code_action(params: types.CodeActionParams) -> list[types.CodeAction]:
        uri = params.text_document.uri
        program = session.documents.of(uri)
        if program is None:
            return []
        return await session.actions.offered(program, uri, params.range, params.context)

    @server.feature(types.CODE_ACTION_RESOLVE)
    async def resolve(action: types.CodeAction) -> types.CodeAction:
        uri = action.data.get("uri") if isinstance(action.data, dict) else None
        program = session.documents.of(uri) if isinstance(uri, str) else None
        if program is None:
            raise JsonRpcInvalidParams("Invalid Params: `data` names no document that is open")
        return await session.actions.resolved(program, action)

    @server.feature(types.TEXT_DOCUMENT_HOVER)
    async def hover(params: types.HoverParams) -> types.Hover | None:
        uri = params.text_document.uri
        program = session.documents.of(uri)
        if program is None:
            return None
        analysis = await session.analyst.analysis(program)
        found = list(findings_at(program, analysis.report, uri, params.position))
        if not found:
            return None
        savings = {finding.rule: measured_saving(finding) for finding, _ in found}
        pages = [(saving, await session.worker.ask(rule_page, rule)) for rule, saving in savings.items()]
        text = "\n\n---\n\n".join("\n\n".join(filter(None, page)) for page in pages if any(page))
        kind = types.MarkupKind.Markdown if session.ability.reads_markdown else types.MarkupKind.PlainText
        return types.Hover(types.MarkupContent(kind, text), found[0][1]) if text else None

    @server.feature(types.TEXT_DOCUMENT_INLAY_HINT, types.InlayHintOptions(resolve_provider=False))
    async def inlay_hint(params: types.InlayHintParams) -> list[types.InlayHint]:
        uri = params.text_document.uri
        program = session.documents.of(uri)
        if program is None or not session.setup.wishes.show_savings:
            return []
        analysis = await session.analyst.analysis(program)
        return hints(program, analysis.report, uri, params.range)


def _related(
    session: Session, found: dict[str, list[types.Diagnostic]]
) -> dict[str, types.FullDocumentDiagnosticReport | types.UnchangedDocumentDiagnosticReport] | None:
    """What else of a notebook has changed with the cell that was asked about, since the client was told."""
    fresh = {uri: (items, _digest(items)) for uri, items in found.items()}
    news = {uri: one for uri, one in fresh.items() if session.told.get(uri) != one[1]}
    session.told.update((uri, result_id) for uri, (_, result_id) in news.items())
    return {
        uri: types.FullDocumentDiagnosticReport(one[0], result_id=one[1]) for uri, one in news.items()
    } or None


async def _found(session: Session, program: Program | None) -> dict[str, list[types.Diagnostic]]:
    """The diagnostics of a program's parts; none where it is not open."""
    if program is None:
        return {}
    analysis = await session.analyst.analysis(program)
    return diagnostics(program, analysis.report)


async def _of_open(session: Session, program: Program) -> list[FileFindings]:
    found = await _found(session, program)
    return [
        FileFindings(part.uri, part.version, _digest(found[part.uri]), found[part.uri])
        for part in program.parts
    ]


async def _survey(
    server: LanguageServer, session: Session, known: dict[str, str], token: Any, told: Any
) -> None:
    """Look at every file that is not open, and tell of them in batches."""
    try:
        survey = Survey(session.analyst, session.folders, session.documents.encoding)
    except MistakeError as error:
        raise JsonRpcInvalidParams(str(error)) from error
    batch: list[FileFindings] = []
    with work_done(server, token, TITLE) as work:
        done = 0
        async for one in survey.closed(session.documents, known):
            done += 1
            batch.append(one)
            if len(batch) == BATCH:
                await told(batch)
                batch = []
            if not work.step(done, len(survey.targets)):
                raise JsonRpcRequestCancelled("the user wants no more of it")
    await told(batch)


def _workspace_report(one: FileFindings, known: dict[str, str]) -> types.WorkspaceDocumentDiagnosticReport:
    if one.items is None or known.get(one.uri) == one.result_id:
        return types.WorkspaceUnchangedDocumentDiagnosticReport(one.uri, one.result_id, one.version)
    return types.WorkspaceFullDocumentDiagnosticReport(
        one.uri, one.items, one.version, result_id=one.result_id
    )


def _digest(found: Sequence[types.Diagnostic]) -> str:
    """The same for the same diagnostics."""
    return hashlib.sha1(repr(found).encode("utf-8", "replace")).hexdigest()
