"""The house stands as drawn: what setup.cfg lists is what the tree holds, and the runtime stays light."""

import configparser
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOTS = {"edgec": "toolchain", "edgec_targets": "targets", "edgec_calibration": "calibration"}


def configuration(folder: Path) -> configparser.ConfigParser:
    parser = configparser.ConfigParser()
    parser.read(folder / "setup.cfg")
    return parser


def packages_of(folder: Path) -> list[str]:
    """Every folder of `folder` that holds Python files, as a package's name."""
    found = {path.parent.relative_to(folder.parent) for path in folder.rglob("*.py")}
    return sorted(".".join(path.parts) for path in found)


def test_the_package_list_is_the_tree() -> None:
    listed = configuration(ROOT)["options"]["packages"].split()
    assert listed == sorted(listed)
    assert listed == sorted(
        name for package, root in ROOTS.items() for name in packages_of(ROOT / root / package)
    )


def test_each_package_has_an_init_and_each_root_its_types() -> None:
    for package, root in {**ROOTS, "edgec_runtime": "runtime"}.items():
        folder = ROOT / root / package
        assert (folder / "py.typed").exists()
        for name in packages_of(folder):
            assert (ROOT / root / Path(*name.split(".")) / "__init__.py").exists(), name


def test_the_runtime_needs_numpy_only() -> None:
    assert configuration(ROOT / "runtime")["options"]["install_requires"].split() == ["numpy"]


def test_both_distributions_have_one_version() -> None:
    runtime = configuration(ROOT / "runtime")["metadata"]["version"]
    assert configuration(ROOT)["metadata"]["version"] == runtime
    assert f"edgec-runtime == {runtime}" in configuration(ROOT)["options"]["install_requires"]


@pytest.mark.parametrize("package", ["edgec_runtime", "edgec_targets", "edgec_calibration", "edgec"])
def test_importing_a_package_loads_no_engine(package: str) -> None:
    heavy = ("torch", "onnxruntime", "openvino", "ai_edge_litert", "tflite_runtime", "cv2", "click")
    script = (
        f"import sys, {package}; sys.exit(' '.join(name for name in {heavy} if name in sys.modules) or 0)"
    )
    finished = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert finished.returncode == 0, finished.stderr
