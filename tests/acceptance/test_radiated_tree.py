"""What the tree amplitude of two photons would change in yields, event by event."""

import math

import numpy as np
import pytest

from tests.acceptance.test_radiated import CASES
from tests.reference.two_photons import dot, scheme, squared_amplitudes
from wayside.acceptance.estimate import converged_rule
from wayside.acceptance.photon_pass import PassPoints, drawn_points
from wayside.collider.beams import Beams
from wayside.production.extra_photons import make_room, place_with_photons
from wayside.production.frames import boost_in_place
from wayside.production.photon_total import LOWEST, MOST
from wayside.production.process import Treatment
from wayside.production.radiative_flight import RadiativeFlight, radiative_flight
from wayside.production.radiative_process import RadiativeProcess
from wayside.radiation.emission import draw_photons, number_factors
from wayside.radiation.radiator import strength
from wayside.typing import FloatArray

POINTS = 4096
CTAU = np.array([0.3, 1.0, 5.0, 100.0])
FURTHER = 0.3
"""Yields with one further photon over those with any number, at most where they are quoted."""


class Events:
    """Points with one further photon: flights of the excited states, weights, both photons."""

    def __init__(
        self,
        process: RadiativeProcess,
        flight: RadiativeFlight,
        directions: FloatArray,
        sides: FloatArray,
        u: FloatArray,
        weights: FloatArray,
    ) -> None:
        beams = process.beams.four_momenta / process.beams.sqrt_s
        highest = (process.beams.sqrt_s - process.model.m_aprime) / process.beams.sqrt_s
        factor = number_factors(strength(process.beams.sqrt_s), LOWEST, MOST)[1]
        room, photons, own = make_room(), np.empty((1, 4)), np.empty(1)
        rows = []
        for i, direction in enumerate(directions):
            draw_photons(u[i, 4:], flight.constants.shape.gap, LOWEST, highest, photons, own)
            for _ in range(2):
                photons[0, 3] = -photons[0, 3]
                eta, value, virtual = place_with_photons(
                    flight, beams, direction, u[i, 1], u[i, 2], sides[i], photons, room
                )
                if value > 0.0:
                    weight = value * virtual * own[0] * factor * weights[i]
                    moved = flight.frames.axes.T @ photons[0, 1:]
                    boost = flight.frames.gamma, flight.frames.boost
                    energy = boost_in_place(photons[0, 0], moved, *boost)
                    photon, left = -room.mediator, room.boost
                    gamma = math.sqrt(1.0 + float(left @ left))
                    hard = boost_in_place(float(np.linalg.norm(photon)), photon, gamma, left)
                    rows.append([i, eta, weight, energy, *moved, hard, *photon])
        table = np.array(rows)
        self.point, self.rapidity = table[:, 0].astype(int), table[:, 1]
        self.weight, further, hardest = table[:, 2], table[:, 3:7], table[:, 7:]
        q2 = (process.model.m_aprime / process.beams.sqrt_s) ** 2
        bosons = [further, hardest, beams.sum(axis=0) - further - hardest]
        # Both photons along beams: both amplitudes factorise, and double precision does not do.
        collinear = [
            np.min([dot(photon, beam) / photon[:, 0] for beam in beams], axis=0)
            for photon in (further, hardest)
        ]
        kept = np.flatnonzero(collinear[0] * collinear[1] > 1e-13)
        assert self.weight[kept].sum() > 0.7 * self.weight.sum()
        self.ratio = np.ones(len(table))
        for part in np.array_split(kept, 1 + len(kept) // 4096):
            momenta = [boson[part] for boson in bosons]
            tree = squared_amplitudes(beams, momenta)
            self.ratio[part] = tree / scheme(beams, further[part], hardest[part], q2)

    def change(self, weight: FloatArray | float = 1.0) -> float:
        """Relative change of a sum by the tree amplitude."""
        every = self.weight * weight
        return float(every @ (self.ratio - 1.0) / every.sum())


def change_of_total(process: RadiativeProcess) -> float:
    """Over all directions, in the centre of mass."""
    model, beams = process.model, Beams.symmetric(process.beams.sqrt_s)
    drawn = drawn_points(4 * POINTS, 1)
    cos_theta, phi = 2.0 * drawn.u[:, 16] - 1.0, 2.0 * math.pi * drawn.u[:, 17]
    sin_theta = np.sqrt(1.0 - cos_theta**2)
    directions = np.stack([sin_theta * np.cos(phi), sin_theta * np.sin(phi), cos_theta], axis=1)
    sides = np.where(drawn.u[:, 3] < 0.5, 1.0, -1.0)
    symmetric = RadiativeProcess(model, beams, process.treatment)
    flight = radiative_flight(model, beams)
    return Events(symmetric, flight, directions, sides, drawn.u, drawn.weights).change()


@pytest.mark.nightly
@pytest.mark.parametrize(
    ("name", "bound"),
    [("belle2-A", 1e-3), ("beams-B", 4e-3), ("belle2-M10-A", 1e-3), ("besiii-A", 3e-3)],
)
def test_yields_with_the_tree_amplitude_of_two_photons(name: str, bound: float) -> None:
    """Relative to the change of the total, to whose closed form yields are normalised.

    Below the error of the scheme, 0.4 per cent, of which virtual photons have the rest.
    """
    _, model, beams, box = CASES[name]
    process = RadiativeProcess(model, beams, Treatment(radiation="all"))
    rule, _ = converged_rule(process.flight, box, 1e-3)
    flight = radiative_flight(model, beams)
    drawn = drawn_points(POINTS)
    points = PassPoints(rule, flight, process, drawn)
    weights = points._point_weights * points._over_density
    events = Events(process, flight, points._directions, points._sides, points._u, weights)
    row = points._first[points._rays][events.point]
    total = change_of_total(process)
    for ctau in CTAU.tolist():
        length = np.sinh(events.rapidity) * ctau
        near, far = rule.sky.near[row], rule.sky.far[row]
        decays = np.exp(-near / length) * -np.expm1((near - far) / length)
        assert abs(FURTHER * (events.change(decays) - total)) < bound, ctau
