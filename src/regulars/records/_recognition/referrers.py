"""Who brought whom is often said of a person: a column "referred by" beside the name. Such profiles tell referrals too.

Only a referrer who stands in the same file is taken: in such a column people write names as well, and a name must not
pass for a customer id.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from regulars.records._cells.cells import mask_of
from regulars.records._cells.text import as_text
from regulars.records._formats.tables import readable_again
from regulars.records._formats.texts import Piece
from regulars.records._kinds import KINDS
from regulars.records._recognition.headers import Layout
from regulars.records._words import plain, words

if TYPE_CHECKING:
    from regulars.records._opening import Content

_SAME_FORM = frozenset({"customer_id", "email"})
"""Keys of people that are brought to one form wherever they stand: a referrer can be known again by them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Referrals:
    """The rows of a file of profiles that name a referrer, as a table of referrals."""

    origin: "Content"
    layout: Layout

    @property
    def file(self) -> str:
        """The file's name, and what this table of it tells."""
        return f"{self.origin.file}/referrals"

    @property
    def headers(self) -> tuple[str, ...]:
        """What its columns are called in the file."""
        return self.origin.headers

    @property
    def total(self) -> int:
        """How much there is of the file."""
        return self.origin.total

    def pieces(self, places: Sequence[int]) -> Iterator[Piece]:
        """Yield the rows that name somebody of the file, only the columns at these places; count the others."""
        known = self._everybody()
        for piece in self.origin.pieces(places):
            referrer = _trimmed(piece.columns[self.layout.places["referrer_id"]])
            says = mask_of(pc.not_equal(referrer, ""))
            is_known = says & mask_of(pc.is_in(referrer, value_set=known))
            strangers = int(np.count_nonzero(says & ~is_known))
            yield Piece(
                columns={place: column.filter(pa.array(is_known)) for place, column in piece.columns.items()},
                lines=piece.lines[is_known],
                done=piece.done,
                left_out={"referrer_unknown": strangers} if strangers else {},
            )

    def _everybody(self) -> pa.Array:
        """Return the keys of all people of the file."""
        place = self.layout.places["referred_id"]
        found = [pc.unique(_trimmed(piece.columns[place])) for piece in self.origin.pieces([place])]
        return pc.unique(pa.chunked_array(found, pa.string()))


def _trimmed(column: pa.Array) -> pa.Array:
    return pc.fill_null(pc.utf8_trim_whitespace(as_text(column)), "")


def with_referrers(content: "Content", layout: Layout) -> tuple[Layout, Referrals | None]:
    """Return the layout of profiles without the column of referrers, and the referrals that this column tells."""
    place = _place_of_referrers(content.headers, layout)
    if place is None:
        return layout, None
    places = {"referrer_id": place, "referred_id": layout.places[layout.key_role]}
    if "acquired_at" in layout.places:
        places["referred_at"] = layout.places["acquired_at"]
    others = frozenset(range(len(content.headers))) - set(places.values())
    of_referrals = replace(layout, kind=KINDS["referrals"], places=places, used_elsewhere=others)
    told = Referrals(origin=readable_again(content), layout=of_referrals)
    return replace(layout, used_elsewhere=layout.used_elsewhere | {place}), told


def _place_of_referrers(headers: Sequence[str], layout: Layout) -> int | None:
    """Return the one column that names referrers, if these are profiles whose people can be known again."""
    if layout.kind.name != "profiles" or layout.key_role not in _SAME_FORM:
        return None
    known = {header for header, name in words().own["referrals"].items() if name == "referrer_id"}
    taken = set(layout.places.values())
    found = [place for place, header in enumerate(headers) if place not in taken and plain(header) in known]
    return found[0] if len(found) == 1 else None
