"""A detector volume: a cylinder shell about any axis, with or without a hole and forward gaps."""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from wayside.detector.faces import Ring
from wayside.detector.meridian import SolidOfRevolution, distance_to, rectangle
from wayside.detector.outline import Outline
from wayside.detector.rays import through_cylinder
from wayside.detector.volume import Crossings, Key, Shape, direction_of, vector_of
from wayside.errors import InputError
from wayside.typing import BoolArray, FloatArray

_ROUNDING = 1e-12
"""Relative: points this near to the surface count as on it."""

_AROUND = 72
"""Straight pieces of a circle in a drawing."""


@dataclass(frozen=True, eq=False)
class CylinderShell:
    """What lies between two radii and two ends of an axis (metres; interaction point at origin).

    Parameters
    ----------
    position
        Point on the axis from which the ends are measured, shape (3,), in m.
    axis
        Unit vector along the axis, shape (3,).
    radii
        Inner radius (0 for no hole) and outer radius, in m.
    ends
        Where the shell begins and ends along the axis, in m.
    angles
        Least and largest polar angle at the interaction point, from the axis, in rad. Other than
        0 and pi only if the axis goes through the interaction point.
    """

    position: FloatArray
    axis: FloatArray
    radii: tuple[float, float]
    ends: tuple[float, float]
    angles: tuple[float, float] = (0.0, math.pi)

    @classmethod
    def place(
        cls,
        *,
        outer_radius: float,
        z_min: float,
        z_max: float,
        inner_radius: float = 0.0,
        axis: str | ArrayLike = "beam",
        position: ArrayLike = (0.0, 0.0, 0.0),
        theta_min: float = 0.0,
        theta_max: float = math.pi,
    ) -> "CylinderShell":
        """Shell by the keys of a scenario file.

        Parameters
        ----------
        outer_radius, inner_radius
            In m; an inner radius of 0 leaves no hole.
        z_min, z_max
            Ends along the axis, from ``position``, in m.
        axis
            ``"beam"`` for the z axis of the laboratory, or a direction of shape (3,).
        position
            A point on the axis, shape (3,), in m; the interaction point unless given.
        theta_min, theta_max
            Range of the polar angle at the interaction point that the detector covers, measured
            from the direction of the axis, in rad.

        Raises
        ------
        InputError
            If a number is not finite, a range is empty or the interaction point lies on the
            surface; if a range of polar angles is given for an axis beside the interaction point.

        Examples
        --------
        The drift chamber of Belle II, from 17 to 150 degrees:

        >>> chamber = CylinderShell.place(
        ...     inner_radius=0.16, outer_radius=1.13, z_min=-0.75, z_max=1.59,
        ...     theta_min=math.radians(17), theta_max=math.radians(150),
        ... )
        >>> round(chamber.volume, 3)
        8.803
        """
        centre = vector_of("position", position)
        along = np.array([0.0, 0.0, 1.0]) if _is_beam(axis) else direction_of("axis", axis)
        numbers = {
            "inner_radius": inner_radius, "outer_radius": outer_radius, "z_min": z_min,
            "z_max": z_max, "theta_min": theta_min, "theta_max": theta_max,
        }  # fmt: skip
        for name, value in numbers.items():
            if not math.isfinite(value):
                raise InputError(f"{name} = {value}: must be finite")
        if not 0.0 <= inner_radius < outer_radius:
            raise InputError(
                f"inner_radius = {inner_radius:g}: must be at least 0 and below"
                f" outer_radius = {outer_radius:g} m"
            )
        if not z_min < z_max:
            raise InputError(f"z_min = {z_min:g}: must be below z_max = {z_max:g} m")
        if not 0.0 <= theta_min < theta_max <= math.pi * (1.0 + _ROUNDING):
            raise InputError(
                f"theta_min = {theta_min:g}: must be at least 0 and below"
                f" theta_max = {theta_max:g} rad, which is at most pi"
            )
        angles = (theta_min, min(theta_max, math.pi))
        shell = cls(centre, along, (inner_radius, outer_radius), (z_min, z_max), angles)
        shell.require_sense()
        return shell

    def require_sense(self) -> None:
        """Raise `InputError` where polar angles cut away all, or the origin is on the surface."""
        if self._limited and self._distance > 1e-9 * self.radii[1]:
            raise InputError(
                "theta_min, theta_max: only for an axis through the interaction point, not"
                f" {self._distance:g} m beside it"
            )
        if len(self.meridian) < 3:
            raise InputError("theta_min, theta_max: nothing of the shell lies between them")
        for name, radius in zip(("inner_radius", "outer_radius"), self.radii, strict=True):
            if radius > 0.0 and abs(self._distance - radius) < 1e-9 * radius:
                raise InputError(
                    f"{name} = {radius:g}: the interaction point lies on that surface; it must lie"
                    " inside or beside it"
                )

    @cached_property
    def axes(self) -> FloatArray:
        """Orthonormal axes, shape (3, 3): the first away from the interaction point, then the axis.

        The interaction point lies at azimuth pi about the axis, or on it.
        """
        away = self.position - (self.position @ self.axis) * self.axis
        if np.linalg.norm(away) <= 1e-12 * (np.linalg.norm(self.position) + self.radii[1]):
            away = np.eye(3)[int(np.argmin(np.abs(self.axis)))]
            away = away - (away @ self.axis) * self.axis
        first = away / np.linalg.norm(away)
        return np.stack([first, np.cross(self.axis, first), self.axis])

    @cached_property
    def _origin(self) -> FloatArray:
        """Interaction point along the axes, from ``position``."""
        origin = -self.axes @ self.position
        return np.array([-self._distance, 0.0, origin[2]])

    @cached_property
    def _distance(self) -> float:
        """Distance of the interaction point from the axis in m, 0 within rounding."""
        away = self.position - (self.position @ self.axis) * self.axis
        distance = float(np.linalg.norm(away))
        return distance if distance > 1e-12 * float(np.linalg.norm(self.position)) else 0.0

    @property
    def _limited(self) -> bool:
        return self.angles[0] > 0.0 or self.angles[1] < math.pi

    @cached_property
    def meridian(self) -> FloatArray:
        """Corners of the polygon that makes the shell when turned about the axis.

        Radius and height, shape (n, 2), in m, in order around it.
        """
        return rectangle(self.radii, self.ends, self.angles, float(self._origin[2]))

    @cached_property
    def _solid(self) -> SolidOfRevolution:
        return SolidOfRevolution(self.meridian)

    @property
    def volume(self) -> float:
        """Volume in m^3."""
        return self._solid.volume

    @cached_property
    def centre(self) -> FloatArray:
        """Point on the axis half-way between the lowest and the highest part, in m."""
        heights = self.meridian[:, 1]
        return np.asarray(self.position + 0.5 * (heights.min() + heights.max()) * self.axis)

    @cached_property
    def nearest(self) -> float:
        """Distance from the interaction point to the nearest point of the volume, in m."""
        point = np.array([self._distance, self._origin[2]])
        if self.contains(np.zeros(3)):
            return 0.0
        return distance_to(self.meridian, point)

    @property
    def convex(self) -> bool:
        """Whether there is neither a hole nor a limit in polar angle."""
        return self.radii[0] == 0.0 and not self._limited

    def contains(self, point: ArrayLike) -> BoolArray:
        """Whether points (shape (..., 3), in m) lie in the volume or on its surface."""
        local = (np.asarray(point, dtype=np.float64) - self.position) @ self.axes.T
        radius, height = np.hypot(local[..., 0], local[..., 1]), local[..., 2]
        slack = _ROUNDING * (self.radii[1] + abs(self.ends[0]) + abs(self.ends[1]))
        inside = (radius >= self.radii[0] - slack) & (radius <= self.radii[1] + slack)
        inside &= (height >= self.ends[0] - slack) & (height <= self.ends[1] + slack)
        if self._limited:
            theta = np.arctan2(radius, height - self._origin[2])
            inside &= (theta >= self.angles[0] - _ROUNDING) & (theta <= self.angles[1] + _ROUNDING)
        return np.asarray(inside)

    def crossings(self, directions: FloatArray) -> Crossings:
        """Entries and exits along rays from the interaction point: before and behind the hole.

        Parameters
        ----------
        directions
            Unit vectors, shape (n, 3).

        Returns
        -------
        Crossings
            Shape (n, 2), or (n, 1) if there is no hole.
        """
        rays = np.asarray(directions, dtype=np.float64) @ self.axes.T
        with np.errstate(divide="ignore", invalid="ignore"):
            near, far = through_cylinder(rays, self._distance, self.radii[1])
            walls = (np.array(self.ends) - self._origin[2]) / rays[:, 2:]
        # A ray along a wall is between them all the way, or nowhere.
        between = self.ends[0] <= self._origin[2] <= self.ends[1]
        level = rays[:, 2] == 0.0
        low = np.where(level, -np.inf if between else np.inf, walls.min(axis=1))
        high = np.where(level, np.inf if between else -np.inf, walls.max(axis=1))
        near, far = np.maximum(np.maximum(near, low), 0.0), np.minimum(far, high)
        if self._limited:
            theta = np.arctan2(np.hypot(rays[:, 0], rays[:, 1]), rays[:, 2])
            far = np.where((theta < self.angles[0]) | (theta > self.angles[1]), -np.inf, far)
        columns = [(near, far)]
        if self.radii[0] > 0.0:
            with np.errstate(divide="ignore", invalid="ignore"):
                into, out = through_cylinder(rays, self._distance, self.radii[0])
            columns = [(near, np.minimum(far, into)), (np.maximum(near, out), far)]
        starts = np.stack([np.where(stop > start, start, 0.0) for start, stop in columns], axis=1)
        stops = np.stack([np.where(stop > start, stop, 0.0) for start, stop in columns], axis=1)
        return Crossings(starts, stops)

    @cached_property
    def outline(self) -> Outline:
        """Rims, and the lines along which rays touch the curved surfaces."""
        circles = []
        for radius, height in self.meridian:
            if radius > 0.0:
                centre = self.position + height * self.axis
                circles.append(np.stack([centre, *(radius * self.axes[:2])]))
        tangents = []
        for radius in self.radii:
            if 0.0 < radius < self._distance:
                cosine = radius / self._distance
                for sine in (1.0, -1.0):
                    # Where the radius is perpendicular to the line of sight.
                    foot = -cosine * self.axes[0] + sine * math.sqrt(1.0 - cosine**2) * self.axes[1]
                    tangents.append(
                        [self.position + radius * foot + end * self.axis for end in self.ends]
                    )
        if tangents:
            # They touch the rims: beside a rim, too, the root is near.
            return Outline.of(rims=circles, tangents=tangents)
        return Outline.of(circles=circles)

    @cached_property
    def faces(self) -> tuple[Ring, ...]:
        """What the sides of the meridian sweep, from the lower end outward and up."""
        rings = []
        corners = self.meridian
        for start, stop in zip(corners, np.roll(corners, -1, axis=0), strict=True):
            step = stop - start
            length = float(np.linalg.norm(step))
            if length < _ROUNDING * self.radii[1] or start[0] == stop[0] == 0.0:
                continue
            outward = (float(step[1]) / length, -float(step[0]) / length)
            rings.append(Ring(self.position, self.axes, np.stack([start, stop]), outward))
        return tuple(rings)

    def sample(self, n: int, rng: np.random.Generator) -> FloatArray:
        """Draw ``n`` points evenly over the volume, shape (n, 3), in m."""
        radius, height = self._solid.sample(n, rng).T
        phi = rng.uniform(0.0, 2.0 * math.pi, n)
        local = np.stack([radius * np.cos(phi), radius * np.sin(phi), height], axis=1)
        return np.asarray(self.position + local @ self.axes)

    def drawing(self) -> tuple[FloatArray, ...]:
        """Circles at the rims, and the meridian at four azimuths; points of shape (n, 3), in m."""
        phi = np.linspace(0.0, 2.0 * math.pi, _AROUND + 1)
        lines = [
            self._points(np.full_like(phi, radius), phi, np.full_like(phi, height))
            for radius, height in self.meridian
            if radius > 0.0
        ]
        closed = np.concatenate([self.meridian, self.meridian[:1]])
        for quarter in range(4):
            azimuth = np.full(len(closed), 0.5 * math.pi * quarter)
            lines.append(self._points(closed[:, 0], azimuth, closed[:, 1]))
        return tuple(lines)

    def _points(self, radius: FloatArray, phi: FloatArray, height: FloatArray) -> FloatArray:
        local = np.stack([radius * np.cos(phi), radius * np.sin(phi), height], axis=1)
        return np.asarray(self.position + local @ self.axes)


def _is_beam(axis: str | ArrayLike) -> bool:
    if not isinstance(axis, str):
        return False
    if axis != "beam":
        raise InputError(f'axis = "{axis}": must be "beam" or a direction [x, y, z]')
    return True


SHAPE: Final = Shape(
    keys=(
        Key("outer_radius", low=1e-6, text="outer radius"),
        Key("inner_radius", low=0.0, default=0.0, text="inner radius; 0 for no hole"),
        Key("z_min", text="lower end along the axis, from `position`"),
        Key("z_max", text="upper end along the axis, from `position`"),
        Key(
            "axis",
            "pure number",
            form="direction",
            words=("beam",),
            default="beam",
            text='direction of the axis: `"beam"` (the z axis), or a vector',
        ),
        Key("position", form="vector", default=(0.0, 0.0, 0.0), text="a point on the axis"),
        Key(
            "theta_min", "angle", low=0.0, high=math.pi, default=0.0,
            text="least polar angle at the interaction point, from the axis",
        ),
        Key(
            "theta_max", "angle", low=0.0, high=math.pi, default=math.pi,
            text="largest polar angle",
        ),
    ),
    place=CylinderShell.place,
)  # fmt: skip
