"""Designs that are simulated on demand: with a toy in place of Geant4, and for real."""

import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import wayside
from wayside.designing.simulated import SimulationSettings
from wayside.errors import InputError
from wayside.generator.followed import OTHERS, likely
from wayside.generator.records import PRIMARY
from wayside.reconstruction.records import VERTEX
from wayside.reconstruction.selected import CANDIDATE
from wayside.results import decay_run
from wayside.results import design_simulation as module
from wayside.results.decay_run import fraction, probabilities
from wayside.results.design import DesignResult
from wayside.results.design_simulation import check_simulation, simulated_trials
from wayside.scenario.choice import selection_of
from wayside.sensitivity.selected import selected_map

pytest.importorskip("optuna")
pytest.importorskip("pyarrow")

VALUES = {"run.radiation": "one-photon", "run.efficiency": "simulated", "run.selection": "search"}
SHIELD = {"stack.shield": (0.09, 0.11)}
SMALL = SimulationSettings(decays=200)


@pytest.fixture(scope="module")
def found() -> DesignResult:
    scenario = wayside.load_scenario("belle2-forward", VALUES)
    return wayside.design(scenario, SHIELD, evaluations=8)


def toy_probability(events: np.ndarray) -> np.ndarray:
    return np.where(events % 3 == 0, 0.5, 0.0)


@pytest.fixture
def simulated(monkeypatch: pytest.MonkeyPatch) -> list[np.ndarray]:
    """Primaries of each run: a third of the decays has a vertex, half of that it is selected."""
    runs: list[np.ndarray] = []

    def simulate(_: Any, particles: np.ndarray, __: Path, **options: Any) -> Any:
        if options["progress"]:
            for done in range(5):
                options["progress"](done, 4)
        runs.append(particles)
        return particles

    def reconstruct(particles: np.ndarray, _: Path, *, scenario: Any, **__: Any) -> Any:
        events, first = np.unique(particles["event"], return_index=True)
        rows = np.zeros(len(events), CANDIDATE)
        rows["event"], rows["probability"] = events, toy_probability(events)
        rows["at_origin"] = True
        vertices = np.zeros(len(events), VERTEX)
        for name in "xyz":
            vertices[name] = particles[name][first]
        vertices["event"] = np.where(events % 3 == 0, events, -1)
        vertices["times"] = events % 2
        searched = selection_of(scenario) is not None
        return SimpleNamespace(has_candidates=searched, candidates=rows, vertices=vertices)

    for place in (module, decay_run):
        monkeypatch.setattr(place, "simulate", simulate)
    monkeypatch.setattr(decay_run, "reconstruct", reconstruct)
    monkeypatch.setattr(module, "require_calzone", lambda: None)
    return runs


def test_fractions_by_hand() -> None:
    """Binomial to a tenth with a hundred, one decay of the error where none is kept."""
    known = fraction(np.ones(100), 400)
    assert known.value == 0.25
    assert known.error == pytest.approx(np.sqrt(0.25 * 0.75 / 400), rel=0.1)
    assert fraction(np.zeros(3), 50) == (0.0, 1.0 / 50)
    assert fraction(np.array([10.0]), 100).value == 0.1


def test_vertices_and_candidates_that_count() -> None:
    """At the decay, but for events of which they count anywhere; of several the best."""
    primaries = np.zeros(3, PRIMARY)
    primaries["event"], primaries["z"] = [3, 5, 8], [10.0, 20.0, 30.0]
    vertices = np.zeros(5, VERTEX)
    vertices["event"] = [3, 5, 8, 8, -1]
    vertices["z"] = [10.0, 21.0, 35.0, 30.0, 20.0]
    vertices["times"], vertices["vetoed"] = [1, 1, 1, 1, 1], [False, False, False, True, False]
    plain = SimpleNamespace(has_candidates=False, vertices=vertices)
    none = np.zeros(0, np.int64)
    kept = probabilities(plain, primaries, none)  # type: ignore[arg-type]
    assert kept == {"vertex": {3: 1.0, 8: 1.0}, "timed": {3: 1.0}}
    kept = probabilities(plain, primaries, np.array([5, 8]))  # type: ignore[arg-type]
    assert kept == {"vertex": {3: 1.0, 5: 1.0, 8: 1.0}, "timed": {3: 1.0, 5: 1.0, 8: 1.0}}
    rows = np.zeros(4, CANDIDATE)
    rows["event"], rows["probability"] = [3, 3, 5, 8], [0.2, 0.7, 0.9, 0.4]
    rows["at_origin"] = [True, True, False, True]
    searched = SimpleNamespace(has_candidates=True, candidates=rows)
    kept = probabilities(searched, primaries, none)  # type: ignore[arg-type]
    assert kept == {"selected": {3: 0.7, 8: 0.4}}


def test_the_chain_with_a_toy_of_geant4(
    found: DesignResult,
    simulated: list[np.ndarray],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Sums over all decays that were generated, each with its own probability."""
    lines: list[str] = []
    result = found.with_simulation(SMALL, folder=tmp_path, say=lines.append)
    pilot, run = simulated
    assert found.best is not None
    (one,) = result.simulated
    (detector,) = one.detectors
    scenario = found.plan.evaluator.scenario(found.best.values).with_values(
        {f"model.{name}": value for name, value in found.best.couplings.items()}
    )
    events, good = np.unique(run["event"]), likely(run)
    assert detector.decays == 200
    assert events[~good].tolist() == [
        one for one in range(0, 200, OTHERS) if one not in events[good]
    ]
    assert set(pilot["event"]) == set(events[: module.PILOT])
    assert detector.followed == len(events)
    weights = np.where(good, 1.0, OTHERS)
    third = np.sum(weights * (events % 3 == 0)) / 200
    assert detector.direct["vertex"].value == pytest.approx(third)
    timed = np.sum(weights * (events % 6 == 3)) / 200
    assert detector.direct["timed"].value == pytest.approx(timed)
    selection = selection_of(scenario)
    assert selection is not None
    films = selected_map(scenario, selection).scale
    assert 0.5 < films < 1.0
    assert detector.direct["selected"].value == pytest.approx(0.5 * films * third)
    assert one.selection == "selected"
    assert lines[0].startswith(f"simulation of 200 decays, {len(events)} followed: about ")
    assert lines[0].endswith("with 1 process")
    # All of it is saved, comes back, and is computed again from what was asked.
    result.write_tables(tmp_path / "saved")
    assert DesignResult.load(tmp_path / "saved").summary() == result.summary()
    monkeypatch.setattr(module, "simulate_designs", lambda _, asked, *__, **___: (asked, one))
    inputs = json.loads(json.dumps(result.inputs()))
    again = DesignResult.compute(wayside.Scenario.from_dict(inputs.pop("scenario")), inputs)
    assert again.simulation == again.simulated[0] == SMALL
    assert again.design.summary() == result.design.summary()
    assert found.summary()["simulated"] is None


def test_the_front_as_well(found: DesignResult) -> None:
    """The recommended design first, then the others of the front, each once."""
    settings = wayside.DesignSettings(cost_is_objective=True)
    design = wayside.design(found.plan.scenario, SHIELD, settings, evaluations=8).design
    assert design.best is not None
    alone = simulated_trials(design, SimulationSettings())
    assert alone == [design.best]
    every = [trial.values for trial in simulated_trials(design, SimulationSettings(front=True))]
    assert every[0] == design.best.values
    front = [trial.values for trial in design.front]
    assert len(front) > 1
    assert {str(one) for one in every} == {str(one) for one in [every[0], *front]}
    assert len({str(one) for one in every}) == len(every)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"run.efficiency": "unity"}, 'run.efficiency = "unity": a simulation of the design'),
        (
            {"detectors.B": None, "detectors.A": {"shape": "belle2-cdc"}},
            "detectors.A",
        ),
    ],
)
def test_refused(values: dict[str, Any], words: str) -> None:
    pytest.importorskip("calzone")
    scenario = wayside.load_scenario("belle2-forward-beams", VALUES).with_values(values)
    with pytest.raises(InputError, match=words) as error:
        check_simulation(scenario, SMALL)
    assert "\n" not in str(error.value)


@pytest.mark.nightly
def test_the_law_against_geant4_and_a_run_that_was_killed(
    found: DesignResult, tmp_path: Path
) -> None:
    """Within four standard errors; interrupted after a chunk it goes on to the same result."""
    pytest.importorskip("calzone")
    settings = SimulationSettings(decays=500)
    lines: list[str] = []

    def stop_after(chunks: int) -> Callable[[int, int], None]:
        def progress(done: int, of: int) -> None:
            if done == chunks < of:
                raise KeyboardInterrupt

        return progress

    with pytest.raises(KeyboardInterrupt):
        found.with_simulation(settings, folder=tmp_path, say=lines.append, progress=stop_after(1))
    result = found.with_simulation(settings, folder=tmp_path, say=lines.append)
    assert "50 of them left" not in lines[0]
    assert "of them left" in lines[1]
    (one,) = result.simulated
    (detector,) = one.detectors
    for stage, direct in detector.direct.items():
        known = detector.law[stage]
        error = np.hypot(direct.error, np.hypot(known.error, 0.07 * known.value))
        assert abs(direct.value - known.value) < 4.0 * error, stage
    assert one.low > one.value > one.high
    again = found.with_simulation(settings, folder=tmp_path, say=lines.append, workers=2)
    assert "all there" in lines[2]
    assert again.summary() == result.summary()
