"""The search engines, each made and opened in the same way for the tests that all of them must pass."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from app.search.index import SearchIndex
from app.search.tantivy_index import TantivyIndex
from app.search.whoosh_index import WhooshIndex


@dataclass(frozen=True)
class Engine:
    """How an index of one engine is made in a folder that exists and is empty, and opened again."""

    name: str
    create: Callable[[Path], SearchIndex]
    open: Callable[[Path], SearchIndex]


ENGINES = {
    engine.name: engine
    for engine in (
        Engine("tantivy", TantivyIndex.create, TantivyIndex.open),
        Engine("whoosh", WhooshIndex.create, WhooshIndex.open),
    )
}
