from pathlib import Path

import pytest

from edgec.inspection import Inspection, inspect_bundle, milliseconds
from edgec.lower import Operator, count_types
from edgec.pipeline import BuildResult
from edgec_runtime.bundle import Bundle
from edgec_runtime.engines import packages
from edgec_runtime.errors import UsageError


def test_what_is_told_is_what_the_manifest_counts(tiny_build: BuildResult) -> None:
    rows = inspect_bundle(tiny_build.bundle)
    assert all(row.reason is None for row in rows)
    with Bundle.open(tiny_build.bundle) as bundle:
        counted = {(v.target, v.precision): v.operators for v in bundle.manifest.variants}
    for row in rows:
        told, wanted = count_types(row.operators), counted[row.target, row.precision]
        if row.engine == "openvino":  # which may choose bf16 for floats, and reorders for that
            assert told.get("int8") == wanted.get("int8")
        else:
            assert told == wanted


def test_times_and_shares_where_the_engine_tells_them(tiny_bundle: Path) -> None:
    for row in inspect_bundle(tiny_bundle, precisions=("int8-static",)):
        if row.engine == "tflite":
            assert milliseconds(row.operators) is None
            assert row.share(row.operators) is None
            assert all(entry.bytes for entry in row.operators)
        else:
            assert milliseconds(row.operators) > 0  # type: ignore[operator]
            shares = [row.share([entry]) for entry in row.operators]
            assert sum(share for share in shares if share is not None) == pytest.approx(1)


def test_choosing_variants(tiny_bundle: Path) -> None:
    rows = inspect_bundle(tiny_bundle, ("tflite",), ("fp32",))
    assert [(row.target, row.precision) for row in rows] == [("tflite", "fp32")]
    with pytest.raises(UsageError, match="choose cpu, openvino, tflite"):
        inspect_bundle(tiny_bundle, ("raspberry-pi-4",))


def test_an_engine_that_is_missing_is_a_reason(tiny_bundle: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed = packages.installed_version
    monkeypatch.setattr(
        "edgec_runtime.engines.installed_version",
        lambda *names: None if "openvino" in " ".join(names) else installed(*names),
    )
    rows = inspect_bundle(tiny_bundle, ("openvino", "tflite"), ("fp32",))
    assert rows[0].reason == "openvino is not installed: pip install 'edgec-runtime[openvino]'"
    assert rows[0].operators == ()
    assert rows[1].reason is None


def test_the_parts_of_a_time_that_is_not_told() -> None:
    timed = Operator("a", "Conv", "int8", "a", (), milliseconds=3.0)
    untimed = Operator("b", "Conv", "int8", "b", ())
    assert milliseconds([timed, timed]) == 6
    assert milliseconds([timed, untimed]) is None
    assert Inspection("cpu", "onnxruntime", "fp32", None, (timed, timed), None).share([timed]) == 0.5
