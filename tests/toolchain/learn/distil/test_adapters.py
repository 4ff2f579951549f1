import torch
from tests.toolchain.learn.distil.networks import drawn

from edgec.learn.distil.adapters import Adapters
from edgec.learn.distil.matching import Pair

SAME = Pair("encoder.0", "encoder.0", 4, 4, decoder=False)
WIDER = Pair("encoder.1", "encoder.1", 4, 8, decoder=False)


def test_only_other_widths_are_adapted() -> None:
    adapters = Adapters([SAME, WIDER], seed=0)
    feature = drawn(2, 4, 3, 5)
    assert adapters(feature, SAME) is feature
    assert adapters(feature, WIDER).shape == (2, 8, 3, 5)
    assert sum(parameter.numel() for parameter in adapters.parameters()) == 4 * 8


def test_where_the_student_is_silent_nothing_is_said_for_it() -> None:
    """A bias would say it: the student then learned to be silent within the nuclei, and stayed at Dice 0."""
    assert not Adapters([WIDER], seed=0)(torch.zeros(1, 4, 2, 2), WIDER).any()


def test_adapters_are_those_of_their_seed_and_draw_nothing_from_the_generator() -> None:
    torch.manual_seed(5)
    one = Adapters([WIDER], seed=3)
    drawn_after = torch.rand(1)
    torch.manual_seed(5)
    assert torch.equal(torch.rand(1), drawn_after)
    again, other = Adapters([WIDER], seed=3), Adapters([WIDER], seed=4)
    feature = drawn(1, 4, 2, 2)
    assert torch.equal(one(feature, WIDER), again(feature, WIDER))
    assert not torch.equal(one(feature, WIDER), other(feature, WIDER))
