"""How far the forecasts can be trusted: a card for each, the plain rules beside the models."""

from regulars.reports._folder import ResultFolder
from regulars.reports._lifetime_card import lifetime_card
from regulars.reports._model_card import ModelCard
from regulars.reports._purchase_card import purchase_card
from regulars.reports._voice import Voice


def model_cards(folder: ResultFolder, *, voice: Voice) -> list[ModelCard]:
    """Return the cards of the forecasts that the result holds."""
    cards = (purchase_card(folder, voice=voice), lifetime_card(folder, voice=voice))
    return [card for card in cards if card is not None]
