"""`smelllint` and `python -m smelllint`."""

from __future__ import annotations

import os
import sys

INTERRUPTED = 130


def main() -> None:
    """Run the command line."""
    # Asked by editors and hooks at every start, and not worth the import of a command line.
    if sys.argv[1:] in (["--version"], ["-V"]):
        from smelllint import __version__

        print(f"smelllint {__version__}")
        return
    try:
        import signal
    except (KeyboardInterrupt, RuntimeError):  # which Python makes of an interrupt where a class is made
        os._exit(INTERRUPTED)
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        # Until a command begins there is nothing to clear up: an interrupt ends the process, without a word.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from smelllint.quick import clean
    from smelllint.replay import replayed

    code = replayed(sys.argv[1:])
    if code is None:
        code = clean(sys.argv[1:])
    if code is not None:
        sys.exit(code)
    try:
        sys.exit(commanded(sys.argv[1:]))
    except Exception:
        # A fault of ours must not pass for "findings", which is what Python's own exit code 1 would say.
        import traceback

        traceback.print_exc()
        sys.exit(2)


def commanded(arguments: list[str]) -> int | None:
    """Carry out a command; its exit code, where it does not end the process itself."""
    from smelllint.options import read

    values = read(arguments[1:]) if arguments[:1] == ["check"] else None
    if values is not None:
        from smelllint.launch import alone

        return alone(values)
    from smelllint.cli import command

    command(prog_name="smelllint")
    return None


if __name__ == "__main__":
    main()
