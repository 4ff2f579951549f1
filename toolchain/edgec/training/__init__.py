"""From a recipe to trained weights: `train(recipe)`, `distil(recipe)` with a teacher, `prune(recipe)`."""

from edgec.training.apply import Applied, apply_masks
from edgec.training.distil import Distilled, distil
from edgec.training.finder import RateCurve, find_rate
from edgec.training.prune import PruneResult, prune
from edgec.training.train import TrainResult, train

__all__ = [
    "Applied",
    "Distilled",
    "PruneResult",
    "RateCurve",
    "TrainResult",
    "apply_masks",
    "distil",
    "find_rate",
    "prune",
    "train",
]
