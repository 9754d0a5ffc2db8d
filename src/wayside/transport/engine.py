"""One Geant4 in this process: particles in, crossings of the sensitive layers out.

A missing data file or a fatal error inside Geant4 ends the process; `wayside.transport.run`
runs it in workers and survives that.
"""

import os
from typing import Any, Final, NamedTuple

import numpy as np

from wayside.detector.physics import Physics
from wayside.detector.stack import Stack
from wayside.errors import InputError
from wayside.generator.records import PRIMARY
from wayside.transport.crossings import MM, NS, crossings
from wayside.transport.datasets import VARIABLE, DataSets
from wayside.transport.geometry import CM, PREFIXES, geometry
from wayside.transport.records import CROSSING, END, POINT, TRACK, track_keys
from wayside.typing import FloatArray, IntArray, StructuredArray

KINDS: Final = ("film", "gas", "fibre")
"""Kinds of sensitive layers, in the order in which files number them."""

BATCH: Final = 200
"""Primaries simulated before their steps are condensed; bounds memory, changes no result."""


def require_calzone() -> None:
    """Refuse in one line if the engine is not installed.

    Raises
    ------
    InputError
        If the optional packages are missing.
    """
    import importlib.util

    for name in ("calzone", "particle", "pyarrow"):
        if importlib.util.find_spec(name) is None:
            raise InputError(f'{name} is not installed: pip install "wayside[simulation]"')


def engine_record(data: DataSets) -> dict[str, Any]:
    """Versions of the engine and its data sets, as plain values.

    Parameters
    ----------
    data
        From `wayside.transport.datasets.find`.
    """
    # Named before the engine is imported, which else names a folder of its own to child processes.
    os.environ[VARIABLE] = str(data.folder)
    import calzone

    return {
        "data": data.summary(),
        "geant4": calzone.GEANT4_VERSION,
        "calzone": calzone.VERSION,
    }


def kinetic_energies(primaries: StructuredArray) -> FloatArray:
    """Kinetic energies in MeV of rows of `PRIMARY`.

    Raises
    ------
    InputError
        If a particle is unknown.
    """
    squared = sum(primaries[name] ** 2 for name in ("px", "py", "pz"))
    mass = masses(primaries["pdg"])
    # Without the cancellation of E - m at low momentum.
    return np.asarray(squared / (np.sqrt(squared + mass**2) + mass))


def masses(pdg: StructuredArray) -> FloatArray:
    """Masses in MeV by PDG number (PDG, by way of particle).

    Raises
    ------
    InputError
        If a particle is unknown.
    """
    from particle import Particle, ParticleNotFound

    kinds, which = np.unique(pdg, return_inverse=True)
    by_kind = []
    for kind in kinds:
        try:
            by_kind.append(Particle.from_pdgid(int(kind)).mass or 0.0)
        except ParticleNotFound:
            raise InputError(f"pdg = {kind}: no such particle") from None
    return np.asarray(by_kind, dtype=np.float64)[which]


class Engine:
    """Geant4 with the stack in it; one physics list per process.

    Parameters
    ----------
    stack
        Layers of the detector.
    physics
        How particles are followed.
    data
        Data sets, from `wayside.transport.datasets.find`.
    record
        Whether sensitive layers record crossings; without, a run costs what Geant4 itself costs.

    Raises
    ------
    InputError
        If the engine is not installed.
    """

    def __init__(self, stack: Stack, physics: Physics, data: DataSets, record: bool = True) -> None:
        require_calzone()
        os.environ[VARIABLE] = str(data.folder)
        import calzone

        self.stack = stack
        self.physics = physics
        self._calzone = calzone
        self._simulation = calzone.Simulation(
            calzone.Geometry(geometry(stack, physics.margin, physics.plate_slabs))
        )
        settings = self._simulation.physics
        settings.had_model = physics.physics_list
        settings.default_cut = physics.production_cut * CM
        self._simulation.sample_deposits = "detailed" if record else None
        self._simulation.sample_particles = False

    def run(self, primaries: StructuredArray, seed: int) -> dict[str, StructuredArray]:
        """Simulate primaries.

        Parameters
        ----------
        primaries
            Rows of `PRIMARY`, those of an event one after the other.
        seed
            Odd number: an even seed gives Geant4 the random numbers of the next odd one.

        Returns
        -------
        dict
            Rows of `CROSSING` by kind: ``"film"``, ``"gas"``, ``"fibre"``.

        Raises
        ------
        InputError
            If a particle is unknown or starts outside the air around the detector.
        """
        particles = self._particles(primaries)
        self._simulation.random.seed = seed
        parts: dict[str, list[StructuredArray]] = {kind: [] for kind in KINDS}
        for start in range(0, len(primaries), BATCH):
            deposits = _deposits(self._simulation.run(particles[start : start + BATCH]))
            for kind, (steps, layers) in _by_kind(deposits).items():
                steps["event"] += start
                parts[kind].append(crossings(steps, layers, primaries, 0.5 * self.stack.depth))
        return {kind: in_order(rows) for kind, rows in parts.items()}

    def paths(
        self, primaries: StructuredArray, seed: int
    ) -> tuple[StructuredArray, StructuredArray]:
        """Follow primaries step by step, neutral particles included; slow, for displays.

        Returns
        -------
        tracks, points
            Rows of `wayside.transport.records.TRACK`, and of `wayside.transport.records.POINT`
            along them.
        """
        particles = self._particles(primaries)
        self._simulation.random.seed = seed
        self._simulation.tracking = True
        try:
            result = self._simulation.run(particles)
        finally:
            self._simulation.tracking = False
        return _track_rows(result.tracks, 0), self._points(result.vertices, primaries, 0)

    def run_with_paths(self, primaries: StructuredArray, seed: int) -> "RunWithPaths":
        """Simulate primaries, and keep where these were and where everything else began.

        Parameters
        ----------
        primaries, seed
            As in `run`; one primary an event.
        """
        particles = self._particles(primaries)
        self._simulation.random.seed = seed
        parts: dict[str, list[StructuredArray]] = {kind: [] for kind in KINDS}
        tracks, points, births = [], [], []
        self._simulation.tracking = True
        try:
            for start in range(0, len(primaries), BATCH):
                result = self._simulation.run(particles[start : start + BATCH])
                for kind, (steps, layers) in _by_kind(_deposits(result)).items():
                    steps["event"] += start
                    shift = 0.5 * self.stack.depth
                    parts[kind].append(crossings(steps, layers, primaries, shift))
                vertices = result.vertices
                keys = track_keys(vertices["event"], vertices["tid"])
                own = track_keys(result.tracks["event"], result.tracks["tid"])
                _, first = np.unique(keys, return_index=True)
                begun = vertices[first[np.searchsorted(keys[first], own)]]
                tracks.append(_track_rows(result.tracks, start))
                births.append(self._points(begun, primaries, start))
                points.append(self._points(vertices[vertices["tid"] == 1], primaries, start))
        finally:
            self._simulation.tracking = False
        return RunWithPaths(
            {kind: in_order(rows) for kind, rows in parts.items()},
            np.concatenate([np.empty(0, TRACK), *tracks]),
            np.concatenate([np.empty(0, POINT), *births]),
            np.concatenate([np.empty(0, POINT), *points]),
        )

    def _points(self, vertices: Any, primaries: StructuredArray, first: int) -> StructuredArray:
        """Points of a batch that begins with one of the primaries."""
        points = np.empty(len(vertices), POINT)
        points["primary"] = vertices["event"].astype(np.int64) + first
        points["track"] = vertices["tid"]
        for axis, name in enumerate("xyz"):
            points[name] = vertices["position"][:, axis] * MM
        points["z"] += 0.5 * self.stack.depth
        points["kinetic_energy"] = vertices["energy"]
        points["time"] = vertices["time"] * NS + primaries["time"][points["primary"]]
        points["volume"] = vertices["volume"]
        return points

    def ends(self, primaries: StructuredArray, seed: int) -> StructuredArray:
        """Follow primaries alone to where they end: whatever they leave behind is not followed.

        Parameters
        ----------
        primaries, seed
            As in `run`.

        Returns
        -------
        NDArray
            Rows of `wayside.transport.records.END`, one for each primary.
        """
        simulation = self._simulation
        recorded = simulation.sample_deposits
        particles = self._particles(primaries)
        simulation.random.seed = seed
        simulation.tracking, simulation.secondaries = True, False
        simulation.sample_deposits = None
        try:
            parts = [
                _end_rows(simulation.run(particles[start : start + BATCH]).vertices)
                for start in range(0, len(particles), BATCH)
            ]
        finally:
            simulation.tracking, simulation.secondaries = False, True
            simulation.sample_deposits = recorded
        rows = np.concatenate([np.empty(0, END), *parts])
        rows["z"] += 0.5 * self.stack.depth
        rows["time"] += primaries["time"]
        return rows

    def _particles(self, primaries: StructuredArray) -> StructuredArray:
        if primaries.dtype != PRIMARY:
            raise TypeError("primaries must have the type PRIMARY")
        low, high = (np.array(corner) for corner in self.stack.outer())
        margin = self.physics.margin
        place = np.stack([primaries[name] for name in "xyz"], axis=1)
        # Geant4 crashes on a start outside of the world.
        outside = np.any(~((place > low - margin) & (place < high + margin)), axis=1)
        if np.any(outside):
            x, y, z = place[np.argmax(outside)]
            raise InputError(
                f"event {primaries['event'][np.argmax(outside)]} starts at ({x:g}, {y:g}, {z:g})"
                " mm: outside of the air around the detector (geant4.margin)"
            )
        momentum = np.stack([primaries[name] for name in ("px", "py", "pz")], axis=1)
        size = np.linalg.norm(momentum, axis=1)
        if not np.all(size > 0.0):
            raise InputError("a primary has no momentum")
        particles = self._calzone.particles(len(primaries))
        particles["pid"] = primaries["pdg"]
        particles["energy"] = kinetic_energies(primaries)
        place[:, 2] -= 0.5 * self.stack.depth
        particles["position"] = place * CM
        particles["direction"] = momentum / size[:, None]
        return np.asarray(particles)


class RunWithPaths(NamedTuple):
    """What `Engine.run_with_paths` gives.

    Attributes
    ----------
    crossings
        Rows of `CROSSING` by kind of layer.
    tracks
        Rows of `wayside.transport.records.TRACK` of everything, in no order.
    births
        Rows of `wayside.transport.records.POINT` where each of them begins.
    points
        Rows of `wayside.transport.records.POINT` along the primaries.
    """

    crossings: dict[str, StructuredArray]
    tracks: StructuredArray
    births: StructuredArray
    points: StructuredArray


def _track_rows(tracks: Any, first: int) -> StructuredArray:
    """Tracks of a batch that begins with one of the primaries."""
    rows = np.empty(len(tracks), TRACK)
    rows["primary"] = tracks["event"].astype(np.int64) + first
    rows["track"] = tracks["tid"]
    for name, theirs in (("parent", "parent"), ("pdg", "pid"), ("creator", "creator")):
        rows[name] = tracks[theirs]
    return rows


def _end_rows(vertices: Any) -> StructuredArray:
    """Ends of primaries without secondaries, from points along them; positions as Geant4's."""
    last = np.append(np.flatnonzero(np.diff(vertices["event"].astype(np.int64))), len(vertices) - 1)
    before = vertices[last - 1]
    rows = np.empty(len(last), END)
    for axis, name in enumerate("xyz"):
        rows[name] = vertices["position"][last, axis] * MM
        rows[f"u{name}"] = before["direction"][:, axis]
    rows["kinetic_energy"] = before["energy"]
    rows["time"] = vertices["time"][last] * NS
    for name in ("volume", "process"):
        rows[name] = vertices[name][last]
    return rows


def _deposits(result: Any) -> dict[str, Any]:
    """Of a run of calzone, which returns them bare, beside others, or not at all."""
    if result is None:
        return {}
    return result if isinstance(result, dict) else dict(getattr(result, "deposits", {}))


def _by_kind(deposits: dict[str, Any]) -> dict[str, tuple[StructuredArray, IntArray]]:
    """Steps and their layers by kind of layer."""
    parts: dict[str, tuple[list[StructuredArray], list[IntArray]]] = {}
    for path, volume in deposits.items():
        name = path.rpartition(".")[2]
        steps, layers = parts.setdefault(PREFIXES[name[0]], ([], []))
        steps.append(volume.line)
        layers.append(np.full(len(volume.line), int(name[1:]), dtype=np.int64))
    return {
        kind: (np.concatenate(steps), np.concatenate(layers))
        for kind, (steps, layers) in parts.items()
    }


def in_order(parts: list[StructuredArray]) -> StructuredArray:
    """Rows of `CROSSING` of all parts; events whose rows fell into two come back together."""
    rows = np.concatenate([np.empty(0, CROSSING), *parts])
    return rows[np.lexsort((rows["layer"], rows["time"], rows["track"], rows["event"]))]
