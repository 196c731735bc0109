"""The index kept by an OpenSearch server that somebody runs."""

from app.search.opensearch_index.engine import OpenSearchEngine
from app.search.opensearch_index.index import OpenSearchIndex

__all__ = ["OpenSearchEngine", "OpenSearchIndex"]
