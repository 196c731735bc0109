"""Tell errors to the person at the terminal, with the exit code of their kind."""

import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar

import click

from app.errors import ArchiveError

_Given = ParamSpec("_Given")
_Result = TypeVar("_Result")


class _Failure(click.ClickException):
    """An archive error as click shows it."""

    def __init__(self, error: ArchiveError) -> None:
        super().__init__(str(error))
        self.exit_code = error.exit_code


def report_errors(command: Callable[_Given, _Result]) -> Callable[_Given, _Result]:
    """Let a command's `ArchiveError` become a message on stderr and an exit code."""

    @functools.wraps(command)
    def reporting(*args: _Given.args, **kwargs: _Given.kwargs) -> _Result:
        try:
            return command(*args, **kwargs)
        except ArchiveError as error:
            raise _Failure(error) from error

    return reporting
