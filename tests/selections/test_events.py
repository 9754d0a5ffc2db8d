"""Events of candidates keep their numbers, whatever the order of the table."""

import numpy as np
import pytest

from selections.toy import background_rows, candidates, decays_of, signal_rows
from wayside.candidates.files import Candidates
from wayside.candidates.weights import Vetoes
from wayside.efficiency.shipped import shipped
from wayside.selections.background_sample import background_events
from wayside.selections.events import event_number, heaviest, in_order, starts
from wayside.selections.samples import fold_of
from wayside.selections.signal_sample import signal_events


def shuffled(table: Candidates, rng: np.random.Generator) -> Candidates:
    return Candidates(rng.permutation(table.rows), table.fibres, table.gaps, table.samples)


def pairs(rows):
    """Two candidates of one particle an event, the first of them vetoed more."""
    rows[1::2] = rows[::2]
    rows["event"] //= 2
    rows["fibres_upstream"] = np.tile([2, 1], len(rows) // 2)
    return rows


def test_heaviest_against_a_loop():
    rng = np.random.default_rng(51)
    number, weight = rng.integers(0, 30, 200), rng.random((3, 200))
    order = in_order(number)
    found = heaviest(weight[:, order], starts(number[order]))
    for k, event in enumerate(sorted(set(number.tolist()))):
        np.testing.assert_array_equal(found[:, k], weight[:, number == event].max(axis=1))
    assert heaviest(np.zeros((2, 0)), starts([])).shape == (2, 0)


def test_order_of_the_table_does_not_matter():
    rng = np.random.default_rng(52)
    table = candidates(
        {"muon-front": pairs(background_rows("muon-front", 400, rng, 0))},
        pairs(signal_rows(400, rng, 1)),
    )
    decays = decays_of(table.rows[400::2])
    results = []
    for own in (table, shuffled(table, rng)):
        muons = background_events(own, "muon-front", Vetoes(), "tuning")
        signal = signal_events(own, decays, Vetoes(), shipped(), "tuning")
        for events in (muons, signal):
            np.testing.assert_array_equal(events.event, event_number(own.rows[events.rows]))
            assert len(starts(events.event)) == len(set(events.event.tolist()))
        every = [np.ones(len(events.rows), bool) for events in (muons, signal)]
        results.append((muons.counted(every[0])[0], signal.counted(every[1]).selected))
    for one, other in zip(*results, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12)
    # The candidate that is vetoed less counts, once for each event.
    assert results[0][1].sum() == pytest.approx(100 * 0.02)


def test_both_charges_are_in_one_fold():
    rng = np.random.default_rng(53)
    table = candidates({}, signal_rows(400, rng, 0))
    events = signal_events(table, decays_of(table.rows), Vetoes(), shipped(), "tuning")
    folds = fold_of(events.event, 4)
    np.testing.assert_array_equal(folds[::2], folds[1::2])
    assert set(folds.tolist()) == {0, 1, 2, 3}
