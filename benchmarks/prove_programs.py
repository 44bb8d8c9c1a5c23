"""`smelllint prove` on programs of other people, with small made-up data: what docs/proving.md shows.

    python benchmarks/prove_programs.py FOLDER [NAME]...

FOLDER holds checkouts of the repositories, each under its own name. For every program its file is copied
into an empty folder, the data that it would download is made up beside it, and `smelllint prove` is run
there. The programs are not changed, except where PROGRAMS says so.

    wgan             eriklindernoren/PyTorch-GAN: a generative network of linear layers
    recurrent        yunjey/pytorch-tutorial: a recurrent network over the rows of pictures
    autoencoder      fchollet/deep-learning-with-python-notebooks, chapter 17: a Keras autoencoder
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

SEEDED = '''"""Run a program from a fixed seed: `seeded.py PROGRAM [ARGUMENT]...`."""

import random
import runpy
import sys

import numpy
import torch

random.seed(0)
numpy.random.seed(0)
torch.manual_seed(0)
if "keras" in open(sys.argv[1]).read():
    import keras

    keras.utils.set_random_seed(0)
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
'''

ROUNDS = ("--rounds", "5", "8")
STAND_IN = {
    "torchvision/__init__.py": "from . import datasets, transforms, utils\n",
    "torchvision/datasets.py": '''"""Random pictures in the place of handwritten digits."""

import torch


class MNIST(torch.utils.data.TensorDataset):
    def __init__(self, root, train=True, download=False, transform=None):
        chance = torch.Generator().manual_seed(0)
        pictures = torch.rand(1280, 1, 28, 28, generator=chance) * 2 - 1
        super().__init__(pictures, torch.randint(10, (1280,), generator=chance))
''',
    "torchvision/transforms.py": '''"""The pictures need none."""


def ToTensor():
    return None


def Normalize(mean, deviation):
    return None


def Compose(transforms):
    return None
''',
    "torchvision/utils.py": '''"""Pictures are kept as numbers."""

import numpy


def save_image(pictures, path, **_):
    numpy.savetxt(path, pictures.detach().numpy().reshape(len(pictures), -1), fmt="%.5f")
''',
}


@dataclass(frozen=True)
class Program:
    """What is run: the file in its repository, how the folder is laid out, and the two command lines."""

    source: str
    lay_out: Callable[[Path, Path], None]
    file: str
    arguments: Sequence[str] = ()
    options: Sequence[str] = ()

    def command(self) -> list[str]:
        """The command as it is typed in the folder of the program."""
        run = ["python", "seeded.py", self.file, *self.arguments]
        return ["smelllint", "prove", *ROUNDS, *self.options, self.file, "--", *run]


def lay_out_with_pictures(source: Path, folder: Path) -> None:
    """The program as it is, with a stand-in for torchvision: random pictures, no transforms."""
    shutil.copy(source, folder)
    for name, text in STAND_IN.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)


def lay_out_autoencoder(source: Path, folder: Path) -> None:
    """The first section's cells as a script, up to the plot; 256 random pictures, 2 epochs in place of 30."""
    cells = [cell for cell in json.loads(source.read_text())["cells"] if cell["cell_type"] == "code"]
    codes = ["".join(cell["source"]) for cell in cells]
    first = next(at for at, code in enumerate(codes) if "latent_dim = 2" in code)
    last = next(at for at, code in enumerate(codes) if "vae.decoder.predict" in code)
    text = "\n\n".join(code for code in codes[first : last + 1] if "summary(" not in code)
    text = text.replace("import matplotlib.pyplot as plt\n", "").partition("plt.")[0]
    text = text.replace("keras.datasets.mnist.load_data()", "made_up_digits()").replace(
        "epochs=30", "epochs=2"
    )
    digits = (
        "def made_up_digits():\n    pictures = np.random.default_rng(0).integers(0, 256, (256, 28, 28))\n"
    )
    digits += "    return (pictures[:192], None), (pictures[192:], None)\n\n\n"
    text = text.replace("import numpy as np\n", "import numpy as np\n\n\n" + digits)
    (folder / "autoencoder.py").write_text(text + 'np.savetxt("figure.txt", figure, fmt="%.6f")\n')


PROGRAMS = {
    "wgan": Program(
        "PyTorch-GAN/implementations/wgan/wgan.py",
        lay_out_with_pictures,
        "wgan.py",
        arguments=("--n_epochs", "10"),
    ),
    "recurrent": Program(
        "pytorch-tutorial/tutorials/02-intermediate/recurrent_neural_network/main.py",
        lay_out_with_pictures,
        "main.py",
    ),
    "autoencoder": Program(
        "deep-learning-with-python-notebooks/chapter17_image-generation.ipynb",
        lay_out_autoencoder,
        "autoencoder.py",
        options=("--compare", "figure.txt"),
    ),
}


def prove(program: Program, repositories: Path) -> None:
    """Lay the program out, print the command, and run it."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / Path(program.file).stem
        folder.mkdir()
        program.lay_out(repositories / program.source, folder)
        (folder / "seeded.py").write_text(SEEDED)
        print("$", " ".join(program.command()), flush=True)
        runnable = [sys.executable, "-m", "smelllint", *program.command()[1:]]
        at = runnable.index("python")
        runnable[at] = sys.executable
        environment = {**os.environ, "KERAS_BACKEND": "torch", "OMP_NUM_THREADS": "1"}
        subprocess.run(runnable, cwd=folder, env=environment, check=True)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("names", nargs="*", metavar="NAME", choices=[*PROGRAMS, []])
    asked = parser.parse_args()
    for name in asked.names or PROGRAMS:
        prove(PROGRAMS[name], asked.folder.resolve())


if __name__ == "__main__":
    main()
