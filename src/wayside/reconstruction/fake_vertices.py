"""Vertices that particles from outside fake: simulate, respond, reconstruct, describe each.

Every vertex found is kept as a row with what a selection may ask of it; counting comes later.
"""

from typing import Final

import numpy as np

from wayside.emulsion.sheets import Sheets
from wayside.generator.records import PRIMARY
from wayside.reconstruction.fibre_places import distinct_places, middles
from wayside.reconstruction.job import APART, Job
from wayside.reconstruction.pipeline import Reconstructed
from wayside.reconstruction.vertex_surroundings import begins_inside, nearest_tracks
from wayside.typing import FloatArray, StructuredArray

FAKE: Final = np.dtype(
    [
        ("event", np.int64),
        ("kinetic_energy", np.float64),
        ("slope", np.float64),
        ("x", np.float64),
        ("y", np.float64),
        ("z", np.float64),
        ("sheet", np.int32),
        ("chi2", np.float64),
        ("opening", np.float64),
        ("companions", np.int32),
        ("begin", np.int32),
        ("timed", np.bool_),
        ("times", np.int32),
        ("fibres", np.int32),
        ("all_fibres", np.int32),
        ("gas_before", np.int32),
        ("primary", np.bool_),
        ("pdg", np.int32, (2,)),
        ("base_tracks", np.int32, (2,)),
        ("momentum", np.float64, (2,)),
        ("electron", np.float64, (2,)),
        ("tangent", np.float64, (2,)),
        ("passing", np.float64),
        ("before", np.float64),
        ("delay", np.float64),
    ]
)
"""A vertex that is none.

``kinetic_energy`` (MeV) and ``slope`` (tangent to z) are those of the particle that entered;
``begin`` counts tracks of the event that begin inside; ``timed`` says whether gas hits of both
tracks agree on one time, and ``delay`` is that time (ns), at which fibres were crossed at
``all_fibres`` places, ``fibres`` of them upstream of the vertex, and ``gas_before`` gaps before it;
``primary`` whether one of the two tracks is the particle itself; of the two tracks there are PDG
number, base-tracks, momentum (MeV), electron score and tangent; ``passing`` is the distance in mm
from the vertex to the nearest other track that passes it, ``before`` to the nearest base-track
(of a track or not) within three sheets before, extrapolated.
"""


def fake_vertices(
    result: Reconstructed,
    crossings: dict[str, StructuredArray],
    primaries: StructuredArray,
    job: Job,
    sheets: Sheets,
) -> StructuredArray:
    """Describe the vertices that particles from outside have faked.

    Parameters
    ----------
    result
        Reconstruction without hits in the fibres, with events numbered from 0.
    crossings
        Crossings of ``"fibre"`` and of ``"gas"`` layers, arrays of
        `wayside.transport.records.CROSSING`.
    primaries
        Particles that entered, an array of `wayside.generator.records.PRIMARY` with event k in
        row k.
    job
        Response and cuts that were used.
    sheets
        Depths of the films.

    Returns
    -------
    array of `FAKE`
        One row for each vertex whose tracks come from one event.
    """
    assert primaries.dtype == PRIMARY
    vertices = result.vertices[result.vertices["event"] >= 0]
    out = np.zeros(len(vertices), dtype=FAKE)
    tracks = result.tracks
    setup = job.setup(sheets)
    inside = begins_inside(tracks, setup.films, setup.vertexing)
    begin = np.bincount(tracks["event"][inside & (tracks["event"] >= 0)], minlength=len(primaries))
    particles = primaries[vertices["event"]]
    momentum = np.stack([particles[c] for c in ("px", "py", "pz")], axis=1)
    from wayside.transport.engine import kinetic_energies

    out["kinetic_energy"] = kinetic_energies(particles)
    out["slope"] = np.hypot(momentum[:, 0], momentum[:, 1]) / momentum[:, 2]
    for name in ("event", "x", "y", "z", "sheet", "chi2", "opening", "companions", "times"):
        out[name] = vertices[name]
    out["begin"] = begin[vertices["event"]]
    out["timed"] = np.isfinite(vertices["time"])
    out["delay"] = vertices["time"] - APART * vertices["event"]
    pair = np.stack([vertices["track_1"], vertices["track_2"]], axis=1)
    for name in ("pdg", "base_tracks", "momentum", "electron"):
        out[name] = tracks[name][pair]
    out["tangent"] = np.hypot(tracks["tx"], tracks["ty"])[pair]
    out["primary"] = (tracks["particle"][pair] == 1).any(axis=1)
    fibre, gas = (crossings[kind][crossings[kind]["deposit"] > 0.0] for kind in ("fibre", "gas"))
    for v in np.flatnonzero(out["timed"]).tolist():
        event, time, block = out["event"][v], out["delay"][v], out["sheet"][v] // sheets.layers
        mine = fibre[fibre["event"] == event]
        mine = mine[np.abs(mine["time"] - time) < setup.timing.fibre_window]
        depths = fibre_places(mine)
        out["all_fibres"][v] = len(depths)
        out["fibres"][v] = np.count_nonzero(depths < out["z"][v])
        mine = gas[(gas["event"] == event) & (gas["layer"] < block)]
        mine = mine[np.abs(mine["time"] - time) < setup.timing.window]
        out["gas_before"][v] = len(np.unique(mine["layer"]))
    around = nearest_tracks(vertices, result.rows, result.chains, tracks, sheets)
    out["before"], out["passing"] = around.before, around.passing
    return out


def fibre_places(crossings: StructuredArray) -> FloatArray:
    """Depths of the places that crossings of fibres lie at, in mm."""
    points = middles(crossings)
    return np.asarray(points[distinct_places(points), 2])
