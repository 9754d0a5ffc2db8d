"""Rules in panels of the polar angle, the intervals between two cuts of it.

A rule is built over some panels, its integrals are added up by panel, and panels of several rules
make one (`wayside.acceptance.refinement`).
"""

import math
from typing import Final, NamedTuple

import numpy as np

from wayside.acceptance.directions import Sky
from wayside.acceptance.polar import ALL
from wayside.acceptance.quadrature import gauss_legendre, gauss_legendre_up_to
from wayside.acceptance.rule import Level, Rule, Spectra, spectrum_of
from wayside.acceptance.survey import Outlook, survey_panels
from wayside.compiled import copy_columns, njit
from wayside.detector.volume import Volume
from wayside.production.flight import Flight
from wayside.production.spectrum import MAX_SEGMENTS, spectrum, spectrum_by_length
from wayside.typing import BoolArray, FloatArray, IndexArray

_LONGEST: Final = 1.4
"""Nodes of the longest segments of rapidity over the usual number."""

_SHARE: Final = 0.1
"""A direction whose fraction of the probability is less than this, over the numbers of nodes in
polar angle and azimuth, takes fewer nodes in rapidity."""

_FADE: Final = 0.8
"""What is left of the largest density per steradian so far, from one direction to the next."""


@njit()
def _assemble(flight, sky, panels, spectrum_of, rules, usual, least):  # type: ignore[no-untyped-def]
    """Spectra of the directions, their offsets, and sums of hits and of paths over them."""
    directions = sky.directions
    solid = sky.weights
    rays = sky.rays
    n = spectrum_of[-1] + 1 if len(directions) else 0
    offsets = np.zeros(n + 1, dtype=np.intp)
    most = len(rules) - 1
    out = np.empty((3, MAX_SEGMENTS * most))
    room = 1024 + n * 4 * most
    nodes = np.empty((3, room))
    last = -1
    per_steradian = 0.0
    hits = 0.0
    path = 0.0
    in_panel = 0.0
    covered = 0.0
    high = 0.0
    for i in range(len(directions)):
        if spectrum_of[i] != last:
            last = spectrum_of[i]
            count = offsets[last]
            relief = -1.0 if least < 0.0 else 0.0
            if least > 0.0:
                if i == 0 or panels[i] != panels[i - 1]:
                    in_panel = 0.0
                    covered = 0.0
                    high = 0.0
                elif in_panel > 0.0:
                    # Not known yet: as on the last directions, or the mean of those in the panel.
                    high = max(per_steradian, _FADE * high)
                    likely = max(high, in_panel / covered) * solid[i]
                    relief = max(0.0, math.log(least / likely))
            number = spectrum_by_length(flight, directions[i], rules, usual, relief, out)
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
            in_panel += per_steradian * solid[i]
            covered += solid[i]
        path += per_steradian * solid[i] * (sky.far[i] - sky.near[i])
    return offsets, nodes[:, : offsets[n]], hits, path


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
    by_length: bool = False,
    likely: float = 0.0,
    chosen: BoolArray = ALL,
    known: Outlook | None = None,
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
    crowded, chosen, known
        As of `wayside.acceptance.survey.survey_panels`.
    by_length
        Whether short segments of rapidity take fewer nodes than usual, and long ones more.
    likely
        Then, probability per produced excited state to cross the volume, to some tens of per cent,
        where directions that count for little are to take fewer nodes. 0 for the same everywhere.
    """
    sky, panels = survey_panels(
        flight, volume, face=False,
        nodes_polar=level.polar, nodes_azimuth=level.azimuth, crowded=crowded, chosen=chosen,
        known=known,
    )  # fmt: skip
    of_direction = spectrum_of(flight, sky)
    offsets, nodes, hits, path = _assemble(
        flight,
        sky,
        panels,
        of_direction,
        gauss_legendre_up_to(math.ceil(_LONGEST * level.rapidity)),
        level.rapidity,
        _SHARE * likely / (level.polar * level.azimuth) if by_length else -1.0,
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
    counts = np.diff(spectra.offsets)
    groups = np.zeros(len(counts), dtype=np.bool_)
    groups[of_direction] = True
    kept_nodes = np.repeat(groups, counts)
    counts = counts[groups]
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.intp)
    columns = (spectra.rapidity, spectra.weight, spectra.log_flight)
    spectra = Spectra(_counted(of_direction), offsets, *(column[kept_nodes] for column in columns))
    spectrum_of = np.repeat(np.arange(len(counts)), counts)
    by_spectrum = np.bincount(spectrum_of, spectra.weight, minlength=len(counts))
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


@njit(error_model="numpy")
def _face_sums(flight, sky, panels, spectrum_of, gauss, number):  # type: ignore[no-untyped-def]
    """Integral, and evaluations of the density, by panel."""
    out = np.empty((3, MAX_SEGMENTS * gauss.shape[1]))
    sums = np.zeros(number)
    evaluations = np.zeros(number, dtype=np.intp)
    per_steradian = 0.0
    last = -1
    for i in range(len(panels)):
        if spectrum_of[i] != last:
            last = spectrum_of[i]
            per_steradian = 0.0
            count = spectrum(flight, sky.directions[i], gauss, out)
            for k in range(count):
                per_steradian += out[1, k]
            evaluations[panels[i]] += count
        sums[panels[i]] += per_steradian * sky.weights[i]
    return sums, evaluations


def face_panels(
    flight: Flight,
    volume: Volume,
    level: Level,
    *,
    crowded: bool = False,
    chosen: BoolArray = ALL,
    known: Outlook | None = None,
) -> tuple[FloatArray, IndexArray]:
    """Probabilities per produced excited state to cross a front face, or a volume, by panel.

    Parameters
    ----------
    flight, volume, level, crowded, chosen, known
        As of `build_panels`.

    Returns
    -------
    sums
        Shape (panels,): to the last one that has directions.
    evaluations
        How many times the density was evaluated in each.
    """
    sky, panels = survey_panels(
        flight, volume, face=True,
        nodes_polar=level.polar, nodes_azimuth=level.azimuth, crowded=crowded, chosen=chosen,
        known=known,
    )  # fmt: skip
    number = 1 + int(panels.max(initial=-1))
    gauss = gauss_legendre(level.rapidity)
    sums, evaluations = _face_sums(flight, sky, panels, spectrum_of(flight, sky), gauss, number)
    return sums, evaluations


def face_probability(flight: Flight, volume: Volume, level: Level) -> tuple[float, int]:
    """Probability per produced excited state to cross a front face, or a volume, at one order.

    Also returns how many times the density was evaluated.
    """
    sums, evaluations = face_panels(flight, volume, level)
    return float(sums.sum()), int(evaluations.sum())
