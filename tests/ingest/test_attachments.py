"""Attachments from the file to the page: a document of its own, linked from its mail and back to it."""

from collections.abc import Callable, Iterator
from email.message import EmailMessage
from pathlib import Path

import httpx
import pytest

from app.archive import Archive, open_archive
from app.config import Settings
from app.web.resources import load_document, load_message
from app.web.schemas import DocumentDetail, MessageDetail
from ingest.pipeline import ingest
from ingest.records import ReleaseRecord
from tests.support.compound_file import write_compound_file
from tests.support.service import serve
from tests.support.typeset import print_pdf

STORE = Path(__file__).parents[3] / "shared/corpora/native/tika/testPST.pst"
PAGE = "The new main runs under Bank Street.\n"


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with open_archive(Settings(home=tmp_path / "archive", workers=1)) as archive:
        yield archive


def eml(pdf: bytes, subject: str = "the plan") -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "jane@example.org", "ann@example.org", subject
    mail.set_content("see attached")
    mail.add_attachment(pdf, maintype="application", subtype="pdf", filename="plan.pdf")
    return bytes(mail)


def mbox(pdf: bytes) -> bytes:
    line = b"From a@example.org Mon Jun  4 09:00:00 2018\n"
    return line + b"From: b@example.org\nSubject: no file\n\nText.\n\n" + line + eml(pdf)


def msg(pdf: bytes) -> bytes:
    attached = "__attach_version1.0_#00000000"
    return write_compound_file(
        {
            "__properties_version1.0": bytes(32),
            "__substg1.0_0037001E": b"the plan",
            f"{attached}/__properties_version1.0": bytes(8),
            f"{attached}/__substg1.0_3707001E": b"plan.pdf",
            f"{attached}/__substg1.0_37010102": pdf,
        }
    )


def kept(archive: Archive, path: Path) -> dict[str, str | None]:
    """Ingest a file and return the key of each document by its path."""
    return {each.path: each.key for each in ingest(archive, [path], ReleaseRecord("test", "Test"))}


def document_of(archive: Archive, key: str | None) -> DocumentDetail:
    assert key
    return load_document(archive, key)


def mail_of(archive: Archive, document: DocumentDetail) -> MessageDetail:
    (message,) = document.attached_to
    return load_message(archive, message.key)


@pytest.mark.parametrize("compose", [eml, mbox, msg])
def test_a_pdf_and_its_mail_are_linked_both_ways(
    archive: Archive, tmp_path: Path, compose: Callable[[bytes], bytes]
) -> None:
    path = tmp_path / "mail"
    path.write_bytes(compose(print_pdf(tmp_path / "plan.pdf", [PAGE]).read_bytes()))
    document = document_of(archive, kept(archive, path)["mail/plan.pdf"])
    mail = mail_of(archive, document)
    assert (mail.subject, [each.name for each in mail.attachments]) == ("the plan", ["plan.pdf"])
    assert mail.attachments[0].document
    assert mail.attachments[0].document.key == document.key
    assert "under Bank Street" in document.pages[0].text


@pytest.mark.skipif(not STORE.is_file(), reason="the corpora are not at hand beside the repository")
def test_an_email_attached_within_a_store_names_the_one_it_was_attached_to(archive: Archive) -> None:
    document = document_of(archive, kept(archive, STORE)["testPST.pst/First email.eml"])
    inner = load_message(archive, document.messages[0].key)
    assert [each.subject for each in inner.attached_to] == ["FW: First email"]
    assert mail_of(archive, document).subject == "FW: First email"


def test_a_file_attached_twice_names_both_mails(archive: Archive, tmp_path: Path) -> None:
    pdf = print_pdf(tmp_path / "plan.pdf", [PAGE]).read_bytes()
    (tmp_path / "in").mkdir()
    for subject in ("one", "two"):
        (tmp_path / "in" / subject).write_bytes(eml(pdf, subject))
    document = document_of(archive, kept(archive, tmp_path / "in")["one/plan.pdf"])
    assert {each.subject for each in document.attached_to} == {"one", "two"}


def test_pages_and_api_show_the_links(archive: Archive, tmp_path: Path) -> None:
    path = tmp_path / "mail"
    path.write_bytes(eml(print_pdf(tmp_path / "plan.pdf", [PAGE]).read_bytes()))
    document = document_of(archive, kept(archive, path)["mail/plan.pdf"])
    (mail,) = document.attached_to
    with serve(archive) as address, httpx.Client(base_url=address, timeout=60) as client:
        assert f'href="{document.url}">plan.pdf' in client.get(mail.url).text
        assert f'href="{mail.url}">the plan' in client.get(document.url).text
        assert client.get(f"/api/v1{document.url}").json()["attached_to"][0]["key"] == mail.key
