"""Optimizers by the recipe's words."""

from collections.abc import Iterable

from torch import nn
from torch.optim import SGD, Adam, AdamW, Optimizer

from edgec.recipe import TrainRecipe


def make_optimizer(recipe: TrainRecipe, parameters: Iterable[nn.Parameter]) -> Optimizer:
    """With the recipe's rate and weight decay.

    Adam: Kingma and Ba, https://arxiv.org/abs/1412.6980. AdamW, whose decay is apart from the gradient:
    Loshchilov and Hutter, https://arxiv.org/abs/1711.05101. Lion, whose step is the sign of a momentum: Chen
    et al., https://arxiv.org/abs/2302.06675; it wants a rate some 3 to 10 times smaller than AdamW's. SGD has
    the recipe's momentum.
    """
    if recipe.optimizer == "adam":
        return Adam(parameters, recipe.lr, weight_decay=recipe.decay)
    if recipe.optimizer == "adamw":
        return AdamW(parameters, recipe.lr, weight_decay=recipe.decay)
    if recipe.optimizer == "sgd":
        return SGD(parameters, recipe.lr, momentum=recipe.momentum, weight_decay=recipe.decay)
    from lion_pytorch import Lion

    lion: Optimizer = Lion(parameters, recipe.lr, weight_decay=recipe.decay)
    return lion
