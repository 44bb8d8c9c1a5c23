"""Markdown documents: their Python is linted as one program and mended in place."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from smelllint.cli import command
from smelllint.markdown import markdown

GUIDE = """# Scoring

Load the network first:

```python
import torch
from torch import nn

net = nn.Sequential(nn.Linear(512, 512), nn.Linear(512, 2))
net.eval()
```

~~~text
for x in data: net(x)
~~~

Then score, é all of it:

``` python title="score.py"
for x in torch.rand(1000, 1, 512):
    print(net(x).argmax().item())
```

1. In a list:

   ```python
   for y in torch.rand(1000, 1, 512): print(net(y))
   ```

```py
for x in ...
```

```console
$ python score.py
```
"""


def check(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(command, ["check", "--isolated", "--output-format", "concise", *arguments])
    return result.exit_code, result.output


@pytest.fixture(params=["\n", "\r\n"])
def guide(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    path = tmp_path / "guide.md"
    path.write_bytes(GUIDE.replace("\n", request.param).encode())
    return path


def test_places_in_the_text_are_places_in_the_file(guide: Path) -> None:
    source = markdown(str(guide), guide.read_bytes())
    assert len(source.text) == len(source.raw)
    assert [source.raw[slice(*block)].split()[0] for block in source.blocks] == ["import", "for"]
    place = source.text.index("net(x)")
    assert source.raw[place:].startswith("net(x).argmax()")
    assert "in a list" not in source.text.lower()


def test_a_finding_is_told_at_its_line_of_the_document(guide: Path) -> None:
    code, said = check(str(guide))
    assert code == 1
    assert f"{guide}:21:11: inference-without-no-grad" in said
    assert said.count("inference-without-no-grad") == 1


def test_a_fix_changes_the_block_and_nothing_else(guide: Path) -> None:
    before = guide.read_bytes()
    check("--fix", "--unsafe-fixes", str(guide))
    after = guide.read_bytes()
    end = b"\r\n" if b"\r\n" in before else b"\n"
    old = b"for x in torch.rand(1000, 1, 512):" + end + b"    print(net(x).argmax().item())" + end
    new = b"with torch.no_grad():" + end + b"".join(b"    " + line for line in old.splitlines(keepends=True))
    assert after == before.replace(old, new)
    assert check(str(guide))[0] == 0


def test_an_import_is_written_below_the_imports_of_the_code(tmp_path: Path) -> None:
    path = tmp_path / "guide.md"
    path.write_text(
        "```python\nfrom torch import nn, rand\n\nnet = nn.Sequential(nn.Linear(512, 512)).eval()\n```\n\n"
        "```python\nfor x in rand(1000, 1, 512):\n    print(net(x).argmax().item())\n```\n"
    )
    check("--fix", "--unsafe-fixes", str(path))
    after = path.read_text()
    assert "```python\nfrom torch import nn, rand\nimport torch\n" in after
    assert "with torch.no_grad():\n    for x in rand" in after


@pytest.mark.parametrize(("fence", "offered"), [("", True), (" ", False), ("   ", False)])
def test_no_fix_indents_a_line_below_an_indented_fence(tmp_path: Path, fence: str, offered: bool) -> None:
    """As many spaces as the fence has are no part of the code below it."""
    path = tmp_path / "guide.md"
    path.write_text(
        f"{fence}~~~py\nimport torch\nfrom torch import nn\n\nnet = nn.Linear(512, 512).eval()\n"
        "for x in torch.rand(1000, 1, 512): print(net(x).argmax().item())\n~~~\n"
    )
    before = path.read_bytes()
    assert "inference-without-no-grad" in check(str(path))[1]
    check("--fix", "--unsafe-fixes", str(path))
    assert (path.read_bytes() != before) is offered


def test_folders_are_searched_for_documents_only_when_asked(guide: Path) -> None:
    assert check(str(guide.parent))[0] == 0
    assert check("--config", "markdown=true", str(guide.parent))[0] == 1


@pytest.mark.parametrize(
    "text", ["", "no code\n", "```python\n", "```python\nx = (\n```\n", "> ```python\n> x = 1\n> ```\n"]
)
def test_documents_without_whole_code_are_clean(tmp_path: Path, text: str) -> None:
    path = tmp_path / "guide.md"
    path.write_text(text)
    assert check(str(path)) == (0, "No smells in 1 file.\n")
