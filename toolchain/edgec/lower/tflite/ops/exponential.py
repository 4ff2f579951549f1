"""Functions with an exponential, in float."""

from ai_edge_litert import schema_py_generated as schema

from edgec.lower.tflite.op import Handler, Op
from edgec.lower.tflite.tensors import Tensor

NAMES = {"Abs": "ABS", "Exp": "EXP", "Log": "LOG", "Neg": "NEG", "Sqrt": "SQRT"}


def plain(op: Op) -> None:
    """One that TFLite has."""
    op.emit(NAMES[op.node.op_type], [op.input()], op.output())


def elu(op: Op) -> None:
    """x where positive, else alpha * (exp(x) - 1); TFLite's has alpha = 1, and the sign of x."""
    alpha = op.attribute("alpha", 1.0)
    if alpha == 1:
        op.emit("ELU", [op.input()], op.output())
        return
    op.emit("LEAKY_RELU", [op.step("ELU", [op.input()], "elu")], op.output(), _slope(alpha))


def selu(op: Op) -> None:
    """gamma times an Elu."""
    alpha = op.attribute("alpha", 1.6732632)
    bent = op.step("LEAKY_RELU", [op.step("ELU", [op.input()], "elu")], "bent", _slope(alpha))
    factor = op.scalar("gamma", op.attribute("gamma", 1.050701), bent)
    op.emit("MUL", [bent, factor], op.output(), schema.MulOptionsT())


def celu(op: Op) -> None:
    """alpha * elu(x / alpha)."""
    source, alpha = op.input(), op.attribute("alpha", 1.0)
    narrow = op.step("MUL", [source, op.scalar("inverse", 1 / alpha, source)], "narrow", schema.MulOptionsT())
    bent = op.step("ELU", [narrow], "elu")
    op.emit("MUL", [bent, op.scalar("alpha", alpha, bent)], op.output(), schema.MulOptionsT())


def softplus(op: Op) -> None:
    """log(1 + exp(x))."""
    op.emit("SUB", _softplus(op), op.output(), schema.SubOptionsT())


def mish(op: Op) -> None:
    """x * tanh(softplus(x))."""
    bent = op.step("SUB", _softplus(op), "softplus", schema.SubOptionsT())
    op.emit("MUL", [op.input(), op.step("TANH", [bent], "tanh")], op.output(), schema.MulOptionsT())


def _slope(alpha: float) -> schema.LeakyReluOptionsT:
    return schema.LeakyReluOptionsT(alpha=alpha)


def _softplus(op: Op) -> list[Tensor]:
    """What to subtract from what: relu(x) - log(sigmoid(|x|)), in which nothing overflows."""
    size = op.step("ABS", [op.input()], "size")
    return [
        op.step("RELU", [op.input()], "positive"),
        op.step("LOG", [op.step("LOGISTIC", [size], "sigmoid")], "log"),
    ]


HANDLERS = {
    **dict.fromkeys(NAMES, Handler(plain, int8=False)),
    "Elu": Handler(elu, int8=False),
    "Selu": Handler(selu, int8=False),
    "Celu": Handler(celu, int8=False),
    "Softplus": Handler(softplus, int8=False),
    "Mish": Handler(mish, int8=False),
}
