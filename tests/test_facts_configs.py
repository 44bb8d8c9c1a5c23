"""Configs: what the settings files of a project give to the expressions that read them."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Any

import libcst as cst
import pytest

from smelllint import engine
from smelllint.catalogue import load
from smelllint.facts import ABSENT, UNKNOWN, Facts
from smelllint.project import Disk, Project
from smelllint.settings import Settings
from smelllint.source import Source
from smelllint.tree import parse

YAML = "epochs: 3\nlr: 1e-3\nrate: 0.1\nname: small\nsizes: [1, 2]\ntrain: {batch_size: 8, shuffle: true}\n"
READ = 'with open("config.yaml") as file:\n    config = yaml.safe_load(file)\n'


def facts_in(folder: Path, code: str, files: dict[str, str], path: str = "main.py") -> Facts:
    """Facts of a piece of code in a project with these other files, by path."""
    for name, text in {**files, path: code}.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(textwrap.dedent(text))
    target = folder / path
    source = Source(str(target), target.read_bytes())
    return Facts(source, parse(source.text), Settings(), project=Project(Disk(str(folder), Settings())))


def asked(facts: Facts) -> cst.BaseExpression:
    """What the last `use(...)` of the code is given."""
    calls = [call for call in facts.nodes(cst.Call) if facts.text(call.func) == "use"]
    return calls[-1].args[0].value


def value_of(folder: Path, code: str, *, usual: bool = False, path: str = "main.py", **files: str) -> Any:
    """What `use(...)` is given, the settings being those of config.yaml unless files are given."""
    named = {name.replace("__", "/").replace("_DOT_", "."): text for name, text in files.items()}
    head = "import json, os, yaml, toml, hydra\nfrom pathlib import Path\nfrom omegaconf import OmegaConf\n"
    facts = facts_in(folder, head + textwrap.dedent(code), named or {"config.yaml": YAML}, path)
    return facts.usual(asked(facts)) if usual else facts.setting(asked(facts))


@pytest.mark.parametrize(
    ("read", "value"),
    [
        ('use(config["epochs"])', 3),
        ('use(config["train"]["batch_size"])', 8),
        ('use(config["train"]["shuffle"])', True),
        ('use(config["sizes"])', [1, 2]),
        ('use(config["sizes"][1])', 2),
        ('use(config["lr"])', "1e-3"),
        ('use(config.get("epochs", 9))', 3),
        ('use(config.get("missing", 9))', 9),
        ('use(config.get("missing"))', None),
        ('use(config.get("train", {}).get("batch_size", 1))', 8),
        ('train = config["train"]\nuse(train["batch_size"])', 8),
        ('config["seed"] = 1\nuse(config["epochs"])', 3),
        ('print(config)\nuse(config["epochs"])', 3),
        ('use(config["missing"])', UNKNOWN),
        ('use(config["train"])', UNKNOWN),
        ("use(config[name])", UNKNOWN),
        ("use(config.epochs)", UNKNOWN),
        ('config["epochs"] = 5\nuse(config["epochs"])', UNKNOWN),
        ('config[key] = 5\nuse(config["epochs"])', UNKNOWN),
        ('config["train"] = {}\nuse(config["train"]["batch_size"])', UNKNOWN),
        ('config.update(more)\nuse(config["epochs"])', UNKNOWN),
        ('config["train"].update(more)\nuse(config["train"]["batch_size"])', UNKNOWN),
        ('adapt(config)\nuse(config["epochs"])', UNKNOWN),
        ('other = config\nother["epochs"] = 1\nuse(config["epochs"])', UNKNOWN),
        ('if a:\n    config = {}\nuse(config["epochs"])', UNKNOWN),
    ],
)
def test_a_value_is_read_from_the_file_unless_it_may_be_written_to(
    tmp_path: Path, read: str, value: object
) -> None:
    assert value_of(tmp_path, READ + read) == value


@pytest.mark.parametrize(
    ("read", "value"),
    [
        ('config["epochs"]', 3),
        ('float(config["lr"])', 0.001),
        ('int(config["epochs"])', 3),
        ('int(config["name"])', UNKNOWN),
        ('config["epochs"] * 2', 6),
    ],
)
def test_a_setting_is_what_is_usual_and_no_constant(tmp_path: Path, read: str, value: object) -> None:
    assert value_of(tmp_path, f"{READ}use({read})", usual=True) == value
    facts = facts_in(tmp_path, f"import yaml\n{READ}use({read})\n", {"config.yaml": YAML})
    assert facts.value(asked(facts)) is UNKNOWN


@pytest.mark.parametrize(
    "reading",
    [
        'yaml.safe_load(open("config.yaml"))',
        'yaml.load(open("config.yaml"), Loader=yaml.FullLoader)',
        'yaml.safe_load(open("./config.yaml").read())',
        'yaml.safe_load(Path("config.yaml").read_text())',
        'yaml.safe_load(Path("config.yaml").open())',
        'yaml.safe_load(open(os.path.join(os.path.dirname(__file__), "config.yaml")))',
        'yaml.safe_load((Path(__file__).resolve().parent / "config.yaml").open())',
        'OmegaConf.load("config.yaml")',
    ],
)
def test_a_file_is_known_by_how_it_is_opened(tmp_path: Path, reading: str) -> None:
    assert value_of(tmp_path, f'config = {reading}\nuse(config["epochs"])') == 3


def test_json_and_toml_are_read_too(tmp_path: Path) -> None:
    assert value_of(tmp_path, 'use(json.load(open("c.json"))["a"])', c_DOT_json='{"a": 1}') == 1
    assert value_of(tmp_path, 'use(toml.load("c.toml")["a"]["b"])', c_DOT_toml="[a]\nb = 2\n") == 2


@pytest.mark.parametrize(
    ("text", "read", "value"),
    [
        ("a: ${b}\nb: 1\n", '["a"]', UNKNOWN),
        ("a: ???\n", '["a"]', UNKNOWN),
        ("a: !env HOME\nb: 1\n", '["a"]', UNKNOWN),
        ("a: !env HOME\nb: 1\n", '["b"]', 1),
        ("a: &x {k: 1}\nb: *x\n", '["b"]["k"]', 1),
        ("a: &x {k: 1}\nb: {<<: *x, j: 2}\n", '["b"]["k"]', 1),
        ("a: [", '["a"]', UNKNOWN),
        ("a: 2026-01-01\n", '["a"]', UNKNOWN),
        ("{% if x %}\na: 1\n", '["a"]', UNKNOWN),
        ("a: 1\n---\na: 2\n", '["a"]', UNKNOWN),
        ("# " + "x" * 30_000 + "\na: 1\n", '["a"]', UNKNOWN),
        ("[" * 5_000, '["a"]', UNKNOWN),
    ],
)
def test_what_only_the_program_knows_is_not_known(
    tmp_path: Path, text: str, read: str, value: object
) -> None:
    code = f'use(yaml.safe_load(open("c.yaml")){read})'
    assert value_of(tmp_path, code, c_DOT_yaml=text) == value


def test_a_tag_runs_nothing(tmp_path: Path) -> None:
    text = (
        f"a: !!python/object/apply:pathlib.Path.touch [!!python/object/apply:pathlib.Path ['{tmp_path}/x']]"
    )
    assert value_of(tmp_path, 'use(yaml.load(open("c.yaml"))["a"])', c_DOT_yaml=text) is UNKNOWN
    assert not (tmp_path / "x").exists()


def test_a_path_that_may_mean_two_files_means_none(tmp_path: Path) -> None:
    code = 'use(yaml.safe_load(open("c.yaml"))["a"])'
    one, two = {"src__c_DOT_yaml": "a: 1\n"}, {"c_DOT_yaml": "a: 2\n"}
    assert value_of(tmp_path, code, path="src/main.py", **one) == 1
    assert value_of(tmp_path, code, path="src/main.py", **one, **two) is UNKNOWN


def test_files_outside_the_project_are_not_read(tmp_path: Path) -> None:
    (tmp_path / "c.yaml").write_text("a: 1\n")
    code = 'use(yaml.safe_load(open("../c.yaml"))["a"])'
    assert value_of(tmp_path / "inner", code, other_DOT_yaml="") is UNKNOWN
    code = f'use(yaml.safe_load(open("{tmp_path}/c.yaml"))["a"])'
    assert value_of(tmp_path / "inner", code, other_DOT_yaml="") is UNKNOWN


@pytest.mark.parametrize(
    ("code", "value"),
    [
        (
            """
            def load(path):
                with open(path) as file:
                    return yaml.safe_load(file)
            config = load("config.yaml")
            use(config["epochs"])
            """,
            3,
        ),
        (
            """
            class Trainer:
                def __init__(self, config):
                    self.config = config
                def run(self):
                    use(self.config["train"]["batch_size"])
            config = yaml.safe_load(open("config.yaml"))
            Trainer(config).run()
            """,
            8,
        ),
        (
            """
            def train(config):
                use(config["epochs"])
            train(yaml.safe_load(open("config.yaml")))
            """,
            3,
        ),
        (
            """
            def train(config):
                use(config["epochs"])
            train(yaml.safe_load(open("config.yaml")))
            train({"epochs": 100})
            """,
            UNKNOWN,
        ),
        (
            """
            def adapt(settings):
                settings["epochs"] = 50
            config = yaml.safe_load(open("config.yaml"))
            adapt(config)
            use(config["epochs"])
            """,
            UNKNOWN,
        ),
        (
            """
            def show(settings):
                print(settings["epochs"])
            config = yaml.safe_load(open("config.yaml"))
            show(config)
            use(config["epochs"])
            """,
            3,
        ),
        (
            """
            from easydict import EasyDict
            config = EasyDict(yaml.safe_load(open("config.yaml")))
            use(config.train.batch_size)
            """,
            8,
        ),
        (
            """
            from easydict import EasyDict
            raw = yaml.safe_load(open("config.yaml"))
            raw["epochs"] = 1
            config = EasyDict(raw)
            use(config.epochs)
            """,
            UNKNOWN,
        ),
        (
            """
            from types import SimpleNamespace
            config = SimpleNamespace(**yaml.safe_load(open("config.yaml")))
            use(config.epochs)
            """,
            3,
        ),
        (
            """
            config = OmegaConf.load("config.yaml")
            use(config.lr)
            """,
            0.001,
        ),
        ("config = config[1]\nuse(config[2])", UNKNOWN),
        ("def f():\n    return f()\nuse(f()['a'])", UNKNOWN),
    ],
)
def test_settings_are_followed_through_the_program(tmp_path: Path, code: str, value: object) -> None:
    assert value_of(tmp_path, code) == value


def test_settings_that_another_module_reads_are_known(tmp_path: Path) -> None:
    files = {"config.yaml": YAML, "settings.py": f"import yaml\n{READ}"}
    facts = facts_in(tmp_path, 'from settings import config\nuse(config["epochs"])\n', files)
    assert facts.setting(asked(facts)) == 3


def test_a_file_that_the_command_line_may_name_is_only_usual(tmp_path: Path) -> None:
    code = """
    import argparse
    parser = argparse.ArgumentParser()
    parser.add_argument("--config", default="config.yaml")
    args = parser.parse_args()
    config = yaml.safe_load(open(args.config))
    use(config["epochs"])
    """
    assert value_of(tmp_path, code) is UNKNOWN
    assert value_of(tmp_path, code, usual=True) == 3


def test_nothing_is_known_without_a_project(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text(YAML)
    code = f'import yaml\n{READ}use(config["epochs"])\n'
    facts = Facts(Source(str(tmp_path / "main.py"), code.encode()), parse(code), Settings())
    assert facts.setting(asked(facts)) is UNKNOWN


@pytest.mark.parametrize(
    ("section", "name", "given"),
    [
        ("config['train']", "num_workers", ABSENT),
        ("config['train']", "batch_size", UNKNOWN),
        ("config['missing']", "batch_size", UNKNOWN),
        ("config['epochs']", "batch_size", UNKNOWN),
    ],
)
def test_unpacked_settings_leave_an_argument_out_or_may_give_it(
    tmp_path: Path, section: str, name: str, given: object
) -> None:
    code = f"import yaml\n{READ}use(data, **{section})\n"
    facts = facts_in(tmp_path, code, {"config.yaml": YAML})
    call = next(call for call in facts.nodes(cst.Call) if facts.text(call.func) == "use")
    assert facts.argument(call, name) is given


MAIN = """
@hydra.main(config_path="conf", config_name="config", version_base=None)
def main(cfg):
    use({})
"""


@pytest.mark.parametrize(
    ("defaults", "key", "value"),
    [
        ("", "cfg.epochs", 5),
        ("", "cfg.train.lr", 0.001),
        ("defaults:\n- model: small\n- _self_\n", "cfg.model.width", 64),
        ("defaults:\n- model: small\n- _self_\n", "cfg.model['width']", 64),
        ("defaults:\n- model: small\n- _self_\n", "cfg.epochs", 5),
        ("defaults:\n- model: small\n", "cfg.model.width", 64),
        ("defaults:\n- model@net: small\n- _self_\n", "cfg.net.width", 64),
        ("defaults:\n- base\n- _self_\n", "cfg.epochs", 5),
        ("defaults:\n- _self_\n- base\n", "cfg.epochs", 90),
        ("defaults:\n- base\n- _self_\n", "cfg.seed", 1),
        ("defaults:\n- whole: all\n- _self_\n", "cfg.steps", 7),
        ("defaults:\n- override hydra/launcher: joblib\n- _self_\n", "cfg.epochs", 5),
        # Which of the two is last depends on the version of Hydra.
        ("defaults:\n- base\n", "cfg.epochs", UNKNOWN),
        ("defaults:\n- base\n", "cfg.seed", 1),
        ("defaults:\n- model: ???\n- _self_\n", "cfg.model.width", UNKNOWN),
        ("defaults:\n- model: gone\n- _self_\n", "cfg.model.width", UNKNOWN),
        ("defaults:\n- model: gone\n- _self_\n", "cfg.epochs", 5),
        ("defaults:\n- _self_\n- model: gone\n", "cfg.epochs", 5),
        ("defaults:\n- model: [small, big]\n- _self_\n", "cfg.model.width", UNKNOWN),
        ("defaults:\n- model: ${size}\n- _self_\n", "cfg.model.width", UNKNOWN),
        ("defaults:\n- model: nested\n- _self_\n", "cfg.model.width", UNKNOWN),
        ("defaults:\n- _self_\n- optional model: small\n", "cfg.epochs", UNKNOWN),
        ("", "cfg.ratio", UNKNOWN),
        ("", "cfg.missing", UNKNOWN),
    ],
)
def test_hydra_composes_its_files(tmp_path: Path, defaults: str, key: str, value: object) -> None:
    files = {
        "conf__config_DOT_yaml": f"{defaults}epochs: 5\ntrain: {{lr: 1e-3}}\nratio: ${{epochs}}\n",
        "conf__base_DOT_yaml": "epochs: 90\nseed: 1\n",
        "conf__model__small_DOT_yaml": "width: 64\n",
        "conf__model__nested_DOT_yaml": "defaults:\n- small\n",
        "conf__whole__all_DOT_yaml": "# @package _global_\nsteps: 7\n",
    }
    assert value_of(tmp_path, MAIN.format(key), usual=True, **files) == value


def test_what_hydra_reads_may_be_overridden(tmp_path: Path) -> None:
    files = {"conf__config_DOT_yaml": "epochs: 5\n"}
    assert value_of(tmp_path, MAIN.format("cfg.epochs"), **files) is UNKNOWN
    written = MAIN.format("cfg.epochs").replace("    use", "    cfg.epochs = 2\n    use")
    assert value_of(tmp_path, written, usual=True, **files) is UNKNOWN


TRAIN = """
import torch
import yaml

with open("config.yaml") as file:
    config = yaml.safe_load(file)


def train(model, loader, val_loader, optimizer):
    for epoch in range(config["epochs"]):
        model.train()
        for x, y in loader:
            torch.nn.functional.mse_loss(model(x), y).backward()
            optimizer.step()
        model.eval()
        total = 0
        with torch.no_grad():
            for x, y in val_loader:
                total += torch.nn.functional.mse_loss(model(x), y).item()
        print(epoch, total)
"""
LOADER = """
import torch
import yaml
from torch.utils.data import DataLoader, TensorDataset

config = yaml.safe_load(open("config.yaml"))
net = torch.nn.Linear(32, 1).eval()
loader = DataLoader(TensorDataset(samples), **config["loader"])
with torch.no_grad():
    for (batch,) in loader:
        print(net(batch))
"""
WORKERS = """
import torch
import yaml
from torch.utils.data import DataLoader

config = yaml.safe_load(open("config.yaml"))
loader = DataLoader(scans, batch_size=32, num_workers=config["workers"])
net = torch.nn.Linear(32, 1)
for epoch in range(20):
    for batch in loader:
        net(batch).sum().backward()
"""
GENERATE = """
import yaml
from transformers import AutoModelForCausalLM

config = yaml.safe_load(open("config.yaml"))
model = AutoModelForCausalLM.from_pretrained("gpt2")
out = model.generate(prompts, use_cache=config["use_cache"])
"""


@pytest.mark.parametrize(
    ("rule", "code", "smelly", "lean"),
    [
        ("training-loop-without-early-stopping", TRAIN, "epochs: 100", "epochs: 5"),
        ("dataloader-default-batch-size", LOADER, "loader: {drop_last: true}", "loader: {batch_size: 64}"),
        ("respawned-dataloader-workers", WORKERS, "workers: 4", "workers: 0"),
        ("kv-cache-disabled", GENERATE, "use_cache: false", "use_cache: true"),
    ],
)
def test_a_rule_fires_by_what_a_settings_file_says(
    tmp_path: Path, rule: str, code: str, smelly: str, lean: str
) -> None:
    for text, found in ((smelly, [rule]), (lean, []), ("other: 1", [])):
        (tmp_path / "config.yaml").write_text(text)
        path, project = tmp_path / "main.py", Project(Disk(str(tmp_path), Settings()))
        report = engine.lint(str(path), code.encode(), [load(rule)], Settings(), project=project)
        assert [finding.rule for finding in report.diagnostics] == found, text


def test_a_fix_does_not_write_a_setting_down(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text("workers: 4\nuse_cache: false\n")
    project = Project(Disk(str(tmp_path), Settings()))
    path = str(tmp_path / "main.py")
    rules = [load("respawned-dataloader-workers"), load("kv-cache-disabled")]
    workers = engine.mend(path, WORKERS.encode(), rules, Settings(), True, project=project)
    generate = engine.mend(path, GENERATE.encode(), rules, Settings(), True, project=project)

    assert workers.after is not None
    assert 'persistent_workers=config["workers"] > 0' in workers.after
    assert generate.after is None
