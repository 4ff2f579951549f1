"""Progress: times what it wraps, and shows it as asked."""

import io

import pytest
from rich.console import Console

from edgec.progress import SILENT
from edgec.report.progress import ShownProgress


def shown(live: bool = False, verbose: bool = False) -> tuple[ShownProgress, io.StringIO]:
    file = io.StringIO()
    console = Console(file=file, width=100, force_terminal=live, no_color=True)
    return ShownProgress(console, live=live, verbose=verbose), file


def test_silent_counts_and_times() -> None:
    with SILENT.step("calibrate", total=2) as step:
        step.advance()
        step.advance()
        step.note = "2 images"
    assert (step.name, step.done, step.total, step.note) == ("calibrate", 2, 2, "2 images")
    assert step.seconds > 0


def test_a_line_for_each_step_when_it_ends() -> None:
    progress, file = shown()
    with progress, progress.step("build"), progress.step("export") as step:
        step.note = "12 nodes [x]"
    lines = file.getvalue().splitlines()
    assert len(lines) == 2
    assert lines[0].startswith("  export  ")
    assert lines[0].endswith(" s  12 nodes [x]")
    assert lines[1].startswith("build  ")


def test_verbose_also_says_what_starts() -> None:
    progress, file = shown(verbose=True)
    with progress, progress.step("export"):
        progress.say("folded 3 BatchNorms")
    lines = file.getvalue().splitlines()
    assert lines[:2] == ["export ...", "  folded 3 BatchNorms"]


def test_a_step_that_fails_says_so_and_lets_the_error_through() -> None:
    progress, file = shown()
    with progress, pytest.raises(ValueError, match="no"), progress.step("export"):
        raise ValueError("no")
    assert file.getvalue() == "export  failed\n"


def test_a_live_line_shows_the_step_while_it_runs_and_a_finished_line_after() -> None:
    progress, file = shown(live=True)
    with progress:
        with progress.step("calibrate", total=3) as step:
            step.advance(3)
            progress.refresh()
            assert "calibrate" in file.getvalue()
        assert "calibrate  0." in file.getvalue()
