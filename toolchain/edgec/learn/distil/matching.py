"""Which block of the student learns from which of the teacher."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from edgec.errors import ModelSourceError, UsageError
from edgec.learn.distil.features import collect
from edgec_targets.words import unknown_word

_USUAL = re.compile(r"encoder\.\d+|bottleneck|decoder\.\d+")


@dataclass(frozen=True)
class Pair:
    """Two blocks, by their names as modules, and how many channels their features have.

    `decoder`: it runs after the smallest of the feature maps that are compared.
    """

    student: str
    teacher: str
    student_channels: int
    teacher_channels: int
    decoder: bool


def match(
    student: nn.Module, teacher: nn.Module, named: Mapping[str, str], image: Tensor
) -> tuple[Pair, ...]:
    """The pairs in the order in which the student runs them, found by running both on `image`.

    `named`: the student's blocks and the teacher's; where it is empty, those called `encoder.i`,
    `bottleneck` and `decoder.i` in both networks. Raises UsageError for a name that a network has not,
    ModelSourceError for a block that does not run or gives no feature map, and where no name is in both.
    """
    names = dict(named) or {name: name for name in _usual(student) if name in _usual(teacher)}
    if not names:
        raise ModelSourceError(
            "teacher and student have no blocks encoder.0, bottleneck, decoder.0 and so on in common: name "
            "those that match in distil.blocks, as STUDENT: TEACHER"
        )
    shown = _run(teacher, list(names.values()), image, "teacher")
    given = _run(student, list(names), image, "student")
    sizes = [feature.shape[-2] * feature.shape[-1] for feature in given.values()]
    bottom = max(index for index, size in enumerate(sizes) if size == min(sizes))
    return tuple(
        Pair(name, names[name], feature.shape[1], shown[names[name]].shape[1], decoder=index > bottom)
        for index, (name, feature) in enumerate(given.items())
    )


def _usual(network: nn.Module) -> list[str]:
    return [name for name, _ in network.named_modules() if _USUAL.fullmatch(name)]


def _run(network: nn.Module, names: Iterable[str], image: Tensor, who: str) -> dict[str, Tensor]:
    known = [name for name, _ in network.named_modules() if name]
    for name in names:
        if name not in known:
            blocks = [name for name in known if name.count(".") < 2]
            raise UsageError(f"distil.blocks: {unknown_word(f'block of the {who}', name, blocks)}")
    training = network.training
    network.eval()
    with torch.no_grad(), collect(network, names) as found:
        network(image)
    network.train(training)
    idle = [name for name in names if name not in found]
    if idle:
        raise ModelSourceError(
            f"distil.blocks: the {who} has {', '.join(idle)}, but does not run it as a module of its own: "
            "name another"
        )
    return found
