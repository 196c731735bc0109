"""Which words of a page a query marks, and where they stand."""

from app.archive import Archive
from app.database.models import Page
from app.database.word_boxes import WordBox, unpack_boxes


def marked_boxes(archive: Archive, page: Page, q: str) -> list[WordBox]:
    """Return the boxes of the page's words that the query marks; words next to each other share one."""
    if not q.strip():
        return []
    boxes = unpack_boxes(page.word_boxes)
    marked = [index for index in archive.search.marked_words(q, page.text) if index < len(boxes)]
    joined: list[WordBox] = []
    previous = -2
    for index in sorted(marked):
        box = boxes[index]
        if index == previous + 1 and _on_one_line(joined[-1], box):
            joined[-1] = _around(joined[-1], box)
        else:
            joined.append(box)
        previous = index
    return joined


def _on_one_line(left: WordBox, right: WordBox) -> bool:
    overlap = min(left.bottom, right.bottom) - max(left.top, right.top)
    return right.x0 >= left.x0 and overlap > 0.5 * (right.bottom - right.top)


def _around(left: WordBox, right: WordBox) -> WordBox:
    return WordBox(
        min(left.x0, right.x0),
        min(left.top, right.top),
        max(left.x1, right.x1),
        max(left.bottom, right.bottom),
    )
