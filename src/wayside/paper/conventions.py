"""The study's conventions, and ways out of them: mass points, its relation, its yield."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from math import exp

import numpy as np
from numpy.typing import ArrayLike

from wayside.models.inelastic import PseudoDirac, ScalarInelastic
from wayside.paper import printed
from wayside.production.direct_process import DirectProcess
from wayside.scenario import Scenario, load_scenario
from wayside.sensitivity import mean_flight
from wayside.sensitivity.mass_point import MassPoint
from wayside.sensitivity.planes import mass_point
from wayside.typing import FloatArray


@cache
def scenario(name: str, *changes: str) -> Scenario:
    """A built-in scenario with the study's one photon, and with values set."""
    return load_scenario(name, ("run.radiation=one-photon", *changes))


@cache
def setup(name: str, *changes: str) -> MassPoint:
    """Mass point of a built-in scenario with values set."""
    return mass_point(scenario(name, *changes))


def in_study_frame(name: str, *changes: str) -> MassPoint:
    """Mass point of a built-in scenario with the study's regulator."""
    return setup(name, "collider.regulator=printed", *changes)


def at_masses(point: MassPoint, masses: Sequence[float]) -> MassPoint:
    """The same collider and detectors with other masses (m_A', m1, m2) of a scalar pair."""
    return replace(point, model=ScalarInelastic(*masses))


def as_fermions(point: MassPoint) -> MassPoint:
    """The same with a pseudo-Dirac pair."""
    model = point.model
    return replace(point, model=PseudoDirac(model.m_aprime, model.m1, model.m2))


def relation(m_aprime: float, parameters: tuple[float, float, float] = printed.RELATION) -> float:
    """1 - (m1 + m2)/m_A' of the study's relation of optimal acceptance (section 10)."""
    a, b, c = parameters
    return (a - b * m_aprime) * exp(-c * m_aprime)


def masses_at_gap(m_aprime: float, gap: float, delta: float) -> tuple[float, float, float]:
    """Masses with 1 - (m1 + m2)/m_A' = gap and (m1 - m2)/m2 = delta."""
    ground = m_aprime * (1.0 - gap) / (2.0 + delta)
    return m_aprime, ground * (1.0 + delta), ground


def study_events(
    point: MassPoint,
    name: str,
    epsilon: ArrayLike,
    g_d: ArrayLike,
    luminosity_fb: float,
    acceptance: float | None = None,
) -> FloatArray:
    """Eq. 20 or 21 as the study uses it.

    Parameters
    ----------
    point
        Mass point with the study's regulator.
    name
        Name of one of its detectors.
    epsilon, g_d
        Couplings, of shapes that broadcast.
    luminosity_fb
        Integrated luminosity in fb^-1.
    acceptance
        Acceptance of the detector as a fraction; computed from Eq. 13 if not given. The study
        assumes 0.9 per cent in Figs. 14 and 15.

    Notes
    -----
    Off shell, Eq. 5 is taken as printed, with 32 for 16.
    """
    accepted = point.face(name).value if acceptance is None else acceptance
    produced = luminosity_fb * point.produced_fb(epsilon, g_d)
    if isinstance(point.process, DirectProcess):
        produced = produced * 16.0 / (printed.EQUATION_5_DENOMINATOR.value or 16.0)
    in_depth = mean_flight.probability_in_depth(point, name, epsilon, g_d)
    return np.asarray(produced * accepted * in_depth)
