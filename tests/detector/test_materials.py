"""Lengths from compositions against the PDG's Atomic and nuclear properties."""

import pytest

from wayside.detector.materials import (
    COPPER,
    FR4,
    KAPTON,
    LEAD,
    POLYSTYRENE,
    Material,
    air,
    argon_co2,
)
from wayside.detector.stack import EMULSION
from wayside.errors import InputError


def pure(symbol: str, density: float) -> Material:
    return Material("Pure", density, {symbol: 1.0})


MEASURED = [
    # Radiation length and nuclear interaction length in g/cm^2.
    (pure("H", 0.0708), 63.04, 52.0),
    (pure("C", 2.21), 42.70, 85.8),
    (pure("Si", 2.329), 21.82, 108.4),
    (pure("Fe", 7.874), 13.84, 132.1),
    (COPPER, 12.86, 137.3),
    (pure("Ag", 10.5), 8.97, None),
    (pure("W", 19.3), 6.76, 191.9),
    (LEAD, 6.37, 199.6),
    (pure("U", 18.95), 6.00, 209.0),
    (KAPTON, 40.58, 85.5),
    (POLYSTYRENE, 43.79, 81.7),
    (air(), 36.62, 90.1),
    (Material("Emulsion", 3.815, EMULSION), 11.33, 134.8),
]


@pytest.mark.parametrize(("material", "radiation", "interaction"), MEASURED)
def test_lengths(material: Material, radiation: float, interaction: float | None) -> None:
    assert material.radiation_length == pytest.approx(radiation, rel=2e-3)
    if interaction is not None:
        # Interpolated between elements; uranium lies beyond the last.
        assert material.interaction_length == pytest.approx(
            interaction, rel=0.05 if "U" in material.fractions else 0.015
        )


@pytest.mark.parametrize(
    ("material", "energy", "within"),
    [
        (pure("Fe", 7.874), 21.68, 0.05),
        (COPPER, 19.42, 0.05),
        (Material("Emulsion", 3.815, EMULSION), 17.43, 0.06),
        (LEAD, 7.43, 0.12),
    ],
)
def test_critical_energy(material: Material, energy: float, within: float) -> None:
    assert material.critical_energy == pytest.approx(energy, rel=within)


def test_gas_density_from_the_ideal_gas() -> None:
    # PDG at 20 degrees: argon 1.662e-3, carbon dioxide 1.842e-3 g/cm^3; volumes add.
    gas = argon_co2(0.7)
    assert gas.density == pytest.approx(0.7 * 1.662e-3 + 0.3 * 1.842e-3, rel=5e-3)
    assert sum(gas.fractions.values()) == pytest.approx(1.0)
    # Of 100 molecules 30 have a carbon atom and 70 are argon.
    assert gas.fractions["C"] / gas.fractions["Ar"] == pytest.approx(30 * 12.011 / (70 * 39.95))


def test_board_adds_up() -> None:
    assert sum(FR4.fractions.values()) == pytest.approx(1.0)
    assert FR4.radiation_length == pytest.approx(30.3, rel=0.1)  # NEMA G10 of the PDG: 29.9-33


def test_what_is_refused() -> None:
    with pytest.raises(InputError, match=r"add up to 0\.9"):
        Material("Bad", 1.0, {"Fe": 0.9})
    with pytest.raises(InputError, match='no element "Xx"'):
        Material("Bad", 1.0, {"Xx": 1.0})
