"""Files that hang, crash or fill a linter: what becomes of each, how long it takes, how much memory it needs.

    python -m tests.hard.inputs [NAME...]     measure, and write results/inputs.json where all were asked for

INPUTS are texts, ODD what is no regular file. Each is put beside a smelly file and checked by a process of
its own; `measured` says what was told of it, and whether the other file was still linted.
"""

from __future__ import annotations

import json
import os
import resource
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from smelllint.read import LIMIT
from tests.cli_helpers import RULE, SMELLY, write
from tests.hard.campaign import ROOT, keep

SECONDS = 10.0
MEGABYTES = 1024.0
NEWER = "linted where Python knows the syntax, a syntax error elsewhere"

# Behind a file that smells, so that the gate lets each of them through.
PIECES: dict[str, str] = {
    # brackets, and other nests
    "parentheses-1300": "x = " + "(" * 1300 + "1" + ")" * 1300,
    "parentheses-5000": "x = " + "(" * 5000 + "1" + ")" * 5000,
    "lists-199": "x = " + "[" * 199 + "]" * 199,
    "lists-1300": "x = " + "[" * 1300 + "]" * 1300,
    "lists-100000": "x = " + "[" * 100_000 + "]" * 100_000,
    "dicts-150": "x = " + "{1:" * 150 + "1" + "}" * 150,
    "calls-100": "x = " + "f(" * 100 + ")" * 100,
    "calls-1400": "x = " + "f(" * 1400 + ")" * 1400,
    "brackets-unclosed-700": "x = " + "a([" * 700,
    "parentheses-unclosed-1000000": "x = " + "(" * 1_000_000,
    "brackets-closed-too-often": "x = 1" + ")" * 100_000,
    "lambdas-60": "x = " + "lambda x=" * 60 + "1" + ":1" * 60,
    "lambdas-600": "x = " + "lambda x=" * 600 + "1" + ":1" * 600,
    "f-strings-nested": 'x = f"' + '{f"' * 1300 + '"}' * 1300 + '"',
    "f-string-of-10000-fields": 'x = f"' + "{a}" * 10_000 + '"',
    "indented-90": "".join(" " * n + "if x:\n" for n in range(90)) + " " * 90 + "y",
    "indented-1000": "".join(" " * n + "if x:\n" for n in range(1000)) + " " * 1000 + "y",
    "functions-nested-90": "".join(" " * n + "def f():\n" for n in range(90)) + " " * 90 + "pass",
    "classes-nested-90": "".join(" " * n + "class C:\n" for n in range(90)) + " " * 90 + "pass",
    "statically-nested-blocks-25": "".join(" " * n + "for x in y:\n" for n in range(25)) + " " * 25 + "y",
    "subscripts-1000": "x = a" + "[0]" * 1000,
    "annotations-nested": "x: " + "list[" * 140 + "int" + "]" * 140 + " = 1",
    "conditionals-500": "x = " + "1 if a else " * 500 + "2",
    "comprehensions-nested-90": "x = " + "[y for y in " * 90 + "z" + "]" * 90,
    "stars-1000": "f(" + "*" * 1000 + "a)",
    "decorators-5000": "@a\n" * 5000 + "def f(): pass",
    "withs-5000": "with " + ", ".join(["a as b"] * 5000) + ": pass",
    # chains
    "sum-500": "x = " + " + ".join(["a"] * 500),
    "sum-20000": "x = " + " + ".join(["a"] * 20_000),
    "sum-in-brackets-20000": "x = (" + "\n + ".join(["a"] * 20_000) + ")",
    "ands-499": "x = " + " and ".join(["a"] * 499),
    "ands-7300": "x = " + " and ".join(["a"] * 7300),
    "ands-200000": "x = " + " and ".join(["a"] * 200_000),
    "comparisons-20000": "x = " + " < ".join(["a"] * 20_000),
    "attributes-6300": "x = a" + ".b" * 6300,
    "attributes-20000": "x = a" + ".b" * 20_000,
    "method-calls-70": "x = a" + ".b()" * 70,
    "method-calls-4000": "x = a" + ".b()" * 4000,
    "calls-of-calls-20000": "x = a" + "()" * 20_000,
    "nots-8300": "x = " + "not " * 8300 + "1",
    "minuses-20000": "x = " + "-" * 20_000 + "1",
    "awaits-1000": "async def f():\n    " + "await " * 1000 + "x",
    "elifs-3000": "if a: pass\n" + "elif b: pass\n" * 3000,
    "elifs-8600": "if a: pass\n" + "elif b: pass\n" * 8600,
    "excepts-5000": "try: pass\n" + "except A: pass\n" * 5000,
    "cases-5000": "match x:\n" + " case 1: pass\n" * 5000,
    "import-of-7000-dots": "import " + ".".join(["a"] * 7000),
    "import-from-7000-dots": "from " + "." * 7000 + " import x",
    "import-of-20000-names": "from a import (" + ",".join(f"n{n}" for n in range(20_000)) + ")",
    "assignments-in-a-chain-5000": "x = " * 5000 + "1",
    "assignments-in-a-chain-100000": "x = " * 100_000 + "1",
    "globals-20000": "def f():\n global " + ",".join(f"n{n}" for n in range(20_000)),
    "parameters-20000": "def f(" + ",".join(f"n{n}" for n in range(20_000)) + "): pass",
    "arguments-20000": "f(" + ",".join(f"n{n}=1" for n in range(20_000)) + ")",
    "strings-in-a-row-3100": "x = (" + ' "a"' * 3100 + ")",
    "fors-in-a-comprehension-45": "x = [" + "x " + "for x in y " * 45 + "]",
    "fors-in-a-comprehension-3100": "x = [" + "x " + "for x in y " * 3100 + "]",
    "ifs-in-a-comprehension-5000": "x = [x for x in y " + "if x " * 5000 + "]",
    "semicolons-50000": "x = 1;" * 50_000,
    # patterns and targets: exponential in the parser
    "pattern-tuples-6": "match x:\n case " + "(" * 5 + "a" + ",)" * 5 + ": pass",
    "pattern-tuples-14": "match x:\n case " + "(" * 14 + "a" + ",)" * 14 + ": pass",
    "pattern-lists-28": "match x:\n case " + "[" * 28 + "a" + "]" * 28 + ": pass",
    "pattern-mappings-14": "match x:\n case " + "{1:" * 14 + "a" + "}" * 14 + ": pass",
    "pattern-classes-28": "match x:\n case " + "A(" * 28 + "a" + ")" * 28 + ": pass",
    "pattern-brackets-30": "match x:\n case " + "(" * 30 + "a" + ")" * 30 + ": pass",
    "pattern-brackets-on-lines-30": "match x:\n case (\n" + "(\n" * 29 + "a" + "\n)" * 30 + ": pass",
    "pattern-brackets-behind-strings": "match x:\n case (')', (" + "(" * 28 + "a" + ")" * 28 + ")): pass",
    "pattern-ors-500": "match x:\n case " + "|".join(map(str, range(500))) + ": pass",
    "del-tuples-30": "del " + "(" * 30 + "a," + ")," * 30,
    "del-brackets-30": "del " + "(" * 30 + "a" + ")" * 30,
    "del-lists-30": "del " + "[" * 30 + "a" + "]" * 30,
    "del-behind-a-semicolon": "x = 1; del " + "(" * 30 + "a" + ")" * 30,
    "del-and-a-syntax-error": "del " + "(" * 28 + "a," + ")," * 28 + "\nprint 'hello'",
    "pattern-and-a-syntax-error": "match x:\n case (\n" + "(\n" * 27 + "a" + "\n)" * 28 + ": pass\nprint 1",
    "targets-in-brackets-150": "(" * 150 + "a" + ")" * 150 + " = 1",
    "for-targets-150": "for " + "(" * 150 + "a" + ",)" * 150 + " in y: pass",
    "with-brackets-150": "with " + "(" * 150 + "a" + ")" * 150 + ": pass",
    # size
    "dict-of-200000": "x = {" + ",".join(f"{n}: {n}" for n in range(200_000)) + "}",
    "list-of-300000": "x = [" + ",".join(map(str, range(300_000))) + "]",
    "list-of-tuples": "x = [" + "(1, 2, 3),\n" * 60_000 + "]",
    "list-of-strings": "x = [" + "'abc',\n" * 200_000 + "]",
    "number-of-100000-digits": "x = " + "7" * 100_000,
    "number-of-4-million-hex-digits": "x = 0x" + "f" * 4_000_000,
    "name-of-a-million-letters": "x" * 1_000_000 + " = 1",
    "string-of-4-million": "x = '" + "a" * 4_000_000 + "'",
    "string-of-4-million-brackets": "x = '" + "([{" * 1_300_000 + "'",
    "docstring-of-4-million": '"""' + "word " * 800_000 + '"""',
    "comment-of-4-million": "# " + "import torch " * 300_000,
    "line-of-4-million": "x = [" + "1," * 2_000_000 + "]",
    "spaces-4-million": "x = 1" + " " * 4_000_000,
    "empty-lines-4-million": "\n" * 4_000_000 + "x = 1",
    "continued-lines-100000": "x = 1 + \\\n" + "\\\n" * 100_000 + "1",
    "statements-50000": "x = foo(a, b)\n" * 50_000,
    "statements-300000": "x = foo(a, b)\n" * 300_000,
    "functions-20000": "def f(a):\n    return a\n" * 20_000,
    "the-smell-300-times": SMELLY * 300,
    "the-smell-in-one-function": (
        "def f(n):\n" + '    a = torch.zeros(n).to("cuda")\n    b = torch.randn(n).to("cuda")\n' * 100
    ),
    "suppressions-3000": "x = 1  # smelllint: ignore[respawned-dataloader-workers] no\n" * 3000,
    "suppression-of-100000-names": f"x = 1  # smelllint: ignore[{','.join(['a'] * 100_000)}]",
    "suppression-unclosed": "# smelllint: ignore[" + "a," * 300_000,
    "classes-in-a-row": "\n".join(f"class C{n}(C{n - 1}): pass" for n in range(1, 3000)),
    "classes-in-a-circle": "class A(B): pass\nclass B(A): pass\nx = A()\nx.to('cuda')",
    "names-in-a-circle": "a = b\nb = a\nc = a.to('cuda')",
    "names-in-a-row": "\n".join(f"a{n} = a{n - 1}" for n in range(1, 4000)) + "\nb = a3999.to('cuda')",
    "functions-in-a-circle": "def f(): return g()\ndef g(): return f()\nx = f().to('cuda')",
    "functions-in-a-row": "\n".join(f"def f{n}(x): return f{n - 1}(x)" for n in range(1, 1000))
    + "\nf999(torch.zeros(3)).to('cuda')",
    "names-doubled": "a0 = torch.zeros(3)\n"
    + "\n".join(f"a{n} = (a{n - 1}, a{n - 1})" for n in range(1, 60))
    + "\na59.to('cuda')",
    "branches-60": "\n".join(f"if c{n}: a = torch.zeros({n})\nelse: a = a + a" for n in range(60))
    + "\nb = a.to('cuda')",
    "loops-in-a-row-500": "\n".join("for i in x:\n    y = y + torch.zeros(i).to('cuda')" for _ in range(500)),
    # syntax
    "type-parameters": "def f[T](x: T) -> T: return x\nclass C[*Ts, **P]: pass\ntype X[T] = list[T]",
    "type-parameter-defaults": "type X[T = int] = list[T]",
    "f-strings-of-3.12": "x = f\"{a[\"b\"]} {'\\n'.join(a)} {f'{f'{1}'}'}\"",
    "t-string": "x = t'hello {name}'",
    "except-without-brackets": "try: pass\nexcept A, B: pass",
    "except-star": "try: pass\nexcept* A: pass",
    "return-in-finally": "def f():\n    try: pass\n    finally: return",
    "lazy-import": "lazy import numpy",
    "walrus-everywhere": "if (n := 10) > 5: print(n)\nx = [y := 1, y**2]\nf(x := 1)",
    "positional-only": "def f(a, /, b, *, c): pass",
    "annotated-in-brackets": "(a): int = 1",
    "match-as-a-name": "match = case = type = 1\nmatch(case)\nprint(match, case, type)",
    "python-2-print": "print 'hello'",
    "except-of-python-2": "try: pass\nexcept A, e: pass",
    "python-2-exec": "exec 'x' in d",
    "python-2-backticks": "x = `a` <> b",
    "python-2-octal": "x = 0777",
    "python-2-tuple-parameters": "def f(a, (b, c)): pass",
    "syntax-error": "def f(:",
    "merge-conflict": "<<<<<<< HEAD\nx = 1\n=======\nx = 2\n>>>>>>> other",
    "template": "x = {{ cookiecutter.name }}\n{% if a %}\ny = 1\n{% endif %}",
    "tabs-and-spaces": "if x:\n\ty = 1\n        z = 2",
    "unclosed-string": "x = '''abc",
    "return-outside": "return 1",
    "await-outside": "await x",
    "surrogate-escape": "x = '\\ud800'",
    "null-escape": "x = '\\0'",
    "name-of-unknown-character": "x = '\\N{NO SUCH NAME}'",
    "invalid-escape": "x = '\\d'",
    "odd-names": "\u5909\u6570 = \U0001d4d0 = \u00b5 = 1",
    "full-width-keywords": "\uff44\uff45\uff46 = 1\n\uff50\uff52\uff49\uff4e\uff54(\uff44\uff45\uff46)",
    "right-to-left": "x = '\u202e' # \u2066 \u2069",
    "zero-width": "x\u200b = 1",
    "form-feeds": "\x0cx = 1\n\x0c\x0c\nif x:\n\x0c    y = 1\n    \x0cz = 2",
    "line-separators": "x = 1\u2028y = 2\u2029\x85z = 3",
    "vertical-tab": "x = 1\x0b\n",
    "end-of-file-character": "x = 1\x1a",
    "backslash-at-the-end": "x = 1 \\",
    "type-comments": "x = [] # type: List[int]\ndef f(a, # type: int\n b): # type: (...) -> None\n  pass",
}  # fmt: skip
SMELLY_BYTES = SMELLY.encode()
BYTES: dict[str, bytes] = {
    "nul": SMELLY_BYTES + b"x = 1\0\n",
    "nul-in-a-string": SMELLY_BYTES + b"x = '\0'\n",
    "nul-in-a-comment": SMELLY_BYTES + b"# \0\n",
    "only-nuls": b"\0" * 100_000,
    "cookie-unknown": b"# coding: no-such-code\n" + SMELLY_BYTES,
    "cookie-rot13": b"# coding: rot13\n" + SMELLY_BYTES,
    "cookie-hex": b"# coding: hex\n" + SMELLY_BYTES,
    "cookie-undefined": b"# coding: undefined\n" + SMELLY_BYTES,
    "cookie-idna": b"# coding: idna\n" + SMELLY_BYTES,
    "cookie-zlib": b"# coding: zlib\n" + SMELLY_BYTES,
    "cookie-utf-16": b"# coding: utf-16\n" + SMELLY_BYTES,
    "cookie-utf-7": b"# coding: utf-7\n" + SMELLY_BYTES + b"# +AHg-\n",
    "cookie-unicode-escape": b"# coding: unicode_escape\n" + SMELLY_BYTES + b"# \\n = 1\n",
    "cookie-raw-unicode-escape": b"# coding: raw_unicode_escape\n" + SMELLY_BYTES + b"# \\u0041\n",
    "cookie-that-lies": b"# coding: ascii\n" + SMELLY_BYTES + "x = '\xe9'\n".encode(),
    "cookie-latin-1": b"# coding: latin-1\n" + SMELLY_BYTES + b"x = '\xe9'\n",
    "cookie-cp1251": b"# coding: cp1251\n" + SMELLY_BYTES + b"x = '\xe9'\n",
    "cookie-shift-jis": b"# coding: shift_jis\n" + SMELLY_BYTES + "x = '\u8868'\n".encode("shift_jis"),
    "cookie-iso-2022": b"# coding: iso2022_jp\n" + SMELLY_BYTES + "x = '\u8868'\n".encode("iso2022_jp"),
    "cookie-a-path": b"# coding: ../../etc/passwd\n" + SMELLY_BYTES,
    "cookie-of-a-million": b"# coding: " + b"a" * 1_000_000 + b"\n" + SMELLY_BYTES,
    "bom-and-latin-1": b"\xef\xbb\xbf# coding: latin-1\n" + SMELLY_BYTES,
    "bom-twice": b"\xef\xbb\xbf" * 2 + SMELLY_BYTES,
    "bom-inside": SMELLY_BYTES + b"\xef\xbb\xbfx = 1\n",
    "latin-1-unsaid": SMELLY_BYTES + b"x = '\xe9'\n",
    "half-a-character-at-the-end": SMELLY_BYTES + b"# \xe2\x82",
    "utf-16": SMELLY.encode("utf-16"),
    "utf-16-without-mark": SMELLY.encode("utf-16-le"),
    "utf-32": SMELLY.encode("utf-32"),
    "utf-8-of-surrogates": SMELLY_BYTES + b"x = '\xed\xa0\x80'\n",
    "random-bytes": SMELLY_BYTES + bytes(range(256)) * 8,
    "an-executable": Path(sys.executable).read_bytes()[:100_000] + SMELLY_BYTES,
    "a-zip": b"PK\x03\x04" + bytes(range(256)),
    "empty": b"",
    "only-bom": b"\xef\xbb\xbf",
    "carriage-returns": SMELLY_BYTES.replace(b"\n", b"\r"),
    "mixed-line-ends": SMELLY_BYTES.replace(b"\n", b"\r\n", 3) + b"x = 1\ry = 2\r\r\n",
    "carriage-return-at-the-end": SMELLY_BYTES + b"x = 1\r",
    "no-line-end-at-the-end": SMELLY_BYTES.rstrip(),
}
INPUTS: dict[str, bytes] = {
    **{name: f"{SMELLY}\n\n{piece}\n".encode() for name, piece in PIECES.items()},
    **BYTES,
}


def fifo(path: Path) -> None:
    os.mkfifo(path)


def unix_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(str(path))


def dangling_link(path: Path) -> None:
    path.symlink_to("nowhere.py")


def link_to_itself(path: Path) -> None:
    path.symlink_to(path.name)


def links_in_a_circle(path: Path) -> None:
    other = path.with_name("circle.txt")
    path.symlink_to(other.name)
    other.symlink_to(path.name)


def zeros(path: Path) -> None:
    path.symlink_to("/dev/zero")


def terminal(path: Path) -> None:
    path.symlink_to("/dev/tty")


def file_of_the_system(path: Path) -> None:
    path.symlink_to("/proc/self/mem")


def too_large(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(LIMIT + 1)


def hundred_gigabytes(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(100 << 30)


def folder(path: Path) -> None:
    path.mkdir()


def link_to_a_folder(path: Path) -> None:
    path.symlink_to("..")


def folders_in_a_circle(path: Path) -> None:
    path.with_name("inner").mkdir()
    (path.parent / "inner" / "again").symlink_to("..")
    dangling_link(path)


def folders_100_deep(path: Path) -> None:
    deep = path.parent.joinpath(*["d"] * 100)
    deep.mkdir(parents=True)
    fifo(path)


ODD: dict[str, Callable[[Path], None]] = {
    make.__name__.replace("_", "-"): make
    for make in (
        fifo,
        unix_socket,
        dangling_link,
        link_to_itself,
        links_in_a_circle,
        zeros,
        terminal,
        file_of_the_system,
        too_large,
        hundred_gigabytes,
        folder,
        link_to_a_folder,
        folders_in_a_circle,
        folders_100_deep,
    )
}


@dataclass(frozen=True)
class Measured:
    """What became of an input. `told` is the trouble that was told of it, empty where it was linted; `wall`
    and `cpu` are seconds, `memory` megabytes of the largest process."""

    name: str
    told: str
    others_linted: bool
    status: int
    wall: float
    cpu: float
    memory: float

    @property
    def good(self) -> bool:
        """Whether the other file was linted, and it all stayed within the limits."""
        return self.others_linted and self.cpu < SECONDS and self.memory < MEGABYTES


def make(name: str, path: Path) -> None:
    """Put an input in its place."""
    if name in ODD:
        ODD[name](path)
    else:
        path.write_bytes(INPUTS[name])


def measured(name: str, *options: str) -> Measured:
    """Check an input beside a smelly file, and see what it takes."""
    with tempfile.TemporaryDirectory() as held:
        place = write(Path(held), {"m.py": SMELLY})
        make(name, place / "a.py")
        command = [sys.executable, "-m", "smelllint", "check", "--isolated", "--select", "all", *options]
        output = place / "output"
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        began = time.monotonic()
        with output.open("wb") as stream:
            done = subprocess.Popen(
                [*command, "--output-format", "json", "."],
                cwd=place,
                stdout=stream,
                env=environment,
                preexec_fn=_limited,
            )
            _, status, used = os.wait4(done.pid, 0)
        wall = time.monotonic() - began
        done.returncode = os.waitstatus_to_exitcode(status)
        return _judged(name, output.read_text(), done.returncode, wall, used)


def _limited() -> None:
    """Far above what is allowed, so that a failure ends and is seen."""
    resource.setrlimit(resource.RLIMIT_CPU, (60, 60))
    resource.setrlimit(resource.RLIMIT_AS, (6 << 30, 6 << 30))


def _judged(name: str, output: str, status: int, wall: float, used: resource.struct_rusage) -> Measured:
    told = json.loads(output) if output else []
    troubles = [
        one["rule"] for one in told if one["filename"].endswith("a.py") and one["family"] == "trouble"
    ]
    linted = {one["rule"] for one in told if one["filename"].endswith("m.py")} == {RULE}
    cpu = used.ru_utime + used.ru_stime
    return Measured(
        name,
        " ".join(sorted(set(troubles))),
        linted,
        status,
        round(wall, 1),
        round(cpu, 1),
        round(used.ru_maxrss / 1024),
    )


def main() -> None:
    """Measure the inputs that are named, all by default."""
    asked = sys.argv[1:]
    results = []
    for name in asked or (*INPUTS, *ODD):
        result = measured(name)
        results.append(result)
        print("" if result.good else "FAILED", result, flush=True)
    if not asked:
        keep("inputs", {"inputs": [{**asdict(one), "good": one.good} for one in results]})
    sys.exit(0 if all(result.good for result in results) else 1)


if __name__ == "__main__":
    main()
