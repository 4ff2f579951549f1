"""Judge what runs: any function from an image to a mask, on a data set with known masks."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from edgec.data import Dataset, open_dataset
from edgec.errors import DataError, UsageError
from edgec.learn.metrics import Scores, mean_scores, score
from edgec.progress import SILENT, Progress
from edgec_runtime import Session
from edgec_runtime.bundle import Bundle
from edgec_runtime.errors import EdgecError
from edgec_runtime.format.manifest import Variant
from edgec_runtime.format.profile import in_words

Image = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class EvalResult:
    """One variant's means over a data set; `reason` says why there are none."""

    target: str
    engine: str
    precision: str
    profile: str | None
    metrics: dict[str, float] | None
    reason: str | None


def score_masks(segment: Callable[[Image], Image], dataset: Dataset) -> Scores:
    """Mean scores of `segment` (uint8 image -> uint8 class mask of its size) over the images of `dataset`.

    Raises DataError where a sample has no mask.
    """
    rows = []
    for sample in dataset:
        if sample.mask is None:
            raise DataError(
                f"{dataset.name}: {sample.name} has no mask: put one into masks/ to evaluate on it"
            )
        rows.append(score(segment(sample.image), sample.mask, dataset.classes))
    return mean_scores(rows)


def evaluate(
    bundle: Path,
    data: str,
    targets: Sequence[str] = (),
    precisions: Sequence[str] = (),
    threads: int | None = None,
    progress: Progress = SILENT,
) -> tuple[EvalResult, ...]:
    """Score the variants of a bundle on a data set, all of them or those named.

    Raises BundleError, DataError, and UsageError where no variant is left.
    """
    with Bundle.open(bundle) as opened:
        variants = chosen_variants(opened, targets, precisions)
        classes = len(opened.manifest.output.classes)
    dataset = open_dataset(data, classes=classes)
    results = []
    for variant in variants:
        with progress.step(f"evaluate {variant.target} {in_words(variant.precision, variant.profile)}"):
            results.append(_evaluate_variant(bundle, variant, dataset, threads))
    return tuple(results)


def _evaluate_variant(bundle: Path, variant: Variant, dataset: Dataset, threads: int | None) -> EvalResult:
    row = (variant.target, variant.engine, variant.precision, variant.profile)
    try:
        with Session.open(
            bundle, variant.target, variant.precision, threads, profile=variant.profile
        ) as session:
            scores = score_masks(session.segment, dataset)
    except DataError:
        raise
    except EdgecError as error:
        return EvalResult(*row, None, str(error))
    return EvalResult(*row, scores.as_dict(), None)


def chosen_variants(bundle: Bundle, targets: Sequence[str], precisions: Sequence[str]) -> list[Variant]:
    """The variants of these targets and precisions; none named means all. Raises UsageError where none is."""
    held = bundle.manifest.variants
    found = [
        variant
        for variant in held
        if (not targets or variant.target in targets) and (not precisions or variant.precision in precisions)
    ]
    if not found:
        words = ", ".join(f"{v.target} {in_words(v.precision, v.profile)}" for v in held)
        raise UsageError(f"{bundle.path} has no such variant; it holds {words}")
    return found
