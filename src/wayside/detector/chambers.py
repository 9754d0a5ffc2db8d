"""Drift chambers of experiments as shapes of their own, without keys.

Gas volumes about the beam axis within the polar angles that tracks need; no efficiency. The Belle
II chamber has radii and angles of its design report (1011.0352); its ends are those of the chamber
of Belle, in the same solenoid. BESIII: 0911.4960, where ``|cos theta| < 0.93``.
"""

import math
from types import MethodType
from typing import Final

from wayside.detector.cylinder import CylinderShell
from wayside.detector.volume import Shape


def _belle2(cls: type[CylinderShell]) -> CylinderShell:
    return cls.place(
        inner_radius=0.16,
        outer_radius=1.13,
        z_min=-0.77,
        z_max=1.60,
        theta_min=math.radians(17.0),
        theta_max=math.radians(150.0),
    )


def _besiii(cls: type[CylinderShell]) -> CylinderShell:
    return cls.place(
        inner_radius=0.059,
        outer_radius=0.81,
        z_min=-1.29,
        z_max=1.29,
        theta_min=math.acos(0.93),
        theta_max=math.pi - math.acos(0.93),
    )


BELLE2: Final = Shape(keys=(), place=MethodType(_belle2, CylinderShell))
BESIII: Final = Shape(keys=(), place=MethodType(_besiii, CylinderShell))
