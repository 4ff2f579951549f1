"""`edgec bench --profile`."""

from edgec.roofline import Best, Peaks

PEAKS = Peaks(1, {"int8": Best(500.0, "openvino", "w"), "float32": Best(125.0, "tflite", "w")}, 20.0)
