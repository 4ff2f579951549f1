"""An ONNX network -> the form that export gives: opset, names, free batch, size."""

import numpy as np
import numpy.typing as npt
import onnx
import onnx.version_converter
import onnx_ir as ir
import onnxruntime
from onnx_ir.passes.common import (
    LiftConstantsToInitializersPass,
    RemoveInitializersFromInputsPass,
    ShapeInferencePass,
)

from edgec.errors import ExportError
from edgec.graph import INPUT, OPSET, OUTPUT, Graph
from edgec.sizes import EXAMPLE, find_multiple
from edgec.tidy import tidy

_BATCH = "export it again with a free batch, and no shape that holds its size"


def adopt(content: bytes, channels: int, size: tuple[int, int] | None) -> tuple[Graph, int]:
    """Bring a checked ONNX network to the form of `export`: its graph, and what sizes must be multiples of.

    Opset, names, free batch and the size are set; the result is run beside the original in ONNX Runtime.
    Raises ExportError where the network cannot be so or answers differently.
    """
    original = _session(content)
    taken = original.get_inputs()[0].shape[2:]
    _check_size(taken, size)
    multiple = 1
    if size is None:
        multiple = find_multiple(
            lambda height, width: _answer(original, _noise(1, channels, height, width)).shape
        )
    model = ir.from_proto(_at_opset(onnx.load_from_string(content)))
    LiftConstantsToInitializersPass(lift_all_constants=True, size_limit=0)(model)
    RemoveInitializersFromInputsPass()(model)
    _rename_ends(model.graph)
    _set_shape(model, channels, size)
    graph = tidy(model)
    _check_same(original, graph, channels, size or EXAMPLE)
    return graph, multiple


def _check_size(taken: list[int | str | None], size: tuple[int, int] | None) -> None:
    wanted = size or (None, None)
    if all(dim == want for dim, want in zip(taken, wanted, strict=True) if isinstance(dim, int)):
        return
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
            f"the network is in opset {version} and ONNX cannot convert it to {OPSET} ({_line(error)}): "
            f"export it again with opset_version={OPSET}"
        ) from error


def _rename_ends(graph: ir.Graph) -> None:
    image, result = graph.inputs[0], graph.outputs[0]
    values = [value for node in graph for value in node.outputs] + list(graph.initializers.values())
    for value in values:
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
        raise ExportError(f"the network does not fit an image of {size}: {_line(error)}") from error


def _check_same(
    original: onnxruntime.InferenceSession, graph: Graph, channels: int, size: tuple[int, int]
) -> None:
    """The adopted graph answers two images at once as the original answers one after the other."""
    images = _noise(2, channels, *size)
    expected = np.concatenate([_answer(original, images[i : i + 1]) for i in range(2)])
    try:
        found = _answer(_session(graph.to_bytes()), images)
    except ExportError as error:
        raise ExportError(f"the network does not take a batch of two: {_BATCH} ({error})") from error
    if found.shape != expected.shape or not np.allclose(found, expected, rtol=1e-3, atol=1e-4):
        raise ExportError(
            f"the network answers two images at once otherwise than one after the other: {_BATCH}"
        )


def _answer(
    session: onnxruntime.InferenceSession, images: npt.NDArray[np.float32]
) -> npt.NDArray[np.float32]:
    try:
        output: npt.NDArray[np.float32] = session.run(None, {session.get_inputs()[0].name: images})[0]
    except Exception as error:
        raise ExportError(f"the network does not run on images of {images.shape}: {_line(error)}") from error
    if output.ndim != 4 or output.dtype != np.float32:
        raise ExportError(
            f"the network gives {output.dtype} of shape {output.shape} for {images.shape}; edgec takes a float32 map "
            "of shape (batch, channels, height, width)"
        )
    return output


def _noise(*shape: int) -> npt.NDArray[np.float32]:
    return np.random.default_rng(0).random(shape, dtype=np.float32)


def _session(content: bytes) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    try:
        return onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    except Exception as error:
        raise ExportError(f"ONNX Runtime does not load the network: {_line(error)}") from error


def _line(error: BaseException) -> str:
    return str(error).strip().partition("\n")[0][:300] or type(error).__name__
