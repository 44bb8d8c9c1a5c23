"""From a command line to a run of `check`, and what becomes of interrupts and mistakes on the way.

launch(values)     carry out `check` with these values of its options; the exit code
alone(values)      the same for a process that does nothing else: mistakes are told, not raised
interruptible()    let an interrupt raise KeyboardInterrupt while a command runs
"""

from __future__ import annotations

import errno
import gc
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from smelllint import seen
from smelllint.errors import MistakeError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from smelllint.config import Overrides
    from smelllint.options import Values

MISTAKE = 2
INTERRUPTED = 130
# What `Overrides` is made of; all else makes the `Request`.
OVERRIDES = ("extend_select", "ignore", "exclude", "target", "min_saving", "isolated")


def launch(values: Values) -> int:
    """Carry out `check`; MistakeError for a mistake of the user's."""
    from smelllint.outputs import outputs

    rest = dict(values)
    paths = rest.pop("paths")
    overrides = overrides_of(rest)
    printed, reports = outputs(rest.pop("output_format"))
    why, watch, no_cache = rest.pop("why"), rest.pop("watch"), rest.pop("no_cache")
    if why is not None:
        tell_why(paths, why, overrides)
        return 0
    from smelllint.check import Request, check

    request = Request(
        paths or (".",), overrides, output_format=printed, files=reports, cache=not no_cache, **rest
    )
    try:
        if watch:
            gc.enable()
            from smelllint.watch import watch as keep_checking

            keep_checking(request)
        return check(request)
    except KeyboardInterrupt:
        return INTERRUPTED


def overrides_of(rest: Values) -> Overrides:
    """What the options say of settings; they are taken out."""
    from smelllint.config import Overrides

    config, select = rest.pop("config"), rest.pop("select")
    files = [text for text in config if "=" not in text or seen.is_file(text)]
    if len(files) > 1:
        raise MistakeError("--config takes one file; settings beside it read key=value")
    return Overrides(
        select=select or None,
        file=files[0] if files else None,
        assignments=tuple(text for text in config if text not in files),
        **{name: rest.pop(name) for name in OVERRIDES},
    )


def tell_why(paths: tuple[str, ...], rule: str, overrides: Overrides) -> None:
    """Print why a rule fires or is silent."""
    from smelllint.report.style import harmless
    from smelllint.why import why

    print("\n".join(map(harmless, why(paths, rule, overrides))))


def alone(values: Values) -> int:
    """Carry out `check` as a process of its own."""
    unfailing()
    gc.disable()  # what is imported stays, and `examine` collects what files leave behind
    try:
        with interruptible():
            code = launch(values)
            sys.stdout.flush()
            return code
    except MistakeError as error:
        from smelllint.report.style import harmless

        print(f"error: {harmless(str(error))}", file=sys.stderr)
        return MISTAKE
    except KeyboardInterrupt:
        return INTERRUPTED
    except OSError as error:
        if error.errno != errno.EPIPE:
            raise
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # for what Python flushes at its end
        return 1


def unfailing() -> None:
    """A character that the terminal's encoding lacks is no reason to fail."""
    for stream in (sys.stdout, sys.stderr):
        getattr(stream, "reconfigure", lambda **_: None)(errors="backslashreplace")


@contextmanager
def interruptible() -> Iterator[None]:
    """Let an interrupt raise KeyboardInterrupt while a command runs, where before it ends the process."""
    if signal.getsignal(signal.SIGINT) is not signal.SIG_DFL:
        yield
        return
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
