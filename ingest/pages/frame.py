"""Where things of a PDF stand on the page as it is shown."""

import pypdfium2

from ingest.records import Box


class Frame:
    """Turns PDF coordinates into points from the top left corner of the page as it is shown."""

    def __init__(self, page: pypdfium2.PdfPage) -> None:
        self.width, self.height = page.get_size()
        self.rotation = page.get_rotation()
        left, bottom, right, top = page.get_cropbox()
        self.left, self.bottom, self.right, self.top = left, bottom, right, top

    def box(self, left: float, top: float, right: float, bottom: float) -> Box:
        """Return the box of a rectangle in PDF coordinates, of which the top is the greater height."""
        x0, x1 = left - self.left, right - self.left
        low, high = bottom - self.bottom, top - self.bottom
        if self.rotation == 0:
            return Box(x0, self.height - high, x1, self.height - low)
        if self.rotation == 90:
            return Box(low, x0, high, x1)
        if self.rotation == 180:
            return Box(self.width - x1, low, self.width - x0, high)
        return Box(self.width - high, self.height - x1, self.width - low, self.height - x0)
