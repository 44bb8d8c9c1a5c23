"""The action for GitHub and the template for GitLab: by their schemas, and run as a shell would run them."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.ci_helpers import commit
from tests.cli_helpers import CLEAN, SMELLY, write

CHECKOUT = Path(__file__).parent.parent
ACTION = CHECKOUT / "action.yml"
TEMPLATE = CHECKOUT / "templates/gitlab.yml"
GUIDE = CHECKOUT / "docs/ci.md"
ADDED = '\n\ndef more(n):\n    return torch.ones(n).to("cuda")\n'


def tool(*command: str, cwd: Path = CHECKOUT, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a program in an environment that holds little but this."""
    kept = {key: os.environ[key] for key in ("PATH", "HOME", "LANG") if key in os.environ}
    kept |= {key: value for key, value in os.environ.items() if key.startswith("PIP_")}
    return subprocess.run(
        command,
        cwd=cwd,
        env={**kept, **environment},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )


def examples(language: str) -> list[str]:
    """The examples of the guide."""
    found: list[str] = re.findall(rf"^```{language}\n(.*?)^```", GUIDE.read_text(), re.MULTILINE | re.DOTALL)
    return found


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A repository with a known smell, and a change that adds one."""
    folder = write(tmp_path / "project", {"old.py": SMELLY, "sub folder/clean.py": CLEAN})
    commit(folder)
    write(folder, {"old.py": SMELLY + ADDED})
    commit(folder)
    return folder


@pytest.mark.parametrize(
    ("schema", "file"), [("vendor.github-actions", ACTION), ("vendor.gitlab-ci", TEMPLATE)]
)
def test_they_follow_the_schema_of_their_service(schema: str, file: Path) -> None:
    program = str(Path(sys.executable).with_name("check-jsonschema"))

    done = tool(program, "--builtin-schema", schema, str(file))

    assert done.returncode == 0, done.stdout


def test_the_workflow_of_the_guide_is_one(tmp_path: Path) -> None:
    workflow = tmp_path / "energy.yml"
    workflow.write_text(examples("yaml")[0])
    program = str(Path(sys.executable).with_name("check-jsonschema"))

    done = tool(program, "--builtin-schema", "vendor.github-workflows", str(workflow))

    assert done.returncode == 0, done.stdout
    used = [step["uses"] for step in yaml.safe_load(workflow.read_text())["jobs"]["smelllint"]["steps"]]
    assert all(re.search(r"@([0-9a-f]{40}|COMMIT)$", one) for one in used)


def test_an_auditor_finds_nothing_in_the_action(tmp_path: Path) -> None:
    workflow = tmp_path / ".github/workflows/energy.yml"
    pinned = examples("yaml")[0].replace("OWNER/smelllint@COMMIT", "./")
    write(tmp_path, {".github/workflows/energy.yml": pinned, "action.yml": ACTION.read_text()})
    assert workflow.exists()
    program = str(Path(sys.executable).with_name("zizmor"))

    done = tool(program, "--offline", "--no-progress", "--format", "json", str(tmp_path))

    assert done.returncode in (0, 10, 11, 12, 13, 14), done.stderr
    found = [(one["ident"], one["determinations"]["severity"]) for one in json.loads(done.stdout)]
    assert [one for one in found if one[1] not in ("Informational", "Low")] == []


# Run. -------------------------------------------------------------------------------------------------------


def value(text: str, inputs: dict[str, str]) -> str:
    """What `${{ inputs.x }}` is replaced by."""
    return re.sub(r"\$\{\{ inputs\.([\w-]+) \}\}", lambda match: inputs[match[1]], text)


def run_action(project: Path, temporary: Path, **asked: str) -> tuple[int, str]:
    """Run the steps of the action as its runner does; the exit code of the last, and all that is printed.
    What a run before has installed is not installed again."""
    action: Any = yaml.safe_load(ACTION.read_text())
    given = {name.replace("_", "-"): text for name, text in asked.items()}
    inputs = {name: given.get(name, one["default"]) for name, one in action["inputs"].items()}
    assert set(given) <= set(inputs)
    printed = ""
    for step in action["runs"]["steps"][(temporary / "smelllint").exists() :]:
        assert step["shell"] == "bash"
        assert "${{" not in step["run"]
        script = temporary / "step.sh"
        script.write_text(step["run"])
        environment = {name: value(text, inputs) for name, text in step["env"].items()}
        done = tool(
            "bash", "--noprofile", "--norc", "-e", "-o", "pipefail", str(script),
            cwd=project,
            RUNNER_TEMP=str(temporary),
            GITHUB_ACTION_PATH=str(CHECKOUT),
            GITHUB_OUTPUT=str(temporary / "output"),
            GITHUB_STEP_SUMMARY=str(temporary / "summary"),
            **environment,
        )  # fmt: skip
        printed += done.stdout + done.stderr
        if done.returncode:
            return done.returncode, printed
    return 0, printed


def test_the_action_shows_what_a_change_brings(project: Path, tmp_path: Path) -> None:
    temporary = tmp_path / "runner's temp"
    temporary.mkdir()
    (temporary / "summary").write_text("before\n")

    code, printed = run_action(project, temporary, changed_since="HEAD~1", python=sys.executable)

    assert code == 1, printed
    assert printed.count("::warning ") == 1
    assert "file=old.py,line=11," in printed
    assert (temporary / "output").read_text() == "sarif=smelllint.sarif\n"
    assert (temporary / "summary").read_text().startswith("before\n### smelllint: 1 smell added, 0 fixed\n")
    [run] = json.loads((project / "smelllint.sarif").read_text())["runs"]
    assert len(run["results"]) == 1

    # The environment is there now, so that the other ways to ask cost little.
    whole = {"python": sys.executable, "sarif": "out/all.sarif"}
    code, printed = run_action(
        project, temporary, **whole, paths="sub folder\nold.py\n", args="--ignore\nserving\n"
    )
    assert (code, printed.count("::warning ")) == (1, 3)
    assert (project / "out/all.sarif").exists()
    code, printed = run_action(project, temporary, **whole, paths="sub folder")
    assert (code, printed.count("::")) == (0, 0)
    code, printed = run_action(project, temporary, **whole, paths="$(touch pwned); x")
    assert (code, (project / "pwned").exists()) == (2, False)


ORDERS = (
    "$(touch pwned)`touch pwned`${IFS}*",
    "\"; touch pwned; \"'; touch pwned; '",
    "x; touch pwned | touch pwned && touch pwned",
    "x\r\nevil=1\n$(touch pwned)",
)


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """A runner's temporary folder in which this smelllint counts as installed."""
    program = tmp_path / "runner/smelllint/bin/smelllint"
    write(
        tmp_path, {"runner/smelllint/bin/smelllint": f'#!/bin/sh\nexec {sys.executable} -m smelllint "$@"\n'}
    )
    program.chmod(0o755)
    return tmp_path / "runner"


@pytest.mark.parametrize("asked", ["paths", "args", "changed_since", "baseline", "sarif"])
def test_what_the_action_is_given_is_never_run(project: Path, installed: Path, asked: str) -> None:
    for order in ORDERS:
        code, printed = run_action(project, installed, **{"paths": "sub folder", asked: order})

        assert code in (0, 1, 2), printed
        assert not list(project.rglob("pwned")), order
        outputs = (installed / "output").read_text().splitlines()
        assert [line.partition("=")[0] for line in outputs] == ["sarif"], order
        assert (project / "old.py").read_text() == SMELLY + ADDED
        (installed / "output").unlink()


def test_what_the_action_installs_with_is_never_run(project: Path, tmp_path: Path) -> None:
    """A Python that does no more than to write down what it is asked."""
    log = tmp_path / "log"
    fake = write(
        tmp_path,
        {"python": f'#!/bin/sh\nprintf "<%s>" "$@" >> {log}\nmkdir -p "$3/bin" && cp "$0" "$3/bin/"\n'},
    )
    (fake / "python").chmod(0o755)
    for order in ORDERS:
        runner = tmp_path / "runner"
        runner.mkdir()
        run_action(project, runner, requirement=order, python=str(fake / "python"))
        assert f"<{order}>".encode() in log.read_bytes()
        shutil.rmtree(runner)
        runner.mkdir()
        code, _ = run_action(project, runner, python=order)
        assert code in (1, 126, 127)
        shutil.rmtree(runner)

    assert not list(project.rglob("pwned"))


def test_the_gitlab_job_runs_nothing_that_it_is_given(project: Path, tmp_path: Path) -> None:
    job: Any = yaml.safe_load(TEMPLATE.read_text())["smelllint"]
    write(tmp_path, {"environment/bin/smelllint": f'#!/bin/sh\nexec {sys.executable} -m smelllint "$@"\n'})
    (tmp_path / "environment/bin/smelllint").chmod(0o755)
    script = "set -eo pipefail\n" + "\n".join(job["script"]).replace(
        "/tmp/smelllint", str(tmp_path / "environment")
    )
    for name in ("SMELLLINT_PATHS", "SMELLLINT_ARGS", "CI_MERGE_REQUEST_DIFF_BASE_SHA"):
        for order in ORDERS:
            done = tool("bash", "-c", script, cwd=project, **{**job["variables"], name: order})
            assert done.returncode in (0, 1, 2), done.stderr

    assert not list(project.rglob("pwned"))


def test_the_gitlab_job_reports_what_a_merge_request_brings(project: Path, tmp_path: Path) -> None:
    job: Any = yaml.safe_load(TEMPLATE.read_text())["smelllint"]
    base = tool("git", "rev-parse", "HEAD~1", cwd=project).stdout.strip()
    lines = [*job["before_script"], *job["script"]]
    script = "set -eo pipefail\n" + "\n".join(lines).replace("/tmp/smelllint", str(tmp_path / "environment"))
    variables = {**job["variables"], "SMELLLINT_REQUIREMENT": str(CHECKOUT)}

    done = tool("bash", "-c", script, cwd=project, CI_MERGE_REQUEST_DIFF_BASE_SHA=base, **variables)

    assert done.returncode == 1, done.stderr
    assert "Found 1 smell in 1 of 1 file." in done.stdout
    report = project / job["artifacts"]["reports"]["codequality"]
    assert [one["location"]["lines"]["begin"] for one in json.loads(report.read_text())] == [11]

    done = tool(
        "bash", "-c", script, cwd=project, **{**variables, "SMELLLINT_ARGS": "--exit-zero --ignore serving"}
    )
    assert done.returncode == 0, done.stderr
    assert len(json.loads(report.read_text())) == 3
