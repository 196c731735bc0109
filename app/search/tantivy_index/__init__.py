"""The index kept by tantivy, embedded and the default."""

from app.search.tantivy_index.files import FILE_KINDS
from app.search.tantivy_index.index import TantivyIndex

__all__ = ["FILE_KINDS", "TantivyIndex"]
