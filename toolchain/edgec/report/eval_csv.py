"""Scores as CSV (RFC 4180): a row for each image, or for each variant's average."""

import csv
import io
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from edgec.report.eval import computed
from edgec_runtime.format.profile import in_words

if TYPE_CHECKING:
    from edgec.evaluation import EvalResult
    from edgec.learn.metrics import DetailedScores

DECIMALS = 6

Row = tuple[str | int | float, ...]

_VARIANT = ("target", "engine", "variant")


def images_csv(results: Sequence["EvalResult"]) -> str:
    """`target,engine,variant,image`, the metrics averaged over the classes, and those of each class.

    The columns of a class are named METRIC_CLASS; with one foreground class there are none.
    """
    rows: list[Row] = [
        (*_variant(result), image.name, *_numbers(image.scores))
        for result in results
        for image in result.images
    ]
    return _text([*_VARIANT, "image", *_columns(results)], rows)


def averages_csv(results: Sequence["EvalResult"]) -> str:
    """As `images_csv`, averaged over the images, with their number; no row for what could not be run."""
    rows: list[Row] = [
        (*_variant(result), len(result.images), *_numbers(result.scores))
        for result in results
        if result.scores is not None
    ]
    return _text([*_VARIANT, "images", *_columns(results)], rows)


def _variant(result: "EvalResult") -> tuple[str, str, str]:
    return result.target, result.engine, in_words(result.precision, result.profile)


def _columns(results: Sequence["EvalResult"]) -> Iterator[str]:
    yield from (keys := computed(results))
    classes = next((row.classes for row in results if row.scores), ())
    if len(classes) > 1:
        yield from (f"{key}_{name}" for name in classes for key in keys if key != "pixel_accuracy")


def _numbers(scores: "DetailedScores") -> list[float]:
    numbers = list(scores.as_dict().values())
    if len(scores.classes) > 1:
        numbers += [value for one in scores.classes for value in one.as_dict().values()]
    return [round(value, DECIMALS) for value in numbers]


def _text(columns: Sequence[str], rows: Sequence[Row]) -> str:
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(columns)
    writer.writerows(rows)
    return file.getvalue()
