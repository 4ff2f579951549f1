"""The ways to quantize that `quantization.py` compares."""

from dataclasses import dataclass

from edgec_calibration import Method
from edgec_targets.target import Int8

U8 = Int8(activation="uint8", reduce_range=True)
U8_FULL = Int8(activation="uint8")
U8_TENSOR = Int8(activation="uint8", per_channel=False, reduce_range=True)
S8 = Int8(activation="int8")


@dataclass(frozen=True)
class Setting:
    """How ranges are taken, on how many images, the integers, and whether biases are corrected."""

    int8: Int8
    method: Method = "min-max"
    images: int = 24
    corrected: bool = False


SETTINGS = {
    "u8 reduced, min-max, 24 images": Setting(U8),
    "u8 reduced, moving-average, 24 images": Setting(U8, "moving-average"),
    "u8 reduced, percentile, 24 images": Setting(U8, "percentile"),
    "u8 reduced, entropy, 24 images": Setting(U8, "entropy"),
    "u8 reduced, mse, 24 images": Setting(U8, "mse"),
    "u8 reduced, min-max, 8 images": Setting(U8, images=8),
    "u8 reduced, min-max, 1 image": Setting(U8, images=1),
    "u8 reduced, biases corrected": Setting(U8, corrected=True),
    "u8 reduced, one scale a weight": Setting(U8_TENSOR),
    "u8 reduced, one scale a weight, biases corrected": Setting(U8_TENSOR, corrected=True),
    "u8 full range": Setting(U8_FULL),
    "u8 full range, biases corrected": Setting(U8_FULL, corrected=True),
    "s8 full range": Setting(S8),
    "s8 full range, biases corrected": Setting(S8, corrected=True),
}
BEST = {"onnxruntime": U8, "openvino": U8, "tflite": S8}
