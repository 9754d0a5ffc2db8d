"""Spread decays: a prong that goes backward, and spreads of which nothing is followed."""

import numpy as np
import pytest

from wayside.detector.stack import Stack
from wayside.errors import InputError
from wayside.generator import pairs
from wayside.generator.pairs import Spread, draw_pairs


def test_one_prong_goes_backward() -> None:
    spread = Spread(splitting=(0.4, 1.2), boost=(0.2, 2.0), least_slope=np.inf)
    decays, primaries, _ = draw_pairs(60, Stack(), 3, spread, block_size=20)
    along = primaries["pz"].reshape(60, 2)
    assert np.all((along < 0.0).sum(axis=1) == 1)
    slopes = np.hypot(primaries["px"], primaries["py"]).reshape(60, 2) / np.abs(along)
    ahead = slopes[along > 0.0]
    assert np.all(ahead < spread.largest_slope)
    assert ahead == pytest.approx(decays["other_slope"])
    assert np.all(np.isinf(decays["slope"]))


def test_a_spread_of_which_nothing_is_followed_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pairs, "_MOST_TRIES", 3 * 2048)
    # Electrons of at most 6 MeV, of which 8 are asked for.
    spread = Spread(splitting=(6e-3, 6.1e-3), boost=(0.2, 0.21), least_slope=np.inf)
    with pytest.raises(InputError, match=r"no decay to ee at a splitting of 0\.006"):
        draw_pairs(10, Stack(), 3, spread)
