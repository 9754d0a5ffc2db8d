"""Neutrons that are followed from interaction to interaction make what those followed in full do.

Both samples come with the package. Each vertex counts with the part that its sample has in the
density of both together, so that no weight is large: sum of f / s with f = s_1 s_2 / (s_1 + s_2).
"""

import numpy as np
import pytest
from candidate_samples import JOINED, samples
from make_candidates import drawn_density, joined

BY_NAME = {sample.name: sample for sample in samples()}


@pytest.mark.parametrize(
    ("full", "cascade", "low", "high"),
    [
        ("neutron-rock-slow", "neutron-cascade-slow", 0.3, 0.6),
        ("neutron-rock-mid", "neutron-cascade-mid", 0.6, 1.0),
        ("neutron-rock-mid", "neutron-cascade-mid", 1.0, 2.0),
        ("neutron-rock", "neutron-cascade", 2.0, 6.0),
    ],
)
def test_cascades_make_as_many_vertices(full, cascade, low, high):
    """Within four standard errors of both: each of 8 comparisons fails once in 16,000."""
    pytest.importorskip("pyarrow")
    from wayside.search.samples import shipped_samples

    candidates = joined(shipped_samples().candidates, apart=True)
    number = {entry["name"]: entry["simulated"] for entry in candidates.samples}
    found = {}
    for name in (full, cascade):
        rows = candidates.of(name)
        energy = rows["kinetic_energy"]
        rows = rows[(energy >= low) & (energy < high) & (rows["direction_y"] < -0.02)]
        one, two = (drawn_density(BY_NAME[part], number[part], rows) for part in (full, cascade))
        if name == full:
            np.testing.assert_allclose(one, rows["sampling_density"], rtol=1e-3)
        weight = one * two / (one + two) / rows["sampling_density"]
        _, owner = np.unique(rows["event"], return_inverse=True)
        for stage, chosen in (("vertex", 1.0), ("timed", rows["timed"])):
            events = np.bincount(owner, weight * chosen)
            found[name, stage] = events.sum(), (events**2).sum()
    for stage in ("vertex", "timed"):
        (a, a2), (b, b2) = found[full, stage], found[cascade, stage]
        assert a + b > 0.0
        assert abs(a - b) < 4.0 * np.sqrt(a2 + b2), (stage, found)


def test_joined_samples_are_one():
    """Joining and taking apart again changes nothing; sums of weights stay, their squares fall."""
    pytest.importorskip("pyarrow")
    from wayside.search.samples import shipped_samples
    from wayside.selections.kinds import KINDS

    together = shipped_samples().candidates
    alone = joined(together, apart=True)
    again = joined(alone)
    np.testing.assert_allclose(
        again.rows["sampling_density"], together.rows["sampling_density"], rtol=1e-12
    )
    assert again.samples == together.samples
    names = [sample["name"] for sample in together.samples]
    rows, others = (
        table.rows[np.isin(together.rows["sample"], [names.index(n) for n in JOINED[GROUP]])]
        for table in (together, alone)
    )
    # A source between the samples: what one of them alone has twice or more is left once.
    chosen = (rows["kinetic_energy"] > 1.0) & (rows["kinetic_energy"] < 2.0)
    shape = KINDS["neutron-above"].reference.shape(rows[chosen])
    both = shape / rows["sampling_density"][chosen]
    sums = {}
    for name in JOINED[GROUP]:
        mine = rows["sample"][chosen] == names.index(name)
        sums[name] = (shape[mine] / others["sampling_density"][chosen][mine]).sum()
    mid, cascade = sums["neutron-rock-mid"], sums["neutron-cascade-mid"]
    assert min(mid, cascade) > 0.0
    heaviest = max((shape / others["sampling_density"][chosen]).max(), 1e-300)
    assert both.max() < heaviest
    assert both.sum() < 2.0 * max(sums.values())


GROUP = "neutron-rock"
