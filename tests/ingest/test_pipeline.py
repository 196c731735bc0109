import hashlib
import json
import os
import subprocess
import sys
import time
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path

import pytest
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas
from sqlalchemy import func, select

from app.archive import Archive, open_archive
from app.config import Settings
from app.database.models import (
    Agency,
    Attachment,
    Document,
    DocumentState,
    Message,
    Page,
    Participant,
    Redirect,
    ReleasedFile,
    RetiredEntry,
)
from app.search.results import SearchRequest
from ingest.ocr import OcrPlan
from ingest.pipeline import Outcome, ingest
from ingest.reading import read_pdf
from ingest.records import Answer, Level, ReleaseRecord, Task
from tests.support.typeset import print_pdf

_MAIL = """From:\tRoe, Jane <jane@state.gov>
Sent:\tTuesday, November 13, 2012 3:02 PM
To:\tPoe, Ann
Subject:\t{subject}

We meet at noon.
"""


def _ingest(archive: Archive, *paths: Path, slug: str = "test") -> list[Outcome]:
    return list(ingest(archive, paths, ReleaseRecord(slug, "Test")))


def _count(archive: Archive, model: type) -> int:
    with archive.sessions() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def _problems(outcomes: Sequence[Outcome]) -> dict[str, tuple[str, list[str]]]:
    return {each.path: (each.state.value, [problem.code for problem in each.problems]) for each in outcomes}


def test_a_pdf_becomes_pages_and_messages(archive: Archive, tmp_path: Path) -> None:
    path = print_pdf(tmp_path / "a.pdf", [_MAIL.format(subject="one"), _MAIL.format(subject="two")])
    (outcome,) = _ingest(archive, path)
    assert (outcome.state.value, outcome.pages, outcome.messages) == ("published", 2, 2)
    with archive.sessions() as session:
        assert session.scalars(select(Message.subject).order_by(Message.position)).all() == ["one", "two"]


def test_running_again_does_nothing_twice(archive: Archive, tmp_path: Path) -> None:
    print_pdf(tmp_path / "a.pdf", [_MAIL.format(subject="one")])
    _ingest(archive, tmp_path / "a.pdf")
    (again,) = _ingest(archive, tmp_path / "a.pdf")
    assert not again.is_new
    assert [_count(archive, model) for model in (Document, ReleasedFile, Message, Page)] == [1, 1, 1, 1]


def test_the_same_bytes_in_two_places_are_one_document_in_two_places(archive: Archive, tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / "in" / folder).mkdir(parents=True)
        print_pdf(tmp_path / "in" / folder / "mail.pdf", [_MAIL.format(subject="one")])
    outcomes = _ingest(archive, tmp_path / "in")
    assert len(outcomes) == 2
    assert [_count(archive, model) for model in (Document, ReleasedFile, Message)] == [1, 2, 1]


def test_another_file_of_the_same_name_has_a_place_of_its_own(archive: Archive, tmp_path: Path) -> None:
    for folder, subject in (("a", "one"), ("b", "two")):
        (tmp_path / folder).mkdir()
        print_pdf(tmp_path / folder / "mail.pdf", [_MAIL.format(subject=subject)])
        _ingest(archive, tmp_path / folder)
    _ingest(archive, tmp_path / "b")
    with archive.sessions() as session:
        assert sorted(session.scalars(select(ReleasedFile.path))) == ["mail.pdf", "mail.pdf (2)"]


def test_the_original_is_kept_unchanged(archive: Archive, tmp_path: Path) -> None:
    path = print_pdf(tmp_path / "a.pdf", [_MAIL.format(subject="one")])
    _ingest(archive, path)
    with archive.sessions() as session:
        sha256 = session.scalars(select(Document.sha256)).one()
    assert archive.store.path(sha256).read_bytes() == path.read_bytes()


def _locked(path: Path) -> None:
    canvas = Canvas(str(path), encrypt=StandardEncryption("secret", canPrint=0))
    canvas.drawString(50, 700, "hidden")
    canvas.save()


def _scan(path: Path) -> None:
    canvas = Canvas(str(path))
    canvas.line(0, 0, 100, 100)
    canvas.save()


_NO_PAGES = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n"
    b"trailer<</Root 1 0 R/Size 3>>\n"
)


def test_a_bad_file_is_a_document_with_a_clear_problem_and_the_run_goes_on(archive: Archive, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    print_pdf(folder / "good.pdf", [_MAIL.format(subject="one")])
    (folder / "empty.pdf").write_bytes(b"")
    (folder / "truncated.pdf").write_bytes((folder / "good.pdf").read_bytes()[:300])
    (folder / "text.pdf").write_text("just some prose, and no PDF at all")
    (folder / "no-pages.pdf").write_bytes(_NO_PAGES)
    _locked(folder / "locked.pdf")
    _scan(folder / "scan.pdf")
    problems = _problems(_ingest(archive, folder))
    assert problems["good.pdf"] == ("published", [])
    assert problems["empty.pdf"] == ("unreadable", ["empty_file"])
    assert problems["truncated.pdf"] == ("unreadable", ["unreadable"])
    assert problems["text.pdf"] == ("refused", ["unknown_type"])
    assert problems["no-pages.pdf"] == ("unreadable", ["unreadable"])
    assert problems["locked.pdf"] == ("locked", ["locked"])
    assert problems["scan.pdf"] == ("partial", ["no_text"])
    assert _count(archive, Document) == 7


def test_members_of_zips_within_zips_are_documents_and_stay_inside(archive: Archive, tmp_path: Path) -> None:
    inner, outer = tmp_path / "inner.zip", tmp_path / "outer.zip"
    print_pdf(tmp_path / "mail.pdf", [_MAIL.format(subject="one")])
    with zipfile.ZipFile(inner, "w") as archive_file:
        archive_file.write(tmp_path / "mail.pdf", "../../escaped.pdf")
    with zipfile.ZipFile(outer, "w") as archive_file:
        archive_file.write(inner, "letters/inner.zip")
    outcomes = _ingest(archive, outer)
    assert sorted(each.path for each in outcomes) == [  # a zip is told once its members have their rows
        "outer.zip",
        "outer.zip/letters/inner.zip",
        "outer.zip/letters/inner.zip/escaped.pdf",
    ]
    assert _count(archive, Message) == 1
    assert not list(tmp_path.rglob("escaped.pdf"))


def test_the_attachment_of_a_mail_is_a_document_that_the_mail_names(archive: Archive, tmp_path: Path) -> None:
    pdf = print_pdf(tmp_path / "plan.pdf", [_MAIL.format(subject="attached")]).read_bytes()
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "jane@example.org", "ann@example.org", "the plan"
    mail["Date"] = "Fri, 6 Mar 2020 03:49:45 +0000"
    mail.set_content("see attached")
    mail.add_attachment(pdf, maintype="application", subtype="pdf", filename="plan.pdf")
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "mail.eml").write_bytes(bytes(mail))
    outcomes = _ingest(archive, tmp_path / "in")
    assert sorted(each.path for each in outcomes) == ["mail.eml", "mail.eml/plan.pdf"]
    with archive.sessions() as session:
        attachment = session.scalars(select(Attachment)).one()
        document = session.get_one(Document, attachment.document_id)
        assert (attachment.name, document.kind, document.page_count) == ("plan.pdf", "pdf", 1)
        assert document.parent_id is not None
    assert _count(archive, Message) == 2


def test_a_better_reading_keeps_keys_or_leads_on_from_them(archive: Archive, tmp_path: Path) -> None:
    path = print_pdf(tmp_path / "a.pdf", [_MAIL.format(subject="one")])
    _ingest(archive, path)
    with archive.sessions.begin() as session:
        message = session.scalars(select(Message)).one()
        kept, message.key = message.key, "0123456789abcdef"  # as an older pipeline might have named it
        session.scalars(select(Document)).one().pipeline_version = 0
    _ingest(archive, path)
    with archive.sessions() as session:
        assert session.scalars(select(Message.key)).one() == kept
        assert session.get_one(Redirect, "0123456789abcdef").new_path == f"/messages/{kept}"
        assert session.get(RetiredEntry, "0123456789abcdef") is not None


def test_nothing_is_written_outside_the_home(archive: Archive, tmp_path: Path) -> None:
    source = tmp_path / "in"
    source.mkdir()
    print_pdf(source / "a.pdf", [_MAIL.format(subject="one")])
    before = {path for path in tmp_path.rglob("*") if archive.settings.home not in (path, *path.parents)}
    _ingest(archive, source)
    after = {path for path in tmp_path.rglob("*") if archive.settings.home not in (path, *path.parents)}
    assert {path for path in after - before if not path.name.startswith("archive.sqlite3")} == set()


def test_people_and_agencies_come_from_what_is_printed(archive: Archive, tmp_path: Path) -> None:
    _ingest(archive, print_pdf(tmp_path / "a.pdf", [_MAIL.format(subject="one")]))
    with archive.sessions() as session:
        rows = session.execute(
            select(Participant.name, Agency.slug).outerjoin(Agency, Participant.agency_id == Agency.id)
        ).all()
    assert sorted(rows) == [("Poe, Ann", None), ("Roe, Jane", "state")]


@pytest.mark.parametrize("name", ["release-part-1.pdf", "release-part-2.pdf"])
def test_reads_the_sample_release_as_its_truth_has_it(name: str) -> None:
    sample = Path(__file__).parents[2] / "data" / "sample"
    reading = read_pdf(sample / "release" / name, max_pages=100)
    found = [
        (message.level, message.first_page, message.last_page, message.headers.subject) for message in reading.messages
    ]
    truth = [json.loads(line) for line in (sample / "truth.jsonl").read_text(encoding="utf-8").splitlines()]
    expected = [
        (
            Level.PRINTED if each["level"] == "top" else Level.QUOTED,
            each["page_start"],
            each["page_end"],
            each["subject"],
        )
        for each in truth
        if each["file"] == name
    ]
    assert sorted(found, key=str) == sorted(expected, key=str)


def test_states_add_up_to_the_documents(archive: Archive, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "note.txt").write_text("prose")
    print_pdf(tmp_path / "in" / "a.pdf", [_MAIL.format(subject="one")])
    _ingest(archive, tmp_path / "in")
    with archive.sessions() as session:
        states = session.scalars(select(Document.state)).all()
    assert sorted(states) == [DocumentState.PUBLISHED, DocumentState.REFUSED]


def _mail(subject: str, *attachments: tuple[str, bytes]) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "jane@example.org", "ann@example.org", subject
    mail["Date"] = "Fri, 6 Mar 2020 03:49:45 +0000"
    mail.set_content("see attached")
    for name, content in attachments:
        mail.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return bytes(mail)


def _mbox(path: Path, *mails: bytes) -> Path:
    path.write_bytes(b"".join(b"From jane@example.org Fri Mar  6 03:49:45 2020\n" + mail + b"\n\n" for mail in mails))
    return path


def test_mails_whose_headers_differ_only_in_blanks_have_keys_of_their_own(archive: Archive, tmp_path: Path) -> None:
    (outcome,) = _ingest(archive, _mbox(tmp_path / "two.mbox", _mail("over view"), _mail("overview")))
    assert (outcome.state.value, outcome.messages) == ("published", 2)


def test_attachments_of_one_name_belong_each_to_its_own_mail(archive: Archive, tmp_path: Path) -> None:
    mails = [_mail(f"mail {n}", ("notes.bin", f"notes number {n}".encode())) for n in range(3)]
    _ingest(archive, _mbox(tmp_path / "three.mbox", *mails))
    with archive.sessions() as session:
        found = session.execute(
            select(Message.subject, Document.size_bytes, Document.sha256)
            .join(Attachment, Attachment.message_id == Message.id)
            .join(Document, Document.id == Attachment.document_id)
        ).all()
    expected = {
        (f"mail {n}", hashlib.sha256(content).hexdigest())
        for n in range(3)
        for content in [f"notes number {n}".encode()]
    }
    assert {(subject, sha256) for subject, _, sha256 in found} == expected


def test_a_mail_in_a_second_release_brings_its_attachments(archive: Archive, tmp_path: Path) -> None:
    mbox = _mbox(tmp_path / "one.mbox", _mail("plan", ("notes.bin", b"some notes")))
    first = {outcome.path for outcome in _ingest(archive, mbox, slug="first")}
    again = {outcome.path for outcome in _ingest(archive, mbox, slug="second")}
    assert first == again == {"one.mbox", "one.mbox/notes.bin"}
    assert _count(archive, ReleasedFile) == 4


def test_the_order_of_folders_changes_nothing(archive: Archive, tmp_path: Path) -> None:
    folders = [tmp_path / "a", tmp_path / "b"]
    for number, folder in enumerate(folders):
        folder.mkdir()
        (folder / "m.eml").write_bytes(_mail(f"mail {number}"))
    _ingest(archive, *folders)
    _ingest(archive, *reversed(folders))
    assert _count(archive, ReleasedFile) == 2


def hang(task: Task, *, max_pages: int, ocr: OcrPlan) -> Answer:
    """Never answer; a reader in the place of PDFium."""
    while True:
        time.sleep(1)


def test_a_file_that_ran_out_of_time_is_tried_again(
    archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = print_pdf(tmp_path / "a.pdf", [_MAIL.format(subject="one")])
    hasty = replace(archive, settings=archive.settings.model_copy(update={"worker_timeout_s": 1}))
    with monkeypatch.context() as patch:
        patch.setattr("ingest.pipeline.do_task", hang)
        *_, first = _ingest(hasty, path)
    (second,) = _ingest(archive, path)
    assert first.state.value == "unreadable"
    assert {problem.code for problem in first.problems} == {"worker_timeout"}
    assert (second.state.value, second.messages, second.is_new) == ("published", 1, True)


def test_a_reading_that_fails_leaves_the_older_one(archive: Archive, tmp_path: Path) -> None:
    path = print_pdf(tmp_path / "a.pdf", [_MAIL.format(subject="one")])
    _ingest(archive, path)
    with archive.sessions.begin() as session:
        session.scalars(select(Document)).one().pipeline_version = 0
    hasty = replace(archive, settings=archive.settings.model_copy(update={"worker_timeout_s": 0.001}))
    _ingest(hasty, path)
    assert _count(archive, Message) == 1
    (outcome,) = _ingest(archive, path)
    assert (outcome.state.value, outcome.problems) == ("published", ())


def test_a_path_of_any_length_is_kept(archive: Archive, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "long.zip", "w") as packed:
        packed.writestr("名" * 990 + ".eml", _mail("long"))
    outcomes = _ingest(archive, tmp_path / "long.zip")
    assert [outcome.state.value for outcome in outcomes] == ["published", "published"]


def test_two_at_once_give_one_copy(settings: Settings, tmp_path: Path) -> None:
    source = tmp_path / "in"
    source.mkdir()
    for number in range(6):
        print_pdf(source / f"{number}.pdf", [_MAIL.format(subject=f"mail {number}")])
    readingroom = str(Path(sys.executable).with_name("readingroom"))
    environment = {
        **os.environ, "READINGROOM_HOME": str(settings.home), "READINGROOM_DATABASE": settings.database_url,
    }  # fmt: skip
    command = [readingroom, "ingest", str(source), "--release", "test"]
    running = [subprocess.Popen(command, env=environment, stderr=subprocess.PIPE) for _ in range(2)]
    told = [process.communicate()[1].decode() for process in running]
    assert [process.returncode for process in running] == [0, 0], told
    with open_archive(settings) as archive:
        assert [_count(archive, model) for model in (Document, ReleasedFile, Message)] == [6, 6, 6]


def test_numeric_dates_are_read_in_the_order_that_the_release_prints(archive: Archive, tmp_path: Path) -> None:
    def dates() -> list[datetime | None]:
        with archive.sessions() as session:
            return list(session.scalars(select(Message.sent_at).order_by(Message.date_text)))

    def print_on(day: str) -> Path:
        mail = _MAIL.format(subject="lists").replace("Tuesday, November 13, 2012", day)
        return print_pdf(tmp_path / f"{day.replace('/', '-')}.pdf", [mail])

    _ingest(archive, print_on("03/04/2012"))
    assert dates() == [datetime(2012, 3, 4, 15, 2)]
    _ingest(archive, print_on("13/04/2012"))
    archive.search.sync()
    assert dates() == [datetime(2012, 4, 3, 15, 2), datetime(2012, 4, 13, 15, 2)]
    assert archive.search.search(SearchRequest(q="d:2012-04")).count == 2
    _ingest(archive, print_on("03/04/2012"))
    assert dates() == [datetime(2012, 4, 3, 15, 2), datetime(2012, 4, 13, 15, 2)]
