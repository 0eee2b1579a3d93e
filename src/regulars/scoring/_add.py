"""The whole path of a score: indicators, bounds, behaviours, weights, sum, grade and the parts it is made of.

A behaviour that the business has no records of gives its weight to the others; one that a customer lacks is left out
and the rest counts as the whole, with `<figure>_coverage`, the share of the weight that is known, beside the score.
"""

from collections.abc import Mapping
from typing import Any

from regulars.core import Settings
from regulars.engines import Engine
from regulars.scoring._behaviours import behaviours_of, write_ranks
from regulars.scoring._bounds import bounds_of, count_known
from regulars.scoring._figures import FIGURES, weights_of, write_scores
from regulars.scoring._indicators import INDICATORS
from regulars.scoring._reasons import write_reasons
from regulars.scoring._results import ScoringSummary


def add(
    engine: Engine,
    *,
    settings: Settings,
    previous: Mapping[str, Mapping[str, Any]] | None = None,
    features: str = "features",
    into: str = "scores",
    reasons_into: str = "score_reasons",
) -> ScoringSummary:
    """Write every customer's value, satisfaction and loyalty score, and the parts that add up to them.

    Args:
        engine: holds the table `features`.
        settings: section `scoring`: weights, normaliser, winsorising and the cut-offs of the grades.
        previous: the bounds of an earlier summary, by indicator; they fix the scale, so that scores of two dates
            compare.
        features: the name of the customers' features.
        into: the table of scores, one row a customer: 0 to 100, NULL where nothing is known or profiling was refused.
            `value_rate` is F3 in money a year: net spend (margin where every cost is known) less cost to serve, over
            the years since the first order; NULL below 30 days.
        reasons_into: the table of reasons. Each behaviour that gives points is a row: its code, the raw value that
            stands for it (net spend, uses, feedbacks, people brought, mean rating, minutes to the first reply) and
            its points. `no_spread` (0 points) says that an indicator of the figure is alike for everybody. For a
            figure that is NULL one row says why: `no_consent`, `no_records`, or for `value_rate` `short_history`
            with the days known.

    Raises:
        RanksCannotFreeze: `previous` is given and the normaliser is `percentile`.
        PreviousUnusable: `previous` lacks a number that the normaliser needs.
    """
    counts = count_known(engine, features=features)
    recorded = {indicator.behaviour for indicator in INDICATORS if counts[indicator.code]}
    bounds = bounds_of(engine, features=features, counts=counts, settings=settings, previous=previous)
    ranks = f"{into}_ranks"
    if settings.scoring.normaliser == "percentile" and bounds:
        write_ranks(engine, features=features, codes=bounds.keys(), into=ranks)
    behaviours = behaviours_of(features, normaliser=settings.scoring.normaliser, bounds=bounds, ranks=ranks)
    weights = weights_of(engine, behaviours, recorded=sorted(recorded), settings=settings)
    write_scores(engine, behaviours, weights=weights, settings=settings, into=into)
    write_reasons(engine, scores=into, features=features, weights=weights, flat=behaviours.flat, into=reasons_into)
    engine.drop(ranks)
    dropped = {
        figure: tuple(behaviour for behaviour in made_of if behaviour not in recorded)
        for figure, made_of in FIGURES.items()
    }
    return ScoringSummary(weights=weights, bounds=bounds, dropped=dropped, no_spread=behaviours.flat)
