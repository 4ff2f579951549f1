"""OpenVINO inside ONNX Runtime, for environments where `onnxruntime-openvino` is what is installed.

It reads the ONNX file of the bundle's onnxruntime variant, not OpenVINO's own IR. It always computes in
float32: the provider does not tell what it chose, and we report nothing that we cannot read back.
"""

import json
from collections.abc import Mapping

from edgec_runtime.engine import Engine, LoadOptions
from edgec_runtime.engines.onnxruntime import OnnxSession, import_onnxruntime, session_options
from edgec_runtime.engines.packages import installed_version, only_file
from edgec_runtime.errors import EngineMissingError

PROVIDER = "OpenVINOExecutionProvider"


def version() -> str | None:
    """The installed version, or None."""
    return installed_version("onnxruntime-openvino")


def load(files: Mapping[str, bytes], options: LoadOptions) -> Engine:
    """Load one `.onnx` file. Raises EngineMissingError or EngineError."""
    ort = import_onnxruntime()
    if PROVIDER not in ort.get_available_providers():
        raise EngineMissingError(
            "onnxruntime has no OpenVINO here (a later install replaced onnxruntime-openvino): "
            "pip install 'edgec-runtime[openvino]'"
        )
    chosen = session_options(ort, options)
    # Every node in OpenVINO or an error: a network that ran elsewhere would be reported as OpenVINO's.
    chosen.add_session_config_entry("session.disable_cpu_ep_fallback", "1")
    config = {
        "INFERENCE_NUM_THREADS": str(options.threads),
        "NUM_STREAMS": "1",
        "PERFORMANCE_HINT": "LATENCY",
        "INFERENCE_PRECISION_HINT": "f32",
    }
    provider = (PROVIDER, {"device_type": "CPU", "load_config": json.dumps({"CPU": config})})
    return OnnxSession(ort, only_file(files, ".onnx", "openvino"), chosen, [provider])
