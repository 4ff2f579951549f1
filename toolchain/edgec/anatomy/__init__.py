"""What a network is made of: parameters, multiply-accumulates, memory and how far it sees, level by level."""

from edgec.anatomy.anatomy import Anatomy, Level, dissect

__all__ = ["Anatomy", "Level", "dissect"]
