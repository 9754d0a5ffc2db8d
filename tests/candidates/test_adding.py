"""Samples that are simulated anew take the place of those of a table that is there."""

import numpy as np
import pytest
from candidate_joining import drawn_density, joined, with_others
from candidate_samples import COMPLETE, by_name, samples

from wayside.candidates.files import Candidates, no_lists
from wayside.candidates.samples import Samples
from wayside.candidates.schema import DECAY_ROW, GAPS, HITS, ROW
from wayside.errors import InputError

SETTINGS = {"emulsion": {"fog": 3.0}, "reconstruction": {"min_sheets": 5}}


def table(simulated: dict[str, int], names: list[str], mark: float, about=SETTINGS) -> Samples:
    """A table with as many rows of a sample as particles, and one decay of each."""
    described = tuple({"name": name, "simulated": simulated.get(name, 0)} for name in names)
    sample = np.repeat(np.arange(len(names)), [entry["simulated"] for entry in described])
    rows, decays = np.zeros(len(sample), ROW), np.zeros(len(simulated), DECAY_ROW)
    rows["sample"], rows["mass"] = sample, mark
    decays["sample"] = [names.index(name) for name in simulated]
    decays["x"] = mark
    lists = [no_lists(columns, len(rows)) for columns in (HITS, GAPS)]
    return Samples(Candidates(rows, *lists, described, about), decays)


NAMES = [sample.name for sample in samples()]


def test_each_sample_comes_from_one_table():
    old = table({"neutron-rock": 3, "muon-above": 2}, ["neutron-rock", "muon-above"], 1.0)
    new = table({"neutron-cascade": 4, "muon-above": 5}, NAMES, 2.0)
    joint = with_others(new, old)
    marks = {
        name: set(joint.candidates.of(name)["mass"].tolist())
        for name in ("neutron-rock", "muon-above", "neutron-cascade")
    }
    assert marks == {"neutron-rock": {1.0}, "muon-above": {2.0}, "neutron-cascade": {2.0}}
    assert len(joint.candidates.rows) == 3 + 5 + 4
    counts = {entry["name"]: entry["simulated"] for entry in joint.candidates.samples}
    assert (counts["neutron-rock"], counts["muon-above"], counts["klong-rock"]) == (3, 5, 0)
    by_name = {
        NAMES[number]: joint.decays["x"][joint.decays["sample"] == number].tolist()
        for number in np.unique(joint.decays["sample"])
    }
    assert by_name == {"neutron-rock": [1.0], "muon-above": [2.0], "neutron-cascade": [2.0]}


def test_refuses_other_settings_and_unknown_samples():
    new = table({"neutron-cascade": 4}, NAMES, 2.0)
    with pytest.raises(InputError, match="other settings"):
        with_others(new, table({"neutron-rock": 1}, NAMES, 1.0, {**SETTINGS, "emulsion": {}}))
    with pytest.raises(InputError, match="'gone'"):
        with_others(new, table({"gone": 1}, ["gone"], 1.0))


def test_joined_samples_count_as_one():
    """Two samples of one source: the joint estimate is unbiased, and better than each alone.

    All of one direction, energies from the range of one or of both samples. Four standard errors:
    fails once in 16,000.
    """
    rng = np.random.default_rng(51)
    numbers = {"muon-above": 4000, "muon-above-slow": 1000}
    parts = []
    for name, number in numbers.items():
        beam = by_name()[name].beam
        which = rng.choice(len(beam.energies), number, p=[part.fraction for part in beam.energies])
        low, high = np.log([(part.low, part.high) for part in beam.energies])[which].T
        rows = np.zeros(number, ROW)
        rows["sample"] = NAMES.index(name)
        rows["event"] = np.arange(number)
        rows["kinetic_energy"] = np.exp(low + (high - low) * rng.random(number))
        rows["direction_y"], rows["direction_z"] = -0.8, 0.6
        rows["sampling_density"] = drawn_density(by_name()[name], number, rows)
        parts.append(rows)
    empty = table({}, NAMES, 0.0).candidates
    rows = np.concatenate(parts)
    described = tuple(
        {**sample, "simulated": numbers.get(sample["name"], 0)} for sample in empty.samples
    )
    lists = [no_lists(columns, len(rows)) for columns in (HITS, GAPS)]
    alone = Candidates(rows, *lists, described)
    together = joined(alone)
    assert [s["name"] for s in together.samples if s.get("joined")] == list(numbers)
    inside = (rows["kinetic_energy"] > 0.5) & (rows["kinetic_energy"] < 9.0)
    # Number of particles per logarithm of the energy, up to the area: flat.
    sums = {}
    for key, own in (("both", together.rows), ("one", alone.rows), ("other", alone.rows)):
        chosen = inside.copy()
        if key != "both":
            chosen &= own["sample"] == NAMES.index(tuple(numbers)[key == "other"])
        weight = 1.0 / (own["kinetic_energy"] * own["sampling_density"])[chosen]
        sums[key] = weight.sum(), np.sqrt((weight**2).sum())
    for key in ("one", "other"):
        error = np.hypot(sums["both"][1], sums[key][1])
        assert abs(sums["both"][0] - sums[key][0]) < 4.0 * error
        assert sums["both"][1] < 0.95 * sums[key][1]
    apart = joined(together, apart=True)
    np.testing.assert_allclose(apart.rows["sampling_density"], rows["sampling_density"], rtol=1e-12)


def test_samples_that_are_complete_together_count_with_their_weight():
    """Vertices of two samples that stand for all, beside one that does alone; and back again."""
    complete = COMPLETE["muon-front"]
    counts = {"muon-front": 6, "muon-front-slow": 2, **dict.fromkeys(complete.names, 4)}
    alone = table(counts, NAMES, 0.0).candidates
    alone.rows["kinetic_energy"], alone.rows["direction_z"] = 2.0, 1.0
    # Each stands for 12 vertices: the first by itself, the others 5 and 7 of them.
    weights = {"muon-front": 2.0, "muon-front-slow": 6.0}
    weights |= dict(zip(complete.names, (1.25, 1.75), strict=True))
    for name, weight in weights.items():
        mine = alone.rows["sample"] == NAMES.index(name)
        alone.rows["sampling_density"][mine] = 1.0 / weight
    together = joined(alone)
    assert {s["name"] for s in together.samples if s.get("joined") == "muon-front"} == set(counts)
    assert np.sum(1.0 / together.rows["sampling_density"]) == pytest.approx(12.0)
    theirs = np.isin(together.rows["sample"], [NAMES.index(name) for name in complete.names])
    sums = np.sum(1.0 / together.rows["sampling_density"][theirs])
    assert sums == pytest.approx(12.0 * complete.weight)
    apart = joined(together, apart=True)
    np.testing.assert_allclose(
        apart.rows["sampling_density"], alone.rows["sampling_density"], rtol=1e-12
    )
    # One of the two alone is left out: it is not all vertices.
    half = table({**counts, complete.names[0]: 0}, NAMES, 0.0).candidates
    half.rows["kinetic_energy"], half.rows["direction_z"] = 2.0, 1.0
    half.rows["sampling_density"] = 1.0
    assert {s["name"] for s in joined(half).samples if s.get("joined")} == set(weights) - set(
        complete.names
    )
