"""What a selection is worth, against loops; and cuts whose optimum is known."""

import numpy as np
import pytest
from selections.toy import background_rows, signal_rows

from wayside.limits.uncertain import expected_upper_limit
from wayside.search.flow import cut_flow, one_less
from wayside.search.limit_table import limit_table
from wayside.search.optimise import optimise, thresholds
from wayside.search.parts import part
from wayside.search.problem import BackgroundPart, Problem
from wayside.selections.cuts import Cut
from wayside.selections.fakes import Vertices
from wayside.selections.variables import VARIABLES


def problem(seed: int = 1, number: int = 1200, *, background: float = 600.0) -> Problem:
    """Signal of efficiency 0.1, and exponential masses of fakes; two candidates an event."""
    rng = np.random.default_rng(seed)
    signal = signal_rows(number, rng, 0)
    fakes = background_rows("muon-above", number, rng, 0)
    event = np.arange(number) // 2
    weight = np.full(number, background / (number / 2))
    muons = BackgroundPart(
        part(fakes, weight, event), Vertices(number / 2, weight[0]), weight[0], 0.1
    )
    return Problem(
        part(signal, np.full(number, 0.1 / number), np.arange(number)),
        {"muon-above": muons},
        (0.5, 0.1),
        0.0,
        limit_table(0.9),
    )


def test_sums_against_a_loop():
    rng = np.random.default_rng(2)
    rows = background_rows("muon-above", 60, rng, 0)
    event, weight = rng.integers(0, 20, 60), rng.random(60)
    own = part(rows, weight, event)
    passed = rng.random((3, 60)) < 0.5
    order = np.argsort(event, kind="stable")
    for k in range(3):
        heaviest = {}
        for row in range(60):
            if passed[k][row]:
                key = int(event[order][row])
                heaviest[key] = max(heaviest.get(key, 0.0), weight[order][row])
        sums, squares = own.sums(passed[k])
        assert float(sums) == pytest.approx(sum(heaviest.values()))
        assert float(squares) == pytest.approx(sum(w**2 for w in heaviest.values()))
    assert own.sums(passed)[0].shape == (3,)
    nothing = own.subset(np.zeros(60, bool), 1.0)
    assert nothing.sums(np.zeros((4, 0), bool))[0].tolist() == [0.0] * 4


def test_folds_add_up():
    own = problem().signal
    parts = [own.only_fold(fold, 4).sums(np.ones(300, bool))[0] for fold in range(4)]
    assert np.mean(parts) == pytest.approx(0.1)
    left = own.without_fold(0, 4)
    assert left.sums(np.ones(len(left.weight), bool))[0] == pytest.approx(0.1)


def test_limit_table_between_its_nodes():
    """To 4 per cent, between nodes that are a factor 1.5 apart: it compares selections."""
    limits = limit_table(0.9)
    for b, e in ((0.03, 0.01), (0.7, 0.3), (4.4, 1.0), (27.0, 11.0), (900.0, 30.0), (5e3, 4e3)):
        exact = float(expected_upper_limit(b, e, 0.9, statistic="asimov"))
        assert float(limits(b, e)) == pytest.approx(exact, rel=0.04)
    assert float(limits(0.0, 0.0)) == pytest.approx(2.303, rel=0.02)
    assert float(limits(4e5, 2e5)) == pytest.approx(4 * float(limits(1e5, 0.5e5)), rel=1e-9)


def test_worth_of_a_cut():
    own = problem()
    cuts = (Cut("mass", 0.05),)
    worth = own.of(cuts)
    fakes = own.backgrounds["muon-above"].candidates
    events = len(set(fakes.event[fakes.values["mass"] >= 0.05].tolist()))
    assert float(worth.background) == pytest.approx(0.5 + events)
    assert float(worth.statistical) == pytest.approx(np.sqrt(events))
    assert float(worth.systematic) == pytest.approx(np.hypot(0.1, 0.1 * events))
    # One more vertex stands for one of 600, times the fraction that passes with it; and one more
    # of all vertices that passes.
    assert float(worth.one_more) == pytest.approx(np.hypot((events + 1) / 601, 600 / 601))
    scanned = own.scanned((), "mass", np.array([0.0, 0.05]))
    assert float(scanned.background[1]) == pytest.approx(float(worth.background))
    assert scanned.merit(own.limits).shape == (2,)


def test_unrelated_tracks_cost_signal():
    crowded = problem()._replace(tracks=1e9)
    worth = crowded.of((Cut("passing", 1e-5),))
    assert float(worth.signal) == pytest.approx(0.1 * np.exp(-np.pi * 0.1))


def test_the_optimum_of_an_exponential_background():
    """Signal is above 0.13 GeV; of fakes exp(-m / 10 MeV) are left: 600 of them below 0.08 GeV.

    Any threshold between is as good, and the loosest that is tried is taken.
    """
    own = problem(seed=5)
    found = optimise(own)
    (cut,) = found.cuts
    assert cut.variable in ("mass", "electron_mass")
    assert 0.05 < cut.threshold < 0.15
    worth = own.of(found.cuts)
    assert float(worth.background) < 3.0
    assert float(worth.signal) > 0.099
    assert float(worth.merit(own.limits)) < 0.25 * float(own.of(()).merit(own.limits))


def test_variables_without_information_are_left_alone():
    """Signal and background differ in nothing. Ten seeds: at most one finds a cut.

    A fold is better with a cut by chance now and then; seen in one of a hundred seeds.
    """
    rng = np.random.default_rng(6)
    with_cuts = 0
    for _ in range(10):
        rows = signal_rows(400, rng, 0)
        fakes = signal_rows(400, rng, 0)
        weight = np.full(400, 0.05)
        muons = BackgroundPart(part(fakes, weight, np.arange(400)), Vertices(20.0, 0.05), 0.05, 0.0)
        own = Problem(
            part(rows, np.full(400, 1 / 400), np.arange(400)),
            {"muon-above": muons},
            (0.0, 0.0),
            0.0,
            limit_table(0.9),
        )
        with_cuts += len(optimise(own).cuts) > 0
    assert with_cuts <= 1


def test_thresholds_are_quantiles_of_the_signal():
    own = problem()
    values = thresholds(own, "mass")
    assert np.all(np.diff(values) > 0.0)
    assert 0.5 * len(own.signal.weight) < np.sum(own.signal.values["mass"] >= values[-1]) * 1.3
    for name in VARIABLES:
        assert np.all(np.isfinite(thresholds(own, name)))


def test_cut_flow_and_all_cuts_but_one():
    own = problem()
    cuts = (Cut("mass", 0.02), Cut("grains", 45.0), Cut("mass", 0.1))
    flow = cut_flow(own, cuts)
    assert [step.what for step in flow] == [
        "time and vetoes",
        "mass >= 0.02 GeV",
        "grains <= 45 per 100 um",
        "mass >= 0.1 GeV",
    ]
    backgrounds = [step.background["muon-above"] for step in flow]
    assert backgrounds[0] == pytest.approx(600.0)
    assert backgrounds == sorted(backgrounds, reverse=True)
    assert flow[-1].counts["muon-above"] == pytest.approx(backgrounds[-1])
    left = one_less(own, cuts)
    # The first mass cut does nothing beside the second.
    assert left[0].background == flow[-1].background
    assert left[2].background == flow[2].background
