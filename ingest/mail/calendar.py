"""Words of a meeting request (RFC 5545) that comes without a text of its own."""

import re

_SHOWN = {"SUMMARY": "Summary", "DTSTART": "Start", "DTEND": "End", "LOCATION": "Location"}
_FOLD = re.compile(r"\n[ \t]")  # 3.1
_ESCAPE = re.compile(r"\\([\\;,nN])")  # 3.3.11
_EVENT = re.compile(r"^BEGIN:VEVENT[ \t]*\n(.*?)^(?:END:VEVENT|BEGIN:)", re.M | re.S | re.I)


def calendar_to_text(text: str) -> str:
    """Return what the first meeting is about, its time as written, its place and description; "" for none."""
    event = _EVENT.search(_FOLD.sub("", text))
    if event is None:
        return ""
    values: dict[str, str] = {}
    for line in event[1].split("\n"):
        name, mark, value = line.partition(":")
        values.setdefault(name.partition(";")[0].strip().upper(), value if mark else "")
    shown = [f"{label}: {_unescape(values[name])}" for name, label in _SHOWN.items() if values.get(name)]
    return "\n".join([*shown, "", _unescape(values.get("DESCRIPTION", ""))]).strip()


def _unescape(value: str) -> str:
    return _ESCAPE.sub(lambda match: "\n" if match[1] in "nN" else match[1], value).strip()
