from pathlib import Path

from tests.support.apart import run_apart
from tests.trust.slow_clients import measure


def test_slow_clients_are_cut_off_and_keep_nobody_waiting(tmp_path: Path) -> None:
    figures = run_apart(lambda: measure(tmp_path))
    # How quickly others are served is a floor of `make trust`: here other tests keep the cores busy meanwhile.
    assert (figures.cut, figures.failed) == (figures.clients, 0), figures.line()
