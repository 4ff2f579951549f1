from dataclasses import replace
from pathlib import Path

import pytest

from edgec.data import open_dataset
from edgec.errors import DataError
from edgec.tune import Layer
from edgec.tune.search import LEFT_OUT, fewest, needed, order_by_gain
from edgec.tune.split import split


@pytest.mark.parametrize("needed", range(1, 8))
def test_the_fewest_are_found_without_trying_all(needed: int) -> None:
    tried: list[int] = []

    def meets(count: int) -> bool:
        tried.append(count)
        return count >= needed

    assert fewest(7, meets) == needed
    assert len(tried) <= 3


def test_of_one_layer_nothing_is_tried() -> None:
    assert fewest(1, lambda count: pytest.fail(f"tried {count}")) == 1


def test_layers_go_back_by_the_noise_that_goes_away_for_each_millisecond() -> None:
    ranking = [Layer("loud", "Conv", 10.0), Layer("cheap", "Conv", 13.0), Layer("quiet", "Conv", 40.0)]
    order = order_by_gain(ranking, {"loud": 4.0, "cheap": 1.0}, 10.0)
    assert [layer.name for layer in order] == ["cheap", "loud", "quiet"]


def test_what_seems_to_cost_nothing_costs_what_can_be_told() -> None:
    ranking = [Layer("loud", "Conv", 10.0), Layer("quiet", "Conv", 40.0)]
    order = order_by_gain(ranking, {"loud": 2.0, "quiet": -1.0}, 10.0)
    assert [layer.name for layer in order] == ["loud", "quiet"]


def test_each_image_is_in_one_part_and_the_same_each_time() -> None:
    data = open_dataset("nuclei")
    searched, held = split(data)
    assert len(searched) == len(held) == 17
    assert {*searched.entries} | {*held.entries} == {*data.entries}
    assert split(data) == (searched, held)


@pytest.mark.parametrize("count", [0, 1])
def test_fewer_than_two_images_are_refused(count: int) -> None:
    with pytest.raises(DataError, match="at least two images"):
        split(open_dataset("nuclei")[:count])


def test_images_without_masks_are_refused(tmp_path: Path) -> None:
    data = open_dataset("nuclei")
    bare = replace(data, entries=tuple(replace(entry, read_mask=None) for entry in data.entries))
    with pytest.raises(DataError, match="masks"):
        split(bare)


def test_of_those_found_what_is_not_needed_is_left_out() -> None:
    assert needed(["a", "b", "c", "d"], lambda names: {"b", "d"} <= set(names)) == ["b", "d"]
    assert needed(["a"], lambda names: pytest.fail(f"tried {names}")) == ["a"]


def test_only_some_of_many_are_tried() -> None:
    tried: list[object] = []
    needed([str(number) for number in range(40)], lambda names: bool(tried.append(names)))
    assert len(tried) == LEFT_OUT
