import os
import subprocess
import sys
from importlib import metadata

import pytest

import edgec_runtime
from edgec_runtime import errors

NOT_LOADED = (
    "onnxruntime", "openvino", "ai_edge_litert", "tflite_runtime", "cv2", "PIL", "torch", "onnx", "click",
    "edgec", "edgec_targets", "edgec_calibration",
)  # fmt: skip


@pytest.mark.parametrize(
    "statement",
    [
        "import edgec_runtime",
        "from edgec_runtime import Session, Bundle",
        "import edgec_runtime.engines, edgec_runtime.engines.onnxruntime, edgec_runtime.engines.openvino",
        "import edgec_runtime.engines.tflite, edgec_runtime.engines.openvino_provider",
        "import edgec_runtime.bench, edgec_runtime.worker, edgec_runtime.selftest, edgec_runtime.commands",
        "from edgec_runtime.machine import environment; environment()",
    ],
)
def test_importing_loads_no_engine(statement: str) -> None:
    code = f"{statement}\nimport sys\nprint(*(name for name in {NOT_LOADED!r} if name in sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_importing_the_package_alone_does_not_load_numpy() -> None:
    code = "import edgec_runtime, sys; print('numpy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_the_public_names() -> None:
    assert set(dir(edgec_runtime)) == {
        "Bundle", "BundleError", "EdgecError", "EngineError", "InputError", "SelftestError", "Session",
        "UsageError", "__version__",
    }  # fmt: skip
    for name in dir(edgec_runtime):
        assert getattr(edgec_runtime, name) is not None
    assert edgec_runtime.InputError is errors.InputError
    with pytest.raises(AttributeError, match="Sesion"):
        _ = edgec_runtime.Sesion


def test_the_version_is_the_installed_one() -> None:
    assert edgec_runtime.__version__ == metadata.version("edgec-runtime")


@pytest.mark.parametrize(("given", "found"), [(None, "1"), ("0", "0")])
def test_onnxruntime_is_told_to_report_to_nobody(given: str | None, found: str) -> None:
    code = "import os, edgec_runtime; print(os.environ['ORT_DISABLE_TELEMETRY'])"
    environment = {name: value for name, value in os.environ.items() if name != "ORT_DISABLE_TELEMETRY"}
    environment |= {} if given is None else {"ORT_DISABLE_TELEMETRY": given}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment
    )
    assert done.stdout.strip() == found
