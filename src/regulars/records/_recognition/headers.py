"""Which kind of records is this, and which header is which column? Known headers only; what the person said wins."""

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from regulars.core import RegularsError
from regulars.records._cells.masking import looks_like_value
from regulars.records._kinds import IDENTITIES, KINDS, Kind
from regulars.records._results import ToldBy
from regulars.records._words import plain, words

_SHARED = frozenset(
    name
    for name in (n for kind in KINDS.values() for n in kind.names)
    if sum(name in k.names for k in KINDS.values()) > 1
)
"""Names that several kinds have: they cannot tell one kind from another."""


class HeadersUnclear(RegularsError):
    """Headers that do not say enough; `headers` are all of them and `headers_id` their fingerprint, for who asks back.

    Both are empty where a header is a value, which may be somebody's address.
    """

    headers: tuple[str, ...] = ()
    headers_id: str = ""


class KindUnknown(HeadersUnclear):
    """Headers that fit no kind."""

    code = "kind_unknown"
    template = (
        "{file}: its headers fit no kind of records. Say which with --as ({kinds}) and name its columns with --map,"
        " such as --as orders --map customer_id=HEADER --map ordered_at=HEADER --map amount=HEADER."
        " Its headers: {headers}."
    )


class KindIncomplete(HeadersUnclear):
    """Headers of one kind, but for a required column that some header comes near to."""

    code = "kind_incomplete"
    template = (
        "{file} looks like {kind} but has no column for {column}. Did you mean {nearest}? "
        "Map it with --map {column}={first}."
    )
    texts = frozenset({"kind"})


class KindIncompleteEntirely(HeadersUnclear):
    """Headers of one kind, but for a required column that no header comes near to."""

    code = "kind_incomplete_entirely"
    template = (
        "{file} looks like {kind} but has no column for {column}. Map it with --map {column}=HEADER, "
        "or say another kind with --as. Its headers: {headers}."
    )
    texts = frozenset({"kind"})


class HeaderLineMissing(RegularsError):
    """A first line that is no header but a row: nothing of it may be shown."""

    code = "header_line_missing"
    template = (
        "{file} seems to have no header line. Name its columns with --columns customer_id,ordered_at,amount "
        "(every one in order, '_' for one to skip)."
    )


class KindAmbiguous(HeadersUnclear):
    """Headers that fit several kinds equally well."""

    code = "kind_ambiguous"
    template = "{file} could be {kinds}. Say which with --as, such as --as {first}."


class KindInvalid(RegularsError):
    """A kind that does not exist."""

    code = "kind_invalid"
    template = "There is no kind of records '{kind}'. Choose one of {kinds} for {file}."


class ColumnMissing(HeadersUnclear):
    """A required column that no header is known to be, though some come near."""

    code = "column_missing"
    template = "{file} has no column '{column}'. Did you mean {nearest}? Map it with --map {column}={first}."


class ColumnMissingEntirely(HeadersUnclear):
    """A required column that no header comes near to."""

    code = "column_missing_entirely"
    template = (
        "{file} has no column '{column}', which {kind} need. Map it with --map {column}=HEADER. Its headers: {headers}."
    )
    texts = frozenset({"kind"})


class ColumnAmbiguous(HeadersUnclear):
    """Several headers that may be the same column."""

    code = "column_ambiguous"
    template = "{file}: {candidates} could each be '{column}'. Say which with --map {column}={first}."


class HeaderMissing(RegularsError):
    """A mapping to a header that the file does not have."""

    code = "header_missing"
    template = "{file} has no header '{header}', which --map names for '{column}'. Its nearest headers: {nearest}."


class HeaderTwice(HeadersUnclear):
    """A header that is needed and stands there more than once."""

    code = "header_twice"
    template = "{file} has {times} columns with the header '{header}'. Rename all but the one that is '{column}'."


class MappingInvalid(RegularsError):
    """A mapping of a column that the kind does not have."""

    code = "mapping_invalid"
    template = "--map names '{column}', which {kind} do not have ({file}). Their columns: {columns}."
    texts = frozenset({"kind"})


class MappingMisspelt(RegularsError):
    """A mapping of a column that the kind does not have, though it has some with a name near to it."""

    code = "mapping_misspelt"
    template = "--map names '{column}', which {kind} do not have ({file}). Did you mean {nearest}?"
    texts = frozenset({"kind"})


class MappingForeign(RegularsError):
    """A mapping of a column that no kind has."""

    code = "mapping_foreign"
    template = "--map names '{column}', which is a column of no kind of records ({file}). Nearest: {nearest}."


_NAMING_HEADERS = (
    KindUnknown,
    KindIncomplete,
    KindIncompleteEntirely,
    ColumnMissing,
    ColumnMissingEntirely,
    HeaderMissing,
    HeaderTwice,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """What was recognised: the kind, and where each canonical column stands (place and header).

    `told_by`: its headers alone, the person of this time, or one who confirmed it before. `used_elsewhere`: the places
    of columns that another table of the same file reads.
    """

    kind: Kind
    places: Mapping[str, int]
    headers: tuple[str, ...]
    told_by: ToldBy = "headers"
    used_elsewhere: frozenset[int] = frozenset()

    @property
    def key_role(self) -> str:
        """The identity column that is used as the key."""
        return next((name for name in IDENTITIES if name in self.places), "customer_id")

    @property
    def name_place(self) -> int | None:
        """The place of the name beside a phone or an e-mail that is the key: it tells who share one."""
        if self.key_role not in {"email", "phone"} or not self.kind.takes_identities:
            return None
        meanings = {**words().general[self.kind.name], **words().own[self.kind.name]}
        for name in ("name", "nickname"):
            taken = set(self.places.values()) | self.used_elsewhere
            found = [
                at for at, text in enumerate(self.headers) if at not in taken and meanings.get(plain(text)) == name
            ]
            if name in self.places or found:
                return self.places.get(name, *found[:1])
        return None

    def sources(self) -> dict[str, int]:
        """Return the place of the column that fills each raw column: the key from the best identity there is."""
        own = {column.name: self.places[column.name] for column in self.kind.columns if column.name in self.places}
        if self.kind.takes_identities:
            own["customer_id"] = self.places[self.key_role]
        return own

    def mapping(self) -> dict[str, str]:
        """Return canonical name → header, of the columns that are used."""
        used = set(self.sources().values())
        return {name: self.headers[place] for name, place in self.places.items() if place in used}

    def unused(self) -> tuple[str, ...]:
        """Return the headers that nothing is read from."""
        used = {*self.used_elsewhere, *self.sources().values(), self.name_place}
        return tuple(header for place, header in enumerate(self.headers) if place not in used)

    def of_people(self) -> tuple[str, ...]:
        """Return those of the unused headers that tell who somebody is, as only a profile may."""
        if self.kind.name == "profiles" or not self.kind.takes_identities:
            return ()
        meanings = words().own["profiles"]
        personal = {column.name for column in KINDS["profiles"].columns if column.role == "identifier"}
        return tuple(header for header in self.unused() if meanings.get(plain(header)) in personal)


def recognise(
    headers: Sequence[str], *, file: str, kind: str | None, mapping: Mapping[str, str], is_whole: bool = False
) -> Layout:
    """Return the kind and columns of a table with these headers; `is_whole`: the mapping names every one of them.

    Raises:
        KindInvalid, KindUnknown, KindIncomplete, KindIncompleteEntirely, KindAmbiguous: the kind is not known.
        ColumnMissing, ColumnMissingEntirely, ColumnAmbiguous, HeaderTwice: a column is not, or not for sure, there.
        HeaderMissing, MappingInvalid, MappingMisspelt, MappingForeign: the mapping says what cannot be.
        HeaderLineMissing: one of these, and the headers are values.
    """
    try:
        return _recognised(headers, file=file, kind=kind, mapping=mapping, is_whole=is_whole)
    except _NAMING_HEADERS:
        # These errors show headers; where a header is a value, it may be somebody's address.
        if any(looks_like_value(header) for header in headers):
            raise HeaderLineMissing(file=file) from None
        raise


def _recognised(
    headers: Sequence[str], *, file: str, kind: str | None, mapping: Mapping[str, str], is_whole: bool
) -> Layout:
    if kind is not None and kind not in KINDS:
        raise KindInvalid(file=file, kind=kind, kinds=", ".join(KINDS))
    chosen = KINDS[kind] if kind is not None else _kind_of(headers, mapping, file)
    places = _mapped(headers, mapping, chosen, file)
    plain_headers = [plain(header) for header in headers]
    for meaning in () if is_whole else (words().own[chosen.name], words().general[chosen.name]):
        found = _found(plain_headers, meaning, places)
        for name, candidates in found.items():
            if not _is_spare(name, chosen, set(found) | set(places)):
                places[name] = _only(candidates, name, headers, file)
    _check_complete(chosen, places, headers, file)
    return Layout(kind=chosen, places=places, headers=tuple(headers))


def _kind_of(headers: Sequence[str], mapping: Mapping[str, str], file: str) -> Kind:
    _check_mapped_names(mapping, file)
    plain_headers = {plain(header) for header in headers}
    scores = {name: _fit(kind, plain_headers, mapping) for name, kind in KINDS.items()}
    # A profile needs nothing but a person, so it is asked last: an order with a name and an e-mail is an order.
    complete = {name: score for name, score in scores.items() if score} if any(scores.values()) else {}
    candidates = {name: score for name, score in complete.items() if name != "profiles"} or complete
    best = [name for name, score in candidates.items() if score == max(candidates.values())]
    if not best:
        _refuse_incomplete(headers, mapping, file)
        raise KindUnknown(file=file, kinds=", ".join(KINDS), headers=_listed(headers))
    if len(best) > 1:
        raise KindAmbiguous(file=file, kinds=" or ".join(best), first=best[0])
    return KINDS[best[0]]


def _fit(kind: Kind, headers: set[str], mapping: Mapping[str, str]) -> int:
    """Return how many columns that only this kind has are there; 0 if a required one is not or a mapping is foreign."""
    if not set(mapping) <= set(kind.names):
        return 0
    own, known = _told(kind, headers, mapping)
    if _missing(kind, known):
        return 0
    return len(own - _SHARED) + (len(own & {"name", "email", "phone"}) if kind.name == "profiles" else 0)


def _told(kind: Kind, headers: set[str], mapping: Mapping[str, str]) -> tuple[set[str], set[str]]:
    """Return the columns of a kind that its own headers tell, and those together with what general ones tell."""
    own = {words().own[kind.name][header] for header in headers if header in words().own[kind.name]} | set(mapping)
    return own, own | {words().general[kind.name][header] for header in headers if header in words().general[kind.name]}


def _refuse_incomplete(headers: Sequence[str], mapping: Mapping[str, str], file: str) -> None:
    """Raise the error of the one kind that these headers would fit best if it were not for one required column."""
    plain_headers = {plain(header) for header in headers}
    lacking: dict[str, tuple[int, str]] = {}
    for kind in KINDS.values():
        own, known = _told(kind, plain_headers, mapping)
        missing = _missing(kind, known)
        if len(missing) == 1 and own - _SHARED and set(mapping) <= set(kind.names):
            lacking[kind.name] = (len(own - _SHARED), missing[0])
    best = [name for name, (score, _) in lacking.items() if score == max(lacking.values())[0]]
    if len(best) != 1:
        return
    kind, column = KINDS[best[0]], lacking[best[0]][1]
    meanings = words().own[kind.name].keys() | words().general[kind.name].keys()
    nearest = _nearest(column, [header for header in headers if plain(header) not in meanings])
    if nearest:
        listed = _listed(nearest, " or ")
        raise KindIncomplete(file=file, kind=kind.name, column=column, nearest=listed, first=nearest[0])
    raise KindIncompleteEntirely(file=file, kind=kind.name, column=column, headers=_listed(headers))


def _check_mapped_names(mapping: Mapping[str, str], file: str) -> None:
    """Raise the error of a mapped column that no kind has."""
    names = list(dict.fromkeys(name for kind in KINDS.values() for name in kind.names))
    for name in mapping:
        if name not in names:
            nearest = _nearest(name, names) or names
            raise MappingForeign(file=file, column=name, nearest=", ".join(nearest))


def _missing(kind: Kind, known: set[str]) -> list[str]:
    required = [column.name for column in kind.columns if column.required]
    has_identity = kind.takes_identities and bool(known & set(IDENTITIES))
    return [name for name in required if name not in known and not (name == "customer_id" and has_identity)]


def _mapped(headers: Sequence[str], mapping: Mapping[str, str], kind: Kind, file: str) -> dict[str, int]:
    places = {}
    for name, header in mapping.items():
        if name not in kind.names:
            nearest = _nearest(name, kind.names)
            if nearest:
                raise MappingMisspelt(file=file, column=name, kind=kind.name, nearest=" or ".join(nearest))
            raise MappingInvalid(file=file, column=name, kind=kind.name, columns=", ".join(kind.names))
        exact = [place for place, known in enumerate(headers) if known.strip() == header.strip()]
        found = exact or [place for place, known in enumerate(headers) if plain(known) == plain(header)]
        if not found:
            nearest = _nearest(header, headers)
            raise HeaderMissing(file=file, column=name, header=header, nearest=_listed(nearest or headers))
        if len(found) > 1:
            raise HeaderTwice(file=file, column=name, header=header, times=len(found))
        places[name] = found[0]
    return places


def _found(plain_headers: list[str], meaning: Mapping[str, str], places: Mapping[str, int]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for place, header in enumerate(plain_headers):
        name = meaning.get(header)
        if name is not None and name not in places and place not in places.values():
            found.setdefault(name, []).append(place)
    return found


def _is_spare(name: str, kind: Kind, known: set[str]) -> bool:
    """Whether it is an identity that nothing is read from, because a better one is there."""
    is_identity = name in IDENTITIES and name not in [column.name for column in kind.columns if column.role != "key"]
    return is_identity and any(better in known for better in IDENTITIES[: IDENTITIES.index(name)])


def _only(candidates: list[int], name: str, headers: Sequence[str], file: str) -> int:
    exact = [place for place in candidates if plain(headers[place]) == plain(name)]
    if len(exact) == 1:
        return exact[0]
    if len(candidates) > 1:
        distinct = list(dict.fromkeys(headers[place].strip() for place in candidates))
        if len(distinct) == 1:
            raise HeaderTwice(file=file, column=name, header=distinct[0], times=len(candidates))
        raise ColumnAmbiguous(file=file, column=name, candidates=_listed(distinct), first=distinct[0])
    return candidates[0]


def _check_complete(kind: Kind, places: Mapping[str, int], headers: Sequence[str], file: str) -> None:
    for name in _missing(kind, set(places)):
        free = [header for place, header in enumerate(headers) if place not in places.values()]
        nearest = _nearest(name, free)
        if nearest:
            raise ColumnMissing(file=file, column=name, nearest=_listed(nearest, " or "), first=nearest[0])
        raise ColumnMissingEntirely(file=file, column=name, kind=kind.name, headers=_listed(headers))


def _nearest(wanted: str, headers: Sequence[str]) -> list[str]:
    """Return at most three headers that look like the wanted name, the nearest first."""
    return [header for _, header in sorted(_near(plain(wanted), headers), key=lambda pair: -pair[0])[:3]]


def _near(wanted: str, headers: Sequence[str]) -> list[tuple[float, str]]:
    scored = []
    for header in dict.fromkeys(header.strip() for header in headers):
        candidate = plain(header)
        likeness = difflib.SequenceMatcher(None, wanted, candidate).ratio()
        contained = len(candidate) >= 3 and (wanted in candidate or candidate in wanted)
        if contained or likeness >= 0.6:
            scored.append((likeness + contained, header))
    return scored


def _listed(headers: Sequence[str], joint: str = ", ") -> str:
    shown = [f"'{header.strip()[:60]}'" for header in headers[:20]]
    return joint.join(shown) + (f" and {len(headers) - 20} more" if len(headers) > 20 else "")
