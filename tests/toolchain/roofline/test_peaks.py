import pytest

from edgec.errors import EdgecError
from edgec.fresh import run_fresh
from edgec.lower import ENGINES, lower, operators
from edgec.progress import Step
from edgec.roofline import Best, Peaks, peaks
from edgec.roofline.networks import Workload, convolutions, in_integers
from edgec_runtime.errors import EngineError
from edgec_targets.target import Int8

SMALL = Workload(16, 3, 8, depth=2)
ROOF = Peaks(1, {"int8": Best(500.0, "e", "w"), "float32": Best(125.0, "e", "w")}, 20.0)


def test_the_share_of_a_peak() -> None:
    assert ROOF.share("int8", 250e6, 1.0) == pytest.approx(0.5)
    assert ROOF.share("int8-dynamic", 250e6, 1.0) == pytest.approx(0.5)
    assert ROOF.share("float32", 250e6, 4.0) == pytest.approx(0.5)
    assert ROOF.share("bfloat16", 250e6, 1.0) is None
    assert ROOF.share("int8", None, 1.0) is None
    assert ROOF.share("int8", 250e6, 0.0) is None


def test_bound_by_what_it_computes_for_each_byte() -> None:
    assert ROOF.bound("int8", 2600, 100) == "compute"  # the ridge is at 25
    assert ROOF.bound("int8", 2400, 100) == "memory"
    assert ROOF.bound("float32", 700, 100) == "compute"
    assert ROOF.bound("convert", None, 100) == "memory"
    assert ROOF.bound("bfloat16", 700, 100) is None


def test_the_work_of_a_workload_is_that_of_its_network() -> None:
    assert convolutions(SMALL).macs == SMALL.macs == 2 * 16 * 16 * 9 * 64


@pytest.mark.parametrize("engine", ENGINES)
def test_the_integer_workload_runs_in_integers(engine: str) -> None:
    graph = in_integers(convolutions(SMALL), Int8(activation="int8" if engine == "tflite" else "uint8"))
    assert operators(lower(graph, engine), engine)["int8"] >= SMALL.depth


def test_the_best_engine_counts_and_one_that_fails_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = {
        "onnxruntime": [{"type": "int8", "workload": "a", "gmacs": 10.0}],
        "openvino": [
            {"type": "int8", "workload": "b", "gmacs": 20.0},
            {"type": "float32", "workload": "b", "gmacs": 5.0},
        ],
    }

    def answer(module: str, threads: int, engine: str | None = None) -> object:
        if engine is None:
            return 7.0
        if engine not in answers:
            raise EngineError("it is not installed")
        return answers[engine]

    monkeypatch.setattr(peaks, "run_fresh", answer)
    found = peaks.measure_peaks(1, Step("measure"))
    assert found == Peaks(
        1, {"int8": Best(20.0, "openvino", "b"), "float32": Best(5.0, "openvino", "b")}, 7.0
    )
    answers.clear()
    with pytest.raises(EngineError, match="no engine could be measured here: it is not installed"):
        peaks.measure_peaks(1, Step("measure"))


def test_a_fresh_process_gives_its_answer_or_its_sentence() -> None:
    assert run_fresh("edgec.roofline.bandwidth", threads=1) > 0
    with pytest.raises(EdgecError, match="no engine is called 'none'"):
        run_fresh("edgec.roofline.probe", engine="none", threads=1)
    with pytest.raises(EngineError, match=r"edgec.roofline.bandwidth ended with code 1: .*"):
        run_fresh("edgec.roofline.bandwidth", threads="many")
