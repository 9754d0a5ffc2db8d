"""Primaries without an event generator: a particle gun, a file of events."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic_core import PydanticCustomError

from wayside.errors import InputError
from wayside.generator.formats import SUFFIXES, suffix_kind
from wayside.generator.formats.primaries import read_primaries
from wayside.generator.records import PRIMARY
from wayside.scenario.quantities import Quantity
from wayside.tables import read_table
from wayside.transport.engine import masses
from wayside.typing import StructuredArray


def pdg_number(name: str) -> int:
    """PDG number of a particle by name (``e-``, ``mu+``, ``pi-``, ``K(L)0``) or number.

    Raises
    ------
    InputError
        If there is none of that name.
    """
    from particle import Particle

    if name.lstrip("+-").isdigit():
        number = int(name)
        masses(np.array([number]))
        return number
    named = [particle for particle in Particle.findall(name=name) if particle.name == name]
    if named:
        return int(named[0].pdgid)
    raise InputError(
        f'particle {name}: unknown; e-, e+, mu-, pi+, K+, p, n, gamma, "K(L)0" or a PDG number'
    )


def gun(
    pdg: int,
    kinetic_energy: float,
    events: int,
    position: Sequence[float] = (0.0, 0.0, 0.0),
    direction: Sequence[float] = (0.0, 0.0, 1.0),
) -> StructuredArray:
    """Equal particles, one per event.

    Parameters
    ----------
    pdg
        PDG number of the particle.
    kinetic_energy
        Kinetic energy in MeV.
    events
        Number of events.
    position
        Point in mm from which the particles start, in the detector's frame.
    direction
        Direction of the momenta, of any length.

    Raises
    ------
    InputError
        If the particle is unknown, there is no energy or no direction.
    """
    if not kinetic_energy > 0.0:
        raise InputError(f"kinetic energy {kinetic_energy:g} MeV: must be positive")
    length = float(np.linalg.norm(direction))
    if not length > 0.0:
        raise InputError("direction: must have a length")
    mass = float(masses(np.array([pdg]))[0])
    momentum = np.sqrt(kinetic_energy * (kinetic_energy + 2.0 * mass))
    rows = np.zeros(events, PRIMARY)
    rows["event"] = np.arange(events)
    rows["pdg"] = pdg
    rows["weight"] = 1.0
    for axis, name in enumerate("xyz"):
        rows[name] = position[axis]
        rows[f"p{name}"] = momentum * direction[axis] / length
    return rows


def particle_gun(
    names: Sequence[str],
    energy: float | str,
    events: int,
    *,
    position: Sequence[float] = (0.0, 0.0, 0.0),
    directions: Sequence[Sequence[float]] = ((0.0, 0.0, 1.0),),
) -> StructuredArray:
    """Particles of one kinetic energy from one point, one of each name an event.

    Parameters
    ----------
    names
        Names of the particles of an event, such as ``mu-``, or their PDG numbers as text.
    energy
        Kinetic energy of each particle in GeV, or text with a unit, such as ``"100 MeV"``.
    events
        Number of events.
    position
        Point in mm from which they start, in the frame of the detector: origin at the centre of the
        front face, z into its depth.
    directions
        Directions of the particles in turn, of any length; one for all, or one for each.

    Returns
    -------
    ndarray
        Rows of `PRIMARY`, for `wayside.simulate`.

    Raises
    ------
    InputError
        If a particle is unknown, there is no energy, or the number of directions does not fit.

    Examples
    --------
    >>> rows = particle_gun(["e-", "e+"], "100 MeV", 3, position=(0.0, 0.0, 20.0))
    >>> rows["pdg"].tolist()
    [11, -11, 11, -11, 11, -11]
    """
    if len(directions) not in (1, len(names)):
        raise InputError(
            f"{len(directions)} directions for {len(names)} particles: give one, or one for each"
        )
    try:
        kinetic = 1e3 * Quantity("energy", 1e-9, 1e6)(energy)
    except PydanticCustomError as error:
        raise InputError(f"kinetic energy {energy!r}: {error.message()}") from None
    ways = [*directions] * (len(names) if len(directions) == 1 else 1)
    return together(
        *(
            gun(pdg_number(name), kinetic, events, position, way)
            for name, way in zip(names, ways, strict=True)
        )
    )


def together(*parts: NDArray[np.void]) -> StructuredArray:
    """Primaries of equal events as one: a pair is two guns together."""
    rows = np.concatenate(parts)
    return rows[np.argsort(rows["event"], kind="stable")]


def from_file(path: Path, detector: str | None = None) -> StructuredArray:
    """Primaries of a file, events in increasing order.

    Parameters
    ----------
    path
        What ``wayside events`` wrote, in any of its formats, or a Parquet file with the columns of
        `PRIMARY` in the frame of the detector.
    detector
        Name of one of the detectors in a file of events.

    Raises
    ------
    InputError
        If it cannot be read, or columns are missing.
    """
    rows = read_primaries(path, detector) if _holds_events(path) else read_table(path, PRIMARY)
    return rows[np.argsort(rows["event"], kind="stable")]


def _holds_events(path: Path) -> bool:
    """Whether it is a file of ``wayside events``, and no table of primaries."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return "particle_pdg" in pq.read_schema(path).names
    except (OSError, pa.ArrowInvalid):
        return path.suffix != SUFFIXES["parquet"] and suffix_kind(path.suffix) is not None
