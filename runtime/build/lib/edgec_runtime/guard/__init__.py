"""The model guards: what a network may hold before an engine sees its bytes."""

from collections.abc import Mapping

from edgec_runtime.errors import BundleError


def check_models(files: Mapping[str, bytes]) -> None:
    """Check each network among `files` (path to bytes) by the rules of its format.

    An OpenVINO network is checked against the `.bin` beside it. Raises ModelError, or LimitError where it is
    larger than the format allows; the message begins with the path.
    """
    for path, data in files.items():
        try:
            _check(path, data, files)
        except BundleError as error:
            raise type(error)(f"{path}: {error}") from error


def _check(path: str, data: bytes, files: Mapping[str, bytes]) -> None:
    stem, _, suffix = path.rpartition(".")
    if suffix == "onnx":
        from edgec_runtime.guard.onnx import check_onnx

        check_onnx(data)
    elif suffix == "tflite":
        from edgec_runtime.guard.tflite import check_tflite

        check_tflite(data)
    elif suffix == "xml":
        from edgec_runtime.guard.openvino import check_openvino

        check_openvino(data, files.get(f"{stem}.bin", b""))
