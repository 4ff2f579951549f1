"""What each device is: one YAML file a device, read into Target."""

from edgec_targets.load import load_target
from edgec_targets.names import target_names
from edgec_targets.profiles import check_profiles
from edgec_targets.target import Budgets, Int8, Profile, Target
from edgec_targets.usable import usable
from edgec_targets.words import unknown_word

__all__ = [
    "Budgets",
    "Int8",
    "Profile",
    "Target",
    "check_profiles",
    "load_target",
    "target_names",
    "unknown_word",
    "usable",
]
