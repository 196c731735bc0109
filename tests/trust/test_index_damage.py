"""The floor of the rig `index_damage`."""

from pathlib import Path

from tests.trust.index_damage import SMALL, measure


def test_a_service_whose_index_is_damaged_goes_on_and_mends_itself(tmp_path: Path) -> None:
    figures = measure(tmp_path / "home", SMALL)
    assert figures.failures == []
    assert len(figures.recovery_s) == SMALL
