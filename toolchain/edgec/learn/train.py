"""Train a network of one grey channel and one class.

AdamW (Loshchilov and Hutter, https://arxiv.org/abs/1711.05101) on one cycle of the learning rate (Smith and
Topin, https://arxiv.org/abs/1708.07120), with an exponential moving average of the weights, which is what is
validated and kept. The same recipe, data and thread count give the same weights on one kind of processor. The
random numbers of an epoch depend on the seed and the epoch alone, so that a run that is taken up again ends
as if it had never been stopped.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import save
from torch import Tensor, nn
from torch.optim.lr_scheduler import OneCycleLR
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from edgec.data import Sample
from edgec.errors import CheckpointError, DataError
from edgec.learn.augment import augment
from edgec.learn.evaluate import evaluate, grey
from edgec.learn.losses import bce_dice
from edgec.learn.metrics import Scores
from edgec_runtime.wholefile import write_whole

Pair = tuple[NDArray[np.float32], NDArray[np.uint8]]


@dataclass(frozen=True)
class TrainingRecipe:
    """All that decides the result beside the network and the data.

    `crop` is in pixels, a multiple of what the network divides by; `average` is the share of the moving
    average that a step keeps.
    """

    epochs: int = 60
    batch: int = 8
    crop: int = 128
    rate: float = 3e-3
    decay: float = 1e-2
    average: float = 0.99
    validate_every: int = 2
    seed: int = 0


@dataclass(frozen=True)
class Epoch:
    """What one epoch came to; `scores` where it was validated, `best` where these weights were kept."""

    number: int
    loss: float
    scores: Scores | None
    best: bool


class Training:
    """A run in a folder: `checkpoint.pt` to take it up again, `best.safetensors` as its result."""

    def __init__(
        self, make: Callable[[], nn.Module], recipe: TrainingRecipe, samples: Sequence[Sample]
    ) -> None:
        """Make the network from the recipe's seed and hold the samples in memory; raises DataError."""
        self.recipe = recipe
        self.pairs = [_pair(sample) for sample in samples]
        torch.manual_seed(recipe.seed)
        self.network = make()
        self.average = AveragedModel(
            self.network,
            multi_avg_fn=get_ema_multi_avg_fn(recipe.average),  # type: ignore[no-untyped-call]
            use_buffers=True,
        )
        self.optimizer = torch.optim.AdamW(self.network.parameters(), recipe.rate, weight_decay=recipe.decay)
        steps = recipe.epochs * -(-len(self.pairs) // recipe.batch)
        self.schedule = OneCycleLR(self.optimizer, recipe.rate, total_steps=steps)
        self.done = 0
        self.best = -1.0

    def run(self, validation: Sequence[Sample], folder: Path) -> Iterator[Epoch]:
        """Train the epochs that are left and yield each, going on from the checkpoint in `folder`."""
        folder.mkdir(parents=True, exist_ok=True)
        if (folder / "checkpoint.pt").exists():
            self._load(folder / "checkpoint.pt")
        while self.done < self.recipe.epochs:
            loss = self._epoch()
            self.done += 1
            if self.done % self.recipe.validate_every and self.done < self.recipe.epochs:
                yield Epoch(self.done, loss, None, best=False)
                continue
            scores = evaluate(self.average.module, validation)
            best = scores.dice > self.best
            if best:
                self.best = scores.dice
                write_whole(folder / "best.safetensors", save(_weights(self.average.module)))
            self._save(folder / "checkpoint.pt")
            yield Epoch(self.done, loss, scores, best)

    def _epoch(self) -> float:
        """One pass over the samples in random order; the mean loss."""
        random = np.random.default_rng([self.recipe.seed, self.done])
        self.network.train()
        losses = []
        order = random.permutation(len(self.pairs))
        for start in range(0, len(order), self.recipe.batch):
            images, masks = self._batch(order[start : start + self.recipe.batch], random)
            loss = bce_dice(self.network(images), masks)
            self.optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            self.optimizer.step()
            self.schedule.step()
            self.average.update_parameters(self.network)
            losses.append(loss.item())
        return float(np.mean(losses))

    def _batch(self, indices: NDArray[np.int64], random: np.random.Generator) -> tuple[Tensor, Tensor]:
        """Two float32 tensors (N, 1, crop, crop)."""
        pieces = [augment(*self.pairs[int(index)], self.recipe.crop, random) for index in indices]
        images = np.stack([image for image, _ in pieces])
        masks = np.stack([mask for _, mask in pieces]).astype(np.float32)
        return torch.from_numpy(images)[:, None], torch.from_numpy(masks)[:, None]

    def _save(self, path: Path) -> None:
        state = {
            "recipe": asdict(self.recipe),
            "done": self.done,
            "best": self.best,
            "network": self.network.state_dict(),
            "average": self.average.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "schedule": self.schedule.state_dict(),
        }
        buffer = BytesIO()
        torch.save(state, buffer)
        write_whole(path, buffer.getvalue())

    def _load(self, path: Path) -> None:
        state: dict[str, Any] = torch.load(path, weights_only=True)
        if state["recipe"] != asdict(self.recipe):
            raise CheckpointError(
                f"{path}: is of a run with another recipe ({state['recipe']}). Give the same options, "
                "or another folder."
            )
        self.done, self.best = state["done"], state["best"]
        for part in ("network", "average", "optimizer", "schedule"):
            getattr(self, part).load_state_dict(state[part])


def _pair(sample: Sample) -> Pair:
    if sample.mask is None:
        raise DataError(f"{sample.name}: has no mask to learn from. Name a dataset that has masks.")
    return grey(sample.image), sample.mask


def _weights(module: nn.Module) -> dict[str, Tensor]:
    return {name: tensor.contiguous() for name, tensor in module.state_dict().items()}
