"""Wayside: what a small detector beside an e+e- collider would see of a dark sector.

The names below are imported when they are first used, so that ``import wayside`` stays quick.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

_HOMES = {
    "BackgroundReport": "wayside.sensitivity.background_report",
    "Beams": "wayside.collider.beams",
    "Box": "wayside.detector.box",
    "MassPoint": "wayside.sensitivity.mass_point",
    "PseudoDirac": "wayside.models.inelastic",
    "Reach": "wayside.sensitivity.result",
    "ScalarInelastic": "wayside.models.inelastic",
    "Scenario": "wayside.scenario",
    "background_report": "wayside.sensitivity.background_report",
    "builtin_names": "wayside.scenario",
    "load_scenario": "wayside.scenario",
    "mass_point": "wayside.sensitivity.planes",
    "point_report": "wayside.sensitivity.point",
    "reach": "wayside.sensitivity.result",
    "relic_density": "wayside.cosmology.relic",
    "scan": "wayside.sensitivity.scan",
    "upper_limit": "wayside.limits.statistics",
}

__all__ = [*_HOMES, "__version__"]

if TYPE_CHECKING:
    from wayside.collider.beams import Beams as Beams
    from wayside.cosmology.relic import relic_density as relic_density
    from wayside.detector.box import Box as Box
    from wayside.limits.statistics import upper_limit as upper_limit
    from wayside.models.inelastic import PseudoDirac as PseudoDirac
    from wayside.models.inelastic import ScalarInelastic as ScalarInelastic
    from wayside.scenario import Scenario as Scenario
    from wayside.scenario import builtin_names as builtin_names
    from wayside.scenario import load_scenario as load_scenario
    from wayside.sensitivity.background_report import BackgroundReport as BackgroundReport
    from wayside.sensitivity.background_report import background_report as background_report
    from wayside.sensitivity.mass_point import MassPoint as MassPoint
    from wayside.sensitivity.planes import mass_point as mass_point
    from wayside.sensitivity.point import point_report as point_report
    from wayside.sensitivity.result import Reach as Reach
    from wayside.sensitivity.result import reach as reach
    from wayside.sensitivity.scan import scan as scan


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'wayside' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
