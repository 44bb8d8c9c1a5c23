"""`smelllint server`, where the extra is installed."""

from __future__ import annotations

from smelllint.errors import MistakeError

EXTRA = frozenset({"attrs", "cattrs", "lsprotocol", "pygls"})


def start() -> int:
    """Serve one client on standard input and output; the exit code. MistakeError where the extra lacks."""
    try:
        from smelllint.server.app import serve
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        if missing not in EXTRA:
            raise
        raise MistakeError(f"the language server needs `{missing}`: pip install 'smelllint[lsp]'") from error
    return serve()
