"""lower_signs(): a float network of signs -> the same one in operators of com.edgec."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import onnx_ir as ir

from edgec.graph import Graph
from edgec.lower.binary import nodes
from edgec.lower.binary.convolutions import (
    ByteConvolution,
    Convolution,
    binary_convolutions,
    convolution,
    image_convolution,
    no_signs,
    stream_convolution,
)
from edgec.lower.binary.moves import (
    before_move,
    is_doubling,
    is_pooling,
    origins,
    slice_of,
    with_doubled_map,
)
from edgec.lower.binary.nodes import Kernel, Made
from edgec.lower.binary.palette import palette, write_palette
from edgec.lower.binary.steps import Step, integer_step, moved_values, unit_of
from edgec.lower.binary.values import Signs, channels, stream
from edgec.lower.binary.writer import Writer
from edgec.passes.arrays import Array
from edgec_runtime.kernels.reference import Affine, Integers

Reals = npt.NDArray[np.float64]
IMAGE_ZERO = -128
"""Of an image whose bytes are from 0 to 255, as int8."""


def lower_signs(graph: Graph) -> Graph:
    """The network with its binary convolutions in com.edgec, the bodies of those operators beside them.

    Convolutions of signs take bits; what they make is bits and, where the network rounds it to a
    `values.Stream`, int8. Max pooling, doubling, slices and concatenations move bits. All else stays as it
    is, in float32, but for filters of at most 8 values, such as sums of up to three signs with a scale each:
    of those the file holds bits, see `palette`. What comes out is equal in every bit where the network's own
    sums are exact.

    Raises QuantizationError where no convolution is binary and no filters are of few values, or where maps
    meet in a concatenation whose channels are no multiples of 32.
    """
    lowering = _Lowering(list(binary_convolutions(graph).values()))
    lowering.real(graph.output)
    if not lowering.has_bits:
        raise no_signs()
    return Graph(ir.from_proto(lowering.writer.into(graph.to_proto())))


class _Lowering:
    """Writes a value in the forms it is asked for, each once, after all that it is made of."""

    def __init__(self, taken: list[Convolution]) -> None:
        self.writer = Writer()
        self.has_bits = bool(taken)
        self._made: dict[tuple[object, ...], str] = {}
        # The signs of a stream that its own operator gives are those that are wanted first.
        self._first: dict[ir.Value, Signs] = {}
        for found in taken:
            for each in origins(found.signs):
                self._first.setdefault(each.source, each)

    def real(self, value: ir.Value) -> str:
        """The name of it in float32, NCHW."""
        name = str(value.name)
        if (value, "real") not in self._made:
            self._made[value, "real"] = name
            self._write_real(value, name)
        return name

    def _write_real(self, value: ir.Value, name: str) -> None:
        node = value.producer()
        if value.const_value is not None:
            self._write_constant(name, value.const_value.numpy())
        elif node is None:
            return  # the image
        elif (found := stream(value)) is not None:
            planes = self.writer.standard("Transpose", f"{name}.planes", self._int8(value), perm=[0, 3, 1, 2])
            unit = self.writer.constant(f"{name}.unit", np.array(found.unit, np.float32))
            self.writer.standard("DequantizeLinear", name, planes, unit)
        elif (binary := convolution(value)) is not None:
            none = np.zeros_like(binary.bias)
            affine = _affine(Step(binary, None, none, none + 1, none, 1.0))
            self._convolve(binary, lambda bits, kernel: nodes.binary_conv_float(name, bits, kernel, affine))
        elif (last := stream_convolution(value)) is not None:
            weights = last.weights[:, :, 0, 0]
            source = self._int8(last.source)
            self.writer.made(nodes.stream_conv_float(name, source, weights, last.scale, last.bias))
        else:
            copy = ir.to_proto(node)
            copy.input[:] = ["" if taken is None else self.real(taken) for taken in node.inputs]
            self.writer.node(copy)

    def _write_constant(self, name: str, data: Array) -> None:
        few = palette(data)
        if few is None:
            self.writer.constant(name, data)
        else:
            self.has_bits = True
            write_palette(self.writer, name, few)

    def _int8(self, value: ir.Value) -> str:
        """The name of a stream in int8, NHWC."""
        if (value, "int8") not in self._made:
            self._made[value, "int8"] = self._write_int8(value, f"{value.name}.int8")
        return self._made[value, "int8"]

    def _write_int8(self, value: ir.Value, name: str) -> str:
        node, found = value.producer(), stream(value)
        if found is None:
            assert node is not None
            return self._moved_int8(node, name)
        whole = integer_step(value)
        if whole is not None:
            return self._write_step(value, name, whole, found.unit)
        first = image_convolution(found.multiple)
        if first is not None:
            image = self._rounded(first.source, f"{name}.image", IMAGE_ZERO)
            affine = Affine(*(values.astype(np.float32) for values in _plain(first)))
            limits = self._limits(value, found.unit, len(first.scale))
            return self.writer.made(nodes.int8_conv(name, image, first.weights, IMAGE_ZERO, affine, limits))
        return self._rounded(found.multiple, name, 0)

    def _rounded(self, value: ir.Value, name: str, zero: int) -> str:
        """Whole numbers nearest to it, plus `zero`, in int8, NHWC."""
        one = self.writer.constant(f"{name}.one", np.array(1, np.float32))
        moved = self.writer.constant(f"{name}.zero", np.array(zero, np.int8))
        planes = self.writer.standard("QuantizeLinear", f"{name}.planes", self.real(value), one, moved)
        return self.writer.standard("Transpose", name, planes, perm=[0, 2, 3, 1])

    def _limits(self, value: ir.Value, unit: float, count: int) -> Integers:
        """The thresholds by which the operator of a stream gives signs, too."""
        wanted = self._first.get(value)
        return np.zeros((1, count), np.int32) if wanted is None else _in_units(wanted, unit)

    def _moved_int8(self, node: ir.Node, name: str) -> str:
        part = slice_of(node)
        sources = [self._int8(taken) for taken in moved_values(node)]
        if part is not None:
            return self.writer.slice(name, sources[0], part)
        return self.writer.standard("Concat", name, *sources, axis=3)

    def _write_step(self, value: ir.Value, name: str, whole: Step, unit: float) -> str:
        binary, affine = whole.convolution, _affine(whole)
        limits = self._limits(value, unit, len(binary.scale))
        if whole.shortcut is None:
            return self._convolve(
                binary, lambda bits, kernel: nodes.binary_conv_int8(name, bits, kernel, affine, limits)
            )
        shortcut, its_unit = self._int8(whole.shortcut), unit_of(whole.shortcut)
        assert its_unit is not None
        times = np.full(len(binary.scale), its_unit * whole.factor)
        return self._convolve(
            binary,
            lambda bits, kernel: nodes.binary_conv_add(name, bits, kernel, affine, limits, shortcut, times),
        )

    def _convolve(self, binary: Convolution, made: Callable[[str, Kernel], Made]) -> str:
        """The node that `made` makes; what is doubled and joined just for it, it doubles itself."""
        kernel = Kernel(binary.weights, x_levels=binary.signs.levels)
        both = with_doubled_map(binary.signs)
        if both is None:
            return self.writer.made(made(self._bits(binary.signs), kernel))
        skip, smaller = (self._bits(each) for each in both)
        return self.writer.made(nodes.with_doubled(made(skip, kernel), smaller, channels(both[1].source)))

    def _bits(self, found: Signs) -> str:
        """The name of packed signs."""
        key = (found.source, found.thresholds.tobytes())
        if key not in self._made:
            count = sum(source is found.source for source, *_ in self._made)
            self._made[key] = self._write_bits(found, f"{found.source.name}.signs{count}")
        return self._made[key]

    def _write_bits(self, found: Signs, name: str) -> str:
        value, earlier, own = found.source, before_move(found), stream(found.source)
        if earlier is not None:
            return self._moved_bits(value, [self._bits(each) for each in earlier], name)
        if own is None:
            return self.writer.made(nodes.bit_pack(name, self.real(value), found.thresholds))
        levels = self._int8(value)
        own_bits = integer_step(value) is not None or image_convolution(own.multiple) is not None
        if own_bits and np.array_equal(found.thresholds, self._first[value].thresholds):
            return f"{levels}.bits"
        return self.writer.made(nodes.bit_pack_int8(name, levels, _in_units(found, own.unit)))

    def _moved_bits(self, value: ir.Value, sources: list[str], name: str) -> str:
        node = value.producer()
        assert node is not None
        part = slice_of(node)
        if part is not None:
            return self.writer.slice(name, sources[0], part)
        if is_pooling(node):
            return self.writer.made(nodes.bit_max_pool(name, sources[0]))
        if is_doubling(node):
            return self.writer.made(nodes.bit_upsample(name, sources[0]))
        return self.writer.standard("Concat", name, *sources, axis=4)


def _plain(first: ByteConvolution) -> tuple[Reals, Reals, Reals, Reals]:
    """Scale, bias, slope and shift, where nothing bends or moves it further."""
    return first.scale, first.bias, np.ones_like(first.bias), np.zeros_like(first.bias)


def _affine(whole: Step) -> Affine:
    """What becomes of the dot product."""
    binary = whole.convolution
    scale, bias, after = binary.scale, binary.bias + whole.before, whole.after
    each = (scale * whole.factor, bias * whole.factor, whole.slope, after * whole.factor)
    return Affine(*(values.astype(np.float32) for values in each))


def _in_units(found: Signs, unit: float) -> Integers:
    """The least of a stream's integers that reach each threshold; 128, which none is, where none does."""
    least = np.ceil(found.thresholds.astype(np.float64) / unit)
    return np.clip(least, -128, 128).astype(np.int32)
