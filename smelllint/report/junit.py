"""JUnit XML: a suite for each file that something is said of, a failed test for each finding."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from smelllint.report.findings import findings, said, trouble_message, troubles
from smelllint.report.style import Style

if TYPE_CHECKING:
    from smelllint.examine import Outcome

# XML knows neither of these two, however they are written.
IMPOSSIBLE = str.maketrans({"\ufffe": r"\ufffe", "\uffff": r"\uffff"})


def render(outcomes: Sequence[Outcome], style: Style) -> Iterator[str]:
    """The document; one passed test where nothing was found, since readers take no tests for a mistake."""
    cases: defaultdict[str, list[Element]] = defaultdict(list)
    for trouble, path, at in troubles(outcomes):
        message = trouble_message(trouble)
        cases[path].append(case("error", path, trouble.name, f"{at.row}:{at.column}", message))
    for finding in findings(outcomes):
        start = finding.place.start
        place = f"{start.row}:{start.column}"
        cases[finding.path].append(case("failure", finding.path, finding.rule, place, finding.message))
    root = Element("testsuites", name="smelllint")
    for path, tests in cases.items():
        root.append(suite(path, tests))
    if not cases:
        root.append(suite("smelllint", [Element("testcase", name="no smells", classname="smelllint")]))
    indent(root)
    yield '<?xml version="1.0" encoding="utf-8"?>'
    yield tostring(root, encoding="unicode")


def suite(path: str, tests: Sequence[Element]) -> Element:
    counts = {kind: str(sum(test.find(kind) is not None for test in tests)) for kind in ("failure", "error")}
    found = Element(
        "testsuite",
        name=written(path),
        tests=str(len(tests)),
        failures=counts["failure"],
        errors=counts["error"],
    )
    found.extend(tests)
    return found


def case(kind: str, path: str, name: str, place: str, message: str) -> Element:
    """A test that a finding, or a trouble, lets fail."""
    found = Element("testcase", name=f"{name}:{place}", classname=written(path))
    failure = SubElement(found, kind, type=name, message=written(message))
    failure.text = written(f"{path}:{place}")
    return found


def written(text: str) -> str:
    """Text that XML can hold."""
    return said(text).translate(IMPOSSIBLE)
