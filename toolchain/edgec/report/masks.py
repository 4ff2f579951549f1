"""Which channels went and which stay: a row for each group of channels that go together, and a picture."""

import base64
import csv
import io
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from rich.table import Table

from edgec.report.tables import new_table

if TYPE_CHECKING:
    from edgec.learn.prune.masks import GroupMask, Masks

DECIMALS = 6


def masks_document(name: str, masks: "Masks") -> dict[str, Any]:
    """``{"schema": 1, "masks": name, "model", "source_sha256", "method", ..., "groups": [...]}``.

    A group has its `block` and first `layer`, the `layers` that go with it, its `width`, the channels `kept`,
    the `ratio` that was to go and the share that went (`removed`), and the least and most of the scores of
    those `kept_scores` and `removed_scores`, null where there is none. `weights`: of unstructured pruning,
    how many weights of each tensor stay.
    """
    return {
        "schema": 1,
        "masks": name,
        "model": masks.model,
        "options": dict(masks.options),
        "source_sha256": masks.source_sha256,
        "method": masks.method,
        "granularity": masks.granularity,
        "multiple": masks.multiple,
        "groups": [_group(group) for group in masks.groups],
        "weights": {key: _bits(text) for key, text in masks.weights.items()},
    }


def masks_table(document: dict[str, Any]) -> Table:
    """A row for each group in the order of the network; of unstructured pruning, for each tensor."""
    title = (
        f"{document['masks']}: {document['model']} pruned by {document['method']}, {document['granularity']}"
    )
    if document["weights"]:
        table = new_table(title, ["weights"], ["stay"])
        for name, count in document["weights"].items():
            table.add_row(name, f"{count:,}")
        return table
    numbers = ["stay", "of", "asked to go %", "went %", "scores that went", "scores that stay"]
    table = new_table(title, ["block", "channels of"], numbers)
    for row in document["groups"]:
        table.add_row(
            row["block"],
            row["layer"],
            str(len(row["kept"])),
            str(row["width"]),
            f"{100 * row['ratio']:.1f}",
            f"{100 * row['removed']:.1f}",
            _range(row["removed_scores"]),
            _range(row["kept_scores"]),
        )
    return table


def channels_csv(masks: "Masks") -> str:
    """`block,layer,channel,score,kept` of every channel of every group (RFC 4180); `kept` is 1 or 0."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(["block", "layer", "channel", "score", "kept"])
    for group in masks.groups:
        kept = set(group.kept)
        for channel, score in enumerate(group.scores):
            writer.writerow([group.block, group.layer, channel, repr(score), int(channel in kept)])
    return file.getvalue()


def _group(group: "GroupMask") -> dict[str, Any]:
    kept = set(group.kept)
    return {
        "block": group.block,
        "layer": group.layer,
        "layers": list(group.layers),
        "width": group.width,
        "kept": list(group.kept),
        "ratio": round(group.ratio, DECIMALS),
        "removed": round(1 - len(kept) / group.width, DECIMALS),
        "kept_scores": _ends(score for place, score in enumerate(group.scores) if place in kept),
        "removed_scores": _ends(score for place, score in enumerate(group.scores) if place not in kept),
    }


def _ends(scores: Iterable[float]) -> list[float] | None:
    found = list(scores)
    return [min(found), max(found)] if found else None


def _range(ends: Sequence[float] | None) -> str:
    return "-" if ends is None else f"{ends[0]:.3g} to {ends[1]:.3g}"


def _bits(text: str) -> int:
    """How many bits of base64 are set."""
    return int.from_bytes(base64.b64decode(text), "big").bit_count()
