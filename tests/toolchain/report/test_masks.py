import csv
import io

import cv2
import numpy as np

from edgec.learn.prune.masks import GroupMask, Masks
from edgec.report.channels import GONE, KEPT, draw_channels
from edgec.report.masks import channels_csv, masks_document

GROUP = GroupMask(
    block="encoder.0",
    layer="encoder.0.0",
    layers=("encoder.0.0", "encoder.0.1"),
    width=4,
    ratio=0.3,
    kept=(1, 2, 3),
    scores=(0.5, 2.0, 3.0, 4.0),
)
WHOLE = GROUP.model_copy(update={"layer": "up.0", "kept": (0, 1, 2, 3)})


def masks(*groups: GroupMask, **fields: object) -> Masks:
    plain = {"model": "unet", "options": {}, "source_sha256": "0" * 64, "method": "l1", "multiple": 1}
    return Masks.model_validate(
        {**plain, "granularity": "block", "ratios": {"default": 0.3}, "groups": groups, **fields}
    )


def test_a_group_tells_what_went_and_the_ends_of_the_scores() -> None:
    one, other = masks_document("masks.json", masks(GROUP, WHOLE))["groups"]
    assert (one["kept"], one["width"], one["ratio"], one["removed"]) == ([1, 2, 3], 4, 0.3, 0.25)
    assert (one["removed_scores"], one["kept_scores"]) == ([0.5, 0.5], [2.0, 4.0])
    assert (other["removed"], other["removed_scores"]) == (0.0, None)


def test_single_weights_are_counted() -> None:
    document = masks_document(
        "masks.json", masks(weights={"head.weight": "gA=="}, granularity="unstructured")
    )
    assert document["weights"] == {"head.weight": 1}


def test_every_channel_is_a_row_with_its_score() -> None:
    rows = list(csv.DictReader(io.StringIO(channels_csv(masks(GROUP)))))
    assert [row["kept"] for row in rows] == ["0", "1", "1", "1"]
    assert [float(row["score"]) for row in rows] == list(GROUP.scores)


def test_the_picture_has_as_much_of_each_colour_as_there_are_channels() -> None:
    data = draw_channels(masks_document("masks.json", masks(*[GROUP] * 8)))
    picture = cv2.cvtColor(cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)
    counts = [int((picture == _rgb(colour)).all(axis=2).sum()) for colour in (KEPT, GONE)]
    assert 2.7 < counts[0] / counts[1] < 3.3  # but for the legend


def _rgb(colour: str) -> list[int]:
    return [int(colour[place : place + 2], 16) for place in (1, 3, 5)]
