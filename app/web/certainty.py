"""How sure a record is, in words that a reader understands."""

_STEPS = ((0.98, "certain"), (0.9, "very likely"), (0.7, "likely"), (0.5, "unsure"))
_GUESS = "a guess"
_METHODS = {
    "label": "read behind its label",
    "glued": "cut out of a line on which labels ran together",
    "detached": "found apart from its label, by what it looks like",
    "heading": "read in the heading of a web print",
    "attribution": "read in a line like “On … Jane Roe wrote:”",
    "ocr": "read again from the picture of the page",
    "box": "blacked out: a box or a margin’s code stands there",
    "native": "taken from the mail file’s own header",
    "person": "set by a person",
}
_FIELDS = {
    "from": "sender",
    "on_behalf_of": "one on whose behalf it was sent",
    "to": "recipients",
    "cc": "copied recipients",
    "bcc": "hidden recipients",
    "date": "date",
    "subject": "subject",
    "attachments": "attachments",
    "importance": "importance",
}
_DOUBTS = {
    "boundary": "where it begins",
    "correction_lost": "a correction that does not fit any more",
    "weekday": "the weekday",
    "no_date": "no date",
    "no_sender": "no sender",
}


def confidence_words(confidence: float) -> str:
    """Return a confidence from 0 to 1 as words: "certain", "likely", "a guess"."""
    return next((words for least, words in _STEPS if confidence >= least), _GUESS)


def method_words(method: str) -> str:
    """Return how a value was found: "read behind its label"."""
    return _METHODS.get(method, method.replace("_", " "))


def field_words(field: str) -> str:
    """Return what a header field is to a reader: "sender" for "from"."""
    return _FIELDS.get(field, field.replace("_", " "))


def doubt_words(code: str) -> str:
    """Return the short name of a kind of doubt: "where it begins"."""
    return _DOUBTS.get(code, code.replace("_", " "))
