"""verify(): a bundle -> its parity ladder."""

from collections.abc import Sequence
from pathlib import Path

from edgec.calibration import CACHE, Calibration, calibrated, carried, choose_samples
from edgec.data import Dataset, is_shipped, open_dataset, open_images
from edgec.errors import UsageError
from edgec.evaluation import chosen_variants
from edgec.ladder.climb import Climber, Ladder
from edgec.ladder.origin import Origin, calibration_data, find_origin
from edgec.ladder.plan import plan
from edgec.progress import SILENT, Progress
from edgec.quantize import integer_forms
from edgec_runtime.bundle import Bundle
from edgec_runtime.engine import Array
from edgec_runtime.format.manifest import Manifest, Variant
from edgec_runtime.image import prepare
from edgec_runtime.selftest import read_tensor
from edgec_targets import load_target
from edgec_targets.target import PROFILED

SAMPLES = 8


def verify(
    bundle: Path,
    *,
    model: str | None = None,
    checkpoint: Path | None = None,
    calibration: str | None = None,
    data: str | None = None,
    targets: Sequence[str] = (),
    precisions: Sequence[str] = (),
    samples: int = SAMPLES,
    bisect: bool = False,
    progress: Progress = SILENT,
) -> Ladder:
    """Run the same real samples through the source, each graph on the way and each variant, and judge.

    `model` and `checkpoint` name the source again where edgec does not bring it, `calibration` the images of
    the build. `data`: a data set or folder: its first `samples` images are compared, and where it has masks
    all of it is scored. Without it, the data set that the build scored on, where it is shipped; else the
    bundle's golden input alone.

    Raises BundleError, UsageError, CheckpointError, ModelSourceError, DataError, CalibrationError.
    """
    if samples < 1:
        raise UsageError(f"samples is {samples}: give 1 or more")
    with Bundle.open(bundle) as opened:
        variants = chosen_variants(opened, targets, precisions)
        manifest = opened.manifest
        dataset = _dataset(manifest, data)
        origin = find_origin(opened, model, checkpoint, progress)
        found = _calibration(opened, variants, origin, calibration, progress)
        images = _images(opened, dataset, samples)
        scored = dataset if dataset is not None and dataset.has_masks else None
        steps = plan(opened, variants, origin, found)
        climber = Climber(steps, images, scored, manifest.input, manifest.output, bisect, progress)
        named = "the golden input" if dataset is None else f"{len(images)} of {dataset.name}"
        return Ladder(climber.climb(), origin.notes, named, scored.name if scored is not None else None)


def _dataset(manifest: Manifest, data: str | None) -> Dataset | None:
    if data is None:
        scored = [variant.accuracy.data for variant in manifest.variants if variant.accuracy]
        data = next((name for name in scored if is_shipped(name)), None)
    return None if data is None else open_dataset(data, classes=len(manifest.output.classes))


def _images(bundle: Bundle, dataset: Dataset | None, samples: int) -> list[Array]:
    if dataset is None:
        return [read_tensor(bundle, bundle.manifest.golden_input)]
    return [prepare(sample.image, bundle.manifest.input) for sample in dataset[:samples]]


def _calibration(
    bundle: Bundle,
    variants: Sequence[Variant],
    origin: Origin,
    images: str | None,
    progress: Progress,
) -> Calibration | None:
    """Calibrate as the build did; None where no variant needs it, or the images or the graph are missing."""
    recipe = origin.recipe
    if origin.graph is None or recipe is None:
        return None
    if not any(variant.precision in PROFILED for variant in variants):
        return None
    if origin.source is not None and origin.source.tuned is not None:
        return carried(origin.source.tuned.ranges, origin.graph)
    data = calibration_data(recipe, images)
    if data is None:
        return None
    samples = choose_samples(open_images(data), recipe.calibration_samples, bundle.manifest.input)
    cache = bundle.path.resolve().parent / CACHE
    targets = [(load_target(variant.target), variant.profile) for variant in variants]
    profiles = [target.profiles[profile] for target, profile in targets if profile in target.profiles]
    forms = integer_forms(origin.graph, profiles)
    return calibrated(forms, samples, recipe.calibration_method, cache, progress)
