"""Parity: does a step still say what the network said?"""

from collections.abc import Sequence

import numpy as np

from edgec.errors import ParityError
from edgec.source import Source
from edgec_runtime.engine import Array
from edgec_runtime.format.manifest import OutputSpec, Parity
from edgec_runtime.mask import decide, probabilities

# A float graph differs from torch by the order of its sums only; more than this is another network.
MAX_FP32_ERROR = 1e-4


def reference_outputs(source: Source, inputs: Sequence[Array]) -> list[Array]:
    """What the source itself answers: torch where it is a module, else the given ONNX in ONNX Runtime.

    Inputs and outputs are float32 NCHW with a batch of one.
    """
    if source.module is not None:
        return _torch_outputs(source, inputs)
    import onnxruntime

    session = onnxruntime.InferenceSession(source.onnx, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    return [session.run(None, {name: image})[0] for image in inputs]


def _torch_outputs(source: Source, inputs: Sequence[Array]) -> list[Array]:
    import torch

    assert source.module is not None
    module = source.module.eval()
    with torch.inference_mode():
        return [module(torch.from_numpy(image)).numpy() for image in inputs]


def parity(reference: Sequence[Array], outputs: Sequence[Array], spec: OutputSpec) -> Parity:
    """Errors in probability and agreement of masks, over all samples."""
    expected = np.concatenate([probabilities(output, spec) for output in reference])
    found = np.concatenate([probabilities(output, spec) for output in outputs])
    error = np.abs(expected - found)
    agreement = np.mean(
        [np.mean(decide(a, spec) == decide(b, spec)) for a, b in zip(expected, found, strict=True)]
    )
    return Parity(
        samples=len(reference),
        max_error=_short(float(error.max())),
        mean_error=_short(float(error.mean())),
        mask_agreement=round(float(agreement), 6),
    )


def check_fp32(found: Parity, where: str) -> None:
    """Raise ParityError when a float variant is not the same network any more."""
    if not found.max_error <= MAX_FP32_ERROR:
        raise ParityError(
            f"{where}: probabilities differ from the source's by up to {found.max_error:g} "
            f"(allowed in fp32: {MAX_FP32_ERROR:g}): a step of the build changed the network, "
            "please report it"
        )


def _short(value: float) -> float:
    return float(f"{value:.3g}")
