"""What brings a student's features to its teacher's widths, while it learns."""

from collections.abc import Iterable

import torch
from torch import Tensor, nn

from edgec.learn.distil.matching import Pair


class Adapters(nn.Module):
    """A 1x1 convolution for each pair whose widths differ: FitNets' regressors, https://arxiv.org/abs/1412.6550.

    They have no bias: with one, the student may be silent where the teacher always says the same, such as
    within an object, and where a ReLU is silent no gradient of the task wakes it up again. They belong to the
    training and never to the student: its checkpoint has none of them.
    """

    def __init__(self, pairs: Iterable[Pair], seed: int) -> None:
        super().__init__()
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.convolutions = nn.ModuleDict(
                {
                    _key(pair): nn.Conv2d(pair.student_channels, pair.teacher_channels, 1, bias=False)
                    for pair in pairs
                    if pair.student_channels != pair.teacher_channels
                }
            )

    def forward(self, feature: Tensor, pair: Pair) -> Tensor:
        """(N, student's channels, H, W) -> (N, teacher's channels, H, W)."""
        key = _key(pair)
        adapted: Tensor = self.convolutions[key](feature) if key in self.convolutions else feature
        return adapted


def _key(pair: Pair) -> str:
    return pair.student.replace(".", "/")  # a name of a module has no dot
