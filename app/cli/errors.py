"""Tell errors to the person at the terminal, with the exit code of their kind."""

import functools
import logging
import sys
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from app.cli.printing import say
from app.errors import ArchiveError

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
            say(f"Error: {error}", err=True)
            sys.exit(error.exit_code)
        except OSError as error:  # a home that cannot be written, a port that is taken
            log.debug("failed", exc_info=True)
            say(f"Error: {error.strerror or error}: {error.filename or ''}".rstrip(": "), err=True)
            sys.exit(1)

    return reporting
