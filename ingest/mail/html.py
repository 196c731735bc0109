"""Turn the HTML of mails into lines of text; nothing remote is ever loaded."""

import re
from html import unescape

from selectolax.lexbor import LexborHTMLParser, LexborNode

_DROPPED = frozenset({"script", "style", "head", "title", "template", "noscript", "object", "svg", "-comment"})
_PARAGRAPHS = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "table", "blockquote", "pre"})
_BLOCKS = _PARAGRAPHS | {
    *{"address", "article", "aside", "body", "center", "dd", "div", "dl", "dt", "fieldset", "figure", "footer"},
    *{"form", "header", "hr", "li", "main", "nav", "section", "tbody", "tfoot", "thead", "tr"},
}
_BLANKS = re.compile(r"[ \t\r\n\f\u00a0]+")
# The parser's time grows with the square of the depth: 0.03 s at 5,000, 2 s at 40,000.
_MOST_DEPTH = 5000
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]{0,20})")
_NEVER_DEEP = frozenset(
    {"br", "hr", "img", "input", "meta", "link", "col", "wbr", "p", "li", "td", "th", "tr", "dd", "dt", "option"}
)


def html_to_text(html: str) -> str:
    """Return the words of a page, a line for each of its blocks; of links and images only the text."""
    if _depth(html) > _MOST_DEPTH:
        pieces = (unescape(piece).strip() for piece in re.split(r"<[^<>]*>", html))
        return "\n".join(piece for piece in pieces if piece)
    tree = LexborHTMLParser(html)
    root = tree.body or tree.root
    writer = _Writer()
    if root is not None:
        _walk(root, writer)
    return writer.text


def _depth(html: str) -> int:
    """Return about how deep the page nests, without building it."""
    depth = deepest = 0
    for match in _TAG.finditer(html):
        if match[2].lower() not in _NEVER_DEEP:
            depth = max(0, depth - 1) if match[1] else depth + 1
            deepest = max(deepest, depth)
    return deepest


class _Writer:
    """Collects words and knows where a line must end."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._blank_due = False
        self.newlines = 2  # at the end of what was written; no text begins with empty lines

    @property
    def text(self) -> str:
        """All that was written."""
        lines = "".join(self._parts).split("\n")
        return "\n".join(line.rstrip(" ") for line in lines).strip("\n")

    def write(self, text: str) -> None:
        """Write words of running text, their blanks folded."""
        folded = _BLANKS.sub(" ", text)
        words = folded.strip(" ")
        if folded[:1] == " ":
            self._blank_due = True
        if not words:
            return
        if self._blank_due and self.newlines == 0:
            self._parts.append(" ")
        self._parts.append(words)
        self.newlines = 0
        self._blank_due = folded[-1] == " "

    def write_raw(self, text: str) -> None:
        """Write text as it stands, lines and all."""
        self._parts.append(text)
        self.newlines = 1 if text.endswith("\n") else 0

    def end_line(self, newlines: int) -> None:
        """End the line; with 2 leave an empty one, never more."""
        if newlines > self.newlines:
            self._parts.append("\n" * (newlines - self.newlines))
            self.newlines = newlines
        self._blank_due = False

    def break_line(self) -> None:
        """End the line even if it is empty."""
        self._parts.append("\n")
        self.newlines += 1
        self._blank_due = False


def _walk(root: LexborNode, writer: _Writer) -> None:
    """Visit all nodes in order; without recursion, as mails nest a hundred thousand deep."""
    path: list[LexborNode] = []
    node: LexborNode | None = root
    preformatted = 0
    while node is not None:
        tag = node.tag or ""
        if tag == "-text":
            _write_text(node, writer, preformatted=preformatted > 0)
        elif tag not in _DROPPED:
            _enter(tag, writer)
            preformatted += tag == "pre"
            if node.child is not None:
                path.append(node)
                node = node.child
                continue
            preformatted -= tag == "pre"
            _leave(tag, writer)
        while node is not None and (node.next is None or not path):
            node = path.pop() if path else None
            if node is not None:
                preformatted -= node.tag == "pre"
                _leave(node.tag or "", writer)
        node = node.next if node is not None else None


def _write_text(node: LexborNode, writer: _Writer, *, preformatted: bool) -> None:
    text = node.text_content or ""
    if preformatted:
        writer.write_raw(text)
    else:
        writer.write(text)


def _enter(tag: str, writer: _Writer) -> None:
    if tag == "br":
        writer.break_line()
    elif tag in {"td", "th"}:
        writer.write(" ")
    elif tag in _BLOCKS:
        writer.end_line(2 if tag in _PARAGRAPHS else 1)


def _leave(tag: str, writer: _Writer) -> None:
    if tag in _BLOCKS:
        writer.end_line(2 if tag in _PARAGRAPHS else 1)
