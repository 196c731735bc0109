"""Copy an archive to another folder while it is in use, and make an archive of such a copy.

A backup holds `manifest.json`, the database that it names, `originals.sha256` (for `sha256sum -c`) and
`files/`. The manifest is written last and names the others with their sums: until then what was there
before stays the backup. The index is not in it: `restore` makes it anew.
"""

import json
import logging
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from app.archive import open_archive
from app.config import Settings
from app.errors import ArchiveError, BadRequestError, NotFoundError
from app.keeping.holdings import Holdings, database_file
from app.store import FileStore, hash_file

log = logging.getLogger(__name__)

_FORMAT = 1
_MANIFEST = "manifest.json"
_RESTORING = ".restoring"  # in a home that is not whole yet


@dataclass(slots=True)
class Copied:
    """What was copied."""

    documents: int = 0
    new: int = 0  # originals that were not there yet
    new_bytes: int = 0
    failures: list[str] = field(default_factory=list)  # originals that are missing or damaged


def back_up(holdings: Holdings, target: Path, *, link: bool = False) -> Copied:
    """Back up an archive into a folder; what is there from an earlier backup of it is not copied again.

    The database is copied first, as it is at one moment, then the originals that this copy names. With
    `link` originals are linked where the file system can: quick, and no protection against a bad disk.

    Raises:
        BadRequestError: the database is on a server, or the folder holds something else.
    """
    source = database_file(holdings.settings)
    if source is None:
        raise BadRequestError(
            "The database is on a PostgreSQL server, whose own tool copies it: run `pg_dump --format=custom "
            f"--file=archive.dump` with its address first, then copy the folder {holdings.settings.files_folder}."
        )
    _expect_backup_or_nothing(target)
    made_at = datetime.now(UTC)
    database = target / f"archive-{made_at:%Y%m%dT%H%M%S%fZ}.sqlite3"
    _copy_database(source, database)
    copied = Copied()
    names = database.with_suffix(".sha256")
    with names.open("w") as listed:
        for sha256, size in _documents(database):
            copied.documents += 1
            if _copy_original(holdings.store, FileStore(target / "files"), sha256, size, copied, link=link):
                listed.write(f"{sha256}  files/{sha256[:2]}/{sha256}\n")
    os.sync()  # once for all that was copied: a sync for each of 100,000 small files takes an hour
    manifest = {
        "format": _FORMAT,
        "made_at": made_at.isoformat(),
        "made_by": f"reading-room {version('reading-room')}",
        "database": database.name,
        "database_sha256": hash_file(database),
        "originals": names.name,
        "originals_sha256": hash_file(names),
        "documents": copied.documents,
        "failures": copied.failures,
    }
    _write_durably(target / _MANIFEST, json.dumps(manifest, indent=2))
    for old in target.glob("archive-*"):
        if old.name not in (database.name, names.name):
            old.unlink()
    return copied


def restore(source: Path, settings: Settings) -> Copied:
    """Make an archive of a backup in an empty home; its index is made anew.

    A restore that was broken off is taken up by the next.

    Raises:
        NotFoundError: there is no backup, or it was broken off.
        BadRequestError: the home holds something, or the database would be on a server.
        ArchiveError: the backup is damaged.
    """
    manifest = _read_manifest(source)
    database = database_file(settings)
    if database is None:
        raise BadRequestError("A backup is restored into SQLite: unset READINGROOM_DATABASE.")
    _expect_empty(settings.home)
    _expect_sound(source, manifest)
    (settings.home / _RESTORING).touch()
    store = FileStore(settings.files_folder)
    copied = Copied(failures=list(manifest["failures"]))
    for sha256, size in _documents(source / manifest["database"]):
        copied.documents += 1
        _copy_original(FileStore(source / "files"), store, sha256, size, copied, link=False)
    partial = database.with_suffix(".new")
    shutil.copyfile(source / manifest["database"], partial)
    _check_integrity(partial)
    os.sync()
    partial.replace(database)
    with open_archive(settings) as archive:  # brings the schema up to date and makes the index
        archive.search.sync()
    (settings.home / _RESTORING).unlink()
    copied.failures = list(dict.fromkeys(copied.failures))
    return copied


def _expect_backup_or_nothing(target: Path) -> None:
    target.mkdir(parents=True, exist_ok=True)
    known = ("archive-", "files", "manifest.")
    strange = [path.name for path in target.iterdir() if not path.name.startswith(known)]
    if strange:
        raise BadRequestError(f"{target} holds something else ({strange[0]}); give an empty folder or an older backup.")


def _expect_empty(home: Path) -> None:
    home.mkdir(parents=True, exist_ok=True)
    if any(home.iterdir()) and not (home / _RESTORING).exists():
        raise BadRequestError(f"{home} is not empty; name a new folder with --home. Nothing was changed.")


def _expect_sound(source: Path, manifest: dict[str, Any]) -> None:
    for name in ("database", "originals"):
        path = source / manifest[name]
        if not path.is_file() or hash_file(path) != manifest[f"{name}_sha256"]:
            raise ArchiveError(f"The backup is damaged: {path.name} is not what its manifest says. Take another one.")


def _read_manifest(source: Path) -> dict[str, Any]:
    try:
        manifest: dict[str, Any] = json.loads((source / _MANIFEST).read_text())
    except FileNotFoundError as error:
        if source.is_dir() and any(source.glob("archive-*")):
            raise NotFoundError(
                f"The backup in {source} was broken off before it was whole; run `readingroom backup` again."
            ) from error
        raise NotFoundError(f"There is no backup in {source}: it has no {_MANIFEST}.") from error
    except ValueError as error:
        raise ArchiveError(f"The backup is damaged: {_MANIFEST} cannot be read. Take another one.") from error
    if manifest.get("format") != _FORMAT:
        raise ArchiveError("The backup was made by another version of this program; restore it with that one.")
    return manifest


def _copy_database(source: Path, target: Path) -> None:
    """Copy the database as it is at one moment; who writes meanwhile is neither stopped nor waited for."""
    partial = target.with_suffix(".new")
    partial.unlink(missing_ok=True)
    # The whole copy in one step: in several, each commit of an ingest would begin it again.
    with closing(sqlite3.connect(source)) as reading, closing(sqlite3.connect(partial)) as writing:
        reading.backup(writing)
        writing.execute("PRAGMA journal_mode = DELETE")  # one file, which can be read where nothing can be written
    partial.replace(target)


def _documents(database: Path) -> Iterator[tuple[str, int]]:
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        yield from connection.execute("SELECT sha256, size_bytes FROM documents ORDER BY sha256")


def _copy_original(source: FileStore, target: FileStore, sha256: str, size: int, copied: Copied, *, link: bool) -> bool:
    """Copy an original unless it is there, its bytes compared with its hash; False where that fails."""
    original, copy = source.path(sha256), target.path(sha256)
    try:
        if copy.exists() and copy.stat().st_size == size:
            return True
        copy.parent.mkdir(parents=True, exist_ok=True)
        partial = copy.with_name(f".incoming-{sha256}")
        partial.unlink(missing_ok=True)
        if not (link and _link(original, partial)):
            shutil.copyfile(original, partial)  # no bytes move where the file system shares blocks
        if hash_file(partial) != sha256:
            partial.unlink()
            copied.failures.append(f"{sha256}: its bytes no longer have this hash")
            return False
        partial.chmod(0o444)
        partial.replace(copy)
    except FileNotFoundError:
        copied.failures.append(f"{sha256}: the file is not there")
        return False
    copied.new += 1
    copied.new_bytes += size
    return True


def _link(original: Path, copy: Path) -> bool:
    try:
        copy.hardlink_to(original)
    except FileNotFoundError:
        raise
    except OSError:  # another file system
        return False
    return True


def _check_integrity(database: Path) -> None:
    with closing(sqlite3.connect(database)) as connection:
        (told,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
    if told != "ok":
        raise ArchiveError(f"The database of the backup is damaged ({told}). Take another one.")


def _write_durably(path: Path, text: str) -> None:
    partial = path.with_suffix(".new")
    with partial.open("w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
    descriptor = os.open(path.parent, os.O_RDONLY)
    os.fsync(descriptor)
    os.close(descriptor)
