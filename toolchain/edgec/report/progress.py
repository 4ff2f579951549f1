"""Progress that a person sees: a live line on a terminal, finished lines everywhere."""

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars
from rich.text import Text

from edgec.progress import Progress, Step


class ShownProgress(Progress):
    """Writes to `console`: a line when a step ends and, where `live`, a moving line while it runs.

    `verbose` also writes a line when a step starts.
    """

    def __init__(self, console: Console, live: bool, verbose: bool = False) -> None:
        self._console = console
        self._verbose = verbose
        self._depth = 0
        columns = (
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            TimeElapsedColumn(),
        )
        self._bars = Bars(*columns, console=console, transient=True) if live else None

    def __enter__(self) -> Self:
        if self._bars:
            self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bars:
            self._bars.stop()

    def begin(self, name: str, total: int | None) -> Step:
        """Show the step as running."""
        if self._verbose:
            self._line(f"{name} ...")
        self._depth += 1
        if self._bars is None:
            return Step(name, total)
        return _LiveStep(name, total, self._bars)

    def end(self, step: Step, failed: bool) -> None:
        """Replace the running line by the finished one."""
        self._depth -= 1
        if isinstance(step, _LiveStep):
            step.remove()
        if failed:
            self._line(f"{step.name}  failed")
        else:
            note = f"  {step.note}" if step.note else ""
            self._line(f"{step.name}  {step.seconds:.1f} s{note}")

    def say(self, message: str) -> None:
        """A line of its own."""
        self._line(message)

    def refresh(self) -> None:
        """Draw the moving line now, not at its next turn."""
        if self._bars:
            self._bars.refresh()

    def _line(self, text: str) -> None:
        self._console.print(Text("  " * self._depth + text), soft_wrap=True)


class _LiveStep(Step):
    def __init__(self, name: str, total: int | None, bars: Bars) -> None:
        super().__init__(name, total)
        self._bars = bars
        self._task: TaskID = bars.add_task(name, total=total)

    def advance(self, count: int = 1) -> None:
        super().advance(count)
        self._bars.advance(self._task, count)

    def remove(self) -> None:
        self._bars.remove_task(self._task)
