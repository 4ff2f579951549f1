"""`edgec gate --metric instructions`: exact on any machine."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.tiny import TINY
from tests.toolchain.cli.conftest import Run

from edgec.pipeline import build
from edgec.recipe import Recipe

pytestmark = pytest.mark.slow
TARGET = "raspberry-pi-4"
COUNTED = ("--metric", "instructions", "--max-slowdown", "0.5%", "--target", TARGET, "--precision", "fp32")


def bundle(factory: str, folder: Path) -> Path:
    recipe = Recipe(
        model=f"{TINY}:{factory}", size=(32, 48), targets=(TARGET,), precisions=("fp32",), name="counted"
    )
    return build(recipe, folder, slower="unmeasured").bundle


@pytest.fixture(scope="module")
def bundles(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return {name: bundle(name, tmp_path_factory.mktemp(name)) for name in ("binary", "one_more_conv")}


@pytest.mark.parametrize(
    ("candidate", "answer", "code"), [("binary", "pass", 0), ("one_more_conv", "fail", 1)]
)
def test_one_more_convolution_is_caught(
    edgec: Run, bundles: dict[str, Path], emulator_cache: Path, candidate: str, answer: str, code: int
) -> None:
    found = edgec(
        "gate",
        str(bundles[candidate]),
        "--baseline",
        str(bundles["binary"]),
        *COUNTED,
        "--max-size",
        "none",
        "--json",
        EDGEC_CACHE=str(emulator_cache),
    )
    assert found.returncode == code, found.stderr
    verdicts: list[dict[str, Any]] = json.loads(found.stdout)["verdicts"]
    (counted,) = [verdict for verdict in verdicts if verdict["check"] == "instructions"]
    assert counted["answer"] == answer
    assert counted["baseline"] > 1e5
