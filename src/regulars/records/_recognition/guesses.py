"""Which column might be what, where the headers do not say it for certain: claims, each with how sure it is.

A column is claimed by what the person said, by a header that is known, by one that comes near, or by its values.
The surest claim is served first; a column serves one name and a name has one column. Nothing depends on the order
of the columns. Only what a kind cannot do without is guessed from values alone.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from regulars.records._kinds import IDENTITIES, KINDS, Kind
from regulars.records._recognition.likeness import near_meanings
from regulars.records._recognition.looks import Look, What
from regulars.records._words import known_headers, plain, words

Confidence: TypeAlias = Literal["high", "medium", "low"]
Why: TypeAlias = Literal["said", "known_header", "one_of_several", "general_header", "near_header", "values", "guess"]

_SUREST_FIRST: tuple[Why, ...] = (
    "said", "known_header", "one_of_several", "general_header", "near_header", "values", "guess",
)  # fmt: skip
_WEIGHTS: Mapping[Why, int] = {
    "said": 4, "known_header": 4, "one_of_several": 3, "near_header": 2, "general_header": 1, "values": 1,
}  # fmt: skip
_TELLING: frozenset[Why] = frozenset({"said", "known_header", "one_of_several", "near_header"})
_CONFIDENCE: Mapping[Why, Confidence] = {
    "said": "high",
    "known_header": "high",
    "one_of_several": "low",
    "general_header": "medium",
    "near_header": "medium",
    "values": "medium",
    "guess": "low",
}

_NEAR_ENOUGH = 0.7
"""How near a header must come to a column that a kind can do without."""

_FITTING: Mapping[str, frozenset[What]] = {
    "time": frozenset({"time"}),
    "money": frozenset({"money", "number"}),
    "number": frozenset({"money", "number"}),
    "year": frozenset({"number"}),
    "key": frozenset({"code", "number", "phone", "email", "text"}),
    "email": frozenset({"email"}),
    "phone": frozenset({"phone", "number", "code"}),
    "nickname": frozenset({"text", "code"}),
    "name": frozenset({"text", "code"}),
}
_ENDINGS_OF_IDS = ("id", "no", "nr", "number", "code", "key", "编号", "号", "码")

_NO_IDS = ("paid",)
"""What ends as numbers do and is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A column of the file as the guessing sees it."""

    place: int
    header: str
    look: Look

    @property
    def is_numbered(self) -> bool:
        """Whether its header ends as those of numbers that name something do."""
        header = plain(self.header)
        return header.endswith(_ENDINGS_OF_IDS) and not header.endswith(_NO_IDS)

    @property
    def is_of_sales(self) -> bool:
        """Whether its header tells of what was paid, and not of the number of a bill."""
        return not self.is_numbered and any(part in plain(self.header) for part in words().of_sales)

    @property
    def is_score(self) -> bool:
        """Whether its values are such as scores have, and its header does not say that they are none."""
        return self.look.is_rating and ("score" in near_meanings(self.header, "feedback") or not self.is_of_sales)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A column for a canonical name, and what speaks for it."""

    name: str
    candidate: Candidate
    why: Why
    likeness: float = 1.0

    @property
    def confidence(self) -> Confidence:
        """How sure it is."""
        return _CONFIDENCE[self.why]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """What a file would be as records of one kind."""

    kind: Kind
    claims: Mapping[str, Claim]

    @property
    def is_complete(self) -> bool:
        """Whether every required column is there."""
        return not self.missing

    @property
    def missing(self) -> tuple[str, ...]:
        """The required columns that no column serves."""
        required = [column.name for column in self.kind.columns if column.required]
        has_identity = self.kind.takes_identities and any(name in self.claims for name in IDENTITIES)
        return tuple(
            name for name in required if name not in self.claims and not (name == "customer_id" and has_identity)
        )

    @property
    def is_told(self) -> bool:
        """Whether a header, and not only values, speaks for this kind and no other."""
        return any(claim.why in _TELLING for claim in self._telling())

    @property
    def weight(self) -> int:
        """How much speaks for this kind and for no other."""
        return sum(_WEIGHTS.get(claim.why, 0) for claim in self._telling())

    def _telling(self) -> Iterator[Claim]:
        own = {"name", "email", "phone"} if self.kind.name == "profiles" else set()
        shared = {name for kind in KINDS.values() if kind is not self.kind for name in kind.names} - own
        yield from (claim for name, claim in self.claims.items() if name not in shared)


def best_fit(candidates: Sequence[Candidate], *, kind: str | None, mapping: Mapping[str, str]) -> Fit | None:
    """Return what the file is most likely to be; None where nothing is complete or two kinds are as likely."""
    if kind is not None:
        fit = _fit(KINDS[kind], candidates, mapping, is_stated=True)
        return fit if fit.is_complete else None
    fits = [_fit(each, candidates, mapping, is_stated=False) for each in KINDS.values()]
    likely = [fit for fit in fits if fit.is_complete and _is_plausible(fit, mapping)]
    # A profile needs nothing but a person: whatever else the headers tell of goes before it.
    events = [fit for fit in likely if fit.kind.name != "profiles"]
    people = [fit for fit in likely if fit.kind.name == "profiles" and fit.weight > _WEIGHTS["known_header"]]
    chosen = [fit for fit in events if fit.is_told] or people or events
    best = [fit for fit in chosen if fit.weight == max(other.weight for other in chosen)]
    return best[0] if len(best) == 1 else None


def orders_among(candidates: Sequence[Candidate]) -> Fit | None:
    """Return the orders that these columns tell of by days and amounts of money; None where that is not clear.

    Numbers that are not clearly money will do under a header of amounts or of what was paid, or where somebody stands
    in more than one row, as in no list of people.
    """
    fit = _fit(KINDS["orders"], candidates, {}, is_stated=False)
    if not fit.is_complete or fit.claims["ordered_at"].candidate.look.what != "time":
        return None
    key = next(fit.claims[name] for name in IDENTITIES if name in fit.claims)
    amount = fit.claims["amount"]
    is_told = amount.why != "guess" or amount.candidate.is_of_sales or key.candidate.look.is_repeated
    return fit if amount.candidate.look.what in ({"money", "number"} if is_told else {"money"}) else None


def _is_plausible(fit: Fit, mapping: Mapping[str, str]) -> bool:
    """Whether a header tells of the kind, or its values do: an amount of orders, a score of feedback."""
    if not set(mapping) <= set(fit.kind.names):
        return False
    telling = {"orders": "amount", "feedback": "score"}.get(fit.kind.name)
    return fit.is_told or telling in fit.claims


def _fit(kind: Kind, candidates: Sequence[Candidate], mapping: Mapping[str, str], *, is_stated: bool) -> Fit:
    claims: dict[str, Claim] = {}
    _serve(_by_header(kind, candidates, mapping), claims)
    free = [candidate for candidate in candidates if candidate not in _served(claims)]
    # What a header means in another kind it does not mean here, unless the person says that this is the kind.
    open_to_guess = [each for each in free if is_stated or plain(each.header) not in known_headers()]
    _serve(_by_likeness(kind, open_to_guess), claims)
    _serve(_by_values(kind, [each for each in open_to_guess if each not in _served(claims)], claims), claims)
    shown = [name for name in (*IDENTITIES, *kind.names) if name in claims and _is_used(name, claims, kind)]
    return Fit(kind=kind, claims={name: claims[name] for name in shown})


def _is_used(name: str, claims: Mapping[str, Claim], kind: Kind) -> bool:
    """Whether anything is read from it: of several identities only the best is, but for profiles."""
    is_own = name in [column.name for column in kind.columns if column.role != "key"]
    if name not in IDENTITIES or is_own:
        return True
    return not any(better in claims for better in IDENTITIES[: IDENTITIES.index(name)])


def _served(claims: Mapping[str, Claim]) -> list[Candidate]:
    return [claim.candidate for claim in claims.values()]


def _serve(found: Iterable[Claim], claims: dict[str, Claim]) -> None:
    """Grant the claims, the surest first, each column and each name once."""
    taken = {claim.candidate.place for claim in claims.values()}
    for claim in sorted(found, key=_rank):
        if claim.name not in claims and claim.candidate.place not in taken:
            claims[claim.name] = claim
            taken.add(claim.candidate.place)


def _rank(claim: Claim) -> tuple[int, float, str, str, str]:
    header = claim.candidate.header.strip()
    return _SUREST_FIRST.index(claim.why), -claim.likeness, claim.name, plain(header), header


def _by_header(kind: Kind, candidates: Sequence[Candidate], mapping: Mapping[str, str]) -> Iterator[Claim]:
    said = {plain(header): name for name, header in mapping.items()}
    own, general = words().own[kind.name], words().general[kind.name]
    meanings = [own.get(plain(candidate.header)) for candidate in candidates]
    for candidate, name in zip(candidates, meanings, strict=True):
        header = plain(candidate.header)
        if header in said:
            yield Claim(name=said[header], candidate=candidate, why="said")
        elif name is not None:
            is_exact = header == plain(name)
            why: Why = "known_header" if is_exact or meanings.count(name) == 1 else "one_of_several"
            yield Claim(name=name, candidate=candidate, why=why)
        elif header in general:
            yield Claim(name=general[header], candidate=candidate, why="general_header")


def _by_likeness(kind: Kind, candidates: Sequence[Candidate]) -> Iterator[Claim]:
    required = {column.name for column in kind.columns if column.required} | set(IDENTITIES)
    for candidate in candidates:
        for name, likeness in near_meanings(candidate.header, kind.name).items():
            if (name in required or likeness >= _NEAR_ENOUGH) and _may_be(candidate, name, kind):
                # Of two names it comes near to, the one that the kind cannot do without.
                weighed = likeness if name in required else likeness - 0.25
                yield Claim(name=name, candidate=candidate, why="near_header", likeness=weighed)


def _by_values(kind: Kind, candidates: Sequence[Candidate], claims: Mapping[str, Claim]) -> Iterator[Claim]:
    if kind.takes_identities:
        for name in ("email", "phone"):
            yield from (_seen(name, each) for each in candidates if each.look.what == name)
        is_nameless = not any(name in claims for name in IDENTITIES)
        if is_nameless and not any(each.look.what in {"email", "phone"} for each in candidates):
            yield from _guessed_keys(candidates, has_money=kind.name == "orders")
    times = [column.name for column in kind.columns if column.required and column.role == "time"]
    if times:
        yield from _one_or_guess(
            times[0], [each for each in candidates if _may_be(each, times[0], kind) and each.look.what == "time"]
        )
    if kind.name == "orders":
        yield from _amounts([each for each in candidates if _may_be(each, "amount", kind)])
    if kind.name == "feedback":
        yield from (Claim(name="score", candidate=each, why="guess") for each in candidates if each.is_score)


def _seen(name: str, candidate: Candidate) -> Claim:
    return Claim(name=name, candidate=candidate, why="values")


def _one_or_guess(name: str, candidates: Sequence[Candidate]) -> Iterator[Claim]:
    """Yield the only column of its kind as seen; one of several is a guess."""
    why: Why = "values" if len(candidates) == 1 else "guess"
    yield from (Claim(name=name, candidate=each, why=why) for each in candidates)


def _amounts(candidates: Sequence[Candidate]) -> Iterator[Claim]:
    money = [each for each in candidates if each.look.what == "money"]
    yield from _one_or_guess("amount", money)
    if not money:
        plainer = [each for each in candidates if each.look.what == "number" and not each.is_score]
        for each in plainer:
            if not each.is_numbered:
                yield Claim(name="amount", candidate=each, why="guess", likeness=1.0 if each.is_of_sales else 0.5)


def _guessed_keys(candidates: Sequence[Candidate], *, has_money: bool) -> Iterator[Claim]:
    """Yield what may say whose row it is: what repeats like the number of somebody.

    Beside plain money (`has_money`: of orders) any code or number is better than none: a short file repeats nobody.
    """
    has_money = has_money and any(each.look.what == "money" for each in candidates)
    for each in candidates:
        is_number_of_somebody = each.look.what == "number" and each.is_numbered
        if each.look.is_repeated and (each.look.what == "code" or is_number_of_somebody):
            yield Claim(name="customer_id", candidate=each, why="guess", likeness=1.0 if each.is_numbered else 0.5)
        elif has_money and each.look.what in {"code", "number"} and not each.look.is_rating:
            yield Claim(name="customer_id", candidate=each, why="guess", likeness=0.3 if each.is_numbered else 0.2)


def _may_be(candidate: Candidate, name: str, kind: Kind) -> bool:
    """Whether neither its values nor a part of its header say that it is something else."""
    roles = {column.name: column.role for column in kind.columns}
    role = name if name in _FITTING else str(roles.get(name, ""))
    fitting = _FITTING.get("key" if name == "customer_id" else role)
    if fitting is not None and candidate.look.what not in fitting | {"nothing"}:
        return False
    about = "amount" if name == "amount" else "time" if role == "time" and kind.column(name).required else ""
    header = plain(candidate.header)
    return not any(part in header for part in words().unlike.get(about, ()))
