"""The operators of com.edgec as ONNX functions, so that a network runs where no kernel is.

Equal to edgec_runtime/kernels/reference.py in every bit: dot products are sums of integers below 2**24, which
float32 adds exactly in any order, and each later step is one operator, rounded by itself.
"""

from collections.abc import Iterable
from functools import cache

import onnx
from onnx import FunctionProto, ModelProto

from edgec.graph import OPSET
from edgec.lower.binary.nodes import UP
from edgec_runtime.kernels import DOMAIN, DOMAIN_VERSION

_BITS = ",".join(str(1 << bit) for bit in range(31)) + f",{-(1 << 31)}"

# Numbers that the parts below share; unused ones are folded away when the network is loaded.
_CONSTANTS = f"""
  bits64 = Constant <value_ints: ints = [{_BITS}]> ()
  bits = Cast <to = 6> (bits64)
  last = Constant <value_ints: ints = [-1]> ()
  at0 = Constant <value_ints: ints = [0]> ()
  at1 = Constant <value_ints: ints = [1]> ()
  at2 = Constant <value_ints: ints = [2]> ()
  at3 = Constant <value_ints: ints = [3]> ()
  at4 = Constant <value_ints: ints = [4]> ()
  zero64 = Constant <value_int = 0> ()
  zero = Cast <to = 6> (zero64)
  one64 = Constant <value_int = 1> ()
  one = Cast <to = 6> (one64)
  word = Constant <value_ints: ints = [32]> ()
  flat = Constant <value_ints: ints = [0, 0, 0, 0, -1]> ()
  values64 = Constant <value_ints: ints = [4, 2, 1]> ()
  values = Cast <to = 6> (values64)
  plus = Constant <value_float = 1.0> ()
  minus = Constant <value_float = -1.0> ()
  nothing = Constant <value_float = 0.0> ()
"""


def _signs(packed: str, levels: str, out: str) -> str:
    """(N, H, W, L, words) int32 -> (N, C, H, W) float32 sums of +-levels; `channels` of the function's C."""
    return f"""
  {out}_u = Unsqueeze ({packed}, last)
  {out}_a = BitwiseAnd ({out}_u, bits)
  {out}_z = Equal ({out}_a, zero)
  {out}_s = Where ({out}_z, minus, plus)
  {out}_f = Reshape ({out}_s, flat)
  {out}_c0 = Constant <value_int: int = @channels> ()
  {out}_c = Unsqueeze ({out}_c0, at0)
  {out}_t = Slice ({out}_f, at0, {out}_c, at4)
  {out}_l0 = Constant <value_ints: ints = @{levels}> ()
  {out}_l1 = Cast <to = 1> ({out}_l0)
  {out}_l = Unsqueeze ({out}_l1, at1)
  {out}_m = Mul ({out}_t, {out}_l)
  {out}_r = ReduceSum <keepdims = 0> ({out}_m, at3)
  {out} = Transpose <perm = [0, 3, 1, 2]> ({out}_r)
"""


def _packed(code: str, levels: str, out: str) -> str:
    """Codes (N, H, W, 1, C) int32, C a multiple of 32, and their number of levels (1,) -> packed."""
    return f"""
  {out}_first = Sub (at3, {levels})
  {out}_v0 = Slice (values, {out}_first, at3, at0)
  {out}_v = Unsqueeze ({out}_v0, at1)
  {out}_d = Div ({code}, {out}_v)
  {out}_b = BitwiseAnd ({out}_d, one)
  {out}_n = Shape <start = 0, end = 4> ({out}_b)
  {out}_shape = Concat <axis = 0> ({out}_n, last, word)
  {out}_w = Reshape ({out}_b, {out}_shape)
  {out}_m = Mul ({out}_w, bits)
  {out} = ReduceSum <keepdims = 0> ({out}_m, last)
"""


def _coded(value: str, thresholds: str, out: str) -> str:
    """(N, H, W, C) of the type of `thresholds` (T, C) -> packed: how many thresholds each value reaches."""
    return f"""
  {out}_u = Unsqueeze ({value}, at3)
  {out}_g = GreaterOrEqual ({out}_u, {thresholds})
  {out}_i = Cast <to = 6> ({out}_g)
  {out}_k = ReduceSum <keepdims = 1> ({out}_i, at3)
  {out}_ch = Shape <start = 1, end = 2> ({thresholds})
  {out}_neg = Neg ({out}_ch)
  {out}_more = Mod ({out}_neg, word)
  {out}_pads = Concat <axis = 0> (at0, {out}_more)
  {out}_e = Pad ({out}_k, {out}_pads, zero, at4)
  {out}_th = Shape <start = 0, end = 1> ({thresholds})
  {out}_map = Constant <value_ints: ints = [0, 1, 0, 2, 0, 0, 0, 3]> ()
  {out}_lv = Gather ({out}_map, {out}_th)
""" + _packed(f"{out}_e", f"{out}_lv", out)


def _doubled(x: str, out: str) -> str:
    """Packed, twice as high and wide."""
    return f"""
  {out}_twice = Constant <value_ints: ints = [1, 2, 2, 1, 1]> ()
  {out}_shape = Shape ({x})
  {out}_larger = Mul ({out}_shape, {out}_twice)
  {out}_rows = Unsqueeze ({x}, at2)
  {out}_rows2 = Concat <axis = 2> ({out}_rows, {out}_rows)
  {out}_columns = Unsqueeze ({out}_rows2, at4)
  {out}_columns2 = Concat <axis = 4> ({out}_columns, {out}_columns)
  {out} = Reshape ({out}_columns2, {out}_larger)
"""


_JOIN = _doubled("up", "doubled") + "  joined = Concat <axis = 4> (x, doubled)\n"


def _dot(x: str) -> str:
    return f"""
{_signs(x, "x_levels", "xv")}
{_signs("w", "w_levels", "wv")}
  product = Conv <auto_pad = "SAME_UPPER"> (xv, wv)
  whole = Cast <to = 6> (product)
  dot = Transpose <perm = [0, 2, 3, 1]> (whole)
"""


_BYTE_DOT = """
  zero_int = Constant <value_int: int = @zero> ()
  zero_float = Cast <to = 1> (zero_int)
  xf = Cast <to = 1> (x)
  moved = Sub (xf, zero_float)
  planes_in = Transpose <perm = [0, 3, 1, 2]> (moved)
  wf = Cast <to = 1> (w)
  kernels = Transpose <perm = [0, 3, 1, 2]> (wf)
  product = Conv <auto_pad = "SAME_UPPER"> (planes_in, kernels)
  whole = Cast <to = 6> (product)
  dot = Transpose <perm = [0, 2, 3, 1]> (whole)
"""


def _affine(added: str = "") -> str:
    """dot -> value (N, H, W, OC) float32; `added`: a value that is added before the slope."""
    plus_shortcut = f"sum = Add (biased, {added})" if added else "sum = Identity (biased)"
    return f"""
  dotf = Cast <to = 1> (dot)
  scaled = Mul (dotf, scale)
  biased = Add (scaled, bias)
  {plus_shortcut}
  below = Less (sum, nothing)
  sloped = Mul (sum, slope)
  bent = Where (below, sloped, sum)
  value = Add (bent, shift)
"""


_STREAM = f"""
  low = Constant <value_float = -128.0> ()
  high = Constant <value_float = 127.0> ()
  clipped = Clip (value, low, high)
  rounded = Round (clipped)
  y = Cast <to = 3> (rounded)
  level = Cast <to = 6> (y)
{_coded("level", "thresholds", "bitsout")}
"""

_SHORTCUT = """
  shortcutf = Cast <to = 1> (shortcut)
  added = Mul (shortcutf, shortcut_scale)
"""

_MAX_POOL = f"""
  u = Unsqueeze (x, last)
  a = BitwiseAnd (u, bits)
  z = Equal (a, zero)
  s = Where (z, zero, one)
  f = Reshape (s, flat)
  levels = Shape <start = 3, end = 4> (x)
  first = Sub (at3, levels)
  v0 = Slice (values, first, at3, at0)
  v = Unsqueeze (v0, at1)
  m = Mul (f, v)
  code = ReduceSum <keepdims = 0> (m, at3)
  codef = Cast <to = 1> (code)
  planes = Transpose <perm = [0, 3, 1, 2]> (codef)
  pooled = MaxPool <kernel_shape = [2, 2], strides = [2, 2]> (planes)
  back = Transpose <perm = [0, 2, 3, 1]> (pooled)
  most = Cast <to = 6> (back)
  mosts = Unsqueeze (most, at3)
{_packed("mosts", "levels", "y")}
"""

_LAST = """
  columns = Transpose <perm = [1, 0]> (w)
  product = MatMulInteger (x, columns)
  dotf = Cast <to = 1> (product)
  scaled = Mul (dotf, scale)
  value = Add (scaled, bias)
  y = Transpose <perm = [0, 3, 1, 2]> (value)
"""

_LEVELS = "channels, x_levels, w_levels"
_AFFINE = "x, w, scale, bias, slope, shift"
# Name -> (inputs, outputs, what becomes of the dot product)
_CONVS = {
    "BinaryConv": ("x, w, thresholds", "y", _coded("dot", "thresholds", "y")),
    "BinaryConvFloat": (_AFFINE, "y", _affine() + "  y = Transpose <perm = [0, 3, 1, 2]> (value)\n"),
    "BinaryConvInt8": (f"{_AFFINE}, thresholds", "y, bitsout", _affine() + _STREAM),
    "BinaryConvAdd": (
        f"{_AFFINE}, thresholds, shortcut, shortcut_scale",
        "y, bitsout",
        _SHORTCUT + _affine("added") + _STREAM,
    ),
}
# Name -> (attributes, inputs, outputs, body)
_FUNCTIONS = {
    "BitPack": (
        "",
        "x, thresholds",
        "y",
        "  rows = Transpose <perm = [0, 2, 3, 1]> (x)\n" + _coded("rows", "thresholds", "y"),
    ),
    "BitPackInt8": (
        "",
        "x, thresholds",
        "y",
        "  wide = Cast <to = 6> (x)\n" + _coded("wide", "thresholds", "y"),
    ),
    "BitUnpack": ("channels, levels", "x", "y", _signs("x", "levels", "y")),
    "BitMaxPool": ("", "x", "y", _MAX_POOL),
    "BitUpsample": ("", "x", "y", _doubled("x", "y")),
    **{
        name: (_LEVELS, inputs, outputs, _dot("x") + body) for name, (inputs, outputs, body) in _CONVS.items()
    },
    **{
        f"{name}{UP}": (f"{_LEVELS}, up_channels", f"{inputs}, up", outputs, _JOIN + _dot("joined") + body)
        for name, (inputs, outputs, body) in _CONVS.items()
    },
    "StreamConvFloat": ("", "x, w, scale, bias", "y", _LAST),
    "Int8Conv": ("zero", f"{_AFFINE}, thresholds", "y, bitsout", _BYTE_DOT + _affine() + _STREAM),
}


@cache
def function(name: str, opset: int = OPSET) -> FunctionProto:
    """The body of one operator, in operators of `opset` (18 or newer)."""
    attributes, inputs, outputs, body = _FUNCTIONS[name]
    given = f" <{attributes}>" if attributes else ""
    text = (
        f'<opset_import: ["" : {opset}], domain: "{DOMAIN}">\n{name}{given} ({inputs}) => ({outputs})\n{{'
        f"{_CONSTANTS}{body}}}"
    )
    parsed = onnx.parser.parse_function(text)
    return _without_unused(parsed)


def add_functions(model: ModelProto) -> None:
    """Add the bodies of those of our operators that the network's nodes are, and import their domain."""
    used: Iterable[str] = dict.fromkeys(node.op_type for node in model.graph.node if node.domain == DOMAIN)
    opset = next(entry.version for entry in model.opset_import if entry.domain in ("", "ai.onnx"))
    model.functions.extend(function(name, opset) for name in used)
    if used and not any(entry.domain == DOMAIN for entry in model.opset_import):
        model.opset_import.append(onnx.helper.make_opsetid(DOMAIN, DOMAIN_VERSION))


def _without_unused(found: FunctionProto) -> FunctionProto:
    """Without the nodes that nothing reads."""
    needed, kept = set(found.output), []
    for node in reversed(found.node):
        if needed.intersection(node.output):
            needed.update(node.input)
            kept.append(node)
    del found.node[:]
    found.node.extend(reversed(kept))
    return found
