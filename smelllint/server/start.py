"""`smelllint server`, where the extra is installed."""

from __future__ import annotations

from smelllint.errors import MistakeError

EXTRA = frozenset({"attrs", "cattrs", "lsprotocol", "pygls"})


def start() -> int:
    """Serve one client on standard input and output; the exit code. MistakeError where the extra lacks."""
    try:
        from smelllint.server.app import serve
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] not in EXTRA:
            raise
        raise MistakeError(
            f"the language server needs `{error.name}`: pip install 'smelllint[lsp]'"
        ) from error
    return serve()
