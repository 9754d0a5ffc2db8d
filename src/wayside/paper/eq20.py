"""Eqs. 20 and 21: expected events, and what one mean flight length and one path leave out."""

from dataclasses import replace
from typing import Final

import numpy as np

from wayside.paper.conventions import in_study_frame, study_events
from wayside.paper.printed import TABLE_1_MASSES
from wayside.paper.rows import Ours, Printed, Row, within
from wayside.paper.sampled import Chain, sampled_decays
from wayside.paper.section import Context, Outcome
from wayside.production.direct_process import DirectProcess
from wayside.sensitivity.mass_point import MassPoint
from wayside.sensitivity.mean_flight import nominal_distance

EVENTS: Final = 1_500_000
SEED: Final = 20

FLIGHTS: Final = {"near": 1.0, "far": 1e3}
"""Average flight lengths in m at which Eq. 20 is compared besides its own best one."""


def run(context: Context) -> Outcome:  # noqa: ARG001
    """Rows of Eqs. 20 and 21."""
    return Outcome((*_sampled(), *_approximate()))


def _sampled() -> list[Row]:
    """Our quadrature of Eq. 13 against sampling of it, four-vectors all the way."""
    point, ctau = in_study_frame("belle2-forward"), 3.0
    chain = Chain(10.58, *TABLE_1_MASSES[0])
    face, face_error, decays, decays_error = sampled_decays(
        chain, point.box("A"), ctau, EVENTS, SEED
    )
    fixed = replace(point, ctau_override=ctau)
    pairs = (
        ("face", "acceptance of the front face", face, face_error, point.face("A").value),
        (
            "decays",
            f"probability to decay inside A at a proper decay length of {ctau:g} m",
            decays,
            decays_error,
            float(fixed.decay_probability("A", 1e-4, 1.0)),
        ),
    )
    return [
        Row(
            key=f"eq20.sampled.{key}",
            quantity=f"{words}, Table 1's first masses",
            study=Printed(
                value, "", f"Eq. 13 sampled with {EVENTS:,} events, seed {SEED}", "eqs. 13, 20"
            ),
            same=Ours(ours, "our closed form, integrated", 2e-4),
            tolerance=within(
                4.0 * error / value, "four standard errors of the sample: 1 in 16,000 by chance"
            ),
            command="wayside point belle2-forward --set collider.regulator=printed",
        )
        for key, words, value, error, ours in pairs
    ]


def _pair(point: MassPoint, flight: float) -> tuple[float, float]:
    """Events of the study and ours, up to a common factor, at an average flight length."""
    fixed = replace(point, ctau_override=flight / point.mean_gamma_beta)
    theirs = study_events(fixed, "A", 1e-4, 1.0, 1.0)
    if isinstance(point.process, DirectProcess):
        theirs = 2.0 * theirs
    return float(theirs), float(fixed.expected_events("A", 1e-4, 1.0, 1.0, decays="exact"))


def best_flight(distance: float, depth: float) -> float:
    """Flight length at which exp(-a/d) - exp(-(a + L)/d) is largest."""
    return depth / float(np.log1p(depth / distance))


def _approximate() -> list[Row]:
    rows = []
    for name, distance in (
        ("belle2-forward", 7.0),
        ("besiii-forward", 6.0),
        ("belle2-central", 4.0),
    ):
        point = in_study_frame(name)
        best = best_flight(distance, float(point.box("A").size[2]))
        flights = {**(FLIGHTS if name == "belle2-forward" else {}), "best": best}
        rows += [_compare(name, point, flight, word) for word, flight in flights.items()]
    return rows


def _compare(name: str, point: MassPoint, flight: float, word: str) -> Row:
    theirs, ours = _pair(point, flight)
    off_shell = isinstance(point.process, DirectProcess)
    box = point.box("A")
    depth = float(box.size[2])
    inside = _mean_path(point) / depth
    detour = float(np.linalg.norm(box.position)) - nominal_distance(box)
    return Row(
        key=f"eq20.{name}.{word}",
        quantity=f"yield of {name} at an average flight of {flight:.4g} m",
        study=Printed(
            theirs,
            "fb",
            "acceptance times the bracket of Eqs. 20 and 21, epsilon = 1e-4, g_D = 1"
            + (", 16 in Eq. 5" if off_shell else ""),
            "eq. 21" if off_shell else "eq. 20",
            "computed from the printed formula",
        ),
        same=Ours(ours, "every path and every boost", 1e-3),
        tolerance=within(0.05, "what an approximation of the yield should reach"),
        cause=(
            f"{100 * (1 - inside):.2g} % of the depth is lost by rays that leave through a side"
            + (f", and the way to the face is {detour:.2g} m longer" if detour > 1e-9 else "")
        ),
        explained=Ours(
            ours / inside * float(np.exp(detour / flight)),
            "ours with the full depth for all rays and the printed distance",
            1e-3,
        ),
        command=f"wayside point {name} --set run.decays=mean-flight",
    )


def _mean_path(point: MassPoint) -> float:
    """Mean path inside in m of those that cross the front face, from very long lifetimes.

    There decays are path/(gamma beta ctau): the path is weighted with 1/(gamma beta).
    """
    long = 1e9
    probability = float(
        replace(point, ctau_override=long).decay_probability("A", 1e-4, 1.0, decays="exact")
    )
    return probability * long * point.mean_gamma_beta / point.face("A").value
