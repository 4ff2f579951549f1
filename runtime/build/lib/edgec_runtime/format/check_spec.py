"""What a manifest must say of the network's input and output."""

from collections.abc import Mapping

from edgec_runtime.format import limits
from edgec_runtime.format.check_value import check_label, check_tensor, refuse
from edgec_runtime.format.manifest import ClassSpec, InputSpec, Manifest, OutputSpec


def check_input(spec: InputSpec) -> None:
    """Raises ManifestError naming the key."""
    check_label("input.name", spec.name)
    wanted = 1 if spec.colour == "grey" else 3
    if spec.channels != wanted:
        refuse("input.channels", spec.channels, f"{wanted}, as input.colour is {spec.colour!r}")
    for key, values in (("mean", spec.mean), ("std", spec.std)):
        if len(values) != spec.channels:
            refuse(f"input.{key}", values, f"one number for each of {spec.channels} channels")
    if not spec.scale > 0:
        refuse("input.scale", spec.scale, "a number above 0")
    if not min(spec.std) > 0:
        refuse("input.std", spec.std, "numbers above 0")
    _check_size(spec)


def _check_size(spec: InputSpec) -> None:
    if not 1 <= spec.multiple_of <= limits.TENSOR_DIMENSION:
        refuse("input.multiple_of", spec.multiple_of, f"1 to {limits.TENSOR_DIMENSION}")
    if (spec.height is None) != (spec.width is None):
        refuse("input.width", spec.width, "height and width both given or both null")
    for key, size in (("height", spec.height), ("width", spec.width)):
        if size is None:
            continue
        if not 1 <= size <= limits.TENSOR_DIMENSION or size % spec.multiple_of:
            refuse(f"input.{key}", size, f"a multiple of {spec.multiple_of}, 1 to {limits.TENSOR_DIMENSION}")


def check_output(spec: OutputSpec) -> None:
    """Raises ManifestError naming the key."""
    check_label("output.name", spec.name)
    if not 1 <= spec.channels <= limits.TENSOR_DIMENSION:
        refuse("output.channels", spec.channels, f"1 to {limits.TENSOR_DIMENSION}")
    _check_threshold(spec)
    count = spec.channels + (spec.decision == "threshold")
    if len(spec.classes) != count:
        names = [found.name for found in spec.classes]
        refuse("output.classes", names, f"{count}: {spec.channels} channels decided by {spec.decision}")
    for i, found in enumerate(spec.classes):
        _check_class(f"output.classes[{i}]", found)


def _check_threshold(spec: OutputSpec) -> None:
    if spec.decision == "argmax":
        if spec.threshold is not None:
            refuse("output.threshold", spec.threshold, "null, as output.decision is 'argmax'")
    elif spec.threshold is None or not 0 < spec.threshold < 1:
        refuse(
            "output.threshold", spec.threshold, "a number between 0 and 1, as output.decision is 'threshold'"
        )


def _check_class(where: str, found: ClassSpec) -> None:
    check_label(f"{where}.name", found.name)
    if len(found.colour) != 3 or not all(0 <= value <= 255 for value in found.colour):
        refuse(f"{where}.colour", found.colour, "three integers from 0 to 255")


def check_golden_input(manifest: Manifest, sizes: Mapping[str, int]) -> None:
    """Raises ManifestError, FileSetError or LimitError naming the key."""
    check_tensor("golden_input", manifest.golden_input, sizes)
    shape, spec = manifest.golden_input.shape, manifest.input
    if len(shape) != 4 or shape[1] != spec.channels:
        refuse("golden_input.shape", shape, f"(images, {spec.channels}, height, width)")
    for key, size, fixed in (("height", shape[2], spec.height), ("width", shape[3], spec.width)):
        if size % spec.multiple_of or fixed not in (None, size):
            refuse("golden_input.shape", shape, f"a {key} that the input takes")
