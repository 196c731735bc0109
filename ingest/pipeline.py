"""The order of the stages: find files, read each in a worker, write it, and only then say so."""

import functools
import logging
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.archive import Archive
from app.config import Settings
from app.database import models as rows
from app.errors import ArchiveError, StorageError
from app.scratch import open_scratch
from app.store import disk_errors
from ingest.agencies import AgencyTable
from ingest.files import FileLimits, account, clean_name, find_attached, find_files, find_kept
from ingest.load import (
    accept_document,
    add_pages,
    begin_document,
    find_read,
    known_attachments,
    link_file,
    link_waiting,
    load_agencies,
    load_corrections,
    merge_found_people,
    settle_day_order,
    store_document,
    store_release,
    unlink_all,
    write,
)
from ingest.load.attached import Attached
from ingest.ocr import OcrChoice, OcrPlan
from ingest.ranges import PATIENCE, LongReading, failure, may_be_read_in_pieces
from ingest.reading import do_task
from ingest.records import (
    Answer,
    CorrectionRecord,
    FileKind,
    LongDocument,
    PageCount,
    PageRange,
    PagesRead,
    Problem,
    Reading,
    ReleaseRecord,
    SourceFile,
    State,
    Task,
)
from ingest.workers import WorkerLimits, read_in_workers

log = logging.getLogger(__name__)

_OCR_SHARE = 0.35  # of the time that a file may take, for its scans and again for its headers
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
    file, the others are read. A file has its row, in the state `reading`, as soon as its bytes are kept: what is
    broken off then is taken up by the next call, or by `retry` where the source is gone. The index is not written
    here: `archive.search.sync()` does that.

    Raises:
        BadRequestError: a path does not exist, or the release's description makes no sense.
        StorageError: the disk or the database cannot be written; what was yielded is kept.
    """
    table = AgencyTable.load()

    def begin(session: Session) -> int:
        load_agencies(session, table)
        return store_release(session, release, table).id

    release_id = write(archive, begin)
    with open_scratch(archive.settings.home / "scratch") as scratch:
        run = _Run(archive, table, release_id, scratch)
        yield from run.outcomes(find_files(paths, scratch, limits=run.limits))
    connect(archive, [release_id])


def ingest_kept(archive: Archive, release_id: int, files: Iterable[tuple[Path, str]]) -> Iterator[Outcome]:
    """Read files of a release from the store, each with its path in the release, and yield as `ingest` does."""
    with open_scratch(archive.settings.home / "scratch") as scratch:
        run = _Run(archive, AgencyTable.load(), release_id, scratch)
        yield from run.outcomes(find_kept(files, scratch, limits=run.limits))
    connect(archive, [release_id])


def plan_ocr(settings: Settings) -> OcrPlan:
    """Return which engine reads pictures of pages, and how long it may take."""
    return OcrPlan(OcrChoice(settings.ocr), settings.worker_timeout_s * _OCR_SHARE)


def connect(archive: Archive, release_ids: Collection[int]) -> None:
    """Do what needs more than one file, after files of these releases were read.

    That is in which order numeric dates stand, who is who among the people that are new, and what answers what.
    """
    write(archive, functools.partial(settle_day_order, release_ids=release_ids))
    write(archive, functools.partial(merge_found_people, now=datetime.now(UTC).replace(tzinfo=None)))
    link_messages(archive)


def link_messages(archive: Archive, *, anew: bool = False) -> None:
    """Tie the messages that wait to the others: copies, parents, threads; with `anew` all of them."""
    if anew:
        write(archive, unlink_all)
    while write(archive, link_waiting):
        pass


class _Run:
    """One ingest: the files that wait, the mails that wait for their attachments, the writer."""

    def __init__(self, archive: Archive, table: AgencyTable, release_id: int, scratch: Path) -> None:
        settings = archive.settings
        self._archive, self._table, self._release_id, self._scratch = archive, table, release_id, scratch
        self.limits = FileLimits(max_bytes=settings.max_file_mb << 20)
        self._worker_limits = WorkerLimits(settings.workers, settings.worker_timeout_s, settings.worker_memory_mb)
        self._read = functools.partial(do_task, max_pages=settings.max_pages, ocr=plan_ocr(settings))
        self._done: deque[Outcome] = deque()
        self._attachments: deque[_Waiting] = deque()
        self._waiting_by_path: dict[str, _Waiting] = {}
        self._long: dict[str, LongReading] = {}  # by the hash of the file
        self._tasks: deque[PageCount | PageRange | LongDocument] = deque()
        self._slow: deque[Task] = deque()  # tried once more when nothing else waits
        self._failed: dict[str, Reading] = {}  # why PDFs whose pages are counted could not be read in one go
        self._again: deque[SourceFile] = deque()  # the same bytes as a long PDF that is read now
        self._zips: list[SourceFile] = []  # not all of whose members have a row
        self._under_way = 0
        self._is_exhausted = False

    def outcomes(self, found: Iterator[SourceFile]) -> Iterator[Outcome]:
        """Yield what became of each file, after its commit."""
        with disk_errors(self._archive.settings.home):
            self._archive.store.clear_incoming()
            yield from self._outcomes(found)

    def _outcomes(self, found: Iterator[SourceFile]) -> Iterator[Outcome]:
        while not self._is_exhausted or self._attachments or self._again or self._slow:
            for task, answer in read_in_workers(self._to_read(found), self._read, self._worker_limits, self._scratch):
                yield from self._flush()
                self._under_way -= 1
                self._take(task, answer)
                yield from self._flush()
            yield from self._flush()

    def _flush(self) -> Iterator[Outcome]:
        while self._done:
            yield self._done.popleft()

    def _to_read(self, found: Iterator[SourceFile]) -> Iterator[Task | None]:
        """Yield what a worker must do, ranges of long PDFs first; what needs none is settled on the way.

        None: nothing now, but what is under way may bring more.
        """
        is_reading = False
        while True:
            task = self._next_task(found)
            if task is not None:
                is_reading = True
                self._under_way += 1
                yield task
            elif self._is_exhausted and not (self._attachments or self._under_way or self._slow):
                return
            elif self._is_exhausted and not self._attachments:
                yield None
            if not is_reading and len(self._done) >= _SETTLED:
                return

    def _next_task(self, found: Iterator[SourceFile]) -> Task | None:
        """Return the next task; None if there is none now, or the next file needed no worker."""
        while self._tasks:
            task = self._tasks.popleft()
            if task.file.sha256 in self._long or isinstance(task, PageCount):  # else it was given up
                return task
        file = self._next_file(found)
        if file is not None:
            return self._attempt(file, functools.partial(self._settle, file))
        while self._slow and self._is_exhausted:
            slow = self._slow.popleft()
            if isinstance(slow, SourceFile) or slow.file.sha256 in self._long:
                return slow
        return None

    def _next_file(self, found: Iterator[SourceFile]) -> SourceFile | None:
        """Return attachments before further files, so that few mails wait at a time."""
        if self._again:
            return self._again.popleft()
        if self._attachments:
            waiting = self._attachments.popleft()
            self._waiting_by_path[waiting.file.path] = waiting
            return waiting.file
        following = next(found, None)
        self._is_exhausted = following is None
        while self._zips and not (following and following.path.startswith(f"{self._zips[-1].path}/")):
            file = self._zips.pop()
            self._attempt(file, functools.partial(self._accept, file, Reading(State.PUBLISHED)))
        return following

    def _attempt(self, file: SourceFile, step: Callable[[], _Written]) -> _Written | None:
        """Take a step with one file; where it fails the file is kept without a reading, and the others go on."""
        try:
            with disk_errors(self._archive.settings.home):
                return step()
        except StorageError:  # not this file's: no other could be kept
            raise
        except Exception as error:  # the boundary of a file: no file may stop the run
            log.exception("not kept file=%s", file.path)
            told = "What was read of the file could not be written; the log says why. Mend that and retry."
            problem = Problem("not_kept", str(error) if isinstance(error, ArchiveError) else told)
        try:
            with disk_errors(self._archive.settings.home):
                self._keep_unread(file, problem)
        except StorageError:
            raise
        except Exception:
            log.exception("not recorded file=%s", file.path)
            self._report(file, problem)
        return None

    def _keep_unread(self, file: SourceFile, problem: Problem) -> None:
        """Keep a file's bytes and a document that says why nothing was read."""
        if not file.sha256:
            raise ValueError("the file has no bytes that could be kept")
        kept = replace(file, location=self._archive.store.add(file.location, file.sha256))
        self._accept(kept, Reading(State.UNREADABLE, problems=(problem,)))
        self._end_long(file)

    def _report(self, file: SourceFile, problem: Problem) -> None:
        """Tell of a file that is in no record, and let its mail go on without it."""
        self._done.append(Outcome(file.path, None, State.UNREADABLE, 0, 0, (problem,), is_new=True))
        self._end_long(file)
        self._attachment_done(file, None)

    def _settle(self, file: SourceFile) -> SourceFile | None:
        """Return the file as a worker can read it; None if it needs no worker and is settled."""
        if not file.sha256:
            problem = file.problem or Problem("unreadable", "The file's bytes cannot be read.")
            self._report(file, problem)
            return None
        if self._settle_known(file) or self._is_being_read(file):
            return None
        kept = replace(file, location=self._archive.store.add(file.location, file.sha256))
        if self._scratch in file.location.parents and file.kind is not FileKind.ZIP:
            file.location.unlink()  # the store has it; a zip is still unpacked from here
        reading = account(kept)
        if reading and (kept.problem or kept.kind is not FileKind.ZIP):
            self._accept(kept, reading)
            return None
        corrections = write(self._archive, functools.partial(self._begin, kept), durable=False)
        if reading is None:
            return replace(kept, corrections=corrections)
        self._zips.append(kept)  # it is done when its members can be found without it
        return None

    def _begin(self, file: SourceFile, session: Session) -> tuple[CorrectionRecord, ...]:
        """Let the record know of a file before it is read, and return what people decided about it."""
        document = accept_document(session, file, now=datetime.now(UTC).replace(tzinfo=None))
        link_file(session, self._release(session), file, document)
        return load_corrections(session, file.sha256)

    def _settle_known(self, file: SourceFile) -> bool:
        known = write(self._archive, functools.partial(self._link_known, file))
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
            if row is not document:
                row.parent_id = row.parent_id or document.id
            problems = session.scalars(select(rows.Problem).where(rows.Problem.document_id == row.id))
            told = tuple(Problem(problem.code, problem.detail, problem.page) for problem in problems)
            state = State(row.state.value)
            found.append((Outcome(place.path, row.key, state, row.page_count, 0, told, is_new=False), row.id))
        return found

    def _take(self, task: Task, answer: Answer) -> None:
        """Take what a worker answered, and see to what follows from it."""
        match task, answer:
            case SourceFile(), Reading():
                self._attempt(task, functools.partial(self._accept_or_try_again, task, answer))
            case SourceFile(), PagesRead():
                self._attempt(task, functools.partial(self._begin_long, task, answer))
            case PageCount(), _:
                self._attempt(task.file, functools.partial(self._read_in_pieces, task.file, answer))
            case PageRange(), _:
                self._attempt(task.file, functools.partial(self._add_range, task, answer))
            case LongDocument(), Reading():
                self._attempt(task.file, functools.partial(self._finish_long, task, answer))

    def _accept_or_try_again(self, file: SourceFile, reading: Reading) -> None:
        """Keep a reading; where there is none, try what is left to try."""
        problem = failure(reading)
        if problem is not None:
            reading = replace(reading, problems=(replace(problem, page=problem.page or None), *reading.problems[1:]))
        if problem and file.kind is FileKind.PDF and may_be_read_in_pieces(problem):
            self._failed[file.sha256] = reading
            self._tasks.append(PageCount(file))
        elif problem and problem.code == "worker_timeout" and file.patience == 1:
            self._slow.append(replace(file, patience=PATIENCE))
        else:
            self._accept(file, reading)

    def _read_in_pieces(self, file: SourceFile, counted: Answer) -> None:
        """Have the pages of a PDF read that killed its worker, each as far as it can be."""
        failed = self._failed[file.sha256]  # kept: the same bytes may be read twice at the same time
        if isinstance(counted, PagesRead):
            self._begin_long(replace(file, patience=1), counted)
        else:
            self._accept(file, failed)

    def _is_being_read(self, file: SourceFile) -> bool:
        """Tell whether these bytes are being read in ranges; the file is settled when they are."""
        if file.sha256 not in self._long:
            return False
        self._long[file.sha256].others.append(file)
        return True

    def _begin_long(self, file: SourceFile, told: PagesRead) -> None:
        """Show a document that has no pages yet, and have them read."""
        if self._is_being_read(file):
            return

        def begin(session: Session) -> str | None:
            now = datetime.now(UTC).replace(tzinfo=None)
            document = begin_document(session, file, told.page_count, now=now)
            if document is None:
                return None
            link_file(session, self._release(session), file, document)
            return document.key

        key = write(self._archive, begin)
        self._long[file.sha256] = long = LongReading(file, told, self._scratch, shown_as=key)
        self._tasks.extend(long.ranges())

    def _add_range(self, task: PageRange, answer: Answer) -> None:
        """Keep the pages of a range, or have it read in pieces where its worker was lost."""
        long = self._long.get(task.file.sha256)
        if long is None:  # given up meanwhile
            return
        problem = failure(answer)
        pieces = long.retry(task, problem) if problem else []
        if pieces:
            self._tasks.extendleft(reversed([piece for piece in pieces if piece.patience == 1]))
            self._slow.extend(piece for piece in pieces if piece.patience > 1)
            return
        read = long.lose(task, problem) if problem else answer
        assert isinstance(read, PagesRead)
        nothing = long.nothing_read(problem) if problem else None
        if nothing:
            self._accept(task.file, nothing)
            self._end_long(task.file)
            return
        if long.shown_as:
            write(self._archive, lambda session: add_pages(session, long.file, read.pages))
        long.take(read)
        if long.shown_as:
            outcome = Outcome(task.file.path, long.shown_as, State.READING, long.pages_read, 0, (), is_new=True)
            self._done.append(outcome)
        if long.is_whole:
            self._tasks.appendleft(long.whole())

    def _finish_long(self, task: LongDocument, reading: Reading) -> None:
        """Keep the document in place of the pages that were shown."""
        file = task.file
        long = self._long[file.sha256]
        problem = failure(reading)
        if problem and problem.code == "worker_timeout" and task.patience == 1:
            self._slow.append(replace(task, patience=PATIENCE))
            return
        self._accept(file, long.pages_alone(problem) if problem and long.shown_as else reading)
        self._end_long(file)

    def _end_long(self, file: SourceFile) -> None:
        long = self._long.pop(file.sha256, None)
        if long is not None:
            long.forget()
            self._again.extend(long.others)

    def _accept(self, file: SourceFile, reading: Reading) -> None:
        """Keep a reading; a mail with attachments waits until those are documents."""
        owners = [
            (number, attached) for number, message in enumerate(reading.messages) for attached in message.attached_files
        ]
        contents = [attached for _, attached in owners]
        parts = list(find_attached(file, contents, self._scratch, limits=self.limits)) if contents else []
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
        document_id, key = write(self._archive, functools.partial(self._store, mail))
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
