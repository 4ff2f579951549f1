from edgec.prune_plan.units import block_ratios, joined_blocks


def test_blocks_that_share_channels_are_one_unit() -> None:
    groups = [("encoder.0",), ("encoder.0", "decoder.0"), ("middle",), ("up.0", "decoder.0")]
    assert joined_blocks(groups) == ("encoder.0+decoder.0+up.0", "middle")


def test_units_that_a_later_group_joins_become_one() -> None:
    assert joined_blocks([("a",), ("b",), ("c",), ("a", "c")]) == ("a+c", "b")


def test_every_block_of_a_unit_gets_its_ratio_and_the_others_keep_theirs() -> None:
    assert block_ratios((("a+c", 0.5), ("d", 0.25))) == {"default": 0.0, "a": 0.5, "c": 0.5, "d": 0.25}
