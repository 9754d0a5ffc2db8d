"""Parameters that a model has besides masses and couplings, and what values they take."""

import math
from dataclasses import dataclass

from wayside.errors import InputError

__all__ = ["COUPLING_RANGE", "AnyParameter", "Choice", "Coupling", "Parameter"]

COUPLING_RANGE = (1e-8, 1e-1)
"""Ends of the axis of a coupling in a plane for which a scenario gives none."""


@dataclass(frozen=True)
class Parameter:
    """A key of the section ``[model]`` of a scenario that belongs to one kind of model.

    The default is that of the field of the model's class; without one the key is required.

    Parameters
    ----------
    name : str
        Key of the scenario, and field of the model's class.
    description : str
        One line for people.
    low, high : float
        Smallest and largest value, in the base unit of the dimension.
    dimension : str
        ``"pure number"``, or another key of `wayside.scenario.quantities.UNITS`.
    """

    name: str
    description: str
    low: float = -math.inf
    high: float = math.inf
    dimension: str = "pure number"

    def check(self, value: float) -> None:
        """Raise `InputError` unless a value is a number within the limits."""
        if not (math.isfinite(value) and self.low <= value <= self.high):
            raise InputError(
                f"{self.name} = {value:g}: must be between {self.low:g} and {self.high:g}"
            )


@dataclass(frozen=True)
class Choice:
    """A key of the section ``[model]`` that is one of several words.

    Parameters
    ----------
    name : str
        Key of the scenario, and field of the model's class.
    description : str
        One line for people.
    words : tuple of str
        What it may be.
    """

    name: str
    description: str
    words: tuple[str, ...]

    def check(self, value: str) -> None:
        """Raise `InputError` unless a value is one of the words."""
        if value not in self.words:
            raise InputError(f"{self.name} = {value!r}: must be {' or '.join(self.words)}")


@dataclass(frozen=True)
class Coupling:
    """A key of the section ``[model]`` of which rates are monomials; not negative.

    Parameters
    ----------
    name : str
        Key of the scenario, and name in `wayside.models.couplings.Powers`.
    description : str
        One line for people.
    symbol : str
        For figures, in mathtext without dollars.
    high : float
        Largest value.
    default : float or None
        Value where a scenario has none; None if the key is required.
    unit : str
        Unit, or ``"1"``.
    dimension : str
        ``"pure number"``, or another key of `wayside.scenario.quantities.UNITS`.
    plane : tuple of float
        Ends of its axis in a plane for which a scenario gives none.
    """

    name: str
    description: str
    symbol: str
    high: float = 1e6
    default: float | None = None
    unit: str = "1"
    dimension: str = "pure number"
    plane: tuple[float, float] = COUPLING_RANGE


AnyParameter = Parameter | Choice
"""What a model may have as a key besides masses and couplings."""
