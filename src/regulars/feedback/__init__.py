"""Feedback: what did they say?

Reads `raw_feedback` before it is cleaned: kind, score, scale_min, scale_max, text. Writes `answers`, one row for each
row of it (file_id, line): the scale, the rating on it (0 to 100), the language of the text, and its sentiment where a
model is given. This is the only room that sees free text, and it hands none of it on.

>>> languages(pa.array(["茶很好，APP 也方便", "Lovely tea!", "Отлично", "👍 10/10", None])).to_pylist()
['zh', 'en', 'other', 'unknown', None]
"""

import pyarrow as pa

from regulars.feedback._add import ANSWERS, add
from regulars.feedback._language import LANGUAGES, languages
from regulars.feedback._scale import USUAL_SCALES
from regulars.feedback._sentiment import SentimentModel, SentimentUnusable

__all__ = ["ANSWERS", "LANGUAGES", "USUAL_SCALES", "SentimentModel", "SentimentUnusable", "add", "languages", "pa"]
