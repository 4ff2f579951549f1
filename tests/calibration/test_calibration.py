import hashlib
import subprocess
import sys
import weakref
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import onnx
import onnx.parser
import pytest

from edgec_calibration import METHODS, CalibrationError, calibrate, samples_digest
from edgec_runtime.errors import EngineError, UsageError

Array = npt.NDArray[np.float32]

NETWORK = """<ir_version: 10, opset_import: ["": 21]>
network (float[batch,1,h,w] image) => (float[batch,1,h,w] map)
<float[1] two = {2}, float[1] three = {3}>
{
    double = Mul(image, two)
    left = Sub(double, three)
    positive = Relu(left)
    root = Sqrt(left)
    map = Sigmoid(left)
}"""
MODEL = onnx.parser.parse_model(NETWORK).SerializeToString()
IMAGES = [np.full((1, 1, 2, 3), value, np.float32) for value in (4.0, 2.0, 3.0)]


@pytest.mark.parametrize("method", [method for method in METHODS if method != "moving-average"])
def test_ranges_of_inner_tensors_the_input_and_the_output(method: str) -> None:
    ranges = calibrate(MODEL, ["image", "left", "positive", "map"], iter(IMAGES), method)
    assert ranges.tensors["image"] == (0.0, 4.0)
    assert ranges.tensors["left"] == (0.0, 5.0)
    assert ranges.tensors["positive"] == (0.0, 5.0)
    assert ranges.tensors["map"] == (0.0, pytest.approx(1 / (1 + np.exp(-5)), abs=1e-6))
    assert list(ranges.tensors) == ["image", "left", "positive", "map"]
    assert ranges.method == method
    assert ranges.graph_sha256 == hashlib.sha256(MODEL).hexdigest()


def test_image_sizes_may_differ() -> None:
    images = [IMAGES[0], np.zeros((1, 1, 5, 4), np.float32)]
    assert calibrate(MODEL, ["left"], images).tensors["left"] == (-3.0, 5.0)


def test_same_samples_same_ranges_and_other_samples_another_digest() -> None:
    first = calibrate(MODEL, ["left"], IMAGES)
    assert calibrate(MODEL, ["left"], iter(IMAGES)) == first
    reshaped = [image.reshape(1, 1, 3, 2) for image in IMAGES]
    digests = {
        calibrate(MODEL, ["left"], samples).samples_sha256
        for samples in (IMAGES, IMAGES[::-1], IMAGES[:2], reshaped)
    }
    assert len(digests) == 4


def test_the_moving_average_takes_the_samples_in_their_order() -> None:
    first, last = (
        calibrate(MODEL, ["image"], images, "moving-average").tensors["image"]
        for images in (IMAGES, IMAGES[::-1])
    )
    assert first[1] > last[1]  # IMAGES begins with the greatest


def test_means_of_inner_tensors_and_the_input_by_channel() -> None:
    ranges = calibrate(MODEL, ["left"], IMAGES, means=["image", "positive"])
    assert ranges.means == {"image": (3.0,), "positive": (3.0,)}
    assert list(ranges.tensors) == ["left"]


def test_the_digest_is_known_without_running_the_network() -> None:
    assert samples_digest(iter(IMAGES)) == calibrate(MODEL, ["left"], IMAGES).samples_sha256


def test_digest_is_of_values_not_of_memory() -> None:
    image = np.arange(6, dtype=np.float32).reshape(1, 1, 2, 3)
    turned = np.asfortranarray(image)
    assert calibrate(MODEL, ["left"], [turned]) == calibrate(MODEL, ["left"], [image])


def test_no_sample_is_kept() -> None:
    alive: list[weakref.ref[Array]] = []
    most = 0

    def images() -> Iterator[Array]:
        nonlocal most
        for value in range(6):
            image = np.full((1, 1, 2, 3), value, np.float32)
            alive.append(weakref.ref(image))
            yield image
            del image
            most = max(most, sum(reference() is not None for reference in alive))

    calibrate(MODEL, ["image", "left"], images())
    assert most == 1


def test_no_samples() -> None:
    with pytest.raises(CalibrationError, match="no calibration samples"):
        calibrate(MODEL, ["left"], [])


@pytest.mark.parametrize("method", METHODS)
def test_values_that_are_not_finite_name_the_tensor_and_the_sample(method: str) -> None:
    images = [IMAGES[0], np.ones((1, 1, 2, 3), np.float32)]  # sqrt(2 - 3)
    with pytest.raises(CalibrationError, match=r"'root' is not finite for sample 1"):
        calibrate(MODEL, ["left", "root"], images, method)


@pytest.mark.parametrize("wrong", [np.nan, np.inf, -np.inf])
def test_sample_that_is_not_finite(wrong: float) -> None:
    image = IMAGES[0].copy()
    image[0, 0, 1, 1] = wrong
    with pytest.raises(CalibrationError, match="sample 0 holds values that are not finite"):
        calibrate(MODEL, ["left"], [image])


@pytest.mark.parametrize(
    "sample",
    [
        IMAGES[0].astype(np.float64),
        IMAGES[0].astype(np.uint8),
        IMAGES[0][0],
        np.concatenate(IMAGES),
        np.zeros((1, 1, 0, 3), np.float32),
        [[1.0]],
    ],
    ids=["float64", "uint8", "rank 3", "batch of 3", "empty", "list"],
)
def test_sample_of_another_kind(sample: object) -> None:
    with pytest.raises(CalibrationError, match="sample 0 "):
        calibrate(MODEL, ["left"], [sample])  # type: ignore[list-item]


def test_sample_that_does_not_fit_the_network() -> None:
    with pytest.raises(EngineError, match=r"\(1, 3, 2, 2\)"):
        calibrate(MODEL, ["left"], [np.zeros((1, 3, 2, 2), np.float32)])


def test_unknown_tensor_and_method() -> None:
    with pytest.raises(CalibrationError, match="no tensor 'nowhere'"):
        calibrate(MODEL, ["nowhere"], IMAGES)
    with pytest.raises(UsageError, match=r"'median'.*min-max.*mse"):
        calibrate(MODEL, ["left"], IMAGES, "median")


def test_not_a_network() -> None:
    with pytest.raises(EngineError, match="not an ONNX network"):
        calibrate(b"not a network", ["left"], IMAGES)


def test_import_loads_no_engine() -> None:
    code = "import sys, edgec_calibration; print({'onnx', 'onnxruntime', 'edgec'} & set(sys.modules))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "set()"
