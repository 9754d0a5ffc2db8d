"""Samples that are simulated anew take the place of those of a table that is there."""

import numpy as np
import pytest
from candidate_samples import samples
from make_candidates import Collected, with_others

from wayside.candidates.files import Candidates, no_lists
from wayside.candidates.schema import DECAY_ROW, GAPS, HITS, ROW
from wayside.errors import InputError
from wayside.search.samples import Samples

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
    joint = with_others(Collected(*new), old)
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
    new = Collected(*table({"neutron-cascade": 4}, NAMES, 2.0))
    with pytest.raises(InputError, match="other settings"):
        with_others(new, table({"neutron-rock": 1}, NAMES, 1.0, {**SETTINGS, "emulsion": {}}))
    with pytest.raises(InputError, match="'gone'"):
        with_others(new, table({"gone": 1}, ["gone"], 1.0))
