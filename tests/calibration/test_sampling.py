import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from edgec_calibration import stratified

BRIGHTNESS = st.lists(st.floats(0, 255), max_size=200)


@given(brightness=BRIGHTNESS, count=st.integers(1, 40), seed=st.integers(0, 5))
def test_as_many_as_asked_for_each_once_and_the_same_again(
    brightness: list[float], count: int, seed: int
) -> None:
    found = stratified(brightness, count, seed)
    assert found == sorted(set(found))
    assert len(found) == min(count, len(brightness))
    assert set(found) <= set(range(len(brightness)))
    assert stratified(brightness, count, seed) == found


@given(brightness=BRIGHTNESS.filter(len), count=st.integers(1, 40), seed=st.integers(0, 5))
def test_one_of_each_part_from_dark_to_bright(brightness: list[float], count: int, seed: int) -> None:
    found = sorted(brightness[place] for place in stratified(brightness, count, seed))
    parts = np.array_split(np.sort(brightness), min(count, len(brightness)))
    for value, part in zip(found, parts, strict=True):
        assert part[0] <= value <= part[-1]


def test_few_bright_images_among_many_dark_ones_are_there() -> None:
    brightness = [10.0] * 90 + [200.0] * 10
    found = stratified(brightness, 10)
    assert sum(brightness[place] > 100 for place in found) == 1


def test_another_seed_draws_others() -> None:
    brightness = np.random.default_rng(0).uniform(0, 255, 500).tolist()
    assert stratified(brightness, 20, seed=0) != stratified(brightness, 20, seed=1)
