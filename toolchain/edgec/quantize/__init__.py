"""Graph + Ranges -> Graph."""

from edgec.quantize.choice import quantize_best
from edgec.quantize.plan import convolution_inputs, tensors_to_observe
from edgec.quantize.static import quantize_static
from edgec.quantize.storage import store_float16, store_int8

__all__ = [
    "convolution_inputs",
    "quantize_best",
    "quantize_static",
    "store_float16",
    "store_int8",
    "tensors_to_observe",
]
