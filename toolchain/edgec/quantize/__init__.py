"""Graph + Ranges -> Graph."""

from edgec.quantize.plan import tensors_to_observe
from edgec.quantize.static import quantize_static

__all__ = ["quantize_static", "tensors_to_observe"]
