"""`ignore here`: the comment stands where it counts, and changes nothing else."""

from __future__ import annotations

import ast

import pytest

from smelllint import catalogue
from smelllint.edit import splice
from smelllint.engine import lint
from smelllint.server.silence import silence
from smelllint.settings import Settings
from smelllint.source import Source
from tests.cli_helpers import RULE

HEAD = "import torch\n\n\ndef make(n, f):\n"


def findings(text: str) -> list[int]:
    """The rows of what is found."""
    report = lint("a.py", text.encode(), catalogue.load_all([RULE]), Settings())
    return [finding.location.row for finding in report.diagnostics]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ('    x = torch.zeros(n).to("cuda")\n', f'to("cuda")  # smelllint: ignore[{RULE}]\n'),
        ('    x = torch.zeros(n).to("cuda")  # why\n', f"# why  # smelllint: ignore[{RULE}]\n"),
        (
            '    x = torch.zeros(n).to("cuda")  # smelllint: ignore[unbatched-encode] why\n',
            f"ignore[unbatched-encode, {RULE}] why\n",
        ),
        ('    x = f("""\n""", torch.zeros(n).to("cuda"))\n', f'"cuda"))  # smelllint: ignore[{RULE}]\n'),
        (
            '    x = f(torch.zeros(n).to("cuda"), """\n""")\n',
            f'""")  # smelllint: ignore[{RULE}]\n',
        ),
        ('    x = torch.zeros(n).to("cuda") + \\\n        1\n', f"1  # smelllint: ignore[{RULE}]\n"),
    ],
)
def test_it_silences_the_finding_alone(body: str, expected: str) -> None:
    text = HEAD + body
    report = lint("a.py", text.encode(), catalogue.load_all([RULE]), Settings())
    (finding,) = report.diagnostics

    edit = silence(Source("a.py", text.encode()), finding)

    assert edit is not None
    after = splice(text, [edit])
    assert after.endswith(expected)
    assert findings(after) == []
    assert ast.dump(ast.parse(after)) == ast.dump(ast.parse(text))
