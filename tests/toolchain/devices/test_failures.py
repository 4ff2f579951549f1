"""What goes wrong on a device leaves nothing of the run behind, and is told."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import pytest
from benchmarks.loopback import Server
from tests.tiny import TINY
from tests.toolchain.devices.conftest import clean, end_sessions, processes_in, wait_for

from edgec.devices import Device, bench_on_device, make_device
from edgec.errors import DeviceError
from edgec.pipeline import build
from edgec.progress import SILENT, Progress, Step
from edgec.recipe import Recipe

Action = Callable[[], None]


class At(Progress):
    """Does `action` when a step starts, or when the first bytes of a step `copy` are through."""

    def __init__(self, name: str, action: Action) -> None:
        self._name, self._action = name, action

    def begin(self, name: str, total: int | None) -> Step:
        if name.startswith(self._name):
            if total is not None:
                return _Copy(name, total, self._action)
            self._action()
        return super().begin(name, total)


class _Copy(Step):
    def __init__(self, name: str, total: int, action: Action) -> None:
        super().__init__(name, total)
        self._action = action

    def advance(self, count: int = 1) -> None:
        if self.done == 0:
            self._action()
        super().advance(count)


def once_it_runs(device: Device, action: Action) -> At:
    """Does `action` when the engine's own processes are there."""
    run = Path(device.folder) / "unfinished/run"

    def wait_and_act() -> None:
        wait_for(lambda: len(processes_in(run)) > 1, "the run to start")
        action()

    return At("measure", Thread(target=wait_and_act, daemon=True).start)


def failed(bundle: Path, device: Device, progress: Progress = SILENT) -> str:
    """The sentence; and the device is as it was, and can be used again."""
    with pytest.raises(DeviceError) as caught:
        bench_on_device([bundle], device, ["cpu"], progress=progress)
    assert device.address in str(caught.value)
    wait_for(lambda: clean(device), "the device to be clean")
    return str(caught.value)


def script(path: Path, text: str) -> str:
    path.write_text(text)
    path.chmod(0o755)
    return str(path)


# Python there


def test_no_python(trusted: Server, folder: Path, tiny_bundle: Path) -> None:
    said = failed(tiny_bundle, make_device(trusted.address, "/no/such/python", str(folder)))
    assert "there is no such Python" in said
    assert "/no/such/python" in said
    assert "--python PATH" in said


def test_an_old_python(trusted: Server, folder: Path, tmp_path: Path, tiny_bundle: Path) -> None:
    old = script(
        tmp_path / "python",
        f"#!{sys.executable}\nimport sys\nsys.version_info = (3, 9, 2)\nexec(sys.argv[2])\n",
    )
    said = failed(tiny_bundle, make_device(trusted.address, old, str(folder)))
    assert "it has Python 3.9, edgec-runtime needs 3.11 or newer" in said
    assert not folder.exists()


def test_a_python_without_venv(trusted: Server, python: Path, folder: Path, tmp_path, tiny_bundle) -> None:
    lame = script(tmp_path / "lame", "#!/bin/sh\necho 'No module named venv'; exit 1\n")
    lacking = script(
        tmp_path / "python",
        f'#!/bin/sh\nexec {python} -c "import sys; sys.executable = \'{lame}\'; exec(sys.argv[1])" "$2"\n',
    )
    said = failed(tiny_bundle, make_device(trusted.address, lacking, str(folder)))
    assert "could not make a virtual environment: No module named venv" in said
    assert not (folder / "environments").exists()


# The processor there


def test_no_variant_for_this_processor(device: Device, tmp_path: Path) -> None:
    recipe = Recipe(
        model=f"{TINY}:binary", size=(32, 48), name="tiny", targets=("raspberry-pi-4",), precisions=("fp32",)
    )
    bundle = build(recipe, tmp_path / "out", slower="unmeasured").bundle
    with pytest.raises(DeviceError, match=r"runs on aarch64: choose another --target") as caught:
        bench_on_device([bundle], device)
    assert device.address in str(caught.value)
    assert clean(device)


@pytest.mark.parametrize(
    ("machine", "said"), [("i686", "is i686, and"), ("armv7l", "32-bit Arm is not a target")]
)
def test_another_processor(
    trusted: Server, python: Path, folder: Path, tmp_path: Path, tiny_bundle: Path, machine: str, said: str
) -> None:
    code = f"import platform; platform.machine = lambda: {machine!r}; import sys; exec(sys.argv[1])"
    other = script(tmp_path / "python", f'#!/bin/sh\nexec {python} -c "{code}" "$2"\n')
    assert said in failed(tiny_bundle, make_device(trusted.address, other, str(folder)))


# The connection


@pytest.mark.slow
def test_a_connection_lost_while_copying(device: Device, trusted: Server, tiny_bundle: Path) -> None:
    said = failed(tiny_bundle, device, At("copy", lambda: end_sessions(trusted)))
    assert "sending" in said
    assert "the connection was lost" in said


@pytest.mark.slow
def test_a_connection_lost_while_measuring(ready: Device, trusted: Server, tiny_bundle: Path) -> None:
    said = failed(tiny_bundle, ready, once_it_runs(ready, lambda: end_sessions(trusted)))
    assert "measuring" in said
    assert "the connection was lost" in said
    wait_for(lambda: not processes_in(Path(ready.folder)), "the processes of the run to end")


# The disk


@contextmanager
def disk(place: Path, mib: int) -> Iterator[None]:
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={mib}m", "edgec-test", str(place)], check=False
    )
    if mounted.returncode:
        pytest.skip("needs the right to mount a small file system")
    try:
        yield
    finally:
        subprocess.run(["umount", str(place)], check=True)


@pytest.mark.slow
@pytest.mark.parametrize(("mib", "doing"), [(8, "sending"), (80, "installing")])
def test_a_full_disk(device: Device, folder: Path, tiny_bundle: Path, mib: int, doing: str) -> None:
    with disk(folder, mib):
        said = failed(tiny_bundle, device)
        assert f"{doing}" in said
        assert "the disk is full" in said
        assert "--folder DIR" in said
        assert not (folder / "environments").exists()
        wheels = sum(file.stat().st_size for file in (folder / "wheels").rglob("*.whl"))
        assert shutil.disk_usage(folder).used - wheels < 1 << 20


# The run


def parent(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("PPid:")[1].split()[0])


def bench_process(folder: Path) -> int:
    """Not its workers: one that was forked a moment ago still has the bench's own command line."""
    found = processes_in(folder / "unfinished/run")
    (bench,) = (pid for pid in found if parent(pid) not in found)
    return bench


def kill_bench(folder: Path) -> None:
    os.kill(bench_process(folder), signal.SIGKILL)


def kill_agent(folder: Path) -> None:
    os.kill(parent(bench_process(folder)), signal.SIGKILL)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kill", "said"),
    [(kill_bench, "the bench was ended by SIGKILL"), (kill_agent, "the program there was ended by SIGKILL")],
)
def test_a_killed_run(ready: Device, tiny_bundle: Path, kill: Callable[[Path], None], said: str) -> None:
    folder = Path(ready.folder)
    assert said in failed(tiny_bundle, ready, once_it_runs(ready, lambda: kill(folder)))
    wait_for(lambda: not processes_in(folder), "the processes of the run to end")


@pytest.mark.slow
def test_interrupted_here(ready: Device, tiny_bundle: Path, home: Path) -> None:
    (home / "devices.yaml").write_text(f"devices: {{pi: {ready.model_dump_json()}}}")
    command = [sys.executable, "-m", "edgec", "bench", str(tiny_bundle), "--device", "pi"]
    running = subprocess.Popen(
        command,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"EDGEC_DEVICES": str(home / "devices.yaml")},
    )
    run = Path(ready.folder) / "unfinished/run"
    wait_for(lambda: processes_in(run), "the run to start", 120)
    running.send_signal(signal.SIGINT)
    _, said = running.communicate(timeout=60)
    assert running.returncode == 130
    assert "interrupted" in said
    assert clean(ready)


@pytest.mark.slow
def test_one_at_a_time(ready: Device, tiny_bundle: Path) -> None:
    second = []

    def meanwhile() -> None:
        run = [sys.executable, "-m", "edgec", "bench", str(tiny_bundle), "--device", "pi"]
        book = Path(ready.folder).parent / "devices.yaml"
        book.write_text(f"devices: {{pi: {ready.model_dump_json()}}}")
        second.append(
            subprocess.run(run, capture_output=True, text=True, env=os.environ | {"EDGEC_DEVICES": str(book)})
        )

    bench_on_device([tiny_bundle], ready, ["cpu"], progress=At("measure", meanwhile))
    assert second[0].returncode == 2
    assert "another bench is running" in second[0].stderr
