"""Source -> Graph: what every later step works on."""

import contextlib
import copy
import logging
import sys
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
import onnx_ir as ir
import torch
from torch import Tensor, nn

from edgec.errors import ExportError
from edgec.export.adopt import adopt
from edgec.export.probe import (
    EXAMPLE,
    FIX_THE_SIZE,
    Images,
    Run,
    check_map,
    check_same,
    find_multiple,
    first_line,
    noise,
    run_onnx,
)
from edgec.export.scopes import module_names
from edgec.graph import INPUT, OPSET, OUTPUT, Graph
from edgec.source import Source
from edgec.tidy import tidy

_BATCH = {0: torch.export.Dim("batch")}


@dataclass(frozen=True)
class Exported:
    """`multiple_of`: what height and width must be multiples of where they are free, else 1.

    `modules`: node of the graph -> path of the module that runs it, "" for the network itself; empty where
    the source is an ONNX file.
    """

    graph: Graph
    multiple_of: int
    modules: Mapping[str, str] = field(default_factory=dict)


def export(source: Source, size: tuple[int, int] | None) -> Exported:
    """The network as a Graph: input `image` (N, C, H, W) float32, output `map` (N, c, h, w) float32.

    N is free. `size` is (height, width), or None where both shall be free. The same source and size give
    the same bytes. The graph was run beside the source in ONNX Runtime. Raises ExportError where torch or
    ONNX cannot express the network.
    """
    if source.onnx is not None:
        return Exported(*adopt(source.onnx, source.channels, size))
    if source.module is None:
        raise ExportError(f"the source {source.name!r} holds no network")
    with _quiet():
        return _export_module(source.module, source.channels, size)


def _export_module(module: nn.Module, channels: int, size: tuple[int, int] | None) -> Exported:
    run = _run(module)
    run(noise(1, channels, *(size or EXAMPLE)))  # its own error, before torch.export wraps it
    if size is None:
        exported = _of_free_size(module, run, channels)
    else:
        exported = _exported(module, (2, channels, *size), _BATCH)
    check_same(run, exported.graph, channels, size or EXAMPLE, _wider(module, run))
    return exported


def _wider(module: nn.Module, plain: Run) -> Run:
    """The network in float64; as it is where it has constants of its own that stay in float32."""

    def run(images: Images) -> Images:
        try:
            with torch.inference_mode():
                found: Tensor = copy.deepcopy(module).double()(torch.from_numpy(images).double())
        except Exception:
            return np.concatenate([plain(image[np.newaxis]) for image in images])
        return check_map(found.float().numpy(), images)

    return run


def _of_free_size(module: nn.Module, run: Run, channels: int) -> Exported:
    multiple = find_multiple(run, channels)
    exported = _with_multiples(module, channels, multiple)
    # A network that asks whether sizes differ is exported as it runs on the example, and fails on others.
    taken = find_multiple(run_onnx(exported.graph.to_bytes()), channels)
    return exported if taken <= multiple else _with_multiples(module, channels, taken)


def _with_multiples(module: nn.Module, channels: int, multiple: int) -> Exported:
    # With height = 16 * h, torch sees that the skips of a U-Net need no crop and leaves it out.
    free = {axis: multiple * torch.export.Dim(name) for axis, name in ((2, "height"), (3, "width"))}
    return _exported(module, (2, channels, *EXAMPLE), _BATCH | free, multiple)


def _exported(
    module: nn.Module, example: tuple[int, ...], free: dict[int, torch.export.Dim], multiple: int = 1
) -> Exported:
    model = _to_onnx(module, example, free)
    modules = module_names(model)  # which tidying forgets
    return Exported(tidy(model), multiple, modules)


def _run(module: nn.Module) -> Run:
    def run(images: Images) -> Images:
        try:
            with torch.inference_mode():
                output = module(torch.from_numpy(images))
        except Exception as error:
            raise ExportError(
                f"the network does not run on images of {images.shape}: {_short(error)}"
            ) from error
        if not isinstance(output, Tensor):
            raise ExportError(
                f"the network gives a {type(output).__name__}; edgec takes networks that give one tensor: "
                "wrap it in a module whose forward returns the map alone"
            )
        return check_map(output.numpy(), images)

    return run


def _to_onnx(module: nn.Module, example: tuple[int, ...], free: dict[int, torch.export.Dim]) -> ir.Model:
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
            f"torch cannot export the network: {_short(error)}. Its forward must not branch on values or fix "
            f"the batch's size. Where only height and width cannot be free: {FIX_THE_SIZE}"
        ) from error
    if program is None:
        raise ExportError("torch.onnx gave no program")
    return program.model


def _short(error: BaseException) -> str:
    """What went wrong first, in a line."""
    while error.__cause__ is not None:
        error = error.__cause__
    return f"{type(error).__name__}: {first_line(error)}"


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
