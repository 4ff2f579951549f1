"""EvalResult: what an evaluation came to, of one variant or one checkpoint."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from edgec.evaluation.judge import Judged
from edgec.learn.metrics import OVERLAP, DetailedScores, Measures, mean_in_detail


@dataclass(frozen=True)
class Detail:
    """How closely is looked: what is measured, and how many of the worst images are kept."""

    measures: Measures = OVERLAP
    worst: int = 0


OVERLAP_ALONE = Detail()


@dataclass(frozen=True)
class ImageResult:
    """The scores of one image."""

    name: str
    scores: DetailedScores


@dataclass(frozen=True)
class EvalResult:
    """One variant's means over a data set, or a checkpoint's; `reason` says why there are none.

    `metrics`: averaged over the classes. `classes`: the names of the foreground's, in whose order `scores`
    holds the same class by class. `images`: each by itself, in the data set's order. `worst`: those with the
    lowest Dice, the lowest first.
    """

    target: str
    engine: str
    precision: str
    profile: str | None
    metrics: dict[str, float] | None = None
    reason: str | None = None
    classes: tuple[str, ...] = ()
    scores: DetailedScores | None = None
    images: tuple[ImageResult, ...] = ()
    worst: tuple[Judged, ...] = field(default=(), repr=False)


def averaged(row: EvalResult, images: Iterable[Judged], worst: int) -> EvalResult:
    """`row` with the scores of `images`, and the pixels of the `worst` of them.

    Raises DataError where there is no image, and whatever judging them raises.
    """
    kept: list[Judged] = []
    each: list[ImageResult] = []
    for image in images:
        each.append(ImageResult(image.name, image.scores))
        kept = sorted([*kept, image], key=_dice)[:worst]
    scores = mean_in_detail(one.scores for one in each)
    return replace(row, metrics=scores.as_dict(), scores=scores, images=tuple(each), worst=tuple(kept))


def _dice(judged: Judged) -> float:
    return judged.scores.mean.dice
