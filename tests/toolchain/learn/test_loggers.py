"""Where a run is told besides its own files; nothing here reaches a network."""

from importlib.util import find_spec
from pathlib import Path

import pytest
from tests.toolchain.learn.made import split_of, task_of

from edgec.errors import UsageError
from edgec.learn.fit import fit
from edgec.learn.loggers import make_loggers


def needs(package: str) -> None:
    if find_spec(package) is None:
        pytest.skip(f"{package} is not installed: pip install 'edgec[logging]'")


def test_tensorboard_holds_every_epoch(tmp_path: Path) -> None:
    needs("tensorboard")
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    (tmp_path / "run").mkdir()
    result = fit(task_of(), split_of(tmp_path / "data"), tmp_path / "run", log="tensorboard")
    events = EventAccumulator(str(tmp_path / "run" / "tensorboard")).Reload()
    for key in ("loss", "dice", "lr"):
        told = [(event.step, event.value) for event in events.Scalars(key)]
        assert told == [(row["epoch"], pytest.approx(row[key], rel=1e-6)) for row in result.epochs]


def test_wandb_writes_a_run_offline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    needs("wandb")
    monkeypatch.setenv("WANDB_MODE", "offline")
    monkeypatch.setenv("WANDB_SILENT", "true")
    (tmp_path / "run").mkdir()
    fit(task_of(), split_of(tmp_path / "data"), tmp_path / "run", log="wandb")
    assert list((tmp_path / "run").rglob("*.wandb"))


def test_what_is_not_installed_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert make_loggers(None, tmp_path) == []
    monkeypatch.setattr("edgec.learn.loggers.find_spec", lambda _: None)
    with pytest.raises(UsageError, match=r"wandb is not installed: pip install 'edgec\[logging\]'"):
        make_loggers("wandb", tmp_path)
