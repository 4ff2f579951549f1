"""What the operators of `com.edgec` compute, in numpy: each kernel is equal to it in every bit.

Bits stand for +1 (set) and -1, or, with several residual levels, for sums of levels (docs/binary.md).
Tensors: packed (N, H, W, L, ceil(C / 32)) int32 words, the channel 32 w + b in bit b of word w, unused bits
0; int8 streams (N, H, W, C); float32 (N, C, H, W).
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Words = npt.NDArray[np.int32]
Integers = npt.NDArray[np.int32]
Stream = npt.NDArray[np.int8]
Floats = npt.NDArray[np.float32]
Bits = npt.NDArray[np.bool_]

WORD = 32
LEVELS = {1: 1, 3: 2, 7: 3}  # thresholds of a channel -> levels that they tell apart


@dataclass(frozen=True)
class Affine:
    """What becomes of a dot product: `scale`, `bias`, the `slope` of negative values, `shift`; each (OC,)."""

    scale: Floats
    bias: Floats
    slope: Floats
    shift: Floats


def pack(bits: Bits) -> Words:
    """(..., C) -> (..., ceil(C / 32)); the channel 32 w + b is bit b of word w."""
    missing = -bits.shape[-1] % WORD
    padded = np.pad(bits, [(0, 0)] * (bits.ndim - 1) + [(0, missing)])
    octets = np.packbits(padded, axis=-1, bitorder="little")
    return np.ascontiguousarray(octets).view("<i4")


def unpack(words: Words, channels: int) -> Bits:
    """(..., ceil(C / 32)) -> (..., C)."""
    octets = np.ascontiguousarray(words, "<i4").view(np.uint8)
    return np.unpackbits(octets, axis=-1, bitorder="little")[..., :channels].astype(bool)


def pack_codes(codes: Integers, levels: int) -> Words:
    """Codes (N, H, W, C) of 0 to 2**L - 1 -> packed: level 0 is a code's highest bit."""
    planes = [pack((codes >> (levels - 1 - level)) & 1 != 0) for level in range(levels)]
    return np.stack(planes, axis=3)


def bit_pack(x: Floats, thresholds: Floats) -> Words:
    """float32 (N, C, H, W) -> packed: a code is how many of its channel's (T, C) `thresholds` x reaches."""
    return _coded(x.transpose(0, 2, 3, 1), thresholds)


def bit_pack_int8(x: Stream, thresholds: Integers) -> Words:
    """int8 (N, H, W, C) -> packed, by int32 (T, C) `thresholds`."""
    return _coded(x.astype(np.int32), thresholds)


def bit_unpack(x: Words, channels: int, levels: tuple[int, ...]) -> Floats:
    """Packed -> float32 (N, C, H, W): the sum over the levels, plus where the bit is set, minus where not."""
    return _values(x, channels, levels).transpose(0, 3, 1, 2).astype(np.float32)


def bit_max_pool(x: Words) -> Words:
    """2x2, stride 2, an odd last row or column left out: the largest code of the four."""
    height, width = x.shape[1] // 2, x.shape[2] // 2
    four = [x[:, i : 2 * height : 2, j : 2 * width : 2] for i in (0, 1) for j in (0, 1)]
    alive = [np.full_like(one[:, :, :, 0], -1) for one in four]
    planes = []
    for level in range(x.shape[3]):
        most = np.bitwise_or.reduce([a & one[:, :, :, level] for a, one in zip(alive, four, strict=True)])
        alive = [a & ~(one[:, :, :, level] ^ most) for a, one in zip(alive, four, strict=True)]
        planes.append(most)
    return np.stack(planes, axis=3)


def bit_upsample(x: Words) -> Words:
    """Twice the height and the width, nearest neighbour."""
    return x.repeat(2, axis=1).repeat(2, axis=2)


def joined(x: Words, up: Words) -> Words:
    """x with `up`, half as high and wide and then doubled, as its last channels; of x a multiple of 32."""
    return np.concatenate([x, bit_upsample(up)], axis=4)


def dots(x: Words, w: Words, channels: int, x_levels: tuple[int, ...], w_levels: tuple[int, ...]) -> Integers:
    """The dot products (N, H, W, OC) of packed x with w, (OC, k, k, M, ceil(C / 32)), k 1 or 3.

    Beyond the border x is 0, neither +1 nor -1.
    """
    return _convolved(_values(x, channels, x_levels), _values(w, channels, w_levels))


def byte_dots(x: Stream, w: Stream, zero: int) -> Integers:
    """The dot products (N, H, W, OC) of x - `zero`, int8 (N, H, W, C), with int8 w (OC, k, k, C), k 1 or 3.

    Beyond the border x - `zero` is 0.
    """
    return _convolved(x.astype(np.int64) - zero, w.astype(np.int64))


def binary_conv(dot: Integers, thresholds: Integers) -> Words:
    """Dot products -> packed, by int32 (T, OC) `thresholds`."""
    return _coded(dot, thresholds)


def binary_conv_float(dot: Integers, affine: Affine) -> Floats:
    """Dot products -> float32 (N, OC, H, W)."""
    return np.ascontiguousarray(_affine(dot, affine, None).transpose(0, 3, 1, 2))


def binary_conv_int8(dot: Integers, affine: Affine, thresholds: Integers) -> tuple[Stream, Words]:
    """Dot products -> the stream, rounded half to even, and its bits by int32 (T, OC) `thresholds`."""
    return _stream(_affine(dot, affine, None), thresholds)


def binary_conv_add(
    dot: Integers, affine: Affine, thresholds: Integers, shortcut: Stream, shortcut_scale: Floats
) -> tuple[Stream, Words]:
    """As `binary_conv_int8`; a stream, times `shortcut_scale` (OC,), is added before the slope."""
    return _stream(_affine(dot, affine, shortcut.astype(np.float32) * shortcut_scale), thresholds)


def stream_conv_float(x: Stream, w: Stream, scale: Floats, bias: Floats) -> Floats:
    """int8 (N, H, W, C), by 1x1 weights int8 (OC, C) -> float32 (N, OC, H, W); no steps fused."""
    dot = (x.astype(np.int64) @ w.astype(np.int64).T).astype(np.float32)
    return np.ascontiguousarray((dot * scale + bias).transpose(0, 3, 1, 2))


def _coded(x: npt.NDArray[np.generic], thresholds: npt.NDArray[np.generic]) -> Words:
    codes: Integers = np.sum([x >= row for row in thresholds], axis=0, dtype=np.int32)
    return pack_codes(codes, LEVELS[len(thresholds)])


def _convolved(values: npt.NDArray[np.int64], kernel: npt.NDArray[np.int64]) -> Integers:
    """(N, H, W, C) with (OC, k, k, C) -> (N, H, W, OC), zeros around."""
    reach, (count, height, width, _) = kernel.shape[1] // 2, values.shape
    padded = np.pad(values, [(0, 0), (reach, reach), (reach, reach), (0, 0)])
    total = np.zeros((count, height, width, kernel.shape[0]), np.int64)
    for i in range(kernel.shape[1]):
        for j in range(kernel.shape[2]):
            total += padded[:, i : i + height, j : j + width] @ kernel[:, i, j].T
    return total.astype(np.int32)


def _values(words: Words, channels: int, levels: tuple[int, ...]) -> npt.NDArray[np.int64]:
    """(..., L, words) -> (..., C)."""
    signs = np.where(unpack(words, channels), 1, -1)
    values: npt.NDArray[np.int64] = np.einsum("...lc,l->...c", signs, np.array(levels))
    return values


def _affine(dot: Integers, affine: Affine, added: Floats | None) -> Floats:
    """Each step rounded to float32, none fused with the next."""
    value = dot.astype(np.float32) * affine.scale + affine.bias
    if added is not None:
        value = value + added
    return np.where(value < 0, value * affine.slope, value) + affine.shift


def _stream(value: Floats, thresholds: Integers) -> tuple[Stream, Words]:
    stream = np.rint(np.clip(value, -128, 127)).astype(np.int8)
    return stream, bit_pack_int8(stream, thresholds)
