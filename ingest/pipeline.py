"""The order of the stages: find files, read each in a worker, write it, and only then say so."""

import functools
import logging
import os
import shutil
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session

from app.archive import Archive
from app.database import models as rows
from ingest.agencies import AgencyTable
from ingest.files import FileLimits, account, clean_name, find_attached, find_files
from ingest.load import (
    find_read,
    known_attachments,
    link_file,
    load_agencies,
    load_corrections,
    store_document,
    store_release,
)
from ingest.load.attached import Attached
from ingest.reading import read_file
from ingest.records import FileKind, Problem, Reading, ReleaseRecord, SourceFile, State
from ingest.workers import WorkerLimits, read_in_workers

log = logging.getLogger(__name__)

_TRIES = 6  # another process may add the same person or document at the same moment
_PAUSE_S = 0.05
_SETTLED = 200  # known files after which their outcomes are told, though no file was read
_Written = TypeVar("_Written")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one found file; it is kept by the time you read this."""

    path: str
    key: str | None  # of its document; None: its bytes could not be read, so there is none
    state: State
    pages: int
    messages: int  # printed and quoted
    problems: tuple[Problem, ...]
    is_new: bool  # False: these bytes were read before


@dataclass(slots=True)
class _Mail:
    """A mail that waits until its attachments are documents."""

    file: SourceFile
    reading: Reading
    waiting_for: int  # documents that its attachments, and what lies in them, will be
    attached: list[Attached] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A file that lies in a mail, and the mail that waits for it."""

    file: SourceFile
    mail: _Mail
    owner: tuple[int, str] | None  # index of the message that names it, and how; None: lies in an attached zip


def ingest(archive: Archive, paths: Iterable[Path], release: ReleaseRecord) -> Iterator[Outcome]:
    """Read files into a release and yield what became of each, after its commit.

    A file whose bytes were read before by this pipeline is not read again. Whatever happens to one
    file, the others are read. The index is not written here: `archive.search.sync()` does that.

    Raises:
        BadRequestError: a path does not exist, or the release's description makes no sense.
    """
    table = AgencyTable.load()

    def begin(session: Session) -> int:
        load_agencies(session, table)
        return store_release(session, release, table).id

    release_id = _write(archive, begin)
    with _open_scratch(archive.settings.home / "scratch") as scratch:
        yield from _Run(archive, table, release_id, scratch).outcomes(paths)


def _write(archive: Archive, work: Callable[[Session], _Written]) -> _Written:
    """Do work in a transaction of its own; again where another process wrote the same meanwhile."""
    for attempt in range(1, _TRIES):
        try:
            with archive.sessions.begin() as session:
                return work(session)
        except (IntegrityError, OperationalError) as error:
            log.info("written twice at the same time attempt=%d error=%s", attempt, error)
            time.sleep(_PAUSE_S * attempt)
    with archive.sessions.begin() as session:
        return work(session)


@contextmanager
def _open_scratch(folder: Path) -> Iterator[Path]:
    """Give a folder of this process for unpacked files; those of processes that were killed are removed."""
    folder.mkdir(parents=True, exist_ok=True)
    for left in folder.iterdir():
        if not _is_running(left.name.partition("-")[0]):
            shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=f"{os.getpid()}-", dir=folder) as scratch:
        yield Path(scratch)


def _is_running(pid: str) -> bool:
    try:
        os.kill(int(pid), 0)
    except (ValueError, ProcessLookupError):
        return False
    except PermissionError:
        return True
    return True


class _Run:
    """One ingest: the files that wait, the mails that wait for their attachments, the writer."""

    def __init__(self, archive: Archive, table: AgencyTable, release_id: int, scratch: Path) -> None:
        settings = archive.settings
        self._archive, self._table, self._release_id, self._scratch = archive, table, release_id, scratch
        self._limits = FileLimits(max_bytes=settings.max_file_mb << 20)
        self._worker_limits = WorkerLimits(settings.workers, settings.worker_timeout_s, settings.worker_memory_mb)
        self._read = functools.partial(read_file, max_pages=settings.max_pages)
        self._done: deque[Outcome] = deque()
        self._attachments: deque[_Waiting] = deque()
        self._waiting_by_path: dict[str, _Waiting] = {}
        self._is_exhausted = False

    def outcomes(self, paths: Iterable[Path]) -> Iterator[Outcome]:
        """Yield what became of each file, after its commit."""
        found = find_files(paths, self._scratch, limits=self._limits)
        while not self._is_exhausted or self._attachments:
            for file, reading in read_in_workers(self._to_read(found), self._read, self._worker_limits):
                yield from self._flush()
                self._attempt(file, functools.partial(self._accept, file, reading))
                yield from self._flush()
            yield from self._flush()

    def _flush(self) -> Iterator[Outcome]:
        while self._done:
            yield self._done.popleft()

    def _to_read(self, found: Iterator[SourceFile]) -> Iterator[SourceFile]:
        """Yield what a worker must read; what needs none is settled on the way."""
        is_reading = False
        for file in self._every_file(found):
            kept = self._attempt(file, functools.partial(self._settle, file))
            if kept is not None:
                is_reading = True
                yield kept
            if not is_reading and len(self._done) >= _SETTLED:
                return

    def _every_file(self, found: Iterator[SourceFile]) -> Iterator[SourceFile]:
        """Yield attachments before further files, so that few mails wait at a time."""
        while True:
            if self._attachments:
                waiting = self._attachments.popleft()
                self._waiting_by_path[waiting.file.path] = waiting
                yield waiting.file
                continue
            following = next(found, None)
            if following is None:
                self._is_exhausted = True
                return
            yield following

    def _attempt(self, file: SourceFile, step: Callable[[], _Written]) -> _Written | None:
        """Take a step with one file; where it fails the file is reported, and the others go on."""
        try:
            return step()
        except Exception:  # the boundary of a file: no file may stop the run
            log.exception("not kept file=%s", file.path)
            problem = Problem(
                "not_kept", "The file could not be written to the archive; the log says why. Ingest again."
            )
            self._report(file, problem)
            return None

    def _report(self, file: SourceFile, problem: Problem) -> None:
        """Tell of a file that is in no record, and let its mail go on without it."""
        self._done.append(Outcome(file.path, None, State.UNREADABLE, 0, 0, (problem,), is_new=True))
        self._attachment_done(file, None)

    def _settle(self, file: SourceFile) -> SourceFile | None:
        """Return the file as a worker can read it; None if it needs no worker and is settled."""
        if not file.sha256:
            problem = file.problem or Problem("unreadable", "The file's bytes cannot be read.")
            self._report(file, problem)
            return None
        if self._settle_known(file):
            return None
        kept = replace(file, location=self._archive.store.add(file.location, file.sha256))
        if self._scratch in file.location.parents and file.kind is not FileKind.ZIP:
            file.location.unlink()  # the store has it; a zip is still unpacked from here
        reading = account(kept)
        if reading is None:
            with self._archive.sessions() as session:
                return replace(kept, corrections=load_corrections(session, file.sha256))
        self._accept(kept, reading)
        return None

    def _settle_known(self, file: SourceFile) -> bool:
        known = _write(self._archive, functools.partial(self._link_known, file))
        if not known:
            return False
        (_, document_id), *_ = known
        self._done.extend(outcome for outcome, _ in known)
        self._attachment_done(file, document_id)
        return True

    def _link_known(self, file: SourceFile, session: Session) -> list[tuple[Outcome, int]]:
        """Link a document that was read before, with its attachments, into the release; empty if it was not."""
        document = find_read(session, file.sha256)
        if document is None:
            return []
        linked = [(file, document)]
        for name, attached in known_attachments(session, document):
            linked.append((replace(file, path=f"{file.path}/{clean_name(name)}"), attached))
        found = []
        for place, row in linked:
            link_file(session, self._release(session), place, row)
            problems = session.scalars(select(rows.Problem).where(rows.Problem.document_id == row.id))
            told = tuple(Problem(problem.code, problem.detail, problem.page) for problem in problems)
            state = State(row.state.value)
            found.append((Outcome(place.path, row.key, state, row.page_count, 0, told, is_new=False), row.id))
        return found

    def _accept(self, file: SourceFile, reading: Reading) -> None:
        """Keep a reading; a mail with attachments waits until those are documents."""
        owners = [
            (number, attached) for number, message in enumerate(reading.messages) for attached in message.attached_files
        ]
        contents = [attached for _, attached in owners]
        parts = list(find_attached(file, contents, self._scratch, limits=self._limits)) if contents else []
        mail = _Mail(file, reading, len(parts))
        of_mail = iter(owners)
        for part in parts:
            if part.parent_sha256 != file.sha256:  # lies in an attached zip
                self._attachments.append(_Waiting(part, mail, None))
                continue
            # The mail's row comes after those of its attachments and makes itself their parent then.
            number, attached = next(of_mail)
            self._attachments.append(_Waiting(replace(part, parent_sha256=None), mail, (number, attached.name)))
        if not parts:
            self._keep(mail)

    def _keep(self, mail: _Mail) -> None:
        file, reading = mail.file, mail.reading
        document_id, key = _write(self._archive, functools.partial(self._store, mail))
        pages, messages = len(reading.pages), len(reading.messages)
        self._done.append(Outcome(file.path, key, reading.state, pages, messages, reading.problems, is_new=True))
        self._attachment_done(file, document_id)

    def _store(self, mail: _Mail, session: Session) -> tuple[int, str]:
        now = datetime.now(UTC).replace(tzinfo=None)
        document = find_read(session, mail.file.sha256)  # the same bytes may have been read beside
        if document is None:
            document = store_document(session, mail.file, mail.reading, self._table, now=now, attached=mail.attached)
        for part in mail.attached:
            child = session.get_one(rows.Document, part.document_id)
            child.parent_id = child.parent_id or document.id
        link_file(session, self._release(session), mail.file, document)
        return document.id, document.key

    def _attachment_done(self, file: SourceFile, document_id: int | None) -> None:
        waiting = self._waiting_by_path.pop(file.path, None)
        if waiting is None:
            return
        mail = waiting.mail
        if document_id is not None and waiting.owner is not None:
            number, name = waiting.owner
            mail.attached.append(Attached(number, name, document_id))
        mail.waiting_for -= 1
        if mail.waiting_for == 0:
            self._attempt(mail.file, functools.partial(self._keep, mail))

    def _release(self, session: Session) -> rows.Release:
        return session.get_one(rows.Release, self._release_id)
