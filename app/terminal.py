"""Text for a terminal: what was released is shown there, and commands nothing."""

import re

# C0 but tab and line ends, DEL, and C1: a terminal takes them for commands, from wiping the screen to its title.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]|\r(?!\n)")


def without_controls(text: str) -> str:
    """Return the text with each control character written out, "\\u001b"; JSON stays the same JSON."""
    return _CONTROL.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
