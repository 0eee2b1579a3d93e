"""What is asked before it is read: the kind and columns that a file probably has, shown with how sure each is."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pyarrow as pa

from regulars.core import RegularsError
from regulars.records._cells.masking import looks_like_value
from regulars.records._formats.tables import TableSource
from regulars.records._kinds import IDENTITIES
from regulars.records._recognition.guesses import Candidate, Claim, Confidence, Fit, Why, best_fit, orders_among
from regulars.records._recognition.headers import (
    ColumnAmbiguous,
    ColumnMissing,
    ColumnMissingEntirely,
    HeadersUnclear,
    KindAmbiguous,
    KindIncomplete,
    KindIncompleteEntirely,
    KindUnknown,
    Layout,
    recognise,
)
from regulars.records._recognition.looks import Look, look_of
from regulars.records._recognition.mappings import fingerprint
from regulars.records._results import Confirmed, Source
from regulars.records._words import known_headers, plain, words

if TYPE_CHECKING:
    from regulars.records._opening import Content

_UNCERTAIN: tuple[type[HeadersUnclear], ...] = (
    KindUnknown, KindIncomplete, KindIncompleteEntirely, KindAmbiguous,
    ColumnMissing, ColumnMissingEntirely, ColumnAmbiguous,
)  # fmt: skip
_LONGEST_SHOWN = 60
_MOST_HEADERS = 300
"""A file with more headers is no list that a person made: only its known ones are looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """One column of a proposal: canonical name, header, how sure and why, and a few values, masked."""

    column: str
    header: str
    confidence: Confidence
    why: Why
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What a table of records probably is. `headers_id` is its header line's fingerprint, whatever the order.

    Only a proposal that is certain is read without asking.
    """

    file: str
    headers_id: str
    kind: str
    kind_confidence: Confidence
    columns: tuple[Guess, ...]
    unused: tuple[str, ...]

    @property
    def is_certain(self) -> bool:
        """Whether kind and columns are known, and not guessed."""
        return self.kind_confidence == "high" and not self.doubtful

    @property
    def doubtful(self) -> tuple[Guess, ...]:
        """The columns that need a yes."""
        return tuple(guess for guess in self.columns if guess.confidence != "high")

    @property
    def mapping(self) -> dict[str, str]:
        """Canonical name → header."""
        return {guess.column: guess.header for guess in self.columns}

    def confirmed(self) -> dict[str, Confirmed]:
        """Return what `Source.confirmed` takes once somebody said yes."""
        return {self.headers_id: Confirmed(kind=self.kind, mapping=self.mapping, file=self.file)}


class MappingUnconfirmed(RegularsError):
    """A file whose columns can be guessed: what is guessed has to be confirmed. `proposal` says what it is.

    `instead` is the kind that its headers alone would fit.
    """

    code = "mapping_unconfirmed"
    template = (
        "{file}: its headers do not say for certain what it holds. It looks like {kind} with {columns}. If that is "
        "right, add --accept-mapping; else say it yourself: {options}. With --dry-run you see it before you read it."
    )
    texts = frozenset({"kind"})

    def __init__(self, proposal: Proposal, *, instead: str = "") -> None:
        self.proposal = proposal
        shown = proposal.doubtful or proposal.columns
        super().__init__(
            file=proposal.file,
            kind=proposal.kind,
            columns=", ".join(f"{guess.column} = '{_brief(guess.header)}'" for guess in shown),
            options=" ".join([f"--as {proposal.kind}", *(f"--map {_pair(guess)}" for guess in shown)])
            + (f" | --as {instead}" if instead else ""),
        )


def layout_of(content: "Content", source: Source) -> Layout:
    """Return the kind and columns of a table: as confirmed before, as its headers say, else by nobody's guess.

    Raises:
        MappingUnconfirmed: the headers are not enough, or tell of people only where the rows tell of sales.
        RegularsError: as `recognise` says, where there is not.
    """
    kept = confirmed_for(content.headers, source)
    if kept is not None:
        mapping = {**kept.mapping, **source.mapping}
        layout = recognise(content.headers, file=content.file, kind=kept.kind, mapping=mapping, is_whole=True)
        # What has no day was said yes to just now, and what is said now goes before what was said then.
        is_said_now = kept.day is None or mapping != kept.mapping
        return replace(layout, told_by="person" if is_said_now else "confirmed")
    try:
        layout = recognise(content.headers, file=content.file, kind=source.kind, mapping=source.mapping)
    except _UNCERTAIN as error:
        proposal = _guessed(content, source)
        if proposal is None:
            if not any(looks_like_value(header) for header in content.headers):
                error.headers, error.headers_id = content.headers, fingerprint(content.headers)
            raise
        raise MappingUnconfirmed(proposal) from error
    sales = _sales_among(content, layout)
    if sales is not None and source.kind is None and not source.mapping:
        raise MappingUnconfirmed(sales, instead=layout.kind.name)
    is_plain = sales is None and _speaks_for_itself(layout, content.file)
    return layout if is_plain else replace(layout, told_by="person")


def confirmed_for(headers: Sequence[str], source: Source) -> Confirmed | None:
    """Return what somebody said yes to for a file with these headers, unless another kind is asked for now."""
    kept = source.confirmed.get(fingerprint(headers))
    return kept if kept is not None and source.kind in {None, kept.kind} else None


def certain(content: "Content", layout: Layout) -> Proposal:
    """Return the proposal of a table whose columns are known."""
    places = layout.sources()
    looks = _looks(content, sorted(set(places.values())))
    return Proposal(
        file=content.file,
        headers_id=fingerprint(content.headers),
        kind=layout.kind.name,
        kind_confidence="high",
        columns=tuple(
            Guess(
                column=layout.key_role if name == "customer_id" else name,
                header=content.headers[place],
                confidence="high",
                why="known_header" if layout.told_by == "headers" else "said",
                examples=looks[place].examples,
            )
            for name, place in places.items()
            if name != "customer_id" or layout.key_role not in places or layout.key_role == name
        ),
        unused=layout.unused(),
    )


def _sales_among(content: "Content", layout: Layout) -> Proposal | None:
    """Return the orders that a list of people rather is: as people, days and amounts of its rows would be lost."""
    if layout.kind.name != "profiles":
        return None
    people = {layout.places[name] for name in IDENTITIES if name in layout.places}
    of_sales, general = words().own["orders"], words().general["profiles"]
    places = [
        place
        for place in _distinct_places(layout.headers)
        if place not in people
        and (header := plain(layout.headers[place]))
        and (header in of_sales or header in general or header not in known_headers())
        and not any(part in header for part in words().of_people)
    ]
    if len(places) < 2:
        return None
    fit = orders_among(_candidates(content, sorted({*people, *places})))
    return None if fit is None else _proposal(content, fit, is_stated=False)


def _guessed(content: "Content", source: Source) -> Proposal | None:
    """Return the best guess that can be read as it stands; None where there is none."""
    candidates = _candidates(content, _distinct_places(content.headers))
    fit = best_fit(candidates, kind=source.kind, mapping=source.mapping)
    return None if fit is None else _proposal(content, fit, is_stated=source.kind is not None)


def _distinct_places(headers: Sequence[str]) -> list[int]:
    """Return the columns that their header tells from all others: of two alike neither, and none that is a value."""
    times = Counter(header.strip() for header in headers)
    places = [
        place
        for place, header in enumerate(headers)
        if times[header.strip()] == 1 and header.strip() and not looks_like_value(header)
    ]
    if len(places) > _MOST_HEADERS:
        places = [place for place in places if plain(headers[place]) in known_headers()]
    return places


def _candidates(content: "Content", places: Sequence[int]) -> list[Candidate]:
    looks = _looks(content, places)
    return [Candidate(place=place, header=content.headers[place], look=looks[place]) for place in places]


def _proposal(content: "Content", fit: Fit, *, is_stated: bool) -> Proposal | None:
    """Return a fit for showing; None where its columns cannot be read after all."""
    headers = content.headers
    mapping = {name: claim.candidate.header for name, claim in fit.claims.items()}
    try:
        layout = recognise(headers, file=content.file, kind=fit.kind.name, mapping=mapping)
    except RegularsError:
        return None
    return Proposal(
        file=content.file,
        headers_id=fingerprint(headers),
        kind=fit.kind.name,
        kind_confidence="high" if is_stated else "medium" if fit.is_told else "low",
        columns=tuple(_as_guess(claim, fit, is_stated=is_stated) for claim in fit.claims.values()),
        unused=layout.unused(),
    )


def _as_guess(claim: Claim, fit: Fit, *, is_stated: bool) -> Guess:
    """Return a claim for showing: a general header is certain where the kind is."""
    is_general = claim.why == "general_header" and is_stated
    return Guess(
        column=claim.name,
        header=claim.candidate.header,
        confidence="high" if is_general else claim.confidence,
        why=claim.why,
        examples=claim.candidate.look.examples,
    )


def _looks(content: "Content", places: Sequence[int]) -> Mapping[int, Look]:
    """Return what the first rows show at these places; nothing of a stream, which passes only once."""
    nothing = dict.fromkeys(places, Look(what="nothing"))
    is_stream = isinstance(content, TableSource) and isinstance(content.data, pa.RecordBatchReader)
    if is_stream or not places:
        return nothing
    try:
        first = next(iter(content.pieces(places)), None)
        return nothing if first is None else {place: look_of(first.columns[place]) for place in places}
    except (pa.ArrowException, OSError, RegularsError):
        # What is wrong with the rows is told by those who read them.
        return nothing


def _speaks_for_itself(layout: Layout, file: str) -> bool:
    """Whether the headers alone would have come to the same."""
    try:
        alone = recognise(layout.headers, file=file, kind=None, mapping={})
    except RegularsError:
        return False
    return alone.kind is layout.kind and alone.sources() == layout.sources()


def _pair(guess: Guess) -> str:
    header = guess.header.strip()
    is_one_word = all(letter.isalnum() or letter in "_-" for letter in header)
    return f"{guess.column}={header}" if is_one_word else f'{guess.column}="{header}"'


def _brief(header: str) -> str:
    return header.strip()[:_LONGEST_SHOWN]
