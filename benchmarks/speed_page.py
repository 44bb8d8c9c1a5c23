"""docs/performance.md and its pictures, from what `benchmarks/speed.py` has kept.

write()    write them, with the rows of those parts that were measured
ROWS       every row: what is compared with what, by which figure, and what is aimed at
"""

from __future__ import annotations

import json
import statistics
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import combinations
from pathlib import Path
from typing import Any

from smelllint.bench.plot import LEFT, WIDTH, Scale, document

HOME = Path(__file__).parent.parent
RESULTS = HOME / "benchmarks" / "speed"
PAGE = HOME / "docs" / "performance.md"
RATIOS, GROWTH = HOME / "docs" / "pictures" / "speed.svg", HOME / "docs" / "pictures" / "growth.svg"
COMMAND = "python benchmarks/speed.py measure"
WALL, PROCESSORS, MEMORY = range(3)
Measured = dict[str, Any]
KINDS = {
    "application": "application code",
    "framework": "a framework",
    "mix": "packages of every kind",
}


@dataclass(frozen=True)
class Figure:
    """A figure of the table: its values round by round, how it is said, and whether it is within a limit."""

    values: tuple[float, ...]
    said: Callable[[float], str]
    larger_is_better: bool = False

    @property
    def middle(self) -> float:
        return statistics.median(self.values)

    def reaches(self, limit: float) -> bool:
        return self.middle >= limit if self.larger_is_better else self.middle <= limit

    def __str__(self) -> str:
        spread = f" ({self.said(min(self.values))} to {self.said(max(self.values))})"
        return f"**{self.said(self.middle)}**{spread if len(self.values) > 1 else ''}"


@dataclass(frozen=True)
class Row:
    """A row of the table: the parts that it needs, its figure, what is asked and what is hoped for."""

    what: str
    against: str
    part: str
    figure: Callable[[Measured], Figure]
    least: float | None
    aim: float | None


def times_faster(ours: str, peer: str, by: int = PROCESSORS) -> Callable[[Measured], Figure]:
    """How many times as fast as a peer, round by round."""

    def figure(part: Measured) -> Figure:
        rows = zip(part["rows"][ours], part["rows"][peer], strict=True)
        return Figure(tuple(theirs[by] / mine[by] for mine, theirs in rows), factor, larger_is_better=True)

    return figure


def factor(ratio: float) -> str:
    return f"{ratio:.3g}x faster" if ratio >= 1 else f"{1 / ratio:.3g}x slower"


def milliseconds_more(ours: str, base: str) -> Callable[[Measured], Figure]:
    def figure(part: Measured) -> Figure:
        rows = zip(part["rows"][ours], part["rows"][base], strict=True)
        return Figure(tuple(1000 * (mine[WALL] - theirs[WALL]) for mine, theirs in rows), milliseconds)

    return figure


def milliseconds(value: float) -> str:
    return f"+ {value:.0f} ms"


def share(one: str, other: str) -> Callable[[Measured], Figure]:
    def figure(part: Measured) -> Figure:
        rows = zip(part["rows"][one], part["rows"][other], strict=True)
        return Figure(tuple(mine[PROCESSORS] / theirs[PROCESSORS] for mine, theirs in rows), percent)

    return figure


def percent(value: float) -> str:
    return f"{100 * value:.2g} %"


def memory(name: str) -> Callable[[Measured], Figure]:
    def figure(part: Measured) -> Figure:
        return Figure(tuple(row[MEMORY] / 1024 for row in part["rows"][name]), megabytes)

    return figure


def megabytes(value: float) -> str:
    return f"{value:.0f} MiB"


def steepness(kind: str) -> Callable[[Measured], Figure]:
    """By how much more a file takes than among fewer, at most; what is done once for all makes it less."""

    def figure(part: Measured) -> Figure:
        found = [seconds / files for files, seconds in sorted(points(part, kind, PROCESSORS))]
        return Figure((max(more / fewer for fewer, more in combinations(found, 2)) - 1,), percent)

    return figure


def points(part: Measured, kind: str, by: int = WALL) -> list[tuple[int, float]]:
    """Files, and seconds for all of them."""
    named = ((name.split(), rows) for name, rows in part["rows"].items())
    return [(int(words[1]), rows[0][by]) for words, rows in named if words[0] == kind]


ROWS = (
    *(
        Row(f"cold, all rules, one worker, {KINDS[name]}", peer, f"peers-{name}",
            times_faster("smelllint", key), least, aim)
        for name in KINDS
        for key, peer, least, aim in (
            ("torchfix", "TorchFix, all rules", 20, 60),
            ("fixit", "Fixit, default rules", 20, 80),
            ("flake8", "flake8 with TorchFix", 10, 35),
        )
    ),
    *(
        Row(f"cold, all rules, one worker, {KINDS[name]}", peer, f"ruff-{name}",
            times_faster("smelllint", key), least, aim)
        for name in KINDS
        for key, peer, least, aim in (
            ("ruff", "ruff `--select NPY,PERF`", 1 / 25, 1 / 8),
            ("ast", "`ast.parse` of the files that pass the gate", None, 1 / 4),
        )
    ),
    Row("cold, packages of every kind, all processors, clock", "ruff `--select NPY,PERF`", "mix",
        times_faster("smelllint", "ruff", WALL), 1 / 2.5, 1),
    *(
        Row(f"warm, nothing changed, clock, {KINDS[name]}", "ruff, warm", f"warm-{name}",
            times_faster("smelllint", "ruff", WALL), 1 / 2, 1 / 1.2)
        for name in KINDS
    ),
    Row("warm, one file of 4 000 changed that others import", "its own cold run", "changed",
        share("changed", "cold"), 0.01, None),
    Row("one clean file without ML, whole process, clock", "`python -c pass`", "clean-file",
        milliseconds_more("smelllint", "python"), 60, 20),
    Row("one ML file of some 300 lines, whole process, clock", "TorchFix", "ml-file",
        times_faster("smelllint", "torchfix", WALL), 4, 6),
    Row("one ML file of some 300 lines, whole process, clock", "flake8 with TorchFix", "ml-file",
        times_faster("smelllint", "flake8", WALL), 4, 6),
    Row("two workers, clock, a framework", "one worker", "workers", times_faster("-j2", "-j1", WALL),
        1.7, 1.85),
    Row("peak memory of a process, a framework", "", "workers", memory("-j2"), 300, 150),
    Row("peak memory of a process, packages of every kind", "", "mix", memory("smelllint"), 300, 150),
    Row("1 000, 10 000, 100 000 files, first run: time of a file", "the same among fewer", "growth",
        steepness("cold"), 0.1, None),
)  # fmt: skip


# -- the page -----------------------------------------------------------------------------------------------


def write() -> None:
    """Write the page and its pictures."""
    parts = {path.stem: json.loads(path.read_text()) for path in sorted(RESULTS.glob("*.json"))}
    PAGE.write_text(page(parts))
    RATIOS.write_text(ratios_picture(parts))
    if "growth" in parts:
        GROWTH.write_text(growth_picture(parts["growth"]))


def page(parts: dict[str, Measured]) -> str:
    told = [row for row in ROWS if row.part in parts]
    lines = [*INTRODUCTION, *(line(row, parts[row.part]) for row in told), "", *missed(told, parts)]
    lines += ["![How many times as fast as others, and what was asked](pictures/speed.svg)", ""]
    if "growth" in parts:
        lines += ["![Seconds for 1 000, 10 000 and 100 000 files](pictures/growth.svg)", ""]
    return "\n".join([*lines, *SUBJECTS, *(subject(name, part) for name, part in parts.items()), ""])


def line(row: Row, part: Measured) -> str:
    figure = row.figure(part)
    wanted = [figure.said(limit) if limit is not None else "told" for limit in (row.least, row.aim)]
    words = (row.what, row.against, str(figure), *wanted, reached(row, figure), f"`{COMMAND} {row.part}`")
    return f"| {' | '.join(words)} |"


def reached(row: Row, figure: Figure) -> str:
    if row.aim is not None and figure.reaches(row.aim):
        return "aim"
    if row.least is None:
        return "-"
    return "yes" if figure.reaches(row.least) else "no"


def missed(rows: Sequence[Row], parts: dict[str, Measured]) -> Iterator[str]:
    """What fell short, in words."""
    short = [row for row in rows if reached(row, row.figure(parts[row.part])) == "no"]
    if not short:
        return
    yield f"Of {len(rows)} rows, {len(short)} fall short of what was asked:"
    yield ""
    for row in short:
        figure = row.figure(parts[row.part])
        against = f" against {row.against}" if row.against else ""
        yield f"- {row.what}{against}: {figure.said(figure.middle)}, asked: {figure.said(row.least or 0)}."
    yield ""


def subject(name: str, part: Measured) -> str:
    rounds = max(len(rows) for rows in part["rows"].values())
    medians = ", ".join(
        f"{command} {seconds(statistics.median(row[WALL] for row in rows))} "
        f"({seconds(statistics.median(row[PROCESSORS] for row in rows))})"
        for command, rows in part["rows"].items()
    )
    size = f"{part['files']:,} files, {part['bytes'] / 1e6:.1f} MB"
    when = f"{part['taken']}, load {part['load']}"
    return f"| `{name}` | {size} | {rounds} | {medians} | {when} |"


def seconds(value: float) -> str:
    return f"{value:.3g} s" if value >= 1 else f"{1000 * value:.0f} ms"


INTRODUCTION = (
    "# How fast it is",
    "",
    "<!-- Generated: python benchmarks/speed.py page -->",
    "",
    "Against others on the same files in the same minutes, and against itself. The commands of a part take "
    "turns; ratios are taken within a round, and told as the median of the rounds with the least and the "
    "largest. Processor time, unless the clock is named. TorchFix, flake8 and Fixit, which take seconds for "
    "what takes others one, get a sample of each corpus, chosen by a hash of the paths, and so do the rows "
    "against ruff and `ast.parse`, a larger one; smelllint gets the same files.",
    "",
    "What keeps it fast: a run in which nothing has changed is not repeated but printed again; a gate of "
    "words on the raw bytes; signs that Python's own parser must show; LibCST's nodes made of Python's tree, "
    "and LibCST itself only for the statements in which something was found; a cache that knows what each "
    "result rests on. `smelllint check --profile` tells where the time goes on your code.",
    "",
    "| what | against | smelllint | asked | aim | reached | measured by |",
    "| --- | --- | --- | --- | --- | --- | --- |",
)
SUBJECTS = (
    "## What was measured",
    "",
    "The corpora are the repositories of `tests/primer/corpora.toml` (application code), transformers 5.23 "
    "(a framework) and fifty packages of every kind, by version in `benchmarks/speed_corpora.py`. smelllint "
    "is installed from the checkout, like anything else. Medians of the clock, of processors in brackets.",
    "",
    "| part | size | rounds | median | taken |",
    "| --- | --- | --- | --- | --- |",
)


# -- pictures -----------------------------------------------------------------------------------------------

NAMES, WORDS = 330, 120


def ratios_picture(parts: dict[str, Measured]) -> str:
    """A line for each comparison: from the least to the largest ratio, and a mark at what was asked."""
    told = [(row, row.figure(parts[row.part])) for row in ROWS if row.part in parts]
    told = [(row, figure) for row, figure in told if figure.larger_is_better]
    bounds = [value for _, figure in told for value in figure.values]
    bounds += [row.least for row, _ in told if row.least is not None]
    scale = Scale(bounds, NAMES, WIDTH - WORDS)
    top, step = 54, 20
    bottom = top + step * len(told)
    body = [
        f'<text class="title" x="{LEFT}" y="18">Times as fast as others; the tick is what was asked</text>'
    ]
    for value in scale.ticks():
        kind, x = "axis" if value == 1 else "grid", scale(value)
        body.append(f'<line class="{kind}" x1="{x}" y1="{top - 14}" x2="{x}" y2="{bottom - 8}"/>')
        body.append(f'<text class="faint" x="{x}" y="{bottom + 8}" text-anchor="middle">{value:.3g}</text>')
    for at, (row, figure) in enumerate(told):
        body += ratio_line(row, figure, scale, top + at * step)
    return document(WIDTH, bottom + 20, body, "How many times as fast as others smelllint is")


def ratio_line(row: Row, figure: Figure, scale: Scale, y: float) -> Iterator[str]:
    kind = "costs" if reached(row, figure) == "no" else "saves"
    low, middle, high = (scale(value) for value in (min(figure.values), figure.middle, max(figure.values)))
    name = f"{row.against.replace('`', '')}, {row.part.partition('-')[2] or row.part}"
    yield f'<text x="{LEFT}" y="{y + 4}">{escape(name)}</text>'
    yield f'<line class="{kind}" stroke-width="2" x1="{low}" y1="{y}" x2="{high}" y2="{y}"/>'
    yield f'<circle class="{kind}" cx="{middle}" cy="{y}" r="3.5"/>'
    if row.least is not None:
        x = scale(row.least)
        yield f'<line class="axis" stroke-width="2" x1="{x}" y1="{y - 6}" x2="{x}" y2="{y + 6}"/>'
    yield f'<text x="{WIDTH - WORDS + 10}" y="{y + 4}">{factor(figure.middle)}</text>'


def growth_picture(part: Measured) -> str:
    """Files to the right, seconds upwards, both logarithmic: a straight line means the same for each file."""
    kinds = ("cold", "warm")
    across = Scale([files for files, _ in points(part, "cold")], 60, WIDTH - 90)
    upwards = Scale([taken for kind in kinds for _, taken in points(part, kind)], 260, 40)
    body = [f'<text class="title" x="{LEFT}" y="18">Seconds for so many files</text>']
    for files, _ in points(part, "cold"):
        x = across(files)
        body.append(f'<line class="grid" x1="{x}" y1="40" x2="{x}" y2="260"/>')
        body.append(f'<text class="faint" x="{x}" y="280" text-anchor="middle">{files:,}</text>')
    for kind, colour in zip(kinds, ("point", "saves"), strict=True):
        places = [(across(files), upwards(taken), taken) for files, taken in points(part, kind)]
        path = " ".join(f"{x},{y}" for x, y, _ in places)
        body.append(f'<polyline class="{colour}" points="{path}" style="fill: none" stroke="#0969da"/>')
        for x, y, taken in places:
            body.append(f'<circle class="{colour}" cx="{x}" cy="{y}" r="3.5"/>')
            body.append(f'<text x="{x + 8}" y="{y - 6}">{seconds(taken)}</text>')
        body.append(f'<text class="faint" x="{places[-1][0] + 8}" y="{places[-1][1] + 14}">{kind}</text>')
    return document(WIDTH, 296, body, "Seconds for 1 000, 10 000 and 100 000 files")
