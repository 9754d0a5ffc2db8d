"""A toy in place of a detector: its optimum and its costs are known."""

import math
from collections.abc import Mapping

import pytest

from wayside.designing.assumptions import ASSUMPTIONS
from wayside.designing.evaluation import Trial
from wayside.designing.plan import Plan, plan
from wayside.designing.settings import DesignSettings
from wayside.scanning.axes import key_range
from wayside.scenario import load_scenario

RANGES = ("stack.shield=0.01:1:log", "shielding.tungsten=0:3", "stack.blocks=5:60")

BEST = {"stack.shield": 0.1, "shielding.tungsten": 1.0, "stack.blocks": 40}


def toy(values: Mapping[str, float]) -> Trial:
    """Value 1 at `BEST`; designs with more than 2 m of tungsten are refused; each metre costs 1."""
    tungsten = values["shielding.tungsten"]
    distance = (
        math.log(values["stack.shield"] / BEST["stack.shield"]) ** 2
        + (tungsten - BEST["shielding.tungsten"]) ** 2
        + 1e-3 * (values["stack.blocks"] - BEST["stack.blocks"]) ** 2
    )
    value = math.exp(0.1 * distance)
    by_assumption = {name: value * (1.0 + 0.1 * k) for k, name in enumerate(ASSUMPTIONS)}
    above = max(0.0, tungsten - 2.0)
    return Trial(
        dict(values),
        dict(values),
        value,
        by_assumption,
        {},
        2.3,
        2.3,
        0.0,
        0.0,
        0.0,
        {"tungsten": tungsten, "rest": 1.0},
        above,
        "too much tungsten" if above else "",
    )


def fails(values: Mapping[str, float]) -> Trial:
    raise ZeroDivisionError(f"of {len(values)} keys")


def toy_plan(settings: DesignSettings | None = None) -> Plan:
    scenario = load_scenario("belle2-forward", {"run.radiation": "one-photon"})
    return plan(scenario, [key_range(text) for text in RANGES], settings)


@pytest.fixture(scope="session")
def ask() -> Plan:
    return toy_plan()
