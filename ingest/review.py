"""Let a person's decision take effect: keep it, and read its file again with all that was decided about it."""

import functools
import logging
from collections.abc import Iterable
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session

from app.archive import Archive
from app.database import models as rows
from app.database.corrections import CorrectionRepository
from app.database.person_merges import cut_merge, merge_people
from app.errors import ArchiveError, BadRequestError, NotFoundError
from ingest.agencies import AgencyTable
from ingest.corrections import check_codes, check_value
from ingest.load import load_corrections, store_document
from ingest.load.attached import Attached
from ingest.pipeline import connect, plan_ocr
from ingest.reading import read_whole
from ingest.records import FileKind, Reading, SourceFile, State
from ingest.workers import WorkerLimits, read_in_workers

log = logging.getLogger(__name__)

_OF_PEOPLE = (rows.CorrectionAction.SAME_PERSON, rows.CorrectionAction.NOT_SAME_PERSON)
_CUTS = (rows.CorrectionAction.SPLIT, rows.CorrectionAction.JOIN, rows.CorrectionAction.NOT_EMAIL)
_TRIES = 5  # another person may decide about the same file while it is read


class NotAppliedError(ArchiveError):
    """A correction is kept, and the file could not be read again with it."""

    code = "not_applied"
    status = 503


def decide(archive: Archive, correction: rows.Correction) -> None:
    """Keep a correction and let the record show it.

    Raises:
        BadRequestError: it makes no sense; nothing is kept.
        NotAppliedError: it is kept, and takes effect when the file can be read.
    """
    _check(correction)
    correction.made_at = correction.made_at or _now()
    with archive.sessions.begin() as session:
        CorrectionRepository(session).append(correction)
        if correction.action in _OF_PEOPLE:
            _decide_about_people(session, correction)
    if correction.action not in _OF_PEOPLE:
        read_again(archive, correction.sha256)


def bring_in(archive: Archive, corrections: Iterable[rows.Correction]) -> int:
    """Keep corrections that were made elsewhere, read their files again, and return how many were new.

    One about a file or a person that is not in this archive waits for it.

    Raises:
        BadRequestError: one makes no sense; none is kept.
    """
    added: list[rows.Correction] = []
    with archive.sessions.begin() as session:
        repository = CorrectionRepository(session)
        for correction in corrections:
            _check(correction)
            if not repository.has(correction):
                repository.append(correction)
                added.append(correction)
                if correction.action in _OF_PEOPLE:
                    _decide_about_people(session, correction, strict=False)
        hashes = {correction.sha256 for correction in added} - {""}
        known = session.scalars(select(rows.Document.sha256).where(rows.Document.sha256.in_(hashes))).all()
    for sha256 in known:
        read_again(archive, sha256)
    return len(added)


def read_again(archive: Archive, sha256: str) -> None:
    """Read a file of the archive again, with its corrections, and bring the index up to date.

    Raises:
        NotAppliedError: its bytes are gone, or cannot be read now.
    """
    table = AgencyTable.load()
    for _ in range(_TRIES):
        file, newest = _open_file(archive, sha256)
        if _store(archive, file, _read(archive, file), table, newest):
            break
    else:
        raise NotAppliedError("The file is being corrected by others too; decide again in a moment.")
    with archive.sessions() as session:
        of_file = select(rows.ReleasedFile.release_id).join(rows.ReleasedFile.document).filter_by(sha256=sha256)
        release_ids = session.scalars(of_file.distinct()).all()
    connect(archive, release_ids)
    archive.search.sync()


def _check(correction: rows.Correction) -> None:
    field, after = correction.field or "", correction.after or ""
    if correction.action is rows.CorrectionAction.SET_FIELD:
        check_value(field, after)
    if correction.action is rows.CorrectionAction.WITHHOLD_FIELD:
        check_codes(field, after)
    if correction.action in _CUTS and correction.page is None:
        raise BadRequestError("A mail file says itself where its emails begin; only a PDF can be split or joined.")
    if not correction.made_by.strip():
        raise BadRequestError("Say who decides: a correction is kept under a name.")


def _decide_about_people(session: Session, correction: rows.Correction, *, strict: bool = True) -> None:
    keys = correction.anchor.split()
    found = session.scalars(select(rows.Person).where(rows.Person.key.in_(keys))).all()
    if len(keys) != 2 or len(found) != 2:
        if not strict:
            return
        raise NotFoundError("Name two different people of this archive by their keys, as in /people/KEY.")
    change = merge_people if correction.action is rows.CorrectionAction.SAME_PERSON else cut_merge
    change(session, *keys, by=correction.made_by, now=correction.made_at)


def _open_file(archive: Archive, sha256: str) -> tuple[SourceFile, int]:
    """Return the file as a worker can read it, and the id of the last correction that it carries."""
    with archive.sessions() as session:
        document = session.scalar(select(rows.Document).where(rows.Document.sha256 == sha256))
        if document is None:
            raise NotFoundError(f"There is no file {sha256} in this archive.")
        newest = CorrectionRepository(session).newest_id(sha256)
        corrections = load_corrections(session, sha256)
    location = archive.store.path(sha256)
    if not location.is_file():
        raise NotAppliedError(f"The bytes of {document.name} are not in this archive; ingest the file again.")
    kind = FileKind(document.kind)
    file = SourceFile(location, document.name, sha256, document.size_bytes, kind, corrections=corrections)
    return file, newest


def _read(archive: Archive, file: SourceFile) -> Reading:
    settings = archive.settings
    limits = WorkerLimits(1, settings.worker_timeout_s, settings.worker_memory_mb)
    read = functools.partial(read_whole, max_pages=settings.max_pages, ocr=plan_ocr(settings))
    ((_, reading),) = read_in_workers([file], read, limits)
    assert isinstance(reading, Reading)
    if reading.state not in (State.PUBLISHED, State.PARTIAL):
        reasons = " ".join(problem.detail for problem in reading.problems)
        raise NotAppliedError(f"The correction is kept, but the file could not be read again. {reasons}")
    return reading


def _store(archive: Archive, file: SourceFile, reading: Reading, table: AgencyTable, newest: int) -> bool:
    """Write the reading in place of the older one; False if others wrote or decided meanwhile."""
    of_hash = select(rows.Document).where(rows.Document.sha256 == file.sha256)
    try:
        with archive.sessions.begin() as session:
            document = session.scalars(of_hash.with_for_update()).one()  # two readings of a file wait for each other
            if CorrectionRepository(session).newest_id(file.sha256) != newest:
                return False
            attached = _attached(session, document)
            store_document(session, file, reading, table, now=_now(), attached=attached)
    except (IntegrityError, OperationalError) as error:  # the same person was added, or SQLite's snapshot is old
        log.info("written twice at the same time error=%s", error)
        return False
    return True


def _attached(session: Session, document: rows.Document) -> list[Attached]:
    """Return which attachments of a mail are documents; a mail's emails keep their places."""
    found = session.execute(
        select(rows.Message.position, rows.Attachment.name, rows.Attachment.document_id)
        .join(rows.Attachment, rows.Attachment.message_id == rows.Message.id)
        .where(rows.Message.document_id == document.id, rows.Attachment.document_id.is_not(None))
        .order_by(rows.Attachment.id)
    )
    return [Attached(position, name, document_id) for position, name, document_id in found if document_id is not None]


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)
