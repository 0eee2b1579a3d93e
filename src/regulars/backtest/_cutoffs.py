"""The days a history is cut at: what was known up to a cut-off is asked about the days after it, which are over.

The windows after the training cut-offs end by the test cut-off (the embargo), so nothing a model is fitted on
tells what it is tested on.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from regulars.core import RegularsError


class HorizonInvalid(RegularsError):
    """A number of days to look ahead that looks nowhere."""

    code = "horizon_invalid"
    template = "A horizon of {days} days means nothing. Give how many days ahead to ask about: 1 or more."


class WindowTooLate(RegularsError):
    """A cut-off whose days to come are not over, or reach into what is to be tested."""

    code = "window_too_late"
    template = (
        "The {horizon_days} days after the cut-off {cutoff} end on {window_end}, and they must end by {limit}."
        " Choose an earlier cut-off or a shorter horizon."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Cutoffs:
    """Where to cut a history for one test, each cut-off the last day that is seen, inclusive.

    `test` is the cut-off of the test, None where there is too little history, and then `reason` is a code and
    `enough_days` says how many days of history would do (`history_days` are there). `training` are those a model
    is fitted on before the test, oldest first. Cut-offs of one's own are given by making this object.

    Raises:
        HorizonInvalid: the horizon is less than a day.
        WindowTooLate: the window of the test ends after `as_of`, or that of a training cut-off after the test's.

    >>> Cutoffs(as_of=date(1998, 4, 1), horizon_days=91, test=date(1997, 12, 31), training=(date(1997, 9, 30),)).final
    (datetime.date(1997, 9, 30), datetime.date(1997, 12, 31))
    """

    as_of: date
    horizon_days: int
    test: date | None
    training: tuple[date, ...] = ()
    reason: str | None = None
    history_days: int | None = None
    enough_days: int | None = None

    def __post_init__(self) -> None:
        check_horizon(self.horizon_days)
        if self.test is not None:
            self._check_window(self.test, limit=self.as_of)
            for cutoff in self.training:
                self._check_window(cutoff, limit=self.test)

    @property
    def final(self) -> tuple[date, ...]:
        """The cut-offs to fit on once the test has spoken, oldest first: all whose windows end by `as_of`."""
        return self.training if self.test is None else (*self.training, self.test)

    def _check_window(self, cutoff: date, *, limit: date) -> None:
        window_end = cutoff + timedelta(days=self.horizon_days)
        if window_end > limit:
            raise WindowTooLate(horizon_days=self.horizon_days, cutoff=cutoff, window_end=window_end, limit=limit)


def plan_cutoffs(*, first_day: date, as_of: date, horizon_days: int, most_training: int = 3) -> Cutoffs:
    """Return the cut-offs that a history allows: the test H days before `as_of`, training ones every H days before it.

    The newest training cut-off needs H days of history before it, so that there is something to see: 3 H days in
    all (`too_short_history` if there are fewer). Each older one needs 2 H, so that the last period and the one
    before it, which features compare, are both whole.

    Args:
        first_day: the first day of the records.
        as_of: the last day of the records, inclusive; the test's window ends on it.
        horizon_days: H, how many days ahead is asked.
        most_training: the most training cut-offs to use, at least 1.

    Raises:
        HorizonInvalid: the horizon is less than a day.

    >>> plan = plan_cutoffs(first_day=date(1997, 1, 1), as_of=date(1998, 4, 1), horizon_days=91)
    >>> str(plan.test), [str(cutoff) for cutoff in plan.training]
    ('1997-12-31', ['1997-07-02', '1997-10-01'])
    """
    check_horizon(horizon_days)
    history_days, enough_days = (as_of - first_day).days, 3 * horizon_days
    nowhere = Cutoffs(
        as_of=as_of,
        horizon_days=horizon_days,
        test=None,
        reason="too_short_history",
        history_days=history_days,
        enough_days=enough_days,
    )
    if history_days < enough_days:
        return nowhere
    count = min(most_training, max(1, history_days // horizon_days - 3))
    step = timedelta(days=horizon_days)
    training = tuple(as_of - (place + 1) * step for place in range(count, 0, -1))
    return replace(nowhere, test=as_of - step, training=training, reason=None)


def check_horizon(days: int) -> None:
    """Raise HorizonInvalid for less than a day."""
    if days < 1:
        raise HorizonInvalid(days=days)
