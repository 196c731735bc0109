from pathlib import Path

from tests.trust.slow_clients import measure


def test_slow_clients_are_cut_off_and_keep_nobody_waiting(tmp_path: Path) -> None:
    figures = measure(tmp_path)
    assert figures.holds, figures.line()
