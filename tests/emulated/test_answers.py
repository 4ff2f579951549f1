"""The same network gives the same answers on a Raspberry Pi as where it was built."""

from pathlib import Path

import numpy as np
import pytest
from tests.emulated import answers
from tests.emulated.conftest import OnCore

from edgec_runtime.machine import has_any

pytestmark = pytest.mark.slow

NEAR = 1e-5
INTEGERS = ("int8-static",)


@pytest.mark.parametrize("core", ["cortex-a72", "cortex-a76"])
def test_int8_is_equal_in_every_bit_and_floats_are_near(
    core: str, on: OnCore, pi_bundle: Path, tmp_path: Path
) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    there.mkdir()
    answers.write_answers(pi_bundle, here)
    on(core).run([str(Path(answers.__file__)), str(pi_bundle), str(there)])
    names = sorted(path.name for path in here.iterdir())
    assert len(names) == 15
    for name in names:
        expected, found = np.load(here / name), np.load(there / name)
        precision = name.split(".")[1]
        if precision == "fp32":
            np.testing.assert_allclose(found, expected, rtol=0, atol=NEAR, err_msg=name)
        elif precision in INTEGERS and has_any(["avx512_vnni", "avx_vnni"]):
            # Without VNNI it is x86 that saturates.
            np.testing.assert_array_equal(found, expected, err_msg=name)
        print(name, float(np.abs(found - expected).max()))
