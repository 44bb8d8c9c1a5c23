"""The edge of the protocol: every request is answered, and what is malformed with an error.

Protocol    pygls's, which leaves some requests without an answer: `receive` lets only through what it can
            deal with. Documents are ours: pygls also ends lines where neither the protocol nor Python does.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, Any

from cattrs.errors import ClassValidationError
from lsprotocol import types
from pygls.exceptions import (
    JsonRpcException,
    JsonRpcInternalError,
    JsonRpcInvalidParams,
    JsonRpcInvalidRequest,
    JsonRpcMethodNotFound,
    JsonRpcParseError,
    JsonRpcServerNotInitialized,
)
from pygls.protocol import LanguageServerProtocol, lsp_method

if TYPE_CHECKING:
    from cattrs import Converter
    from pygls.lsp.server import LanguageServer

logger = logging.getLogger(__name__)

Message = dict[str, Any]
MAX_ID = 2**31 - 1
# Notifications that smelllint.server.sync gets itself.
OURS = (
    types.TEXT_DOCUMENT_DID_OPEN,
    types.TEXT_DOCUMENT_DID_CHANGE,
    types.TEXT_DOCUMENT_DID_CLOSE,
    types.NOTEBOOK_DOCUMENT_DID_OPEN,
    types.NOTEBOOK_DOCUMENT_DID_CHANGE,
    types.NOTEBOOK_DOCUMENT_DID_CLOSE,
)
BEFORE_INITIALIZED = (types.INITIALIZE, types.EXIT)


class Protocol(LanguageServerProtocol):
    """`leave` is called with the exit code once the client says goodbye."""

    leave: Callable[[int], None]
    workspace_diagnostics = False

    def __init__(self, server: LanguageServer, converter: Converter) -> None:
        super().__init__(server, converter)
        for method in OURS:
            self.fm.builtin_features.pop(method, None)
        self.fm.builtin_features[types.EXIT] = self.goodbye

    @lsp_method(types.INITIALIZE)
    def lsp_initialize(self, params: types.InitializeParams) -> Generator[Any, Any, types.InitializeResult]:
        """Announce what the server can do; workspace diagnostics only to clients that ask for them, because
        some would ask for all files again and again."""
        result: types.InitializeResult = yield from super().lsp_initialize(params)
        provider = result.capabilities.diagnostic_provider
        if provider is not None:
            provider.workspace_diagnostics = self.workspace_diagnostics
        return result

    def goodbye(self, *_: Any) -> None:
        """End the process: with 1 where the client has not asked for a shutdown before."""
        self.leave(0 if self._shutdown else 1)

    def receive(self, body: bytes) -> None:
        """Deal with a message, whatever it is."""
        try:
            message = json.loads(body)
        except (ValueError, RecursionError) as error:
            self._refuse(None, JsonRpcParseError.of(error))
            return
        if not isinstance(message, dict):
            self._refuse(None, JsonRpcInvalidRequest("Invalid Request: a message is an object"))
            return
        if "method" not in message and {"result", "error"} & set(message):
            self._receive_answer(message)
            return
        try:
            self._receive(message)
        except Exception as error:  # whatever it is, whoever asked is waiting
            known = error if isinstance(error, JsonRpcException) else JsonRpcInternalError(str(error))
            if "method" not in message or "id" in message:
                self._refuse(message.get("id"), known)
            else:
                logger.warning("refused a notification: %s", error)

    def _receive_answer(self, message: Message) -> None:
        """An answer to what was asked; one that cannot be read is none, and says so."""
        id_ = message.get("id")
        if not is_id(id_) or id_ not in self._request_futures:
            logger.warning("ignored an answer to what was not asked")
            return
        try:
            self.handle_message(self._structured(message))
        except JsonRpcException as error:
            future = self._request_futures.pop(id_)
            if not future.done():
                future.set_exception(error)

    def _receive(self, message: Message) -> None:
        if message.get("jsonrpc") != self.VERSION:
            raise JsonRpcInvalidRequest("Invalid Request: `jsonrpc` has to be 2.0")
        if "id" in message and not is_id(message["id"]):
            raise JsonRpcInvalidRequest("Invalid Request: `id` has to be a number or a string")
        self._require_fit(message)
        self.handle_message(self._structured(message))

    def _require_fit(self, message: Message) -> None:
        """Whether the method may be called now, and in this way."""
        method, is_request = message.get("method"), "id" in message
        if not isinstance(method, str):
            raise JsonRpcInvalidRequest("Invalid Request: `method` has to be a string")
        initialized = self._workspace is not None
        if not initialized and method not in BEFORE_INITIALIZED:
            raise JsonRpcServerNotInitialized("the client has to send `initialize` first")
        if initialized and method == types.INITIALIZE:
            raise JsonRpcInvalidRequest("Invalid Request: the server is initialized already")
        if self._shutdown and method != types.EXIT:
            raise JsonRpcInvalidRequest("Invalid Request: the server is shutting down")
        kind = self.get_message_type(method)
        if kind is None:
            raise JsonRpcMethodNotFound.of(method)
        if is_request != ("id" in attributes(kind)):
            wanted = "a notification" if is_request else "a request"
            raise JsonRpcInvalidRequest(f"Invalid Request: `{method}` is {wanted}")

    def _structured(self, message: Message) -> Any:
        try:
            return self.structure_message(message)
        except JsonRpcException as error:
            reason = "; ".join(reasons(error.__cause__)) if error.__cause__ else str(error)
            raise JsonRpcInvalidParams(f"{JsonRpcInvalidParams.MESSAGE}: {reason[:500]}") from error

    def _refuse(self, id_: Any, error: JsonRpcException) -> None:
        """Answer with an error; what has no id that could be answered is answered without one."""
        answer = error.to_response_error()
        self._send_data({
            "jsonrpc": self.VERSION,
            "id": id_ if is_id(id_) else None,
            "error": {"code": answer.code, "message": answer.message},
        })  # fmt: skip


def is_id(value: object) -> bool:
    """Whether a value may be the id of a request."""
    if isinstance(value, str):
        return True
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) <= MAX_ID


def attributes(kind: type) -> set[str]:
    """The fields of a message type."""
    return {field.name for field in getattr(kind, "__attrs_attrs__", ())}


def reasons(error: BaseException) -> list[str]:
    """Why params could not be read, from the outside in."""
    if isinstance(error, ClassValidationError):
        return [reason for inner in error.exceptions for reason in reasons(inner)]
    return [str(error) or type(error).__name__]
