"""Our reading of other people's test mails, against the parse that lies beside each of them.

What that parser does in its own way is undone before the two are compared:
* it gives up letters of an unknown charset, U+FFFD, where we read them: each stands for any letters;
* it leaves uuencoded files in the text, where we take them out as attachments;
* it lists a text whose end is missing among the attachments, where we show it;
* it shows a boundary and what lies behind it as text where it has lost its place;
* an attachment without a name has none, where ours has its number;
* a name that only repeats the address is a name, where ours is none.
"""

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from ingest.mail import read_mail
from ingest.mail.eml import read_eml
from ingest.mail.html import html_to_text
from ingest.mail.mime import take_uuencoded
from ingest.records import FileKind, Mailbox, MessageRecord

FOLDER = Path(__file__).parents[3] / "shared/corpora/native/stalwart"
# Here the mail within ends before its own parts do. That parser takes the mails behind it for its
# text; a boundary of an outer part ends all parts within (RFC 2046, 5.1.2), so we find more of them.
GOES_ON_WITHIN = {"malformed_012": 1, "thirdparty_015": 2}

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the corpora are not at hand beside the repository")

Parse = dict[str, Any]
Difference = tuple[str, Any, Any]  # the field, what is expected, what we read


def folded(text: str | None) -> str:
    """Return letters, digits and U+FFFD alone: blanks, marks and folding are each program's own."""
    return re.sub(r"[^\w\ufffd]+", "", text or "").casefold()


def fits(expected: Any, ours: Any) -> bool:
    """Return whether two values are the same, U+FFFD standing for any letters."""
    if not isinstance(expected, str):
        return len(expected) == len(ours) and all(map(fits, expected, ours))
    pattern = ".*".join(re.escape(piece) for piece in re.split("\ufffd+", expected))
    return re.fullmatch(pattern, ours) is not None


def field(parse: Parse, name: str) -> dict[str, Any]:
    """Return the value of the last field of this name, which is the one that parser takes; {} if it has none."""
    found = [each["value"] for each in parse["parts"][0]["headers"] if each["name"] == name]
    return found[-1] if found and isinstance(found[-1], dict) else {}


def expected_mailboxes(parse: Parse, name: str) -> list[list[str]]:
    """Return name and address of each mailbox, groups dissolved."""
    address = field(parse, name).get("Address", {})
    found = address.get("List") or [each for group in address.get("Group", []) for each in group["addresses"]]
    names = [each["name"] if each["name"] != each["address"] else "" for each in found]
    return [[folded(name), folded(each["address"])] for name, each in zip(names, found, strict=True)]


def mailboxes(boxes: Sequence[Mailbox | None]) -> list[list[str]]:
    return [[folded(box.name), folded(box.address)] for box in boxes if box]


def expected_moment(parse: Parse) -> str:
    moment = field(parse, "date").get("DateTime")
    if moment is None:
        return ""
    offset = (-1 if moment["tz_before_gmt"] else 1) * (moment["tz_hour"] * 60 + moment["tz_minute"])
    return str(([moment[part] for part in ("year", "month", "day", "hour", "minute", "second")], offset))


def moment(mail: MessageRecord) -> str:
    date = mail.headers.date
    return str((list(date.wall.timetuple()[:6]), date.utc_offset_min or 0)) if date and date.wall else ""


def attributes(part: Parse, name: str, attribute: str) -> list[str]:
    """Return the values of an attribute of all fields of this name."""
    values = [each["value"] for each in part["headers"] if each["name"] == name and isinstance(each["value"], dict)]
    pairs = [pair for value in values for pair in value["ContentType"]["attributes"] or []]
    return [pair["value"] for pair in pairs if pair["name"] == attribute]


def expected_files(parse: Parse) -> list[Parse]:
    parts = [parse["parts"][number] for number in parse["attachments"]]
    return [part for part in parts if not is_endless_text(part)]


def is_endless_text(part: Parse) -> bool:
    return bool({"Text", "Html"} & set(part["body"]) and part["is_encoding_problem"])


def expected_text(parse: Parse, boundaries: Sequence[str]) -> tuple[str, list[str]]:
    """Return the text and the names of the files that lie uuencoded in it."""
    numbers = [*parse["text_body"], *(n for n in parse["attachments"] if is_endless_text(parse["parts"][n]))]
    bodies = [parse["parts"][number]["body"] for number in numbers]
    texts = [html_to_text(body["Html"]) if "Html" in body else body.get("Text", "") for body in bodies]
    lost = "|".join(rf"^--{re.escape(each)}\s*$" for each in boundaries) or "$^x"
    cut = [re.split(lost, text, flags=re.M)[0] for text in texts]
    plain, files = take_uuencoded("\n".join(cut).encode())
    return folded(plain.decode()), [name for name, _ in files]


def differences(parse: Parse, mail: MessageRecord | None, around: Sequence[str] = ()) -> Iterator[Difference]:
    """Yield each field in which the expected parse and ours differ."""
    assert mail
    own = [value for part in parse["parts"] for value in attributes(part, "content_type", "boundary")]
    text, packed = expected_text(parse, [*around, *own])
    headers, files = mail.headers, expected_files(parse)
    pairs = [
        ("subject", folded(field(parse, "subject").get("Text")), folded(headers.subject)),
        ("from", expected_mailboxes(parse, "from")[:1], mailboxes([headers.sender])),
        *((name, expected_mailboxes(parse, name), mailboxes(getattr(headers, name))) for name in ("to", "cc", "bcc")),
        ("date", expected_moment(parse), moment(mail)),
        ("text", text, folded(mail.text + mail.quoted_text)),
        ("attachments", [*map(name_of, files), *packed], list(headers.attachments)),
    ]
    yield from (pair for pair in pairs if not fits(*pair[1:]))
    for part, attached in zip(files, mail.attached_files, strict=False):
        if "Message" in part["body"]:
            yield from differences(part["body"]["Message"], read_eml(attached.content)[0], [*around, *own])


def name_of(part: Parse) -> str:
    names = [*attributes(part, "content_disposition", "filename"), *attributes(part, "content_type", "name")]
    return names[0] if names else "\ufffd"


def compare(path: Path) -> list[Difference]:
    return list(differences(json.loads(path.read_text()), read_mail(path.with_suffix(".eml"), FileKind.EML)[0][0]))


def test_agrees_in_every_field_with_47_of_49() -> None:
    found = {path.stem: compare(path) for path in sorted(FOLDER.glob("*.json"))}
    different = {name: each for name, each in found.items() if each}
    assert len(found) == 49
    for name, each in different.items():
        print(name, each)
    assert set(different) == set(GOES_ON_WITHIN)


@pytest.mark.parametrize(("name", "more"), GOES_ON_WITHIN.items())
def test_the_other_two_differ_by_the_mails_that_we_find_more(name: str, more: int) -> None:
    field, expected, ours = compare(FOLDER / f"{name}.json")[0]
    assert (field, len(ours) - len(expected)) == ("attachments", more)
