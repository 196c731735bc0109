"""Files: each is found once for each place, told by its content, and accounted for."""

import hashlib
import io
import os
import struct
import zipfile
from pathlib import Path

import pytest

from app.errors import BadRequestError
from ingest.files import FileLimits, account, find_attached, find_files, find_kind
from ingest.records import AttachedFile, FileKind, SourceFile, State

PDF = b"%PDF-1.4\n%%EOF\n"
EML = b"From: a@example.org\r\nTo: b@example.org\r\nSubject: x\r\n\r\nHello.\r\n"
MBOX = b"From a@example.org Mon Jan  1 10:00:00 2018\n" + EML.replace(b"\r\n", b"\n")


def found(given: Path, **limits: int) -> dict[str, SourceFile]:
    scratch = given.parent / "scratch"
    scratch.mkdir(exist_ok=True)
    return {file.path: file for file in find_files([given], scratch, limits=FileLimits(**limits))}


def problem(file: SourceFile) -> str | None:
    return file.problem.code if file.problem else None


def make_zip(path: Path, members: dict[str, bytes], packing: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", packing) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def zipped(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (PDF, FileKind.PDF),
        (b"junk\n" * 100 + PDF, FileKind.PDF),
        (EML, FileKind.EML),
        (b"\xef\xbb\xbf\r\n" + EML, FileKind.EML),
        (b">From a@example.org\n" + EML, FileKind.EML),
        (MBOX, FileKind.MBOX),
        (MBOX.split(b"\n")[0] + b"\n\nNo header.\n", FileKind.MBOX),
        (b"From  : a@example.org\r\n\r\nHello.", FileKind.EML),
        (b"Content-Type: multipart/mixed; boundary=1\n\n--1\n\nHello.", FileKind.EML),
        (b"Content-Type: text/plain\n\nhello\n", FileKind.EML),
        (b"Received: by x\nquite Delivered-To: x\nDate: y\n\nHello.", FileKind.EML),
        (zipped({"a.pdf": PDF}), FileKind.ZIP),
        (zipped({"word/document.xml": b"", "[Content_Types].xml": b""}), FileKind.UNKNOWN),
        (b"PK\x03\x04 and no more", FileKind.ZIP),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), FileKind.UNKNOWN),
        (b"HTTP/1.1 200\r\nDate: x\r\nContent-Type: y\r\n\r\n" + PDF, FileKind.PDF),
        (b"Dear Sir,\n\nSubject: none of your business.\n", FileKind.UNKNOWN),
        (b"From here on: nothing.\nTo whom it may concern.\n", FileKind.UNKNOWN),
        (b"Subject: a note\n\nwith one label is prose\n", FileKind.UNKNOWN),
        (b"", FileKind.UNKNOWN),
    ],
)
def test_tells_the_kind_by_content(tmp_path: Path, content: bytes, kind: FileKind) -> None:
    path = tmp_path / "letter.pdf"
    path.write_bytes(content)
    assert find_kind(path) is kind


def test_walks_folders_in_order_without_hidden_files(tmp_path: Path) -> None:
    root = tmp_path / "release"
    for name in ("b/2.pdf", "b/1.pdf", "a.pdf", ".hidden/x.pdf", "b/.x.pdf", "release.toml"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(PDF)
    assert list(found(root)) == ["a.pdf", "b/1.pdf", "b/2.pdf"]


def test_hashes_the_bytes(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(PDF)
    file = found(tmp_path / "a.pdf")["a.pdf"]
    assert (file.sha256, file.size_bytes) == (hashlib.sha256(PDF).hexdigest(), len(PDF))


def test_does_not_follow_links_out_of_the_folder(tmp_path: Path) -> None:
    root = tmp_path / "release"
    (root / "inner").mkdir(parents=True)
    (root / "inner/real.pdf").write_bytes(PDF)
    (tmp_path / "secret.pdf").write_bytes(PDF)
    (root / "out.pdf").symlink_to(tmp_path / "secret.pdf")
    (root / "loop").symlink_to(root)
    (root / "self").symlink_to(root / "self")
    (root / "within.pdf").symlink_to(root / "inner/real.pdf")
    assert set(found(root)) == {"inner/real.pdf", "within.pdf"} | ({"self"} & set(found(root)))


def test_a_name_that_is_no_text_is_shown_as_text(tmp_path: Path) -> None:
    root = tmp_path / "release"
    root.mkdir()
    Path(os.fsdecode(os.fsencode(root) + b"/\xff\nx.pdf")).write_bytes(PDF)
    assert list(found(root)) == ["\ufffd\ufffdx.pdf"]


def test_says_which_path_does_not_exist(tmp_path: Path) -> None:
    with pytest.raises(BadRequestError, match="nowhere"):
        list(find_files([tmp_path / "nowhere"], tmp_path))


def test_a_file_that_cannot_be_opened_is_found_without_hash(tmp_path: Path) -> None:
    root = tmp_path / "release"
    root.mkdir()
    os.mkfifo(root / "pipe")
    file = found(root)["pipe"]
    assert (file.sha256, problem(file)) == ("", "cannot_open")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_folder_that_cannot_be_listed_is_found(tmp_path: Path) -> None:
    root = tmp_path / "release"
    (root / "shut").mkdir(parents=True)
    (root / "shut").chmod(0)
    file = found(root)["shut"]
    (root / "shut").chmod(0o700)
    assert problem(file) == "cannot_open"


def test_an_empty_a_strange_and_a_large_file_are_found_with_their_problem(tmp_path: Path) -> None:
    root = tmp_path / "release"
    root.mkdir()
    for name, content in {"empty.pdf": b"", "prose.pdf": b"Dear Sir,", "large.pdf": PDF * 100}.items():
        (root / name).write_bytes(content)
    files = found(root, max_bytes=1000)
    assert {name: problem(file) for name, file in files.items()} == {
        "empty.pdf": "empty_file",
        "prose.pdf": "unknown_type",
        "large.pdf": "too_large",
    }


def test_a_zip_comes_before_its_members(tmp_path: Path) -> None:
    files = found(make_zip(tmp_path / "all.zip", {"b/scan.pdf": PDF, "a.eml": EML}))
    outer = files["all.zip"]
    assert list(files) == ["all.zip", "all.zip/b/scan.pdf", "all.zip/a.eml"]
    assert {file.parent_sha256 for file in files.values()} == {None, outer.sha256}
    assert files["all.zip/a.eml"].location.read_bytes() == EML


def test_a_name_in_a_zip_leads_nowhere(tmp_path: Path) -> None:
    names = {"../../x.pdf": PDF, "/etc/y.pdf": PDF, "c\\..\\z.pdf": PDF, "..": PDF}
    files = found(make_zip(tmp_path / "evil.zip", names))
    assert set(files) == {"evil.zip"} | {f"evil.zip/{name}" for name in ("x.pdf", "etc/y.pdf", "c/z.pdf", "unnamed")}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["evil.zip", "scratch"]
    assert all(file.location.parent == tmp_path / "scratch" for name, file in files.items() if "/" in name)


def test_two_members_of_one_name_are_both_found(tmp_path: Path) -> None:
    content = zipped({"a.pdf": PDF, "b.pdf": PDF + b"2"}).replace(b"b.pdf", b"a.pdf")
    (tmp_path / "two.zip").write_bytes(content)
    files = found(tmp_path / "two.zip")
    assert files["two.zip/a.pdf (2)"].location.read_bytes() == PDF + b"2"


def test_zips_within_zips_are_unpacked_to_a_depth(tmp_path: Path) -> None:
    content = zipped({"deep.pdf": PDF})
    for level in range(3):
        content = zipped({f"{level}.zip": content})
    (tmp_path / "outer.zip").write_bytes(content)
    files = found(tmp_path / "outer.zip")
    assert list(files)[-1] == "outer.zip/2.zip/1.zip/0.zip"
    assert problem(list(files.values())[-1]) == "too_deep"


def test_a_locked_member_is_kept_as_it_lies_in_the_zip(tmp_path: Path) -> None:
    content = bytearray(zipped({"a.pdf": PDF}))
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    (tmp_path / "locked.zip").write_bytes(content)
    member = found(tmp_path / "locked.zip")["locked.zip/a.pdf"]
    assert (problem(member), member.kind, member.location.read_bytes()) == ("locked", FileKind.UNKNOWN, PDF)


def test_a_broken_member_does_not_hide_the_next(tmp_path: Path) -> None:
    content = zipped({"a.pdf": PDF, "b.pdf": PDF + b"b"}).replace(PDF, b"?" + PDF[1:], 1)
    (tmp_path / "broken.zip").write_bytes(content)
    files = found(tmp_path / "broken.zip")
    assert problem(files["broken.zip/a.pdf"]) == "broken_member"
    assert problem(files["broken.zip/b.pdf"]) is None


@pytest.mark.parametrize("content", [b"PK\x03\x04", zipped({"a.pdf": PDF})[:-30]], ids=["head alone", "cut short"])
def test_a_broken_zip_is_found_with_its_problem(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "broken.zip").write_bytes(content)
    files = found(tmp_path / "broken.zip")
    assert [(file.kind, problem(file)) for file in files.values()] == [(FileKind.ZIP, "broken_zip")]


def test_a_bomb_is_not_unpacked(tmp_path: Path) -> None:
    files = found(make_zip(tmp_path / "bomb.zip", {"zeros.pdf": bytes(20 << 20)}))
    assert problem(files["bomb.zip/zeros.pdf"]) == "too_large"
    assert files["bomb.zip/zeros.pdf"].size_bytes < 100_000


def test_all_members_together_have_a_limit(tmp_path: Path) -> None:
    files = found(make_zip(tmp_path / "a.zip", {"1.pdf": PDF, "2.pdf": PDF + b"2"}), max_unpacked_bytes=20)
    assert [problem(file) for file in files.values()] == [None, None, "too_large"]


def test_too_many_members_are_told_by_the_zip(tmp_path: Path) -> None:
    files = found(make_zip(tmp_path / "a.zip", {f"{n}.pdf": PDF for n in range(5)}), max_members=3)
    assert (len(files), problem(files["a.zip"])) == (4, "too_many_members")


def test_a_list_of_members_that_would_fill_the_memory_is_not_read(tmp_path: Path) -> None:
    entry = b"PK\x01\x02" + bytes(42)
    end = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, 46 * 200_000, 0, 0)
    (tmp_path / "list.zip").write_bytes(b"PK\x05\x06" + entry * 200_000 + end)
    (file,) = found(tmp_path / "list.zip").values()
    assert problem(file) == "broken_zip"
    assert file.problem
    assert "too long" in file.problem.detail


def test_members_that_share_bytes_are_refused(tmp_path: Path) -> None:
    content = bytearray(zipped({"a.pdf": PDF, "b.pdf": PDF}))
    second = content.rindex(b"PK\x01\x02")
    struct.pack_into("<I", content, second + 42, 0)
    (tmp_path / "overlap.zip").write_bytes(content)
    assert [problem(file) for file in found(tmp_path / "overlap.zip").values()] == ["overlapping_members"]


def test_notes_of_macos_are_no_members(tmp_path: Path) -> None:
    files = found(make_zip(tmp_path / "a.zip", {"a.pdf": PDF, "__MACOSX/._a.pdf": b"x", "b/.DS_Store": b"x"}))
    assert list(files) == ["a.zip", "a.zip/a.pdf"]


def test_attachments_are_files_of_their_own(tmp_path: Path) -> None:
    mail = SourceFile(tmp_path, "box/a.eml", "hash", 1, FileKind.EML)
    attached = [AttachedFile("../scan.pdf", PDF), AttachedFile("all.zip", zipped({"b.pdf": PDF}))]
    files = list(find_attached(mail, attached, tmp_path))
    assert [file.path for file in files] == [
        "box/a.eml/scan.pdf",
        "box/a.eml/all.zip",
        "box/a.eml/all.zip/b.pdf",
    ]
    assert [file.depth for file in files] == [1, 1, 2]


def test_every_file_that_is_not_read_has_a_state(tmp_path: Path) -> None:
    files = found(make_zip(tmp_path / "a.zip", {"a.pdf": PDF, "b.txt": b"prose", "c.pdf": b""}))
    readings = [account(file) for file in files.values()]
    assert [reading and reading.state for reading in readings] == [
        State.PUBLISHED,
        None,
        State.REFUSED,
        State.UNREADABLE,
    ]
