"""The benchmark of searching compares the same answers of our engine and of the plain one."""

from pathlib import Path

import pytest

from app.archive import open_archive
from app.config import IndexEngine
from tests.benchmarks.search.cases import choose_cases
from tests.benchmarks.search.corpus import CORPUS
from tests.benchmarks.search.engines import open_others, open_ours
from tests.benchmarks.search.filling import archive_settings, fill_archive

_EMAILS = 1_000


@pytest.mark.skipif(not CORPUS.is_file(), reason="the load-test corpus is not on this machine (../shared/corpora)")
def test_our_engine_and_the_plain_one_find_as_much(tmp_path: Path) -> None:
    fill_archive(tmp_path, 1, _EMAILS)
    with open_archive(archive_settings(tmp_path)) as archive:
        archive.search.sync()
    cases = {case.group: case for case in choose_cases(_EMAILS) if not case.offset}.values()
    with open_ours(tmp_path, IndexEngine.TANTIVY) as ours, open_others(tmp_path) as (plain, *_):
        answered = 0
        for case in cases:
            mine, theirs = ours.prepare(case), plain.prepare(case)
            assert theirs is not None
            found, plainly = mine(), theirs()
            assert len(found.keys) == len(plainly.keys), case.label
            assert plainly.total in (None, found.total), case.label  # None: it was not asked for
            answered += bool(found.keys)
        assert answered > len(cases) / 2
        assert min(ours.take_engine_ms()) > 0
