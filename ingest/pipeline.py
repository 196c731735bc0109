"""The order of the stages: find files, read each in a worker, write it, and only then say so."""

import functools
import logging
import tempfile
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.archive import Archive
from app.database import models as rows
from ingest.agencies import AgencyTable
from ingest.files import FileLimits, account, find_attached, find_files
from ingest.load import find_read, link_file, load_agencies, store_document, store_release
from ingest.load.documents import Attached
from ingest.reading import read_file
from ingest.records import Problem, Reading, ReleaseRecord, SourceFile, State
from ingest.workers import WorkerLimits, read_in_workers

log = logging.getLogger(__name__)

_TRIES = 3  # another process may add the same person or document at the same moment


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
    waiting_for: int
    attached: list[Attached] = field(default_factory=list)


def ingest(archive: Archive, paths: Iterable[Path], release: ReleaseRecord) -> Iterator[Outcome]:
    """Read files into a release and yield what became of each, after its commit.

    A file whose bytes were read before by this pipeline is not read again. Whatever happens to one
    file, the others are read. The index is not written here: `archive.search.sync()` does that.

    Raises:
        BadRequestError: a path does not exist, or the release's description makes no sense.
    """
    table = AgencyTable.load()
    with archive.sessions.begin() as session:
        load_agencies(session, table)
        release_id = store_release(session, release, table).id
    with tempfile.TemporaryDirectory(prefix="readingroom-") as scratch:
        yield from _Run(archive, table, release_id, Path(scratch)).outcomes(paths)


class _Run:
    """One ingest: the files that wait, the mails that wait for their attachments, the writer."""

    def __init__(self, archive: Archive, table: AgencyTable, release_id: int, scratch: Path) -> None:
        settings = archive.settings
        self._archive, self._table, self._release_id, self._scratch = archive, table, release_id, scratch
        self._limits = FileLimits(max_bytes=settings.max_file_mb << 20)
        self._worker_limits = WorkerLimits(settings.workers, settings.worker_timeout_s, settings.worker_memory_mb)
        self._read = functools.partial(read_file, max_pages=settings.max_pages)
        self._done: deque[Outcome] = deque()
        self._attachments: deque[tuple[SourceFile, _Mail]] = deque()
        self._mail_of: dict[str, _Mail] = {}  # path of an attachment → the mail it lies in

    def outcomes(self, paths: Iterable[Path]) -> Iterator[Outcome]:
        found = find_files(paths, self._scratch, limits=self._limits)
        while True:
            for file, reading in read_in_workers(self._to_read(found), self._read, self._worker_limits):
                yield from self._flush()
                self._accept(file, reading)
                yield from self._flush()
            yield from self._flush()
            if not self._attachments:
                return
            found = iter(())

    def _flush(self) -> Iterator[Outcome]:
        while self._done:
            yield self._done.popleft()

    def _to_read(self, found: Iterator[SourceFile]) -> Iterator[SourceFile]:
        """Yield what a worker must read; what needs none is settled on the way."""
        for file in self._waiting(found):
            if not file.sha256:
                self._settle_without_bytes(file)
                continue
            if self._settle_known(file):
                continue
            location = self._archive.store.add(file.location, file.sha256)
            kept = replace(file, location=location)
            if (reading := account(kept)) is not None:
                self._accept(kept, reading)
            else:
                yield kept

    def _waiting(self, found: Iterator[SourceFile]) -> Iterator[SourceFile]:
        """Yield attachments before further files, so that few mails wait at a time."""
        while True:
            if self._attachments:
                file, mail = self._attachments.popleft()
                self._mail_of[file.path] = mail
                yield file
                continue
            following = next(found, None)
            if following is None:
                return
            yield following

    def _settle_without_bytes(self, file: SourceFile) -> None:
        problem = file.problem or Problem("unreadable", "The file's bytes cannot be read.")
        self._done.append(Outcome(file.path, None, State.UNREADABLE, 0, 0, (problem,), is_new=True))
        self._attachment_done(file, None)

    def _settle_known(self, file: SourceFile) -> bool:
        with self._archive.sessions.begin() as session:
            document = find_read(session, file.sha256)
            if document is None:
                return False
            link_file(session, self._release(session), file, document)
            problems = session.scalars(select(rows.Problem).where(rows.Problem.document_id == document.id))
            known = tuple(Problem(problem.code, problem.detail, problem.page) for problem in problems)
            state = State(document.state.value)
            outcome = Outcome(file.path, document.key, state, document.page_count, 0, known, is_new=False)
        self._done.append(outcome)
        self._attachment_done(file, document.id)
        return True

    def _accept(self, file: SourceFile, reading: Reading) -> None:
        """Keep a reading; a mail with attachments waits until those are documents."""
        contents = [attached for message in reading.messages for attached in message.attached_files]
        attached = list(find_attached(file, contents, self._scratch, limits=self._limits)) if contents else []
        mail = _Mail(file, reading, len(attached))
        if attached:
            for part in attached:
                # The mail's row comes after those of its attachments and makes itself their parent then.
                orphan = replace(part, parent_sha256=None) if part.parent_sha256 == file.sha256 else part
                self._attachments.append((orphan, mail))
        else:
            self._keep(mail)

    def _keep(self, mail: _Mail) -> None:
        file, reading = mail.file, mail.reading
        for attempt in range(1, _TRIES + 1):
            try:
                document_id, key = self._store(mail)
                break
            except IntegrityError:
                if attempt == _TRIES:
                    raise
                log.info("written twice at the same time file=%s attempt=%d", file.path, attempt)
        outcome = Outcome(
            file.path,
            key,
            reading.state,
            len(reading.pages),
            len(reading.messages),
            reading.problems,
            is_new=True,
        )
        self._done.append(outcome)
        self._attachment_done(file, document_id)

    def _store(self, mail: _Mail) -> tuple[int, str]:
        with self._archive.sessions.begin() as session:
            now = datetime.now(UTC).replace(tzinfo=None)
            document = find_read(session, mail.file.sha256)  # the same bytes may have been read beside
            if document is None:
                document = store_document(
                    session, mail.file, mail.reading, self._table, now=now, attached=mail.attached
                )
            for part in mail.attached:
                child = session.get_one(rows.Document, part.document_id)
                child.parent_id = child.parent_id or document.id
            link_file(session, self._release(session), mail.file, document)
            return document.id, document.key

    def _attachment_done(self, file: SourceFile, document_id: int | None) -> None:
        mail = self._mail_of.pop(file.path, None)
        if mail is None:
            return
        if document_id is not None:
            mail.attached.append(Attached(file.name, document_id))
        mail.waiting_for -= 1
        if mail.waiting_for == 0:
            self._keep(mail)

    def _release(self, session: Session) -> rows.Release:
        return session.get_one(rows.Release, self._release_id)
