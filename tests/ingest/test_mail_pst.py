"""Outlook's stores: .pst files that others made, whole and damaged, and the properties within a node."""

import random
import struct
from pathlib import Path

import pytest

from app.errors import MissingReaderError
from ingest.files import find_kind
from ingest.mail import pst, read_mail
from ingest.mail.eml import read_eml
from ingest.mail.heap import every_property
from ingest.records import FileKind, MessageRecord, Problem

FOLDER = Path(__file__).parents[3] / "shared/corpora/native/tika"
STORE, BODIES = FOLDER / "testPST.pst", FOLDER / "testPST_variousBodyTypes.pst"

needs_stores = pytest.mark.skipif(not STORE.is_file(), reason="the corpora are not at hand beside the repository")


def read(path: Path) -> tuple[tuple[MessageRecord, ...], tuple[Problem, ...]]:
    assert find_kind(path) is FileKind.PST
    return read_mail(path, FileKind.PST)


@needs_stores
def test_each_message_of_each_folder_is_read() -> None:
    messages, problems = read(STORE)
    assert [message.first_line for message in messages] == [1, 2, 3, 4, 5, 6, 7]
    assert messages[2].headers.subject == "Feature Generators"
    assert [problem.code for problem in problems] == ["within_incomplete"]


@needs_stores
def test_the_header_that_came_with_it_gives_time_and_offset_as_printed() -> None:
    headers = read(STORE)[0][0].headers
    assert headers.date
    assert (headers.date.text, headers.date.utc_offset_min) == ("Wed, 26 Feb 2014 08:50:04 +0100", 60)
    assert headers.sender
    assert headers.sender.printed == "Jörn Kottmann <kottmann@gmail.com>"


@needs_stores
def test_without_that_header_the_moment_is_told_in_utc() -> None:
    message = read(STORE)[0][6]
    assert message.headers.date
    assert message.headers.date.text == "2020-11-26T22:18:29Z"
    assert [box.address for box in message.headers.to] == ["lfcnassif@gmail.com"]


@needs_stores
def test_a_reply_points_at_what_it_answers() -> None:
    first, third = read(STORE)[0][0], read(STORE)[0][2]
    assert first.in_reply_to == third.message_id


@needs_stores
def test_an_attached_email_becomes_an_eml() -> None:
    (attached,) = read(STORE)[0][6].attached_files
    inner, _ = read_eml(attached.content)
    assert inner
    assert (attached.name, inner.text) == ("First email.eml", "Docx file attached.")


@needs_stores
def test_plain_html_and_rtf_bodies_are_read() -> None:
    messages, problems = read(BODIES)
    assert [bool(message.text or message.quoted_text) for message in messages] == [True] * 4
    assert not problems


@needs_stores
@pytest.mark.parametrize("seed", range(30))
def test_a_damaged_store_never_raises_and_is_told(tmp_path: Path, seed: int) -> None:
    chance, content = random.Random(seed), bytearray(BODIES.read_bytes())
    for _ in range(200):
        content[chance.randrange(0x4400, len(content))] = chance.randrange(256)
    path = tmp_path / "a.pst"
    path.write_bytes(content)
    messages, problems = read(path)
    assert len(messages) == 4 or problems


def test_what_only_begins_like_a_store_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.pst"
    path.write_bytes(b"!BDN" + bytes(600))
    assert [problem.code for problem in read(path)[1]] == ["broken_pst", "no_message"]


def test_without_the_extra_a_store_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pst, "pypff", None)
    with pytest.raises(MissingReaderError, match=r"reading-room\[pst\]"):
        pst.read_pst(tmp_path / "a.pst")


def heap(*places: bytes) -> bytes:
    """Return a node of one page; its first place is the head of the tree."""
    starts = [12 + sum(map(len, places[:number])) for number in range(len(places) + 1)]
    head = struct.pack("<HBBII", starts[-1], 0xEC, 0xBC, 1 << 5, 0)
    return head + b"".join(places) + struct.pack(f"<HH{len(starts)}H", len(places), 0, *starts)


def tree(levels: int, place: int) -> bytes:
    return struct.pack("<BBBBI", 0xB5, 2, 6, levels, place << 5)


def test_properties_of_a_node_are_read_but_those_that_lie_elsewhere() -> None:
    leaves = [(0x0017, 0x0003, 2), (0x0037, 0x001F, 3 << 5), (0x1000, 0x001F, 0x3F)]
    raw = heap(tree(0, 2), b"".join(struct.pack("<HHI", *leaf) for leaf in leaves), "Plan".encode("utf-16-le"))
    assert list(every_property(raw)) == [(0x17, 3, b"\2\0\0\0"), (0x37, 0x1F, b"P\0l\0a\0n\0")]


def test_a_node_that_points_at_itself_ends() -> None:
    assert list(every_property(heap(tree(8, 2), struct.pack("<HI", 1, 2 << 5) * 300))) == []


@pytest.mark.parametrize("raw", [b"", b"no node at all", heap(tree(0, 9)), heap(b"")[:13]])
def test_what_is_no_node_has_no_properties(raw: bytes) -> None:
    assert list(every_property(raw)) == []
