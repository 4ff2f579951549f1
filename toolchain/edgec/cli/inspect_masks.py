"""`edgec inspect` of masks: what pruning took, and why."""

from pathlib import Path

from edgec.cli.display import Display


def inspect_masks(display: Display, path: Path, out: Path | None) -> None:
    """Show which channels went; `out`: a new folder for the picture and each channel's score."""
    from edgec.learn.prune.masks import read_masks
    from edgec.report.masks import channels_csv, masks_document, masks_table
    from edgec.report.written import check_new_folder, write_folder

    check_new_folder(out)
    masks = read_masks(path)
    document = masks_document(path.name, masks)
    if out is not None:
        from edgec.errors import UsageError
        from edgec.report.channels import draw_channels

        if not masks.groups:
            raise UsageError(f"{path} took single weights, which are not drawn: leave --out away")
        write_folder(out, {"channels.csv": channels_csv(masks), "channels.png": draw_channels(document)})
        display.say(f"{out}: channels.png, a cell for each channel, and channels.csv with their scores")
    display.result(document, masks_table(document))
