"""A conformance suite for production processes, Wayside's own and those of others.

Each check has a second route: the density is integrated over the whole sky, mean energies are
compared with momentum conservation, drawn events with the density that they come from.

Examples
--------
>>> from wayside import Beams, ScalarInelastic
>>> from wayside.production.direct_process import DirectProcess
>>> check_process(DirectProcess(ScalarInelastic(14.0, 5.0, 4.85), Beams.symmetric(10.58)))
"""

from collections.abc import Callable
from typing import Final

import numpy as np

from wayside.acceptance.panels import build_rule
from wayside.acceptance.rule import Level
from wayside.detector.box import Box
from wayside.generator.flights import FlightSampler
from wayside.production.flight import Flight
from wayside.production.process import Process
from wayside.testing.assertions import close, require

__all__ = ["PROCESS_CHECKS", "check_process"]

COUPLINGS: Final = {"epsilon": 3e-4, "g_d": 0.7}
"""Values at which rates are compared."""

_LEVEL: Final = Level(18, 7, 18)
_DRAWN: Final = 40_000
_STABLE: Final = 1e9
"""Proper decay length in m: long enough that all flights live on."""


def declares_what_it_is(process: Process) -> None:
    """Name, reaction, powers, multiplicity and radiated particles are there."""
    require(process.name and process.reaction, "must have a name and a reaction")
    require(len(process.powers) > 0, "powers: a rate must scale with some coupling")
    require(process.flying_per_event > 0.0, "flying_per_event: must be positive")
    require(len(process.radiated) <= 1, "radiated: at most one particle beside the mediator")
    require(isinstance(process.flight, Flight), "flight: must fulfil production.flight.Flight")


def rate_scales_with_powers(process: Process) -> None:
    """Doubling a coupling multiplies the cross-section by its power of two; a rate is positive."""
    rate = float(process.cross_section(COUPLINGS))
    require(rate > 0.0, f"cross_section = {rate}: must be positive")
    for name in COUPLINGS:
        doubled = float(process.cross_section({**COUPLINGS, name: 2.0 * COUPLINGS[name]}))
        close(f"cross_section at twice {name}", doubled / rate, 2.0 ** process.powers[name], 1e-12)
    branching = float(process.branching_ratio(COUPLINGS))
    require(0.0 < branching <= 1.0, f"branching_ratio = {branching}: must be from 0 to 1")
    produced = float(process.produced_fb(COUPLINGS))
    close("produced_fb", produced, process.flying_per_event * rate * branching, 1e-12)


def density_is_normalised(process: Process) -> None:
    """Six boxes around the collision catch every particle once, with the right mean energy."""
    total = energy = 0.0
    for axis in np.eye(3):
        for sign in (1.0, -1.0):
            box = Box.place(2.0 * sign * axis, [4.0, 4.0, 0.5], facing=tuple(-sign * axis))
            nodes = build_rule(process.flight, box, _LEVEL).nodes()
            total += float(np.sum(nodes.weight))
            energy += float(np.sum(nodes.weight * np.cosh(nodes.rapidity)))
    close("density integrated over the sky", total, 1.0, 1e-4)
    require(energy > total, "mean energy: must be above the mass")


def events_conserve_momentum(process: Process) -> None:
    """Drawn particles have their mass, mediators theirs, and what is radiated has none."""
    rng = np.random.default_rng(20)
    box = Box.place((0.0, 0.0, 2.0), (3.0, 3.0, 1.0))
    flights = FlightSampler([process.flight], {"box": box}, _STABLE).draw(_DRAWN, rng)
    require(len(flights.rapidity) > 100, "too few particles reach a large box ahead")
    made = process.complete(flights.direction, flights.rapidity, rng)
    mass = process.flight.mass * process.beams.sqrt_s
    momentum = np.linalg.norm(made.flying, axis=1)
    close("momentum", float(np.max(momentum / (mass * np.sinh(flights.rapidity)))), 1.0, 1e-9)
    mediator = np.hypot(process.mediator_mass, np.linalg.norm(made.mediator, axis=1))
    total = process.beams.sqrt_s * process.flight.frames.gamma
    radiated = np.linalg.norm(
        process.beams.sqrt_s * process.flight.frames.boost - made.mediator, axis=1
    )
    left = total - mediator - (radiated if process.radiated else 0.0)
    worst = float(np.max(np.abs(left))) / total
    require(worst < 1e-6, f"energy: {worst:.1e} of it is missing")


PROCESS_CHECKS: Final[tuple[Callable[[Process], None], ...]] = (
    declares_what_it_is,
    rate_scales_with_powers,
    density_is_normalised,
    events_conserve_momentum,
)
"""All checks, for parametrised tests."""


def check_process(process: Process) -> None:
    """Run all checks on a process at one mass point and collider.

    Parameters
    ----------
    process
        Made with a model, beams and a treatment.

    Raises
    ------
    AssertionError
        If the process does not keep one of its promises; the text says which.
    """
    for check in PROCESS_CHECKS:
        check(process)
