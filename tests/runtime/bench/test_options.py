"""Batches, threads, durations and images."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.runtime.bench.document import read

from edgec_runtime import Session, jobs
from edgec_runtime.bench import bench
from edgec_runtime.errors import InputError, UsageError
from edgec_runtime.png import write_png


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    folder.mkdir()
    random = np.random.default_rng(0)
    for number in range(3):
        shape = (40 + number, 30)
        (folder / f"{number}.png").write_bytes(write_png(random.integers(0, 2, shape, np.uint8), GREYS))
    (folder / "notes.txt").write_text("not an image")
    (folder / "folder.png").mkdir()
    return folder


GREYS = np.repeat(np.arange(0, 256, 255, dtype=np.uint8)[:, np.newaxis], 3, axis=1)


def test_threads_and_batches_are_rows(make_bundle: Any) -> None:
    report = bench(make_bundle(), threads=[1, 2, 1], batches=[1, 4])
    rows = read(json.dumps(report.to_json()))["measurements"]
    assert [(row["threads"], row["batch"]) for row in rows] == [(1, 1), (1, 4), (2, 1), (2, 4)]
    for row in rows:
        assert row["image_ms"] == pytest.approx(row["latency_ms"]["median"] / row["batch"], abs=1e-4)


def test_the_ratio_is_of_one_image(make_bundle: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from edgec_runtime.bench import plan

    class TwoMilliseconds(plan.VariantProcess):
        """Each image takes two milliseconds, whatever the network."""

        def __init__(self, *words: Any, batch: int, **others: Any) -> None:
            super().__init__(*words, batch=batch, **others)
            self.batch = batch

        def run(self, count: int) -> list[float]:
            return [2.0 * self.batch for _ in super().run(count)]

    monkeypatch.setattr(plan, "VariantProcess", TwoMilliseconds)
    one, four = bench(make_bundle(), threads=1, batches=[1, 4]).measurements
    assert (one["latency_ms"]["median"], four["latency_ms"]["median"]) == (2.0, 8.0)
    assert four["ratio"] == {"median": 1.0, "low": 1.0, "high": 1.0}


def test_an_engine_that_takes_one_image_refuses_a_batch_by_name(every_engine: Path) -> None:
    report = bench(every_engine, precisions=["fp32"], threads=1, batches=[2])
    rows = {row["engine"]: row for row in read(json.dumps(report.to_json()))["measurements"]}
    assert "error" not in rows["onnxruntime"]
    for engine in ("openvino", "tflite"):
        assert f"{engine} runs a batch of 2 one image after the other" in rows[engine]["error"]
        assert "--batch 1" in rows[engine]["error"]


def test_it_goes_on_as_long_as_it_is_told(make_bundle: Any) -> None:
    (row,) = bench(make_bundle(), threads=1, seconds=1.5).measurements
    assert row["latency_ms"]["mean"] * row["latency_ms"]["runs"] >= 1499


def test_images_go_through_the_whole_session(make_bundle: Any, photos: Path) -> None:
    report = bench(make_bundle(), threads=1, images=photos)
    (row,) = read(json.dumps(report.to_json()))["measurements"]
    stages = row["stages_ms"]
    assert min(stages.values()) > 0
    assert sum(stages.values()) == pytest.approx(row["latency_ms"]["median"], rel=0.5)


def test_what_is_timed_is_what_a_session_does(
    make_bundle: Any, photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    masks = []
    to_mask = jobs.to_mask

    def kept(*words: Any) -> Any:
        masks.append(to_mask(*words))
        return masks[-1]

    monkeypatch.setattr(jobs, "to_mask", kept)
    images = jobs.read_images(photos)
    assert [image.shape[:2] for image in images] == [(40, 30), (41, 30), (42, 30)]
    with Session.open(make_bundle(), threads=1) as session:
        job = jobs.image_job(session, images)
        for _ in range(4):
            assert len(job()) == len(jobs.STAGES)
        expected = [session.segment(image) for image in (*images, images[0])]
    assert all(np.array_equal(mask, wanted) for mask, wanted in zip(masks, expected, strict=True))


def test_folders_that_cannot_be_measured_on(make_bundle: Any, photos: Path, tmp_path: Path) -> None:
    path = make_bundle()
    with pytest.raises(InputError, match="give a folder of images"):
        bench(path, images=tmp_path / "none")
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="holds no image"):
        bench(path, images=tmp_path / "empty")
    with pytest.raises(UsageError, match="one by one"):
        bench(path, images=photos, batches=[1, 2])
    (photos / "9.png").write_bytes(b"noise")
    (row,) = bench(path, threads=1, images=photos).measurements
    assert "9.png" in row["error"]
