"""A recipe's calibration images -> the network's inputs, and the ranges measured on them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgec.data import Images
from edgec.errors import DataError
from edgec.graph import Graph
from edgec.progress import SILENT, Progress, Step
from edgec.quantize import convolution_inputs, tensors_to_observe
from edgec_calibration import Cache, Key, Method, Ranges, calibrate, samples_digest, stratified
from edgec_calibration.errors import CalibrationError
from edgec_runtime.engine import Array
from edgec_runtime.format.manifest import InputSpec
from edgec_runtime.image import network_size, prepare

JUDGES = 4  # samples to judge a quantized graph by
CACHE = Path(".cache") / "ranges"  # under the folder of the bundles


@dataclass(frozen=True)
class Samples:
    """The images chosen for calibration; going over them, as often as need be, prepares one at a time."""

    images: Images
    chosen: tuple[int, ...]
    spec: InputSpec

    def __len__(self) -> int:
        return len(self.chosen)

    def __iter__(self) -> Iterator[Array]:
        """float32 (1, C, H, W). Raises DataError or InputError for an image that the network cannot take."""
        for place in self.chosen:
            yield _prepared(self.images[place], self.spec, f"{self.images.name}: image {place}")


def choose_samples(images: Images, count: int, spec: InputSpec) -> Samples:
    """At most `count` of `images`, from dark to bright (edgec_calibration.sampling).

    Where there are more, each is read once for its mean. Raises DataError where there is none, or as reading
    them does.
    """
    number = len(images)
    if number == 0:
        raise DataError(f"the calibration images {images.name} are none: give at least one")
    # Only which is brighter counts, so all that are taken need no look.
    brightness = [float(images[place].mean()) if number > count else 0.0 for place in range(number)]
    return Samples(images, tuple(stratified(brightness, count)), spec)


@dataclass(frozen=True)
class Calibration:
    """What is known of a network's real inputs.

    `ranges` on all samples, by the digest of each form's graph; `samples`: a few to judge by. `carried`: the
    network brought them and was trained for them, so that it is quantized in the form that it has, with
    nothing corrected.
    """

    ranges: Mapping[str, Ranges]
    samples: tuple[Array, ...]
    samples_sha256: str
    carried: bool = False

    def ranges_of(self, graph: Graph) -> Ranges:
        """Raises CalibrationError for a graph that was not measured."""
        if graph.digest not in self.ranges:
            raise CalibrationError("the network was calibrated in another form: calibrate all integer_forms")
        return self.ranges[graph.digest]


def calibrated(
    forms: Sequence[Graph], samples: Samples, method: Method, cache: Path, progress: Progress = SILENT
) -> Calibration:
    """What the quantizer asks of each form of a network on `samples`. See `measure_ranges`."""
    ranges = {}
    for number, form in enumerate(forms, 1):
        name = "calibrate" if len(forms) == 1 else f"calibrate form {number} of {len(forms)}"
        with progress.step(name, total=len(samples)) as step:
            ranges[form.digest] = measure_ranges(form, samples, method, cache, step)
    digest = ranges[forms[0].digest].samples_sha256
    return Calibration(ranges, tuple(islice(samples, JUDGES)), digest)


def carried(ranges: Ranges, graph: Graph, samples: Iterable[Array] = ()) -> Calibration:
    """The ranges that a network brings, which it was trained with, in place of measured ones.

    Raises CalibrationError where they are not those of `graph`.
    """
    missing = [name for name in tensors_to_observe(graph) if name not in ranges.tensors]
    if missing:
        raise CalibrationError(
            f"the ranges that the network carries lack {missing[0]!r}: it is not the network that was tuned; "
            "tune it again with `edgec train --qat int8`"
        )
    own = {graph.digest: replace(ranges, graph_sha256=graph.digest)}
    return Calibration(own, tuple(islice(samples, JUDGES)), ranges.samples_sha256, carried=True)


def measure_ranges(graph: Graph, samples: Samples, method: Method, cache: Path, step: Step) -> Ranges:
    """The ranges of `graph` on `samples`, and the means that bias correction needs.

    Those that an earlier build left in the folder `cache` are taken from there; then the network is not run,
    and the step's note says so. Raises CalibrationError.
    """
    tensors, means = tensors_to_observe(graph), convolution_inputs(graph)
    key = Key(graph.digest, samples_digest(samples), method, tuple(tensors), tuple(means))

    def measure() -> Ranges:
        return calibrate(graph.to_bytes(), tensors, _counted(samples, step), method, means)

    ranges, found = Cache(cache).get(key, measure)
    step.note = f"{method} on {len(samples)} of {len(samples.images)} images, {samples.images.name}"
    step.note += ", from cache" if found else ""
    return ranges


def _counted(samples: Samples, step: Step) -> Iterator[Array]:
    for sample in samples:
        yield sample
        step.advance()


def _prepared(image: NDArray[Any], spec: InputSpec, where: str) -> Array:
    if image.dtype != np.float32:
        return prepare(image, spec)
    if image.ndim != 4 or image.shape[:2] != (1, spec.channels) or image.shape[2:] != _size(image, spec):
        size = "x".join(str(length or "any") for length in (spec.channels, spec.height, spec.width))
        raise DataError(
            f"{where} is float32 of shape {image.shape}; the network takes 1x{size}. Prepare it for that, or "
            "give uint8 images, which are scaled"
        )
    return image


def _size(image: Array, spec: InputSpec) -> tuple[int, int]:
    return network_size(spec, (image.shape[2], image.shape[3]))
