"""nn.Module -> TFLite through litert-torch, where our own writer lacks an operator; float32 only."""

import tempfile
from pathlib import Path

import numpy as np
import torch
from torch import nn

from edgec.errors import UnsupportedOperatorError
from edgec.lower.base import Lowered
from edgec.lower.tflite import FILE
from edgec_runtime.engine import Array


def lower_module(module: nn.Module, image: Array, why: str) -> Lowered:
    """Convert a module for images like `image`, float32 (1, C, H, W).

    `why`: what our own writer said. Raises UnsupportedOperatorError, which repeats it, where litert-torch is
    not installed or cannot convert the module either.
    """
    try:
        import litert_torch
    except ImportError as error:
        raise UnsupportedOperatorError(
            f"{why}; litert-torch may have it: pip install 'edgec[oracle]'"
        ) from error
    nhwc = torch.from_numpy(np.ascontiguousarray(image.transpose(0, 2, 3, 1)))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / FILE
        try:
            wrapped = litert_torch.to_channel_last_io(module, args=[0], outputs=[0]).eval()
            litert_torch.convert(wrapped, (nhwc,)).export(str(path))
        except Exception as error:
            raise UnsupportedOperatorError(f"{why}; nor can litert-torch convert it: {error}") from error
        data = path.read_bytes()
    return Lowered({FILE: data}, "NHWC", *_tensor_names(data))


def _tensor_names(data: bytes) -> tuple[str, str]:
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(model_content=data)
    found = (interpreter.get_input_details()[0]["name"], interpreter.get_output_details()[0]["name"])
    return str(found[0]), str(found[1])
