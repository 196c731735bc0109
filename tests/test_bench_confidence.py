from tests.benchmarks.bench_confidence import calibration, queue_share

_FIELD = {"field": "subject", "method": "ocr", "confidence": 0.95}
_MESSAGE = {
    "level": "printed", "first_page": 3, "document": {"name": "a.pdf"}, "subject": "Water", "sender": None,
    "date": {"read": None}, "doubts": [["x", "y"]], "header_fields": [_FIELD],
}  # fmt: skip


def test_a_right_reading_counts_in_its_band_and_method() -> None:
    true = {"file": "pdf/a.pdf", "page_start": 3, "subject": "water"}
    assert calibration([_MESSAGE], [true]) == {("ocr", 0.9): (1, 1)}
    assert calibration([_MESSAGE], [{**true, "subject": "fire"}]) == {("ocr", 0.9): (0, 1)}


def test_the_queue_is_a_share_of_all() -> None:
    assert queue_share([_MESSAGE, {**_MESSAGE, "doubts": []}]) == 0.5
