"""Source -> Graph: what every later step works on."""

import contextlib
import logging
import sys
import warnings
from collections.abc import Iterator
from dataclasses import dataclass

import onnx_ir as ir
import torch
from torch import Tensor, nn

from edgec.adopt import adopt
from edgec.errors import ExportError
from edgec.graph import INPUT, OPSET, OUTPUT, Graph
from edgec.sizes import EXAMPLE, find_multiple
from edgec.source import Source
from edgec.tidy import tidy

Size = tuple[int, int]


@dataclass(frozen=True)
class Exported:
    """`multiple_of`: what height and width must be multiples of where they are free; 1 where they are fixed."""

    graph: Graph
    multiple_of: int


def export(source: Source, size: Size | None) -> Exported:
    """The network as a Graph: input `image` (N, C, H, W) float32, output `map` (N, c, h, w) float32.

    N is free. `size` is (height, width), or None where both shall be free. The same source and size give
    the same bytes. Raises ExportError where torch or ONNX cannot express the network.
    """
    if source.onnx is not None:
        graph, multiple = adopt(source.onnx, source.channels, size)
        return Exported(graph, multiple)
    if source.module is None:
        raise ExportError(f"the source {source.name!r} holds no network")
    return _export_module(source.module, source.channels, size)


def _export_module(module: nn.Module, channels: int, size: Size | None) -> Exported:
    with _quiet():
        if size is None:
            multiple = find_multiple(lambda height, width: _shape(module, (1, channels, height, width)))
            size = EXAMPLE
            free = {
                2: multiple * torch.export.Dim("height", min=1, max=2**16),
                3: multiple * torch.export.Dim("width", min=1, max=2**16),
            }
        else:
            multiple, free = 1, {}
        example = (2, channels, *size)
        _shape(module, example)
        model = _to_onnx(module, example, {0: torch.export.Dim("batch"), **free})
    return Exported(tidy(model), multiple)


def _shape(module: nn.Module, shape: tuple[int, ...]) -> tuple[int, ...]:
    """The shape of the output for an input of zeros; raises ExportError."""
    size = "x".join(map(str, shape))
    try:
        with torch.no_grad():
            output = module(torch.zeros(shape))
    except Exception as error:
        raise ExportError(
            f"the network does not run on an image of {size} (batch, channels, height, width): {_short(error)}"
        ) from error
    if not isinstance(output, Tensor):
        raise ExportError(
            f"the network gives a {type(output).__name__}; edgec takes networks that give one tensor: "
            "wrap it in a module whose forward returns the map alone"
        )
    if output.ndim != 4 or output.dtype != torch.float32:
        raise ExportError(
            f"the network gives {output.dtype} of shape {tuple(output.shape)} for {size}; "
            "edgec takes a float32 map of shape (batch, channels, height, width)"
        )
    return tuple(output.shape)


def _to_onnx(module: nn.Module, example: tuple[int, ...], free: dict[int, object]) -> ir.Model:
    try:
        program = torch.onnx.export(
            module,
            (torch.zeros(example),),
            dynamo=True,
            opset_version=OPSET,
            input_names=[INPUT],
            output_names=[OUTPUT],
            dynamic_shapes=(free,),
            external_data=False,
            verbose=False,
        )
    except Exception as error:
        raise ExportError(
            f"torch cannot export the network: {_short(error)}. Its forward must not branch on values or "
            "fix the batch; where height and width cannot be free, build it for one size: --size HEIGHTxWIDTH"
        ) from error
    if program is None:
        raise ExportError("torch.onnx gave no program")
    return program.model


def _short(error: BaseException) -> str:
    """The first line of what went wrong first."""
    while error.__cause__ is not None:
        error = error.__cause__
    text = str(error).strip().partition("\n")[0]
    return f"{type(error).__name__}: {text[:300]}"


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep torch's chatter away; what the user's own forward prints goes to stderr."""
    disabled = logging.root.manager.disable
    logging.disable(logging.ERROR)
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(sys.stderr):
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(disabled)
