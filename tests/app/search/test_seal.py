"""A damaged index answers nothing, however it was damaged, and is made anew."""

import json
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.config import IndexEngine, Settings
from app.errors import IndexUnavailableError
from app.search.engines import Engine, make_engine
from app.search.index import CheckedIndex, Search
from app.search.query import Word
from app.search.seal import Look, _Sealed, _sum_of_seal
from tests.support.entries import make_entry, number_entries

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # Whoosh leaves files open


@pytest.fixture(params=[IndexEngine.TANTIVY, IndexEngine.WHOOSH])
def engine(request: pytest.FixtureRequest) -> Engine:
    return make_engine(Settings(index=request.param))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "index"
    folder.mkdir()
    return folder


@pytest.fixture
def index(engine: Engine, folder: Path) -> Iterator[CheckedIndex]:
    index = engine.create(folder)
    index.update(number_entries([make_entry(f"k{n}", f"water lake{n}") for n in range(40)]))
    index.update(number_entries([make_entry(f"m{n}", "water") for n in range(5)], 50))
    yield index
    index.close()


def largest(folder: Path) -> list[Path]:
    return sorted((path for path in folder.iterdir() if path.is_file()), key=lambda path: -path.stat().st_size)


def flip(folder: Path) -> None:
    path = largest(folder)[0]
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 4
    path.write_bytes(content)


def flip_and_set_back_the_time(folder: Path) -> None:
    path = largest(folder)[0]
    told = path.stat()
    flip(folder)
    os.utime(path, ns=(told.st_atime_ns, told.st_mtime_ns))


def truncate(folder: Path) -> None:
    for path in largest(folder)[:3]:
        os.truncate(path, path.stat().st_size // 3)


def remove(folder: Path) -> None:
    largest(folder)[1].unlink()


def swap(folder: Path) -> None:
    one, other = largest(folder)[:2]
    one.replace(folder / "between")
    other.replace(one)
    (folder / "between").replace(other)


def break_seal(folder: Path) -> None:
    path = folder / "seal.json"
    path.write_bytes(path.read_bytes().replace(b"1", b"2", 1))


DAMAGES = [flip, flip_and_set_back_the_time, truncate, remove, swap, break_seal]


@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_while_it_is_open_ends_the_answers(
    index: CheckedIndex, folder: Path, damage: Callable[[Path], None]
) -> None:
    assert index.search(Search(Word("water"))).total == 45
    damage(folder)
    with pytest.raises(IndexUnavailableError, match="reindex"):
        index.search(Search(Word("water")))


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_index_is_not_opened(
    index: CheckedIndex, engine: Engine, folder: Path, damage: Callable[[Path], None]
) -> None:
    damage(folder)
    with pytest.raises(IndexUnavailableError, match="reindex"):
        engine.open(folder)


def test_bytes_that_rot_on_the_disk_are_found_when_all_are_read(
    index: CheckedIndex, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index.check(thorough=True)
    sound = {entry.name: entry.stat() for entry in os.scandir(folder)}
    flip(folder)

    class Unchanged:  # a disk changes bytes and no times
        def __init__(self, entry: "os.DirEntry[str]") -> None:
            self.name = entry.name

        def stat(self) -> os.stat_result:
            return sound[self.name]

    class Scan(list[Unchanged]):
        def __enter__(self) -> "Scan":
            return self

        def __exit__(self, *_: object) -> None: ...

    scandir = os.scandir
    monkeypatch.setattr("app.search.seal.os.scandir", lambda path: Scan(map(Unchanged, scandir(path))))
    index.check()
    with pytest.raises(IndexUnavailableError, match="other bytes"):
        index.check(thorough=True)


def test_files_that_moved_with_all_their_bytes_are_sound(index: CheckedIndex, engine: Engine, folder: Path) -> None:
    for path in largest(folder):
        content = path.read_bytes()
        path.unlink()
        path.write_bytes(content)
    again = engine.open(folder)
    assert again.search(Search(Word("water"))).total == 45
    again.close()


def test_what_a_killed_writer_left_is_read(engine: Engine, index: CheckedIndex, folder: Path) -> None:
    before = (folder / "seal.json").read_bytes()
    index.update([make_entry("late", "water", sequence=99)])
    opened = before.replace(b'"open": false', b'"open": true')
    (folder / "seal.json").write_bytes(_with_sum(opened))  # as it is before the files change
    again = engine.open(folder)
    assert again.search(Search(Word("water"))).total == 46
    again.close()


def _with_sum(seal: bytes) -> bytes:
    told = json.loads(seal)
    files = {name: _Sealed(Look(*look), crc) for name, (*look, crc) in told["files"].items()}
    return json.dumps(told | {"crc": _sum_of_seal(is_open=told["open"], files=files)}).encode()


def test_a_file_cut_short_while_searches_run_ends_no_process(index: CheckedIndex, folder: Path) -> None:
    other: list[BaseException] = []
    stop = threading.Event()

    def search() -> None:
        while not stop.is_set():
            try:
                index.search(Search(Word("water")))
            except IndexUnavailableError:
                continue
            except BaseException as error:
                other.append(error)

    threads = [threading.Thread(target=search) for _ in range(4)]
    for thread in threads:
        thread.start()
    for path in largest(folder):
        if path.suffix != ".json":
            os.truncate(path, 0)
    stop.wait(0.2)
    stop.set()
    for thread in threads:
        thread.join()
    assert other == []
