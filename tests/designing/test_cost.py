"""Amounts and costs counted by hand."""

import math

import pytest

from wayside.designing.cost import amounts, cost, detector_amounts, fillings, priced
from wayside.detector.stack import Stack
from wayside.errors import InputError
from wayside.scenario import load_scenario
from wayside.scenario.cost import CostSection


def test_amounts_by_hand() -> None:
    """A box of 0.1 m x 0.2 m with 10 blocks of 5 layers, 20 mm of lead, 5 mm of fibres."""
    stack = Stack(
        size=(100.0, 200.0), blocks=10, layers=5, plate=1.0, film=0.05, base=0.2, plate_density=8.0,
        mpgd=8.0, shield=20.0, fibres=5.0, clearance=0.0,
    )  # fmt: skip
    depth = 10 * (5 * 1.3e-3 + 8e-3)  # m
    found = amounts(stack, 0.5, 4, 2)
    assert found.films == pytest.approx(0.1 * 0.2 * 50)
    assert found.fillings == 4
    assert found.plates == pytest.approx(0.1 * 0.2 * 1e-3 * 50 * 8000.0)
    assert found.tungsten == pytest.approx(0.14 * 0.24 * 0.5 * 19300.0)
    lead = 0.14 * 0.24 * (depth + 0.04) - 0.1 * 0.2 * depth
    assert found.lead == pytest.approx(lead * 11350.0)
    assert found.gas_planes == 10
    assert found.gas_area == pytest.approx(0.2)
    x, y, z = 0.15, 0.25, depth + 0.05
    assert found.fibre_area == pytest.approx(2 * 2 * (x * y + y * z + x * z))


def test_nothing_where_there_is_nothing() -> None:
    bare = amounts(Stack(shield=0.0, fibres=0.0, mpgd=0.0), 0.0, 1)
    assert (bare.lead, bare.tungsten, bare.gas_planes, bare.fibre_area) == (0.0, 0.0, 0, 0.0)


def test_prices_by_hand() -> None:
    found = amounts(Stack(), 1.0, 3)
    prices = CostSection(
        film=10.0, exchange=7.0, scanning_hour=2.0, scanning_speed=100.0, plate=0.5, tungsten=0.25,
        lead=0.125, gas_plane=11.0, gas_area=13.0, fibre_area=17.0, fixed=5.0,
    )  # fmt: skip
    costs = priced(found, prices)
    area = 33 * 40 * 0.2 * 0.3 * 3
    assert costs["films"] == pytest.approx(10.0 * area)
    assert costs["exchanges"] == 21.0
    assert costs["scanning"] == pytest.approx(2.0 * 1e4 * area / 100.0)
    assert costs["plates"] == pytest.approx(0.5 * found.plates)
    assert costs["tungsten"] == pytest.approx(0.25 * found.tungsten)
    assert costs["lead"] == pytest.approx(0.125 * found.lead)
    assert costs["gas"] == pytest.approx(33 * 11.0 + 33 * 0.06 * 13.0)
    assert costs["fibres"] == pytest.approx(17.0 * found.fibre_area)
    assert costs["fixed"] == 5.0
    assert len(costs) == 9


@pytest.mark.parametrize(
    ("exposure", "replacement", "number"),
    [(3652.5, 182.625, 20), (100.0, 1000.0, 1), (365.0, 364.0, 2), (0.3, 0.1, 3)],
)
def test_fillings(exposure: float, replacement: float, number: int) -> None:
    assert fillings(exposure, replacement) == number


def test_of_a_scenario() -> None:
    """Signal detectors add up; blocks are those that fit; other shapes are refused."""
    both = {"run.signal": ["A", "B"]}
    one, two = load_scenario("belle2-forward"), load_scenario("belle2-forward", both)
    width = detector_amounts(two, "B").films / detector_amounts(two, "A").films
    assert width == pytest.approx(0.4 / 0.3)
    assert cost(two)["films"] == pytest.approx((1.0 + 0.4 / 0.3) * cost(one)["films"])
    short = load_scenario("belle2-forward", {"detectors.A.size": [0.2, 0.3, 0.66]})
    assert detector_amounts(short, "A").films == pytest.approx(
        math.floor(0.66 / 0.04) / 33 * detector_amounts(one, "A").films
    )
    chamber = load_scenario("belle2-forward", {"detectors.A": {"shape": "belle2-cdc"}})
    with pytest.raises(InputError, match="box"):
        cost(chamber)
