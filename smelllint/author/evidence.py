"""What is proven of a rule, in the words of its page, and the pictures of it.

section     the evidence as Markdown: a row for each device
details     pictures, and the ratio at other sizes, of shipped evidence
pictures    every picture of shipped evidence, and where it belongs
OVERVIEW    the picture of all rules
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from smelllint import catalogue, proof
from smelllint.rule import Rule

OVERVIEW = "evidence.svg"
RESULTS = {"identical": "identical", "close": "equal within 0.1 %", "quality": "of the same quality"}
METHOD = "[How this is measured, and what the words mean](../../docs/measuring.md)."


def section(rule: Rule, proofs: proof.Proofs) -> str:
    """What was measured of a rule, on which device, and what its standing rests on."""
    parts = [basis(rule, proofs)]
    if proofs:
        head = [
            "| device | what the fix does | smelly / lean | results | machine | meter | on |",
            "| --- " * 7 + "|",
        ]
        parts += ["\n".join([*head, *map(_row, proofs)]), METHOD]
    return "\n\n".join(parts)


def basis(rule: Rule, proofs: proof.Proofs) -> str:
    """Why the rule is on or off by default, in a sentence."""
    found = proof.standing(proof.relevant(proofs, rule.devices))
    if found == proof.SAVES and proof.on_by_default(rule, proofs):
        return "Measured, and on by default because it saves."
    if found == proof.SAVES:
        return "Measured: it saves. Off by default all the same, for it is seldom worth a change."
    if found in (proof.EQUIVALENT, proof.COSTS):
        return "Measured, and off by default because it saves nothing there."
    said = "on" if proof.on_by_default(rule, proofs) else "off"
    why = (
        "no measurement of this pair as it stands" if found == proof.UNPROVEN else "no conclusive measurement"
    )
    unproven = proof.unproven(rule.devices).capitalize()
    return f"{unproven}: there is {why}. Until there is one, its authors' word holds: {said} by default."


def pictures(home: Path) -> Iterator[tuple[Path, str]]:
    """A picture for each file of evidence, and one of all rules."""
    from smelllint.bench import plot
    from smelllint.bench.digest import read_shipped

    fresh = []
    for path in sorted(home.glob("*/evidence/*.json")):
        evidence = read_shipped(path)
        yield path.with_suffix(".svg"), plot.of_rule(evidence)
        if any(one.device == evidence.device for one in proof.shipped(evidence.rule)):
            fresh.append(evidence)
    if fresh:
        yield home / OVERVIEW, plot.overview(fresh)


def details(name: str) -> str:
    """The pictures of a rule's fresh evidence, and the ratio under other conditions, as Markdown."""
    devices = [one.device for one in proof.shipped(name)]
    parts = [part for device in devices for part in _details(catalogue.folder(name), device)]
    return "\n\n".join(parts)


def _details(folder: Path, device: str) -> Iterator[str]:
    from smelllint.bench.digest import read_shipped

    evidence = read_shipped(folder / "evidence" / f"{device}.json")
    yield f"![the samples on {device}](evidence/{device}.svg)"
    rows = [f"| `{parameter}` = {value} | {ratio} |" for parameter, value, ratio in evidence.curve]
    if evidence.as_found is not None:
        rows.append(f"| all threads, default allocator | {evidence.as_found} |")
    if rows:
        yield "\n".join([f"| on {device}, for information | smelly / lean |", "| --- | --- |", *rows])


def overview() -> str:
    """The picture of all rules, as Markdown; nothing where there is none."""
    proven = any(proof.shipped(name) for name in catalogue.names())
    return f"![all rules]({OVERVIEW})" if proven else ""


def _row(one: proof.Proof) -> str:
    ratio = f"{one.ratio:.3g} [{one.low:.3g}, {one.high:.3g}]"
    meter = one.meter if one.meter == one.level else f"{one.meter} ({one.level})"
    results = RESULTS.get(one.agreement, one.agreement)
    return f"| {' | '.join((one.device, one.words, ratio, results, one.machine, meter, one.taken))} |"
