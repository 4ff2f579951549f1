"""Graph + Ranges -> Graph."""

from edgec.quantize.plan import tensors_to_observe
from edgec.quantize.static import quantize_static
from edgec.quantize.storage import store_float16, store_int8

__all__ = ["quantize_static", "store_float16", "store_int8", "tensors_to_observe"]
