"""Files of mail: .mbox and .msg, made here."""

import struct
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from ingest.files import find_kind
from ingest.mail import read_mail
from ingest.mail.eml import read_eml
from ingest.mail.rtf import decompress_rtf, rtf_to_text
from ingest.records import FileKind, MessageKind, MessageRecord
from tests.support.compound_file import write_compound_file

SENT = datetime(2018, 6, 4, 13, 30)


def read(path: Path, content: bytes, kind: FileKind) -> tuple[MessageRecord, ...]:
    path.write_bytes(content)
    assert find_kind(path) is kind
    return read_mail(path, kind)[0]


def test_an_mbox_is_cut_into_its_messages(tmp_path: Path) -> None:
    content = (
        b"From a@example.org Mon Jun  4 09:00:00 2018\nFrom: a@example.org\nSubject: One\n\n"
        b"Text.\n\nFrom here on it is prose.\nFrom Monday 09:00 on: prose.\n\n"
        b"From b@example.org Mon Jun  4 10:00:00 2018\nFrom: b@example.org\nSubject: Two\n\nMore.\n"
    )
    first, second = read(tmp_path / "box", content, FileKind.MBOX)
    assert (first.first_line, first.headers.subject, second.first_line, second.headers.subject) == (1, "One", 10, "Two")
    assert first.text.endswith("prose.")
    assert second.text == "More."


def test_a_problem_in_an_mbox_names_its_line(tmp_path: Path) -> None:
    path = tmp_path / "box"
    path.write_bytes(b"From a@example.org Mon Jun  4 09:00:00 2018\n\nNo header.\n")
    messages, problems = read_mail(path, FileKind.MBOX)
    assert messages[0].text == "No header."
    assert "line 1:" in problems[0].detail


def test_a_file_without_mail_has_a_problem(tmp_path: Path) -> None:
    path = tmp_path / "empty"
    path.write_bytes(b"\n")
    for kind in (FileKind.EML, FileKind.MBOX):
        assert [problem.code for problem in read_mail(path, kind)[1]][-1] == "no_message"


def properties(values: dict[int, bytes], header_bytes: int) -> bytes:
    return bytes(header_bytes) + b"".join(
        struct.pack("<II", tag, 6) + value.ljust(8, b"\0") for tag, value in values.items()
    )


def message_streams(where: str = "", header_bytes: int = 32) -> dict[str, bytes]:
    """Return the streams of a message from Jane to Bob, kept in Windows-1252."""
    ticks = (SENT - datetime(1601, 1, 1)) // timedelta(microseconds=1) * 10
    fixed = {0x00390040: struct.pack("<Q", ticks), 0x3FFD0003: struct.pack("<I", 1252)}
    texts = {"0037001F": "Pilot plan".encode("utf-16-le"), "1000001E": "Caf\xe9 at noon?\r\n".encode("cp1252")}
    texts |= {
        "0C1A001E": b"Roe, Jane",
        "0C1F001E": b"/O=GOV/CN=JROE",
        "5D01001F": "Jane@Example.org".encode("utf-16-le"),
    }
    streams = {f"{where}__substg1.0_{tag}": value for tag, value in texts.items()}
    streams[f"{where}__properties_version1.0"] = properties(fixed, header_bytes)
    for number, (role, name, address) in enumerate([(1, b"Bob", b"bob@example.org"), (2, b"Cara", b"")]):
        recipient = f"{where}__recip_version1.0_#{number:08X}/"
        streams[f"{recipient}__properties_version1.0"] = properties({0x0C150003: struct.pack("<I", role)}, 8)
        streams[f"{recipient}__substg1.0_3001001E"] = name
        streams[f"{recipient}__substg1.0_39FE001E"] = address
    return streams


def test_a_msg_is_read(tmp_path: Path) -> None:
    (mail,) = read(tmp_path / "a.msg", write_compound_file(message_streams()), FileKind.MSG)
    headers = mail.headers
    assert headers.sender
    assert (headers.sender.name, headers.sender.address) == ("Roe, Jane", "jane@example.org")
    assert [box.address for box in headers.to] == ["bob@example.org"]
    assert [(box.name, box.address) for box in headers.cc] == [("Cara", None)]
    assert (headers.subject, mail.text) == ("Pilot plan", "Café at noon?")
    assert headers.date
    assert (headers.date.wall, headers.date.utc_offset_min) == (SENT, 0)
    assert headers.date.text == "2018-06-04T13:30:00Z"
    assert headers.printed.splitlines()[:2] == ["From: Roe, Jane <Jane@Example.org>", "Date: 2018-06-04T13:30:00Z"]


def test_a_msg_sent_on_behalf_names_both(tmp_path: Path) -> None:
    streams = message_streams() | {"__substg1.0_0042001E": b"Director", "__substg1.0_5D02001E": b"director@example.org"}
    (mail,) = read(tmp_path / "a.msg", write_compound_file(streams), FileKind.MSG)
    assert mail.headers.on_behalf_of
    assert mail.headers.on_behalf_of.address == "director@example.org"
    assert mail.headers.sender
    assert mail.headers.sender.address == "jane@example.org"


def test_attachments_of_a_msg_are_kept_and_a_mail_within_becomes_an_eml(tmp_path: Path) -> None:
    streams = message_streams()
    streams["__attach_version1.0_#00000000/__properties_version1.0"] = bytes(8)
    streams["__attach_version1.0_#00000000/__substg1.0_3707001E"] = b"scan.pdf"
    streams["__attach_version1.0_#00000000/__substg1.0_37010102"] = b"%PDF-1.4" * 1000
    streams["__attach_version1.0_#00000001/__properties_version1.0"] = bytes(8)
    streams |= message_streams("__attach_version1.0_#00000001/__substg1.0_3701000D/", 24)
    (mail,) = read(tmp_path / "a.msg", write_compound_file(streams), FileKind.MSG)
    assert mail.headers.attachments == ("scan.pdf", "Pilot plan.eml")
    assert mail.attached_files[0].content == b"%PDF-1.4" * 1000
    inner, problems = read_eml(mail.attached_files[1].content)
    assert inner
    assert not problems
    assert inner.text == mail.text
    assert inner.headers.to == mail.headers.to
    assert inner.headers.subject == "Pilot plan"
    assert inner.headers.date
    assert inner.headers.date.wall == SENT


def test_a_msg_that_kept_the_header_it_came_with_prints_its_time(tmp_path: Path) -> None:
    carried = b"Date: Mon, 4 Jun 2018 09:30:00 -0400\r\nMessage-ID: <a@x>\r\nImportance: high\r\n\r\n"
    streams = message_streams() | {"__substg1.0_007D001E": carried}
    (mail,) = read(tmp_path / "a.msg", write_compound_file(streams), FileKind.MSG)
    assert mail.headers.date
    assert (mail.headers.date.wall, mail.headers.date.utc_offset_min) == (datetime(2018, 6, 4, 9, 30), -240)
    assert (mail.message_id, mail.headers.importance) == ("a@x", "high")
    assert [box.address for box in mail.headers.to] == ["bob@example.org"]


def test_a_msg_tells_how_each_field_was_read(tmp_path: Path) -> None:
    (mail,) = read(tmp_path / "a.msg", write_compound_file(message_streams()), FileKind.MSG)
    fields = {each.field: (each.printed, each.confidence) for each in mail.headers.readings}
    assert fields["date"] == ("2018-06-04T13:30:00Z", 1.0)
    assert set(fields) == {"from", "date", "to", "cc", "subject"}


def test_a_meeting_is_an_invite(tmp_path: Path) -> None:
    streams = message_streams() | {"__substg1.0_001A001E": b"IPM.Schedule.Meeting.Request"}
    (mail,) = read(tmp_path / "a.msg", write_compound_file(streams), FileKind.MSG)
    assert mail.kind is MessageKind.INVITE


@pytest.mark.parametrize("bytes_kept", [30, 600, 3000])
def test_a_damaged_msg_is_told(tmp_path: Path, bytes_kept: int) -> None:
    path = tmp_path / "a.msg"
    path.write_bytes(write_compound_file(message_streams())[:bytes_kept])
    messages, problems = read_mail(path, FileKind.MSG)
    assert problems
    assert not any(message.text for message in messages)


def test_rtf_gives_its_words() -> None:
    head = rb"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Arial;}}{\*\generator x;}\f0 "
    rtf = head + rb"Caf\'e9 \u8211?noon\par{\b bold} \{x\}\tab y}"
    assert rtf_to_text(rtf) == "Café –noon\nbold {x}\ty"


def test_html_wrapped_in_rtf_is_unwrapped() -> None:
    rtf = (
        rb"{\rtf1\ansi\fromhtml1 {\*\htmltag64 <p>}\htmlrtf {\b \htmlrtf0 Hello\htmlrtf }\htmlrtf0 "
        rb"{\*\htmltag72 </p>}{\*\htmltag64 <p>}again{\*\htmltag72 </p>}}"
    )
    assert rtf_to_text(rtf) == "Hello\n\nagain"


def test_compressed_rtf_is_unpacked() -> None:
    # The examples of MS-OXRTFCP, 3.1.
    simple = bytes.fromhex(
        "2d0000002b0000004c5a4675f1c5c7a703000a00726370673132354232 0af32068656c090020627705b06c647d0a800fa0"
    )
    crossing = bytes.fromhex("1a0000001c0000004c5a4675e2d44b51410004205758595a0d6e7d010eb0")
    assert decompress_rtf(simple) == b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"
    assert decompress_rtf(crossing) == b"{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}"
    assert decompress_rtf(simple[:30])
    assert decompress_rtf(b"short") == b""
