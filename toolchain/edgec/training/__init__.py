"""From a recipe to trained weights: `train(recipe)`."""

from edgec.training.finder import RateCurve, find_rate
from edgec.training.train import TrainResult, train

__all__ = ["RateCurve", "TrainResult", "find_rate", "train"]
