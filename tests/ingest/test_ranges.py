"""Long PDFs: read in ranges, shown while they are read, and whole whatever happens in between."""

import os
import random
import shutil
import signal
from collections.abc import Generator, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app.archive import Archive
from app.database.models import Document, DocumentState, Message, Page, Problem
from app.search.results import SearchRequest
from app.web.resources import load_document, load_status
from ingest import pipeline
from ingest.ocr import OcrPlan
from ingest.pipeline import Outcome, ingest
from ingest.ranges import LongReading
from ingest.reading import do_task, read_pdf, read_range
from ingest.records import (
    Answer,
    FileKind,
    PageRange,
    PagesRead,
    ReleaseRecord,
    SourceFile,
    State,
    Task,
)
from ingest.records import Problem as ProblemRecord
from tests.support.typeset import print_pdf

_PAGES = 320
_DEADLY = 77
_MAIL = (
    "From:\tRoe, Jane\nSent:\tTuesday, November 13, 2012 3:02 PM\nTo:\tPoe, Ann\nSubject:\tmail {n}\n\nNoon on {n}.\n"
)


@pytest.fixture(scope="session")
def long_pdf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("long") / "long.pdf"
    return print_pdf(path, [_MAIL.format(n=number) for number in range(1, _PAGES + 1)])


def _run(archive: Archive, path: Path) -> Iterator[Outcome]:
    return ingest(archive, [path], ReleaseRecord("test", "Test"))


def _source(path: Path) -> SourceFile:
    return SourceFile(path, path.name, "ab" * 32, path.stat().st_size, FileKind.PDF)


def _subjects(archive: Archive) -> list[str | None]:
    with archive.sessions() as session:
        return list(session.scalars(select(Message.subject).order_by(Message.position)))


def die_on_a_page(task: Task, *, max_pages: int, ocr: OcrPlan) -> Answer | Iterator[int]:
    """Do a task as always, but die on one page; a reader in the place of PDFium."""
    answer = do_task(task, max_pages=max_pages, ocr=ocr)
    return _dying(task) if isinstance(task, PageRange) else answer


def _dying(task: PageRange) -> Iterator[int]:
    steps = read_range(task)
    while True:
        try:
            number = next(steps)
        except StopIteration as end:
            return end.value
        yield number
        if number == _DEADLY:
            os.kill(os.getpid(), signal.SIGKILL)


def die_or_hang_on_a_page(task: Task, *, max_pages: int, ocr: OcrPlan) -> Answer | Iterator[int]:
    """Do a task as always, but die on page 7 and never end on page 20."""
    answer = do_task(task, max_pages=max_pages, ocr=ocr)
    return _troubled(answer) if isinstance(answer, Generator) else answer


def _troubled(steps: Generator[int, None, Answer]) -> Iterator[int]:
    while True:
        try:
            number = next(steps)
        except StopIteration as end:
            return end.value
        yield number
        if number == 7:
            os.kill(os.getpid(), signal.SIGKILL)
        while number == 20:
            pass


def test_ranges_come_in_any_order_and_are_one_document(long_pdf: Path, tmp_path: Path) -> None:
    source = _source(long_pdf)
    told = _answer(do_task(source, max_pages=1000))
    long = LongReading(source, told, tmp_path, shown_as=None)
    tasks = list(long.ranges())
    assert (tasks[0].first, tasks[0].last) == (1, 50)  # readers wait for it
    random.Random(1).shuffle(tasks)
    for task in tasks:
        long.take(_read(task))
    assert long.is_whole
    assert do_task(long.whole(), max_pages=1000) == read_pdf(long_pdf, max_pages=1000)


def _read(task: PageRange) -> PagesRead:
    return _answer(read_range(task))


def _answer(steps: object) -> PagesRead:
    """Take all steps and return the pages that were read."""
    assert isinstance(steps, Generator)
    answers = []

    def follow() -> Iterator[int]:
        answers.append((yield from steps))

    assert all(number >= 0 for number in follow())
    (answer,) = answers
    assert isinstance(answer, PagesRead)
    return answer


def test_a_short_pdf_is_read_whole(tmp_path: Path) -> None:
    path = print_pdf(tmp_path / "a.pdf", ["text"] * 2)
    assert not isinstance(do_task(_source(path), max_pages=1000), PagesRead)


def test_a_failing_range_is_parted_around_the_page_that_was_read(tmp_path: Path) -> None:
    long = LongReading(_source(print_pdf(tmp_path / "a.pdf", ["a"])), PagesRead(500), tmp_path, shown_as=None)
    died = ProblemRecord("worker_died", "It crashed.", 7)
    pieces = [(piece.first, piece.last) for piece in long.retry(PageRange(long.file, 1, 150), died)]
    assert pieces == [(1, 6), (7, 7), (8, 150)]
    halves = [(piece.first, piece.last) for piece in long.retry(PageRange(long.file, 1, 150), replace(died, page=None))]
    assert halves == [(1, 75), (76, 150)]


def test_a_long_pdf_is_shown_and_found_while_it_is_read(archive: Archive, long_pdf: Path) -> None:
    run = _run(archive, long_pdf)
    first = next(run)  # of whichever range was read first
    assert (first.state, first.pages < _PAGES) == (State.READING, True)
    archive.search.sync()
    with archive.sessions() as session:
        shown = session.scalar(select(func.min(Page.number)))
    document = load_document(archive, first.key or "", page=shown or 0)
    assert (document.state, document.page_count, bool(document.pages)) == (DocumentState.READING, _PAGES, True)
    assert archive.search.search(SearchRequest(q="noon")).count == first.pages
    assert load_status(archive).documents_by_state == {DocumentState.READING: 1}
    run.close()


def test_its_emails_take_the_place_of_its_pages(archive: Archive, long_pdf: Path) -> None:
    for _ in _run(archive, long_pdf):
        archive.search.sync()
    archive.search.sync()
    assert _subjects(archive) == [f"mail {number}" for number in range(1, _PAGES + 1)]
    found = archive.search.search(SearchRequest(q="noon"))
    assert (found.count, found.hits[0].page is not None) == (_PAGES, True)
    assert load_status(archive).documents_by_state == {DocumentState.PUBLISHED: 1}


def test_broken_off_and_run_again_it_is_whole(archive: Archive, long_pdf: Path) -> None:
    run = _run(archive, long_pdf)
    next(run)
    run.close()
    *_, last = _run(archive, long_pdf)
    assert (last.state, last.pages, last.messages) == (State.PUBLISHED, _PAGES, _PAGES)
    with archive.sessions() as session:
        assert session.scalar(select(func.count()).select_from(Page)) == _PAGES


def test_a_page_that_kills_its_reader_fails_alone(
    archive: Archive, long_pdf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipeline, "do_task", die_on_a_page)
    *_, last = _run(archive, long_pdf)
    assert (last.state, last.pages, last.messages) == (State.PARTIAL, _PAGES, _PAGES - 1)
    with archive.sessions() as session:
        problems = session.execute(select(Problem.code, Problem.page)).all()
    assert [tuple(problem) for problem in problems] == [("unreadable_page", _DEADLY), ("no_text", _DEADLY)]


def test_of_a_short_pdf_all_pages_are_kept_but_those_that_kill_or_hang(
    archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = print_pdf(tmp_path / "short.pdf", [_MAIL.format(n=number) for number in range(1, 31)])
    hasty = replace(archive, settings=archive.settings.model_copy(update={"worker_timeout_s": 10}))
    monkeypatch.setattr(pipeline, "do_task", die_or_hang_on_a_page)
    *_, last = _run(hasty, path)
    assert (last.state, last.pages, last.messages) == (State.PARTIAL, 30, 28)
    with archive.sessions() as session:
        problems = session.execute(select(Problem.code, Problem.page).order_by(Problem.page, Problem.code)).all()
    assert [tuple(each) for each in problems if each[0] != "no_text"] == [
        ("unreadable_page", 7),
        ("worker_timeout", 20),
    ]


def test_the_same_bytes_in_two_places_are_read_once(archive: Archive, long_pdf: Path, tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / "in" / folder).mkdir(parents=True)
        shutil.copy(long_pdf, tmp_path / "in" / folder / "long.pdf")
    ended = [outcome for outcome in _run(archive, tmp_path / "in") if outcome.state is not State.READING]
    assert {outcome.path for outcome in ended} == {"a/long.pdf", "b/long.pdf"}
    assert sorted(outcome.is_new for outcome in ended) == [False, True]


def test_an_older_reading_stays_until_the_new_one_is_whole(archive: Archive, long_pdf: Path) -> None:
    list(_run(archive, long_pdf))
    with archive.sessions.begin() as session:
        session.scalars(select(Document)).one().pipeline_version = 0
    outcomes = [outcome.state for outcome in _run(archive, long_pdf)]
    assert outcomes == [State.PUBLISHED]
    assert len(_subjects(archive)) == _PAGES


def test_pages_that_wait_are_gone_in_the_end(archive: Archive, long_pdf: Path) -> None:
    list(_run(archive, long_pdf))
    assert not list((archive.settings.home / "scratch").rglob("*.pages"))
