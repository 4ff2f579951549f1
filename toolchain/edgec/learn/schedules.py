"""Schedules of the learning rate by the recipe's words."""

from torch.optim import Optimizer
from torch.optim.lr_scheduler import ConstantLR, CosineAnnealingLR, LRScheduler, OneCycleLR, StepLR

from edgec.recipe import TrainRecipe


def make_schedule(recipe: TrainRecipe, optimizer: Optimizer, steps: int) -> LRScheduler:
    """A schedule that is asked after each of the run's `steps`; that of "plateau" is constant here.

    One cycle: Smith and Topin, https://arxiv.org/abs/1708.07120. Cosine: Loshchilov and Hutter, SGDR,
    https://arxiv.org/abs/1608.03983, without restarts.
    """
    if recipe.schedule == "one-cycle":
        return OneCycleLR(optimizer, recipe.lr, total_steps=steps)
    if recipe.schedule == "cosine":
        return CosineAnnealingLR(optimizer, T_max=steps)
    if recipe.schedule == "step":
        each = max(1, round(steps * recipe.drop_every / recipe.epochs))
        return StepLR(optimizer, step_size=each, gamma=recipe.drop)
    return ConstantLR(optimizer, factor=1.0, total_iters=0)
