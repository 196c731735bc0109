"""The bar of `readingroom ingest` shows names of files and obeys none."""

from app.archive import Archive
from ingest.cli import _follow
from ingest.pipeline import Outcome
from ingest.records import State


def test_a_file_name_that_looks_like_markup_stops_nothing(archive: Archive) -> None:
    outcome = Outcome("a[/b]\x1b[2J.pdf", "k", State.READING, pages=20, messages=0, problems=(), is_new=True)
    assert _follow(archive, [outcome], 1, as_json=False).total() == 0
