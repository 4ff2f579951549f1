"""The wheels hold what the tree holds, and the runtime's runs a bundle where nothing else is."""

import json
import os
import shutil
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
IMAGE = sorted((ROOT / "toolchain/edgec/assets/nuclei/val/images").glob("*.png"))[0]
DATA = {".py", ".c", ".h", ".inc", ".yaml", ".typed", ".safetensors", ".png", ".md", ".json", ".txt"}


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Both wheels, made from a copy of the sources, so that no left-over of another build comes in."""
    copy, out = tmp_path_factory.mktemp("sources") / "edgec", tmp_path_factory.mktemp("wheels")
    leave = shutil.ignore_patterns(".*", "build", "dist", "*.egg-info", "__pycache__", "artifacts", "tests")
    shutil.copytree(ROOT, copy, ignore=leave)
    for source in (copy / "runtime", copy):
        command = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--quiet", "--wheel-dir", str(out)]
        subprocess.run([*command, str(source)], check=True, capture_output=True, text=True)
    runtime = next(out.glob("edgec_runtime-*.whl"))
    return {"runtime": runtime, "edgec": next(out.glob("edgec-*.whl"))}


def in_tree(folder: Path) -> set[str]:
    files = (path for path in folder.rglob("*") if path.is_file() and path.suffix in DATA)
    return {path.relative_to(folder.parent).as_posix() for path in files if "__pycache__" not in path.parts}


def in_wheel(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return {name for name in archive.namelist() if ".dist-info/" not in name}


@pytest.mark.slow
def test_the_wheels_hold_the_tree(wheels: dict[str, Path]) -> None:
    compiled = {"edgec_runtime/kernels/libedgec_kernels.so"}  # where there is a compiler
    assert in_wheel(wheels["runtime"]) - compiled == in_tree(ROOT / "runtime/edgec_runtime")
    roots = (ROOT / "toolchain/edgec", ROOT / "targets/edgec_targets", ROOT / "calibration/edgec_calibration")
    assert in_wheel(wheels["edgec"]) == set().union(*map(in_tree, roots))


@pytest.mark.slow
def test_the_wheels_hold_the_licence(wheels: dict[str, Path]) -> None:
    for wheel in wheels.values():
        with zipfile.ZipFile(wheel) as archive:
            assert any(name.endswith("/LICENSE") for name in archive.namelist())


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("bundle")
    command = [sys.executable, "-m", "edgec", "build", "--model", "unet_light", "--target", "cpu"]
    made = subprocess.run([*command, "--out", str(out), "--json"], check=True, capture_output=True, text=True)
    return Path(json.loads(made.stdout)["bundle"])


@pytest.fixture(scope="module")
def device(wheels: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of a bare environment that has the runtime's wheel and ONNX Runtime."""
    folder = tmp_path_factory.mktemp("device")
    venv.create(folder, with_pip=True)
    python = folder / "bin/python"
    wanted = f"{wheels['runtime']}[onnxruntime]"
    subprocess.run(
        [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", wanted], check=True
    )
    return python


def on_device(python: Path, *words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    return subprocess.run([python, *words], cwd=cwd, env=environment, capture_output=True, text=True)


@pytest.mark.slow
@pytest.mark.parametrize(
    "absent", ["torch", "onnx", "click", "pydantic", "rich", "cv2", "edgec", "edgec_targets"]
)
def test_the_device_has_none_of_the_workstation(device: Path, tmp_path: Path, absent: str) -> None:
    finished = on_device(device, "-c", f"import {absent}", cwd=tmp_path)
    assert "ModuleNotFoundError" in finished.stderr


@pytest.mark.slow
def test_the_device_runs_a_bundle(device: Path, bundle: Path, tmp_path: Path) -> None:
    run = ("-m", "edgec_runtime", "run", str(bundle), "--image", str(IMAGE), "--out", "mask.png", "--json")
    finished = on_device(device, *run, cwd=tmp_path)
    assert finished.returncode == 0, finished.stderr
    document = json.loads(finished.stdout)
    assert document["target"] == "cpu"
    assert document["size"] == [256, 256]
    assert 0 < document["classes"]["foreground"] < 1
    assert (tmp_path / "mask.png").stat().st_size > 0


@pytest.mark.slow
@pytest.mark.parametrize("command", ["info", "verify", "selftest", "bench --precision int8-static"])
def test_the_device_does_the_rest(device: Path, bundle: Path, tmp_path: Path, command: str) -> None:
    finished = on_device(device, "-m", "edgec_runtime", *command.split(), str(bundle), "--json", cwd=tmp_path)
    assert finished.returncode == 0, finished.stderr
    json.loads(finished.stdout)


@pytest.mark.slow
def test_a_program_on_the_device(device: Path, bundle: Path, tmp_path: Path) -> None:
    program = f"""
import numpy as np
from edgec_runtime import Session
image = np.arange(300 * 200, dtype=np.uint8).reshape(300, 200)
with Session.open({str(bundle)!r}, target="cpu") as session:
    mask = session.segment(image)
print(mask.shape, mask.dtype, mask.max() <= 1)
"""
    finished = on_device(device, "-c", program, cwd=tmp_path)
    assert finished.stdout == "(300, 200) uint8 True\n", finished.stderr
