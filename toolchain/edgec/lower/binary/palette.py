"""Weights of few values as bits: which value of a table each weight is (palettization).

They are unpacked by standard operators of constants alone, which ONNX Runtime folds when it loads the
network: the file is small, and what is computed are the same floats.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from edgec.lower.binary.writer import Writer
from edgec_runtime.kernels.reference import WORD, Words, pack

MOST_BITS = 3
"""Of a weight: BLU-Net's residual levels, of which each is one."""
OPERATORS = 1024
"""Bytes, roughly, of the operators that unpack a tensor: a smaller one is not worth them."""


@dataclass(frozen=True)
class Palette:
    """`planes` (bits, words): bit b of all weights. `table` (1 or OC, 2**bits), of all filters or of each."""

    planes: Words
    table: npt.NDArray[np.float32]
    shape: tuple[int, ...]

    @property
    def nbytes(self) -> int:
        """In a file."""
        return self.planes.nbytes + self.table.nbytes + OPERATORS


def palette(weights: npt.NDArray[Any]) -> Palette | None:
    """Of filters, float32 (OC, C, k, k), that have 2 to 8 values, together or each; else None.

    None as well where it would be no smaller, and of any other tensor.
    """
    if weights.ndim != 4 or weights.dtype != np.float32:
        return None
    found = _palette(weights, 1) or _palette(weights, len(weights))
    return None if found is None or found.nbytes >= weights.nbytes else found


def _palette(weights: npt.NDArray[np.float32], count: int) -> Palette | None:
    """With a table of `count` rows."""
    each = [np.unique(row, return_inverse=True) for row in weights.reshape(count, -1)]
    bits = max((len(values) - 1).bit_length() for values, _ in each)
    if not 1 <= bits <= MOST_BITS:
        return None
    table = np.stack([np.pad(values, (0, 2**bits - len(values)), "edge") for values, _ in each])
    codes = np.concatenate([codes.ravel() for _, codes in each])
    return Palette(pack(codes >> np.arange(bits)[:, None] & 1 == 1), table, weights.shape)


def write_palette(writer: Writer, name: str, of: Palette) -> str:
    """Nodes that make `name`, float32 of the weights' shape."""

    def integers(key: str, *values: int) -> str:
        return writer.constant(f"palette.{key}", np.array(values, np.int64))

    bits, rows = len(of.planes), len(of.table)
    mask = writer.constant("palette.mask", (1 << np.arange(WORD, dtype=np.uint32)).view(np.int32))
    zero = writer.constant("palette.zero", np.array(0, np.int32))
    worth = writer.constant(f"palette.worth{bits}", (1 << np.arange(bits, dtype=np.int32))[:, None, None])
    planes = writer.constant(f"{name}.planes", of.planes)
    words = writer.standard("Unsqueeze", f"{name}.words", planes, integers("last", -1))
    masked = writer.standard("BitwiseAnd", f"{name}.masked", words, mask)
    clear = writer.standard("Equal", f"{name}.clear", masked, zero)
    worths = writer.standard("Where", f"{name}.worths", clear, zero, worth)
    flat = writer.standard("Reshape", f"{name}.flat", worths, integers(f"flat{bits}", bits, -1))
    codes = writer.standard("ReduceSum", f"{name}.codes", flat, integers("first", 0), keepdims=0)
    ends = integers("first", 0), writer.constant(f"{name}.count", np.array([np.prod(of.shape)], np.int64))
    own = writer.standard("Slice", f"{name}.own", codes, *ends)
    table = writer.constant(f"{name}.table", of.table)
    by_row = writer.standard("Reshape", f"{name}.rows", own, integers(f"rows{rows}", rows, -1))
    values = writer.standard("GatherElements", f"{name}.values", table, by_row, axis=1)
    shape = writer.constant(f"{name}.shape", np.array(of.shape, np.int64))
    return writer.standard("Reshape", name, values, shape)
