"""How large a binary network is on paper, as publications count it."""

from torch import nn

from edgec.zoo.binary_blocks import BinaryConv, ResidualConv


def paper_bytes(network: nn.Module) -> int | None:
    """A bit for each level of a binary weight, 32 for each other parameter; None where no weight is binary.

    What a file holds is more: names, shapes and operators, and words that are not full.
    """
    levels = {
        id(part.weight): 1 if isinstance(part, BinaryConv) else len(part.scales)
        for part in network.modules()
        if isinstance(part, BinaryConv | ResidualConv)
    }
    bits = sum(each.numel() * levels.get(id(each), 32) for each in network.parameters())
    return -(-bits // 8) if levels else None
