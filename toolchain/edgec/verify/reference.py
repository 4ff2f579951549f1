"""What the network itself says, before any step of ours."""

from collections.abc import Callable, Sequence

from edgec.output import before_activation
from edgec.source import Source
from edgec_runtime.engine import Array


def reference(source: Source) -> Callable[[Array], Array]:
    """What the source itself answers: torch where it is a module, else the given ONNX in ONNX Runtime.

    The function takes and gives float32 NCHW with a batch of one, without the activation that is left out.
    """
    run = _in_torch(source) if source.module is not None else _in_onnxruntime(source)
    return before_activation(run, source.left_out)


def _in_onnxruntime(source: Source) -> Callable[[Array], Array]:
    import onnxruntime

    session = onnxruntime.InferenceSession(source.onnx, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name

    def run(image: Array) -> Array:
        output: Array = session.run(None, {name: image})[0]
        return output

    return run


def _in_torch(source: Source) -> Callable[[Array], Array]:
    import torch

    assert source.module is not None
    module = source.module.eval()

    def run(image: Array) -> Array:
        with torch.inference_mode():
            output: Array = module(torch.from_numpy(image)).numpy()
        return output

    return run


def reference_outputs(source: Source, inputs: Sequence[Array]) -> list[Array]:
    """The answers of `reference` to several images."""
    run = reference(source)
    return [run(image) for image in inputs]
