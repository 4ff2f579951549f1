"""The shipped `unet_light` with one more 1x1 convolution, as files of a user's own name networks.

It passes its input on (Dirac weights), so that the answers stay as they are.
"""

from torch import nn

from edgec.source import load_source


def at_the_input() -> nn.Module:
    """One channel at the full resolution: the least convolution that there can be."""
    network = _network()
    return nn.Sequential(_pass_on(1), network)


def in_the_first_level() -> nn.Module:
    """32 channels at the full resolution."""
    return _after("encoder.0", 32)


def in_the_bottleneck() -> nn.Module:
    """512 channels at a sixteenth of the resolution."""
    return _after("bottleneck", 512)


def in_the_last_level() -> nn.Module:
    """32 channels at the full resolution, before the head."""
    return _after("decoder.0", 32)


def _after(level: str, channels: int) -> nn.Module:
    network = _network()
    network.set_submodule(level, nn.Sequential(network.get_submodule(level), _pass_on(channels)))
    return network


def _pass_on(channels: int) -> nn.Module:
    conv = nn.Conv2d(channels, channels, 1, bias=False)
    nn.init.dirac_(conv.weight)
    return conv.eval()


def _network() -> nn.Module:
    network = load_source("unet_light").module
    assert network is not None
    return network
