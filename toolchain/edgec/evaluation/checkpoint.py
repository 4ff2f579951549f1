"""A network in torch with the weights of a checkpoint, judged as a device would run it."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch

from edgec import zoo
from edgec.errors import UsageError
from edgec.evaluation.judge import judge, open_truth
from edgec.evaluation.result import OVERLAP_ALONE, Detail, EvalResult, averaged
from edgec.learn.predict import Segmenter, segmenter
from edgec.progress import SILENT, Progress
from edgec.recipe import Recipe
from edgec.source import Source, load_source

TORCH = "torch"


def evaluate_checkpoint(
    recipe: Recipe,
    data: str,
    threads: int | None = None,
    detail: Detail = OVERLAP_ALONE,
    progress: Progress = SILENT,
) -> EvalResult:
    """Score the network of a recipe on a data set, in torch and float32.

    An image is scaled, normalized and decided on as the recipe says and a Session does it. Raises
    ModelSourceError, CheckpointError, DataError, and UsageError for an ONNX file, which is no module, or a
    network without weights.
    """
    with progress.step(f"load {recipe.model}"):
        source = load_source(recipe.model, recipe.checkpoint, recipe.channels, recipe.options)
    segment = _segmenter(source, recipe)
    if recipe.classes is not None and len(recipe.classes) != segment.classes:
        raise UsageError(
            f"there are {len(recipe.classes)} classes ({', '.join(recipe.classes)}), the network tells "
            f"{segment.classes} apart"
        )
    dataset = open_truth(data, recipe.classes or segment.classes)
    row = EvalResult(TORCH, TORCH, "fp32", None, classes=dataset.class_names[1:])
    with progress.step(f"evaluate {source.name}"), _threads(threads):
        return averaged(row, judge(segment, dataset, detail.measures), detail.worst)


def _segmenter(source: Source, recipe: Recipe) -> Segmenter:
    if source.module is None:
        raise UsageError(f"{recipe.model} is an ONNX file: build it, and evaluate the bundle's fp32 variant")
    if recipe.model in zoo.MODELS and not source.trained:
        raise UsageError(f"{recipe.model} comes without weights: name a checkpoint of it")
    return segmenter(source.module, recipe, source.channels)


@contextmanager
def _threads(threads: int | None) -> Iterator[None]:
    """Torch computes with so many meanwhile."""
    before = torch.get_num_threads()
    torch.set_num_threads(threads or before)
    try:
        yield
    finally:
        torch.set_num_threads(before)
