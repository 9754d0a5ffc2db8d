"""A rule: nodes in direction and rapidity that integrate the flight over one detector."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from wayside.acceptance.directions import Sky
from wayside.acceptance.polar import ALL
from wayside.acceptance.quadrature import gauss_legendre
from wayside.acceptance.survey import survey_flight, survey_panels
from wayside.compiled import copy_columns, njit
from wayside.detector.volume import Volume
from wayside.production.flight import Flight
from wayside.production.spectrum import MAX_SEGMENTS, spectrum
from wayside.typing import BoolArray, FloatArray, IndexArray


class Level(NamedTuple):
    """Numbers of nodes: per polar cut, per azimuthal arc, per rapidity segment."""

    polar: int
    azimuth: int
    rapidity: int


class Spectra(NamedTuple):
    """Nodes in rapidity, along directions of which several may share them."""

    of_direction: IndexArray
    """Which spectrum belongs to direction i: 0, 0, ..., 1, 1, ..., shape (n,)."""
    offsets: IndexArray
    """Nodes of spectrum g are ``offsets[g]:offsets[g + 1]``, shape (spectra + 1,)."""
    rapidity: FloatArray
    """Rapidity of the excited state at every node."""
    weight: FloatArray
    """Probability per produced excited state and steradian at every node."""
    log_flight: FloatArray
    """Logarithm of gamma beta at every node."""


class Nodes(NamedTuple):
    """Nodes of a rule one by one: every rapidity of every direction."""

    direction: IndexArray
    """Number of the direction in the sky."""
    rapidity: FloatArray
    weight: FloatArray
    """Probability per produced excited state, solid angle included."""
    log_flight: FloatArray


class Rule(NamedTuple):
    """Nodes over the directions of a detector and the rapidities along each of them."""

    sky: Sky
    spectra: Spectra

    hit_probability: float
    """Probability per produced excited state to cross the volume."""
    hit_path: float
    """The same weighted with the path inside, in m."""
    nearest: float
    """Distance to the nearest point of the volume in m."""

    def __len__(self) -> int:
        """Count the nodes."""
        return int(np.diff(self.spectra.offsets)[self.spectra.of_direction].sum())

    def nodes(self) -> Nodes:
        """Every node by itself."""
        spectra = self.spectra
        counts = np.diff(spectra.offsets)[spectra.of_direction]
        direction = np.repeat(np.arange(len(counts)), counts)
        first = spectra.offsets[spectra.of_direction] - (np.cumsum(counts) - counts)
        node = np.arange(len(direction)) + np.repeat(first, counts)
        return Nodes(
            direction,
            spectra.rapidity[node],
            spectra.weight[node] * self.sky.weights[direction],
            spectra.log_flight[node],
        )


def merged(parts: Sequence[tuple[float, Rule]]) -> Rule:
    """Sum of rules over one detector.

    Parameters
    ----------
    parts
        Weights and rules, one or more.
    """
    rules = [rule for _, rule in parts]
    spectra = [rule.spectra for rule in rules]
    nodes = np.cumsum([0, *(len(spectrum.rapidity) for spectrum in spectra)])
    groups = np.cumsum([0, *(len(spectrum.offsets) - 1 for spectrum in spectra)])

    def joined(name: str) -> FloatArray:
        return np.concatenate([getattr(rule.sky, name) for rule in rules])

    def numbered(name: str) -> IndexArray:
        columns = [getattr(rule.sky, name) for rule in rules]
        ends = np.cumsum([0, *(int(column[-1]) + 1 if len(column) else 0 for column in columns)])
        return np.concatenate([c + e for c, e in zip(columns, ends[:-1], strict=True)])

    sky = Sky(
        joined("directions"),
        joined("weights"),
        joined("near"),
        joined("far"),
        numbered("rings"),
        numbered("rays"),
    )
    starts = [
        spectrum.offsets[:-1] + first for spectrum, first in zip(spectra, nodes[:-1], strict=True)
    ]
    return Rule(
        sky,
        Spectra(
            np.concatenate([e.of_direction + g for e, g in zip(spectra, groups[:-1], strict=True)]),
            np.concatenate([*starts, nodes[-1:]]),
            np.concatenate([spectrum.rapidity for spectrum in spectra]),
            np.concatenate([weight * rule.spectra.weight for weight, rule in parts]),
            np.concatenate([spectrum.log_flight for spectrum in spectra]),
        ),
        sum(weight * rule.hit_probability for weight, rule in parts),
        sum(weight * rule.hit_path for weight, rule in parts),
        min(rule.nearest for rule in rules),
    )


@njit()
def _assemble(flight, directions, solid, length, rays, spectrum_of, gauss):  # type: ignore[no-untyped-def]
    """Spectra of the directions, their offsets, and sums of hits and of paths over them."""
    n = spectrum_of[-1] + 1 if len(directions) else 0
    offsets = np.zeros(n + 1, dtype=np.intp)
    out = np.empty((3, MAX_SEGMENTS * gauss.shape[1]))
    room = 1024 + n * 4 * gauss.shape[1]
    nodes = np.empty((3, room))
    last = -1
    per_steradian = 0.0
    hits = 0.0
    path = 0.0
    for i in range(len(directions)):
        if spectrum_of[i] != last:
            last = spectrum_of[i]
            count = offsets[last]
            number = spectrum(flight, directions[i], gauss, out)
            if count + number > room:
                room = 2 * room + number
                grown = np.empty((3, room))
                copy_columns(nodes, grown, 0, count)
                nodes = grown
            copy_columns(out, nodes, count, number)
            offsets[last + 1] = count + number
            per_steradian = 0.0
            for k in range(number):
                per_steradian += out[1, k]
        if i == 0 or rays[i] != rays[i - 1]:
            hits += per_steradian * solid[i]
        path += per_steradian * solid[i] * length[i]
    return offsets, nodes[:, : offsets[n]], hits, path


@njit()
def _total(flight, directions, solid, spectrum_of, gauss):  # type: ignore[no-untyped-def]
    out = np.empty((3, MAX_SEGMENTS * gauss.shape[1]))
    total = 0.0
    per_steradian = 0.0
    last = -1
    evaluations = 0
    for i in range(len(directions)):
        if spectrum_of[i] != last:
            last = spectrum_of[i]
            per_steradian = 0.0
            number = spectrum(flight, directions[i], gauss, out)
            for k in range(number):
                per_steradian += out[1, k]
            evaluations += number
        total += per_steradian * solid[i]
    return total, evaluations


def _spectrum_of(flight: Flight, sky: Sky) -> IndexArray:
    """Which directions share a spectrum: a ring, where the density is the same all around."""
    return sky.rings if flight.symmetric else sky.rays


def face_probability(flight: Flight, volume: Volume, level: Level) -> tuple[float, int]:
    """Probability per produced excited state to cross a front face, or a volume, at one order.

    Also returns how many times the density was evaluated.
    """
    sky = survey_flight(
        flight, volume, face=True, nodes_polar=level.polar, nodes_azimuth=level.azimuth
    )
    gauss = gauss_legendre(level.rapidity)
    value, evaluations = _total(
        flight, sky.directions, sky.weights, _spectrum_of(flight, sky), gauss
    )
    return float(value), int(evaluations)


@njit(error_model="numpy")
def log_distances(log_near, log_far, of_direction, offsets, weight, log_flight):  # type: ignore[no-untyped-def]
    """Logarithms of the shortest and the longest proper distance among nodes with a weight."""
    low = np.inf
    high = -np.inf
    last = -1
    fast = -np.inf
    slow = np.inf
    for i in range(len(of_direction)):
        if of_direction[i] != last:
            last = of_direction[i]
            fast = -np.inf
            slow = np.inf
            for k in range(offsets[last], offsets[last + 1]):
                if weight[k] > 0.0:
                    fast = max(fast, log_flight[k])
                    slow = min(slow, log_flight[k])
        low = min(low, log_near[i] - fast)
        high = max(high, log_far[i] - slow)
    return low, high


@njit(error_model="numpy")
def _survivors(near, solid, of_direction, offsets, weight, slowness, rate, cut):  # type: ignore[no-untyped-def]
    total = 0.0
    for i in range(len(near)):
        g = of_direction[i]
        survived = 0.0
        for k in range(offsets[g], offsets[g + 1]):
            exponent = rate * near[i] * slowness[k]
            if exponent < cut:
                survived += weight[k] * math.exp(-exponent)
        total += solid[i] * survived
    return total


def survivors(rule: Rule, ctau: float, cut: float = np.inf) -> float:
    """Probability per produced excited state to reach the volume undecayed.

    Parameters
    ----------
    rule
        Nodes over the volume.
    ctau
        Proper decay length in m.
    cut
        Nodes of which less than exp(-cut) survive are left out.
    """
    spectra = rule.spectra
    return float(
        _survivors(
            rule.sky.near,
            rule.sky.weights,
            spectra.of_direction,
            spectra.offsets,
            spectra.weight,
            np.exp(-spectra.log_flight),
            1.0 / ctau,
            cut,
        )
    )


def shortest_distance(rule: Rule) -> float:
    """Shortest proper distance to the volume among the nodes, in m."""
    near = np.log(np.maximum(rule.sky.near, 1e-300))
    spectra = rule.spectra
    low, _ = log_distances(
        near, near, spectra.of_direction, spectra.offsets, spectra.weight, spectra.log_flight
    )
    return math.exp(low)


class PanelRule(NamedTuple):
    """A rule and where its directions belong."""

    rule: Rule
    panels: IndexArray
    """Number of the panel of the polar angle of every direction."""


def build_panels(
    flight: Flight,
    volume: Volume,
    level: Level,
    *,
    crowded: bool = False,
    chosen: BoolArray = ALL,
) -> PanelRule:
    """Rule over some panels of the polar angle.

    Parameters
    ----------
    flight
        The mass point at one collider.
    volume
        The detector.
    level
        Numbers of nodes.
    crowded, chosen
        As of `wayside.acceptance.survey.survey_panels`.
    """
    sky, panels = survey_panels(
        flight, volume, face=False,
        nodes_polar=level.polar, nodes_azimuth=level.azimuth, crowded=crowded, chosen=chosen,
    )  # fmt: skip
    of_direction = _spectrum_of(flight, sky)
    offsets, nodes, hits, path = _assemble(
        flight,
        sky.directions,
        sky.weights,
        sky.far - sky.near,
        sky.rays,
        of_direction,
        gauss_legendre(level.rapidity),
    )
    spectra = Spectra(of_direction, offsets, nodes[0], nodes[1], nodes[2])
    return PanelRule(Rule(sky, spectra, hits, path, volume.nearest), panels)


@njit(error_model="numpy")
def _panel_sums(sky, panels, spectra, slowness, rate, cut, number):  # type: ignore[no-untyped-def]
    sums = np.zeros((3, number))
    nodes = np.zeros(number, dtype=np.intp)
    last = -1
    here = 0.0
    for i in range(len(panels)):
        g = spectra.of_direction[i]
        first = spectra.offsets[g]
        end = spectra.offsets[g + 1]
        if g != last:
            last = g
            here = 0.0
            for k in range(first, end):
                here += spectra.weight[k]
        alive = 0.0
        for k in range(first, end):
            exponent = rate * sky.near[i] * slowness[k]
            if exponent < cut:
                alive += spectra.weight[k] * math.exp(-exponent)
        if i == 0 or sky.rays[i] != sky.rays[i - 1]:
            sums[0, panels[i]] += here * sky.weights[i]
        sums[1, panels[i]] += here * sky.weights[i] * (sky.far[i] - sky.near[i])
        sums[2, panels[i]] += alive * sky.weights[i]
        nodes[panels[i]] += end - first
    return sums, nodes


def panel_sums(
    built: PanelRule, number: int, rate: float, cut: float
) -> tuple[FloatArray, IndexArray]:
    """Integrals in every panel: hits, hits with their paths, and survivors of a short lifetime.

    Parameters
    ----------
    built
        Nodes, and their panels.
    number
        Of panels.
    rate
        One over the proper decay length, in 1/m.
    cut
        Nodes of which less than exp(-cut) survive are left out.

    Returns
    -------
    sums
        Shape (3, number), the second in m.
    nodes
        Number of nodes in every panel.
    """
    sky, spectra = built.rule.sky, built.rule.spectra
    slowness = np.exp(-spectra.log_flight)
    sums, nodes = _panel_sums(sky, built.panels, spectra, slowness, rate, cut, number)
    return sums, nodes


def rule_over(built: PanelRule, chosen: BoolArray) -> Rule:
    """Rule over some panels of another: all of them as they are, or a copy.

    Parameters
    ----------
    built
        Nodes, and their panels.
    chosen
        Which panels, shape (n,).
    """
    rule = built.rule
    kept = chosen[built.panels]
    if kept.all():
        return rule
    whole = rule.sky
    sky = Sky(
        whole.directions[kept],
        whole.weights[kept],
        whole.near[kept],
        whole.far[kept],
        _counted(whole.rings[kept]),
        _counted(whole.rays[kept]),
    )
    spectra = rule.spectra
    of_direction = spectra.of_direction[kept]
    groups = np.unique(of_direction)
    counts = np.diff(spectra.offsets)
    kept_nodes = np.repeat(np.isin(np.arange(len(counts)), groups), counts)
    offsets = np.concatenate([[0], np.cumsum(counts[groups])]).astype(np.intp)
    columns = (spectra.rapidity, spectra.weight, spectra.log_flight)
    spectra = Spectra(_counted(of_direction), offsets, *(column[kept_nodes] for column in columns))
    spectrum_of = np.repeat(np.arange(len(groups)), counts[groups])
    by_spectrum = np.bincount(spectrum_of, spectra.weight, minlength=len(groups))
    hits = by_spectrum[spectra.of_direction] * sky.weights
    first = np.diff(sky.rays, prepend=-1) > 0
    path = float(hits @ (sky.far - sky.near))
    return Rule(sky, spectra, float(hits[first].sum()), path, rule.nearest)


def _counted(values: IndexArray) -> IndexArray:
    """Runs of equal numbers as 0, 0, ..., 1, 1, ..."""
    return np.asarray(np.cumsum(np.diff(values, prepend=values[:1]) != 0), dtype=np.intp)


def build_rule(flight: Flight, volume: Volume, level: Level) -> Rule:
    """Rule over a volume.

    Parameters
    ----------
    flight
        The mass point at one collider.
    volume
        The detector.
    level
        Numbers of nodes.
    """
    return build_panels(flight, volume, level).rule
