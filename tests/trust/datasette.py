"""Datasette over the same rows: emails with full-text search, served as its program serves them."""

import contextlib
import random
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import quote

_FILE = "datasette.db"
_FILL = """
CREATE TABLE emails (id INTEGER PRIMARY KEY, subject TEXT, sent_at TEXT, sender TEXT, text TEXT, quoted_text TEXT);
INSERT INTO emails SELECT messages.id, subject, sent_at, (SELECT printed FROM archive.participants
  WHERE message_id = messages.id AND role = 'sender' LIMIT 1), text, quoted_text FROM archive.messages
  WHERE level = 'printed';
CREATE VIRTUAL TABLE emails_fts USING fts5(subject, sender, text, quoted_text, content='emails', content_rowid='id',
  tokenize='porter unicode61');
INSERT INTO emails_fts(emails_fts) VALUES ('rebuild');
"""
_START_S = 60


@contextlib.contextmanager
def serve_datasette(home: Path, searches: Sequence[str]) -> Iterator[tuple[int, dict[str, list[str]]]]:
    """Serve the emails of an archive while the context is open; give the port, and what to ask for by kind.

    `searches` are queries that both programs read alike.
    """
    file = home / _FILE
    if not file.is_file():
        _fill(home, file)
    with contextlib.closing(sqlite3.connect(file)) as database:
        ids = [row[0] for row in database.execute("SELECT id FROM emails ORDER BY random() LIMIT 2000")]
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "datasette", "serve", str(file), "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as running:
        try:
            _wait_until_up(port)
            yield port, _paths(ids, searches)
        finally:
            running.kill()  # it would first end all that was asked of it in vain


def _fill(home: Path, file: Path) -> None:
    partial = file.with_suffix(".new")
    partial.unlink(missing_ok=True)
    with contextlib.closing(sqlite3.connect(partial)) as database:
        database.execute("ATTACH ? AS archive", (str(home / "archive.sqlite3"),))
        database.executescript(_FILL)
        database.commit()
    partial.replace(file)


def _paths(ids: list[int], searches: Sequence[str]) -> dict[str, list[str]]:
    random.Random(1).shuffle(ids)
    rows = [f"/datasette/emails/{number}" for number in ids]
    queries = [quote(query) for query in searches]
    hostile = [quote(query) for query in ("a* OR e* OR i* OR o*", "t* AND s* AND n*", '"the of" OR "of the"')]
    return {
        "document": [*rows, *(f"{path}.json" for path in rows)],
        "search": [
            *(f"/datasette/emails?_search={query}&_size=20" for query in queries),
            *(f"/datasette/emails.json?_search={query}&_size=20" for query in queries),
        ],
        "hostile": [f"/datasette/emails?_search={query}&_searchmode=raw" for query in hostile],
    }


def _wait_until_up(port: int) -> None:
    end = time.monotonic() + _START_S
    while time.monotonic() < end:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.1)
    raise RuntimeError("Datasette did not start")
