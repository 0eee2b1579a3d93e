"""A model beside itself: the same with one parameter a little off, to see how an answer depends on it."""

from copy import copy
from dataclasses import replace
from typing import TypeVar

import numpy as np

from regulars.lifetime.models._purchase_model import PurchaseModel

Model = TypeVar("Model", bound=PurchaseModel)


def moved(model: Model, letter: str, step: float) -> Model:
    """Return a copy of a model with one parameter moved by a step of its logarithm."""
    copied = copy(model)
    parameters = {**model.fit_.parameters, letter: model.fit_.parameters[letter] * float(np.exp(step))}
    copied.fit_ = replace(model.fit_, parameters=parameters)
    return copied
