from tests.trust.rigs import hold_floor


def test_processes_that_fill_an_archive_at_once_give_one_copy() -> None:
    hold_floor("two_processes")
