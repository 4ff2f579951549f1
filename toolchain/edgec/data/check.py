"""check_data(): what is wrong with a folder of images and masks, found before anybody trains on it."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from edgec.data.classes import class_names
from edgec.data.contents import Contents
from edgec.data.dataset import Entry, OwnPart
from edgec.data.images import IGNORE
from edgec.data.labels import Counts, by_class, guess_classes, is_both_ways, unknown_labels
from edgec.data.layouts import LAYOUTS
from edgec.data.look import Finding, Look, look
from edgec.data.opening import contents_of, layout_of, name_of
from edgec.data.split import split_entries
from edgec.errors import DataError
from edgec.progress import SILENT, Progress
from edgec.recipe import DataRecipe


@dataclass(frozen=True)
class Report:
    """What a data set is, and what is wrong with it.

    `parts`: samples of each, None where it cannot be split; `own_parts`: whether the data set says which.
    `has_masks`: whether masks belong to it. `sizes`: images by (width, height). `pixels`: of each class, as
    `class_names` has them; `ignored`: of none.
    """

    name: str
    layout: str
    samples: int
    groups: int
    parts: dict[OwnPart, int] | None
    own_parts: bool
    has_masks: bool
    class_names: tuple[str, ...]
    sizes: dict[tuple[int, int], int]
    pixels: tuple[int, ...]
    ignored: int
    findings: tuple[Finding, ...]


def check_data(recipe: DataRecipe, classes: int | None = None, progress: Progress = SILENT) -> Report:
    """Read every sample of a recipe's data once, and tell all that is wrong with them.

    `classes`: how many, with the background, where the recipe does not name them; None takes those that the
    layout knows, or as many as the masks have labels. Raises DataError where the folder is not there, or
    holds nothing that could be looked at.
    """
    layout = layout_of(recipe)
    numbers = layout == "pairs"  # the only one whose masks do not say what their numbers mean
    wanted = classes if recipe.classes is None else recipe.classes
    contents = contents_of(recipe, IGNORE if numbers else wanted)
    looks = _looks(contents, progress)
    masks = {place: each.labels for place, each in enumerate(looks) if each.labels is not None}
    names = contents.class_names
    findings = [each.finding for each in looks if each.finding is not None]
    if numbers:
        names = class_names(wanted or guess_classes([*masks.values()]))
        findings += _unknown(contents.entries, masks, len(names))
        masks = {place: by_class(mask, len(names)) for place, mask in masks.items()}
    if not LAYOUTS[layout].sparse:
        findings += _empty(contents.entries, masks)
    parts = _parts(contents.entries, recipe)
    findings += [Finding("mask without image", path.name, str(path)) for path in contents.spare]
    findings += _twice(contents.entries, looks, parts)
    total = np.array([*masks.values()], np.int64).reshape(-1, IGNORE + 1).sum(axis=0)
    return Report(
        name=name_of(recipe),
        layout=layout,
        samples=len(contents.entries),
        groups=len({entry.group for entry in contents.entries}),
        parts=None if parts is None else dict(Counter(parts)),
        own_parts=any(entry.part is not None for entry in contents.entries),
        has_masks=contents.rule is not None,
        class_names=names,
        sizes=dict(Counter(each.size for each in looks if each.size is not None).most_common()),
        pixels=tuple(total[: len(names)].tolist()),
        ignored=int(total[IGNORE]),
        findings=tuple(findings),
    )


def _looks(contents: Contents, progress: Progress) -> list[Look]:
    looks = []
    with progress.step("read", total=len(contents.entries)) as step:
        for entry in contents.entries:
            looks.append(look(entry, contents.rule))
            step.advance()
    return looks


def _parts(entries: Sequence[Entry], recipe: DataRecipe) -> list[OwnPart] | None:
    """The part of each entry, as training would have it."""
    try:
        split = split_entries(entries, recipe.val, recipe.seed, str(recipe.path))
    except DataError:
        return None
    val = {id(entry) for entry in split["val"]}
    return ["val" if id(entry) in val else "train" for entry in entries]


def _unknown(entries: Sequence[Entry], masks: Mapping[int, Counts], classes: int) -> Iterator[Finding]:
    for place, mask in masks.items():
        strange = unknown_labels(mask, classes)
        if strange:
            shown = ", ".join(str(label) for label in strange[:8]) + (", ..." if len(strange) > 8 else "")
            yield Finding("unknown labels", entries[place].name, f"{shown}, with {classes} classes")
    if classes == 2 and is_both_ways([*masks.values()]):
        what = "the foreground beside 0 alone, and what is ignored beside 0 and 1: save all masks as 0 and 1"
        yield Finding("two meanings of 255", "all", what)


def _empty(entries: Sequence[Entry], masks: Mapping[int, Counts]) -> Iterator[Finding]:
    for place, mask in masks.items():
        if not mask[1:IGNORE].any():
            yield Finding("empty mask", entries[place].name, "nothing but background, and what is ignored")


def _twice(
    entries: Sequence[Entry], looks: Sequence[Look], parts: Sequence[OwnPart] | None
) -> Iterator[Finding]:
    first: dict[bytes, int] = {}
    for place, each in enumerate(looks):
        before = first.setdefault(each.picture, place) if each.picture is not None else place
        if before == place:
            continue
        same = f"the same picture as {entries[before].name}"
        if parts is None or parts[before] == parts[place]:
            yield Finding("twice", entries[place].name, same)
        else:
            what = f"{parts[place]} has {same} in {parts[before]}"
            yield Finding("in both parts", entries[place].name, what)
