from tests.trust.rigs import hold_floor


def test_a_disk_that_fails_loses_nothing_and_is_told() -> None:
    hold_floor("disk_faults")
