"""How well a yield is known, by source."""

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from wayside.detector.moved import moved
from wayside.errors import InputError
from wayside.models.protocol import WidthErrors
from wayside.scenario import Scenario
from wayside.sensitivity import mixture
from wayside.sensitivity.mass_point import MassPoint
from wayside.typing import FloatArray

if TYPE_CHECKING:
    from wayside.acceptance.radiated import PhotonRatio

SCHEME: Final = 0.004
"""Relative error of the treatment of further photons, whatever the beams; docs/theory."""

SCHEME_LARGE: Final = 0.01
"""The same below `SHORT`, where photons too soft to be drawn matter."""

NOT_KNOWN: Final = 1.0
"""The same where the spread of the beam energies reaches the end of the spectrum."""

SHORT: Final = 0.3
"""Proper decay length in m."""

NARROW: Final = 1e-5
"""Size of the beam spot over the distance of a detector from which on it is looked at."""

_SPOT_RTOL: Final = 1e-6
"""Relative accuracy of yields whose second difference tells what the beam spot changes."""

LIFETIMES: Final[FloatArray] = np.geomspace(1e-2, 1e4, 13)
"""Proper decay lengths in m at which the error of an efficiency is computed for arrays."""

_STEP: Final = 1e-3
"""In ln(lifetime), for the derivative of a yield."""

Errors = Mapping[str, FloatArray | None]
"""Relative standard errors by source; None for a source that nothing is known of."""


class YieldErrors:
    """Relative standard errors of the yields of mass points.

    Parameters
    ----------
    luminosity
        Relative error of the luminosity.
    beam_energy
        Relative error of the beam energies.
    beam_spot
        Standard deviations of where collisions are along x, y and z in m.

    Examples
    --------
    >>> import wayside
    >>> scenario = wayside.load_scenario("belle2-forward", {"run.luminosity_error": 0.01})
    >>> errors = yield_errors(scenario).by_source(wayside.mass_point(scenario), "A", 1e-4, 1.0)
    >>> float(errors["luminosity"]), float(total(errors)) > 0.01
    (0.01, True)
    """

    def __init__(
        self,
        luminosity: float = 0.0,
        beam_energy: float = 0.0,
        beam_spot: tuple[float, float, float] = (0.0, 0.0, 0.0),
    ) -> None:
        self.luminosity = luminosity
        self.beam_energy = beam_energy
        self.beam_spot = beam_spot
        self._around: dict[int, _Around] = {}

    def by_source(
        self, point: MassPoint, name: str, epsilon: FloatArray | float, g_d: FloatArray | float
    ) -> Errors:
        """Relative standard errors of the yield in one detector.

        Parameters
        ----------
        point
            Masses at a collider.
        name
            Detector.
        epsilon, g_d
            Couplings, shapes that broadcast.

        Returns
        -------
        mapping
            ``numerical``, ``from_r`` (branching ratio of the A' and lifetime, which vary together;
            None where R is not known), ``efficiency``, ``radiation`` (None where no process counts
            all photons, which leaves out more than an error), ``luminosity``, ``beam_energy`` and
            ``beam_spot`` (None for a shape that cannot be moved). Couplings are taken as exact.
        """
        epsilon, g_d = np.broadcast_arrays(np.asarray(epsilon, float), np.asarray(g_d, float))
        ones = np.ones(epsilon.shape)
        return {
            "numerical": mixture.decay_error(point, name) * ones,
            "from_r": _from_r(point, name, epsilon, g_d),
            "efficiency": self._efficiency(point, name, epsilon, g_d),
            "radiation": _from_radiation(point, name, epsilon, g_d),
            "luminosity": self.luminosity * ones,
            "beam_energy": self._from_beam_energy(point, name, epsilon, g_d),
            "beam_spot": self._from_beam_spot(point, name, epsilon, g_d),
        }

    def plain(
        self, point: MassPoint, name: str, epsilon: float, g_d: float
    ) -> dict[str, float | None]:
        """The same at one choice of couplings as numbers, and the ``total``."""
        errors = self.by_source(point, name, epsilon, g_d)
        known = {key: None if value is None else float(value) for key, value in errors.items()}
        return {**known, "total": float(total(errors))}

    def _efficiency(
        self, point: MassPoint, name: str, epsilon: FloatArray, g_d: FloatArray
    ) -> FloatArray:
        """Of the table of efficiencies, from its counts."""
        if not point.simulates_efficiency:
            return np.zeros(epsilon.shape)
        ctau = point.ctau(epsilon, g_d)
        if not ctau.shape:
            return np.asarray(_table_error(point, name, float(ctau)))
        around = self._near(point)
        if name not in around.efficiency:
            around.efficiency[name] = np.array(
                [_table_error(point, name, value) for value in LIFETIMES.tolist()]
            )
        return np.asarray(np.interp(np.log(ctau), np.log(LIFETIMES), around.efficiency[name]))

    def _from_beam_energy(
        self, point: MassPoint, name: str, epsilon: FloatArray, g_d: FloatArray
    ) -> FloatArray:
        """Half of the difference between beams a standard error apart."""
        if not self.beam_energy:
            return np.zeros(epsilon.shape)
        around = self._near(point)
        low, high = (_rate(end, name, epsilon, g_d) for end in (around.low, around.high))
        both = low + high
        change: FloatArray = np.zeros(both.shape)
        np.divide(np.abs(high - low), both, out=change, where=both > 0.0)
        return change

    def _from_beam_spot(
        self, point: MassPoint, name: str, epsilon: FloatArray, g_d: FloatArray
    ) -> FloatArray | None:
        """What the mean over collisions elsewhere would change: three nodes for each axis.

        With one photon, with which the caustic that they move over a detector is sharpest.
        """
        least = NARROW * point.volume(name).nearest
        if max(self.beam_spot) <= least:
            return np.zeros(epsilon.shape)
        around = self._near(point)
        if name not in around.elsewhere:
            around.elsewhere[name] = _elsewhere(point, name, self.beam_spot, least)
        nodes = around.elsewhere[name]
        if nodes is None:
            return None
        here, *ends = (node.expected_events(name, epsilon, g_d, 1.0) for node in nodes)
        change: FloatArray = np.zeros(epsilon.shape)
        difference = np.asarray(sum(ends)) - len(ends) * here
        np.divide(np.abs(difference), 6.0 * here, out=change, where=here > 0.0)
        return change

    def _near(self, point: MassPoint) -> "_Around":
        """What is computed once for a mass point, which is kept as long as this."""
        if id(point) not in self._around:
            low: MassPoint | None = point
            high: MassPoint | None = point
            if self.beam_energy:
                low, high = (_at_energy(point, 1.0 + s * self.beam_energy) for s in (-1.0, 1.0))
            self._around[id(point)] = _Around(point, low, high, {}, {})
        return self._around[id(point)]


class _Around(NamedTuple):
    """A mass point, the same at lower and at higher beam energies, and errors of efficiencies."""

    point: MassPoint
    low: MassPoint | None
    high: MassPoint | None
    efficiency: dict[str, FloatArray]
    elsewhere: dict[str, tuple[MassPoint, ...] | None]
    """With one photon, by detector: the collision at the origin, and a step along each axis to
    either side."""


def yield_errors(scenario: Scenario) -> YieldErrors:
    """Errors with what a scenario says of its luminosity and its beams."""
    collider = scenario.collider
    return YieldErrors(scenario.run.luminosity_error, collider.energy_error, collider.beam_spot)


def total(errors: Errors) -> FloatArray:
    """Errors of all sources that are known, in quadrature."""
    squares = [value**2 for value in errors.values() if value is not None]
    return np.asarray(np.sqrt(np.sum(np.broadcast_arrays(*squares), axis=0)))


def combined_error(
    scenario: Scenario,
    errors: YieldErrors,
    point: MassPoint,
    epsilon: FloatArray,
    g_d: FloatArray,
) -> FloatArray:
    """Relative error of the yields in all signal detectors together, which err alike."""
    luminosity = scenario.run.luminosity_fb
    yields = [point.expected_events(name, epsilon, g_d, luminosity) for name in scenario.signal]
    relative_errors = [
        total(errors.by_source(point, name, epsilon, g_d)) for name in scenario.signal
    ]
    events = np.asarray(sum(yields))
    absolute = np.asarray(sum(n * error for n, error in zip(yields, relative_errors, strict=True)))
    relative: FloatArray = np.zeros(events.shape)
    np.divide(absolute, events, out=relative, where=events > 0.0)
    return relative


def _elsewhere(
    point: MassPoint, name: str, spot: tuple[float, float, float], least: float
) -> tuple[MassPoint, ...] | None:
    """Mass points with collisions elsewhere, for which a detector is; None where none can be."""
    volume = point.volume(name)
    here = replace(point.with_one_photon, rtol=_SPOT_RTOL, decays="exact", efficiency="unity")
    nodes = [here]
    for axis, size in enumerate(spot):
        step = math.sqrt(3.0) * size * np.eye(3)[axis]
        for sign in (1.0, -1.0) if size > least else ():
            shifted = moved(volume, sign * step)
            if shifted is None:
                return None
            nodes.append(replace(here, volumes={name: shifted}))
    return tuple(nodes)


def _at_energy(point: MassPoint, factor: float) -> MassPoint | None:
    """The same masses at other beam energies; None where these cannot make the particles."""
    beams = point.beams
    scaled = replace(
        beams,
        electron_energy=factor * beams.electron_energy,
        positron_energy=factor * beams.positron_energy,
    )
    try:
        shifted = replace(point, beams=scaled)
        for process in shifted.processes:
            _ = process.cross_section_hat  # refuses what is too heavy
    except InputError:
        return None
    return shifted


def _rate(point: MassPoint | None, name: str, epsilon: FloatArray, g_d: FloatArray) -> FloatArray:
    """Yield per fb^-1; 0 where there is no mass point."""
    if point is None:
        return np.zeros(epsilon.shape)
    return point.expected_events(name, epsilon, g_d, 1.0)


def _table_error(point: MassPoint, name: str, ctau: float) -> float:
    """Of an efficiency over it, averaged over the processes."""
    values, errors = [], []
    for part in point.parts:
        detected = part.detected(name)
        values.append(float(detected.efficiency(ctau)))
        errors.append(detected.error(ctau))
    return math.fsum(errors) / math.fsum(values) if any(values) else 0.0


def _from_radiation(
    point: MassPoint, name: str, epsilon: FloatArray, g_d: FloatArray
) -> FloatArray | None:
    """Of the scheme, and of the quadrature over photons: the step from fewer of its points.

    On shell from half of them, and as one step may be small although the error is not, also a third
    of that from a quarter; off shell from two thirds of the nodes.
    The scheme has the error of docs/theory, or the difference of its total from the closed form if
    that is larger, as for a light A'.
    """
    if not point.radiates:
        return None
    ctau = point.ctau(epsilon, g_d)
    least = np.where(ctau < SHORT, SCHEME_LARGE, SCHEME)
    schemes, steps, rates = [], [], []
    for part in point.parts:
        acceptances = part.acceptances(name)
        ratio = acceptances.photon_ratio()
        coarser = [
            weight * _change(acceptances.photon_ratio(number), ratio, ctau)
            for number, weight in ratio.coarser
        ]
        steps.append(np.max(coarser, axis=0))
        scheme = np.maximum(least, abs(ratio.total_difference))
        schemes.append(scheme if part.process.photons_known else np.full_like(least, NOT_KNOWN))
        rates.append(part.produced_fb(epsilon, g_d) * part.decay_probability_at(name, ctau))
    every = np.asarray(sum(rates))
    shares = [np.where(every > 0.0, rate, 1.0) for rate in rates]
    weights = [share / np.asarray(sum(shares)) for share in shares]
    mean_scheme, mean_step = (
        np.asarray(sum(weight * of_part for weight, of_part in zip(weights, parts, strict=True)))
        for parts in (schemes, steps)
    )
    return np.asarray(np.hypot(mean_scheme, mean_step))


def _change(coarse: "PhotonRatio", fine: "PhotonRatio", ctau: FloatArray) -> FloatArray:
    """Relative difference of two ratios, which may be larger than numbers hold."""
    return np.abs(np.expm1(np.minimum(coarse.log(ctau) - fine.log(ctau), 1.0)))


def _from_r(point: MassPoint, name: str, epsilon: FloatArray, g_d: FloatArray) -> FloatArray | None:
    """Of the widths into hadrons: branching ratio of the A' and lifetime, added linearly."""
    model = point.model
    if not isinstance(model, WidthErrors):
        return None
    hats = point.excited_width_hats
    width = sum(hats.values())
    error = _dark_branching_error(point, epsilon, g_d)
    if width > 0.0 and hats["hadrons"] > 0.0 and point.ctau_override is None:
        ctau = point.ctau(epsilon, g_d)
        low, high = (
            _yield(point, name, epsilon, g_d, ctau * math.exp(step)) for step in (-_STEP, _STEP)
        )
        # Out of reach there is no yield, whatever the lifetime.
        some = (low > 0.0) & (high > 0.0)
        ratio = np.divide(high, low, out=np.ones(low.shape), where=some)
        slope = np.abs(np.log(ratio)) / (2.0 * _STEP)
        error = error + slope * model.excited_width_error_hat() / width
    return np.asarray(error)


def _yield(
    point: MassPoint, name: str, epsilon: FloatArray, g_d: FloatArray, ctau: FloatArray
) -> FloatArray:
    return np.asarray(
        sum(
            part.produced_fb(epsilon, g_d) * part.decay_probability_at(name, ctau)
            for part in point.parts
        )
    )


def _dark_branching_error(point: MassPoint, epsilon: FloatArray, g_d: FloatArray) -> FloatArray:
    """Relative error of the branching ratio to the dark pair, where an A' on its shell decays."""
    couplings = {"epsilon": epsilon, "g_d": g_d}
    if all(np.all(process.branching_ratio(couplings) == 1.0) for process in point.processes):
        return np.zeros(epsilon.shape)
    widths = point.mediator_widths
    assert widths.visible_error_hat is not None, "of a model whose errors are known"
    error = widths.visible_error_hat * point.model.visible_powers.of(**couplings)
    return np.asarray(error / (widths.dark(couplings) + widths.visible(couplings)))
