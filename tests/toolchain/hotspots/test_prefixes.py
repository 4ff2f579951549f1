import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter

from edgec.hotspots.prefixes import prefix
from edgec.inspection import lowered_files
from edgec.lower import list_operators
from edgec.pipeline import BuildResult
from edgec_runtime.bundle import Bundle


@pytest.mark.parametrize("precision", ["fp32", "int8-static"])
def test_each_piece_runs_one_operator_more_and_the_last_is_the_network(
    precision: str, tiny_build: BuildResult
) -> None:
    with Bundle.open(tiny_build.bundle) as bundle:
        variant = bundle.variant("tflite", precision)
        lowered = lowered_files(bundle, variant)
    network = lowered.files["model.tflite"]
    operators = [entry.name for entry in list_operators(lowered, "tflite")]
    image = np.random.default_rng(0).random((1, 32, 48, 1), np.float32)
    for place, name in enumerate(operators):
        outputs = answers(prefix(network, name), image)
        assert name in outputs
        if place == len(operators) - 1:
            assert outputs.keys() == answers(network, image).keys()
            np.testing.assert_array_equal(outputs[name], answers(network, image)[name])


def test_what_is_read_later_is_kept_alive(tiny_build: BuildResult) -> None:
    """A skip that nothing in the piece reads would else be left out by XNNPACK, and cost nothing."""
    with Bundle.open(tiny_build.bundle) as bundle:
        lowered = lowered_files(bundle, bundle.variant("tflite", "fp32"))
    pool = next(entry for entry in list_operators(lowered, "tflite") if entry.kind == "MAX_POOL_2D")
    image = np.zeros((1, 32, 48, 1), np.float32)
    outputs = answers(prefix(lowered.files["model.tflite"], pool.name), image)
    assert outputs.keys() == {pool.name, *pool.sources}


def answers(network: bytes, image: np.ndarray) -> dict[str, np.ndarray]:
    interpreter = Interpreter(model_content=network)
    interpreter.allocate_tensors()
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], image)
    interpreter.invoke()
    return {
        entry["name"]: interpreter.get_tensor(entry["index"]) for entry in interpreter.get_output_details()
    }
