"""All of the server together, on standard input and output."""

from __future__ import annotations

import logging
import os

from lsprotocol.types import (
    NotebookCellLanguage,
    NotebookDocumentFilterWithCells,
    NotebookDocumentSyncOptions,
)
from pygls.lsp.server import LanguageServer

from smelllint import __version__
from smelllint.server import configuring, requests, sync
from smelllint.server.protocol import Protocol
from smelllint.server.session import Session
from smelllint.server.transport import run

NOTEBOOKS = NotebookDocumentSyncOptions(
    notebook_selector=[
        NotebookDocumentFilterWithCells(notebook="jupyter-notebook", cells=[NotebookCellLanguage("python")])
    ],
    save=True,
)


class Server(LanguageServer):
    """pygls's server. What goes wrong here is said in the log: messages are for what the user can mend."""

    def report_server_error(self, error: Exception, source: type[Exception]) -> None:
        logging.getLogger(__name__).warning("%s: %s", source.__name__, error)


def serve() -> int:
    """Serve one client; the exit code."""
    # pygls tells of every refused request, with the way to it.
    logging.getLogger("pygls").setLevel(logging.CRITICAL)
    server = Server("smelllint", __version__, notebook_document_sync=NOTEBOOKS, protocol_cls=Protocol)
    session = Session(server)
    for features in (configuring, sync, requests):
        features.register(server, session)
    # Not sys.stdin: a thread that waits for it keeps Python from ending.
    incoming, outgoing = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what is printed must not get between the messages
    try:
        return run(_protocol(server), incoming, outgoing)
    finally:
        session.worker.stop()


def _protocol(server: LanguageServer) -> Protocol:
    protocol = server.protocol
    assert isinstance(protocol, Protocol)
    return protocol
