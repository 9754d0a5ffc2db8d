"""Numbers with units: what a scenario accepts where a physical quantity is expected.

A bare number is in the base unit of its dimension (GeV, m, rad, fb^-1, g/cm^3, d); a string carries
its own unit. Conversions by powers of ten are done in decimal arithmetic, so that ``"57 cm"`` is
the same float as ``0.57``. A year has 365.25 days, a month is its twelfth part.
"""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from numbers import Integral, Real
from typing import Final, NoReturn

from pydantic_core import PydanticCustomError

from wayside.constants import DAYS_PER_YEAR
from wayside.scenario.problems import show

UNITS: Final[dict[str, dict[str, str]]] = {
    "energy": {"GeV": "1", "eV": "1e-9", "keV": "1e-6", "MeV": "1e-3", "TeV": "1e3"},
    "length": {"m": "1", "um": "1e-6", "mm": "1e-3", "cm": "1e-2", "km": "1e3"},
    "angle": {"rad": "1", "mrad": "1e-3", "deg": "deg"},
    "luminosity": {"fb^-1": "1", "nb^-1": "1e-6", "pb^-1": "1e-3", "ab^-1": "1e3"},
    "density": {"g/cm^3": "1"},
    "time": {"d": "1", "week": "7", "month": f"{DAYS_PER_YEAR / 12.0}", "yr": f"{DAYS_PER_YEAR}"},
    "frequency": {"Hz": "1", "mHz": "1e-3", "kHz": "1e3", "MHz": "1e6"},
    "flux": {"Hz/m^2": "1", "Hz/cm^2": "1e4", "kHz/m^2": "1e3", "kHz/cm^2": "1e7"},
    "pure number": {},
}
"""Units by dimension, each with its factor to the base unit, which comes first."""

_NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_QUANTITY = re.compile(rf"({_NUMBER})\s*(\S.*)?", re.ASCII)
_SPELLINGS = {"µm": "um", "μm": "um", "degrees": "deg", "°": "deg"}
_SPELLINGS |= {"day": "d", "days": "d", "weeks": "week", "months": "month"}
_SPELLINGS |= {"y": "yr", "a": "yr", "year": "yr", "years": "yr"}


def refuse(text: str) -> NoReturn:
    """Report to pydantic what is allowed; the key and the value are added later."""
    raise PydanticCustomError("refused", "{text}", {"text": text})


def switch(value: object) -> bool:
    """A value that is true or false, and no number or word for it."""
    if not isinstance(value, bool):
        refuse("must be true or false")
    return value


def is_number_text(text: str) -> bool:
    """Tell whether a string is a decimal number and nothing else."""
    return re.fullmatch(_NUMBER, text, re.ASCII) is not None


@dataclass(frozen=True)
class Quantity:
    """A real number of one dimension within limits; called on a raw value, gives a float.

    Parameters
    ----------
    dimension
        A key of `UNITS`.
    low, high
        Limits in the base unit.
    open_low, open_high
        Whether the limit itself is refused.
    zero
        What would follow from zero, if it is refused and users may well try it.
    """

    dimension: str
    low: float = -math.inf
    high: float = math.inf
    open_low: bool = False
    open_high: bool = False
    zero: str = ""

    @property
    def unit(self) -> str:
        """Base unit, empty for a pure number."""
        return next(iter(UNITS[self.dimension]), "")

    def __call__(self, value: object) -> float:
        """Convert a raw value to the base unit and check its limits."""
        number = self._from_text(value) if isinstance(value, str) else self._from_number(value)
        if not math.isfinite(number):
            refuse("must be finite" + self._with_unit(""))
        too_low = number <= self.low if self.open_low else number < self.low
        too_high = number >= self.high if self.open_high else number > self.high
        if too_low or too_high:
            reason = f": {self.zero}" if self.zero and number == 0.0 else ""
            refuse(self._limits() + reason)
        return number

    def _from_number(self, value: object) -> float:
        if isinstance(value, bool) or not isinstance(value, Real):
            refuse(f"must be {self._expected()}")
        try:
            return float(value)
        except OverflowError:
            return math.inf

    def _from_text(self, text: str) -> float:
        match = _QUANTITY.fullmatch(text.strip())
        if match is None or not math.isfinite(float(match[1])):
            refuse(f"must be {self._expected()}")
        number, written = match[1], match[2] or ""
        unit = _canonical(written)
        if unit not in UNITS[self.dimension]:
            if not written:
                allowed = ", ".join(UNITS[self.dimension])
                refuse(f'needs a unit ({allowed}), such as "{number} {self.unit}"')
            for dimension, units in UNITS.items():
                if unit in units:
                    refuse(f"{_with_article(dimension)}, but must be {self._expected()}")
            refuse(f"unknown unit {show(written)}; must be {self._expected()}")
        factor = UNITS[self.dimension][unit]
        if factor == "deg":
            return math.radians(float(number))
        try:
            return float(Decimal(number) * Decimal(factor))
        except ArithmeticError:
            return math.nan

    def _expected(self) -> str:
        units = list(UNITS[self.dimension])
        if not units:
            return "a number without a unit"
        what = _with_article(self.dimension)
        return f"{what}: a number in {units[0]}, or a string with a unit ({', '.join(units)})"

    def _with_unit(self, text: str) -> str:
        return f"{text} ({self.unit})" if self.unit else text

    def _limits(self) -> str:
        parts = []
        if self.low > -math.inf:
            parts.append(f"{'above' if self.open_low else 'at least'} {self.low:g}")
        if self.high < math.inf:
            parts.append(f"{'below' if self.open_high else 'at most'} {self.high:g}")
        return self._with_unit("must be " + " and ".join(parts))


def _with_article(noun: str) -> str:
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


def _canonical(unit: str) -> str:
    """Bring the usual spellings of a unit to the one in `UNITS`."""
    unit = _SPELLINGS.get(unit, unit)
    bare = unit.replace("{", "").replace("}", "").replace("⁻¹", "^-1").replace("−", "-")
    inverse = re.fullmatch(r"(?:1?/\s*)([a-z]b)|([a-z]b)\^?-1", bare)
    return f"{inverse[1] or inverse[2]}^-1" if inverse else unit


def items(value: object, count: int, what: str) -> Iterable[object]:
    """Take a list of ``count`` things, or refuse with ``what`` was expected."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    if not isinstance(value, list | tuple) or len(value) != count:
        refuse(f"must be a list of {what}")
    return value


@dataclass(frozen=True)
class Vector:
    """Three quantities of one kind; called on a raw list, gives a tuple."""

    component: Quantity

    def __call__(self, value: object) -> tuple[float, float, float]:
        """Convert each component to the base unit."""
        unit = self.component.unit
        x, y, z = items(value, 3, f"three numbers{f' ({unit})' if unit else ''}")
        return self.component(x), self.component(y), self.component(z)


@dataclass(frozen=True)
class Interval:
    """A lower and a higher quantity of one kind; called on a raw list, gives a tuple."""

    end: Quantity

    def __call__(self, value: object) -> tuple[float, float]:
        """Convert both ends to the base unit and check their order."""
        unit = self.end.unit
        what = f"two numbers, the lower first{f' ({unit})' if unit else ''}"
        first, second = items(value, 2, what)
        low, high = self.end(first), self.end(second)
        if low >= high:
            refuse(f"must be a list of {what}")
        return low, high


@dataclass(frozen=True)
class Whole:
    """A whole number within limits; called on a raw value, gives an int."""

    low: int
    high: int

    def __call__(self, value: object) -> int:
        """Check type and limits."""
        number = int(value) if isinstance(value, Integral) else self.low - 1
        if isinstance(value, bool) or not self.low <= number <= self.high:
            refuse(f"must be a whole number from {self.low} to {self.high}")
        return number
