"""Answers of a survey that are no number: left empty and counted, for the answers beside them are good all the same."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from regulars.records._cells.cells import FAULT, Cells, Mask

IN_WORDS = "answer_in_words"


def left_empty(cells: Mapping[str, Cells]) -> tuple[dict[str, Cells], dict[str, Mask]]:
    """Return the columns of feedback with scores that are words left empty, and which rows have such a score."""
    score = cells.get("score")
    if score is None or score.faults is None:
        return dict(cells), {}
    in_words = np.equal(score.faults, FAULT["number_unreadable"])
    faults = np.where(in_words, 0, score.faults).astype(np.uint8)
    return {**cells, "score": replace(score, faults=faults)}, {IN_WORDS: in_words}
