"""What a data set is, and what is wrong with it."""

from collections import Counter
from typing import Any

from rich.console import RenderableType
from rich.table import Table

from edgec.data.check import Report
from edgec.report.tables import new_table, why_not

SHOWN = 12
"""Findings of one kind that the table has; the document has all."""


def data_document(report: Report) -> dict[str, Any]:
    """``{"schema": 1, "name", "layout", "samples", "groups", "parts", "own_parts", "sizes", ...}``.

    `parts`: ``{"train", "val"}`` or null; `sizes`: ``[{width, height, images}, ...]``, the most frequent
    first; `classes`: ``[{name, pixels, share}, ...]``, the share of the pixels that are not ignored, null
    without masks; `ignored`: pixels; `findings`: ``[{kind, sample, what}, ...]``.
    """
    total = sum(report.pixels)
    return {
        "schema": 1,
        "name": report.name,
        "layout": report.layout,
        "samples": report.samples,
        "groups": report.groups,
        "parts": report.parts,
        "own_parts": report.own_parts,
        "has_masks": report.has_masks,
        "sizes": [
            {"width": width, "height": height, "images": count}
            for (width, height), count in report.sizes.items()
        ],
        "classes": [
            {"name": name, "pixels": pixels, "share": pixels / total if total else None}
            for name, pixels in zip(report.class_names, report.pixels, strict=True)
        ],
        "ignored": report.ignored,
        "findings": [
            {"kind": found.kind, "sample": found.sample, "what": found.what} for found in report.findings
        ],
    }


def data_parts(report: Report) -> list[RenderableType]:
    """A summary, the classes, and what is wrong."""
    parts: list[RenderableType] = [_summary(report)]
    if sum(report.pixels):
        parts.append(_classes(report))
    parts.append(_findings(report) if report.findings else "Nothing is wrong.")
    return parts


def _summary(report: Report) -> str:
    sizes = [f"{width}x{height} ({count})" for (width, height), count in report.sizes.items()]
    more = f", and {len(sizes) - 4} others" if len(sizes) > 4 else ""
    groups = f" of {report.groups} groups" if report.groups < report.samples else ""
    masks = "" if report.has_masks else " without masks"
    return "\n".join(
        [
            f"{report.name}: {report.samples} samples{masks}{groups}, layout {report.layout}",
            f"split: {_split(report)}",
            f"sizes: {', '.join(sizes[:4]) or 'none could be read'}{more}",
        ]
    )


def _split(report: Report) -> str:
    if report.parts is None:
        return "none: a single group cannot be divided"
    how = "its own" if report.own_parts else "drawn by group"
    return f"{report.parts['train']} to learn from, {report.parts['val']} to judge on, {how}"


def _classes(report: Report) -> Table:
    table = new_table("", ["index", "class"], ["pixels %"])
    total = sum(report.pixels)
    for index, (name, pixels) in enumerate(zip(report.class_names, report.pixels, strict=True)):
        table.add_row(str(index), name, f"{100 * pixels / total:.2f}")
    if report.ignored:
        table.add_row("255", "ignored", f"{100 * report.ignored / (total + report.ignored):.2f} of all")
    return table


def _findings(report: Report) -> Table:
    table = new_table("what is wrong", ["kind", "sample", "what"], [])
    counts = Counter(found.kind for found in report.findings)
    for kind, count in counts.items():
        found = [each for each in report.findings if each.kind == kind]
        for each in found[:SHOWN]:
            table.add_row(kind, each.sample, why_not(each.what))
        if count > SHOWN:
            table.add_row(kind, f"and {count - SHOWN} more", "--json has them all")
    return table
