"""Incoming tracks, edges of the scanned area, showers."""

import numpy as np
import pytest
from reference.toy_transport import beam, transport

from reconstruction.conftest import SHEETS, TOY, respond
from reconstruction.toy_lines import NOTHING, end_at, two_at
from wayside.reconstruction.films import Films
from wayside.reconstruction.pipeline import Setup, reconstruct
from wayside.reconstruction.records import TRACK
from wayside.reconstruction.vertex_surroundings import begins_inside
from wayside.reconstruction.vertices import Vertexing, vertices


@pytest.mark.parametrize(
    ("sheet", "off", "slope", "vetoed"),
    [
        (9, 0.0, 0.0, True),
        (7, 0.0, 0.3, True),
        (6, 0.0, 0.0, False),  # too far in front: its sheets would have been seen
        (9, 0.1, 0.0, False),  # passes by
        (10, 0.0, 0.0, False),  # ends behind the vertex
    ],
)
def test_incoming_tracks_veto(sheet, off, slope, vetoed):
    tracks = two_at((0.0, 0.0, 8.2), (0.1, 0.0), (-0.1, 0.05))
    z = float(SHEETS.middle(sheet))
    ends = end_at(sheet, off + slope * (z - 8.2), slope)
    assert len(vertices(tracks, ends)) == (not vetoed)


def test_an_incoming_track_across_the_gap_vetoes():
    tracks = two_at((0.0, 0.0, 39.0), (0.1, 0.0), (-0.1, 0.05), sheet=40)
    assert len(vertices(tracks, NOTHING)) == 1
    assert len(vertices(tracks, end_at(39))) == 0


def test_begins_inside_at_the_edges():
    """Three sheets in front must be there, and the track must point into what was scanned."""
    how = Vertexing(veto_sheets=3)
    lots = np.zeros(7, TRACK)
    lots["first_sheet"] = [2, 3, 3, 3, 3, 40, 3]
    # 2.4 mm in front, a track of slope 0.5 is 1.2 mm further left.
    lots["x"] = [0, 0, -98.0, -99.0, 99.9, 0, 0]
    lots["tx"] = [0, 0, 0.5, 0.5, 0.5, 0, 0]
    lots["y"] = [0, 0, 0, 0, 0, 0, 151.0]
    expected = [False, True, True, False, True, True, False]
    assert begins_inside(lots, Films(), how).tolist() == expected
    assert begins_inside(lots, Films(), Vertexing(veto_sheets=0))[0]
    narrow = begins_inside(lots, Films(bounds=(-1.0, 1.0, -1.0, 1.0)), how)
    assert narrow.tolist() == [False, True, False, False, False, True, False]
    # Across the gap the way is longer: 10.4 mm, 5.2 mm sideways.
    edge = np.zeros(1, TRACK)
    edge["first_sheet"], edge["x"], edge["tx"] = 40, -95.5, 0.5
    assert not begins_inside(edge, Films(), how)[0]
    edge["first_sheet"] = 39
    assert begins_inside(edge, Films(), how)[0]


def test_nothing_enters_through_the_side_unseen():
    """Muons through the side of what was scanned do not make vertices."""
    rng = np.random.default_rng(5)
    n = 400
    particles = beam(-5.0 - rng.uniform(0, 4, n), rng.uniform(-5, 5, n), -0.1, 0.6, 0.0, 5000.0)
    rows = respond(transport(particles, 20, rng), rng)
    rows = rows[rows["x"] > -5.0]
    result = reconstruct(rows, Setup(Films(bounds=(-5.0, 5.0, -5.0, 5.0), layer=TOY)))
    late = np.count_nonzero(result.tracks["first_sheet"] > 3)
    assert late > 50
    assert len(result.vertices) == 0


def test_pairs_along_a_track_of_a_vertex_are_secondary():
    origin = two_at((0.0, 0.0, 8.2), (0.1, 0.0), (-0.2, 0.0))
    # On the first track's line, 15.6 mm behind; and the same beside both.
    on = two_at((1.5, 0.1, 23.8), (0.15, 0.02), (0.07, -0.02), sheet=29)
    beside = two_at((30.0, 0.1, 23.8), (0.15, 0.02), (0.07, -0.02), sheet=29)
    found = vertices(np.concatenate([origin, on, beside]), NOTHING)
    assert found["x"] == pytest.approx([0.0, 1.5, 30.0], abs=0.01)
    assert found["secondary"].tolist() == [False, True, False]
    assert found["event"].tolist() == [0, 0, 0]
    # Too far behind for a shower.
    short = Vertexing(shower_length=10.0)
    assert not vertices(np.concatenate([origin, on]), NOTHING, how=short)["secondary"].any()
