"""Rows of samples that stand for some vertices only, and lists that go with rows."""

import numpy as np

from wayside.candidates.files import Lists
from wayside.candidates.schema import ROW
from wayside.reconstruction.beam_rows import counted
from wayside.reconstruction.candidate_rows import Described


def lists(sizes: list[int]) -> Lists:
    offsets = np.concatenate([[0], np.cumsum(sizes)])
    return Lists(offsets, {"place": np.arange(offsets[-1])})


def described() -> Described:
    rows = np.zeros(4, ROW)
    rows["event"] = np.arange(4)
    tracks = np.array([[10, 11], [12, 13], [14, 10], [15, 16]])
    return Described(rows, lists([2, 0, 3, 1]), lists([0, 1, 1, 0]), tracks)


def test_each_vertex_counts_in_one_of_two_samples() -> None:
    marked = np.array([10, 13])
    some, others = (counted(described(), marked, only) for only in (True, False))
    assert some.rows["event"].tolist() == [0, 1, 2]
    assert others.rows["event"].tolist() == [3]
    assert some.fibres.offsets.tolist() == [0, 2, 2, 5]
    assert some.fibres.values["place"].tolist() == [0, 1, 2, 3, 4]
    assert others.fibres.values["place"].tolist() == [5]
    assert others.gaps.offsets.tolist() == [0, 0]
    nothing = counted(described(), marked[:0], True)
    assert len(nothing.rows) == len(nothing.tracks) == 0


def test_parts_are_joined_with_their_lists() -> None:
    whole = described()
    parts = [whole.of(np.array(chosen)) for chosen in ([2], [0, 1], [3])]
    joined = Described.joined(parts)
    assert joined.rows["event"].tolist() == [2, 0, 1, 3]
    assert joined.tracks.tolist() == whole.tracks[[2, 0, 1, 3]].tolist()
    for name in ("fibres", "gaps"):
        own, other = getattr(joined, name), getattr(whole, name)
        for row, old in enumerate([2, 0, 1, 3]):
            here = own.values["place"][own.offsets[row] : own.offsets[row + 1]]
            there = other.values["place"][other.offsets[old] : other.offsets[old + 1]]
            assert here.tolist() == there.tolist()
