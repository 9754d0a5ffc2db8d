"""How well a yield is known, by source."""

import math
from typing import Any, Final

import numpy as np

from wayside.models.protocol import WidthErrors
from wayside.sensitivity import mixture
from wayside.sensitivity.mass_point import MassPoint

SCHEME: Final = 0.005
"""Relative error of the treatment of further photons, from an independent one; docs/theory."""

SCHEME_LARGE: Final = 0.01
"""The same below `SHORT`, and with boosted beams, whose caustic photons sweep over a detector."""

SHORT: Final = 0.5
"""Proper decay length in m from which on yields are compared with an independent treatment."""

_STEP: Final = 1e-3
"""In ln(lifetime), for the derivative of a yield."""


def yield_uncertainty(
    point: MassPoint, name: str, epsilon: float, g_d: float, efficiency_error: float = 0.0
) -> dict[str, Any]:
    """Relative standard uncertainty of the yield in one detector, by source.

    Parameters
    ----------
    point
        Masses at a collider.
    name
        Detector.
    epsilon, g_d
        Couplings, one number each.
    efficiency_error
        Relative error of the efficiency.

    Returns
    -------
    dict
        ``numerical``, ``from_r`` (branching ratio of the A' and lifetime, which vary together; None
        where R is not known), ``efficiency``, ``radiation`` (None where no process counts
        all photons, which leaves out more than an error), and ``total``, in quadrature of those
        that are known. Luminosity, beams and couplings are taken as exact.
    """
    sources: dict[str, float | None] = {
        "numerical": mixture.decay_error(point, name),
        "from_r": _from_r(point, name, epsilon, g_d),
        "efficiency": efficiency_error,
        "radiation": _from_radiation(point, name, epsilon, g_d),
    }
    total = math.sqrt(sum(value**2 for value in sources.values() if value is not None))
    return {**sources, "total": total}


def _from_radiation(point: MassPoint, name: str, epsilon: float, g_d: float) -> float | None:
    """Of the scheme, and of the quadrature over photons: the step from half of its points.

    The scheme has the error of the comparison with an independent treatment, or the difference of
    its total from the closed form if that is larger, as for a light A'.
    """
    if not point.radiates:
        return None
    ctau = float(point.ctau(epsilon, g_d))
    boosted = float(point.beams.boost @ point.beams.boost) > 0.0
    least = SCHEME_LARGE if boosted or ctau < SHORT else SCHEME
    schemes, steps, rates = [], [], []
    for part in point.parts:
        ratio = part.acceptances(name).photon_ratio()
        coarse = part.acceptances(name).photon_ratio(ratio.points // 2)
        steps.append(abs(float(coarse(ctau)) / float(ratio(ctau)) - 1.0))
        schemes.append(max(least, abs(ratio.total_difference)))
        rates.append(float(part.produced_fb(epsilon, g_d) * part.decay_probability_at(name, ctau)))
    weights = rates if sum(rates) > 0.0 else None
    return math.hypot(*(float(np.average(errors, weights=weights)) for errors in (schemes, steps)))


def _from_r(point: MassPoint, name: str, epsilon: float, g_d: float) -> float | None:
    """Of the widths into hadrons: branching ratio of the A' and lifetime, added linearly."""
    model = point.model
    if not isinstance(model, WidthErrors):
        return None
    hats = point.excited_width_hats
    total = sum(hats.values())
    error = 0.0
    if total > 0.0 and hats["hadrons"] > 0.0 and point.ctau_override is None:
        ctau = float(point.ctau(epsilon, g_d))
        around = ctau * np.exp([-_STEP, _STEP])
        low, high = (_yield(point, name, epsilon, g_d, value) for value in around.tolist())
        # Out of reach there is no yield, whatever the lifetime.
        slope = math.log(high / low) / (2.0 * _STEP) if low > 0.0 and high > 0.0 else 0.0
        error += abs(slope) * model.excited_width_error_hat() / total
    return error + _dark_branching_error(point, epsilon, g_d)


def _yield(point: MassPoint, name: str, epsilon: float, g_d: float, ctau: float) -> float:
    return float(
        sum(
            part.produced_fb(epsilon, g_d) * part.decay_probability_at(name, ctau)
            for part in point.parts
        )
    )


def _dark_branching_error(point: MassPoint, epsilon: float, g_d: float) -> float:
    """Relative error of the branching ratio to the dark pair, where an A' on its shell decays."""
    couplings = {"epsilon": np.asarray(epsilon), "g_d": np.asarray(g_d)}
    if all(float(process.branching_ratio(couplings)) == 1.0 for process in point.processes):
        return 0.0
    widths = point.mediator_widths
    assert widths.visible_error_hat is not None, "of a model whose errors are known"
    error = widths.visible_error_hat * float(point.model.visible_powers.of(**couplings))
    return error / float(widths.dark(couplings) + widths.visible(couplings))
