"""From a recipe to trained weights: `train(recipe)`, or `distil(recipe)` where it names a teacher."""

from edgec.training.distil import Distilled, distil
from edgec.training.finder import RateCurve, find_rate
from edgec.training.train import TrainResult, train

__all__ = ["Distilled", "RateCurve", "TrainResult", "distil", "find_rate", "train"]
