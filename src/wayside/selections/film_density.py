"""Decays that are kept in films with unrelated tracks, of those that empty films would keep.

The efficiency map and the candidates come from films of few events. What films lose in which muons
have left tracks, with the electrons that they knock on, was measured with the same decays in both:
``dense_films.csv`` (docs/theory/search.md).
"""

import math
from functools import cache
from typing import Final, NamedTuple

from wayside.data import read_table
from wayside.errors import InputError
from wayside.selections.names import SELECTED, TIMED

STEPS: Final = ("vertex", TIMED, SELECTED)
"""What was counted, by number in the table: decays with a vertex, with a timed one, and with one
that passes a selection."""


class Kept(NamedTuple):
    """Fraction of decays that is kept in films with tracks.

    Attributes
    ----------
    fraction
        Over those kept in empty films; at most 1.
    relative_error
        Its standard error over the fraction.
    """

    fraction: float
    relative_error: float


class MeasuredLoss(NamedTuple):
    """Loss at one density of tracks.

    Attributes
    ----------
    tracks
        Scanned tracks per m^2 of film.
    ratio, error
        Decays kept over those kept in empty films, and its standard error.
    """

    tracks: float
    ratio: float
    error: float


@cache
def measured_loss(step: str) -> MeasuredLoss:
    """Loss of all splittings together.

    Parameters
    ----------
    step
        One of ``STEPS``.

    Raises
    ------
    InputError
        If there is no such step.
    """
    if step not in STEPS:
        raise InputError(f"no step {step!r}: one of {', '.join(STEPS)}")
    columns = read_table("dense_films").columns
    mine = columns["step"] == STEPS.index(step)
    alone, lost, won = (float(columns[name][mine].sum()) for name in ("alone", "lost", "won"))
    return MeasuredLoss(
        1e4 * float(columns["density"][mine][0]),
        (alone - lost + won) / alone,
        math.sqrt(lost + won) / alone,
    )


def kept_in_films(tracks: float, step: str) -> Kept:
    """Fraction of decays that films with unrelated tracks keep.

    Every unrelated track takes the same small part of the decays, so that the fraction falls
    exponentially; the rate is that of one measured density. Lost and gained decays are counted:
    unrelated tracks can give a decay its time, too.

    Parameters
    ----------
    tracks
        Scanned tracks that cross a film before it is replaced, per m^2.
    step
        One of ``STEPS``.

    Raises
    ------
    InputError
        If there is no such step.

    Examples
    --------
    >>> kept_in_films(0.0, "selected")
    Kept(fraction=1.0, relative_error=0.0)
    >>> kept_in_films(7e7, "vertex").fraction < kept_in_films(7e7, "timed").fraction
    True
    """
    loss = measured_loss(step)
    over = tracks / loss.tracks
    return Kept(min(loss.ratio**over, 1.0), over * loss.error / loss.ratio)
