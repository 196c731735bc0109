"""One logging set-up for the program and the service."""

import logging
import sys
from typing import TextIO

from app.terminal import without_controls


class _PlainFormatter(logging.Formatter):
    """Keeps names of files from commanding the terminal that shows the log."""

    def format(self, record: logging.LogRecord) -> str:
        return without_controls(super().format(record))


class _StderrHandler(logging.StreamHandler[TextIO]):
    """Says nothing of a line that its disk, or who reads it, does not take: the work goes on."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the name is logging's
        if not isinstance(sys.exc_info()[1], OSError):
            super().handleError(record)


def set_up_logging(level: str) -> None:
    """Send log lines of `level` and above to stderr, one line an event."""
    stderr = _StderrHandler()
    stderr.setFormatter(_PlainFormatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=level.upper(), handlers=[stderr], force=True)
    logging.getLogger("pdfminer").setLevel(logging.ERROR)  # it warns on every odd font
