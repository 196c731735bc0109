from pathlib import Path

import pytest

from app.config import IndexEngine
from tests.trust.private_release import FEW, run_private, run_unlisted, run_withdrawn


@pytest.mark.parametrize("run", [run_private, run_unlisted, run_withdrawn])
def test_what_may_not_be_read_is_nowhere(run: type, tmp_path: Path) -> None:
    found = run(tmp_path, {"index": "tantivy"}, FEW)
    assert found.differences == []
    assert found.requests > 200


def test_no_engine_finds_what_may_not_be_read(index_options: dict[str, object], tmp_path: Path) -> None:
    if index_options["index"] is IndexEngine.TANTIVY:
        pytest.skip("asked above")
    found = run_private(tmp_path, index_options, 1, searches_only=True)
    assert found.differences == []
    assert found.requests > 50
