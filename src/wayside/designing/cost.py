"""What a detector is made of, and what that costs at the prices of a scenario."""

import math
from typing import Final, NamedTuple

from wayside.backgrounds.pile_up import fibre_area
from wayside.backgrounds.setup import DetectorSetup
from wayside.detector.box import Box
from wayside.detector.materials import TUNGSTEN
from wayside.detector.stack import Stack
from wayside.errors import InputError
from wayside.scenario import Scenario
from wayside.scenario.cost import CostSection

_KG_PER_MM3: Final = 1e-6
"""Kilograms for a cubic millimetre of 1 g/cm^3."""


class Amounts(NamedTuple):
    """What a detector is made of, and how often its films are put in.

    Attributes
    ----------
    films
        Area of base with emulsion on both sides, of one filling, in m^2.
    fillings
        How often films are put in.
    plates, tungsten, lead
        Masses in kg.
    gas_planes, gas_area
        Number of gas detectors, and their area together in m^2.
    fibre_area
        Area of all planes of fibres in m^2.
    """

    films: float
    fillings: int
    plates: float
    tungsten: float
    lead: float
    gas_planes: int
    gas_area: float
    fibre_area: float


def amounts(stack: Stack, tungsten: float, fillings: int, fibre_planes: int = 1) -> Amounts:
    """Amounts of a stack of blocks with its lead, fibres and a slab in front.

    Parameters
    ----------
    stack
        The stack, with its own size and number of blocks.
    tungsten
        Thickness in m of a slab that covers the front of the lead.
    fillings
        How often films are put in.
    fibre_planes
        Planes of fibres on each side.

    Examples
    --------
    >>> study = amounts(Stack(), tungsten=0.0, fillings=20)
    >>> round(study.films, 1), round(study.plates), round(study.lead)
    (79.2, 321, 2571)
    """
    width, height = stack.size
    face = width * height
    room = stack.clearance if stack.shield + stack.fibres > 0.0 else 0.0
    inner = [length + 2.0 * room for length in (width, height, stack.depth)]
    outer = [length + 2.0 * stack.shield for length in inner]
    planes = stack.blocks if stack.mpgd > 0.0 else 0
    return Amounts(
        1e-6 * face * stack.sheets,
        fillings,
        _KG_PER_MM3 * stack.plate_density * face * stack.plate * stack.sheets,
        _KG_PER_MM3 * TUNGSTEN.density * outer[0] * outer[1] * 1e3 * tungsten,
        _KG_PER_MM3 * stack.shield_material.density * (math.prod(outer) - math.prod(inner)),
        planes,
        1e-6 * face * planes,
        fibre_planes * fibre_area(stack)[0] if stack.fibres > 0.0 else 0.0,
    )


def priced(amount: Amounts, prices: CostSection) -> dict[str, float]:
    """Costs by item.

    Parameters
    ----------
    amount
        What there is.
    prices
        What each costs.

    Examples
    --------
    >>> priced(amounts(Stack(), 0.0, 1), CostSection())["films"]
    118800.0
    """
    area = amount.films * amount.fillings
    hours = 1e4 * area / prices.scanning_speed
    return {
        "films": area * prices.film,
        "exchanges": amount.fillings * prices.exchange,
        "scanning": hours * prices.scanning_hour,
        "plates": amount.plates * prices.plate,
        "tungsten": amount.tungsten * prices.tungsten,
        "lead": amount.lead * prices.lead,
        "gas": amount.gas_planes * prices.gas_plane + amount.gas_area * prices.gas_area,
        "fibres": amount.fibre_area * prices.fibre_area,
        "fixed": prices.fixed,
    }


def fillings(exposure: float, replacement: float) -> int:
    """How often films are put in, the first time too.

    Parameters
    ----------
    exposure, replacement
        Time over which films record, and after which they are replaced, in the same unit.

    Examples
    --------
    >>> fillings(10.0, 0.5), fillings(1.0, 3.0), fillings(1.0, 0.4)
    (20, 1, 3)
    """
    return max(1, math.ceil(exposure / replacement * (1.0 - 1e-9)))


def detector_amounts(scenario: Scenario, detector: str) -> Amounts:
    """Amounts of one detector of a scenario: of the blocks that fit into it.

    Raises
    ------
    InputError
        If it is no box, or no block fits.
    """
    section = scenario.detectors[detector]
    if not isinstance(section.build(), Box):
        raise InputError(
            f'detectors.{detector}.shape = "{section.shape}": costs are those of a box of blocks'
        )
    setup = DetectorSetup(scenario, detector)
    width, height, _ = (float(length) for length in setup.volume.size)
    stack = scenario.stack.model_copy(update={"blocks": setup.blocks})
    site = scenario.site
    return amounts(
        stack.build((width, height)),
        scenario.shielding.tungsten,
        fillings(site.exposure, site.film_replacement),
        scenario.stack.fibre_planes,
    )


def cost(scenario: Scenario) -> dict[str, float]:
    """Costs of the signal detectors of a scenario by item.

    Parameters
    ----------
    scenario
        From `wayside.load_scenario`; its section ``[cost]`` has the prices.

    Raises
    ------
    InputError
        If a detector is no box.

    Examples
    --------
    >>> import wayside
    >>> parts = cost(wayside.load_scenario("belle2-forward"))
    >>> max(parts, key=parts.get)
    'films'
    """
    total: dict[str, float] = {}
    for name in scenario.signal:
        for item, value in priced(detector_amounts(scenario, name), scenario.cost).items():
            total[item] = total.get(item, 0.0) + value
    return total
