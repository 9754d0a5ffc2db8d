"""Many parameter points at once: arrays of masses and couplings in, arrays out."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from wayside.errors import InputError
from wayside.scenario import Scenario
from wayside.sensitivity.mass_point import MassPoint
from wayside.sensitivity.planes import mass_point
from wayside.typing import FloatArray


@dataclass(frozen=True)
class Scan:
    """What `scan` found; arrays of one shape, NaN where masses are not allowed."""

    m_aprime: FloatArray
    m1: FloatArray
    m2: FloatArray
    """Masses in GeV."""
    epsilon: FloatArray
    g_d: FloatArray
    produced_fb: FloatArray
    """Cross-section to produce an excited state in fb, branching ratio of A' included."""
    ctau: FloatArray
    """Proper decay length of the excited state in m, inf if it is stable."""
    events: Mapping[str, FloatArray]
    """Expected decays by detector, those detected with ``run.efficiency = "simulated"``."""
    signal: tuple[str, ...]
    """Detectors that count in `total`."""

    @property
    def total(self) -> FloatArray:
        """Expected decays in the signal detectors together."""
        return np.asarray(sum(self.events[name] for name in self.signal))


def scan(
    scenario: Scenario,
    *,
    m_aprime: ArrayLike | None = None,
    m1: ArrayLike | None = None,
    m2: ArrayLike | None = None,
    epsilon: ArrayLike | None = None,
    g_d: ArrayLike | None = None,
) -> Scan:
    """Expected events of a scenario for arrays of masses and couplings.

    Parameters
    ----------
    scenario
        From `wayside.load_scenario`; what is not given here is taken from it.
    m_aprime, m1, m2
        Masses in GeV.
    epsilon, g_d
        Couplings. All five are broadcast together; equal masses are computed once, so couplings
        cost nothing beside masses.

    Returns
    -------
    Scan
        Arrays of the common shape.

    Raises
    ------
    InputError
        If an array is empty or is not of positive, finite numbers.

    Notes
    -----
    The accuracy is that of `wayside.reach`, 1e-4, and yields are by ``run.decays`` and
    ``run.efficiency`` of the scenario. A choice of masses takes some 4 ms a detector, or 25 ms with
    asymmetric beams, with one photon; a simulated efficiency adds 15 to 30 ms, all photons
    (``run.radiation``) 150 ms a detector, or 300 ms with asymmetric beams.
    """
    own_masses = scenario.masses
    given = {
        "m_aprime": (m_aprime, scenario.pair.m_aprime),
        "m1": (m1, own_masses[0]),
        "m2": (m2, own_masses[1]),
        "epsilon": (epsilon, scenario.pair.epsilon),
        "g_d": (g_d, scenario.pair.g_d),
    }
    arrays = [_positive(key, default if x is None else x) for key, (x, default) in given.items()]
    try:
        wide = np.broadcast_arrays(*arrays)
    except ValueError:
        shapes = ", ".join(f"{key} {array.shape}" for key, array in zip(given, arrays, strict=True))
        raise InputError(f"shapes do not broadcast: {shapes}") from None
    shape = wide[0].shape
    flat = [array.ravel() for array in wide]
    names = tuple(scenario.detectors)
    out = np.full((2 + len(names), flat[0].size), np.nan)
    centre = mass_point(scenario)
    luminosity = scenario.run.luminosity_fb
    masses, group = np.unique(np.stack(flat[:3], axis=1), axis=0, return_inverse=True)
    group = group.ravel()
    ends = np.cumsum(np.bincount(group))
    members = np.split(np.argsort(group, kind="stable"), ends[:-1])
    for row, these in zip(masses.tolist(), members, strict=True):
        point = _point(centre, row)
        if point is None:
            continue
        couplings = flat[3][these], flat[4][these]
        out[0, these] = point.produced_fb(*couplings)
        out[1, these] = point.ctau(*couplings)
        for k, name in enumerate(names):
            out[2 + k, these] = point.expected_events(name, *couplings, luminosity)
    results = [np.asarray(row.reshape(shape)) for row in out]
    inputs = [np.array(array) for array in wide]
    return Scan(
        m_aprime=inputs[0],
        m1=inputs[1],
        m2=inputs[2],
        epsilon=inputs[3],
        g_d=inputs[4],
        produced_fb=results[0],
        ctau=results[1],
        events=dict(zip(names, results[2:], strict=True)),
        signal=scenario.signal,
    )


def _positive(key: str, values: ArrayLike) -> FloatArray:
    array = np.asarray(values, dtype=np.float64)
    if array.size == 0:
        raise InputError(f"{key}: an empty array")
    allowed = np.isfinite(array) & (array > 0.0)
    if not allowed.all():
        raise InputError(f"{key} = {array[~allowed].flat[0]:g}: must be positive and finite")
    return array


def _point(centre: MassPoint, masses: list[float]) -> MassPoint | None:
    """Mass point of a choice of masses, None where it is not allowed."""
    try:
        point = replace(centre, model=centre.model.with_masses(*masses))
        point.require_produced()
        _ = point.ctau(1.0, 1.0), point.produced_fb(1.0, 1.0)
    except InputError:
        return None
    return point
