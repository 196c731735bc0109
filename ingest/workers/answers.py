"""What workers send back, and what is said of a file whose worker cannot answer.

An answer is JSON that is checked, field by field, against the records: a worker that a file took over
can say nothing else. Of 160 pages it takes the parent 40 ms, as long as unpickling did.
"""

import secrets
import signal
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from pydantic import ConfigDict, TypeAdapter, ValidationError

from ingest.records import (
    Answer,
    LongDocument,
    MessageRecord,
    PageRange,
    PagesRead,
    Problem,
    Reading,
    SourceFile,
    State,
    Task,
)
from ingest.workers.frames import Frame
from ingest.workers.limits import WorkerLimits

_STRICT = ConfigDict(
    strict=True, extra="forbid", ser_json_bytes="base64", val_json_bytes="base64", ser_json_inf_nan="constants"
)
_READING = TypeAdapter(tuple[Reading, str], config=_STRICT)
_PAGES = TypeAdapter(tuple[PagesRead, str], config=_STRICT)
_OF_READING, _OF_PAGES = b"r", b"p"


def pack_answer(answer: Answer, trace: str = "") -> Iterator[tuple[Frame, bytes]]:
    """Yield an answer, and the traceback of what went wrong, as frames."""
    if isinstance(answer, PagesRead):
        yield Frame.ANSWER, _OF_PAGES + _PAGES.dump_json((answer, trace))
        return
    for message in answer.messages:
        for file in message.attached_files:
            yield Frame.FILE, file.content
    light = replace(answer, messages=_with_contents(answer, None)) if _has_files(answer) else answer
    yield Frame.ANSWER, _OF_READING + _READING.dump_json((light, trace))


def unpack_answer(sent: bytes, files: Sequence[bytes] = ()) -> tuple[Answer, str]:
    """Return what `pack_answer` was given, from its last frame and the files of those before.

    Raises:
        ValueError: this is no such answer.
    """
    try:
        if sent[:1] == _OF_PAGES:
            return _PAGES.validate_json(memoryview(sent)[1:].tobytes())
        answer, trace = _READING.validate_json(memoryview(sent)[1:].tobytes())
    except ValidationError as error:
        raise ValueError("no answer was sent") from error
    if sum(len(message.attached_files) for message in answer.messages) != len(files):
        raise ValueError("the answer has other files than were sent")
    return (replace(answer, messages=_with_contents(answer, iter(files))) if files else answer), trace


def fits(task: Task, answer: Answer) -> bool:
    """Tell whether a task can have this answer: the pages that were asked for, or why there are none."""
    if isinstance(answer, Reading):
        is_whole = isinstance(task, SourceFile | LongDocument)
        has_failed = answer.state not in (State.PUBLISHED, State.PARTIAL) and bool(answer.problems)
        return answer.state is not State.READING and (has_failed or is_whole)
    if isinstance(task, PageRange):
        return [page.number for page in answer.pages] == list(range(task.first, task.last + 1))
    return not isinstance(task, LongDocument) and answer.page_count > 0 and not answer.pages


def keep_pages(folder: Path, pages: PagesRead) -> Path:
    """Write pages to a file of their own in the folder and return it; `kept_pages` reads them again."""
    path = folder / f"{secrets.token_hex(8)}.pages"
    path.write_bytes(_PAGES.dump_json((pages, "")))
    return path


def kept_pages(path: Path) -> PagesRead:
    """Return the pages that `keep_pages` wrote.

    Raises:
        ValueError: the file holds anything else.
    """
    pages, _ = _PAGES.validate_json(path.read_bytes())
    return pages


def died(exit_code: int | None, limits: WorkerLimits) -> Reading:
    """Return the reading of a file whose worker is gone."""
    try:
        cause = signal.Signals(-(exit_code or 0)).name
    except ValueError:
        cause = f"exit code {exit_code}"
    if cause == "SIGXCPU":
        return timed_out(limits)
    detail = f"The reader crashed on this file ({cause}); the file may be damaged, or made to do harm."
    return failed("worker_died", detail)


def timed_out(limits: WorkerLimits) -> Reading:
    detail = (
        f"The file was not read in the time that it may take (READINGROOM_WORKER_TIMEOUT_S is {limits.timeout_s:g}); "
        "raise that and run `readingroom retry`."
    )
    return failed("worker_timeout", detail)


def unusable(limits: WorkerLimits) -> Reading:
    detail = f"The reader gave no usable answer within {limits.reading_mb} MiB; split the file and ingest that."
    return failed("answer_unusable", detail)


def failed(code: str, detail: str, state: State = State.UNREADABLE) -> Reading:
    return Reading(state, problems=(Problem(code, detail),))


def _has_files(reading: Reading) -> bool:
    return any(message.attached_files for message in reading.messages)


def _with_contents(reading: Reading, contents: Iterator[bytes] | None) -> tuple[MessageRecord, ...]:
    """Return the messages with these contents of their files, or with none: those travel beside the JSON."""
    return tuple(
        replace(
            message,
            attached_files=tuple(
                replace(file, content=next(contents) if contents else b"") for file in message.attached_files
            ),
        )
        for message in reading.messages
    )
