import numpy as np

from edgec_runtime.engine import Array
from edgec_runtime.engines.batches import one_by_one


def test_each_image_runs_alone_and_the_answers_keep_their_order() -> None:
    seen: list[int] = []

    def run(feeds: dict[str, Array]) -> dict[str, Array]:
        seen.append(len(feeds["x"]))
        return {"y": feeds["x"] + 1}

    batch = np.arange(6, dtype=np.float32).reshape(3, 2)
    assert np.array_equal(one_by_one(run, {"x": batch})["y"], batch + 1)
    assert seen == [1, 1, 1]
