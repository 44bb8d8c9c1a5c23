"""`smelllint` and `python -m smelllint`."""

from __future__ import annotations

import sys

from smelllint import __version__


def main() -> None:
    """Run the command line."""
    # Asked by editors and hooks at every start, and not worth the import of a command line.
    if sys.argv[1:] in (["--version"], ["-V"]):
        print(f"smelllint {__version__}")
        return
    from smelllint.cli import command

    command(prog_name="smelllint")


if __name__ == "__main__":
    main()
