from edgec.hotspots import Spot, level_times
from edgec.hotspots.levels import origin
from edgec.lower import Operator

MODULES = {"convolution": "up.1", "convolution_1": "up.0", "conv2d_32": "decoder.0.0.0", "cat": "", "map": ""}


def spot(layer: str, milliseconds: float) -> Spot:
    return Spot("down1", Operator(layer, "Conv", "int8", layer, (), milliseconds=milliseconds))


def test_what_was_made_of_a_node_is_of_its_module() -> None:
    assert origin("convolution_1_move_2", MODULES) == "convolution_1"
    assert origin("convolution_blocks", MODULES) == "convolution"
    assert origin("conv2d_32.1", MODULES) == "conv2d_32"
    assert origin("image_quantized", MODULES) == "image_quantized"


def test_times_add_up_by_level_and_what_is_of_none_is_told_apart() -> None:
    spots = [spot("image_quantized", 1.0), spot("convolution_move_1", 2.0), spot("convolution", 3.0)]
    spots += [spot("conv2d_32.0", 4.0), spot("cat", 5.0)]
    found = level_times(spots, MODULES, ["up.0", "up.1", "decoder.0"])
    assert found == {"": 6.0, "up.1": 5.0, "decoder.0": 4.0}
