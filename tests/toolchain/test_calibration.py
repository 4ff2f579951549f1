from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from tests.tiny import TINY

from edgec.calibration import CACHE, Samples, choose_samples, measure_ranges
from edgec.data import GivenImages
from edgec.errors import DataError
from edgec.export import export
from edgec.graph import Graph
from edgec.passes.simplify import simplify
from edgec.pipeline import build
from edgec.progress import Progress, Step
from edgec.recipe import Recipe
from edgec.source import load_source
from edgec.spec import graph_input
from edgec_calibration import Ranges, calibrate
from edgec_runtime.bundle import Bundle
from edgec_runtime.errors import InputError
from edgec_runtime.format.manifest import InputSpec
from edgec_runtime.image import prepare

SIZE = (16, 24)
RECIPE = Recipe(model=f"{TINY}:binary", size=SIZE)
IMAGES = [np.full((20, 30), level, np.uint8) for level in range(0, 250, 10)]


@pytest.fixture(scope="module")
def graph() -> Graph:
    return simplify(export(load_source(RECIPE.model), SIZE).graph).graph


@pytest.fixture(scope="module")
def spec(graph: Graph) -> InputSpec:
    return graph_input(graph, RECIPE, 2)


def chosen(images: list[npt.NDArray[Any]], count: int, spec: InputSpec) -> Samples:
    return choose_samples(GivenImages(images), count, spec)


def test_samples_are_prepared_anew_each_time_and_cover_dark_to_bright(spec: InputSpec) -> None:
    samples = chosen(IMAGES, 5, spec)
    assert len(samples) == 5
    first, second = list(samples), list(samples)
    np.testing.assert_array_equal(first, second)
    assert first[0].shape == (1, 1, *SIZE)
    levels = [round(float(sample.mean()) * 255) for sample in first]
    assert all(50 * part <= level < 50 * (part + 1) for part, level in enumerate(levels))


def test_all_are_taken_where_there_are_not_too_many(spec: InputSpec) -> None:
    assert chosen(IMAGES, 64, spec).chosen == tuple(range(len(IMAGES)))
    with pytest.raises(DataError, match="none"):
        chosen([], 64, spec)


def test_prepared_arrays_are_taken_as_they_are(spec: InputSpec) -> None:
    ready = prepare(IMAGES[3], spec)
    np.testing.assert_array_equal(next(iter(chosen([ready], 1, spec))), ready)


@pytest.mark.parametrize("shape", [(1, 3, *SIZE), (1, 1, 16, 16), (2, 1, *SIZE), (1, *SIZE), SIZE])
def test_prepared_arrays_that_do_not_fit_are_named(spec: InputSpec, shape: tuple[int, ...]) -> None:
    with pytest.raises(DataError, match=r"image 0 is float32.*1x1x16x24"):
        list(chosen([np.zeros(shape, np.float32)], 1, spec))
    with pytest.raises(InputError):
        list(chosen([np.zeros(SIZE, np.float64)], 1, spec))


def test_ranges_are_measured_once_and_then_read(graph: Graph, spec: InputSpec, tmp_path: Path) -> None:
    def measured(samples: Samples, step: Step) -> Ranges:
        return measure_ranges(graph, samples, "min-max", tmp_path, step)

    first, second, third = Step("a"), Step("b"), Step("c")
    ranges = measured(chosen(IMAGES, 4, spec), first)
    assert (first.done, "from cache" in first.note) == (4, False)
    assert measured(chosen(IMAGES, 4, spec), second) == ranges
    assert (second.done, "from cache" in second.note) == (0, True)
    assert measured(chosen(IMAGES, 5, spec), third) != ranges
    assert (third.done, "from cache" in third.note) == (5, False)
    assert len(list(tmp_path.iterdir())) == 2
    assert ranges == calibrate(
        graph.to_bytes(), list(ranges.tensors), chosen(IMAGES, 4, spec), "min-max", list(ranges.means)
    )


class Notes(Progress):
    """Keeps what the steps say."""

    def __init__(self) -> None:
        self.notes: dict[str, str] = {}

    def end(self, step: Step, failed: bool) -> None:
        self.notes[step.name] = "failed" if failed else step.note


def test_a_build_calibrates_on_images_given_in_python_and_again_from_its_cache(tmp_path: Path) -> None:
    recipe = RECIPE.model_copy(update={"targets": ("cpu",), "calibration_method": "entropy"})
    notes = Notes()
    built = build(recipe, tmp_path, images=IMAGES, slower="unmeasured", progress=notes)
    assert notes.notes["calibrate"] == "entropy on 25 of 25 images, given in Python"
    assert len(list((tmp_path / CACHE).iterdir())) == 1
    again = build(recipe, tmp_path, images=IMAGES, slower="unmeasured", progress=notes)
    assert notes.notes["calibrate"].endswith("from cache")
    assert again.bundle.read_bytes() == built.bundle.read_bytes()
    with Bundle.open(built.bundle) as bundle:
        assert bundle.manifest.lineage.recipe["calibration"] == "given in Python"


def test_a_build_calibrates_on_an_npz_of_prepared_arrays(tmp_path: Path) -> None:
    np.savez(tmp_path / "ready.npz", np.random.default_rng(0).random((6, 1, *SIZE), np.float32))
    recipe = RECIPE.model_copy(
        update={"targets": ("cpu",), "calibration": str(tmp_path / "ready.npz"), "calibration_samples": 4}
    )
    notes = Notes()
    result = build(recipe, tmp_path / "out", slower="unmeasured", progress=notes)
    assert [row.reason for row in result.variants] == [None, None]
    assert notes.notes["calibrate"] == "min-max on 4 of 6 images, ready.npz"
