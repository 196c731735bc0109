"""What a reader sees: the one crossing from rows and results to JSON and pages."""

from app.web.schemas.details import ArchiveHome, ArchiveStatus, MessageDetail
from app.web.schemas.documents import DocumentDetail, PageDetail
from app.web.schemas.search import SearchPage, search_page

__all__ = [
    "ArchiveHome",
    "ArchiveStatus",
    "DocumentDetail",
    "MessageDetail",
    "PageDetail",
    "SearchPage",
    "search_page",
]
