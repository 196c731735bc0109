"""The floor of the rig `reindex_kill`."""

from pathlib import Path

from tests.trust.reindex_kill import SMALL, measure


def test_the_old_index_answers_until_the_new_one_is_whole(tmp_path: Path) -> None:
    _, answered, wrong = measure(tmp_path / "home", SMALL)
    assert wrong == []
    assert answered
