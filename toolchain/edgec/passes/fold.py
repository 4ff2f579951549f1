"""Constant folding and the elimination of what shapes make superfluous, by onnxsim."""

from dataclasses import dataclass

import onnx_ir as ir
import onnxsim

from edgec.graph import Graph
from edgec.passes.base import Pass, PassResult
from edgec.tidy import tidy


@dataclass(frozen=True)
class FoldConstants(Pass):
    """Let onnxsim simplify. A graph above `max_bytes` or that onnxsim fails on is left alone, with a note."""

    max_bytes: int = 2**31 - 1  # protobuf's own limit: beyond it onnxsim goes through files

    def apply(self, graph: Graph) -> PassResult:
        """See Pass."""
        proto = graph.to_proto()
        if proto.ByteSize() > self.max_bytes:
            return PassResult(graph, False, (f"onnxsim left out: more than {self.max_bytes} bytes",))
        try:
            simplified, _ = onnxsim.simplify(proto)
        except Exception as error:  # onnxsim raises whatever its C++ does
            return PassResult(graph, False, (f"onnxsim left out: {str(error).partition(chr(10))[0]}",))
        result = tidy(ir.from_proto(simplified))  # onnxsim leaves a log of itself in the metadata
        result.input.shape = graph.input.shape  # and may give a free dimension another name
        if result.to_bytes() == graph.to_bytes():
            return PassResult(graph, False)
        return PassResult(result, True)
