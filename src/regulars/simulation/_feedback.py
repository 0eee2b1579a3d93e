"""What customers say: scores on the usual scales, texts that agree with them, and tickets with their replies."""

from typing import Literal

import numpy as np
import pyarrow as pa

from regulars.simulation._clock import Floats, Ints
from regulars.simulation._columns import numbered, times, where
from regulars.simulation._people import CHANNELS, People
from regulars.simulation._plan import Language
from regulars.simulation._purchases import Purchases
from regulars.simulation._words import picked, texts, words
from regulars.simulation._world import World

KINDS = pa.array(["nps", "csat", "review", "ces", "ticket"])
_SCALE_MIN = np.array([0, 1, 1, 1, 0])
_SCALE_MAX = np.array([10, 5, 5, 7, 0])
_TICKET = 4
_TONES: tuple[Literal["low", "middle", "high"], ...] = ("low", "middle", "high")
_TONE_CUTS = (0.45, 0.7)
_ANSWER_SHARE = 0.12
_TEXT_SHARE = 0.6
_OTHER_LANGUAGE_SHARE = 0.15


def feedback_table(world: World, people: People, purchases: Purchases, rng: np.random.Generator) -> pa.Table:
    """Return the feedback file of a block: 1 to 10 days after some orders, more tickets from the discontented."""
    moment = purchases.moment + rng.uniform(1, 10, len(purchases))
    answers = np.flatnonzero((rng.random(len(purchases)) < _ANSWER_SHARE) & (moment < world.clock.end))
    answers = answers[np.argsort(moment[answers], kind="stable")]
    who, count = purchases.who[answers], len(answers)
    kind = rng.choice(4, size=count, p=(0.35, 0.25, 0.32, 0.08))
    kind = np.where(rng.random(count) < 0.15 * np.exp(-0.6 * people.satisfaction[who]), _TICKET, kind)
    mood = 1 / (1 + np.exp(-(1.2 + 1.1 * people.satisfaction[who] + 0.7 * rng.standard_normal(count))))
    scale = _SCALE_MAX[kind] - _SCALE_MIN[kind]
    score = _SCALE_MIN[kind] + np.minimum(np.floor(mood * (scale + 1)), scale)
    is_scored = kind != _TICKET
    is_ticket = ~is_scored
    reply_minutes = np.rint(np.exp(rng.normal(4.0, 1.2, count)))
    given = world.clock.at(moment[answers])
    resolved = given + (reply_minutes * 60 + rng.exponential(20 * 3600, count)).astype(np.int64)
    end_of_records = np.datetime64(world.plan.last_day, "s") + np.int64(86_399)
    is_resolved = is_ticket & (rng.random(count) < 0.9) & (resolved <= end_of_records)
    channel = np.where(rng.random(count) < 0.5, people.channel[who], rng.integers(0, CHANNELS, count))
    return pa.table(
        {
            "customer_id": numbered("C", people.number[who]),
            "given_at": times(given),
            "kind": picked(KINDS, kind),
            "score": where(is_scored, pa.array(score.astype(np.int64))),
            "scale_min": where(is_scored, pa.array(_SCALE_MIN[kind])),
            "scale_max": where(is_scored, pa.array(_SCALE_MAX[kind])),
            "text": _texts(world.plan.language, (score - _SCALE_MIN[kind]) / np.maximum(scale, 1), is_ticket, rng),
            "channel": picked(words(world.plan.language).channels, channel),
            "first_reply_minutes": where(is_ticket, pa.array(reply_minutes.astype(np.int64))),
            "resolved_at": times(resolved, known=is_resolved),
        }
    )


def _texts(language: Language, rating: Floats, is_ticket: np.ndarray, rng: np.random.Generator) -> pa.Array:
    """Return texts in the tone of the rating (0 to 1); a ticket always has one; some are in the other language."""
    other: Language = "en" if language == "zh" else "zh"
    options = [texts(tongue, tone) for tongue in (language, other) for tone in (*_TONES, "ticket")]
    starts = np.cumsum([0] + [len(option) for option in options])
    tone = np.where(is_ticket, len(_TONES), np.searchsorted(_TONE_CUTS, rating, side="right"))
    tongue = (rng.random(len(rating)) < _OTHER_LANGUAGE_SHARE).astype(np.int64)
    option: Ints = tongue * (len(_TONES) + 1) + tone
    sizes = np.diff(starts)[option]
    number = starts[option] + np.floor(rng.random(len(rating)) * sizes).astype(np.int64)
    is_written = is_ticket | (rng.random(len(rating)) < _TEXT_SHARE)
    return where(is_written, picked(pa.concat_arrays(options), number))
