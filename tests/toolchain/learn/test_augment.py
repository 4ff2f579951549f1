import numpy as np
import pytest
import torch
from torch import Tensor

from edgec.data import IGNORE
from edgec.errors import DataError
from edgec.learn.augment import augment

EVERYTHING = ("mirror", "flip", "turn", "gain", "affine")


def ramp(side: int = 20) -> tuple[Tensor, Tensor]:
    """Rising brightness, and a mask of its brighter half."""
    image = torch.linspace(0.1, 0.4, side * side).reshape(1, side, side)
    return image, (image[0] > 0.25).to(torch.uint8)


def pieces(*words: str, count: int = 30, size: int = 8) -> list[tuple[Tensor, Tensor]]:
    return [augment(*ramp(), size, words, np.random.default_rng(seed)) for seed in range(count)]


@pytest.mark.parametrize("words", [(), ("mirror",), ("flip", "turn"), ("flip", "turn", "gain")])
def test_image_and_mask_are_moved_the_same_way(words: tuple[str, ...]) -> None:
    both = 0
    for piece, truth in pieces(*words):
        assert piece.shape == (1, 8, 8)
        assert truth.shape == (8, 8)
        assert float(piece.max()) <= 1
        if truth.any() and not truth.all():
            both += 1
            assert piece[0][truth == 1].min() > piece[0][truth == 0].max()
    assert both > 5


def rises(piece: Tensor) -> tuple[bool, bool]:
    """From left to right, from top to bottom."""
    return bool(piece[0, 0, 1] > piece[0, 0, 0]), bool(piece[0, 1, 0] > piece[0, 0, 0])


@pytest.mark.parametrize(
    ("words", "ways"),
    [
        ((), {(True, True)}),
        (("mirror",), {(True, True), (False, True)}),
        (("flip",), {(True, True), (False, True), (True, False), (False, False)}),
    ],
)
def test_each_word_does_what_it_says(words: tuple[str, ...], ways: set[tuple[bool, bool]]) -> None:
    assert {rises(piece) for piece, _ in pieces(*words)} == ways


def test_all_eight_ways_come_with_flips_and_turns() -> None:
    whole = [augment(*ramp(), 20, ("flip", "turn"), np.random.default_rng(seed))[0] for seed in range(80)]
    assert len({tuple(image.flatten().tolist()) for image in whole}) == 8


def test_gain_only_lights() -> None:
    image, mask = ramp()
    for seed in range(20):
        piece, truth = augment(image, mask, 20, ("gain",), np.random.default_rng(seed))
        factor = float(piece[0, 0, 0] / image[0, 0, 0])
        assert 0.5 <= factor <= 2
        torch.testing.assert_close(piece, (image * factor).clamp(max=1))
        assert torch.equal(truth, mask)


def test_affine_keeps_classes_and_ignores_what_comes_from_outside() -> None:
    image, mask = ramp(32)
    mask[16:] = 7
    outside = 0
    for seed in range(20):
        piece, truth = augment(image, mask, 32, ("affine",), np.random.default_rng(seed))
        assert piece.shape == image.shape
        assert set(truth.unique().tolist()) <= {0, 1, 7, IGNORE}
        outside += int((truth == IGNORE).sum())
    assert outside > 0


def test_the_same_seed_gives_the_same_piece() -> None:
    one, two = (augment(*ramp(), 8, EVERYTHING, np.random.default_rng(5)) for _ in range(2))
    assert torch.equal(one[0], two[0])
    assert torch.equal(one[1], two[1])


def test_an_image_smaller_than_the_crop_is_refused() -> None:
    with pytest.raises(DataError, match="20x10 has no crop of 16x16"):
        augment(
            torch.zeros(1, 10, 20), torch.zeros(10, 20, dtype=torch.uint8), 16, (), np.random.default_rng(0)
        )
