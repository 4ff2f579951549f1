import numpy as np
import pytest

from edgec.passes.softplus import FuseSoftplus

BODY = "far = Mul(image, ten) soft = Softplus(far) above = Greater(far, limit) map = Where(above, far, soft)"


def constants(limit: float) -> dict[str, np.ndarray]:
    return {"limit": np.float32(limit), "ten": np.float32(10)}


def test_the_threshold_goes(network, operators, run) -> None:
    graph = network(BODY, constants(20), maps=2)
    result = FuseSoftplus()(graph)
    assert operators(result.graph) == ["Mul", "Softplus"]
    np.testing.assert_allclose(run(result.graph), run(graph), rtol=1e-6, atol=1e-7)
    assert run(graph).max() > 20, "the premise"


@pytest.mark.parametrize(
    ("body", "limit"),
    [(BODY, 5.0), (BODY.replace("(above, far, soft)", "(above, image, soft)"), 20.0)],
    ids=["a low threshold", "another image"],
)
def test_others_are_left_alone(network, body: str, limit: float) -> None:
    assert not FuseSoftplus()(network(body, constants(limit), maps=2)).changed
