"""Figs. 11 and 12: tracks in the emulsion, and energy deposits of a stopping pion."""

from typing import Final

import numpy as np
from matplotlib.figure import Figure

from wayside.paper.claims import HOLDS, claim, fraction
from wayside.paper.geant4 import PAIR_ENERGY, PANELS, STACK, Record, paths
from wayside.paper.rows import Ours, Printed, Row
from wayside.paper.section import Context, Drawing, Outcome
from wayside.plotting.event_display import draw_event
from wayside.plotting.style import canvas

TITLES: Final = {
    "a": r"(a) $e^+e^-$",
    "b": r"(b) $\mu^+\mu^-$",
    "c": r"(c) $\pi^+\pi^-$",
    "d": r"(d) $\mu^-$ from above",
}

DATA: Final = ("study_events.npz",)


def run(context: Context) -> Outcome:
    """Rows and drawings of Figs. 11 and 12."""
    record = context.record
    return Outcome(
        (*_lengths(record), *_deposits(record)),
        (
            Drawing(
                "fig11",
                "Geant4 through emulsion layers alone, as in the study: pairs of 100 MeV each, a"
                " cosmic muon of 1 GeV. Energies are the study's; vertex, opening angle and the"
                " muon's direction are chosen.",
                lambda: _draw_tracks(record),
            ),
            Drawing(
                "fig12",
                "A pion of 200 MeV that stops: its path, the energy it deposits in each film, and"
                " the mean of all that stop.",
                lambda: _draw_pion(record),
            ),
        ),
    )


def _lengths(record: Record) -> list[Row]:
    sheets = {pdg: record.beam(pdg, PAIR_ENERGY)[0] for pdg in (11, -11, 13, -13, 211, -211)}
    pairs = [(e, other) for e in (11, -11) for other in (13, -13, 211, -211)]
    command = 'wayside simulate belle2-forward --particle e- --energy "100 MeV" -n 300'
    rows = [
        Row(
            key="fig11.shorter",
            quantity="electrons and positrons of 100 MeV cross fewer sheets than muons and pions",
            study=claim(
                "the shorter trajectory lengths of electrons", "section 8, fig. 11", "pairs"
            ),
            same=fraction(
                sum(sheets[e] < sheets[other] for e, other in pairs), len(pairs), "pairs"
            ),
            tolerance=HOLDS,
            command=command,
            data=DATA,
        )
    ]
    for pdg, name in ((11, "an electron"), (13, "a muon"), (211, "a pion")):
        value, error = record.beam(pdg, PAIR_ENERGY)
        rows.append(
            Row(
                key=f"fig11.{name.split()[1]}",
                quantity=f"sheets that {name} of 100 MeV crosses",
                study=Printed(None, "sheets", "length of a drawn track", "fig. 11"),
                same=Ours(value, f"Geant4, mean of 300, +- {error:.2f}", 0.1),
                reason="the picture, and its scale with it, is lost",
                command=command,
                data=DATA,
            )
        )
    return rows


def _deposits(record: Record) -> list[Row]:
    profile = record["pion_profile"]
    mean = profile[:, 0]
    last, early = float(mean[1:9].mean()), float(mean[-40:].mean())
    error = float(np.sqrt(np.sum(profile[1:9, 1] ** 2)) / 8)
    # Mean over twenty films each, from the end backward: known to 2 per cent each.
    twenties = mean.reshape(-1, 20).mean(axis=1)
    return [
        Row(
            key="fig12.rises",
            quantity="mean deposit of a stopping pion grows toward the end, twenty films at a"
            " time, last 100",
            study=claim(
                "at the end of the track more energy loss due to ionization is deposited",
                "section 8, fig. 12",
                "steps",
            ),
            same=fraction(int(np.sum(np.diff(twenties[:5]) < 0.0)), 4, "steps"),
            tolerance=HOLDS,
            data=DATA,
        ),
        Row(
            key="fig12.early",
            quantity="energy in a film, 120 to 160 films before the end",
            study=Printed(None, "keV", "energy in a film", "fig. 12"),
            same=Ours(early, "Geant4, mean of stopping pions of 200 MeV", 0.05),
            reason="of the figure only the labels 0.06, 0.07 and 0.08 MeV of its axis are left",
            note="below those labels, as a track away from its end must be",
            data=DATA,
        ),
        Row(
            key="fig12.late",
            quantity="energy in a film, 2 to 9 films before the end",
            study=Printed(None, "keV", "energy in a film", "fig. 12"),
            same=Ours(last, f"Geant4, mean of stopping pions of 200 MeV, +- {error:.1f}", 0.1),
            reason="of the figure only the labels 0.06, 0.07 and 0.08 MeV of its axis are left",
            note="the last films reach beyond those labels",
            data=DATA,
        ),
    ]


def _draw_tracks(record: Record) -> Figure:
    with canvas(10.5, 6.4) as figure:
        for axes, name in zip(figure.subplots(2, 2).flat, PANELS, strict=True):
            draw_event(axes, STACK, *paths(record, name), TITLES[name])
        return figure


def _draw_pion(record: Record) -> Figure:
    pion, profile = record["pion"], record["pion_profile"]
    with canvas(6.2, 5.0) as figure:
        upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(2, 3))
        upper.plot(pion[:, 1], pion[:, 2], color="#7b2d8e", linewidth=1.2)
        upper.set_ylabel("$x$ [mm]")
        lower.plot(
            pion[:, 1],
            1e3 * pion[:, 3],
            color="#1f3f94",
            marker=".",
            markersize=2.5,
            linewidth=0.5,
            label="this pion",
        )
        depth = pion[::-1, 1][: len(profile)]
        lower.plot(depth, profile[: len(depth), 0], color="#c8102e", label="mean, ends aligned")
        lower.set_yscale("log")
        lower.set_ylabel("energy in a film [keV]")
        lower.set_xlabel("$z$ [mm]")
        lower.legend(loc="upper left", fontsize=8.5)
        return figure
