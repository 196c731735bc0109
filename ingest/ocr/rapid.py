"""The engine rapidocr: PP-OCR's models on onnxruntime; slower than tesseract, better with faxes."""

from importlib.metadata import version
from typing import Any

import numpy
from PIL import Image
from rapidocr import RapidOCR

from ingest.ocr.engine import Layout, SeenWord
from ingest.records import Box

_QUIET = {
    "Global.log_level": "critical",
    "EngineConfig.onnxruntime.intra_op_num_threads": 1,  # workers are many
    "EngineConfig.onnxruntime.inter_op_num_threads": 1,
}


class RapidEngine:
    """PP-OCR with the models that its wheel brings."""

    def __init__(self) -> None:
        self._reader = RapidOCR(params=_QUIET)
        self.name = f"rapidocr {version('rapidocr')}"

    def read(self, picture: Image.Image, layout: Layout, *, dpi: int) -> list[SeenWord]:  # noqa: ARG002
        """Return the words of a grey picture; `dpi` says nothing to this engine."""
        seen: Any = self._reader(
            numpy.asarray(picture.convert("RGB")), use_det=layout is not Layout.LINE, use_cls=False, use_rec=True
        )
        if seen.txts is None:
            return []
        if seen.boxes is None:
            boxes = [Box(0, 0, picture.width, picture.height)] * len(seen.txts)
        else:
            boxes = [_around(corners) for corners in seen.boxes]
        lines = zip(seen.txts, boxes, seen.scores, strict=True)
        return [word for text, box, score in lines for word in _part(str(text), box, float(score))]


def _around(corners: Any) -> Box:
    xs, ys = [float(x) for x, _ in corners], [float(y) for _, y in corners]
    return Box(min(xs), min(ys), max(xs), max(ys))


def _part(text: str, box: Box, score: float) -> list[SeenWord]:
    """Part a line into words; the engine boxes lines only, so a word's box is its share of the letters."""
    width = (box.x1 - box.x0) / max(len(text), 1)
    words, at = [], 0
    for part in text.split():
        at = text.index(part, at)
        x0 = box.x0 + at * width
        words.append(SeenWord(part, Box(x0, box.top, x0 + len(part) * width, box.bottom), score))
        at += len(part)
    return words
