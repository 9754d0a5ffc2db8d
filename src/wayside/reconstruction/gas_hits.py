"""Gas hits on tracks: which lie on one, also in the gap in which a vertex lies, and which agree."""

from typing import Any, Final

import numpy as np

from wayside.emulsion.sheets import Sheets
from wayside.reconstruction.chains import Chains
from wayside.typing import FloatArray, IntArray, StructuredArray

SIGMAS: Final = 4.0
"""Standard deviations in space and in time within which hits agree."""

SLOPE_ERROR: Final = 0.002
"""Error of the slope of a base-track in rad; twice that at 45 degrees."""


class GasHits:
    """Gas hits, and the tracks that they may lie on.

    Parameters
    ----------
    gas
        Hits in any order, an array of `wayside.emulsion.signals.HIT`.
    rows, chains
        Base-tracks, an array of `wayside.emulsion.signals.BASETRACK`, and the rows of every track.
    sheets
        Depths in the stack.
    error
        Standard deviation of a hit's position in mm.
    """

    def __init__(
        self,
        gas: StructuredArray,
        rows: StructuredArray,
        chains: Chains,
        sheets: Sheets,
        error: float,
    ) -> None:
        self.gas = gas[np.argsort(gas["time"], kind="stable")]
        """Hits in the order of their times; methods return row numbers of these."""
        self.sheets = sheets
        self._rows, self._chains, self._error = rows, chains, error
        self._gaps: dict[int, tuple[IntArray, Any]] = {}
        self._on_track: dict[int, IntArray] = {}

    def _gap(self, number: int) -> tuple[IntArray, Any]:
        """Hits of a gap, and their places as a tree."""
        if number not in self._gaps:
            from scipy.spatial import cKDTree

            in_gap = np.flatnonzero(self.gas["layer"] == number)
            places = np.stack([self.gas["x"][in_gap], self.gas["y"][in_gap]], axis=1)
            self._gaps[number] = (in_gap, cKDTree(places) if len(in_gap) else None)
        return self._gaps[number]

    def on_track(self, track: int) -> IntArray:
        """Row numbers of all hits on a track in the gaps behind its blocks, in order of time."""
        if track not in self._on_track:
            members = self._rows[self._chains.of(track)]
            self._on_track[track] = self._search(members)
        return self._on_track[track]

    def _search(self, members: StructuredArray) -> IntArray:
        sheets = self.sheets
        depth = sheets.middle(members["sheet"])
        block = members["sheet"] // sheets.layers
        on_track = [np.zeros(0, dtype=np.int64)]
        for gap in range(int(block[0]), int(block[-1]) + 1):
            in_gap, tree = self._gap(gap)
            if tree is None:
                continue
            z = float(self.gas["z"][in_gap].mean())
            nearest = int(np.argmin(np.abs(depth - z)))
            dz = z - depth[nearest]
            # A track that stops well before the gap has no hit there.
            if abs(dz) > 0.5 * sheets.gap + 3.0 * sheets.pitch:
                continue
            x = members["x"][nearest] + dz * members["tx"][nearest]
            y = members["y"][nearest] + dz * members["ty"][nearest]
            slope2 = members["tx"][nearest] ** 2 + members["ty"][nearest] ** 2
            width = np.hypot(self._error, dz * SLOPE_ERROR * (1.0 + slope2))
            near = tree.query_ball_point([x, y], SIGMAS * width)
            on_track.append(in_gap[np.asarray(near, dtype=np.int64)])
        return np.sort(np.concatenate(on_track))

    def born_with(self, vertex: StructuredArray, track: int) -> IntArray:
        """Row numbers of the hits on a track in the gap in which its vertex lies.

        A track that begins in the gas leaves its hit anywhere between the vertex and the end of the
        gap, so that the distance from this segment counts.
        """
        gap = birth_gap(vertex, self.sheets)
        if gap < 0:
            return np.zeros(0, dtype=np.int64)
        in_gap, _ = self._gap(gap)
        head = self._rows[self._chains.of(track)[0]]
        z = float(self.sheets.middle(head["sheet"]))
        back = float(self.sheets.plate_front((gap + 1) * self.sheets.layers))
        front = max(back - self.sheets.gap, min(float(vertex["z"]), back))
        ends = np.array(
            [
                [head["x"] + (d - z) * head["tx"], head["y"] + (d - z) * head["ty"]]
                for d in (front, back)
            ]
        )
        slope2 = float(head["tx"]) ** 2 + float(head["ty"]) ** 2
        width = np.hypot(self._error, (z - front) * SLOPE_ERROR * (1.0 + slope2))
        # By the error of the vertex's depth the segment may begin earlier.
        reach = SIGMAS * width + float(vertex["sigma_z"]) * np.sqrt(slope2)
        places = np.stack([self.gas["x"][in_gap], self.gas["y"][in_gap]], axis=1)
        return np.asarray(in_gap[_distance(places, ends) < reach])

    def of_vertex(self, vertex: StructuredArray, track: int) -> IntArray:
        """Row numbers of the hits on a track, the gap in which its vertex lies included."""
        return np.union1d(self.on_track(track), self.born_with(vertex, track))


def birth_gap(vertex: StructuredArray, sheets: Sheets) -> int:
    """Gap before the block of a vertex if that lies in it, or in front of it; else -1.

    Parameters
    ----------
    vertex
        Row of `wayside.reconstruction.records.VERTEX`.
    sheets
        Depths in the stack.
    """
    block = int(vertex["sheet"]) // sheets.layers
    if block == 0 or sheets.gap <= 0.0:
        return -1
    back = float(sheets.plate_front(block * sheets.layers))
    return block - 1 if vertex["z"] < back + vertex["sigma_z"] else -1


def coincidences(
    times: FloatArray, first: IntArray, second: IntArray, window: float, distinct: bool = False
) -> list[float]:
    """Mean times of groups of hits of both tracks that agree.

    Parameters
    ----------
    times
        Times of all hits in increasing order, in ns.
    first, second
        Row numbers of the hits on the two tracks, in increasing order.
    window
        Largest difference of two times that agree, in ns.
    distinct
        Whether a hit agrees with others only, and not with itself.
    """
    first_times, second_times = times[first], times[second]
    low, high = (
        np.searchsorted(second_times, first_times - window),
        np.searchsorted(second_times, first_times + window),
    )
    means = []
    for i in np.flatnonzero(high > low).tolist():
        partners = np.arange(low[i], high[i])
        if distinct:
            partners = partners[second[partners] != first[i]]
        if len(partners):
            means.append(0.5 * (float(first_times[i]) + float(np.mean(second_times[partners]))))
    groups: list[list[float]] = []
    for time in sorted(means):
        if groups and time - groups[-1][-1] <= window:
            groups[-1].append(time)
        else:
            groups.append([time])
    return [float(np.mean(group)) for group in groups]


def _distance(places: FloatArray, ends: FloatArray) -> FloatArray:
    """Distances of points, shape (n, 2), from the segment between two ends, shape (2, 2)."""
    along = ends[1] - ends[0]
    length2 = float(along @ along)
    t = np.clip((places - ends[0]) @ along / length2, 0.0, 1.0) if length2 > 0.0 else 0.0
    nearest = ends[0] + np.multiply.outer(t, along)
    return np.asarray(np.linalg.norm(places - nearest, axis=-1))
