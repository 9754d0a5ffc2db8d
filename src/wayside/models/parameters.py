"""Parameters that a model has besides masses and couplings, and what values they take."""

import math
from dataclasses import dataclass

from wayside.errors import InputError

__all__ = ["Parameter"]


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
