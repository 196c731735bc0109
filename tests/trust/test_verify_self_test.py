"""The floor of the rig `verify_self_test`."""

from tests.trust.verify_self_test import SMALL, measure


def test_every_planted_difference_is_found() -> None:
    test = measure(SMALL)
    assert test.wrong == []
    assert (test.found, test.mended) == (SMALL, test.mendable)
