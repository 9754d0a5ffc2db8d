"""A conformance suite for models of single particles and what produces them.

Examples
--------
>>> from wayside import Beams
>>> from wayside.models.alp_photon import AlpPhoton
>>> check_particle(AlpPhoton(0.5), Beams(7.007, 4.0, 0.083))
"""

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Final

import numpy as np

from wayside.acceptance.panels import build_rule
from wayside.acceptance.rule import Level
from wayside.collider.beams import Beams
from wayside.decays.particle_decays import visible
from wayside.decays.three_body import three_products
from wayside.detector.box import Box
from wayside.errors import InputError
from wayside.models.final_states import MASSES, charge, mass_of
from wayside.models.particle import ParticleModel, total_width, widths_by_channel
from wayside.production.flight import Flight
from wayside.production.particle_processes import processes
from wayside.testing.assertions import close, require

__all__ = ["PARTICLE_CHECKS", "check_particle"]

_VALUE: Final = 1e-3
"""Of all couplings, at which rates are compared."""

_HEAVIER: Final = (1.0, 3.0, 10.0, 30.0)
"""Masses at which channels may open, over that of the model."""

_LEVEL: Final = Level(18, 7, 18)


def _couplings(model: ParticleModel) -> dict[str, float]:
    return {coupling.name: _VALUE for coupling in model.couplings}


def _channels(model: ParticleModel) -> set[str]:
    """Channels at the mass of a model, and at those larger ones that it allows."""
    channels = set()
    for factor in _HEAVIER:
        try:
            heavier = replace(model, mass=factor * model.mass)
        except InputError:
            continue
        channels |= {width.channel for width in heavier.widths()}
    return channels


def declares_what_it_is(model: ParticleModel, beams: Beams) -> None:
    """Names are there, and rates depend on declared couplings alone."""
    require(model.kind and model.name and model.couplings, "must have kind, name and couplings")
    declared = {coupling.name for coupling in model.couplings}
    for width in model.widths():
        require(set(width.powers) <= declared, f"{width.channel}: a coupling that is not declared")
    require(set(model.invisible) <= _channels(model), "invisible: a channel that has no width")
    made = processes(model, beams)
    require(len({process.name for process in made}) == len(made), "two processes of one name")
    for process in made:
        require(process.name and process.reaction, "a process must have a name and a reaction")
        require(set(process.powers) <= declared, f"{process.name}: a coupling not declared")


def widths_are_monomials(model: ParticleModel, _beams: Beams) -> None:
    """Widths are positive, add up, and scale with the powers that they state."""
    couplings = _couplings(model)
    widths = model.widths()
    require(all(width.hat > 0.0 for width in widths), "widths: must be positive, or left out")
    total = float(total_width(widths, couplings))
    parts = sum(float(value) for value in widths_by_channel(widths, couplings).values())
    close("sum of widths", parts, total, 1e-12)
    for name in couplings:
        doubled = {**couplings, name: 2.0 * couplings[name]}
        expected = sum(
            width.hat * width.powers.value(**couplings) * 2.0 ** width.powers[name]
            for width in widths
        )
        close(f"width at twice {name}", float(total_width(widths, doubled)), expected, 1e-12)
    many = {name: np.full((3, 1), value) for name, value in couplings.items()}
    require(total_width(widths, many).shape == (3, 1), "widths: must broadcast")


def rates_are_probabilities(model: ParticleModel, beams: Beams) -> None:
    """Cross-sections are positive, branching ratios from 0 to 1, and both broadcast."""
    couplings = _couplings(model)
    for process in processes(model, beams):
        rate = float(process.cross_section(couplings))
        branching = float(process.branching_ratio(couplings))
        require(rate > 0.0, f"{process.name}: cross_section = {rate}: must be positive")
        require(0.0 < branching <= 1.0, f"{process.name}: branching_ratio = {branching}")
        produced = float(process.produced_fb(couplings))
        close("produced_fb", produced, process.flying_per_event * rate * branching, 1e-12)
        many = {name: np.full((2, 3), value) for name, value in couplings.items()}
        require(process.produced_fb(many).shape == (2, 3), "produced_fb: must broadcast")


def densities_are_normalised(model: ParticleModel, beams: Beams) -> None:
    """Fractions add up, and six boxes around the collision catch every particle once."""
    for process in processes(model, beams):
        close(f"{process.name}: fractions", sum(p.fraction for p in process.parts), 1.0, 1e-9)
        part = process.parts[0]
        if not isinstance(part.flight, Flight):
            continue
        total = energy = 0.0
        for axis in np.eye(3):
            for sign in (1.0, -1.0):
                box = Box.place(2.0 * sign * axis, [4.0, 4.0, 0.5], facing=tuple(-sign * axis))
                nodes = build_rule(part.flight, box, _LEVEL).nodes()
                total += float(np.sum(nodes.weight))
                energy += float(np.sum(nodes.weight * np.cosh(nodes.rapidity)))
        close(f"{process.name}: density integrated over the sky", total, 1.0, 1e-4)
        require(energy > total, "mean energy: must be above the mass")
        largest = 0.5 * (1.0 + part.flight.mass**2) / part.flight.mass
        # A boost by the centre of mass changes a mean energy by its Lorentz factor, as both
        # directions along the beams are alike there.
        gamma = 1.0 / math.sqrt(1.0 - float(beams.boost @ beams.boost))
        require(energy < 1.0001 * gamma * largest, "mean energy: above that of the collision")


def final_states_are_possible(model: ParticleModel, _beams: Beams) -> None:
    """Every visible channel has final states, neutral, lighter than the particle, of weight > 0.

    Squared amplitudes are not negative anywhere in phase space.
    """
    for width in model.widths():
        if width.channel in model.invisible:
            continue
        states = model.final_states(width)
        require(bool(states), f"{width.channel}: must have a final state")
        for state in states:
            what = f"{width.channel}: {' '.join(map(str, state.products)) or 'hadrons'}"
            require(state.weight > 0.0, f"{what}: must have a positive weight")
            beside = len(state.products) <= 1 if state.hadrons else len(state.products) > 1
            require(beside, f"{what}: products, or hadrons beside one lepton at most")
            require(set(map(abs, state.products)) <= set(MASSES), f"{what}: a code not known")
            balanced = sum(map(charge, state.products)) == 0 or state.hadrons is not None
            require(balanced, f"{what}: charges must add up to 0")
            require(state.least_mass < model.mass, f"{what}: heavier than the particle")
            seen = state.hadrons is not None or any(visible(np.array(state.products)))
            require(seen, f"{what}: neutrinos alone")
            if state.squared_amplitude is None:
                continue
            require(len(state.products) == 3, f"{what}: an amplitude needs three products")
            first, second, third = map(mass_of, state.products)
            products = three_products(model.mass, (first, second, third), *_GRID)
            values = state.squared_amplitude(products)
            require(bool(np.all(values > -1e-12 * np.max(values))), f"{what}: negative amplitude")


_GRID: Final = np.meshgrid(np.linspace(0.02, 0.98, 25), np.linspace(-1.0, 1.0, 9))
"""Fractions of the range of a pair's mass, and cosines in its frame."""


PARTICLE_CHECKS: Final[tuple[Callable[[ParticleModel, Beams], None], ...]] = (
    declares_what_it_is,
    widths_are_monomials,
    rates_are_probabilities,
    densities_are_normalised,
    final_states_are_possible,
)
"""All checks, for parametrised tests."""


def check_particle(model: ParticleModel, beams: Beams) -> None:
    """Run all checks on a model at one mass and a collider that can make it.

    Parameters
    ----------
    model
        Mass and widths.
    beams
        The collider.

    Raises
    ------
    AssertionError
        If the model or its production does not keep one of its promises; the text says which.
    """
    for check in PARTICLE_CHECKS:
        check(model, beams)
