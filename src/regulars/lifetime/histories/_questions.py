"""What may be asked: how sure, how many, of how many; whatever means nothing is refused by what was given."""

from statistics import NormalDist

from regulars.core import RegularsError


class QuestionInvalid(RegularsError):
    """Something asked of a model that means nothing."""

    code = "lifetime_question_invalid"
    template = "This cannot be answered: {problem}."


def reach_of(level: float) -> float:
    """Return how many standard deviations an interval of a level reaches to either side.

    Raises:
        QuestionInvalid: the level is no share between 0 and 1.

    >>> round(reach_of(0.95), 2)
    1.96
    """
    if not 0 < level < 1:
        raise QuestionInvalid(problem=f"{level} is no level of an interval; give a share between 0 and 1, such as 0.95")
    return NormalDist().inv_cdf((1 + level) / 2)


def whole_number(given: float, name: str) -> int:
    """Return a number of 0 or more that is whole.

    Raises:
        QuestionInvalid: it is not.
    """
    if not (given >= 0 and float(given).is_integer()):
        raise QuestionInvalid(problem=f"{name} is {given}; give a whole number of 0 or more")
    return int(given)
