from pathlib import Path

import pytest

from app.errors import StorageError, UnreadableFileError
from app.scratch import open_scratch
from app.store import FileStore, disk_errors, hash_file


def test_what_a_killed_process_left_is_removed_and_what_a_living_one_has_stays(tmp_path: Path) -> None:
    (tmp_path / "incoming" / "left").mkdir(parents=True)
    with open_scratch(tmp_path / "incoming") as mine, open_scratch(tmp_path / "incoming") as other:
        assert sorted((tmp_path / "incoming").iterdir()) == sorted([mine, other])
    assert not list((tmp_path / "incoming").iterdir())


def test_a_copy_left_on_its_way_is_removed_though_nothing_new_comes(tmp_path: Path) -> None:
    store = FileStore(tmp_path / "files")
    store.clear_incoming()  # nothing was ever copied
    (tmp_path / "files" / "incoming" / "left").mkdir(parents=True)
    with open_scratch(tmp_path / "files" / "incoming") as mine:
        (tmp_path / "files" / "incoming" / "left").mkdir()
        store.clear_incoming()
        assert list((tmp_path / "files" / "incoming").iterdir()) == [mine]


def test_a_file_that_changed_meanwhile_is_not_kept(tmp_path: Path) -> None:
    source = tmp_path / "plan.pdf"
    source.write_bytes(b"before")
    sha256 = hash_file(source)
    source.write_bytes(b"after")
    store = FileStore(tmp_path / "files")
    with pytest.raises(UnreadableFileError, match="changed while it was copied"):
        store.add(source, sha256)
    assert not store.path(sha256).exists()


def test_a_full_disk_is_told_with_its_folder(tmp_path: Path) -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("this system has no /dev/full")
    with (
        pytest.raises(StorageError, match=r"The disk of .* is full"),
        disk_errors(tmp_path),
        full.open("wb", buffering=0) as file,
    ):
        file.write(b"x")
