"""Ranges of keys, as options of the command line give them."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from wayside.errors import InputError
from wayside.scenario.problems import show
from wayside.scenario.quantities import is_number_text
from wayside.typing import FloatArray

LOG = "log"


@dataclass(frozen=True)
class Range:
    """Values of one key from a lower to an upper end.

    Parameters
    ----------
    key
        Dotted key of the scenario.
    low, high
        Ends, in the base unit of the key.
    logarithmic
        Whether steps are equal in the logarithm.

    Raises
    ------
    InputError
        If the ends are not finite and in order, or not positive where the range is logarithmic.

    Examples
    --------
    >>> Range("model.epsilon", 1e-5, 1e-3, logarithmic=True).at([0.0, 0.5, 1.0])
    array([1.e-05, 1.e-04, 1.e-03])
    """

    key: str
    low: float
    high: float
    logarithmic: bool = False

    def __post_init__(self) -> None:
        """Check the values."""
        if not (np.isfinite(self.low) and np.isfinite(self.high) and self.low < self.high):
            raise InputError(
                f"{self.key} from {self.low:g} to {self.high:g}: the lower end must come first"
            )
        if self.logarithmic and not self.low > 0.0:
            raise InputError(f"{self.key} from {self.low:g}: must be above 0 for logarithmic steps")

    def at(self, fractions: Any) -> FloatArray:
        """Values at fractions of the way from the lower to the upper end, which are exact."""
        t = np.asarray(fractions, dtype=np.float64)
        # This order of operations never falls by rounding.
        if self.logarithmic:
            values = np.exp(np.log(self.low) + t * (np.log(self.high) - np.log(self.low)))
        else:
            values = self.low + t * (self.high - self.low)
        ends = np.where(t == 0.0, self.low, np.where(t == 1.0, self.high, values))
        return np.asarray(np.clip(ends, self.low, self.high))


@dataclass(frozen=True)
class GridAxis:
    """A range with a number of values, ends included."""

    range: Range
    points: int

    def __post_init__(self) -> None:
        """Check the values."""
        if self.points < 2:
            raise InputError(f"{self.range.key}: {self.points} values; a grid needs 2 or more")

    def at(self, index: Any) -> FloatArray:
        """Values by their number, from 0."""
        return self.range.at(np.asarray(index) / (self.points - 1))


def grid_axis(text: str) -> GridAxis:
    """Read ``KEY=LOW:HIGH:N`` or ``KEY=LOW:HIGH:N:log``.

    Examples
    --------
    >>> grid_axis("model.m2=3.6:3.7:11").points
    11
    """
    what = f"--grid {show(text)}"
    form = f"{what}: must be KEY=LOW:HIGH:N or KEY=LOW:HIGH:N:log"
    key, parts, logarithmic = _parts(text, form)
    if len(parts) != 3:
        raise InputError(form)
    if not (parts[2].isascii() and parts[2].isdigit() and len(parts[2]) < 10):
        raise InputError(f"{what}: the number of values, {show(parts[2])}, must be a whole number")
    return GridAxis(_range(what, key, parts, logarithmic), int(parts[2]))


def key_range(text: str) -> Range:
    """Read ``KEY=LOW:HIGH`` or ``KEY=LOW:HIGH:log``.

    Examples
    --------
    >>> key_range("model.epsilon=1e-5:1e-3:log")
    Range(key='model.epsilon', low=1e-05, high=0.001, logarithmic=True)
    """
    what = f"--vary {show(text)}"
    form = f"{what}: must be KEY=LOW:HIGH or KEY=LOW:HIGH:log"
    key, parts, logarithmic = _parts(text, form)
    if len(parts) != 2:
        raise InputError(form)
    return _range(what, key, parts, logarithmic)


def _parts(text: str, form: str) -> tuple[str, list[str], bool]:
    key, equals, rest = text.partition("=")
    parts = [part.strip() for part in rest.split(":")]
    logarithmic = parts[-1] == LOG
    if not (key.strip() and equals):
        raise InputError(form)
    return key.strip(), parts[:-1] if logarithmic else parts, logarithmic


def _range(what: str, key: str, parts: list[str], logarithmic: bool) -> Range:
    for part in parts[:2]:
        if not is_number_text(part):
            raise InputError(f"{what}: {show(part)} must be a number, in the base unit of the key")
    return Range(key, float(parts[0]), float(parts[1]), logarithmic)
