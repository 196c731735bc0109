"""Read a file of mail, whatever its form."""

from pathlib import Path

from ingest.mail.eml import read_eml
from ingest.mail.mbox import MOST_MESSAGE_BYTES, every_message
from ingest.mail.msg import read_msg
from ingest.mail.pst import read_pst
from ingest.records import FileKind, MessageRecord, Problem

_MOST_MESSAGES = 100_000


def read_mail(path: Path, kind: FileKind) -> tuple[tuple[MessageRecord, ...], tuple[Problem, ...]]:
    """Return the messages of an .eml, .mbox, .msg or .pst file and what was wrong with them.

    Bad content never raises; a file without any message gives a problem. Each text is clean:
    no NUL, no lone surrogate, no form feed.

    Raises:
        OSError: the file cannot be read.
        MissingReaderError: it is a .pst, and the extra that reads those is not installed.
        ValueError: `kind` is none of these.
    """
    match kind:
        case FileKind.EML:
            messages, problems = _read_one(path)
        case FileKind.MBOX:
            messages, problems = _read_mbox(path)
        case FileKind.MSG:
            messages, problems = read_msg(path)
        case FileKind.PST:
            messages, problems = read_pst(path)
        case _:
            raise ValueError(f"{kind} is no kind of mail")
    if not messages:
        problems.append(Problem("no_message", "The file holds no email that can be read; ask for a sound copy."))
    return tuple(messages), tuple(problems)


def _read_one(path: Path) -> tuple[list[MessageRecord], list[Problem]]:
    with path.open("rb") as file:
        raw = file.read(MOST_MESSAGE_BYTES)
        is_whole = not file.read(1)
    message, problems = read_eml(raw)
    return [message] if message else [], problems if is_whole else [*problems, _cut(1)]


def _read_mbox(path: Path) -> tuple[list[MessageRecord], list[Problem]]:
    messages: list[MessageRecord] = []
    problems: list[Problem] = []
    for first_line, raw, is_whole in every_message(path):
        if len(messages) == _MOST_MESSAGES:
            detail = f"Only the first {_MOST_MESSAGES:,} messages were read; split the file and ingest the parts."
            problems.append(Problem("too_many_messages", detail))
            break
        message, found = read_eml(raw, first_line=first_line)
        if message:
            messages.append(message)
        problems += [Problem(each.code, f"Message at line {first_line}: {each.detail}") for each in found]
        if not is_whole:
            problems.append(_cut(first_line))
    return messages, problems


def _cut(line: int) -> Problem:
    detail = f"The message at line {line} is larger than {MOST_MESSAGE_BYTES:,} bytes and was not read to its end."
    return Problem("message_cut", detail)
