"""What is written is found, and nothing else."""

import gc
import threading
from pathlib import Path

import pytest

from app.errors import IndexUnavailableError
from app.search.columns import digest
from app.search.engines import Engine
from app.search.index import Held, Search, SearchIndex
from app.search.query import (
    Word,
    parse,
)
from tests.support.entries import make_entry, number_entries
from tests.support.letters import LETTERS, keys


def test_adding_replaces_by_key(index: SearchIndex) -> None:
    index.update([make_entry("a", "old words", sequence=1), make_entry("b", "other", sequence=2)])
    index.update([make_entry("a", "new words", sequence=3)])
    assert (keys(index, "old"), keys(index, "new"), keys(index, "words")) == ([], ["a"], ["a"])
    assert index.search(Search(parse("").tree)).total == 2


def test_the_last_of_one_key_in_a_batch_is_kept(index: SearchIndex) -> None:
    index.update([make_entry("a", "old", sequence=1), make_entry("a", "new", sequence=2)])
    assert (keys(index, "old"), keys(index, "new")) == ([], ["a"])


def test_removes_by_key_before_it_adds(index: SearchIndex) -> None:
    index.update(number_entries([make_entry("a", "one"), make_entry("b", "one")]))
    index.update([make_entry("b", "two", sequence=3)], ["a", "b", "unknown"])
    assert (keys(index, "one"), keys(index, "two")) == ([], ["b"])
    index.update([], ["b"])
    assert index.search(Search(parse("").tree)).total == 0


def test_the_newest_sequence_is_known(index: SearchIndex) -> None:
    assert index.newest_sequence() == 0
    index.update(number_entries([make_entry("a"), make_entry("b")], 5))
    assert index.newest_sequence() == 6


def test_what_is_held_can_be_held_against_the_record(index: SearchIndex) -> None:
    index.update(number_entries([make_entry(f"k{n}", "water") for n in range(5)]))
    index.update([make_entry("k1", "lake", sequence=9)], ["k2"])
    held = {one for batch in index.every_held() for one in batch}
    assert held == {Held(key, digest(make_entry(key, "water"))) for key in ("k0", "k3", "k4")} | {
        Held("k1", digest(make_entry("k1", "lake")))
    }
    assert set(index.find_held(["k1", "k2", "nothing"])) == {one for one in held if one.key == "k1"}
    assert list(index.find_held([])) == []


def test_an_empty_index_answers(index: SearchIndex) -> None:
    assert keys(index, "anything OR -anything") == []


def test_what_is_written_is_there_after_closing(index: SearchIndex, engine: Engine, tmp_path: Path) -> None:
    index.update(LETTERS)
    index.close()
    again = engine.open(tmp_path / "index")
    assert keys(again, "benghazi") == ["month"]
    again.close()


def test_a_reader_sees_what_another_writes(index: SearchIndex, engine: Engine, tmp_path: Path) -> None:
    writer = engine.open(tmp_path / "index")
    for number in range(3):
        writer.update([make_entry(f"k{number}", "word", sequence=number + 1)])
        assert index.search(Search(Word("word"))).total == number + 1
    writer.close()


def test_a_folder_without_an_index_is_told(engine: Engine, tmp_path: Path) -> None:
    with pytest.raises(IndexUnavailableError):
        engine.open(tmp_path)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # Whoosh leaves its file open
def test_damage_is_told(index: SearchIndex, engine: Engine, tmp_path: Path) -> None:
    index.update(LETTERS)
    index.close()
    for file in (tmp_path / "index").iterdir():
        file.write_bytes(b"\0" * 20)
    with pytest.raises(IndexUnavailableError, match="index"):
        engine.open(tmp_path / "index").search(Search(Word("water")))
    gc.collect()


def test_threads_search_while_one_writes(index: SearchIndex) -> None:
    index.update(number_entries([make_entry(f"k{n}", "water lake") for n in range(50)]))
    wrong: list[object] = []

    def search() -> None:
        for _ in range(20):
            total = index.search(Search(parse('"water lake"').tree)).total
            if not 50 <= total <= 100:
                wrong.append(total)

    threads = [threading.Thread(target=search) for _ in range(4)]
    for thread in threads:
        thread.start()
    for batch in range(5):
        new = [make_entry(f"n{batch}-{n}", "water lake") for n in range(10)]
        index.update(number_entries(new, 100 + batch * 10))
    for thread in threads:
        thread.join()
    assert wrong == []
    assert index.search(Search(Word("lake"))).total == 100
