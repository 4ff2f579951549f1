"""The golden test: does this device answer as the bundle says that its network answers?"""

from dataclasses import dataclass

import numpy as np

from edgec_runtime.bundle import Bundle
from edgec_runtime.choose import choose
from edgec_runtime.engine import Array
from edgec_runtime.errors import SelftestError
from edgec_runtime.format.manifest import Golden, TensorFile, Variant
from edgec_runtime.format.profile import in_words
from edgec_runtime.mask import decide, probabilities
from edgec_runtime.session import Session


@dataclass(frozen=True, slots=True)
class SelftestResult:
    """How near the device comes: share of equal mask pixels, mean absolute difference of the outputs."""

    target: str
    precision: str
    agreement: float
    mean_error: float


def selftest(bundle: Bundle, variant: Variant, threads: int | None = None) -> SelftestResult:
    """Run the golden input through `variant` and compare with its golden output.

    The engine computes in the file's own types (no bf16 of its own choice), as it did when the golden output
    was made. Raises SelftestError where the answer is further off than the manifest allows; and as
    `Session.open`.
    """
    manifest = bundle.manifest
    choice = choose(bundle, variant.target, variant.precision, variant.profile)
    given = read_tensor(bundle, manifest.golden_input)
    expected = read_tensor(bundle, variant.golden.output)
    with Session.load(bundle, choice, threads, exact=True) as session:
        found = session.run({manifest.input.name: given})[manifest.output.name]
    if found.shape != expected.shape:
        raise SelftestError(
            f"{_name(bundle, variant)}: the output has the shape {found.shape}, "
            f"the golden one {expected.shape}"
        )
    masks = [decide_all(bundle, output) for output in (found, expected)]
    result = SelftestResult(
        variant.target,
        variant.precision,
        float(np.mean(masks[0] == masks[1])),
        float(np.mean(np.abs(found - expected))),
    )
    _judge(result, variant.golden, _name(bundle, variant))
    return result


def read_tensor(bundle: Bundle, tensor: TensorFile) -> Array:
    """A tensor of the bundle, float32."""
    return np.frombuffer(bundle.read(tensor.path), "<f4").reshape(tensor.shape).astype(np.float32)


def decide_all(bundle: Bundle, output: Array) -> np.ndarray:
    """(N, C, H, W) -> the masks of all images, (N, H, W)."""
    spec = bundle.manifest.output
    return np.stack([decide(found, spec) for found in probabilities(output, spec)])


def _judge(result: SelftestResult, golden: Golden, name: str) -> None:
    # Written so that a NaN fails.
    if result.agreement >= golden.min_agreement and result.mean_error <= golden.max_mean_error:
        return
    raise SelftestError(
        f"{name} does not answer here as it did when it was built: masks agree on {result.agreement:.4%} "
        f"of the pixels (at least {golden.min_agreement:.4%} needed), outputs differ by "
        f"{result.mean_error:.3g} on average (at most {golden.max_mean_error:.3g} allowed): "
        "try another version of the engine, or build the bundle on this kind of machine"
    )


def _name(bundle: Bundle, variant: Variant) -> str:
    words = in_words(variant.precision, variant.profile)
    return f"{bundle.manifest.name}-{bundle.manifest.version} {variant.target} {words}"
