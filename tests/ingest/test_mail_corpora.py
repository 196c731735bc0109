"""Mails that others made, many broken on purpose: all are read, and agree with another reader."""

import json
import re
import tarfile
from collections import Counter
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from ingest.files import find_kind
from ingest.mail import read_mail
from ingest.records import FileKind, Headers, Mailbox, Reading, SourceFile, State
from ingest.workers import WorkerLimits, read_in_workers

SHARED = Path(__file__).parents[3] / "shared"
NATIVE, BAD = SHARED / "corpora/native", SHARED / "badinputs"
MAILS = {FileKind.EML, FileKind.MBOX, FileKind.MSG, FileKind.PST}

pytestmark = pytest.mark.skipif(not BAD.is_dir(), reason="the corpora are not at hand beside the repository")


def read(file: SourceFile) -> Reading:
    """Read a mail in a worker and check what a database asks of text."""
    messages, problems = read_mail(file.location, file.kind)
    texts = [text for each in messages for text in (each.text, each.quoted_text, each.headers.printed)]
    assert not re.search(r"[\0\f\ud800-\udfff]", "".join(texts))
    return Reading(State.PUBLISHED if messages else State.UNREADABLE, messages=messages, problems=problems)


def mails(folder: Path) -> Iterator[SourceFile]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix in {".eml", ".mbox", ".msg", ".pst"}:
            kind = find_kind(path)
            name = sha256(bytes(path)).hexdigest()
            yield SourceFile(path, name, name, path.stat().st_size, kind if kind in MAILS else FileKind.EML)


def codes(folder: Path) -> Counter[str]:
    """Return how often each outcome was met, read in workers with limits."""
    limits = WorkerLimits(workers=2, timeout_s=30, memory_mb=1024)
    readings = read_in_workers(mails(folder), read, limits)
    return Counter(reading.state if reading.messages else reading.problems[-1].code for _, reading in readings)


def test_every_native_mail_is_read() -> None:
    assert codes(NATIVE) == {State.PUBLISHED: 156}


def test_no_broken_mail_harms_its_worker() -> None:
    found = codes(BAD)
    assert set(found) <= {State.PUBLISHED, "no_message", "broken_msg"}
    assert found.total() - found[State.PUBLISHED] <= 2


def test_no_mail_made_to_do_harm_harms_its_worker(tmp_path: Path) -> None:
    with tarfile.open(BAD / "own-bombs.tar.xz") as archive:
        archive.extractall(tmp_path, [each for each in archive if "/mail/" in each.name], filter="data")
    assert set(codes(tmp_path)) <= {State.PUBLISHED, "no_message"}


def expected_mailboxes(value: dict[str, Any]) -> list[str | None]:
    address = value.get("Address") or {}
    found = address.get("List") or [each for group in address.get("Group", []) for each in group["addresses"]]
    return [(each["address"] or "").lower() or None for each in found]


def agreements(path: Path) -> Iterator[tuple[str, bool]]:
    """Yield each field that the expected parse has and whether ours is the same."""
    headers = read_mail(path.with_suffix(".eml"), FileKind.EML)[0][0].headers
    fields = json.loads(path.read_text())["parts"][0]["headers"]
    expected = {each["name"]: each["value"] for each in reversed(fields) if isinstance(each["name"], str)}
    for name in {"from", "to", "cc"} & set(expected):
        ours = [box.address for box in boxes_of(headers, name)]
        yield name, ours == expected_mailboxes(expected[name])[: 1 if name == "from" else None]
    if isinstance(expected.get("date"), dict):
        moment = expected["date"]["DateTime"]
        sign = -1 if moment["tz_before_gmt"] else 1
        assert headers.date
        wall = headers.date.wall and headers.date.wall.timetuple()[:6]
        theirs = tuple(moment[part] for part in ("year", "month", "day", "hour", "minute", "second"))
        offset = sign * (moment["tz_hour"] * 60 + moment["tz_minute"])
        yield "date", (wall, headers.date.utc_offset_min) == (theirs, offset)
    if isinstance(expected.get("subject"), dict):
        yield "subject", " ".join((headers.subject or "").split()) == " ".join(expected["subject"]["Text"].split())


def boxes_of(headers: Headers, name: str) -> tuple[Mailbox, ...]:
    if name == "from":
        return (headers.sender,) if headers.sender else ()
    return headers.to if name == "to" else headers.cc


def test_agrees_with_another_reader() -> None:
    found = [each for path in sorted((NATIVE / "stalwart").glob("*.json")) for each in agreements(path)]
    right, all_fields = Counter(name for name, same in found if same), Counter(name for name, _ in found)
    # Two subjects hold raw Latin-1, which that reader gives up and we read.
    assert all_fields - right == {"subject": 2}
    assert all_fields["from"] >= 37
