from edgec.hotspots.stages import stages
from edgec.lower import Operator


def named(*shapes: tuple[int, ...], size: tuple[int, int]) -> list[str]:
    return stages([Operator("o", "Conv", "int8", "o", (), shape=shape) for shape in shapes], size)


def test_down_to_the_smallest_map_and_up_again_in_either_layout() -> None:
    found = named(
        (1, 8, 32, 48), (1, 16, 24, 16), (1, 8, 12, 16), (1, 16, 24, 16), (1, 4, 32, 48), size=(32, 48)
    )
    assert found == ["down1", "down2", "middle", "up1", "up2"]


def test_what_is_no_map_stays_where_it_is() -> None:
    found = named(
        (1, 8, 64, 64), (1, 8, 32, 32), (1, 2, 32, 2, 8), (), (1, 8, 64, 64), (1, 256, 4, 4), size=(64, 64)
    )
    assert found == ["down1", "middle", "middle", "middle", "up1", "up1"]


def test_odd_sizes_are_rounded_either_way() -> None:
    assert named((1, 8, 75, 101), (1, 8, 37, 50), (1, 8, 75, 101), size=(75, 101)) == [
        "down1",
        "middle",
        "up1",
    ]


def test_a_network_of_one_size_has_one_stage() -> None:
    assert named((1, 8, 64, 64), (1, 1, 64, 64), size=(64, 64)) == ["network", "network"]
