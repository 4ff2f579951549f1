"""What goes wrong on a device leaves nothing of the run behind, and is told."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

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
    """Does `action` once: when the first bytes of a step are through, or a line is said, that starts so."""

    def __init__(self, name: str, action: Action) -> None:
        self._name, self._action = name, action

    def begin(self, name: str, total: int | None) -> Step:
        step = _Step(name, total)
        step.action = self._once if name.startswith(self._name) else None
        return step

    def say(self, message: str) -> None:
        if message.startswith(self._name):
            self._once()

    def _once(self) -> None:
        self._name = "done already"
        action, self._action = self._action, lambda: None
        action()


class _Step(Step):
    action: Action | None = None

    def advance(self, count: int = 1) -> None:
        super().advance(count)
        if self.action is not None:
            self.action()


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
@pytest.mark.parametrize("moment", ["copy", "measured"])
def test_a_lost_connection(device: Device, trusted: Server, tiny_bundle: Path, moment: str) -> None:
    said = failed(tiny_bundle, device, At(moment, lambda: end_sessions(trusted)))
    assert "the connection was lost" in said
    assert ("sending" if moment == "copy" else "measuring") in said


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


def kill_bench(folder: Path) -> None:
    for pid in processes_in(folder / "unfinished/run"):
        if b"-medgec_runtime" in Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b""):
            os.kill(pid, signal.SIGKILL)


def kill_agent(folder: Path) -> None:
    (bench,) = (
        pid
        for pid in processes_in(folder / "unfinished/run")
        if b"worker" not in Path(f"/proc/{pid}/cmdline").read_bytes()
    )
    status = Path(f"/proc/{bench}/status").read_text()
    os.kill(int(status.split("PPid:")[1].split()[0]), signal.SIGKILL)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kill", "said"),
    [(kill_bench, "the bench was ended by SIGKILL"), (kill_agent, "the program there was ended by SIGKILL")],
)
def test_a_killed_run(ready: Device, tiny_bundle: Path, kill: Callable[[Path], None], said: str) -> None:
    folder = Path(ready.folder)
    assert said in failed(tiny_bundle, ready, At("measured", lambda: kill(folder)))
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

    bench_on_device([tiny_bundle], ready, ["cpu"], progress=At("measured", meanwhile))
    assert second[0].returncode == 2
    assert "another bench is running" in second[0].stderr
