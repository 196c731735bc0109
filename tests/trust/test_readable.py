"""The floor of the rig `readable`."""

import pytest

from tests.trust.readable import BAD_INPUTS, SMALL_FLOOR, find_best, measure


@pytest.mark.skipif(not BAD_INPUTS.is_dir(), reason="the hostile files are not on this machine (../shared/badinputs)")
def test_nothing_that_another_reader_finds_is_lost() -> None:
    figures = measure(full=False)
    assert figures.share >= SMALL_FLOOR, str(figures)


def test_the_best_reader_is_the_one_whose_words_the_others_confirm() -> None:
    glued, plain, plainer = (
        "nothing readableislost here",
        "nothing readable is lost here",
        "nothing readable is lost here",
    )
    assert find_best([glued, plain, plainer, "too short"])["readable"] == 1
    assert not find_best(["too short"])
