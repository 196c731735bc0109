from pathlib import Path

import pytest

from tests.support.apart import run_apart
from tests.trust.load import measure
from tests.trust.paged_archive import has_corpus


@pytest.mark.skipif(not has_corpus(), reason="the load-test corpus is not on this machine (../shared/corpora)")
def test_a_busy_day_sees_no_error(tmp_path: Path) -> None:
    figures = run_apart(lambda: measure(tmp_path))
    assert figures.misses(full=False) == [], figures.line()
