"""Reads a page the way a check needs it: what is visible, which elements there are, what they refer to."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

_NO_TEXT = {"script", "style"}
_VOID = {"meta", "link", "br", "img"}


@dataclass
class Element:
    """One element: its name, its attributes, the names of those around it, and the text inside it."""

    name: str
    attributes: dict[str, str]
    around: tuple[str, ...]
    text: str = ""


@dataclass
class Page(HTMLParser):
    """Every element of a page, in order."""

    elements: list[Element] = field(default_factory=list)
    _open: list[Element] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        around = tuple(element.name for element in self._open)
        element = Element(name=tag, attributes={name: value or "" for name, value in attrs}, around=around)
        self.elements.append(element)
        if tag not in _VOID:
            self._open.append(element)

    def handle_endtag(self, tag: str) -> None:
        assert self._open[-1].name == tag, f"</{tag}> closes <{self._open[-1].name}>"
        self._open.pop()

    def handle_data(self, data: str) -> None:
        for element in self._open:
            element.text += data

    def all(self, name: str) -> list[Element]:
        return [element for element in self.elements if element.name == name]

    def visible(self) -> str:
        """Return the text a reader sees or hears."""
        shown = [element for element in self.elements if not element.around or element.around[-1] != "head"]
        body = next(element for element in shown if element.name == "body").text
        for hidden in (element.text for element in self.elements if element.name in _NO_TEXT):
            body = body.replace(hidden, "")
        labels = " ".join(element.attributes.get("aria-label", "") for element in shown)
        return f"{body} {labels}"


def read_page(path: Path) -> Page:
    """Return the page of a file; unbalanced tags are an error."""
    page = Page()
    page.feed(path.read_text(encoding="utf-8"))
    page.close()
    return page
