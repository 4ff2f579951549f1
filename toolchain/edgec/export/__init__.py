"""Source -> Graph: torch modules are exported, ONNX files adopted; both are run beside their source."""

from edgec.export.module import Exported, export

__all__ = ["Exported", "export"]
