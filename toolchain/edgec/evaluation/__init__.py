"""How accurate is what runs: a bundle's variants or a checkpoint, on images with known masks.

`edgec.evaluation.checkpoint` is imported by itself, because it needs torch, which a bundle does not.
"""

from edgec.evaluation.bundle import chosen_variants, evaluate, evaluations
from edgec.evaluation.judge import Image, Judged, Mask, Segment, judge, score_masks
from edgec.evaluation.result import Detail, EvalResult, ImageResult

__all__ = [
    "Detail",
    "EvalResult",
    "Image",
    "ImageResult",
    "Judged",
    "Mask",
    "Segment",
    "chosen_variants",
    "evaluate",
    "evaluations",
    "judge",
    "score_masks",
]
