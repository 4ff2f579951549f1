"""The same network gives the same answers on a Raspberry Pi as on the x86 machine that built it."""

from pathlib import Path

import numpy as np
import pytest
from tests.emulated.conftest import OnCore

from edgec_runtime.bundle import Bundle
from edgec_runtime.machine import has_any
from edgec_runtime.selftest import read_tensor

pytestmark = pytest.mark.slow

ANSWERS = Path(__file__).with_name("answers.py")
NEAR = 1e-5


@pytest.mark.parametrize("core", ["cortex-a72", "cortex-a76"])
def test_int8_is_equal_in_every_bit_and_floats_are_near(
    core: str, on: OnCore, pi_bundle: Path, tmp_path: Path
) -> None:
    on(core).run([str(ANSWERS), str(pi_bundle), str(tmp_path)])
    with Bundle.open(pi_bundle) as bundle:
        variants = bundle.manifest.variants
        built = [read_tensor(bundle, variant.golden.output) for variant in variants]
    assert len(variants) == 15
    for number, (variant, expected) in enumerate(zip(variants, built, strict=True)):
        found = np.load(tmp_path / f"{number}.npy")
        name = f"{variant.target} {variant.precision}"
        if variant.precision == "int8-static" and has_any(["avx512_vnni", "avx_vnni"]):
            # Without VNNI it is x86 that saturates.
            np.testing.assert_array_equal(found, expected, err_msg=name)
        else:
            np.testing.assert_allclose(found, expected, rtol=0, atol=NEAR, err_msg=name)
