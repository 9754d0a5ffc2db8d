"""Wayside: what a small detector beside an e+e- collider would see of a dark sector.

The chain in short: `load_scenario`, then `reach`, `point_report`, `relic` or `background`; or
`events`, `simulate` and `reconstruct`, one after the other.

The names below are imported when they are first used, so that ``import wayside`` stays quick.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from wayside.version import __version__ as __version__

_HOMES = {
    "BackgroundReport": "wayside.results.background",
    "Beams": "wayside.collider.beams",
    "Box": "wayside.detector.box",
    "DesignResult": "wayside.results.design",
    "DesignSettings": "wayside.designing.settings",
    "EventSample": "wayside.results.events",
    "KeyScan": "wayside.results.scan",
    "MassPoint": "wayside.sensitivity.mass_point",
    "PointReport": "wayside.results.point",
    "PseudoDirac": "wayside.models.inelastic",
    "Reach": "wayside.results.reach",
    "Reconstruction": "wayside.results.reconstruction",
    "ScalarInelastic": "wayside.models.inelastic",
    "Scenario": "wayside.scenario",
    "Simulation": "wayside.results.simulation",
    "SimulationSettings": "wayside.designing.simulated",
    "background": "wayside.results.background",
    "builtin_names": "wayside.scenario",
    "compare": "wayside.results.comparison",
    "design": "wayside.results.design",
    "events": "wayside.results.events",
    "load_result": "wayside.results.kinds",
    "load_scan": "wayside.results.scan",
    "load_scenario": "wayside.scenario",
    "mass_point": "wayside.sensitivity.planes",
    "particle_gun": "wayside.transport.gun",
    "point_report": "wayside.results.point",
    "reach": "wayside.results.reach",
    "reconstruct": "wayside.results.reconstruction",
    "relic": "wayside.results.relic",
    "relic_density": "wayside.cosmology.relic",
    "relic_plane": "wayside.results.relic",
    "rerun": "wayside.results.rerun",
    "scan": "wayside.sensitivity.scan",
    "scan_keys": "wayside.results.scan",
    "simulate": "wayside.results.simulation",
    "upper_limit": "wayside.limits.statistics",
}

__all__ = [*_HOMES, "__version__"]

if TYPE_CHECKING:
    from wayside.collider.beams import Beams as Beams
    from wayside.cosmology.relic import relic_density as relic_density
    from wayside.designing.settings import DesignSettings as DesignSettings
    from wayside.designing.simulated import SimulationSettings as SimulationSettings
    from wayside.detector.box import Box as Box
    from wayside.limits.statistics import upper_limit as upper_limit
    from wayside.models.inelastic import PseudoDirac as PseudoDirac
    from wayside.models.inelastic import ScalarInelastic as ScalarInelastic
    from wayside.results.background import BackgroundReport as BackgroundReport
    from wayside.results.background import background as background
    from wayside.results.comparison import compare as compare
    from wayside.results.design import DesignResult as DesignResult
    from wayside.results.design import design as design
    from wayside.results.events import EventSample as EventSample
    from wayside.results.events import events as events
    from wayside.results.kinds import load_result as load_result
    from wayside.results.point import PointReport as PointReport
    from wayside.results.point import point_report as point_report
    from wayside.results.reach import Reach as Reach
    from wayside.results.reach import reach as reach
    from wayside.results.reconstruction import Reconstruction as Reconstruction
    from wayside.results.reconstruction import reconstruct as reconstruct
    from wayside.results.relic import relic as relic
    from wayside.results.relic import relic_plane as relic_plane
    from wayside.results.rerun import rerun as rerun
    from wayside.results.scan import KeyScan as KeyScan
    from wayside.results.scan import load_scan as load_scan
    from wayside.results.scan import scan_keys as scan_keys
    from wayside.results.simulation import Simulation as Simulation
    from wayside.results.simulation import simulate as simulate
    from wayside.scenario import Scenario as Scenario
    from wayside.scenario import builtin_names as builtin_names
    from wayside.scenario import load_scenario as load_scenario
    from wayside.sensitivity.mass_point import MassPoint as MassPoint
    from wayside.sensitivity.planes import mass_point as mass_point
    from wayside.sensitivity.scan import scan as scan
    from wayside.transport.gun import particle_gun as particle_gun


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'wayside' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
