"""Tell errors to the person at the terminal, with the exit code of their kind."""

import contextlib
import functools
import logging
import sys
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from app.cli.printing import say
from app.errors import ArchiveError
from app.store import OF_THE_DISK

log = logging.getLogger(__name__)

_Given = ParamSpec("_Given")
_Result = TypeVar("_Result")


def report_errors(command: Callable[_Given, _Result]) -> Callable[_Given, _Result]:
    """Let a command's `ArchiveError` become a message on stderr and an exit code."""

    @functools.wraps(command)
    def reporting(*args: _Given.args, **kwargs: _Given.kwargs) -> _Result:
        try:
            return command(*args, **kwargs)
        except ArchiveError as error:
            _tell(str(error))
            sys.exit(error.exit_code)
        except OSError as error:  # a home that cannot be written, a port that is taken
            log.debug("failed", exc_info=True)
            reason = error.strerror or str(error)
            if error.errno in OF_THE_DISK and error.filename is None:  # what fails of the archive's own says where
                _tell(
                    f"The output of this command cannot be written ({reason}); see to where it goes and run it again."
                )
            else:
                _tell(f"{reason}: {error.filename or ''}".rstrip(": "))
            sys.exit(1)

    return reporting


def _tell(what: str) -> None:
    """Print an error; where that cannot be written either, the exit code alone tells of it."""
    with contextlib.suppress(OSError):
        say(f"Error: {what}", err=True)
