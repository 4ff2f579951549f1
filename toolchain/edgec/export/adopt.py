"""An ONNX network -> the form that export gives: opset, names, free batch, size."""

import onnx
import onnx.version_converter
import onnx_ir as ir
from onnx_ir.passes.common import (
    LiftConstantsToInitializersPass,
    RemoveInitializersFromInputsPass,
    ShapeInferencePass,
)

from edgec.errors import ExportError
from edgec.export.probe import EXAMPLE, check_same, find_multiple, first_line, run_onnx
from edgec.graph import INPUT, OPSET, OUTPUT, Graph
from edgec.tidy import tidy


def adopt(content: bytes, channels: int, size: tuple[int, int] | None) -> tuple[Graph, int]:
    """The graph of a checked ONNX network, and what height and width must be multiples of.

    `content` is a ModelProto as `read_onnx` gives it, `size` (height, width) or None for free. Raises
    ExportError where the network cannot be so or would answer differently.
    """
    original, proto = run_onnx(content), onnx.load_model_from_string(content)
    model = ir.from_proto(_at_opset(proto))
    LiftConstantsToInitializersPass(lift_all_constants=True, size_limit=0)(model)
    RemoveInitializersFromInputsPass()(model)
    _check_size(model.graph.inputs[0], size)
    multiple = find_multiple(original, channels) if size is None else 1
    _rename_ends(model.graph)
    _set_shape(model, channels, size)
    graph = tidy(model)
    check_same(original, graph, channels, size or EXAMPLE)
    return graph, multiple


def _check_size(image: ir.Value, size: tuple[int, int] | None) -> None:
    taken = list(image.shape or [])[2:]
    wanted = size or (None, None)
    if any(isinstance(dim, int) and dim != want for dim, want in zip(taken, wanted, strict=True)):
        words = "x".join(str(dim) for dim in taken)
        raise ExportError(
            f"the network takes images of {words} (height x width) only: build it with --size {words}, "
            "or export it again with free height and width"
        )


def _at_opset(proto: onnx.ModelProto) -> onnx.ModelProto:
    version = next((entry.version for entry in proto.opset_import if entry.domain in ("", "ai.onnx")), None)
    if version == OPSET:
        return proto
    try:
        return onnx.version_converter.convert_version(proto, OPSET)
    except Exception as error:
        raise ExportError(
            f"the network is in opset {version} and ONNX cannot convert it to {OPSET} ({first_line(error)}): "
            f"export it again with opset_version={OPSET}"
        ) from error


def _rename_ends(graph: ir.Graph) -> None:
    image, result = graph.inputs[0], graph.outputs[0]
    for value in (*graph.initializers.values(), *(value for node in graph for value in node.outputs)):
        if value.name in (INPUT, OUTPUT):
            value.name = f"{value.name}_inner"
    image.name, result.name = INPUT, OUTPUT


def _set_shape(model: ir.Model, channels: int, size: tuple[int, int] | None) -> None:
    """Set the input's shape, and forget all others: they are inferred anew from it."""
    model.graph.inputs[0].shape = ir.Shape(["batch", channels, *(size or ("height", "width"))])
    for node in model.graph:
        for value in node.outputs:
            value.shape = None
    try:
        ShapeInferencePass()(model)
    except Exception as error:
        raise ExportError(f"the network does not fit images of {size}: {first_line(error)}") from error
