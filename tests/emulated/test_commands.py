"""`python -m edgec_runtime` on a Raspberry Pi: verify, selftest and run."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.emulated.conftest import TARGETS, OnCore

from edgec_runtime.imagefile import read_image
from edgec_runtime.session import Session

pytestmark = pytest.mark.slow
CORES = ["cortex-a72", "cortex-a76"]
IMAGES = Path(__file__).parents[2] / "toolchain/edgec/assets/nuclei/val/images"
RUNTIME = ("-m", "edgec_runtime")


@pytest.mark.parametrize("core", CORES)
def test_every_variant_of_the_boards_is_proven(core: str, on: OnCore, pi_bundle: Path) -> None:
    assert json.loads(on(core).run([*RUNTIME, "verify", str(pi_bundle), "--json"]))["verified"]
    rows = json.loads(on(core).run([*RUNTIME, "selftest", str(pi_bundle), "--json"]))["results"]
    assert len(rows) == 5 * len(TARGETS)
    assert {row["status"] for row in rows} == {"passed"}, rows


@pytest.mark.parametrize("core", CORES)
def test_an_image_becomes_the_same_mask(core: str, on: OnCore, pi_bundle: Path, tmp_path: Path) -> None:
    image = sorted(IMAGES.glob("*.png"))[0]
    mask = tmp_path / "mask.png"
    found = on(core).run(
        [
            *RUNTIME,
            "run",
            str(pi_bundle),
            "--image",
            str(image),
            "--out",
            str(mask),
            "--target",
            "tflite",
            "--json",
        ]
    )
    document = json.loads(found)
    with Session.open(pi_bundle, document["target"], document["precision"]) as session:
        expected = session.segment(read_image(image))
    assert np.mean(np.asarray(Image.open(mask)) == expected) > 0.999
