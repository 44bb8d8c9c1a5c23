"""Files that plainly cannot smell, told without the import of anything that knows what smells.

    clean(arguments)   print that nothing was found; the exit code, None where a closer look is needed

Editors and hooks check a few files that are named, again and again, and most have nothing to do with the
libraries that rules are about. Whatever is not plain is left to `smelllint.check`: settings, encodings,
suppressions, names of these libraries, and code that is hard on parsers.
"""

from __future__ import annotations

import os
import sys

from smelllint import replay
from smelllint.options import read

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MOST_BYTES = 200_000
ENDINGS = (".py", ".pyi")
# Options that say nothing of files in which nothing is found.
HARMLESS = frozenset({"paths", "quiet", "exit_zero", "jobs", "sort", "isolated"})
CONFIGURATIONS = ("smelllint.toml", "pyproject.toml")
# A suppression or a setting, an encoding, a script of cells.
MARKS = (b"smelllint", b"coding", b"\xef\xbb\xbf", b"\0", b"%%", b"format_name")
ONLY_TREE = 0x400  # `ast.PyCF_ONLY_AST`: the module is not worth its import
MOST_LEVELS = 50
MOST_PARTS = 40
MOST_NODES = 100_000
RISKY = ("Match", "Delete")  # brackets that no tree shows are hard on parsers there
LISTS = {"BoolOp": "values", "ListComp": "generators", "SetComp": "generators", "DictComp": "generators",
         "GeneratorExp": "generators"}  # fmt: skip


def clean(arguments: Sequence[str]) -> int | None:
    """Look at the files that `check` is asked for."""
    values = read(arguments[1:]) if arguments[:1] == ["check"] else None
    if values is None or any(value for key, value in values.items() if key not in HARMLESS):
        return None
    paths = {os.path.abspath(path) for path in values["paths"]}
    try:
        if not paths or not (values["isolated"] or all(map(unsettled, map(os.path.dirname, paths)))):
            return None
        words = [*MARKS, *(word.encode() for word in modules())]
        if not all(plain(path, words) for path in paths):
            return None
    except (OSError, ValueError, SyntaxError, RecursionError, MemoryError):
        return None
    told = "" if values["quiet"] else f"No smells in {len(paths)} file{'s' * (len(paths) != 1)}.\n"
    return 0 if replay.printed(told) else 1


def unsettled(folder: str) -> bool:
    """Whether no configuration holds for a folder."""
    for name in CONFIGURATIONS:
        path = os.path.join(folder, name)
        if os.path.lexists(path) and (name == CONFIGURATIONS[0] or b"smelllint" in bytes_of(path)):
            return False
    above = os.path.dirname(folder)
    return above == folder or unsettled(above)


def plain(path: str, words: Iterable[bytes]) -> bool:
    """Whether a file is Python that no rule can be about, and that no parser comes to harm on."""
    if not path.endswith(ENDINGS):
        return False
    data = bytes_of(path)
    return not any(word in data for word in words) and shallow(data.decode())


def bytes_of(path: str) -> bytes:
    """What a regular file holds; OSError where it is none, or a large one."""
    status = os.stat(path)
    if status.st_mode & 0o170000 != 0o100000 or status.st_size > MOST_BYTES:
        raise OSError
    with open(path, "rb", buffering=0) as file:
        return file.read(MOST_BYTES)


def shallow(text: str) -> bool:
    """Whether a text is Python, and neither nested nor strung together as people would not."""
    level: list[object] = [compile(text, "<unknown>", "exec", ONLY_TREE, dont_inherit=True)]
    nodes = 0
    for _ in range(MOST_LEVELS):
        below: list[object] = []
        nodes += len(level)
        for node in level:
            fields = node.__dict__
            kind = type(node).__name__
            if kind in RISKY or len(fields.get(LISTS.get(kind, ""), ())) > MOST_PARTS:
                return False
            if fields.get("name") is not None and str(fields["name"]).count(".") > MOST_PARTS:
                return False
            for value in fields.values():
                if hasattr(value, "_fields"):
                    below.append(value)
                elif type(value) is list:
                    below += [item for item in value if hasattr(item, "_fields")]
        if not below or nodes > MOST_NODES:
            return nodes <= MOST_NODES
        level = below
    return False


def modules() -> list[str]:
    """The libraries that rules are about."""
    key = os.fsencode("\0".join(["modules", __file__, sys.version]))
    try:
        kept = replay.load(key)
    except (OSError, ValueError):
        kept = None
    if kept is not None:
        return kept[1].split()
    from smelllint import catalogue, declared, seen

    with seen.everything() as sight:
        seen.note(str(catalogue.home()))
        for entry in os.scandir(catalogue.home()):
            seen.note(entry.path)
            seen.note(os.path.join(entry.path, "rule.py"))
        found = sorted(set().union(*(rule.imports for rule in declared.rules())))
    replay.keep(key, sight, 0, " ".join(found))
    return found
