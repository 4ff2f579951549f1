"""How accurate is what runs: a bundle's variants or a checkpoint, on images with known masks."""

from edgec.evaluation.bundle import chosen_variants, evaluate, evaluations
from edgec.evaluation.checkpoint import evaluate_checkpoint
from edgec.evaluation.judge import Image, Judged, Mask, Segment, judge, score_masks
from edgec.evaluation.result import EvalResult, ImageResult

__all__ = [
    "EvalResult",
    "Image",
    "ImageResult",
    "Judged",
    "Mask",
    "Segment",
    "chosen_variants",
    "evaluate",
    "evaluate_checkpoint",
    "evaluations",
    "judge",
    "score_masks",
]
