"""One logging set-up for the program and the service."""

import logging

from app.terminal import without_controls


class _PlainFormatter(logging.Formatter):
    """Keeps names of files from commanding the terminal that shows the log."""

    def format(self, record: logging.LogRecord) -> str:
        return without_controls(super().format(record))


def set_up_logging(level: str) -> None:
    """Send log lines of `level` and above to stderr, one line an event."""
    stderr = logging.StreamHandler()
    stderr.setFormatter(_PlainFormatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=level.upper(), handlers=[stderr], force=True)
    logging.getLogger("pdfminer").setLevel(logging.ERROR)  # it warns on every odd font
