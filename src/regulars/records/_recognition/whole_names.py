"""First name and last name in two columns are a name: a third column beside them, which the file does not have."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from regulars.records._cells.names import whole_names
from regulars.records._cells.text import as_text, tidy
from regulars.records._formats.tables import readable_again
from regulars.records._formats.texts import Piece
from regulars.records._recognition.headers import Layout
from regulars.records._words import plain, words

if TYPE_CHECKING:
    from regulars.records._opening import Content


@dataclass(frozen=True, slots=True, kw_only=True)
class WithWholeNames:
    """A content with one column more, at the end: the name that the columns at two places make."""

    origin: "Content"
    given: int
    family: int

    @property
    def place(self) -> int:
        """Where the name stands."""
        return len(self.origin.headers)

    @property
    def file(self) -> str:
        """The name people know it by."""
        return self.origin.file

    @property
    def headers(self) -> tuple[str, ...]:
        """What its columns are called; the name, as both its halves."""
        halves = (self.origin.headers[place].strip() for place in (self.given, self.family))
        return (*self.origin.headers, ", ".join(halves))

    @property
    def total(self) -> int:
        """How much there is of it."""
        return self.origin.total

    def pieces(self, places: Sequence[int]) -> Iterator[Piece]:
        """Yield the rows, only the columns at these places."""
        if self.place not in places:
            yield from self.origin.pieces(places)
            return
        halves = {self.given, self.family}
        for piece in self.origin.pieces(sorted({*places, *halves} - {self.place})):
            given, family = (
                tidy(as_text(piece.columns[place]), silence="text").values for place in (self.given, self.family)
            )
            own = {place: column for place, column in piece.columns.items() if place in places}
            yield replace(piece, columns={**own, self.place: whole_names(given, family)})


def with_whole_names(content: "Content") -> "Content":
    """Return a content with a column of names, if its headers have both halves of one, and no whole one."""
    bare = [plain(header) for header in content.headers]
    given = [place for place, header in enumerate(bare) if header in words().given]
    family = [place for place, header in enumerate(bare) if header in words().family]
    has_name = any(words().own["profiles"].get(header) == "name" for header in bare)
    if has_name or len(given) != 1 or len(family) != 1:
        return content
    return WithWholeNames(origin=readable_again(content), given=given[0], family=family[0])


def told_by_halves(content: "Content", layout: Layout) -> Layout:
    """Return the layout with what is told of the name: not its halves, if it is read; else not the column itself."""
    if not isinstance(content, WithWholeNames):
        return layout
    is_read = content.place in layout.sources().values()
    told = {content.given, content.family} if is_read else {content.place}
    return replace(layout, used_elsewhere=layout.used_elsewhere | told)
