"""The client's notifications on documents and notebooks."""

from __future__ import annotations

from lsprotocol import types
from pygls.lsp.server import LanguageServer

from smelllint.server.session import Session


def register(server: LanguageServer, session: Session) -> None:
    """Listen to them."""

    @server.feature(types.TEXT_DOCUMENT_DID_OPEN)
    def did_open(params: types.DidOpenTextDocumentParams) -> None:
        session.opened(params.text_document.uri)
        _without_watching(session)
        session.changed(session.documents.open(params.text_document))

    @server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    def did_change(params: types.DidChangeTextDocumentParams) -> None:
        document = params.text_document
        session.changed(session.documents.change(document.uri, document.version, params.content_changes))

    @server.feature(types.TEXT_DOCUMENT_DID_SAVE)
    def did_save(_: types.DidSaveTextDocumentParams) -> None:
        _without_watching(session)

    @server.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    def did_close(params: types.DidCloseTextDocumentParams) -> None:
        if session.documents.close(params.text_document.uri) and not session.ability.pulls:
            session.publisher.gone(params.text_document.uri)

    @server.feature(types.NOTEBOOK_DOCUMENT_DID_OPEN)
    def did_open_notebook(params: types.DidOpenNotebookDocumentParams) -> None:
        session.opened(params.notebook_document.uri)
        _without_watching(session)
        session.changed(session.documents.open_notebook(params))

    @server.feature(types.NOTEBOOK_DOCUMENT_DID_CHANGE)
    def did_change_notebook(params: types.DidChangeNotebookDocumentParams) -> None:
        changed = session.documents.change_notebook(params)
        if changed is None:
            return
        program, lost = changed
        for uri in lost if not session.ability.pulls else ():
            session.publisher.gone(uri)
        session.changed(program)

    @server.feature(types.NOTEBOOK_DOCUMENT_DID_SAVE)
    def did_save_notebook(_: types.DidSaveNotebookDocumentParams) -> None:
        _without_watching(session)

    @server.feature(types.NOTEBOOK_DOCUMENT_DID_CLOSE)
    def did_close_notebook(params: types.DidCloseNotebookDocumentParams) -> None:
        notebook = session.documents.close_notebook(params.notebook_document.uri)
        for part in notebook.parts if notebook and not session.ability.pulls else ():
            session.publisher.gone(part.uri)


def _without_watching(session: Session) -> None:
    """A client that cannot watch files may have changed a configuration since the last look."""
    if not session.ability.watches:
        session.reload()
