"""Columns of the candidate table: name, type, unit and meaning of each.

A row is a reconstructed vertex of two tracks. Everything is in the frame of the detector: origin at
the centre of the front face, x and y along the sheets, y upward where the axis is horizontal, z
into the depth; lengths in m, energies and momenta in GeV, times in ns, angles in rad.
"""

from typing import Final, NamedTuple

import numpy as np

VERSION: Final = 1
"""Version of the columns; it rises when one is renamed, removed, or changes its meaning."""

PLACES: Final = ("plate", "film", "base", "gap")
"""Where a vertex lies: metal, emulsion, the base between films, or a gas detector with its gap."""

CHANNELS: Final = ("ee", "mumu", "pipi", "other", "none")
"""Channels of signal decays; ``"none"`` for background."""


class Column(NamedTuple):
    """A column of the table."""

    name: str
    """Name; ``_1`` and ``_2`` belong to the two tracks."""
    dtype: type
    """Type of the values."""
    unit: str
    """Unit, empty for numbers, codes and flags."""
    text: str
    """What it holds."""


def _both(name: str, dtype: type, unit: str, text: str) -> tuple[Column, Column]:
    return (
        Column(f"{name}_1", dtype, unit, f"{text}, first track"),
        Column(f"{name}_2", dtype, unit, f"{text}, second track"),
    )


_TRUTH: Final = (
    Column("sample", np.int16, "", "Index in the list of samples of the file"),
    Column("event", np.int64, "", "Number of the event, unique within the sample"),
    Column("particle", np.int32, "", "PDG number of the particle that entered; 0 for signal"),
    Column("kinetic_energy", np.float32, "GeV", "Kinetic energy of that particle outside of all"),
    Column(
        "direction_x",
        np.float32,
        "",
        "Its direction, a unit vector; for signal that of the sum of all decay products simulated",
    ),
    Column("direction_y", np.float32, "", "The same along y"),
    Column("direction_z", np.float32, "", "The same along z"),
    Column(
        "face",
        np.int8,
        "",
        "Face at which its line enters the blocks: 0 low x, 1 high x, 2 low y, 3 high y, 4 front,"
        " 5 back, -1 beside them",
    ),
    Column(
        "sampling_density",
        np.float64,
        "",
        "Density with which such particles were simulated, number included: per GeV, sr and m^2,"
        " per GeV and m^2 of the front's plane if they come from one point, number of decays for"
        " decays of a scenario, nan for spread decays; weight = intensity / density",
    ),
    Column("channel", np.int8, "", "Index in CHANNELS"),
    Column("splitting", np.float32, "GeV", "m1 - m2 of the decay, nan for background"),
    Column("pair_energy", np.float32, "GeV", "True energy of the two prongs"),
    Column("pair_opening", np.float32, "rad", "True angle between the prongs"),
    Column("pair_softer", np.float32, "GeV", "True kinetic energy of the softer prong"),
    Column("pair_slope", np.float32, "", "True larger tangent, inf for a backward prong"),
    Column("pair_other_slope", np.float32, "", "True smaller tangent"),
    Column("boost", np.float32, "", "Momentum over mass of the excited state"),
    Column("true_depth", np.float32, "m", "Depth of the decay"),
    Column("at_origin", np.bool_, "", "Signal: vertex of the decay, both tracks from its event"),
    *_both(
        "prong", np.bool_, "", "Whether it is the particle that entered, or of the decay itself"
    ),
    *_both("pdg", np.int32, "", "PDG number of the particle behind most base-tracks"),
    *_both("purity", np.float32, "", "Fraction of the base-tracks that come from this particle"),
    *_both("true_momentum", np.float32, "GeV", "Its true momentum at the first base-track"),
)

_KINEMATICS: Final = (
    Column("mass", np.float32, "GeV", "Mass of the pair of massless particles"),
    Column("mass_error", np.float32, "GeV", "Its error from those of the momenta"),
    Column("electron_mass", np.float32, "GeV", "Mass of the pair from the momenta as electrons"),
    Column("electron_mass_error", np.float32, "GeV", "Its error"),
    Column("sum_x", np.float32, "GeV", "Sum of the momenta along x"),
    Column("sum_y", np.float32, "GeV", "Sum of the momenta along y"),
    Column("sum_z", np.float32, "GeV", "Sum of the momenta along z"),
    Column("opening", np.float32, "rad", "Angle between the tracks"),
    *_both("momentum", np.float32, "GeV", "Momentum from scattering in the whole track"),
    *_both("momentum_error", np.float32, "", "Error of the logarithm of the momentum"),
    *_both(
        "electron_momentum", np.float32, "GeV", "Momentum as an electron, from its first plates"
    ),
    *_both("electron_momentum_error", np.float32, "", "Error of the logarithm of this momentum"),
    *_both("tx", np.float32, "", "Slope dx/dz at the first base-track"),
    *_both("ty", np.float32, "", "Slope dy/dz at the first base-track"),
    *_both("electron", np.float32, "", "2 ln of the likelihood as an electron over a muon's"),
    *_both("grains", np.float32, "", "Grains per 100 um of path in the films"),
    *_both("base_tracks", np.int16, "", "Base-tracks"),
    *_both("last_sheet", np.int16, "", "Number of the last sheet"),
    *_both("track_chi2", np.float32, "", "Chi-squared per degree of freedom"),
)

_PLACE: Final = (
    Column("x", np.float32, "m", "Position of the vertex"),
    Column("y", np.float32, "m", "Position of the vertex"),
    Column("z", np.float32, "m", "Position of the vertex: its depth"),
    Column("sigma_x", np.float32, "m", "Its error along x"),
    Column("sigma_y", np.float32, "m", "Its error along y"),
    Column("sigma_z", np.float32, "m", "Its error along z"),
    Column("chi2", np.float32, "", "Chi-squared of the common point, one degree of freedom"),
    Column("sheet", np.int16, "", "First sheet behind the vertex"),
    Column("block", np.int16, "", "Block of that sheet; 0 has no gas detector in front"),
    Column("place", np.int8, "", "Index in PLACES, at the depth that was fitted"),
    Column("secondary", np.bool_, "", "Whether it lies along a track of another vertex"),
    Column("companions", np.int16, "", "Other tracks that begin along the two"),
    Column("begin", np.int16, "", "Tracks of the event that begin inside"),
    Column("passing", np.float32, "m", "Distance of the nearest track that passes, inf without"),
    Column(
        "before", np.float32, "m", "Distance of the nearest base-track in three sheets before, inf"
    ),
)

_TIMES: Final = (
    Column("times", np.int16, "", "Number of times at which gas hits on both tracks agree"),
    Column("timed", np.bool_, "", "Whether there is exactly one"),
    Column("born_in_gap", np.bool_, "", "Whether the vertex lies in a gas gap within its error"),
    Column(
        "delay",
        np.float32,
        "ns",
        "Time of the vertex, from gas hits if it is timed, else the true one; from the start of"
        " the event, when the particle starts outside of everything or the decay happens",
    ),
    *_both("gas_hits", np.int16, "", "Gas hits that lie on the track"),
    *_both("gas_gaps", np.int16, "", "Gaps with such a hit at the time of the vertex"),
    Column("distinct_hits", np.bool_, "", "Whether both tracks have hits of their own at the time"),
    Column("gaps_before", np.int16, "", "Gaps before the vertex that were crossed at its time"),
    Column(
        "gap_birth",
        np.int16,
        "",
        "Crossings of the gap in which it lies, at its time, by particles other than its own",
    ),
    Column("gaps_after", np.int16, "", "Gaps behind the vertex that were crossed at its time"),
    Column(
        "fibres_upstream",
        np.int16,
        "",
        "Places, 10 cm apart, at smaller depth than the vertex at which fibres were crossed within"
        " 20 ns of its time",
    ),
    Column("fibres_downstream", np.int16, "", "The same at larger depth"),
    Column("exits_upstream", np.int16, "", "Of the upstream ones, those where its tracks leave"),
    Column("exits_downstream", np.int16, "", "Of the downstream ones, those where they leave"),
)

COLUMNS: Final = (*_TRUTH, *_KINEMATICS, *_PLACE, *_TIMES)
"""All columns of the table of candidates, but for the lists of `HITS`."""

HITS: Final = (
    Column("fibre_x", np.float32, "m", "Places at which fibres were crossed within 100 ns"),
    Column("fibre_y", np.float32, "m", "The same along y"),
    Column("fibre_z", np.float32, "m", "The same along z"),
    Column("fibre_delay", np.float32, "ns", "Time of the first crossing there after the vertex"),
    Column("fibre_exit", np.bool_, "", "Whether one of the two tracks leaves there"),
)
"""Lists in each row, of one length: the distinct places at which fibres were crossed."""

GAPS: Final = (
    Column("gap", np.int16, "", "Gaps crossed within 100 ns, by number of the block before"),
    Column("gap_crossings", np.int16, "", "Number of crossings"),
    Column("gap_delay", np.float32, "ns", "Time of the first crossing after the vertex"),
)
"""Lists in each row, of one length: the gas gaps that were crossed."""

DECAYS: Final = (
    Column("sample", np.int16, "", "Index in the list of samples of the file"),
    Column("event", np.int64, "", "Number of the event, as in the table of candidates"),
    Column("channel", np.int8, "", "Index in CHANNELS"),
    Column("splitting", np.float32, "GeV", "m1 - m2"),
    Column("pair_energy", np.float32, "GeV", "Energy of the two fastest charged particles"),
    Column("pair_opening", np.float32, "rad", "Angle between them"),
    Column("pair_softer", np.float32, "GeV", "Smaller of their kinetic energies"),
    Column("pair_slope", np.float32, "", "Larger of their tangents, inf if it goes backward"),
    Column("pair_other_slope", np.float32, "", "Smaller of their tangents"),
    Column("boost", np.float32, "", "Momentum over mass of the excited state"),
    Column("tilt", np.float32, "rad", "Angle of its flight to the normal"),
    Column("x", np.float32, "m", "Place of the decay"),
    Column("y", np.float32, "m", "Place of the decay"),
    Column("z", np.float32, "m", "Place of the decay: its depth"),
)
"""Columns of the table of simulated decays, detected or not: the denominators."""


def row_type(columns: tuple[Column, ...]) -> np.dtype[np.void]:
    """Type of a structured array with some columns.

    Examples
    --------
    >>> row_type(COLUMNS)["mass"]
    dtype('float32')
    """
    return np.dtype([(column.name, column.dtype) for column in columns])


ROW: Final = row_type(COLUMNS)
"""A candidate, without lists."""

DECAY_ROW: Final = row_type(DECAYS)
"""A simulated decay."""
