"""Sections whose keys are the fields of a class of the package, some of them in other units.

A default value stands in that class alone: the section takes it from there, and builds the object
by the same table of units.
"""

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from typing import Any

from pydantic import BaseModel, Field


@dataclass(frozen=True)
class DomainFields:
    """Fields of a dataclass as keys of a section.

    Parameters
    ----------
    owner
        The dataclass, which has the defaults.
    factors
        Value of a field over that of the key, by name; 1 for those that are not named.

    Examples
    --------
    >>> from wayside.detector.stack import Stack
    >>> millimetres = DomainFields(Stack, {"film": 1e3})
    >>> millimetres.default("film"), millimetres.default("layers")
    (5e-05, 40)
    """

    owner: type
    factors: Mapping[str, float] = field(default_factory=dict)

    def default(self, name: str) -> Any:
        """Default of a key, in its own unit; what pydantic takes for a field."""
        key = next(key for key in fields(self.owner) if key.name == name)
        if key.default_factory is not MISSING:
            return Field(default_factory=key.default_factory)
        return self._over(key.default, name)

    def values(self, section: BaseModel) -> dict[str, Any]:
        """Values of the fields by name, from the keys of a section."""
        names = [key.name for key in fields(self.owner) if key.name in type(section).model_fields]
        return {name: self._times(getattr(section, name), name) for name in names}

    def _times(self, value: Any, name: str) -> Any:
        return in_units(value * self.factors[name]) if name in self.factors else value

    def _over(self, value: Any, name: str) -> Any:
        return in_units(value / self.factors[name]) if name in self.factors else value


def in_units(value: float) -> float:
    """Round a converted value to 12 digits: 50e-6 m is 0.05 mm and not one bit beside it."""
    return float(f"{value:.12g}")
