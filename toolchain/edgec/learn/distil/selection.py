"""A student's first weights, selected out of its teacher's."""

import torch
from torch import Tensor, nn

from edgec.errors import ModelSourceError

CONVOLUTIONS = (nn.Conv2d, nn.Conv3d, nn.ConvTranspose2d, nn.ConvTranspose3d)


def select_weights(student: nn.Module, teacher: nn.Module) -> int:
    """Put into each tensor of the student evenly spaced elements of the teacher's of that name.

    A dimension of n elements takes those at ``i * N / n`` of the teacher's N, rounded down, so that a channel
    left out of one layer is left out of the next; equal shapes are copied whole. A layer that so sums n of N
    channels gets them N / n times as large, as dropout does (Srivastava et al., 2014): else what is summed
    dwindles from layer to layer. Tensors that the teacher has not, or has smaller or with other dimensions,
    stay as they are. Gives how many tensors were set. Xu et al., Initializing Models with Larger Ones, 2024,
    https://arxiv.org/abs/2311.18823.

    Raises ModelSourceError where no tensor fits.
    """
    shown = teacher.state_dict()
    fitting = {
        name: tensor for name, tensor in student.state_dict().items() if _fits(tensor, shown.get(name))
    }
    if not fitting:
        raise ModelSourceError(
            "distil.transfer: no tensor of the student has the name and the dimensions of one of the "
            "teacher's: set distil.transfer.start to student"
        )
    with torch.no_grad():
        for name, tensor in fitting.items():
            tensor.copy_(_selected(shown[name], tensor.shape))
        for name, layer in student.named_modules():
            if f"{name}.weight".lstrip(".") in fitting:
                summed, of = _summed(layer), _summed(teacher.get_submodule(name))
                if summed and of:
                    layer.get_parameter("weight").mul_(of / summed)
    return len(fitting)


def _summed(layer: nn.Module) -> int:
    """How many channels each of its results is a sum over; 0 where it is no such layer."""
    if isinstance(layer, CONVOLUTIONS):
        return layer.in_channels // layer.groups
    return layer.in_features if isinstance(layer, nn.Linear) else 0


def _fits(tensor: Tensor, shown: Tensor | None) -> bool:
    if shown is None or shown.ndim != tensor.ndim:
        return False
    return all(n <= of for n, of in zip(tensor.shape, shown.shape, strict=True))


def _selected(shown: Tensor, shape: torch.Size) -> Tensor:
    for dimension, (n, of) in enumerate(zip(shape, shown.shape, strict=True)):
        shown = shown.index_select(dimension, torch.arange(n) * of // n)
    return shown
