"""The engines that an archive's index may be kept by, chosen by the settings."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from app.config import IndexEngine, Settings
from app.errors import BadRequestError
from app.search.index import CheckedIndex
from app.search.opensearch_index import OpenSearchEngine
from app.search.sealed_index import SealingEngine
from app.search.tantivy_index import FILE_KINDS as TANTIVY_FILES
from app.search.tantivy_index import TantivyIndex
from app.search.whoosh_index import FILE_KINDS as WHOOSH_FILES
from app.search.whoosh_index import WhooshIndex


class Engine(Protocol):
    """Makes, opens and removes indexes, each of which has a folder of its own."""

    def create(self, folder: Path) -> CheckedIndex:
        """Make an empty index in a folder that exists and is empty.

        Raises:
            IndexUnreachableError: the server that keeps the indexes does not answer.
        """
        ...

    def open(self, folder: Path) -> CheckedIndex:
        """Open the index that `create` made.

        Raises:
            IndexUnreachableError: the server that keeps the indexes does not answer.
            IndexUnavailableError: there is none, or it is damaged or of another version.
        """
        ...

    def publish(self, folder: Path) -> None:
        """Tell the world, where the engine has one, that the index in a folder is the live one."""
        ...

    def remove(self, folder: Path) -> None:
        """Remove a folder and the index that it stands for; without harm where they are gone.

        Raises:
            IndexUnreachableError: the server that keeps the indexes does not answer.
        """
        ...


@dataclass(frozen=True, slots=True)
class _FolderEngine:
    """An engine whose indexes are what lies in their folders."""

    sealing: SealingEngine

    def create(self, folder: Path) -> CheckedIndex:
        """Make an empty index in a folder."""
        return self.sealing.create(folder)

    def open(self, folder: Path) -> CheckedIndex:
        """Open the index in a folder."""
        return self.sealing.open(folder)

    def publish(self, folder: Path) -> None:
        """Do nothing: nobody else sees the folder."""

    def remove(self, folder: Path) -> None:
        """Remove a folder."""
        shutil.rmtree(folder, ignore_errors=True)


def make_engine(settings: Settings) -> Engine:
    """Return the engine that the settings ask for.

    Raises:
        BadRequestError: it lacks its address or its extra.
    """
    if settings.index is IndexEngine.TANTIVY:
        return _FolderEngine(SealingEngine(TantivyIndex.create, TantivyIndex.open, TANTIVY_FILES))
    if settings.index is IndexEngine.WHOOSH:
        return _FolderEngine(SealingEngine(WhooshIndex.create, WhooshIndex.open, WHOOSH_FILES))
    if settings.opensearch is None:
        raise BadRequestError("READINGROOM_INDEX=opensearch needs READINGROOM_OPENSEARCH, the address of the server.")
    return OpenSearchEngine(settings.opensearch.get_secret_value())
