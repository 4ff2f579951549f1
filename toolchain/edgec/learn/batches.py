"""From samples to the batches that a network learns from: scaled, cut, moved, and the same each time.

What a piece is depends on the seed, the epoch and the sample's place alone, and so does the order: a run that
goes on with an epoch sees what it would have seen.
"""

import itertools
from collections.abc import Iterator, Sequence
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import DataLoader, Dataset, Sampler, default_collate

from edgec.data import Sample
from edgec.errors import DataError, UsageError
from edgec.learn.augment import augment
from edgec.recipe import TrainRecipe
from edgec_runtime.format.manifest import InputSpec
from edgec_runtime.image import network_size, to_colour
from edgec_runtime.resize import resize

Batch = dict[str, Tensor]
"""{"image": float32 (N, C, H, W) as the network takes it, "mask": int64 (N, H, W), some of it IGNORE}"""
Place = tuple[int, int]
"""(epoch, place of the sample)."""

KEPT = 1 << 30  # bytes of scaled images that stay in memory; what is over is read again


class Pieces(Dataset[Batch]):
    """A random piece of each sample, by `Place`."""

    def __init__(self, samples: Sequence[Sample], recipe: TrainRecipe, spec: InputSpec) -> None:
        self._samples, self._recipe, self._spec = samples, recipe, spec
        self._kept: dict[int, tuple[NDArray[np.uint8], NDArray[np.uint8]]] = {}
        self._left = KEPT

    def __getitem__(self, place: Place) -> Batch:
        """One piece, not yet in a batch. Raises DataError where the sample cannot be learned from."""
        epoch, index = place
        image, mask = self._scaled(index)
        pixels = torch.from_numpy(image.transpose(2, 0, 1).astype(np.float32) / np.float32(255))
        random = np.random.default_rng([self._recipe.seed, epoch, index])
        piece, truth = augment(
            pixels, torch.from_numpy(mask), self._recipe.crop, self._recipe.augment, random
        )
        return {"image": normalized(piece, self._spec), "mask": truth.long()}

    def _scaled(self, index: int) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        if index in self._kept:
            return self._kept[index]
        pair = scaled(self._samples[index], self._spec)
        size = sum(part.nbytes for part in pair)
        if size <= self._left:
            self._kept[index] = pair
            self._left -= size
        return pair


def scaled(sample: Sample, spec: InputSpec) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """The image (H, W, C) and the mask (H, W), both uint8, at the network's size; raises DataError."""
    if sample.mask is None:
        raise DataError(f"{sample.name}: has no mask to learn from. Name a dataset that has masks.")
    height, width = network_size(spec, (sample.image.shape[0], sample.image.shape[1]))
    image = resize(to_colour(sample.image, spec.colour), (height, width))
    mask = cv2.resize(sample.mask, (width, height), interpolation=cv2.INTER_NEAREST_EXACT)
    return image, np.asarray(mask, np.uint8)


def normalized(image: Tensor, spec: InputSpec) -> Tensor:
    """An image (C, H, W) in 0..1 as the network takes it: ``(p * scale - mean) / std`` of pixels p."""
    mean, std = (torch.tensor(values, dtype=torch.float32)[:, None, None] for values in (spec.mean, spec.std))
    return (image * (255 * spec.scale) - mean) / std


class Order(Sampler[list[Place]]):
    """The places of each batch of an epoch, in random order; with several processes, this one's part.

    Every process gets the same number of batches of the same size: the last ones are filled up with places
    from the front where they do not come out even.
    """

    def __init__(self, count: int, recipe: TrainRecipe, rank: int = 0, world: int = 1) -> None:
        if recipe.batch % world:
            raise UsageError(f"a batch of {recipe.batch} is not shared evenly by {world} processes")
        self._count, self._recipe, self._rank, self._world = count, recipe, rank, world
        self._epoch = 0
        self.sampler = self  # where lightning looks for set_epoch

    def set_epoch(self, epoch: int) -> None:
        """Which epoch the next pass is of."""
        self._epoch = epoch

    def __len__(self) -> int:
        return -(-self._count // self._recipe.batch)

    def __iter__(self) -> Iterator[list[Place]]:
        order = np.random.default_rng([self._recipe.seed, self._epoch]).permutation(self._count)
        order = np.resize(order, -(-self._count // self._world) * self._world)
        for start in range(0, len(order), self._recipe.batch):
            mine = order[start : start + self._recipe.batch][self._rank :: self._world]
            yield [(self._epoch, int(index)) for index in mine]


def training_batches(
    samples: Sequence[Sample], recipe: TrainRecipe, spec: InputSpec, rank: int = 0, world: int = 1
) -> "DataLoader[Batch]":
    """What `Trainer.fit` takes. Raises UsageError where `world` processes cannot share a batch, DataError."""
    if not len(samples):
        raise DataError("there is no image to learn from")
    order = Order(len(samples), recipe, rank, world)
    return DataLoader(Pieces(samples, recipe, spec), batch_sampler=order)


def endless_batches(samples: Sequence[Sample], recipe: TrainRecipe, spec: InputSpec) -> Iterator[Batch]:
    """Epoch after epoch."""
    pieces, order = Pieces(samples, recipe, spec), Order(len(samples), recipe)
    for epoch in itertools.count():
        order.set_epoch(epoch)
        for places in order:
            yield default_collate([pieces[place] for place in places])


def one_by_one(samples: Sequence[Sample], rank: int = 0, world: int = 1) -> "DataLoader[Sample]":
    """The samples as they are, for validation on whole images; with several processes, this one's part."""
    places = list(range(rank, len(samples), world))
    return DataLoader(_Listed(samples), batch_size=None, sampler=places, collate_fn=_itself)


class _Listed(Dataset[Sample]):
    def __init__(self, samples: Sequence[Sample]) -> None:
        self._samples = samples

    def __getitem__(self, index: int) -> Sample:
        return self._samples[index]


def _itself(sample: Any) -> Any:
    """A sample, which is no list without batches."""
    return sample
