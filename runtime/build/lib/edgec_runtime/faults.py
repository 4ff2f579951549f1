"""What an engine is known to fail at on some processors, so that it is not chosen there."""

from edgec_runtime.errors import VariantError
from edgec_runtime.format.manifest import Variant
from edgec_runtime.machine import processor_part

CORTEX_A72 = "0xd08"
_INTEGERS = ("int8-static", "mixed")


def check_known_faults(variant: Variant) -> None:
    """Raise VariantError where an engine is known not to load `variant` on this processor.

    OpenVINO 2026.4 says "object is not initialized" of quantized networks on a Cortex-A72, a Raspberry Pi
    4's, emulated and under a real kernel; on a Cortex-A76 it loads them.
    """
    if variant.engine == "openvino" and variant.precision in _INTEGERS and processor_part() == CORTEX_A72:
        raise VariantError(
            f"{variant.target} {variant.precision}: OpenVINO loads no int8 network on a Cortex-A72 "
            "(a Raspberry Pi 4): run fp32, or a target of ONNX Runtime or LiteRT"
        )
