"""Which wheels go to a device, and the one that is made here."""

import asyncio
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

import edgec_runtime
from edgec.devices.platform import Platform, runnable
from edgec.devices.repack import runtime_wheel
from edgec.devices.wheels import fetch_wheels, requirements, wheels_folder
from edgec.errors import DeviceError
from edgec_runtime.bundle import Bundle

WHO = {
    "python": "3.11.2",
    "implementation": "cpython",
    "machine": "aarch64",
    "bits": 64,
    "libc": ["glibc", "2.36"],
}


def test_the_platform_of_a_pi() -> None:
    platform = Platform.of(WHO, "pi@host")
    assert platform == Platform("aarch64", (3, 11), (2, 36))
    options = platform.pip_options()
    assert options[0] == "--platform=manylinux_2_36_aarch64"
    assert {"--platform=manylinux_2_17_aarch64", "--abi=cp311", "--abi=abi3", "--python-version=3.11"} < {
        *options
    }
    assert "--platform=manylinux_2_37_aarch64" not in options


@pytest.mark.parametrize(
    ("difference", "said"),
    [
        ({"libc": ["", ""]}, "another C library than glibc"),
        ({"implementation": "pypy"}, "pypy"),
        ({"bits": 32}, "32-bit"),
        ({"machine": "armv7l", "bits": 32}, "32-bit"),
    ],
)
def test_a_system_without_wheels_is_refused(difference: dict[str, object], said: str) -> None:
    with pytest.raises(DeviceError, match="pi@host") as caught:
        Platform.of(WHO | difference, "pi@host")
    assert said in str(caught.value)


def test_the_engines_of_the_variants(tiny_bundle: Path) -> None:
    with Bundle.open(tiny_bundle) as bundle:
        variants = bundle.manifest.variants
        able = runnable(bundle, variants, Platform.of(WHO, "pi@host"), "pi@host")
    assert able == list(variants)
    proven = dict(word.split("==") for word in requirements(variants, proven=True))
    assert set(proven) == {variant_package(variant.engine) for variant in variants}
    assert requirements(variants[:1], proven=False) == [f"onnxruntime>={variants[0].min_engine_version}"]


def variant_package(engine: str) -> str:
    return {"tflite": "ai-edge-litert"}.get(engine, engine)


@pytest.mark.slow
def test_wheels_of_another_processor_are_fetched_once(
    tiny_bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Bundle.open(tiny_bundle) as bundle:
        variants = [variant for variant in bundle.manifest.variants if variant.engine == "onnxruntime"]
    platform = Platform.of(WHO, "pi@host")
    found = asyncio.run(fetch_wheels(variants, platform))
    names = {file.name.split("-")[0] for file in found}
    assert {"onnxruntime", "numpy", "pip"} <= names
    assert all("aarch64" in file.name or "none-any" in file.name for file in found)
    monkeypatch.setattr(sys, "executable", "/no/python")  # nothing is asked a second time
    assert asyncio.run(fetch_wheels(variants, platform)) == found


def test_wheels_that_are_nowhere(tiny_bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    with Bundle.open(tiny_bundle) as bundle:
        variants = bundle.manifest.variants[:1]
    with pytest.raises(
        DeviceError, match=r"pip finds no wheels of onnxruntime>=.* for aarch64, Python 3\.11"
    ):
        asyncio.run(fetch_wheels(variants, Platform.of(WHO, "pi@host")))
    assert list(wheels_folder().iterdir()) == []


def test_the_runtime_is_packed_as_it_is_imported(tmp_path: Path) -> None:
    (tmp_path / "again").mkdir()
    wheel, again = runtime_wheel(tmp_path), runtime_wheel(tmp_path / "again")
    assert wheel.read_bytes() == again.read_bytes()
    package = Path(edgec_runtime.__file__).parent
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
        assert archive.read("edgec_runtime/worker.py") == (package / "worker.py").read_bytes()
    assert names == {
        path.relative_to(package.parent).as_posix()
        for path in package.rglob("*")
        if path.suffix in {".py", ".typed"}
    }


@pytest.mark.slow
def test_pip_takes_the_wheel(tmp_path: Path) -> None:
    venv.create(tmp_path / "bare", with_pip=True)
    python = tmp_path / "bare/bin/python"
    install = [python, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", runtime_wheel(tmp_path)]
    subprocess.run(install, check=True, env={}, cwd=tmp_path)
    said = subprocess.run(
        [python, "-m", "edgec_runtime", "--version"],
        check=True,
        env={},
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert said.stdout == f"edgec-runtime {edgec_runtime.__version__}\n"
    files = subprocess.run(
        [python, "-m", "pip", "show", "-f", "edgec-runtime"], env={}, capture_output=True, text=True
    )
    assert "edgec_runtime/worker.py" in files.stdout
