"""Units: conversions against exact fractions, and what is refused."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic_core import PydanticCustomError

from wayside.scenario.quantities import UNITS, Interval, Quantity, Vector, Whole

# Powers of ten by name, written here once more from the SI prefixes and inverse barns.
POWERS = {
    "eV": -9, "keV": -6, "MeV": -3, "GeV": 0, "TeV": 3,
    "um": -6, "mm": -3, "cm": -2, "m": 0, "km": 3,
    "mrad": -3, "rad": 0,
    "g/cm^3": 0,
    "nb^-1": -6, "pb^-1": -3, "fb^-1": 0, "ab^-1": 3,
    "mHz": -3, "Hz": 0, "kHz": 3, "MHz": 6,
    "Hz/m^2": 0, "kHz/m^2": 3, "Hz/cm^2": 4, "kHz/cm^2": 7,
}  # fmt: skip
# A Julian year and its twelfth part.
DAYS = {"d": 1, "week": 7, "month": Fraction(36525, 1200), "yr": Fraction(36525, 100)}


def dimension_of(unit: str) -> str:
    return next(dimension for dimension, units in UNITS.items() if unit in units)


def test_every_unit_is_tested() -> None:
    units = {unit for units in UNITS.values() for unit in units}
    assert units == {*POWERS, "deg", *DAYS}


@pytest.mark.parametrize("unit", POWERS)
@given(st.integers(-(10**12), 10**12), st.integers(-12, 6))
@settings(deadline=None, derandomize=True, max_examples=30)
def test_conversion_is_correctly_rounded(unit: str, digits: int, exponent: int) -> None:
    value = Quantity(dimension_of(unit))(f"{digits}e{exponent} {unit}")
    assert value == float(Fraction(digits) * Fraction(10) ** (exponent + POWERS[unit]))


@pytest.mark.parametrize("unit", DAYS)
@given(st.integers(0, 10**6), st.integers(-6, 6))
@settings(deadline=None, derandomize=True, max_examples=30)
def test_times_are_correctly_rounded(unit: str, digits: int, exponent: int) -> None:
    value = Quantity("time")(f"{digits}e{exponent} {unit}")
    assert value == float(digits * Fraction(10) ** exponent * DAYS[unit])


@pytest.mark.parametrize(
    ("dimension", "text", "value"),
    [
        ("length", "57 cm", 0.57),  # 57 * 0.01 is another float
        ("energy", "8000MeV", 8.0),
        ("energy", "  +.5e1 GeV ", 5.0),
        ("angle", "83 mrad", 0.083),
        ("angle", "180 deg", math.pi),
        ("luminosity", "50 ab^-1", 50000.0),
        ("luminosity", "50 ab-1", 50000.0),
        ("luminosity", "50 /ab", 50000.0),
        ("luminosity", "50 ab⁻¹", 50000.0),
        ("luminosity", "50 ab^{-1}", 50000.0),
        ("length", "300 µm", 3e-4),
        ("time", "6 months", 182.625),
        ("time", "2 years", 730.5),
        ("time", "1 day", 1.0),
    ],
)
def test_spellings(dimension: str, text: str, value: float) -> None:
    assert Quantity(dimension)(text) == value


@pytest.mark.parametrize("value", [8, 8.0, np.float64(8), np.float32(8), np.int64(8), Fraction(8)])
def test_bare_numbers_are_in_the_base_unit(value: object) -> None:
    assert Quantity("energy")(value) == 8.0


@pytest.mark.parametrize(
    "value",
    [True, None, [], {}, b"8 GeV", 8j, "", "GeV", "8", "eight GeV", "8 8 GeV", "8 m", "8 gev",
     "nan GeV", "inf GeV", "1e999 GeV", "1e99999999999 GeV", math.nan, math.inf, -math.inf,
     10**400, np.nan, np.bool_(True), "٣ GeV", "1_0 GeV"],
)  # fmt: skip
def test_refused(value: object) -> None:
    with pytest.raises(PydanticCustomError):
        Quantity("energy")(value)


def test_wrong_dimension_names_both() -> None:
    with pytest.raises(PydanticCustomError, match=r"a length, but must be an energy.*MeV"):
        Quantity("energy")("30 cm")


def test_limits() -> None:
    closed = Quantity("length", 0.0, 1.0)
    assert (closed(0.0), closed("1 m")) == (0.0, 1.0)
    opened = Quantity("length", 0.0, 1.0, open_low=True, open_high=True)
    for value in (0.0, 1.0, "100 cm", -1.0, 2.0):
        with pytest.raises(PydanticCustomError, match=r"above 0 and below 1 \(m\)"):
            opened(value)


def test_vector_and_interval() -> None:
    assert Vector(Quantity("length"))(["20 cm", 0.3, 1]) == (0.2, 0.3, 1.0)
    assert Vector(Quantity("length"))(np.array([1.0, 0.0, 7.0])) == (1.0, 0.0, 7.0)
    assert Interval(Quantity("energy"))(["1 MeV", 2]) == (0.001, 2.0)
    for value in ([1.0, 2.0], [1, 2, 3, 4], 1.0, "1 m", [1, 2, True], None, [[1], 2, 3]):
        with pytest.raises(PydanticCustomError):
            Vector(Quantity("length"))(value)
    for value in ([2.0, 1.0], [1.0, 1.0], [1.0], "1 GeV", [1.0, math.nan]):
        with pytest.raises(PydanticCustomError):
            Interval(Quantity("energy"))(value)


def test_count() -> None:
    assert Whole(20, 2000)(np.int64(20)) == 20
    for value in (19, 2001, 200.0, True, "200", None, 10**400):
        with pytest.raises(PydanticCustomError, match="whole number from 20 to 2000"):
            Whole(20, 2000)(value)
