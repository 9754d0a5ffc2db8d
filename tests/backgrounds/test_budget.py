"""Sums of sources over detectors, their errors, and the ratio of two detectors."""

from dataclasses import replace

import numpy as np
import pytest

from wayside.backgrounds.budget import Budget, budget
from wayside.backgrounds.counts import Count
from wayside.backgrounds.fake_counts import Contribution
from wayside.scenario import Scenario, load_scenario


def source(key: str, timed: Count | None, vertex: float = 10.0) -> Contribution:
    vertices = None if timed is None else {"vertex": Count(vertex, 1.0, 2.0), "timed": timed}
    return Contribution(
        key, f"the {key}", "time", Count(100.0, 0.0, 10.0), vertices, (f"on {key}",)
    )


def find(_: Scenario, detector: str) -> list[Contribution]:
    if detector == "A":
        return [
            source("one", Count(2.0, 0.3, 0.4)),
            source("two", Count(1.0, 0.0, 1.0)),
            source("three", None),
        ]
    return [source("one", Count(3.0, 0.2, 0.6)), source("four", Count(0.0, 0.5, 0.0))]


@pytest.fixture
def toy_budget() -> Budget:
    return budget(load_scenario("belle2-forward"), find)


def test_one_detector(toy_budget: Budget) -> None:
    assert set(toy_budget.detectors) == {"A", "B"}
    total = toy_budget.total(["A"], "timed")
    assert total.value == 3.0
    assert total.statistical == pytest.approx(0.3)
    assert total.systematic == pytest.approx(np.hypot(0.4, 1.0))
    assert toy_budget.total(["A"], "vertex").value == 20.0
    assert toy_budget.not_counted(["A"]) == ["the three"]
    assert toy_budget.not_counted(["B"]) == []


def test_errors_of_one_source_are_common_to_both_detectors(toy_budget: Budget) -> None:
    together = {each.key: each for each in toy_budget.together(["A", "B"])}
    assert list(together) == ["one", "two", "three", "four"]
    one = together["one"]
    assert one.entering == Count(200.0, 0.0, 20.0)
    assert one.vertices is not None
    assert one.vertices["timed"] == Count(5.0, 0.5, 1.0)
    assert one.notes == ("on one",)
    total = toy_budget.total(["A", "B"], "timed")
    assert total.value == 6.0
    assert total.statistical == pytest.approx(np.hypot(0.5, 0.5))
    assert total.systematic == pytest.approx(np.hypot(1.0, 1.0))


def test_ratio_of_detectors() -> None:
    """Against toys: each source off by one factor in both detectors."""
    values = {"A": {"one": 2.0, "two": 6.0}, "B": {"one": 5.0, "two": 4.0}}
    relative = {"one": 0.1, "two": 0.05}

    def make(_: Scenario, name: str) -> list[Contribution]:
        return [
            source(key, Count(value, 0.0, relative[key] * value))
            for key, value in values[name].items()
        ]

    toy_budget = budget(load_scenario("belle2-forward"), make)
    ratio = toy_budget.ratio("B", "A", "timed")
    assert ratio is not None
    assert ratio[0] == pytest.approx(9.0 / 8.0)
    rng = np.random.default_rng(2)
    one, two = (1.0 + relative[key] * rng.standard_normal(200_000) for key in ("one", "two"))
    toys = (5.0 * one + 4.0 * two) / (2.0 * one + 6.0 * two)
    # Second order in the errors, 0.5 per cent, and noise of a standard deviation, 0.2.
    assert ratio[1] == pytest.approx(toys.std() / toys.mean(), rel=0.02)
    # The same mix in both: what is common cancels.
    values["B"] = {"one": 4.0, "two": 12.0}
    same = budget(load_scenario("belle2-forward"), make).ratio("B", "A", "timed")
    assert same == pytest.approx((2.0, 0.0), abs=1e-12)


def test_ratio_where_kinds_are_shared_and_none_was_simulated() -> None:
    """Against toys: two sources off by the same factor, and one known only by an upper error."""
    values = {"A": {"one": 2.0, "two": 6.0}, "B": {"one": 5.0, "two": 4.0}}
    nothing = {"A": 0.4, "B": 0.1}

    def make(_: Scenario, name: str) -> list[Contribution]:
        sources = [
            replace(source(key, Count(value, 0.0, 0.05 * value)), kind="muon-above")
            for key, value in values[name].items()
        ]
        return [*sources, source("none", Count(0.0, nothing[name]))]

    ratio = budget(load_scenario("belle2-forward"), make).ratio("B", "A", "timed")
    rng = np.random.default_rng(3)
    factor, none = 1.0 + 0.05 * rng.standard_normal(200_000), rng.standard_normal(200_000)
    toys = (9.0 * factor + 0.1 * none) / (8.0 * factor + 0.4 * none)
    assert ratio == pytest.approx((9.0 / 8.0, toys.std() / toys.mean()), rel=0.02)


def test_no_ratio_without_background() -> None:
    toy_budget = budget(
        load_scenario("belle2-forward"), lambda *_: [source("one", Count(0.0, 1.0))]
    )
    assert toy_budget.ratio("B", "A", "timed") is None
    assert budget(load_scenario("belle2-forward"), lambda *_: []).ratio("B", "A", "timed") is None
    assert toy_budget.total([], "timed").value == 0
