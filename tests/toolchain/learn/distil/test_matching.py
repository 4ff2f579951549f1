import pytest
from tests.toolchain.learn.distil.networks import drawn, make, teacher
from torch import nn

from edgec.errors import ModelSourceError, UsageError
from edgec.learn.distil.matching import Pair, match

IMAGE = drawn(1, 1, 16, 16)


def test_blocks_of_the_same_name_match_in_the_order_of_running() -> None:
    found = match(make(), teacher(), {}, IMAGE)
    assert found == (
        Pair("encoder.0", "encoder.0", 4, 8, decoder=False),
        Pair("encoder.1", "encoder.1", 8, 16, decoder=False),
        Pair("bottleneck", "bottleneck", 16, 32, decoder=False),
        Pair("decoder.1", "decoder.1", 8, 16, decoder=True),
        Pair("decoder.0", "decoder.0", 4, 8, decoder=True),
    )


def test_only_blocks_that_both_have_match() -> None:
    found = match(make((4, 8, 8)), teacher(), {}, IMAGE)
    assert [pair.student for pair in found] == [
        "encoder.0",
        "encoder.1",
        "bottleneck",
        "decoder.1",
        "decoder.0",
    ]


def test_blocks_that_are_named_match() -> None:
    found = match(make(), teacher(), {"decoder.0": "encoder.0", "bottleneck": "encoder.1"}, IMAGE)
    assert [(pair.student, pair.teacher, pair.decoder) for pair in found] == [
        ("bottleneck", "encoder.1", False),
        ("decoder.0", "encoder.0", True),
    ]


def test_matching_leaves_the_networks_as_they_were() -> None:
    student = make().train()
    before = {name: tensor.clone() for name, tensor in student.state_dict().items()}
    match(student, teacher(), {}, IMAGE)
    assert student.training
    assert all(bool((tensor == before[name]).all()) for name, tensor in student.state_dict().items())


def test_an_unknown_block_is_answered_with_the_nearest() -> None:
    with pytest.raises(
        UsageError, match=r"'encoder\.7' is not a block of the student: did you mean 'encoder"
    ):
        match(make(), teacher(), {"encoder.7": "encoder.0"}, IMAGE)
    with pytest.raises(UsageError, match=r"is not a block of the teacher"):
        match(make(), teacher(), {"encoder.0": "bottelneck"}, IMAGE)


def test_networks_without_common_names_are_asked_for_them() -> None:
    with pytest.raises(ModelSourceError, match=r"name those that match in distil\.blocks"):
        match(nn.Conv2d(1, 1, 1), teacher(), {}, IMAGE)


def test_a_block_that_does_not_run_is_refused() -> None:
    with pytest.raises(ModelSourceError, match=r"the student has encoder, but does not run it"):
        match(make(), teacher(), {"encoder": "encoder.0"}, IMAGE)
