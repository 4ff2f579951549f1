"""Graph + Ranges -> Graph."""

from edgec.quantize.choice import answers, mean_squared_error, quantize_best
from edgec.quantize.form import integer_form, integer_forms
from edgec.quantize.plan import check_layers, convolution_inputs, layers, tensors_to_observe
from edgec.quantize.static import quantize_static
from edgec.quantize.storage import store_float16, store_int8

__all__ = [
    "answers",
    "check_layers",
    "convolution_inputs",
    "integer_form",
    "integer_forms",
    "layers",
    "mean_squared_error",
    "quantize_best",
    "quantize_static",
    "store_float16",
    "store_int8",
    "tensors_to_observe",
]
