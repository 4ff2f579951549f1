"""One variant: quantize, lower, run and prove the network for one (target, precision)."""

from collections.abc import Collection
from dataclasses import dataclass

from torch import nn

from edgec.calibration import Calibration
from edgec.data import Dataset
from edgec.errors import QuantizationError, UnsupportedOperatorError, UsageError
from edgec.evaluation import score_masks
from edgec.graph import Graph
from edgec.lower import Lowered, lower, operators
from edgec.lower.binary import lower_signs
from edgec.lower.litert import lower_module
from edgec.lower.openvino_signs import lower_signs_for_openvino
from edgec.package import BuiltVariant
from edgec.quantize import integer_form, quantize_best, quantize_static, store_float16, store_int8
from edgec.recipe import Io
from edgec.runner import Runner
from edgec.verify import check_fp32, compare, graph_limits, parity
from edgec_runtime.engine import Array
from edgec_runtime.engines import load_engine
from edgec_runtime.format.manifest import Accuracy, InputSpec, OutputSpec, Precision
from edgec_runtime.guard import check_models
from edgec_runtime.image import prepare
from edgec_runtime.machine import has_any
from edgec_runtime.mask import to_mask
from edgec_targets import Target


@dataclass(frozen=True)
class Job:
    """What all variants of a build share.

    `module` is the source's, None where it is an ONNX file. `inputs` are prepared images, float32 NCHW with
    a batch of one, and `reference` what the source answers to them. `calibration` is None where no precision
    needs it, `evaluation` where there is no truth. `io` concerns the variants that can take int8,
    `float_layers` those of the precision mixed.
    """

    module: nn.Module | None
    graph: Graph
    input: InputSpec
    output: OutputSpec
    calibration: Calibration | None
    inputs: tuple[Array, ...]
    reference: tuple[Array, ...]
    evaluation: Dataset | None
    io: Io
    float_layers: tuple[str, ...]


def build_variant(job: Job, target: Target, precision: Precision, profile: str | None) -> BuiltVariant:
    """Make and prove the files of one variant; `profile`: of the target, where it computes in integers.

    Raises UsageError where the target cannot do the precision or this processor lacks the profile's
    instructions, EngineError where its engine is not here to prove it, UnsupportedOperatorError, ModelError,
    QuantizationError or ParityError.
    """
    if precision not in target.precisions:
        why = target.cannot.get(precision, "it is not among its precisions")
        raise UsageError(f"{target.name} cannot run {precision}: {why}")
    if profile is not None:
        _check_instructions(target, profile)
    lowered = _lowered(job, target, precision, profile)
    check_models(lowered.files)  # what the device would refuse is not built
    with Runner(lowered, target.engine) as runner:
        outputs = [runner.run(image) for image in job.inputs]
        accuracy = _accuracy(job, runner) if job.evaluation is not None else None
    found = compare(job.reference, outputs, job.output)
    proven = parity(found)
    if precision == "fp32":
        check_fp32(proven, f"{target.name} {precision}", job.graph.leaps)
    return BuiltVariant(
        target=target,
        precision=precision,
        profile=profile,
        lowered=lowered,
        engine_version=str(load_engine(target.engine).version()),
        operators=operators(lowered, target.engine),
        golden_output=outputs[0],
        parity=proven,
        broken=tuple(graph_limits(precision).broken(found)),
        accuracy=accuracy,
    )


def _check_instructions(target: Target, profile: str) -> None:
    needed = target.profiles[profile].instructions
    if not has_any(needed):
        raise UsageError(
            f"the profile {profile} can be proven only on a processor with {' or '.join(needed)}: build it "
            "on one"
        )


def _lowered(job: Job, target: Target, precision: Precision, profile: str | None) -> Lowered:
    if (target.engine, precision) == ("openvino", "binary"):
        return lower_signs_for_openvino(job.graph)
    graph = in_precision(job.graph, job.calibration, target, precision, profile, job.float_layers)
    try:
        return lower(graph, target.engine, job.io if takes_int8(target, precision) else "float")
    except UnsupportedOperatorError as error:
        if job.module is None or (target.engine, precision) != ("tflite", "fp32"):
            raise
        return lower_module(job.module, job.inputs[0], str(error))


def takes_int8(target: Target, precision: Precision) -> bool:
    """Whether the variant's network can take and give int8."""
    return target.engine == "tflite" and precision in ("int8-static", "mixed")


def in_precision(
    graph: Graph,
    calibration: Calibration | None,
    target: Target,
    precision: Precision,
    profile: str | None,
    float_layers: Collection[str] = (),
) -> Graph:
    """The graph that is lowered for one (target, precision, profile).

    `calibration` is needed by the precisions that are PROFILED; `float_layers` stay in float where the
    precision is mixed. Raises QuantizationError, and UsageError for a layer that the network does not have.
    """
    if precision == "fp32":
        return graph
    if precision == "fp16":
        return store_float16(graph)
    if precision == "int8-dynamic":
        return store_int8(graph)
    if precision == "binary":  # OpenVINO's signs are no operators of a graph
        return graph if target.engine == "openvino" else lower_signs(graph)
    if calibration is None or profile not in target.profiles:
        raise QuantizationError(f"{target.name} {precision}: its integer types are not in the target's file")
    kept, chosen = float_layers if precision == "mixed" else (), target.profiles[profile]
    if calibration.carried:
        return quantize_static(graph, calibration.ranges_of(graph), chosen.int8, float_layers=kept)
    form = integer_form(graph, chosen)
    return quantize_best(form, calibration.ranges_of(form), chosen.int8, calibration.samples, kept)


def _accuracy(job: Job, runner: Runner) -> Accuracy:
    assert job.evaluation is not None
    scores = score_masks(
        lambda image: to_mask(
            runner.run(prepare(image, job.input)), job.output, (image.shape[0], image.shape[1])
        ),
        job.evaluation,
    )
    return Accuracy(
        data=job.evaluation.name,
        samples=len(job.evaluation),
        dice=round(scores.dice, 4),
        iou=round(scores.iou, 4),
        pixel_accuracy=round(scores.pixel_accuracy, 4),
        precision=round(scores.precision, 4),
        recall=round(scores.recall, 4),
    )
