import numpy as np
import pytest
from tests.toolchain.quantize.networks import images, measured, network, values

from edgec.graph import Graph
from edgec.passes import up_convolution
from edgec.passes.names import NameNodes
from edgec.quantize import answers, integer_form, integer_forms, quantize_static
from edgec_targets import load_target
from edgec_targets.target import Profile

BODY = """
    skip = Relu(image) small = MaxPool<kernel_shape = [2, 2], strides = [2, 2]>(skip)
    low = Conv<pads = [1, 1, 1, 1]>(small, d, d_bias) x = Relu(low)
    up = ConvTranspose<strides = [2, 2]>(x, u, u_bias) both = Concat<axis = 1>(skip, up)
    c = Conv<pads = [1, 1, 1, 1]>(both, w, w_bias) map = Sigmoid(c)
"""
PROFILES = load_target("openvino").profiles


@pytest.fixture
def graph(monkeypatch: pytest.MonkeyPatch) -> Graph:
    monkeypatch.setattr(up_convolution, "GROWTH", 10)
    weights = {
        "d": values(4, 2, 3, 3, seed=1) / 4,
        "d_bias": values(4, seed=2),
        "u": values(4, 3, 2, 2, seed=3) / 2,
        "u_bias": values(3, seed=4),
        "w": values(2, 5, 3, 3, seed=5) / 7,
        "w_bias": values(2, seed=6),
    }
    return NameNodes()(network(BODY, **weights)).graph


def merged(graph: Graph) -> bool:
    return not any(node.op_type == "Concat" for node in graph.nodes)


def test_openvino_with_vnni_takes_the_merged_form_and_nobody_else(graph: Graph) -> None:
    for name in ("cpu", "openvino", "tflite"):
        for profile, found in load_target(name).profiles.items():
            form = integer_form(graph, found)
            assert merged(form) == ((name, profile) == ("openvino", "x86-vnni"))
            assert merged(form) or form is graph


def test_each_form_once_and_the_natural_one_first(graph: Graph) -> None:
    forms = integer_forms(graph, [*PROFILES.values(), *PROFILES.values()])
    assert [merged(form) for form in forms] == [False, True]
    assert forms[0] is graph
    plain = network("map = Relu(image)")
    assert integer_forms(plain, PROFILES.values()) == (plain,)


def test_the_merged_form_in_integers_is_as_near_the_float_network(graph: Graph) -> None:
    """The edges too: the channel of ones has a scale as any other."""
    reference = np.concatenate(answers(graph, images()))

    def noise_db(profile: Profile) -> float:
        form = integer_form(graph, profile)
        found = np.concatenate(
            answers(quantize_static(form, measured(form, images()), profile.int8), images())
        )
        return float(10 * np.log10(np.square(reference).mean() / np.square(found - reference).mean()))

    merged_db, natural_db = noise_db(PROFILES["x86-vnni"]), noise_db(PROFILES["arm"])
    assert natural_db > 30
    assert merged_db > natural_db - 3
