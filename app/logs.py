"""One logging set-up for the program and the service."""

import logging


def set_up_logging(level: str) -> None:
    """Send log lines of `level` and above to stderr, one line an event."""
    logging.basicConfig(level=level.upper(), format="%(asctime)s %(levelname)s %(name)s %(message)s", force=True)
    logging.getLogger("pdfminer").setLevel(logging.ERROR)  # it warns on every odd font
