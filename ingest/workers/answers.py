"""What workers send back, and what is said of a file whose worker cannot answer."""

import io
import pickle
import secrets
import signal
from pathlib import Path
from typing import Any

from ingest import records
from ingest.records import Answer, PagesRead, Problem, Reading, State
from ingest.workers.limits import WorkerLimits

# What a reading is made of: a worker that a file took over can send nothing else.
_SENT_CLASSES = {("datetime", "datetime")} | {
    (vars(records)[name].__module__, name) for name in records.__all__ if isinstance(vars(records)[name], type)
}


def pack_answer(answer: Answer, trace: str = "") -> bytes:
    """Return an answer, and the traceback of what went wrong, as bytes."""
    return pickle.dumps((answer, trace), pickle.HIGHEST_PROTOCOL)


def unpack_answer(sent: bytes) -> tuple[Answer, str]:
    """Return what `pack_answer` was given.

    Raises:
        ValueError: the bytes are not such an answer.
    """
    try:
        answer, trace = _AnswerUnpickler(io.BytesIO(sent)).load()
    except Exception as error:  # broken bytes may raise anything
        raise ValueError("no answer was sent") from error
    if not isinstance(answer, Reading | PagesRead) or not isinstance(trace, str):
        raise ValueError("no answer was sent")
    return answer, trace


def keep_pages(folder: Path, pages: PagesRead) -> Path:
    """Write pages to a file of their own in the folder and return it; `kept_pages` reads them again."""
    path = folder / f"{secrets.token_hex(8)}.pages"
    path.write_bytes(pack_answer(pages))
    return path


def kept_pages(path: Path) -> PagesRead:
    """Return the pages that `keep_pages` wrote.

    Raises:
        ValueError: the file holds anything else.
    """
    pages, _ = unpack_answer(path.read_bytes())
    if not isinstance(pages, PagesRead):
        raise ValueError("no pages were kept")
    return pages


def died(exit_code: int | None) -> Reading:
    """Return the reading of a file whose worker is gone."""
    try:
        cause = signal.Signals(-(exit_code or 0)).name
    except ValueError:
        cause = f"exit code {exit_code}"
    detail = f"The reader crashed on this file ({cause}); the file may be damaged, or made to do harm."
    return failed("worker_died", detail)


def timed_out(limits: WorkerLimits) -> Reading:
    detail = f"The file was not read within {limits.timeout_s:g} seconds; raise the time limit and retry."
    return failed("worker_timeout", detail)


def unusable(limits: WorkerLimits) -> Reading:
    detail = f"The reader gave no usable answer within {limits.reading_mb} MiB; split the file and ingest that."
    return failed("answer_unusable", detail)


def failed(code: str, detail: str, state: State = State.UNREADABLE) -> Reading:
    return Reading(state, problems=(Problem(code, detail),))


class _AnswerUnpickler(pickle.Unpickler):
    """Makes the values of readings and nothing else."""

    def find_class(self, module_name: str, global_name: str) -> Any:
        if (module_name, global_name) not in _SENT_CLASSES:
            raise pickle.UnpicklingError(f"{module_name}.{global_name} is no part of a reading")
        return super().find_class(module_name, global_name)
