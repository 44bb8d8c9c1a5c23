"""A data set that reads the same file again for every item.

`__getitem__` runs once for every sample of every epoch. A table that is parsed there, or an array that is
loaded, is read whole each time to give one row of it. Read in `__init__`, it is there for all samples, and
workers that are forked share it.

Leave it when the file changes between the samples, or when it is larger than memory: then a memory map
(`np.load(path, mmap_mode="r")`) or one file a sample reads only what is asked for.

There is no fix: what moves to `__init__`, and under which name, is for the author to say.
"""

from __future__ import annotations

from collections.abc import Iterator

from libcst import Call, CSTNode, FunctionDef, If, IfExp, Name, Param

from smelllint import Rule, Smell
from smelllint.facts import ABSENT, Facts, Kind

rule = Rule(family="data", imports=frozenset({"torch"}), words=frozenset({"__getitem__"}))

MAX_STEPS = 6
# What makes a reader read a part, or nothing until it is asked for.
PIECEMEAL = ("mmap_mode", "mmap", "chunksize", "iterator", "nrows", "skiprows")


@rule.on(Call)
def read_for_every_item(call: Call, facts: Facts) -> Iterator[Smell]:
    method = facts.function(call)
    if not isinstance(method, FunctionDef) or method.name.value != "__getitem__" or not reads(call, facts):
        return
    class_ = facts.class_(call)
    if class_ is None or facts.instance_kind(class_) is not Kind.DATASET or facts.cached(method):
        return
    if is_guarded(call, method, facts) or not call.args:
        return
    if any(hangs_on_item(arg, facts, MAX_STEPS) for arg in call.args):
        return
    yield Smell(at=call, message=f"`{facts.text(call)}` reads the same again for every item of the data set")


def reads(call: Call, facts: Facts) -> bool:
    """Whether a call reads a file from its beginning to its end."""
    if not facts.in_set("whole-file-readers", call.func):
        return False
    return all(facts.argument(call, name) is ABSENT for name in PIECEMEAL)


def is_guarded(call: Call, method: FunctionDef, facts: Facts) -> bool:
    """Whether a condition may let it run only once: `if self.table is None`."""
    return any(
        isinstance(outer, (If, IfExp)) and facts.inside(outer, method) for outer in facts.ancestors(call)
    )


def hangs_on_item(node: CSTNode, facts: Facts, steps: int) -> bool:
    """Whether what is read may differ from item to item: it comes from the index, a loop, or a call."""
    if not steps:
        return True
    for name in facts.within(node):
        if isinstance(name, Call) and not is_path(name, facts):
            return True
        if (
            not isinstance(name, Name)
            or facts.places.is_label(name)
            or facts.names.receiver_class(name) is not None
        ):
            continue
        for binding in facts.bindings(name):
            if isinstance(binding.node, Param) or binding.how in ("for", "augment"):
                return True
            if facts.function(binding.node) is not facts.function(node):
                continue
            if binding.value is None or hangs_on_item(binding.value, facts, steps - 1):
                return True
    return False


def is_path(call: Call, facts: Facts) -> bool:
    """Whether a call opens a file or spells a path."""
    name = facts.name(call.func) or ""
    return name in ("builtins.open", "builtins.str", "pathlib.Path") or name.startswith("os.path.")
