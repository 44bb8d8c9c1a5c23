"""Pictures of evidence as SVG, drawn here: readable on light and on dark, sharp at every size.

    of_rule     every pair of blocks as a point, process by process, with the interval and the margin; below
                it the curve, where the pair was measured at several sizes
    overview    one line for each rule: its interval on a common scale

Ratios are drawn on a logarithmic scale: twice and half lie equally far from 1. Colours follow the reader's
scheme; nothing is told by colour alone.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from html import escape

from smelllint.bench.evidence import Evidence
from smelllint.bench.report import UNIT_WORDS, verdict_words
from smelllint.bench.statistics import Interval, Verdict

WIDTH = 760
CURVE_NAMES = 150  # room for a size
NAMES, WORDS = 300, 165  # room for the rule at the left, for the verdict at the right
LEFT, RIGHT = 16, 16
STEPS = (1, 1.1, 1.2, 1.5, 2, 3, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000, 50000)

STYLE = """
text { font: 12px system-ui, sans-serif; fill: #24292f; }
.title { font-weight: 600; } .faint { fill: #57606a; }
.axis { stroke: #8c959f; } .grid { stroke: #d0d7de; } .margin { fill: #8c959f; opacity: 0.25; }
.point { fill: #0969da; opacity: 0.55; } .interval { stroke: #24292f; fill: #24292f; }
.saves { stroke: #1a7f37; fill: #1a7f37; } .costs { stroke: #cf222e; fill: #cf222e; }
.equivalent, .inconclusive { stroke: #57606a; fill: #57606a; }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3; } .faint { fill: #9198a1; }
  .axis { stroke: #6e7681; } .grid { stroke: #30363d; } .point { fill: #58a6ff; }
  .interval { stroke: #e6edf3; fill: #e6edf3; }
  .saves { stroke: #3fb950; fill: #3fb950; } .costs { stroke: #f85149; fill: #f85149; }
  .equivalent, .inconclusive { stroke: #9198a1; fill: #9198a1; }
}
"""


class Scale:
    """A logarithmic scale from ratios to pixels, wide enough for all it shall hold, 1 included."""

    def __init__(self, values: Iterable[float], left: float, right: float) -> None:
        logs = [math.log(value) for value in values] + [0.0]
        room = max(0.02, 0.06 * (max(logs) - min(logs)))
        self.low, self.high = min(logs) - room, max(logs) + room
        self.left, self.right = left, right

    def __call__(self, ratio: float) -> float:
        share = (math.log(ratio) - self.low) / (self.high - self.low)
        return round(self.left + share * (self.right - self.left), 1)

    def ticks(self) -> list[float]:
        """Round ratios inside the scale, at least 45 pixels apart; 1 is always one."""
        wide = [step for step in STEPS if math.log(step) <= self.high]
        wide += [1 / step for step in STEPS[1:] if -math.log(step) >= self.low]
        if len(wide) < 3:
            wide += [value for value in (0.95, 0.98, 1.02, 1.05) if self.low <= math.log(value) <= self.high]
        chosen = [1.0]
        for value in sorted(wide, key=lambda value: abs(math.log(value)), reverse=True):
            if all(abs(self(value) - self(other)) >= 45 for other in chosen):
                chosen.append(value)
        return sorted(chosen)


def of_rule(evidence: Evidence) -> str:
    """The samples of one study: a row of points for each process, the interval below them."""
    rows = [[math.exp(value) for value in process] for process in evidence.ratios()]
    energy = evidence.energy
    everything = [value for row in rows for value in row]
    scale = Scale([*everything, energy.low, energy.high], LEFT, WIDTH - RIGHT)
    top, step = 54, 16
    below = top + step * len(rows) + 14
    body = [
        f'<text class="title" x="{LEFT}" y="18">{escape(evidence.rule)}</text>',
        f'<text class="faint" x="{LEFT}" y="36">{escape(caption(evidence))}</text>',
        *axis(scale, top - 8, below + 14, evidence.margin),
    ]
    for at, row in enumerate(rows):
        y = top + at * step
        body += [f'<circle class="point" cx="{scale(value)}" cy="{y}" r="3"/>' for value in row]
    body += interval_mark(energy, scale, below, "interval")
    body += curve(evidence, below + 48)
    height = below + 36 + (34 + 20 * len(evidence.curve) if evidence.curve else 0)
    return document(WIDTH, height, body, f"{evidence.rule}: {caption(evidence)}")


def curve(evidence: Evidence, top: float) -> list[str]:
    """The ratio at other sizes, a line for each; nothing where none was measured."""
    points = evidence.curve
    if not points:
        return []
    bounds = [bound for _, _, ratio in points for bound in (ratio.low, ratio.high)]
    scale = Scale(bounds, CURVE_NAMES, WIDTH - WORDS)
    body = axis(scale, top - 8, top + 20 * len(points), evidence.margin)
    for at, (parameter, value, ratio) in enumerate(points):
        y = top + 4 + at * 20
        body.append(f'<text x="{LEFT}" y="{y + 4}">{escape(parameter)} = {value}</text>')
        body += interval_mark(ratio, scale, y, "interval")
        body.append(f'<text x="{WIDTH - WORDS + 10}" y="{y + 4}">{ratio}</text>')
    return body


def caption(evidence: Evidence) -> str:
    unit = UNIT_WORDS[evidence.unit]
    return f"smelly / lean in {unit} on {evidence.device}: {evidence.energy}, {verdict_words(evidence)}"


def overview(everything: Sequence[Evidence]) -> str:
    """All studies on one scale, the greatest saving first."""
    ordered = sorted(everything, key=lambda one: -one.energy.ratio)
    bounds = [bound for one in ordered for bound in (one.energy.low, one.energy.high)]
    scale = Scale(bounds, NAMES, WIDTH - WORDS)
    top, step = 50, 20
    bottom = top + step * len(ordered)
    body = [
        f'<text class="title" x="{LEFT}" y="18">Measured ratio smelly / lean, 95 % interval</text>',
        *axis(scale, top - 14, bottom, max((one.margin for one in ordered), default=0.03)),
    ]
    for at, one in enumerate(ordered):
        y = top + at * step
        body.append(f'<text x="{LEFT}" y="{y + 4}">{escape(one.rule)} ({one.device})</text>')
        body += interval_mark(one.energy, scale, y, one.verdict.value)
        body.append(f'<text x="{WIDTH - WORDS + 10}" y="{y + 4}">{escape(short_words(one))}</text>')
    return document(WIDTH, bottom + 24, body, "Measured ratios of all rules")


def short_words(evidence: Evidence) -> str:
    """The verdict, and memory's where energy has nothing to show."""
    if evidence.verdict is not Verdict.SAVES and evidence.memory_verdict is Verdict.SAVES:
        return f"{evidence.verdict.value}, less memory"
    return verdict_words(evidence)


def axis(scale: Scale, top: float, bottom: float, margin: float) -> list[str]:
    """Grid lines with their ratios, and the band within which ratios count as equivalent."""
    left, right = scale(1 / (1 + margin)), scale(1 + margin)
    width, height = round(right - left, 1), bottom - top
    drawn = [f'<rect class="margin" x="{left}" y="{top}" width="{width}" height="{height}"/>']
    for value in scale.ticks():
        x, kind = scale(value), "axis" if value == 1 else "grid"
        drawn.append(f'<line class="{kind}" x1="{x}" y1="{top}" x2="{x}" y2="{bottom}"/>')
        drawn.append(f'<text class="faint" x="{x}" y="{bottom + 14}" text-anchor="middle">{value:.3g}</text>')
    return drawn


def interval_mark(estimate: Interval, scale: Scale, y: float, kind: str) -> list[str]:
    """A bar from end to end, with a dot on the ratio."""
    low, middle, high = (scale(value) for value in (estimate.low, estimate.ratio, estimate.high))
    ends = (f'<line class="{kind}" x1="{x}" y1="{y - 4}" x2="{x}" y2="{y + 4}"/>' for x in (low, high))
    return [
        f'<line class="{kind}" stroke-width="2" x1="{low}" y1="{y}" x2="{high}" y2="{y}"/>',
        *ends,
        f'<circle class="{kind}" cx="{middle}" cy="{y}" r="3.5"/>',
    ]


def document(width: int, height: float, body: Iterable[str], title: str) -> str:
    """A whole SVG file."""
    lines = "\n".join(body)
    size = f'viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img">'
    return f"{head}\n<title>{escape(title)}</title>\n<style>{STYLE}</style>\n{lines}\n</svg>\n"
