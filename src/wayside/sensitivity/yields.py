"""Expected events of a mass point: probabilities to decay, efficiencies, luminosity."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from wayside.acceptance.detected import Detected, excited_detected
from wayside.efficiency.shipped import shipped
from wayside.errors import InputError
from wayside.sensitivity import mean_flight
from wayside.sensitivity.mixture import averaged
from wayside.typing import FloatArray

if TYPE_CHECKING:
    from wayside.scenario.sections import Decays, Efficiency
    from wayside.sensitivity.mass_point import MassPoint


def decay_probability(
    point: "MassPoint", name: str, epsilon: ArrayLike, g_d: ArrayLike, decays: "Decays"
) -> FloatArray:
    """Probability to decay inside a detector; parameters as `MassPoint.decay_probability`."""
    if decays == "mean-flight":
        point.volume(name)
        return averaged(
            point.with_one_photon,
            lambda part: mean_flight.decay_probability(part, name, epsilon, g_d),
            epsilon,
            g_d,
        )
    if decays != "exact":
        raise InputError(f"decays = {decays!r}: must be exact or mean-flight")
    ctau = point.ctau(epsilon, g_d)
    return averaged(point, lambda part: part.decay_probability_at(name, ctau), epsilon, g_d)


def detected(point: "MassPoint", name: str) -> Detected:
    """Decays in a detector that are detected, of a mass point with one process."""
    box, acceptances = point.box(name, "efficiencies"), point.acceptances(name)
    return excited_detected(
        acceptances.detected_rule,
        box,
        acceptances.decaying,
        shipped() if point.selected is None else point.selected,
        point.selection,
        acceptances.detected_curve,
    )


def detected_fraction(
    point: "MassPoint", name: str, epsilon: ArrayLike, g_d: ArrayLike
) -> FloatArray:
    """Fraction of the decays in a detector that are detected, whatever ``efficiency`` says.

    Parameters
    ----------
    point
        Masses at a collider.
    name
        Detector.
    epsilon, g_d
        Couplings, any shapes that broadcast: only the lifetime that follows from them counts.

    Notes
    -----
    The flights, their boosts and the lifetime are exact; decays are averaged over the three-body
    phase space by a fixed rule, and looked up in the table: docs/theory, "Efficiency".
    """
    ctau = point.ctau(epsilon, g_d)
    return averaged(
        point,
        lambda part: part.detected(name).efficiency(ctau),
        epsilon,
        g_d,
        weight=lambda part: part.decay_probability_at(name, ctau),
    )


def expected_events(
    point: "MassPoint",
    name: str,
    epsilon: ArrayLike,
    g_d: ArrayLike,
    luminosity_fb: float,
    decays: "Decays",
    efficiency: "Efficiency",
) -> FloatArray:
    """Decays expected inside a detector, or those of them that are detected.

    Parameters and what is raised as `MassPoint.expected_events`.
    """
    point.volume(name)
    if not luminosity_fb > 0.0:
        raise InputError(f"luminosity_fb = {luminosity_fb}: must be positive (fb^-1)")
    if decays == "mean-flight":
        point = point.with_one_photon
    produced = luminosity_fb * point.produced_fb(epsilon, g_d)
    events = produced * decay_probability(point, name, epsilon, g_d, decays)
    if efficiency not in ("unity", "simulated"):
        raise InputError(f"efficiency = {efficiency!r}: must be unity or simulated")
    if efficiency == "simulated":
        events = events * detected_fraction(point, name, epsilon, g_d)
    return np.asarray(events)
