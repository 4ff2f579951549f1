"""How much a pixel of each class counts in the loss."""

from collections.abc import Iterable

import numpy as np
import torch
from torch import Tensor

from edgec.data import IGNORE, Sample
from edgec.errors import UsageError
from edgec.recipe import TrainRecipe


def class_weights(recipe: TrainRecipe, samples: Iterable[Sample], classes: int) -> Tensor | None:
    """(classes,) float32 as the recipe says, None where all count alike.

    "balanced": pixels / (classes * pixels of the class), after King and Zeng, Logistic regression in rare
    events data, 2001, as scikit-learn has it; 0 for a class that is nowhere. Reads all masks for it. Raises
    UsageError where the recipe names another number of weights.
    """
    given = recipe.class_weights
    if given is None:
        return None
    if given == "balanced":
        return balanced(samples, classes)
    if len(given) != classes:
        raise UsageError(f"train.class_weights has {len(given)} weights, the data {classes} classes")
    return torch.tensor(given, dtype=torch.float32)


def balanced(samples: Iterable[Sample], classes: int) -> Tensor:
    """See `class_weights`; pixels to ignore are not counted."""
    counts = np.zeros(256, np.int64)
    for sample in samples:
        if sample.mask is not None:
            counts += np.bincount(sample.mask.ravel(), minlength=256)
    found = np.delete(counts, IGNORE)[:classes]
    weights = np.where(found > 0, found.sum() / (classes * np.maximum(found, 1)), 0)
    return torch.from_numpy(weights.astype(np.float32))
