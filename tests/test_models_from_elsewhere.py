"""Two networks that others trained and published, from their packages to bundles for every target.

What docs/howto.md says under 'A network from elsewhere' is done to the letter, with the packages of the extra
`models`; nothing of them is copied here.
"""

import configparser
import json
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
from tests.drawn import page, write_eyes, write_pages

from edgec_runtime import Bundle, Session
from edgec_runtime.format.manifest import Variant

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]
SECTION = (
    (ROOT / "docs/howto.md").read_text().partition("## A network from elsewhere\n")[2].partition("\n## ")[0]
)
TARGETS = ("cpu", "openvino", "tflite", "raspberry-pi-4", "raspberry-pi-5")
Rows = list[dict[str, str | None]]
Build = Callable[..., tuple[Path, Rows]]


def command(words: str) -> list[str]:
    """The words of the one command of the section that starts with `words`."""
    (block,) = re.findall(r"^```sh\n(.*?)^```$", SECTION, re.DOTALL | re.MULTILINE)
    lines = block.replace("\\\n", " ").splitlines()
    (found,) = [line for line in lines if line.startswith(words)]
    return shlex.split(found)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where a reader stands: the packages, the factory, and images."""
    folder = tmp_path_factory.mktemp("reader")
    words = command("pip install")[1:]
    done = subprocess.run([sys.executable, "-m", "pip", *words], cwd=folder, capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"pip cannot install the packages here: {done.stderr.strip().splitlines()[-1]}")
    (factory,) = re.findall(r"^```py\n(.*?)^```$", SECTION, re.DOTALL | re.MULTILINE)
    (folder / "elsewhere/pupil.py").write_text(factory)
    write_eyes(folder / "eyes", range(24))
    write_eyes(folder / "labelled", range(100, 108))
    write_pages(folder / "pages", range(24))
    return folder


@pytest.fixture(scope="module")
def build(folder: Path) -> Build:
    """Run `edgec build` with these words; gives the bundle and the rows of the JSON document."""

    def run(*words: str) -> tuple[Path, Rows]:
        line = [sys.executable, "-m", "edgec", "build", *words, "--no-measure", "--json"]
        done = subprocess.run(line, cwd=folder, capture_output=True, text=True)
        assert done.returncode in (0, 1), done.stderr
        document = json.loads(done.stdout)
        return folder / document["bundle"], document["variants"]

    return run


def for_every_target(build: Build, *words: str) -> Path:
    """The bundle of the section's command, for each target; none may refuse a variant."""
    bundle, rows = build(*words, *(word for target in TARGETS for word in ("--target", target)))
    refused = [row for row in rows if row["status"] != "built"]
    assert refused == []
    return bundle


@pytest.fixture(scope="module")
def pupil(build: Build) -> Path:
    """The U-Net with attention of mouse-pupil-analysis, with its checkpoint, scored on drawn eyes."""
    words = command("edgec build --model elsewhere/pupil.py:pupil")[2:]
    return for_every_target(build, *words, "--data", "labelled")


@pytest.fixture(scope="module")
def text(build: Build) -> Path:
    """The text-region network of rapidocr-onnxruntime."""
    return for_every_target(build, *command("edgec build --model elsewhere/rapidocr")[2:])


def variants(path: Path) -> tuple[Variant, ...]:
    with Bundle.open(path) as bundle:
        return bundle.manifest.variants


def check_parity(path: Path, agreement: float) -> None:
    """fp32 answers as the source does; every precision gives its masks."""
    found = variants(path)
    assert {variant.target for variant in found} == set(TARGETS)
    for variant in found:
        assert variant.parity is not None
        assert variant.parity.mask_agreement >= agreement
        assert variant.precision != "fp32" or variant.parity.max_error <= 1e-4


def test_the_section_installs_the_extra() -> None:
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg")
    extra = config["options.extras_require"]["models"].replace(" ", "").split()
    assert set(extra) < set(command("pip install"))


def test_the_pupil_network_says_the_same_on_every_target(pupil: Path) -> None:
    check_parity(pupil, 0.999)


def test_the_pupil_network_finds_pupils_in_every_precision(pupil: Path) -> None:
    dice = {}
    for variant in variants(pupil):
        assert variant.accuracy is not None
        dice[variant.target, variant.precision] = variant.accuracy.dice
    assert dice["cpu", "fp32"] > 0.85
    assert min(dice.values()) >= dice["cpu", "fp32"] - 0.01


def test_the_text_network_says_the_same_on_every_target(text: Path) -> None:
    check_parity(text, 0.99)


def test_the_text_network_takes_any_size_where_the_engine_does(build: Build, tmp_path: Path) -> None:
    words = command("edgec build --model elsewhere/rapidocr")[2:]
    bundle, rows = build(*words, "--size", "any", "--quant", "fp32", "--out", str(tmp_path))
    reasons = {row["target"]: row["reason"] for row in rows}
    assert "--size" in str(reasons.pop("tflite"))
    assert set(reasons.values()) == {None}
    with Session.open(bundle, target="cpu") as session:
        assert session.segment(page(200, (480, 640))[..., ::-1]).any()


def test_a_device_prepares_pages_as_the_package_does(text: Path, folder: Path) -> None:
    drawn = page(200)
    model = folder / "elsewhere/rapidocr_onnxruntime/models/ch_PP-OCRv4_det_infer.onnx"
    plain = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    image = ((drawn / 255 - 0.5) / 0.5).astype(np.float32).transpose(2, 0, 1)[None]
    (wanted,) = plain.run(None, {plain.get_inputs()[0].name: image})
    with Session.open(text, target="cpu", precision="fp32") as session:
        found = session.segment(drawn[..., ::-1])
    assert 0.01 < found.mean() < 0.5
    assert (found == (wanted[0, 0] >= 0.3)).mean() > 0.9999
