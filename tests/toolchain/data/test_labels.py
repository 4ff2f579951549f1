import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from tests.toolchain.data.files import write

from edgec.data.images import read_mask
from edgec.data.labels import by_class, guess_classes, unknown_labels
from edgec.errors import DataError

labels = st.lists(st.sampled_from([0, 1, 2, 3, 254, 255]), min_size=1, max_size=8)


@given(labels, st.integers(2, 4))
def test_the_labels_are_those_that_read_mask_takes(tmp_path_factory, found: list[int], classes: int) -> None:
    path = tmp_path_factory.getbasetemp() / "mask.png"
    write(path, np.array([found], np.uint8))
    counts = np.bincount(found, minlength=256)
    try:
        mask = read_mask(path, classes)
    except DataError:
        assert unknown_labels(counts, classes)
        return
    assert not unknown_labels(counts, classes)
    np.testing.assert_array_equal(by_class(counts, classes), np.bincount(mask.ravel(), minlength=256))


@given(st.lists(st.integers(0, 9), min_size=1))
def test_classes_without_gaps_are_all_found(found: list[int]) -> None:
    counts = [np.bincount([label], minlength=256) for label in range(max(found) + 1)]
    assert guess_classes(counts) == max(2, max(found) + 1)
