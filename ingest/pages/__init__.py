"""Read a PDF's pages: words with their boxes by PDFium, lines rebuilt from the boxes."""

from ingest.pages.lines import build_lines
from ingest.pages.looking import PageLook, open_pdf, read_page

__all__ = ["PageLook", "build_lines", "open_pdf", "read_page"]
