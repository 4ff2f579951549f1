"""The documentation is true: help is printed as it is, links lead somewhere, and what it says to run runs.

`python tests/test_docs.py` writes docs/commands.md anew.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from edgec.cli.app import COMMANDS
from edgec_runtime.commands import COMMANDS as DEVICE_COMMANDS

ROOT = Path(__file__).parents[1]
COMMANDS_PAGE = ROOT / "docs/commands.md"
PAGES = sorted({*ROOT.glob("*.md"), *ROOT.glob("[!.]*/*.md")})
IMAGE = sorted((ROOT / "toolchain/edgec/assets/nuclei/val/images").glob("*.png"))[0]
SOURCE = r"`((?:toolchain|runtime|targets|tests|benchmarks|edgec_\w+)/[\w./-]+\.(?:py|c|ya?ml))`"
RUN = {"edgec": [sys.executable, "-m", "edgec"], "python": [sys.executable]}

INTRODUCTION = """\
# Commands

In the order of the work, from a network to a measured bundle:

```console
$ edgec data check nuclei
$ edgec models
$ edgec train nuclei-unet-light --epochs 1 --set train.crop=64
$ edgec prune --model unet_light --data nuclei --ratio 0.3 --epochs 1 --resume runs/small
$ edgec targets
$ edgec build --model unet_light --quant int8-static
$ edgec info artifacts/unet_light-1.0.0.edgec
$ edgec inspect artifacts/unet_light-1.0.0.edgec --ops
$ edgec tune --model unet_light --data nuclei --max-drop 0.005
$ edgec eval artifacts/unet_light-1.0.0.edgec --data nuclei
$ edgec verify artifacts/unet_light-1.0.0.edgec
$ edgec bench --target cpu --target openvino --target tflite
$ edgec devices
$ edgec emulator
$ edgec gate artifacts/unet_light-1.0.0.edgec --baseline unet_light-1.0.0.edgec --target cpu --max-slowdown 9%
$ edgec completion bash
```

and on the device, where only `edgec-runtime` and one engine are installed:

```console
$ python -m edgec_runtime verify artifacts/unet_light-1.0.0.edgec
$ python -m edgec_runtime info artifacts/unet_light-1.0.0.edgec
$ python -m edgec_runtime selftest artifacts/unet_light-1.0.0.edgec
$ python -m edgec_runtime run artifacts/unet_light-1.0.0.edgec --image IMG.png --out mask.png
$ python -m edgec_runtime bench artifacts/unet_light-1.0.0.edgec --target cpu
```

stdout is the result, stderr the progress. Exit codes: 0 done; 1 a check failed, or a row of the table says
why it was not done; 2 usage or input; 3 it cannot be told; 4 a bug of edgec; 130 interrupted; 141 the reader
of stdout left. The options of `edgec` itself stand before or after the command.

What follows is the commands' own help, written here by `python tests/test_docs.py`.
"""


def help_of(*words: str) -> str:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("EDGEC_")}
    environment |= {"COLUMNS": "80", "NO_COLOR": "1"}
    command = [sys.executable, "-m", *words, "--help"]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout.strip()


def commands_page() -> str:
    sections = {"edgec": ["edgec"]} | {f"edgec {name}": ["edgec", name] for name in COMMANDS}
    sections |= {"python -m edgec_runtime": ["edgec_runtime"]}
    sections |= {f"python -m edgec_runtime {name}": ["edgec_runtime", name] for name in DEVICE_COMMANDS}
    blocks = [f"## {title}\n\n```\n{help_of(*words)}\n```\n" for title, words in sections.items()]
    return "\n".join([INTRODUCTION, *blocks])


def test_the_page_of_commands_is_current() -> None:
    assert COMMANDS_PAGE.read_text() == commands_page(), "run: python tests/test_docs.py"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    for link in re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text()):
        if "://" not in link:
            assert (page.parent / link).exists(), f"{page.name} links to {link}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_source_files_that_are_named_exist(page: Path) -> None:
    for path in re.findall(SOURCE, page.read_text()):
        found = [*ROOT.glob(path.replace("NAME", "*")), *ROOT.glob(f"[!.]*/{path}")]
        assert found, f"{page.name} names {path}, which is not there"


def blocks(page: Path, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", page.read_text(), re.DOTALL | re.MULTILINE)


def test_every_command_is_shown_in_use() -> None:
    shown = "\n".join("\n".join(blocks(page, "console")) for page in PAGES)
    for name in COMMANDS:
        assert f"$ edgec {name}" in shown, f"no page shows `edgec {name}` in a console block"
    for name in DEVICE_COMMANDS:
        assert f"$ python -m edgec_runtime {name}" in shown, f"no page shows {name} in a console block"


NETWORK = """
from torch import nn

def binary():
    one, two = nn.Conv2d(1, 64, 3, padding=1), nn.Conv2d(64, 64, 3, padding=1)  # enough for int8 to gain
    return nn.Sequential(one, nn.ReLU(), two, nn.ReLU(), nn.Conv2d(64, 1, 1), nn.Sigmoid())
"""
SAVE_NETWORK = """
import torch
from net import binary
from safetensors.torch import save_file

save_file(binary().state_dict(), "weights.safetensors")
torch.onnx.export(binary().eval(), (torch.zeros(1, 1, 64, 64),), "net.onnx", dynamo=True)
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where a reader stands: a bundle built, an image at hand, and a network and photos of their own."""
    folder = tmp_path_factory.mktemp("reader")
    shutil.copy(IMAGE, folder / "IMG.png")
    shutil.copytree(IMAGE.parent, folder / "photos")
    (folder / "net.py").write_text(NETWORK)
    build = [*RUN["edgec"], "build", "--model", "unet_light", "--quant", "int8-static"]
    for command in ([sys.executable, "-c", SAVE_NETWORK], build):
        subprocess.run(command, cwd=folder, check=True, capture_output=True)
    shutil.copy(folder / "artifacts/unet_light-1.0.0.edgec", folder)
    return folder


@pytest.fixture(scope="module")
def seen() -> set[str]:
    """The lines that ran already: a command that stands on two pages runs once."""
    return set()


def commands_in(page: Path) -> list[str]:
    lines = "\n".join(blocks(page, "console")).replace("\\\n", " ").splitlines()
    found = (line.removeprefix("$ ") for line in lines if line.startswith("$ "))
    return [line for line in found if line.split()[0] == "edgec" or line.startswith("python -m edgec")]


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_what_a_page_says_to_run_runs(page: Path, folder: Path, seen: set[str]) -> None:
    for line in [line for line in commands_in(page) if line not in seen]:
        program, *words = shlex.split(line, comments=True)
        finished = subprocess.run([*RUN[program], *words], cwd=folder, capture_output=True, text=True)
        assert finished.returncode == 0, f"{page.name}: {line}\n{finished.stderr}"
        seen.add(line)


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_the_programs_of_a_page_run(page: Path, folder: Path) -> None:
    for program in blocks(page, "python"):
        finished = subprocess.run([sys.executable, "-c", program], cwd=folder, capture_output=True, text=True)
        assert finished.returncode == 0, f"{page.name}:\n{program}\n{finished.stderr}"


if __name__ == "__main__":
    COMMANDS_PAGE.write_text(commands_page())
