"""The program as a command of its own."""

import sys

PROGRAM = (sys.executable, "-c", "from ingest.cli import main; main()")
