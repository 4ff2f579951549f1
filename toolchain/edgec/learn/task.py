"""SegmentationTask: what is trained, for lightning's Trainer; distillation and the like derive from it."""

from collections.abc import Mapping
from typing import Any

import lightning.pytorch as pl
import torch
from torch import Tensor, nn
from torch.optim.lr_scheduler import ReduceLROnPlateau

from edgec.data import Sample
from edgec.errors import DataError, TrainingError, UsageError
from edgec.learn.batches import Batch
from edgec.learn.inputs import check_range, first_channels
from edgec.learn.logits import logits_function
from edgec.learn.losses import loss_function
from edgec.learn.metrics import Scores, score
from edgec.learn.optimizers import make_optimizer
from edgec.learn.predict import segmenter
from edgec.learn.schedules import make_schedule
from edgec.recipe import Recipe, TrainRecipe
from edgec.recipe.input_spec import input_spec


class SegmentationTask(pl.LightningModule):
    """`network` learns from batches by `loss`, and is judged on whole images by `segment`.

    `channels`: of its output. `classes`: of the data, with the background. A class that derives from this one
    overrides `loss`; what it adds and does not train is kept out of `trained_parameters`.
    """

    def __init__(self, network: nn.Module, recipe: Recipe, weights: Tensor | None = None) -> None:
        """`weights` (classes,) float32: how much a pixel of each class counts; all the same where None.

        Raises UsageError where the recipe's input, loss or weights do not fit the network.
        """
        super().__init__()
        self.class_weights: Tensor | None
        self.network = network
        self.recipe = recipe
        self.train_recipe = recipe.train or TrainRecipe()
        self.spec = input_spec(recipe, recipe.channels or first_channels(network))
        check_range(network, self.spec)
        self.register_buffer("class_weights", weights, persistent=False)
        training = network.training
        self.segment = segmenter(network.eval(), recipe, self.spec.channels)
        network.train(training)
        self.channels, self.classes = self.segment.channels, self.segment.classes
        if weights is not None and len(weights) != self.classes:
            raise UsageError(f"there are {len(weights)} class weights and {self.classes} classes")
        self.logits = logits_function(network, probabilities=self.segment.probabilities)
        loss_function(self.train_recipe, self.channels, weights)  # refused now, not at the first step
        self.plateau: ReduceLROnPlateau | None = None

    def loss(self, batch: Batch) -> Tensor:
        """What a step makes small: a scalar."""
        judge = loss_function(self.train_recipe, self.channels, self.class_weights)
        return judge(self.fitting_logits(batch), batch["mask"])

    def fitting_logits(self, batch: Batch) -> Tensor:
        """The network's logits (N, K, H, W) of a batch. Raises UsageError where they are of another size."""
        logits, mask = self.logits(batch["image"]), batch["mask"]
        if logits.shape[-2:] != mask.shape[-2:]:
            raise UsageError(
                f"the network makes {_size(logits)} of a piece of {_size(mask)}: choose a train.crop that it "
                "divides, such as a multiple of 32"
            )
        return logits

    def trained_parameters(self) -> list[nn.Parameter]:
        """What the optimizer changes."""
        return [parameter for parameter in self.network.parameters() if parameter.requires_grad]

    def training_step(self, batch: Batch, _index: int) -> Tensor:
        """The loss of one batch. Raises TrainingError where it is not finite, in every process."""
        loss = self.loss(batch)
        finite = bool(torch.isfinite(loss))
        if not self.trainer.strategy.reduce_boolean_decision(finite, all=True):
            raise TrainingError(
                f"the loss is not finite in epoch {self.current_epoch + 1}: the training diverged. Set a "
                "smaller train.lr or a train.clip, such as 1.0; what was kept before is in the run's folder"
            )
        return loss

    def validation_step(self, sample: Sample, _index: int) -> Mapping[str, float]:
        """The scores of one whole image, by name. Raises DataError where it has no mask."""
        if sample.mask is None:
            raise DataError(f"{sample.name}: has no mask to score against. Name a dataset that has masks.")
        return score(self.segment(sample.image), sample.mask, self.classes).as_dict()

    def transfer_batch_to_device(self, batch: Any, device: torch.device, dataloader_idx: int) -> Any:
        """A whole image stays as it is: `segment` takes it so."""
        if isinstance(batch, Sample):
            return batch
        return super().transfer_batch_to_device(batch, device, dataloader_idx)

    def configure_optimizers(self) -> Any:
        """The recipe's optimizer and schedule; the schedule is asked after each step."""
        recipe = self.train_recipe
        optimizer = make_optimizer(recipe, self.trained_parameters())
        if recipe.schedule == "plateau":
            self.plateau = ReduceLROnPlateau(
                optimizer, mode="max", factor=recipe.drop, patience=recipe.drop_every
            )
        schedule = make_schedule(recipe, optimizer, int(self.trainer.estimated_stepping_batches))
        return {"optimizer": optimizer, "lr_scheduler": {"scheduler": schedule, "interval": "step"}}

    def validated(self, scores: Scores) -> None:
        """Told the mean scores after each validation, in every process."""
        if self.plateau is not None:
            self.plateau.step(scores.dice)

    def on_fit_start(self) -> None:
        """The recipe's threads again: with several processes lightning sets a number of its own."""
        if self.train_recipe.threads is not None:
            torch.set_num_threads(self.train_recipe.threads)

    def on_train_epoch_start(self) -> None:
        """What is random in the network is so by seed and epoch alone, that a run may go on as it was."""
        torch.manual_seed(self.train_recipe.seed * 1_000_003 + self.current_epoch + 1)

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """The plateau's count goes with the state."""
        if self.plateau is not None:
            checkpoint["plateau"] = self.plateau.state_dict()

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """See `on_save_checkpoint`; called before there is an optimizer, hence kept for later."""
        self._plateau_state = checkpoint.get("plateau")

    def on_train_start(self) -> None:
        """Go on with the plateau's count."""
        state = getattr(self, "_plateau_state", None)
        if self.plateau is not None and state is not None:
            self.plateau.load_state_dict(state)


def _size(maps: Tensor) -> str:
    return f"{maps.shape[-2]}x{maps.shape[-1]}"
