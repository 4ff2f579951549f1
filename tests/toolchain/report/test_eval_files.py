import csv
from dataclasses import replace

import pytest
from tests.toolchain.report.judged import FAILED, FP32, INT8, PERFECT, WORSE, judged, result

from edgec.report.eval_csv import averages_csv, images_csv
from edgec.report.eval_files import draw_sheets, eval_files

FIVE = ["dice", "iou", "pixel_accuracy", "precision", "recall", "boundary_f1"]


def rows(text: str) -> list[dict[str, str]]:
    assert "\r\n" in text
    return list(csv.DictReader(text.splitlines()))


def test_a_row_for_each_image_of_each_variant() -> None:
    found = rows(images_csv([FP32, INT8, FAILED]))
    assert list(found[0]) == ["target", "engine", "variant", "image", *FIVE]
    assert [(row["variant"], row["image"]) for row in found] == [
        ("fp32", "worse"),
        ("fp32", "perfect"),
        ("int8-static", "worse"),
        ("int8-static", "perfect"),
    ]
    assert [float(row["dice"]) for row in found] == pytest.approx([2 / 3, 1, 2 / 3, 2 / 3], abs=1e-6)
    assert [float(row["pixel_accuracy"]) for row in found] == pytest.approx(
        [4 / 6, 1, 4 / 6, 4 / 6], abs=1e-6
    )


def test_the_averages_are_those_of_the_rows() -> None:
    first, second = rows(averages_csv([FP32, FAILED, INT8]))
    assert (first["images"], second["variant"]) == ("2", "int8-static")
    images = rows(images_csv([FP32]))
    for name in FIVE:
        assert float(first[name]) == pytest.approx(sum(float(row[name]) for row in images) / 2, abs=1e-6)


def test_several_classes_have_columns_of_their_own() -> None:
    found = result(judged(WORSE, "x", 3), classes=("cell", "a, b"))
    (row,) = rows(averages_csv([found]))
    assert row["dice_a, b"] == "1.0"
    assert float(row["dice_cell"]) == pytest.approx(2 / 3, abs=1e-6)
    assert "pixel_accuracy_cell" not in row


def test_what_could_not_run_has_no_row() -> None:
    assert rows(images_csv([FAILED])) == rows(averages_csv([FAILED])) == []


def test_each_result_has_a_sheet_and_no_pixels_are_kept() -> None:
    profiled = replace(INT8, profile="x86-vnni")
    kept, sheets = draw_sheets(iter([FP32, profiled, FAILED]), "a bundle on cells")
    assert list(sheets) == ["cpu-fp32.png", "cpu-int8-static-x86-vnni.png"]
    assert [row.worst for row in kept] == [(), (), ()]
    assert kept[0].images == FP32.images
    assert list(eval_files(kept, sheets)) == ["averages.csv", "images.csv", *sheets]


def test_without_kept_images_there_is_no_sheet() -> None:
    kept, sheets = draw_sheets([replace(FP32, worst=())], "")
    assert sheets == {}
    assert kept[0].metrics == result(judged(WORSE, "a"), judged(PERFECT, "b")).metrics
