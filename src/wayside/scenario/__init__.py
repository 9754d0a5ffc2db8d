"""Scenarios: the validated description of a study."""

from wayside.scenario.library import builtin_names, builtin_text, load_scenario
from wayside.scenario.schema import Scenario

__all__ = ["Scenario", "builtin_names", "builtin_text", "load_scenario"]
