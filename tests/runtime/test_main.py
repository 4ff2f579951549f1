import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image

from edgec_runtime import __main__ as command_line


def run(*words: str | Path, cwd: Path | None = None) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "edgec_runtime", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, check=False)


def call(capsys: pytest.CaptureFixture[str], *words: str | Path) -> tuple[int, str, str]:
    """The same in this process: code, stdout, stderr."""
    code = command_line.main([str(word) for word in words])
    out, err = capsys.readouterr()
    return code, out, err


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "picture.png"
    assert cv2.imwrite(str(path), np.random.default_rng(0).integers(0, 256, (30, 41, 3), np.uint8))
    return path


def test_an_image_to_a_mask(every_engine: Path, picture: Path, tmp_path: Path) -> None:
    out = tmp_path / "mask.png"
    done = run("run", every_engine, "--image", picture, "--out", out, "--target", "tflite", "--threads", "1")
    assert done.returncode == 0, done.stderr
    assert f"{out}: 30x41, class-0 " in done.stdout
    assert "next: python -m edgec_runtime bench" in done.stderr
    with Image.open(out) as image:
        assert image.size == (41, 30)
        assert set(np.unique(np.asarray(image))) <= {0, 1}


def test_run_as_json(
    every_engine: Path, picture: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "mask.png"
    code, text, _ = call(capsys, "run", every_engine, "--image", picture, "--out", out, "--json")
    document = json.loads(text)
    assert code == 0
    assert document["size"] == [30, 41]
    assert (document["target"], document["precision"]) == ("cpu", "int8-static")
    assert sum(document["classes"].values()) == pytest.approx(1, abs=1e-5)


def test_info(every_engine: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, text, _ = call(capsys, "info", every_engine)
    assert code == 0
    assert text.startswith("tiny 1.0.1, ")
    assert "openvino  int8-static" in text
    code, text, _ = call(capsys, "info", every_engine, "--json")
    assert code == 0
    assert json.loads(text)["name"] == "tiny"


def test_verify(every_engine: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, text, err = call(capsys, "verify", every_engine)
    assert code == 0
    assert "is whole" in text
    assert "next: python -m edgec_runtime selftest" in err
    code, text, _ = call(capsys, "verify", every_engine, "--json")
    assert json.loads(text)["verified"] is True
    damaged = tmp_path / "damaged.edgec"
    data = bytearray(every_engine.read_bytes())
    data[len(data) // 2] ^= 1
    damaged.write_bytes(data)
    code, text, err = call(capsys, "verify", damaged)
    assert (code, text) == (2, "")
    assert err.startswith("error: ")
    assert err.count("\n") == 1


def test_selftest(every_engine: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, text, _ = call(capsys, "selftest", every_engine, "--threads", "1")
    assert code == 0
    assert text.count("passed") == 5
    code, text, _ = call(capsys, "selftest", every_engine, "--target", "openvino", "--json")
    assert [row["precision"] for row in json.loads(text)["results"]] == ["int8-static"]


def test_selftest_codes(make_bundle: Any, capsys: pytest.CaptureFixture[str]) -> None:
    failing = make_bundle(swap={"golden/cpu/fp32.bin": bytes(4 * 16 * 16)})
    for words in ((), ("--target", "cpu")):
        code, text, _ = call(capsys, "selftest", failing, "--threads", "1", *words)
        assert code == 1
        assert "failed" in text
        assert "does not answer here" in text
    late = make_bundle(change={("cpu", "fp32"): lambda v: replace(v, min_engine_version="99.0")})
    code, text, _ = call(capsys, "selftest", late)
    assert code == 3
    assert "skipped" in text
    code, _, err = call(capsys, "selftest", late, "--target", "cpu")
    assert code == 2
    assert "99.0" in err


def test_bench(make_bundle: Any, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = make_bundle(variants=[("cpu", "onnxruntime", "fp32"), ("tflite", "tflite", "fp32")])
    code, text, err = call(capsys, "bench", path, "--target", "tflite", "--threads", "1")
    assert code == 0
    assert text.splitlines()[2].split()[:3] == ["tflite", "fp32", "f32"]
    assert "tiny-1.0.1.bench.json" in err
    assert (tmp_path / "tiny-1.0.1.bench.json").exists()
    code, text, _ = call(
        capsys, "bench", path, "--target", "cpu", "--precision", "fp32", "--threads", "1", "--json"
    )
    assert [row["target"] for row in json.loads(text)["measurements"]] == ["cpu"]


def test_bench_where_nothing_can_be_measured(make_bundle: Any, capsys: pytest.CaptureFixture[str]) -> None:
    path = make_bundle(change={("cpu", "fp32"): lambda v: replace(v, min_engine_version="99.0")})
    code, text, err = call(capsys, "bench", path)
    assert code == 2
    assert "99.0 or newer" in text
    assert "could be measured" in err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("run", "BUNDLE", "--image", "none.png", "--out", "m.png"), "none.png: No such file"),
        (("run", "none.edgec", "--image", "IMAGE", "--out", "m.png"), "no such file or folder"),
        (("run", "BUNDLE", "--image", "IMAGE", "--out", "m.png", "--target", "cpuu"), "'cpuu'"),
        (("run", "BUNDLE", "--image", "IMAGE", "--out", "m.png", "--precision", "int4"), "'int4'"),
        (("run", "BUNDLE", "--image", "IMAGE", "--out", "no/m.png"), "no/m.png"),
        (("bench", "BUNDLE", "--target", "gpu"), "'gpu'"),
        (("info", "none.edgec"), "no such file or folder"),
        (("verify", "none.edgec"), "no such file or folder"),
        (("selftest", "none.edgec"), "no such file or folder"),
    ],
)
def test_a_mistake_is_one_line_and_code_2(
    every_engine: Path,
    picture: Path,
    capsys: pytest.CaptureFixture[str],
    words: tuple[str, ...],
    message: str,
) -> None:
    names = {"BUNDLE": every_engine, "IMAGE": picture}
    code, text, err = call(capsys, *(names.get(word, word) for word in words))
    assert code == 2
    assert text == ""
    assert err.startswith("error: ")
    assert message in err
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    "words",
    [(), ("fly",), ("run", "x.edgec"), ("bench", "x", "--threads", "0"), ("bench", "x", "--threads", "²")],
)
def test_wrong_usage_is_code_2(words: tuple[str, ...]) -> None:
    with pytest.raises(SystemExit) as caught:
        command_line.main(list(words))
    assert caught.value.code == 2


def test_debug_shows_the_traceback() -> None:
    done = run("info", "none.edgec", "--debug")
    assert done.returncode != 0
    assert "Traceback" in done.stderr


def test_version_and_help() -> None:
    assert run("--version").stdout.startswith("edgec-runtime ")
    text = run("--help").stdout
    for command in ("info", "verify", "selftest", "run", "bench"):
        assert command in text


def test_a_hostile_message_cannot_move_the_cursor(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, _, err = call(capsys, "info", tmp_path / "a\x1b[2Jb\nc.edgec")
    assert code == 2
    assert "\x1b" not in err
    assert err.count("\n") == 1
