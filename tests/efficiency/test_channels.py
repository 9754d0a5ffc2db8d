"""Pairs for which there are efficiencies, and the table of further pairs."""

import json

import numpy as np
import pytest
from reference.toy_map import toy_map

from wayside.data import table_text
from wayside.efficiency.channels import (
    ALONE,
    ALONE_OF,
    INDIRECT_PAIRS,
    NEAREST,
    OTHER_PAIRS,
    PAIRS,
    pair_name,
)
from wayside.efficiency.csv_file import read_csv
from wayside.efficiency.shipped import (
    ALONE_NAME,
    INDIRECT_NAME,
    OTHER_NAME,
    SETTINGS,
    all_pairs,
    charged_pairs,
    differences,
    shipped,
)
from wayside.errors import InputError


def test_names_by_codes():
    for name, codes in (PAIRS | OTHER_PAIRS).items():
        assert pair_name(*codes) == pair_name(-codes[1], codes[0]) == name
        assert NEAREST[name] in PAIRS
    for name, codes in INDIRECT_PAIRS.items():
        assert pair_name(*codes) == name
        assert name not in NEAREST
    assert pair_name(15, -211) is None


def test_both_tables_together():
    both = all_pairs()
    assert both.channels == (*PAIRS, *OTHER_PAIRS, *INDIRECT_PAIRS, *ALONE)
    assert {ALONE[ALONE_OF[name]]: name for name in INDIRECT_PAIRS} == {
        first: name for name, (first, second) in INDIRECT_PAIRS.items()
    }
    assert charged_pairs().channels == (*PAIRS, *OTHER_PAIRS)
    assert np.array_equal(both.tried[: len(PAIRS)], shipped().tried)
    assert both.header is shipped().header
    # The same detector: all were made with the settings of the first, as far as these matter.
    assert len(SETTINGS) == 4
    for name in (OTHER_NAME, INDIRECT_NAME, ALONE_NAME):
        settings = json.loads(read_csv(table_text(name)).header["settings"])
        assert differences(shipped(), settings) == []
    for name in both.selections:
        assert np.all(both.passed[name] <= both.tried)
    other = toy_map(seed=1)
    with pytest.raises(InputError, match="different grids"):
        both.beside(other)


def test_unlike_pairs_lie_between_like_ones():
    """Two tracks make a vertex if both are found: a pair of two kinds lies between the two."""
    both = all_pairs()
    for name, parts in {
        "emu": ("ee", "mumu"),
        "epi": ("ee", "pipi"),
        "mupi": ("mumu", "pipi"),
    }.items():
        place = (2.0, 0.15, 0.5, 0.3, 0.5)
        low, high = sorted(float(both.at(part, "vertex", *place)) for part in parts)
        # Cells hold some tens of decays: three binomial errors of 30 at the least favourable.
        assert low - 0.25 < float(both.at(name, "vertex", *place)) < high + 0.25


def test_photons_and_taus_are_seen_less_often():
    """A photon converts within a few per cent of the depth that its pair could be seen from."""
    table = all_pairs()
    place = (2.0, 0.3, 0.8, 0.3, 0.5)
    for name in INDIRECT_PAIRS:
        assert float(table.at(name, "vertex", *place)) < float(table.at("ee", "vertex", *place))
    for name in (*INDIRECT_PAIRS, *ALONE):
        k = table.channels.index(name)
        assert table.tried[k].sum() > 1_000
        assert table.passed["timed"][k].sum() > 10
    # Two photons convert more often than one.
    for name, alone in ALONE_OF.items():
        both = float(table.at(name, "vertex", 2.0, 0.3, 0.8, 0.3, 0.5))
        assert 0.0 < float(table.at(alone, "vertex", 1.0, 0.0, 1.0, 0.3, 0.5)) < both
