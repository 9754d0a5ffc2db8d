"""Background particles through a design: the same whatever the chunks, and all of phase space."""

from pathlib import Path

import numpy as np
import pytest

import wayside
from wayside.detector.stack import Stack
from wayside.results import fake_run
from wayside.results.decay_run import with_blocks
from wayside.results.fake_run import FakeRun, fake_runs
from wayside.results.fake_samples import SAMPLES
from wayside.scenario import Scenario

pytest.importorskip("calzone")
pytest.importorskip("pyarrow")

VALUES = {
    "run.efficiency": "simulated",
    "run.background": "simulated",
    "run.selection": "search",
    "stack.blocks": 5,
    "detectors.A.size": [0.2, 0.3, 0.21],
}


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return with_blocks(wayside.load_scenario("belle2-forward", VALUES), "A")


def test_samples_reach_all_energies() -> None:
    """A source of any spectrum is made of bins: a bin without particles would be counted as 0."""
    from wayside.selections.kinds import KINDS

    for kind, sample in SAMPLES.items():
        edges = np.array(KINDS[kind].edges)
        middle = np.sqrt(edges[1:] * edges[:-1])
        drawn = sample.beam.energy_density(middle) > 0.0
        # Slower muons make no pair of tracks; none above 300 GeV differs from those below.
        needed = (middle > 1.0) & (middle < 300.0) if kind.startswith("muon") else middle > 0.0
        assert np.all(drawn[needed]), kind


def test_directions_reach_everything() -> None:
    """The sum of one over the density is the phase space of particles from above: 3 per cent."""
    stack, number = Stack(), 40_000
    beam = SAMPLES["muon-above"].beam
    rows, density = beam.draw(stack, number, np.random.default_rng(1))
    from wayside.transport.biased_beams import meets_blocks

    start = np.stack([rows[name] for name in "xyz"], axis=1)
    direction = np.stack([rows[f"p{name}"] for name in "xyz"], axis=1)
    direction /= np.linalg.norm(direction, axis=1)[:, None]
    momentum = np.stack([rows[f"p{name}"] for name in "xyz"], axis=1)
    energy = np.linalg.norm(momentum, axis=1) * 1e-3
    meets = meets_blocks(stack, start, direction)
    # cos^2 of the zenith angle, one over the energy: the rate through the blocks times its span.
    weight = np.where(meets, direction[:, 1] ** 2 / energy / density, 0.0) / number
    from wayside.selections.kinds import ABOVE, sides_of

    expected = ABOVE.rate(sides_of(stack)) * np.log(300.0)
    error = np.sqrt(number) * weight.std()
    assert error < 0.02 * expected
    assert weight.sum() == pytest.approx(expected, abs=4.0 * error + 0.01 * expected)


@pytest.mark.nightly
@pytest.mark.parametrize("kind", SAMPLES)
def test_chunks_are_kept(
    kind: str, scenario: Scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two chunks, one of them made before for its time; a second run simulates nothing."""
    monkeypatch.setitem(SAMPLES, kind, SAMPLES[kind]._replace(chunk=60))  # type: ignore[misc]
    run = FakeRun(scenario, "A", kind, 100, 1, tmp_path / "a")
    assert run.missing == 100
    assert run.timed() > 0.0
    # A chunk of neutrons is made in a process of its own, and that one is not kept.
    assert run.missing == (100 if SAMPLES[kind].cascading else 40)
    told: list[tuple[int, int]] = []
    made = run.run(progress=lambda *done: told.append(done))
    assert told[-1] == (2, 2)
    assert made.particles == 100
    other = FakeRun(scenario, "A", kind, 100, 1, tmp_path / "b").run()
    assert other == made

    def fails(**_: object) -> None:
        raise AssertionError("all chunks are there")

    monkeypatch.setattr(fake_run, "simulate_chunk", fails)
    assert run.run() == made
    assert run.timed() == 0.0


def test_kinds_that_come(scenario: Scenario, tmp_path: Path) -> None:
    runs = fake_runs(scenario, "A", 10, 1, tmp_path)
    assert [run.kind for run in runs] == list(SAMPLES)
    # The place of a detector is no part of what is simulated in it.
    moved = scenario.with_values({"detectors.A.position": [1.2, 0.0, 7.0]})
    for one, other in zip(runs, fake_runs(moved, "A", 10, 1, tmp_path), strict=True):
        assert one.table.inputs(f"{one.kind}-0000") == other.table.inputs(f"{one.kind}-0000")
    thick = scenario.with_values({"stack.plate": 0.0006})
    (first, *_) = fake_runs(thick, "A", 10, 1, tmp_path)
    assert first.table.inputs("muon-above-0000") != runs[0].table.inputs("muon-above-0000")
