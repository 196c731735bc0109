"""The indexes of an archive on an OpenSearch server; a small file in each folder names its index there."""

import json
import logging
import re
import shutil
import uuid
from dataclasses import dataclass, field
from pathlib import Path

from app.errors import IndexUnavailableError
from app.search.opensearch_index.index import OpenSearchIndex
from app.search.opensearch_index.mapping import PREFIX, make_template
from app.search.opensearch_index.server import Server

log = logging.getLogger(__name__)

_FILE = "opensearch.json"


@dataclass(frozen=True, slots=True)
class OpenSearchEngine:
    """Makes, opens and removes the indexes on one server.

    Each method raises IndexUnreachableError where the server does not answer.
    """

    address: str = field(repr=False)  # "https://user:password@host:9200"; several, parted by blanks, of one cluster

    def create(self, folder: Path) -> OpenSearchIndex:
        """Make an empty index named after a folder that exists and is empty, and say in the folder which."""
        name = f"{PREFIX}-{re.sub('[^a-z0-9]+', '-', folder.name.lower())}-{uuid.uuid4().hex[:12]}"
        server = Server(self.address)
        try:
            server.ask("PUT", f"/_index_template/{PREFIX}", make_template())
            (folder / _FILE).write_text(json.dumps({"index": name}))
            return OpenSearchIndex.create(server, name)
        except BaseException:
            server.close()
            raise

    def open(self, folder: Path) -> OpenSearchIndex:
        """Open the index that `create` made.

        Raises:
            IndexUnavailableError: the folder names none, or the server does not have it.
        """
        name = _read_name(folder)
        server = Server(self.address)
        try:
            return OpenSearchIndex.open(server, name)
        except BaseException:
            server.close()
            raise

    def publish(self, folder: Path) -> None:
        """Let the alias that others may search by name the index of a folder, and none of its neighbours' any more."""
        name = _read_name(folder)
        neighbours = {_find_name(file.parent) for file in folder.parent.glob(f"*/{_FILE}")}
        server = Server(self.address)
        try:
            live = server.ask("GET", f"/{PREFIX}-*/_alias")
            old = [each for each in live if each in neighbours - {name} and PREFIX in live[each]["aliases"]]
            moves = [{"remove": {"index": each, "alias": PREFIX}} for each in old]
            server.ask("POST", "/_aliases", {"actions": [*moves, {"add": {"index": name, "alias": PREFIX}}]})
        finally:
            server.close()

    def remove(self, folder: Path) -> None:
        """Delete a folder and its index; without harm where either is gone."""
        name = _find_name(folder)
        if name:
            server = Server(self.address)
            try:
                server.ask("DELETE", f"/{name}", ignore_unavailable="true")
            finally:
                server.close()
        else:
            log.warning("index not removed, its folder does not name it folder=%s", folder.name)
        shutil.rmtree(folder, ignore_errors=True)


def _find_name(folder: Path) -> str | None:
    """Return the name of the index of a folder; None: it does not say."""
    try:
        return _read_name(folder)
    except IndexUnavailableError:
        return None


def _read_name(folder: Path) -> str:
    try:
        name = json.loads((folder / _FILE).read_text())["index"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise IndexUnavailableError(
            "The index's folder does not say which it is; `readingroom reindex` makes it anew."
        ) from error
    if not isinstance(name, str) or not re.fullmatch(r"readingroom-v\d+-[a-z0-9-]+", name):
        raise IndexUnavailableError("The index's folder names none of ours; `readingroom reindex` makes it anew.")
    return name
