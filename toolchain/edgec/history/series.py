"""Series: one setting of one variant on one machine, version after version."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from edgec.errors import HistoryError, UsageError
from edgec.history.entry import Entry
from edgec.history.metrics import Metric
from edgec.history.store import read
from edgec.history.versions import precedence
from edgec_runtime.format.profile import in_words


class Setting(NamedTuple):
    """What is the same in all entries of a series, besides the machine."""

    name: str
    target: str
    precision: str
    profile: str | None
    threads: int
    batch: int
    work: str

    @property
    def words(self) -> str:
        """The variant's precision and, where it is not plain, what was run."""
        text = in_words(self.precision, self.profile)
        if self.batch != 1:
            text += f", batch {self.batch}"
        return text if self.work == "network" else f"{text}, {self.work}"


@dataclass(frozen=True, slots=True)
class Series:
    """`entries` by version, those of one version by time; `times` of their runs (UTC, ISO 8601)."""

    setting: Setting
    machine: str
    entries: tuple[Entry, ...]
    times: tuple[str, ...]

    @property
    def machine_name(self) -> str:
        """The machine as people call it, with the start of its digest."""
        return f"{self.entries[-1].machine_name} ({self.machine[:8]})"

    def values(self, metric: Metric) -> tuple[list[Entry], list[float]]:
        """The entries that have the metric, and its values. Dice on another data set than the newest's is
        another metric."""
        known = [(entry, value) for entry in self.entries if (value := metric.value(entry)) is not None]
        if metric.key == "dice" and known:
            data = known[-1][0].dice_data
            known = [pair for pair in known if pair[0].dice_data == data]
        return [entry for entry, _ in known], [value for _, value in known]


def read_history(
    path: Path, targets: Sequence[str] = (), precisions: Sequence[str] = (), machine: str = ""
) -> list[Series]:
    """The series of a history, those of `targets`, `precisions` (none named: all) and of the machines whose
    digest begins with `machine`.

    Raises HistoryError where `path` is not a history or holds nothing, UsageError where nothing is left.
    """
    recorded = read(path)
    if not recorded:
        raise HistoryError(f"{path} holds no measurement: add some with `edgec bench --history {path}`")
    wanted = [
        (time, entry)
        for time, entry in recorded
        if (not targets or entry.target in targets)
        and (not precisions or entry.precision in precisions)
        and entry.machine.startswith(machine)
    ]
    if not wanted:
        held = sorted({f"{one.target} {one.precision} on {one.machine[:8]}" for _, one in recorded})
        raise UsageError(f"{path} holds nothing of that, only {', '.join(held)}")
    return _grouped(wanted, path)


def _grouped(recorded: list[tuple[str, Entry]], path: Path) -> list[Series]:
    try:
        ordered = sorted(recorded, key=lambda pair: (precedence(pair[1].version), pair[0]))
    except ValueError as error:
        raise HistoryError(f"{path} was changed by another program: {error}") from error
    groups: dict[tuple[Setting, str], list[tuple[str, Entry]]] = {}
    for time, entry in ordered:
        groups.setdefault((_setting(entry), entry.machine), []).append((time, entry))
    return [
        Series(setting, machine, tuple(entry for _, entry in group), tuple(time for time, _ in group))
        for (setting, machine), group in sorted(groups.items(), key=lambda item: _place(*item[0]))
    ]


def _setting(entry: Entry) -> Setting:
    return Setting(
        entry.name, entry.target, entry.precision, entry.profile, entry.threads, entry.batch, entry.work
    )


def _place(setting: Setting, machine: str) -> tuple[str, ...]:
    return (*(str(part or "") for part in setting), machine)
