"""The variants of a bundle, each as a device runs it."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from edgec.data import Dataset
from edgec.errors import DataError, UsageError
from edgec.evaluation.judge import judge, open_truth
from edgec.evaluation.result import OVERLAP_ALONE, Detail, EvalResult, averaged
from edgec.progress import SILENT, Progress
from edgec_runtime import Session
from edgec_runtime.bundle import Bundle
from edgec_runtime.errors import EdgecError
from edgec_runtime.format.manifest import Variant
from edgec_runtime.format.profile import in_words


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
    return tuple(evaluations(bundle, data, targets, precisions, threads, progress=progress))


def evaluations(
    bundle: Path,
    data: str,
    targets: Sequence[str] = (),
    precisions: Sequence[str] = (),
    threads: int | None = None,
    detail: Detail = OVERLAP_ALONE,
    progress: Progress = SILENT,
) -> Iterator[EvalResult]:
    """As `evaluate`, one variant after the other, so that memory holds the images of one."""
    with Bundle.open(bundle) as opened:
        variants = chosen_variants(opened, targets, precisions)
        classes = tuple(one.name for one in opened.manifest.output.classes)
    dataset = open_truth(data, classes)
    for variant in variants:
        name = (variant.target, variant.engine, variant.precision, variant.profile)
        row = EvalResult(*name, classes=dataset.class_names[1:])
        with progress.step(f"evaluate {variant.target} {in_words(variant.precision, variant.profile)}"):
            result = _evaluate_variant(bundle, row, dataset, threads, detail)
        yield result


def _evaluate_variant(
    bundle: Path, row: EvalResult, dataset: Dataset, threads: int | None, detail: Detail
) -> EvalResult:
    try:
        with Session.open(bundle, row.target, row.precision, threads, profile=row.profile) as session:
            return averaged(row, judge(session.segment, dataset, detail.measures), detail.worst)
    except DataError:
        raise
    except EdgecError as error:
        return replace(row, reason=str(error))


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
