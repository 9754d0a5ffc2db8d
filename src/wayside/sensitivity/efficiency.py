"""What is said of the efficiency in a result: which, from which table, how well known."""

from typing import Any

import numpy as np

from wayside.acceptance.response import PAIR_OF
from wayside.backgrounds.fake_counts import signal_vetoes, signal_words
from wayside.backgrounds.occupancy import scanned_tracks
from wayside.detector.box import require_box
from wayside.efficiency.shipped import NAME, SETTINGS, differences, shipped
from wayside.production.registry import AUTOMATIC
from wayside.scenario import Scenario
from wayside.selections.film_density import kept_in_films, measured_loss
from wayside.selections.names import SELECTED, counted_as
from wayside.sensitivity.mass_point import MassPoint
from wayside.sensitivity.mixture import averaged

_MULTIPION_FROM = 1.0
"""Splitting in GeV from which hadrons are more than pairs of pions."""

_NOTABLE = 0.01
"""Branching ratio from which an approximation is flagged."""


def detection_report(point: MassPoint, name: str, epsilon: float, g_d: float) -> dict[str, Any]:
    """Efficiency of a detector and its statistical error; 1 and 0 where all decays count."""
    if not point.simulates_efficiency:
        return {"efficiency": 1.0, "efficiency_error": 0.0}
    ctau = float(point.ctau(epsilon, g_d))
    error = averaged(
        point,
        lambda part: np.asarray(part.detected(name).error(ctau)),
        epsilon,
        g_d,
        weight=lambda part: part.decay_probability_at(name, ctau),
    )
    return {
        "efficiency": float(point.detected_fraction(name, epsilon, g_d)),
        "efficiency_error": float(error),
    }


def efficiency_report(scenario: Scenario, point: MassPoint) -> dict[str, Any]:
    """Which efficiency is used, the table behind it, and what does not quite fit.

    Parameters
    ----------
    scenario
        Whose detectors are asked for.
    point
        Its mass point.
    """
    report = table_report(scenario)
    if not scenario.run.simulates_efficiency:
        return report
    report["detectors"] = {
        name: detection_report(point, name, scenario.pair.epsilon, scenario.pair.g_d)
        for name in scenario.detectors
    }
    report["flags"] += flags(scenario, point)
    return report


def table_report(scenario: Scenario) -> dict[str, Any]:
    """Which efficiency a scenario uses, and the table behind it, whatever the model is."""
    run = scenario.run
    report: dict[str, Any] = {"efficiency": run.efficiency, "selection": None, "flags": []}
    if not run.simulates_efficiency:
        if run.selection != AUTOMATIC:
            report["flags"].append(
                f"efficiency: every decay counts, whatever run.selection = {run.selection} keeps;"
                ' it takes run.efficiency = "simulated"'
            )
        return report
    table = shipped()
    keys = ("version", "date", "geant4", "geant4_data")
    report["selection"] = scenario.selection
    report["vetoes"] = signal_vetoes(scenario)
    report["table"] = {"name": NAME, **{key: table.header.get(key, "") for key in keys}}
    report["flags"] = [
        f"efficiency: simulated, {scenario.selection}; table of {table.header.get('date', '')}"
    ]
    return report


def table_flags(scenario: Scenario) -> list[str]:
    """One line for every way in which the table does not fit the detectors of a scenario."""
    table = shipped()
    plain = scenario.to_dict()
    changed_settings = differences(table, {name: plain[name] for name in SETTINGS})
    flagged = signal_words(scenario)
    if changed_settings:
        flagged.append(
            f"efficiency: the table was made with other values of {', '.join(changed_settings)}"
        )
    if counted_as(scenario.selection) == SELECTED:
        flagged += film_flags(scenario)
    size = tuple(float(part) for part in table.header["size"].split(" x "))
    sizes = {
        name: require_box(scenario.detectors[name].build(), name, "efficiencies").size
        for name in scenario.signal
    }
    different = [name for name, own_size in sizes.items() if np.any(np.abs(own_size - size) > 1e-6)]
    if different:
        flagged.append(
            f"efficiency: that of a detector of {table.header['size']} m is used for"
            f" {', '.join(different)}"
        )
    return flagged


def film_flags(scenario: Scenario) -> list[str]:
    """A line where films have many more tracks than those in which losses were measured."""
    tracks, measured = scanned_tracks(scenario), measured_loss(SELECTED).tracks
    if tracks <= 2.0 * measured:
        return []
    kept = kept_in_films(tracks, SELECTED)
    return [
        f"efficiency: films with {1e-4 * tracks:.2g} tracks per cm^2 keep {kept.fraction:.2g}"
        f" of the decays, extrapolated from {1e-4 * measured:.2g} tracks per cm^2"
    ]


def flags(scenario: Scenario, point: MassPoint) -> list[str]:
    """One line for every way in which the table does not fit the scenario or the mass point."""
    flagged = table_flags(scenario)
    widths = point.excited_width_hats
    total = sum(widths.values()) or 1.0
    taus = sum(width for name, width in widths.items() if name not in PAIR_OF) / total
    if taus > _NOTABLE:
        flagged.append(f"efficiency: decays to taus count as lost ({100.0 * taus:.2g}%)")
    if point.model.m1 - point.model.m2 > _MULTIPION_FROM and widths["hadrons"] / total > _NOTABLE:
        fraction = 100.0 * widths["hadrons"] / total
        flagged.append(f"efficiency: all hadrons ({fraction:.2g}%) are taken as pairs of pions")
    return flagged
