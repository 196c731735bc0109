"""Find what reads a PDF that is damaged: PDFium, pdfminer, PDFium with a repaired copy, or poppler."""

from ingest.ladder.steps import Footing, Reader, find_footing

__all__ = ["Footing", "Reader", "find_footing"]
