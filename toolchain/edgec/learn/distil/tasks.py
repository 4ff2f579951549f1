"""What a stage trains: the hints, or the task with the teacher's answers beside the true ones."""

import torch
from torch import Tensor, nn

from edgec.data import IGNORE
from edgec.errors import UsageError
from edgec.learn.batches import Batch
from edgec.learn.distil.adapters import Adapters
from edgec.learn.distil.features import collect
from edgec.learn.distil.losses import attention, hint, soft_targets
from edgec.learn.distil.matching import Pair
from edgec.learn.distil.teacher import Teacher
from edgec.learn.losses import loss_function
from edgec.learn.task import SegmentationTask
from edgec.recipe import Recipe


class HintTask(SegmentationTask):
    """The student's features become the teacher's, through adapters that are trained beside it."""

    def __init__(self, network: nn.Module, recipe: Recipe, teacher: Teacher, pairs: tuple[Pair, ...]) -> None:
        super().__init__(network, recipe)
        self._teacher = teacher
        self._pairs = pairs
        self.adapters = Adapters(pairs, self.train_recipe.seed)

    def loss(self, batch: Batch) -> Tensor:
        """The hints' mean over the pairs."""
        _, shown = self._teacher.show(batch["image"], [pair.teacher for pair in self._pairs])
        with collect(self.network, [pair.student for pair in self._pairs]) as given:
            self.logits(batch["image"])
        each = [hint(self.adapters(given[pair.student], pair), shown[pair.teacher]) for pair in self._pairs]
        return torch.stack(each).mean()

    def trained_parameters(self) -> list[nn.Parameter]:
        """The student's and the adapters'."""
        return [*super().trained_parameters(), *self.adapters.parameters()]


class TaughtTask(SegmentationTask):
    """The task, and beside its loss the teacher's soft targets and attention, as the recipe weighs them."""

    def __init__(
        self,
        network: nn.Module,
        recipe: Recipe,
        teacher: Teacher,
        pairs: tuple[Pair, ...],
        weights: Tensor | None = None,
    ) -> None:
        """`pairs`: the blocks whose attention is compared; none where the recipe gives it no weight."""
        super().__init__(network, recipe, weights)
        assert recipe.distil is not None
        self._temperature, self._weighed = recipe.distil.temperature, recipe.distil.task
        self._teacher = teacher
        self._pairs = pairs

    def loss(self, batch: Batch) -> Tensor:
        """Raises UsageError where the teacher's map is of another size than the student's."""
        with collect(self.network, [pair.student for pair in self._pairs]) as given:
            logits = self.fitting_logits(batch)
        taught, shown = self._teacher.show(batch["image"], [pair.teacher for pair in self._pairs])
        judge = loss_function(self.train_recipe, self.channels, self.class_weights)
        loss = judge(logits, batch["mask"]) + self._weighed.logits * self._soft(logits, taught, batch)
        if self._pairs:
            each = [attention(given[pair.student], shown[pair.teacher]) for pair in self._pairs]
            loss = loss + self._weighed.attention * torch.stack(each).mean()
        return loss

    def _soft(self, logits: Tensor, taught: Tensor, batch: Batch) -> Tensor:
        if taught.shape != logits.shape:
            raise UsageError(
                f"the teacher makes {taught.shape[-2]}x{taught.shape[-1]} of a piece of which the student "
                f"makes {logits.shape[-2]}x{logits.shape[-1]}: choose a train.crop that both divide"
            )
        return soft_targets(logits, taught, self._temperature, batch["mask"] != IGNORE)
