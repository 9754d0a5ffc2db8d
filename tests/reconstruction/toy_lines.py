"""Tracks that straight lines from a point leave behind."""

import numpy as np

from reconstruction.conftest import SHEETS
from wayside.emulsion.signals import BASETRACK
from wayside.reconstruction.records import TRACK

NOTHING = np.zeros(0, BASETRACK)


def track_at(point, slope, sheet, sheets=SHEETS, momentum=1000.0, variance=1e-7):
    """A track that a straight line from a point leaves behind, known with small errors."""
    track = np.zeros(1, TRACK)
    track["first_sheet"], track["last_sheet"], track["base_tracks"] = sheet, sheet + 9, 10
    track["z"] = sheets.middle(sheet)
    for c, t, start in zip("xy", slope, point, strict=False):
        track[c] = start + t * (track["z"] - point[2])
        track[f"t{c}"] = t
    size = np.hypot(*slope)
    track["ux"], track["uy"] = (slope[0] / size, slope[1] / size) if size > 0 else (1.0, 0.0)
    track["along"], track["across"] = [variance, -1e-8, 4e-6], [0.7 * variance, -1e-8, 3e-6]
    track["momentum"], track["electron"] = momentum, np.nan
    return track


def two_at(point, first, second, sheet=10, sheets=SHEETS, **options):
    return np.concatenate(
        [track_at(point, slope, sheet, sheets, **options) for slope in (first, second)]
    )


def end_at(sheet, x=0.0, slope=0.0):
    """The downstream end of a chain."""
    end = np.zeros(1, BASETRACK)
    end["sheet"], end["x"], end["tx"] = sheet, x, slope
    return end
